"""The lab: designs compared over many markets, with how sure the comparison is."""

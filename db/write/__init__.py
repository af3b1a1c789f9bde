"""The one writer: what a transaction writes, and the rollups and chains that it maintains."""

"""Simulate a brand's customers and their friends; what they do becomes events."""

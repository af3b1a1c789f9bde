"""Faults of delivery, one family per file."""

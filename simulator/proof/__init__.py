"""Verify that a database contains exactly what follows from its log."""

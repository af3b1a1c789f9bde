"""Verify that a database says what its log says."""

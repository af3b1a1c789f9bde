"""The vocabulary that every side shares: plain Python, importable by everybody."""

"""The vocabulary, errors, time and text that every side shares. Plain Python, importable from everywhere."""

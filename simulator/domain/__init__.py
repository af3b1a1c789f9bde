"""What every side shares: vocabulary, errors, time and text. Plain Python, importable from everywhere."""

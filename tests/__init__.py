"""The tests, by what they are about; `python -m tests` runs all checks."""

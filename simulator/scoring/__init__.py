"""Scores a program's rules against the truth that only the client knows. The analyst's side; the platform's never."""

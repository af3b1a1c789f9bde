"""Score a program's rules against the truth that only the client knows; the platform never imports this."""

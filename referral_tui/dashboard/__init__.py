"""The dashboard: a Textual app that reads a platform's database and never writes to it."""

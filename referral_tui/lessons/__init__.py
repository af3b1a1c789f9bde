"""Lessons and talks: steps in a text file, checked against the state of the dashboard; no screen in here."""

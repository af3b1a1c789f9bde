"""Erase people: overwrite what is stored about them, and keep what follows from it."""

"""Erase people: what is stored about them is overwritten, and what follows from it stays as it is."""

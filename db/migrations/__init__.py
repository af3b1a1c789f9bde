"""Migrate databases to the current schema: a step for each version, on a copy that is checked before it is used."""

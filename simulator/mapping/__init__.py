"""Mappings: how another system's records become our events, each said by a TOML file."""

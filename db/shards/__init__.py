"""Merge the databases of independent markets into one."""

"""Bring databases of older schemas to today's: a step for each version, on a copy that is checked before it counts."""

"""Which tables are chained, and in blocks of how many rows. Standard library only."""

from __future__ import annotations

from typing import Final

BLOCK_ROWS: Final = 1024
CHAINS: Final = {"person": "id", "event": "seq", "quarantine": "number", "audit": "seq"}
"""Chained tables, and the column that numbers their rows from 1 (`person`: from 0)."""

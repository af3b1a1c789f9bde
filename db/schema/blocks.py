"""Which tables are chained, how many rows a block has, and which columns may reveal something about a person."""

from __future__ import annotations

from typing import Final

from simulator.domain.personal_data import COLUMN_ERASURE
from simulator.domain.vocabulary import ErasureEffect

BLOCK_ROWS: Final = 1024
CHAINS: Final = {"person": "id", "event": "seq", "quarantine": "number", "audit": "seq"}
"""Chained tables, and the column that numbers their rows from 1 (`person`: from 0)."""
PERSONAL: Final = {
    table: tuple(name for name, effect in COLUMN_ERASURE[table].items() if effect is not ErasureEffect.KEPT)
    for table in CHAINS
}
"""The columns of each chained table whose cells are hashed with a salt of their own, so that they can be erased."""

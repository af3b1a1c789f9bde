"""Collect the rows of the chained tables, and split them into plain cells and personal cells.

Plain cells are hashed as they are; of personal cells, the hash covers only commitments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter

import polars as pl

from db.read import log
from db.schema.blocks import CHAINS, PERSONAL
from db.sqlite.rows import Row
from simulator.domain.write_set import WriteSet


class ChainColumns:
    """Splits rows of a chained table into cells that reveal nothing about a person, and personal cells."""

    def __init__(self, table: str, columns: Sequence[str]) -> None:
        personal = PERSONAL[table]
        self.plain_names = [name for name in columns if name not in personal]
        self.cell_names = [CHAINS[table], *personal]
        self._plain = _picker([columns.index(name) for name in self.plain_names])
        self._cells = _picker([columns.index(name) for name in self.cell_names])

    def plain(self, rows: Iterable[Row]) -> list[Row]:
        """Return the columns of rows that reveal nothing about a person."""
        return list(map(self._plain, rows))

    def cells(self, rows: Iterable[Row]) -> list[Row]:
        """Return the number of each row with its personal cells."""
        return list(map(self._cells, rows))

    def filled_cells(self, rows: Iterable[Row]) -> list[Row]:
        """Return the number and personal cells of those rows in which a personal cell is not null."""
        return [one for one in self.cells(rows) if any(cell is not None for cell in one[1:])]


def _picker(places: Sequence[int]) -> Callable[[Row], Row]:
    """Return a function that returns some values of a row as a tuple."""
    return itemgetter(*places) if len(places) > 1 else lambda row: (row[places[0]],)


def chained_rows(write_set: WriteSet) -> dict[str, pl.DataFrame]:
    """Return the rows that a batch adds to the chained tables."""
    events = write_set.events
    if events.height:
        events = log.with_steering(events)
        flags = [column.cast(pl.Int8) for column in events.get_columns() if column.dtype == pl.Boolean]
        events = events.with_columns(flags)
    return {
        "person": write_set.persons,
        "event": events,
        "quarantine": write_set.quarantine,
        "audit": write_set.audit,
    }

"""Split rows of a chained table into what is hashed openly, and the personal cells that are committed to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter

from db.schema.blocks import CHAINS, PERSONAL
from db.sqlite.rows import Row


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

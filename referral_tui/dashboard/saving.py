"""Save files: a picture of the screen, the rows of a table. A name is never used twice."""

from __future__ import annotations

import csv
import dataclasses
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from referral_tui import figures
from simulator.domain.formulas import guarded_cell


def free_path(folder: Path, name: str, at: int, ending: str) -> Path:
    """Find a free path: `referral-NAME-MOMENT.ENDING`; `at` is milliseconds UTC."""
    stem = f"referral-{name}-{figures.file_moment(at)}"
    number = 1
    while True:
        path = folder / f"{stem}{'' if number == 1 else f'-{number}'}.{ending}"
        if not path.exists():
            return path
        number += 1


def table_text(rows: Sequence[Any], calls: Mapping[str, str]) -> str:
    """Write frozen rows of one kind as CSV, a column for each field, in full; no cell is a formula for a spreadsheet.

    Moments are milliseconds UTC and money minor units, as in `export`. `calls` has the client's names by
    reference: one more column, `name_of_FIELD`, for each field that holds a reference.
    """
    text = io.StringIO()
    if rows:
        fields = [field.name for field in dataclasses.fields(rows[0])]
        named = [field for field in fields if any(_call(row, field, calls) for row in rows)]
        writer = csv.writer(text)
        writer.writerow([*fields, *(f"name_of_{field}" for field in named)])
        for row in rows:
            values = [_cell(getattr(row, field)) for field in fields]
            writer.writerow([*values, *(_call(row, field, calls) for field in named)])
    return text.getvalue()


def _call(row: Any, field: str, calls: Mapping[str, str]) -> str:
    value = getattr(row, field)
    return str(guarded_cell(calls.get(value, ""))) if isinstance(value, str) else ""


def _cell(value: object) -> object:
    """Return a value as one cell; parts are joined."""
    if isinstance(value, (list, tuple, frozenset)):
        value = "; ".join(str(part) for part in value)
    return "" if value is None else guarded_cell(value)

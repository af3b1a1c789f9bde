"""Write the data sheet as rows and as one JSON object: a row for each field, with everything about it."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict
from typing import Any

from referral_tui.sheet.model import EventSheet, Line, Sheet
from simulator.domain.owners import Team
from simulator.domain.printable import printable


def rows(sheet: Sheet) -> list[dict[str, Any]]:
    """Return a row for each field of each type, including unused ones; the fields of every event come first."""
    found = [_row(line, None) for line in sheet.envelope]
    return found + [_row(line, one) for one in sheet.events for line in one.lines]


def _row(line: Line, one: EventSheet | None) -> dict[str, Any]:
    """Return a row; the envelope's fields belong to no type, and have none of a type's columns."""
    came = one.came if one is not None else None
    return {
        "event": line.event or "every event",
        "field": line.field,
        "category": one.category if one is not None else "every category",
        "about": line.about,
        "direction": one.direction if one is not None else "",
        "needed": "required" if line.needed else "optional",
        "meaning": line.meaning,
        "used_by": line.use,
        "used": line.used,
        "purpose": line.purpose,
        "example": line.example,
        "from": line.origin,
        "system": ", ".join(one.systems) if one is not None else "",
        "team": one.team if one is not None else "",
        "legal_basis_to_be_confirmed": line.basis,
        "delivery": one.delivery if one is not None else "",
        "frequency": f"whenever {one.whenever}" if one is not None else "",
        "pseudonymised": line.pseudonymised,
        "personal": line.personal,
        "recipients": one.recipients if one is not None else "",
        "kept": line.kept_until,
        "erasing": line.erasing,
        "came": line.came,
        "came_a_day": None if came is None else round(came.a_day, 3),
        "late_median_ms": None if came is None else came.median_ms,
        "late_p95_ms": None if came is None else came.p95_ms,
        "late_worst_ms": None if came is None else came.worst_ms,
        "refused": None if came is None else came.refused,
    }


def csv_text(sheet: Sheet) -> str:
    """Return the rows as CSV with a header; texts that a spreadsheet would read as formulas get an apostrophe."""
    stream = io.StringIO()
    found = rows(sheet)
    writer = csv.DictWriter(stream, list(found[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in found)
    return stream.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str):
        return value
    text = printable(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


def as_json(sheet: Sheet, team: Team | None) -> dict[str, Any]:
    """Return the sheet as one JSON object; with a team, only its tasks."""
    tasks = [asdict(task) for task in sheet.tasks if team in (None, task.team)]
    return {
        "program": sheet.program,
        "industry": sheet.industry,
        "file": sheet.file,
        "database": sheet.database or None,
        "often": list(sheet.often),
        "tasks": tasks,
        "fields": rows(sheet),
        "record": [asdict(one) for one in sheet.record],
        "assessment": [asdict(one) for one in sheet.assessment],
    }

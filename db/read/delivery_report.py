"""Summarise the delivery of a run: how often each fault struck, and what reconciliation found."""

from __future__ import annotations

from typing import Any

from db.sqlite.readonly import Select

_FAULTS = "SELECT dial, type, count FROM fault WHERE turned_on ORDER BY dial, type"
_RECONCILED = (
    "SELECT type, COUNT(*), SUM(listed), SUM(found), SUM(missing), SUM(returned), SUM(extra), SUM(different) "
    "FROM reconciliation GROUP BY type ORDER BY type"
)
_COLUMNS = ("lists", "listed", "found", "missing", "returned", "extra", "different")


def delivery_report(query: Select) -> dict[str, Any]:
    """Return what `simulate --json` reports about delivery.

    `faults` has each dial that was ever turned on, with its `count` in total and by event type (0 if it never struck).
    `reconciliation` is by event type.
    """
    faults: dict[str, dict[str, Any]] = {}
    for dial, kind, count in query(_FAULTS, ()):
        one = faults.setdefault(dial, {"count": 0, "types": {}})
        one["count"] += count
        one["types"][kind] = count
    return {
        "faults": faults,
        "reconciliation": {
            kind: dict(zip(_COLUMNS, counts, strict=True)) for kind, *counts in query(_RECONCILED, ())
        },
    }

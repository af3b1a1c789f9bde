"""Edit a log: small objects that can be printed, and a function that applies them.

An edit is one of

    {"seq": 12, "set": {"amount_minor": 500}}     change a value of an event
    {"seq": 12, "drop": true}                     drop an event
    {"subject": "p_1f…", "drop": true}            drop a friend: all visits, claims and conversions of this person
    {"before": 12, "add": {"type": …}}            add an event, received just before another
    {"at": 1767225600000, "add": {"type": …}}     add an event, received at that time, after all others of that time
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import polars as pl

from simulator.domain.vocabulary import CONVERSION_TYPES
from simulator.events.columns import EVENT_SCHEMA

_AS_FRIEND: Final = frozenset({"friend.visited", "friend.claimed", *CONVERSION_TYPES})
"""The types that make a person a friend. The person's own links stay: if one were dropped, a later link with the same
code would become valid."""

Edit = dict[str, Any]
Row = dict[str, Any]


def edited(events: pl.DataFrame, edits: Sequence[Edit]) -> pl.DataFrame:
    """Return the log (EVENT_SCHEMA) with these edits applied, numbered anew from 1 in the order of receipt.

    An event whose time of receipt is changed moves to its place by that time; otherwise events keep their order.
    """
    rows: list[tuple[int, float, Row]] = [
        (row["received_at"], float(row["seq"]), row) for row in events.iter_rows(named=True)
    ]
    for edit in edits:
        rows = _edited(rows, edit)
    rows.sort(key=lambda one: one[:2])
    made = [row | {"seq": place} for place, (_, _, row) in enumerate(rows, 1)]
    return pl.DataFrame(made, schema=EVENT_SCHEMA, orient="row")


def _edited(rows: list[tuple[int, float, Row]], edit: Edit) -> list[tuple[int, float, Row]]:
    if "subject" in edit:
        return [
            one for one in rows if one[2]["subject"] != edit["subject"] or one[2]["type"] not in _AS_FRIEND
        ]
    if "seq" in edit:
        return [
            one
            for at, order, row in rows
            for one in ([(at, order, row)] if row["seq"] != edit["seq"] else _changed(order, row, edit))
        ]
    row = dict.fromkeys(EVENT_SCHEMA) | edit["add"]
    if "at" in edit:
        place = (edit["at"], float("inf"))
    else:
        place = next((at, order - 0.5) for at, order, one in rows if one["seq"] == edit["before"])
    row["received_at"] = place[0]
    if row["occurred_at"] is None:
        row["occurred_at"] = place[0]
    return [*rows, (*place, row)]


def _changed(order: float, row: Row, edit: Edit) -> list[tuple[int, float, Row]]:
    if edit.get("drop"):
        return []
    row = row | edit["set"]
    return [(row["received_at"], order, row)]

"""Find where the engine and the oracle differ: the first row or entry, in words, with what led to it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import zip_longest
from typing import Any

from tests.engine.collector import Collector
from tests.engine.oracle import Entry, Event, Oracle, Row, Rows

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAMES = ("source", "event_id", "milestone", "reward", "role", "recipient", "friend")


def first_difference(collector: Collector, oracle: Oracle) -> str | None:
    """The first row of the export in which the two differ, if there is one."""
    theirs = oracle.rows
    for table, mine, wanted in zip(Rows._fields, collector.rows, theirs, strict=True):
        for place, (a, b) in enumerate(zip_longest(mine, wanted)):
            if a != b:
                return "\n".join([f"{table}[{place}]: {_rows_apart(a, b)}", *_history(oracle, a or b)])
            if list(a) != list(b):
                return f"{table}: the engine's columns are {list(a)}, the oracle's {list(b)}"
    return None


def first_entry_apart(collector: Collector, oracle: Oracle) -> str | None:
    """The first entry of the audit trail in which the two differ, if there is one."""
    before: list[Entry] = []
    for place, (a, b) in enumerate(zip_longest(collector.trail, oracle.trail)):
        if a != b:
            lines = [f"trail[{place}]:", f"  engine {_entry(a)}", f"  oracle {_entry(b)}", "after"]
            return "\n".join([*lines, *(f"  {_entry(entry)}" for entry in before[-5:])])
        before.append(b)
    return None


def _rows_apart(a: Row | None, b: Row | None) -> str:
    if a is None:
        return f"the engine has no such row; the oracle has {b}"
    if b is None:
        return f"the oracle has no such row; the engine has {a}"
    named = ", ".join(str(b[name]) for name in _NAMES if b.get(name) is not None)
    apart = [
        f"  {name}: engine {_value(name, a.get(name))}, oracle {_value(name, b[name])}"
        for name in b
        if a.get(name) != b[name]
    ]
    return "\n".join([f"({named})", *apart])


def _value(name: str, value: Any) -> str:
    return moment(value) if name.endswith("_at") and isinstance(value, int) else repr(value)


def moment(at: int) -> str:
    """A moment in milliseconds as text: `2026-01-01 12:00:00.000`."""
    return (_EPOCH + timedelta(milliseconds=at)).isoformat(" ", "milliseconds").removesuffix("+00:00")


def _entry(entry: Entry | None) -> str:
    if entry is None:
        return "nothing"
    about = "" if entry.ref is None else f" {entry.ref}"
    trigger = f"by event {entry.trigger}, version {entry.version}"
    return f"{moment(entry.at)} {entry.kind}{about} of {entry.person}: {entry.detail} ({trigger})"


def _history(oracle: Oracle, row: Row) -> list[str]:
    """What the oracle recorded of the conversion of a row, or of its person."""
    events = [e for e in oracle.log if _concerns(e, row)]
    seqs = {e["seq"] for e in events}
    trail = [e for e in oracle.trail if e.trigger in seqs]
    return [
        "the events of it:",
        *(f"  {event['seq']} {moment(event['received_at'])} {_said(event)}" for event in events),
        "the oracle's trail of them:",
        *(f"  {_entry(entry)}" for entry in trail),
    ]


def _concerns(event: Event, row: Row) -> bool:
    if "event_id" not in row:
        return event["subject"] in (row.get("friend"), row.get("subject"))
    key = row["event_id"]
    names = ("id", "reverses", "reinstates", "adjusts", "decision_id", "reward_id")
    return any(event[name] == key for name in names)


def _said(event: Event) -> str:
    hidden = ("seq", "received_at", "program")
    return str({name: value for name, value in event.items() if value is not None and name not in hidden})

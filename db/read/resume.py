"""Read what a writer needs to reopen a database: the greatest numbers, and what was in progress."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from db.control import DIAL, WriterCommand
from db.read.review_queue import waiting
from db.sqlite.readonly import Select

_ISSUED = (
    "SELECT a.at, r.recipient, r.community FROM audit a JOIN reward r ON r.id = a.ref "
    "WHERE a.kind = 'issued' AND a.seq > ? AND a.seq <= ?"
)
_REFUSED = (
    "SELECT decided_at, COALESCE(referrer, -1) FROM decision WHERE outcome = 'refused' AND id > ? AND id <= ?"
)
_PERSONS = "SELECT id, ref FROM person WHERE id > ? AND id <= ? ORDER BY id"
_CHANGED = (
    "SELECT at, text FROM audit JOIN program_version v ON v.version = ref WHERE kind = 'program-changed' "
    "ORDER BY seq"
)
PAGE = 100_000
"""The range of a table's numbers that is read at once."""


def events_stored(query: Select) -> int:
    """Count the events of the log."""
    return _number(query, "SELECT COUNT(*) FROM event")


def last_entry(query: Select) -> int:
    """Return the number of the newest audit entry, 0 if there is none."""
    return _number(query, "SELECT COALESCE(MAX(seq), 0) FROM audit")


def last_quarantined(query: Select) -> int:
    """Return the greatest number in quarantine, 0 if it is empty."""
    return _number(query, "SELECT COALESCE(MAX(number), 0) FROM quarantine")


def last_command(query: Select) -> int:
    """Return the greatest number of a command that was executed or refused, 0 if there is none."""
    return _number(query, "SELECT COALESCE(MAX(id), 0) FROM command")


def last_measurement(query: Select) -> int:
    """Return the greatest number of a measurement, 0 if there is none."""
    return _number(query, "SELECT COALESCE(MAX(number), 0) FROM meter")


def last_program_version(query: Select) -> int:
    """Return the number of the newest program version."""
    return _number(query, "SELECT MAX(version) FROM program_version")


def first_program(query: Select) -> str:
    """Return the text of the program that the run started with."""
    ((text,),) = query("SELECT text FROM program_version WHERE version = 1", ())
    return str(text)


def clock_status(query: Select) -> str:
    """Return the writer's last status: running, paused, finished or stopped."""
    return str(query("SELECT status FROM clock WHERE id = 1", ())[0][0])


def ends_at(query: Select) -> int | None:
    """Return the time at which the run ends (milliseconds UTC); None before it has started."""
    found: int | None = query("SELECT ends_at FROM clock WHERE id = 1", ())[0][0]
    return found


def counted_refusals(query: Select) -> list[tuple[str, str]]:
    """Return the parts that the rollups of refusals have so far, as pairs of metric and part."""
    sql = "SELECT metric, part FROM breakdown WHERE metric LIKE 'receipt.%' OR metric LIKE 'quarantine.%'"
    return query(sql, ())


def open_reviews(query: Select) -> list[tuple[int, str, str, str, str]]:
    """Return what is in review: start (milliseconds UTC), the conversion's source and id, milestone, friend."""
    return [(one.since, one.source, one.event_id, one.milestone, one.friend) for one in waiting(query)]


def turned_dials(query: Select) -> list[tuple[int, object]]:
    """Return the executed commands to the fault dials: simulated time (milliseconds UTC), and what was set."""
    sql = "SELECT sim_at, args FROM command WHERE kind = ? AND refused IS NULL ORDER BY id"
    return [(at, json.loads(args).get("faults")) for at, args in query(sql, (DIAL,))]


def settings(query: Select) -> dict[str, str]:
    """Return all settings by name."""
    return dict(query("SELECT name, value FROM setting ORDER BY name", ()))


def obeyed_commands(query: Select) -> list[tuple[WriterCommand, int, int]]:
    """Return the executed commands, each with the event before it and the simulated time (milliseconds UTC)."""
    sql = "SELECT id, kind, args, issued_at, seq, sim_at FROM command WHERE refused IS NULL ORDER BY id"
    return [
        (WriterCommand(number, kind, json.loads(args), issued_at), seq, sim_at)
        for number, kind, args, issued_at, seq, sim_at in query(sql, ())
    ]


def kept_answers(query: Select) -> list[tuple[int, str, str]]:
    """Return what conditions had said of people who were erased: seq of the event, question, answer."""
    return query("SELECT seq, what, answer FROM kept_answer ORDER BY seq, what", ())


def persons(query: Select) -> Iterator[list[tuple[int, str]]]:
    """Yield all people in pages: rows of number and reference."""
    return _pages(query, "person", "id", _PERSONS)


def issued_rewards(query: Select) -> Iterator[list[tuple[int, int | None, str | None]]]:
    """Yield all issued rewards in pages: rows of time (milliseconds UTC), and person or community."""
    return _pages(query, "audit", "seq", _ISSUED)


def refused_decisions(query: Select) -> Iterator[list[tuple[int, int]]]:
    """Yield all refused decisions in pages: rows of time (milliseconds UTC), and the referrer's number or -1."""
    return _pages(query, "decision", "id", _REFUSED)


def program_changes(query: Select) -> list[tuple[int, str]]:
    """Return the program's changes in order: time (milliseconds UTC), and the new text."""
    return query(_CHANGED, ())


def _number(query: Select, sql: str) -> int:
    return int(str(query(sql, ())[0][0]))


def _pages(query: Select, table: str, key: str, sql: str) -> Iterator[list[Any]]:
    """Yield the rows of a SELECT between two keys of a table, `PAGE` keys at once."""
    last = _number(query, f"SELECT COALESCE(MAX({key}), -1) FROM {table}")
    for first in range(-1, last, PAGE):
        yield query(sql, (first, min(last, first + PAGE)))

"""Check what is always true of a platform's database, by queries over the stored rows."""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from simulator.program.model import Cap, CapWindow, Program
from simulator.proof.compare import DifferenceError

_NEVER: dict[str, tuple[str, str]] = {
    "every reward has a qualified decision": (
        "SELECT r.id FROM reward r LEFT JOIN decision d ON d.id = r.decision WHERE d.outcome IS NOT 'qualified'",
        "reward {}: its decision is not qualified",
    ),
    "every qualified decision has an attribution and a conversion": (
        "SELECT d.id FROM decision d LEFT JOIN event e ON e.seq = d.seq "
        "LEFT JOIN attribution a ON a.friend = d.friend AND a.referrer = d.referrer "
        "WHERE d.outcome = 'qualified' AND (a.seq IS NULL OR e.seq IS NULL OR e.person IS NOT d.friend)",
        "decision {}: qualified without an attribution or its conversion",
    ),
    "one decision for a conversion and milestone": (
        "SELECT MAX(id) FROM decision GROUP BY seq, milestone HAVING COUNT(*) > 1",
        "decision {}: its conversion has another for the same milestone",
    ),
    "a friend has at most one attribution": (
        "SELECT MAX(seq) FROM attribution GROUP BY friend HAVING COUNT(*) > 1",
        "attribution with seq {}: its friend has another",
    ),
    "a list's events are found or missing": (
        "SELECT type || ' ' || until FROM reconciliation "
        "WHERE listed <> found + missing OR returned > missing OR different > found",
        "reconciliation of {}: its counts do not add up",
    ),
}


def check_invariants(connection: sqlite3.Connection, programs: list[Program]) -> list[str]:
    """Check each invariant, and return a line for each that holds.

    Raises:
        DifferenceError: the first that does not hold, with the row.

    """
    for sql, message in _NEVER.values():
        found = connection.execute(sql + " LIMIT 1").fetchone()
        if found is not None:
            raise DifferenceError(message.format(found[0]))
    _check_once(connection, programs)
    _check_budget(connection, programs)
    _check_caps(connection, programs)
    under = "" if len(programs) == 1 else ", each under the version it was judged by"
    return [
        *_NEVER,
        f"at most one qualified decision of a friend for a milestone{under}",
        f"budget and caps kept{under}",
    ]


def receipts(connection: sqlite3.Connection) -> dict[str, int]:
    """Return the number of receipts by kind, checked to add up to the messages received.

    Raises:
        DifferenceError: they don't add up.

    """
    kinds = ("accepted", "duplicate", "conflict", "malformed")
    totals = dict(connection.execute("SELECT metric, count FROM total WHERE metric LIKE 'receipt.%'"))
    counts = {kind: totals.get(f"receipt.{kind}", 0) for kind in kinds}
    hours = dict(
        connection.execute(
            "SELECT metric, SUM(count) FROM hour WHERE metric LIKE 'receipt.%' GROUP BY metric"
        )
    )
    for kind in kinds:
        if counts[kind] != hours.get(f"receipt.{kind}", 0):
            raise DifferenceError(
                f"total with metric receipt.{kind}: count is {counts[kind]}, "
                f"its hours add up to {hours.get(f'receipt.{kind}', 0)}"
            )
    _check_duplicates(connection)
    row = connection.execute("SELECT value FROM setting WHERE name = 'receipts'").fetchone()
    received = row[0] if row is not None else "0"
    if received != str(sum(counts.values())):
        raise DifferenceError(
            f"setting with name receipts: value is {received}, accepted + duplicate + conflict + malformed "
            f"is {sum(counts.values())}"
        )
    return counts


def _check_duplicates(connection: sqlite3.Connection) -> None:
    """Check the rollups of duplicates, of which no row is stored.

    The `value` of an hour's row is hour x count, and the rows of longer spans hold the sums of these.
    """
    for table in ("hour", "breakdown_hour"):
        found = connection.execute(
            f"SELECT hour, count, value FROM {table} "
            "WHERE metric = 'receipt.duplicate' AND value IS NOT hour * count LIMIT 1"
        ).fetchone()
        if found is not None:
            raise DifferenceError(
                f"{table} with hour {found[0]}, metric receipt.duplicate: value is {found[2]}, "
                f"with its count of {found[1]} it should be {found[0]} x {found[1]}"
            )
    for whole, parts, key in _ADD_UP:
        sums = [
            dict(
                connection.execute(
                    f"SELECT {of}, SUM({what}) FROM {table} WHERE metric = 'receipt.duplicate' GROUP BY 1"
                )
            )
            for table, of in ((whole, key), (parts, key.replace("week", "(hour / 168)")))
            for what in ("count", "value")
        ]
        if sums[:2] != sums[2:]:
            raise DifferenceError(
                f"{whole} with metric receipt.duplicate: its numbers are not what those of {parts} add up to"
            )


_ADD_UP = (
    ("total", "hour", "1"),
    ("week", "hour", "week"),
    ("breakdown", "breakdown_hour", "part"),
    ("breakdown_week", "breakdown_hour", "week || ' ' || part"),
)
"""Rollups that must agree on duplicates: the sums, their parts by hour, and the key that both are summed by."""


def _check_once(connection: sqlite3.Connection, programs: list[Program]) -> None:
    """Check that a friend qualifies once for a milestone: under each version, or over all if all define it alike."""
    for version, program in enumerate(programs, 1):
        for milestone in program.milestones:
            if milestone.occurrence == "each":
                continue
            others = {one for other in programs for one in other.milestones if one.name == milestone.name}
            within = "" if others == {milestone} else f" AND program_version = {version}"
            found = connection.execute(
                f"SELECT MAX(id) FROM decision WHERE outcome = 'qualified' AND milestone = ?{within} "
                "GROUP BY friend HAVING COUNT(*) > 1 LIMIT 1",
                (milestone.name,),
            ).fetchone()
            if found is not None:
                raise DifferenceError(
                    f"decision {found[0]}: its friend has qualified before for the same milestone"
                )


def _check_budget(connection: sqlite3.Connection, programs: list[Program]) -> None:
    """Check each version's budget against what had been spent when the last reward under it was issued."""
    begins = [
        -(2**62) if at is None else at
        for (at,) in connection.execute(
            "SELECT e.received_at FROM program_version v LEFT JOIN event e ON e.seq = v.from_seq AND v.version > 1 "
            "ORDER BY v.version"
        )
    ]
    for program, begin, end in zip(programs, begins, [*begins[1:], 2**62], strict=True):
        spent, newest = connection.execute(
            "SELECT COALESCE(SUM(value_minor), 0), MAX(due_at) FROM reward "
            "WHERE state IN ('issued', 'revoked') AND due_at < ?",
            (end,),
        ).fetchone()
        issued_then = newest is not None and newest >= begin
        if issued_then and program.budget_minor is not None and spent > program.budget_minor:
            raise DifferenceError(
                f"rewards: {spent} minor units issued, the budget is {program.budget_minor}"
            )


def _check_caps(connection: sqlite3.Connection, programs: list[Program]) -> None:
    """Check each issued line against the caps of its own version, which count the lines of all versions."""
    names = {(reward.name, reward.to) for program in programs for reward in program.rewards if reward.caps}
    for name, role in sorted(names):
        caps = {
            version: next((one.caps for one in program.rewards if (one.name, one.to) == (name, role)), ())
            for version, program in enumerate(programs, 1)
        }
        rows = connection.execute(
            "SELECT r.recipient, r.community, r.id, r.due_at, r.value_minor, d.program_version FROM reward r "
            "LEFT JOIN decision d ON d.id = r.decision WHERE r.reward = ? AND r.role = ? "
            "AND r.state IN ('issued', 'revoked') ORDER BY r.recipient, r.community, r.due_at, r.seq, r.id",
            (name, role),
        )
        for _, own in groupby(rows, key=lambda row: row[:2]):
            lines = list(own)
            for cap in {cap for some in caps.values() for cap in some}:
                for number, version in _over(cap, lines):
                    if cap in caps.get(version, ()):
                        raise DifferenceError(f"reward {number}: its recipient is over a cap of {name}")


def _over(cap: Cap, lines: list[tuple[Any, ...]]) -> Iterator[tuple[int, int]]:
    """Yield id and program version of each line with which a recipient exceeds the cap."""
    held: deque[tuple[int, int]] = deque()
    value = 0
    for _, _, number, due_at, minor, version in lines:
        start = window_start(cap.window, due_at)
        while held and held[0][0] < start:
            value -= held.popleft()[1]
        held.append((due_at, minor))
        value += minor
        if (cap.count is not None and len(held) > cap.count) or (
            cap.value_minor is not None and value > cap.value_minor
        ):
            yield number, version


def window_start(window: CapWindow, at: int) -> int:
    """Return the first moment, milliseconds UTC, of the cap's window that ends at `at`."""
    if window.kind == "lifetime":
        return -(2**62)
    if window.kind == "rolling":
        return at - (window.ms or 0) + 1
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at)
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    start = {
        "calendar-day": day,
        "calendar-week": day - timedelta(days=day.weekday()),
        "calendar-month": day.replace(day=1),
        "calendar-year": day.replace(month=1, day=1),
    }[window.kind]
    return (start - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)

"""Check what is always true of a platform's database, by queries over the stored rows."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Final

from db.read import proving
from db.read.proving import IssuedLine
from db.read.settings import setting
from db.sqlite.readonly import Database
from simulator.program.model import Cap, CapWindow, Program
from simulator.proof.compare import DifferenceError

_NEVER: Final[dict[str, tuple[Callable[[Database], object], str]]] = {
    "every reward has a qualified decision": (
        proving.unqualified_reward,
        "reward {}: its decision is not qualified",
    ),
    "every qualified decision has an attribution and a conversion": (
        proving.unfounded_decision,
        "decision {}: qualified without an attribution or its conversion",
    ),
    "one decision for a conversion and milestone": (
        proving.repeated_decision,
        "decision {}: its conversion has another for the same milestone",
    ),
    "a friend has at most one attribution": (
        proving.repeated_attribution,
        "attribution with seq {}: its friend has another",
    ),
    "a list's events are found or missing": (
        proving.unbalanced_reconciliation,
        "reconciliation of {}: its counts do not add up",
    ),
}
"""What holds of every database, the query that finds what breaks it, and the words for that."""


def check_invariants(connection: Database, programs: list[Program]) -> list[str]:
    """Check each invariant, and return a line for each that holds.

    Raises:
        DifferenceError: the first that does not hold, with the row.

    """
    for find, message in _NEVER.values():
        found = find(connection)
        if found is not None:
            raise DifferenceError(message.format(found))
    _check_once(connection, programs)
    _check_budget(connection, programs)
    _check_caps(connection, programs)
    under = "" if len(programs) == 1 else ", each under the version it was judged by"
    return [
        *_NEVER,
        f"at most one qualified decision of a friend for a milestone{under}",
        f"budget and caps kept{under}",
    ]


def receipts(connection: Database) -> dict[str, int]:
    """Return the number of receipts by kind, checked to add up to the messages received.

    Raises:
        DifferenceError: they don't add up.

    """
    kinds = ("accepted", "duplicate", "conflict", "malformed")
    totals = proving.receipts_in_total(connection)
    counts = {kind: totals.get(f"receipt.{kind}", 0) for kind in kinds}
    hours = proving.receipts_by_hour(connection)
    for kind in kinds:
        if counts[kind] != hours.get(f"receipt.{kind}", 0):
            raise DifferenceError(
                f"total with metric receipt.{kind}: count is {counts[kind]}, "
                f"its hours add up to {hours.get(f'receipt.{kind}', 0)}"
            )
    _check_duplicates(connection)
    stored = setting(connection, "receipts")
    received = "0" if stored is None else stored
    if received != str(sum(counts.values())):
        raise DifferenceError(
            f"setting with name receipts: value is {received}, accepted + duplicate + conflict + malformed "
            f"is {sum(counts.values())}"
        )
    return counts


def _check_duplicates(connection: Database) -> None:
    """Check the rollups of duplicates, of which no row is stored.

    The `value` of an hour's row is hour x count, and the rows of longer spans hold the sums of these.
    """
    for table in ("hour", "breakdown_hour"):
        found = proving.wrong_duplicates(connection, table)
        if found is not None:
            raise DifferenceError(
                f"{table} with hour {found[0]}, metric receipt.duplicate: value is {found[2]}, "
                f"with its count of {found[1]} it should be {found[0]} x {found[1]}"
            )
    unequal = proving.unequal_duplicates(connection)
    if unequal is not None:
        whole, parts = unequal
        raise DifferenceError(
            f"{whole} with metric receipt.duplicate: its numbers are not what those of {parts} add up to"
        )


def _check_once(connection: Database, programs: list[Program]) -> None:
    """Check that a friend qualifies once for a milestone: under each version, or over all if all define it alike."""
    for version, program in enumerate(programs, 1):
        for milestone in program.milestones:
            if milestone.occurrence == "each":
                continue
            others = {one for other in programs for one in other.milestones if one.name == milestone.name}
            within = None if others == {milestone} else version
            found = proving.qualified_twice(connection, milestone.name, within)
            if found is not None:
                raise DifferenceError(
                    f"decision {found}: its friend has qualified before for the same milestone"
                )


def _check_budget(connection: Database, programs: list[Program]) -> None:
    """Check each version's budget against what had been spent when the last reward under it was issued."""
    begins = [-(2**62) if at is None else at for at in proving.version_begins(connection)]
    for program, begin, end in zip(programs, begins, [*begins[1:], 2**62], strict=True):
        spent, newest = proving.issued_before(connection, end)
        issued_then = newest is not None and newest >= begin
        if issued_then and program.budget_minor is not None and spent > program.budget_minor:
            raise DifferenceError(
                f"rewards: {spent} minor units issued, the budget is {program.budget_minor}"
            )


def _check_caps(connection: Database, programs: list[Program]) -> None:
    """Check each issued line against the caps of its own version, which count the lines of all versions."""
    names = {(reward.name, reward.to) for program in programs for reward in program.rewards if reward.caps}
    for name, role in sorted(names):
        caps = {
            version: next((one.caps for one in program.rewards if (one.name, one.to) == (name, role)), ())
            for version, program in enumerate(programs, 1)
        }
        rows = proving.issued_lines(connection, name, role)
        for _, own in groupby(rows, key=lambda line: (line.recipient, line.community)):
            lines = list(own)
            for cap in {cap for some in caps.values() for cap in some}:
                for number, version in _over(cap, lines):
                    if cap in caps.get(version, ()):
                        raise DifferenceError(f"reward {number}: its recipient is over a cap of {name}")


def _over(cap: Cap, lines: Sequence[IssuedLine]) -> Iterator[tuple[int, int]]:
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

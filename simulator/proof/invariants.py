"""Check what must always be true of a platform's database, with queries over the stored rows."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from typing import Final

from db.read import proving
from db.read.proving import CountedLine
from db.read.settings import setting
from db.sqlite.readonly import Database
from simulator.domain.calendars import period_start
from simulator.program.model import Cap, Program
from simulator.program.windows import window_start
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
    "a friend has at most one attribution that has not ended": (
        proving.repeated_attribution,
        "attribution with seq {}: its friend has another that has not ended",
    ),
    "a list's events are found or missing": (
        proving.unbalanced_reconciliation,
        "reconciliation of {}: its counts do not add up",
    ),
}
"""What is true of every database, the query that finds a violation, and the words for it."""


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
        f"no friend qualifies for a milestone again while an earlier conversion stands or is paid{under}",
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
    """Check the rollups of duplicates, whose rows are not stored.

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
    """Check that no friend qualifies for a milestone again while an earlier conversion stands or is paid.

    Asked under each version, or over all if all define the milestone alike. Conversions that were reinstated are left
    out: they may stand beside what took their place.
    """
    for version, program in enumerate(programs, 1):
        for milestone in program.milestones:
            if milestone.occurrence == "each":
                continue
            others = {one for other in programs for one in other.milestones if one.name == milestone.name}
            within = None if others == {milestone} else version
            found = proving.qualified_again(connection, milestone.name, within)
            if found is not None:
                raise DifferenceError(
                    f"decision {found}: its friend has qualified before for the same milestone, "
                    "and that stood or was paid then"
                )


class _Held:
    """What counts in a window at a moment: lines and minor units, with and without those taken back."""

    def __init__(self) -> None:
        self._lines: deque[tuple[int, int, int]] = deque()  # when it began to count, its number, its value
        self._gone: set[int] = set()
        self._count = self._minor = self._gone_minor = 0

    def enter(self, at: int, number: int, minor: int) -> None:
        self._lines.append((at, number, minor))
        self._count += 1
        self._minor += minor

    def leave(self, number: int, minor: int) -> None:
        if any(number == one for _, one, _ in self._lines):
            self._gone.add(number)
            self._gone_minor += minor

    def begin(self, start: int) -> None:
        """Drop what began to count before the window."""
        while self._lines and self._lines[0][0] < start:
            _, number, minor = self._lines.popleft()
            self._count -= 1
            self._minor -= minor
            if number in self._gone:
                self._gone.remove(number)
                self._gone_minor -= minor

    def count(self, *, returns: bool) -> int:
        return self._count - (len(self._gone) if returns else 0)

    def minor(self, *, returns: bool) -> int:
        return self._minor - (self._gone_minor if returns else 0)


def _check_budget(connection: Database, programs: list[Program]) -> None:
    """Check at each issue that what counts is within the budget of the version in force."""
    if all(program.budget_minor is None for program in programs):
        return
    begins = [-(2**62) if at is None else at for at in proving.version_begins(connection)]
    waits = any(program.budget.short == "wait" for program in programs)
    held = _Held()
    for line in proving.budget_lines(connection, waited=waits):
        if not line.enters:
            held.leave(line.number, line.value_minor)
            continue
        held.enter(line.at, line.number, line.value_minor)
        program = programs[bisect_right(begins, line.at) - 1]
        if program.budget_minor is None:
            continue
        if program.budget.period != "lifetime":
            held.begin(period_start(line.at, program.budget.period, program.timezone))
        spent = held.minor(returns=program.budget.returns)
        if spent > program.budget_minor:
            raise DifferenceError(
                f"reward {line.number}: {spent} minor units issued by then, the budget is {program.budget_minor}"
            )


def _check_caps(connection: Database, programs: list[Program]) -> None:
    """Check each issued line against the caps of its own version, which count the lines of all versions."""
    rewards = {(reward.name, reward.to) for program in programs for reward in program.rewards if reward.caps}
    for name, role in sorted(rewards):
        caps = {
            version: next((one.caps for one in program.rewards if (one.name, one.to) == (name, role)), ())
            for version, program in enumerate(programs, 1)
        }
        for cap in sorted({cap for some in caps.values() for cap in some}, key=repr):
            zones = {version: programs[version - 1].timezone for version, some in caps.items() if cap in some}
            found = _over(cap, proving.capped_lines(connection, name, role, cap.per), zones)
            if found is not None:
                whose = "everybody together is" if cap.per == "program" else "its recipient is"
                raise DifferenceError(f"reward {found}: {whose} over a cap of {name}")


def _over(cap: Cap, lines: Iterator[CountedLine], zones: Mapping[int, str]) -> int | None:
    """Return the first line that exceeds the cap, of those judged by the versions that have it; None if none does.

    `zones` are the time zones of these versions.
    """
    for _, own in groupby(lines, key=lambda line: line.group):
        held = _Held()
        for line in own:
            if not line.enters:
                held.leave(line.number, line.value_minor)
                continue
            held.enter(line.at, line.number, line.value_minor)
            zone = zones.get(line.version)
            if zone is None:
                continue
            held.begin(window_start(cap.window, line.at, zone))
            if (cap.count is not None and held.count(returns=cap.returns) > cap.count) or (
                cap.value_minor is not None and held.minor(returns=cap.returns) > cap.value_minor
            ):
                return line.number
    return None

"""The review queue: what waits for an operator, and a verdict on it, which is an event like any other."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import orjson

from db.sqlite.readonly import in_words, open_readonly
from simulator.domain.errors import InputError
from simulator.events.contract import REFERENCE_PATTERN
from simulator.events.moment import format_moment
from simulator.platform.door import Platform
from simulator.platform.steering import steer

Verdict = Literal["approve", "decline"]

_SELECT = (
    "SELECT d.id, e.source, e.id, d.milestone, friend.ref, referrer.ref, d.reason, d.failed, d.decided_at, "
    "e.amount_minor, e.currency FROM decision d JOIN event e ON e.seq = d.seq "
    "JOIN person friend ON friend.id = d.friend LEFT JOIN person referrer ON referrer.id = d.referrer "
    "WHERE d.outcome = 'review' "
)
_WAITING = _SELECT + "ORDER BY d.id"
_ONE = _SELECT + "AND d.id = ?"


@dataclass(frozen=True)
class Waiting:
    """A decision in review; `since` in milliseconds UTC, `failed` the rules that failed and how."""

    number: int
    source: str
    id: str
    milestone: str
    friend: str
    referrer: str | None
    reason: str
    failed: list[list[str]]
    since: int
    amount_minor: int | None
    currency: str | None

    def as_json(self) -> dict[str, Any]:
        """The same as an object."""
        return asdict(self)


def waiting(path: Path) -> list[Waiting]:
    """What waits for a review in the database at `path`, the oldest first.

    Raises:
        DatabaseError: it is missing, foreign or damaged.

    """
    with closing(open_readonly(path)) as connection:
        try:
            return [_waiting(row) for row in connection.execute(_WAITING)]
        except sqlite3.Error as error:
            raise in_words(error, path) from error


def _waiting(row: tuple[Any, ...]) -> Waiting:
    number, source, own_id, milestone, friend, referrer, reason, failed, since, amount, currency = row
    return Waiting(
        number,
        source,
        own_id,
        milestone,
        friend,
        referrer,
        reason,
        orjson.loads(failed),
        since,
        amount,
        currency,
    )


def find(queue: list[Waiting], what: str) -> Waiting:
    """The one that `what` names: its number, `source:id` of its conversion, or that with `:milestone`.

    Raises:
        InputError: none does, or several do.

    """
    found = [
        one
        for one in queue
        if what in (str(one.number), f"{one.source}:{one.id}", f"{one.source}:{one.id}:{one.milestone}")
    ]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(f"{one.source}:{one.id}:{one.milestone}" for one in found)
        raise InputError(f"{what}: names {len(found)} decisions; say which: {names}")
    numbers = ", ".join(str(one.number) for one in queue[:5])
    more = " …" if len(queue) > 5 else ""
    hint = f"waiting are {numbers}{more}; `review list` shows them" if queue else "nothing waits for a review"
    raise InputError(f"{what}: no decision in review of that number or conversion; {hint}")


def waiting_one(platform: Platform, number: int) -> Waiting:
    """The decision of this number, which waits on an open platform.

    Raises:
        InputError: it does not, or there is none.

    """
    for row in platform.query(_ONE, (number,)):
        return _waiting(row)
    known = platform.query("SELECT outcome FROM decision WHERE id = ?", (number,))
    raise InputError(
        f"decision {number} is {known[0][0]} already; the first verdict counts"
        if known
        else f"decision {number}: there is none of that number; `review list` shows what waits"
    )


def settle(platform: Platform, one: Waiting, verdict: Verdict, by: str, at_ms: int) -> str:
    """Send an operator's verdict through the door, received at `at_ms` (milliseconds UTC); gives the new outcome.

    Raises:
        InputError: `by` is no reference, or the time is before the newest receipt.
        DatabaseError: the database can't be written.

    """
    if at_ms < platform.floor_ms:
        floor = platform.floor_ms
        raise InputError(
            f"the time {format_moment(at_ms)} is before what was received or told already; "
            f"the earliest right value is {format_moment(floor)} ({floor})"
        )
    data = {
        "decision": {"source": one.source, "id": one.id, "milestone": one.milestone},
        "verdict": verdict,
        "by": by,
    }
    hint = f"; --by takes a reference, {REFERENCE_PATTERN}"
    steer(platform, "review.decided", f"verdict-{one.number}-{at_ms}", data, at_ms, hint)
    ((outcome,),) = platform.query("SELECT outcome FROM decision WHERE id = ?", (one.number,))
    return str(outcome)

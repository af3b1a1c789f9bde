"""Read attributions and decisions as they are stored, one by one: of a friend, of a conversion, by number."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from typing import Any, Final, NamedTuple

from db.sqlite.readonly import AMONG, Database, listed


@dataclass(frozen=True, slots=True)
class AttributionRow:
    """How a friend was attributed; times in milliseconds UTC, `touch_seq` and `seq` are events, people are numbers."""

    seq: int
    friend: int
    referrer: int
    code: str
    channel: str
    method: str
    touch_at: int
    attributed_at: int
    touch_seq: int
    generation: int
    referrer_ref: str
    friend_ref: str
    ended_at: int | None = None


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A decision on a conversion (`seq`) for a milestone.

    `failed`, `offered` and `facts` are JSON; `facts` is None if no rule ran.
    """

    id: int
    seq: int
    milestone: str
    friend: int
    referrer: int | None
    outcome: str
    reason: str | None
    decided_at: int
    failed: str
    offered: str
    facts: str | None
    program_version: int
    withheld_minor: int | None


class BroughtFriend(NamedTuple):
    """A friend whom a referrer brought: number and reference, and how and when they were attributed."""

    number: int
    friend: str
    code: str
    channel: str
    method: str
    attributed_at: int


class Claimed(NamedTuple):
    """A friend of a referrer, with the event at which they were attributed, its time, and the code."""

    seq: int
    friend: int
    ref: str
    code: str
    attributed_at: int


class Verdict(NamedTuple):
    """The result of a decision for a milestone."""

    milestone: str
    outcome: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class OutcomeCount:
    """How many decisions have this outcome and reason."""

    outcome: str
    reason: str | None
    count: int


class Settled(NamedTuple):
    """When a decision was made or settled, and the source and id of its conversion."""

    decided_at: int
    source: str
    id: str


def attribution_of(db: Database, friend: int) -> AttributionRow | None:
    """Return a friend's attribution, or None."""
    found = db.execute(
        "SELECT attribution.seq, friend, referrer, code, channel, method, touch_at, attributed_at, touch_seq, "
        "generation, person.ref, own.ref, ended_at FROM attribution JOIN person ON person.id = attribution.referrer "
        "JOIN person own ON own.id = attribution.friend WHERE friend = ? LIMIT 1",
        (friend,),
    ).fetchone()
    return None if found is None else AttributionRow(*found)


def attribution_of_any(db: Database, friends: Collection[int]) -> AttributionRow | None:
    """Return the attribution of a friend with these numbers: one that has not ended, otherwise the first; or None."""
    rows = [row for one in friends if (row := attribution_of(db, one)) is not None]
    return next((row for row in rows if row.ended_at is None), rows[0] if rows else None)


def decision(db: Database, number: int) -> DecisionRow:
    """Return the decision with this number.

    Raises:
        LookupError: there is none.

    """
    return _decisions(db, "id = ?", number)[0]


def decisions_of(db: Database, friend: int) -> list[DecisionRow]:
    """Return the decisions on a friend's conversions, in the order in which they were made."""
    return _decisions(db, "friend = ? ORDER BY id", friend)


def uses_of(db: Database, code: str, before_seq: int) -> int:
    """Count the attributions that a code made before an event."""
    found = db.execute("SELECT COUNT(*) FROM attribution WHERE code = ? AND seq < ?", (code, before_seq))
    return int(found.fetchone()[0])


def decided_friend(db: Database, seq: int) -> int | None:
    """Return the friend (a number) of the decisions on the event with this number; None if there are none.

    It differs from the event's person if that had been merged into somebody before.
    """
    found = db.execute("SELECT friend FROM decision WHERE seq = ? LIMIT 1", (seq,)).fetchone()
    return None if found is None else int(found[0])


def is_decided(db: Database, seq: int) -> bool:
    """Return whether there is a decision on the event with this number."""
    return decided_friend(db, seq) is not None


def verdicts_on(db: Database, friends: Collection[int], referrers: Collection[int]) -> list[Verdict]:
    """Return the distinct results of the decisions on a friend who was matched to a referrer, by the first of each.

    Both are given by all their numbers.
    """
    found = db.execute(
        "SELECT milestone, outcome, reason FROM decision d "
        f"WHERE {_ON_FRIENDS} GROUP BY 1, 2, 3 ORDER BY MIN(id)",
        _numbers(friends, referrers),
    )
    return [Verdict(*row) for row in found]


def outcomes_for(db: Database, friends: Collection[int], referrers: Collection[int]) -> list[OutcomeCount]:
    """Count the decisions on the friends of a referrer by outcome and reason, the most frequent first.

    All are given by all their numbers.
    """
    found = db.execute(
        f"SELECT d.outcome, d.reason, COUNT(*) AS count FROM decision d WHERE {_ON_FRIENDS} "
        "GROUP BY d.outcome, d.reason ORDER BY count DESC, d.outcome, d.reason",
        _numbers(friends, referrers),
    )
    return [OutcomeCount(*row) for row in found]


def brought_by(db: Database, referrers: Collection[int]) -> list[BroughtFriend]:
    """Return the friends of a referrer, given by all their numbers, in the order in which they were attributed."""
    found = db.execute(
        "SELECT a.friend, p.ref, a.code, a.channel, a.method, a.attributed_at FROM attribution a "
        f"JOIN person p ON p.id = a.friend WHERE a.referrer {AMONG} ORDER BY a.seq",
        _numbers(referrers),
    )
    return [BroughtFriend(*row) for row in found]


def _numbers(*people: Collection[int]) -> tuple[str, ...]:
    """Return numbers of people as `json_each` reads them, however many they are."""
    return tuple(listed(one) for one in people)


_ON_FRIENDS: Final = f"d.friend {AMONG} AND (d.referrer IS NULL OR d.referrer {AMONG})"
"""SQL: the decisions on these friends, apart from those by which another referrer was given something."""


def brought_with(db: Database, code: str, before_seq: int) -> list[str]:
    """Return the references of the friends who were attributed by a code before an event, in log order."""
    found = db.execute(
        "SELECT person.ref FROM attribution JOIN person ON person.id = attribution.friend "
        "WHERE attribution.code = ? AND attribution.seq < ? ORDER BY attribution.seq",
        (code, before_seq),
    )
    return [ref for (ref,) in found]


def newest_brought_by(db: Database, referrer: int, most: int) -> list[Claimed]:
    """Return the friends of a referrer who were attributed last, the newest first."""
    found = db.execute(
        "SELECT a.seq, a.friend, p.ref, a.code, a.attributed_at FROM attribution a "
        "JOIN person p ON p.id = a.friend WHERE a.referrer = ? ORDER BY a.seq DESC LIMIT ?",
        (referrer, most),
    )
    return [Claimed(*row) for row in found]


def settled_by_verdict(db: Database, friend: int) -> list[Settled]:
    """Return the decisions on a friend that an operator may have settled."""
    found = db.execute(
        "SELECT d.decided_at, e.source, e.id FROM decision d JOIN event e ON e.seq = d.seq WHERE d.friend = ? "
        "AND (d.reason = 'declined' OR (d.failed != '[]' AND d.outcome IN ('qualified', 'ignored')))",
        (friend,),
    )
    return [Settled(*row) for row in found]


def without_effect(db: Database, trigger: int, kind: str, after_seq: int, until_seq: int) -> str | None:
    """Return the reason of the newest entry of a kind that an event triggered, in a part of the trail, or None."""
    found = db.execute(
        "SELECT detail FROM audit WHERE seq > ? AND seq <= ? AND kind = ? AND trigger = ? ORDER BY seq DESC LIMIT 1",
        (after_seq, until_seq, str(kind), trigger),
    ).fetchone()
    return None if found is None else found[0]


def _decisions(db: Database, where: str, *values: Any) -> list[DecisionRow]:
    return [
        DecisionRow(*row) for row in db.execute(f"SELECT {_DECISION} FROM decision WHERE {where}", values)
    ]


_DECISION = ", ".join(field.name for field in fields(DecisionRow))

"""Find who got a different result under another design, and explain why on both sides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from db.read.results import FriendResult, friend_results
from db.sqlite.readonly import Database, reporting_damage, snapshot
from simulator.explain.journey import explain_friend
from simulator.explain.source import Fields, Source

ABSENT = "absent"
"""The result of a friend whom a database doesn't know."""


@dataclass(frozen=True)
class DifferentResults:
    """Who got a different result: counts by pair of results, the largest first, and some of the people explained."""

    counts: tuple[tuple[str, str, int], ...]
    people: tuple[Fields, ...]
    more: int
    """How many are not in `people`."""


def different_results(
    one: Path, other: Path, limit: int, short_name: Callable[[str], str]
) -> DifferentResults:
    """Compare each friend's results in two databases, and explain the first `limit` that differ.

    Those whom both databases know come first, each group in the order of the references. Each person is an object with
    `ref`, `name` and `sides`: for each database `result`, `reason`, `why` (what `explain` says of them) and `rewards`.

    Raises:
        DatabaseError: a database is missing, damaged, or not one of this program's.

    """
    with snapshot(one) as a, snapshot(other) as b, reporting_damage(one):
        different = [pair for pair in _pairs(a, b) if _result_words(pair[0]) != _result_words(pair[1])]
        counts = Counter((_result(x), _result(y)) for x, y in different)
        different.sort(key=lambda pair: None in pair)
        sources = Source(a), Source(b)
        people = tuple(_person(sources, pair, short_name) for pair in different[:limit])
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return DifferentResults(
        tuple((was, now, count) for (was, now), count in ordered), people, len(different) - len(people)
    )


_Pair = tuple[FriendResult | None, FriendResult | None]


def _pairs(a: Database, b: Database) -> Iterator[_Pair]:
    """Yield each friend's result in both databases; None if one doesn't know them."""
    ours, theirs = friend_results(a), friend_results(b)
    x, y = next(ours, None), next(theirs, None)
    while x is not None or y is not None:
        first = min(one.ref for one in (x, y) if one is not None)
        mine = x if x is not None and x.ref == first else None
        other = y if y is not None and y.ref == first else None
        yield mine, other
        if mine is not None:
            x = next(ours, None)
        if other is not None:
            y = next(theirs, None)


def _result(one: FriendResult | None) -> str:
    return ABSENT if one is None else one.result


def _result_words(one: FriendResult | None) -> tuple[str, str | None]:
    return _result(one), None if one is None else one.reason


def _person(sources: tuple[Source, Source], pair: _Pair, short_name: Callable[[str], str]) -> Fields:
    ref = next(one.ref for one in pair if one is not None)
    sides = [_side(source, one) for source, one in zip(sources, pair, strict=True)]
    return {"ref": ref, "name": short_name(ref), "sides": sides}


def _side(source: Source, one: FriendResult | None) -> Fields:
    if one is None:
        return {"result": ABSENT, "reason": None, "why": [], "rewards": []}
    journey = explain_friend(source, one.friend)
    names = ("reward", "role", "value_minor", "value", "state", "why")
    rewards = [{name: reward[name] for name in names} for reward in journey["rewards"]]
    return {"result": one.result, "reason": one.reason, "why": journey["why_not"], "rewards": rewards}

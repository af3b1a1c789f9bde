"""Read friends' journeys for a list: who referred them, how far they got, what it earned.

Everything is looked up by index, for the people of one page. During a run at full speed most indexes don't exist yet
(`indexed`); then only the events, decisions and rewards near the end of each table are known. Standard library only.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from simulator.domain.definitions import NOT_ISSUED, NOT_PAID, PAID, STAGES
from simulator.domain.pending import UNPAID
from simulator.domain.vocabulary import CONVERSION_TYPES, FRIEND_TYPES, Outcome

LOOK_BACK: Final = 40  # newest events of a person that are read; the claims of a friend are among them
TAIL: Final = 2_500  # rows at the end of each table that are scanned if there are no indexes: some 3 ms
_AT_ONCE: Final = 500  # values in one look-up; SQLite takes 32,766
_INDEXES: Final = ("attribution_friend", "decision_friend", "event_person", "reward_decision")
FRIENDS_ONLY: Final = f"type IN ({', '.join(repr(str(kind)) for kind in FRIEND_TYPES)})"
"""SQL: a condition for events that only a friend has."""
_OUTCOMES: Final = tuple(Outcome)  # the best first: a journey has that of its best decision
_BY_EVENT: Final = {"friend.visited": "visited", "friend.claimed": "claimed"}


@dataclass(frozen=True, slots=True)
class Journey:
    """A friend's journey in one row; times in milliseconds UTC, money in minor units.

    `seq`, `at` and `event` are of the friend's newest event. `stage` is the furthest reached, None before any;
    `outcome` and `reason` are those of the best decision (qualified, in review, refused, ignored), the newest among
    equals. `rewards` has (state, count, money) of all its lines, whoever receives them; a pending line that would be
    counted, capped or unfunded is `unpaid`. `merged_into` is the reference of the person that a merge made of them.
    """

    person: int
    friend: str
    seq: int
    at: int
    event: str
    stage: str | None
    outcome: str | None = None
    reason: str | None = None
    referrer: str | None = None
    code: str | None = None
    channel: str | None = None
    method: str | None = None
    attributed_at: int | None = None
    rewards: tuple[tuple[str, int, int], ...] = ()
    merged_into: str | None = None

    def references(self) -> tuple[str | None, ...]:
        """Return the references of everybody in it."""
        return self.friend, self.referrer, self.merged_into


@dataclass(frozen=True, slots=True)
class _Line:
    state: str
    value_minor: int


@dataclass
class _Known:
    """The rows read about one friend."""

    events: list[tuple[int, int, str, int | None]] = field(default_factory=list)  # newest first
    attribution: tuple[Any, ...] | None = None
    decisions: list[tuple[Any, ...]] = field(default_factory=list)
    lines: list[_Line] = field(default_factory=list)
    merged_into: str | None = None


def indexed(db: sqlite3.Connection) -> bool:
    """Return whether the indexes that journeys are looked up by exist."""
    marks = ", ".join("?" * len(_INDEXES))
    sql = f"SELECT count(*) FROM sqlite_master WHERE type = 'index' AND name IN ({marks})"
    return bool(db.execute(sql, _INDEXES).fetchone()[0] == len(_INDEXES))


def journeys(
    db: sqlite3.Connection, people: Sequence[int], seq: int | None = None, at: int | None = None
) -> list[Journey]:
    """Read the journeys of these people, in their order; people without one are left out.

    `seq` and `at` are the last event and the moment to look back to; None for now.
    """
    known = {person: _Known() for person in people}
    last = int(db.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()[0])
    _read(db, known, last if seq is None else min(last, seq), at, by_index=indexed(db))
    refs = dict(_each(db, "SELECT id, ref FROM person WHERE id IN ({})", people))
    found = (_journey(person, refs.get(person, ""), known[person]) for person in dict.fromkeys(people))
    return [one for one in found if one is not None]


def _read(
    db: sqlite3.Connection, known: dict[int, _Known], last: int, at: int | None, *, by_index: bool
) -> None:
    """Read all rows about these people; without indexes, only among the last rows of each table."""
    people = list(known)
    if by_index:
        for person in people:
            known[person].events = db.execute(_EVENTS, (person, last, LOOK_BACK)).fetchall()
    else:
        for *event, person in _each(db, _EVENTS_AT_END.format(last - 4 * TAIL, last), people):
            if len(known[person].events) < LOOK_BACK:
                known[person].events.append(tuple(event))
    for row in _each(db, f"{_ATTRIBUTIONS} WHERE a.friend IN ({{}}) AND a.seq <= {last}", people):
        known[row[0]].attribution = row
    for merged, into in _each(db, f"{_MERGES} AND m.seq <= {last}", people):
        known[merged].merged_into = into
    near = "" if by_index else "AND id > (SELECT max(id) FROM {}) - " + str(TAIL)
    sql = f"{_DECISIONS} WHERE friend IN ({{}}) AND seq <= {last} {near.format('decision')} ORDER BY id"
    for row in _each(db, sql, people):
        known[row[1]].decisions.append(_as_of(row, at))
    friends = {
        row[0]: person for person, one in known.items() for row in one.decisions if row[3] == "qualified"
    }
    sql = f"{_REWARDS} WHERE decision IN ({{}}) {near.format('reward')}"
    for decision, state, minor, due_at, state_at, expected in _each(db, sql, list(friends)):
        then = state_at_moment(state, due_at, state_at, at)
        if then == "pending" and (expected in NOT_ISSUED or state in NOT_PAID):
            then = UNPAID
        known[friends[decision]].lines.append(_Line(then, minor))


def state_at_moment(state: str, due_at: int, state_at: int, at: int | None) -> str:
    """Return a reward's state at a moment (None for now), from its current state and the time it got it."""
    if at is None or state_at < at:
        return state
    return "issued" if state in PAID and state != "issued" and due_at < at else "pending"


def _as_of(row: tuple[Any, ...], at: int | None) -> tuple[Any, ...]:
    """Return a decision as it stood at a moment; one that was settled later was in review then."""
    if at is None or row[5] < at:
        return row
    failed = json.loads(row[6])
    code, how = failed[0] if failed else ("", "fail")
    return (*row[:3], "review", code if how == "fail" else f"{code}:{how}", *row[5:])


def _journey(person: int, ref: str, known: _Known) -> Journey | None:
    """Build a journey, if the person is anybody's friend or did what only friends do."""
    own = [event for event in known.events if event[2] in FRIEND_TYPES]
    if not own and known.attribution is None:
        return None
    seq, at, kind, _ = (own or known.events)[0] if own or known.events else (0, 0, "", None)
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for line in known.lines:
        sums[line.state][0] += 1
        sums[line.state][1] += line.value_minor
    _, referrer, code, channel, method, attributed_at = known.attribution or (None,) * 6
    best = min(known.decisions, key=lambda one: (_OUTCOMES.index(one[3]), -one[0]), default=None)
    return Journey(
        person=person,
        friend=ref,
        seq=seq,
        at=at,
        event=kind,
        stage=_stage(own, known),
        outcome=None if best is None else best[3],
        reason=None if best is None else best[4],
        referrer=referrer,
        code=code,
        channel=channel,
        method=method,
        attributed_at=attributed_at,
        merged_into=known.merged_into,
        rewards=tuple((state, count, minor) for state, (count, minor) in sorted(sums.items())),
    )


def _stage(events: Iterable[tuple[int, int, str, int | None]], known: _Known) -> str | None:
    """Return the furthest stage of the funnel, as the rollups count it; a later stage implies the earlier ones."""
    reached = {_BY_EVENT[kind] for _, _, kind, _ in events if kind in _BY_EVENT}
    if any(kind == "eligibility.confirmed" and eligible != 0 for _, _, kind, eligible in events):
        reached.add("eligible")
    if known.attribution is not None:
        reached.add("visited")
        since = known.attribution[5]
        bought = any(kind in CONVERSION_TYPES and at >= since for _, at, kind, _ in events)
        if bought or any(row[4] != "unattributed" for row in known.decisions):
            reached.add("converted")
    if any(row[3] == "qualified" for row in known.decisions):
        reached.add("qualified")
    if any(line.state in PAID for line in known.lines):
        reached.add("rewarded")
    return next((name for name in reversed(STAGES) if name in reached), None)


def _each(db: sqlite3.Connection, sql: str, values: Sequence[int]) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a SELECT for all values, some hundreds at once; `{}` stands for them in the SQL."""
    for start in range(0, len(values), _AT_ONCE):
        some = values[start : start + _AT_ONCE]
        yield from db.execute(sql.format(", ".join("?" * len(some))), some)


_EVENTS = "SELECT seq, received_at, type, eligible FROM event WHERE person = ? AND seq <= ? ORDER BY seq DESC LIMIT ?"
_EVENTS_AT_END = (
    "SELECT seq, received_at, type, eligible, person FROM event WHERE seq > {} AND seq <= {} AND person IN ({{}}) "
    "ORDER BY seq DESC"
)
_MERGES = "SELECT m.merged, p.ref FROM merge m JOIN person p ON p.id = m.person WHERE m.merged IN ({})"
_ATTRIBUTIONS = (
    "SELECT a.friend, r.ref, a.code, a.channel, a.method, a.attributed_at FROM attribution a "
    "JOIN person r ON r.id = a.referrer"
)
_DECISIONS = "SELECT id, friend, seq, outcome, reason, decided_at, failed FROM decision"
_REWARDS = "SELECT decision, state, value_minor, due_at, state_at, expected FROM reward"

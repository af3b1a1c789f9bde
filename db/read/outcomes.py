"""Read what events led to: attributions, decisions, rewards and other changes. Standard library only.

Rows have the names of `export`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from db.sqlite.readonly import Database

Fields = dict[str, Any]
_AT_ONCE: Final = 500  # values in one look-up

ATTRIBUTION: Final = (
    "friend",
    "referrer",
    "code",
    "channel",
    "method",
    "touch_at",
    "attributed_at",
    "ended_at",
)
DECISION: Final = (
    "number",
    "source",
    "event_id",
    "milestone",
    "friend",
    "referrer",
    "outcome",
    "reason",
    "decided_at",
)
REWARD: Final = (
    *(
        "number",
        "source",
        "event_id",
        "milestone",
        "reward",
        "role",
        "recipient",
        "earned_minor",
        "value_minor",
    ),
    *("kind", "state", "reason", "due_at", "state_at"),
)
ATTRIBUTIONS: Final = """
SELECT a.seq, friend.ref, referrer.ref, a.code, a.channel, a.method, a.touch_at, a.attributed_at, a.ended_at
FROM attribution a JOIN person friend ON friend.id = a.friend JOIN person referrer ON referrer.id = a.referrer
"""
DECISIONS: Final = """
SELECT d.seq, d.id, e.source, e.id, d.milestone, friend.ref, referrer.ref, d.outcome, d.reason, d.decided_at
FROM decision d JOIN event e ON e.seq = d.seq JOIN person friend ON friend.id = d.friend
LEFT JOIN person referrer ON referrer.id = d.referrer
"""
REWARDS: Final = """
SELECT r.seq, r.id, e.source, e.id, d.milestone, r.reward, r.role, COALESCE(r.community, person.ref), r.earned_minor,
r.value_minor, r.kind, r.state, r.reason, r.due_at, r.state_at
FROM reward r JOIN event e ON e.seq = r.seq JOIN decision d ON d.id = r.decision
LEFT JOIN person ON person.id = r.recipient
"""


class Conversion(NamedTuple):
    """The source and the id of a conversion."""

    source: str
    id: str


def named_conversions(db: Database, seqs: Sequence[int]) -> dict[int, Conversion]:
    """Return, for those of these events that name a conversion, itself or by its decision or reward, which one."""
    found: dict[int, Conversion] = {}
    for some in _some(seqs):
        rows = db.execute(
            "SELECT seq, source, COALESCE(reverses, reinstates, adjusts), steering FROM event "
            f"WHERE seq IN ({', '.join('?' * len(some))})",
            some,
        )
        for seq, source, own_id, steering in rows:
            if own_id is not None:
                found[seq] = Conversion(source, own_id)
            elif steering is not None:
                fields = json.loads(steering)
                for part in ("decision", "reward"):
                    if f"{part}_id" in fields:
                        found[seq] = Conversion(fields[f"{part}_source"], fields[f"{part}_id"])
    return found


def outcomes(
    db: Database, seqs: Sequence[int], after: int, until: int, named: Mapping[int, int] | None = None
) -> dict[int, Fields]:
    """Return for each of these events its attribution, decisions and rewards as they stand, and what it changed.

    `changes` are the entries of the audit trail that it triggered, among those after entry `after` and not after
    `until`. `named` are the conversions, by seq, that some of the events name: those have its decisions and rewards.
    """
    of = {seq: (named or {}).get(seq, seq) for seq in seqs}
    judged: dict[int, Fields] = {seq: {"decisions": [], "rewards": []} for seq in set(of.values())}
    found: dict[int, Fields] = {seq: {"attribution": None, **judged[of[seq]], "changes": []} for seq in seqs}
    for some in _some(sorted(found)):
        marks = ", ".join("?" * len(some))
        for seq, *row in db.execute(f"{ATTRIBUTIONS} WHERE a.seq IN ({marks})", some):
            found[seq]["attribution"] = dict(zip(ATTRIBUTION, row, strict=True))
    for some in _some(sorted(judged)):
        marks = ", ".join("?" * len(some))
        friends = f"d.friend IN (SELECT person FROM event WHERE seq IN ({marks})) AND d.seq IN ({marks})"
        decisions = db.execute(f"{DECISIONS} WHERE {friends} ORDER BY d.id", (*some, *some)).fetchall()
        for seq, *row in decisions:
            judged[seq]["decisions"].append(dict(zip(DECISION, row, strict=True)))
        for seq, row in rewards_of(db, [one[1] for one in decisions]):
            judged[seq]["rewards"].append(row)
    for trigger, change in _changes(db, after, until):
        if trigger in found:
            found[trigger]["changes"].append(change)
    return found


def rewards_of(db: Database, decisions: Sequence[int]) -> Iterator[tuple[int, Fields]]:
    """Yield the reward lines of these decisions, in order, with the seq of their conversions."""
    for some in _some(decisions):
        marks = ", ".join("?" * len(some))
        for seq, *row in db.execute(f"{REWARDS} WHERE r.decision IN ({marks}) ORDER BY r.id", some):
            yield seq, dict(zip(REWARD, row, strict=True))


def _changes(db: Database, after: int, until: int) -> Iterator[tuple[int, Fields]]:
    names = ("seq", "at", "kind", "subject", "detail")
    rows = db.execute(
        "SELECT a.trigger, a.seq, a.at, a.kind, person.ref, a.detail FROM audit a "
        "LEFT JOIN person ON person.id = a.person WHERE a.seq > ? AND a.seq <= ? ORDER BY a.seq",
        (after, until),
    )
    for trigger, *row in rows:
        yield trigger, dict(zip(names, row, strict=True))


def _some(values: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(values), _AT_ONCE):
        yield values[start : start + _AT_ONCE]

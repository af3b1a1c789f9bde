"""Find people in a simulated world by what happened to them, so that a lesson can name them.

Each role is one query that returns the first such person by the log, with the moments of their journey: bounded by
one row, over the small worlds that lessons are made of. Standard library only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from db.sqlite.readonly import Database


@dataclass(frozen=True, slots=True)
class CastMember:
    """A person in a role; moments in milliseconds UTC, None if there is none.

    `rule` is what decided against them, `reward` the name of the reward that the role is about, `value_minor` its
    worth.
    """

    ref: str
    referrer: str | None
    code: str | None
    channel: str | None
    rule: str | None
    reward: str | None
    value_minor: int | None
    came_at: int | None
    matched_at: int | None
    decided_at: int | None
    settled_at: int | None


_OF_REWARD: Final = """
    SELECT d.friend AS person, d.id AS decision, r.id AS reward FROM reward r JOIN decision d ON d.id = r.decision
    WHERE r.state = '{state}' AND d.referrer IS NOT NULL AND {more} ORDER BY r.id LIMIT 1
"""
_OF_DECISION: Final = """
    SELECT d.friend AS person, d.id AS decision, NULL AS reward FROM decision d
    WHERE d.outcome = '{outcome}' AND {more} ORDER BY d.id LIMIT 1
"""
_BY_LINK: Final = "EXISTS (SELECT 1 FROM attribution a WHERE a.friend = d.friend AND a.method = 'link')"
_PAID_FIRST: Final = """
    SELECT d.friend AS person, d.id AS decision, r.id AS reward FROM reward r JOIN decision d ON d.id = r.decision
    WHERE r.state = 'issued' AND d.referrer IS NOT NULL
    ORDER BY
        r.role <> 'referrer',
        NOT EXISTS (SELECT 1 FROM attribution a WHERE a.friend = d.friend AND a.method = 'link'),
        EXISTS (SELECT 1 FROM decision o WHERE o.friend = d.friend AND o.outcome <> 'qualified'),
        r.id
    LIMIT 1
"""
ROLES: Final = {
    "rewarded": (
        "a friend for whom a reward was paid, by a link and to the referrer if there is one",
        _PAID_FIRST,
    ),
    "qualified": (
        "a friend who came by a link and qualified",
        _OF_DECISION.format(outcome="qualified", more=_BY_LINK),
    ),
    "by-code": (
        "a friend who was matched by a typed code",
        "SELECT friend AS person, NULL AS decision, NULL AS reward FROM attribution WHERE method = 'code' "
        "ORDER BY seq LIMIT 1",
    ),
    "pending": (
        "a friend with a reward that still waits",
        _OF_REWARD.format(state="pending", more="r.expected IS NULL"),
    ),
    "capped": ("a friend for whom a cap left nothing", _OF_REWARD.format(state="capped", more="1")),
    "counted": (
        "a friend who only moved the count toward a bonus on",
        _OF_REWARD.format(state="counted", more="1"),
    ),
    "unfunded": (
        "a friend for whom the budget had nothing left",
        _OF_REWARD.format(state="unfunded", more="1"),
    ),
    "voided": (
        "a friend whose conversion was reversed before the reward fell due",
        _OF_REWARD.format(state="voided", more="1"),
    ),
    "revoked": ("a friend whose reward was clawed back", _OF_REWARD.format(state="revoked", more="1")),
    "refused": (
        "a friend whom a rule refused",
        _OF_DECISION.format(outcome="refused", more="d.referrer IS NOT NULL AND d.failed LIKE '[[%'"),
    ),
    "in-review": ("a friend who waits for a verdict", _OF_DECISION.format(outcome="review", more="1")),
    "unmatched": (
        "somebody who converted without a referrer",
        _OF_DECISION.format(
            outcome="ignored",
            more="d.referrer IS NULL AND EXISTS (SELECT 1 FROM event e WHERE e.person = d.friend "
            "AND e.type = 'friend.visited')",
        ),
    ),
    "two-links": (
        "a matched friend who had visited by the links of two referrers",
        "SELECT a.friend AS person, NULL AS decision, NULL AS reward FROM attribution a WHERE a.method = 'link' AND "
        "(SELECT count(DISTINCT e.code) FROM event e WHERE e.person = a.friend AND e.type = 'friend.visited' "
        "AND e.seq <= a.seq) > 1 ORDER BY a.seq LIMIT 1",
    ),
    "second-generation": (
        "a friend who was brought by somebody's friend",
        "SELECT friend AS person, NULL AS decision, NULL AS reward FROM attribution WHERE generation = 2 "
        "ORDER BY seq LIMIT 1",
    ),
    "late": (
        "a friend whose conversion was reported hours after it happened",
        "SELECT d.friend AS person, d.id AS decision, NULL AS reward FROM decision d JOIN event e ON e.seq = d.seq "
        "WHERE d.outcome = 'qualified' AND e.received_at - e.occurred_at > 14400000 ORDER BY d.id LIMIT 1",
    ),
    "leader": (
        "the referrer with the most qualified friends",
        "SELECT person, NULL AS decision, NULL AS reward FROM leader WHERE board = 'qualified' ORDER BY place LIMIT 1",
    ),
}
"""By role: who that is in words, and the query for the first of them."""

_TELL: Final = """
    SELECT p.ref, q.ref, a.code, a.channel, d.reason, r.reward, coalesce(r.earned_minor, d.withheld_minor),
        (SELECT min(e.received_at) FROM event e WHERE e.person = f.person
            AND (a.touch_at IS NULL OR e.received_at >= a.touch_at)
            AND e.type IN ('friend.visited', 'friend.claimed')),
        a.attributed_at,
        coalesce(d.decided_at, (SELECT min(decided_at) FROM decision o WHERE o.friend = f.person)),
        coalesce(
            r.state_at,
            (SELECT max(state_at) FROM reward o JOIN decision x ON x.id = o.decision WHERE x.friend = f.person)
        )
    FROM ({found}) f
    JOIN person p ON p.id = f.person
    LEFT JOIN attribution a ON a.friend = f.person
    LEFT JOIN person q ON q.id = a.referrer
    LEFT JOIN decision d ON d.id = f.decision
    LEFT JOIN reward r ON r.id = f.reward
"""


def cast_member(db: Database, role: str) -> CastMember | None:
    """Return the first person in a role of `ROLES`, None if this world has none."""
    row = db.execute(_TELL.format(found=ROLES[role][1])).fetchone()
    return None if row is None else CastMember(*row)

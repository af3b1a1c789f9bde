"""Read where the money went, from everything that the rules could have paid down to what was paid and kept.

Each decision that a rule stopped, and each reward line, is counted in one step, so the steps add up to the minor unit.
All rows are read, grouped by the database. Standard library only.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import Final, Literal

from db.sqlite.readonly import Database
from simulator.domain.vocabulary import Outcome, Reason, RewardState, complete

StepKey = Literal[
    "rule",
    "review",
    "overtaken",
    "number",
    "capped",
    "unfunded",
    "forfeited",
    "voided",
    "trimmed",
    "held",
    "waiting",
    "taken_back",
]
STEP_WORDS: Final[dict[StepKey, str]] = {
    "rule": "refused",
    "review": "in review",
    "overtaken": "another conversion counted instead",
    "number": "not the one in the row that pays",
    "capped": "no room in a cap",
    "unfunded": "no room in the budget",
    "forfeited": "forfeited",
    "voided": "reversed before it was due",
    "trimmed": "cut to the room in a cap or the budget",
    "held": "held or offered, not yet issued",
    "waiting": "waiting for the budget",
    "taken_back": "clawed back or reduced",
}
"""The kinds of steps in their order, in words; that of a rule is followed by its code."""
_LINES: Final[dict[str, StepKey | None]] = complete(
    RewardState,
    {
        "pending": "held",
        "waiting": "waiting",
        "offered": "held",
        "issued": None,
        "redeemed": None,
        "expired": None,
        "counted": "number",
        "capped": "capped",
        "unfunded": "unfunded",
        "forfeited": "forfeited",
        "voided": "voided",
        "revoked": "taken_back",
    },
)
"""A line's step by its state, or for a pending line by its expected state; None if it was kept."""
_SKIPPED: Final[tuple[StepKey, ...]] = ("number", "capped", "unfunded", "forfeited", "voided")
"""The steps that take a line's full amount."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step down: `count` conversions or reward lines, and the money (minor units) that it took.

    `code` is the rule's, for a step of kind `rule`.
    """

    key: StepKey
    count: int
    minor: int
    code: str | None = None

    @property
    def words(self) -> str:
        """What it is, in words."""
        words = STEP_WORDS[self.key]
        return words if self.code is None else f"{words}: {self.code}"


@dataclass(frozen=True, slots=True)
class Waterfall:
    """Where the money went, in minor units: `could` less all `steps` is `kept`.

    `could` is what all conversions that the rules judged would have paid: the worth of every reward line, and what
    rules withheld (`withheld_minor` of a decision). `kept` is what was issued and not taken back.
    """

    could: int
    steps: tuple[Step, ...]
    kept: int


def waterfall(db: Database) -> Waterfall | None:
    """Return where the money went; None for a database merged from shards, which has only sums."""
    if db.execute("SELECT 1 FROM setting WHERE name = 'kind' AND value = 'shards'").fetchone():
        return None
    found = _Steps()
    _add_decisions(db, found)
    kept = _add_lines(db, found)
    steps = found.sorted()
    return Waterfall(kept + sum(step.minor for step in steps), steps, kept)


class _Steps:
    """Steps by kind and rule, added up."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[StepKey, str | None]] = Counter()
        self.minors: Counter[tuple[StepKey, str | None]] = Counter()

    def add(self, key: StepKey, count: int, minor: int, code: str | None = None) -> None:
        self.counts[key, code] += count
        self.minors[key, code] += minor

    def sorted(self) -> tuple[Step, ...]:
        """Return the steps in the order of STEP_WORDS, rules by the most money; without those that took nothing."""
        order = {key: place for place, key in enumerate(STEP_WORDS)}
        found = [Step(key, self.counts[key, code], minor, code) for (key, code), minor in self.minors.items()]
        found = [step for step in found if step.minor or step.code is not None]
        return tuple(sorted(found, key=lambda step: (order[step.key], -step.minor, step.code or "")))


def _add_decisions(db: Database, found: _Steps) -> None:
    """Add the decisions that a rule stopped and no verdict has approved."""
    rows = db.execute(
        "SELECT outcome, reason, CASE WHEN reason = 'declined' THEN failed END, COUNT(*), SUM(withheld_minor) "
        "FROM decision WHERE withheld_minor IS NOT NULL GROUP BY 1, 2, 3"
    )
    for outcome, reason, failed, count, minor in rows:
        if outcome == Outcome.REFUSED:
            found.add("rule", count, minor, _rule(reason, failed))
        elif outcome == Outcome.REVIEW:
            found.add("review", count, minor)
        elif outcome == Outcome.IGNORED:
            found.add("overtaken", count, minor)


def _rule(reason: str | None, failed: str | None) -> str:
    """Return the rule that refused, or that had asked for the review that was declined."""
    if reason == Reason.DECLINED:
        codes = [code for code, _ in json.loads(failed or "[]")]
        return codes[0] if codes else reason
    return (reason or "").removesuffix(":missing")


def _add_lines(db: Database, found: _Steps) -> int:
    """Add the reward lines, and return what is kept of them."""
    # an issued line that is worth less now, or was taken back, says in the trail what it was issued for, as
    # `NAME: MINOR to ROLE, …`; of any other line that is what it is issued for now
    rows = db.execute(
        "WITH cut AS (SELECT id, reward FROM reward WHERE state IN ('issued', 'redeemed', 'expired', 'revoked') "
        "AND (earned_minor <> value_minor OR state = 'revoked')), "
        "given AS (SELECT a.ref AS id, CAST(SUBSTR(a.detail, LENGTH(cut.reward) + 3) AS INTEGER) AS minor, "
        "MAX(a.seq) FROM audit a JOIN cut ON cut.id = a.ref WHERE a.kind = 'issued' GROUP BY a.ref) "
        "SELECT r.state, r.expected, COUNT(*), SUM(r.earned_minor), SUM(COALESCE(given.minor, r.value_minor)), "
        "SUM(r.value_minor) FROM reward r LEFT JOIN given ON given.id = r.id GROUP BY 1, 2"
    )
    kept = 0
    for state, expected, count, earned, given, value in rows:
        key = _LINES[expected if state == "pending" and expected is not None else state]
        if key in _SKIPPED:
            found.add(key, count, earned)
            continue
        found.add("trimmed", 0, earned - given)
        if key is None:
            found.add("taken_back", 0, given - value)
            kept += value
        else:
            found.add(key, count, given)
    return kept

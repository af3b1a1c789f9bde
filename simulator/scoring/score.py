"""Compute precision, recall and money of a program's rules, from decisions and the truth about each friend."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

MISSING: Final = ":missing"
DECLINED: Final = "declined"

FORMULAS: Final = {
    "conversions": "conversions with a decision that rules were asked about, whatever came of it",
    "cheats": "of these, those whose friend the client's CRM labels as the friend of a cheat",
    "flagged": "conversions on which the rule failed, for any milestone, as first evaluated",
    "refused": "conversions with a decision refused in the end: by a rule, or declined by a person where it asked",
    "precision": "cheats among them ÷ flagged (or refused)",
    "recall": "cheats among them ÷ cheats among all conversions",
    "refused_honest": "what refused decisions of honest friends would have paid, by the rule that decided: the lines "
    "they would have made, of an n-th one n-th; caps, budget, reversals aside; once of a milestone that counts once",
    "refused_cheats": "the same of cheats: what the rule kept from them",
    "paid": "rewards issued on conversions of cheats and not taken back, to whomever",
    "taken_back": "rewards issued on conversions of cheats and revoked by a reversal",
    "pending": "rewards on conversions of cheats that wait for their time",
}
"""What each figure means."""


@dataclass(frozen=True)
class JudgedDecision:
    """A decision on which rules were evaluated.

    `failed` are the codes of the rules that failed, in file order. People are given by number, money in minor units:
    `issued`, `revoked` and `pending` are sums of the decision's reward lines, `withheld` what a rule kept back. `kind`
    is the kind of cheat that the friend belongs to, None if honest.
    """

    decision: int
    seq: int
    milestone: str
    friend: int
    referrer: int
    outcome: str
    reason: str | None
    failed: tuple[str, ...]
    version: int
    source: str
    event_id: str
    amount_minor: int | None = None
    currency: str | None = None
    issued: int = 0
    revoked: int = 0
    pending: int = 0
    withheld: int = 0
    kind: str | None = None

    @property
    def decided_by(self) -> str | None:
        """The rule that refused the decision, or asked for the review that was declined; None if not refused."""
        if self.outcome != "refused":
            return None
        if self.reason == DECLINED:
            return self.failed[0] if self.failed else DECLINED
        return (self.reason or "").removesuffix(MISSING)


@dataclass
class RuleScore:
    """Conversions flagged or refused by one rule, or by all together, and the money refused (minor units)."""

    flagged: int = 0
    cheats: int = 0
    refused_honest: int = 0
    refused_cheats: int = 0

    @property
    def precision(self) -> float | None:
        """The share of cheats among the flagged; None if nothing was flagged."""
        return self.cheats / self.flagged if self.flagged else None

    def recall(self, all_cheats: int) -> float | None:
        """Return the share of all cheats that was flagged; None if there are no cheats."""
        return self.cheats / all_cheats if all_cheats else None

    def flag(self, cheat: bool) -> None:
        """Count one more flagged conversion."""
        self.flagged += 1
        self.cheats += cheat


@dataclass
class Kind:
    """One kind of cheat: its conversions, what rules did about them, and the money (minor units)."""

    conversions: int = 0
    flagged: int = 0
    refused: int = 0
    waiting: int = 0
    refused_money: int = 0
    paid: int = 0
    taken_back: int = 0
    pending: int = 0


@dataclass
class Score:
    """A program's score: `rules` by code, in the order of the program; `flagged` and `refused` by any of them."""

    conversions: int = 0
    cheats: int = 0
    rules: dict[str, RuleScore] = field(default_factory=dict)
    flagged: RuleScore = field(default_factory=RuleScore)
    refused: RuleScore = field(default_factory=RuleScore)
    kinds: dict[str, Kind] = field(default_factory=dict)

    @property
    def paid(self) -> int:
        """Minor units issued on conversions of cheats and not taken back."""
        return sum(kind.paid for kind in self.kinds.values())


def score(decisions: Iterable[JudgedDecision], codes: Iterable[str]) -> Score:
    """Score the rules `codes` on these decisions, which are in log order."""
    found = Score(rules={code: RuleScore() for code in codes})
    for _, group in groupby(decisions, key=lambda one: one.seq):
        _count(found, list(group))
    return found


def _count(found: Score, conversion: list[JudgedDecision]) -> None:
    kind = conversion[0].kind
    cheat = kind is not None
    failed = [code for code in found.rules if any(code in one.failed for one in conversion)]
    refused = [one for one in conversion if one.decided_by in found.rules]
    found.conversions += 1
    found.cheats += cheat
    for code in failed:
        found.rules[code].flag(cheat)
    if failed:
        found.flagged.flag(cheat)
    if refused:
        found.refused.flag(cheat)
    money = 0
    for one in refused:
        kept = one.withheld
        money += kept
        for concerned in (found.rules[str(one.decided_by)], found.flagged, found.refused):
            if cheat:
                concerned.refused_cheats += kept
            else:
                concerned.refused_honest += kept
    if kind is not None:
        of = found.kinds.setdefault(kind, Kind())
        of.flagged += bool(failed)
        of.refused += bool(refused)
        of.refused_money += money
        _count_kind(of, conversion)


def _count_kind(of: Kind, conversion: list[JudgedDecision]) -> None:
    of.conversions += 1
    of.waiting += any(one.outcome == "review" for one in conversion)
    of.paid += sum(one.issued for one in conversion)
    of.taken_back += sum(one.revoked for one in conversion)
    of.pending += sum(one.pending for one in conversion)

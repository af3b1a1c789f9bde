"""What the Program screen reads of each rule: what it said, and the money it held back."""

from __future__ import annotations

from dataclasses import dataclass

from db.read.sums import Pair, Sums


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule by its code, over all versions of the program; money in minor units.

    `passed`, `failed` and `missing` are results, one for each decision that it was asked of. The rest are decisions
    that it decided (the first failing rule that refuses, else the first that fails), each with the money of the
    reward lines that they would have made (see `simulator.engine.withheld`): `refused` for good, `review` waiting
    for a verdict, and by verdict `approved` and `declined`.
    """

    code: str
    passed: int
    failed: int
    missing: int
    refused: Pair
    review: Pair
    approved: Pair
    declined: Pair

    @property
    def held_back(self) -> Pair:
        """Decisions that it kept from qualifying, and their money: refused, and declined after a review."""
        return self.refused[0] + self.declined[0], self.refused[1] + self.declined[1]


def by_rule(sums: Sums) -> tuple[RuleRow, ...]:
    """Make a row of each rule that was ever asked, in the order of the alphabet."""
    results = ("rule.pass", "rule.fail", "rule.missing")
    fates = ("rule.refused", "rule.review", "rule.approved", "rule.declined")
    rows = []
    for code in sums.names(*results, *fates):
        passed, failed, missing = (sums.part(metric, code)[0] for metric in results)
        rows.append(RuleRow(code, passed, failed, missing, *(sums.part(metric, code) for metric in fates)))
    return tuple(rows)

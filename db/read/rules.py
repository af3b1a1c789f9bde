"""Read the rules for the Program screen: how often each passed and failed, and the money that it held back."""

from __future__ import annotations

from dataclasses import dataclass

from db.read.sums import Pair, Sums


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule by its code, over all versions of the program; money in minor units.

    `passed`, `failed` and `missing` count its results, one for each decision that it was evaluated on. The others are
    the decisions that it determined (as the first failing rule that refuses, else the first that fails), with the money
    of the reward lines that they would have made (see `simulator.engine.withheld`): `refused` for good, `review` still
    in review, `approved` and `declined` by verdict.
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
        """The number of decisions that it kept from qualifying (refused, or declined in review), and their money."""
        return self.refused[0] + self.declined[0], self.refused[1] + self.declined[1]


def by_rule(sums: Sums) -> tuple[RuleRow, ...]:
    """Return a row for each rule that was ever evaluated, in alphabetical order."""
    results = ("rule.pass", "rule.fail", "rule.missing")
    fates = ("rule.refused", "rule.review", "rule.approved", "rule.declined")
    rows = []
    for code in sums.names(*results, *fates):
        passed, failed, missing = (sums.part(metric, code)[0] for metric in results)
        rows.append(RuleRow(code, passed, failed, missing, *(sums.part(metric, code) for metric in fates)))
    return tuple(rows)

"""What is pending, now or at a moment of the past: the one place that reads it. Standard library only.

A pending reward line is expected to become what it would if nothing else happened: each is judged by its number for
`every` and `tier`, its caps and the budget, in the order of release. Those expected to be issued are the money that is
pending; those that would be counted, capped or unfunded are told apart.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from db.read.sums import Pair, Sums
from simulator.domain.definitions import NOT_PAID, Rollup

EXPECTED: Final = ("issued", *NOT_PAID)
"""What a pending line can be expected to become."""
UNPAID: Final = "unpaid"
"""What is said of a pending line that would be counted, capped or unfunded: no money is to come of it."""
STANDS: Final = f"CASE WHEN r.state = 'pending' AND r.expected IS NOT NULL THEN '{UNPAID}' ELSE r.state END"
"""SQL: where a line of the table `reward r` stands, pending ones that are not to be paid told apart."""


@dataclass(frozen=True, slots=True)
class Pending:
    """Pending lines by what they are expected to become: how many, and their money in minor units."""

    issued: Pair = (0, 0)
    counted: Pair = (0, 0)
    capped: Pair = (0, 0)
    unfunded: Pair = (0, 0)

    @property
    def lines(self) -> int:
        """How many lines are pending, whatever becomes of them."""
        return sum(self.of(state)[0] for state in EXPECTED)

    @property
    def unpaid(self) -> Pair:
        """The lines that would be counted, capped or unfunded."""
        pairs = [self.of(state) for state in NOT_PAID]
        return sum(n for n, _ in pairs), sum(minor for _, minor in pairs)

    @property
    def count(self) -> int:
        """How many lines would be issued."""
        return self.issued[0]

    @property
    def minor(self) -> int:
        """The money that would be issued: what is pending."""
        return self.issued[1]

    def of(self, state: str) -> Pair:
        """How many, and how much, of one expected state."""
        pair: Pair = getattr(self, state)
        return pair


def pending(sums: Sums, reward: str | None = None) -> Pending:
    """Read what is pending from sums as of any moment: of one reward by its name, or of all."""
    if reward is None:
        return of_totals(sums.totals)
    return _made(lambda metric: sums.part(metric, reward))


def of_totals(totals: Rollup) -> Pending:
    """Read the same of all rewards from totals by metric."""
    return _made(lambda metric: totals.get(metric, (0, 0)))


def _made(pair: Callable[[str], Pair]) -> Pending:
    unpaid = [pair(f"pending.{state}") for state in NOT_PAID]
    count, minor = pair("reward.pending")
    issued = (count - sum(n for n, _ in unpaid), minor - sum(m for _, m in unpaid))
    return Pending(issued, *unpaid)

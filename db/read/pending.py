"""Read what is pending, now or in the past; no other module does. Standard library only.

The expected state of a pending reward line is the one that it gets if nothing else happens: each is judged by its
number for `every` and `tier`, its caps and the budget, in the order of release. Those expected to be issued are the
pending money; those that would be counted, capped or unfunded are kept apart.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from db.read.sums import Pair, Sums
from simulator.domain.definitions import NOT_ISSUED, Rollup

EXPECTED: Final = ("issued", *NOT_ISSUED)
"""The expected states of a pending line."""
UNPAID: Final = "unpaid"
"""The name for a pending line that would be counted, capped, unfunded or forfeited, or wait: it pays nothing yet."""
STANDS: Final = f"CASE WHEN r.state = 'pending' AND r.expected IS NOT NULL THEN '{UNPAID}' ELSE r.state END"
"""SQL: the state of a row of `reward r`, with pending lines that will not be paid as `unpaid`."""


@dataclass(frozen=True, slots=True)
class Pending:
    """Pending lines by expected state: their number, and their money in minor units."""

    issued: Pair = (0, 0)
    counted: Pair = (0, 0)
    capped: Pair = (0, 0)
    unfunded: Pair = (0, 0)
    forfeited: Pair = (0, 0)
    waiting: Pair = (0, 0)

    @property
    def lines(self) -> int:
        """The number of pending lines, whatever their expected state."""
        return sum(self.of(state)[0] for state in EXPECTED)

    @property
    def unpaid(self) -> Pair:
        """The number and money of lines that would be counted, capped, unfunded or forfeited, or wait."""
        pairs = [self.of(state) for state in NOT_ISSUED]
        return sum(n for n, _ in pairs), sum(minor for _, minor in pairs)

    @property
    def count(self) -> int:
        """The number of lines that would be issued."""
        return self.issued[0]

    @property
    def minor(self) -> int:
        """The money that would be issued, which is what is pending."""
        return self.issued[1]

    def of(self, state: str) -> Pair:
        """Return the number and money of lines with one expected state."""
        pair: Pair = getattr(self, state)
        return pair


def pending(sums: Sums, reward: str | None = None) -> Pending:
    """Return what is pending, of the reward of that name or of all, from sums as of any moment."""
    if reward is None:
        return of_totals(sums.totals)
    return _made(lambda metric: sums.part(metric, reward))


def of_totals(totals: Rollup) -> Pending:
    """Return what is pending of all rewards, from totals by metric."""
    return _made(lambda metric: totals.get(metric, (0, 0)))


def _made(pair: Callable[[str], Pair]) -> Pending:
    unpaid = {state: pair(f"pending.{state}") for state in NOT_ISSUED}
    count, minor = pair("reward.pending")
    issued = (count - sum(n for n, _ in unpaid.values()), minor - sum(m for _, m in unpaid.values()))
    return Pending(issued, **unpaid)

"""Group what is pending by its expected state, and rewards by state, from sums by metric. Plain Python.

The expected state of a pending reward line is the one that it gets if nothing else happens: each is judged by its
number for `every` and `tier`, its caps and the budget, in the order of release. Those expected to be issued, or offered
for a choice, are the pending money; those that would pay nothing are kept apart.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from simulator.domain.definitions import NOT_ISSUED, Rollup

Pair = tuple[int, int]
"""A count, and a value in minor units."""
EXPECTED: Final = ("issued", *NOT_ISSUED)
"""The expected states of a pending line; those expected to be offered are counted with those to be issued."""
UNPAID: Final = "unpaid"
"""The name for a pending line that would be counted, capped, unfunded or forfeited, or wait: it pays nothing yet."""


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
        """The number of lines that would be issued or offered."""
        return self.issued[0]

    @property
    def minor(self) -> int:
        """The money that would be issued or offered, which is what is pending."""
        return self.issued[1]

    def of(self, state: str) -> Pair:
        """Return the number and money of lines with one expected state."""
        pair: Pair = getattr(self, state)
        return pair


def of_totals(totals: Rollup) -> Pending:
    """Return what is pending of all rewards, from totals by metric."""
    return by_pairs(lambda metric: totals.get(metric, (0, 0)))


def by_pairs(pair: Callable[[str], Pair]) -> Pending:
    """Return what is pending, given a function that returns a metric's count and value."""
    unpaid = {state: pair(f"pending.{state}") for state in NOT_ISSUED}
    count, minor = pair("reward.pending")
    issued = (count - sum(n for n, _ in unpaid.values()), minor - sum(m for _, m in unpaid.values()))
    return Pending(issued, **unpaid)


def rewards_by_state(totals: Rollup) -> dict[str, Pair]:
    """Return the number and money (minor units) of rewards by state, without states that have none.

    `pending` is what would be issued if nothing else happened, `unpaid` the other pending lines.
    """
    prefix = "reward."
    rewards = {name.removeprefix(prefix): pair for name, pair in totals.items() if name.startswith(prefix)}
    if "pending" in rewards:
        held = of_totals(totals)
        rewards |= {"pending": held.issued, UNPAID: held.unpaid}
    return {state: pair for state, pair in sorted(rewards.items()) if pair != (0, 0)}

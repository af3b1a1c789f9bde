"""What a refused decision would have paid: the money that a rule keeps from cheats, or from honest people."""

from __future__ import annotations

import sqlite3
from decimal import ROUND_HALF_EVEN, Decimal

from db.client import truth
from simulator.program.model import Program, Reward
from simulator.scoring.score import Judged


class WouldPay:
    """Values refused decisions, one at a time: had this one qualified as well, the others as they are.

    Each reward on its milestone that has a recipient gives a line, as the next of that recipient's lines: one that is
    not on its `every` or in its `tier` pays nothing. Caps and the budget are left aside. Nothing would have been
    paid for a conversion that was taken back, nor twice for a milestone that counts once.
    """

    def __init__(self, db: sqlite3.Connection, programs: dict[int, Program]) -> None:
        self._db = db
        self._programs = programs
        self._releases = truth.releases(db)

    def value(self, one: Judged) -> int:
        """Minor units that a refused decision would have paid."""
        program = self._programs[one.version]
        milestone = next(found for found in program.milestones if found.name == one.milestone)
        if truth.is_reversed(self._db, one.friend, one.source, one.event_id):
            return 0
        if milestone.occurrence == "any" and truth.is_settled_elsewhere(
            self._db, one.friend, one.milestone, one.decision
        ):
            return 0
        rewards = [reward for reward in program.rewards if reward.on == one.milestone]
        return sum(self._line(one, reward, program) for reward in rewards)

    def _line(self, one: Judged, reward: Reward, program: Program) -> int:
        recipient = self._recipient(one, reward)
        if recipient is None:
            return 0
        number = self._releases.get((reward.name, recipient), 0) + 1
        first, last = reward.tier or (1, None)
        if number < first or (last is not None and number > last) or number % (reward.every or 1):
            return 0
        if reward.value_minor is not None:
            return reward.value_minor
        if one.amount_minor is None or (one.currency or program.currency) != program.currency:
            return 0
        exact = Decimal(one.amount_minor) * (reward.percent or Decimal(0)) / 100
        return int(exact.to_integral_value(ROUND_HALF_EVEN))

    def _recipient(self, one: Judged, reward: Reward) -> int | str | None:
        if reward.to == "friend":
            return one.friend
        if reward.to == "referrer":
            return one.referrer
        if reward.to == "community":
            return truth.community(self._db, one.referrer, one.seq)
        above = truth.upline(self._db, one.referrer, one.seq)
        return None if above in (one.friend, one.referrer) else above

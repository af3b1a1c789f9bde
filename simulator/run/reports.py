"""Report rewards to the simulated people: what they may choose or use, and what their operator may stop."""

from __future__ import annotations

from collections.abc import Iterable

from db.read.reported_rewards import reported_rewards
from simulator.platform.platform import Platform
from simulator.world.reward_acts import ReportedReward


class RewardReports:
    """Rewards by the moment at which they reached certain states; each is reported once.

    They are read from the database, so a restart reports the same ones at the same moments.
    """

    def __init__(self, platform: Platform, states: Iterable[str]) -> None:
        self._platform = platform
        self._states = sorted(states)
        self._last_seq = 0

    def take(self, before_ms: int) -> tuple[ReportedReward, ...]:
        """Return the rewards from before a moment (milliseconds UTC) that have not been reported yet."""
        if not self._states:
            return ()
        found = self._platform.read(reported_rewards, self._states, self._last_seq, before_ms)
        self._last_seq = found.last_seq
        return tuple(ReportedReward(*row) for row in found.rows)

"""Report rewards that reached a state to the simulated people, from the engine's rows rather than a database."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import polars as pl

from simulator.domain.write_set import WriteSet
from simulator.engine.arrays import Ints
from simulator.world.reward_acts import ReportedReward

_Decision = tuple[str, str, str, int, int]
"""The source and id of a conversion, the milestone, the friend's id, and the market."""


class RewardReports:
    """People's rewards by the moment at which they reached a state; each is reported once.

    The same rewards as `db.read.reported_rewards` finds, in the same order.
    """

    def __init__(self, states: Iterable[str]) -> None:
        self._states = sorted(states)
        self._refs: list[str] = []  # by id of a person
        self._decisions: dict[int, _Decision] = {}
        self._rewards: dict[int, tuple[int, str, str, int]] = {}  # decision, name, role, recipient
        self._due: dict[int, int] = {}
        self._waiting: list[tuple[int, str, int]] = []  # moment, state, id of the reward

    def collect(self, written: WriteSet, markets_of: Callable[[Ints], Ints]) -> None:
        """Collect what one call of the engine changed; `markets_of` returns the markets of people, by id."""
        if not self._states:
            return
        self._refs += written.persons["ref"].to_list()
        if written.decisions.height:
            of = written.decisions.join(written.events.select("seq", "source", event_id="id"), on="seq")
            of = of.with_columns(market=pl.Series(markets_of(of["friend"].to_numpy())))
            columns = ("source", "event_id", "milestone", "friend", "market")
            self._decisions |= dict(zip(of["id"].to_list(), of.select(columns).rows(), strict=True))
        made = written.rewards.select("id", "decision", "reward", "role", "recipient", "due_at")
        for number, decision, name, role, recipient, due in made.rows():
            if recipient is not None:
                self._rewards[number] = (decision, name, role, recipient)
                self._due[number] = due
        self._due |= {
            number: due
            for number, due in written.changes.select("id", "due_at").rows()
            if number in self._due
        }
        entries = written.audit.select("at", "kind", "ref").rows() if written.audit.height else ()
        self._waiting += [
            (at, kind, ref) for at, kind, ref in entries if kind in self._states and ref in self._rewards
        ]

    def take(self, before_ms: int) -> tuple[ReportedReward, ...]:
        """Return the rewards from before a moment (milliseconds UTC) that have not been reported yet."""
        taken = [one for one in self._waiting if one[0] < before_ms]
        self._waiting = [one for one in self._waiting if one[0] >= before_ms]
        return tuple(self._reported(*one) for one in taken)

    def _reported(self, at: int, state: str, number: int) -> ReportedReward:
        decision, name, role, recipient = self._rewards[number]
        source, event_id, milestone, friend, market = self._decisions[decision]
        return ReportedReward(
            at=at,
            state=state,
            source=source,
            event_id=event_id,
            milestone=milestone,
            reward=name,
            role=role,
            recipient=self._refs[recipient],
            friend=self._refs[friend],
            due_at=self._due[number],
            market=market,
        )

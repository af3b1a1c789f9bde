"""Close people's accounts, and open some of them again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulator.world.accounts import NEVER
from simulator.world.draws import Bools, Ints, Keys, Purpose, uniform
from simulator.world.event_rows import EventKind, event_rows, ident
from simulator.world.rhythm import Rhythm
from simulator.world.spec_standing import Closing as ClosingSpec


@dataclass(frozen=True)
class Closed:
    """When each of a group closes the account and opens it again, milliseconds UTC; `NEVER` where they don't."""

    closed_at: Ints
    reopened_at: Ints

    def but(self, stay: Bools) -> Closed:
        """Return the same, except that some of the group never close it."""
        return Closed(np.where(stay, NEVER, self.closed_at), np.where(stay, NEVER, self.reopened_at))

    def holds(self, which: Ints, when: Ints) -> Bools:
        """Return whether the accounts of some of the group (indices) are closed at given moments."""
        closed: Bools = (when >= self.closed_at[which]) & (when < self.reopened_at[which])
        return closed


class Closing:
    """Draws who closes an account, and when; the same for a person under any program."""

    def __init__(self, spec: ClosingSpec | None, rhythm: Rhythm) -> None:
        self._spec = spec
        self._rhythm = rhythm

    @property
    def possible(self) -> bool:
        """Whether anybody in this world ever closes an account."""
        return self._spec is not None

    def of_friends(self, keys: Keys, converted_at: Ints) -> Closed:
        """Draw the closing of friends who converted."""
        return self._draw(keys, converted_at, self._spec.friends if self._spec else 0.0)

    def of_referrers(self, keys: Keys, joined_at: Ints) -> Closed:
        """Draw the closing of the brand's first customers who join the program."""
        return self._draw(keys, joined_at, self._spec.referrers if self._spec else 0.0)

    def _draw(self, keys: Keys, from_ms: Ints, share: float) -> Closed:
        closed_at, reopened_at = np.full(len(keys), NEVER), np.full(len(keys), NEVER)
        if self._spec is not None:
            which = np.flatnonzero(uniform(keys, Purpose.CLOSE) < share)
            of = keys[which]
            closed_at[which] = self._rhythm.after(from_ms[which], of, Purpose.CLOSE_DELAY, self._spec.delay)
            back = which[uniform(of, Purpose.REOPEN) < self._spec.reopened]
            reopened_at[back] = self._rhythm.after(
                closed_at[back], keys[back], Purpose.REOPEN_DELAY, self._spec.reopened_delay
            )
        return Closed(closed_at, reopened_at)


def closing_rows(closed: Closed, keys: Keys, closer: Ints, reopener: Ints) -> Ints:
    """Return the events of closing and reopening; `closer` and `reopener` are the rows of who does it."""
    return np.concatenate(
        [
            event_rows(kind, at[which], person[which], ident(keys[which], kind))
            for kind, at, person in (
                (EventKind.CLOSED, closed.closed_at, closer),
                (EventKind.REOPENED, closed.reopened_at, reopener),
            )
            for which in (np.flatnonzero(at < NEVER),)
        ]
    )

"""Share what judging pending lines needs: those a batch made and voided, the changes found, and what caps allow."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from simulator.domain.spans import HOUR_MS
from simulator.engine.arrays import Array, Bools, Ints
from simulator.engine.caps import fits
from simulator.engine.ledger import Ledger
from simulator.engine.line_results import NO_LINES, Lines
from simulator.engine.terms import CAPPED, UNFUNDED

ALWAYS, NEVER = int(np.iinfo(np.int64).min), int(np.iinfo(np.int64).max)


@dataclass(frozen=True)
class Changes:
    """Lines made and voided in one batch, each in order of its number, with the hour of each.

    Lines that were voided in the hour that made them are in neither: they are pending at the end of no hour.
    """

    made: Ints
    made_hours: Ints
    voided: Ints
    voided_hours: Ints

    @classmethod
    def of(cls, made: Ints, made_at: Ints, voided: Ints, voided_at: Ints) -> Changes:
        """Make it of the moments (milliseconds)."""
        hours, ends = made_at // HOUR_MS, voided_at // HOUR_MS
        if len(made) and len(voided):
            new = np.flatnonzero(voided >= made[0])
            brief = new[hours[np.searchsorted(made, voided[new])] == ends[new]]
            kept = np.ones(len(made), bool)
            kept[np.searchsorted(made, voided[brief])] = False
            made, hours = made[kept], hours[kept]
            voided, ends = np.delete(voided, brief), np.delete(ends, brief)
        return cls(made, hours, voided, ends)

    def at(self, made: Bools, voided: Bools) -> Changes:
        """Return those of the lines at these places, given by masks."""
        return Changes(self.made[made], self.made_hours[made], self.voided[voided], self.voided_hours[voided])

    def made_hour(self, lines: Ints) -> Ints:
        """Return the hour that made each of these lines; ALWAYS if that was before the batch."""
        return _find(self.made, self.made_hours, lines, ALWAYS)

    def voided_hour(self, lines: Ints) -> Ints:
        """Return the hour that voided each of these lines; NEVER if none in this batch did."""
        return _find(self.voided, self.voided_hours, lines, NEVER)


def _find(keys: Ints, values: Ints, wanted: Ints, default: int) -> Ints:
    result = np.full(len(wanted), default, np.int64)
    if len(keys):
        places = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        there = keys[places] == wanted
        result[there] = values[places[there]]
    return result


@dataclass
class Shifts:
    """Collect what is expected of pending lines from now on: lines, states before and after, and moments, in order."""

    ledger: Ledger
    parts: list[tuple[Ints, Ints, Ints, Ints]] = field(default_factory=list)

    def expect(self, lines: Ints, states: Array | int, at: Array | int) -> None:
        """Expect these states of these lines, about which nothing was collected yet, as of `at` (milliseconds)."""
        after = np.broadcast_to(np.asarray(states, np.int64), len(lines))
        before = self.ledger.lines["expected"][lines].astype(np.int64)
        moved = before != after
        if moved.any():
            moments = np.broadcast_to(np.asarray(at, np.int64), len(lines))
            self.parts.append((lines[moved], before[moved], after[moved], moments[moved]))

    def enter(self, lines: Ints, before: Ints, after: Ints, at: Ints) -> None:
        """Enter changes that were found, in order; a line may be among them several times."""
        self.parts.append((lines, before, after, at))

    def joined(self) -> tuple[Lines, Ints, Ints, Ints]:
        """Return everything collected."""
        if not self.parts:
            none = np.zeros(0, np.int64)
            return NO_LINES, none, none, none
        lines, before, after, at = (np.concatenate(column) for column in zip(*self.parts, strict=True))
        return self.ledger.view(lines), before, after, at


def without_room(ledger: Ledger, lines: Ints) -> Ints:
    """Return the states of lines on their turn if the budget has no room for any: capped or unfunded."""
    held, limits = ledger.lines, ledger.limits
    terms, account = held["terms"][lines], ledger.account_of(lines)
    over = ledger.accounts["issued"][account] + 1 > limits.count[terms]
    over |= ledger.accounts["issued_value"][account] + held["value"][lines] > limits.value[terms]
    states = np.full(len(lines), UNFUNDED)
    for place in np.flatnonzero(over).tolist():
        line = lines[place]
        at, value, history = (
            int(held["due"][line]),
            int(held["value"][line]),
            ledger.history(int(account[place])),
        )
        known = ledger.terms[terms[place]]
        if not all(fits(cap, known.timezone, history, at, value) for cap in known.reward.caps):
            states[place] = CAPPED
    return states

"""Define the results about booked lines: what happens to them, and what the book found.

Like all results (`results.py`) they are frozen, in columns by name; what is entered one by one is a tuple.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

import numpy as np

from simulator.engine.arrays import NONE, Bools, Ints
from simulator.engine.line_results import Expected, LateReversals, Lines, Released, Revoked, Used, Voided
from simulator.program.model import Program

_NO_ROWS: Ints = np.zeros(0, np.int64)


class Happening(NamedTuple):
    """What happens to booked lines: they are made, chosen, redeemed, vetoed or asked, or their conversion is otherwise.

    It is done by the event `seq`, received `at` (milliseconds UTC); `position` as in `standing`. `by` is the seq of the
    reversal, reinstatement or adjustment, `occurred` and `by_at` are when the reversal happened and was received.
    `counts` says whether the reversal is news, `lines` are those made, named or asked. `choice` is as in
    `Act`. `amount` is the conversion's from now on, in minor units of its `currency` (None where none was passed).
    `answer` is why the line asked is forfeited if it is released now (an index in `terms.REASONS`), NONE where it is
    kept.
    """

    position: int
    kind: Literal["made", "reversed", "reinstated", "adjusted", "chosen", "redeemed", "vetoed", "asked"]
    at: int
    seq: int
    conversion: int = NONE
    by: int = 0
    occurred: int = 0
    by_at: int = 0
    counts: bool = False
    lines: tuple[int, ...] = ()
    amount: int = NONE
    currency: str | None = None
    answer: int = NONE
    choice: int = NONE


@dataclass(frozen=True, kw_only=True)
class Booking:
    """Lines (`ids`) that are booked from now on, and the accounts that are.

    `whole` says for each market whether all of its lines are booked.
    """

    ids: Ints
    accounts: Ints
    whole: Bools


@dataclass(frozen=True, kw_only=True)
class Happenings:
    """What happens to booked lines in this batch, in order, before the moment up to which lines are released.

    `program` is the one in force; it `changed` at a time (milliseconds UTC), or None if it is still the same.
    """

    happenings: Sequence[Happening]
    new: Ints
    before: int
    program: Program
    changed: int | None = None


class BookMove(NamedTuple):
    """A booked line's change of state at a moment (milliseconds UTC).

    `due` is as of then, `expected` is what had been expected of one that was pending (NONE of others), `number` that of
    a release (0 for none). `step` is what time did, None where an event did it; `reason` is why that forfeits it, else
    NONE. `seq` and `by` are the event and the reversal or reinstatement that did it. `value` and `value_before` are the
    money after and before, in minor units; `cut` says whether an adjustment took it. `choice` is which of the choices
    it is (NONE for none).
    """

    line: int
    before: int
    after: int
    at: int
    due: int
    value: int
    expected: int = NONE
    step: Literal["release", "try", "end"] | None = None
    reason: int = NONE
    number: int = 0
    seq: int = 0
    by: int = 0
    due_before: int = 0
    value_before: int = 0
    cut: bool = False
    choice: int = NONE


class BookShift(NamedTuple):
    """A change of a pending line's expected state from a time `at` on (milliseconds UTC), due then."""

    line: int
    before: int
    after: int
    at: int
    due: int
    value: int


class LateLine(NamedTuple):
    """A line issued though its conversion had been reversed; known `at` (milliseconds UTC), and whether `clawed` back.

    `sign` is -1 where the conversion came back, `value` what the line was issued for (minor units).
    """

    line: int
    at: int
    clawed: bool
    sign: int
    value: int


@dataclass(frozen=True, kw_only=True)
class Reinstated:
    """Lines that a reinstatement made pending again: its seq, when, their state before, and when they had been due.

    `channels` are those of the lines' friends (words).
    """

    lines: Lines
    by: Ints
    at: Ints
    before: Ints
    due_before: Ints
    value_before: Ints
    channels: Ints


@dataclass(frozen=True, kw_only=True)
class Revalued:
    """Lines whose value an adjustment changed, from `value_before` (minor units), while their states stay the same.

    `seq` and `at` are the adjustment's, `expected` is what had been expected of those pending, `channels` are those of
    the lines' friends (words).
    """

    lines: Lines
    value_before: Ints
    states: Ints
    expected: Ints
    seq: Ints
    at: Ints
    channels: Ints


@dataclass(frozen=True, kw_only=True)
class Forfeited:
    """Lines that an operator stopped: the seqs of the vetoes, and when (milliseconds UTC).

    `before` are their states before, `expected` is what had been expected of those pending (else NONE).
    """

    lines: Lines
    seq: Ints
    at: Ints
    before: Ints
    expected: Ints


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """Offered lines that were chosen, or not in time: the seqs of the choices (0 for the end of one), and when.

    `states` are what they became, `choices` which of their rewards' choices they are (NONE for none), `channels` are
    those of the lines' friends (words).
    """

    lines: Lines
    states: Ints
    seq: Ints
    at: Ints
    choices: Ints
    channels: Ints

    @property
    def released(self) -> Released:
        """The same lines as if they had been released then."""
        return Released(
            lines=replace(self.lines, due=self.at),
            states=self.states,
            numbers=np.zeros(len(self.lines), np.int64),
            channels=self.channels,
        )


@dataclass(frozen=True, kw_only=True)
class Booked:
    """What happened to booked lines in one batch; `ids` are all that changed, with how they stand after it.

    `tried` are those that had waited for the budget, in order; they are as if they had been due when they were tried.
    `without_effect` says why events about a line have no effect, by seq; `out_of_reach` are the states, by the seqs of
    reversals, of lines that these would have taken back. `expected_before` are what had been expected of the lines
    voided, NONE of those not pending.
    """

    released: Released
    tried: Released
    voided: Voided
    expected_before: Ints
    revoked: Revoked
    reinstated: Reinstated
    revalued: Revalued
    forfeited: Forfeited
    chosen: Chosen
    used: Used
    without_effect: Mapping[int, str]
    out_of_reach: Sequence[tuple[int, int]]
    shifted: Expected
    late: LateReversals
    ids: Ints
    states: Ints
    reasons: Ints
    choices: Ints
    state_at: Ints
    expected: Ints
    due: Ints
    value: Ints
    earned: Ints


@dataclass
class Journal:
    """What happened to booked lines in one batch, in order."""

    moves: list[BookMove] = field(default_factory=list)
    shifts: list[BookShift] = field(default_factory=list)
    late: list[LateLine] = field(default_factory=list)
    # why events about a line have no effect, by seq
    without_effect: dict[int, str] = field(default_factory=dict)
    # by seq of a reversal, the states of lines that it came too late to take back
    out_of_reach: list[tuple[int, int]] = field(default_factory=list)

    def add(self, other: Journal) -> None:
        """Add the happenings of another market."""
        self.moves += other.moves
        self.shifts += other.shifts
        self.late += other.late
        self.without_effect |= other.without_effect
        self.out_of_reach += other.out_of_reach

"""Define what the stages return about reward lines: made, expected, released, used, reversed, and as they stand.

Like all results (`results.py`) they are frozen, in columns by name.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np
import polars as pl

from simulator.engine.arrays import Array, Bools, Ints
from simulator.program.model import Program

_NO_ROWS: Ints = np.zeros(0, np.int64)


@dataclass(frozen=True, kw_only=True)
class FixedFacts:
    """The facts that never change about new decisions' `conversions` (rows in `Ledger.conversions`), one row each."""

    conversions: Ints
    facts: pl.DataFrame


@dataclass(frozen=True, kw_only=True)
class NewTerms:
    """A version of the program, in force after the event `from_seq`."""

    version: int
    from_seq: int
    program: Program


@dataclass(frozen=True, kw_only=True)
class Lines:
    """Reward lines by number (`ids`, from 0), with their columns that never change; see `ledger.Ledger.lines`."""

    ids: Ints
    decision: Ints
    seq: Ints
    made: Ints
    due: Ints
    value: Ints
    occurred: Ints
    account: Ints
    terms: Ints
    friend: Ints

    def __len__(self) -> int:
        return len(self.ids)

    def at(self, places: Array) -> Lines:
        """Return those of the lines at these places (indices or a mask)."""
        return Lines(
            ids=self.ids[places],
            decision=self.decision[places],
            seq=self.seq[places],
            made=self.made[places],
            due=self.due[places],
            value=self.value[places],
            occurred=self.occurred[places],
            account=self.account[places],
            terms=self.terms[places],
            friend=self.friend[places],
        )

    def joined(self, other: Lines) -> Lines:
        """Return these lines and others."""
        return Lines(
            ids=np.r_[self.ids, other.ids],
            decision=np.r_[self.decision, other.decision],
            seq=np.r_[self.seq, other.seq],
            made=np.r_[self.made, other.made],
            due=np.r_[self.due, other.due],
            value=np.r_[self.value, other.value],
            occurred=np.r_[self.occurred, other.occurred],
            account=np.r_[self.account, other.account],
            terms=np.r_[self.terms, other.terms],
            friend=np.r_[self.friend, other.friend],
        )


NO_LINES = Lines(
    ids=_NO_ROWS,
    decision=_NO_ROWS,
    seq=_NO_ROWS,
    made=_NO_ROWS,
    due=_NO_ROWS,
    value=_NO_ROWS,
    occurred=_NO_ROWS,
    account=_NO_ROWS,
    terms=_NO_ROWS,
    friend=_NO_ROWS,
)


@dataclass(frozen=True, kw_only=True)
class NewLines:
    """Reward lines made in this batch, pending, with the batch row that qualified each and the row of its conversion.

    `made_at` is when (milliseconds UTC).
    """

    lines: Lines
    rows: Ints
    targets: Ints
    made_at: Ints

    def at(self, places: Array) -> NewLines:
        """Return those of the lines at these places (indices or a mask)."""
        return NewLines(
            lines=self.lines.at(places),
            rows=self.rows[places],
            targets=self.targets[places],
            made_at=self.made_at[places],
        )


@dataclass(frozen=True, kw_only=True)
class Voided:
    """Lines that a reversal voided: the seqs of the event that did it and of the reversal, and when (milliseconds UTC).

    `before` are their states before, all pending except for booked ones.
    """

    lines: Lines
    seq: Ints
    by: Ints
    at: Ints
    before: Ints


@dataclass(frozen=True, kw_only=True)
class Revoked:
    """Issued lines that a reversal took back: the seqs of the event and of the reversal, and when (milliseconds UTC).

    `channels` are those of the lines' friends (words), `value_before` is their value until then (minor units);
    `cut` says which of them an adjustment took.
    """

    lines: Lines
    seq: Ints
    by: Ints
    at: Ints
    channels: Ints
    value_before: Ints
    cut: Bools


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What is expected of pending lines from now on: states `before` and `after`, as of `at` (milliseconds UTC).

    A line may be among them several times, in order. `made` and `voided` are the lines that came and went, without
    those that came and went in one hour. `read_lines` are the pending lines of the accounts whose chains were read, and
    `ended` is what had been expected of all lines that the batch voided.
    """

    lines: Lines
    before: Ints
    after: Ints
    at: Ints
    made: Ints = field(default_factory=lambda: _NO_ROWS)
    voided: Ints = field(default_factory=lambda: _NO_ROWS)
    read_accounts: Ints = field(default_factory=lambda: _NO_ROWS)
    read_lines: Ints = field(default_factory=lambda: _NO_ROWS)
    ended: Ints = field(default_factory=lambda: _NO_ROWS)


@dataclass(frozen=True, kw_only=True)
class Released:
    """Lines released because they were due before a moment, in the order of release.

    `states` is what each became, `numbers` its number for its account, `channels` are those of the friends (words).
    `left` are the lines of the last hour looked at that are due later; booked lines have neither moment nor those, but
    `value_before`, what they were worth until then (minor units), and `reasons`, why they are forfeited (indices in
    `terms.REASONS`, NONE of others).
    """

    lines: Lines
    states: Ints
    numbers: Ints
    channels: Ints
    before: int = 0
    left: Ints = field(default_factory=lambda: _NO_ROWS)
    value_before: Ints | None = None
    reasons: Ints | None = None


@dataclass(frozen=True, kw_only=True)
class WaitingReversal:
    """A reversal whose conversion is not in the log yet: its seq, when it was received, its subject, and its reason."""

    seq: int
    at: int
    person: int
    why: str


@dataclass(frozen=True, kw_only=True)
class MatchedReversal:
    """A reversal that was waiting, and the `row` of its conversion; `why` it has no effect, or None."""

    row: int
    reversal: WaitingReversal
    why: str | None


class Adjusted(NamedTuple):
    """An amount that is different from now on: the event's row and seq, when it was received (milliseconds UTC).

    `amount` is in minor units of the conversion's own currency; `currency` is None if none was passed.
    """

    row: int
    seq: int
    at: int
    conversion: int
    amount: int
    currency: str | None


@dataclass(frozen=True, kw_only=True)
class Adjustments:
    """The batch's adjustments by batch `rows`, `why` each has no effect (None if it has), and the effective ones."""

    rows: Sequence[int]
    why: Sequence[str | None]
    adjusted: Sequence[Adjusted]

    def before(self, conversion: int, row: int) -> Adjusted | None:
        """Return the last effective one of a conversion (row in `Ledger.conversions`) before a row of the batch."""
        theirs = self._by_conversion.get(conversion, [])
        passed = bisect_left(theirs, row, key=lambda one: one.row)
        return theirs[passed - 1] if passed else None

    @cached_property
    def _by_conversion(self) -> dict[int, list[Adjusted]]:
        found: dict[int, list[Adjusted]] = {}
        for one in self.adjusted:
            found.setdefault(one.conversion, []).append(one)
        return found


class Change(NamedTuple):
    """A change of what stands: whether the conversion (row in `Ledger.conversions`) `fell` or came back, and by what.

    It shows at the event `seq`, received `at` (milliseconds UTC), in batch row `row`; `position` as in `standing`. `by`
    is the seq of the reversal or reinstatement itself, and `occurred` when that happened.
    """

    position: int
    row: int
    seq: int
    at: int
    conversion: int
    fell: bool
    by: int
    occurred: int


@dataclass(frozen=True, kw_only=True)
class Reversals:
    """The batch's changes of what stands, in order; `before` is the reversal in force before each, or None.

    `lines` are the reward lines of these conversions, new ones too, with the conversion of each (`owners`).
    """

    changes: Sequence[Change]
    before: Sequence[Change | None]
    lines: Ints
    owners: Ints


@dataclass(frozen=True, kw_only=True)
class FallenLines:
    """New lines (`ids`, in order) whose conversion had been reversed by the time they were made, and by what."""

    ids: Ints
    by: Sequence[Change]


class Act(NamedTuple):
    """An event about a reward line, in the batch's `row`: a choice, a redemption or a veto.

    `line` is the one that it names, NONE if there was none yet, `choice` the index of what is chosen among its
    reward's choices, NONE if it is not one of them. `why` it has no effect is None if the line's state decides.
    """

    row: int
    seq: int
    at: int
    kind: Literal["chosen", "redeemed", "vetoed"]
    line: int
    choice: int
    why: str | None


@dataclass(frozen=True, kw_only=True)
class Used:
    """Issued lines that were redeemed or have expired, the seqs of the redemptions (0 for an expiry), and when.

    `states` are what they became. `before` is the moment (milliseconds UTC) up to which lines have expired, `left` are
    those of the last hour looked at that expire later; of booked lines there is neither. `without_effect` are
    redemptions without effect: the reasons by seq.
    """

    lines: Lines
    states: Ints
    seq: Ints
    at: Ints
    before: int = 0
    left: Ints = field(default_factory=lambda: _NO_ROWS)
    without_effect: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class LateReversals:
    """Rewards issued although their conversion had been reversed by then: the news came at `at` (milliseconds UTC).

    `clawed` says which of them a clawback recovered; `signs` are -1 where the conversion stands again.
    """

    lines: Lines
    at: Ints
    clawed: Bools
    signs: Ints


@dataclass(frozen=True, kw_only=True)
class NoEffect:
    """Reversals and reinstatements that changed nothing, by the batch `rows` that show it, with the audit `kinds`.

    `counted` says which of them are reversals, `matched_rows` and `matched_why` are those that were counted by their
    reason for waiting until now.
    """

    kinds: Sequence[str]
    rows: Sequence[int]
    seq: Sequence[int]
    person: Sequence[int]
    why: Sequence[str]
    counted: Sequence[bool]
    matched_rows: Sequence[int]
    matched_why: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Closing:
    """Reward lines as they stand at the end of a call: the `new` ones, with whom they go to, and the `changed` ones."""

    new: Lines
    new_role: Ints
    new_recipient: Ints
    new_earned: Ints
    new_state: Ints
    new_reason: Ints
    new_choice: Ints
    new_expected: Ints
    new_state_at: Ints
    changed: Ints
    changed_state: Ints
    changed_reason: Ints
    changed_choice: Ints
    changed_terms: Ints
    changed_expected: Ints
    changed_due: Ints
    changed_value: Ints
    changed_earned: Ints
    changed_state_at: Ints

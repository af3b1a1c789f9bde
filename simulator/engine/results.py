"""What the stages find: small frozen results in columns, by name.

A stage reads the batch and the state and returns one of these. `State.apply` puts it into effect, and the recorders
turn it into rows; neither the stages nor the recorders change anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple

import numpy as np
import polars as pl

from simulator.engine.arrays import NONE, Array, Bools, Ints, Keys
from simulator.engine.interner import Hashed
from simulator.engine.reviews import Case
from simulator.engine.version import CompiledProgram
from simulator.program.model import Program

_NO_ROWS: Ints = np.zeros(0, np.int64)

# Events


@dataclass(frozen=True, kw_only=True)
class NewPeople:
    """The people whom the newest events name for the first time: their references, in the order of their ids."""

    refs: pl.Series


@dataclass(frozen=True, kw_only=True)
class NewLinks:
    """New links by the batch `rows` that created them, in the order of their ids.

    `owners_rows` are the rows of those that are their owner's first, `refs` the owners' references.
    """

    rows: Ints
    refs: Sequence[str | None]
    owner: Ints
    seq: Ints
    received_at: Ints
    owners_firsts: Bools


@dataclass(frozen=True, kw_only=True)
class Sightings:
    """Devices that people were seen with, by hash, in log order; most of them are known."""

    person: Ints
    device: Keys
    seq: Ints


@dataclass(frozen=True, kw_only=True)
class FirstEvents:
    """Events by people who may never have sent such a one before: of each kind the person's first counts.

    `marks` are the people and seqs of all events of a kind, by the column of people that keeps the first.
    `sharing` are the batch rows of people's first share, `claim_*` the columns of their first claims.
    """

    marks: Mapping[str, tuple[Ints, Ints]]
    sharing: Ints
    claim_person: Ints
    claim_seq: Ints
    claim_occurred_at: Ints


@dataclass(frozen=True, kw_only=True)
class Sources:
    """The labels under which the batch's sources are counted, by source, in log order."""

    labels: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class FieldUpdates:
    """New values of people's fields: people and values by the column of people; the last of several counts.

    `seqs` are those of the events that say so. `attributes`, `said` and `said_seq` are the same of attributes, by rows
    of `State.attributes`. `converted` are people with conversions and `converted_at` when these occurred (milliseconds
    UTC).
    """

    values: Mapping[str, tuple[Array, Array]]
    seqs: Mapping[str, Array]
    attributes: Array
    said: Array
    said_seq: Array
    converted: Ints
    converted_at: Ints


@dataclass(frozen=True, kw_only=True)
class Merged:
    """An effective merge by the event `seq`, received `at` (milliseconds UTC), of the person `merged` into another.

    `subject` and `target` are the references that the event names, by id and in `texts`. Taken over from `merged` are
    `fields` (the column of people: value and seq) and attributes (`attributes`, rows of `State.attributes`, with the
    values `said` and `said_seq`), `devices` with the seqs that showed them, and keys of milestones in `qualified` and
    `stopped`. `touches` and `conversions` are those of both in log order, `taken` the conversions of both that took a
    milestone, by group, `accounts` pairs of reward accounts, first those merged.

    Of two attributions one is `kept` and the other `ended`; NONE where there is none. `relisted` are the attributions
    of referrers (people) among whose friends something changes. `levels` are the stages of the
    journeys of `merged` and `into` (see `rollup.STAGES`, from 1), those of `kept` and `ended` are `own_levels`; `both`
    are the columns of firsts that both had.
    """

    seq: int
    at: int
    subject: int
    target: int
    texts: tuple[str, str]
    merged: int
    into: int
    fields: Mapping[str, tuple[int, int]]
    attributes: Ints
    said: Ints
    said_seq: Ints
    devices: Keys
    device_seqs: Ints
    touches: Ints
    kept: int
    ended: int
    relisted: Sequence[tuple[int, Ints]]
    levels: tuple[int, int]
    own_levels: tuple[int, int]
    both: Sequence[str]
    conversions: Ints
    taken: Mapping[int, list[int]]
    qualified: Keys
    stopped: Keys
    accounts: tuple[Ints, Ints]


@dataclass(frozen=True, kw_only=True)
class VainMerge:
    """A merge by the event `seq`, received `at` (milliseconds UTC), of somebody with themselves."""

    seq: int
    at: int
    person: int


# Attribution


@dataclass(frozen=True, kw_only=True)
class NewTouches:
    """Visits that became touches, in log order."""

    person: Ints
    occurred_at: Ints
    seq: Ints
    link: Ints
    channel: Ints


@dataclass(frozen=True, kw_only=True)
class NewAttributions:
    """New attributions of a batch, in log order, by the batch `rows` that caused them.

    `ids` are their rows in `State.attributions`, `link` the ids of links, `channel` and `community` words. `rank` is
    the number among the referrer's attributions, from 1. `touch_seq` is the seq of the winning visit or, for an
    attribution by code, of the event itself. `labels` are those of the channels, by channel, in log order. `late` are
    the batch's touches that are none after all, since their codes had been used up by then.
    """

    ids: Ints
    rows: Ints
    seq: Ints
    friend: Ints
    referrer: Ints
    link: Ints
    touch_at: Ints
    touch_seq: Ints
    attributed_at: Ints
    by_code: Ints
    channel: Ints
    community: Ints
    rank: Ints
    labels: Mapping[str, str]
    late: Ints


@dataclass(frozen=True, kw_only=True)
class Generations:
    """What is counted of new attributions (`ids`) once they are all there.

    `generation` is one more than the referrer's own, `rank_day` the number among the referrer's attributions within
    24 h. `day_start` is the oldest of those 24 h, by referrer (rows in `State.referrers`).
    """

    ids: Ints
    generation: Ints
    rank_day: Ints
    referrers: Ints
    day_start: Ints


# Conversions and decisions


@dataclass(frozen=True, kw_only=True)
class NewConversions:
    """The batch's conversions by batch `rows`, in log order, with the hashes of (source, id).

    `which` is the index in CONVERSION_TYPES, `number` that of the conversion among its person's of its type, from 1.
    `amount` is in minor units of its own `currency` (a word); both are NONE where not passed.
    """

    rows: Ints
    seq: Ints
    person: Ints
    keys: Hashed
    which: Ints
    number: Ints
    amount: Ints
    currency: Ints


@dataclass(frozen=True, kw_only=True)
class StandingChanges:
    """What the reversals and reinstatements of a batch change in what stands.

    By event, in log order: batch `rows`, the row in `Ledger.conversions` that each names (`named`, NONE where it is not
    in the log yet), and `why` it has no effect (`standing.WAITING` while it waits; None for an effective one).

    By change, in order of `position` (see `standing`): `conversion` (row in `Ledger.conversions`), `fell` (whether it
    stands no more), and `by`, the seq of the event that changed it.

    `met` are earlier reversals that waited for a conversion of this batch, `met_targets` what none waits for any more,
    and `waiting` the reversals that wait from now on, both by the id of the conversion (see `Ledger.target_ids`).
    """

    rows: Ints
    named: Ints
    why: Sequence[str | None]
    position: Ints
    conversion: Ints
    fell: Bools
    by: Ints
    met: Sequence[MatchedReversal]
    met_targets: Sequence[int]
    waiting: Sequence[tuple[int, WaitingReversal]]


@dataclass(frozen=True, kw_only=True)
class Ruled:
    """What the rules said of decisions, given as indices into `NewDecisions` (`places`).

    `results` are codes of `rules.RESULTS` by decision and rule, `deciding` the index of the rule that decided.
    """

    places: Ints
    results: Array
    deciding: Ints


@dataclass(frozen=True, kw_only=True)
class NewDecisions:
    """A batch's decisions in log order as first made, by the batch `rows` of their conversions.

    `ids` count from 1 along the log, `seq` is the conversion's, `milestone` is the index in the file, `milestone_id`
    that of its name, `referrer` NONE where unattributed, `outcome` a code of `rules.OUTCOMES`; `group` is a key for
    friend and milestone. `offered` is what the conditions of rewards said, as JSON. `ruled` is None where no rule was
    asked.
    """

    ids: Ints
    rows: Ints
    seq: Ints
    milestone: Ints
    milestone_id: Ints
    friend: Ints
    referrer: Ints
    attribution: Ints
    group: Keys
    outcome: Ints
    reason: Sequence[str | None]
    failed: Sequence[str]
    offered: Sequence[str]
    facts: Sequence[str | None]
    ruled: Ruled | None


@dataclass(frozen=True, kw_only=True)
class OpenedReviews:
    """Decisions that a rule put in review, with what each needs to become a reward later.

    `conversions` have `source` and `id`, `names` are the ids of the milestones' names, `offered` as in `NewDecisions`.
    """

    compiled: CompiledProgram
    conversions: pl.DataFrame
    names: Ints
    offered: Sequence[str]
    numbers: Mapping[str, Ints]


@dataclass(frozen=True, kw_only=True)
class Settlement:
    """A verdict that settled a decision in review, given by the event at batch row `row`."""

    row: int
    case: Case
    outcome: int
    reason: str | None


@dataclass(frozen=True, kw_only=True)
class Settlements:
    """The batch's verdicts: those that settled a decision, in log order, and the batch rows of those without effect.

    `groups` are the keys for friend and milestone of the decisions that they approved.
    """

    settled: Sequence[Settlement]
    approved: Keys
    no_effect: Sequence[int]


@dataclass(frozen=True, kw_only=True)
class Decided:
    """All that was decided in a batch.

    `taken` are the conversions that took a milestone (rows in `Ledger.conversions`), by group, where they changed.
    """

    new: NewDecisions
    opened: OpenedReviews | None
    verdicts: Settlements
    taken: Mapping[int, list[int]]


@dataclass(frozen=True, kw_only=True)
class Withheld:
    """The money (minor units) that rules withheld from stopped decisions: `places` in `NewDecisions`.

    `stopped` are the groups stopped for the first time, `reviews`, `rules` and `held` the ids of the decisions among
    them that are in review, the rule that put each there, and its money.
    """

    places: Ints
    money: Ints
    deciding: Ints
    stopped: Keys
    reviews: Ints
    rules: Sequence[str]
    held: Ints


@dataclass(frozen=True, kw_only=True)
class ReviewedMoney:
    """What the settled decisions of a batch had been in review for, in the order of `Settlements.settled`."""

    rules: Sequence[str]
    money: Sequence[int]


# Reward lines


@dataclass(frozen=True, kw_only=True)
class FixedFacts:
    """What never changes of new decisions' `conversions` (rows in `Ledger.conversions`), a row of `facts` each."""

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
    """Reward lines by their numbers (`ids`, from 0), with what never changes of them; see `ledger.Ledger.lines`."""

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

    `before` are their states before, all pending but for booked ones.
    """

    lines: Lines
    seq: Ints
    by: Ints
    at: Ints
    before: Ints


@dataclass(frozen=True, kw_only=True)
class Revoked:
    """Issued lines that a reversal took back: the seqs of the event and of the reversal, and when (milliseconds UTC).

    `channels` are those of the lines' friends (words), `value_before` is what they were worth until then (minor units);
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


# Reversals


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
    """An amount that is another one from now on: the event's row and seq, when it was received (milliseconds UTC).

    `amount` is in minor units of the conversion's own currency; `currency` is None where none was passed.
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
    """The batch's changes of what stands, in order; `before` is the reversal in force before each, None where none is.

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

    `line` is the one that it names, NONE where there was none yet, `choice` the index of what is chosen among its
    reward's choices, NONE where it is none of them. `why` it has no effect is None where the line's state decides.
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
    those of the last hour looked at that expire later; of booked lines there is neither. `vain` are redemptions without
    effect: the reasons by seq.
    """

    lines: Lines
    states: Ints
    seq: Ints
    at: Ints
    before: int = 0
    left: Ints = field(default_factory=lambda: _NO_ROWS)
    vain: Mapping[int, str] = field(default_factory=dict)


# The book


class Happening(NamedTuple):
    """What happens to booked lines: they are made, chosen, redeemed, vetoed or asked, or their conversion is otherwise.

    It is done by the event `seq`, received `at` (milliseconds UTC); `position` as in `standing`. `by` is the seq of the
    reversal, reinstatement or adjustment, `occurred` and `by_at` are when the reversal happened and was received.
    `counts` says whether the reversal is told just now, `lines` are those made, named or asked. `choice` is as in
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
    """Lines (`ids`) that are booked from now on, and those of their accounts that are.

    `whole` says of each market whether all of its lines are.
    """

    ids: Ints
    accounts: Ints
    whole: Bools


@dataclass(frozen=True, kw_only=True)
class Happenings:
    """What happens to booked lines in this batch, in order, before the moment up to which lines are released.

    `program` is that in force; it has `changed` at a moment (milliseconds UTC), None where it is that of before.
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
    """Another thing is expected of a pending line, due then, from a moment `at` on (milliseconds UTC)."""

    line: int
    before: int
    after: int
    at: int
    due: int
    value: int


class LateLine(NamedTuple):
    """A line issued though its conversion had been reversed; told `at` (milliseconds UTC), and whether `clawed` back.

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
    """Lines that an adjustment gave another worth, in the states that they keep: from `value_before`, in minor units.

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
        """The same as if they had been released then."""
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
    `vain` says why events about a line have no effect, by seq; `out_of_reach` are the states, by the seqs of reversals,
    of lines that these would have taken back. `expected_before` are what had been expected of the lines voided, NONE of
    those not pending.
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
    vain: Mapping[int, str]
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


# Reversals, as they are told


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
    """Reversals and reinstatements that changed nothing, by the batch `rows` at which it shows, with the audit `kinds`.

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


# Journeys and standings


@dataclass(frozen=True, kw_only=True)
class Reached:
    """Friends who got further: the level of each (see `rollup.STAGES`, from 1), in log order.

    `firsts` are, by level, those who reached it for the first time and when (milliseconds UTC). `qualified` are the
    attributions of those who qualified for the first time, `channels` theirs (words).
    """

    friends: Ints
    levels: Ints
    firsts: Mapping[int, tuple[Ints, Ints]]
    qualified: Ints
    channels: Ints


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


@dataclass(frozen=True, kw_only=True)
class RankedBoard:
    """A leaderboard ranked anew: rows of its `pool`, best first, its `places`, and those that `changed`, by number.

    A place is (row, friends, qualified, issued); the row is NONE where a place is nobody's any more. `best_outside` is
    the rank of the best outside the pool, None where nobody is.
    """

    pool: Ints
    best_outside: tuple[Any, ...] | None
    places: Sequence[tuple[int, int, int, int]]
    changed: Sequence[tuple[int, tuple[int, int, int, int]]]


@dataclass(frozen=True, kw_only=True)
class Ranking:
    """The leaderboards on which somebody's numbers changed, by name, with the holders of the changed places.

    Holders are people by id, on the board `community` communities by word.
    """

    boards: Mapping[str, RankedBoard]
    holders: Mapping[str, Sequence[int]]

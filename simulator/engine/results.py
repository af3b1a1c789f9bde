"""What the stages find: small frozen results in columns, by name.

A stage reads the batch and the state and returns one of these. `State.apply` puts it into effect, and the recorders
turn it into rows; neither the stages nor the recorders change anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from simulator.engine.arrays import Array, Bools, Ints, Keys
from simulator.engine.interner import Hashed
from simulator.engine.reviews import Case
from simulator.engine.version import CompiledProgram
from simulator.program.model import Reward

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
    refs: Sequence[str]
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

    `attributes` and `said` are the same of attributes, by rows of `State.attributes`. `converted` are people with
    conversions and `converted_at` when these occurred (milliseconds UTC).
    """

    values: Mapping[str, tuple[Array, Array]]
    attributes: Array
    said: Array
    converted: Ints
    converted_at: Ints


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
    """

    rows: Ints
    seq: Ints
    person: Ints
    keys: Hashed
    which: Ints
    number: Ints


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

    `ids` count from 1 along the log, `milestone` is the index in the file, `referrer` NONE where unattributed,
    `outcome` a code of `rules.OUTCOMES`; `group` is a key for friend and milestone. `offered` is what the conditions of
    rewards said, as JSON. `ruled` is None where no rule was asked.
    """

    ids: Ints
    rows: Ints
    milestone: Ints
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
    """All that was decided in a batch."""

    new: NewDecisions
    opened: OpenedReviews | None
    verdicts: Settlements


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
class NewTerms:
    """The rewards of a version that comes into force, in the order of its file, and its calendar's zone.

    `folds` says whether the version compares codes without their capitals.
    """

    version: int
    rewards: tuple[Reward, ...]
    timezone: str
    folds: bool


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


@dataclass(frozen=True, kw_only=True)
class NewLines:
    """Reward lines made in this batch, pending, with the batch row that qualified each and the id of its conversion.

    `made_at` is when (milliseconds UTC).
    """

    lines: Lines
    rows: Ints
    targets: Ints
    made_at: Ints


@dataclass(frozen=True, kw_only=True)
class Voided:
    """Pending lines that a reversal voided: the seq of the reversal, and when (milliseconds UTC)."""

    lines: Lines
    by: Ints
    at: Ints


@dataclass(frozen=True, kw_only=True)
class Revoked:
    """Issued lines that a reversal took back: the seq of the reversal, and when (milliseconds UTC).

    `channels` are those of the lines' friends (words).
    """

    lines: Lines
    by: Ints
    at: Ints
    channels: Ints


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
    `left` are the lines of the last hour looked at that are due later.
    """

    lines: Lines
    states: Ints
    numbers: Ints
    channels: Ints
    before: int
    left: Ints


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


@dataclass(frozen=True, kw_only=True)
class Reversals:
    """The batch's reversals by batch `rows`, and why each has no effect (`why`, None for those that take effect).

    `firsts` are the indices of those that take effect, `targets` the conversions they name (see
    `Ledger.target_ids`), and `matched` are earlier reversals that were waiting for a conversion of this batch.
    `reversed` maps each conversion that is reversed now to the reversal's seq and receipt, `waiting` and `met` are the
    reversals that wait from now on and the conversions that none waits for any more.
    """

    rows: Ints
    why: Sequence[str | None]
    firsts: Ints
    targets: Ints
    matched: Sequence[MatchedReversal]
    reversed: Mapping[int, tuple[int, int]]
    waiting: Sequence[tuple[int, WaitingReversal]]
    met: Sequence[int]


@dataclass(frozen=True, kw_only=True)
class ReversedLines:
    """Reward lines (`ids`) of the conversions that the batch's reversals name.

    `owners` are indices into `Reversals.firsts`, `targets` the conversions.
    """

    ids: Ints
    owners: Ints
    targets: Ints


@dataclass(frozen=True, kw_only=True)
class LateReversals:
    """Rewards issued although their conversion had been reversed by then: the news came at `at` (milliseconds UTC).

    `clawed` says which of them a clawback recovered.
    """

    lines: Lines
    at: Ints
    clawed: Bools


@dataclass(frozen=True, kw_only=True)
class NoEffect:
    """Reversals that changed no reward, by the batch `rows` at which it shows, with their seqs, people and reasons.

    `matched_rows` and `matched_why` are those that were counted by their reason for waiting until now.
    """

    rows: Sequence[int]
    seq: Sequence[int]
    person: Sequence[int]
    why: Sequence[str]
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
    new_state: Ints
    new_expected: Ints
    new_state_at: Ints
    changed: Ints
    changed_state: Ints
    changed_expected: Ints
    changed_state_at: Ints


@dataclass(frozen=True, kw_only=True)
class RankedBoard:
    """A leaderboard ranked anew: rows of its `pool`, best first, its `places`, and those that `changed`, by number.

    A place is (row, friends, qualified, issued). `best_outside` is the rank of the best outside the pool, None where
    nobody is.
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

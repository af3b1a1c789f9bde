"""Define what the stages return about people, attributions, decisions, journeys and boards: small frozen results.

A stage reads the batch and the state and returns one of these. `State.apply` puts it into effect, and the recorders
turn it into rows; neither the stages nor the recorders change anything. The results about reward lines are
in `line_results.py`, those about booked lines in `book_results.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from simulator.engine.arrays import Array, Bools, Ints, Keys
from simulator.engine.interner import Hashed
from simulator.engine.line_results import MatchedReversal, WaitingReversal
from simulator.engine.reviews import Case
from simulator.engine.version import CompiledProgram

_NO_ROWS: Ints = np.zeros(0, np.int64)


@dataclass(frozen=True, kw_only=True)
class NewPeople:
    """The people whom the newest events name for the first time: their references, in the order of their ids."""

    refs: pl.Series


@dataclass(frozen=True, kw_only=True)
class NewLinks:
    """New links by the batch `rows` that created them, in the order of their ids.

    `owners_rows` are the rows of each owner's first link, `refs` the owners' references.
    """

    rows: Ints
    refs: Sequence[str | None]
    owner: Ints
    seq: Ints
    received_at: Ints
    owners_firsts: Bools


@dataclass(frozen=True, kw_only=True)
class Sightings:
    """Devices that people were seen with, by hash, in log order; most of them are already known."""

    person: Ints
    device: Keys
    seq: Ints


@dataclass(frozen=True, kw_only=True)
class FirstEvents:
    """Events by people who may never have sent one of that kind before: the first of each kind counts.

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

    `seqs` are those of their events. `attributes`, `attribute_values` and `attribute_seqs` are the same for attributes,
    by rows of `State.attributes`. `converted` are people with conversions and `converted_at` when these occurred
    (milliseconds UTC).
    """

    values: Mapping[str, tuple[Array, Array]]
    seqs: Mapping[str, Array]
    attributes: Array
    attribute_values: Array
    attribute_seqs: Array
    converted: Ints
    converted_at: Ints


@dataclass(frozen=True, kw_only=True)
class Merged:
    """An effective merge by the event `seq`, received `at` (milliseconds UTC), of the person `merged` into another.

    `subject` and `target` are the references that the event names, by id and in `texts`. Taken over from `merged` are
    `fields` (the column of people: value and seq) and attributes (`attributes`, rows of `State.attributes`, with
    `attribute_values` and `attribute_seqs`), `devices` with the seqs that showed them, and keys of milestones in
    `qualified` and `stopped`. `touches` and `conversions` are those of both in log order, `taken` the conversions of
    both that took a milestone, by group, `accounts` pairs of reward accounts, first those merged.

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
    attribute_values: Ints
    attribute_seqs: Ints
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
class MergeWithoutEffect:
    """A merge by the event `seq`, received `at` (milliseconds UTC), of somebody with themselves."""

    seq: int
    at: int
    person: int


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
    the batch's touches that turn out not to count, since their codes had been used up by then.
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
    """The counts of new attributions (`ids`) once all of them exist.

    `generation` is one more than the referrer's own, `rank_day` the number among the referrer's attributions within
    24 h. `day_start` is the oldest of those 24 h, by referrer (rows in `State.referrers`).
    """

    ids: Ints
    generation: Ints
    rank_day: Ints
    referrers: Ints
    day_start: Ints


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

    `met` are earlier reversals that waited for a conversion of this batch, `met_targets` those no longer waited for,
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
    """The rules' results for decisions, given as indices into `NewDecisions` (`places`).

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
    friend and milestone. `offered` is what the conditions of rewards answered, as JSON. `ruled` is None if no rule was
    evaluated.
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


@dataclass(frozen=True, kw_only=True)
class Reached:
    """Friends who reached a further stage: the level of each (see `rollup.STAGES`, from 1), in log order.

    `firsts` are, by level, those who reached it for the first time and when (milliseconds UTC). `qualified` are the
    attributions of those who qualified for the first time, `channels` theirs (words).
    """

    friends: Ints
    levels: Ints
    firsts: Mapping[int, tuple[Ints, Ints]]
    qualified: Ints
    channels: Ints


@dataclass(frozen=True, kw_only=True)
class RankedBoard:
    """A newly ranked leaderboard: rows of its `pool`, best first, its `places`, and those that `changed`, by number.

    A place is (row, friends, qualified, issued); the row is NONE if nobody holds the place any more. `best_outside`
    is the rank of the best outside the pool, None if nobody is.
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

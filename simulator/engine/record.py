"""Collect the rows of one call of the engine: recorders add what the stages found, and the result is frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import polars as pl

from simulator.domain.write_set import WriteSet
from simulator.engine.arrays import NONE, Array, Ints
from simulator.engine.audit import Trail
from simulator.engine.frames import EMPTY, SCHEMAS, Column, frame_of, from_rows
from simulator.engine.line_results import Closing, Lines
from simulator.engine.names import Names
from simulator.engine.results import Ranking
from simulator.engine.rollup import METRIC, Breakdown, Calendar, MetricSums
from simulator.engine.terms import ISSUED, NOT_ISSUED, PENDING, REASONS, ROLES, STATES

REWARD_METRIC = METRIC[f"reward.{STATES[0]}"]
PENDING_METRIC = METRIC[f"pending.{NOT_ISSUED[0]}"]
_PLACES = np.array([NOT_ISSUED.index(state) if state in NOT_ISSUED else NONE for state in STATES])
_COMMUNITY = ROLES.index("community")


@dataclass(kw_only=True)
class Rows:
    """Rows collected during one call. `first_decision` and `first_line` are the first ones that this call can add.

    Unless it is `watched`, what only screens show is omitted: sums by source, lateness, what falls due, and boards.
    """

    names: Names
    first_decision: int
    first_line: int
    watched: bool = True
    trail: Trail = field(default_factory=Trail)
    metrics: MetricSums = field(default_factory=MetricSums)
    breakdown: Breakdown = field(default_factory=Breakdown)
    calendar: Calendar = field(default_factory=Calendar)
    lateness: list[pl.DataFrame] = field(default_factory=list)
    attributions: list[pl.DataFrame] = field(default_factory=list)
    decisions: list[pl.DataFrame] = field(default_factory=list)
    settled: dict[int, tuple[str, str | None, int]] = field(default_factory=dict)
    ended: dict[int, int] = field(default_factory=dict)  # when attributions ended, by seq
    merges: list[tuple[int, ...]] = field(default_factory=list)
    moved: list[Ints] = field(default_factory=list)
    versions: list[tuple[Any, ...]] = field(default_factory=list)
    _known_codes: dict[tuple[str, int], Ints] = field(default_factory=dict)

    def enter(self, lines: Lines, at: Ints) -> None:
        """Count new lines: pending from these times on (milliseconds UTC), and expected to be issued."""
        if len(lines):
            self._count(lines, PENDING, at, 1)
            self.expect(lines, at)

    def revalue(self, lines: Lines, states: Ints, at: Ints, expected: Ints, value_before: Ints) -> None:
        """Count lines whose value changed while their states stay the same, and their `expected` states."""
        self.move(lines, states, states, at, expected, value_before)
        known = expected != NONE
        self._count_expected(lines.at(known), expected[known], at[known], 1)

    def expect(self, lines: Lines, at: Ints) -> None:
        """Count lines that have become pending, as ones to be issued."""
        self._count_expected(lines, np.full(len(lines), ISSUED), at, 1)

    def move(
        self,
        lines: Lines,
        before: Array | int,
        after: Array | int,
        at: Ints,
        expected: Ints | None = None,
        value_before: Ints | None = None,
    ) -> None:
        """Count lines that went from one state to another at these times (milliseconds UTC).

        States are codes of STATES; `expected` is what had been expected of lines that were pending, `value_before` what
        they had been worth until then (minor units), None if that is unchanged.
        """
        if not len(lines):
            return
        left = lines if value_before is None else replace(lines, value=value_before)
        self._count(left, before, at, -1)
        self.moved.append(lines.ids)
        self._count(lines, after, at, 1)
        if expected is not None:
            known = expected != NONE  # of those that were pending
            self._count_expected(left.at(known), expected[known], at[known], -1)

    def shift(self, lines: Lines, before: Ints, after: Ints, at: Ints) -> None:
        """Count pending lines whose expected state changed."""
        if len(lines):
            self._count_expected(lines, before, at, -1)
            self._count_expected(lines, after, at, 1)
            self.moved.append(lines.ids)

    def _count(self, lines: Lines, states: Array | int, at: Ints, sign: int) -> None:
        """Count lines in these states; sign -1 takes them out again."""
        states, values = np.broadcast_to(np.asarray(states, np.int64), len(lines)), sign * lines.value
        codes = self._codes("reward", STATES)
        self.metrics.add_of(lines.friend, REWARD_METRIC + states, at, sign, values)
        self.breakdown.add(codes[states, lines.terms], at, sign, values)

    def _count_expected(self, lines: Lines, expected: Ints, at: Ints, sign: int) -> None:
        """Count pending lines by expected state, in the calendar and in the sums; sign -1 takes them out again.

        In the sums, only lines that are not expected to be issued have metrics of their own.
        """
        terms, values = lines.terms, sign * lines.value
        rewards = self.names.rewards_of_terms()
        self.calendar.add(self.calendar.code(rewards[terms], expected), lines.due, sign, values)
        unpaid = expected != ISSUED
        if unpaid.any():
            expected, at, values, terms = expected[unpaid], at[unpaid], values[unpaid], terms[unpaid]
            friends = lines.friend[unpaid]
            places = _PLACES[expected]
            self.metrics.add_of(friends, PENDING_METRIC + places, at, sign, values)
            codes = self._codes("pending", NOT_ISSUED)
            self.breakdown.add(codes[places, terms], at, sign, values)

    def _codes(self, metric: str, states: Sequence[str]) -> Ints:
        """Return the breakdown codes of `metric.STATE`, by state and terms."""
        key = metric, len(self.names.terms)
        if key not in self._known_codes:
            names = self.names.reward_names()
            codes = [self.breakdown.codes(f"{metric}.{state}", names) for state in states]
            self._known_codes[key] = np.array(codes)
        return self._known_codes[key]

    def moved_lines(self) -> Ints:
        """Return the lines that were moved or shifted, each once."""
        return np.unique(np.concatenate(self.moved)) if self.moved else np.zeros(0, np.int64)

    def write_set(
        self, persons: pl.DataFrame, closing: Closing, ranking: Ranking, first_entry: int
    ) -> WriteSet:
        """Return everything collected as frames, with audit entries numbered from `first_entry`."""
        decisions, settled = self._settled(_joined("decisions", self.decisions))
        attributions, ended = self._ended(_joined("attributions", self.attributions))
        return WriteSet(
            persons=persons,
            merges=from_rows("merges", sorted(self.merges)),  # some take effect before or after their turn
            attributions=attributions,
            ended=ended,
            decisions=decisions,
            settled=settled,
            rewards=self._rewards(closing),
            changes=_changes(self.names, closing),
            audit=self.trail.frame(first_entry),
            rollup=self.metrics.frame(),
            breakdown=self.breakdown.frame(),
            due=self.calendar.frame(list(self.names.reward_ids)) if self.watched else EMPTY["due"],
            lateness=_joined("lateness", self.lateness),
            leaders=self._leaders(ranking),
            versions=tuple(self.versions),
        )

    def _settled(self, decisions: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Apply verdicts to decisions of this call; return those, and rows for verdicts on earlier decisions."""
        if not self.settled:
            return decisions, EMPTY["settled"]
        rows = [(number, *change) for number, change in sorted(self.settled.items())]
        frame = from_rows("settled", rows)
        here = frame.filter(pl.col("id") >= self.first_decision)
        if len(here):
            decisions = decisions.update(here, on="id", how="left", include_nulls=True)
        return decisions, frame.filter(pl.col("id") < self.first_decision)

    def _ended(self, attributions: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """End attributions of this call; return those, and rows for earlier ones that ended."""
        if not self.ended:
            return attributions, EMPTY["ended"]
        frame = from_rows("ended", sorted(self.ended.items()))
        here = frame.filter(pl.col("seq").is_in(attributions["seq"].to_list()))
        if len(here):
            attributions = attributions.update(here, on="seq", how="left")
        return attributions, frame.filter(~pl.col("seq").is_in(here["seq"].to_list()))

    def _rewards(self, closing: Closing) -> pl.DataFrame:
        lines = closing.new
        if not len(lines):
            return EMPTY["rewards"]
        terms, words = self.names.terms, self.names.words
        roles, recipients = closing.new_role.tolist(), closing.new_recipient.tolist()
        pairs = list(zip(roles, recipients, strict=True))
        return frame_of(
            "rewards",
            {
                "id": lines.ids + 1,
                "decision": lines.decision,
                "seq": lines.seq,
                "reward": [terms[number].reward.name for number in lines.terms.tolist()],
                "role": [ROLES[role] for role in roles],
                "recipient": [None if role == _COMMUNITY else number for role, number in pairs],
                "community": [words[number] if role == _COMMUNITY else None for role, number in pairs],
                "earned_minor": closing.new_earned,
                "value_minor": lines.value,
                "kind": self.names.kinds_of(lines.terms, closing.new_choice),
                "state": _states(closing.new_state),
                "reason": _reasons(closing.new_reason),
                "expected": _expected(closing.new_state, closing.new_expected),
                "due_at": lines.due,
                "state_at": closing.new_state_at,
            },
        )

    def _leaders(self, ranking: Ranking) -> pl.DataFrame:
        """Return the places that changed."""
        rows: list[tuple[object, ...]] = []
        for name, board in ranking.boards.items():
            for (number, (_, *numbers)), holder in zip(board.changed, ranking.holders[name], strict=True):
                person, community = None, None
                if holder != NONE and name == "community":
                    community = self.names.words[holder]
                elif holder != NONE:
                    person = holder
                rows.append((name, number, person, community, *numbers))
        if not rows:
            return EMPTY["leaders"]
        return frame_of("leaders", dict(zip(SCHEMAS["leaders"], zip(*rows, strict=True), strict=True)))


def _changes(names: Names, closing: Closing) -> pl.DataFrame:
    if not len(closing.changed):
        return EMPTY["changes"]
    columns: dict[str, Column] = {
        "id": closing.changed + 1,
        "earned_minor": closing.changed_earned,
        "value_minor": closing.changed_value,
        "kind": names.kinds_of(closing.changed_terms, closing.changed_choice),
        "state": _states(closing.changed_state),
        "reason": _reasons(closing.changed_reason),
        "expected": _expected(closing.changed_state, closing.changed_expected),
        "due_at": closing.changed_due,
        "state_at": closing.changed_state_at,
    }
    return frame_of("changes", columns)


def _states(states: Ints) -> list[str]:
    return [STATES[code] for code in states.tolist()]


def _reasons(codes: Ints) -> list[str | None]:
    return [None if code == NONE else REASONS[code] for code in codes.tolist()]


def _expected(states: Ints, expected: Ints) -> list[str | None]:
    """Return the expected state of pending lines, None if it is to be issued."""
    codes = np.where(states == PENDING, expected, ISSUED).tolist()
    return [None if code == ISSUED else STATES[code] for code in codes]


def _joined(name: str, frames: list[pl.DataFrame]) -> pl.DataFrame:
    if len(frames) == 1:
        return frames[0]
    return pl.concat(frames) if frames else EMPTY[name]

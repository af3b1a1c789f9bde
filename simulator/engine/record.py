"""The record of one call of the engine: collects rows, audit entries and rollups, and builds the Outcome."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from simulator.engine.arrays import Array, Ints
from simulator.engine.audit import Trail
from simulator.engine.judging import Shifts
from simulator.engine.leaders import Leaders
from simulator.engine.ledger import COUNTED, ISSUED, NOT_PAID, PENDING, ROLES, STATES, Ledger
from simulator.engine.outcome import EMPTY, SCHEMAS, Outcome, Version
from simulator.engine.rollup import METRIC, Breakdown, Calendar, Tally
from simulator.engine.state import State
from simulator.engine.version import CompiledProgram

REWARD_METRIC = METRIC[f"reward.{STATES[0]}"]
PENDING_METRIC = METRIC[f"pending.{NOT_PAID[0]}"]


@dataclass
class Record:
    """Rows collected during one call. `first_decision` and `first_line` are the first ones that this call can add."""

    state: State
    ledger: Ledger
    compiled: CompiledProgram
    leaders: Leaders
    first_decision: int
    first_line: int
    trail: Trail = field(default_factory=Trail)
    tally: Tally = field(default_factory=Tally)
    breakdown: Breakdown = field(default_factory=Breakdown)
    calendar: Calendar = field(default_factory=Calendar)
    lateness: list[pl.DataFrame] = field(default_factory=list)
    attributions: list[pl.DataFrame] = field(default_factory=list)
    decisions: list[pl.DataFrame] = field(default_factory=list)
    settled: dict[int, tuple[str, str | None, int]] = field(default_factory=dict)
    moved: list[Ints] = field(default_factory=list)
    versions: list[Version] = field(default_factory=list)

    def move(self, lines: Ints, before: int | None, after: Array | int, at: Ints) -> None:
        """Record that reward lines went from one state to another at these times (milliseconds UTC).

        States are codes of STATES; `before` is None for new lines.
        """
        if not len(lines):
            return
        held = self.ledger.lines
        values, after = held["value"][lines], np.broadcast_to(np.asarray(after, np.int64), len(lines))
        codes = np.array([self.breakdown.codes(f"reward.{state}", self._names) for state in STATES])
        terms = held["terms"][lines]
        if before is not None:
            self.tally.add(REWARD_METRIC + before, at, -1, -values)
            self.breakdown.add(codes[before][terms], at, -1, -values)
            self.moved.append(lines)
        self.tally.add(REWARD_METRIC + after, at, 1, values)
        self.breakdown.add(codes[after, terms], at, 1, values)
        if before is None:
            self._count_expected(lines, np.full(len(lines), ISSUED), at, 1)
        elif before == PENDING:
            self._count_expected(lines, held["expected"][lines].astype(np.int64), at, -1)

    def shift(self, shifts: Shifts) -> None:
        """Something else is expected of pending lines than before; of a new line it was that it is issued."""
        if not shifts.parts:
            return
        lines, before, after, at = (np.concatenate(column) for column in zip(*shifts.parts, strict=True))
        self._count_expected(lines, before, at, -1)
        self._count_expected(lines, after, at, 1)
        self.moved.append(lines)

    def _count_expected(self, lines: Ints, expected: Ints, at: Ints, sign: int) -> None:
        """Count pending lines by expected state, in the calendar and in the sums; sign -1 takes them out again.

        In the sums, only lines that are not expected to be issued have metrics of their own.
        """
        held = self.ledger.lines
        terms, values = held["terms"][lines], sign * held["value"][lines]
        rewards = np.array([self.ledger.reward_ids[name] for name in self._names], np.int64)
        self.calendar.add(self.calendar.code(rewards[terms], expected), held["due"][lines], sign, values)
        unpaid = expected != ISSUED
        if unpaid.any():
            expected, at, values, terms = expected[unpaid], at[unpaid], values[unpaid], terms[unpaid]
            self.tally.add(PENDING_METRIC + expected - COUNTED, at, sign, values)
            codes = np.array([self.breakdown.codes(f"pending.{state}", self._names) for state in NOT_PAID])
            self.breakdown.add(codes[expected - COUNTED, terms], at, sign, values)

    @property
    def _names(self) -> list[str]:
        """The name of each terms' reward."""
        return [entry.reward.name for entry in self.ledger.terms]

    def outcome(self, persons: pl.DataFrame, first_entry: int) -> Outcome:
        """Return everything collected as frames, with audit entries numbered from `first_entry`."""
        decisions = _joined("decisions", self.decisions)
        decisions, settled = self._settled(decisions)
        return Outcome(
            persons,
            _joined("attributions", self.attributions),
            decisions,
            settled,
            self._rewards(),
            self._changes(),
            self.trail.frame(first_entry),
            self.tally.frame(),
            self.breakdown.frame(),
            self.calendar.frame(list(self.ledger.reward_ids)),
            _joined("lateness", self.lateness),
            self.leaders.frame(),
            tuple(self.versions),
        )

    def _settled(self, decisions: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Apply verdicts to decisions of this call; return those, and rows for verdicts on earlier decisions."""
        if not self.settled:
            return decisions, EMPTY["settled"]
        rows = [(number, *change) for number, change in sorted(self.settled.items())]
        frame = pl.DataFrame(rows, schema=SCHEMAS["settled"], orient="row")
        here = frame.filter(pl.col("id") >= self.first_decision)
        if len(here):
            decisions = decisions.update(here, on="id", how="left", include_nulls=True)
        return decisions, frame.filter(pl.col("id") < self.first_decision)

    def _rewards(self) -> pl.DataFrame:
        held = self.ledger.lines
        lines = np.arange(self.first_line, len(held))
        if not len(lines):
            return EMPTY["rewards"]
        accounts, terms = self.ledger.accounts, self.ledger.terms
        account, term = held["account"][lines], held["terms"][lines].tolist()
        roles = accounts["role"][account].tolist()
        recipients = accounts["recipient"][account].tolist()
        community = ROLES.index("community")
        words = self.state.words.texts
        return pl.DataFrame(
            {
                "id": lines + 1,
                "decision": held["decision"][lines],
                "seq": held["seq"][lines],
                "reward": [terms[number].reward.name for number in term],
                "role": [ROLES[role] for role in roles],
                "recipient": [
                    None if role == community else number
                    for role, number in zip(roles, recipients, strict=True)
                ],
                "community": [
                    words[number] if role == community else None
                    for role, number in zip(roles, recipients, strict=True)
                ],
                "value_minor": held["value"][lines],
                "state": self._states(lines),
                "expected": self._expected(lines),
                "due_at": held["due"][lines],
                "state_at": held["state_at"][lines],
            },
            schema=SCHEMAS["rewards"],
        )

    def _changes(self) -> pl.DataFrame:
        lines = np.unique(np.concatenate(self.moved)) if self.moved else np.zeros(0, np.int64)
        lines = lines[lines < self.first_line]
        if not len(lines):
            return EMPTY["changes"]
        columns = {
            "id": lines + 1,
            "state": self._states(lines),
            "expected": self._expected(lines),
            "state_at": self.ledger.lines["state_at"][lines],
        }
        return pl.DataFrame(columns, schema=SCHEMAS["changes"])

    def _states(self, lines: Ints) -> list[str]:
        return [STATES[code] for code in self.ledger.lines["state"][lines].tolist()]

    def _expected(self, lines: Ints) -> list[str | None]:
        """Return the expected state of pending lines, None where it is to be issued."""
        held = self.ledger.lines
        pending = held["state"][lines] == PENDING
        codes = np.where(pending, held["expected"][lines], ISSUED).tolist()
        return [None if code == ISSUED else STATES[code] for code in codes]


def _joined(name: str, frames: list[pl.DataFrame]) -> pl.DataFrame:
    return pl.concat(frames) if frames else EMPTY[name]

"""The engine's public interface: feed it events in log order and advance its clock, and it returns rows.

The fold is deterministic and does not depend on the batches. Only a change of program cuts a batch in two, since all
events of a `Batch` are judged under one version.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import polars as pl

from simulator.domain.stopwatch import OFF, Meter
from simulator.engine.arrays import NONE, Ints
from simulator.engine.attribution import attribute
from simulator.engine.batch import Batch
from simulator.engine.decisions import decide
from simulator.engine.expected import expect, expect_budget
from simulator.engine.intake import Intake, Lookup
from simulator.engine.judging import Changes
from simulator.engine.leaders import Leaders
from simulator.engine.ledger import ISSUED, PENDING, REVOKED, ROLES, VOIDED, Ledger
from simulator.engine.outcome import EMPTY, Outcome, Received, Version
from simulator.engine.record import Record
from simulator.engine.record_events import (
    record_attributed,
    record_decided,
    record_events,
    record_program,
    record_settled,
)
from simulator.engine.record_reversals import record_late_reversals, record_reversals_without_effect
from simulator.engine.record_rewards import (
    record_changed,
    record_expected,
    record_lines,
    record_released,
    record_stages,
)
from simulator.engine.release import release
from simulator.engine.reversals import enter_reversals, find_lines
from simulator.engine.rewards import add_lines, qualified_now, revoke, void
from simulator.engine.state import State
from simulator.engine.version import CompiledProgram
from simulator.events.columns import TYPE_CODES
from simulator.program.model import Program

_PROGRAM_CHANGED = TYPE_CODES["program.changed"]
_COMMUNITY = ROLES.index("community")
BEGINNING = -(2**62)
"""A time before any receipt."""


class Engine:
    """Folds an event log into attributions, decisions and rewards.

    `newest` is the newest `received_at` judged, `watermark` the greatest time passed to `advance` (both
    milliseconds UTC). `parse` turns the text of a `program.changed` event into a Program; intake has checked that
    it can. The time of each stage is recorded on `meter`.
    """

    def __init__(self, program: Program, parse: Callable[[str], Program]) -> None:
        self.meter: Meter = OFF
        self.newest = BEGINNING
        self.watermark = BEGINNING
        self._parse = parse
        self._intake = Intake()
        self._state = State()
        self._ledger = Ledger()
        self._leaders = Leaders(self._state)
        self._terms: dict[int, np.ndarray] = {}
        self._refs: list[pl.Series] = []
        self._persons = 0
        self._next_decision = 1
        self._next_entry = 1
        self._compiled = self._compile(1, program)

    @property
    def last_seq(self) -> int:
        """The `seq` of the newest event of the log, 0 for an empty one."""
        return self._intake.last_seq

    @property
    def last_entry(self) -> int:
        """The number of the newest audit entry, 0 for an empty trail."""
        return self._next_entry - 1

    @property
    def program(self) -> Program:
        """The program in force."""
        return self._compiled.program

    @property
    def first_due(self) -> int:
        """When the first pending reward can fall due (milliseconds UTC); the far future where none is pending."""
        return self._ledger.first_due

    def look_up(self, messages: pl.DataFrame) -> Lookup:
        """Return the accepted events that valid messages may repeat; `receive` must follow with the same messages."""
        self.meter.start()
        lookup = self._intake.look_up(messages)
        self.meter.record("intake")
        return lookup

    def receive(self, messages: pl.DataFrame, lookup: Lookup, repeated: pl.DataFrame) -> Received:
        """Sort valid messages into new ones, duplicates and conflicts.

        `messages` have the columns of MESSAGE_SCHEMA and any others, in order of receipt. `repeated` are the log's
        rows of `lookup.repeated` (EVENT_SCHEMA). New messages are returned as events, with `seq` and `person`,
        ready for `judge`.
        """
        self.meter.start()
        received = self._intake.receive(messages, lookup, repeated, self._state.person_ids)
        self._refs.append(self._intake.new_refs)
        self.meter.record("intake")
        return received

    def replay(self, events: pl.DataFrame) -> Outcome:
        """Fold stored events again on a restart (EVENT_SCHEMA), with the same effect as `receive` and `judge` had."""
        events = self._intake.again(events, self._state.person_ids)
        self._refs.append(self._intake.new_refs)
        return self.judge(events)

    def judge(self, events: pl.DataFrame) -> Outcome:
        """Fold the next events of the log, all received after the watermark.

        Rewards due before the newest `received_at` are released.

        Raises:
            ValueError: the events are out of order.

        """
        self.meter.start()
        record = self._new_record()
        received = events["received_at"].to_numpy()
        if len(received):
            if received[0] < self.newest or received[0] <= self.watermark or (np.diff(received) < 0).any():
                raise ValueError(
                    "events must be in order of receipt, and after the time last passed to advance"
                )
            changes = np.flatnonzero(events["type"].to_physical().to_numpy() == _PROGRAM_CHANGED).tolist()
            cuts = sorted({0, *changes, len(events)})
            for first, last in pairwise(cuts):
                part = events[first:last]
                if first in changes:
                    self._change_program(part, record)
                self._fold(part, record)
        return self._outcome(record)

    def recipients(self, rewards: Ints) -> Ints:
        """Return the people who get these rewards (`reward.id`), by id; NONE for a community."""
        account = self._ledger.lines["account"][rewards - 1]
        accounts = self._ledger.accounts
        personal = accounts["role"][account] != _COMMUNITY
        return np.where(personal, accounts["recipient"][account], NONE)

    def communities(self, rewards: Ints) -> list[str | None]:
        """Return the communities that get these rewards (`reward.id`); None for a person's."""
        account = self._ledger.lines["account"][rewards - 1]
        accounts, words = self._ledger.accounts, self._state.words.texts
        pairs = zip(accounts["role"][account].tolist(), accounts["recipient"][account].tolist(), strict=True)
        return [words[word] if role == _COMMUNITY else None for role, word in pairs]

    def referrers_of(self, friends: Ints) -> Ints:
        """Return the ids of the referrers that friends are attributed to; NONE where there is none."""
        attribution = self._state.people["attribution"][friends]
        return np.where(attribution != NONE, self._state.attributions["referrer"][attribution], NONE)

    def advance(self, now_ms: int) -> Outcome:
        """Advance the clock to `now_ms` (milliseconds UTC) and release everything due at or before it.

        Raises:
            ValueError: the time is before the newest receipt.

        """
        if now_ms < self.newest:
            raise ValueError(f"can't advance to {now_ms}: it is before the newest receipt, {self.newest}")
        self.meter.start()
        record = self._new_record()
        self.watermark = max(self.watermark, now_ms)
        released = release(self._ledger, self.watermark + 1)
        self.meter.record("reward")
        record_released(record, released)
        return self._outcome(record)

    def _compile(self, number: int, program: Program) -> CompiledProgram:
        self._terms[number] = self._ledger.add_terms(number, program.rewards)
        kinds = None
        if program.referrers is not None:
            kinds = self._state.words.assign(program.referrers)
        return CompiledProgram(number, program, kinds)

    def _new_record(self) -> Record:
        first_line = len(self._ledger.lines)
        return Record(
            self._state, self._ledger, self._compiled, self._leaders, self._next_decision, first_line
        )

    def _change_program(self, part: pl.DataFrame, record: Record) -> None:
        """Change the program with the first event of `part`; what was due before is released under the old one."""
        at, seq = int(part["received_at"][0]), int(part["seq"][0])
        record_released(record, release(self._ledger, at))
        self._compiled = self._compile(self._compiled.number + 1, self._parse(part["program"][0]))
        record_expected(record, expect_budget(self._ledger, self.program.budget_minor, at))
        record.compiled = self._compiled
        record_program(record, Version(self._compiled.number, seq, self._compiled.program), at)

    def _fold(self, events: pl.DataFrame, record: Record) -> None:
        """Run the stages over events that are all judged under one version."""
        state, ledger, compiled, meter = self._state, self._ledger, self._compiled, self.meter
        batch = Batch(events, state, compiled.program.currency)
        meter.record("intake")
        attributed = attribute(batch, state, compiled)
        meter.record("attribute")
        decided = decide(batch, state, compiled, self._next_decision, meter)
        self._next_decision += len(decided.rows)
        meter.record("decide")
        reversals = enter_reversals(batch, state, ledger, self._intake)
        qualified = qualified_now(batch, ledger, compiled, decided)
        new = add_lines(batch, state, ledger, qualified, self._terms)
        found = find_lines(ledger, reversals)
        targets = reversals.targets[found.owners]
        voided = void(ledger, np.r_[new.lines, found.lines], np.r_[new.targets, targets])
        changes = Changes.of(new.lines, batch.received[new.rows], voided.lines, voided.at)
        expected = expect(ledger, changes, compiled.program.budget_minor)
        ledger.schedule(new.lines[ledger.lines["state"][new.lines] == PENDING])
        self.newest = int(batch.received[-1])
        released = release(ledger, self.newest)
        revoked = revoke(ledger, found.lines, targets)
        meter.record("reward")
        record_events(record, batch)
        record_attributed(record, attributed)
        record_decided(record, batch, decided, new)
        record_settled(record, batch, decided)
        record_stages(record, batch, qualified)
        record_lines(record, batch, new)
        record_expected(record, expected)
        record_changed(record, "voided", PENDING, VOIDED, voided)
        record_released(record, released)
        record_changed(record, "revoked", ISSUED, REVOKED, revoked)
        record_late_reversals(record, batch, reversals, found)
        record_reversals_without_effect(record, batch, reversals, found, (voided, revoked))
        batch.keep()
        meter.record("audit")

    def _outcome(self, record: Record) -> Outcome:
        refs = pl.concat(self._refs) if self._refs else pl.Series(dtype=pl.String)
        self._refs = []
        persons = EMPTY["persons"]
        if len(refs):
            ids = np.arange(self._persons, self._persons + len(refs))
            persons = pl.DataFrame({"id": ids, "ref": refs})
            self._persons += len(refs)
        outcome = record.outcome(persons, self._next_entry)
        self._next_entry += len(outcome.audit)
        self.meter.record("audit")
        return outcome

"""The engine's public interface: feed it events in log order and advance its clock, and it returns rows.

The fold is deterministic and does not depend on the batches. Only changes of the program, and merges that others of
its events depend on, cut a batch in two: all events of a `Batch` are judged under one version and know of the same
people.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import polars as pl

from simulator.domain.stopwatch import OFF, Meter
from simulator.domain.write_set import WriteSet
from simulator.engine.arrays import NONE, Columns, Ints
from simulator.engine.asking import facts_now
from simulator.engine.batch import Batch
from simulator.engine.book_results import Happenings
from simulator.engine.booking import book_changed_terms, book_united
from simulator.engine.closing import close
from simulator.engine.cuts import find_cuts
from simulator.engine.expected import expect_budget, expect_united
from simulator.engine.fold import fold, record
from simulator.engine.frames import EMPTY, Received, frame_of, types_of
from simulator.engine.intake import Intake, Lookup
from simulator.engine.interner import hash_texts
from simulator.engine.journal import read_journal
from simulator.engine.journeys import reach_rewarded
from simulator.engine.kept import NOTHING_KEPT, KeptAnswers
from simulator.engine.ledger import Ledger
from simulator.engine.line_results import NewTerms
from simulator.engine.merging import find_merge
from simulator.engine.names import Names
from simulator.engine.postponing import NamedMerge, find_parts
from simulator.engine.record import Rows
from simulator.engine.record_events import record_program
from simulator.engine.record_merging import record_merge
from simulator.engine.record_rewards import (
    record_booked,
    record_expected,
    record_reached,
    record_released,
)
from simulator.engine.record_using import record_used
from simulator.engine.release import release
from simulator.engine.results import Merged, NewPeople, Ranking
from simulator.engine.rollup import MetricSums
from simulator.engine.state import State
from simulator.engine.terms import ROLES
from simulator.engine.using import use
from simulator.engine.version import CompiledProgram
from simulator.events.columns import TYPE_CODES
from simulator.program.model import Program

_PROGRAM_CHANGED = TYPE_CODES["program.changed"]
_COMMUNITY = ROLES.index("community")
_NO_LINES: Ints = np.zeros(0, np.int64)
BEGINNING = -(2**62)
"""A time before every receipt."""


class Engine:
    """Fold an event log into attributions, decisions and rewards.

    `newest` is the newest `received_at` judged, `watermark` the greatest time passed to `advance` (both
    milliseconds UTC). `parse` turns the text of a `program.changed` event into a Program; intake has checked that
    it can. The time of each stage is recorded on `meter`.

    Several `markets` may be judged together, where messages have a column `market` (from 0) and share no person,
    code, device or id: then the rollup has that column too. Each has the program's budget and caps for itself; boards
    would be of all of them. Unless it is `watched`, rows that only screens show are left out (`record.Rows`). `kept`
    are answers about people whose data the log has no more.
    """

    def __init__(
        self,
        program: Program,
        parse: Callable[[str], Program],
        *,
        markets: int = 1,
        watched: bool = True,
        kept: KeptAnswers = NOTHING_KEPT,
    ) -> None:
        self.meter: Meter = OFF
        self.newest = BEGINNING
        self.watermark = BEGINNING
        self._parse = parse
        self._intake = Intake()
        self._markets = Columns({"market": (np.int64, 0)}) if markets > 1 else None  # by person id
        market_of = None if self._markets is None else self.markets_of
        self._state = State(kept=kept, ledger=Ledger(markets, market_of))
        self._refs: list[pl.Series] = []
        self._persons = 0
        self._watched = watched
        self._next_entry = 1
        self._compiled = self._compile(1, program, 0)

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
        """When time alone can change a reward next (milliseconds UTC); the far future if it changes none."""
        return self._state.ledger.first_due

    def look_up(self, messages: pl.DataFrame) -> Lookup:
        """Return the accepted events that valid messages may repeat; `receive` must follow with the same messages."""
        self.meter.start()
        lookup = self._intake.look_up(messages)
        self.meter.record("intake")
        return lookup

    def seq_of(self, source: str, own_id: str) -> int | None:
        """Return the seq of the accepted event with this source and id, by its fingerprint, or None.

        Once in 2**64 keys another event is found: compare its source and id.
        """
        found = int(self._intake.find(pl.DataFrame({"source": [source], "id": [own_id]}))[0][0])
        return found if found > 0 else None

    def receive(self, messages: pl.DataFrame, lookup: Lookup, repeated: pl.DataFrame) -> Received:
        """Sort valid messages into new ones, duplicates and conflicts.

        `messages` have the columns of MESSAGE_SCHEMA and any others, in order of receipt. `repeated` are the log's
        rows of `lookup.repeated` (EVENT_SCHEMA). New messages are returned as events, with `seq` and `person`,
        ready for `judge`.
        """
        self.meter.start()
        received = self._intake.receive(messages, lookup, repeated, self._state.person_ids)
        self._meet(self._intake.new_refs)
        self._place(received.events)
        self.meter.record("intake")
        return received

    def accept(self, messages: pl.DataFrame) -> pl.DataFrame:
        """Return messages as events, with `seq` and `person`, ready for `judge`; none of them may repeat another.

        `messages` are as for `receive`; that their ids are unique is not checked.
        """
        self.meter.start()
        events = self._intake.accept(messages, self._state.person_ids)
        self._meet(self._intake.new_refs)
        self._place(events)
        self.meter.record("intake")
        return events

    def replay(self, events: pl.DataFrame) -> WriteSet:
        """Fold stored events again (EVENT_SCHEMA), and return the rows that `receive` and `judge` made of them."""
        return self.judge(self._known_again(events))

    def restore(self, events: pl.DataFrame) -> None:
        """Fold stored events again on a restart (EVENT_SCHEMA): they lead to the same state, but no rows.

        Call `resume` when all are folded.
        """
        self._take(self._known_again(events), None)
        self._persons += sum(map(len, self._refs))
        self._refs = []
        self._state.apply(self._rank())

    def resume(self, watermark: int, last_entry: int) -> None:
        """Continue after stored events: advance the clock again, and number audit entries after the stored ones.

        `watermark` is the time last passed to `advance` (milliseconds UTC), 0 for none.
        """
        if watermark and watermark >= self.newest:  # otherwise later events have moved the clock further
            self.advance(watermark)
        self._next_entry = last_entry + 1

    def _known_again(self, events: pl.DataFrame) -> pl.DataFrame:
        """Return stored events with `person`, once their ids and people are known again."""
        events = self._intake.again(events, self._state.person_ids)
        self._meet(self._intake.new_refs)
        return events

    def judge(self, events: pl.DataFrame) -> WriteSet:
        """Fold the next events of the log, all received after the watermark.

        Rewards due before the newest `received_at` are released.

        Raises:
            ValueError: the events are out of order.

        """
        self.meter.start()
        rows = self._new_rows()
        self._take(events, rows)
        return replace(self._written(rows), events=events)

    def _take(self, events: pl.DataFrame, rows: Rows | None) -> None:
        """Fold the next events of the log, and add the results to `rows`, or drop them if it is None."""
        received = events["received_at"].to_numpy()
        if not len(received):
            return
        if received[0] < self.newest or received[0] <= self.watermark or (np.diff(received) < 0).any():
            raise ValueError("events must be in order of receipt, and after the time last passed to advance")
        types = types_of(events)
        cuts = np.flatnonzero(types == _PROGRAM_CHANGED).tolist()
        for first, last in pairwise(sorted({0, *cuts, len(events)})):
            part = events[first:last] if cuts else events
            if types[first] == _PROGRAM_CHANGED:
                self._change_program(part, rows)
            self._fold_merging(part, types[first:last], rows)

    def recipients(self, rewards: Ints) -> Ints:
        """Return the people who get these rewards (`reward.id`), by id; NONE for a community."""
        account = self._state.ledger.lines["account"][rewards - 1]
        accounts = self._state.ledger.accounts
        personal = accounts["role"][account] != _COMMUNITY
        return np.where(personal, accounts["recipient"][account], NONE)

    def communities(self, rewards: Ints) -> list[str | None]:
        """Return the communities that get these rewards (`reward.id`); None for a person's."""
        account = self._state.ledger.lines["account"][rewards - 1]
        accounts, words = self._state.ledger.accounts, self._state.words.texts
        pairs = zip(accounts["role"][account].tolist(), accounts["recipient"][account].tolist(), strict=True)
        return [words[word] if role == _COMMUNITY else None for role, word in pairs]

    def kept_for(self, reward: int) -> dict[str, str | float | bool | None]:
        """Return the current facts that the `keep_if` of a reward (`reward.id`) reads; empty without a condition."""
        return facts_now(self._state, self.program, reward - 1)

    def referrers_of(self, friends: Ints) -> Ints:
        """Return the ids of the referrers that friends are attributed to, or NONE."""
        state = self._state
        attribution = state.people["attribution"][state.people_of(friends)]
        referrers = np.where(attribution != NONE, state.attributions["referrer"][attribution], NONE)
        return state.people_of(referrers.astype(np.int64))

    def advance(self, now_ms: int) -> WriteSet:
        """Advance the clock to `now_ms` (milliseconds UTC) and release everything due at or before it.

        Raises:
            ValueError: the time is before the newest receipt.

        """
        if now_ms < self.newest:
            raise ValueError(f"can't advance to {now_ms}: it is before the newest receipt, {self.newest}")
        self.meter.start()
        rows = self._new_rows()
        self.watermark = max(self.watermark, now_ms)
        self._release(self.watermark + 1, rows)
        return self._written(rows)

    def _compile(self, number: int, program: Program, from_seq: int) -> CompiledProgram:
        terms = NewTerms(version=number, from_seq=from_seq, program=program)
        self._state.apply(terms)
        kinds = None
        if program.referrers is not None:
            kinds = self._state.words.assign(program.referrers)
        return CompiledProgram(number, program, kinds)

    def _meet(self, refs: pl.Series) -> None:
        """Enter the people whom events name for the first time into the state."""
        self._state.apply(NewPeople(refs=refs))
        self._refs.append(refs)

    def _place(self, events: pl.DataFrame) -> None:
        """Note the market of the people whom events name, if there are several markets."""
        if self._markets is None:
            return
        self._markets.grow(len(self._state.people))
        named = np.flatnonzero(events["person"].is_not_null().to_numpy())
        people = events["person"].to_numpy()[named].astype(np.int64)
        self._markets["market"][people] = events["market"].to_numpy()[named]
        if events["into"].null_count() < events.height:
            merged = events[["into", "market"]].filter(pl.col("into").is_not_null())
            into = self._state.person_ids.find(hash_texts(merged["into"]))
            self._markets["market"][into] = merged["market"].to_numpy()

    def markets_of(self, people: Ints) -> Ints:
        """Return the markets of people, by id; 0 if there is only one market."""
        return np.zeros(len(people), np.int64) if self._markets is None else self._markets["market"][people]

    def _new_rows(self) -> Rows:
        state = self._state
        names = Names(
            words=state.words.texts,
            codes=state.codes,
            channels=state.channels,
            terms=state.ledger.terms,
            reward_ids=state.ledger.reward_ids,
        )
        markets = None if self._markets is None else self._markets["market"]
        metrics = MetricSums(markets=markets)
        return Rows(
            metrics=metrics,
            names=names,
            first_decision=state.decisions + 1,
            first_line=len(state.ledger.lines),
            watched=self._watched,
        )

    def _change_program(self, part: pl.DataFrame, rows: Rows | None) -> None:
        """Change the program with the first event of `part`; what was due before is released first."""
        at, seq = int(part["received_at"][0]), int(part["seq"][0])
        self._release(at, rows)
        self._compiled = self._compile(self._compiled.number + 1, self._parse(part["program"][0]), seq)
        self._state.apply(book_changed_terms(self._state.ledger, self.program))
        expected = expect_budget(self._state, self.program.budget_minor, at)
        self._state.apply(expected)
        self._state.apply(
            Happenings(happenings=(), new=_NO_LINES, before=at, program=self.program, changed=at)
        )
        booked = read_journal(self._state)
        self._state.apply(booked)
        if rows is not None:
            record_expected(rows, expected)
            record_booked(rows, booked)
            record_program(rows, self._compiled, seq, at)

    def _fold_merging(self, events: pl.DataFrame, types: np.ndarray, rows: Rows | None) -> None:
        """Fold events that are all judged under one version, in parts between the merges that others depend on."""
        for part in find_parts(events, types, self._state):
            if part.opening is not None:
                self._merge(events, part.opening, rows)
            for one in part.early:
                self._unite(events, one, rows)
            self._fold_cut(events[part.first : part.last], types[part.first : part.last], rows)
            for one in part.postponed:
                self._unite(events, one, rows)

    def _unite(self, events: pl.DataFrame, one: NamedMerge, rows: Rows | None) -> None:
        """Merge two people on whom no reward depends."""
        found = find_merge(self._state, events, one)
        if isinstance(found, Merged):
            self._state.apply(found)
        if rows is not None:
            record_merge(rows, self._state, self._compiled, found)

    def _merge(self, events: pl.DataFrame, one: NamedMerge, rows: Rows | None) -> None:
        """Merge two people; what was due before is first released to each of them."""
        at = int(events["received_at"][one.row])
        self._release(at, rows)
        found = find_merge(self._state, events, one)
        if isinstance(found, Merged):
            budget = self.program.budget_minor
            self._state.apply(book_united(self._state.ledger, *found.accounts, budget))
            self._state.apply(found)
            expected = expect_united(self._state, found.accounts[1], budget, at)
            self._state.apply(expected)
            self._state.apply(Happenings(happenings=(), new=_NO_LINES, before=at, program=self.program))
            booked = read_journal(self._state)
            self._state.apply(booked)
            if rows is not None:
                record_expected(rows, expected)
                record_booked(rows, booked)
        if rows is not None:
            record_merge(rows, self._state, self._compiled, found)

    def _release(self, before: int, rows: Rows | None) -> None:
        """Release what is due before a time (milliseconds UTC)."""
        released = release(self._state, before)
        self._state.apply(released)
        self._state.apply(Happenings(happenings=(), new=_NO_LINES, before=before, program=self.program))
        booked = read_journal(self._state)
        self._state.apply(booked)
        used = use(self._state.ledger, (), before)
        self._state.apply(used)
        rewarded = reach_rewarded(self._state, released, booked)
        self._state.apply(rewarded)
        self.meter.record("reward")
        if rows is not None:
            record_released(rows, released)
            record_booked(rows, booked)
            record_used(rows, used)
            record_reached(rows, rewarded)

    def _fold_cut(self, events: pl.DataFrame, types: np.ndarray, rows: Rows | None) -> None:
        """Fold events that are all judged under one version, cut where what they need must be settled first."""
        cuts = find_cuts(events, types, self._state, self._intake, self._compiled)
        if not cuts:
            self._fold(events, rows)
            return
        for first, last in pairwise(sorted({0, *cuts, len(events)})):
            part = events[first:last]
            if first:
                self._release(int(part["received_at"][0]), rows)
            self._fold(part, rows)

    def _fold(self, events: pl.DataFrame, rows: Rows | None) -> None:
        """Run the stages over events that are all judged under one version, and record what they found."""
        batch = Batch(events, self._state, self.program)
        folded = fold(batch, self._state, self._compiled, self._intake, self.meter)
        self.newest = int(batch.received[-1])
        if rows is not None:
            record(rows, folded)
        self.meter.record("audit")

    def _rank(self) -> Ranking:
        return self._state.leaders.rank() if self._watched else Ranking(boards={}, holders={})

    def _written(self, rows: Rows) -> WriteSet:
        met, self._refs = [refs for refs in self._refs if len(refs)], []
        persons = EMPTY["persons"]
        if met:
            refs = pl.concat(met) if len(met) > 1 else met[0]
            ids = np.arange(self._persons, self._persons + len(refs))
            persons = frame_of("persons", {"id": ids, "ref": refs})
            self._persons += len(refs)
        closing = close(self._state, rows.first_line, rows.moved_lines())
        ranking = self._rank()
        self._state.apply(ranking)
        written = rows.write_set(persons, closing, ranking, self._next_entry)
        self._next_entry += len(written.audit)
        self.meter.record("audit")
        return written

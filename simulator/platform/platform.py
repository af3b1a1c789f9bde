"""The platform: the one door that every event takes, whoever sent it, with the engine and the store behind it.

Receipts, events, what the engine made of them, audit, rollups and quarantine of a batch are written together, so that
a killed process has done it wholly or not at all. A call is one transaction, unless batches are let wait (`hold`).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from db.control import WriterCommand
from db.read import resume
from db.read.summary import summary
from db.sqlite.rows import Row
from db.write.batch import Batch
from db.write.store import Store
from simulator.domain.errors import DatabaseError
from simulator.domain.stopwatch import OFF, Meters
from simulator.domain.wall_clock import wall_ms
from simulator.engine import Engine, Outcome
from simulator.engine.outcome import NO_EVENTS, Version
from simulator.events.decode import Decoded, Receiver, Rejected
from simulator.platform import quarantine
from simulator.platform.folding import folded
from simulator.platform.intake_counters import IntakeCounters
from simulator.platform.outbox import Done, Outbox
from simulator.platform.receipts import Counts, Refusals, check_watermark, receipt_rollup
from simulator.platform.records import batch_of, command_row, parse_program, typed, version_row
from simulator.platform.subscribers import Hear, Subscribers
from simulator.program.load import load_program
from simulator.program.model import Program


class Platform:
    """An open platform. Made by `create` and `open`; closed by `close` or as a context manager."""

    def __init__(self, store: Store, engine: Engine, hear: Hear | None = None) -> None:
        self._store = store
        self._engine = engine
        self._counters = IntakeCounters.of(store.settings())
        self._quarantined = self._commands = self._sim_at = 0
        self._refusals = Refusals()
        self._broken = False
        self._meter = OFF
        self._outbox = Outbox(store)
        self.subscribers = Subscribers(hear)

    @classmethod
    def create(
        cls,
        path: Path,
        program: Program,
        settings: Mapping[str, str] | None = None,
        hear: Hear | None = None,
    ) -> Platform:
        """A new database at `path` for `program`; `settings` are kept in it as they are.

        `hear` is told of all events as they are accepted.

        Raises:
            DatabaseError: something is at the path already, or it can't be written.

        """
        digest = hashlib.sha256(program.text.encode()).hexdigest()
        store = Store.create(
            path,
            settings={
                "kind": "ingest",
                **(settings or {}),
                **IntakeCounters().settings(),
                "program_sha256": digest,
            },
            version=version_row(Version(1, 0, program)),
            clock={"beat_at": wall_ms()},
        )
        return cls(store, Engine(program, parse_program), hear)

    @classmethod
    def open(
        cls,
        path: Path,
        program: Program | None = None,
        progress: Callable[[int, int], None] | None = None,
        hear: Hear | None = None,
    ) -> Platform:
        """An existing database, its log folded again; `progress` is told how many events of how many are.

        `hear` is told of its events, and of those to come. `program` is what the caller believes is running: it must
        be the first or the current version.

        Raises:
            DatabaseError: missing, foreign, of another schema or program, in use, or damaged.

        """
        store = Store.open(path)
        try:
            platform = cls(store, folded(store, program, progress, hear), hear)
            platform._quarantined = resume.last_quarantined(store.query)
            platform._refusals = Refusals(resume.counted_refusals(store.query))
            platform.subscribers.recall(store)
            platform._commands = resume.last_command(store.query)
            platform._sim_at = store.clock()["sim_at"]
        except BaseException:
            store.close()
            raise
        return platform

    @property
    def path(self) -> Path:
        """Where the database is."""
        return self._store.path

    @property
    def newest(self) -> int:
        """The newest time of receipt, of refused messages too; milliseconds UTC, 0 before the first."""
        return max(self._counters.newest, self._engine.newest)

    @property
    def watermark(self) -> int:
        """The greatest time told; milliseconds UTC, 0 before the first."""
        return max(0, self._engine.watermark)

    @property
    def sim_at(self) -> int:
        """The platform's clock as last said, milliseconds UTC; never before the newest receipt."""
        return self._sim_at

    @property
    def last_seq(self) -> int:
        """The place in the log of the newest event; 0 before the first."""
        return self._engine.last_seq

    @property
    def last_entry(self) -> int:
        """The newest entry of the audit trail; 0 before the first."""
        return self._engine.last_entry

    @property
    def received(self) -> int:
        """How many messages came in through this door, an operator's own not counted: where a sender goes on."""
        return self._counters.received

    @property
    def earliest_receipt_ms(self) -> int:
        """No message is received before this: the newest receipt, and after what was told."""
        return max(self.newest, self.watermark + 1 if self.watermark else 0)

    @property
    def earliest_now(self) -> int:
        """The earliest time that can be told: the newest event's receipt, or what was told already."""
        return max(0, self._engine.newest, self._engine.watermark)

    def check_now(self, now_ms: int) -> None:
        """See that `now_ms` can be told.

        Raises:
            InputError: it is before a message already received, or before what was told.

        """
        check_watermark(now_ms, self.earliest_now)

    def summary(self) -> dict[str, Any]:
        """Return what stands; see `db.read.summary`."""
        return summary(self.query)

    @property
    def program(self) -> Program:
        """The program in force."""
        return self._engine.program

    @property
    def settings(self) -> dict[str, str]:
        """The database's settings."""
        return self._store.settings()

    def receiver(self, clock_ms: int | None) -> Receiver:
        """How the next batch is stamped: by the clock, or (None) by each message's own `receivedat`."""
        return Receiver(
            self.earliest_receipt_ms, clock_ms, numeric_references=self.program.numeric_references
        )

    def check_program(self, text: str) -> Program:
        """A program that an event wants to bring into force.

        Raises:
            ProgramError: what is wrong with it.

        """
        return load_program(text, "program", self.program.currency, numeric=self.program.numeric_references)

    # What happens

    def receive(
        self,
        decoded: Decoded,
        lines: Sequence[bytes],
        *,
        keep: Mapping[str, str] | None = None,
        operator: bool = False,
        done: Done | None = None,
        where: quarantine.Where | None = None,
    ) -> Counts:
        """Judge and store what the door made of `lines`; `keep` are settings to set in the same transaction.

        `where` gives the file and line of a position, for the quarantine.

        `done` hears when it is committed; by the writer's thread, where there is one (`hold`).

        Raises:
            DatabaseError: the database can't be written; nothing of the batch was, and the platform is to be
                opened again.

        """
        return self._receive(
            decoded.messages.drop("position"),
            decoded.messages["position"],
            decoded.rejected,
            lambda places: [lines[place] for place in places],
            keep=keep,
            counted=not operator,
            done=done,
            where=where,
        )

    def receive_columns(self, messages: pl.DataFrame, *, done: Done | None = None) -> Counts:
        """The same for messages that are columns already (`MESSAGE_SCHEMA`, valid, `received_at` rising).

        `done` hears when they are committed; by the writer's thread, where there is one (`hold`).
        """
        texts_of = partial(quarantine.lines_of, messages)
        return self._receive(messages, None, (), texts_of, keep=None, counted=True, done=done)

    def _receive(
        self,
        messages: pl.DataFrame,
        positions: pl.Series | None,
        rejected: Sequence[Rejected],
        texts_of: Callable[[Sequence[int]], Sequence[bytes]],
        *,
        keep: Mapping[str, str] | None,
        counted: bool,
        done: Done | None = None,
        where: quarantine.Where | None = None,
    ) -> Counts:
        self._check_usable()
        self._broken = True  # until all of the batch is stored: engine and database must not drift apart
        lookup = self._engine.look_up(messages)
        receipts = self._engine.receive(messages, lookup, self._stored(lookup.repeated.tolist()))
        outcome = self._engine.judge(receipts.events)
        counts = Counts.of(receipts, len(rejected))
        refused = quarantine.rows(
            messages, positions, receipts.conflicts, rejected, texts_of, after=self._quarantined, where=where
        )
        self._counters.add(counts, messages, rejected, counted=counted)
        self._sim_at = max(self._sim_at, self.newest)
        by_hour = receipt_rollup(messages, receipts.events, receipts.duplicates, refused)
        by_part = self._refusals.breakdown(refused, messages, receipts.duplicates)
        self._store_outcome(
            outcome.with_sums(by_hour, by_part),
            events=receipts.events,
            quarantine=refused,
            done=done,
            settings={**self._counters.settings(), **(keep or {})},
        )
        self._quarantined += refused.height
        return counts

    def advance(self, now_ms: int) -> None:
        """Tell the platform that it is `now_ms` (milliseconds UTC): what is due by then is released.

        Raises:
            InputError: that is before a message already received, or before what was told.
            DatabaseError: the database can't be written.

        """
        self._check_usable()
        self.check_now(now_ms)
        self._broken = True
        outcome = self._engine.advance(now_ms)
        self._sim_at = max(self._sim_at, now_ms)
        self._store_outcome(outcome, settings={})

    def release_quietly(self, now_ms: int) -> None:
        """Tell the time where something is due by then; nothing is written where nothing is."""
        self._check_usable()
        if now_ms >= self.earliest_now and self._engine.first_due <= now_ms:
            self.advance(now_ms)

    def clock(
        self,
        status: str,
        sim_at: int | None = None,
        pace: float | None = None,
        *,
        starts_at: int | None = None,
        ends_at: int | None = None,
    ) -> None:
        """Say where the writer stands, for those who look.

        `status` is running, paused, finished or stopped; `pace` is simulated milliseconds per wall millisecond.
        """
        self._sim_at = max(self._sim_at, sim_at or 0)
        values: dict[str, int | float | str | None] = {
            "status": status,
            "sim_at": self._sim_at,
            "pace": pace,
            "starts_at": starts_at,
            "ends_at": ends_at,
            "beat_at": wall_ms(),
            "pid": os.getpid(),
        }
        self._outbox.put(Batch(clock={name: value for name, value in values.items() if value is not None}))
        self._outbox.send()
        if status in ("finished", "stopped"):
            self.index()

    def record(self, order: WriterCommand, sim_at: int, refused: str | None = None) -> None:
        """Keep an operator's order: after which event and at which simulated time it was obeyed, or why it was not."""
        self._commands += 1
        row = command_row(self._commands, order, self._engine.last_seq, sim_at, refused)
        self._outbox.put(Batch(commands=[row]))
        self.flush()

    def measure(self, meters: Meters) -> None:
        """From now on charge these with the time of each stage."""
        self._meter = self._engine.meter = self._outbox.meter = meters.judging
        self._store.meter = meters.writing

    def heartbeat(self, row: Row) -> None:
        """Keep a row of measurements (table `meter`), with the next batch."""
        self._outbox.put(Batch(measurements=[row]))

    def hold(self, events: int) -> None:
        """Let batches wait until they hold so many events, then write them in one transaction.

        They are written by a thread of their own, while the next are judged; an error comes out at a later call.
        Nothing is lost that would not be made again. Whatever asks what stands (`query`) has them written first.
        """
        self._outbox.hold(events)

    def note(self, faults: Sequence[Row], reconciliations: Sequence[Row]) -> None:
        """Keep rows of these two tables, new or changed."""
        self._outbox.put(Batch(faults=faults, reconciliations=reconciliations))

    def index(self) -> None:
        """Make the database's indexes, where they are not there yet."""
        self.flush()
        self._store.index()

    def query(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a SELECT of `db.read` on the open database, once everything that waits is written."""
        self.flush()
        return self._store.query(sql, values)

    def close(self) -> None:
        """Write what waits and let go of the database; closing twice is fine."""
        try:
            self._outbox.close()
        finally:
            self._store.close()

    def __enter__(self) -> Platform:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def _store_outcome(
        self,
        outcome: Outcome,
        *,
        settings: Mapping[str, str],
        events: pl.DataFrame | None = None,
        quarantine: pl.DataFrame | None = None,
        done: Done | None = None,
    ) -> None:
        self.subscribers.hear(outcome, self._engine, events)
        batch = batch_of(outcome, events, quarantine)
        clock = {"sim_at": self._sim_at, "told_at": self.watermark, "beat_at": wall_ms()}
        self._meter.record("receipts")
        self._outbox.put(replace(batch, clock=clock, settings=settings), done)
        self._broken = False

    def flush(self) -> None:
        """Have everything written. Where that fails, engine and database have drifted apart."""
        self._broken, before = True, self._broken
        self._outbox.flush()
        self._broken = before

    def _stored(self, seqs: list[int]) -> pl.DataFrame:
        if not seqs:
            return NO_EVENTS
        self.flush()
        return typed(self._store.events_at(seqs))

    def _check_usable(self) -> None:
        if self._broken:
            raise DatabaseError(f"{self.path}: an earlier batch could not be stored; open the database again")

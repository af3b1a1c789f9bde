"""The platform: the one intake that every event passes, whoever sent it, with the engine and the store behind it.

A batch's receipts, events, outcome, audit entries, rollups and quarantine rows are written together, so a killed
process has stored a batch either entirely or not at all. Each call is one transaction, unless batches are queued
(`hold`).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import polars as pl

from db.control import WriterCommand
from db.read import resume
from db.read.summary import summary
from db.sqlite.readonly import Select, reporting_damage
from db.sqlite.rows import Row
from db.write.store import Store, Upstream
from simulator.domain.errors import DatabaseError
from simulator.domain.stopwatch import OFF, Meters
from simulator.domain.wall_clock import wall_ms
from simulator.domain.write_set import WriteSet
from simulator.domain.zones import data_version
from simulator.engine import Engine
from simulator.engine.frames import NO_EVENTS
from simulator.engine.version import version_row
from simulator.events.columns import MESSAGE_SCHEMA
from simulator.events.decode import Decoded, Receiver, Rejected
from simulator.platform import quarantine
from simulator.platform.folding import replay_log
from simulator.platform.outbox import Done, Outbox
from simulator.platform.receipt_sums import Refusals, receipt_rollup
from simulator.platform.receipts import IntakeCounters, Receipts, check_watermark
from simulator.platform.records import command_row, parse_program, typed
from simulator.platform.subscribers import EventListener, Subscribers
from simulator.program.load import load_program
from simulator.program.model import Program

_Given = ParamSpec("_Given")
_Found = TypeVar("_Found")

Answer = Callable[[Receipts], object]
"""Called with the receipts of a batch once it is committed."""


class Platform:
    """An open platform, made by `create` or `open`, and closed by `close` or as a context manager."""

    def __init__(self, store: Store, engine: Engine, on_events: EventListener | None = None) -> None:
        self._store = store
        self._engine = engine
        self._counters = IntakeCounters.of(store.settings())
        self._quarantined = self._commands = self._sim_at = 0
        self._refusals = Refusals()
        self._broken = False
        self._meter = OFF
        self._outbox = Outbox(store)
        self.subscribers = Subscribers(on_events)

    @classmethod
    def create(
        cls,
        path: Path,
        program: Program,
        settings: Mapping[str, str] | None = None,
        on_events: EventListener | None = None,
        upstream: Upstream | None = None,
    ) -> Platform:
        """Create a new database at `path` for `program`; `settings` are stored in it unchanged.

        `on_events` is called with all events as they are accepted. What is written is committed `upstream` first.

        Raises:
            DatabaseError: something is at the path already, or it can't be written.

        """
        digest = hashlib.sha256(program.text.encode()).hexdigest()
        kept = {
            "kind": "ingest",
            **(settings or {}),
            **IntakeCounters().settings(),
            "program_sha256": digest,
            "zone_data": data_version(),
        }
        store = Store.create(
            path,
            settings=kept,
            version=version_row(1, 0, program),
            clock={"heartbeat_at": wall_ms()},
            upstream=upstream,
        )
        return cls(store, Engine(program, parse_program), on_events)

    @classmethod
    def open(
        cls,
        path: Path,
        program: Program | None = None,
        progress: Callable[[int, int], None] | None = None,
        on_events: EventListener | None = None,
        upstream: Upstream | None = None,
    ) -> Platform:
        """Open an existing database and replay its log.

        `progress` is called with the number of events done and the total, `on_events` with stored events and new ones.
        `program` is what the caller believes is running: it must be the first or the current version. What is written
        is committed `upstream` first.

        Raises:
            DatabaseError: the database is missing, foreign, of another schema or program, in use, or damaged.

        """
        store = Store.open(path, upstream)
        try:
            with reporting_damage(path):
                platform = cls(store, replay_log(store, program, progress, on_events), on_events)
                platform._quarantined = store.read(resume.last_quarantined)
                platform._refusals = Refusals(store.read(resume.counted_refusals))
                platform.subscribers.restore(store)
                platform._commands = store.read(resume.last_command)
                platform._sim_at = store.clock()["sim_at"]
        except BaseException:
            store.close()
            raise
        return platform

    @property
    def path(self) -> Path:
        """The path of the database."""
        return self._store.path

    @property
    def newest(self) -> int:
        """The newest time of receipt, including refused messages; milliseconds UTC, 0 before the first."""
        return max(self._counters.newest, self._engine.newest)

    @property
    def watermark(self) -> int:
        """The greatest time passed to `advance`; milliseconds UTC, 0 before the first."""
        return max(0, self._engine.watermark)

    @property
    def sim_at(self) -> int:
        """The platform's clock as last set, milliseconds UTC; never before the newest receipt."""
        return self._sim_at

    @property
    def last_seq(self) -> int:
        """The seq of the newest event; 0 before the first."""
        return self._engine.last_seq

    @property
    def last_entry(self) -> int:
        """The number of the newest audit entry; 0 before the first."""
        return self._engine.last_entry

    @property
    def received(self) -> int:
        """The number of messages received, not counting an operator's own: the position at which a sender continues."""
        return self._counters.received

    @property
    def earliest_receipt_ms(self) -> int:
        """The earliest time at which a message can be received: the newest receipt, and after the watermark."""
        return max(self.newest, self.watermark + 1 if self.watermark else 0)

    @property
    def earliest_now(self) -> int:
        """The earliest time that can be passed to `advance`: the newest event's receipt, or the watermark."""
        return max(0, self._engine.newest, self._engine.watermark)

    def check_now(self, now_ms: int) -> None:
        """Check that `now_ms` can be passed to `advance`.

        Raises:
            InputError: it is before the newest event's receipt, or before the watermark.

        """
        check_watermark(now_ms, self.earliest_now)

    def summary(self) -> dict[str, Any]:
        """Return a summary of the database's current state; see `db.read.summary`.

        Raises:
            DamagedDatabaseError: a sum is not a number.

        """
        with reporting_damage(self.path):
            return self.read(summary)

    @property
    def program(self) -> Program:
        """The program in force."""
        return self._engine.program

    @property
    def settings(self) -> dict[str, str]:
        """The database's settings."""
        return self._store.settings()

    def receiver(self, clock_ms: int | None) -> Receiver:
        """Return how to stamp the next batch: by the clock or, if None, by each message's own `receivedat`."""
        return Receiver(
            self.earliest_receipt_ms, clock_ms, numeric_references=self.program.numeric_references
        )

    def check_program(self, text: str) -> Program:
        """Parse a program that an event would bring into force.

        Raises:
            ProgramError: the program is not valid; the message says why.

        """
        return load_program(text, "program", self.program.currency, numeric=self.program.numeric_references)

    def receive(
        self,
        decoded: Decoded,
        lines: Sequence[bytes],
        *,
        keep: Mapping[str, str] | None = None,
        operator: bool = False,
        done: Answer | None = None,
        where: quarantine.Where | None = None,
    ) -> Receipts:
        """Judge and store decoded `lines`, and return a receipt for each; `keep` are settings to set with them.

        All of it is one transaction. `where` returns the file and line of a position, for the quarantine. `done` is
        called with the receipts when it is committed, on the writer's thread if there is one (`hold`): only then
        may a sender be told.

        Raises:
            DatabaseError: the database can't be written; nothing was stored, and the platform must be opened again.

        """
        return self._receive(
            decoded.messages[list(MESSAGE_SCHEMA)],
            decoded.messages["position"],
            decoded.rejected,
            lambda places: [lines[place] for place in places],
            keep=keep,
            counted=not operator,
            done=done,
            where=where,
        )

    def receive_columns(self, messages: pl.DataFrame, *, done: Answer | None = None) -> Receipts:
        """Judge and store messages that are columns already (`MESSAGE_SCHEMA`, valid, `received_at` ascending).

        `done` is called with the receipts when they are committed, as `receive` does.
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
        done: Answer | None = None,
        where: quarantine.Where | None = None,
    ) -> Receipts:
        self._check_usable()
        self._broken = True  # until the whole batch is stored: engine and database must not diverge
        lookup = self._engine.look_up(messages)
        received = self._engine.receive(messages, lookup, self._stored(lookup.repeated.tolist()))
        written = self._engine.judge(received.events)
        receipts = Receipts.of(received, positions, rejected)
        refused = quarantine.rows(
            messages, positions, received.conflicts, rejected, texts_of, after=self._quarantined, where=where
        )
        self._counters.add(receipts.counts, messages, rejected, counted=counted)
        self._sim_at = max(self._sim_at, self.newest)
        by_hour = receipt_rollup(messages, received.events, received.duplicates, refused)
        by_part = self._refusals.breakdown(refused, messages, received.duplicates)
        self._write(
            replace(written.with_sums(by_hour, by_part), quarantine=refused),
            done=partial(done, receipts) if done is not None else None,
            settings={**self._counters.settings(), **(keep or {})},
        )
        self._quarantined += refused.height
        return receipts

    def advance(self, now_ms: int) -> None:
        """Advance the platform's clock to `now_ms` (milliseconds UTC), releasing what is due by then.

        Raises:
            InputError: the time is before the newest event's receipt, or before the watermark.
            DatabaseError: the database can't be written.

        """
        self._check_usable()
        self.check_now(now_ms)
        self._broken = True
        written = self._engine.advance(now_ms)
        self._sim_at = max(self._sim_at, now_ms)
        self._write(written, settings={})

    def release_quietly(self, now_ms: int) -> None:
        """Advance the clock if something is due by `now_ms`; otherwise write nothing."""
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
        """Record the writer's status and clock, for readers of the database.

        `status` is running, paused, finished or stopped; `pace` is simulated milliseconds per wall-clock millisecond.
        """
        self._sim_at = max(self._sim_at, sim_at or 0)
        values: dict[str, int | float | str | None] = {
            "status": status,
            "sim_at": self._sim_at,
            "pace": pace,
            "starts_at": starts_at,
            "ends_at": ends_at,
            "heartbeat_at": wall_ms(),
            "pid": os.getpid(),
        }
        self._outbox.put(WriteSet(clock={name: value for name, value in values.items() if value is not None}))
        self._outbox.send()
        if status in ("finished", "stopped"):
            self.index()

    def record(self, command: WriterCommand, sim_at: int, refused: str | None = None) -> None:
        """Record an operator's command: after which event and when (`sim_at`) it was obeyed, or why it was refused."""
        self._commands += 1
        row = command_row(self._commands, command, self._engine.last_seq, sim_at, refused)
        self._outbox.put(WriteSet(commands=[row]))
        self.flush()

    def measure(self, meters: Meters) -> None:
        """Record the time of each stage on these meters from now on."""
        self._meter = self._engine.meter = self._outbox.meter = meters.judging
        self._store.meter = meters.writing

    def heartbeat(self, row: Row) -> None:
        """Store a row of measurements (table `meter`) with the next batch."""
        self._outbox.put(WriteSet(measurements=[row]))

    def hold(self, events: int) -> None:
        """Queue batches until they hold `events` events, then write them in one transaction.

        A thread of its own writes them while the next ones are judged, so an error surfaces at a later call. A
        crash loses nothing that would not be generated again. `read` writes everything queued first.
        """
        self._outbox.hold(events)

    def checkpoint_beside(self) -> None:
        """Bring the write-ahead log into the file on a thread of its own from now on, so that no commit waits for it.

        Raises:
            DatabaseError: the database can't be opened.

        """
        self._store.checkpoint_beside()

    def note(self, faults: Sequence[Row], reconciliations: Sequence[Row]) -> None:
        """Store rows, new or changed, of the tables `fault` and `reconciliation`."""
        self._outbox.put(WriteSet(faults=faults, reconciliations=reconciliations))

    def keep(self, settings: Mapping[str, str]) -> None:
        """Set settings of the database, at once."""
        self._outbox.put(WriteSet(settings=settings))
        self.flush()

    def seq_of(self, source: str, own_id: str) -> int | None:
        """Return the seq of the accepted event with this source and id, as the engine knows it (`Engine.seq_of`)."""
        return self._engine.seq_of(source, own_id)

    def index(self) -> None:
        """Create the database's indexes where they are missing."""
        self.flush()
        self._store.index()

    def read(
        self,
        query: Callable[Concatenate[Select, _Given], _Found],
        *given: _Given.args,
        **named: _Given.kwargs,
    ) -> _Found:
        """Return what a function of `db.read` reads, after writing everything that is queued.

        The function is called with the open database and the given arguments.

        Raises:
            DatabaseError: the database can't be written or read.

        """
        self.flush()
        return self._store.read(query, *given, **named)

    def close(self) -> None:
        """Write everything that is queued and close the database; closing twice is harmless."""
        try:
            self._outbox.close()
        finally:
            self._store.close()

    def __enter__(self) -> Platform:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def _write(self, written: WriteSet, *, settings: Mapping[str, str], done: Done | None = None) -> None:
        """Store what the engine made of a batch or of an advance, with the clock and these settings."""
        self.subscribers.publish(written, self._engine)
        clock = {"sim_at": self._sim_at, "watermark": self.watermark, "heartbeat_at": wall_ms()}
        self._meter.record("receipts")
        self._outbox.put(replace(written, clock=clock, settings=settings), done)
        self._broken = False

    def flush(self) -> None:
        """Write everything that is queued. If that fails, the engine and the database have diverged."""
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

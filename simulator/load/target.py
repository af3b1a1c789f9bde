"""Define what load is driven into: a platform with its database, the rules alone, or a server (`load.http_target`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from db.read.summary import decision_reasons, row_counts
from db.sqlite.rows import Row
from simulator.domain.errors import InputError
from simulator.domain.pending import rewards_by_state
from simulator.domain.stopwatch import Meters, Stopwatch
from simulator.domain.write_set import WriteSet
from simulator.engine import Engine
from simulator.engine.frames import NO_EVENTS
from simulator.measuring.figures import Measured
from simulator.measuring.space import file_bytes
from simulator.platform.platform import Platform
from simulator.platform.receipts import Counts, Receipts
from simulator.platform.records import parse_program
from simulator.platform.session import TOGETHER, Batching, IntakeSession
from simulator.program.model import Program

Done = Callable[[Counts], None]
"""Called with the receipts of a batch once it is done, on any thread."""


@dataclass(frozen=True)
class Server:
    """A server: its address, the key to show it, and how many connections are kept busy at once."""

    url: str
    connections: int = 8
    key: str | None = None


class Target(Measured, Protocol):
    """Takes messages and judges them."""

    def take(self, messages: pl.DataFrame, done: Done) -> None:
        """Judge messages; `done` is called with their receipts when that is done, and stored if they are stored."""

    def flush(self) -> None:
        """Finish everything that was taken."""

    def settle(self) -> None:
        """Finish the run: release everything due by the newest event, and create the indexes."""

    def results(self) -> dict[str, Any]:
        """Return the results: `attributions`, `decisions` by outcome, `reasons`, `rewards` by state, table `rows`.

        `refused` is how many events were not taken at all.
        """


class DatabaseTarget:
    """A platform with a new database."""

    def __init__(self, path: Path, program: Program, settings: Mapping[str, str], *, paced: bool) -> None:
        """Create the database; `paced` commits batches as they come, rather than many together.

        Raises:
            DatabaseError: something is at the path already, or it can't be written.

        """
        self.judging, self.writing = Stopwatch(), Stopwatch()
        self.path = path
        self.platform = Platform.create(path, program, {**settings, "kind": "load"})
        self.platform.measure(Meters(self.judging, self.writing))
        self._session = IntakeSession(
            self.platform,
            clock=lambda: self.platform.newest,
            batching=Batching(1, indexed=True) if paced else TOGETHER,
        )
        self._session.begin()

    def take(self, messages: pl.DataFrame, done: Done) -> None:
        """Judge and store messages; `done` is called from the writer's thread."""
        self.platform.receive_columns(messages, done=lambda receipts: done(receipts.counts))

    def flush(self) -> None:
        """Write everything that was taken."""
        self.platform.flush()

    def settle(self) -> None:
        """Release what is due, and create the indexes if they are not there yet."""
        self.platform.advance(self.platform.earliest_now)
        self.platform.index()

    def bytes(self) -> int:
        """Return the size of the database's file and its log, in bytes."""
        return file_bytes(self.path)

    def heartbeat(self, row: Row) -> None:
        """Store a row of measurements, and record that the run is alive."""
        self._session.heartbeat(row)

    def results(self) -> dict[str, Any]:
        """Return the results in the database."""
        found = self.platform.summary()
        rows = self.platform.read(row_counts)
        rows["attribution"] = found["attributions"]
        return {
            **{name: found[name] for name in ("attributions", "decisions", "rewards")},
            "reasons": _reasons(self.platform.read(decision_reasons)),
            "rows": rows,
            "refused": 0,
        }

    def close(self) -> None:
        """Record that the run is finished, and close the database."""
        try:
            self._session.end("finished")
        finally:
            self.platform.close()


class EngineTarget:
    """The engine without a database: no row leaves memory."""

    def __init__(self, program: Program) -> None:
        self.judging, self.writing = Stopwatch(), Stopwatch()
        self._engine = Engine(program, parse_program)
        self._engine.meter = self.judging
        self._totals: dict[str, list[int]] = {}
        self._decided: dict[tuple[str, str | None], int] = {}
        self._in_review: dict[int, str | None] = {}

    def take(self, messages: pl.DataFrame, done: Done) -> None:
        """Judge messages.

        Raises:
            InputError: a message repeats one of an earlier batch.

        """
        lookup = self._engine.look_up(messages)
        if len(lookup.repeated):
            raise InputError(
                "a message came twice, which can't be checked without a database; "
                "leave out --no-store, or play a log without repeats"
            )
        received = self._engine.receive(messages, lookup, NO_EVENTS)
        self._count(self._engine.judge(received.events))
        done(Receipts.of(received).counts)

    def flush(self) -> None:
        """Do nothing: no message waits."""

    def settle(self) -> None:
        """Release what is due."""
        self._count(self._engine.advance(max(self._engine.newest, self._engine.watermark)))

    def bytes(self) -> int:
        """Return 0: nothing is stored."""
        return 0

    def results(self) -> dict[str, Any]:
        """Return the results as the sums of the engine's rollups."""
        outcomes: dict[str, int] = {}
        for (outcome, _), count in self._decided.items():
            outcomes[outcome] = outcomes.get(outcome, 0) + count
        totals = {name: (count, value) for name, (count, value) in self._totals.items()}
        rewards = {
            state: {"count": count, "value_minor": value}
            for state, (count, value) in rewards_by_state(totals).items()
        }
        made = [count for name, (count, _) in self._totals.items() if name.startswith("attribution.")]
        found = [(outcome, reason, count) for (outcome, reason), count in self._decided.items() if count]
        return {
            "attributions": sum(made),
            "decisions": {name: count for name, count in sorted(outcomes.items()) if count},
            "rewards": rewards,
            "reasons": _reasons(sorted(found, key=lambda one: (-one[2], one[0], one[1] or ""))),
            "rows": {},
            "refused": 0,
        }

    def close(self) -> None:
        """Do nothing: no resource is held."""

    def _count(self, written: WriteSet) -> None:
        for _, metric, count, value in written.rollup.rows():
            total = self._totals.setdefault(metric, [0, 0])
            total[0] += count
            total[1] += value
        decisions = written.decisions
        if decisions.height:
            for what, reason, count in decisions.group_by("outcome", "reason").len().rows():
                self._add(what, reason, count)
            waiting = decisions.filter(pl.col("outcome") == "review")
            self._in_review.update(waiting.select("id", "reason").rows())
        for number, what, reason, _ in written.settled.rows():
            self._add("review", self._in_review.pop(number), -1)
            self._add(what, reason, 1)

    def _add(self, outcome: str, reason: str | None, count: int) -> None:
        self._decided[(outcome, reason)] = self._decided.get((outcome, reason), 0) + count


def without_repeats(messages: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Return the first message of each (`source`, `id`), as the engine alone needs, and the number of others."""
    first = messages.unique(("source", "id"), keep="first", maintain_order=True)
    return first, messages.height - first.height


def _reasons(rows: Sequence[tuple[str, str | None, int]]) -> list[dict[str, Any]]:
    return [{"outcome": outcome, "reason": reason, "count": count} for outcome, reason, count in rows]

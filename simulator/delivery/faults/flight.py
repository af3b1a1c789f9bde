"""Hold the messages of a window while faults are applied: columns that each family of faults may change."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from simulator.delivery.chances import Chances
from simulator.delivery.wire import on_wire
from simulator.world.draws import Bools, Ints, Keys


@dataclass
class Flight:
    """The client's events in order of occurrence, and how each travels after the faults applied so far.

    `kinds` are type codes, `occurred` the true moments of occurrence (milliseconds UTC), `keys` the keys for draws.
    `arrival`, `file` (0: none), `said` (the moment that the message states) and `flaw` are as the message leaves.
    `period` is that of the channel's files, 0 where it has none. `there` says which are sent at all.
    """

    events: pl.DataFrame
    kinds: Ints
    occurred: Ints
    keys: Keys
    arrival: Ints
    file: Ints
    period: Ints
    said: Ints
    flaw: Ints
    there: Bools

    @classmethod
    def of(cls, events: pl.DataFrame, arrival: Ints, file: Ints, period: Ints, chances: Chances) -> Flight:
        """Return messages without faults.

        `events` have the columns of a message except `received_at`; `period` is by type code.
        """
        occurred = events["occurred_at"].to_numpy()
        kinds = events["type"].to_physical().to_numpy().astype(np.int64)
        return cls(
            events=events,
            kinds=kinds,
            occurred=occurred,
            keys=chances.keys(events["id"]),
            arrival=arrival.copy(),
            file=file.copy(),
            period=period[kinds],
            said=occurred.copy(),
            flaw=np.zeros(len(kinds), dtype=np.int64),
            there=np.ones(len(kinds), dtype=bool),
        )

    @property
    def whole(self) -> Bools:
        """The messages that arrive without a flaw: only those are sent again, or twice."""
        return np.asarray(self.there & (self.flaw == 0))

    @property
    def loose(self) -> Bools:
        """The messages that travel on their own rather than in a file."""
        return np.asarray(self.file == 0)

    def struck(self, dial: str, chances: Chances, among: Bools) -> Ints:
        """Return the rows `among` those given that a dial strikes."""
        rows = np.flatnonzero(among)
        hit = chances.strikes(dial, self.keys[rows], self.kinds[rows], self.occurred[rows])
        return rows[hit]

    def first(self) -> pl.DataFrame:
        """Return the messages themselves, as rows of `WIRE_SCHEMA`."""
        rows = np.flatnonzero(self.there)
        sent = self.events[rows].with_columns(occurred_at=pl.Series(self.said[rows]))
        flaw = pl.Series("flaw", self.flaw[rows], dtype=pl.Int8)
        return on_wire(sent, self.arrival[rows], self.file[rows]).with_columns(flaw)

    def again(self, rows: Ints, arrival: Ints, nth: int, *, in_file: bool = True) -> pl.DataFrame:
        """Return copies of some messages, later and on their own, or (`in_file`) in the same file if they have one."""
        file = self.file[rows] if in_file else np.zeros(len(rows), dtype=np.int64)
        at = np.where(file > 0, self.arrival[rows], arrival)
        sent = self.events[rows].with_columns(occurred_at=pl.Series(self.said[rows]))
        return on_wire(sent, at, file, nth)

"""Delivery: what people did at the client's becomes messages on the wire, by the models and with the faults.

A window of events goes in, what is then on its way comes out. Lines for files that are not due yet wait here, and so
do the client's own lists of what it has sent, until the reconciliation asks for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from simulator.delivery.chances import Chances
from simulator.delivery.dials import FILE_DIALS, MESSAGE_DIALS
from simulator.delivery.faults import batch_files, losing, repeats, timing
from simulator.delivery.faults.flight import Flight
from simulator.delivery.lists import listed
from simulator.delivery.models import Channels
from simulator.delivery.wire import WIRE_SCHEMA, due_of, on_wire
from simulator.world.draws import Bools, Ints

_CLIENTS: Final = "client/"


@dataclass(frozen=True)
class Sent:
    """What a window puts on the wire: rows of `WIRE_SCHEMA`, and files that arrive without a line (number, when).

    `ordered` says that the rows are in the order that `ArrivalQueue.put` asks for. `listed` are the client's own
    events, whatever became of them, as `lists.listed` gives them.
    """

    rows: pl.DataFrame
    ordered: bool
    empty: list[tuple[int, int]]
    listed: pl.DataFrame


class Delivery:
    """Sends windows of events, one after another."""

    def __init__(self, channels: Channels, chances: Chances) -> None:
        self._channels = channels
        self._chances = chances
        self._filing = pl.DataFrame(schema=WIRE_SCHEMA)

    @property
    def state(self) -> tuple[pl.DataFrame, dict[tuple[str, str], int]]:
        """Where it stands between two windows."""
        return self._filing, dict(self._chances.counts)

    @state.setter
    def state(self, state: tuple[pl.DataFrame, dict[tuple[str, str], int]]) -> None:
        self._filing = state[0]
        self._chances.counts.clear()
        self._chances.counts.update(state[1])

    def send(self, events: pl.DataFrame, from_ms: int, until_ms: int) -> Sent:
        """Send the events that occurred from one moment up to another, in order of occurrence and id."""
        ours = events["source"].str.starts_with(_CLIENTS).to_numpy()
        arrival, file = self._channels.of(events)
        timeline = self._chances.timeline
        faulty = timeline.any_on(MESSAGE_DIALS, from_ms, until_ms)
        if faulty:
            loose, lines = self._with_faults(events, ours, arrival[ours], file[ours])
        else:
            loose = on_wire(events.filter(pl.Series(file == 0)), arrival[file == 0])
            lines = on_wire(events.filter(pl.Series(file > 0)), arrival[file > 0], file[file > 0])
        files, ordered, empty = self._file(lines, from_ms, until_ms, faulty=faulty)
        lists = listed(events.filter(pl.Series(ours)), file[ours], arrival[ours], self._channels)
        return Sent(pl.concat([loose, files]), ordered and not faulty, empty, lists)

    def _with_faults(
        self, events: pl.DataFrame, ours: Bools, planned: Ints, filed: Ints
    ) -> tuple[pl.DataFrame, pl.DataFrame]:
        """What travels on its own, and lines of files."""
        chances, some = self._chances, pl.Series(ours)
        flight = Flight.of(events.filter(some), planned, filed, self._channels.period, chances)
        losing.lost(flight, chances)
        losing.malformed(flight, chances)
        timing.skewed(flight, chances)
        timing.swapped(flight, chances)
        timing.delayed(flight, chances)
        timing.paused(flight, chances)
        own = events.filter(~some)
        sent = pl.concat(
            [
                on_wire(own, own["occurred_at"].to_numpy()),
                flight.first(),
                losing.corrected(flight, chances),
                repeats.duplicates(flight, chances),
                repeats.lost_answers(flight, chances),
                repeats.conflicts(flight, chances),
                repeats.rebooked(flight, chances),
            ]
        )
        in_file = pl.col("file") > 0
        return sent.filter(~in_file), sent.filter(in_file)

    def _file(
        self, lines: pl.DataFrame, from_ms: int, until_ms: int, *, faulty: bool
    ) -> tuple[pl.DataFrame, bool, list[tuple[int, int]]]:
        """Put lines into their files, and send the files that are due before a moment; the others wait."""
        waiting = pl.concat([self._filing, lines]) if self._filing.height else lines
        due = pl.Series(due_of(waiting["file"].to_numpy()) < until_ms, dtype=pl.Boolean)
        rows, self._filing = waiting.filter(due), waiting.filter(~due)
        copies = bool((rows["line"] > 0).any())
        faulty = faulty or copies or self._chances.timeline.any_on(FILE_DIALS, from_ms, until_ms)
        empty: list[tuple[int, int]] = []
        if not faulty:
            rows = rows[np.argsort(rows["file"].to_numpy(), kind="stable")]
        elif rows.height:
            rows = rows.sort("file", "occurred_at", "id", "line")
            sent = batch_files.sent(rows, self._channels.period, self._chances)
            rows, empty = sent.rows, sent.empty
            self._filing = pl.concat([self._filing, sent.carried])
        rows = rows.with_columns(line=pl.int_range(pl.len(), dtype=pl.Int32).over("file"))
        return rows, not faulty, empty

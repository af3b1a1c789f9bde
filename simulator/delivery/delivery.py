"""Turn the client's events into messages on the wire, by the delivery models and with the faults.

A window of events goes in, and the messages that are then in transit come out. Lines for files that are not due yet
wait here; the client's own lists of what it has sent also come out, for the reconciliation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from db.read.deliveries import FILE_DIALS, MESSAGE_DIALS
from simulator.delivery.chances import Chances
from simulator.delivery.faults import batch_files, losing, repeats, timing
from simulator.delivery.faults.flight import Flight
from simulator.delivery.lists import listed
from simulator.delivery.models import Channels
from simulator.delivery.wire import WIRE_SCHEMA, due_of, on_wire
from simulator.world.draws import Ints


@dataclass(frozen=True)
class Sent:
    """What a window puts on the wire: rows of `WIRE_SCHEMA`, and files that arrive without a line (number, when).

    `ordered` says that the rows are in order of arrival, as `ArrivalQueue.put_in_order` needs. `listed` are the
    client's own events, whether or not they arrived, as `lists.listed` returns them; none unless requested.
    """

    rows: pl.DataFrame
    ordered: bool
    empty: list[tuple[int, int]]
    listed: pl.DataFrame


class Delivery:
    """Delivers windows of events, one after another."""

    def __init__(self, channels: Channels, chances: Chances, *, listing: bool = True) -> None:
        """Take how events travel and what goes wrong; `listing` says whether the client's lists are wanted."""
        self._channels = channels
        self._chances = chances
        self._listing = listing
        self._filing = pl.DataFrame(schema=WIRE_SCHEMA)

    @property
    def state(self) -> tuple[pl.DataFrame, dict[tuple[str, str], int]]:
        """The state between two windows: lines waiting for their file, and the counts of faults."""
        return self._filing, dict(self._chances.counts)

    @state.setter
    def state(self, state: tuple[pl.DataFrame, dict[tuple[str, str], int]]) -> None:
        self._filing = state[0]
        self._chances.counts.clear()
        self._chances.counts.update(state[1])

    def send(self, events: pl.DataFrame, from_ms: int, until_ms: int) -> Sent:
        """Send the events, in order of occurrence and id, that occurred from `from_ms` up to before `until_ms`."""
        arrival, file, ours = self._channels.of(events)
        timeline = self._chances.timeline
        faulty = timeline.any_on(MESSAGE_DIALS, from_ms, until_ms)
        sent = (
            self._with_faults(events, ours, arrival[ours], file[ours])
            if faulty
            else on_wire(events, arrival, file)
        )
        if self._filing.height:
            # in one piece, out of which rows are taken in a third of the time
            sent = pl.concat([self._filing, sent], rechunk=True)
        number, line = sent["file"].to_numpy(), sent["line"].to_numpy()
        goes = (number == 0) | (due_of(number) < until_ms)
        leaving = np.flatnonzero(goes)
        self._filing = sent[:0] if goes.all() else sent[np.flatnonzero(~goes)]
        copies = bool((line[leaving][number[leaving] > 0] > 0).any())
        lists = (
            listed(events[ours], file[ours], arrival[ours], self._channels) if self._listing else events[:0]
        )
        if faulty or copies or timeline.any_on(FILE_DIALS, from_ms, until_ms):
            rows, empty = self._file(sent[leaving], until_ms)
            return Sent(rows, ordered=False, empty=empty, listed=lists)
        number = number[leaving]
        order = np.lexsort((number, sent["received_at"].to_numpy()[leaving]))
        places = pl.Series("line", _places(number)[order], dtype=pl.Int32)
        ordered = order if len(leaving) == sent.height else leaving[order]
        return Sent(sent[ordered].with_columns(places), ordered=True, empty=[], listed=lists)

    def _with_faults(self, events: pl.DataFrame, ours: Ints, planned: Ints, filed: Ints) -> pl.DataFrame:
        """Return what is sent: the messages themselves except the lost ones, and everything sent again."""
        chances = self._chances
        flight = Flight.of(events[ours], planned, filed, self._channels.period, chances)
        losing.lost(flight, chances)
        losing.malformed(flight, chances)
        timing.skewed(flight, chances)
        timing.swapped(flight, chances)
        timing.delayed(flight, chances)
        timing.paused(flight, chances)
        own = events[np.setdiff1d(np.arange(events.height), ours)]
        return pl.concat(
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

    def _file(self, sent: pl.DataFrame, until_ms: int) -> tuple[pl.DataFrame, list[tuple[int, int]]]:
        """Send files, with their faults; return all rows, and the files without a line."""
        in_file = pl.col("file") > 0
        lines = sent.filter(in_file).sort("file", "occurred_at", "id", "line")
        if not lines.height:
            return sent, []
        filed = batch_files.sent(lines, self._channels.period, until_ms, self._chances)
        self._filing = pl.concat([self._filing, filed.carried])
        rows = filed.rows.with_columns(line=pl.int_range(pl.len(), dtype=pl.Int32).over("file"))
        return pl.concat([sent.filter(~in_file), rows]), filed.empty


def _places(files: Ints) -> Ints:
    """Return each row's place among the rows of its file, from 0; 0 for rows in no file."""
    rows = np.flatnonzero(files)
    order = rows[np.argsort(files[rows], kind="stable")]
    begins = np.flatnonzero(np.diff(files[order], prepend=0))
    places = np.zeros(len(files), dtype=np.int64)
    places[order] = np.arange(len(order)) - np.repeat(begins, np.diff(begins, append=len(order)))
    return places

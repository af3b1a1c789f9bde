"""Pass messages from the wire to the platform: read files back, check lines, and put everything in order of arrival.

Messages that travel on their own and are well-formed stay in columns, as decoding would give them. Lines of files
and malformed messages are bytes, and are decoded like those of `ingest`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import overload

import numpy as np
import polars as pl

from simulator.delivery.spool import Spool, sent_lines
from simulator.delivery.wire import WIRE_SCHEMA
from simulator.events.check import Problem
from simulator.events.columns import MESSAGE_SCHEMA
from simulator.events.csvfile import CsvRow
from simulator.events.decode import Decoded, Receiver, decode_known
from simulator.events.encode import encode_events
from simulator.world.draws import Ints

VERDICT = "review.decided"
_MESSAGE = list(MESSAGE_SCHEMA)


@dataclass(frozen=True)
class Parcel:
    """The next messages for the platform, in order of arrival; `lines` is their text.

    `count` counts all messages, `own` those of the world: all except the operator's verdicts.
    """

    decoded: Decoded
    lines: Sequence[bytes]
    count: int
    own: int


class _Lines(Sequence[bytes]):
    """The text of each message of a parcel; for messages that came in columns it is made on demand."""

    def __init__(self, rows: pl.DataFrame, received: dict[int, bytes]) -> None:
        self._rows = rows
        self._received = received

    def __len__(self) -> int:
        return self._rows.height

    @overload
    def __getitem__(self, place: int) -> bytes: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[bytes]: ...

    def __getitem__(self, place: int | slice) -> bytes | Sequence[bytes]:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(len(self)))]
        if place in self._received:
            return self._received[place]
        (line,) = encode_events(self._rows[[place]])
        return line


class Gateway:
    """Receives what is on the wire, a parcel at a time."""

    def __init__(self, spool: Spool, check_program: Callable[[str], object]) -> None:
        self._spool = spool
        self._check_program = check_program
        self._coming = pl.DataFrame(schema=WIRE_SCHEMA)
        self._sealed: dict[int, list[bytes]] = {}
        self._open: dict[int, list[CsvRow]] = {}

    def expect(self, rows: pl.DataFrame) -> None:
        """Set what is on its way: a file is written as a whole when its first line arrives."""
        self._coming = rows
        self._sealed = {}

    def open(self, rows: pl.DataFrame) -> Parcel:
        """Receive rows of the wire in order of arrival.

        Raises:
            DatabaseError: a file can't be written, or read back as it was written.

        """
        own = rows.height - int((rows["type"] == VERDICT).sum())
        as_text = (rows["file"].to_numpy() > 0) | (rows["flaw"].to_numpy() > 0)
        if not as_text.any():
            plain = rows.select(_MESSAGE).with_columns(position=pl.int_range(pl.len(), dtype=pl.Int64))
            return Parcel(Decoded(plain, []), _Lines(rows, {}), rows.height, own)
        places = np.flatnonzero(as_text)
        received = self._received(rows[places])
        decoded = self._decoded(received, rows["received_at"].to_numpy()[places])
        # messages from columns and from text in one frame, then each at the place in which it arrived
        both = pl.concat([rows.select(_MESSAGE), decoded.messages.select(_MESSAGE)])
        of = np.where(as_text, -1, np.arange(rows.height))
        of[places[decoded.messages["position"].to_numpy()]] = np.arange(rows.height, both.height)
        positions = np.flatnonzero(of >= 0)
        messages = both[of[positions]].with_columns(pl.Series("position", positions, dtype=pl.Int64))
        rejected = [replace(one, position=int(places[one.position])) for one in decoded.rejected]
        texts = {int(place): row.text for place, row in zip(places, received, strict=True)}
        return Parcel(Decoded(messages, rejected), _Lines(rows, texts), rows.height, own)

    def _received(self, rows: pl.DataFrame) -> list[CsvRow]:
        """Return the lines of rows: from their files, or as sent for malformed messages outside files."""
        loose = rows["file"].to_numpy() == 0
        found: list[CsvRow] = [CsvRow(b"", b"")] * rows.height
        if loose.any():
            alone = np.flatnonzero(loose)
            for place, line in zip(alone.tolist(), sent_lines(rows[alone]), strict=True):
                found[place] = CsvRow(line, line)
        files, lines = rows["file"].to_numpy(), rows["line"].to_numpy()
        # in order of arrival the lines of a file are adjacent, unless malformed messages come in between
        begins = np.flatnonzero((np.diff(files, prepend=-1) != 0) | (np.diff(lines, prepend=-1) != 1))
        for first, end in zip(begins.tolist(), [*begins[1:].tolist(), len(files)], strict=True):
            if file := int(files[first]):
                start = int(lines[first])
                found[first:end] = self._lines_of(file)[start : start + end - first]
        self._close(dict(zip(files.tolist(), lines.tolist(), strict=True)))
        return found

    def _lines_of(self, file: int) -> list[CsvRow]:
        """Return the lines of a file, which is written and read back when the first line is requested."""
        if file not in self._open:
            if not self._sealed:
                self._sealed = self._spool.seal(self._coming.filter(pl.col("file") > 0))
            content = self._sealed[file]
            self._spool.write(file, content)
            self._open[file] = self._spool.read(file, len(content))
        return self._open[file]

    def _close(self, last: dict[int, int]) -> None:
        """Remove files whose last line was taken; `last` has the last line taken from each so far."""
        for file, line in last.items():
            if file and line == len(self._open[file]) - 1:
                del self._open[file]
                self._spool.remove(file)

    def _decoded(self, rows: Sequence[CsvRow], times: Ints) -> Decoded:
        known: dict[int, Problem] = {
            at: row.problem for at, row in enumerate(rows) if row.problem is not None
        }
        receiver = Receiver(earliest_receipt_ms=0, clock_ms=int(times[0]), times=times)
        return decode_known([row.line for row in rows], receiver, self._check_program, known)

"""Files through the door: read, decode, judge and store, a block a transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import BinaryIO

from simulator.events.csvfile import CsvRow, decode_rows, read_csv
from simulator.events.decode import Decoded, Receiver, decode_lines
from simulator.files.reading import BLOCK_BYTES, blocks, is_csv, opened
from simulator.platform.door import Platform
from simulator.platform.receipts import Counts

Decode = Callable[[Receiver], Decoded]
CheckProgram = Callable[[str], object]


@dataclass
class Intake:
    """What came in so far: receipts, and how many times of receipt were moved up so that none decreases."""

    counts: Counts = field(default_factory=Counts)
    clamped: int = 0


def ingest_files(
    platform: Platform,
    paths: Sequence[Path],
    *,
    batch: int,
    clock: Callable[[], int] | None,
    intake: Intake,
    progress: Callable[[int], None] | None = None,
) -> None:
    """Take files in, in order, `batch` messages to a transaction; adds to `intake` as it goes.

    `clock` gives the time of receipt (milliseconds UTC); None replays: each message states its own. `progress`
    is told how many more bytes are done.

    Raises:
        InputError: a file can't be read; what came before stays.
        DatabaseError: the database can't be written.

    """
    platform.hold(1)  # each batch is written while the next is judged
    for path in paths:
        with opened(path) as stream:
            for lines, decode in decoders(stream, path, batch, platform.check_program):
                now = None if clock is None else clock()
                receiver = platform.receiver(now)
                decoded = decode(receiver)
                counts = platform.receive(decoded, lines)
                intake.counts += counts
                behind = now is not None and now < receiver.floor_ms
                moved = decoded.messages.height if behind else decoded.clamped
                intake.clamped += min(moved, counts.accepted)  # what was not accepted has no time in the log
                if progress is not None:
                    progress(sum(map(len, lines)))


def decoders(
    stream: BinaryIO, path: Path, batch: int, check_program: CheckProgram
) -> Iterator[tuple[list[bytes], Decode]]:
    """A file's lines, `batch` at a time, each time with what decodes them. Raises InputError as `ingest_files` does."""
    return (_csv_blocks if is_csv(path) else _line_blocks)(stream, path, batch, check_program)


def _line_blocks(
    stream: BinaryIO, _path: Path, batch: int, check_program: CheckProgram
) -> Iterator[tuple[list[bytes], Decode]]:
    for lines in blocks(stream, batch):
        yield lines, partial(_decode_lines, lines, check_program)


def _decode_lines(lines: list[bytes], check_program: CheckProgram, receiver: Receiver) -> Decoded:
    return decode_lines(lines, receiver, check_program)


def _csv_blocks(
    stream: BinaryIO, path: Path, batch: int, check_program: CheckProgram
) -> Iterator[tuple[list[bytes], Decode]]:
    rows: list[CsvRow] = []
    weight = 0
    for row in read_csv(stream, str(path)):
        rows.append(row)
        weight += len(row.text)
        if len(rows) >= batch or weight >= BLOCK_BYTES:
            yield [one.text for one in rows], partial(_decode_rows, rows, check_program)
            rows, weight = [], 0
    if rows:
        yield [one.text for one in rows], partial(_decode_rows, rows, check_program)


def _decode_rows(rows: list[CsvRow], check_program: CheckProgram, receiver: Receiver) -> Decoded:
    return decode_rows(rows, receiver, check_program)

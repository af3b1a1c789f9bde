"""Ingest files: read, decode, judge and store, one block per transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import partial
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import numpy as np

from simulator.events.csvfile import CsvRow, decode_rows
from simulator.events.decode import Decoded, Receiver, decode_lines
from simulator.files.following import Interrupt, following, is_regular, stands
from simulator.files.lines import BEGINNING, Line, file_rows, read
from simulator.files.merging import merged
from simulator.files.reading import BLOCK_BYTES, blocks, is_csv, name_of, opened
from simulator.files.receipt_rows import ReceiptWriter
from simulator.mapping.mapper import Mapper
from simulator.mapping.rows import is_skipped, rows_of_lines
from simulator.platform.platform import Answer
from simulator.platform.receipts import Counts
from simulator.platform.session import IntakeSession

Decode = Callable[[Receiver], Decoded]
NAMES = 100  # attributes that are counted by name
OTHERS = "(others)"
CheckProgram = Callable[[str], object]


class Order(Enum):
    """The order in which the events of several files are taken."""

    GIVEN = "as the files are named"
    OCCURRED = "by the time of occurrence"
    RECEIVED = "by the time of receipt that each message states"


@dataclass(frozen=True)
class Refusal:
    """A message that was refused as malformed: the file, its line there (from 1), the field, and the reason."""

    file: str
    line: int
    field: str | None
    reason: str


@dataclass(frozen=True)
class Block:
    """Lines to decode, what decodes them, and where each came from.

    `occurred` are the times of occurrence that they state (milliseconds), if known. A `standing` block may be empty,
    if live input is silent. `skipped` are the positions of records that the mapping turns into no event.
    """

    lines: list[bytes]
    decode: Decode
    where: Callable[[int], tuple[str, int]]
    occurred: list[int] | None = None
    standing: bool = False
    skipped: Sequence[int] = ()

    def refusals(self, decoded: Decoded) -> Iterator[Refusal]:
        """Yield the malformed messages among those decoded."""
        for one in decoded.rejected:
            yield Refusal(*self.where(one.position), one.field, one.reason)


@dataclass
class Intake:
    """What was ingested so far: receipts, how many times of receipt were moved up, and the first malformed message.

    `passed_over` counts, by name, the attributes of valid messages that are not kept; those beyond the first
    `NAMES` are counted as `OTHERS`. `inferred` counts valid messages that state no time, `skipped` records that the
    mapping turns into no event.
    """

    counts: Counts = field(default_factory=Counts)
    clamped: int = 0
    inferred: int = 0
    skipped: int = 0
    first: Refusal | None = None
    passed_over: Counter[str] = field(default_factory=Counter)

    def pass_over(self, names: Mapping[str, int]) -> None:
        """Count attributes that were not kept."""
        for name, count in names.items():
            known = name in self.passed_over or len(self.passed_over) < NAMES
            self.passed_over[name if known else OTHERS] += count


def ingest_files(
    session: IntakeSession,
    paths: Sequence[Path],
    *,
    batch: int,
    intake: Intake,
    progress: Callable[[int], None] | None = None,
    order: Order = Order.GIVEN,
    as_occurred: bool = False,
    infer_time: bool = False,
    interrupt: Interrupt | None = None,
    receipts: ReceiptWriter | None = None,
    mapper: Mapper | None = None,
) -> None:
    """Ingest files, `batch` messages per transaction; updates `intake` as it goes.

    The session's clock stamps messages on receipt; in a session without a clock each states its own time. With
    `as_occurred` a message counts as received when it occurred, but no later than the clock; with `infer_time` a
    message without a time counts as having occurred when it is received. Live input is stored whenever it pauses, and
    rewards that fall due while it is silent are released by the clock. `progress` is called with the number of further
    bytes done; `interrupt` stops the reading once what was read has been stored. `receipts` writes a receipt for each
    message once it is stored. `mapper` turns records of another form into events.

    Raises:
        InputError: a file can't be read; what was read before is kept.
        DatabaseError: the database can't be written.

    """
    platform = session.platform
    for block in read_files(
        paths,
        batch,
        platform.check_program,
        order=order,
        as_occurred=as_occurred,
        interrupt=interrupt,
        mapper=mapper,
    ):
        if block.lines:
            answer = receipts.answer(block.where, block.skipped) if receipts is not None else None
            _take(session, block, intake, answer, as_occurred=as_occurred, infer_time=infer_time)
            if block.standing and len(block.lines) < batch:
                session.flush()
            if progress is not None:
                progress(sum(map(len, block.lines)))
        else:
            session.idle()
        if receipts is not None:
            receipts.write_stored()
        if interrupt is not None and interrupt.asked and not block.standing:
            break


def _take(
    session: IntakeSession,
    block: Block,
    intake: Intake,
    answer: Answer | None,
    *,
    as_occurred: bool,
    infer_time: bool,
) -> None:
    receiver = session.receiver(infer_time=infer_time)
    now, moved = receiver.clock_ms, None
    if as_occurred and block.occurred is not None and now is not None:
        stated = np.minimum(np.array(block.occurred, np.int64), now)
        times = np.maximum(np.maximum.accumulate(stated), receiver.earliest_receipt_ms)
        moved = int((times > stated).sum())
        receiver = replace(receiver, times=times)
    decoded = block.decode(receiver)
    counts = session.receive(decoded, block.lines, where=block.where, answer=answer).counts
    intake.counts += counts
    intake.skipped += len(block.skipped)
    intake.pass_over(decoded.passed_over)
    intake.inferred += int(decoded.messages["time_inferred"].sum())
    if intake.first is None:
        intake.first = next(block.refusals(decoded), None)
    if moved is None:
        behind = now is not None and now < receiver.earliest_receipt_ms
        moved = decoded.messages.height if behind else decoded.clamped
    intake.clamped += min(moved, counts.accepted)  # what was not accepted has no time in the log


def read_files(
    paths: Sequence[Path],
    batch: int,
    check_program: CheckProgram,
    *,
    order: Order = Order.GIVEN,
    as_occurred: bool = False,
    interrupt: Interrupt | None = None,
    mapper: Mapper | None = None,
) -> Iterator[Block]:
    """Yield the lines of files in blocks of `batch`, in an order. Raises InputError as `ingest_files` does.

    Files that can be read only once, such as standard input, are read in the order given.
    """
    if order is not Order.GIVEN and all(map(is_regular, paths)):
        lines: Iterable[Line] = merged(paths, replay=order is Order.RECEIVED, mapper=mapper)
        yield from _line_blocks(lines, batch, check_program)
    elif as_occurred:
        lines = chain.from_iterable(read(path, mapper=mapper) for path in paths)
        yield from _line_blocks(lines, batch, check_program)
    else:
        for path in paths:
            if interrupt is not None and interrupt.asked:
                return
            with opened(path) as stream:
                yield from blocks_of(stream, path, batch, check_program, interrupt, mapper)


def blocks_of(
    stream: BinaryIO,
    path: Path,
    batch: int,
    check_program: CheckProgram,
    interrupt: Interrupt | None = None,
    mapper: Mapper | None = None,
) -> Iterator[Block]:
    """Yield a file's lines, `batch` at a time. Raises InputError as `ingest_files` does."""
    if is_csv(path) if mapper is None else mapper.mapping.form == "csv":
        rows = file_rows(stream, path, mapper)
        yield from _line_blocks(_placed(rows, path), batch, check_program)
        return
    descriptor = stands(stream)
    standing = interrupt is not None and descriptor is not None
    several = blocks(stream, batch)
    if interrupt is not None and descriptor is not None:
        several = following(descriptor, batch, interrupt)
    first = 1
    for lines in several:
        if mapper is not None:
            placed = _placed(rows_of_lines(mapper, lines, first), path)
            yield _block(list(placed), check_program, standing=standing)
        else:
            decode = partial(_decode_lines, lines, check_program)
            yield Block(lines, decode, partial(_numbered, name_of(path), first), standing=standing)
        first += len(lines)


def _placed(rows: Iterable[CsvRow], path: Path) -> Iterator[Line]:
    file = name_of(path)
    return (Line(BEGINNING, 0, row.number, row, file) for row in rows)


def _numbered(file: str, first: int, position: int) -> tuple[str, int]:
    return file, first + position


def _decode_lines(lines: list[bytes], check_program: CheckProgram, receiver: Receiver) -> Decoded:
    return decode_lines(lines, receiver, check_program)


def _line_blocks(lines: Iterable[Line], batch: int, check_program: CheckProgram) -> Iterator[Block]:
    held: list[Line] = []
    weight = 0
    for line in lines:
        held.append(line)
        weight += len(line.row.text)
        if len(held) >= batch or weight >= BLOCK_BYTES:
            yield _block(held, check_program)
            held, weight = [], 0
    if held:
        yield _block(held, check_program)


def _block(lines: list[Line], check_program: CheckProgram, *, standing: bool = False) -> Block:
    rows = [line.row for line in lines]
    return Block(
        [row.text for row in rows],
        partial(_decode_rows, rows, check_program),
        partial(_place, lines),
        [line.at for line in lines],
        standing,
        [position for position, row in enumerate(rows) if is_skipped(row)],
    )


def _place(lines: list[Line], position: int) -> tuple[str, int]:
    return lines[position].file, lines[position].number


def _decode_rows(rows: list[CsvRow], check_program: CheckProgram, receiver: Receiver) -> Decoded:
    return decode_rows(rows, receiver, check_program)

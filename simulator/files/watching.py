"""Watch a drop folder: files that arrive are taken once complete, moved to `done/`, and answered row by row.

The results of a batch are written before it is committed, and the position in the file is committed with the batch. So
a restarted process continues exactly where it was killed: nothing is lost, and nothing is taken twice.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from itertools import count, islice
from pathlib import Path
from time import monotonic
from typing import IO, Final

from simulator.domain.errors import InputError
from simulator.files.following import Interrupt
from simulator.files.ingest import Block, read_files
from simulator.files.reading import check_files, name_of
from simulator.files.receipt_rows import ReceiptWriter
from simulator.mapping.mapper import Mapper
from simulator.platform.receipts import Counts
from simulator.platform.session import Batching, IntakeSession

SETTLED_S: Final = 2.0
"""How long a file must stay unchanged to count as complete, in seconds: its writer may pause."""
LOOKS_S: Final = 1.0
"""How often the folder is checked."""
BATCH: Final = 20_000  # rows: a file that is gone on with is cut into the same batches
DONE: Final = "done"
RESULTS: Final = ".results.csv"
UNFINISHED: Final = (".part", ".tmp", ".filepart", ".crdownload", ".swp")
"""Endings of files that are still being written; files whose names begin with a dot are also passed over."""
DATABASE: Final = (".db", "-wal", "-shm", "-journal", ".lock")
"""Endings of the files of a database, which are passed over: moved away from its write-ahead log, one loses data."""
QUEUED: Final = Batching(2**62, indexed=True)
"""Only `flush` commits, after the results were written."""
_TAKEN: Final = "watched_file"  # the setting that says how far a file was taken


@dataclass(frozen=True)
class Taken:
    """How far a file was taken: its identity, how many of its lines, and how many rows of results they got."""

    name: str
    size: int
    modified_ns: int
    inode: int
    lines: int = 0
    rows: int = 0

    def is_of(self, other: Taken) -> bool:
        """Return whether both describe the same unchanged file."""
        mine, others = asdict(self), asdict(other)
        return all(mine[name] == others[name] for name in ("name", "size", "modified_ns", "inode"))


@dataclass(frozen=True)
class FileResult:
    """The result of a file: where it and its results are now, its receipts, and why it was refused, if it was."""

    moved_to: Path
    results: Path
    counts: Counts
    skipped: int
    refused: str | None = None


class FolderWatcher:
    """Looks at a folder, and finds the files that have not changed for `SETTLED_S` seconds."""

    def __init__(self, folder: Path, seconds: Callable[[], float] = monotonic) -> None:
        self._folder, self._seconds = folder, seconds
        self._seen: dict[str, tuple[tuple[int, int, int], float]] = {}

    def complete(self) -> list[Path]:
        """Return the complete files, by their names.

        Raises:
            InputError: the folder can't be read.

        """
        now = self._seconds()
        seen: dict[str, tuple[tuple[int, int, int], float]] = {}
        found: list[Path] = []
        try:
            entries = sorted(os.scandir(self._folder), key=lambda entry: entry.name)
        except OSError as error:
            raise InputError(f"--watch {self._folder}: can't be read ({error.strerror})") from error
        for entry in entries:
            name = entry.name.lower()
            if name.startswith(".") or name.endswith(UNFINISHED + DATABASE) or not entry.is_file():
                continue
            with suppress(FileNotFoundError):  # moved away meanwhile
                state = entry.stat()
                form = (state.st_size, state.st_mtime_ns, state.st_ino)
                before = self._seen.get(entry.name)
                since = before[1] if before is not None and before[0] == form else now
                seen[entry.name] = (form, since)
                if now - since >= SETTLED_S:
                    found.append(Path(entry.path))
        self._seen = seen
        return found


def watch(
    session: IntakeSession,
    folder: Path,
    *,
    interrupt: Interrupt,
    on_result: Callable[[FileResult], object],
    mapper: Mapper | None = None,
    infer_time: bool = False,
    guard: bool = False,
) -> None:
    """Take the files of a folder as they arrive, until a stop is requested; `on_result` is called with each result.

    The session is one of `QUEUED` batches. `mapper` turns records of another form into events. With `guard` no
    cell of the results is a formula.

    Raises:
        InputError: the folder can't be read or written to.
        DatabaseError: the database can't be written.

    """
    looker = FolderWatcher(folder)
    while not interrupt.asked:
        for path in filter(Path.exists, looker.complete()):  # else it was taken away meanwhile
            result = take(
                session, path, mapper=mapper, infer_time=infer_time, guard=guard, interrupt=interrupt
            )
            if result is None:
                return
            on_result(result)
        session.idle()
        session.flush()
        interrupt.pause(LOOKS_S)


def take(
    session: IntakeSession,
    path: Path,
    *,
    mapper: Mapper | None = None,
    infer_time: bool = False,
    guard: bool = False,
    interrupt: Interrupt | None = None,
) -> FileResult | None:
    """Take a complete file, or the rest of it, and move it to `done/` beside its results.

    Returns None if a stop was requested before the end of the file; the next `take` continues there.

    Raises:
        InputError: the folder can't be written to.
        DatabaseError: the database can't be written.

    """
    done = path.parent / DONE
    part = done / f".{path.name}{RESULTS}.part"
    try:
        done.mkdir(exist_ok=True)
        mark = _begun(session, path)
        # else the results are where they belong, and only the file is not
        if not mark.lines or part.exists():
            found = _take_rest(
                session, path, part, mark, mapper, interrupt, infer_time=infer_time, guard=guard
            )
        else:
            found = _Found()
        if found is None:
            return None
        moved, results = _names(done, path)
        if part.exists():
            part.replace(results)
        path.replace(moved)
        _sync_folder(done)
    except OSError as error:
        message = error.strerror or error
        raise InputError(f"--watch {path.parent}: {name_of(path)} can't be moved on ({message})") from error
    session.platform.keep({_TAKEN: ""})  # who moves it back wants it taken once more
    return FileResult(moved, results, found.counts, found.skipped, found.refused)


@dataclass(frozen=True)
class _Found:
    """The results of a file, or of the rest of it."""

    counts: Counts = field(default_factory=Counts)
    skipped: int = 0
    refused: str | None = None


def _take_rest(
    session: IntakeSession,
    path: Path,
    part: Path,
    mark: Taken,
    mapper: Mapper | None,
    interrupt: Interrupt | None,
    *,
    infer_time: bool,
    guard: bool,
) -> _Found | None:
    """Take what is left of a file, and write its results; None if a stop was requested."""
    found = _Found()
    with _results(part, mark.rows) as out:
        writer = ReceiptWriter(out, Path(f"results{RESULTS}"), guard=guard, continued=mark.rows > 0)
        blocks = _blocks(session, path, mapper, mark, infer_time=infer_time)
        while True:
            try:
                block = next(blocks, None)
            except InputError as error:
                writer.refuse(name_of(path), str(error))
                found = replace(found, refused=str(error))
                break
            if block is None:
                break
            if interrupt is not None and interrupt.asked:
                return None
            decoded = block.decode(session.receiver(infer_time=infer_time))
            rows = decoded.messages.height + len(decoded.rejected) + len(block.skipped)
            mark = replace(mark, lines=mark.lines + len(block.lines), rows=mark.rows + rows)
            keep = {_TAKEN: json.dumps(asdict(mark))}
            receipts = session.receive(decoded, block.lines, keep=keep, where=block.where)
            writer.answer(block.where, block.skipped)(receipts)
            writer.write_stored()
            os.fsync(out.fileno())
            session.flush()  # not before: what is committed has its results
            found = replace(
                found, counts=found.counts + receipts.counts, skipped=found.skipped + len(block.skipped)
            )
        writer.finish()
        os.fsync(out.fileno())
    return found


def _blocks(
    session: IntakeSession, path: Path, mapper: Mapper | None, mark: Taken, *, infer_time: bool
) -> Iterator[Block]:
    """Yield the blocks of a file that were not taken yet.

    Raises:
        InputError: it can't be read, or is not an event file.

    """
    check_files([path], infer_time=infer_time, mapping=None if mapper is None else mapper.mapping)
    taken = 0
    for block in read_files([path], BATCH, session.platform.check_program, mapper=mapper):
        taken += len(block.lines)
        if taken > mark.lines:
            yield block


def _begun(session: IntakeSession, path: Path) -> Taken:
    """Return how far a file was taken before: nothing, if it is a different file or was changed."""
    state = path.stat()
    fresh = Taken(path.name, state.st_size, state.st_mtime_ns, state.st_ino)
    with suppress(ValueError, TypeError):
        before = Taken(**json.loads(session.platform.settings.get(_TAKEN, "")))
        if before.is_of(fresh):
            return before
    return fresh


@contextmanager
def _results(part: Path, rows: int) -> Iterator[IO[bytes]]:
    """Open the results of a file, to continue after so many rows; later rows belong to uncommitted batches."""
    with part.open("r+b" if rows and part.exists() else "wb") as out:
        if rows:
            out.truncate(_end_of_rows(out, rows))
            out.seek(0, os.SEEK_END)
        yield out


def _end_of_rows(results: IO[bytes], rows: int) -> int:
    """Return where so many rows end, after the header."""
    length = 0

    def lines() -> Iterator[str]:
        nonlocal length
        for line in results:
            length += len(line)
            yield line.decode("utf-8", "surrogateescape")

    for _ in islice(csv.reader(lines()), rows + 1):
        pass
    return length


def _names(done: Path, path: Path) -> tuple[Path, Path]:
    """Return where a file and its results go; a number is added if the name is taken."""
    for number in count(1):
        name = path.name if number == 1 else f"{path.stem}-{number}{path.suffix}"
        if not (done / name).exists():
            return done / name, done / f"{name}{RESULTS}"
    raise AssertionError("numbers don't end")


def _sync_folder(folder: Path) -> None:
    """Make sure that a move survives a loss of power."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""Keep a run's batch files and lists in a folder: they are really written, read back, and removed after use.

    service.activated-2026-03-04T0200.jsonl        what a day's file holds
    service.activated-2026-03-04T0200.list.jsonl   what it should hold

A second copy has `-again` or `-corrected` before its ending.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from simulator.delivery.faults.batch_files import AGAIN, CORRECTED
from simulator.delivery.flaws import CUT, corrupt_line, corrupt_message
from simulator.delivery.models import Form
from simulator.delivery.wire import name_of, type_codes_of
from simulator.domain.errors import DatabaseError
from simulator.events.columns import TYPES
from simulator.events.csvfile import CsvRow, read_csv
from simulator.events.csvwrite import SENT, csv_lines, csv_rows
from simulator.events.encode import encode_events
from simulator.events.moment import format_moment

_COPIES: Final = {0: "", AGAIN: "-again", CORRECTED: "-corrected"}
_CSV_HEAD: Final = csv_lines([SENT])[0].encode()
_MINUTE: Final = 16  # characters of a moment up to its minute


def files_path(path: Path) -> Path:
    """Return the folder of batch files beside the platform's database at `path`."""
    return path.with_name(path.name.removesuffix(".db") + ".files")


class Spool:
    """A run's batch files, in one folder that is created with its first file.

    Every method raises DatabaseError if the folder can't be written or read.
    """

    def __init__(self, folder: Path, form: Callable[[str], Form], *, keep: bool) -> None:
        """Take `form`, which returns the format of an event type's files; `keep` leaves all files in the folder.

        A folder to be kept is created at once, so that a problem shows before the run begins.
        """
        self._folder = folder
        self._form = form
        self._keep = keep
        self._made = False
        if keep:
            self._make()

    def seal(self, rows: pl.DataFrame) -> dict[int, list[bytes]]:
        """Return the lines of each file that the rows are in; all at once, since each call has a cost."""
        kinds = type_codes_of(rows["file"].to_numpy())
        csv = np.isin(kinds, [kind for kind in np.unique(kinds) if self._form(TYPES[kind]) == "csv"])
        found: dict[int, list[bytes]] = {}
        for which, written in ((~csv, _json_lines), (csv, _csv)):
            if not which.any():
                continue
            some = rows[np.flatnonzero(which)]
            first, lines = 0, written(some)
            for file, count in some.group_by("file", maintain_order=True).len().rows():
                found[file] = lines[first : first + count]
                first += count
        return found

    def write(self, file: int, lines: Sequence[bytes]) -> None:
        """Write a file from the lines that `seal` returned; there may be none."""
        path = self._path(file)
        head = _CSV_HEAD if path.suffix == ".csv" else b""
        self._put(path, head + b"".join(lines))

    def read(self, file: int, count: int) -> list[CsvRow]:
        """Return the `count` lines of a file as the platform reads them; a CSV line comes with its problem, if any."""
        path = self._path(file)
        content = self._get(path)
        if path.suffix == ".csv":
            found = list(read_csv(BytesIO(content), str(path)))
        else:
            found = [CsvRow(line, line) for line in content.splitlines(keepends=True)]
        if len(found) != count:
            raise DatabaseError(
                f"{path}: has {len(found)} lines, but {count} were written; something else changed it"
            )
        return found

    def remove(self, file: int) -> None:
        """Remove a file, unless files are kept."""
        self._remove(self._path(file))

    def exchange(self, name: str, content: bytes) -> bytes:
        """Write a list by its name, read it back, and remove it unless files are kept."""
        path = self._folder / f"{name}.list.jsonl"
        self._put(path, content)
        found = self._get(path)
        self._remove(path)
        return found

    def close(self) -> None:
        """Remove the folder if it is empty and not to be kept."""
        if not self._keep and self._folder.is_dir() and not any(self._folder.iterdir()):
            self._folder.rmdir()  # also one created before a stop

    def _path(self, file: int) -> Path:
        name = name_of(file)
        return (
            self._folder / f"{list_name(name.type, name.due_ms)}{_COPIES[name.copy]}.{self._form(name.type)}"
        )

    def _make(self) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DatabaseError(f"{self._folder}: can't create the folder ({error.strerror})") from error
        if not os.access(self._folder, os.W_OK):
            raise DatabaseError(f"{self._folder}: not writable; name another folder")
        self._made = True

    def _put(self, path: Path, content: bytes) -> None:
        if not self._made:
            self._make()
        try:
            path.write_bytes(content)
        except OSError as error:
            raise DatabaseError(f"{path}: can't write the file ({error.strerror})") from error

    def _get(self, path: Path) -> bytes:
        try:
            return path.read_bytes()
        except OSError as error:
            raise DatabaseError(f"{path}: can't read the file ({error.strerror})") from error

    def _remove(self, path: Path) -> None:
        if not self._keep:
            path.unlink(missing_ok=True)


def list_name(kind: str, due_ms: int) -> str:
    """Return the name of a file or list: its event type and the end of the time it covers."""
    return f"{kind}-{format_moment(due_ms)[:_MINUTE].replace(':', '')}"


def sent_lines(rows: pl.DataFrame) -> list[bytes]:
    """Return rows of the wire as the lines of JSON that are sent, flaws included, without line ends."""
    lines = encode_events(rows, stamps=False)
    for place, flaw in enumerate(rows["flaw"].to_list()):
        if flaw:
            lines[place] = corrupt_line(lines[place], flaw)
    return lines


def _json_lines(rows: pl.DataFrame) -> list[bytes]:
    return [line + b"\n" for line in sent_lines(rows)]


def _csv(rows: pl.DataFrame) -> list[bytes]:
    cells = csv_rows(rows, stamps=False)
    flaws = rows["flaw"].to_list()
    if any(flaws):
        right = encode_events(rows, stamps=False)
        cells = [_corrupt_row(right[at], flaw) if flaw else cells[at] for at, flaw in enumerate(flaws)]
    texts = csv_lines(cells)
    for at, flaw in enumerate(flaws):
        if flaw == CUT:  # a row cut off in its second cell: too few cells
            texts[at] = ",".join(texts[at].split(",")[:2]) + "\n"
    return [text.encode() for text in texts]


def _corrupt_row(line: bytes, flaw: int) -> tuple[object, ...]:
    """Return a message with a flaw as a row of CSV."""
    message = corrupt_message(line, flaw)
    data = message.pop("data")
    cells = message | {f"data.{name}": value for name, value in data.items()}
    return tuple(_cell(cells.get(name)) for name in SENT)


def _cell(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value

"""Write a file that a person named: replace it atomically, and never overwrite a database."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final

from simulator.domain.errors import InputError

_MAGIC: Final = b"SQLite format 3\0"  # sqlite.org/fileformat.html, 1.2
_LOG_MAGICS: Final = (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83", b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7")
"""How a write-ahead log begins, in its two byte orders, and a rollback journal: sqlite.org/fileformat.html, 3, 4."""
_BESIDE: Final = ("-wal", "-shm", "-journal", ".lock")
"""Endings of the files that SQLite and the writer's lock keep beside a database `NAME.db`."""
_PARTS: Final = (".control.db", ".crm.db", ".door.db")
"""Endings, in place of `.db`, of the databases that belong to a platform's `NAME.db`."""


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Open the file at `path` for writing.

    A regular file is replaced only once the new one is complete. A link is followed. A FIFO or character device is
    written into.

    Raises:
        InputError: the path is a folder, a socket, a disk, or part of a database, or can't be written.

    """
    real = Path(os.path.realpath(path))
    check_writable(path)
    try:
        kind = path.stat().st_mode if path.exists() else None
        if kind is not None and not stat.S_ISREG(kind):
            with path.open("wb") as special:  # not `real`: where /dev/stdout leads to a pipe is no path
                yield special
            return
        stream, part = _temporary(real, kind)
    except OSError as error:
        raise InputError(f"{path}: can't be written ({error.strerror})") from error
    try:
        with stream:
            yield stream
        part.replace(real)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise


def write_text(path: Path, text: str) -> None:
    """Write a text as UTF-8 with its line ends unchanged, as `replacing` does; raises InputError likewise."""
    try:
        with replacing(path) as stream:
            stream.write(text.encode())
    except OSError as error:
        raise InputError(f"{path}: can't be written ({error.strerror})") from error


def check_writable(path: Path) -> None:
    """Check that a path may be overwritten.

    Raises:
        InputError: the path is a folder, a socket, a disk, or part of a database.

    """
    real = Path(os.path.realpath(path))
    try:
        kind = path.stat().st_mode
    except OSError:
        kind = 0
    if stat.S_ISDIR(kind):
        raise InputError(f"{path}: is a folder; name the file to write")
    if stat.S_ISSOCK(kind) or stat.S_ISBLK(kind):
        raise InputError(f"{path}: is a {'socket' if stat.S_ISSOCK(kind) else 'disk'}; name a file to write")
    if (not kind or stat.S_ISREG(kind)) and _is_of_a_database(real):
        raise InputError(
            f"{path}: is a database or a part of one, and would be lost; name another file to write"
        )


def _is_of_a_database(path: Path) -> bool:
    bases = [path]
    bases += [path.with_name(path.name.removesuffix(end)) for end in _BESIDE if path.name.endswith(end)]
    bases += [
        path.with_name(path.name.removesuffix(end) + ".db") for end in _PARTS if path.name.endswith(end)
    ]
    return _begins_with(path, _LOG_MAGICS) or any(_begins_with(base, (_MAGIC,)) for base in bases)


def _begins_with(path: Path, magics: tuple[bytes, ...]) -> bool:
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return file.read(len(_MAGIC)).startswith(magics)
    except OSError:
        return False


def _temporary(path: Path, kind: int | None) -> tuple[BinaryIO, Path]:
    """Create a file with a unique name beside `path`, with the permissions that it will have there."""
    number, name = tempfile.mkstemp(prefix=f".{path.name[:100]}.", suffix=".part", dir=path.parent)
    if kind is None:
        mask = os.umask(0)
        os.umask(mask)
    os.fchmod(number, stat.S_IMODE(kind) if kind is not None else 0o666 & ~mask)
    return os.fdopen(number, "wb"), Path(name)

"""Allow one writer per database, by an exclusive lock on `NAME.db.lock` that the system releases if its holder dies."""

from __future__ import annotations

import errno
import os
import stat
import sys
from pathlib import Path

from db.sqlite.readonly import LockedDatabaseError
from simulator.domain.errors import DatabaseError

_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_LONGEST = 32  # bytes: a process number and a line feed


class WriterLock:
    """A lock, held from construction until `release`; the file holds the holder's process id.

    Raises:
        LockedDatabaseError: another process writes this database.

    """

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(database.name + ".lock")
        while True:
            self._file = self._open(database)
            self._check()
            if not _try(self._file):
                holder = os.read(self._file, 32).decode("ascii", "replace").strip()
                os.close(self._file)
                raise LockedDatabaseError(
                    f"{database}: in use, process {holder or 'unknown'} is writing it; "
                    "stop that one first, or name another database"
                )
            if self._is_current():
                break
            os.close(self._file)  # the previous holder removed the file after we opened it
        try:
            os.ftruncate(self._file, 0)
            os.write(self._file, f"{os.getpid()}\n".encode("ascii"))
        except OSError as error:
            self.release()
            raise self._unlocked(database, error) from error

    def _open(self, database: Path) -> int:
        try:
            return os.open(self._path, os.O_RDWR | os.O_CREAT | _NO_LINK, 0o644)
        except FileNotFoundError as error:
            raise DatabaseError(
                f"{database}: no folder {database.parent}; make it first, or name another file"
            ) from error
        except OSError as error:
            raise self._unlocked(database, error) from error

    def _unlocked(self, database: Path, error: OSError) -> DatabaseError:
        what = "make room there" if error.errno == errno.ENOSPC else f"check that you may write {self._path}"
        return DatabaseError(f"{database}: can't be locked for writing ({error.strerror}); {what}")

    def _check(self) -> None:
        """Check that the file is a lock file before it is truncated: anything else may be somebody's only copy."""
        found = os.fstat(self._file)
        if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1 or found.st_size > _LONGEST:
            os.close(self._file)
            raise DatabaseError(
                f"{self._path}: is not a lock of referral-tui; move it away, or name another database"
            )

    def _is_current(self) -> bool:
        try:
            there = self._path.stat()
        except FileNotFoundError:
            return False
        return there.st_ino == os.fstat(self._file).st_ino

    def release(self) -> None:
        """Release the lock; its file is removed while it is still held, so that nobody locks a stale one."""
        if self._file >= 0:
            self._path.unlink(missing_ok=True)
            os.close(self._file)
            self._file = -1


def _try(file: int) -> bool:
    """Try to take the lock without waiting, and return whether that worked."""
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True

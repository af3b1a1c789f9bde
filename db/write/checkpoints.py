"""Bring a database's write-ahead log into its file on a thread of its own, so that no commit waits for the disk.

SQLite does it at the end of the commit by which the log has grown long enough: that commit takes 15 to 30 ms, others 5.
"""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from pathlib import Path
from threading import Condition, Thread
from typing import Final

from db.sqlite.connection import CHECKPOINT_PAGES, Connection

MOST_PAGES: Final = 4 * CHECKPOINT_PAGES
"""Pages in the log at which the commit itself brings over what is left of them: only then can the log begin anew."""
_STEP: Final = CHECKPOINT_PAGES // 4  # pages that are worth two fsyncs


class Checkpoints:
    """A thread that makes a checkpoint whenever enough has been written, until it is closed."""

    def __init__(self, path: Path, writing: Connection) -> None:
        """Take over the checkpoints of the connection that writes the database at `path`.

        Raises:
            sqlite3.Error: the database can't be opened.

        """
        self._db = Connection(path)
        self._db.execute("PRAGMA schema_version").fetchall()  # one that has read nothing yet knows of no log
        self._wake = Condition()
        self._pages = self._done = 0
        self._closing = False
        self._writing = writing
        self._thread = Thread(target=self._run, name="checkpoints", daemon=True)
        writing.on_commit(self.committed)
        self._thread.start()

    def committed(self, pages: int) -> None:
        """Learn that a commit has been made, and how many pages the log has now; for the thread that writes."""
        with self._wake:
            if pages < self._pages:  # the log has begun anew
                self._done = 0
            self._pages = pages
            if self._is_due():
                self._wake.notify()
        if pages >= MOST_PAGES:
            # nothing where the thread is at it: the next commit tries again, and tells of a full disk
            with suppress(sqlite3.Error):
                self._writing.checkpoint()

    def close(self) -> None:
        """End the thread; SQLite goes on by itself."""
        self._writing.on_commit(None)
        with self._wake:
            self._closing = True
            self._wake.notify()
        self._thread.join()
        self._db.close()

    def _is_due(self) -> bool:
        """Return whether enough was written, unless the log must begin anew, which is left to the commits."""
        return self._done + _STEP <= self._pages < MOST_PAGES

    def _run(self) -> None:
        while True:
            with self._wake:
                while not self._closing and not self._is_due():
                    self._wake.wait()
                if not self._is_due():
                    return
                self._done = self._pages
            with suppress(sqlite3.Error):
                self._db.checkpoint()

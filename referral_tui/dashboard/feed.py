"""The reader thread: a few looks a second at what the open screen asks for, one message when something changed.

The screen never waits for the disk: commands, too, go out through this thread. The next look is scheduled after the
last one is done, so that a slow disk means fewer looks and never a queue of them.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from textual.message import Message

from db import control
from db.read.queries import DatabaseError, DatabaseStatus, Reader, database_status
from referral_tui.dashboard.clocks import Clocks
from referral_tui.dashboard.declared_types import check_types, unreadable
from referral_tui.dashboard.messages import CommandFailed, CommandSent, ReadFailed, SnapshotTaken
from referral_tui.dashboard.motion import Motion
from referral_tui.dashboard.query import Request
from referral_tui.dashboard.query_runner import QueryRunner
from referral_tui.dashboard.snapshot import Snapshot, Trouble, stopped_at, take, trouble_of

LOG = logging.getLogger(__name__)
EVERY_S = 0.15  # 6.7 looks a second: fluent to the eye; one costs 2-3 ms, an unchanged database microseconds
# till the next look where the answer is a part only: in small pieces, and none waits for 0.15 s
SOON_S = 0.03
REST = 4.0  # a look that took long is followed by four times as long a rest: a fifth of a core at most


class Feed:
    """Reads one database for one app; `ended` says why the writer that we started has ended, if we started one."""

    def __init__(
        self,
        path: Path,
        post: Callable[[Message], object],
        clocks: Clocks | None = None,
        ended: Callable[[], str | None] | None = None,
        *,
        read_only: bool = False,
    ) -> None:
        """With `read_only`, no command is sent and no name of a customer is read, whatever is requested."""
        self.path = path
        self._post = post
        self._clocks = clocks = clocks or Clocks()
        self._ended = ended or (lambda: None)
        self._commands: deque[tuple[str, Mapping[str, object]]] = deque()
        self._wake = threading.Event()
        self._over = threading.Event()
        self._looking = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="dashboard-feed", daemon=True)
        self._reader: Reader | None = None
        self._file: tuple[int, int] | None = None
        self._version = -1
        self._motion = Motion()
        self._latest: Snapshot | Trouble | None = None
        self._database_status: DatabaseStatus | None = None
        self._request = Request()
        self._runner = QueryRunner(path, clocks.steady_ms, names=not read_only)
        self._read_only = read_only

    def start(self) -> None:
        """Start reading."""
        self._thread.start()

    def stop(self) -> None:
        """Stop looking, and wait until the file is released."""
        self._over.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)
        else:
            self._close()

    def send(self, kind: str, args: Mapping[str, object] | None = None) -> None:
        """Make the thread send a command at once; a CommandSent or CommandFailed message follows."""
        if self._read_only:
            self._post(CommandFailed("this dashboard was opened to look only (--read-only)"))
            return
        self._commands.append((kind, args or {}))
        self._wake.set()

    @property
    def request(self) -> Request:
        """The current request."""
        return self._request

    def ask(self, request: Request) -> None:
        """Answer a question at once and from now on; each change is posted as a SnapshotTaken message."""
        if request != self._request:
            self._request = request
            self._wake.set()

    def poll(self) -> None:
        """Look once: send what waits, read what changed, post it. Any thread may call it; one at a time runs."""
        with self._looking:
            self._send_commands()
            try:
                snapshot = self._read(self._request)
            except DatabaseError as error:
                self._close()
                self._post_trouble(trouble_of(error))
                return
            except (ArithmeticError, LookupError, TypeError, ValueError):
                LOG.exception("where the database stands could not be read")
                self._close()
                self._post_trouble(trouble_of(unreadable(self.path)))
                return
            if snapshot is not None and snapshot != self._latest:
                self._latest = snapshot
                self._post(SnapshotTaken(snapshot))

    def _run(self) -> None:
        try:
            while not self._over.is_set():
                began = self._clocks.steady_ms()
                self.poll()
                took_s = (self._clocks.steady_ms() - began) / 1000
                every_s = SOON_S if self._runner.unfinished else EVERY_S
                self._wake.wait(max(every_s, REST * took_s))
                self._wake.clear()
        except Exception:  # the thread must not end in silence: the screen would show old figures as new
            LOG.exception("the dashboard's reader failed")
            self._post(
                ReadFailed(Trouble("The dashboard failed", "The reader stopped; start it again.", False))
            )
        finally:
            self._close()

    def _send_commands(self) -> None:
        while self._commands:
            kind, args = self._commands.popleft()
            try:
                self._post(CommandSent(control.send(self.path, kind, args, self._clocks.wall_ms())))
            except DatabaseError as error:
                self._post(CommandFailed(str(error)))

    def _read(self, request: Request) -> Snapshot | None:
        """Take a snapshot if there is news; None while nothing has changed."""
        reader = self._open()
        version, now_ms = reader.version(), self._clocks.steady_ms()
        changed = (
            version != self._version or self._database_status is None or isinstance(self._latest, Trouble)
        )
        due = self._runner.due(request, version, now_ms)
        if not changed and not due and not self._motion.settling and self._alive(self._database_status):
            return None
        if changed or due:
            with reader.look() as db:
                if changed or self._database_status is None:
                    self._database_status, self._version = (
                        check_types(database_status(db), self.path),
                        version,
                    )
                if due:
                    self._runner.answer(db, self._database_status, request, version, now_ms)
        stands, answer = self._database_status, self._runner.last
        if stands is None or answer is None:
            return None
        running = stands.clock is not None and stands.clock.status == "running"
        moved, rate = self._motion.look(
            now_ms, stands.stages, stands.accepted, running=running and self._alive(stands)
        )
        return replace(
            take(stands, moved, rate, self._clocks.wall_ms(), self._ended()),
            request=request,
            answer=answer.value,
            trouble=answer.trouble,
            names=answer.names,
            program=answer.program or stands.program,
            received=answer.received or (stands.accepted, stands.refused),
        )

    def _alive(self, stands: DatabaseStatus | None) -> bool:
        clock = stands.clock if stands is not None else None
        return stopped_at(clock, self._clocks.wall_ms(), self._ended()) is None

    def _open(self) -> Reader:
        """Open the file, reopen it if another one is at the path, and close it if there is none any more."""
        file: tuple[int, int] | None = None
        with contextlib.suppress(OSError):
            status = os.stat(self.path)  # noqa: PTH116 -- seven times a second; a Path would only wrap it
            file = (status.st_dev, status.st_ino)
        if self._reader is None or file != self._file:
            self._close()
            self._reader, self._file, self._version = Reader(self.path), file, -1
        return self._reader

    def _close(self) -> None:
        self._database_status = None
        self._runner.close()
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _post_trouble(self, trouble: Trouble) -> None:
        why = self._ended()
        if why is not None:
            trouble = Trouble("The simulation ended before it began", why, False)
        if trouble != self._latest:
            self._latest = trouble
            self._post(ReadFailed(trouble))

"""Open the dashboard from the command line: on a database, or on a simulation of its own."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import io
import os
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, TextIO

from referral_tui.dashboard.app import Dashboard
from referral_tui.dashboard.clocks import Clocks
from referral_tui.dashboard.preferences import Preferences
from referral_tui.dashboard.setup import Setup
from referral_tui.dashboard.themed import ending_signals

if TYPE_CHECKING:
    from referral_tui.dashboard.classroom import Classroom
    from referral_tui.dashboard.course import Course
    from referral_tui.dashboard.what_if import StandaloneDesign
    from referral_tui.lessons.notes import NotesFile

# a writer commits and leaves well within it; after that it is killed: nothing of a demo is kept
GOODBYE_S = 5.0
SERVER_GOODBYE_S = 15.0  # a server waits 2.5 s for bodies and 5 s for answers, then stores what it accepted
SERVED = b": served at http"
"""Part of the line that `serve` prints once it listens."""
# in which the reader's thread lets a key through; Python's own 0.005 add up over a key's answer
SWITCH_S = 0.001
# thresholds of its collection: a look makes thousands of rows, none of them in cycles
GARBAGE = (5_000, 10, 10)
NICE = 5  # of a simulation that runs beside its own dashboard: keys go before it, alone it is no slower
LAST_WORDS = 400  # characters of a writer's standard error that are shown


@dataclass(frozen=True)
class Writer:
    """A simulation that we started: its process, and the file that keeps its standard error."""

    process: subprocess.Popen[bytes]
    errors: Path

    def ended(self) -> str | None:
        """Why it ended, if it ended badly; None while it runs, or after it finished its work."""
        status = self.process.poll()
        if not status:
            return None
        message = self.errors.read_text(encoding="utf-8", errors="replace").strip()[-LAST_WORDS:]
        return message or f"It said nothing; its exit status was {status}."

    def stop(self, patience_s: float = GOODBYE_S) -> None:
        """End it, and wait until it has ended; kill it after so many seconds."""
        _end(self.process, patience_s)


def watch(path: Path, preferences: Preferences, at: int | None = None, *, read_only: bool = False) -> int:
    """Open the dashboard on the database at `path`, as it was at a moment (None: now); return the exit status."""
    return run(Dashboard(Setup(path, preferences=preferences, at=at, read_only=read_only)))


def watch_server(arguments: Sequence[str], path: Path, preferences: Preferences) -> tuple[int, str, str]:
    """Start a server by these arguments, watch its database at `path`, and end it when the dashboard is left.

    Return the exit status, and what the server wrote to its standard output and standard error. If it doesn't get as
    far as serving, no dashboard is opened.
    """
    with _leaving(), tempfile.TemporaryDirectory(prefix="referral-serve-") as folder:
        command = [sys.executable, "-m", "referral_tui", *arguments]
        own = start_writer(command, Path(folder), subprocess.PIPE)
        pipe = own.process.stdout or io.BytesIO()
        status, message = 0, []
        try:
            for line in pipe:
                message.append(line)
                if SERVED in line:
                    status = run(Dashboard(Setup(path, ended=own.ended, preferences=preferences)))
                    break
        finally:
            own.stop(SERVER_GOODBYE_S)
        message += pipe.readlines()
        pipe.close()
        errors = own.errors.read_text(encoding="utf-8", errors="replace")
        return own.process.returncode or status, b"".join(message).decode("utf-8", "replace"), errors


def watch_alone(alone: StandaloneDesign, preferences: Preferences) -> int:
    """Open the What if screen on a design without a database; return the exit status."""
    return run(Dashboard(Setup(Path(), preferences=replace(preferences, start="whatif"), alone=alone)))


def watch_own(arguments: Sequence[str], preferences: Preferences) -> int:
    """Start a simulation by these arguments in a database of its own and watch it; return the exit status.

    However this ends, the simulation ends too, and its files are removed.
    """
    with _own_world(arguments) as own:
        setup = Setup(own.path, ended=own.ended, starting=True, preferences=preferences, rewind=own.rewind)
        return run(Dashboard(setup))


def run_course(arguments: Sequence[str], course: Course, preferences: Preferences) -> int:
    """Start the world of a course in a database of its own, and run it; return the exit status."""
    with _own_world(arguments) as own:
        setup = Setup(
            own.path, ended=own.ended, starting=True, preferences=replace(preferences, start="overview")
        )
        return run(classroom(setup, course))


def classroom(setup: Setup, course: Course, *, watching: bool = True) -> Classroom:
    """Return the dashboard that teaches a course: one for the room if it is a talk."""
    from referral_tui.dashboard.classroom import Classroom
    from referral_tui.dashboard.talk import Talk

    return (Talk if course.talk else Classroom)(setup, course, watching=watching)


def show_notes(file: NotesFile, preferences: Preferences) -> int:
    """Show the speaker's notes of the talk that is open on this machine; return the exit status."""
    from referral_tui.dashboard.speaker import Speaker

    app = Speaker(file, Clocks(), preferences.theme)
    app.run()
    return app.return_code or 0


def rehearse(arguments: Sequence[str], course: Course) -> tuple[int, list[str]]:
    """Go through the lesson of a course without a terminal; return how many steps it has here, and what is wrong."""
    with _own_world(arguments) as own:
        return asyncio.run(_rehearsed(Setup(own.path, ended=own.ended, starting=True), course))


async def _rehearsed(
    setup: Setup, course: Course, size: tuple[int, int] = (120, 40)
) -> tuple[int, list[str]]:
    from referral_tui.dashboard.rehearsal import Rehearsal

    app = classroom(setup, course, watching=False)
    async with app.run_test(size=size) as pilot:
        problems = await Rehearsal(app, pilot).run()
        app.workers.cancel_all()
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    if rest:  # helpers that explain a journey: killed, and waited for while there is a loop to do so
        await asyncio.wait(rest, timeout=GOODBYE_S)
    return 0 if app.guide is None else len(app.guide.lesson.steps), problems


def serve_own(arguments: Sequence[str], host: str, port: int, more: Sequence[str] = ()) -> None:
    """Start a simulation as `watch_own` does and serve dashboards on it until this is interrupted.

    `more` are options of the command `dashboard`.

    Raises InputError if the address is not available.
    """
    from referral_tui.dashboard.serving import serve

    with _own_world(arguments) as own:
        serve(["dashboard", "--db", str(own.path), *more], host, port)


class OwnWorld:
    """A simulation that we run in a database of its own, and can recreate up to an event."""

    def __init__(self, arguments: Sequence[str], folder: Path) -> None:
        """Start a simulation by these arguments in a folder."""
        self.path = folder / "demo.db"
        self._folder = folder
        self._pace = _pace_of(arguments)
        self._changing = Lock()
        self._writer = start_writer(self._command(arguments), folder)

    def ended(self) -> str | None:
        """Why it ended, as `Writer.ended`; None while it is being recreated."""
        return None if self._changing.locked() else self._writer.ended()

    def rewind(self, seq: int) -> None:
        """Recreate the world from its seed up to the event `seq`, with the same commands as before, and pause there."""
        with self._changing:
            self._writer.stop()
            was = self._folder / "was.db"
            if self.path.exists():
                for left in self._folder.glob("was.db*"):
                    left.unlink()
                # a dashboard that reads it keeps the last writes in the second one
                for ending in ("", "-wal"):
                    now = self.path.with_name(self.path.name + ending)
                    if now.exists():
                        now.replace(was.with_name(was.name + ending))
            for left in self._folder.glob("demo*"):
                if left.is_file():
                    left.unlink()
            again = ["simulate", "--again", str(was), "--hold-after", str(seq), *self._pace]
            self._writer = start_writer(self._command(again), self._folder)

    def stop(self) -> None:
        """End the simulation."""
        with self._changing:
            self._writer.stop()

    def _command(self, arguments: Sequence[str]) -> list[str]:
        return [sys.executable, "-m", "referral_tui", *arguments, "--db", str(self.path)]


def _pace_of(arguments: Sequence[str]) -> list[str]:
    """Return the pace that arguments give, as arguments; or nothing if they give none."""
    if "--pace" not in arguments:
        return []
    place = arguments.index("--pace")
    return list(arguments[place : place + 2])


@contextmanager
def _own_world(arguments: Sequence[str]) -> Iterator[OwnWorld]:
    """Run a simulation by these arguments in a database of its own, which is removed afterwards."""
    made = tempfile.TemporaryDirectory(prefix="referral-demo-", ignore_cleanup_errors=True)
    with _leaving(), made as folder:
        own = OwnWorld(arguments, Path(folder))
        try:
            yield own
        finally:
            own.stop()


@contextmanager
def _leaving() -> Iterator[None]:
    """Leave in order on a signal to end, or when the terminal is closed, even before an app handles them."""

    def leave(number: int, _frame: object) -> None:
        raise SystemExit(128 + number)

    before: dict[int, Any] = {}
    for number in ending_signals():
        with contextlib.suppress(ValueError):  # in another thread than the main one
            before[number] = signal.signal(number, leave)
    try:
        yield
    finally:
        for changed, handler in before.items():
            signal.signal(changed, signal.SIG_DFL if handler is None else handler)


def start_writer(command: Sequence[str], folder: Path, output: int = subprocess.DEVNULL) -> Writer:
    """Run a command in the background, keeping its standard error in `folder`; `output` is for its standard output."""
    errors = folder / "errors.txt"
    with errors.open("wb") as kept:
        process = subprocess.Popen(  # noqa: S603 -- our own program, arguments as a list
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=kept
        )
    with contextlib.suppress(AttributeError, OSError):  # not on every system
        os.setpriority(os.PRIO_PROCESS, process.pid, NICE)
    return Writer(process, errors)


@contextmanager
def writer(command: Sequence[str], folder: Path) -> Iterator[Writer]:
    """Run a command in the background as `start_writer` does, and end it on exit."""
    own = start_writer(command, folder)
    try:
        yield own
    finally:
        own.stop()


def settle() -> None:
    """Freeze the objects that exist now: searching all of them for garbage held keys up by 40 to 500 ms."""
    gc.collect(1)
    gc.freeze()


def end_with_reader(stdin: TextIO | None) -> None:
    """End this process when nobody holds the other end of its standard input any more.

    A server that was killed can't tell its dashboards to end. On systems that can't wait for a hang-up nothing happens.
    """
    if stdin is None or not hasattr(select, "poll"):
        return
    hang_up = select.poll()
    hang_up.register(stdin.fileno(), 0)  # a hang-up is reported without being asked for

    def wait() -> None:
        hang_up.poll()
        os._exit(0)  # it only reads: there is nothing to put in order, and nobody to tell

    Thread(target=wait, name="server", daemon=True).start()


def _end(process: subprocess.Popen[bytes], patience_s: float) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(patience_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def run(app: Dashboard) -> int:
    """Run the app to its end; return the exit status."""
    if os.environ.get("TEXTUAL_DRIVER", "").endswith(":WebDriver"):
        end_with_reader(sys.__stdin__)
    sys.setswitchinterval(SWITCH_S)
    gc.set_threshold(*GARBAGE)
    app.settled = settle
    app.run()
    return app.return_code or 0

"""Send commands to a running writer, through a small database of their own: `NAME.control.db` beside `NAME.db`.

An insert into the writer's database would wait for its big transactions (2 s measured); here it waits for nobody.
Dashboards and commands write here; the writer takes each command once, executes it, and records it. Standard library
only, so that screens may import it.
"""

from __future__ import annotations

import json
import math
import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from db.sqlite.beside import check_plain
from db.sqlite.transactions import write_transaction
from simulator.domain.errors import DatabaseError

PAUSE: Final = "pause"
RESUME: Final = "resume"
STEP: Final = "step"
SPEED: Final = "speed"
VERDICT: Final = "verdict"
PROGRAM: Final = "program"
DIAL: Final = "dial"
CHANGE: Final = "change"
"""What `until` of a step may be: the next audit entry (an attribution, a decision or a change of a reward)."""
KINDS: Final = (PAUSE, RESUME, STEP, SPEED, VERDICT, PROGRAM, DIAL)

CONTROL_APPLICATION_ID: Final = 0x52454643  # "REFC"
MOST_ARGS: Final = 4 * 2**20
"""The most characters of a command's arguments: enough for a whole program file with every character escaped."""

_TAKEN_AT_ONCE = 1000
_MOST_INTEGER = 2**63 - 1
_MOST_KIND = 64  # characters of an unknown kind that are kept
_WAIT_S = 2.0  # longer than any transaction on this file, and short enough for a person
_MAKE = """
CREATE TABLE commands (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    args TEXT NOT NULL,
    issued_at INTEGER NOT NULL,
    taken INTEGER NOT NULL DEFAULT 0
)
"""
_OPEN_COMMANDS = "SELECT id, kind, args, issued_at FROM commands WHERE taken = 0 ORDER BY id LIMIT ?"
_DEFINITIONS = (
    "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_stat%' ORDER BY name"
)
_LAST_ISSUED = (
    "SELECT coalesce(max(issued_at), 0) FROM commands "
    "WHERE typeof(issued_at) = 'integer' AND issued_at < 1 << 62"
)


@dataclass(frozen=True, slots=True)
class WriterCommand:
    """A command; `issued_at` is the wall clock in milliseconds UTC, and unique; `args` depend on the kind.

    `wrong` says why a row is not a valid command; the other fields then hold what could be read of it.
    """

    id: int
    kind: str
    args: dict[str, object]
    issued_at: int
    wrong: str | None = None


def control_path(path: Path) -> Path:
    """Return the path of the control database of the database at `path` (`path` itself, if it is one already)."""
    if path.name.endswith(".control.db"):
        return path
    return path.with_name(path.name.removesuffix(".db") + ".control.db")


def send(
    path: Path, kind: str, args: Mapping[str, object] | None = None, now_ms: int | None = None
) -> WriterCommand:
    """Send a command to the writer of the database at `path`.

    `kind` is one of `KINDS`. `step` takes `until`: `CHANGE`, or nothing for one event, and `person`, a reference, to
    stop only at what happens to that friend; `speed` takes `pace`, simulated
    milliseconds per wall millisecond (0: as fast as possible); `verdict` takes `decision` (its number), `verdict`
    (approve, decline) and `by` (an operator's reference); `program` takes `text` (a whole program file); `dial` takes
    `faults`, the name of a mix or rates by dial (`lost`, `bill.paid:lost`), in force from the next full hour of
    simulated time. `now_ms` is the wall clock in milliseconds UTC, read here if left out.

    Raises:
        DatabaseError: there is no such kind, or the control database can't be written.

    """
    if kind not in KINDS:
        raise DatabaseError(f"command {kind!r}: no such command; there are {', '.join(KINDS)}")
    given = dict(args or {})
    issued = time.time_ns() // 1_000_000 if now_ms is None else now_ms
    try:
        with closing(connect(path)) as db, write_transaction(db):
            (last,) = db.execute(_LAST_ISSUED).fetchone()
            issued = max(issued, last + 1)
            number = db.execute(
                "INSERT INTO commands (kind, args, issued_at) VALUES (?, ?, ?)",
                (kind, json.dumps(given), issued),
            ).lastrowid
    except sqlite3.Error as error:
        raise failed(path, error) from error
    return WriterCommand(number or 0, kind, given, issued)


class Inbox:
    """The writer's end: takes each command once, also across restarts.

    A command counts as taken when `take` returns it, so that none is executed twice after a crash.
    """

    def __init__(self, path: Path) -> None:
        """Open or create the control database of the database at `path`; raises DatabaseError."""
        self._path = path
        try:
            self._db = connect(path)
        except sqlite3.Error as error:
            raise failed(path, error) from error

    def take(self) -> list[WriterCommand]:
        """Take the commands sent since the last call, oldest first; takes microseconds if there are none.

        An invalid row is returned with what is `wrong` with it: anyone who can write the file may have put it there.
        """
        try:
            if self._db.execute(_OPEN_COMMANDS, (1,)).fetchone() is None:
                return []
            with write_transaction(self._db):
                rows = self._db.execute(_OPEN_COMMANDS, (_TAKEN_AT_ONCE,)).fetchall()
                self._db.executemany("UPDATE commands SET taken = 1 WHERE id = ?", [row[:1] for row in rows])
        except sqlite3.Error as error:
            raise failed(self._path, error) from error
        return [_read_command(*row) for row in rows]

    def close(self) -> None:
        """Close the database; a second call does nothing."""
        self._db.close()


def _read_command(number: int, kind: object, args: object, issued: object) -> WriterCommand:
    """Read a command from a row, whatever is in it."""
    wrong = None
    given: dict[str, object] = {}
    if kind not in KINDS:
        wrong = f"no such command; there are {', '.join(KINDS)}"
    else:
        try:
            given = _arguments(args)
        except (ValueError, RecursionError) as error:
            wrong = f"its arguments are not a usable JSON object ({error})"
    name = kind if isinstance(kind, str) else f"({type(kind).__name__})"
    usable = isinstance(issued, int) and abs(issued) <= _MOST_INTEGER
    return WriterCommand(number, name[:_MOST_KIND], given, issued if usable else 0, wrong)  # type: ignore[arg-type]


def _arguments(text: object) -> dict[str, object]:
    """Read arguments: a JSON object whose numbers all fit 64 bits; raises ValueError."""
    if not isinstance(text, str):
        raise ValueError("not a text")
    if len(text) > MOST_ARGS:
        raise ValueError(f"{len(text):,} characters, at most {MOST_ARGS:,}")
    found = json.loads(text, parse_int=_integer, parse_float=_finite, parse_constant=_finite)
    if not isinstance(found, dict):
        raise ValueError("not an object")
    json.dumps(found, ensure_ascii=False).encode()  # refuses a lone surrogate
    return found


def _integer(text: str) -> int:
    if len(text) > 20 or abs(int(text)) > _MOST_INTEGER:
        raise ValueError("a number is too large")
    return int(text)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number is not finite")
    return number


def connect(path: Path) -> sqlite3.Connection:
    """Open or create the control database; raises sqlite3.Error, or DatabaseError if the file is something else."""
    control = control_path(path)
    check_plain(control, "a control database of referral-tui")
    db = sqlite3.connect(control, timeout=_WAIT_S, isolation_level=None)
    # text that is not UTF-8 makes an invalid command, not an error
    db.text_factory = lambda raw: raw.decode("utf-8", "replace")
    try:
        _check(db, control)
        db.execute("PRAGMA journal_mode = WAL")
        # a command lost in a power cut can be sent again; a keystroke must not wait for the disk
        db.execute("PRAGMA synchronous = OFF")
        _make(db)
    except (sqlite3.Error, DatabaseError):
        db.close()
        raise
    return db


def _check(db: sqlite3.Connection, control: Path) -> None:
    """Check, before anything is written, that the database is empty or ours."""
    ((found,),) = db.execute("PRAGMA application_id")
    tables = db.execute(_DEFINITIONS).fetchall()
    with closing(sqlite3.connect(":memory:")) as made:
        made.execute(_MAKE)
        right = made.execute(_DEFINITIONS).fetchall()
    if found not in (0, CONTROL_APPLICATION_ID) or (tables and tables != right):
        raise DatabaseError(
            f"{control}: is not a control database of referral-tui; move it away, or name another database"
        )


def _make(db: sqlite3.Connection) -> None:
    """Create the table if there is none yet; another process may be doing the same."""
    if db.execute(_DEFINITIONS).fetchone() is None:
        with write_transaction(db):
            if db.execute(_DEFINITIONS).fetchone() is None:
                db.execute(_MAKE)
                db.execute(f"PRAGMA application_id = {CONTROL_APPLICATION_ID}")


def failed(path: Path, error: sqlite3.Error) -> DatabaseError:
    """Say in words why the control database of the database at `path` could not be written."""
    return DatabaseError(f"{control_path(path)}: commands can't be stored there ({error})")

"""What was ordered in a run that was, to be obeyed again: after the same event, at the same simulated time.

Only what changes the outcome is in it; pause, step and speed do not.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from db.control import PROGRAM, VERDICT, Order
from db.sqlite.readonly import in_words, open_readonly
from simulator.program.load import load_program
from simulator.program.model import Program
from simulator.run.plan import Plan

_AN_EVENT = (VERDICT, PROGRAM)  # an order of these is an event of its own, and is recorded after it
_PACES = ("pause", "resume", "step", "speed")
_RECORDED = "SELECT id, kind, args, issued_at, seq, sim_at FROM command WHERE refused IS NULL ORDER BY id"


@dataclass(frozen=True)
class Cue:
    """An order and when it is due: after event `after`, at `at_ms` (milliseconds UTC)."""

    order: Order
    after: int
    at_ms: int


class Script:
    """Cues in their order; those that are done are behind."""

    def __init__(self, cues: Sequence[Cue] = (), done: int = 0) -> None:
        """`done` of them have been obeyed before, by a run that is now resumed."""
        self._left = list(cues)[done:]

    @property
    def next(self) -> Cue | None:
        """What is to be obeyed next."""
        return self._left[0] if self._left else None

    def obeyed(self) -> None:
        """The next one is done."""
        self._left.pop(0)


def earlier(path: Path) -> tuple[Plan, Program]:
    """The run in the database at `path`: its plan, and the program it began with.

    Raises:
        DatabaseError: it can't be read, or was not made by simulate.

    """
    with closing(open_readonly(path)) as connection:
        try:
            settings = dict(connection.execute("SELECT name, value FROM setting").fetchall())
            ((text,),) = connection.execute("SELECT text FROM program_version WHERE version = 1").fetchall()
        except sqlite3.Error as error:
            raise in_words(error, path) from error
    return Plan.of(settings, str(path)), load_program(text, f"{path}, program version 1")


def recorded(path: Path) -> list[Cue]:
    """What changed the outcome of the run in the database at `path`.

    Raises:
        DatabaseError: it can't be read.

    """
    with closing(open_readonly(path)) as connection:
        try:
            rows = connection.execute(_RECORDED).fetchall()
        except sqlite3.Error as error:
            raise in_words(error, path) from error
    return [
        Cue(Order(number, kind, json.loads(args), issued_at), seq - (kind in _AN_EVENT), sim_at)
        for number, kind, args, issued_at, seq, sim_at in rows
        if kind not in _PACES
    ]

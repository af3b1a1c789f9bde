"""Read the commands of an earlier run, to obey them again after the same event and at the same simulated time.

Only commands that change the outcome are included; pause, step and speed are not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from db.control import PROGRAM, VERDICT, WriterCommand
from db.read.resume import first_program, obeyed_commands, settings
from db.sqlite.readonly import reading, select_on
from simulator.program.load import load_program
from simulator.program.model import Program
from simulator.run.plan import Plan

_AN_EVENT = (VERDICT, PROGRAM)  # these commands are events themselves, and are recorded after them
_PACES = ("pause", "resume", "step", "speed")


@dataclass(frozen=True)
class Cue:
    """A command and when it is due: after the event `after`, at `at_ms` (milliseconds UTC)."""

    order: WriterCommand
    after: int
    at_ms: int


class Script:
    """The commands still to be obeyed, in order."""

    def __init__(self, cues: Sequence[Cue] = (), done: int = 0) -> None:
        """Skip the first `done`, which were obeyed before this run was resumed."""
        self._left = list(cues)[done:]

    @property
    def next(self) -> Cue | None:
        """The next command, or None."""
        return self._left[0] if self._left else None

    def obeyed(self) -> None:
        """Drop the next command, which has been obeyed."""
        self._left.pop(0)


def earlier(path: Path) -> tuple[Plan, Program]:
    """Return the plan of the run in the database at `path`, and the program it began with.

    Raises:
        DatabaseError: the database can't be read, or was not made by simulate.

    """
    with reading(path) as db:
        given, text = settings(select_on(db)), first_program(select_on(db))
    return Plan.of(given, str(path)), load_program(text, f"{path}, program version 1")


def recorded(path: Path) -> list[Cue]:
    """Return the commands that changed the outcome of the run in the database at `path`.

    Raises:
        DatabaseError: the database can't be read.

    """
    with reading(path) as db:
        return [
            Cue(order, seq - (order.kind in _AN_EVENT), sim_at)
            for order, seq, sim_at in obeyed_commands(select_on(db))
            if order.kind not in _PACES
        ]

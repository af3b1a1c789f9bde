"""What was ordered in a run that was, to be obeyed again: after the same event, at the same simulated time.

Only what changes the outcome is in it; pause, step and speed do not.
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

_AN_EVENT = (VERDICT, PROGRAM)  # an order of these is an event of its own, and is recorded after it
_PACES = ("pause", "resume", "step", "speed")


@dataclass(frozen=True)
class Cue:
    """An order and when it is due: after event `after`, at `at_ms` (milliseconds UTC)."""

    order: WriterCommand
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
    with reading(path) as db:
        given, text = settings(select_on(db)), first_program(select_on(db))
    return Plan.of(given, str(path)), load_program(text, f"{path}, program version 1")


def recorded(path: Path) -> list[Cue]:
    """What changed the outcome of the run in the database at `path`.

    Raises:
        DatabaseError: it can't be read.

    """
    with reading(path) as db:
        return [
            Cue(order, seq - (order.kind in _AN_EVENT), sim_at)
            for order, seq, sim_at in obeyed_commands(select_on(db))
            if order.kind not in _PACES
        ]

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

_EVENT_COMMANDS = (VERDICT, PROGRAM)  # these commands are events themselves, and are recorded after them
_PACE_COMMANDS = ("pause", "resume", "step", "speed")


@dataclass(frozen=True)
class ScheduledCommand:
    """A command and when it is due: after the event `after`, at `at_ms` (milliseconds UTC)."""

    command: WriterCommand
    after: int
    at_ms: int


class CommandSchedule:
    """The commands still to be executed, in order."""

    def __init__(self, commands: Sequence[ScheduledCommand] = (), done: int = 0) -> None:
        """Skip the first `done`, which were obeyed before this run was resumed."""
        self._left = list(commands)[done:]

    @property
    def next(self) -> ScheduledCommand | None:
        """The next command, or None."""
        return self._left[0] if self._left else None

    def obeyed(self) -> None:
        """Drop the next command, which has been executed."""
        self._left.pop(0)


def earlier(path: Path) -> tuple[Plan, Program]:
    """Return the plan of the run in the database at `path`, and the program it began with.

    Raises:
        DatabaseError: the database can't be read, or was not made by simulate.

    """
    with reading(path) as db:
        given, text = settings(select_on(db)), first_program(select_on(db))
    return Plan.of(given, str(path)), load_program(text, f"{path}, program version 1")


def recorded(path: Path) -> list[ScheduledCommand]:
    """Return the commands that changed the outcome of the run in the database at `path`.

    Raises:
        DatabaseError: the database can't be read.

    """
    with reading(path) as db:
        return [
            ScheduledCommand(command, seq - (command.kind in _EVENT_COMMANDS), sim_at)
            for command, seq, sim_at in obeyed_commands(select_on(db))
            if command.kind not in _PACE_COMMANDS
        ]

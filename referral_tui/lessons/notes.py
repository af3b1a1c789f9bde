"""Pass a talk's position, start time and notes to the speaker's second terminal, through one small file."""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class TalkState:
    """The state of a talk: `place` is that of the current step, from 0, `began` the wall clock in milliseconds UTC.

    `titles` and `notes` have an entry for each step.
    """

    title: str
    minutes: int
    began: int
    place: int
    titles: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotesFile:
    """The file that the talk writes and the notes are read from."""

    path: Path

    def write(self, state: TalkState) -> None:
        """Write the state of the talk atomically; a full disk must not stop a talk."""
        beside = self.path.with_suffix(".new")
        with contextlib.suppress(OSError):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            beside.write_text(json.dumps(asdict(state)), encoding="utf-8")
            beside.replace(self.path)

    def read(self) -> TalkState | None:
        """Return the state of the talk; None if none is open."""
        try:
            row = json.loads(self.path.read_text(encoding="utf-8"))
            return TalkState(
                str(row["title"]),
                int(row["minutes"]),
                int(row["began"]),
                int(row["place"]),
                tuple(map(str, row["titles"])),
                tuple(map(str, row["notes"])),
            )
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def remove(self) -> None:
        """Record that no talk is open any more."""
        with contextlib.suppress(OSError):
            self.path.unlink(missing_ok=True)

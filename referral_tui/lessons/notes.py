"""What a talk tells the speaker's second terminal: where it is, since when, and the notes; through one small file."""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class TalkState:
    """Where a talk is: `place` is that of the open step, from 0, `began` the wall clock in milliseconds UTC.

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
        """Write where the talk is, whole or not at all; a disk that takes no file must not stop a talk."""
        beside = self.path.with_suffix(".new")
        with contextlib.suppress(OSError):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            beside.write_text(json.dumps(asdict(state)), encoding="utf-8")
            beside.replace(self.path)

    def read(self) -> TalkState | None:
        """Return where the talk is; None while none is open."""
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
        """Say that no talk is open any more."""
        with contextlib.suppress(OSError):
            self.path.unlink(missing_ok=True)

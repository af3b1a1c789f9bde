"""Keep how far somebody has got with each lesson, in their data folder; nothing leaves the machine."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field
from pathlib import Path

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reached:
    """How far somebody has got with a lesson: the step, from 0, and whether it was completed."""

    step: int = 0
    ended: bool = False


@dataclass
class Progress:
    """The progress in a file; an unreadable file counts as empty, and an unwritable one is ignored."""

    path: Path | None
    _held: dict[str, Reached] | None = field(default=None, repr=False)

    def of(self, lesson: str) -> Reached:
        """Return how far somebody has got with a lesson."""
        return self._all().get(lesson, Reached())

    def note(self, lesson: str, step: int, *, ended: bool) -> None:
        """Record that a lesson has reached a step; a completed lesson stays completed."""
        held = self._all()
        reached = Reached(step, ended or self.of(lesson).ended)
        if held.get(lesson) == reached:
            return
        held[lesson] = reached
        if self.path is None:
            return
        rows = {name: {"step": one.step, "ended": one.ended} for name, one in sorted(held.items())}
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            beside = self.path.with_suffix(".new")
            beside.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
            beside.replace(self.path)
        except OSError:
            LOG.warning("the progress of lessons could not be written to %s", self.path)

    def _all(self) -> dict[str, Reached]:
        if self._held is None:
            self._held = {} if self.path is None else _read(self.path)
        return self._held


def _read(path: Path) -> dict[str, Reached]:
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        return {str(name): Reached(int(row["step"]), bool(row["ended"])) for name, row in rows.items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}

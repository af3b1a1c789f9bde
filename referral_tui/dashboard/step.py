"""What the last step of a paused world did: so that each screen can light up what it changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from db.read.queries import DatabaseStatus, EventRow, Happening


@dataclass(frozen=True, slots=True)
class Step:
    """The events of a step (newest first), and the entries of the trail that followed (oldest first).

    `after` is the last event before it. A step changes no more than a few rows.
    """

    after: int
    events: tuple[EventRow, ...]
    happenings: tuple[Happening, ...]

    @classmethod
    def between(cls, before: DatabaseStatus, now: DatabaseStatus) -> Step:
        """Find what happened between two looks."""
        last = before.happenings[0].seq if before.happenings else 0
        return cls(
            before.newest_seq,
            tuple(event for event in now.events if event.seq > before.newest_seq),
            tuple(entry for entry in reversed(now.happenings) if entry.seq > last),
        )

    @property
    def people(self) -> frozenset[str]:
        """The references of everybody it concerned."""
        found = {event.subject for event in self.events}
        found.update(*(entry.references() for entry in self.happenings))
        return frozenset(name for name in found if name is not None)

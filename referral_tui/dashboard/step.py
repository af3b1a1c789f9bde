"""What the last step of a paused world did: so that each screen can highlight what it changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from db.read.queries import AuditEntry, DatabaseStatus, EventRow


@dataclass(frozen=True, slots=True)
class Step:
    """The events of a step (newest first), and the entries of the trail that followed (oldest first).

    `after` is the last event before it. A step changes no more than a few rows.
    """

    after: int
    events: tuple[EventRow, ...]
    audit_entries: tuple[AuditEntry, ...]

    @classmethod
    def between(cls, before: DatabaseStatus, now: DatabaseStatus) -> Step:
        """Find what happened between two looks."""
        last = before.audit_entries[0].seq if before.audit_entries else 0
        return cls(
            before.newest_seq,
            tuple(event for event in now.events if event.seq > before.newest_seq),
            tuple(entry for entry in reversed(now.audit_entries) if entry.seq > last),
        )

    @property
    def people(self) -> frozenset[str]:
        """The references of everybody it concerned."""
        found = {event.subject for event in self.events}
        found.update(*(entry.references() for entry in self.audit_entries))
        return frozenset(name for name in found if name is not None)

"""How each source's events came: over the door, from which client, in files, or from the simulated brand. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from db.door_status import ELSEWHERE, UNKNOWN

if TYPE_CHECKING:
    from db.door_status import WayRow
    from db.read.traffic import SenderRow

_PLATFORM = "platform"


@dataclass(frozen=True, slots=True)
class SourceArrivals:
    """How many events of a source were accepted: from clients over the door, and in other ways (in words)."""

    clients: tuple[tuple[str, int], ...] = ()
    rest: tuple[tuple[str, int], ...] = ()

    @property
    def in_files(self) -> bool:
        """Whether some came in files."""
        return any(how == "from files" for how, _ in self.rest)


def came(
    senders: Sequence[SenderRow], ways: Sequence[WayRow], made_by: str, *, served: bool
) -> dict[str, SourceArrivals]:
    """Return how the events of each source came; while it is served, events not counted yet are the door's."""
    found = {}
    for sender in senders:
        own = [way for way in ways if way.source == sender.source]
        clients = tuple((way.client, way.accepted) for way in own if way.client not in (ELSEWHERE, UNKNOWN))
        before = sum(way.accepted for way in own if way.client == ELSEWHERE)
        unknown = sum(way.accepted for way in own if way.client == UNKNOWN)
        untold = max(0, sender.receipts[0] - sum(way.accepted for way in own))
        if made_by == "simulate":
            others = before + unknown + untold
            found[sender.source] = SourceArrivals(
                clients, (("simulated", others),) if clients and others else ()
            )
        elif made_by == "ingest":
            others = before if served else before + untold
            how = "by the platform itself" if sender.source == _PLATFORM and clients else "from files"
            rest = ((how, others), ("from an unknown client", unknown))
            found[sender.source] = SourceArrivals(
                clients, tuple((how, count) for how, count in rest if count)
            )
        else:
            found[sender.source] = SourceArrivals()
    return found

"""The event types of the Data screen: a row for each, and how it arrives."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from referral_tui.words import category
from simulator.domain.owners import owner

if TYPE_CHECKING:
    from db.read.traffic import TypeRow
    from referral_tui.dashboard.screens.source_arrivals import SourceArrivals

_WEEKLY = re.compile(r"batch@([a-z]{3})-(\d\d:\d\d)(/csv)?")
_DAILY = re.compile(r"batch@(\d\d:\d\d)(/csv)?")


@dataclass(frozen=True, slots=True)
class DataTypeRow:
    """A type of data that is passed; how late it came is in milliseconds, None if none came."""

    type: str
    category: str
    delivery: str
    owner: str
    count: int
    a_day: float
    median: int | None
    p95: int | None
    worst: int | None
    sources: str

    @classmethod
    def of(
        cls, row: TypeRow, models: dict[str, str], came: Mapping[str, SourceArrivals] | None = None
    ) -> DataTypeRow:
        """Make a row of the table from an event type; `came` says of real events' sources how theirs came."""
        late = row.late
        sources = [came[source] for source, _ in row.sources if source in came] if came else ()
        return cls(
            row.type,
            category(row.type),
            model_words(row.type, models, sources),
            owner(row.type),
            row.count,
            round(row.a_day, 1),
            late.median if late else None,
            late.p95 if late else None,
            late.worst if late else None,
            ", ".join(source for source, _ in row.sources),
        )


def model_words(event_type: str, models: dict[str, str], came: Collection[SourceArrivals] = ()) -> str:
    """Say how a type arrives, in at most a dozen cells; `came` has the ways of a type that is not simulated."""
    if came:
        door, files = any(one.clients for one in came), any(one.in_files for one in came)
        return "door+file" if door and files else "door" if door else "files"
    model = models.get(event_type, "real-time")
    if model == "real-time":
        return "at once"
    if model.startswith("every:"):
        return f"each {model.removeprefix('every:')}"
    weekly, daily = _WEEKLY.fullmatch(model), _DAILY.fullmatch(model)
    if weekly:
        return f"{weekly[1]} {weekly[2]}"
    return f"day {daily[1]}" if daily else model

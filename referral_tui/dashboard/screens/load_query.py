"""What the load screen has read."""

from __future__ import annotations

from dataclasses import dataclass

from db.door_status import DoorStatus, door_status
from db.read.meter import Load, load
from db.read.served import newest_entry
from referral_tui.dashboard.query import QueryContext, ScreenQuery


@dataclass(frozen=True, slots=True)
class LoadLook:
    """What was measured of a run, and the door over HTTP; each None if there is none."""

    load: Load | None
    door: DoorStatus | None


@dataclass(frozen=True, slots=True)
class LoadQuery(ScreenQuery):
    """The newest beats; nothing can be set."""

    def read(self, context: QueryContext) -> LoadLook:
        """Read them, up to the moment that is looked at."""
        door = door_status(context.path, newest_entry(context.db)) if context.at is None else None
        return LoadLook(load(context.db, context.at), door)

"""What the load screen has read."""

from __future__ import annotations

from dataclasses import dataclass

from db.read.meter import Load, load
from referral_tui.dashboard.query import QueryContext, ScreenQuery


@dataclass(frozen=True, slots=True)
class LoadQuery(ScreenQuery):
    """The newest beats; nothing can be set."""

    def read(self, context: QueryContext) -> Load | None:
        """Read them, up to the moment that is looked back to."""
        return load(context.db, context.at)

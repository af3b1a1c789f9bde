"""What the load screen has read."""

from __future__ import annotations

from dataclasses import dataclass

from db.read.meter import Load, load
from referral_tui.dashboard.query import Desk, Wish


@dataclass(frozen=True, slots=True)
class LoadWish(Wish):
    """The newest beats; nothing can be set."""

    def read(self, desk: Desk) -> Load | None:
        """Read them, up to the moment that is looked back to."""
        return load(desk.db, desk.at)

"""What a dashboard is opened with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from referral_tui.dashboard.clocks import Clocks
from referral_tui.dashboard.preferences import Preferences

if TYPE_CHECKING:
    from referral_tui.dashboard.what_if import StandaloneDesign


@dataclass(frozen=True)
class Setup:
    """What a dashboard is opened with. `ended` says why the writer that we started has ended, if we started one."""

    path: Path
    pictures: Path = field(default_factory=Path)
    clocks: Clocks = field(default_factory=Clocks)
    ended: Callable[[], str | None] | None = None
    starting: bool = False
    """A writer of ours is on its way: no database yet is no trouble."""
    at: int | None = None
    """The moment to begin with, milliseconds UTC; None: now."""
    preferences: Preferences = field(default_factory=Preferences)
    read_only: bool = False
    """It looks and nothing else: no command is sent, and no name of a customer is read."""
    rewind: Callable[[int], None] | None = None
    """Has a world of ours made again up to an event, and paused there; None: it can't be."""
    alone: StandaloneDesign | None = None
    """A design to try without a database: nothing is read, and the other screens have nothing to show."""

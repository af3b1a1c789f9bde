"""Choose the keys that the footer and the help show: as they are configured, and only those that do something now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from textual.app import App

from referral_tui.dashboard.commands import COMMANDS, Command
from referral_tui.dashboard.widgets.bars import KeyHint

if TYPE_CHECKING:
    from referral_tui.dashboard.frame import DashboardScreen

_READ = {"slash": "/", "escape": "esc", "less_than_sign": "<", "greater_than_sign": ">"}
NOTHING_RUNS = ("finished", "stopped", "unknown")


def hints(
    app: App[None],
    own: Sequence[Command],
    status: str | None,
    *,
    everything: bool = False,
    typing: bool = False,
) -> list[KeyHint]:
    """List the keys of the open screen (`own`) and of all screens; `everything` for the help, else for the footer.

    `status` is that of the simulation, None if there is none to steer. While somebody is `typing`, letters are text,
    and only other keys do something.
    """
    set_to: dict[str, str] = {}
    for key, active in app.screen.active_bindings.items():
        set_to.setdefault(active.binding.id or "", key)
    shown = [("screen", command) for command in own] + [("app", command) for command in COMMANDS]
    return [
        _hint(app, space, command, set_to, status)
        for space, command in shown
        if everything or (command.label is not None and not _idle(command, status, typing=typing))
    ]


def keys_elsewhere(
    places: Sequence[type[DashboardScreen]], here: DashboardScreen | None
) -> list[tuple[str, str]]:
    """List the further keys of the other screens: the screen's key and theirs, and what they do there."""
    return [
        (f"{place.KEY}, then {command.shown_key or _READ.get(command.keys, command.keys)}", command.says)
        for place in places
        if not isinstance(here, place)
        for command in place.OWN_COMMANDS
    ]


def _idle(command: Command, status: str | None, *, typing: bool) -> bool:
    """Return whether a command does nothing now: its letter is text, or it steers a world that does not run."""
    if typing and not command.keys.startswith(("ctrl", "escape")):
        return True
    steers = command.steers or command.id.startswith("world.")
    return steers and (status is None or status in NOTHING_RUNS)


def _hint(
    app: App[None], space: str, command: Command, set_to: Mapping[str, str], status: str | None
) -> KeyHint:
    key = set_to.get(command.id)
    text = command.shown_key or command.keys
    if key is not None and key not in command.keys.split(","):
        text = app.get_key_display(replace(command.binding, key=key, key_display=None))
    label = "go on" if command.id == "world.pause" and status == "paused" else command.label or ""
    return KeyHint(text, label, f"{space}.{command.action}", command.says, command.pinned)

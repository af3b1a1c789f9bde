"""The commands of the dashboard as the palette offers them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual.app import App, SystemCommand

from referral_tui.dashboard.commands import COMMANDS, Command, place_command

if TYPE_CHECKING:
    from referral_tui.dashboard.frame import DashboardScreen


def system_commands(
    app: App[None], own: Sequence[Command], places: Sequence[type[DashboardScreen]]
) -> Iterable[SystemCommand]:
    """Offer the commands of all screens, those of the open one (`own`), and the ways to each screen."""
    for command in COMMANDS:
        if command.id != "palette":
            yield SystemCommand(
                command.title, command.says, partial(app.call_later, app.run_action, command.action)
            )
    for command in own:
        yield SystemCommand(
            command.title, command.says, partial(app.call_later, app.run_action, f"screen.{command.action}")
        )
    for place in places:
        way = place_command(place.MODE, place.TITLE_IN_TAB, place.KEY)
        yield SystemCommand(way.title, way.says, partial(app.call_later, app.run_action, way.action))

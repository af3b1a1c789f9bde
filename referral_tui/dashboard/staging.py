"""Set the dashboard for a step of a lesson: the screen, the moment, the filter, whose journey is open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, cast

from textual.widgets import Input

from referral_tui.dashboard.screens.data import DataScreen
from referral_tui.dashboard.screens.journeys import JourneysScreen
from referral_tui.dashboard.screens.referrers import ReferrersScreen
from referral_tui.dashboard.seeing import is_there
from referral_tui.dashboard.widgets.accounting import AccountPane
from referral_tui.dashboard.widgets.table import Table
from referral_tui.lessons.model import State
from referral_tui.lessons.states import NOBODY, hour_after, moment_of
from referral_tui.names import short_name

if TYPE_CHECKING:
    from referral_tui.dashboard.app import Dashboard
    from referral_tui.dashboard.frame import DashboardScreen
    from referral_tui.dashboard.screens.referrers_query import Sight

_PANELS_OF_DATA: Final = 4


async def set_stage(app: Dashboard, states: Iterable[State]) -> str | None:
    """Set those of these states that can be set; return whom to open as soon as their row is there, if anybody."""
    wanted = dict(states)
    if wanted.get("open", NOBODY) != NOBODY and not wanted.get("filter"):
        wanted["filter"] = wanted["open"]  # else the row may lie beyond those that are read
    while app.screen is not app.place and len(app.screen_stack) > 1:
        await app.pop_screen()
    if "screen" in wanted and app.current_mode != wanted["screen"]:
        await app.action_place(wanted["screen"])
    _look(app, wanted)
    place = app.place
    if place is None or not is_there(place):
        return None
    if "tab" in wanted:
        _turn(place, wanted["tab"])
    if isinstance(place, JourneysScreen) and "filter" in wanted:
        place.board.filter.query_one(Input).value = wanted["filter"]
    if "focus" in wanted and place.query(f"#{wanted['focus']}"):
        place.set_focus(place.query_one(f"#{wanted['focus']}"))
    who = wanted.get("open")
    if who == NOBODY:
        _close(place)
    return None if who == NOBODY or not isinstance(place, JourneysScreen | ReferrersScreen) else who


def open_when_there(place: DashboardScreen | None, who: str) -> bool:
    """Open somebody's row once it is among those that are shown; return whether they are open now."""
    if place is None or not is_there(place):
        return False
    if any(
        who in (pane.ref, short_name(pane.ref)) for pane in place.query(AccountPane) if pane.ref is not None
    ):
        return True
    if isinstance(place, JourneysScreen) and not place.found_now:
        return False
    for table in place.query(Table):
        for number, row in enumerate(table.rows):
            ref: Any = getattr(row, "friend", None) or getattr(row, "ref", None)
            if isinstance(ref, str) and who in (ref, short_name(ref)):
                table.action_edge(number)
                table.action_open()
                return True
    return False


def _look(app: Dashboard, wanted: dict[str, str]) -> None:
    view = app.view
    if "view" in wanted:
        view = replace(view, side="client" if wanted["view"] == "client" else "platform")
    if "moment" in wanted:
        view = replace(view, at=hour_after(moment_of(wanted["moment"])))
    app.show_view(view)


def _turn(place: DashboardScreen, tab: str) -> None:
    if isinstance(place, ReferrersScreen) and place.sight != tab:
        place.action_view(cast("Sight", tab))
    elif isinstance(place, DataScreen):
        for _ in range(_PANELS_OF_DATA):
            if place.query_one(f"#{tab}").display:
                return
            place.action_panel()


def _close(place: DashboardScreen) -> None:
    if isinstance(place, JourneysScreen) and place.board.close():
        place.change_query(opened=None, also=())
    elif isinstance(place, ReferrersScreen):
        place.action_back()

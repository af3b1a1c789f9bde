"""The state of the dashboard as a lesson sees it: which screen, whose journey, which moment; never which key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from textual.widget import Widget

from referral_tui.dashboard.screens.data import DataScreen
from referral_tui.dashboard.screens.journeys import JourneysScreen
from referral_tui.dashboard.screens.referrers import ReferrersScreen
from referral_tui.dashboard.widgets.accounting import AccountPane
from referral_tui.dashboard.widgets.table import Table
from referral_tui.lessons.states import PANELS, Seen
from referral_tui.names import short_name

if TYPE_CHECKING:
    from referral_tui.dashboard.app import Dashboard
    from referral_tui.dashboard.frame import DashboardScreen

_BOXES: Final = {
    "ExplainScreen": "help",
    "ConfirmScreen": "names",
    "AccountBox": "journey",
    "FraudBox": "fraud",
    "CommandPalette": "commands",
}
"""What the boxes over a screen are called, by their class."""
_NAMED_BY: Final = ("friend", "ref", "referrer", "reward", "name", "code", "type", "channel")
"""The fields of a row that it goes by."""


def seen(app: Dashboard) -> Seen:
    """Return the state of the dashboard."""
    place = app.place
    box = _BOXES.get(type(app.screen).__name__, "")
    if place is None or not is_there(place):
        return Seen(screen="", box=box, status=_status(app))
    row, account = _row(place), _account(place)
    who = _of_whom(app, row, account)
    return Seen(
        screen=place.MODE,
        view=app.view.side,
        moment=app.view.at,
        filter=place.board.filter.text if isinstance(place, JourneysScreen) else "",
        named=frozenset(_names(row)),
        opened=frozenset() if account is None else frozenset((account, short_name(account))),
        stage=getattr(who, "stage", None),
        outcome=getattr(who, "outcome", None),
        tabs=frozenset(_tabs(place)),
        focus=_focus(place),
        box=box,
        draft=bool(getattr(place, "_draft", None)),
        status=_status(app),
    )


def is_there(place: DashboardScreen) -> bool:
    """Return whether a screen has its own part, with all that is in it: a key can come while it is being added."""
    return any(board.is_mounted for board in place.query("#board"))


def _status(app: Dashboard) -> str:
    return app.snapshot.status if app.snapshot is not None else "unknown"


def _row(place: DashboardScreen) -> Any:
    """Find the row under the cursor, of the table that has the focus or else of the first one that is shown."""
    tables = [table for table in place.board.query(Table) if table.display]
    table = next((one for one in tables if one.has_focus), tables[0] if tables else None)
    return None if table is None else table.row


def _account(place: DashboardScreen) -> str | None:
    return next((pane.ref for pane in place.board.query(AccountPane) if pane.ref is not None), None)


def _of_whom(app: Dashboard, row: Any, account: str | None) -> Any:
    """Find the journey that is open, as it was at the moment that is shown; or else the one under the cursor."""
    snapshot = app.snapshot
    if account is None or snapshot is None:
        return row
    if snapshot.request.view != app.view:
        return None  # the answer to what is asked now is on its way
    opened = getattr(snapshot.answer, "opened", None)
    return opened if getattr(opened, "friend", None) == account else None


def _names(row: Any) -> Iterator[str]:
    for field in _NAMED_BY[:1] if hasattr(row, "friend") else _NAMED_BY:
        text = getattr(row, field, None)
        if isinstance(text, str):
            yield from (text, short_name(text))


def _tabs(place: DashboardScreen) -> Iterator[str]:
    if isinstance(place, ReferrersScreen):
        yield place.sight
    elif isinstance(place, DataScreen):
        yield from (part.id for part in place.board.children if part.id and part.display)


def _focus(place: DashboardScreen) -> str:
    """Name the part of the screen that has the focus, or that holds what has it."""
    part: Any = place.focused
    while isinstance(part, Widget):
        if part.id in PANELS.get(place.MODE, ()):
            return str(part.id)
        part = part.parent
    return ""

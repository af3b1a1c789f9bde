"""The frame of every screen of the dashboard: top, clock, sentence, keys, and what replaces an empty screen."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, cast

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget

from referral_tui.dashboard.query import ScreenQuery, View
from referral_tui.dashboard.snapshot import FAILED
from referral_tui.dashboard.widgets.bars import ClockBar, KeyBar, KeyHint, Tab, TopBar
from referral_tui.dashboard.widgets.inks import COMPONENTS
from referral_tui.dashboard.widgets.texts import Notice, StatusLine, TooSmall

if TYPE_CHECKING:
    from referral_tui.dashboard.commands import Command
    from referral_tui.dashboard.setup import Setup
    from referral_tui.dashboard.snapshot import Snapshot, Trouble
    from referral_tui.dashboard.status_message import StatusMessage
    from referral_tui.dashboard.step import Step

# columns and rows from which a layout fits; 72 x 20 is the least that anything is shown on
WIDTHS = [(0, "-w0"), (72, "-w1"), (110, "-w2"), (170, "-w3")]
HEIGHTS = [(0, "-h0"), (20, "-h1"), (28, "-h2"), (38, "-h3"), (54, "-h4")]
# columns or rows of what stands beside the part of a screen, such as a lesson
SIDE_PANEL, BOTTOM_PANEL = (40, 7)
SIDE_FROM = WIDTHS[1][0] + SIDE_PANEL  # columns from which it stands at the side, and not below


class QueryChanged(Message):
    """A screen needs something else to be read."""


class ScreenShownAgain(Message):
    """A screen is seen again, after another one or a box over it: what came in the meantime has not been shown."""


class CommandRequested(Message):
    """A screen asks for a command to the writer; `args` belong to the kind (see `db.control.send`)."""

    def __init__(self, kind: str, args: Mapping[str, object]) -> None:
        """Say what is wanted."""
        super().__init__()
        self.kind, self.args = kind, args


class StatusPosted(Message):
    """A screen has something to say on the status line."""

    def __init__(self, status_message: StatusMessage) -> None:
        """Say it."""
        super().__init__()
        self.status_message = status_message


class FollowRequested(Message):
    """The step keys should stop only at the events of a friend, given by a reference; None: at all events."""

    def __init__(self, reference: str | None) -> None:
        """Say whom to follow."""
        super().__init__()
        self.reference = reference


class FileReady(Message):
    """A screen has a text to save as a file; the app chooses the path, and says so."""

    def __init__(self, what: str, ending: str, text: str) -> None:
        """Set what it is, in a word, and how the file's name ends."""
        super().__init__()
        self.what, self.ending, self.text = what, ending, text


class Host(Protocol):
    """The app as its screens know it: what it was opened with, what was read last, and the current view."""

    setup: Setup
    snapshot: Snapshot | None
    view: View

    def beside(self) -> Iterable[Widget]:
        """Return what stands beside the part of every screen: nothing, except in a lesson."""


LOG = logging.getLogger(__name__)


class DashboardScreen(Screen[None]):
    """A screen of the dashboard, around a board (its own part) that shows the answers to a query.

    A subclass is loaded before the first paint, so it names the classes of both instead of importing them: they
    are loaded when the screen is opened, or by `load_parts` before that. Their types are in annotations.
    """

    KEY: ClassVar[str]
    TITLE_IN_TAB: ClassVar[str]
    MODE: ClassVar[str]
    FIRST_FOCUS: ClassVar[str]
    BOARD: ClassVar[str]
    """The class of the board, a widget with the id `board`: `module:Class` in the folder of the screens."""
    QUERY: ClassVar[str]
    """The class of the query, a `ScreenQuery` whose fields all have defaults; written likewise."""
    OWN_COMMANDS: ClassVar[tuple[Command, ...]] = ()
    """What can be done on this screen only; `action` is a method of the screen."""
    NEEDS_EVENTS: ClassVar[bool] = True
    """Whether a database without events has nothing to show here."""
    _screen_query: ScreenQuery
    """What the screen is set to: made when it is opened, changed by `change_query` alone."""
    AUTO_FOCUS = ""
    COMPONENT_CLASSES: ClassVar[set[str]] = COMPONENTS
    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS

    def __init_subclass__(cls, **settings: Any) -> None:
        """Bind the keys of the screen's own commands."""
        own: list[BindingType] = list(cls.__dict__.get("BINDINGS", ()))
        cls.BINDINGS = [*own, *(command.binding for command in cls.__dict__.get("OWN_COMMANDS", ()))]
        super().__init_subclass__(**settings)

    def __init__(self, tabs: Sequence[Tab] = ()) -> None:
        """Make the screen; `tabs` are all screens, including this one."""
        super().__init__()
        # Styles of a new screen are applied as it is mounted. Unless a theme was chosen since, Textual need not apply
        # them to everything twice more.
        self._css_update_count = 0
        self._tabs = tabs
        self._board_begun = False
        self._board_ready = False
        self._noticed = False
        self._covered = False
        self._had_focus: Widget | None = None

    def compose(self) -> ComposeResult:
        """Put the frame around the screen's own part."""
        yield TooSmall()
        yield TopBar(self._tabs)
        yield ClockBar()
        yield StatusLine()
        yield Notice()
        beside = list(self.host.beside())
        if beside:
            self._make_room()
        yield from beside
        yield KeyBar()

    def _make_room(self) -> None:
        """Leave room for what stands beside the screen's own part, which gets the layout of a smaller screen."""
        wider = [(0, "-w0"), WIDTHS[1], *((columns + SIDE_PANEL, name) for columns, name in WIDTHS[2:])]
        higher = [(rows + (BOTTOM_PANEL - 3 if rows else 0), name) for rows, name in HEIGHTS]
        # class variables of Textual's
        vars(self).update(HORIZONTAL_BREAKPOINTS=wider, VERTICAL_BREAKPOINTS=higher)
        self.add_class("-accompanied")

    def on_resize(self, event: events.Resize) -> None:
        """Keep the focus while the window is too small, and put what stands beside the board where it fits."""
        if event.size.width < WIDTHS[1][0] or event.size.height < HEIGHTS[1][0]:
            self._had_focus = self.focused or self._had_focus  # it goes with the board, which is hidden now
        elif self._had_focus is not None:
            self.call_after_refresh(self._focus_again)
        if self.has_class("-accompanied"):
            self.set_class(event.size.width >= SIDE_FROM, "-at-side")
            self.set_class(event.size.width < SIDE_FROM, "-above")

    async def build_board(self) -> bool:
        """Add the screen's own part, once: the frame is painted before it. Returns whether it did so now."""
        if self._board_begun:
            return False
        self._board_begun = True
        self._screen_query = load(self.QUERY)()
        await self.mount(load(self.BOARD)(), before=self.query_one(Notice))
        self._board_ready = True
        self.set_focus(self.query(self.FIRST_FOCUS).first())  # at once: a key that waits may move it on
        return True

    @property
    def is_ready(self) -> bool:
        """Whether its own part is there: a snapshot that arrives sooner is shown once it is."""
        return self._board_ready

    def on_screen_resume(self) -> None:
        """Show what came in the meantime."""
        self.post_message(ScreenShownAgain())

    # -- what a screen gives --------------------------------------------------------------------------

    @property
    def typing(self) -> bool:
        """Whether text is being typed, so that keys without ctrl are letters."""
        return False

    @property
    def covered(self) -> bool:
        """Whether a notice stands in place of all that the screen's own keys act on, so that they do nothing."""
        return self._covered

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Return whether an action can be done: one of the screen's own can't while a notice covers its part."""
        if self._covered and any(action == one.action.partition("(")[0] for one in self.OWN_COMMANDS):
            return False
        return super().check_action(action, parameters)

    def offers(self, command: Command) -> bool:  # noqa: ARG002 -- a screen says which
        """Return whether one of the screen's own commands does something now: the footer shows no others."""
        return True

    def screen_query(self) -> ScreenQuery:
        """Return what to read for the screen as it is now."""
        return self._screen_query

    def show_parts(self, snapshot: Snapshot, step: Step | None) -> None:
        """Show the answer to the screen's query in its own part; `step` is what the last step did."""
        raise NotImplementedError

    def show_alone(self) -> bool:
        """Show what can be shown without a database, and return whether there is anything."""
        return False

    # -- what a screen is given -----------------------------------------------------------------------

    @classmethod
    def load_parts(cls) -> None:
        """Load the modules of board and query, so that the screen opens 40 ms sooner."""
        load(cls.QUERY)
        load(cls.BOARD)

    @property
    def board(self) -> Widget:
        """The screen's own part."""
        return self.query_one("#board")

    @property
    def host(self) -> Host:
        """The app that it belongs to."""
        return cast("Host", self.app)

    def change_query(self, **changed: Any) -> None:
        """Change fields of the screen's query; if it differs then, it is read at once."""
        screen_query = replace(self._screen_query, **changed)
        if screen_query != self._screen_query:
            self._screen_query = screen_query
            self.post_message(QueryChanged())

    def send_command(self, kind: str, args: Mapping[str, object]) -> None:
        """Send a command to the writer; the status line says what happens to it."""
        self.post_message(CommandRequested(kind, args))

    def say(self, status_message: StatusMessage) -> None:
        """Say something on the status line."""
        self.post_message(StatusPosted(status_message))

    def save_file(self, what: str, ending: str, text: str) -> None:
        """Save a text where pictures and tables go; `what` says what it is, in a word."""
        self.post_message(FileReady(what, ending, text))

    def show(self, snapshot: Snapshot, step: Step | None, instead: Trouble | None = None) -> None:
        """Show a snapshot; `instead` replaces the screen's own part.

        Which of the two is visible is changed only if necessary: all styles are applied again, which costs 20 ms.
        """
        program = snapshot.program
        view = snapshot.request.view
        self.query_one(TopBar).show(program.name if program else "", view.side)
        self.query_one(ClockBar).show(snapshot)
        # or the answer to another screen's query: ours is on its way
        here = snapshot.request.place == self.MODE
        if instead is not None:
            self.notice(instead.title, instead.text, bad=not instead.waiting)
        elif here and snapshot.trouble is not None:
            self._notice(snapshot.trouble)
        elif here:
            noticed, self._noticed = self._noticed, False
            self._covered = False
            try:
                self.show_parts(snapshot, step)
            except Exception:  # a screen that fails must not take the others with it
                LOG.exception("the screen %s could not be shown", self.MODE)
                self._notice(FAILED)
            self.set_class(self._noticed, "-notice")
            if noticed and not self._noticed:
                self.call_after_refresh(self._focus_again)

    def _focus_again(self) -> None:
        """Restore the focus that was lost while something replaced the screen's own part."""
        before, self._had_focus = self._had_focus, None
        if self.focused is None:
            there = before is not None and before.is_attached and before.focusable
            self.set_focus(before if there else self.query(self.FIRST_FOCUS).first())

    def notice(self, title: str, text: str, *, bad: bool) -> None:
        """Say why there is nothing to show, in place of the screen's own part, whose keys do nothing meanwhile."""
        self._noticed = self._covered = True
        self.query_one(Notice).show(title, text, bad=bad)
        self.set_class(True, "-notice")

    def _notice(self, trouble: Trouble) -> None:
        """Say what failed; the screen's own keys may help, such as the one that empties the filter."""
        self.notice(trouble.title, trouble.text, bad=not trouble.waiting)
        self._covered = False

    def show_status(self, status_message: StatusMessage) -> None:
        """Show this message in the status line."""
        self.query_one(StatusLine).show(status_message)

    def hint(self, hints: Sequence[KeyHint]) -> None:
        """Show these keys in the footer."""
        self.query_one(KeyBar).show(hints)


def load(name: str) -> Any:
    """Return a class that is loaded now, named as `module:Class` in the folder of the screens."""
    module, _, member = name.partition(":")
    return getattr(import_module(f"referral_tui.dashboard.screens.{module}"), member)

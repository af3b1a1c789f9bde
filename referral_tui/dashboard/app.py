"""The dashboard's app: screens as modes, the feed's messages, and what the keys do."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import SystemCommand
from textual.binding import BindingType
from textual.screen import Screen

from referral_tui.dashboard.commands import COMMANDS, place_command
from referral_tui.dashboard.frame import (
    CommandRequested,
    DashboardScreen,
    FileReady,
    FollowRequested,
    QueryChanged,
    ScreenShownAgain,
    StatusPosted,
)
from referral_tui.dashboard.hints import hints, keys_elsewhere
from referral_tui.dashboard.palette import system_commands
from referral_tui.dashboard.past import full_hour, travel
from referral_tui.dashboard.query import Request, View
from referral_tui.dashboard.saving import free_path, table_text
from referral_tui.dashboard.screens.data import DataScreen
from referral_tui.dashboard.screens.journeys import JourneysScreen
from referral_tui.dashboard.screens.load import LoadScreen
from referral_tui.dashboard.screens.overview import OverviewScreen
from referral_tui.dashboard.screens.program import ProgramScreen
from referral_tui.dashboard.screens.referrers import ReferrersScreen
from referral_tui.dashboard.screens.rewards import RewardsScreen
from referral_tui.dashboard.screens.whatif import WhatIfScreen
from referral_tui.dashboard.setup import Setup
from referral_tui.dashboard.snapshot import Snapshot, Trouble
from referral_tui.dashboard.status_message import PRESS_Q, StatusMessage
from referral_tui.dashboard.status_texts import NO_NAMES, notice, view_status, writer_status
from referral_tui.dashboard.themed import ThemedApp
from referral_tui.dashboard.topic import Topic
from referral_tui.dashboard.widgets.bars import KeyHint, Tab
from referral_tui.dashboard.widgets.hidden import HiddenFilter
from referral_tui.dashboard.widgets.lines import Explained
from referral_tui.dashboard.widgets.rows import HasRows
from referral_tui.dashboard.widgets.typed import OrderedKeys

if TYPE_CHECKING:
    from textual.filter import LineFilter
    from textual.widget import Widget

    from referral_tui.dashboard.feed import Feed
    from referral_tui.dashboard.messages import CommandFailed, CommandSent, ReadFailed, SnapshotTaken
    from referral_tui.dashboard.steering import Steering, Stop

REST_AFTER_S = 0.3  # from the first numbers until what other screens need is loaded
LOG = logging.getLogger(__name__)
SCREENS: tuple[type[DashboardScreen], ...] = (  # in the order of their keys; one line a screen
    OverviewScreen,
    JourneysScreen,
    RewardsScreen,
    ReferrersScreen,
    ProgramScreen,
    DataScreen,
    LoadScreen,
    WhatIfScreen,
)
ALONE = Trouble(
    "No database is open",
    "8 tries out the design; `referral-tui simulate` and then `referral-tui dashboard` show one at work here.",
    waiting=False,
)
NO_REWIND = "Only the world of a demo can be recreated; [ looks back by the hour."
NOW_ALREADY = "This is now already; [ goes back an hour, { a day."
NO_STOP = "There is no stop before this one: pause with space, or go on with . first."
GENERAL = Topic("Help", "Move the focus with tab or the arrow keys; ? explains whatever has it.")


def open_screen(place: type[DashboardScreen]) -> DashboardScreen:
    """Make a screen, with the tabs of all of them."""
    return place(
        [Tab(one.KEY, one.TITLE_IN_TAB, f"app.place('{one.MODE}')", one is place) for one in SCREENS]
    )


class Dashboard(OrderedKeys, ThemedApp):
    """The app, which shows one database."""

    CSS_PATH = "dashboard.tcss"
    TITLE = "referral-tui"
    BINDINGS: ClassVar[list[BindingType]] = [
        *(command.binding for command in COMMANDS),
        *(place_command(place.MODE, place.TITLE_IN_TAB, place.KEY).binding for place in SCREENS),
    ]

    def __init__(self, setup: Setup) -> None:
        """Prepare the app; nothing is opened before the first paint."""
        self._first = next(place for place in SCREENS if setup.preferences.start == place.MODE)
        others = {place.MODE: partial(open_screen, place) for place in SCREENS if place is not self._first}
        vars(self).update(DEFAULT_MODE=self._first.MODE, MODES=others)  # class variables of Textual's
        super().__init__()
        self.setup = setup
        self.snapshot: Snapshot | None = None
        self.trouble: Trouble | None = None
        self.steering: Steering | None = None
        self.feed: Feed | None = None
        self._names_allowed = False
        self.settled: Callable[[], None] = lambda: None
        """Called when what was made just now will stay: a screen was furnished, or modules loaded."""
        self.view = View(at=None if setup.at is None else full_hour(setup.at))
        self._sieve = HiddenFilter()
        self.use_theme(setup.preferences.theme, setup.preferences.keys)

    def get_default_screen(self) -> Screen[Any]:
        """Open the first screen; as a mode like the others, all styles would be parsed again."""
        screen = open_screen(self._first)
        for path in screen.css_path:  # Textual reads those of modes only
            self.stylesheet.read(path)
        return screen

    def on_mount(self) -> None:
        """Start reading once the first screen is painted."""
        # the first screen is there already; now it can be gone back to by its name
        self.add_mode(self._first.MODE, partial(open_screen, self._first))
        self.call_after_refresh(self._begin)

    def on_unmount(self) -> None:
        """Stop reading."""
        if self.feed is not None:
            self.feed.stop()

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Keep hidden characters from being painted, whatever drew them."""
        return [*super().get_line_filters(), self._sieve]

    def beside(self) -> Iterable[Widget]:
        """Put nothing beside the screens' own parts."""
        return ()

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:  # noqa: ARG002
        """Offer every command of the dashboard in the palette."""
        return system_commands(self, self.place.OWN_COMMANDS if self.place is not None else (), SCREENS)

    # -- what the feed says ---------------------------------------------------------------------------

    def on_snapshot_taken(self, message: SnapshotTaken) -> None:
        """Show a new snapshot."""
        if self.snapshot is None:
            self.set_timer(REST_AFTER_S, self._load_rest)
        self.snapshot, self.trouble = message.snapshot, None
        if self.steering is not None:
            self.steering.see(message.snapshot)
        clock = message.snapshot.database_status.clock
        if self.view.at is not None and clock is not None and self.view.at >= clock.sim_at:
            self.show_view(replace(self.view, at=None))  # opened at a moment that has not come yet
        self._show()

    def on_read_failed(self, message: ReadFailed) -> None:
        """Say why nothing can be read; what was read before stays."""
        self.trouble = message.trouble
        LOG.info("%s: %s", message.trouble.title, message.trouble.text)
        self._show()

    def on_query_changed(self, _message: QueryChanged) -> None:
        """Request what the open screen wants now."""
        self._ask()

    def on_screen_shown_again(self, _message: ScreenShownAgain) -> None:
        """Show what came while a box stood over the screen."""
        self._show()

    def on_command_requested(self, message: CommandRequested) -> None:
        """Send the command that a screen asks for."""
        if self.feed is not None:
            self.feed.send(message.kind, message.args)

    def on_status_posted(self, message: StatusPosted) -> None:
        """Show what a screen has to say."""
        if self.steering is not None:
            self.steering.say(message.status_message)
        self._refresh_status()

    def on_follow_requested(self, message: FollowRequested) -> None:
        """Follow a friend, or stop following."""
        if self.steering is not None:
            self.steering.following = message.reference
            name = self.snapshot.names(message.reference) if message.reference and self.snapshot else ""
            self.steering.say(
                StatusMessage(
                    f"Following {name}: . and , stop only at what happens to them; f ends it.", "good"
                )
                if message.reference
                else StatusMessage("Following nobody: . and , stop at everybody's events again.", "good")
            )
        self._show()

    def on_file_ready(self, message: FileReady) -> None:
        """Save what a screen has to save."""
        self._save(message.what, "", message.ending, message.text)

    def on_command_sent(self, message: CommandSent) -> None:
        """Say that a command is on its way."""
        if self.steering is not None:
            self.steering.sent(message.command, self.snapshot)
        self._refresh_status()

    def on_command_failed(self, message: CommandFailed) -> None:
        """Say that a command could not be sent."""
        if self.steering is not None:
            self.steering.failed(message.text)
        self._refresh_status()

    # -- what the keys do -----------------------------------------------------------------------------

    def action_pause(self) -> None:
        """Pause, or go on."""
        self._steer("pause")

    def action_step(self, until: str | None = None) -> None:
        """Go forward one event, or to the next change; from the past go to now first, where the effect can be seen."""
        self.show_view(replace(self.view, at=None))
        self._steer("step", until=until)

    def action_rewind(self) -> None:
        """Offer the stops before the one that is shown, if we can recreate the world."""
        if self.steering is None:
            return
        if self.setup.rewind is None:
            self.on_status_posted(StatusPosted(StatusMessage(NO_REWIND, "warn")))
            return
        if self.steering.is_going_back:
            return
        stops = self.steering.stops_before(self.snapshot)
        if not stops:
            self.on_status_posted(StatusPosted(StatusMessage(NO_STOP, "warn")))
            return
        from referral_tui.dashboard.screens.stops_box import StopsBox

        self.push_screen(StopsBox(stops), self._go_back)

    def _go_back(self, stop: Stop | None) -> None:
        """Recreate the world up to a stop."""
        if stop is None or self.steering is None or self.setup.rewind is None:
            return
        self.show_view(replace(self.view, at=None))
        self.steering.going_back(stop.seq)
        self._refresh_status()
        self.run_worker(partial(self.setup.rewind, stop.seq), thread=True, exclusive=True, group="rewind")

    def action_speed(self, faster: int) -> None:
        """Go faster (1) or slower (-1)."""
        self._steer("speed", faster)

    async def action_place(self, mode: str) -> None:
        """Go to a screen."""
        if self.steering is not None and mode != self.current_mode:
            self.steering.leave_screen()
        await self.switch_mode(mode)
        if self.place is not None and await self.place.build_board():
            self.call_after_refresh(self.settled)
        self._ask()
        self._show()

    def action_wall(self) -> None:
        """Change the side of the wall; names are shown for the first time only after a confirmation."""
        if self.setup.read_only:
            self.on_status_posted(StatusPosted(StatusMessage(NO_NAMES, "warn")))
            return
        if self.view.side == "platform" and not self._names_allowed:
            from referral_tui.dashboard.screens.confirm import REAL_NAMES, ConfirmScreen

            self.push_screen(ConfirmScreen(REAL_NAMES), self._cross)
        else:
            self.show_view(replace(self.view, side="client" if self.view.side == "platform" else "platform"))

    def action_travel(self, hours: int) -> None:
        """Go back (below 0) or forward in time; at the end it is live again."""
        clock = self.snapshot.database_status.clock if self.snapshot else None
        if hours > 0 and self.view.at is None:
            self.on_status_posted(StatusPosted(StatusMessage(NOW_ALREADY, "warn")))
        else:
            self.show_view(replace(self.view, at=travel(self.view.at, hours, clock)))

    def action_explain(self) -> None:
        """Explain what has the focus."""
        from referral_tui.dashboard.screens.explain import ExplainScreen

        focused = self.focused
        topic = focused.topic() if isinstance(focused, Explained) else GENERAL
        keys = [(hint.key, hint.tooltip) for hint in self._hints(everything=True)]
        keys += keys_elsewhere(SCREENS, self.place)
        self.push_screen(ExplainScreen(topic, keys))

    def action_help_quit(self) -> None:
        """Say which key leaves: in a terminal Ctrl-C is often tried first."""
        self.on_status_posted(StatusPosted(PRESS_Q))

    def action_picture(self) -> None:
        """Save a picture of the screen."""
        self._save("picture", "", "svg", self.export_screenshot(title=self.title))

    def action_table(self) -> None:
        """Save the rows of the table that has the focus, or else of the first one on the screen."""
        if self.steering is None or self.place is None:
            return
        shown = [] if self.place.covered else [self.focused, *self.place.query("*")]
        parts: list[object] = [part for part in shown if part is not None and part.display]
        table = next((part for part in parts if isinstance(part, HasRows)), None)
        if table is None:
            self.steering.refused("There is no table on this screen.")
            self._refresh_status()
        else:
            calls = self.snapshot.names.found if self.snapshot else {}
            self._save("table", f"-{table.id}", "csv", table_text(table.rows, calls))

    def _save(self, what: str, part: str, ending: str, text: str) -> None:
        """Save a file in the current folder, or send it to the browser, and say so."""
        from simulator.domain.errors import InputError
        from simulator.domain.writing import write_text

        if self.steering is None:
            return
        path = free_path(self.setup.pictures, f"{self.current_mode}{part}", self._now, ending)
        if self.is_web:
            self.deliver_text(io.StringIO(text), save_filename=path.name)
            message = StatusMessage(f"The {what} was sent to your browser: {path.name}", "good")
        else:
            try:
                write_text(path, text)
            except InputError as error:
                message = StatusMessage(f"The {what} {error}.", "bad")
            else:
                message = StatusMessage(f"{what.capitalize()} saved: {path.absolute()}", "good")
        self.steering.say(message)
        self._refresh_status()

    # -- inside ---------------------------------------------------------------------------------------

    @property
    def place(self) -> DashboardScreen | None:
        """The screen of the dashboard that is open, also under a box."""
        return next(
            (screen for screen in reversed(self.screen_stack) if isinstance(screen, DashboardScreen)), None
        )

    async def _begin(self) -> None:
        # what reads and steers is loaded now: the first paint does not wait for it
        from referral_tui.dashboard.feed import Feed
        from referral_tui.dashboard.steering import Steering

        if self.place is not None:
            await self.place.build_board()
        self.steering = Steering()
        setup = self.setup
        self.feed = Feed(setup.path, self.post_message, setup.clocks, setup.ended, read_only=setup.read_only)
        self._ask()
        self._refresh_status()
        if setup.alone is None:
            self.feed.start()
        else:
            self.trouble = ALONE
            self._show()

    def _load_rest(self) -> None:
        """Load what the other screens need, in the background: otherwise each takes 40 ms more when first opened."""
        self.run_worker(self._load_parts, thread=True)

    def _load_parts(self) -> None:
        for place in SCREENS:
            place.load_parts()
        self.settled()

    def _ask(self) -> None:
        """Ask the reader thread for what the open screen needs."""
        if self.feed is not None and self.place is not None and self.place.is_ready:
            self.feed.ask(Request(self.place.MODE, self.place.screen_query(), self.view))

    def _cross(self, yes: bool | None) -> None:
        """Show names, if that was confirmed."""
        if yes:
            self._names_allowed = True
            self.show_view(replace(self.view, side="client"))

    def show_view(self, view: View) -> None:
        """Show another side of the wall, or another moment."""
        if view != self.view:
            if self.steering is not None:
                if view.at != self.view.at:
                    self.steering.forget()  # what was said about now is not what is seen
                else:
                    self.steering.leave_screen()  # the other side may have something to say
            self.view = view
            self._ask()

    def _steer(self, kind: str, faster: int = 0, until: str | None = None) -> None:
        if self.steering is None or self.feed is None:
            return
        plan = self.steering.plan(kind, self.snapshot, faster, until)
        if plan.refusal:
            self.steering.refused(plan.refusal)
            self._refresh_status()
        for name, args in plan.commands:
            self.feed.send(name, args)

    def _show(self) -> None:
        place = self.place
        if place is None or place is not self.screen or not place.is_ready:
            return  # under a box it stands still: it would be dimmed again at each tick
        instead = notice(self.snapshot, self.trouble, self.setup.path, starting=self.setup.starting)
        if self.snapshot is not None:
            step = self.steering.step if self.steering else None
            place.show(self.snapshot, step, instead if place.NEEDS_EVENTS else None)
        elif not place.show_alone() and instead is not None:
            place.notice(instead.title, instead.text, bad=not instead.waiting)
        self._refresh_status()

    def _refresh_status(self) -> None:
        place = self.place
        if place is not None and place.is_ready:
            place.show_status(self._status_message())
            place.hint(self._hints())

    def _status_message(self) -> StatusMessage:
        snapshot = self.snapshot
        message = self.steering.status_message if self.steering else None
        if snapshot is None and self.setup.alone is not None:
            return message or StatusMessage(f"What if, of {self.setup.alone.name}: no database is open.")
        if snapshot is None:
            return message or StatusMessage(f"Looking at {self.setup.path}")
        going_back = self.steering is not None and self.steering.is_going_back
        if self.trouble is not None and not (going_back and self.trouble.waiting):
            return StatusMessage(
                f"{self.trouble.title}: what was read before is shown. {self.trouble.text}", "bad"
            )
        if message is not None:
            return message
        return view_status(snapshot) or writer_status(snapshot)

    def _hints(self, *, everything: bool = False) -> list[KeyHint]:
        snapshot, place = self.snapshot, self.place
        simulated = snapshot is not None and snapshot.database_status.made_by != "ingest"
        status = snapshot.status if snapshot is not None and simulated else None
        if place is None:
            return hints(self, (), status, everything=everything)
        own = [one for one in place.OWN_COMMANDS if everything or (not place.covered and place.offers(one))]
        return hints(self, own, status, everything=everything, typing=place.typing)

    @property
    def _now(self) -> int:
        """The simulated moment that is shown, milliseconds UTC; 0 if none is known."""
        if self.view.at is not None:
            return self.view.at
        clock = self.snapshot.database_status.clock if self.snapshot else None
        return clock.sim_at if clock else 0

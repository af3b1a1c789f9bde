"""The dashboard's app: screens as modes, the feed's messages, and what the keys do."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.screen import Screen

from referral_tui import figures
from referral_tui.dashboard.clocks import Clocks
from referral_tui.dashboard.commands import COMMANDS
from referral_tui.dashboard.frame import Place
from referral_tui.dashboard.screens.overview import OverviewScreen
from referral_tui.dashboard.snapshot import Snapshot, Trouble
from referral_tui.dashboard.telling import Telling
from referral_tui.dashboard.themes import DAY, NIGHT
from referral_tui.dashboard.topic import Topic
from referral_tui.dashboard.widgets.bars import KeyHint, Tab
from referral_tui.dashboard.widgets.lines import Explained

if TYPE_CHECKING:
    from referral_tui.dashboard.feed import Feed
    from referral_tui.dashboard.messages import Fresh, OrderFailed, OrderSent, Troubled
    from referral_tui.dashboard.orders import Orders

LOG = logging.getLogger(__name__)
PLACES: tuple[type[Place], ...] = (OverviewScreen,)
GENERAL = Topic("Help", "Move the focus with tab or the arrow keys; ? explains what has it.")

_RUN_SAYS = {
    "running": "Live. ? explains any part, space pauses, . goes one event at a time.",
    "paused": "Paused. Press . for one event and what it does, space to go on.",
    "finished": "This run is finished, and this is how it ended. ? explains any part.",
    "stopped": "Stopped before its end; `referral-tui simulate --resume` goes on with it.",
}
_FILES_SAY = {
    "running": "Events are coming in from files. ? explains any part.",
    "finished": "These events came from files; this is what stands. ? explains any part.",
    "stopped": "The files were not read to their end: `ingest` them again, nothing doubles.",
}


@dataclass(frozen=True)
class Setup:
    """What a dashboard is opened with. `ended` tells why the writer we started is gone, if we started one."""

    path: Path
    pictures: Path = field(default_factory=Path)
    clocks: Clocks = field(default_factory=Clocks)
    ended: Callable[[], str | None] | None = None
    starting: bool = False
    """A writer of ours is on its way: no database yet is no trouble."""


def _open(place: type[Place]) -> Place:
    """Make a screen, with the tabs of all of them."""
    return place([Tab(one.KEY, one.TITLE_IN_TAB, f"app.place('{one.MODE}')", one is place) for one in PLACES])


class Dashboard(App[None]):
    """Looks at one database."""

    CSS_PATH = "dashboard.tcss"
    TITLE = "referral-tui"
    MODES: ClassVar[dict[str, str | Callable[[], Screen[Any]]]] = {
        place.MODE: partial(_open, place) for place in PLACES[1:]
    }
    DEFAULT_MODE = PLACES[0].MODE
    BINDINGS: ClassVar[list[BindingType]] = [
        *(command.binding for command in COMMANDS),
        *((place.KEY, f"place('{place.MODE}')", place.TITLE_IN_TAB) for place in PLACES),
    ]

    def __init__(self, setup: Setup) -> None:
        """Prepare to look; nothing is opened before the first paint."""
        super().__init__()
        self.setup = setup
        self.snapshot: Snapshot | None = None
        self.trouble: Trouble | None = None
        self.orders: Orders | None = None
        self.feed: Feed | None = None
        self.register_theme(NIGHT)
        self.register_theme(DAY)
        self.set_reactive(App.theme, NIGHT.name)  # by its setter all styles would be parsed once more
        self.stylesheet.set_variables(self.get_css_variables())

    def get_default_screen(self) -> Screen[Any]:
        """Open the first screen; as a mode like the others all styles would be parsed once more."""
        return _open(PLACES[0])

    def on_mount(self) -> None:
        """Begin to look once the first picture stands."""
        self.call_after_refresh(self._begin)
        self._leave_on_signals()

    def on_unmount(self) -> None:
        """Stop looking."""
        if self.feed is not None:
            self.feed.stop()

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:  # noqa: ARG002
        """Offer every command of the dashboard in the palette."""
        for command in COMMANDS:
            if command.id != "palette":
                yield SystemCommand(command.title, command.says, _runner(self, command.action))
        for place in PLACES:
            yield SystemCommand(
                place.TITLE_IN_TAB,
                f"Goes to this screen, key {place.KEY}",
                _runner(self, f"place('{place.MODE}')"),
            )

    # -- what the feed tells --------------------------------------------------------------------------

    def on_fresh(self, message: Fresh) -> None:
        """Show a new snapshot."""
        self.snapshot, self.trouble = message.snapshot, None
        if self.orders is not None:
            self.orders.see(message.snapshot)
        self._show()

    def on_troubled(self, message: Troubled) -> None:
        """Say why nothing can be read; what was read before stays."""
        self.trouble = message.trouble
        LOG.info("%s: %s", message.trouble.title, message.trouble.text)
        self._show()

    def on_order_sent(self, message: OrderSent) -> None:
        """Say that an order is on its way."""
        if self.orders is not None:
            self.orders.sent(message.order, self.snapshot)
        self._tell()

    def on_order_failed(self, message: OrderFailed) -> None:
        """Say that an order could not be sent."""
        if self.orders is not None:
            self.orders.failed(message.text)
        self._tell()

    # -- what the keys do -----------------------------------------------------------------------------

    def action_pause(self) -> None:
        """Pause, or go on."""
        self._order("pause")

    def action_step(self) -> None:
        """Go one event on."""
        self._order("step")

    def action_speed(self, faster: int) -> None:
        """Go faster (1) or slower (-1)."""
        self._order("speed", faster)

    async def action_place(self, mode: str) -> None:
        """Go to a screen."""
        await self.switch_mode(mode)
        if self.place is not None:
            await self.place.furnish()
        self._show()

    def action_explain(self) -> None:
        """Explain what has the focus."""
        from referral_tui.dashboard.screens.explain import ExplainScreen  # noqa: PLC0415 -- when it is wanted

        focused = self.focused
        topic = focused.topic() if isinstance(focused, Explained) else GENERAL
        keys = [(hint.key, hint.tooltip) for hint in self._hints(everything=True)]
        self.push_screen(ExplainScreen(topic, keys))

    def action_theme(self) -> None:
        """Change between dark and light."""
        self.theme = DAY.name if self.theme == NIGHT.name else NIGHT.name

    def action_picture(self) -> None:
        """Save a picture of the screen."""
        if self.orders is None:
            return
        path = self._free_path()
        try:
            path.write_text(self.export_screenshot(title=self.title), encoding="utf-8")
        except OSError as error:
            self.orders.failed(f"the picture {path} can't be written ({error.strerror})")
        else:
            self.orders.refused(f"Picture saved: {path.absolute()}")
        self._tell()

    # -- inside ---------------------------------------------------------------------------------------

    @property
    def place(self) -> Place | None:
        """The screen of the dashboard that is open, also under a box."""
        return next((screen for screen in reversed(self.screen_stack) if isinstance(screen, Place)), None)

    def _leave_on_signals(self) -> None:
        """Leave in order when we are told to end, or the terminal is closed: whoever opened us cleans up."""
        for name in ("SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is not None:
                with contextlib.suppress(
                    NotImplementedError, RuntimeError, ValueError
                ):  # not on every system
                    asyncio.get_running_loop().add_signal_handler(number, self.exit)

    async def _begin(self) -> None:
        # what reads and steers is loaded now: the first paint does not wait for it
        from referral_tui.dashboard.feed import Feed  # noqa: PLC0415
        from referral_tui.dashboard.orders import Orders  # noqa: PLC0415

        if self.place is not None:
            await self.place.furnish()
        self.orders = Orders()
        self.feed = Feed(self.setup.path, self.post_message, self.setup.clocks, self.setup.ended)
        self._tell()
        self.feed.start()

    def _order(self, kind: str, faster: int = 0) -> None:
        if self.orders is None or self.feed is None:
            return
        plan = self.orders.plan(kind, self.snapshot, faster)
        if plan.refusal:
            self.orders.refused(plan.refusal)
            self._tell()
        for name, args in plan.orders:
            self.feed.send(name, args)

    def _show(self) -> None:
        place = self.place
        if place is None:
            return
        notice = self._notice()
        if self.snapshot is not None:
            place.show(self.snapshot, self.orders.step_mark if self.orders else None)
        if notice is not None:
            place.notice(notice.title, notice.text, bad=not notice.waiting)
        self._tell()

    def _tell(self) -> None:
        place = self.place
        if place is not None:
            place.tell(self._telling())
            place.hint(self._hints())

    def _notice(self) -> Trouble | None:
        """Find what stands in for the screen, if something does."""
        if self.snapshot is not None:
            return _nothing_yet(self.snapshot, self.setup.path)
        if self.trouble is not None and self.setup.starting and self.trouble.waiting:
            return Trouble(
                "Starting the simulation",
                "A world is being made: customers, links, friends, habits. The first events appear in a few seconds.",
                True,
            )
        if self.trouble is not None and self.trouble.waiting:
            return Trouble(
                self.trouble.title,
                f"{self.trouble.text}\n\nThis screen goes on by itself as soon as there is something to show.",
                True,
            )
        return self.trouble

    def _telling(self) -> Telling:
        snapshot = self.snapshot
        told = self.orders.telling if self.orders else None
        if snapshot is None:
            return told or Telling(f"Looking at {self.setup.path}")
        if self.trouble is not None:
            return Telling(f"{self.trouble.title}: what was read before is shown. {self.trouble.text}", "bad")
        if told is not None:
            return told
        return _status_telling(snapshot)

    def _hints(self, *, everything: bool = False) -> list[KeyHint]:
        going = self.snapshot is not None and self.snapshot.status == "paused"
        hints: list[KeyHint] = []
        shown = {
            active.binding.id: key for key, active in self.screen.active_bindings.items() if active.binding.id
        }
        for command in COMMANDS:
            if command.label is None and not everything:
                continue
            key = shown.get(command.id)
            default = command.shown_key or command.keys
            text = default if key is None or key in command.keys.split(",") else key
            label = "go on" if command.id == "world.pause" and going else command.label or ""
            hints.append(KeyHint(text, label, f"app.{command.action}", command.says))
        return hints

    def _free_path(self) -> Path:
        at = self.snapshot.overview.clock.sim_at if self.snapshot and self.snapshot.overview.clock else 0
        stem = f"referral-{self.current_mode}-{figures.file_moment(at)}"
        number = 1
        while True:
            path = self.setup.pictures / f"{stem}{'' if number == 1 else f'-{number}'}.svg"
            if not path.exists():
                return path
            number += 1


def _runner(app: App[None], action: str) -> Callable[[], None]:
    """Make a palette's callback that runs an action as its key would."""

    def run() -> None:
        app.call_later(app.run_action, action)

    return run


def _nothing_yet(snapshot: Snapshot, path: Path) -> Trouble | None:
    if snapshot.overview.newest_seq:
        return None
    if snapshot.status in ("running", "paused"):
        return Trouble("No events yet", "The run has begun; its first events are on their way.", True)
    return Trouble(
        "No events yet",
        f"This database holds none. `referral-tui ingest FILE --db {path}` puts real ones in; "
        "`referral-tui simulate --db NEW.db` makes a world of its own; `referral-tui demo` shows one.",
        True,
    )


def _status_telling(snapshot: Snapshot) -> Telling:
    if snapshot.stopped_at is not None:
        why = f" It said: {snapshot.why}" if snapshot.why else ""
        return Telling(
            f"The writer stopped at {figures.clock_time(snapshot.stopped_at)} UTC, without a word of goodbye. "
            f"What it wrote is shown.{why}",
            "bad",
        )
    said = _FILES_SAY if snapshot.overview.made_by == "ingest" else _RUN_SAYS
    return Telling(said.get(snapshot.status, "? explains any part."))

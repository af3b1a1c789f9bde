"""Show the speaker's notes in a second terminal: the clock, what to say now, and what comes next."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.strip import Strip

from referral_tui.dashboard.clocks import Clocks
from referral_tui.dashboard.themed import ThemedApp
from referral_tui.dashboard.widgets.digits import digits
from referral_tui.dashboard.widgets.inks import COMPONENTS
from referral_tui.dashboard.widgets.lines import LineWidget, wrap
from referral_tui.lessons.notes import NotesFile, TalkState

LOOK_S: Final = 0.25
NONE_OPEN: Final = "No talk is open. In the terminal that the room sees: referral-tui present TALK"


class Notes(LineWidget):
    """The clock, the step that is shown with its notes, and the title of the next one."""

    def __init__(self) -> None:
        super().__init__(id="notes")
        self._state: TalkState | None = None
        self._clock = ""

    def show(self, state: TalkState | None, now_ms: int) -> None:
        """Set the step of the talk, at a moment of the wall clock."""
        clock = "" if state is None else clock_words((now_ms - state.began) // 1000)
        if (state, clock) != (self._state, self._clock):
            self._state, self._clock = state, clock
            self.redraw()

    def draw(self, width: int, height: int) -> Iterator[Strip]:  # noqa: ARG002 -- what does not fit is cut
        """Draw them below one another."""
        state = self._state
        if state is None:
            for text in wrap(NONE_OPEN, width):
                yield self.line(width).add(text, self.ink("quiet")).strip()
            return
        late = self._seconds > state.minutes * 60
        for row in digits(self._clock) or [self._clock]:
            yield self.line(width).add(row, self.ink("bad" if late else "accent")).strip()
        of = f"of {state.minutes}:00 · step {state.place + 1} of {len(state.titles)} · {state.title}"
        yield self.line(width).add(of, self.ink("quiet")).strip()
        yield self.line(width).strip()
        yield self.line(width).add(state.titles[state.place], self.ink("strong")).strip()
        for text in wrap(state.notes[state.place], width):
            yield self.line(width).add(text, self.ink("plain")).strip()
        yield self.line(width).strip()
        rest = state.titles[state.place + 1 :]
        yield self.line(width).add(f"next: {rest[0]}" if rest else "the last step", self.ink("quiet")).strip()

    @property
    def _seconds(self) -> int:
        minutes, _, seconds = self._clock.partition(":")
        return int(minutes) * 60 + int(seconds)


class Speaker(ThemedApp):
    """Shows the notes of the talk that is open on this machine."""

    CSS_PATH = "dashboard.tcss"
    TITLE = "notes"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("q,escape,ctrl+c", "quit", "Quit", tooltip="Quits")]

    def __init__(self, file: NotesFile, clocks: Clocks, theme: str) -> None:
        """Read the notes from a file."""
        super().__init__()
        self._file, self._clocks = file, clocks
        self.use_theme(theme)

    def get_default_screen(self) -> Screen[None]:
        """Show the notes, and nothing else."""
        return NotesScreen()

    def on_mount(self) -> None:
        """Read the file now, and keep reading it."""
        self.set_interval(LOOK_S, self.look)
        self.call_after_refresh(self.look)

    def look(self) -> None:
        """Show where the talk is."""
        self.screen.query_one(Notes).show(self._file.read(), self._clocks.wall_ms())


class NotesScreen(Screen[None]):
    """The notes on a screen of their own."""

    COMPONENT_CLASSES: ClassVar[set[str]] = COMPONENTS

    def compose(self) -> ComposeResult:
        """Put the notes in."""
        yield Notes()


def clock_words(seconds: int) -> str:
    """Write a span as minutes and seconds: `1:05`."""
    minutes, rest = divmod(max(0, seconds), 60)
    return f"{minutes}:{rest:02}"

"""The list of lessons: a box over the dashboard; enter begins or goes on with one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.style import Style
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.strip import Strip

from referral_tui.dashboard.screens.explain import clickable
from referral_tui.dashboard.widgets.inks import COMPONENTS
from referral_tui.dashboard.widgets.lines import LineWidget, wrap

ChosenLesson = tuple[int, bool]
"""The place of a lesson, and whether it is to begin from its first step."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A lesson in the list: `state` says how far it has been completed."""

    title: str
    about: str
    state: str
    ended: bool


class LessonList(ModalScreen[ChosenLesson | None]):
    """A box with the lessons; returns which one to open, or None to leave."""

    COMPONENT_CLASSES: ClassVar[set[str]] = COMPONENTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Up", id="lessons.up", tooltip="One lesson up"),
        Binding("down", "move(1)", "Down", id="lessons.down", tooltip="One lesson down"),
        Binding("enter,space", "open(False)", "Open", id="lessons.open", tooltip="Begins, or goes on"),
        Binding("r", "open(True)", "Again", id="lessons.again", tooltip="Begins from the first step"),
        Binding("q,escape", "dismiss(None)", "Quit", id="lessons.quit", tooltip="Leaves"),
        *(
            Binding(
                str(number),
                f"pick({number - 1})",
                f"Lesson {number}",
                id=f"lessons.{number}",
                tooltip="Opens it",
            )
            for number in range(1, 10)
        ),
    ]

    def __init__(self, entries: Sequence[Entry], place: int) -> None:
        """List the lessons, with the cursor at a place."""
        super().__init__()
        self._entries, self._place = tuple(entries), place

    def compose(self) -> ComposeResult:
        """Put the list into a box."""
        with Vertical(id="lessons-box") as box:
            box.border_title = "Lessons of five minutes"
            box.border_subtitle = clickable(
                ("screen.open(False)", "enter opens"),
                ("screen.open(True)", "r from the start"),
                ("screen.dismiss(None)", "q quits"),
            )
            yield Entries(self._entries, self._place)

    def action_move(self, step: int) -> None:
        """Move the cursor."""
        self._place = (self._place + step) % len(self._entries)
        self.query_one(Entries).show(self._place)

    def action_pick(self, place: int) -> None:
        """Open the lesson of a number."""
        if place < len(self._entries):
            self._place = place
            self.action_open(again=False)

    def action_open(self, again: bool) -> None:
        """Open the lesson under the cursor."""
        self.dismiss((self._place, again))


class Entries(LineWidget):
    """The lessons, one a line, and below them what the one under the cursor is about."""

    def __init__(self, entries: Sequence[Entry], place: int) -> None:
        super().__init__(id="lessons")
        self._entries, self._place = tuple(entries), place

    def show(self, place: int) -> None:
        """Put the cursor at a place."""
        self._place = place
        self.redraw()

    def draw(self, width: int, height: int) -> Iterator[Strip]:  # noqa: ARG002 -- its box has the height
        """Draw the list."""
        yield self.line(width).strip()
        for place, entry in enumerate(self._entries):
            here, click = place == self._place, Style(meta={"@click": f"screen.pick({place})"})
            line = self.line(width).add("▸ " if here else "  ", self.ink("accent"))
            line.add(f"{place + 1}  ", self.ink("key")).add("✓ " if entry.ended else "  ", self.ink("good"))
            ink = self.ink("strong" if here else "plain")
            line.add(entry.title, ink + click, line.left - len(entry.state) - 1)
            yield line.skip().add(entry.state, self.ink("quiet")).strip()
        yield self.line(width).strip()
        for text in wrap(self._entries[self._place].about, max(1, width - 2)):
            yield self.line(width).skip(2).add(text, self.ink("quiet")).strip()

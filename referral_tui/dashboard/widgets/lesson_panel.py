"""The panel of a lesson: what is said, what to press, a question, and how to go on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

from rich.cells import cell_len
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip

from referral_tui.dashboard.widgets.digits import digits
from referral_tui.dashboard.widgets.hidden import title
from referral_tui.dashboard.widgets.lines import LineWidget, wrap
from referral_tui.lessons.guide import Phase
from referral_tui.lessons.model import Step

INDENT: Final = 2
ROOMY: Final = 14  # rows from which the panel has the lesson's title, and blank lines


@dataclass(frozen=True, slots=True)
class PanelContent:
    """What the panel shows: a step and how far it has come; `keys` are those to press, as the person has set them.

    `heading` is the lesson's title, which stands above the step where there is room, `hint` says how to continue.
    `figure` is a number in words and what it is, for a talk.
    """

    title: str
    heading: str
    step: Step
    phase: Phase
    chosen: int | None
    keys: tuple[str, ...]
    hint: str
    figure: tuple[str, str] | None = None
    large: bool = False


class LessonPanel(LineWidget, can_focus=True):
    """What a lesson says; it takes the focus for a question, which is answered by the number of a choice."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            str(number),
            f"choose({number - 1})",
            f"Answer {number}",
            show=False,
            id=f"lesson.answer_{number}",
            tooltip=f"Gives answer {number}",
        )
        for number in range(1, 5)
    ]

    class Answered(Message):
        """A choice was made."""

        def __init__(self, choice: int) -> None:
            """Say which, from 0."""
            super().__init__()
            self.choice = choice

    def __init__(self) -> None:
        super().__init__(id="lesson")
        self.can_focus = False
        self._shown: PanelContent | None = None
        self._notice = ""

    def show(self, shown: PanelContent) -> None:
        """Set what to show; does nothing if it is already shown."""
        if shown == self._shown:
            return
        self._shown, self._notice = shown, ""
        self.border_title = title(shown.title)
        self.border_subtitle = title(shown.hint)
        self.can_focus = shown.phase == "ask"
        self.redraw()

    def say(self, heading: str, text: str) -> None:
        """Say something while no step is open."""
        if self._shown is not None or text != self._notice:
            self._shown, self._notice = None, text
            self.border_title, self.border_subtitle = title(heading), ""
            self.can_focus = False
            self.redraw()

    @property
    def text(self) -> str:
        """What is shown, as text."""
        return "\n".join(strip.text.rstrip() for strip in self.draw(self.size.width, self.size.height))

    def action_choose(self, choice: int) -> None:
        """Give an answer."""
        shown = self._shown
        if shown is not None and shown.step.ask is not None and choice < len(shown.step.ask.choices):
            self.post_message(self.Answered(choice))

    def draw(self, width: int, height: int) -> Iterator[Strip]:
        """Draw the step, or its question once only that remains."""
        shown = self._shown
        if shown is None:
            for text in wrap(self._notice, max(1, width)):
                yield self.line(width).add(text, self.ink("quiet")).strip()
            return
        roomy = height >= ROOMY
        lines = [*self._heading(shown, width)] if roomy else []
        lines += self._figure(shown, width)
        if shown.step.ask is None or shown.phase == "do":
            lines += self._step(shown, width)
        else:
            lines += self._question(shown, width, height)
        if roomy and shown.phase == "done":
            click = Style(meta={"@click": "app.pause"})
            line = self.line(width).add("▸ ", self.ink("accent")).add("space", self.ink("key") + click)
            lines += [self.line(width).strip(), line.add(" goes on", self.ink("quiet") + click).strip()]
        yield from lines[:height]

    def _heading(self, shown: PanelContent, width: int) -> Iterator[Strip]:
        for text in wrap(shown.heading, width):
            yield self.line(width).add(text, self.ink("head")).strip()
        yield self.line(width).strip()

    def _figure(self, shown: PanelContent, width: int) -> Iterator[Strip]:
        if shown.figure is None:
            return
        number, what = shown.figure
        large = digits(number)
        if large is not None and max(map(cell_len, large)) <= width:
            for row in large:
                yield self.line(width).add(row, self.ink("accent")).strip()
        else:
            yield self.line(width).add(number, self.ink("accent")).strip()
        for text in wrap(what, width):
            yield self.line(width).add(text, self.ink("quiet")).strip()

    def _step(self, shown: PanelContent, width: int) -> Iterator[Strip]:
        for text in wrap(shown.step.say, width):
            yield self.line(width).add(text, self.ink("strong" if shown.large else "plain")).strip()
        if shown.keys and shown.phase == "do":
            if self.size.height >= ROOMY:
                yield self.line(width).strip()
            yield from self._keys(shown, width)

    def _keys(self, shown: PanelContent, width: int) -> Iterator[Strip]:
        """Draw what to press, broken between the keys."""
        line = self.line(width).add("▸ ", self.ink("accent")).add("press ", self.ink("quiet"))
        for place, key in enumerate(shown.keys):
            before = " then " if place else ""
            if line.left < cell_len(before + key):
                yield line.strip()
                line, before = self.line(width).skip(INDENT), before.strip() + " " if before else ""
            line.add(before, self.ink("quiet")).add(key, self.ink("key"))
        again = ", again and again" if shown.step.again else ""
        if line.left < len(again):
            yield line.strip()
            line, again = self.line(width).skip(INDENT), again.removeprefix(", ")
        yield line.add(again, self.ink("quiet")).strip()

    def _question(self, shown: PanelContent, width: int, height: int) -> Iterator[Strip]:
        """Draw the question, the choices, and the reply to the one that was made."""
        ask = shown.step.ask
        if ask is None:
            return
        choices: list[Strip] = []
        for place, choice in enumerate(ask.choices):
            right = shown.phase == "done" and place == ask.right
            wrong = place == shown.chosen and place != ask.right
            sign, ink = ("✓", "good") if right else ("✕", "bad") if wrong else (" ", "plain")
            click = Style(meta={"@click": f"choose({place})"})
            for number, text in enumerate(wrap(choice, max(1, width - 5))):
                line = self.line(width)
                if number:
                    line.skip(5)
                else:
                    line.add(f"{sign} ", self.ink(ink)).add(f"{place + 1}  ", self.ink("key") + click)
                choices.append(line.add(text, self.ink(ink) + click).strip())
        reply = [] if shown.chosen is None else wrap(ask.replies[shown.chosen], width)
        question = wrap(ask.text, width)
        if len(question) + len(choices) + len(reply) > height and reply:
            question = []  # on a low screen the reply stands where the question stood
        if len(choices) + len(reply) > height and shown.phase == "done":
            choices = []
        for text in question:
            yield self.line(width).add(text, self.ink("strong")).strip()
        if height > len(question) + len(choices) + len(reply) + 1:
            yield self.line(width).strip()
        yield from choices
        if reply and height > len(question) + len(choices) + len(reply) + 2:
            yield self.line(width).strip()
        ink = "good" if shown.phase == "done" else "warn"
        for text in reply:
            yield self.line(width).add(text, self.ink(ink)).strip()

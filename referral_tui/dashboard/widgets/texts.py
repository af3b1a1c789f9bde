"""Sentences on the screen: the status line, and the notice when there is nothing to show."""

from __future__ import annotations

from collections.abc import Iterator

from textual import events
from textual.strip import Strip

from referral_tui.dashboard.status_message import SYMBOLS, StatusMessage
from referral_tui.dashboard.widgets.lines import LineWidget, wrap

MOST_LINES = 3


class StatusLine(LineWidget):
    """What goes on, in words, over one to three lines."""

    def __init__(self) -> None:
        super().__init__(id="status")
        self.status_message = StatusMessage("")

    def show(self, status_message: StatusMessage) -> None:
        """Take a sentence to show."""
        if status_message != self.status_message:
            self.status_message = status_message
            self._fit()
            self.redraw()

    def on_resize(self, _event: events.Resize) -> None:
        """Take as many lines as the sentence needs at the new width."""
        self._fit()

    def draw(self, width: int, height: int) -> Iterator[Strip]:
        """Draw the sentence, broken at its spaces."""
        tone = self.status_message.tone
        lines = wrap(self.status_message.text, max(1, width - 4))
        if len(lines) > height:
            lines = [*lines[: height - 1], " ".join(lines[height - 1 :])]
        for number, text in enumerate(lines):
            sign = f" {SYMBOLS[tone]} " if number == 0 else "   "
            yield self.line(width).add(sign, self.ink(tone)).add(text, self.ink(tone)).strip()

    def _fit(self) -> None:
        lines = len(wrap(self.status_message.text, max(1, self.size.width - 4))) if self.size.width else 1
        self.styles.height = max(1, min(MOST_LINES, lines))


class Notice(LineWidget):
    """A title and a text in the middle, for when there is nothing else to show."""

    def __init__(self) -> None:
        super().__init__(id="notice")
        self.title, self.text, self.bad = "", "", False

    def show(self, title: str, text: str, *, bad: bool) -> None:
        """Set what to say."""
        if (title, text, bad) != (self.title, self.text, self.bad):
            self.title, self.text, self.bad = title, text, bad
            self.redraw()

    def draw(self, width: int, height: int) -> Iterator[Strip]:
        """Draw title and text in the middle."""
        room = max(1, min(76, width - 4))
        lines = [text for part in self.text.split("\n") for text in (wrap(part, room) or [""])]
        sign = "!" if self.bad else "◆"
        block = [(f"{sign} {self.title}", self.ink("bad" if self.bad else "accent")), ("", self.ink("plain"))]
        block += [(text, self.ink("plain")) for text in lines]
        if len(block) > height:
            block = [part for part in block if part[0]][:height]
        for _ in range(max(0, (height - len(block)) // 2)):
            yield self.line(width).strip()
        indent = max(0, (width - min(room, max(len(text) for text, _style in block))) // 2)
        for text, style in block:
            yield self.line(width).skip(indent).add(text, style).strip()


class TooSmall(LineWidget):
    """What is shown on a terminal that is too small for anything else."""

    NEEDED = (72, 20)

    def __init__(self) -> None:
        super().__init__(id="too-small")

    def draw(self, width: int, height: int) -> Iterator[Strip]:
        """Ask for more room."""
        needed = "{} x {}".format(*self.NEEDED)
        app = self.app.size
        lines = wrap(f"Make this window larger: {needed} at least, it is {app.width} x {app.height}.", width)
        for _ in range(max(0, (height - len(lines)) // 2)):
            yield self.line(width).strip()
        for text in lines:
            yield (
                self.line(width).skip(max(0, (width - len(text)) // 2)).add(text, self.ink("accent")).strip()
            )

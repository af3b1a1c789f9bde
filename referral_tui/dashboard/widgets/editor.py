"""The program file as text: to read, and to edit."""

from __future__ import annotations

import re
from typing import Final

from rich.style import Style
from rich.text import Text
from textual import events
from textual.message import Message
from textual.widgets import TextArea

from referral_tui.dashboard.topic import Topic
from referral_tui.dashboard.widgets.inks import Inks
from referral_tui.dashboard.widgets.typed import TypedInOrder

_TOKENS: Final = re.compile(
    r"""
      (?P<comment>\#.*)
    | (?P<header>^\s*\[\[?[\w.\s-]+\]\]?)
    | (?P<text>"(?:[^"\\]|\\.)*"|'[^']*')
    | (?P<key>[A-Za-z_][\w-]*)(?=\s*=)
    | (?P<number>\b[0-9][0-9_.:TZ+-]*)
    """,
    re.VERBOSE,
)
_INKS: Final = {"comment": "quiet", "header": "accent", "text": "good", "key": "up", "number": "warn"}


class Editor(TypedInOrder, TextArea):
    """TOML with line numbers; read-only until it is edited."""

    INSERTED = frozenset({"enter"})

    class Resized(Message):
        """Its size has changed, from none if it was hidden."""

    def __init__(self) -> None:
        super().__init__(
            "", id="toml", classes="panel", read_only=True, show_line_numbers=True, tab_behavior="focus"
        )
        self.border_title = "The program file"
        self._ink = Inks(self)
        self._wrong: frozenset[int] = frozenset()

    def on_resize(self, _event: events.Resize) -> None:
        """Say so: only a text with a size can be scrolled to a line."""
        self.post_message(self.Resized())

    def topic(self) -> Topic:
        """Say what the text is."""
        return Topic(
            "The program file",
            "The whole design as TOML. e edits it here: what is wrong with it is shown at once, with the "
            "line, and what would change, in words. ctrl+r applies it to the running program: it judges "
            "every event from then on, and people respond to it from the next three-day window on. ctrl+o "
            "saves it to a file. escape leaves the editor; the draft is kept.",
        )

    @property
    def takes_letters(self) -> bool:
        """Whether it is edited."""
        return not self.read_only

    def put(self, text: str) -> bool:
        """Replace the text and clear its undo history; return whether it was another one."""
        if text == self.text:
            return False
        self.load_text(text)
        return True

    def mark(self, lines: frozenset[int]) -> None:
        """Mark the lines, from 1, in which something is wrong."""
        if lines != self._wrong:
            self._wrong = lines
            self._line_cache.clear()
            self.refresh()

    def notify_style_update(self) -> None:
        """Drop lines in the old colours."""
        self._ink.forget()
        self._line_cache.clear()
        super().notify_style_update()

    def get_line(self, line_index: int) -> Text:
        """Colour a line: headers, keys, values, comments; a wrong line is marked from end to end."""
        line = super().get_line(line_index)
        if line_index + 1 in self._wrong:
            line.stylize(Style(color=self._ink("bad").color, underline=True, bold=True))
            return line
        for found in _TOKENS.finditer(line.plain):
            kind = str(found.lastgroup)
            line.stylize(Style(color=self._ink(_INKS[kind]).color), found.start(kind), found.end(kind))
        return line

    def go_to_part(self) -> None:
        """Go to the next table of the file, after the last one to the first."""
        here = self.cursor_location[0]
        tables = [at for at, line in enumerate(self.text.splitlines()) if line.startswith("[")]
        if tables:
            self.go_to(next((at for at in tables if at > here), tables[0]) + 1)

    def go_to(self, line: int) -> None:
        """Put the cursor at the start of a line, from 1, in the middle of what is seen."""
        self.move_cursor((max(0, min(line, self.document.line_count) - 1), 0), center=True)

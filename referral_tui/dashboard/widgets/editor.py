"""The program file as text: to read, and to edit."""

from __future__ import annotations

from textual.widgets import TextArea

from referral_tui.dashboard.topic import Topic
from referral_tui.dashboard.widgets.typed import TypedInOrder


class Editor(TypedInOrder, TextArea):
    """TOML with line numbers; read-only until it is edited."""

    INSERTED = frozenset({"enter"})

    def __init__(self) -> None:
        super().__init__(
            "", id="toml", classes="panel", read_only=True, show_line_numbers=True, tab_behavior="focus"
        )
        self.border_title = "The program file"

    def topic(self) -> Topic:
        """Say what the text is."""
        return Topic(
            "The program file",
            "The whole design as TOML. e edits it here: what is wrong with it is said at once, with the line, and "
            "what would change, in words. ctrl+r applies it to the running program: every event after it is judged "
            "by it, and people answer to it from the next window of three days on. ctrl+o saves it to a file. "
            "escape leaves the editor; the draft is kept.",
        )

    @property
    def takes_letters(self) -> bool:
        """Whether it is edited."""
        return not self.read_only

    def put(self, text: str) -> None:
        """Take another text, without a way back to the one before."""
        if text != self.text:
            self.load_text(text)

    def go_to_part(self) -> None:
        """Go to the next table of the file, after the last one to the first."""
        here = self.cursor_location[0]
        tables = [at for at, line in enumerate(self.text.splitlines()) if line.startswith("[")]
        if tables:
            self.go_to(next((at for at in tables if at > here), tables[0]) + 1)

    def go_to(self, line: int) -> None:
        """Put the cursor at the start of a line, from 1, in the middle of what is seen."""
        self.move_cursor((max(0, min(line, self.document.line_count) - 1), 0), center=True)

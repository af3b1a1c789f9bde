"""The last filter before the terminal: no hidden character is painted, whichever widget drew it.

Our own lines write hidden characters out (`Line.add`, `wrap`); a title, a tooltip, a text that is typed or pasted are
drawn by Textual, which lets escape sequences through.
"""

from __future__ import annotations

import re

from rich.cells import cell_len
from rich.segment import Segment
from rich.text import Text
from textual.color import Color
from textual.filter import LineFilter

from simulator.domain.printable import HIDDEN_CHARACTERS, printable

_HIDDEN = re.compile(f"[{HIDDEN_CHARACTERS}]")


class HiddenFilter(LineFilter):
    """Puts `�` in place of hidden characters, as many as the cells they were counted for, usually none."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 -- Textual's
        """Return the segments of a line as they may be painted."""
        if all(segment.text.isprintable() for segment in segments):
            return segments
        return [
            segment if segment.control else Segment(_HIDDEN.sub(_replaced, segment.text), segment.style)
            for segment in segments
        ]


def title(text: str) -> Text:
    """Make a border's title from a text that may come from outside: no markup, nothing hidden."""
    return Text(printable(text))


def _replaced(match: re.Match[str]) -> str:
    return "\ufffd" * cell_len(match[0])

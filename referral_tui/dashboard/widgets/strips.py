"""The base of what scrolls by lines: of the visible lines, only those that changed are painted again."""

from __future__ import annotations

from textual.geometry import Region
from textual.scroll_view import ScrollView
from textual.strip import Strip

from referral_tui.dashboard.widgets.lines import or_failed

MORE_ABOVE, MORE_BELOW = "↑", "↓"  # at the first and the last line that is seen, where the content goes on


class StripView(ScrollView):
    """Lines that a subclass draws, and caches if drawing is expensive; painting a line costs ten times keeping it."""

    def __init__(self, *, id: str, classes: str) -> None:  # noqa: A002 -- Textual's name
        super().__init__(id=id, classes=classes)
        self._painted: dict[int, Strip] = {}

    def draw_line(self, y: int) -> Strip:
        """Draw a visible line of the content."""
        raise NotImplementedError

    def render_line(self, y: int) -> Strip:
        """Return a visible line, and remember it as painted."""
        strip = self._painted[y] = self._line(y)
        return strip

    def _line(self, y: int) -> Strip:
        return or_failed(lambda: [self.draw_line(y)], self.scrollable_content_region.width, self)[0]

    def repaint(self) -> None:
        """Paint the lines that would now be different."""
        size = self.scrollable_content_region.size
        changed = [
            Region(0, y, size.width, 1) for y in range(size.height) if self._painted.get(y) != self._line(y)
        ]
        if changed:
            self.refresh(*changed)

"""Colours by purpose: component classes of the screen, looked up once and kept.

They belong to the screen and not to each widget: Textual makes a node for each component class of each widget and
styles it at every pass, which made the first paint half as long again (800 nodes instead of 50).
"""

from __future__ import annotations

from rich.color import Color
from rich.style import Style
from textual.widget import Widget

from simulator.domain.vocabulary import RewardState, complete

INKS = (
    *(
        "plain",
        "quiet",
        "strong",
        "accent",
        "good",
        "warn",
        "bad",
        "edge",
        "up",
        "tab",
        "key",
        "head",
        "cursor",
        "cursor-away",
    ),
    *("identification", "participation", "conversion", "steering", "funnel-top", "funnel-bottom"),
)
REWARD_INKS = complete(
    RewardState,
    {
        "pending": "warn",
        "waiting": "warn",
        "offered": "warn",
        "issued": "good",
        "redeemed": "good",
        "expired": "quiet",
        "counted": "quiet",
        "capped": "quiet",
        "unfunded": "bad",
        "forfeited": "bad",
        "voided": "bad",
        "revoked": "bad",
    },
)
"""The ink of a reward, by its state."""
COMPONENTS = {f"ink--{name}" for name in INKS}


class Inks:
    """The inks of one widget: the screen's colours on the widget's own background."""

    def __init__(self, widget: Widget) -> None:
        """Look up for this widget."""
        self._widget = widget
        self._kept: dict[str, Style] = {}

    def __call__(self, name: str) -> Style:
        """Look up a style of the theme by what it is for."""
        style = self._kept.get(name)
        if style is None:
            ground = Style(bgcolor=self._widget.rich_style.bgcolor)
            style = ground + self._widget.screen.get_component_rich_style(f"ink--{name}", partial=True)
            if name == "cursor" and self._widget.app.console.color_system == "256":
                style += greyed(style)
            self._kept[name] = style
        return style

    def forget(self) -> None:
        """Look up again: the theme has changed."""
        self._kept.clear()


def greyed(style: Style) -> Style:
    """Return a background of the same lightness without its hue.

    Among 256 colours the nearest to our dark blue is a teal, on which quiet text can't be read.
    """
    if style.bgcolor is None:
        return Style()
    red, green, blue = style.bgcolor.get_truecolor()
    level = round(0.299 * red + 0.587 * green + 0.114 * blue)
    return Style(bgcolor=Color.from_rgb(level, level, level))


def solid(style: Style) -> Style:
    """Put a block on a background of its own colour: otherwise a picture has a hairline between blocks."""
    return style + Style(bgcolor=style.color) if style.color is not None else style

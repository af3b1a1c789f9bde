"""A headline number: its name, the number, what it is made of, and a small line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.style import Style
from textual.color import Color
from textual.strip import Strip
from textual.widget import Widget

from referral_tui import figures
from referral_tui.dashboard.topic import Topic
from referral_tui.dashboard.widgets.digits import digits
from referral_tui.dashboard.widgets.graph import area
from referral_tui.dashboard.widgets.lines import LineWidget, wrap

if TYPE_CHECKING:
    from db.read.overview import Headline
    from db.read.queries import Program

TITLES = {
    "participation": "Participation",
    "k": "K factor",
    "cost": "Cost per customer",
    "issued": "Issued",
    "pending": "Pending",
    "clawed": "Clawed back",
    "time": "Time to reward",
}
"""Each number's name, the same at every size: that of its definition, which is loaded later."""

GLOSSES = {
    "participation": "shared their link",
    "k": "new customers per referrer",
    "cost": "for each new customer",
    "issued": "paid out, not taken back",
    "pending": "promised, not due yet",
    "clawed": "taken back on reversal",
    "time": "conversion to reward",
}
"""What a number is, in a few words shown beside it if there is room."""
SHORT_GLOSSES = {"k": "friends each"}
"""The same for numbers that nobody knows without it: shown in place of their parts if there is no room for both."""

ONE_LINE = 103  # cells of all tiles from which each name has room in a line
# lines of a tile from which it says what it is, and from which its number is large
GLOSS_FROM, BIG_FROM = (7, 10)

LINE_INKS = {
    "clawed": "bad",
    "pending": "warn",
    "issued": "participation",
    "cost": "conversion",
    "time": "steering",
}
LINE_INKS |= {"participation": "identification", "k": "participation"}


class Tile(LineWidget, can_focus=True):
    """One headline number."""

    def __init__(self, key: str) -> None:
        """Make a tile for the headline of that key."""
        super().__init__(id=f"tile-{key}", classes="tile")
        self.key = key
        self._headline: Headline | None = None
        self._program: Program | None = None
        self._bucket_hours = 1

    def show(self, headline: Headline, program: Program | None, bucket_hours: int) -> None:
        """Take a number to show; does nothing if it is already shown."""
        if (headline, program, bucket_hours) == (self._headline, self._program, self._bucket_hours):
            return
        self._headline, self._program, self._bucket_hours = headline, program, bucket_hours
        self.redraw()

    def draw(self, width: int, height: int) -> Iterator[Strip]:
        """Draw name, number, parts and line, as many of them as fit."""
        focus = self.has_focus
        names = self._names(width)
        height -= len(names) - 1
        for number, text in enumerate(names):
            name = self.line(width).add(text, self.ink("accent" if focus else "quiet"))
            if focus and number == 0 and name.left >= 2:
                name.add(" ◂", self.ink("accent"))
            yield name.strip()
        headline = self._headline
        if headline is None:
            return
        value, notes = self._value(headline, width), self._notes(headline, width, height)
        big = digits(value) if height >= BIG_FROM else None
        if big is not None and len(big[0]) <= width:
            for text in big:
                yield self.line(width).add(text, self.ink("strong")).strip()
        else:
            big = None
            yield self.line(width).add(value, self.ink("strong")).strip()
        for text in notes:
            yield self.line(width).add(text, self.ink("quiet")).strip()
        lines = area(headline.series, width, height - 1 - (len(big) if big else 1) - len(notes))
        for number, text in enumerate(lines):
            yield self.line(width).add(text, self._shade((number + 1) / len(lines))).strip()

    def _names(self, width: int) -> list[str]:
        """Break the name into as many lines as all names have."""
        row = self.parent
        if not isinstance(row, Widget) or row.size.width >= ONE_LINE:
            return [TITLES[self.key]]
        return [*wrap(TITLES[self.key], width), ""][:2]

    def _notes(self, headline: Headline, width: int, height: int) -> list[str]:
        """Say what the number is made of, and what it is, as far as that fits."""
        if height < 4:
            return []
        if height < GLOSS_FROM:
            short = SHORT_GLOSSES.get(self.key)
            return [short if short and len(short) <= width else self._parts(headline, width)]
        return [self._parts(headline, width), *wrap(GLOSSES[self.key], width)[: max(1, height - 5)]]

    def topic(self) -> Topic:
        """Say what the number means and how it is made."""
        headline = self._headline
        if headline is None:
            return Topic(TITLES[self.key], "Nothing is known about it yet.")
        now = self._value(headline, None)
        if headline.nothing_issued:
            now = "nothing issued yet"
        elif headline.denominator is not None:
            now = f"{self._part(headline, None)} ÷ {figures.count(headline.denominator)} = {now}"
            if headline.shares:
                now += f": {self._shares(headline, None)}"
        elif headline.lines is not None:
            now += f", {figures.counted(headline.lines, 'reward')}"
        each = {1: "hour", 24: "day", 168: "week"}.get(self._bucket_hours, f"{self._bucket_hours} hours")
        return Topic(
            headline.title,
            headline.meaning,
            (
                ("formula", headline.formula),
                ("now", now),
                ("small line", f"{headline.trend} {each}; {len(headline.series)} of them up to now"),
            ),
        )

    def _shade(self, depth: float) -> Style:
        """Colour a line of the area: the deeper, the nearer to the ground it lies on."""
        style = self.ink("accent" if self.has_focus else LINE_INKS.get(self.key, "participation"))
        if style.color is None or style.bgcolor is None:
            return style
        ground = Color.from_rich_color(style.bgcolor)
        shade = Color.from_rich_color(style.color).blend(ground, 0.55 * depth)
        return Style(color=shade.rich_color, bgcolor=style.bgcolor)

    def _value(self, headline: Headline, width: int | None) -> str:
        program = self._program
        if headline.unit == "money" and program is None:
            return figures.NOTHING
        currency, digits = (program.currency, program.digits) if program else ("", 0)
        return figures.number(headline.shown, headline.unit, currency, digits, width)

    def _part(self, headline: Headline, width: int | None) -> str:
        if headline.unit == "money" and self._program is not None:
            return figures.money(headline.numerator, self._program.currency, self._program.digits, width)
        if headline.unit == "duration":
            return figures.duration(headline.numerator)
        return (
            figures.count(headline.numerator) if width is None else figures.compact(headline.numerator, width)
        )

    def _shares(self, headline: Headline, width: int | None) -> str:
        program = self._program
        return figures.parts(headline.shares, program.currency, program.digits, width) if program else ""

    def _parts(self, headline: Headline, width: int) -> str:
        if headline.nothing_issued:
            return "nothing issued yet" if width >= 18 else "none yet"
        if headline.denominator is None:
            lines = headline.lines or 0
            return f"{figures.compact(lines, max(3, width - 8))} reward{'' if lines == 1 else 's'}"
        if headline.shares:
            return self._shares(headline, width)
        if headline.unit == "duration":
            of = f"of {figures.compact(headline.denominator, max(3, width - 3))}"
            longer = f"{of} reward{'' if headline.denominator == 1 else 's'}"
            return longer if len(longer) <= width else of
        room = (width - 3) // 2
        return f"{self._part(headline, room)} ÷ {figures.compact(headline.denominator, room)}"

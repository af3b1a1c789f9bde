"""What a copy of the design brings compared with it: results in large digits, a sentence, and one funnel for both."""

from __future__ import annotations

from collections.abc import Iterator

from textual import events
from textual.strip import Strip

from referral_tui import figures, study_numbers
from referral_tui.dashboard.topic import Topic
from referral_tui.dashboard.what_if import Answer, Interval, Side
from referral_tui.dashboard.widgets.digits import digits
from referral_tui.dashboard.widgets.funnel import Scale
from referral_tui.dashboard.widgets.lines import LineWidget, clip, wrap
from simulator.domain.definitions import STAGES

TITLES = {
    "customers": "New customers",
    "money": "Money promised",
    "each": "Each further one",
    "budget": "The budget ends",
}
MEANINGS = {
    "customers": "How many more new customers (friends who qualified) the copy brings than the design: the "
    "mean over markets, and how certain that is.",
    "money": "How much more the copy promises: rewards issued and pending, so that paying later makes "
    "nothing cheaper.",
    "each": "What each further customer whom the copy brings costs: the further money ÷ the further "
    "customers. Those who would have come anyway are paid differently, too, and that is included.",
    "budget": "In how many markets the copy's budget first had no room for a reward before the end.",
}
SURE = "95 of 100 such intervals hold the true mean: luck alone, without what the world assumes"
SURE_OF_BOTH = (
    "nine of ten markets lie there, each with luck and a response of its own within what the world assumes"
)
HOLDS = {False: "bands: luck alone", True: "bands: luck and response"}
BIG_FROM = 5  # rows from which a result stands in large digits
NAME, COUNT, CHANGE = 10, 7, 7  # cells
SHORTEST = 6  # cells: shorter bars say nothing
WAIT = "the first market is being run …"


class Result(LineWidget, can_focus=True):
    """One result: its name, its value, how certain that is, and both sides."""

    def __init__(self, key: str) -> None:
        super().__init__(id=f"what-if-{key}", classes="tile")
        self.key = key
        self._answer: Answer | None = None
        self._currency, self._digits = "", 0

    def show(self, answer: Answer | None, currency: str, decimals: int) -> None:
        """Take an answer to show, and the money it is in."""
        if (answer, currency, decimals) != (self._answer, self._currency, self._digits):
            self._answer, self._currency, self._digits = answer, currency, decimals
            self.redraw()

    def draw(self, width: int, height: int) -> Iterator[Strip]:
        """Draw the name, the value, and as much of what it is made of as fits."""
        title = self.line(width).add(TITLES[self.key], self.ink("accent" if self.has_focus else "quiet"))
        if self.has_focus and title.left >= 2:
            title.add(" ◂", self.ink("accent"))
        yield title.strip()
        value, notes = self._value_and_notes(self._answer) if self._answer is not None else ("…", [])
        big = digits(value) if height >= BIG_FROM else None
        if big is None or len(big[0]) > width:
            big = [value]
        for row in big:
            yield self.line(width).add(row, self.ink("strong")).strip()
        room = max(0, height - 1 - len(big))
        for row in notes if room >= len(notes) else notes[len(notes) - room :]:
            yield self.line(width).add(row, self.ink("quiet")).strip()

    def topic(self) -> Topic:
        """Say what the number means, and how certain it is."""
        answer = self._answer
        facts = [("interval", SURE if answer is None or not answer.drawn else SURE_OF_BOTH)]
        if answer is not None:
            value, notes = self._value_and_notes(answer)
            facts[:0] = [("now", value), *(("", one) for one in notes), ("from", _ground(answer))]
        return Topic(TITLES[self.key], MEANINGS[self.key], tuple(facts))

    def _value_and_notes(self, answer: Answer) -> tuple[str, list[str]]:
        """Return the value, and lines of what it is made of; the last of them matters most."""
        if self.key == "budget":
            return self._budget(answer)
        if self.key == "each":
            if answer.right is None or answer.each is None:
                return self._money(answer.left.cost), ["for each customer"]
            bounds = (
                "on average" if answer.drawn and answer.each.value is not None else self._bounds(answer.each)
            )
            return self._money(answer.each.value), [bounds]
        money = self.key == "money"
        left, right = (None if side is None else self._amount(side) for side in (answer.left, answer.right))
        apart = answer.money if money else answer.customers
        if apart is None or right is None:
            return left or "", [f"in {figures.counted(answer.days, 'day')}"]
        return self._change(apart.value), [f"{left} → {right}", self._bounds(apart, change=True)]

    def _budget(self, answer: Answer) -> tuple[str, list[str]]:
        left = answer.left.budget_ended
        side = answer.right or answer.left
        if side.budget_ended is None:
            return "no budget", []
        sure = f"at most {study_numbers.of_100(side.budget_most)} of 100"
        before = [f"what runs: {left}"] if answer.right is not None and left is not None else []
        return f"{side.budget_ended} of {answer.markets}", [*before, sure]

    def _amount(self, side: Side) -> str:
        if self.key == "money":
            return self._money(side.promised)
        return study_numbers.count(side.funnel[STAGES.index("qualified")])

    def _change(self, value: float | None) -> str:
        if value is None:
            return figures.NOTHING
        size = self._money(abs(value)) if self.key == "money" else study_numbers.count(abs(value))
        return study_numbers.signed(size, value)

    def _bounds(self, one: Interval, *, change: bool = False) -> str:
        if one.low is None or one.high is None:
            return "too few markets to be sure"
        if change and self.key != "money":
            return study_numbers.signed_span(one.low, one.high)
        write = self._change if change else self._money
        return f"{write(one.low)} to {write(one.high)}"

    def _money(self, minor: float | None) -> str:
        return study_numbers.money(minor, self._currency, self._digits)


class AnswerSentence(LineWidget):
    """The answer in a sentence, and its basis."""

    def __init__(self) -> None:
        super().__init__(id="said")
        self._text, self._ink, self._from = WAIT, "quiet", ""

    def show(self, text: str, ink: str, ground: str = "") -> None:
        """Set the sentence, its ink, and how many markets it is from."""
        if (text, ink, ground) != (self._text, self._ink, self._from):
            self._text, self._ink, self._from = text, ink, ground
            self.redraw()

    def draw(self, width: int, height: int) -> Iterator[Strip]:
        """Draw as much as fits."""
        lines = [*wrap(self._from, width - 2)[:1], *wrap(self._text, width - 2)]
        if len(lines) > height > 0:
            lines[height - 1] = clip(f"{lines[height - 1]} {lines[height]}", width - 2)
        for place, text in enumerate(lines[:height]):
            ink = "quiet" if place == 0 and self._from else self._ink
            yield self.line(width).skip().add(text, self.ink(ink)).strip()


class BothFunnels(LineWidget, can_focus=True):
    """Each stage of the design and of its copy: what both have is one bar, and the difference stands out."""

    BORDER_TITLE = "Both funnels"

    def __init__(self) -> None:
        super().__init__(id="both-funnels", classes="panel")
        self._left: Side | None = None
        self._right: Side | None = None

    def show(self, left: Side | None, right: Side | None) -> None:
        """Take both sides; the copy is None if nothing differs."""
        if (left, right) != (self._left, self._right):
            self._left, self._right = left, right
            self._describe(self.size.width)
            self.redraw()

    def on_resize(self, _event: events.Resize) -> None:
        """Say what fits."""
        self._describe(self.size.width)

    def _describe(self, width: int) -> None:
        """Say on the frame what the columns and bars are."""
        sides = "runs" if self._right is None else "runs → copy"
        bars = " · ▓ more ░ less" if self._right is not None else ""
        scale = " · log scale" if self._left is not None and self._scale(width).logarithmic else ""
        self.border_subtitle = f"{sides}{bars}{scale}" if self._cells(width) else sides

    def _tall(self, height: int) -> bool:
        return height >= 2 * len(STAGES) and self._right is not None

    def _cells(self, width: int) -> int:
        """Return how long the longest bar is; 0 if the width is too small for bars."""
        counts = COUNT * (1 if self._right is None or self._tall(self.size.height) else 2)
        left = width - 1 - NAME - counts - (CHANGE + 1 if self._right is not None else 0) - 1
        return left if left >= SHORTEST else 0

    def _scale(self, width: int) -> Scale:
        sides = [side.funnel for side in (self._left, self._right) if side is not None]
        known = [count for funnel in sides for count in funnel if count > 0]
        top, cells = max(known, default=0.0), self._cells(width)
        return Scale(round(top), cells, bool(known) and min(known) * cells < 1.5 * top)

    def draw(self, width: int, height: int) -> Iterator[Strip]:
        """Draw the stages, in two rows each if they fit: the design's bar, and the copy's below it."""
        left, right = self._left, self._right
        if left is None:
            yield self.line(width).skip().add(WAIT, self.ink("quiet")).strip()
            return
        tall, cells, scale = self._tall(height), self._cells(width), self._scale(width)
        for place, stage in enumerate(STAGES):
            here = left.funnel[place]
            line = self.line(width).skip().add(stage, self.ink("plain"), NAME)
            line.add(
                figures.compact(round(here), COUNT - 1),
                self.ink("quiet" if right else "strong"),
                COUNT,
                right=True,
            )
            if right is None:
                yield line.skip().add("█" * scale.cells(here), self.ink("participation")).strip()
                continue
            there = right.funnel[place]
            count = figures.compact(round(there), COUNT - 1)
            if tall:
                yield line.skip().add("█" * scale.cells(here), self.ink("identification")).strip()
                line = self.line(width).skip(1 + NAME)
            line.add(count, self.ink("strong"), COUNT, right=True).skip()
            both, more = (scale.cells(one) if cells else 0 for one in (min(here, there), max(here, there)))
            apart = "participation" if there >= here else "identification"
            line.add("█" * both, self.ink("participation" if tall else "identification"))
            line.add(("▓" if there >= here else "░") * (more - both), self.ink(apart)).skip(cells - more)
            yield line.add(_apart(here, there), self.ink("accent"), CHANGE, right=True).strip()

    def topic(self) -> Topic:
        """Say what the bars are, with the figures of both."""
        sides = [side for side in (self._left, self._right) if side is not None]
        facts = [
            (stage, " → ".join(study_numbers.count(side.funnel[place]) for side in sides))
            for place, stage in enumerate(STAGES)
        ]
        return Topic(
            "Both funnels",
            "How many people reach each stage by the end, the mean over markets: of the design that runs, and of the "
            "copy on the same people with the same luck. █ is what both have, ▓ what the copy has in "
            "addition, ░ what it lacks.",
            tuple(facts),
        )


def ground(answer: Answer, days: int) -> str:
    """Say how many markets an answer is from; `days` is how many are to come."""
    part = f"; the whole {figures.counted(days, 'day')} follow" if answer.days < days else ""
    more = "" if answer.last else " …"
    return f"From {_ground(answer)}; {HOLDS[answer.drawn]}{part}{more}"


def _ground(answer: Answer) -> str:
    of = f"{figures.counted(answer.markets, 'market')} of {figures.counted(answer.referrers, 'customer')}"
    return f"{of}, {figures.counted(answer.days, 'day')}"


def _apart(here: float, there: float) -> str:
    apart = there - here
    return study_numbers.signed(study_numbers.count(abs(apart)), apart) if abs(apart) >= 0.05 else "="

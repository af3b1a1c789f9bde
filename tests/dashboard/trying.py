"""A study with made-up figures, in place of the helper process that runs markets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from referral_tui.dashboard.numbers import numbers_of
from referral_tui.dashboard.what_if import Answer, BandSeries, Interval, Question, Side, UnanswerableError
from tests.dashboard.story import START

FUNNEL = (40_210.0, 3_105.0, 412.0, 398.4, 171.6, 142.2, 101.0)
EACH = 10_450.0
"""What each further customer costs: made up, in minor units."""


class FakeStudy:
    """A study that answers twice: for the first weeks from 5 markets, then for all days from 10.

    `holds` delays the second.
    """

    def __init__(self) -> None:
        self.asked: list[Question] = []
        self.given_up: list[Question] = []
        self.holds: asyncio.Event | None = None
        self.wrong = ""
        self.closed = False

    async def answers(self, question: Question) -> AsyncGenerator[Answer, None]:
        """Yield the two answers."""
        self.asked.append(question)
        if self.wrong:
            raise UnanswerableError(self.wrong)
        yield answer(question, 5, min(56, question.world.days), last=False)
        try:
            if self.holds is not None:
                await self.holds.wait()
            yield answer(question, 10, question.world.days, last=True)
        except (asyncio.CancelledError, GeneratorExit):
            self.given_up.append(question)
            raise

    async def close(self) -> None:
        """Record that it was closed."""
        self.closed = True


def answer(question: Question, markets: int, days: int, *, last: bool) -> Answer:
    """Make an answer: a copy brings one more customer for each pound that its referrers get more."""
    left, part = _reward(question.left), days / question.world.days
    facts = (markets, days, question.world.referrers, START)
    if question.right is None:
        side = _side(left, part, days)
        return Answer(*facts, side, None, None, None, None, "", last, question.world.drawn)
    right = _reward(question.right)
    more = (right - left) * part
    said = f"The copy brings {more:.0f} more customers in {days} days than the design that runs."
    return Answer(
        *facts,
        _side(left, part, days),
        _side(right, part, days),
        Interval(more, more - 4, more + 5),
        Interval(more * EACH, more * EACH - 900, more * EACH + 1_100),
        Interval(EACH, EACH - 1_200, EACH + 2_300),
        said,
        last,
        question.world.drawn,
    )


def _reward(text: str) -> float:
    return float(numbers_of(text)[0].value)


def _side(reward: float, part: float, days: int) -> Side:
    qualified = (120 + reward) * part
    funnel = tuple(count * qualified / FUNNEL[5] for count in FUNNEL)
    weeks = range(-(-days // 7) + 1)
    customers: BandSeries = tuple(_week(qualified * week / weeks[-1], 0.15) for week in weeks)
    issued: BandSeries = tuple(
        _week(qualified * reward * 100 * max(0, week - 1) / weeks[-1], 0.25) for week in weeks
    )
    ended = 2 if reward > 25 else 0
    return Side(
        funnel,
        qualified * reward * 150,
        reward * 150,
        customers,
        issued,
        ended,
        0.51 if ended else 0.26,
    )


def _week(median: float, wide: float) -> tuple[float, float, float, float, float]:
    low, below, above, high = (median * (1 + wide * share) for share in (-1, -0.4, 0.45, 1.2))
    return low, below, median, above, high

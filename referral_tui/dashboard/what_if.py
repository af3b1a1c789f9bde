"""Ask a helper process what a copy of the design would bring: it has the lab loaded, and answers step by step.

The process is started with the first question and kept, since the lab takes a second to load; it remembers what it
ran. A question is a line of JSON, each answer another; a newer question ends the work on the one before.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncGenerator
from dataclasses import asdict, dataclass
from typing import Any, Protocol

COMMAND = ("-m", "referral_tui", "whatif", "--answers")
MOST_LINE = 2**20  # bytes; an answer has 10 kB or so
BandSeries = tuple[tuple[float, float, float, float, float], ...]
"""For the beginning and each week's end, what 5, 25, 50, 75 and 95 % of markets are below."""


@dataclass(frozen=True, slots=True)
class World:
    """The people to try designs on: as in `simulate`, except for the seed.

    `delivery` are event types and their models; `start_ms` is None for the start of the program. With responses
    `drawn`, the people of each market respond differently to an offer, within what the world file assumes.
    """

    preset: str
    referrers: int
    days: int
    start_ms: int | None = None
    delivery: tuple[tuple[str, str], ...] = ()
    drawn: bool = False


@dataclass(frozen=True, slots=True)
class StandaloneDesign:
    """What the screen shows without a database: a design, its name and its people."""

    name: str
    text: str
    world: World
    currency: str
    digits: int


@dataclass(frozen=True, slots=True)
class Question:
    """A design, and a copy of it in which something differs (None: nothing does yet); both are program files."""

    world: World
    left: str
    right: str | None


@dataclass(frozen=True, slots=True)
class Side:
    """The results of one design: means over markets by stage of the funnel, and money in minor units.

    `budget_ended` is in how many markets the budget ended, None if there is none; `budget_most` the highest chance
    of it that still fits them.
    """

    funnel: tuple[float, ...]
    promised: float
    cost: float | None
    customers: BandSeries
    issued: BandSeries
    budget_ended: int | None
    budget_most: float


@dataclass(frozen=True, slots=True)
class Interval:
    """The mean of a difference and its 95 % bounds, which are None if there are too few markets.

    If responses are drawn, the bounds are what 5 and 95 % of markets are below.
    """

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: from how many markets of how many people, and of how many days; `start_ms` is their first moment.

    `customers` and `money` are differences between the copy and the design, `each` the money for each further
    customer; without a copy they and `right` are None. `said` sums it up in a sentence. `last` is set on the answer
    after which no other comes. `drawn` says whether bands also reflect how people may respond, or only luck. Where the
    customers are more than one market may have, `referrers` are fewer, and the budget is to the same scale.
    """

    markets: int
    days: int
    referrers: int
    start_ms: int
    left: Side
    right: Side | None
    customers: Interval | None
    money: Interval | None
    each: Interval | None
    said: str
    last: bool
    drawn: bool = False


class UnanswerableError(Exception):
    """The question can't be answered; the text says why."""


class Study(Protocol):
    """Something that answers what-if questions."""

    def answers(self, question: Question) -> AsyncGenerator[Answer, None]:
        """Yield answers, each from more markets than the one before; closing the iterator ends the work.

        Raises:
            UnanswerableError: the copy is not valid, or the answering process has ended.

        """
        ...

    async def close(self) -> None:
        """Release what the answers need."""
        ...


class HelperStudy:
    """A study by a helper process."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._asked = 0
        self._reading = asyncio.Lock()

    async def answers(self, question: Question) -> AsyncGenerator[Answer, None]:
        """Yield answers as `Study` says; one question is open at a time."""
        async with self._reading:
            process = await self._started()
            self._asked += 1
            number = self._asked
            self._send({"number": number, **asdict(question)})
            try:
                while True:
                    reply = await self._reply(process, number)
                    if "wrong" in reply:
                        raise UnanswerableError(str(reply["wrong"]))
                    answer = answer_of(reply["answer"])
                    yield answer
                    if answer.last:
                        return
            finally:
                if number == self._asked:
                    self._send({"number": number})  # nothing more is wanted from it

    async def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            process.kill()
            await process.wait()

    async def _started(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            # several threads make nothing faster on small frames, and a core is left for the rest
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *COMMAND,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env={"POLARS_MAX_THREADS": "1", **os.environ},
                limit=MOST_LINE,
            )
        return self._process

    def _send(self, message: dict[str, Any]) -> None:
        process = self._process
        if process is not None and process.stdin is not None and not process.stdin.is_closing():
            process.stdin.write(json.dumps(message).encode() + b"\n")

    async def _reply(self, process: asyncio.subprocess.Process, number: int) -> dict[str, Any]:
        """Read until a line belongs to this question: answers to an earlier one may still arrive."""
        while process.stdout is not None and (line := await process.stdout.readline()):
            reply: dict[str, Any] = json.loads(line)
            if reply["number"] == number:
                return reply
        raise UnanswerableError("the helper process that runs the markets has ended")


def study() -> Study:
    """Return what answers the screen's questions."""
    return HelperStudy()


def answer_of(data: dict[str, Any]) -> Answer:
    """Return an answer from its JSON object."""
    return Answer(
        **{
            **data,
            "left": _side(data["left"]),
            "right": None if data["right"] is None else _side(data["right"]),
            **{
                key: None if data[key] is None else Interval(**data[key])
                for key in ("customers", "money", "each")
            },
        }
    )


def _side(data: dict[str, Any]) -> Side:
    courses: dict[str, Any] = {
        key: tuple(tuple(week) for week in data[key]) for key in ("customers", "issued")
    }
    return Side(**{**data, **courses, "funnel": tuple(data["funnel"])})

"""Answer what-ifs line by line: what the dashboard's screen asks of a helper process."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from queue import SimpleQueue
from threading import Thread
from typing import Any, Final, TextIO

import polars as pl

from referral_tui.dashboard.what_if import Answer, Interval, Question, Side, World
from referral_tui.study_words import Ground, verdict
from simulator.domain.definitions import STAGES
from simulator.domain.errors import ReferralError
from simulator.lab import statistics
from simulator.lab.setting import Setting
from simulator.lab.study import Study
from simulator.lab.summary import CUSTOMERS, MONEY, DesignSummary, course, summarise
from simulator.lab.what_if import SampleSize, WhatIf, sample_sizes
from simulator.program.load import load_program
from simulator.program.model import Program
from simulator.run.plan import world_text
from simulator.world.spec import load_world
from simulator.world.windows import start_of

LEFT: Final = "the design that runs"
RIGHT: Final = "the copy"
MOST_REFERRERS: Final = 2_000
"""First customers of a market: more would take longer than anybody waits for a first answer."""


class TurnedAwayError(Exception):
    """Raised when a newer question has arrived."""


class Inbox:
    """The questions that are waiting; only the newest one counts."""

    def __init__(self) -> None:
        self._waiting: SimpleQueue[str] = SimpleQueue()

    def put(self, line: str) -> None:
        """Add a question, which is a line of JSON."""
        self._waiting.put(line)

    def take(self) -> dict[str, Any]:
        """Wait for a question, and return the newest."""
        line = self._waiting.get()
        while not self._waiting.empty():
            line = self._waiting.get()
        found: dict[str, Any] = json.loads(line)
        return found

    def pulse(self) -> None:
        """Raise TurnedAwayError if a newer question is waiting."""
        if not self._waiting.empty():
            raise TurnedAwayError


def answer_lines(stdin: TextIO, stdout: TextIO) -> None:
    """Answer the questions from `stdin` on `stdout` until it ends; then end this process, whatever it is doing."""
    inbox = Inbox()

    def listen() -> None:
        for line in stdin:
            inbox.put(line)
        os._exit(0)  # it keeps nothing, and nobody waits for it

    Thread(target=listen, name="questions", daemon=True).start()
    answerer = Answerer()
    while True:
        for reply in answerer.replies(inbox.take(), inbox.pulse):
            stdout.write(json.dumps(reply) + "\n")
            stdout.flush()


class Answerer:
    """Answers questions, and keeps the markets that it ran for later questions about the same people."""

    def __init__(self) -> None:
        self._lab: dict[World, WhatIf] = {}

    def replies(self, asked: dict[str, Any], pulse: Callable[[], None]) -> Iterator[dict[str, Any]]:
        """Yield the replies to a question until `pulse` raises TurnedAwayError; none if there is nothing to answer."""
        number = asked["number"]
        if "left" not in asked:
            return
        try:
            for answer in self._answers(_question(asked), pulse):
                yield {"number": number, "answer": asdict(answer)}
        except TurnedAwayError:
            return
        except ReferralError as error:
            yield {"number": number, "wrong": str(error)}

    def _answers(self, question: Question, pulse: Callable[[], None]) -> Iterator[Answer]:
        world = question.world
        size = min(world.referrers, MOST_REFERRERS)
        left = load_program(question.left, "the program")
        designs = {LEFT: left}
        if question.right is not None:
            designs[RIGHT] = load_program(question.right, "the copy", left.currency)
        designs = {name: _to_scale(one, size / world.referrers) for name, one in designs.items()}
        if world not in self._lab:
            setting = Setting(
                load_world(world_text(world.preset), f"{world.preset}/world.toml"),
                size,
                world.days,
                world.start_ms,
                dict(world.delivery),
                drawn=world.drawn,
            )
            of_others = [one for one in self._lab if replace(one, drawn=world.drawn) != world]
            for one in of_others:
                del self._lab[one]
            self._lab[world] = WhatIf(setting)
        last = sample_sizes(size, world.days)[-1]
        start_ms = start_of(left) if world.start_ms is None else world.start_ms
        for sample, found in self._lab[world].studies(designs, pulse):
            ground = Ground(size, sample.days, left.currency, left.digits, world.drawn)
            yield _answer(sample, found, designs, ground, start_ms, last=sample == last)


def _question(asked: dict[str, Any]) -> Question:
    world = {**asked["world"], "delivery": tuple((one, model) for one, model in asked["world"]["delivery"])}
    return Question(World(**world), asked["left"], asked["right"])


def _to_scale(program: Program, share: float) -> Program:
    """Return the program with its budget scaled to the simulated share of the customers."""
    if program.budget_minor is None or share == 1:
        return program
    return replace(program, budget_minor=max(1, round(program.budget_minor * share)))


def _answer(
    sample: SampleSize,
    found: Study,
    designs: dict[str, Program],
    ground: Ground,
    start_ms: int,
    *,
    last: bool,
) -> Answer:
    names = list(designs)
    summaries = summarise(found.markets, names)
    sides = [_side(found, one, has_budget=designs[one.name].budget_minor is not None) for one in summaries]
    facts = (sample.markets, sample.days, ground.referrers, start_ms, sides[0])
    first, other = summaries[0], summaries[-1]
    if other is first:
        return Answer(*facts, None, None, None, None, "", last, ground.drawn)
    sentence = verdict(first, other, ground, designs[RIGHT].budget_minor is not None)
    customers, money = (_apart(other, key, drawn=ground.drawn) for key in (CUSTOMERS, MONEY))
    each = other.each_further
    return Answer(
        *facts,
        sides[1],
        customers,
        money,
        Interval(each.value if each.bounded else None, None, None) if ground.drawn else _interval(each),
        sentence[:1].upper() + sentence[1:],
        last,
        ground.drawn,
    )


def _apart(one: DesignSummary, key: str, *, drawn: bool) -> Interval:
    """Return a difference with the interval of its mean, or with the spread of the markets if responses are drawn."""
    apart = one.differences[key]
    if not drawn:
        return _interval(apart.mean)
    band = apart.band if one.markets >= statistics.FEWEST else None
    return Interval(apart.mean.value, *((None, None) if band is None else (band.low, band.high)))


def _side(found: Study, one: DesignSummary, *, has_budget: bool) -> Side:
    rows: pl.DataFrame = found.markets.filter(design=one.name)
    return Side(
        tuple(float(rows[f"funnel.{stage}"].to_numpy().mean()) for stage in STAGES),
        one.means[MONEY] or 0.0,
        one.means["cost"],
        _course(found, one.name, "funnel.qualified"),
        _course(found, one.name, "numbers.issued"),
        one.budget_ended if has_budget else None,
        statistics.upper_chance(one.budget_ended, one.markets),
    )


def _course(found: Study, name: str, flow: str) -> Any:
    return tuple(course(found.weeks, name, flow))


def _interval(one: statistics.Interval) -> Interval:
    return Interval(one.value, one.low, one.high)

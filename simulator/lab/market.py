"""Simulate markets together under one design: world, delivery, engine and operators in memory, a window at a time.

The steps are those of `simulator.run`, without databases, files, pace and commands; so the outcomes are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import polars as pl

from simulator.delivery.accepted import Accepted
from simulator.delivery.chances import Chances
from simulator.delivery.delivery import Delivery
from simulator.delivery.dials import Timeline
from simulator.delivery.models import Channels
from simulator.delivery.queue import ArrivalQueue
from simulator.delivery.sent_ledger import SentLedger
from simulator.delivery.wire import on_wire
from simulator.domain.write_set import WriteSet
from simulator.engine import Engine
from simulator.engine.frames import NO_EVENTS
from simulator.events.columns import EVENT_SCHEMA
from simulator.lab.setting import Setting
from simulator.lab.tally import Tally
from simulator.outcomes.feedback import FeedbackCollector
from simulator.outcomes.reports import RewardReports
from simulator.outcomes.reviews import put_in_review_by_market
from simulator.program.load import load_program
from simulator.program.model import Program
from simulator.world.feedback import OutcomeFeedback
from simulator.world.operator import Operator, Review
from simulator.world.windows import InProcessWorld

_BATCH = 100_000
"""The most messages judged at once. Any number gives the same outcome, and more at once take less time each."""


class Markets:
    """Markets simulated together: `run` simulates them from their start to their end, and returns their sums.

    Several at once are judged without faults.
    """

    def __init__(
        self, setting: Setting, program: Program, seeds: Sequence[int], tally: type[Tally] = Tally
    ) -> None:
        """Set the markets up; `tally` is the class that keeps their sums."""
        setup = setting.world(program, seeds)
        self._several = len(seeds) > 1
        self._at, self._end = setup.start_ms, setup.end_ms
        self._windows = InProcessWorld(setup)
        self._lane = _Lane(setting, seeds, setup.end_ms)
        self._operators = [Operator(setting.spec.operator, seed) for seed in seeds]
        parse = partial(load_program, file="program.changed")
        self._engine = Engine(program, parse, markets=len(seeds), watched=False)
        self._feedback = FeedbackCollector()
        self._feedback.listening = True
        self._reports = RewardReports(setting.spec.reported)
        self._reviews: list[list[Review]] = [[] for _ in seeds]
        self._labels: dict[str, str] = {}
        self._tally = tally(program, setup.start_ms, len(seeds), self._engine.markets_of)
        self._log = _Log()

    def run(self, pulse: Callable[[], None] | None = None) -> Tally:
        """Simulate the markets, and return their sums.

        `pulse` is called before each window, some hundredths of a second apart; it may raise to give the markets up.
        """
        while self._at < self._end:
            if pulse is not None:
                pulse()
            if self._lane.faulty:
                self._lane.reconcile(self._at)
            window = self._windows.next(self._outcomes(self._at))
            self._know(window.people)
            for counted in window.counted:
                self._tally.count(counted)
            self._lane.send(window.events, self._at, window.until_ms)
            self._at = window.until_ms
            self._look_at_reviews()
            arrived = self._lane.take(self._at)
            for first in range(0, arrived.height, _BATCH):
                self._receive(arrived[first : first + _BATCH])
        self._publish(self._engine.advance(max(self._end, self._engine.newest, self._engine.watermark)))
        self._tally.label(self._labels)
        return self._tally

    def _outcomes(self, before_ms: int) -> OutcomeFeedback:
        """Return the outcomes from before a moment (milliseconds UTC), releasing what was due by then first."""
        if before_ms - 1 >= max(0, self._engine.newest, self._engine.watermark):
            self._publish(self._engine.advance(before_ms - 1))
        return replace(self._feedback.take(before_ms), rewards=self._reports.take(before_ms))

    def _know(self, people: pl.DataFrame) -> None:
        """Keep how people cheat; somebody who occurs again may have another label by then."""
        for ref, label in zip(people["ref"].to_list(), people["label"].to_list(), strict=True):
            if label is not None:
                self._labels[ref] = label
            else:
                self._labels.pop(ref, None)

    def _look_at_reviews(self) -> None:
        given: list[pl.DataFrame] = []
        for market, (operator, reviews) in enumerate(zip(self._operators, self._reviews, strict=True)):
            if reviews:
                cheats = {
                    one.friend: self._labels[one.friend] for one in reviews if one.friend in self._labels
                }
                operator.look(reviews, cheats)
                reviews.clear()
            verdicts = operator.advance(self._at)
            if verdicts.height:
                if self._several:
                    verdicts = verdicts.with_columns(market=pl.lit(market, pl.Int32))
                given.append(verdicts)
        if given:
            verdicts = pl.concat(given)
            self._lane.add(on_wire(verdicts, verdicts["received_at"].to_numpy()))

    def _receive(self, rows: pl.DataFrame) -> None:
        messages = rows[self._columns(rows)]
        market = messages["market"].to_numpy() if self._several else np.zeros(messages.height, np.int64)
        if self._lane.faulty:
            lookup = self._engine.look_up(messages)
            received = self._engine.receive(messages, lookup, self._log.at(lookup.repeated.tolist()))
            events, duplicates = received.events, received.duplicates
            self._log.add(events)
            self._lane.accept(events)
        else:  # the world makes ids that are unique, and each message comes once
            events, duplicates = self._engine.accept(messages), []
        self._tally.receive(market, duplicates)
        self._tally.add_events(events)
        self._publish(self._engine.judge(events))

    @staticmethod
    def _columns(rows: pl.DataFrame) -> list[str]:
        """Return the columns of messages that arrived, without those about how they were delivered."""
        return [name for name in rows.columns if name not in ("file", "line", "flaw")]

    def _publish(self, written: WriteSet) -> None:
        self._feedback.collect(written, self._engine)
        self._reports.collect(written, self._engine.markets_of)
        for market, one in put_in_review_by_market(written, self._engine.markets_of):
            self._reviews[market].append(Review(*one))
        self._tally.add(written)


class _Lane:
    """The delivery of markets: what their clients send arrives in order, as columns, never in files."""

    def __init__(self, setting: Setting, seeds: Sequence[int], end_ms: int) -> None:
        timeline = Timeline(setting.faults)
        chances = Chances(seeds[0], timeline, end_ms)  # several markets run without faults
        self._delivery = Delivery(Channels(setting.models(), seeds), chances, listing=bool(timeline.ever()))
        self._ledger = SentLedger(chances.keys)
        self._accepted = Accepted()
        self._queue = ArrivalQueue()
        self.faulty = bool(timeline.ever())
        """Whether something may go wrong; only then can a list of the client's differ from what was accepted."""

    def send(self, events: pl.DataFrame, from_ms: int, until_ms: int) -> None:
        """Send the events that occurred from a moment up to before another (milliseconds UTC)."""
        sent = self._delivery.send(events, from_ms, until_ms)
        (self._queue.put_in_order if sent.ordered else self._queue.put_among)(sent.rows)
        if self.faulty:
            self._ledger.enter(sent.listed)

    def add(self, rows: pl.DataFrame) -> None:
        """Add messages that are not the client's."""
        self._queue.put_among(rows)

    def take(self, before_ms: int) -> pl.DataFrame:
        """Return what arrives before a moment (milliseconds UTC)."""
        return self._queue.take(before_ms)

    def accept(self, events: pl.DataFrame) -> None:
        """Keep what the platform accepted, to be compared with the client's lists."""
        self._accepted.add(events)

    def reconcile(self, before_ms: int) -> None:
        """Compare the lists whose time has come, and send again what is missing."""
        accepted = self._accepted.take(before_ms)
        self._queue.put_among(self._ledger.compare(accepted, before_ms, lambda _name, content: content)[1])


@dataclass
class _Log:
    """The accepted events: a message that comes again must be compared with the earlier one."""

    _parts: list[pl.DataFrame] = field(default_factory=list)

    def add(self, events: pl.DataFrame) -> None:
        """Add the next events of the log."""
        if events.height:
            self._parts.append(events.select(list(EVENT_SCHEMA)))

    def at(self, seqs: list[int]) -> pl.DataFrame:
        """Return the events with these seqs."""
        if not seqs:
            return NO_EVENTS
        self._parts = [pl.concat(self._parts)]
        return self._parts[0][[seq - 1 for seq in seqs]]

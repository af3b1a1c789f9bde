"""What a simulated world hears of the platform: reviews that opened, what people felt, and what was accepted."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from db.read.resume import open_reviews
from db.write.store import Store
from simulator.engine import Engine, Outcome
from simulator.platform.feedback import FeedbackCollector
from simulator.platform.folding import recall
from simulator.platform.records import put_in_review
from simulator.world.feedback import OutcomeFeedback

Hear = Callable[[pl.DataFrame], None]


class Subscribers:
    """Gathers what comes out of each batch until somebody takes it."""

    def __init__(self, hear: Hear | None = None) -> None:
        """`hear` is told of all accepted events, in the order of the log."""
        self._hear = hear
        self._feelings = FeedbackCollector()
        self._past: Store | None = None  # holds what was felt before, until somebody listens
        self._in_review: list[tuple[int, str, str, str, str]] = []

    def recall(self, store: Store) -> None:
        """Gather again from a database; accepted events are heard as its log is folded."""
        self._in_review = open_reviews(store.query)
        self._past = store

    def listen(self) -> None:
        """Gather what people feel from now on, and what they felt so far: events from files have nobody who would."""
        self._feelings.listening = True
        if self._past is not None:
            recall(self._feelings, self._past)
            self._past = None

    def hear(self, outcome: Outcome, engine: Engine, events: pl.DataFrame | None) -> None:
        """What the engine made of `events`, or (None) of the time told."""
        self._feelings.hear(outcome, engine)
        self._in_review += put_in_review(outcome, events)
        if events is not None and self._hear is not None:
            self._hear(events)

    def take_reviews(self) -> list[tuple[int, str, str, str, str]]:
        """What went into review since the last call: (opened at, source, event id, milestone, friend)."""
        taken, self._in_review = self._in_review, []
        return taken

    def take_feedback(self, before_ms: int) -> OutcomeFeedback:
        """What people felt of the outcome before a moment, since the last call."""
        return self._feelings.take(before_ms)

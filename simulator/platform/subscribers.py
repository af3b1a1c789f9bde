"""Pass on to a simulated world what it needs from the platform: opened reviews, outcome feedback, accepted events."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from db.read.resume import open_reviews
from db.write.store import Store
from simulator.domain.write_set import WriteSet
from simulator.engine import Engine
from simulator.outcomes.feedback import FeedbackCollector
from simulator.outcomes.reviews import put_in_review
from simulator.platform.folding import restore_feedback
from simulator.world.feedback import OutcomeFeedback

EventListener = Callable[[pl.DataFrame], None]


class Subscribers:
    """Collects the results of each batch until they are taken."""

    def __init__(self, on_events: EventListener | None = None) -> None:
        """Call `on_events` with all accepted events, in log order."""
        self._on_events = on_events
        self._feedback = FeedbackCollector()
        self._past: Store | None = None  # holds open reviews and past feedback until `listen` is called
        self._in_review: list[tuple[int, str, str, str, str]] = []

    def restore(self, store: Store) -> None:
        """Remember where the past is stored; accepted events are passed on as its log is replayed."""
        self._past = store

    def listen(self) -> None:
        """Start collecting reviews and outcome feedback, those of the past included. Only a simulation needs them."""
        self._feedback.listening = True
        if self._past is not None:
            self._in_review = self._past.read(open_reviews)
            restore_feedback(self._feedback, self._past)
            self._past = None

    def publish(self, written: WriteSet, engine: Engine) -> None:
        """Pass on what the engine made of a batch of events, or of an advance of the clock."""
        self._feedback.collect(written, engine)
        if self._feedback.listening:  # nobody would ever take them
            self._in_review += put_in_review(written)
        if written.events.height and self._on_events is not None:
            self._on_events(written.events)

    def take_reviews(self) -> list[tuple[int, str, str, str, str]]:
        """Return what went into review since the last call: (opened at, source, event id, milestone, friend)."""
        taken, self._in_review = self._in_review, []
        return taken

    def take_feedback(self, before_ms: int) -> OutcomeFeedback:
        """Return outcome feedback from before a moment (milliseconds UTC) and since the last call."""
        return self._feedback.take(before_ms)

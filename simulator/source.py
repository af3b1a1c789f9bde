"""All that comes to the platform in a run, in the order of arrival: people's events, and the operator's verdicts.

The people's side is the same whenever it is run again; so a run goes on after a stop by making it again from the
seed and passing over what had arrived.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from db.crm import Crm
from simulator.delivery.models import Delivery
from simulator.delivery.queue import ArrivalQueue
from simulator.plan import Plan
from simulator.program.model import Program
from simulator.world.apart import Apart
from simulator.world.feedback import Felt
from simulator.world.operator import Operator, Review
from simulator.world.windows import Here, Setting, Windows


class Source:
    """Messages on their way, made a window ahead at most.

    `ready_until` is the moment up to which all arrivals are made; a next window may be made only after all of them have
    been received, because the reviews that they open are looked up then.
    """

    def __init__(
        self,
        plan: Plan,
        program: Program,
        crm: Crm,
        reviews: Callable[[], list[Review]],
        felt: Callable[[int], Felt],
        processes: int = 1,
    ) -> None:
        """`program` is the one the run began with; with 2 `processes` people are made in one of their own.

        `reviews` gives the reviews opened since its last call, `felt` what people felt since its last call and before
        a moment: it is asked for at the start of each window, when all that arrived before has been judged.
        """
        spec = plan.world()
        setting = Setting(spec, program, plan.seed, plan.referrers, plan.start_ms, plan.days)
        self._windows: Windows = Apart(setting) if processes > 1 else Here(setting)
        self._felt = felt
        self._delivery = Delivery(plan.models(spec), plan.seed)
        self._operator = Operator(spec.operator, plan.seed)
        self._queue = ArrivalQueue()
        self._crm = crm
        self._reviews = reviews
        self.start_ms = self.ready_until = plan.start_ms
        self.end_ms = plan.end_ms

    def pass_over(self, count: int, progress: Callable[[int], None]) -> None:
        """Make again, and drop, the first `count` of the people's messages; the verdicts among them are known."""
        while count > 0 and self.ready_until < self.end_ms:
            self._make_window()
            count -= self._queue.take(self.ready_until, count).height
            progress(self.ready_until)
        self._decide()

    def make_window(self) -> None:
        """Make the arrivals of the next window, as long as the operator lets it be."""
        self._make_window()
        self._decide()

    def take(self, before_ms: int, limit: int) -> pl.DataFrame:
        """The next messages that arrive before a moment, and before `ready_until`; at most `limit`."""
        return self._queue.take(min(before_ms, self.ready_until), limit)

    def settled(self, source: str, event_id: str, milestone: str) -> None:
        """A person has decided this review: the simulated operator does not, as after a restart it would not."""
        self._operator.forget(source, event_id, milestone)
        self._queue.drop(
            (pl.col("decision_source") == source)
            & (pl.col("decision_id") == event_id)
            & (pl.col("decision_milestone") == milestone)
        )

    def close(self) -> None:
        """Let go of the process that makes the people, where there is one."""
        self._windows.close()

    def _make_window(self) -> None:
        window = self._windows.next(self._felt(self.ready_until))
        self._crm.write(window.people)
        self._queue.put(window.events, self._delivery.arrivals(window.events))
        self.ready_until = window.until_ms

    def _decide(self) -> None:
        reviews = self._reviews()
        if reviews:
            self._operator.look(reviews, self._crm.labels([review.friend for review in reviews]))
        verdicts = self._operator.advance(self.ready_until)
        if verdicts.height:
            self._queue.put_among(verdicts)

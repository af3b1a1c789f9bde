"""Simulate people who look, share, visit, claim, buy, pay and cancel, a day at a time.

A whole day is drawn when its first moment is asked for, from the state at its start. So the events are the same
however time is cut into windows, and outcome feedback (`apply_feedback`) takes effect from the next day drawn.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from simulator.domain.spans import DAY_MS
from simulator.program.model import Program
from simulator.world import arrivals, draws, pseudonyms
from simulator.world.agenda import Agenda
from simulator.world.cheating import Cheating
from simulator.world.closing import Closing
from simulator.world.communities import Communities
from simulator.world.counting import Counted, EventCounter
from simulator.world.draws import Purpose
from simulator.world.event_rows import WIDTH
from simulator.world.feedback import OutcomeFeedback
from simulator.world.framing import STACKED_SCHEMA, WORLD_SCHEMA, Draft, Framer
from simulator.world.journeys import Journeys
from simulator.world.offer import answers, is_dated
from simulator.world.people import People
from simulator.world.population import Population
from simulator.world.referring import JOIN_WIDTH, Referring
from simulator.world.reward_acts import ReportedReward, RewardActs
from simulator.world.rhythm import Rhythm
from simulator.world.spec import WorldSpec
from simulator.world.spec_buying import Offer

_DRAFTED = 50_000  # events framed at once, roughly: more gains nothing, and their numbers take 200 bytes each


class World:
    """One run of a world, the same for the same spec, program, seed, referrers and start.

    A shorter run is a prefix of a longer one.
    """

    def __init__(
        self,
        spec: WorldSpec,
        program: Program,
        *,
        seed: int | Sequence[int],
        referrers: int,
        start_ms: int,
        days: int,
        offers: Sequence[Offer] = (),
        counting: bool = False,
    ) -> None:
        """Start with `referrers` customers of the brand, at `start_ms` (milliseconds UTC), for `days`.

        With several seeds, one for each market, there are so many customers in each; then events have a column
        `market`, the place of the seed, and a community's name has the seed before a colon. What happens in a market
        is what happens in its world alone. `offers` say how people respond in each; without it, all respond as the file
        says. `counting` leaves out events that change nothing but sums (see `counting`), and counts them.
        """
        seeds = (seed,) if isinstance(seed, int) else tuple(seed)
        self.start_ms = start_ms
        self.end_ms = start_ms + days * DAY_MS
        self._days = days
        self._next_day = 0
        self._asked = start_ms
        self._ready = pl.DataFrame(schema=WORLD_SCHEMA if len(seeds) == 1 else STACKED_SCHEMA)
        rhythm = Rhythm(spec.rhythm, start_ms, days)
        communities = Communities(spec.communities, seeds)
        people = People(4 * referrers * len(seeds))
        self._counter = EventCounter(people, self.end_ms) if counting else None
        self._population = Population(
            spec, people, communities, [pseudonyms.client_key(one) for one in seeds]
        )
        self._cheating = Cheating(spec, self._population, rhythm, referrers)
        self._acts = RewardActs(spec, program, seeds, rhythm, referrers)
        self._framer = Framer(
            spec, people, self._population.meetings, communities, self._acts, stacked=len(seeds) > 1
        )
        self._events = Agenda(start_ms, DAY_MS, days, WIDTH)
        self._joins = Agenda(start_ms, DAY_MS, days, JOIN_WIDTH)
        self._arrivals = Agenda(start_ms, DAY_MS, days, arrivals.WIDTH)
        self._spec = spec
        self._program = program
        self._offers = offers
        answer = answers(spec, program, start_ms, offers)
        closing = Closing(spec.closing, rhythm)
        self._referring = Referring(
            spec,
            answer,
            self._population,
            self._cheating,
            communities,
            closing,
            rhythm,
            self._counter,
        )
        self._journeys = Journeys(
            spec,
            answer,
            self._population,
            self._cheating,
            closing,
            rhythm,
            self.end_ms,
            referrers,
            self._counter,
        )
        keys = np.concatenate([draws.root_keys(one, referrers) for one in seeds])
        self._settle(spec, rhythm, keys, np.repeat(np.arange(len(seeds)), referrers))

    def _settle(self, spec: WorldSpec, rhythm: Rhythm, keys: draws.Keys, market: draws.Ints) -> None:
        """Create the brand's first customers and draw when each of them joins the program."""
        roots = self._population.people.add(keys, market)
        self._population.describe(roots)
        kinds = spec.people.kinds
        shares = np.cumsum([group.share for group in kinds.values()])
        numbers = self._population.kind_numbers
        self._population.people.kind[roots] = numbers[draws.choose(keys, Purpose.KIND, shares)]
        keys = self._cheating.choose(roots, keys)
        at_launch = draws.uniform(keys, Purpose.JOIN_WAVE) < spec.people.launch_share
        mean = np.where(at_launch, spec.people.launch_mean, spec.people.later_mean)
        start = np.full(len(keys), self.start_ms)
        at = rhythm.later(start, mean * draws.exponential(keys, Purpose.JOIN_DELAY, 1.0))
        self._joins.put(np.column_stack((at, roots)))

    def advance(self, until_ms: int) -> pl.DataFrame:
        """Return the events that occur before `until_ms` and were not returned yet.

        In order of occurrence, with the columns of a message except `received_at`. Nothing occurs after the end.
        """
        if until_ms < self._asked:
            raise ValueError(f"time must not go backwards: {until_ms} is before {self._asked}")
        self._asked = until_ms
        drafts: list[Draft] = []
        drafted = 0
        while self._next_day < self._days and self.start_ms + self._next_day * DAY_MS < until_ms:
            draft = self._framer.draft(self._day(self._next_day))
            drafts.append(draft)
            drafted += len(draft.rows)
            self._next_day += 1
            if drafted > _DRAFTED:
                self._frame(drafts)
                drafts, drafted = [], 0
        if drafts:
            self._frame(drafts)
        cut = int(np.searchsorted(self._ready["occurred_at"].to_numpy(), until_ms))
        found, self._ready = self._ready[:cut], self._ready[cut:]
        return found

    def _frame(self, drafts: Sequence[Draft]) -> None:
        self._population.name()
        framed = self._framer.frame(drafts)
        self._ready = pl.concat([self._ready, framed]) if self._ready.height else framed

    def apply_feedback(self, feedback: OutcomeFeedback) -> None:
        """Apply outcome feedback and a change of program; people act on it from the next day drawn."""
        self._referring.moods.apply_feedback(feedback)
        self._act(feedback.rewards)
        if feedback.program is not None:
            self._acts.change_program(feedback.program)
            self._program = feedback.program
            self._respond(self.start_ms + self._next_day * DAY_MS)

    def _respond(self, at_ms: int) -> None:
        """Let people respond to what the program offers at a moment (milliseconds UTC)."""
        answer = answers(self._spec, self._program, at_ms, self._offers)
        self._referring.answer(answer)
        self._journeys.answer(answer)

    def _act(self, rewards: Sequence[ReportedReward]) -> None:
        """Let people act on rewards that the platform reported."""
        if rewards:
            friends = pseudonyms.text_marks(pl.Series([one.friend for one in rewards]))
            earliest = self.start_ms + self._next_day * DAY_MS
            self._events.put(self._acts.follow(rewards, self._population.cheat(friends), earliest))

    @property
    def people_count(self) -> int:
        """How many people have been created so far."""
        return self._population.people.count

    def take_counted(self) -> Sequence[Counted]:
        """Return what was counted since the last call, instead of being made into events."""
        return () if self._counter is None else self._counter.take()

    def take_people(self) -> pl.DataFrame:
        """Return CRM rows of people who became known, or changed, since the last call."""
        return self._population.take_known()

    def _day(self, day: int) -> draws.Ints:
        begin = self.start_ms + day * DAY_MS
        end = begin + DAY_MS
        if is_dated(self._program):
            self._respond(begin)
        sessions = self._referring.sessions(day, begin, end)
        joins = self._joins.take(day)
        while True:
            if len(joins):
                events, arriving, first = self._referring.join(joins, day, end)
                self._events.put(events)
                self._arrivals.put(arriving)
                sessions = sessions.joined(first)
            events, arriving = self._referring.share(sessions)
            self._events.put(events)
            self._arrivals.put(arriving)
            events, joins = self._journeys.begin(self._arrivals.take(day), begin)
            self._events.put(events)
            self._joins.put(joins)
            joins = self._joins.take(day)
            if not len(joins):
                break
            sessions = sessions.none()
        self._referring.fade()
        self._population.introduce()
        return self._events.take(day)

"""Simulate referrers: they join, look at the program's page now and then, and some of the looks become shares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulator.domain.spans import DAY_MS
from simulator.world.accounts import NEVER
from simulator.world.arrivals import NO_ARRIVALS, arrival_rows
from simulator.world.cheating import Cheating
from simulator.world.closing import Closing, closing_rows
from simulator.world.communities import NONE, Communities
from simulator.world.counting import EventCounter
from simulator.world.draws import (
    Bools,
    Floats,
    Ints,
    Keys,
    Purpose,
    bits,
    choose,
    expand,
    lognormal,
    normal,
    poisson,
    uniform,
)
from simulator.world.event_rows import WIDTH, EventKind, event_rows, ident
from simulator.world.feedback import ReferrerMoods
from simulator.world.framing import INPUT, SSO
from simulator.world.offer import Answers, in_markets
from simulator.world.people import FRIEND, NOBODY, Referrers
from simulator.world.planting import Shares
from simulator.world.population import Population
from simulator.world.rhythm import YEAR_MS, Rhythm
from simulator.world.spec import WorldSpec
from simulator.world.spec_people import Reach

JOIN_WIDTH = 2  # time, row of the person
# a day; a session's number is (day + 1) * 64 + its place in the day; 0 is the one when joining
_MOST_SESSIONS = 63
_IDENTIFIED_AFTER = 350  # ms from the sign-on to the CRM's event, and below to the link
_LINKED_AFTER = 1_200
_SHORTEST_SHARE = 2_000.0  # ms: nobody shares before the link is there


@dataclass(frozen=True)
class Sessions:
    """Sessions on the program's page: person (row and key), time, and the session's number for that person."""

    person: Ints
    key: Keys
    at: Ints
    number: Ints

    def joined(self, other: Sessions) -> Sessions:
        """Return these sessions followed by the others."""
        return Sessions(
            np.concatenate((self.person, other.person)),
            np.concatenate((self.key, other.key)),
            np.concatenate((self.at, other.at)),
            np.concatenate((self.number, other.number)),
        )

    def where(self, which: Bools) -> Sessions:
        """Return some of them, by a mask."""
        return Sessions(self.person[which], self.key[which], self.at[which], self.number[which])

    def none(self) -> Sessions:
        """Return no sessions."""
        return Sessions(self.person[:0], self.key[:0], self.at[:0], self.number[:0])


class Referring:
    """The referrers of a world: joins, sessions and shares."""

    def __init__(
        self,
        spec: WorldSpec,
        answer: Answers,
        population: Population,
        cheating: Cheating,
        communities: Communities,
        closing: Closing,
        rhythm: Rhythm,
        counter: EventCounter | None = None,
    ) -> None:
        """Take a counter if sign-ins and shares are to be counted, as far as nothing depends on them."""
        self._counter = counter
        self._spec = spec
        self._population = population
        self._people = population.people
        self._cheating = cheating
        self._communities = communities
        self._closing = closing
        self._rhythm = rhythm
        self._referrers = Referrers(1024)
        self.moods = ReferrerMoods(spec.feedback, self._referrers, population.people, communities)
        self._most = spec.activity.most_per_day / DAY_MS
        self._fade = float(np.exp(-DAY_MS / spec.activity.fades))
        self.answer(answer)
        channels = spec.channels
        alone = np.array([0.0 if one.reach == "community" else one.share for one in channels])
        self._channel_shares: Floats = np.cumsum([one.share for one in channels])
        self._alone_shares: Floats = np.cumsum(alone / alone.sum())
        self._needs_community: Bools = np.array([one.reach == "community" for one in channels])
        self._click: Floats = np.array([one.click for one in channels])
        self._visit_median: Floats = np.array([one.delay.median for one in channels])
        self._visit_spread: Floats = np.array([one.delay.spread for one in channels])

    def answer(self, answers: Answers) -> None:
        """Let people respond to this offer from now on."""
        self._share_rate = np.minimum(1.0, self._spec.sharing.rate * answers.sharing)

    def join(self, joins: Ints, day: int, day_end: int) -> tuple[Ints, Ints, Sessions]:
        """Make people referrers.

        Returns their first events, the arrivals that their joining causes, and their sessions of the rest of the day.
        """
        people = self._people
        at, person = joins[:, 0], joins[:, 1]
        key = people.key[person]
        people.joined_at[person] = at
        people.kind[person] = np.where(people.kind[person] == FRIEND, 0, people.kind[person])
        fresh = ~people.known[person]
        self._population.compute_references(person[fresh])
        self._population.meet(person, at)
        activity = self._spec.activity
        rate = (
            activity.sessions_per_year
            / YEAR_MS
            * np.exp(activity.inequality * normal(key, Purpose.ACTIVITY) - activity.inequality**2 / 2)
            * self._population.kind_activity[people.kind[person]]
            * self._population.segment_activity[people.segment[person]]
        )
        rate = np.minimum(rate, self._most)
        via = np.where(uniform(key, Purpose.VIA) < self._spec.people.by_input, INPUT, SSO)
        events = np.concatenate(
            (
                event_rows(
                    EventKind.IDENTIFIED,
                    at + _IDENTIFIED_AFTER,
                    person,
                    ident(key, EventKind.IDENTIFIED),
                    device=person,
                    flag=via,
                ),
                event_rows(
                    EventKind.LINKED, at + _LINKED_AFTER, person, ident(key, EventKind.LINKED), code=person
                ),
            )
        )
        if self._closing.possible:
            events = np.concatenate((events, self._close(person, at)))
        begin = self._rhythm.lived(at)
        end = self._rhythm.lived(np.array([day_end]))[0]
        first = Sessions(person, key, at, np.zeros(len(at), dtype=np.int64))
        more = self._draw(person, key, rate, day, begin, end - begin)
        self._referrers.add(person, key, rate)
        self.moods.enter(people.reference[person])
        return events, self._cheating.at_join(at, person), first.joined(more)

    def _close(self, person: Ints, at: Ints) -> Ints:
        """Let some of the brand's first customers who join close their accounts; return the events."""
        people = self._people
        first = people.inviter[person] == NOBODY
        person, at = person[first], at[first]
        key = people.key[person]
        closed = self._closing.of_referrers(key, at)
        which = np.flatnonzero(closed.closed_at < NEVER)
        people.closed_at[person[which]] = closed.closed_at[which]
        people.reopened_at[person[which]] = closed.reopened_at[which]
        return closing_rows(closed, key, person, person)

    def _while_open(self, sessions: Sessions) -> Sessions:
        """Return the sessions of those whose account is not closed at the time."""
        if not self._closing.possible:
            return sessions
        closed_at = self._people.closed_at[sessions.person]
        reopened_at = self._people.reopened_at[sessions.person]
        there = (closed_at == 0) | (sessions.at < closed_at) | (sessions.at >= reopened_at)
        return sessions.where(there)

    def sessions(self, day: int, begin_ms: int, end_ms: int) -> Sessions:
        """Return the day's sessions of everyone who was a referrer when it began."""
        table, count = self._referrers, self._referrers.count
        begin, end = self._rhythm.lived(np.array([begin_ms, end_ms]))
        key = table.key[:count]
        rate = np.minimum(table.rate[:count] * self.moods.of(count), self._most)
        chance = uniform(key, Purpose.SESSIONS, day)
        busy = np.flatnonzero(chance > np.exp(rate * -(end - begin)))
        start = np.full(len(busy), begin)
        return self._draw(table.person[busy], key[busy], rate[busy], day, start, end - begin)

    def _draw(
        self, person: Ints, key: Keys, rate: Floats, day: int, begin: Floats, span: Floats | float
    ) -> Sessions:
        """Draw a Poisson number of sessions each, at uniform moments of lived time in the span from `begin`."""
        counts = poisson(uniform(key, Purpose.SESSIONS, day), rate * span, _MOST_SESSIONS)
        which, place = expand(counts)
        number = (day + 1) * (_MOST_SESSIONS + 1) + place
        key = key[which]
        width = span[which] if isinstance(span, np.ndarray) else span
        lived = begin[which] + uniform(key, Purpose.SESSION_TIME, number) * width
        return Sessions(person[which], key, self._rhythm.moment(lived), number)

    def fade(self) -> None:
        """Let a day's worth of interest and mood fade."""
        self._referrers.rate[: self._referrers.count] *= self._fade
        self.moods.fade()

    def share(self, sessions: Sessions) -> tuple[Ints, Ints]:
        """Return the events of sessions, and the arrivals (see `arrivals`) of the people whom the shares move."""
        sessions = self._while_open(sessions)
        if not len(sessions.at):
            return np.empty((0, WIDTH), dtype=np.int64), NO_ARRIVALS
        seen = sessions
        if self._counter is not None:
            seen = sessions.where(self._counter.sign_ins(sessions.person, sessions.at))
        looks = event_rows(
            EventKind.SESSION, seen.at, seen.person, ident(seen.key, EventKind.SESSION, seen.number)
        )
        rate = in_markets(self._share_rate, self._people.market[sessions.person])
        shared = np.flatnonzero(uniform(sessions.key, Purpose.SHARE, sessions.number) < rate)
        person, key, number = sessions.person[shared], sessions.key[shared], sessions.number[shared]
        delay = self._spec.sharing.delay
        pause = lognormal(key, Purpose.SHARE_DELAY, delay.median, delay.spread, number)
        at = sessions.at[shared] + np.maximum(pause, _SHORTEST_SHARE).astype(np.int64)
        channel = self._channel(person, key, number)
        reach = self._reach(person, key, number, channel)
        events = looks
        if self._counter is not None:
            self._counter.shares(person, at, reach)
        else:
            shares = event_rows(
                EventKind.SHARED,
                at,
                person,
                ident(key, EventKind.SHARED, number),
                channel=channel,
                code=person,
                number=reach,
            )
            events = np.concatenate((looks, shares))
        share_key = bits(key, Purpose.SHARE_KEY, number)
        return events, np.concatenate(
            (
                self._answers(at, person, share_key, channel, reach),
                self._cheating.at_shares(Shares(at, person, key, share_key, number, channel)),
            )
        )

    def _channel(self, person: Ints, key: Keys, number: Ints) -> Ints:
        chosen = choose(key, Purpose.CHANNEL, self._channel_shares, number)
        homeless = self._needs_community[chosen] & (self._people.community[person] == NONE)
        return np.where(homeless, choose(key, Purpose.CHANNEL, self._alone_shares, number), chosen)

    def _reach(self, person: Ints, key: Keys, number: Ints, channel: Ints) -> Ints:
        reach = np.ones(len(person), dtype=np.int64)
        for place, one in enumerate(self._spec.channels):
            if one.reach == "one":
                continue
            of = np.flatnonzero(channel == place)
            if isinstance(one.reach, Reach):
                seen = lognormal(key[of], Purpose.REACH, one.reach.median, one.reach.spread, number[of])
                reach[of] = np.clip(np.rint(seen), 1, one.reach.most)
            else:
                reach[of] = self._communities.sizes[self._people.community[person[of]]] - 1
        return reach

    def _answers(self, at: Ints, person: Ints, share_key: Keys, channel: Ints, reach: Ints) -> Ints:
        """Return the arrivals of those reached who click, and of those who use the code at the till."""
        which, place = expand(reach)
        key = bits(share_key[which], Purpose.FRIEND_KEY, place)
        chance = uniform(key, Purpose.RESPOND)
        click = self._click[channel[which]]
        moved = np.flatnonzero(chance < click * (1 + self._spec.friend.till))
        which, key = which[moved], key[moved]
        till = (chance[moved] >= click[moved]).astype(np.int64)
        return self._arrive(at[which], key, person[which], channel[which], till)

    def _arrive(self, at: Ints, key: Keys, inviter: Ints, channel: Ints, till: Ints) -> Ints:
        delay = self._visit_median[channel] * np.exp(
            self._visit_spread[channel] * normal(key, Purpose.VISIT_DELAY)
        )
        return arrival_rows(self._rhythm.later(at, delay), key, inviter, channel, till=till)

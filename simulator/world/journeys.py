"""Simulate friends: what each does after a click, with a code at the till, or as part of a cheat."""

from __future__ import annotations

import numpy as np

from simulator.world.accounts import merges
from simulator.world.arrivals import CHANNEL, INVITER, KEY, WHEN, at_till, cheat_of
from simulator.world.cheating import Cheating
from simulator.world.closing import Closing
from simulator.world.converting import Converting
from simulator.world.counting import EventCounter
from simulator.world.draws import Bools, Floats, Ints, Keys, Purpose, bits, lognormal, uniform
from simulator.world.event_rows import ABSENT, WIDTH, EventKind, event_rows, ident
from simulator.world.friends import Friends
from simulator.world.labels import Cheat, friend_label
from simulator.world.measures import Delay
from simulator.world.offer import Answers, in_markets
from simulator.world.population import Population
from simulator.world.rhythm import Rhythm
from simulator.world.spec import WorldSpec


class Journeys:
    """The friends of a world, from arrival to conversion."""

    def __init__(
        self,
        spec: WorldSpec,
        answer: Answers,
        population: Population,
        cheating: Cheating,
        closing: Closing,
        rhythm: Rhythm,
        end_ms: int,
        roots: int,
        counter: EventCounter | None = None,
    ) -> None:
        """Take a counter if visits by those who only look are to be counted instead of being made into events."""
        self._counter = counter
        self._spec = spec
        self._population = population
        self._cheating = cheating
        self._people = population.people
        self._rhythm = rhythm
        self._roots = roots
        self._converting = Converting(spec, rhythm, population, closing, end_ms)
        self.answer(answer)
        self._by_segment: Floats = np.array([one.converts for one in spec.people.segments.values()])
        self._by_channel: Floats = np.array([one.converts for one in spec.channels])
        self._via_community: Bools = np.array([one.reach == "community" for one in spec.channels])

    def answer(self, answers: Answers) -> None:
        """Let people respond to this offer from now on."""
        self._answer = answers.converting
        self._converting.answer(answers)

    def begin(self, arrivals: Ints, today: int) -> tuple[Ints, Ints]:
        """Draw the whole journeys of those who arrive on the day that began at `today` (milliseconds UTC).

        Returns event rows, and rows of when and who joins the program.
        """
        events: list[Ints] = []
        joins: list[Ints] = []
        if len(arrivals):
            at, till = arrivals[:, WHEN], at_till(arrivals) == 1
            group = self._new(arrivals)
            visitors = group.where(~till)
            visits: list[Ints] = []
            last_visit = self._visit(visits, visitors, at[~till], today)
            claims = (uniform(visitors.key, Purpose.CLAIM) < self._spec.friend.claim) | (
                visitors.cheat != Cheat.NONE
            )
            claimers, claimed_at = self._claim(events, visitors.where(claims), last_visit[claims])
            self._convert(events, joins, claimers, claimed_at, self._spec.conversion.rate)
            silent, left_at = visitors.where(~claims), last_visit[~claims]
            buying = self._convert(events, joins, silent, left_at, self._spec.conversion.direct)
            known = group.cheat == Cheat.RING
            if self._counter is not None:
                lookers = silent.row[~buying]
                visits = self._counter.without_lookers(visits, lookers)
                known |= np.isin(group.row, lookers)  # to nobody: they need no reference
            events += visits
            self._population.compute_references(group.row[~known])
            buyers = group.where(till)
            self._know(buyers, at[till])
            self._converting.convert(events, joins, buyers, at[till], buyers.inviter)
        return (
            np.concatenate(events) if events else np.empty((0, WIDTH), dtype=np.int64),
            np.concatenate(joins) if joins else np.empty((0, 2), dtype=np.int64),
        )

    def _new(self, arrivals: Ints) -> Friends:
        """Return those who arrive; whoever is not known yet has no reference so far."""
        people = self._people
        cheat, inviter = cheat_of(arrivals), arrivals[:, INVITER]
        known = cheat == Cheat.RING
        row, key = np.empty(len(arrivals), dtype=np.int64), np.empty(len(arrivals), dtype=np.uint64)
        row[known] = arrivals[known, KEY]
        key[known] = people.key[row[known]]
        key[~known] = arrivals[~known, KEY].view(np.uint64)
        new = people.add(key[~known], people.market[inviter[~known]])
        row[~known] = new
        people.inviter[new] = inviter[~known]
        people.generation[new] = people.generation[inviter[~known]] + 1
        people.label[row] = friend_label(cheat)
        group = Friends(row, key, inviter, arrivals[:, CHANNEL], cheat)
        people.device[row] = self._cheating.devices(group)
        return group

    def _visit(self, events: list[Ints], group: Friends, at: Ints, today: int) -> Ints:
        """Add first visits, repeat visits and visits by another referrer's link; return each friend's last visit."""
        friend, people = self._spec.friend, self._people
        key = group.key
        device = people.device[group.row]

        def visit(which: Bools | Ints, when: Ints, code: Ints, number: int) -> None:
            events.append(
                event_rows(
                    EventKind.VISITED,
                    when,
                    group.row[which],
                    ident(key[which], EventKind.VISITED, number),
                    channel=group.channel[which],
                    code=code,
                    device=device[which],
                )
            )

        visit(np.arange(len(at)), at, group.inviter, 0)
        last = at.copy()
        again = np.flatnonzero(uniform(key, Purpose.AGAIN) < friend.again)
        when = self._rhythm.after(at[again], key[again], Purpose.AGAIN_DELAY, friend.again_delay)
        visit(again, when, group.inviter[again], 1)
        last[again] = when
        other = (bits(key, Purpose.OTHER_LINK_WHO) % np.uint64(max(self._roots, 1))).astype(np.int64)
        other += people.market[group.row].astype(np.int64) * self._roots
        there = (people.joined_at[other] > 0) & (people.joined_at[other] < today) & (other != group.inviter)
        there &= group.cheat == Cheat.NONE
        both = np.flatnonzero((uniform(key, Purpose.OTHER_LINK) < friend.other_link) & there)
        when = self._rhythm.after(at[both], key[both], Purpose.OTHER_LINK_DELAY, friend.other_link_delay)
        visit(both, when, other[both], 2)
        last[both] = np.maximum(last[both], when)
        return last

    def _claim(self, events: list[Ints], group: Friends, at: Ints) -> tuple[Friends, Ints]:
        """Add claims; return the claimers as the platform knows them, and when they claim.

        Whoever claims on another device than that of the click is another person to the platform.
        """
        friend, people = self._spec.friend, self._people
        if not len(group.row):
            return group, at
        when = self._rhythm.after(at, group.key, Purpose.CLAIM_DELAY, friend.claim_delay)
        cross = (uniform(group.key, Purpose.CROSS_DEVICE) < friend.cross_device) & (group.cheat == Cheat.NONE)
        typed = cross & (uniform(group.key, Purpose.TYPE_CODE) < friend.types_code)
        code = np.where(typed, group.inviter, ABSENT)
        phone, group = group, self._on_other_device(group, cross)
        self._recognise(events, phone, group, np.flatnonzero(cross), when)
        self._know(group, when)
        events.append(
            event_rows(
                EventKind.CLAIMED,
                when,
                group.row,
                ident(group.key, EventKind.CLAIMED),
                code=code,
                device=people.device[group.row],
            )
        )
        self._consent(events, group, when)
        return group, when

    def _on_other_device(self, group: Friends, cross: Bools) -> Friends:
        if not cross.any():
            return group
        people = self._people
        other = bits(group.key[cross], Purpose.OTHER_SELF)
        rows = people.add(other, people.market[group.inviter[cross]])
        people.inviter[rows] = group.inviter[cross]
        people.generation[rows] = people.generation[group.row[cross]]
        self._population.compute_references(rows)
        row, key = group.row.copy(), group.key.copy()
        row[cross], key[cross] = rows, other
        return Friends(row, key, group.inviter, group.channel, group.cheat)

    def _recognise(
        self, events: list[Ints], before: Friends, after: Friends, cross: Ints, claimed_at: Ints
    ) -> None:
        """Let the client recognise some of those who claimed on another device, and merge the two references."""
        spec = self._spec.friend.recognised
        if spec is None:
            return
        which = cross[uniform(before.key[cross], Purpose.RECOGNISE) < spec.share]
        key = before.key[which]
        when = self._rhythm.after(claimed_at[which], key, Purpose.RECOGNISE_DELAY, spec.delay)
        events.append(merges(key, before.row[which], after.row[which], when))

    def _know(self, group: Friends, at: Ints) -> None:
        """Make friends known to the client: traits, contact, a row in its CRM."""
        people = self._people
        if not len(group.row):
            return
        self._population.describe(group.row)
        invited = self._via_community[group.channel]
        people.community[group.row] = np.where(
            invited, people.community[group.inviter], people.community[group.row]
        )
        same = self._cheating.same_contact(group)
        people.country[group.row] = np.where(same, people.country[group.inviter], people.country[group.row])
        self._population.meet(group.row, at, np.where(same, people.key[group.inviter], group.key))

    def _consent(self, events: list[Ints], group: Friends, claimed_at: Ints) -> None:
        """Add consents to marketing, and the results of eligibility checks."""
        friend = self._spec.friend
        agree = np.flatnonzero(uniform(group.key, Purpose.OPT_IN) < friend.opt_in)
        key = group.key[agree]
        when = claimed_at[agree] + _wait(key, Purpose.OPT_IN_DELAY, friend.opt_in_delay)
        events.append(event_rows(EventKind.OPTED_IN, when, group.row[agree], ident(key, EventKind.OPTED_IN)))
        checked = np.flatnonzero(uniform(group.key, Purpose.CHECKED) < friend.checked)
        key = group.key[checked]
        when = claimed_at[checked] + _wait(key, Purpose.CHECK_DELAY, friend.check_delay)
        eligible = uniform(key, Purpose.ELIGIBLE) < friend.eligible
        events.append(
            event_rows(
                EventKind.CHECKED,
                when,
                group.row[checked],
                ident(key, EventKind.CHECKED),
                flag=eligible.astype(np.int64),
            )
        )

    def _convert(
        self, events: list[Ints], joins: list[Ints], group: Friends, from_ms: Ints, rate: float
    ) -> Bools:
        """Convert those of a group who do, at `rate` times the factors of the offer, the segment and the channel.

        Returns which of them do.
        """
        if not len(group.row):
            return np.zeros(0, bool)
        known = self._people.known[group.row]
        if not known.all():
            self._population.describe(group.row[~known])
        rates = (
            rate
            * in_markets(self._answer, self._people.market[group.row])
            * self._by_segment[self._people.segment[group.row]]
            * self._by_channel[group.channel]
        )
        rates = self._cheating.convert_rates(group, rates)
        buys: Bools = uniform(group.key, Purpose.CONVERT) < rates
        buyers, from_ms = group.where(buys), from_ms[buys]
        new = ~self._people.known[buyers.row]
        self._know(buyers.where(new), from_ms[new])
        self._converting.convert(events, joins, buyers, from_ms)
        return buys


def _wait(key: Keys, purpose: Purpose, delay: Delay) -> Ints:
    """Draw delays of machines: milliseconds of the clock, not of lived time, and at least one."""
    return np.maximum(lognormal(key, purpose, delay.median, delay.spread), 1.0).astype(np.int64)

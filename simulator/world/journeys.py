"""Friends: what each of them does after a click, a code taken to the till, or a cheat's own invitation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulator.events.contract import REVERSAL_REASONS
from simulator.world.draws import (
    Bools,
    Floats,
    Ints,
    Keys,
    Purpose,
    bits,
    choose,
    exponential,
    lognormal,
    uniform,
)
from simulator.world.happenings import ABSENT, WIDTH, Happening, happen, ident
from simulator.world.offer import Answers
from simulator.world.people import SELF_REFERRED
from simulator.world.population import Population
from simulator.world.rhythm import Rhythm
from simulator.world.spec import Delay, WorldSpec

ARRIVAL_WIDTH = 5  # when, key, inviter, channel, how
CLICK, TILL, CHEAT = 0, 1, 2
_YEAR_MS = 365.25 * 86_400_000
_NEVER = np.int64(1) << np.int64(61)


@dataclass(frozen=True)
class _Group:
    """Friends at one step: their rows, keys, inviters' rows, channels, and who of them cheats."""

    row: Ints
    key: Keys
    inviter: Ints
    channel: Ints
    cheat: Bools

    def where(self, which: Bools | Ints) -> _Group:
        return _Group(
            self.row[which], self.key[which], self.inviter[which], self.channel[which], self.cheat[which]
        )


class Journeys:
    """The friends of a world."""

    def __init__(
        self,
        spec: WorldSpec,
        answer: Answers,
        population: Population,
        rhythm: Rhythm,
        end_ms: int,
        roots: int,
    ) -> None:
        self._spec = spec
        self._population = population
        self._people = population.people
        self._rhythm = rhythm
        self._end = end_ms
        self._roots = roots
        self._convert_rate = min(1.0, spec.conversion.rate * answer.converting)
        self._via_community: Bools = np.array([one.reach == "community" for one in spec.channels])
        self._prices: Ints = np.rint(np.array(spec.conversion.prices) * 10**spec.digits).astype(np.int64)
        self._reason_shares: Floats = np.cumsum(list(spec.conversion.reasons.values()))
        self._reasons: Ints = np.array([REVERSAL_REASONS.index(name) for name in spec.conversion.reasons])

    def begin(self, arrivals: Ints, today: int) -> tuple[Ints, Ints]:
        """Whole journeys of those who arrive on the day that began at `today`: events, and who joins when."""
        events: list[Ints] = []
        joins: list[Ints] = []
        if len(arrivals):
            at, how = arrivals[:, 0], arrivals[:, 4]
            group = self._new(arrivals)
            till = how == TILL
            visitors = group.where(~till)
            claim_from = self._visit(events, visitors, at[~till], today)
            claimers, claimed_at = self._claim(events, visitors, claim_from)
            self._convert(events, joins, claimers, claimed_at)
            buyers = group.where(till)
            self._know(buyers, at[till])
            bought_at = self._after(at[till], buyers.key, Purpose.CONVERT_DELAY, self._spec.conversion.delay)
            self._buy(events, joins, buyers, bought_at, buyers.inviter)
        return (
            np.concatenate(events) if events else np.empty((0, WIDTH), dtype=np.int64),
            np.concatenate(joins) if joins else np.empty((0, 2), dtype=np.int64),
        )

    def _new(self, arrivals: Ints) -> _Group:
        people = self._people
        key = np.ascontiguousarray(arrivals[:, 1]).view(np.uint64)
        inviter, channel = arrivals[:, 2], arrivals[:, 3]
        row = people.add(key)
        cheat = arrivals[:, 4] == CHEAT
        people.inviter[row] = inviter
        people.generation[row] = people.generation[inviter] + 1
        people.label[row] = np.where(cheat, SELF_REFERRED, 0)
        self._population.refer(row)
        return _Group(row, key, inviter, channel, cheat)

    def _visit(self, events: list[Ints], group: _Group, at: Ints, today: int) -> Ints:
        """First visits, second ones, and those by another's link; the last visit of each."""
        friend, people = self._spec.friend, self._people
        key = group.key
        device = self._device(group)

        def visit(which: Bools | Ints, when: Ints, code: Ints, number: int) -> None:
            events.append(
                happen(
                    Happening.VISITED,
                    when,
                    group.row[which],
                    ident(key[which], Happening.VISITED, number),
                    channel=group.channel[which],
                    code=code,
                    device=device[which],
                )
            )

        visit(np.arange(len(at)), at, group.inviter, 0)
        last = at.copy()
        again = np.flatnonzero(uniform(key, Purpose.AGAIN) < friend.again)
        when = self._after(at[again], key[again], Purpose.AGAIN_DELAY, friend.again_delay)
        visit(again, when, group.inviter[again], 1)
        last[again] = when
        other = (bits(key, Purpose.OTHER_LINK_WHO) % np.uint64(max(self._roots, 1))).astype(np.int64)
        there = (people.joined_at[other] > 0) & (people.joined_at[other] < today) & (other != group.inviter)
        both = np.flatnonzero((uniform(key, Purpose.OTHER_LINK) < friend.other_link) & there & ~group.cheat)
        when = self._after(at[both], key[both], Purpose.OTHER_LINK_DELAY, friend.other_link_delay)
        visit(both, when, other[both], 2)
        last[both] = np.maximum(last[both], when)
        return last

    def _device(self, group: _Group) -> Ints:
        shared = uniform(group.key, Purpose.SAME_DEVICE) < self._spec.cheats.self_referral.same_device
        return np.where(group.cheat & shared, group.inviter, group.row)

    def _claim(self, events: list[Ints], visitors: _Group, at: Ints) -> tuple[_Group, Ints]:
        """Those who leave their contact, and when.

        Who does it on another device than the click's is another person to the platform.
        """
        friend = self._spec.friend
        claims = np.flatnonzero((uniform(visitors.key, Purpose.CLAIM) < friend.claim) | visitors.cheat)
        group = visitors.where(claims)
        when = self._after(at[claims], group.key, Purpose.CLAIM_DELAY, friend.claim_delay)
        cross = (uniform(group.key, Purpose.CROSS_DEVICE) < friend.cross_device) & ~group.cheat
        typed = cross & (uniform(group.key, Purpose.TYPE_CODE) < friend.types_code)
        code = np.where(typed, group.inviter, ABSENT)
        group = self._on_other_device(group, cross)
        self._know(group, when)
        events.append(
            happen(
                Happening.CLAIMED,
                when,
                group.row,
                ident(group.key, Happening.CLAIMED),
                code=code,
                device=self._device(group),
            )
        )
        self._consent(events, group, when)
        return group, when

    def _on_other_device(self, group: _Group, cross: Bools) -> _Group:
        if not cross.any():
            return group
        people = self._people
        other = bits(group.key[cross], Purpose.OTHER_SELF)
        rows = people.add(other)
        people.inviter[rows] = group.inviter[cross]
        people.generation[rows] = people.generation[group.row[cross]]
        self._population.refer(rows)
        row, key = group.row.copy(), group.key.copy()
        row[cross], key[cross] = rows, other
        return _Group(row, key, group.inviter, group.channel, group.cheat)

    def _know(self, group: _Group, at: Ints) -> None:
        """The client comes to know them: traits, contact, a row in its CRM."""
        people = self._people
        self._population.describe(group.row)
        invited = self._via_community[group.channel] if len(group.channel) else group.cheat
        people.community[group.row] = np.where(
            invited, people.community[group.inviter], people.community[group.row]
        )
        same = group.cheat & (
            uniform(group.key, Purpose.SAME_CONTACT) < self._spec.cheats.self_referral.same_contact
        )
        people.country[group.row] = np.where(same, people.country[group.inviter], people.country[group.row])
        self._population.meet(group.row, at, np.where(same, people.key[group.inviter], group.key))

    def _consent(self, events: list[Ints], group: _Group, claimed_at: Ints) -> None:
        """Consent to marketing, and the check whether they may take part."""
        friend = self._spec.friend
        agree = np.flatnonzero(uniform(group.key, Purpose.OPT_IN) < friend.opt_in)
        key = group.key[agree]
        when = claimed_at[agree] + _wait(key, Purpose.OPT_IN_DELAY, friend.opt_in_delay)
        events.append(happen(Happening.OPTED_IN, when, group.row[agree], ident(key, Happening.OPTED_IN)))
        checked = np.flatnonzero(uniform(group.key, Purpose.CHECKED) < friend.checked)
        key = group.key[checked]
        when = claimed_at[checked] + _wait(key, Purpose.CHECK_DELAY, friend.check_delay)
        eligible = uniform(key, Purpose.ELIGIBLE) < friend.eligible
        events.append(
            happen(
                Happening.CHECKED,
                when,
                group.row[checked],
                ident(key, Happening.CHECKED),
                flag=eligible.astype(np.int64),
            )
        )

    def _convert(self, events: list[Ints], joins: list[Ints], group: _Group, claimed_at: Ints) -> None:
        rate = np.where(group.cheat, self._spec.cheats.self_referral.convert, self._convert_rate)
        buys = np.flatnonzero(uniform(group.key, Purpose.CONVERT) < rate)
        buyers = group.where(buys)
        at = self._after(claimed_at[buys], buyers.key, Purpose.CONVERT_DELAY, self._spec.conversion.delay)
        self._buy(events, joins, buyers, at, np.full(len(buys), ABSENT))

    def _buy(self, events: list[Ints], joins: list[Ints], group: _Group, at: Ints, code: Ints) -> None:
        """Conversions at `at`, and what follows: bills, a cancellation, becoming a referrer."""
        conversion = self._spec.conversion
        key, row = group.key, group.row
        if not len(key):
            return
        price = self._prices[(bits(key, Purpose.PLAN) % np.uint64(len(self._prices))).astype(np.int64)]
        events.append(
            happen(
                Happening.CONVERTED,
                at,
                row,
                ident(key, Happening.CONVERTED),
                code=code,
                number=price,
                flag=(uniform(key, Purpose.NEW_CUSTOMER) < conversion.new_customer).astype(np.int64),
            )
        )
        regrets = uniform(key, Purpose.REVERSE) < conversion.reversed
        reversed_at = self._after(at, key, Purpose.REVERSE_DELAY, conversion.reversal_delay)
        back = np.flatnonzero(regrets)
        events.append(
            happen(
                Happening.REVERSED,
                reversed_at[back],
                row[back],
                ident(key[back], Happening.REVERSED),
                flag=self._reasons[choose(key[back], Purpose.REVERSE_REASON, self._reason_shares)],
                reverses=ident(key[back], Happening.CONVERTED),
            )
        )
        self._pay(events, group, at, np.where(regrets, reversed_at, _NEVER), price)
        becomes = uniform(key, Purpose.BECOME) < conversion.becomes_referrer
        follow = np.flatnonzero(becomes & ~regrets & ~group.cheat)
        when = self._after(at[follow], key[follow], Purpose.BECOME_DELAY, conversion.becomes_delay)
        joins.append(np.column_stack((when, row[follow])))

    def _pay(self, events: list[Ints], group: _Group, at: Ints, until: Ints, price: Ints) -> None:
        """One bill a period until they leave, paid some time after."""
        billing = self._spec.billing
        if billing is None:
            return
        churn = self._spec.conversion.churn_per_year
        if churn > 0:
            stay = exponential(group.key, Purpose.CHURN, -_YEAR_MS / float(np.log1p(-churn)))
            until = np.minimum(until, at + np.minimum(stay, 1e15).astype(np.int64))
        until = np.minimum(until, self._end)
        count = np.maximum((until - at) // int(billing.every), 0)
        which = np.repeat(np.arange(len(at)), count)
        number = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count) + 1
        key = group.key[which]
        delay = lognormal(key, Purpose.BILL_DELAY, billing.delay.median, billing.delay.spread, number)
        when = at[which] + number * int(billing.every) + delay.astype(np.int64)
        events.append(
            happen(
                Happening.BILL,
                when,
                group.row[which],
                ident(key, Happening.BILL, number),
                number=price[which],
            )
        )

    def _after(self, at: Ints, key: Keys, purpose: Purpose, delay: Delay) -> Ints:
        """Moments after a delay that people take, in lived time."""
        return self._rhythm.later(at, lognormal(key, purpose, delay.median, delay.spread))


def _wait(key: Keys, purpose: Purpose, delay: Delay) -> Ints:
    """A delay that machines take, in milliseconds of the clock; at least one."""
    return np.maximum(lognormal(key, purpose, delay.median, delay.spread), 1.0).astype(np.int64)

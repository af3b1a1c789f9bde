"""Simulate conversions and what follows: payments, repeat purchases, reversals, closing, becoming a referrer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simulator.events.contract import REVERSAL_REASONS
from simulator.world.accounts import NEVER, Accounts, Known
from simulator.world.closing import Closed, Closing, closing_rows
from simulator.world.draws import (
    Bools,
    Floats,
    Ints,
    Keys,
    Purpose,
    bits,
    choose,
    expand,
    exponential,
    uniform,
)
from simulator.world.event_rows import ABSENT, EventKind, event_rows, ident, later_number
from simulator.world.friends import Friends
from simulator.world.labels import Cheat
from simulator.world.offer import Answers
from simulator.world.population import Population
from simulator.world.rhythm import YEAR_MS, Rhythm
from simulator.world.spec import WorldSpec
from simulator.world.spec_buying import Later


@dataclass(frozen=True)
class _Converted:
    """Conversions of a group, and when they stand: not from `back_at` until `again_at` (`NEVER`: they don't end).

    `price` is in minor units, `reason` that of the reversal, `known` by which reference the friends go.
    """

    group: Friends
    known: Known
    at: Ints
    price: Ints
    back_at: Ints
    again_at: Ints
    reason: Ints

    def reversed_at(self, which: Ints, when: Ints) -> Bools:
        """Return whether some of the conversions (indices) are reversed at moments."""
        gone: Bools = (when >= self.back_at[which]) & (when < self.again_at[which])
        return gone


class Converting:
    """The conversions of a world's friends, and what comes after."""

    def __init__(
        self, spec: WorldSpec, rhythm: Rhythm, population: Population, closing: Closing, end_ms: int
    ) -> None:
        self._conversion = spec.conversion
        self._later = spec.later
        self._rhythm = rhythm
        self._people = population.people
        self._accounts = Accounts(spec.conversion.account, spec.people.by_input, population, rhythm)
        self._closing = closing
        self._end = end_ms
        cancels = spec.cheats.buy_then_cancel
        self._waits = cancels.waits if cancels else None
        self._hold_ms = 0
        self._prices = _minor(spec.conversion.prices, spec.digits)
        self._amounts = [_minor(one.own_amounts, spec.digits) for one in spec.later]
        self._reason_shares: Floats = np.cumsum(list(spec.conversion.reasons.values()))
        self._reasons: Ints = np.array([REVERSAL_REASONS.index(name) for name in spec.conversion.reasons])

    def answer(self, answers: Answers) -> None:
        """Make those who plan to cancel wait for this program's hold from now on."""
        self._hold_ms = answers.hold_ms

    def convert(
        self, events: list[Ints], joins: list[Ints], group: Friends, from_ms: Ints, code: Ints | int = ABSENT
    ) -> None:
        """Add the conversions of a group, delayed from `from_ms`, with a typed `code` or none, and what follows.

        Appends event rows to `events`, and rows of when and who joins the program to `joins`.
        """
        conversion = self._conversion
        key = group.key
        if not len(key):
            return
        at = self._rhythm.after(from_ms, key, Purpose.CONVERT_DELAY, conversion.delay)
        price = _one_of(self._prices, bits(key, Purpose.PLAN))
        events.append(
            event_rows(
                EventKind.CONVERTED,
                at,
                group.row,
                ident(key, EventKind.CONVERTED),
                code=code,
                number=price,
                flag=(uniform(key, Purpose.NEW_CUSTOMER) < conversion.new_customer).astype(np.int64),
            )
        )
        back_at, planned = self._reverse(group, at)
        converted = _Converted(
            group,
            self._accounts.open(events, group, at),
            at,
            price,
            back_at,
            self._reinstate(group, np.where(planned, NEVER, back_at)),
            self._reasons[choose(key, Purpose.REVERSE_REASON, self._reason_shares)],
        )
        self._undo(events, converted, np.arange(len(at)), ident(key, EventKind.CONVERTED), 0, ABSENT)
        self._adjust(events, converted)
        closed = self._close(events, converted)
        self._follow(events, converted, closed)
        becomes = uniform(key, Purpose.BECOME) < conversion.becomes_referrer
        genuine = (group.cheat == Cheat.NONE) | (group.cheat == Cheat.LEAKED_CODE)
        follow = np.flatnonzero(becomes & (back_at == NEVER) & genuine)
        when = self._rhythm.after(at[follow], key[follow], Purpose.BECOME_DELAY, conversion.becomes_delay)
        there = ~closed.holds(follow, when)
        follow, when = follow[there], when[there]
        joins.append(np.column_stack((when, converted.known.at(follow, when))))

    def _reverse(self, group: Friends, at: Ints) -> tuple[Ints, Bools]:
        """Draw when conversions are reversed (`NEVER`: they aren't), and for which that was the plan."""
        conversion, key = self._conversion, group.key
        regrets = uniform(key, Purpose.REVERSE) < conversion.reversed
        back_at = np.where(
            regrets,
            self._rhythm.after(at, key, Purpose.REVERSE_DELAY, conversion.reversal_delay),
            NEVER,
        )
        planned = np.zeros(len(at), dtype=np.bool_)
        if self._waits is not None:
            planned = group.cheat == Cheat.BUY_THEN_CANCEL
            paid_at = at[planned] + self._hold_ms
            back_at[planned] = self._rhythm.after(paid_at, key[planned], Purpose.WAIT, self._waits)
        return back_at, planned

    def _reinstate(self, group: Friends, back_at: Ints) -> Ints:
        """Draw when conversions reversed at `back_at` stand again; `NEVER` where they don't."""
        again_at, spec = np.full(len(back_at), NEVER), self._conversion.reinstated
        if spec is not None:
            won = np.flatnonzero((uniform(group.key, Purpose.REINSTATE) < spec.share) & (back_at < NEVER))
            key = group.key[won]
            again_at[won] = self._rhythm.after(back_at[won], key, Purpose.REINSTATE_DELAY, spec.delay)
        return again_at

    def _undo(
        self, events: list[Ints], one: _Converted, of: Ints, identity: Ints, number: Ints | int, place: int
    ) -> None:
        """Add the reversals of events (`identity`, of the group's `of`), and their reinstatements.

        `number` tells apart the events of one friend: 0 for the conversion's own; `place` is the later milestone's.
        """
        number = np.broadcast_to(number, len(of))
        for kind, at in ((EventKind.REVERSED, one.back_at), (EventKind.REINSTATED, one.again_at)):
            some = np.flatnonzero(at[of] < NEVER)
            which = of[some]
            events.append(
                event_rows(
                    kind,
                    at[which],
                    one.known.at(which, at[which]),
                    ident(one.group.key[which], kind, number[some]),
                    number=place,
                    flag=one.reason[which],
                    reverses=identity[some],
                )
            )

    def _adjust(self, events: list[Ints], one: _Converted) -> None:
        """Add partial refunds of conversions that have an amount and stand."""
        spec, key = self._conversion.adjusted, one.group.key
        if spec is None:
            return
        which = np.flatnonzero((uniform(key, Purpose.ADJUST) < spec.share) & (one.price != ABSENT))
        when = self._rhythm.after(one.at[which], key[which], Purpose.ADJUST_DELAY, spec.delay)
        stands = ~one.reversed_at(which, when)
        which, when = which[stands], when[stands]
        keeps = np.array(spec.keeps)[
            (bits(key[which], Purpose.ADJUST_TO) % np.uint64(len(spec.keeps))).astype(np.int64)
        ]
        events.append(
            event_rows(
                EventKind.ADJUSTED,
                when,
                one.known.at(which, when),
                ident(key[which], EventKind.ADJUSTED),
                number=np.rint(one.price[which] * keeps).astype(np.int64),
                reverses=ident(key[which], EventKind.CONVERTED),
            )
        )

    def _close(self, events: list[Ints], one: _Converted) -> Closed:
        """Add the closing and reopening of accounts; return when each of the group's is closed."""
        closed = self._closing.of_friends(one.group.key, one.at)
        if self._closing.possible:
            # who had joined before, in a ring, closes the account as a referrer or not at all
            closed = closed.but(self._people.joined_at[one.group.row] > 0)
            all_of_them = np.arange(len(one.at))
            people, known = self._people, one.known
            closer, reopener = (
                known.at(all_of_them, when) for when in (closed.closed_at, closed.reopened_at)
            )
            events.append(closing_rows(closed, one.group.key, closer, reopener))
            which = np.flatnonzero(closed.closed_at < NEVER)
            for rows in (known.guest[which], known.account[which]):
                people.closed_at[rows] = closed.closed_at[which]
                people.reopened_at[rows] = closed.reopened_at[which]
        return closed

    def _follow(self, events: list[Ints], one: _Converted, closed: Closed) -> None:
        """Add the later milestones, as long as the conversion stands and the customer stays."""
        group, at = one.group, one.at
        until = np.minimum(np.where(one.again_at < NEVER, NEVER, one.back_at), self._end)
        churn = self._conversion.churn_per_year
        if churn > 0:
            stay = exponential(group.key, Purpose.CHURN, -YEAR_MS / float(np.log1p(-churn)))
            until = np.minimum(until, at + np.minimum(stay, 1e15).astype(np.int64))
        for place, later in enumerate(self._later):
            which, count, due = _due(later, place, group.key, at, until)
            key = group.key[which]
            number = later_number(place, count)
            when = self._rhythm.after(due, key, Purpose.LATER_DELAY, later.delay, number)
            comes = (when < until[which]) & ~one.reversed_at(which, when) & ~closed.holds(which, when)
            which, number, when, key = which[comes], number[comes], when[comes], key[comes]
            amount = (
                one.price[which]
                if later.amounts == "price"
                else _one_of(self._amounts[place], bits(key, Purpose.LATER_AMOUNT, number))
            )
            identity = ident(key, EventKind.LATER, number)
            person = one.known.at(which, when)
            events.append(event_rows(EventKind.LATER, when, person, identity, number=amount, flag=place))
            if later.taken_back:
                before = np.flatnonzero(when < one.back_at[which])
                # 0 is the conversion's own reversal
                self._undo(events, one, which[before], identity[before], number[before] + 1, place)


def _due(later: Later, kind: int, keys: Keys, at: Ints, until: Ints) -> tuple[Ints, Ints, Ints]:
    """Return, for each possible occurrence, the friend's index, its number (from 1), and when its delay starts."""
    does: Bools = uniform(keys, Purpose.LATER, kind) < later.rate
    if later.every is None:
        which = np.flatnonzero(does)
        return which, np.ones(len(which), dtype=np.int64), at[which]
    period = int(later.every)
    count = np.where(does, np.maximum((until - at) // period, 0), 0)
    if later.most is not None:
        count = np.minimum(count, later.most)
    if later.again < 1:
        count = np.minimum(count, _goes_on(later.again, keys, kind))
    which, place = expand(count)
    return which, place + 1, at[which] + (place + 1) * period


def _goes_on(again: float, keys: Keys, place: int) -> Ints:
    """Draw how many occur where each is followed by another with chance `again`: geometric, at least one."""
    if again == 0:
        return np.ones(len(keys), dtype=np.int64)
    chance = uniform(keys, Purpose.LATER_AGAIN, place)
    more: Ints = np.floor(np.log(chance) / np.log(again)).astype(np.int64)
    return 1 + more


def _minor(amounts: Sequence[float], digits: int) -> Ints:
    minor: Ints = np.rint(np.array(amounts, dtype=np.float64) * 10**digits).astype(np.int64)
    return minor


def _one_of(amounts: Ints, drawn: Keys) -> Ints:
    """Choose one of the amounts for each draw, minor units; `ABSENT` where there are none."""
    if not len(amounts):
        return np.full(len(drawn), ABSENT, dtype=np.int64)
    chosen: Ints = amounts[(drawn % np.uint64(len(amounts))).astype(np.int64)]
    return chosen

"""Simulate conversions and what follows: payments, bills, repeat purchases, reversals, becoming a referrer."""

from __future__ import annotations

from collections.abc import Sequence

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
    expand,
    exponential,
    uniform,
)
from simulator.world.event_rows import ABSENT, EventKind, event_rows, ident, later_number
from simulator.world.friends import Friends
from simulator.world.labels import Cheat
from simulator.world.offer import Answers
from simulator.world.rhythm import YEAR_MS, Rhythm
from simulator.world.spec import WorldSpec
from simulator.world.spec_buying import Later

_NEVER = np.int64(1) << np.int64(61)


class Converting:
    """The conversions of a world's friends, and what comes after."""

    def __init__(self, spec: WorldSpec, rhythm: Rhythm, end_ms: int) -> None:
        self._conversion = spec.conversion
        self._later = spec.later
        self._rhythm = rhythm
        self._end = end_ms
        cancels = spec.cheats.buy_then_cancel
        self._waits = cancels.waits if cancels else None
        self._hold_ms = 0
        self._prices = _minor(spec.conversion.prices, spec.digits)
        self._amounts = [_minor(one.own_amounts, spec.digits) for one in spec.later]
        self._reason_shares: Floats = np.cumsum(list(spec.conversion.reasons.values()))
        self._reasons: Ints = np.array([REVERSAL_REASONS.index(name) for name in spec.conversion.reasons])

    def answer(self, answers: Answers) -> None:
        """Let those who buy to cancel wait for this program's hold from now on."""
        self._hold_ms = answers.hold_ms

    def convert(
        self, events: list[Ints], joins: list[Ints], group: Friends, from_ms: Ints, code: Ints | int = ABSENT
    ) -> None:
        """Add the conversions of a group, delayed from `from_ms`, with a typed `code` or none, and what follows.

        Appends event rows to `events`, and rows of when and who joins the program to `joins`.
        """
        conversion = self._conversion
        key, row = group.key, group.row
        if not len(key):
            return
        at = self._rhythm.after(from_ms, key, Purpose.CONVERT_DELAY, conversion.delay)
        price = _one_of(self._prices, bits(key, Purpose.PLAN))
        events.append(
            event_rows(
                EventKind.CONVERTED,
                at,
                row,
                ident(key, EventKind.CONVERTED),
                code=code,
                number=price,
                flag=(uniform(key, Purpose.NEW_CUSTOMER) < conversion.new_customer).astype(np.int64),
            )
        )
        regrets = uniform(key, Purpose.REVERSE) < conversion.reversed
        back_at = np.where(
            regrets,
            self._rhythm.after(at, key, Purpose.REVERSE_DELAY, conversion.reversal_delay),
            _NEVER,
        )
        if self._waits is not None:
            planned = group.cheat == Cheat.BUY_THEN_CANCEL
            paid_at = at[planned] + self._hold_ms
            back_at[planned] = self._rhythm.after(paid_at, key[planned], Purpose.WAIT, self._waits)
            regrets |= planned
        reason = self._reasons[choose(key, Purpose.REVERSE_REASON, self._reason_shares)]
        back = np.flatnonzero(regrets)
        events.append(
            event_rows(
                EventKind.REVERSED,
                back_at[back],
                row[back],
                ident(key[back], EventKind.REVERSED),
                flag=reason[back],
                reverses=ident(key[back], EventKind.CONVERTED),
            )
        )
        self._follow(events, group, at, back_at, price, reason)
        becomes = uniform(key, Purpose.BECOME) < conversion.becomes_referrer
        genuine = (group.cheat == Cheat.NONE) | (group.cheat == Cheat.LEAKED_CODE)
        follow = np.flatnonzero(becomes & ~regrets & genuine)
        when = self._rhythm.after(at[follow], key[follow], Purpose.BECOME_DELAY, conversion.becomes_delay)
        joins.append(np.column_stack((when, row[follow])))

    def _follow(
        self, events: list[Ints], group: Friends, at: Ints, back_at: Ints, price: Ints, reason: Ints
    ) -> None:
        """Add the later milestones, as long as the conversion stands and the customer stays."""
        until = np.minimum(back_at, self._end)
        churn = self._conversion.churn_per_year
        if churn > 0:
            stay = exponential(group.key, Purpose.CHURN, -YEAR_MS / float(np.log1p(-churn)))
            until = np.minimum(until, at + np.minimum(stay, 1e15).astype(np.int64))
        for place, later in enumerate(self._later):
            which, count, due = _due(later, place, group.key, at, until)
            key = group.key[which]
            number = later_number(place, count)
            when = self._rhythm.after(due, key, Purpose.LATER_DELAY, later.delay, number)
            comes = when < until[which]
            which, number, when, key = which[comes], number[comes], when[comes], key[comes]
            amount = (
                price[which]
                if later.amounts == "price"
                else _one_of(self._amounts[place], bits(key, Purpose.LATER_AMOUNT, number))
            )
            identity = ident(key, EventKind.LATER, number)
            events.append(
                event_rows(EventKind.LATER, when, group.row[which], identity, number=amount, flag=place)
            )
            if later.taken_back:
                back = np.flatnonzero(back_at[which] < _NEVER)
                of = which[back]
                events.append(
                    event_rows(
                        EventKind.REVERSED,
                        back_at[of],
                        group.row[of],
                        ident(key[back], EventKind.REVERSED, number[back] + 1),  # 0 is the conversion's own
                        number=place,
                        flag=reason[of],
                        reverses=identity[back],
                    )
                )


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

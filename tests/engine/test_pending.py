"""Pending is what would be issued if nothing else happened: at every hour, however the log is cut into batches."""

from __future__ import annotations

import dataclasses
import random
from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings

from simulator.program.model import Cap, Program, Role
from tests.engine.agreeing import BATCHES, LONG, QUICK, check, disagreement, feed, run, variance
from tests.engine.collector import Collector
from tests.engine.designs import DAY, HOUR, MINUTE, cap, design, milestone, reward, with_text
from tests.engine.logbook import Logbook
from tests.engine.oracle import Oracle
from tests.engine.strategies import ANCHORS, PEOPLE, Case, case_of, cases
from tests.engine.term_strategies import TRIED, case_with_terms

FEW = settings(QUICK, max_examples=15)
UNPAID = ("counted", "capped", "unfunded", "forfeited", "waiting")
Levels = dict[str, tuple[int, int]]


def level(oracle: Oracle) -> Levels:
    """How many lines are pending, by what each would become if nothing else happened, and their money."""
    counts: Counter[str] = Counter()
    values: Counter[str] = Counter()
    for line, expected in zip(oracle.lines, oracle.expected, strict=True):
        if expected is not None:
            counts[expected] += 1
            values[expected] += line.value_minor
    return {name: (counts[name], values[name]) for name in counts}


def levels_of(collector: Collector, hour: int) -> Levels:
    """The same by the sums of all hours up to one."""
    return Sums(collector).levels(hour)


class Sums:
    """The engine's sums, added up hour by hour."""

    def __init__(self, collector: Collector) -> None:
        self._left = sorted(collector.rollup.items(), reverse=True)
        self._upto: Counter[tuple[str, str]] = Counter()

    def levels(self, hour: int) -> Levels:
        """What is pending by the end of an hour, which is not before the one that was last asked for."""
        while self._left and self._left[-1][0][0] <= hour:
            (_, metric, what), number = self._left.pop()
            self._upto[metric, what] += number
        unpaid = {name: self._pair(f"pending.{name}") for name in UNPAID}
        count, value = self._pair("reward.pending")
        paid = (count - sum(n for n, _ in unpaid.values()), value - sum(v for _, v in unpaid.values()))
        return {name: pair for name, pair in {"issued": paid, **unpaid}.items() if pair != (0, 0)}

    def _pair(self, metric: str) -> tuple[int, int]:
        return self._upto[metric, "count"], self._upto[metric, "value"]


def wrong_hour(case: Case, batches: Sequence[int | None]) -> str | None:
    """The first hour at whose end what the engine's sums say is pending is not what the oracle would issue."""
    collectors = {batch: run(case, batch) for batch in batches}
    sums = {batch: Sums(collector) for batch, collector in collectors.items()}
    oracle = Oracle(case.program, case.load)
    hours = sorted({hour for collector in collectors.values() for hour, *_ in collector.rollup})

    def differing(upto: int) -> str | None:
        """Look at the hours that ended by a moment, none of which anything can come to any more."""
        while hours and (hours[0] + 1) * HOUR <= upto:
            hour = hours.pop(0)
            then = oracle.later()
            end = min((hour + 1) * HOUR, case.final + 1)  # beyond the final time nothing is released
            then.pass_time(end - 1)
            wanted = level(then)
            for batch in batches:
                if (found := sums[batch].levels(hour)) != wanted:
                    return (
                        f"at {batch} a batch, by the end of hour {hour}:\n  engine {found}\n  oracle {wanted}"
                    )
        return None

    for step in [*case.steps, case.final]:
        if said := differing(step if isinstance(step, int) else step["received_at"]):
            return said
        feed(oracle, step)
    return differing(max(hours, default=0) * HOUR + HOUR)


@FEW
@given(case=cases())
def test_pending_by_the_hour_is_what_would_be_issued_if_nothing_else_happened(case: Case) -> None:
    check(case, partial(wrong_hour, batches=(None, 7)))


@pytest.mark.long
@LONG
@given(case=cases())
def test_pending_by_the_hour_is_what_would_be_issued_at_length(case: Case) -> None:
    check(case, partial(wrong_hour, batches=(None, 1, 7)))


@pytest.mark.parametrize("group", ["keep_if", "people", "waiting and keep_if"])
def test_what_would_be_forfeited_by_the_hour_follows_what_the_conditions_read(group: str) -> None:
    forfeited = 0
    for seed in range(8202, 8206):
        case = case_with_terms(seed, TRIED[group])
        check(case, partial(wrong_hour, batches=(None, 7) if seed == 8202 else (None,)))
        forfeited += run(case, None).totals().get("reward.forfeited", (0, 0))[0]
    assert forfeited


@pytest.mark.parametrize("block", range(3))
def test_pending_by_the_hour_over_long_logs(block: int) -> None:
    for seed in range(7600 + block * 3, 7601 + block * 3):
        check(case_of(seed), partial(wrong_hour, batches=(None, *BATCHES)))


def busy_case(seed: int) -> Case:
    """A case in which much is pending at once: long holds, limits that are near, reversals, late conversions."""
    luck = random.Random(seed)
    scale = luck.choice((MINUTE, HOUR, 6 * HOUR, DAY))

    def program(budget: int | None) -> Program:
        def limits() -> list[Cap]:
            window: Any = luck.choice(("lifetime", "calendar-day", "calendar-week", 3 * scale, 20 * scale))
            count, value = luck.choice(((2, None), (None, 3000), (4, 5000)))
            return [cap(window, count, value)]

        roles: tuple[Role, ...] = ("referrer", "friend", "upline", "community")
        rewards = [
            reward(
                name,
                to=luck.choice(roles) if name != "a" else "referrer",
                value=luck.choice((1000, 2000, 500)) if (fixed := luck.random() < 0.7) else None,
                percent=None if fixed else "10",
                hold=luck.choice((0, scale, 5 * scale, 20 * scale)),
                every=luck.choice((None, None, 2, 3)),
                tier=luck.choice((None, None, (2, 4), (2, None))),
                caps=limits() if luck.random() < 0.5 else (),
            )
            for name in "abc"[: luck.choice((1, 2, 3))]
        ]
        return design([milestone(occurrence="each")], rewards, budget=budget, window=400 * DAY)

    budgets = (None, 5000, 12000, 30000)
    log = Logbook(luck.choice(ANCHORS))
    first = program(luck.choice(budgets))
    for number, person in enumerate(PEOPLE[:3]):
        log.identified(person, community="north" if number else "south")
        log.link(person, f"C{number}")
    for friend in PEOPLE[1:]:
        log.claim(friend, code=luck.choice(("C0", "C1")))
    orders: list[Any] = []
    now = 0
    for _ in range(luck.randint(15, 45)):
        now += luck.choice((0, 0, 1, scale // 3, scale, 2 * scale))
        what = luck.random()
        if what < 0.68 or not orders:
            occurred = max(0, now - luck.choice((0, 0, scale, 6 * scale)))
            amount = luck.choice((3000, 9000, 20000))
            orders.append(log.buy(luck.choice(PEOPLE[1:]), at=occurred, received=now, amount=amount))
        elif what < 0.9:
            log.reverse(luck.choice(orders[-6:]), at=now, received=now)
        elif what < 0.95:
            changed = program(luck.choice(budgets))
            log.change(
                changed if luck.random() < 0.5 else replaced(first, luck.choice(budgets)), received=now
            )
        else:
            log.tell(now)
            now += 1
    return Case(first, log.steps, log.start + now, log.programs)


def replaced(program: Program, budget: int | None) -> Program:
    """The same program with another budget."""
    return with_text(dataclasses.replace(program, budget_minor=budget))


@pytest.mark.parametrize("block", range(3))
def test_pending_by_the_hour_where_much_is_pending_at_once(block: int) -> None:
    for seed in range(7700 + block * 4, 7701 + block * 4):
        case = busy_case(seed)
        check(case, partial(wrong_hour, batches=(None,)))
        check(case, partial(released_otherwise, batch=None))
        check(case, disagreement)
        check(case, variance)  # what batches might change: sums by the hour, and what is expected of a line


def released_otherwise(case: Case, batch: int | None) -> str | None:
    """What is pending before the final time is told, against what has become of it when time has gone on."""
    collector = run(case, batch, told=False)
    before = collector.rows.rewards
    collector.advance(case.final + 4000 * DAY)
    for then, now in zip(before, collector.rows.rewards, strict=True):
        if then["state"] == "pending" and then["expected"] != now["state"]:
            return f"{then} became {now}"
    return None


@FEW
@given(case=cases())
def test_pending_equals_what_is_issued_when_time_goes_on_and_nothing_else_happens(case: Case) -> None:
    for batch in (None, 7):
        check(case, partial(released_otherwise, batch=batch))


def test_the_cases_hold_lines_that_would_be_counted_capped_and_unfunded() -> None:
    seen: Counter[str] = Counter()
    for seed in range(7600, 7612):
        case = busy_case(seed + 100)
        oracle = Oracle(case.program, case.load)
        for step in case.steps:
            feed(oracle, step)
            seen.update(name for name in oracle.expected if name)
    assert set(seen) == {"issued", "counted", "capped", "unfunded"}
    assert min(seen.values()) > 3


@pytest.mark.parametrize("batch", [None, 1])
def test_the_first_of_an_every_fifth_bonus_is_not_money_that_is_owed(log: Logbook, batch: int | None) -> None:
    bonus = reward("bonus", value=5000, hold=30 * DAY, every=5)
    program = design(rewards=[reward("credit", value=2000, hold=14 * DAY), bonus])
    log.link("ann", "A", at=0)
    for number in range(5):
        log.claim(f"f{number}", code="A", at=number)
        log.buy(f"f{number}", at=number)
    steps = log.steps
    one = Collector(program).run(steps[:3], batch)
    assert levels_of(one, 10**9) == {"issued": (1, 2000), "counted": (1, 5000)}
    five = Collector(program).run(steps, batch)
    assert levels_of(five, 10**9) == {"issued": (6, 15000), "counted": (4, 20000)}


@pytest.mark.parametrize("batch", [None, 1])
def test_a_reversal_moves_the_bonus_to_another_line(log: Logbook, batch: int | None) -> None:
    program = design(rewards=[reward("bonus", value=5000, hold=30 * DAY, every=2)])
    log.link("ann", "A", at=0)
    orders = []
    for number in range(3):
        log.claim(f"f{number}", code="A", at=number * HOUR)
        orders.append(log.buy(f"f{number}", at=number * HOUR))
    log.reverse(orders[0], at=5 * HOUR)
    collector = Collector(program).run(log.steps, batch)
    expected = [row["expected"] for row in collector.rows.rewards]
    assert expected == [None, "counted", "issued"]


@pytest.mark.parametrize("batch", [None, 1, 4])
def test_a_changed_budget_changes_what_is_pending_from_that_hour_on(log: Logbook, batch: int | None) -> None:
    program = design(rewards=[reward("credit", value=2000, hold=14 * DAY)], budget=3000)
    log.link("ann", "A", at=0)
    for number in range(2):
        log.claim(f"f{number}", code="A", at=number)
        log.buy(f"f{number}", at=number)
    log.change(design(rewards=list(program.rewards), budget=9000), at=2 * HOUR)
    collector = Collector(program).run(log.steps, batch)
    first = log.start // HOUR
    assert levels_of(collector, first) == {"issued": (1, 2000), "unfunded": (1, 2000)}
    assert levels_of(collector, first + 2) == {"issued": (2, 4000)}


def test_a_line_that_the_budget_refuses_leaves_its_cap_to_a_later_smaller_one(log: Logbook) -> None:
    share = reward("share", percent="10", hold=14 * DAY, caps=[cap("lifetime", count=1)])
    log.link("ann", "A", at=0)
    for number, amount in enumerate((50000, 1000)):
        log.claim(f"f{number}", code="A", at=number)
        log.buy(f"f{number}", at=number, amount=amount)
    collector = Collector(design(rewards=[share], budget=1000)).run(log.steps)
    assert [row["expected"] for row in collector.rows.rewards] == ["unfunded", "issued"]

"""What is always true whatever terms a program has, on the oracle: nothing is given twice, and limits hold."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

import pytest

from simulator.program.model import CapWindow
from tests.engine.agreeing import feed
from tests.engine.oracle import Decided, Event, Oracle
from tests.engine.oracle_limits import amount_counted, counts, same_window
from tests.engine.oracle_records import PAID
from tests.engine.strategies import Case
from tests.engine.term_strategies import ALL, case_with_terms

# Two people who become one may have had more between them than one may have.
GROUPS = ALL - {"people"}


each_block = pytest.mark.parametrize(
    "block", [0, 1, *(pytest.param(one, marks=pytest.mark.long) for one in (2, 3))]
)


class Strict(Oracle):
    """An oracle that looks, as a decision qualifies, whether the friend has the milestone already."""

    def promise(self, decision: Decided, event: Event) -> None:
        if decision.milestone.occurrence != "each":
            for other in self.decisions:
                if other is decision or other.milestone.name != decision.milestone.name:
                    continue
                if other.outcome == "qualified" and self.same(other.friend, decision.friend):
                    paid = any(x.decision is other and x.state in PAID for x in self.lines)
                    assert not paid, "paid for another already"
                    assert not self.stands(other.conversion), "another stands"
        super().promise(decision, event)


def cases(seeds: Iterable[int], *without: str) -> Iterable[tuple[Case, Strict]]:
    """Cases without some types of events, and the oracle at their end."""
    for seed in seeds:
        case = case_with_terms(seed, GROUPS)
        steps = [s for s in case.steps if isinstance(s, int) or s["type"] not in without]
        case = dataclasses.replace(case, steps=steps)
        oracle = Strict(case.program, case.load)
        for step in steps:
            feed(oracle, step)
        oracle.advance(case.final)
        yield case, oracle


@each_block
def test_a_milestone_is_not_given_again_while_it_stands_or_is_paid(block: int) -> None:
    seen = 0
    for _, oracle in cases(range(block * 30, block * 30 + 30), "conversion.reinstated", "program.changed"):
        seen += sum(d.outcome == "qualified" for d in oracle.decisions)
    assert seen > 30


@each_block
def test_what_counts_is_within_the_budget_of_every_period(block: int) -> None:
    held = 0
    for case, oracle in cases(range(1000 + block * 30, 1030 + block * 30), "program.changed"):
        total, terms = case.program.budget_minor, case.program.budget
        if total is None:
            continue
        counted = [
            x for x in oracle.lines if x.room_at is not None and counts(x, terms.returns, waiting=False)
        ]
        for line in counted:
            window = CapWindow(terms.period)
            assert line.room_at is not None
            spent = sum(
                amount_counted(x, terms.returns)
                for x in counted
                if x.room_at is not None
                and same_window(window, x.room_at, line.room_at, case.program.timezone)
            )
            assert spent <= total
            held += 1
    assert held > 5


@each_block
def test_what_counts_is_within_every_cap_as_of_each_issue(block: int) -> None:
    held = 0
    for _, oracle in cases(range(2000 + block * 30, 2030 + block * 30), "program.changed"):
        for line in oracle.lines:
            if line.state not in (*PAID, "waiting"):
                continue
            for cap in line.reward.caps:
                others = [x for x in oracle.counted_by(cap, line) if x.due_at <= line.due_at]
                assert cap.count is None or len(others) + 1 <= cap.count
                spent = sum(amount_counted(x, cap.returns) for x in (*others, line))
                assert cap.value_minor is None or spent <= cap.value_minor
                held += 1
    assert held > 5


@pytest.mark.parametrize("block", range(2))
def test_a_person_has_one_attribution_that_has_not_ended(block: int) -> None:
    ended = 0
    for seed in range(3000 + block * 50, 3050 + block * 50):
        case = case_with_terms(seed, {"people", "standing", "keep_if"})
        oracle = Oracle(case.program, case.load)
        for step in case.steps:
            feed(oracle, step)
        open_ones = [oracle.ref(a.friend) for a in oracle.attributed if a.ended_at is None]
        assert len(open_ones) == len(set(open_ones))
        ended += len(oracle.attributed) - len(open_ones)
    assert ended > 0


def told_often(case: Case) -> Case:
    """The case with the time told as often as may be: at each moment before the next event."""
    steps: list[Event | int] = []
    newest: int | None = None
    for step in case.steps:
        now = step if isinstance(step, int) else step["received_at"]
        if newest is not None and now > newest:
            steps += sorted({newest, (newest + now) // 2, now - 1})
        steps.append(step)
        newest = now
    return dataclasses.replace(case, steps=steps)


@each_block
def test_telling_the_time_more_often_changes_nothing(block: int) -> None:
    for seed in range(4000 + block * 20, 4020 + block * 20):
        case = case_with_terms(seed)
        ends = []
        for one in (case, told_often(case)):
            oracle = Oracle(one.program, one.load)
            for step in one.steps:
                feed(oracle, step)
            oracle.advance(case.final)
            ends.append((oracle.rows, oracle.trail))
        assert ends[0] == ends[1]

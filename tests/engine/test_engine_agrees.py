"""The engine against the oracle, row by row; and that batches, restarts and repetitions change nothing."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterable
from functools import partial

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from simulator.domain.vocabulary import CONVERSION_TYPES
from tests.engine.agreeing import LONG, QUICK, check, disagreement, full, restarted, run, variance
from tests.engine.collector import Collector
from tests.engine.differences import first_difference
from tests.engine.oracle import Event, Oracle
from tests.engine.oracle_limits import same_window
from tests.engine.strategies import Case, Step, case_of, cases
from tests.engine.term_strategies import TRIED, case_with_terms

# ---------------------------------------------------------------------- engine and oracle


@QUICK
@given(case=cases())
def test_engine_and_oracle_agree(case: Case) -> None:
    assert disagreement(case) is None


@pytest.mark.parametrize("block", range(10))
def test_they_agree_on_seeded_cases(block: int) -> None:
    for seed in range(block * 12, block * 12 + 4):  # the long profile has five thousand
        check(case_of(seed), disagreement)


@pytest.mark.parametrize("seed", range(1000, 1002))
def test_they_agree_on_a_log_of_some_length(seed: int) -> None:
    check(case_of(seed, 300, 500), disagreement)


@pytest.mark.long
@LONG
@given(case=cases())
def test_engine_and_oracle_agree_long(case: Case) -> None:
    assert disagreement(case) is None


@pytest.mark.long
@pytest.mark.parametrize("block", range(50))
def test_they_agree_on_seeded_cases_long(block: int) -> None:
    for seed in range(10_000 + block * 100, 10_100 + block * 100):
        check(case_of(seed), partial(disagreement, batch=(None, 5, 13)[seed % 3]))


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2000, 2040))
def test_they_agree_on_a_long_log(seed: int) -> None:
    check(case_of(seed, 1000, 2000), disagreement)


# ---------------------------------------------------------------------- batches


@pytest.mark.parametrize("block", range(3))
def test_batches_change_nothing(block: int) -> None:
    for seed in range(3000 + block * 2, 3002 + block * 2):
        check(case_of(seed, 20, 50), variance)


@pytest.mark.long
@pytest.mark.parametrize("block", range(20))
def test_batches_change_nothing_long(block: int) -> None:
    for seed in range(20_000 + block * 20, 20_020 + block * 20):
        check(case_of(seed), partial(variance, batches=(1, 2, 3, 7)))


# ---------------------------------------------------------------------- restart and repetition


@pytest.mark.parametrize("seed", range(4000, 4006))
def test_a_restart_at_any_place_changes_nothing(seed: int) -> None:
    case = case_of(seed) if seed % 3 else case_with_terms(seed, TRIED["people and codes"])
    cut = random.Random(seed).randint(0, len(case.steps))
    before = Collector(case.program).run(case.steps[:cut])
    after = restarted(before, case)
    assert after.rows == before.rows
    assert full(after) == full(before)
    assert after.audit == before.audit
    assert after.sums() == before.sums()
    after.run(case.steps[cut:])
    after.advance(case.final)
    whole = run(case)
    assert after.rows == whole.rows
    assert after.audit == whole.audit
    assert after.sums() == whole.sums()
    assert after.persons == whole.persons
    assert after.receipts == whole.receipts


@pytest.mark.parametrize("seed", range(4100, 4112))
def test_sending_everything_again_in_any_order_adds_duplicates_and_nothing_else(seed: int) -> None:
    case = case_of(seed)
    collector = run(case)
    rows, audit, sums, count = (
        collector.rows,
        list(collector.audit),
        collector.sums(),
        len(collector.events),
    )
    again = [{name: row[name] for name in row if name != "seq"} for row in collector.events.values()]
    random.Random(seed).shuffle(again)
    collector.receipts.clear()
    collector.run([{**message, "received_at": case.final + 1} for message in again], batch=9)
    assert set(collector.receipts) == {"duplicate"}
    assert len(collector.events) == count
    collector.advance(case.final)
    assert (collector.rows, collector.audit, collector.sums()) == (rows, audit, sums)


class Together(RuleBasedStateMachine):
    """Engine and oracle side by side, with batches, tellings, repetitions and restarts as they come."""

    @initialize(case=cases(10, 40))
    def start(self, case: Case) -> None:
        self.case = case
        self.oracle = Oracle(case.program, case.load)
        self.engine = Collector(case.program)
        self.left = list(case.steps)
        self.sent: list[Event] = []

    @precondition(lambda self: self.left)
    @rule(size=st.integers(1, 12))
    def send(self, size: int) -> None:
        batch: list[Step] = self.left[:size]
        del self.left[:size]
        receipts = []
        for step in batch:
            if isinstance(step, int):
                self.oracle.advance(step)
            else:
                receipts.append(self.oracle.receive(step))
                self.sent.append(step)
        before = len(self.engine.receipts)
        self.engine.run(batch)
        assert self.engine.receipts[before:] == receipts

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def send_again(self, data: st.DataObject) -> None:
        again = data.draw(st.lists(st.sampled_from(range(len(self.sent))), min_size=1, max_size=4))
        before = len(self.engine.receipts)
        newest = self.sent[-1]["received_at"]
        self.engine.send([{**self.sent[place], "received_at": newest} for place in again])
        assert set(self.engine.receipts[before:]) <= {"duplicate", "conflict"}

    @rule()
    def restart(self) -> None:
        self.engine = restarted(self.engine, self.case)

    @precondition(lambda self: not self.left)
    @rule(later=st.sampled_from([0, 1, 60_000, 86_400_000]))
    def tell(self, later: int) -> None:
        now = max(self.case.final, self.oracle.watermark or 0) + later
        self.oracle.advance(now)
        self.engine.advance(now)

    @invariant()
    def rows_are_the_same(self) -> None:
        if hasattr(self, "case"):
            assert first_difference(self.engine, self.oracle) is None


Together.TestCase.settings = settings(
    max_examples=10,
    stateful_step_count=12,
    phases=[Phase.generate],  # the shrinking of whole machines takes minutes; the seeded cases shrink quickly
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
TestTogether = Together.TestCase


# ---------------------------------------------------------------------- invariants


def unchanged(seeds: Iterable[int]) -> Iterable[Case]:
    """Cases without a change of program: some invariants hold within one version."""
    for seed in seeds:
        case = case_of(seed)
        steps = [s for s in case.steps if isinstance(s, int) or s["type"] != "program.changed"]
        yield Case(case.program, steps, case.final)


@pytest.mark.parametrize("block", range(5))
def test_invariants(block: int) -> None:
    for case in unchanged(range(5000 + block * 6, 5004 + block * 6)):
        collector = run(case)
        sent = sum(not isinstance(step, int) for step in case.steps)
        receipts = Counter(collector.receipts)
        assert sum(receipts.values()) == sent
        assert receipts["accepted"] == len(collector.events)
        _check_rows(collector)
        _check_limits(case, collector)


def _check_rows(collector: Collector) -> None:
    rows = collector.rows
    attributed = [row["friend"] for row in rows.attributions]
    assert len(attributed) == len(set(attributed))
    decided = {(row["source"], row["event_id"], row["milestone"]): row for row in rows.decisions}
    assert len(decided) == len(rows.decisions)
    conversions = {
        (event["source"], event["id"]): event
        for event in collector.events.values()
        if event["type"] in CONVERSION_TYPES
    }
    program = collector.engine.program
    wanted = {
        (*key, milestone.name)
        for key, event in conversions.items()
        for milestone in program.milestones
        if milestone.event == event["type"]
    }
    assert decided.keys() == wanted
    for row in rows.decisions:
        if row["outcome"] == "qualified":
            assert row["friend"] in attributed
    for row in rows.rewards:
        assert decided[row["source"], row["event_id"], row["milestone"]]["outcome"] == "qualified"
    single = {m.name for m in program.milestones if m.occurrence != "each"}
    reversed_ = {(event["source"], event["reverses"]) for event in collector.events.values()}
    qualified = Counter(
        (row["friend"], row["milestone"])
        for row in rows.decisions
        if row["outcome"] == "qualified"
        and row["milestone"] in single
        and (row["source"], row["event_id"]) not in reversed_  # what fell away can be had again
    )
    assert all(number == 1 for number in qualified.values())


def _check_limits(case: Case, collector: Collector) -> None:
    issued = [row for row in collector.rows.rewards if row["state"] == "issued"]
    if case.program.budget_minor is not None:
        assert sum(row["value_minor"] for row in issued) <= case.program.budget_minor
    rewards = {reward.name: reward for reward in case.program.rewards}
    for row in issued:
        mine = [x for x in issued if (x["reward"], x["recipient"]) == (row["reward"], row["recipient"])]
        for cap in rewards[row["reward"]].caps:
            window = [x for x in mine if x["due_at"] <= row["due_at"]]
            window = [x for x in window if same_window(cap.window, x["due_at"], row["due_at"])]
            assert cap.count is None or len(window) <= cap.count
            assert cap.value_minor is None or sum(x["value_minor"] for x in window) <= cap.value_minor


# ---------------------------------------------------------------------- audit


def test_failed_and_facts_are_json_of_the_rules_that_were_evaluated() -> None:
    collector = run(case_of(7000, 200, 300))
    for row in collector.decisions.values():
        failed = json.loads(row["failed"])
        assert all(how in ("fail", "missing") for _, how in failed)
        if failed:
            assert row["facts"] is not None

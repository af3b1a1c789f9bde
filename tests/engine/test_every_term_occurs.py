"""The cases with further terms reach all of it: every state, reason and kind of entry occurs in a few hundred."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import given, settings

from simulator.domain.vocabulary import ForfeitReason, Offered, RewardState, values
from simulator.domain.without_effect import WITHOUT_EFFECT
from simulator.program.load import load_program
from simulator.program.model import Cap, Program
from tests.engine.oracle import Event, Line, Oracle
from tests.engine.strategies import Case
from tests.engine.term_strategies import ALL, TRIED, case_with_terms, cases_with_terms, programs_with_terms

ALONE, RARE, TOGETHER = 20, 60, 400  # cases of each group, of those that wait, and of all
RICH = (
    *(("all", seed) for seed in (10, 16, 18, 41, 96, 127, 132, 170)),
    *(("waiting and vetoes", 10), ("waiting and vetoes", 14)),
    *(("waiting and keep_if", 45), ("waiting and keep_if", 50)),
    *(("choice", 0), ("choice", 8), ("choice", 15), ("when", 1), ("vetoes", 3), ("adjusted", 13)),
)
"""Cases that together hold everything wanted, as of when they were looked for: to be tried first."""


class Watching(Oracle):
    """An oracle that notes what it came across."""

    seen: Counter[str]
    back: list[Line]  # those that came back with their conversion

    def after_caps(self, line: Line) -> int | None:
        left = super().after_caps(line)
        for cap in line.reward.caps:
            used = self.counted_by(cap, line)
            if used:
                self._note_cap(cap)
        if left is not None and left < line.value_minor:
            self.seen["cut by a cap"] += 1
        return left

    def _note_cap(self, cap: Cap) -> None:
        self.seen[f"a cap per {cap.per} that counts"] += 1
        if not cap.returns:
            self.seen["a cap that returns nothing"] += 1

    def after_budget(self, value: int, at: int) -> int | None:
        left = super().after_budget(value, at)
        if left is not None and left < value:
            self.seen["cut by the budget"] += 1
        return left

    def step(self, now: int) -> None:
        waited = [line for line in self.lines if line.state == "waiting"]
        if self._period_begins() == now:
            self.seen["a period begins while something waits"] += 1
        super().step(now)
        for line in waited:
            if line.state != "waiting":
                self.seen[f"waited, then {line.reason or line.state}"] += 1

    def reinstate(self, event: Event) -> None:
        before = [(line, line.state, line.fell_by) for line in self.lines]
        super().reinstate(event)
        for line, state, _ in before:
            if state != line.state:
                self.seen[f"reinstated from {state}"] += 1
                self.back.append(line)

    def adjust(self, event: Event) -> None:
        before = [(line, line.state, line.value_minor) for line in self.lines]
        super().adjust(event)
        for line, state, value in before:
            if (line.state, line.value_minor) != (state, value):
                self.seen[f"adjusted {state}, then {line.state}"] += 1

    def merge(self, event: Event) -> None:
        mine = [self.attribution_of(event[name]) is not None for name in ("subject", "into")]
        same = self.same(event["subject"], event["into"])
        super().merge(event)
        if not same:
            self.seen[f"a merge of {sum(mine)} attributed"] += 1
            theirs = self.attribution_of(event["into"])
            if theirs is not None and self.same(theirs.referrer, event["into"]):
                self.seen["somebody referred themselves by a merge"] += 1


def watch(case: Case, seen: Counter[str]) -> Watching:
    oracle = Watching(case.program, case.load)
    oracle.seen, oracle.back = seen, []
    for step in case.steps:
        if isinstance(step, int):
            oracle.advance(step)
        else:
            seen[f"event {step['type']}"] += oracle.receive(step) == "accepted"
    oracle.advance(case.final)
    for entry in oracle.trail:
        seen[f"entry {entry.kind}"] += 1
        if "-without-effect" in entry.kind or entry.kind == "reversal-waiting":
            seen[f"{entry.kind}: {entry.detail.rpartition(': ')[2]}"] += 1  # a verdict names its milestone
    for line in oracle.lines:
        seen[f"reward {line.state}"] += 1
        if line.reason is not None:
            seen[f"forfeited {line.reason}"] += 1
        if line.released is not None and line.reward.choices and line.state == "issued":
            seen["a kind by choice or otherwise"] += 1
    for line in oracle.back:
        seen[f"came back, then {line.reason or line.state}"] += 1
    for decision in oracle.decisions:
        seen[f"decision {decision.reason}"] += 1
        seen.update(f"offered {said}" for _, said in decision.offered)
        facts = decision.facts or {}
        seen.update(f"{name} is {facts[name]}" for name in facts if name.startswith("variant_"))
        seen.update(f"{name} known" for name in OWN if facts.get(name) is not None)
        seen.update(f"{name} null" for name in OWN if name in facts and facts[name] is None)
        seen.update(f"{name}" for name in YES if facts.get(name) is True)
    seen["attribution ended"] += sum(a.ended_at is not None for a in oracle.attributed)
    seen["a code that folds"] += sum(
        a.method == "code" and a.code != a.event["code"] for a in oracle.attributed
    )
    return oracle


OWN = ("product", "size", "gift", "friend_plan", "referrer_plan", "friend_vip", "referrer_vip")
YES = ("friend_closed", "referrer_closed", "friend_is_upline", "same_person")


@pytest.fixture(scope="module")
def seen() -> Counter[str]:
    """What is come across, until everything wanted was: at most some hundred cases."""
    counts: Counter[str] = Counter()
    for group, seed in dict.fromkeys((*RICH, *((group, 0) for group in TRIED), *many())):
        watch(case_with_terms(seed, TRIED[group]), counts)
        counts["case"] += 1
        if counts["case"] >= len(RICH) + len(TRIED) and all(counts[one] for one in WANTED):
            break
    return counts


def many() -> Iterator[tuple[str, int]]:
    """Some hundred cases: of each group, of those that wait, and of all."""
    for seed in range(TOGETHER):
        together = ("all", "waiting and keep_if") if seed < RARE else ("all",)
        yield from ((group, seed) for group in (TRIED if seed < ALONE else together))


WANTED = (
    [f"reward {x}" for x in values(RewardState)]
    + [f"forfeited {x}" for x in values(ForfeitReason)]
    + [f"offered {x}" for x in values(Offered)]
    + [f"{kind}: {reason}" for kind, reasons in WITHOUT_EFFECT.items() for reason in reasons]
    + ["reversal-waiting: not-received", "reversal-waiting: other-source"]
    + ["entry reduced", "entry attribution-ended", "decision referrer-stopped", "attribution ended"]
    + [f"a cap per {x} that counts" for x in ("recipient", "friend", "code", "program")]
    + ["a cap that returns nothing", "cut by a cap", "cut by the budget", "a code that folds"]
    + ["a period begins while something waits", "a kind by choice or otherwise"]
    + [f"waited, then {x}" for x in ("issued", "offered", "keep_if", "unfunded")]
    + [f"came back, then {x}" for x in ("issued", "keep_if", "keep_if:missing")]
    + [f"reinstated from {x}" for x in ("voided", "revoked")]
    + [f"adjusted {x}" for x in ("pending, then pending", "pending, then voided", "issued, then issued")]
    + [f"adjusted {x}" for x in ("issued, then revoked", "waiting, then waiting")]
    + [f"a merge of {x} attributed" for x in (0, 1, 2)]
    + ["somebody referred themselves by a merge", *YES]
    + [f"{name} {x}" for name in OWN for x in ("known", "null")]
    + [f"variant_offer is {x}" for x in ("control", "richer")]
    + [f"variant_mail is {x}" for x in ("early", "late")]
)


def test_all_that_the_terms_do_happens(seen: Counter[str]) -> None:
    assert [wanted for wanted in WANTED if not seen[wanted]] == []


def test_a_variant_without_weight_gets_nobody(seen: Counter[str]) -> None:
    assert seen["variant_mail is none"] == 0


@settings(max_examples=60, deadline=None, derandomize=True)
@given(program=programs_with_terms())
def test_a_drawn_program_with_further_terms_reads_back_as_itself(program: Program) -> None:
    assert load_program(program.text, "drawn.toml") == program


@settings(max_examples=25, deadline=None, derandomize=True)
@given(case=cases_with_terms(ALL))
def test_hypothesis_draws_the_same_kind_of_cases(case: Case) -> None:
    oracle = watch(case, Counter())
    assert len(oracle.log) <= len(case.steps)

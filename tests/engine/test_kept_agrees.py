"""Conditions at the release over every fact that they may read, engine against oracle, on logs drawn at random.

The rewards of a program read one fact each and are held for different times, so that what becomes of their lines
tells what the engine takes the fact to be. Reversals, reinstatements, adjustments, verdicts and merges come between.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest

from simulator.domain.vocabulary import CONVERSION_TYPES
from simulator.engine import asking
from simulator.engine.arrays import Ints
from simulator.program.facts import Fact, facts_of_program
from simulator.program.model import Program
from tests.engine.collector import Collector
from tests.engine.designs import DAY, HOUR, design, milestone, reward, rule
from tests.engine.differences import first_difference, first_entry_apart
from tests.engine.logbook import Logbook
from tests.engine.oracle import Oracle
from tests.engine.test_facts_agree import OWN, START, Writer, by_oracle

KINDS = tuple(str(kind) for kind in CONVERSION_TYPES[:3])
TEXTS = {"currency": "GBP", "method": "code", "product": "tv", "variant_wave": "richer", "variant_offer": "b"}
ALWAYS = ("recipient_closed", "eligible", "amount", "friend_conversions")
BATCHES = (None, 7, 1)


def condition(dice: random.Random, fact: Fact) -> str:
    """Return a condition on a fact that many of its values fail."""
    if fact.kind == "bool":
        return dice.choice((fact.name, f"NOT {fact.name}"))
    if fact.kind == "number":
        return f"{fact.name} {dice.choice(('<', '>=', '='))} {dice.choice((0, 1, 2, 2.5, 10))}"
    return f"{fact.name} {dice.choice(('=', '<>'))} '{TEXTS.get(fact.name, 'gold')}'"


def program(name: str, dice: random.Random, *, own: bool) -> Program:
    """Many rewards, each kept by another fact; conversions without an amount are reviewed."""
    more: dict[str, Any] = OWN if own else {}
    milestones = [milestone(kind, kind, "each") for kind in KINDS]
    plain = design(milestones, name=name, **more)
    known = [fact for fact in facts_of_program(plain) if "release" in fact.asked]
    chosen = [fact for fact in known if fact.name in ALWAYS]
    chosen += dice.sample([fact for fact in known if fact not in chosen], 12)
    rewards = [
        reward(
            fact.name,
            to=dice.choice(("referrer", "friend", "upline", "community")),
            on=dice.choice(KINDS),
            hold=dice.choice((0, 2 * HOUR, DAY)),
            keep_if=condition(dice, fact),
        )
        for fact in chosen
    ]
    rules = [rule("amount", "amount IS NOT NULL", on_fail="review")]
    return design(milestones, rewards, rules, name=name, **more)


class KeptWriter(Writer):
    """Also sends what comes between a conversion and its release."""

    def write(self, count: int) -> Logbook:
        actions = Counter(
            link=3, claim=4, buy=9, reverse=3, reinstate=3, identify=4, close=4, change=1,
            confirm=8, adjust=4, verdict=4, merge=1,
        )  # fmt: skip
        for person in ("ann", "bob"):
            self.log.link(person, person, at=0)
            self.log.identified(person, at=0, community="north")
        for friend in ("cid", "dan", "eve"):
            self.log.claim(friend, at=0, code=self.dice.choice(("ann", "bob")))
        for action in self.dice.choices(list(actions), list(actions.values()), k=count):
            self.received += self.dice.choice((0, 1, HOUR, 2 * HOUR))
            getattr(self, action)(self.dice.choice(("ann", "bob", "cid", "dan", "eve")))
        return self.log

    def confirm(self, person: str) -> None:
        self.log.add(
            "eligibility.confirmed", person, None, self.received, eligible=self.dice.choice((True, False))
        )

    def adjust(self, _: str) -> None:
        one = self.dice.choice(self.bought)
        self.log.adjust(one, self.dice.choice((0, 50, 250, 3_000)), received=self.received)

    def verdict(self, _: str) -> None:
        one = self.dice.choice(self.bought)
        milestone_ = self.dice.choice(KINDS) if isinstance(one, tuple) else one["type"]
        self.log.verdict(one, milestone=milestone_, received=self.received)

    def merge(self, person: str) -> None:
        into = self.dice.choice(("ann", "bob", "cid", "dan", "eve"))
        if into != person:
            self.log.merge(person, into, received=self.received)

    def change(self, _: str) -> None:
        self.programs += 1
        self.log.change(program(f"Version {self.programs}", self.dice, own=True), received=self.received)


def told(oracle: Oracle) -> Counter[str]:
    """Count what became of the lines by the fact that each is kept by."""
    return Counter(f"{line.reward.name} {line.reason or line.state}" for line in oracle.lines)


def check(seed: int, batches: Sequence[int | None] = BATCHES) -> Counter[str]:
    """Compare one log, before all is due and after it."""
    dice = random.Random(seed)
    design_, log = program("First", dice, own=dice.random() < 0.7), KeptWriter(dice).write(60)
    oracle = by_oracle(design_, log)
    collectors = {batch: Collector(design_).run(log.steps, batch) for batch in batches}
    for final in (None, START + 2**40):
        if final is not None:
            oracle.advance(final)
        for batch, collector in collectors.items():
            if final is not None:
                collector.advance(final)
            apart = first_difference(collector, oracle) or first_entry_apart(collector, oracle)
            assert apart is None, f"seed {seed}, {batch} a batch: {apart}"
    sums = [collector.sums() for collector in collectors.values()]
    assert all(one == sums[0] for one in sums), f"seed {seed}"
    return told(oracle)


@pytest.mark.parametrize("seed", range(3))
def test_a_batch_in_which_one_person_has_much_is_asked_a_bounded_number_of_answers_at_a_time(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    most: list[int] = []
    ask = asking._Asker.ask

    def watched(self: asking._Asker, lines: Ints, rows: Ints) -> Ints:
        most.append(len(lines) - int((rows == rows[-1]).sum()))
        return ask(self, lines, rows)

    monkeypatch.setattr(asking._Asker, "ask", watched)
    monkeypatch.setattr(asking, "_TOGETHER", 5)
    check(seed, (None,))
    assert 0 < max(most) < 5


@pytest.mark.long
@pytest.mark.parametrize("block", range(20))
def test_engine_and_oracle_agree_on_what_is_kept_long(block: int) -> None:
    for seed in range(2_000 + block * 20, 2_020 + block * 20):
        check(seed)


def test_engine_and_oracle_agree_on_what_is_kept_and_the_logs_show_it_both_ways() -> None:
    seen: Counter[str] = Counter()
    for seed in range(8):
        seen += check(seed, BATCHES if seed < 2 else (None, 7))
    kept = [one for one in ALWAYS if not seen[f"{one} issued"]]
    forfeited = [one for one in ALWAYS if not seen[f"{one} keep_if"]]
    assert (kept, forfeited) == ([], [])
    assert any(one.endswith("keep_if:missing") for one in seen)

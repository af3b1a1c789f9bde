"""The facts that further terms brought, and conditions of rewards, engine against oracle, on logs drawn at random.

Each decision's facts are compared one by one, at several sizes of batches. What reversals do to lines is not: here
they matter for counts of what stands only.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest

from simulator.domain.vocabulary import CONVERSION_TYPES
from simulator.program.facts import facts_of_program
from simulator.program.model import Attribute, Experiment, Program, Variant
from tests.engine.collector import Collector
from tests.engine.designs import DAY, HOUR, design, milestone, reward, rule
from tests.engine.logbook import Event, Logbook, attributes
from tests.engine.oracle import Oracle

START = 1_767_225_600_000
PEOPLE = ("ann", "bob", "cid", "dan", "eve", "fay")
OWN: dict[str, Any] = {
    "experiments": (
        Experiment("wave", "referrer", (Variant("control", 3), Variant("richer", 5))),
        Experiment("offer", "friend", (Variant("a", 1), Variant("none", 0), Variant("b", 2))),
    ),
    "attributes": (
        Attribute("product", "conversion", "text"),
        Attribute("seats", "conversion", "number"),
        Attribute("plan", "customer", "text"),
        Attribute("vip", "customer", "bool"),
        Attribute("score", "customer", "number"),
    ),
}


def program(name: str, dice: random.Random, *, own: bool) -> Program:
    """Rules that read every fact and always pass, and rewards with conditions that say all there is to say."""
    kinds = dice.sample(CONVERSION_TYPES, 3)
    more: dict[str, Any] = OWN if own else {}
    milestones = [milestone(kind, kind, "each") for kind in kinds]
    conditions = ["friend_conversions > 2", "referrer_closed", "amount > 5"]
    if own:
        conditions += ["friend_plan = 'gold'", "variant_wave = 'richer'", "product = 'tv' OR friend_vip"]
    rewards = [
        reward(f"reward {place}", on=dice.choice(kinds), when=text) for place, text in enumerate(conditions)
    ]
    plain = design(milestones, rewards, name=name, uses=dice.choice((None, 2)), **more)
    known = [fact.name for fact in facts_of_program(plain) if "conversion" in fact.asked]
    passing = " AND ".join(f"({fact} IS NULL OR {fact} IS NOT NULL)" for fact in known)
    return design(
        milestones,
        rewards,
        [rule("all", passing)],
        name=name,
        codes=dice.choice(("exact", "fold")),
        uses=dice.choice((None, 2)),
        **more,
    )


class Writer:
    """Writes a log at random: few people, who refer each other, buy, and are told much about."""

    def __init__(self, dice: random.Random) -> None:
        self.dice, self.log, self.received = dice, Logbook(START), 0
        self.bought: list[Event | tuple[str, str]] = [("client/shop", "late")]
        self.programs = 0

    def write(self, count: int) -> Logbook:
        actions = Counter(
            link=3, visit=5, claim=3, buy=9, reverse=5, reinstate=3, identify=4, close=2, change=1
        )  # fmt: skip
        for action in self.dice.choices(list(actions), list(actions.values()), k=count):
            self.received += self.dice.choice((0, 0, 1, HOUR, 3 * HOUR))
            getattr(self, action)(self.dice.choice(PEOPLE))
        return self.log

    def when(self) -> dict[str, Any]:
        return {"at": self.received - self.dice.choice((0, 0, HOUR, 2 * DAY)), "received": self.received}

    def code(self) -> str:
        code = self.dice.choice(PEOPLE)
        return self.dice.choice((code, code, code.upper(), f" {code}"))

    def link(self, person: str) -> None:
        code = self.dice.choice((person, person.upper()))
        self.log.add("link.created", person, **self.when(), code=code)

    def visit(self, person: str) -> None:
        self.log.visit(person, self.code(), **self.when())

    def claim(self, person: str) -> None:
        self.log.claim(person, **self.when(), code=self.code(), attributes=self.said())

    def said(self) -> str | None:
        given = {
            "plan": self.dice.choice(("gold", "free", 7)),
            "vip": self.dice.choice((True, False, "yes")),
            "score": self.dice.choice((1, 2.5, True)),
            "product": "tv",
        }
        kept = {name: value for name, value in given.items() if self.dice.random() < 0.4}
        return attributes(**kept) if kept else None

    def buy(self, person: str) -> None:
        given = {"product": self.dice.choice(("tv", 3)), "seats": self.dice.choice((1, 2.5, False))}
        kept = {name: value for name, value in given.items() if self.dice.random() < 0.5}
        key = "late" if self.dice.random() < 0.05 and self.bought[0] == ("client/shop", "late") else None
        sent = self.log.buy(
            person,
            **self.when(),
            kind=self.dice.choice(CONVERSION_TYPES),
            amount=self.dice.choice((None, 0, 1000)),
            code=self.dice.choice((None, self.code())),
            attributes=attributes(**kept) if kept else None,
            key=key,
        )
        if key:
            self.bought[0] = sent
        self.bought.append(sent)

    def named(self, person: str) -> tuple[Event | tuple[str, str], str | None]:
        one = self.dice.choice(self.bought)
        owner = person if isinstance(one, tuple) else one["subject"]
        return one, self.dice.choice((None, owner, owner, person))

    def reverse(self, person: str) -> None:
        one, subject = self.named(person)
        source, key = one if isinstance(one, tuple) else (one["source"], one["id"])
        self.log.add("conversion.reversed", subject, None, self.received, source, reverses=key)

    def reinstate(self, person: str) -> None:
        one, subject = self.named(person)
        self.log.reinstate(one, received=self.received, subject=subject)

    def identify(self, person: str) -> None:
        self.log.identified(person, **self.when(), attributes=self.said())

    def close(self, person: str) -> None:
        self.dice.choice((self.log.close, self.log.reopen))(person, received=self.received)

    def change(self, _: str) -> None:
        self.programs += 1
        self.log.change(program(f"Version {self.programs}", self.dice, own=True), received=self.received)


def drawn(seed: int, count: int = 120) -> tuple[Program, Logbook]:
    dice = random.Random(seed)
    return program("First", dice, own=dice.random() < 0.5), Writer(dice).write(count)


def by_oracle(design: Program, log: Logbook) -> Oracle:
    oracle = Oracle(design, log.programs.__getitem__)
    for step in log.steps:
        assert not isinstance(step, int)
        oracle.receive(step)
    return oracle


def check(seed: int, batches: Sequence[int | None] = (None, 7, 1)) -> Counter[str]:
    """Compare one log; count which values of which facts were seen."""
    design, log = drawn(seed)
    oracle = by_oracle(design, log)
    seen: Counter[str] = Counter()
    wanted = []
    for decision in oracle.decisions:
        row = decision.row()
        wanted.append((row["outcome"], row["reason"], row["offered"], decision.facts))
        seen.update(f"{name} {value}" for name, value in (decision.facts or {}).items())
        seen.update(said for _, said in decision.offered)
    for batch in batches:
        collector = Collector(design).run(log.steps, batch)
        found = list(collector.decisions.values())
        assert len(found) == len(wanted)
        for row, (outcome, reason, offered, facts) in zip(found, wanted, strict=True):
            where = f"seed {seed}, {batch} a batch, decision {row['id']}"
            given = None if row["facts"] is None else json.loads(row["facts"])
            assert (row["outcome"], row["reason"]) == (outcome, reason), where
            assert json.loads(row["offered"]) == offered, where
            assert (given is None) == (facts is None), where
            for name, value in (facts or {}).items():
                assert given is not None
                assert given[name] == value, f"{where}: {name}"
    return seen


@pytest.mark.long
@pytest.mark.parametrize("block", range(20))
def test_engine_and_oracle_agree_on_every_fact_long(block: int) -> None:
    for seed in range(1_000 + block * 20, 1_020 + block * 20):
        check(seed)


def test_engine_and_oracle_agree_on_every_fact_and_the_logs_show_what_they_are_to_test() -> None:
    seen: Counter[str] = Counter()
    for seed in range(7):  # by single events takes ten times as long as at once
        seen += check(seed, (None, 1) if seed == 0 else (7,))
    wanted = [
        "yes",
        "no",
        "missing",
        "friend_is_upline True",
        "friend_closed True",
        "referrer_closed True",
        "product tv",
        "product None",
        "seats 2.5",
        "friend_plan gold",
        "referrer_plan None",
        "friend_vip True",
        "referrer_score 2.5",
        "variant_wave richer",
        "variant_wave control",
        "variant_offer b",
        "friend_conversions 1.0",
        "friend_conversions 4.0",
        "referrer_conversions 0.0",
        "referrer_conversions 3.0",
    ]
    assert [one for one in wanted if not seen[one]] == []

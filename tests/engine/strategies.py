"""Small nasty programs and small nasty logs, drawn from one source of randomness.

Everything is drawn from a `random.Random`, so the same code serves Hypothesis (`cases()`: its own Random,
which shrinks) and long seeded runs (`case_of(seed)`). A log is written with the oracle looking on, only so
that verdicts meet decisions in review and times meet due dates more often than chance would have it.
"""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from hypothesis import strategies as st

from simulator.domain.vocabulary import CONVERSION_TYPES
from simulator.program.model import Cap, Milestone, Program, Reward, Rule
from tests.engine.designs import (
    DAY,
    DIGITS,
    HOUR,
    MINUTE,
    WEEK,
    at,
    cap,
    design,
    milestone,
    reward,
    rule,
    with_text,
)
from tests.engine.logbook import message
from tests.engine.oracle import Oracle

Event = dict[str, Any]
Step = Event | int  # a message, or a time told
T = TypeVar("T")

PEOPLE = ("ann", "bob", "cat", "dan", "eve", "fay", "gus")
CODES = ("C1", "C2", "C3", "C4")
DEVICES = ("d1", "d2", "d3")
SEGMENTS = ("gold", "tin")
COUNTRIES = ("GB", "JP")
COMMUNITIES = ("north", "south")
CHANNELS = ("email", "chat", "code")
OUTCOMES = ("ok", "bad")
SOURCES = ("client/shop", "client/crm")
TYPES = ("purchase.completed", "purchase.paid", "service.activated")
MILESTONES = ("m1", "m2", "m3", "m4")
REWARDS = ("r1", "r2", "r3", "r4", "r5")
SCALES = (MINUTE, HOUR, 6 * HOUR, DAY)
AMOUNTS = (0, 1, 3, 5, 20, 50, 60, 99, 100, 110, 1000, 12345)
VALUES = (1, 50, 100, 250, 1000)

# Where calendars turn: a year (and a week inside it), a month, a leap day, a Sunday to a Monday.
ANCHORS = tuple(
    at(day)
    for day in ("2026-01-01", "2025-12-29", "2026-03-01", "2024-02-29", "2026-01-05", "2026-06-10T12:00")
)

# Every fact, mostly passing on the logs below, and able to fail or to be missing.
CONDITIONS = (
    "amount >= 0.2",
    "amount BETWEEN 0.01 AND 50.5",
    "amount / 10 <= 0.005 OR amount / 3 >= 0.2",
    "amount * 2 - 1 < 200 OR amount IS NULL",
    "outcome = 'ok'",
    "outcome IS NULL OR outcome <> 'bad'",
    "outcome NOT IN ('bad', 'worse')",
    "currency IS NOT NULL",
    "currency <> 'USD'",
    "new_customer",
    "COALESCE(new_customer, TRUE)",
    "channel NOT LIKE '%ha%'",
    "channel IN ('email', 'code')",
    "method = 'link'",
    "CASE method WHEN 'code' THEN 1 ELSE 0 END = 0",
    "touch_age_days <= 2",
    "touch_age_days / 2 >= 0",
    "claim_delay_seconds >= 60",
    "claim_delay_seconds IS NOT NULL",
    "claim_delay_seconds / 7 < 60000",
    "claimed",
    "opted_in OR claimed",
    "NOT authenticated",
    "authenticated OR NOT opted_in",
    "eligible",
    "COALESCE(eligible, TRUE)",
    "NOT same_person",
    "NOT same_contact AND NOT same_device",
    "NOT same_device",
    "NOT same_contact",
    "NOT cross_referral",
    "friend_segment = referrer_segment",
    "friend_segment <> 'tin' OR referrer_segment IS NOT NULL",
    "friend_country = 'GB' OR friend_country IS NULL",
    "friend_country <> referrer_country",
    "referrer_kind <> 'partner'",
    "referrer_kind IN ('customer', 'employee')",
    "community = 'north'",
    "community IS NULL OR community LIKE '_o%'",
    "referrer_age_days > 0",
    "referrer_age_days < 3",
    "referrer_friends_24h <= 1",
    "referrer_friends <= 2",
    "referrer_friends_24h = referrer_friends",
    "CASE WHEN amount > 0.5 THEN new_customer ELSE TRUE END",
)


class Dice:
    """The draws the generators need, over any `random.Random`."""

    def __init__(self, source: random.Random) -> None:
        self.source = source

    def chance(self, percent: int) -> bool:
        return self.source.randint(1, 100) <= percent

    def pick(self, options: Sequence[T]) -> T:
        return options[self.source.randint(0, len(options) - 1)]

    def between(self, low: int, high: int) -> int:
        return self.source.randint(low, high)

    def some(self, options: Sequence[T], most: int, least: int = 1) -> list[T]:
        """Between `least` and `most` different ones, in any order."""
        left = list(options)
        number = self.between(least, min(most, len(left)))
        return [left.pop(self.between(0, len(left) - 1)) for _ in range(number)]

    def weighted(self, options: dict[T, int]) -> T:
        ticket = self.between(1, sum(options.values()))
        for option, weight in options.items():
            ticket -= weight
            if ticket <= 0:
                return option
        raise AssertionError


@dataclass
class Case:
    """A program, the messages and steps in time in order, and the programs that they bring."""

    program: Program
    steps: list[Step]
    final: int
    programs: dict[str, Program] = field(default_factory=dict)

    def load(self, text: str) -> Program:
        """Load the program that a `program.changed` brought."""
        return self.programs[text]

    def __repr__(self) -> str:
        steps = "\n".join(f"    {_short(step)}" for step in self.steps)
        texts = "\n".join(f"--- brought:\n{p.text}" for p in self.programs.values())
        return f"Case(\n{self.program.text}\n{texts}\n{steps}\n    final {self.final})"


def _short(step: Step) -> str:
    if isinstance(step, int):
        return f"tell {step}"
    shown = {k: v for k, v in step.items() if v is not None}
    if "program" in shown:
        shown["program"] = "…"
    return str(shown)


# ---------------------------------------------------------------------- programs


def duration(dice: Dice, scale: int) -> int:
    return scale * dice.pick((1, 2, 3, 5, 8))


def _milestones(dice: Dice, scale: int) -> list[Milestone]:
    kinds = dice.some(TYPES, 2)
    return [
        milestone(
            name,
            event=dice.pick(kinds),
            occurrence=dice.weighted({"any": 4, "each": 8, 1: 3, 2: 2, 3: 1}),
            within=duration(dice, scale) if dice.chance(25) else None,
        )
        for name in dice.some(MILESTONES, 3)
    ]


def _condition(dice: Dice) -> str:
    first = dice.pick(CONDITIONS)
    form = dice.between(1, 10)
    if form <= 7:
        return first
    second = dice.pick(CONDITIONS)
    return (f"({first}) AND ({second})", f"NOT ({first}) OR ({second})", f"({first}) OR ({second})")[form - 8]


def _rules(dice: Dice, names: Sequence[str]) -> list[Rule]:
    rules = []
    for number in range(dice.pick((0, 1, 1, 2, 3))):
        where = None if dice.chance(60) else [n for n in names if dice.chance(60)]
        review = dice.chance(65)
        rules.append(rule(f"rule-{number}", _condition(dice), "review" if review else "refuse", where))
    return rules


def drawn_cap(dice: Dice, scale: int, value: int | None) -> Cap:
    window = dice.pick(
        ("lifetime", "calendar-day", "calendar-week", "calendar-month", "calendar-year", "rolling", "rolling")
    )
    unit = value or 10
    limit = dice.pick((unit, 2 * unit, 2 * unit + 1, max(1, 3 * unit - 1)))
    count = dice.pick((1, 2, 3))
    form = dice.between(1, 5)
    kind: Any = duration(dice, scale) if window == "rolling" else window
    return cap(kind, count if form <= 3 else None, limit if form >= 3 else None)


def _reward(dice: Dice, scale: int, name: str, milestones: Sequence[str]) -> Reward:
    value = dice.pick(VALUES) if dice.chance(70) else None
    first = dice.pick((1, 2))
    return reward(
        name,
        to=dice.weighted({"referrer": 5, "friend": 3, "upline": 3, "community": 3}),
        on=dice.pick(milestones),
        value=value,
        percent=None if value else dice.pick(("5", "12.5", "50", "0.5", "33.3", "100", "2.5")),
        hold=duration(dice, scale) if dice.chance(55) else 0,
        every=dice.pick((1, 2, 3)) if dice.chance(20) else None,
        tier=(first, dice.pick((None, first, first + 1, first + 2))) if dice.chance(20) else None,
        clawback=duration(dice, scale) if dice.chance(60) else None,
        caps=[drawn_cap(dice, scale, value) for _ in range(dice.pick((0, 0, 0, 1, 2)))],
    )


def program(dice: Dice, scale: int, currency: str, start: int) -> Program:
    milestones = _milestones(dice, scale)
    names = [m.name for m in milestones]
    return design(
        milestones=milestones,
        rules=_rules(dice, names),
        rewards=[_reward(dice, scale, name, names) for name in dice.some(REWARDS, 4)],
        model=dice.pick(("last-touch", "first-touch")),
        window=scale * dice.pick((1, 2, 3, 8, 30)),
        referrers=dice.weighted({None: 6, ("customer", "employee"): 3, ("customer",): 2}),
        starts=start + scale * dice.between(0, 4) if dice.chance(12) else None,
        ends=start + scale * dice.between(5, 20) if dice.chance(12) else None,
        budget=dice.pick(VALUES) * dice.pick((1, 2, 3, 5)) if dice.chance(30) else None,
        currency=currency,
    )


def changed(dice: Dice, scale: int, old: Program, start: int) -> Program:
    """A new version: a whole new design, or the old one with something moved."""
    new = program(dice, scale, old.currency, start)
    form = dice.between(1, 5)
    if form <= 2:
        return new
    if form == 3:  # the same parts in another order
        return with_text(
            dataclasses.replace(
                old, milestones=old.milestones[::-1], rewards=old.rewards[::-1], rules=old.rules[::-1]
            )
        )
    if form == 4:  # the same terms, other limits and touches
        return with_text(
            dataclasses.replace(
                old, attribution=new.attribution, referrers=new.referrers, budget_minor=new.budget_minor
            )
        )
    # The same milestones with other terms.
    rewards = tuple(
        dataclasses.replace(
            r,
            to=dice.pick(("referrer", "friend")),
            hold_ms=duration(dice, scale) if dice.chance(50) else 0,
            every=None,
        )
        for r in old.rewards
    )
    return with_text(dataclasses.replace(old, rewards=rewards))


# ---------------------------------------------------------------------- logs

_KINDS = {
    "visit": 14,
    "claim": 10,
    "conversion": 30,
    "reversal": 8,
    "verdict": 8,
    "identified": 6,
    "link": 4,
    "shared": 2,
    "opted_in": 2,
    "confirmed": 3,
    "session": 2,
    "change": 2,
    "tell": 3,
    "again": 3,
}


class Writer:
    """Writes one log, with an oracle looking on."""

    def __init__(self, dice: Dice, program: Program, scale: int, start: int, size: int) -> None:
        self.dice = dice
        self.scale = scale
        self.start = start
        self.size = size
        self.now = start
        self.case = Case(program, [], 0)
        self.oracle = Oracle(program, self.case.load)
        self.people = PEOPLE[: dice.pick((3, 4, 5))]
        self.friend = self.people[-1]
        self.number = 0
        self.promised: list[tuple[str, str]] = []  # reversed before they came
        self.sent: list[Event] = []

    def write(self) -> Case:
        for person, code in zip(self.people, CODES[: self.dice.pick((2, 3, 4))], strict=False):
            if self.dice.chance(85):
                self.identified(person)
            self.send("link.created", person, code=code)
        if self.dice.chance(50):  # a referrer who was referred: somebody upline
            self.send("friend.claimed", self.people[1], contact_ref=self.contact("bob"), code="C1")
        for friend in self.dice.some(self.people, 3, least=0):
            self.friend = friend
            getattr(self, self.dice.pick(("visit", "claim")))()
        while len(self.case.steps) < self.size:
            self.pass_time()
            if self.dice.chance(45):
                self.friend = self.dice.pick(self.people)
            getattr(self, self.dice.weighted(self.weights()))()
        self.case.final = self.now + self.dice.pick((0, 0, self.scale, 3 * self.scale, 500 * DAY))
        return self.case

    # What `term_strategies.py` adds.

    def weights(self) -> dict[str, int]:
        """How often each kind of event comes."""
        return _KINDS

    def new_code(self) -> str:
        return self.dice.pick(CODES)

    def of_conversion(self) -> dict[str, Any]:
        return {}

    def of_customer(self) -> dict[str, Any]:
        return {}

    def changed(self) -> Program:
        return changed(self.dice, self.scale, self.oracle.program, self.start)

    def moments(self) -> list[int]:
        """The moments when something is due, or a clawback ends."""
        moments = [line.due_at for line in self.oracle.lines if line.state == "pending"]
        moments += [
            line.issued_at + line.reward.clawback_ms
            for line in self.oracle.lines
            if line.issued_at is not None and line.reward.clawback_ms is not None
        ]
        return moments

    # What passes, and what is sent.

    def pass_time(self) -> None:
        step = self.dice.weighted(
            {"none": 45, "unit": 25, "units": 8, "one": 4, "almost": 4, "meet": 16, "week": 1}
        )
        if step == "unit":
            self.now += self.scale
        elif step == "units":
            self.now += self.scale * self.dice.pick((2, 3, 5))
        elif step == "one":
            self.now += 1
        elif step == "almost":
            self.now += self.scale + self.dice.pick((-1, 1))
        elif step == "week":
            self.now += self.dice.pick((DAY, WEEK, 31 * DAY))
        elif step == "meet":
            self.meet()

    def meet(self) -> None:
        """Go to a moment at which something is due, or just past it."""
        moments = [m for m in self.moments()[-6:] if self.now <= m < self.now + 60 * DAY]
        if moments:
            self.now = self.dice.pick(moments) + self.dice.pick((0, 0, 1))

    def occurred(self) -> int:
        """When it happened: mostly just now, else some time before, occasionally in the future."""
        lag = self.dice.weighted({0: 10, 1: 4, 2: 2, 3: 1, -1: 1})
        shift = self.dice.weighted({0: 12, 1: 1, -1: 1})
        return min(self.now - lag * self.scale + shift, self.now + DAY)

    def send(
        self,
        kind: str,
        subject: str | None,
        source: str = "platform",
        key: str | None = None,
        **data: object,
    ) -> Event:
        if key is None:
            self.number += 1
            # The same ids from several sources, so that only both together name an event.
            taken = self.dice.chance(15) and self.number > 1
            key = f"e{self.dice.between(1, self.number - 1) if taken else self.number}"
            if (source, key) in self.oracle.accepted:
                key = f"e{self.number}"
        occurred = self.occurred() if kind != "link.created" else self.now
        sent = message(kind, subject, at=occurred, received=self.now, source=source, key=key, **data)
        self.put(sent)
        return sent

    def put(self, sent: Event) -> None:
        if self.oracle.watermark is not None and self.now <= self.oracle.watermark:
            self.now = self.oracle.watermark + 1
            sent["received_at"] = self.now
        self.case.steps.append(sent)
        self.sent.append(sent)
        self.oracle.receive(sent)

    def maybe(self, options: Sequence[T], percent: int = 60) -> T | None:
        return self.dice.pick(options) if self.dice.chance(percent) else None

    def code(self) -> str:
        """A code, mostly one that belongs to a link."""
        if "bob" in self.oracle.attributions and self.dice.chance(30):
            return "C2"
        return self.dice.pick(list(self.oracle.links) if self.dice.chance(92) else CODES)

    def contact(self, person: str) -> str:
        return f"c-{self.dice.pick(self.people) if self.dice.chance(20) else person}"

    # The kinds of events.

    def visit(self) -> None:
        self.send(
            "friend.visited",
            self.friend,
            code=self.code(),
            channel=self.dice.pick(CHANNELS),
            device_ref=self.maybe(DEVICES, 35),
        )

    def claim(self) -> None:
        self.send(
            "friend.claimed",
            self.friend,
            contact_ref=self.contact(self.friend),
            code=self.code() if self.dice.chance(50) else None,
            device_ref=self.maybe(DEVICES, 25),
            country=self.maybe(COUNTRIES, 40),
            segment=self.maybe(SEGMENTS, 40),
            **self.of_customer(),
        )

    def conversion(self) -> None:
        kinds = [m.event for m in self.oracle.program.milestones]
        source: str = self.dice.pick(SOURCES)
        key = None
        attributed = list(self.oracle.attributions)
        if attributed and self.friend not in attributed and self.dice.chance(70):
            self.friend = self.dice.pick(attributed)
        early = [k for k in self.promised if k not in self.oracle.accepted]
        if early and self.dice.chance(50):
            source, key = self.dice.pick(early)
        self.send(
            self.dice.pick(CONVERSION_TYPES) if self.dice.chance(6) else self.dice.pick(kinds),
            self.friend,
            source,
            key,
            amount_minor=self.maybe((*AMOUNTS, 2**53 - 1) if self.dice.chance(3) else AMOUNTS, 85),
            currency=self.maybe((self.oracle.program.currency,) * 6 + ("USD",), 60),
            code=self.code() if self.dice.chance(20) else None,
            outcome=self.maybe(OUTCOMES, 70),
            new_customer=self.maybe((True, True, True, False), 70),
            **self.of_conversion(),
        )

    def reversal(self) -> None:
        known = [d.conversion for d in self.oracle.decisions if d.outcome in ("qualified", "review")]
        who = self.friend
        if self.dice.chance(25) or not known:
            source, key = self.dice.pick(SOURCES), f"e{self.number + self.dice.between(2, 12)}"
            self.promised.append((source, key))
        else:
            issued = [line.conversion for line in self.oracle.lines if line.state == "issued"]
            reversed_ = self.dice.pick((issued if issued and self.dice.chance(50) else known)[-5:])
            source, key, who = reversed_["source"], reversed_["id"], reversed_["subject"]
            if self.dice.chance(8):
                source = self.dice.pick(SOURCES)
        if self.dice.chance(15):
            who = self.dice.pick(self.people)
        self.send("conversion.reversed", who, source, reverses=key)

    def verdict(self) -> None:
        waiting = [d for d in self.oracle.decisions if d.outcome == "review"]
        decisions = waiting if waiting and self.dice.chance(85) else self.oracle.decisions
        if decisions and self.dice.chance(93):
            decision = self.dice.pick(decisions[-5:])
            source, key = decision.conversion["source"], decision.conversion["id"]
            name = decision.milestone.name if self.dice.chance(95) else self.dice.pick(MILESTONES)
        else:  # of nothing, or of what is still to come
            source, key = self.dice.pick(SOURCES), f"e{self.number + self.dice.between(1, 3)}"
            name = self.dice.pick(MILESTONES)
        self.send(
            "review.decided",
            self.maybe(self.people, 30),
            decision_source=source,
            decision_id=key,
            decision_milestone=name,
            verdict=self.dice.pick(("approve", "approve", "approve", "decline")),
            by="ops-1",
        )

    def identified(self, person: str | None = None) -> None:
        person = person or self.dice.pick(self.people)
        self.send(
            "customer.identified",
            person,
            self.dice.pick(("client/crm", "platform")),
            contact_ref=self.contact(person),
            contact_kind="email",
            via="sso",
            referrer_kind=self.dice.weighted({"customer": 6, "employee": 2, "partner": 2}),
            segment=self.maybe(SEGMENTS),
            community=self.maybe(COMMUNITIES, 70),
            country=self.maybe(COUNTRIES),
            device_ref=self.maybe(DEVICES, 25),
            **self.of_customer(),
        )

    def link(self) -> None:
        self.send("link.created", self.dice.pick(self.people), code=self.new_code())

    def shared(self) -> None:
        self.send(
            "referral.shared",
            self.dice.pick(self.people),
            code=self.dice.pick(CODES),
            channel=self.dice.pick(CHANNELS),
            reach=self.maybe((1, 7, 250)),
        )

    def opted_in(self) -> None:
        self.send("friend.opted_in", self.friend)

    def session(self) -> None:
        self.send("session.authenticated", self.friend)

    def confirmed(self) -> None:
        self.send("eligibility.confirmed", self.friend, eligible=self.maybe((True, False)))

    def change(self) -> None:
        if len(self.case.programs) < 3:
            new = self.changed()
            self.case.programs[new.text] = new
            self.send("program.changed", None, program=new.text)

    def tell(self) -> None:
        self.case.steps.append(self.now)
        self.oracle.advance(self.now)
        self.now += self.dice.pick((1, 1, self.scale))

    def again(self) -> None:
        """A message a second time, occasionally with other content."""
        sent = dict(self.dice.pick(self.sent[-8:]))
        sent["received_at"] = self.now
        if self.dice.chance(30):
            sent["occurred_at"] -= 1
        elif self.dice.chance(15) and sent["type"] == "friend.visited":
            sent["channel"] = "post"
        self.put(sent)


def write_case(source: random.Random, least: int, most: int) -> Case:
    """A program and a log of `least` to `most` steps after its first links."""
    dice = Dice(source)
    scale = dice.pick(SCALES)
    start = dice.pick(ANCHORS) - scale * dice.pick((1, 2, 4))
    first = program(dice, scale, dice.pick(tuple(DIGITS)), start)
    return Writer(dice, first, scale, start, dice.between(least, most)).write()


def case_of(seed: int, least: int = 20, most: int = 70) -> Case:
    """The case of a seed, always the same."""
    return write_case(random.Random(seed), least, most)


@st.composite
def cases(draw: st.DrawFn, least: int = 6, most: int = 36) -> Case:
    """Return cases that Hypothesis can shrink."""
    return write_case(draw(st.randoms(use_true_random=False)), least, most)


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """Return programs only."""
    dice = Dice(draw(st.randoms(use_true_random=False)))
    return program(dice, dice.pick(SCALES), dice.pick(tuple(DIGITS)), dice.pick(ANCHORS))

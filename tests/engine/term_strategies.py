"""Nasty programs and logs with further terms, such as conditions, choices or budgets, by the groups of `GROUPS`.

They are those of `strategies.py` with terms added to the program and events added to the log, so that a group can be
tried alone. What they hold is proven by `test_every_term_occurs.py`.
"""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from hypothesis import strategies as st

from simulator.domain.calendars import Period
from simulator.program.model import (
    Attribute,
    Attribution,
    Budget,
    Cap,
    Experiment,
    Program,
    Rate,
    Reward,
    Rule,
    Variant,
)
from tests.engine.designs import DAY, DIGITS, HOUR, MINUTE, at, with_text
from tests.engine.logbook import attributes
from tests.engine.oracle import Decided, Line
from tests.engine.oracle_limits import next_period
from tests.engine.strategies import (
    ANCHORS,
    CODES,
    SCALES,
    SOURCES,
    Case,
    Dice,
    Event,
    Writer,
    drawn_cap,
    duration,
    program,
)

GROUPS: Final = {
    "standing": "reversals that wait, reinstatements, occurrence and numbers of what stands, room that is given back",
    "adjusted": "adjustments of an amount: reduced, revoked and voided lines",
    "when": "when, from, until, dated_by",
    "experiments": "variants of experiments",
    "attributes": "attributes of conversions and customers",
    "bounds": "max and min of a share, rates of other currencies",
    "caps": "caps per friend, code or program, trimming caps, caps that give no room back",
    "budget": "a budget by period, trimming, or that gives no room back",
    "waiting": "a budget that lets wait",
    "keep_if": "conditions at the release",
    "counts": "facts of standing conversions, closures and heights",
    "codes": "codes that fold or are used up",
    "people": "closed and merged accounts",
    "stops": "referrers who are stopped",
    "vetoes": "vetoes of rewards",
    "choice": "choices, expiry and redemptions",
    "zones": "calendars of a time zone",
}
"""What of the language a case may use."""
Groups = frozenset[str]
ALL: Groups = frozenset(GROUPS)
# A group is tried with what stands, and with others that it makes little sense without.
WITH = {
    "choice": {"vetoes"},
    "zones": {"budget"},
    "waiting": {"budget"},
    "people": {"keep_if", "counts"},
    "experiments": {"when"},
}
TRIED: dict[str, Groups] = {
    **{name: frozenset({name, "standing"} | WITH.get(name, set())) for name in GROUPS},
    "people and codes": frozenset(
        {"people", "counts", "codes", "experiments", "when", "attributes", "stops", "standing"}
    ),
    "waiting and vetoes": frozenset({"waiting", "budget", "vetoes", "standing", "adjusted"}),
    "waiting and keep_if": frozenset({"waiting", "budget", "keep_if", "people", "standing"}),
    "all": ALL,
}
ZONES = ("Pacific/Auckland", "America/New_York", "Asia/Kathmandu", "America/Havana")
# In these zones clocks change there: Auckland in April and September, New York and Havana in March and November.
CHANGES = tuple(at(day) for day in ("2026-04-05", "2026-09-27", "2026-03-08", "2026-11-01"))
KINDS = ("bill-credit", "gift-card", "points")

EXPERIMENTS = (
    Experiment("offer", "friend", (Variant("control", 50), Variant("richer", 50))),
    Experiment("mail", "referrer", (Variant("none", 0), Variant("early", 1), Variant("late", 2))),
)
ATTRIBUTES = (
    Attribute("product", "conversion", "text"),
    Attribute("size", "conversion", "number"),
    Attribute("gift", "conversion", "bool"),
    Attribute("plan", "customer", "text"),
    Attribute("vip", "customer", "bool"),
)

# What is asked at the conversion and at the release, by group, mostly true and able to fail or to be missing.
BOTH = {
    "": (
        "amount >= 0.2",
        "amount IS NULL OR amount < 60",
        "outcome = 'ok'",
        "COALESCE(outcome, 'ok') <> 'bad'",
        "COALESCE(new_customer, TRUE)",
        "COALESCE(eligible, TRUE)",
        "eligible",
        "channel <> 'chat'",
        "method = 'link' OR touch_age_days < 3",
        "currency IS NULL OR currency <> 'USD'",
    ),
    "counts": (
        "friend_conversions <= 2",
        "friend_conversions >= 1",
        "referrer_conversions < 2",
        "friend_purchase_completed_count + friend_purchase_paid_count <= 2",
        "friend_service_activated_count = 0 OR amount > 0.5",
        "referrer_purchase_completed_count < 2",
    ),
    "people": ("NOT friend_closed", "NOT referrer_closed", "NOT (friend_closed OR referrer_closed)"),
    "experiments": (
        "variant_offer = 'richer'",
        "variant_mail IN ('early', 'none')",
        "variant_mail <> 'late'",
    ),
    "attributes": (
        "product = 'gold'",
        "product IS NULL OR product <> 'tin'",
        "size <= 2.5",
        "COALESCE(gift, TRUE)",
        "friend_plan = 'pro' OR referrer_plan = 'pro'",
        "referrer_plan IS NULL",
        "NOT COALESCE(friend_vip, FALSE)",
        "referrer_vip",
    ),
}
AT_CONVERSION = {
    "counts": ("NOT friend_is_upline", "friend_first_conversion_days < 1", "NOT friend_is_upline")
}
AT_RELEASE = {"people": ("NOT recipient_closed",)}


def _condition(dice: Dice, groups: Groups, own: Mapping[str, tuple[str, ...]]) -> str:
    pools = [pool for table in (BOTH, own) for name, pool in table.items() if name in groups or not name]
    special = [pool for pool in pools if pool is not BOTH[""]]
    first = dice.pick(dice.pick(special if special and dice.chance(80) else pools))
    if dice.chance(85):
        return first
    return f"({first}) {dice.pick(('AND', 'OR'))} ({dice.pick(dice.pick(pools))})"


# ---------------------------------------------------------------------- programs


def _cap(dice: Dice, limit: Cap) -> Cap:
    if limit.value_minor is not None and dice.chance(60):
        limit = dataclasses.replace(limit, count=None)
    trims = limit.count is None and dice.chance(65)
    return dataclasses.replace(
        limit,
        per=dice.pick(("recipient", "friend", "code", "program")),
        over="trim" if trims else "skip",
        returns=not dice.chance(25),
    )


def _terms(dice: Dice, groups: Groups, scale: int, start: int, old: Reward) -> Reward:
    """A reward with further terms."""
    if groups & {"adjusted", "bounds"} and old.percent is None and dice.chance(45):
        share = Decimal(dice.pick(("10", "50", "33.3", "100")))
        old = dataclasses.replace(old, value_minor=None, percent=share)
    new: dict[str, Any] = {}
    if "when" in groups and dice.chance(35):
        new["when"] = _condition(dice, groups, AT_CONVERSION)
    if "when" in groups and dice.chance(25):
        first = start + scale * dice.between(0, 6)
        form = dice.between(1, 3)
        new["from_ms"] = first if form != 1 else None
        new["until_ms"] = first + duration(dice, scale) if form != 2 else None
        new["dated_by"] = dice.pick(("conversion", "touch"))
    if "adjusted" in groups and old.percent is not None and dice.chance(70):
        new["clawback_ms"] = 60 * scale  # long enough for something to come within it
    if "bounds" in groups and old.percent is not None and dice.chance(70):
        low = dice.pick((1, 3, 10))
        new["min_minor"] = low if dice.chance(60) else None
        new["max_minor"] = low + dice.pick((0, 1, 20)) if dice.chance(60) else None
    if "keep_if" in groups and dice.chance(60):
        new["keep_if"] = _condition(dice, groups, AT_RELEASE)
    if "choice" in groups and old.to != "community" and dice.chance(60):
        new["kind"], new["choices"] = None, tuple(dice.some(KINDS, 3))
        new["choose_within_ms"] = duration(dice, scale)
        new["otherwise"] = dice.pick((None, None, new["choices"][0]))
    if "choice" in groups and dice.chance(40):
        new["expires_ms"] = duration(dice, scale)
        new["clawback_ms"] = 60 * scale if dice.chance(60) else old.clawback_ms
    if "caps" in groups:
        caps = old.caps or (drawn_cap(dice, scale, old.value_minor),)
        new["caps"] = tuple(_cap(dice, limit) for limit in caps)
    return dataclasses.replace(old, **new)


def _budget(dice: Dice, groups: Groups) -> Budget:
    periods: tuple[Period, ...] = (
        "lifetime",
        "calendar-day",
        "calendar-week",
        "calendar-month",
        "calendar-year",
    )
    period = dice.pick(periods) if "budget" in groups or "zones" in groups else "lifetime"
    waits = "waiting" in groups and dice.chance(75)
    trims = "budget" in groups and not waits and dice.chance(50)
    return Budget(
        over="trim" if trims else "skip",
        period=period,
        short="wait" if waits else "skip",
        returns=not ("budget" in groups and dice.chance(25)),
    )


def decorated(dice: Dice, groups: Groups, scale: int, start: int, old: Program) -> Program:
    """A program with terms of some groups."""
    new: dict[str, Any] = {"rewards": tuple(_terms(dice, groups, scale, start, r) for r in old.rewards)}
    # Fewer rules and more that every conversion counts for, so that there are rewards to do something with.
    new["rules"] = tuple(_rule(dice, groups, r) for r in old.rules if dice.chance(65))
    new["milestones"] = tuple(
        dataclasses.replace(m, occurrence="each") if dice.chance(35) else m for m in old.milestones
    )
    limited = groups & {"budget", "waiting"}
    total = old.budget_minor
    if limited and total is None and dice.chance(70):
        total = dice.pick((1, 50, 100, 250, 1000)) * dice.pick((1, 2, 3, 5))
    new["budget_minor"] = total
    new["budget"] = _budget(dice, groups) if limited and total is not None else Budget()
    if "zones" in groups:
        new["timezone"] = dice.pick(ZONES)
    if "experiments" in groups:
        new["experiments"] = EXPERIMENTS
    if "attributes" in groups:
        new["attributes"] = ATTRIBUTES
    if "bounds" in groups and dice.chance(70):
        new["rates"] = (Rate("USD", Decimal(dice.pick(("0.8512", "1.5", "0.05", "100")))),)
    new["referrers_stop"] = "stops" in groups and dice.chance(60)
    if new["referrers_stop"]:
        new["referrers"] = old.referrers or ("customer", "employee")
    if "codes" in groups:
        uses = dice.pick((None, None, 1, 2, 3))
        codes = "fold" if dice.chance(70) else "exact"
        new["attribution"] = Attribution(old.attribution.model, old.attribution.window_ms, codes, uses)  # type: ignore[arg-type]
    return with_text(dataclasses.replace(old, **new))


def _rule(dice: Dice, groups: Groups, old: Rule) -> Rule:
    if groups & {"counts", "experiments", "attributes", "people"} and dice.chance(60):
        return dataclasses.replace(old, require=_condition(dice, groups, AT_CONVERSION))
    return old


# ---------------------------------------------------------------------- logs

# How often the events of a group come beside those that every log has.
MORE = {
    "standing": {"reinstated": 7, "reversal": 6},
    "adjusted": {"adjusted": 26},
    "people": {"merged": 3, "closed": 5},
    "choice": {"chosen": 18, "redeemed": 12, "reversal": 14},
    "vetoes": {"vetoed": 4},
    "waiting": {"change": 4},
    "stops": {"identified": 8},
    "keep_if": {"confirmed": 6},
}


class TermWriter(Writer):
    """Writes one log with the events that further terms are about."""

    groups: Groups

    def weights(self) -> dict[str, int]:
        weights = dict(super().weights())
        weights["conversion"] += 20
        for group in sorted(self.groups & MORE.keys()):
            for kind, weight in MORE[group].items():
                weights[kind] = weights.get(kind, 0) + weight
        return weights

    # What the events that every log has say more.

    def moments(self) -> list[int]:
        ends = [x.choice_ends or x.expires_at for x in self.oracle.lines]
        found = super().moments() + [end for end in ends if end is not None]
        if any(line.state == "waiting" for line in self.oracle.lines):
            begins = next_period(self.oracle.program, self.now)
            found += [begins] * 3 if begins is not None else []
        return found

    def code(self) -> str:
        code = super().code()
        if "codes" in self.groups and self.dice.chance(45):
            return self.dice.pick((code.lower(), f" {code}", f"{code}\u2003", f"\t{code.lower()} "))
        return code

    def new_code(self) -> str:
        code = self.dice.pick(CODES)
        return code.lower() if "codes" in self.groups and self.dice.chance(40) else code

    def attributes(self, *of: str) -> str | None:
        if "attributes" not in self.groups or not self.dice.chance(75):
            return None
        drawn: dict[str, tuple[Any, ...]] = {
            "product": ("gold", "tin", 7),
            "size": (1, 2.5, -3, "big", True),
            "gift": (True, False, "yes"),
            "plan": ("pro", "free", True),
            "vip": (True, False, 1),
            "colour": ("red",),
        }
        return attributes(**{name: self.dice.pick(drawn[name]) for name in self.dice.some(of, len(of))})

    def of_conversion(self) -> dict[str, Any]:
        return {"attributes": self.attributes("product", "size", "gift", "colour")}

    def of_customer(self) -> dict[str, Any]:
        return {"attributes": self.attributes("plan", "vip", "colour")}

    def changed(self) -> Program:
        """Sometimes change only the budget."""
        old = self.oracle.program
        if old.budget_minor is not None and self.dice.chance(60):
            total = max(1, old.budget_minor * self.dice.pick((1, 2, 3, 5)) // self.dice.pick((1, 1, 1, 2)))
            terms = _budget(self.dice, self.groups) if self.dice.chance(40) else old.budget
            gone = self.dice.chance(10)
            return with_text(
                dataclasses.replace(
                    old,
                    budget_minor=None if gone else total,
                    budget=Budget() if gone else terms,
                )
            )
        new = super().changed() if self.dice.chance(45) else old
        return decorated(self.dice, self.groups, self.scale, self.start, new)

    def conversion(self) -> None:
        """A conversion, mostly by somebody who was referred."""
        attributed = [a.friend for a in self.oracle.attributions.values()]
        if attributed and self.dice.chance(60):
            self.friend = self.dice.pick(attributed)
        super().conversion()

    # The events that further terms are about.

    def _conversion(self, reversed_: bool) -> Event | None:
        """A conversion, mostly one with a qualified decision, that is reversed or stands."""
        known = [d.conversion for d in self.oracle.decisions if d.outcome in ("qualified", "review")]
        wanted = [c for c in known if self.oracle.stands(c) is not reversed_]
        pool = known if self.dice.chance(15) else wanted
        return self.dice.pick(pool[-6:]) if pool else None

    def _subject(self, conversion: Event) -> str | None:
        if self.dice.chance(10):
            return self.dice.pick(self.people)
        return conversion["subject"] if self.dice.chance(50) else None

    def reversal(self) -> None:
        reached = [x for x in self.oracle.lines if (x.clawback_until or 0) >= self.now]
        gone = [x for x in reached if x.state in ("redeemed", "expired")]
        conversion = self._conversion(reversed_=False) if self.dice.chance(35) else None
        if gone and self.dice.chance(60):
            conversion = self.dice.pick(gone).conversion
        elif reached and self.dice.chance(20):
            conversion = self.dice.pick(reached).conversion
        if conversion is not None:
            source, key = conversion["source"], conversion["id"]
            self.send("conversion.reversed", self._subject(conversion), source, reverses=key)
            return
        super().reversal()

    def reinstated(self) -> None:
        conversion = self._conversion(reversed_=True)
        if conversion is None and self.dice.chance(90):
            self.conversion()
            return
        if conversion is None or self.dice.chance(5):
            self.send(
                "conversion.reinstated", None, self.dice.pick(SOURCES), reinstates=f"e{self.number + 9}"
            )
            return
        source, key = conversion["source"], conversion["id"]
        self.send("conversion.reinstated", self._subject(conversion), source, reinstates=key)

    def adjusted(self) -> None:
        conversion = self._conversion(reversed_=False)
        shares = [x for x in self.oracle.lines if x.reward.percent is not None]
        waiting = [x for x in shares if x.state == "waiting"]
        aims = waiting or [x for x in shares if x.state == "issued" and (x.clawback_until or 0) >= self.now]
        if aims and self.dice.chance(60):
            conversion = self.dice.pick(aims).conversion
        if conversion is None and self.dice.chance(90):
            self.conversion()
            return
        if conversion is None or self.dice.chance(5):
            self.send(
                "conversion.adjusted",
                None,
                self.dice.pick(SOURCES),
                adjusts=f"e{self.number + 9}",
                amount_minor=1,
            )
            return
        now = self.oracle.amount_now(conversion) or 0
        amount = self.dice.pick((0, now // 2, now // 2, now * 2, max(0, now - 1), now + 1, 40))
        theirs = conversion["currency"] or self.oracle.program.currency
        self.send(
            "conversion.adjusted",
            self._subject(conversion),
            conversion["source"],
            adjusts=conversion["id"],
            amount_minor=amount,
            currency=self.dice.weighted({None: 6, theirs: 4, "EUR": 1}),
        )

    def closed(self) -> None:
        kind = self.dice.pick(("customer.closed", "customer.closed", "customer.reopened"))
        self.send(kind, self.dice.pick(self.people), "client/crm")

    def merged(self) -> None:
        people = (*self.people, "zoe")
        attributed = list(self.oracle.attributions)
        if len(attributed) > 1 and self.dice.chance(35):
            people = tuple(attributed)
        self.send("customer.merged", self.dice.pick(people), "client/crm", into=self.dice.pick(people))

    def _line(self, *states: str) -> Line | None:
        wanted = [line for line in self.oracle.lines if line.state in states]
        pool = self.oracle.lines if self.dice.chance(15) else wanted
        return self.dice.pick(pool[-6:]) if pool else None

    def _named(self, line: Line | None) -> dict[str, str]:
        """The fields that name a line; sometimes of one that doesn't exist."""
        if line is None or self.dice.chance(5):
            return {f"reward_{part}": "nothing" for part in ("source", "id", "milestone", "reward")}
        decision: Decided = line.decision
        return {
            "reward_source": decision.conversion["source"],
            "reward_id": decision.conversion["id"],
            "reward_milestone": decision.milestone.name,
            "reward_reward": line.reward.name,
        }

    def chosen(self) -> None:
        line = self._line("offered")
        if line is None and self.dice.chance(90):
            self.conversion()
            return
        subject = self.dice.pick(self.people)
        if line is not None and line.reward.to != "community" and self.dice.chance(88):
            subject = line.recipient
        choices = KINDS if line is None or not line.reward.choices else line.reward.choices
        choice = self.dice.pick(choices if self.dice.chance(80) else ("nothing",))
        self.send("reward.chosen", subject, choice=choice, **self._named(line))

    def redeemed(self) -> None:
        line = self._line("issued")
        if line is None and self.dice.chance(90):
            self.conversion()
            return
        self.send("reward.redeemed", self.maybe(self.people, 30), "client/shop", **self._named(line))

    def vetoed(self) -> None:
        line = self._line("pending", "waiting", "offered")
        if line is None and self.dice.chance(90):
            self.conversion()
            return
        self.send("reward.vetoed", None, reason="odd", **self._named(line))


def write_case_with_terms(source: random.Random, groups: Iterable[str], least: int, most: int) -> Case:
    """A program and a log that use some groups of terms."""
    dice, chosen = Dice(source), frozenset(groups)
    if chosen == ALL:  # everything at once would leave hardly any reward
        chosen = frozenset(name for name in GROUPS if name == "standing" or dice.chance(55))
    scale = dice.pick(SCALES)
    anchors = CHANGES if "zones" in chosen and dice.chance(60) else ANCHORS
    start = dice.pick(anchors) - scale * dice.pick((1, 2, 4))
    first = decorated(dice, chosen, scale, start, program(dice, scale, dice.pick(tuple(DIGITS)), start))
    writer = TermWriter(dice, first, scale, start, dice.between(least, most))
    writer.groups = chosen
    return writer.write()


def case_with_terms(seed: int, groups: Iterable[str] = ALL, least: int = 20, most: int = 70) -> Case:
    """The case of a seed, always the same."""
    return write_case_with_terms(random.Random(seed), groups, least, most)


@st.composite
def cases_with_terms(draw: st.DrawFn, groups: Iterable[str] = ALL, least: int = 6, most: int = 36) -> Case:
    """Return cases that Hypothesis can shrink."""
    return write_case_with_terms(draw(st.randoms(use_true_random=False)), groups, least, most)


@st.composite
def programs_with_terms(draw: st.DrawFn, groups: Iterable[str] = ALL) -> Program:
    """Return programs only."""
    dice, scale = Dice(draw(st.randoms(use_true_random=False))), dice_scale(draw)
    start = ANCHORS[0]
    return decorated(dice, frozenset(groups), scale, start, program(dice, scale, "GBP", start))


def dice_scale(draw: st.DrawFn) -> int:
    return draw(st.sampled_from((MINUTE, HOUR, DAY)))

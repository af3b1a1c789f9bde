"""Rewards that are offered under a condition or between dates, and calendars of a zone."""

from __future__ import annotations

from typing import Any

from simulator.program.model import Attribute, Experiment, Program, Variant
from tests.engine.conftest import Judge
from tests.engine.designs import DAY, HOUR, at, cap, design, milestone, reward, rule
from tests.engine.logbook import Logbook, attributes

START = at("2026-01-01")
EXPECTED_VARIANTS = {"ann": ["yes", "no"], "bob": ["yes", "no"], "cid": ["no", "yes"], "dan": ["no", "no"]}


def offering(*rewards: Any, **more: Any) -> Program:
    return design([milestone(occurrence="each")], rewards, **more)


def lines(judge: Judge, design: Program, log: Logbook) -> list[tuple[str, str]]:
    return [(row["event_id"], row["reward"]) for row in judge(design, log).rewards]


# ---------------------------------------------------------------------- conditions


def test_a_line_is_made_only_where_the_condition_is_true_and_the_decision_says_what_it_said(
    judge: Judge, log: Logbook
) -> None:
    big = reward("big", when="amount > 50")
    plain, small = reward("plain"), reward("small", when="amount <= 50 AND method = 'code'")
    log.link("ann", "A")
    for key, amount in (("one", 10_000), ("two", 1_000), ("three", None)):
        log.buy("fred", code="A", amount=amount, key=key)
    rows = judge(offering(big, plain, small), log)
    assert [row["offered"] for row in rows.decisions] == [
        [["big", "yes"], ["small", "no"]],
        [["big", "no"], ["small", "yes"]],
        [["big", "missing"], ["small", "missing"]],
    ]
    assert [(row["event_id"], row["reward"]) for row in rows.rewards] == [
        ("one", "big"),
        ("one", "plain"),
        ("two", "plain"),
        ("two", "small"),
        ("three", "plain"),
    ]


def test_a_review_that_comes_later_gives_what_was_offered_at_the_conversion(
    judge: Judge, log: Logbook
) -> None:
    program = offering(
        reward("open", when="NOT friend_closed"),
        reward("closed", when="friend_closed"),
        rules=[rule("asked", "new_customer", "review")],
    )
    log.link("ann", "A")
    bought = log.buy("fred", code="A")
    log.close("fred")
    log.verdict(bought)
    assert lines(judge, program, log) == [(bought["id"], "open")]


def test_a_decision_whose_rules_were_not_asked_says_nothing_of_offers(judge: Judge, log: Logbook) -> None:
    program = design(
        [milestone(occurrence="any")], [reward("big", when="amount > 50")], referrers=("customer",),
        referrers_stop=True,
    )  # fmt: skip
    log.identified("ann")
    log.link("ann", "A")
    log.buy("gwen", amount=10_000)
    log.buy("fred", code="A", amount=10_000)
    log.buy("fred", amount=10_000)
    log.buy("hugh", code="A", amount=1_000)
    log.identified("ann", kind="partner")
    log.buy("hugh", amount=10_000)
    found = [(row["reason"], row["offered"]) for row in judge(program, log).decisions]
    assert found == [
        ("unattributed", []),
        (None, [["big", "yes"]]),
        ("occurrence", []),
        (None, [["big", "no"]]),
        ("occurrence", []),
    ]


# ---------------------------------------------------------------------- dates


def test_from_is_included_until_is_not_and_the_conversion_is_dated_by_when_it_occurred(
    judge: Judge, log: Logbook
) -> None:
    week = reward("booster", from_ms=START + DAY, until_ms=START + 2 * DAY)
    log.link("ann", "A")
    for key, occurred in (("a", DAY - 1), ("b", DAY), ("c", 2 * DAY - 1), ("d", 2 * DAY)):
        log.buy("fred", code="A", at=occurred, received=5 * DAY, key=key)
    found = lines(judge, offering(week), log)
    # the first conversion is the touch, and the others come after it
    assert found == [("b", "booster"), ("c", "booster")]


def test_a_reward_dated_by_the_touch_is_for_those_who_came_then(judge: Judge, log: Logbook) -> None:
    early = reward("early", until_ms=START + DAY, dated_by="touch")
    late = reward("late", from_ms=START + DAY, dated_by="touch")
    log.link("ann", "A")
    log.visit("fred", "A", at=DAY - 1)
    log.visit("gwen", "A", at=DAY)
    log.buy("fred", at=3 * DAY, key="fred")
    log.buy("gwen", at=3 * DAY, key="gwen")
    assert lines(judge, offering(early, late), log) == [("fred", "early"), ("gwen", "late")]


# ---------------------------------------------------------------------- experiments and attributes


def test_the_variant_is_by_the_hash_of_name_and_reference(judge: Judge, log: Logbook) -> None:
    """By hand: int(sha256("wave:ann")[:8 bytes]) % 100 and so on, under 50 for control."""
    wave = Experiment("wave", "referrer", (Variant("control", 50), Variant("richer", 50)))
    own = Experiment("own", "friend", (Variant("a", 1), Variant("b", 1)))
    program = offering(
        reward("richer", when="variant_wave = 'richer'"),
        reward("own", when="variant_own = 'b'"),
        experiments=(wave, own),
    )
    said = {}
    for owner in ("ann", "bob", "cid", "dan"):
        log.link(owner, owner)
        log.buy(f"friend-of-{owner}", code=owner)
    for row in judge(program, log).decisions:
        said[row["referrer"]] = [answer for _, answer in row["offered"]]
    assert said == EXPECTED_VARIANTS


def test_attributes_are_the_conversions_own_and_the_latest_known_of_people(
    judge: Judge, log: Logbook
) -> None:
    program = offering(
        reward("tv", when="product = 'tv'"),
        reward("gold", when="friend_plan = 'gold'"),
        reward("many", when="referrer_seats > 2"),
        attributes=(
            Attribute("product", "conversion", "text"),
            Attribute("plan", "customer", "text"),
            Attribute("seats", "customer", "number"),
        ),
    )
    log.identified("ann", attributes=attributes(seats=3))
    log.link("ann", "A")
    log.buy("fred", code="A", attributes=attributes(product="tv", plan="gold"))
    log.claim("fred", attributes=attributes(plan="gold"))
    log.identified("ann", attributes=attributes(plan="gold"))
    log.buy("fred", attributes=attributes(product=True))
    log.claim("fred", attributes=attributes(plan=1))
    log.identified("ann", attributes=attributes(seats="many"))
    log.buy("fred")
    found = [[said for _, said in row["offered"]] for row in judge(program, log).decisions]
    assert found == [
        ["yes", "missing", "yes"],
        ["missing", "yes", "yes"],
        ["missing", "missing", "missing"],
    ]


def test_a_later_version_reads_attributes_that_came_before_it_declared_them(
    judge: Judge, log: Logbook
) -> None:
    later = offering(
        reward("gold", when="friend_plan = 'gold'"),
        attributes=(Attribute("plan", "customer", "text"),),
        name="Later",
    )
    log.claim("fred", attributes=attributes(plan="gold", other=1))
    log.link("ann", "A")
    log.change(later)
    log.buy("fred", code="A", key="one")
    assert lines(judge, offering(reward("plain")), log) == [("one", "gold")]


def test_a_later_version_splits_referrers_who_came_before_it(judge: Judge, log: Logbook) -> None:
    wave = Experiment("wave", "referrer", (Variant("control", 50), Variant("richer", 50)))
    later = offering(
        *(reward(name, when=f"variant_wave = '{name}'") for name in ("control", "richer")),
        experiments=(wave,),
        name="Later",
    )
    for owner in ("ann", "bob"):
        log.link(owner, owner)
        log.buy(f"friend-of-{owner}", code=owner, key=owner)
    log.change(later)
    for owner in ("ann", "bob"):
        log.buy(f"friend-of-{owner}", key=f"{owner} again")
    names = {"yes": "richer", "no": "control"}
    assert lines(judge, offering(reward("plain")), log) == [
        ("ann", "plain"),
        ("bob", "plain"),
        ("ann again", names[EXPECTED_VARIANTS["ann"][0]]),
        ("bob again", names[EXPECTED_VARIANTS["bob"][0]]),
    ]


# ---------------------------------------------------------------------- zones


def test_a_month_of_auckland_begins_at_its_own_midnight(judge: Judge, log: Logbook) -> None:
    """Auckland is 13 hours ahead in March, and 12 from 5 April on."""
    once = reward("credit", caps=[cap("calendar-month", count=1)])
    begins = {"march": at("2026-02-28T11:00") - START, "may": at("2026-04-30T12:00") - START}
    log.link("ann", "A")
    for month, moment in begins.items():
        for place, shift in enumerate((-HOUR, -1, 0, 1)):
            log.buy(f"{month}-{place}", code="A", at=moment + shift, key=f"{month}-{place}")
    program = offering(once, timezone="Pacific/Auckland")
    rows = judge(program, log, begins["may"] + DAY).rewards
    assert [(row["event_id"], row["state"]) for row in rows] == [
        ("march-0", "issued"),
        ("march-1", "capped"),
        ("march-2", "issued"),
        ("march-3", "capped"),
        ("may-0", "issued"),
        ("may-1", "capped"),
        ("may-2", "issued"),
        ("may-3", "capped"),
    ]

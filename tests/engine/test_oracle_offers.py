"""When a line is offered: conditions, dates, experiments, attributes of one's own."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.program.model import Attribute, Experiment, Variant
from tests.engine.designs import DAY, HOUR, at, design, milestone, reward, rule
from tests.engine.logbook import Judge, Logbook, attributes

EACH = milestone(occurrence="each")


def referred(log: Logbook, *friends: str, **data: Any) -> None:
    log.link("ann", "A", at=0)
    for friend in friends or ("fred",):
        log.claim(friend, code="A", at=0, **data)


def given(rows: Any) -> list[tuple[str, str]]:
    return [(r["event_id"], r["reward"]) for r in rows.rewards]


# ---------------------------------------------------------------------- when


def test_a_reward_is_given_where_its_condition_is_true_and_the_decision_says_of_each(
    judge: Judge, log: Logbook
) -> None:
    referred(log)
    for key, amount in (("big", 5_000), ("small", 500), ("unknown", None)):
        log.buy("fred", at=1, amount=amount, key=key)
    rewards = [
        reward("richer", when="amount >= 20"),
        reward("usual"),
        reward("poorer", when="COALESCE(amount, 0) < 20"),
        reward("elsewhere", on="other", when="TRUE"),
    ]
    rows = judge(design([EACH, milestone("other", "bill.paid")], rewards), log)
    assert [r["offered"] for r in rows.decisions] == [
        [["richer", "yes"], ["poorer", "no"]],
        [["richer", "no"], ["poorer", "yes"]],
        [["richer", "missing"], ["poorer", "yes"]],
    ]
    assert given(rows) == [
        ("big", "richer"),
        ("big", "usual"),
        ("small", "usual"),
        ("small", "poorer"),
        ("unknown", "usual"),
        ("unknown", "poorer"),
    ]


def test_conditions_are_asked_where_rules_are_and_kept_of_those_refused_too(
    judge: Judge, log: Logbook
) -> None:
    log.buy("gina", at=0, amount=5_000)
    referred(log)
    log.buy("fred", at=1, amount=5_000)
    program = design([EACH], [reward(when="amount >= 20")], rules=[rule("never", "amount < 1")])
    rows = judge(program, log)
    assert [(r["reason"], r["offered"]) for r in rows.decisions] == [
        ("unattributed", []),
        ("never", [["credit", "yes"]]),
    ]


def test_a_verdict_long_after_gives_what_was_offered_at_the_conversion(judge: Judge, log: Logbook) -> None:
    referred(log)
    bought = log.buy("fred", at=0, amount=5_000)
    log.identified("ann", at=HOUR, country="JP")
    log.verdict(bought, at=2 * HOUR)
    program = design(
        rewards=[
            reward("unknown", when="referrer_country IS NULL"),
            reward("known", when="referrer_country = 'JP'"),
        ],
        rules=[rule("small", "amount < 1", "review")],
    )
    rows = judge(program, log)
    assert rows.decisions[0]["offered"] == [["unknown", "yes"], ["known", "missing"]]
    assert [r["reward"] for r in rows.rewards] == ["unknown"]


@pytest.mark.parametrize(
    ("occurred", "wanted"),
    [(DAY - 1, []), (DAY, ["credit"]), (2 * DAY - 1, ["credit"]), (2 * DAY, [])],
)
def test_a_booster_week_holds_from_its_first_moment_to_before_its_end(
    judge: Judge, log: Logbook, occurred: int, wanted: list[str]
) -> None:
    referred(log)
    log.buy("fred", at=occurred, received=3 * DAY)
    program = design(rewards=[reward(from_ms=log.start + DAY, until_ms=log.start + 2 * DAY)])
    assert [r["reward"] for r in judge(program, log).rewards] == wanted


def test_dates_may_be_those_of_the_touch(judge: Judge, log: Logbook) -> None:
    referred(log)
    log.buy("fred", at=9 * DAY)
    for until, wanted in ((1, ["credit"]), (0, [])):
        program = design(rewards=[reward(until_ms=log.start + until, dated_by="touch")])
        assert [r["reward"] for r in judge(program, log).rewards] == wanted


# ---------------------------------------------------------------------- experiments


def test_a_friend_stays_in_the_variant_that_the_hash_of_the_reference_gives(
    judge: Judge, log: Logbook
) -> None:
    """The first 8 bytes of SHA-256 of offer:fred are 25d64b7731660c2d, 13 modulo 100; of gina 58, of hugo 48."""
    offer = Experiment("offer", "friend", (Variant("control", 48), Variant("richer", 2), Variant("rich", 50)))
    referred(log, "fred", "gina", "hugo")
    for again, moment in (("", 1), ("-again", 2 * DAY)):
        for friend in ("fred", "gina", "hugo"):
            log.buy(friend, at=moment, key=friend + again)
    rewards = [reward(v.name, when=f"variant_offer = '{v.name}'") for v in offer.variants]
    assert given(judge(design([EACH], rewards, experiments=(offer,)), log)) == [
        ("fred", "control"),
        ("gina", "rich"),
        ("hugo", "richer"),
        ("fred-again", "control"),
        ("gina-again", "rich"),
        ("hugo-again", "richer"),
    ]


def test_by_referrer_all_friends_are_in_one_variant_and_a_weight_of_0_gets_nobody(
    judge: Judge, log: Logbook
) -> None:
    """Of offer:ann the hash is 7 modulo 100."""
    offer = Experiment("offer", "referrer", (Variant("never", 0), Variant("early", 7), Variant("late", 93)))
    referred(log, "fred", "gina")
    for friend in ("fred", "gina"):
        log.buy(friend, at=1, key=friend)
    rewards = [reward(v.name, when=f"variant_offer = '{v.name}'") for v in offer.variants]
    assert given(judge(design([EACH], rewards, experiments=(offer,)), log)) == [
        ("fred", "late"),
        ("gina", "late"),
    ]


def test_a_variant_does_not_change_with_a_merge(judge: Judge, log: Logbook) -> None:
    """fred is 13 modulo 100, gina, whom he turns out to be, 58."""
    offer = Experiment("offer", "friend", (Variant("control", 50), Variant("richer", 50)))
    referred(log, "fred")
    log.merge("fred", "gina", at=1)
    log.buy("gina", at=2, key="after")
    rewards = [reward(v.name, when=f"variant_offer = '{v.name}'") for v in offer.variants]
    assert given(judge(design([EACH], rewards, experiments=(offer,)), log)) == [("after", "control")]


# ---------------------------------------------------------------------- attributes


OWN = (
    Attribute("product", "conversion", "text"),
    Attribute("seats", "conversion", "number"),
    Attribute("plan", "customer", "text"),
)


def test_attributes_are_facts_and_null_where_not_given_or_of_another_type(judge: Judge, log: Logbook) -> None:
    referred(log)
    for key, data in (
        ("both", {"product": "home", "seats": 2.5}),
        ("typed", {"product": 7, "seats": True}),
        ("whole", {"seats": 2}),
        ("none", {}),
    ):
        log.buy("fred", at=1, key=key, attributes=attributes(**data) if data else None)
    rewards = [
        reward("home", when="product = 'home'"),
        reward("many", when="seats >= 2"),
        reward("unknown", when="product IS NULL AND seats IS NULL"),
    ]
    assert given(judge(design([EACH], rewards, attributes=OWN), log)) == [
        ("both", "home"),
        ("both", "many"),
        ("typed", "unknown"),
        ("whole", "many"),
        ("none", "unknown"),
    ]


def test_of_a_person_the_latest_given_counts(judge: Judge, log: Logbook) -> None:
    referred(log, attributes=attributes(plan="free"))
    log.identified("ann", at=0, attributes=attributes(plan="pro"))
    log.identified("ann", at=0)  # says nothing of a plan
    log.buy("fred", at=1, key="first")
    log.identified("fred", at=2, attributes=attributes(plan="pro", colour="red"))
    log.buy("fred", at=3, key="second")
    log.identified("fred", at=4, attributes=attributes(plan=1))
    log.buy("fred", at=5, key="third")
    rewards = [
        reward("free", when="friend_plan = 'free' AND referrer_plan = 'pro'"),
        reward("pro", when="friend_plan = referrer_plan"),
        reward("unknown", when="friend_plan IS NULL"),
    ]
    assert given(judge(design([EACH], rewards, attributes=OWN), log)) == [
        ("first", "free"),
        ("second", "pro"),
        ("third", "unknown"),
    ]


# ---------------------------------------------------------------------- referrers who are stopped


def test_a_friend_of_a_referrer_who_is_no_longer_one_is_refused_before_the_rules(
    judge: Judge, log: Logbook
) -> None:
    log.identified("ann", at=0, kind="employee")
    referred(log)
    log.buy("fred", at=1)
    log.identified("ann", at=2, kind="partner")
    log.buy("fred", at=3)
    log.buy("fred", at=0, received=3, kind="bill.paid")
    log.identified("ann", at=4, kind="employee")
    log.buy("fred", at=5)
    marks = [EACH, milestone("paid", "bill.paid", 2)]
    for stops, wanted in ((True, "referrer-stopped"), (False, "never")):
        rows = judge(
            design(marks, rules=[rule("never", "FALSE")], referrers=("employee",), referrers_stop=stops), log
        )
        assert [r["reason"] for r in rows.decisions] == ["never", wanted, "occurrence", "never"]
        assert rows.decisions[1]["failed"] == ([] if stops else [["never", "fail"]])


# ---------------------------------------------------------------------- codes


@pytest.mark.parametrize("typed", ["anna1", " ANNA1", "Anna1\u2003", "\tANNA1\u00a0\n"])
def test_a_code_in_other_capitals_or_with_blanks_around_it_is_the_one_meant(
    judge: Judge, log: Logbook, typed: str
) -> None:
    log.link("ann", "ANNA1", at=0)
    log.buy("fred", at=1, code=typed)
    assert judge(design(), log).attributions == []
    rows = judge(design(codes="fold"), log)
    assert [(r["referrer"], r["code"]) for r in rows.attributions] == [("ann", "ANNA1")]


def test_of_links_that_fold_alike_the_first_in_the_log_serves(judge: Judge, log: Logbook) -> None:
    log.link("ann", "STRASSE", at=0)
    log.link("bob", "stra\u00dfe", at=0)  # folds to strasse
    log.buy("fred", at=1, code="stra\u00dfe")
    assert [r["referrer"] for r in judge(design(), log).attributions] == ["bob"]
    rows = judge(design(codes="fold"), log)
    assert [(r["referrer"], r["code"]) for r in rows.attributions] == [("ann", "STRASSE")]


def test_a_code_serves_so_many_friends_and_then_its_touches_win_no_more(judge: Judge, log: Logbook) -> None:
    log.link("ann", "A", at=0)
    log.link("bob", "B", at=0)
    for friend in ("fred", "gina", "hugo"):
        log.visit(friend, "B", at=1)
        log.visit(friend, "A", at=2)
    log.buy("fred", at=3)
    log.claim("gina", code="A", at=4)
    log.claim("hugo", at=5)  # the next best: bob
    log.visit("ivy", "A", at=6)  # no touch any more
    log.claim("ivy", code="A", at=7)
    rows = judge(design(uses=2), log)
    assert [(r["friend"], r["referrer"], r["method"]) for r in rows.attributions] == [
        ("fred", "ann", "link"),
        ("gina", "ann", "code"),
        ("hugo", "bob", "link"),
    ]


def test_uses_are_those_of_the_version_in_force_and_count_what_was_made_in_any(
    judge: Judge, log: Logbook
) -> None:
    log.link("ann", "A", at=0)
    for place, friend in enumerate(("fred", "gina", "hugo")):
        log.claim(friend, code="A", at=place)
    log.change(design(uses=4), at=9)
    log.claim("ivy", code="A", at=10)
    log.claim("jim", code="A", at=11)
    log.change(design(), at=12)
    log.claim("jim", code="A", at=13)
    rows = judge(design(uses=2), log)
    assert [r["friend"] for r in rows.attributions] == ["fred", "gina", "ivy", "jim"]


def test_a_date_with_an_offset_is_a_moment(judge: Judge, log: Logbook) -> None:
    referred(log)
    log.buy("fred", at=at("2026-01-31T10:30") - log.start)
    auckland = at("2026-01-31T11:00")  # midnight there
    rows = judge(design(rewards=[reward("old", until_ms=auckland), reward("new", from_ms=auckland)]), log)
    assert [r["reward"] for r in rows.rewards] == ["old"]

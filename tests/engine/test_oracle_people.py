"""Who somebody is: accounts that are closed, opened again, and merged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.engine.designs import DAY, HOUR, WEEK, cap, design, milestone, reward, rule
from tests.engine.logbook import Judge, Logbook
from tests.engine.oracle import Entry

EACH = milestone(occurrence="each")
Trail = Callable[..., list[Entry]]
NO_SELF = rule("self", "NOT same_person AND NOT same_contact AND NOT same_device")


def outcomes(rows: Any) -> list[tuple[str, str]]:
    return [(row["friend"], row["reason"] or row["outcome"]) for row in rows.decisions]


def said(entries: list[Entry], kind: str) -> list[tuple[str | None, str]]:
    return [(entry.person, entry.detail) for entry in entries if entry.kind == kind]


# ---------------------------------------------------------------------- closed


def test_an_account_is_closed_until_it_is_reopened(judge: Judge, log: Logbook) -> None:
    log.link("ann", "A", at=0)
    log.claim("fred", code="A", at=0)
    log.close("fred", at=1)
    log.buy("fred", at=2)
    log.reopen("fred", at=3)
    log.close("ann", at=3)
    log.buy("fred", at=4)
    log.reopen("ann", at=5)
    log.buy("fred", at=6)
    rules = [rule("friend", "NOT friend_closed"), rule("referrer", "NOT referrer_closed")]
    rows = judge(design([EACH], rules=rules), log)
    assert outcomes(rows) == [("fred", "friend"), ("fred", "referrer"), ("fred", "qualified")]


def test_closure_is_that_of_the_account_merged_into_and_then_of_either_reference(
    judge: Judge, log: Logbook
) -> None:
    log.link("ann", "A", at=0)
    log.claim("guest", code="A", at=0)
    log.close("guest", at=1)
    log.merge("guest", "fred", at=2)  # fred's is open
    log.buy("fred", at=3)
    log.close("guest", at=4)
    log.buy("fred", at=5)
    rows = judge(design([EACH], rules=[rule("closed", "NOT friend_closed")]), log)
    assert outcomes(rows) == [("fred", "qualified"), ("fred", "closed")]


# ---------------------------------------------------------------------- merged


def test_a_guest_who_makes_an_account_is_one_friend(judge: Judge, log: Logbook) -> None:
    log.link("ann", "A", at=0)
    log.visit("guest", "A", at=0)
    log.merge("guest", "fred", at=HOUR)
    log.buy("fred", at=2 * HOUR)
    rows = judge(design(), log)
    assert [(r["friend"], r["referrer"], r["method"]) for r in rows.attributions] == [("fred", "ann", "link")]
    assert outcomes(rows) == [("fred", "qualified")]
    assert rows.merges == [{"subject": "guest", "into": "fred", "at": log.start + HOUR}]


def test_rows_of_before_a_merge_keep_their_reference_and_later_ones_use_the_new(
    judge: Judge, log: Logbook
) -> None:
    log.link("ann", "A", at=0)
    log.claim("guest", code="A", at=0)
    log.buy("guest", at=1)
    log.merge("guest", "fred", at=2)
    log.merge("ann", "anna", at=2)
    log.buy("fred", at=3)
    log.buy("guest", at=4)
    rows = judge(design([EACH]), log)
    assert [(r["friend"], r["referrer"]) for r in rows.attributions] == [("guest", "ann")]
    assert [(r["friend"], r["referrer"]) for r in rows.decisions] == [
        ("guest", "ann"),
        ("fred", "anna"),
        ("fred", "anna"),
    ]
    assert [r["recipient"] for r in rows.rewards] == ["ann", "anna", "anna"]


def test_a_guest_referrer_and_the_account_are_one_recipient(judge: Judge, log: Logbook) -> None:
    log.link("guest", "G", at=0)
    log.link("ann", "A", at=0)
    for friend, code in (("fred", "G"), ("gina", "A")):
        log.claim(friend, code=code, at=0)
        log.buy(friend, at=0)
    log.merge("guest", "ann", at=1)
    for friend, code in (("hugo", "G"), ("ivy", "A")):
        log.claim(friend, code=code, at=2)
        log.buy(friend, at=2)
    program = design(rewards=[reward(caps=[cap("lifetime", count=3)]), reward("fourth", every=4)])
    rows = judge(program, log, now=DAY)
    assert [(r["recipient"], r["state"]) for r in rows.rewards if r["reward"] == "credit"] == [
        ("guest", "issued"),
        ("ann", "issued"),
        ("ann", "issued"),
        ("ann", "capped"),
    ]
    assert [r["state"] for r in rows.rewards if r["reward"] == "fourth"] == ["counted"] * 3 + ["issued"]


def test_of_two_attributions_the_later_ends_and_what_it_decided_stays(
    judge: Judge, trail: Trail, log: Logbook
) -> None:
    log.link("ann", "A", at=0)
    log.link("bob", "B", at=0)
    log.claim("fred", code="A", at=0)
    log.claim("guest", code="B", at=1)
    log.buy("guest", at=2)
    log.merge("guest", "fred", at=HOUR)
    log.buy("guest", at=2 * HOUR)
    program = design([EACH], [reward(hold=DAY)])
    rows = judge(program, log, now=WEEK)
    assert [(r["friend"], r["referrer"], r["ended_at"]) for r in rows.attributions] == [
        ("fred", "ann", None),
        ("guest", "bob", log.start + HOUR),
    ]
    assert [(r["recipient"], r["state"]) for r in rows.rewards] == [("bob", "issued"), ("ann", "issued")]
    assert said(trail(program, log), "attribution-ended") == [("guest", "code, code, B")]


def test_an_ended_attribution_is_reviewed_counts_in_uses_and_no_longer_among_friends(
    judge: Judge, log: Logbook
) -> None:
    log.link("ann", "A", at=0)
    log.link("bob", "B", at=0)
    log.claim("fred", code="A", at=0)
    log.claim("guest", code="B", at=0)
    held = log.buy("guest", at=1, amount=9_000)
    log.merge("guest", "fred", at=2)
    log.verdict(held, at=3)
    log.claim("gina", code="B", at=4)
    log.claim("hugo", code="B", at=5)  # the third use
    log.buy("gina", at=6)
    rules = [rule("small", "COALESCE(amount, 0) < 10", "review"), rule("alone", "referrer_friends = 1")]
    rows = judge(design(rules=rules, uses=2), log)
    assert outcomes(rows) == [("guest", "qualified"), ("gina", "qualified")]
    assert [r["recipient"] for r in rows.rewards] == ["bob", "bob"]
    assert [r["friend"] for r in rows.attributions] == ["fred", "guest", "gina"]


def test_a_milestone_is_given_once_for_one_person(judge: Judge, log: Logbook) -> None:
    log.link("ann", "A", at=0)
    log.claim("guest", code="A", at=0)
    log.buy("guest", at=1)
    log.merge("guest", "fred", at=2)
    log.buy("fred", at=3)
    for occurrence in (1, "any"):
        rows = judge(design([milestone(occurrence=occurrence)]), log)
        assert outcomes(rows) == [("guest", "qualified"), ("fred", "occurrence")]


def test_who_buys_as_a_guest_by_their_own_link_is_found_at_the_merge(judge: Judge, log: Logbook) -> None:
    log.identified("ann", at=0)
    log.link("ann", "A", at=0)
    log.visit("guest", "A", at=0)
    log.buy("guest", at=1)  # nothing tells who it is
    log.claim("guest", at=2, contact="contact-of-ann")
    log.buy("guest", at=3)
    log.merge("guest", "ann", at=4)
    log.buy("ann", at=5)
    rows = judge(
        design([EACH], rules=[rule("contact", "NOT same_contact"), rule("person", "NOT same_person")]), log
    )
    assert outcomes(rows) == [("guest", "qualified"), ("guest", "contact"), ("ann", "contact")]
    assert rows.decisions[2]["failed"] == [["contact", "fail"], ["person", "fail"]]
    assert rows.attributions[0]["ended_at"] is None


def test_a_merge_of_one_person_with_themselves_has_no_effect(
    judge: Judge, trail: Trail, log: Logbook
) -> None:
    log.merge("a", "b", at=0)
    log.merge("b", "c", at=1)
    log.merge("a", "c", at=2)
    log.merge("c", "a", at=3)
    log.merge("d", "d", at=4)
    assert [(r["subject"], r["into"]) for r in judge(design(), log).merges] == [("a", "b"), ("b", "c")]
    assert said(trail(design(), log), "merge-without-effect") == [
        ("c", "same-person"),
        ("c", "same-person"),
        ("d", "same-person"),
    ]


def test_a_refund_in_the_name_of_the_merged_account_fits(judge: Judge, log: Logbook) -> None:
    log.link("ann", "A", at=0)
    log.claim("guest", code="A", at=0)
    bought = log.buy("guest", at=1)
    early = log.reverse(bought, received=2, subject="fred")  # not one person yet
    log.merge("guest", "fred", at=3)
    log.reverse(bought, received=4, subject="fred")
    rows = judge(design(rewards=[reward(hold=DAY)]), log)
    assert [(r["state"], r["state_at"] - log.start) for r in rows.rewards] == [("voided", 4)]
    assert early["received_at"] < rows.rewards[0]["state_at"]


def test_what_is_known_of_both_is_united_and_the_latest_counts(judge: Judge, log: Logbook) -> None:
    log.link("ann", "A", at=0)
    log.claim("guest", code="A", at=0, country="GB", segment="gold", device_ref="d1")
    log.identified("fred", at=1, country="JP", device_ref="d2")
    log.identified("ann", at=1, device_ref="d1")
    log.merge("fred", "guest", at=2)
    log.buy("fred", at=3)
    rules = [
        rule("country", "friend_country = 'JP'"),  # of the later
        rule("segment", "friend_segment = 'gold'"),  # the only one given
        rule("device", "same_device"),
        rule("claimed", "claimed"),
    ]
    assert outcomes(judge(design(rules=rules), log)) == [("guest", "qualified")]


def test_of_two_references_who_both_were_friends_one_counts_among_the_friends_who_come_after(
    judge: Judge, log: Logbook
) -> None:
    log.link("ann", "A", at=0)
    log.claim("guest", code="A", at=0)
    log.claim("account", code="A", at=1)
    log.merge("guest", "account", at=2)
    log.claim("fred", code="A", at=3)
    log.buy("fred", at=4)
    rows = judge(design([EACH], rules=[rule("second", "referrer_friends = 2")]), log)
    assert outcomes(rows) == [("fred", "qualified")]

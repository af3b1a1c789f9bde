"""Decisions, one sentence of the specification a test; each runs on the oracle and on the engine."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.domain.vocabulary import CONVERSION_TYPES
from tests.engine.designs import DAY, HOUR, design, milestone, reward, rule
from tests.engine.logbook import Judge, Logbook

PROGRAM = design()


def outcomes(rows: Any) -> list[tuple[str, str | None]]:
    return [(row["outcome"], row["reason"]) for row in rows.decisions]


def referred(log: Any, *friends: str, at: int = 0) -> None:
    """Ann refers these friends by code."""
    log.link("ann", "A", at=at)
    for friend in friends:
        log.claim(friend, code="A", at=at)


def test_a_conversion_of_an_attributed_friend_qualifies(judge: Judge, log: Logbook) -> None:
    referred(log, "fred")
    log.buy("fred", at=HOUR, received=2 * HOUR, key="order-1")
    assert judge(PROGRAM, log).decisions == [
        {
            "source": "client/shop",
            "event_id": "order-1",
            "milestone": "bought",
            "friend": "fred",
            "referrer": "ann",
            "outcome": "qualified",
            "reason": None,
            "decided_at": log.start + 2 * HOUR,
            "failed": [],
            "offered": [],
        }
    ]


def test_every_conversion_gives_one_decision_for_each_milestone_on_its_type_in_file_order(
    judge: Judge, log: Logbook
) -> None:
    program = design(
        [
            milestone("second", occurrence=2),
            milestone("paid", event="bill.paid"),
            milestone("all", occurrence="each"),
        ],
        [reward(on="all")],
    )
    referred(log, "fred")
    log.buy("fred", at=1, key="a")
    log.buy("fred", kind="service.activated", at=2)
    log.buy("fred", at=3, key="b")
    rows = judge(program, log)
    assert [(d["event_id"], d["milestone"], d["outcome"]) for d in rows.decisions] == [
        ("a", "second", "ignored"),
        ("a", "all", "qualified"),
        ("b", "second", "qualified"),
        ("b", "all", "qualified"),
    ]


@pytest.mark.parametrize("kind", CONVERSION_TYPES)
def test_every_conversion_type_can_be_a_milestone(judge: Judge, log: Logbook, kind: Any) -> None:
    program = design([milestone(event=kind)])
    referred(log, "fred")
    log.buy("fred", kind=kind, at=1)
    assert outcomes(judge(program, log)) == [("qualified", None)]


def test_unattributed_comes_first_and_has_no_referrer(judge: Judge, log: Logbook) -> None:
    program = design(starts=log.start + DAY, rules=[rule("never", "amount < 0")])
    log.buy("fred", at=1)
    rows = judge(program, log)
    assert outcomes(rows) == [("ignored", "unattributed")]
    assert rows.decisions[0]["referrer"] is None
    assert rows.decisions[0]["failed"] == []


@pytest.mark.parametrize(("at", "outcome"), [(-1, "before-touch"), (0, None)])
def test_a_conversion_before_the_touch_is_ignored(judge: Judge, log: Logbook, at: Any, outcome: Any) -> None:
    program = design(starts=log.start + DAY) if outcome else PROGRAM
    log.link("ann", "A")
    log.claim("fred", code="A", at=HOUR)
    log.buy("fred", at=HOUR + at, received=HOUR)
    assert judge(program, log).decisions[0]["reason"] == outcome


@pytest.mark.parametrize(
    ("at", "reason"),
    [(DAY - 1, "outside-program"), (DAY, None), (2 * DAY - 1, None), (2 * DAY, "outside-program")],
)
def test_a_program_goes_from_its_start_up_to_its_end(
    judge: Judge, log: Logbook, at: Any, reason: Any
) -> None:
    program = design([milestone(occurrence="each")], starts=log.start + DAY, ends=log.start + 2 * DAY)
    referred(log, "fred")
    log.buy("fred", at=at, received=3 * DAY)
    assert judge(program, log).decisions[0]["reason"] == reason


def test_outside_the_program_comes_before_the_occurrence(judge: Judge, log: Logbook) -> None:
    program = design([milestone(occurrence=2, within=HOUR)], starts=log.start + DAY)
    referred(log, "fred")
    log.buy("fred", at=3 * HOUR)
    assert outcomes(judge(program, log)) == [("ignored", "outside-program")]


def test_the_nth_is_counted_over_accepted_events_of_the_type_that_stand_whatever_ignored_them(
    judge: Judge, log: Logbook
) -> None:
    program = design([milestone(occurrence=3)], starts=log.start + 2)
    log.buy("fred", at=0)  # unattributed
    referred(log, "fred", at=1)
    first = log.buy("fred", at=1)  # outside the program
    log.reverse(first, at=1)
    log.buy("gina", at=1)
    log.buy("fred", kind="bill.paid", at=1)
    log.buy("fred", at=3)
    log.buy("fred", at=4)
    reasons = [row["reason"] for row in judge(program, log).decisions if row["friend"] == "fred"]
    assert reasons == ["unattributed", "outside-program", "occurrence", None]


def test_the_nth_is_by_log_order_not_by_when_it_occurred(judge: Judge, log: Logbook) -> None:
    referred(log, "fred")
    log.buy("fred", at=2 * HOUR, key="first-received")
    log.buy("fred", at=1 * HOUR, received=2 * HOUR, key="first-occurred")
    rows = judge(PROGRAM, log)
    assert [(d["event_id"], d["reason"]) for d in rows.decisions] == [
        ("first-received", None),
        ("first-occurred", "occurrence"),
    ]


def test_a_duplicate_is_not_counted_as_an_occurrence(judge: Judge, log: Logbook) -> None:
    program = design([milestone(occurrence=2)])
    referred(log, "fred")
    first = log.buy("fred", at=1)
    log.steps.append(dict(first))
    log.buy("fred", at=2)
    assert outcomes(judge(program, log)) == [("ignored", "occurrence"), ("qualified", None)]


def test_any_qualifies_once_by_the_first_that_passes(judge: Judge, log: Logbook) -> None:
    program = design([milestone(occurrence="any")], rules=[rule("big", "amount >= 10")])
    referred(log, "fred")
    for at, amount in enumerate((500, 1000, 2000, 500), 1):
        log.buy("fred", at=at, amount=amount)
    assert outcomes(judge(program, log)) == [
        ("refused", "big"),
        ("qualified", None),
        ("ignored", "occurrence"),
        ("ignored", "occurrence"),
    ]


def test_each_qualifies_every_time(judge: Judge, log: Logbook) -> None:
    program = design([milestone(occurrence="each")])
    referred(log, "fred")
    for at in range(3):
        log.buy("fred", at=at)
    assert outcomes(judge(program, log)) == [("qualified", None)] * 3


def test_for_any_a_decision_in_review_has_not_qualified(judge: Judge, log: Logbook) -> None:
    program = design([milestone(occurrence="any")], rules=[rule("small", "amount < 10", on_fail="review")])
    referred(log, "fred")
    log.buy("fred", at=1, amount=2000)
    log.buy("fred", at=2, amount=500)
    log.buy("fred", at=3, amount=500)
    assert outcomes(judge(program, log)) == [
        ("review", "small"),
        ("qualified", None),
        ("ignored", "occurrence"),
    ]


def test_for_any_one_whose_conversion_was_reversed_has_qualified(judge: Judge, log: Logbook) -> None:
    program = design([milestone(occurrence="any")])
    referred(log, "fred")
    log.reverse(log.buy("fred", at=1), at=2)
    log.buy("fred", at=3)
    assert outcomes(judge(program, log)) == [("qualified", None), ("ignored", "occurrence")]


def test_any_is_by_friend_and_by_milestone(judge: Judge, log: Logbook) -> None:
    program = design([milestone("one", occurrence="any"), milestone("two", occurrence="any")])
    referred(log, "fred", "gina")
    log.buy("fred", at=1)
    log.buy("gina", at=2)
    assert outcomes(judge(program, log)) == [("qualified", None)] * 4


@pytest.mark.parametrize(("at", "reason"), [(DAY, None), (DAY + 1, "too-late")])
def test_within_is_counted_from_the_touch_and_its_end_is_in_time(
    judge: Judge, log: Logbook, at: Any, reason: Any
) -> None:
    program = design([milestone(within=DAY)])
    log.link("ann", "A")
    log.visit("fred", "A", at=0)
    log.claim("fred", at=HOUR)
    log.buy("fred", at=at, received=5 * DAY)
    assert judge(program, log).decisions[0]["reason"] == reason


def test_occurrence_comes_before_too_late(judge: Judge, log: Logbook) -> None:
    program = design([milestone(within=DAY)])
    referred(log, "fred")
    log.buy("fred", at=1)
    log.buy("fred", at=2 * DAY)
    assert outcomes(judge(program, log))[1] == ("ignored", "occurrence")


def test_an_ignored_conversion_has_no_rules_evaluated(judge: Judge, log: Logbook) -> None:
    program = design([milestone(occurrence=2)], rules=[rule("new", "new_customer")])
    referred(log, "fred")
    log.buy("fred", at=1)
    assert judge(program, log).decisions[0]["failed"] == []


def test_every_rule_is_evaluated_and_the_failing_ones_are_kept_in_file_order(
    judge: Judge, log: Logbook
) -> None:
    program = design(
        rules=[
            rule("one", "amount > 100", on_fail="review"),
            rule("two", "method = 'code'"),
            rule("three", "new_customer"),
            rule("four", "channel = 'chat'"),
        ]
    )
    referred(log, "fred")
    log.buy("fred", at=1, amount=500)
    row = judge(program, log).decisions[0]
    assert row["failed"] == [["one", "fail"], ["three", "missing"], ["four", "fail"]]
    # The first failing rule that refuses, though one to review failed before it.
    assert (row["outcome"], row["reason"]) == ("refused", "three:missing")


def test_when_only_rules_to_review_fail_it_goes_to_review_with_the_first_of_them(
    judge: Judge, log: Logbook
) -> None:
    program = design(
        rules=[
            rule("one", "new_customer", on_fail="review"),
            rule("two", "amount > 100", on_fail="review"),
            rule("three", "method = 'code'"),
        ]
    )
    referred(log, "fred")
    log.buy("fred", at=1, amount=500)
    row = judge(program, log).decisions[0]
    assert (row["outcome"], row["reason"]) == ("review", "one:missing")
    assert row["failed"] == [["one", "missing"], ["two", "fail"]]


def test_a_rule_holds_for_the_milestones_it_names(judge: Judge, log: Logbook) -> None:
    program = design(
        [milestone("one"), milestone("two")], rules=[rule("never", "amount < 0", milestones=["two"])]
    )
    referred(log, "fred")
    log.buy("fred", at=1, amount=5)
    assert outcomes(judge(program, log)) == [("qualified", None), ("refused", "never")]


# ---------------------------------------------------------------------- verdicts

REVIEWED = design([milestone(occurrence="each")], rules=[rule("small", "amount < 10", on_fail="review")])


def test_approving_makes_it_qualified_without_a_reason_and_keeps_the_failed_rules(
    judge: Judge, log: Logbook
) -> None:
    referred(log, "fred")
    bought = log.buy("fred", at=1, amount=2000)
    log.verdict(bought, at=DAY)
    rows = judge(REVIEWED, log)
    row = rows.decisions[0]
    assert (row["outcome"], row["reason"], row["decided_at"]) == ("qualified", None, log.start + DAY)
    assert row["failed"] == [["small", "fail"]]
    assert len(rows.rewards) == 1


def test_declining_makes_it_refused(judge: Judge, log: Logbook) -> None:
    referred(log, "fred")
    log.verdict(log.buy("fred", at=1, amount=2000), "decline", at=DAY)
    rows = judge(REVIEWED, log)
    row = rows.decisions[0]
    assert (row["outcome"], row["reason"], row["decided_at"]) == ("refused", "declined", log.start + DAY)
    assert row["failed"] == [["small", "fail"]]
    assert rows.rewards == []


@pytest.mark.parametrize(("first", "then"), [("approve", "decline"), ("decline", "approve")])
def test_a_decision_is_settled_once(judge: Judge, log: Logbook, first: Any, then: Any) -> None:
    referred(log, "fred")
    bought = log.buy("fred", at=1, amount=2000)
    log.verdict(bought, first, at=2)
    log.verdict(bought, then, at=3)
    row = judge(REVIEWED, log).decisions[0]
    assert row["outcome"] == ("qualified" if first == "approve" else "refused")
    assert row["decided_at"] == log.start + 2


def test_a_verdict_before_the_decision_has_no_effect(judge: Judge, log: Logbook) -> None:
    referred(log, "fred")
    log.verdict(("client/shop", "order-1"), at=1)
    log.buy("fred", at=2, amount=2000, key="order-1")
    assert outcomes(judge(REVIEWED, log)) == [("review", "small")]


def test_a_verdict_on_what_is_not_in_review_has_no_effect(judge: Judge, log: Logbook) -> None:
    referred(log, "fred")
    fine = log.buy("fred", at=1, amount=500)
    log.verdict(fine, "decline", at=2)
    ignored = log.buy("gina", at=3, amount=2000)
    log.verdict(ignored, at=4)
    assert outcomes(judge(REVIEWED, log)) == [("qualified", None), ("ignored", "unattributed")]


def test_a_verdict_names_source_id_and_milestone(judge: Judge, log: Logbook) -> None:
    referred(log, "fred")
    log.buy("fred", at=1, amount=2000, key="x", source="client/shop")
    log.buy("fred", at=2, amount=2000, key="x", source="client/crm")
    log.verdict(("client/shop", "y"), at=3)
    log.verdict(("client/shop", "x"), milestone="sold", at=4)
    log.verdict(("client/crm", "x"), at=5)
    assert outcomes(judge(REVIEWED, log)) == [("review", "small"), ("qualified", None)]


def test_a_verdict_settles_one_milestone_of_a_conversion(judge: Judge, log: Logbook) -> None:
    program = design(
        [milestone("one"), milestone("two")], rules=[rule("small", "amount < 10", on_fail="review")]
    )
    referred(log, "fred")
    bought = log.buy("fred", at=1, amount=2000)
    log.verdict(bought, milestone="two", at=2)
    assert outcomes(judge(program, log)) == [("review", "small"), ("qualified", None)]


def test_for_any_an_approval_after_another_has_qualified_is_ignored(judge: Judge, log: Logbook) -> None:
    program = design([milestone(occurrence="any")], rules=[rule("small", "amount < 10", on_fail="review")])
    referred(log, "fred")
    waiting = log.buy("fred", at=1, amount=2000)
    other = log.buy("fred", at=2, amount=3000)
    log.verdict(other, at=3)
    log.verdict(waiting, at=4)
    rows = judge(program, log)
    assert outcomes(rows) == [("ignored", "occurrence"), ("qualified", None)]
    assert rows.decisions[0]["decided_at"] == log.start + 4
    assert rows.decisions[0]["failed"] == [["small", "fail"]]
    assert len(rows.rewards) == 1


def test_for_any_a_decline_after_another_has_qualified_is_still_a_refusal(judge: Judge, log: Logbook) -> None:
    program = design([milestone(occurrence="any")], rules=[rule("small", "amount < 10", on_fail="review")])
    referred(log, "fred")
    waiting = log.buy("fred", at=1, amount=2000)
    log.buy("fred", at=2, amount=300)
    log.verdict(waiting, "decline", at=4)
    assert outcomes(judge(program, log))[0] == ("refused", "declined")


def test_for_any_an_approval_lets_no_later_one_qualify(judge: Judge, log: Logbook) -> None:
    program = design([milestone(occurrence="any")], rules=[rule("small", "amount < 10", on_fail="review")])
    referred(log, "fred")
    log.verdict(log.buy("fred", at=1, amount=2000), at=2)
    log.buy("fred", at=3, amount=500)
    assert outcomes(judge(program, log)) == [("qualified", None), ("ignored", "occurrence")]


def test_a_decision_in_review_stays_there_when_its_conversion_is_reversed(judge: Judge, log: Logbook) -> None:
    referred(log, "fred")
    bought = log.buy("fred", at=1, amount=2000)
    log.reverse(bought, at=2)
    rows = judge(REVIEWED, log)
    assert outcomes(rows) == [("review", "small")]
    assert rows.rewards == []


def test_a_decision_in_review_whose_conversion_was_reversed_can_be_approved(
    judge: Judge, log: Logbook
) -> None:
    referred(log, "fred")
    bought = log.buy("fred", at=1, amount=2000)
    log.reverse(bought, at=2)
    log.verdict(bought, at=3)
    rows = judge(REVIEWED, log)
    assert outcomes(rows) == [("qualified", None)]
    assert [(r["state"], r["state_at"]) for r in rows.rewards] == [("voided", log.start + 3)]


# ---------------------------------------------------------------------- versions


def test_a_conversion_is_judged_under_the_version_in_force_as_it_is_received(
    judge: Judge, log: Logbook
) -> None:
    old = design([milestone(occurrence="each")])
    new = design([milestone(occurrence="each")], rules=[rule("never", "amount < 0")])
    referred(log, "fred")
    log.buy("fred", at=5, amount=1)
    log.change(new, at=5)
    log.buy("fred", at=4, received=5, amount=1)  # occurred before the change, received after it
    assert outcomes(judge(old, log)) == [("qualified", None), ("refused", "never")]


def test_milestones_are_the_same_across_versions_when_their_names_are(judge: Judge, log: Logbook) -> None:
    old = design([milestone("x", occurrence="any")])
    new = design([milestone("y", event="bill.paid"), milestone("x", event="bill.paid", occurrence="any")])
    referred(log, "fred")
    log.buy("fred", at=1)
    log.change(new, at=2)
    log.buy("fred", kind="bill.paid", at=3)
    assert [(d["milestone"], d["outcome"]) for d in judge(old, log).decisions] == [
        ("x", "qualified"),
        ("y", "qualified"),
        ("x", "ignored"),
    ]


def test_the_nth_counts_events_from_before_a_change(judge: Judge, log: Logbook) -> None:
    old, new = design([milestone(event="bill.paid")]), design([milestone(occurrence=2)])
    referred(log, "fred")
    log.buy("fred", at=1)
    log.change(new, at=2)
    log.buy("fred", at=3)
    assert outcomes(judge(old, log)) == [("qualified", None)]


def test_a_verdict_keeps_the_version_its_conversion_was_judged_under(judge: Judge, log: Logbook) -> None:
    old = design(
        [milestone(occurrence="any")],
        [reward(value=700, hold=DAY)],
        rules=[rule("small", "amount < 10", on_fail="review")],
    )
    new = design([milestone("other", occurrence="each")], [reward(on="other", value=900)])
    referred(log, "fred")
    bought = log.buy("fred", at=HOUR, amount=2000)
    log.change(new, at=2 * HOUR)
    log.verdict(bought, at=3 * HOUR)
    rows = judge(old, log)
    assert outcomes(rows) == [("qualified", None)]
    assert [(r["value_minor"], r["due_at"]) for r in rows.rewards] == [(700, log.start + HOUR + DAY)]


def test_whether_any_is_meant_is_asked_of_the_version_of_the_decision_in_review(
    judge: Judge, log: Logbook
) -> None:
    """In review as `any`; while it waits the milestone becomes `each` and qualifies once."""
    review = [rule("small", "amount < 10", on_fail="review")]
    old = design([milestone(occurrence="any")], rules=review)
    new = design([milestone(occurrence="each")], rules=review)
    referred(log, "fred")
    first = log.buy("fred", at=1, amount=2000)
    log.change(new, at=2)
    log.buy("fred", at=3, amount=100)
    second = log.buy("fred", at=4, amount=2000)
    log.verdict(second, at=5)
    log.verdict(first, at=6)
    assert outcomes(judge(old, log)) == [
        ("ignored", "occurrence"),
        ("qualified", None),
        ("qualified", None),
    ]

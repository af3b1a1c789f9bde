"""What stands: reversals that wait, won disputes, occurrence, and lines that fall and come back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.engine.designs import DAY, HOUR, WEEK, cap, design, milestone, reward, rule
from tests.engine.logbook import Judge, Logbook, referred, states
from tests.engine.oracle import Entry

EACH = milestone(occurrence="each")
ANY = milestone(occurrence="any")
KEPT = reward(hold=DAY, clawback=WEEK)
Trail = Callable[..., list[Entry]]


def moments(log: Logbook, rows: Any) -> list[tuple[str, int, int]]:
    """State, when it came to it, and when it is or was due, of each reward from the start of the log."""
    return [(r["state"], r["state_at"] - log.start, r["due_at"] - log.start) for r in rows.rewards]


def outcomes(rows: Any) -> list[str]:
    return [row["reason"] or row["outcome"] for row in rows.decisions]


def said(entries: list[Entry], kind: str) -> list[str]:
    return [entry.detail for entry in entries if entry.kind == kind]


# ---------------------------------------------------------------------- reversals


def test_a_refund_that_names_no_customer_takes_back(judge: Judge, log: Logbook) -> None:
    referred(log)
    bought = log.buy("fred", at=0, amount=500)
    log.add("conversion.reversed", None, HOUR, HOUR, "client/shop", reverses=bought["id"])
    assert moments(log, judge(design(rewards=[KEPT]), log)) == [("voided", HOUR, DAY)]


def test_of_reversals_that_wait_the_first_that_fits_has_effect_as_the_conversion_comes(
    judge: Judge, trail: Trail, log: Logbook
) -> None:
    referred(log)
    order = ("client/shop", "order-1")
    log.reverse(order, received=1, subject="mallory")
    log.reverse(order, received=2)
    log.reverse(order, received=3)
    log.buy("fred", at=0, received=HOUR, key="order-1")
    program = design(rewards=[KEPT])
    assert moments(log, judge(program, log)) == [("voided", HOUR, DAY)]
    assert said(trail(program, log), "reversal-waiting") == ["not-received"] * 3
    assert said(trail(program, log), "reversal-without-effect") == ["other-subject", "already-reversed"]


def test_a_reversal_that_changes_no_reward_is_told_so_where_a_conversion_has_none(
    trail: Trail, log: Logbook
) -> None:
    referred(log)
    log.reverse(log.buy("fred", at=0, amount=5), received=HOUR)
    program = design(rules=[rule("never", "amount > 1000")])
    assert said(trail(program, log), "reversal-without-effect") == ["nothing-to-undo"]


@pytest.mark.parametrize(("received", "wanted"), [(DAY + WEEK, []), (DAY + WEEK + 1, ["nothing-to-undo"])])
def test_a_clawback_ends_with_its_last_millisecond(
    trail: Trail, log: Logbook, received: int, wanted: list[str]
) -> None:
    referred(log)
    log.reverse(log.buy("fred", at=0), received=received)
    assert said(trail(design(rewards=[KEPT]), log), "reversal-without-effect") == wanted


# ---------------------------------------------------------------------- reinstatements


def test_a_dispute_that_is_won_before_the_release_is_released_when_it_was_due(
    judge: Judge, log: Logbook
) -> None:
    referred(log)
    bought = log.buy("fred", at=0)
    log.reverse(bought, received=HOUR)
    log.reinstate(bought, received=2 * HOUR)
    program = design(rewards=[KEPT])
    assert moments(log, judge(program, log)) == [("pending", 2 * HOUR, DAY)]
    assert moments(log, judge(program, log, now=DAY)) == [("issued", DAY, DAY)]


def test_a_dispute_that_is_won_after_the_claw_back_is_paid_again_once(judge: Judge, log: Logbook) -> None:
    referred(log)
    bought = log.buy("fred", at=0)
    log.reverse(bought, received=2 * DAY)
    log.reinstate(bought, received=3 * DAY)
    program = design(rewards=[KEPT])
    assert moments(log, judge(program, log)) == [("pending", 3 * DAY, 3 * DAY)]
    assert moments(log, judge(program, log, now=3 * DAY)) == [("issued", 3 * DAY, 3 * DAY)]
    # The clawback runs from the new issue: to the eighth day after it and no longer.
    log.reverse(bought, received=3 * DAY + WEEK)
    assert moments(log, judge(program, log)) == [("revoked", 3 * DAY + WEEK, 3 * DAY)]


def test_a_won_dispute_ends_capped_where_another_has_taken_the_room(judge: Judge, log: Logbook) -> None:
    referred(log, "fred", "gina")
    first = log.buy("fred", at=0)
    log.reverse(first, received=HOUR)
    log.buy("gina", at=2 * HOUR)
    log.reinstate(first, received=3 * HOUR)
    program = design(rewards=[reward(clawback=WEEK, caps=[cap("lifetime", count=1)])])
    assert states(judge(program, log, now=DAY)) == ["capped", "issued"]


def test_what_a_reinstatement_names_in_vain_is_told(trail: Trail, log: Logbook) -> None:
    referred(log)
    bought = log.buy("fred", at=0)
    log.reinstate(("client/shop", "nothing"), received=1)
    log.reinstate(bought, received=2)
    log.reverse(bought, received=3)
    log.reinstate(bought, received=4, subject="mallory")
    log.reinstate(("client/crm", bought["id"]), received=5)
    log.reinstate(bought, received=6, subject="fred")
    log.reinstate(bought, received=7)
    assert said(trail(design(rewards=[KEPT]), log), "reinstatement-without-effect") == [
        "unknown",
        "standing",
        "other-subject",
        "unknown",
        "standing",
    ]


def test_a_reversal_before_the_verdict_and_a_won_dispute_after_it(judge: Judge, log: Logbook) -> None:
    referred(log)
    bought = log.buy("fred", at=0, amount=2000)
    log.reverse(bought, received=HOUR)
    log.verdict(bought, at=2 * HOUR)
    program = design(rewards=[KEPT], rules=[rule("small", "amount < 10", "review")])
    assert moments(log, judge(program, log)) == [("voided", 2 * HOUR, DAY)]
    log.reinstate(bought, received=2 * DAY)
    assert moments(log, judge(program, log)) == [("pending", 2 * DAY, 2 * DAY)]


# ---------------------------------------------------------------------- occurrence


def test_an_order_that_is_declined_and_then_paid_earns_the_reward_once(judge: Judge, log: Logbook) -> None:
    referred(log)
    declined = log.buy("fred", at=0)
    log.reverse(declined, received=HOUR)
    log.buy("fred", at=2 * HOUR)
    log.buy("fred", at=3 * HOUR)
    for mark in (milestone(), ANY):
        rows = judge(design([mark], [KEPT]), log, now=WEEK)
        assert outcomes(rows) == ["qualified", "qualified", "occurrence"]
        assert states(rows) == ["voided", "issued"]


def test_who_withdraws_after_the_payment_and_comes_again_is_not_paid_twice(
    judge: Judge, log: Logbook
) -> None:
    referred(log)
    bought = log.buy("fred", at=0)
    log.reverse(bought, received=2 * DAY)
    log.buy("fred", at=3 * DAY)
    for mark in (milestone(), ANY):
        # Without a clawback the first stays paid, so the milestone is gone; with one it is free again.
        assert states(judge(design([mark], [reward(hold=DAY)]), log, now=WEEK)) == ["issued"]
        assert states(judge(design([mark], [KEPT]), log, now=WEEK)) == ["revoked", "issued"]


def test_the_second_bill_counts_those_that_stand(judge: Judge, log: Logbook) -> None:
    referred(log)
    log.buy("fred", at=0)
    second = log.buy("fred", at=1)
    log.buy("fred", at=2)
    log.reverse(second, at=3)
    log.buy("fred", at=4)
    rows = judge(design([milestone(occurrence=2)], [KEPT]), log)
    # One; two, which takes it; three, beside the second that stands; the second fell, and two stand before it.
    assert outcomes(rows) == ["occurrence", "qualified", "occurrence", "qualified"]


def test_an_event_that_is_too_late_takes_its_place_all_the_same(judge: Judge, log: Logbook) -> None:
    referred(log)
    log.buy("fred", at=2 * DAY)
    log.buy("fred", at=HOUR, received=3 * DAY)
    rows = judge(design([milestone(within=DAY)]), log)
    assert outcomes(rows) == ["too-late", "occurrence"]


def test_purchases_of_before_the_milestone_was_in_the_program_take_their_places(
    judge: Judge, log: Logbook
) -> None:
    referred(log, "fred", "gina")
    old = log.buy("fred", at=0)
    log.change(design([milestone("second", occurrence=1)], [reward(on="second")]), at=1)
    log.buy("fred", at=2)
    log.buy("gina", at=2)
    log.reverse(old, at=3)
    log.buy("fred", at=4)
    rows = judge(design([milestone("bought")]), log)
    assert [(r["friend"], r["reason"] or r["outcome"]) for r in rows.decisions[1:]] == [
        ("fred", "occurrence"),
        ("gina", "qualified"),
        ("fred", "qualified"),  # the old one fell
    ]


def test_an_approval_beside_a_decision_that_stands_is_ignored(judge: Judge, log: Logbook) -> None:
    referred(log)
    first = log.buy("fred", at=0, amount=2000)
    log.reverse(first, at=1)
    log.buy("fred", at=2, amount=500)
    log.verdict(first, at=3)
    for mark in (milestone(), ANY):
        rows = judge(design([mark], rules=[rule("small", "amount < 10", "review")]), log)
        assert outcomes(rows) == ["occurrence", "qualified"]


def test_a_decision_stays_as_it_was_beside_another_that_took_the_milestone_meanwhile(
    judge: Judge, log: Logbook
) -> None:
    referred(log)
    first = log.buy("fred", at=0)
    log.reverse(first, at=1)
    log.buy("fred", at=2)
    log.reinstate(first, at=3)
    rows = judge(design([milestone()], [KEPT]), log, now=WEEK)
    assert outcomes(rows) == ["qualified", "qualified"]
    assert states(rows) == ["issued", "issued"]


# ---------------------------------------------------------------------- numbers


THIRD = design([milestone()], [reward(hold=DAY, clawback=60 * DAY, every=3)])


def three(log: Logbook, *friends: str) -> list[dict[str, Any]]:
    referred(log, *friends)
    return [log.buy(friend, at=day * DAY) for day, friend in enumerate(friends)]


def test_two_of_three_friends_are_refunded_and_the_bonus_waits_for_three_that_stand(
    judge: Judge, log: Logbook
) -> None:
    orders = three(log, "f1", "f2", "f3")
    # After the third's release the bonus is paid; two are refunded: it stays, but the next three pay one bonus only
    # when three stand again beside it.
    log.reverse(orders[0], received=4 * DAY)
    log.reverse(orders[1], received=4 * DAY)
    for day, friend in enumerate(("f4", "f5", "f6", "f7", "f8"), start=5):
        log.claim(friend, code="A", at=day * DAY)
        log.buy(friend, at=day * DAY)
    rows = judge(THIRD, log, now=30 * DAY)
    # f3 holds the bonus of one standing; f4 2, f5 3: E = 1 is taken; f6 4, f7 5, f8 6: E = 2, paid.
    assert states(rows) == [
        "voided", "voided", "issued", "counted", "counted", "counted", "counted", "issued"
    ]  # fmt: skip


def test_a_bonus_lost_with_its_friend_is_earned_again_by_the_next(judge: Judge, log: Logbook) -> None:
    orders = three(log, "f1", "f2", "f3")
    log.reverse(orders[2], received=5 * DAY)
    log.claim("f4", code="A", at=6 * DAY)
    log.buy("f4", at=6 * DAY)
    assert states(judge(THIRD, log, now=30 * DAY)) == ["counted", "counted", "revoked", "issued"]


def test_two_friends_that_stand_are_no_three(judge: Judge, log: Logbook) -> None:
    referred(log, "f1", "f2", "f3")
    first = log.buy("f1", at=0)
    log.buy("f2", at=DAY)
    log.reverse(first, received=3 * DAY)  # after its own release
    log.buy("f3", at=4 * DAY)
    assert states(judge(THIRD, log, now=30 * DAY)) == ["voided", "counted", "counted"]


def test_a_punch_card_never_pays_twice_for_the_same_friends(judge: Judge, log: Logbook) -> None:
    """The farm: the third is refunded and bought again, over and over; the bonus is paid but once."""
    orders = three(log, "f1", "f2", "f3")
    program = design([milestone()], [reward(clawback=60 * DAY, every=3)])
    last = orders[2]
    for day in range(3, 8):
        log.reverse(last, received=day * DAY)
        last = log.buy("f3", at=day * DAY + HOUR)
    rows = judge(program, log, now=30 * DAY)
    assert states(rows) == ["counted", "counted", *["revoked"] * 5, "issued"]


# ---------------------------------------------------------------------- room


def test_a_reward_taken_back_gives_its_room_back_unless_the_cap_says_otherwise(
    judge: Judge, log: Logbook
) -> None:
    orders = three(log, "f1", "f2")
    log.reverse(orders[0], received=2 * DAY)
    log.claim("f3", code="A", at=3 * DAY)
    log.buy("f3", at=3 * DAY)
    for returns, wanted in ((True, "issued"), (False, "capped")):
        limit = cap("lifetime", count=2, returns=returns)
        rows = judge(design(rewards=[reward(clawback=WEEK, caps=[limit])]), log, now=30 * DAY)
        assert states(rows) == ["revoked", "issued", wanted]

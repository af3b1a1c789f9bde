"""At the release: what a line is kept for, and the facts of standing and closed accounts."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.program.model import Attribute, Budget
from tests.engine.designs import DAY, HOUR, WEEK, cap, design, milestone, reward, rule
from tests.engine.logbook import Judge, Logbook, attributes

EACH = milestone(occurrence="each")


def referred(log: Logbook, *friends: str) -> None:
    log.link("ann", "A", at=0)
    for friend in friends or ("fred",):
        log.claim(friend, code="A", at=0)


def ends(log: Logbook, rows: Any) -> list[tuple[str, str | None, int]]:
    return [(r["state"], r["reason"], r["state_at"] - log.start) for r in rows.rewards]


def outcomes(rows: Any) -> list[str]:
    return [row["reason"] or row["outcome"] for row in rows.decisions]


# ---------------------------------------------------------------------- keep_if


@pytest.mark.parametrize(
    ("confirmed", "wanted"),
    [(True, ("issued", None)), (False, ("forfeited", "keep_if")), (None, ("forfeited", "keep_if:missing"))],
)
def test_a_line_is_kept_where_its_condition_is_true_at_the_release(
    judge: Judge, log: Logbook, confirmed: bool | None, wanted: tuple[str, str | None]
) -> None:
    referred(log)
    log.buy("fred", at=0)
    if confirmed is not None:
        log.add("eligibility.confirmed", "fred", DAY, DAY, eligible=confirmed)  # in the moment of the release
    rows = judge(design(rewards=[reward(hold=DAY, keep_if="eligible")]), log, now=DAY)
    assert ends(log, rows) == [(*wanted, DAY)]


def test_an_account_that_was_closed_between_conversion_and_payout_gets_nothing(
    judge: Judge, log: Logbook
) -> None:
    referred(log, "fred", "gina")
    log.buy("fred", at=0)
    log.close("ann", at=HOUR)
    log.buy("gina", at=2 * DAY)
    log.reopen("ann", at=3 * DAY)
    program = design(rewards=[reward(hold=2 * DAY, keep_if="NOT recipient_closed")])
    rows = judge(program, log, now=WEEK)
    assert ends(log, rows) == [("forfeited", "keep_if", 2 * DAY), ("issued", None, 4 * DAY)]


def test_whose_account_is_closed_goes_by_the_role_and_a_communitys_is_not(judge: Judge, log: Logbook) -> None:
    log.identified("ann", at=0, community="north")
    referred(log)
    log.buy("fred", at=0)
    log.close("ann", at=1)
    kept = "NOT recipient_closed"
    roles: tuple[Any, ...] = ("referrer", "friend", "community")
    rewards = [reward(role, to=role, hold=DAY, keep_if=kept) for role in roles]
    rewards.append(reward("both", to="friend", hold=DAY, keep_if="NOT (friend_closed OR referrer_closed)"))
    rows = judge(design(rewards=rewards), log, now=WEEK)
    assert [(r["reward"], r["state"]) for r in rows.rewards] == [
        ("referrer", "forfeited"),
        ("friend", "issued"),
        ("community", "issued"),
        ("both", "forfeited"),
    ]


def test_a_forfeited_line_has_no_number_takes_no_room_and_does_not_come_back(
    judge: Judge, log: Logbook
) -> None:
    referred(log)
    first = log.buy("fred", at=0, amount=100)
    log.buy("fred", at=1, amount=2_000)
    log.reverse(first, received=2)
    log.reinstate(first, received=3)
    kept = reward(clawback=WEEK, keep_if="amount > 10", tier=(1, 1), caps=[cap("lifetime", count=1)])
    rows = judge(design([EACH], [kept]), log, now=DAY)
    assert [(r["state"], r["reason"]) for r in rows.rewards] == [("forfeited", "keep_if"), ("issued", None)]


def test_the_amount_is_that_of_the_release(judge: Judge, log: Logbook) -> None:
    referred(log)
    log.adjust(log.buy("fred", at=0, amount=5_000), 500, received=HOUR)
    rows = judge(design(rewards=[reward(hold=DAY, keep_if="amount >= 10")]), log, now=DAY)
    assert ends(log, rows) == [("forfeited", "keep_if", DAY)]


def test_both_must_have_paid_two_bills_by_the_release(judge: Judge, log: Logbook) -> None:
    referred(log)
    log.buy("fred", at=0)
    for day in (1, 2):
        log.buy("fred", at=day * DAY, kind="bill.paid")
    log.buy("ann", at=DAY, kind="bill.paid")
    bills = "friend_bill_paid_count >= 2 AND referrer_bill_paid_count >= 2"
    program = design(rewards=[reward(hold=3 * DAY, keep_if=bills)])
    assert ends(log, judge(program, log, now=3 * DAY)) == [("forfeited", "keep_if", 3 * DAY)]
    log.buy("ann", at=3 * DAY, kind="bill.paid")
    assert ends(log, judge(program, log, now=3 * DAY)) == [("issued", None, 3 * DAY)]


def test_what_is_fixed_with_the_conversion_is_known_of_one_that_was_approved_later(
    judge: Judge, log: Logbook
) -> None:
    log.link("ann", "A", at=0)
    log.visit("fred", "A", at=0, channel="email")
    bought = log.buy("fred", at=DAY, outcome="sim-only", new_customer=True)
    log.verdict(bought, received=2 * DAY)
    kept = "channel = 'email' AND method = 'link' AND outcome = 'sim-only' AND new_customer AND touch_age_days = 1"
    rewards = [reward(hold=HOUR, keep_if=kept), reward("other", hold=HOUR, keep_if=f"NOT ({kept})")]
    rules = [rule("amount", "amount > 0", on_fail="review")]
    rows = judge(design(rewards=rewards, rules=rules), log, now=3 * DAY)
    assert ends(log, rows) == [("issued", None, 2 * DAY), ("forfeited", "keep_if", 2 * DAY)]


def test_what_waited_is_forfeited_where_its_value_is_of_another_type_by_then(
    judge: Judge, log: Logbook
) -> None:
    said, waits = (Attribute("vip", "customer", "bool"),), Budget(short="wait")
    kept = reward(keep_if="friend_vip", caps=[cap("lifetime", count=2)])
    small = design([EACH], [kept], budget=1_500, terms=waits, attributes=said)
    referred(log)
    log.identified("fred", at=0, attributes=attributes(vip=True))
    for moment in range(2):
        log.buy("fred", at=moment)
    log.identified("fred", at=2, attributes=attributes(vip="yes"))
    log.change(design([EACH], [kept], budget=5_000, terms=waits, attributes=said), at=3)
    log.identified("fred", at=4, attributes=attributes(vip=True))
    log.buy("fred", at=5)  # has the room that is free again
    assert ends(log, judge(small, log, now=DAY)) == [
        ("issued", None, 0),
        ("forfeited", "keep_if:missing", 3),
        ("issued", None, 5),
    ]


def test_a_won_dispute_is_asked_again_whether_the_reward_is_kept(judge: Judge, log: Logbook) -> None:
    referred(log, "fred", "gina")
    kept = reward(hold=HOUR, clawback=WEEK, keep_if="NOT recipient_closed")
    for friend in ("fred", "gina"):
        log.buy(friend, at=0, key=friend)
        log.reverse(("client/shop", friend), received=DAY, subject=friend)  # both were issued
    log.reinstate(("client/shop", "fred"), received=2 * DAY)
    log.close("ann", at=3 * DAY)
    log.reinstate(("client/shop", "gina"), received=4 * DAY)
    rows = judge(design(rewards=[kept]), log, now=WEEK)
    assert ends(log, rows) == [("issued", None, 2 * DAY), ("forfeited", "keep_if", 4 * DAY)]


def test_whoever_gets_the_reward_is_the_person_of_a_merge(judge: Judge, log: Logbook) -> None:
    referred(log)
    log.buy("fred", at=0)
    log.close("guest", at=1)
    log.merge("ann", "guest", at=2)
    rows = judge(design(rewards=[reward(hold=DAY, keep_if="NOT recipient_closed")]), log, now=DAY)
    assert ends(log, rows) == [("forfeited", "keep_if", DAY)]


# ---------------------------------------------------------------------- facts


def test_conversions_that_stand_are_counted_the_one_judged_in_any_case(judge: Judge, log: Logbook) -> None:
    referred(log)
    order = ("client/shop", "fallen")
    log.reverse(order, received=0)
    log.buy("fred", at=1, key="fallen")  # reversed as it comes, and counted all the same: 1
    log.buy("fred", at=2, kind="bill.paid")  # 1: the first does not stand
    log.buy("fred", at=3)  # 2
    rule_ = rule("one", "friend_conversions = 1")
    other = rule("bills", "friend_bill_paid_count <> 1 AND referrer_conversions = 0")
    rows = judge(design([EACH, milestone("paid", "bill.paid", "each")], rules=[rule_, other]), log)
    assert outcomes(rows) == ["qualified", "bills", "one"]


def test_the_referrers_own_conversions_are_counted(judge: Judge, log: Logbook) -> None:
    referred(log)
    own = log.buy("ann", at=0)
    log.buy("fred", at=1)
    log.reverse(own, received=2)
    log.buy("fred", at=3)
    rows = judge(design([EACH], rules=[rule("customer", "referrer_purchase_completed_count >= 1")]), log)
    assert outcomes(rows) == ["unattributed", "qualified", "customer"]


def test_days_since_the_friends_first_conversion_are_never_negative(judge: Judge, log: Logbook) -> None:
    referred(log)
    log.buy("fred", at=2 * DAY)
    log.buy("fred", at=DAY, received=2 * DAY, kind="bill.paid")  # earlier, and told later: 0 days
    log.buy("fred", at=2 * DAY + HOUR)
    rules = [rule("days", "friend_first_conversion_days = 0")]
    rows = judge(design([EACH, milestone("paid", "bill.paid")], rules=rules), log)
    assert outcomes(rows) == ["qualified", "qualified", "days"]


def test_the_third_of_a_ring_stands_above_the_first(judge: Judge, log: Logbook) -> None:
    """Ann brings bob, bob brings cid, cid brings ann."""
    for referrer, code in (("ann", "A"), ("bob", "B"), ("cid", "C")):
        log.link(referrer, code, at=0)
    for friend, code in (("bob", "A"), ("cid", "B"), ("ann", "C")):
        log.buy(friend, at=1, code=code)
    rows = judge(design(rules=[rule("ring", "NOT friend_is_upline")]), log)
    assert [(r["friend"], r["reason"]) for r in rows.decisions] == [
        ("bob", None),
        ("cid", None),
        ("ann", "ring"),
    ]


def test_ten_heights_are_looked_at_and_no_more(judge: Judge, log: Logbook) -> None:
    """p0 brings p1 … p11 in a row; then p10 and p11 each bring p0: ten and eleven heights up."""
    for place in range(12):
        log.link(f"p{place}", f"C{place}", at=0)
    for place in range(1, 12):
        log.claim(f"p{place}", code=f"C{place - 1}", at=1)
    for last, wanted in ((10, ["ring"]), (11, ["qualified"])):
        again = Logbook(log.start)
        again.steps = list(log.steps)
        again.buy("p0", at=2, code=f"C{last}")
        assert outcomes(judge(design(rules=[rule("ring", "NOT friend_is_upline")]), again)) == wanted


def test_who_refers_themselves_is_not_above_themselves(judge: Judge, log: Logbook) -> None:
    log.link("ann", "A", at=0)
    log.buy("ann", at=1, code="A")
    rules = [rule("ring", "NOT friend_is_upline"), rule("self", "referrer_conversions = 1")]
    assert outcomes(judge(design(rules=rules), log)) == ["qualified"]

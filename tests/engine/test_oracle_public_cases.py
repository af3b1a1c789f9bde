"""What people complained of in public about referral programs, on program files as one would write them now.

The data are made up. Each test is named after what the people expected, or after what the program says instead.
"""

from __future__ import annotations

from typing import Any

import pytest

from simulator.program.load import load_program
from simulator.program.model import Program
from tests.engine.designs import DAY, HOUR, at
from tests.engine.logbook import Judge, Logbook

SHOP = """
[program]
name = "Shop"
currency = "EUR"
[[milestone]]
name = "first"
event = "purchase.paid"
"""


def file(text: str) -> Program:
    return load_program(text, "shop.toml")


def referred(log: Logbook, *friends: str) -> None:
    log.identified("anna", at=0)
    log.link("anna", "ANNA1", at=0)
    for friend in friends:
        log.visit(friend, "ANNA1", at=HOUR)


def paid(log: Logbook, friend: str, day: int, amount: int | None = 5_000, **data: Any) -> dict[str, Any]:
    return log.buy(friend, at=day * DAY, kind="purchase.paid", amount=amount, **data)


def states(rows: Any) -> list[tuple[str, int]]:
    return [(r["state"], r["value_minor"]) for r in rows.rewards]


TEN = (
    '[[reward]]\nname = "ref"\nto = "referrer"\non = "first"\nvalue = 10.00\nhold = "1d"\nclawback = "60d"\n'
)


@pytest.mark.edition2("standing")
def test_who_withdraws_in_the_cooling_off_time_and_joins_again_is_paid_once(
    judge: Judge, log: Logbook
) -> None:
    referred(log, "ben")
    log.reverse(paid(log, "ben", 1, key="first"), received=DAY + HOUR)
    log.visit("ben", "ANNA1", at=5 * DAY)
    paid(log, "ben", 6)
    paid(log, "ben", 7)
    assert states(judge(file(SHOP + TEN), log, now=30 * DAY)) == [("voided", 1_000), ("issued", 1_000)]


@pytest.mark.edition2("standing")
def test_two_rewards_at_most_and_one_taken_back_the_third_friend_pays(judge: Judge, log: Logbook) -> None:
    referred(log, "f1", "f2", "f3")
    first = paid(log, "f1", 1)
    paid(log, "f2", 2)
    log.reverse(first, received=6 * DAY)
    paid(log, "f3", 13)
    capped = TEN + 'caps = [{ count = 2, window = "lifetime" }]\n'
    assert [s for s, _ in states(judge(file(SHOP + capped), log, now=30 * DAY))] == [
        "revoked",
        "issued",
        "issued",
    ]


@pytest.mark.edition2("standing", "budget", "waiting")
@pytest.mark.parametrize(("short", "second"), [('short = "wait"\n', "issued"), ("", "unfunded")])
def test_what_there_were_no_funds_for_is_paid_once_they_are_there_if_the_program_waits(
    judge: Judge, log: Logbook, short: str, second: str
) -> None:
    referred(log, "f1", "f2", "f3")
    paid(log, "f1", 1)
    paid(log, "f2", 2)
    log.change(file(f"{SHOP}{TEN}[budget]\ntotal = 1000.00\n{short}"), at=6 * DAY)
    paid(log, "f3", 13)
    rows = judge(file(f"{SHOP}{TEN}[budget]\ntotal = 15.00\n{short}"), log, now=30 * DAY)
    assert [(r["state"], (r["state_at"] - log.start) // DAY) for r in rows.rewards] == [
        ("issued", 2),
        (second, 6 if second == "issued" else 3),
        ("issued", 14),
    ]


@pytest.mark.edition2("people", "standing")
def test_a_guest_who_claims_and_then_makes_an_account_is_one_person_once_it_is_merged(
    judge: Judge, log: Logbook
) -> None:
    referred(log, "guest77")
    log.claim("guest77", at=2 * HOUR, contact="c-ben")
    log.identified("user9", at=DAY, contact="c-ben")
    log.merge("guest77", "user9", at=DAY)
    paid(log, "user9", 2)
    rows = judge(file(SHOP + TEN), log, now=30 * DAY)
    assert [(r["friend"], r["referrer"]) for r in rows.attributions] == [("guest77", "anna")]
    assert [(r["friend"], r["outcome"]) for r in rows.decisions] == [("user9", "qualified")]
    assert states(rows) == [("issued", 1_000)]


@pytest.mark.edition2("people", "keep_if", "standing")
def test_nothing_more_is_paid_to_an_account_that_is_closed(judge: Judge, log: Logbook) -> None:
    referred(log, "ben", "cat")
    paid(log, "ben", 1)
    log.close("anna", at=DAY + HOUR)
    paid(log, "cat", 4)
    kept = TEN + 'keep_if = "NOT recipient_closed"\n'
    rows = judge(file(SHOP + kept), log, now=30 * DAY)
    assert [(r["state"], r["reason"]) for r in rows.rewards] == [("forfeited", "keep_if")] * 2


@pytest.mark.edition2("counts", "standing")
def test_the_third_of_a_ring_of_three_is_refused(judge: Judge, log: Logbook) -> None:
    for person, code in (("ann", "ANN1"), ("bob", "BOB1"), ("cid", "CID1")):
        log.link(person, code, at=0)
    for day, (friend, code) in enumerate((("bob", "ANN1"), ("cid", "BOB1"), ("ann", "CID1")), start=1):
        log.visit(friend, code, at=day * DAY)
        paid(log, friend, day)
    ring = '[[rule]]\ncode = "ring"\nrequire = "NOT friend_is_upline"\nbecause = "A ring."\n'
    rows = judge(file(SHOP + ring + TEN), log, now=30 * DAY)
    assert [(r["friend"], r["reason"]) for r in rows.decisions] == [
        ("bob", None),
        ("cid", None),
        ("ann", "ring"),
    ]


@pytest.mark.edition2("zones", "caps", "standing")
def test_two_friends_in_two_months_of_auckland_both_pay(judge: Judge, log: Logbook) -> None:
    """Released on 31 January at 23:00 and on 1 February at 1:00 of Auckland: one day of UTC."""
    referred(log, "f1", "f2")
    for friend, moment in (("f1", "2026-01-24T10:00"), ("f2", "2026-01-24T12:00")):
        log.buy(friend, at=at(moment) - log.start, kind="purchase.paid", amount=5_000)
    weekly = TEN.replace('"1d"', '"7d"') + 'caps = [{ count = 1, window = "calendar-month" }]\n'
    text = SHOP.replace('"EUR"', '"NZD"\ntimezone = "Pacific/Auckland"') + weekly
    assert [s for s, _ in states(judge(file(text), log, now=60 * DAY))] == ["issued", "issued"]
    text = text.replace('timezone = "Pacific/Auckland"\n', "")
    assert [s for s, _ in states(judge(file(text), log, now=60 * DAY))] == ["issued", "capped"]


@pytest.mark.edition2("caps", "standing")
def test_a_share_of_the_first_three_payments_of_each_friend(judge: Judge, log: Logbook) -> None:
    referred(log, "f1", "f2")
    for day, friend in enumerate(("f1", "f2", "f1", "f1", "f1", "f2"), start=1):
        log.buy(friend, at=day * DAY, kind="bill.paid", amount=1_000, key=f"{friend}-{day}")
    text = SHOP.replace("purchase.paid", "bill.paid").replace('"first"', '"bill"') + 'occurrence = "each"\n'
    share = '[[reward]]\nname = "ref"\nto = "referrer"\non = "bill"\npercent = 10\n'
    share += 'caps = [{ count = 3, window = "lifetime", per = "friend" }]\n'
    rows = judge(file(text + share), log, now=200 * DAY)
    assert [(r["event_id"], r["state"]) for r in rows.rewards] == [
        ("f1-1", "issued"),
        ("f2-2", "issued"),
        ("f1-3", "issued"),
        ("f1-4", "issued"),
        ("f1-5", "capped"),
        ("f2-6", "issued"),
    ]


@pytest.mark.edition2("standing")
def test_a_dispute_that_is_won_gives_back_what_was_taken_once(judge: Judge, log: Logbook) -> None:
    referred(log, "bob")
    bought = paid(log, "bob", 2)
    log.reverse(bought, received=9 * DAY)
    log.reinstate(bought, received=19 * DAY)
    log.reinstate(bought, received=20 * DAY)
    rows = judge(file(SHOP + TEN), log, now=30 * DAY)
    assert states(rows) == [("issued", 1_000)]
    assert rows.rewards[0]["state_at"] == log.start + 19 * DAY


@pytest.mark.edition2("bounds", "standing")
def test_an_order_in_another_currency_is_converted_or_refused_by_a_rule(judge: Judge, log: Logbook) -> None:
    referred(log, "bob", "cat")
    paid(log, "bob", 1, 100_000, currency="JPY")
    paid(log, "cat", 2, 5_000, currency="GBP")
    rule = '[[rule]]\ncode = "known-amount"\nrequire = "amount IS NOT NULL"\nbecause = "No rate."\n'
    share = '[[reward]]\nname = "ref"\nto = "referrer"\non = "first"\npercent = 10\n'
    rows = judge(file(f"{SHOP}{rule}{share}[rates]\nJPY = 0.0061\n"), log, now=30 * DAY)
    assert [r["reason"] for r in rows.decisions] == [None, "known-amount"]
    assert states(rows) == [("issued", 6_100)]  # 100,000 JPY are 610.00 EUR

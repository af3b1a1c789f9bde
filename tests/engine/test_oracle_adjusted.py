"""How much: bounds of a share, amounts that change, rates of other currencies."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from simulator.engine.line_results import Adjusted, Adjustments
from simulator.program.model import Rate
from tests.engine.designs import DAY, HOUR, WEEK, cap, design, milestone, reward, rule
from tests.engine.logbook import Judge, Logbook, referred, worths
from tests.engine.oracle import Entry

EACH = milestone(occurrence="each")
TENTH = reward(percent="10", hold=DAY, clawback=WEEK)
Trail = Callable[..., list[Entry]]


def said(entries: list[Entry], kind: str) -> list[str]:
    return [entry.detail for entry in entries if entry.kind == kind]


# ---------------------------------------------------------------------- bounds


@pytest.mark.parametrize(
    ("amount", "worth"),
    [(50_000, 4_000), (40_010, 4_000), (39_990, 3_999), (5_000, 500), (4_990, 500), (10, 500)],
)
def test_a_share_is_cut_to_its_maximum_and_raised_to_its_minimum(
    judge: Judge, log: Logbook, amount: int, worth: int
) -> None:
    referred(log)
    log.buy("fred", at=0, amount=amount)
    program = design(rewards=[reward(percent="10", max_minor=4_000, min_minor=500)])
    assert worths(judge(program, log, now=0)) == [("issued", worth, worth)]


@pytest.mark.parametrize("amount", [None, 0, 5])
def test_a_share_of_nothing_is_not_raised(judge: Judge, log: Logbook, amount: int | None) -> None:
    referred(log)
    log.buy("fred", at=0, amount=amount)  # a tenth of 5 is a half, which rounds to even: to nothing
    assert worths(judge(design(rewards=[reward(percent="10", min_minor=500)]), log, now=0)) == []


@pytest.mark.parametrize(
    ("currency", "amount", "worth"),
    [
        ("EUR", 10_000, 851),  # 100.00 EUR are 85.12 GBP
        ("JPY", 1_000, 50),  # a yen has no smaller unit: 1000 JPY are 5.00 GBP
        ("KWD", 1_234, 301),  # 1.234 KWD at 2.44 are 3.01096 GBP, 301 pence; a tenth of 301 would be 30
        ("USD", 10_000, None),
    ],
)
def test_an_amount_in_another_currency_is_converted_at_the_fixed_rate(
    judge: Judge, log: Logbook, currency: str, amount: int, worth: int | None
) -> None:
    referred(log)
    log.buy("fred", at=0, amount=amount, currency=currency)
    rates = (Rate("EUR", Decimal("0.8512")), Rate("JPY", Decimal("0.005")), Rate("KWD", Decimal("2.44")))
    percent = "100" if currency == "KWD" else "10"
    program = design(
        [EACH],
        [reward(percent=percent)],
        rules=[rule("known", "amount IS NOT NULL OR currency = 'USD'")],
        rates=rates,
    )
    rows = judge(program, log, now=0)
    assert [r["value_minor"] for r in rows.rewards] == ([] if worth is None else [worth])


def test_a_converted_amount_is_rounded_half_even_before_its_share(judge: Judge, log: Logbook) -> None:
    referred(log)
    for amount in (1, 3, 5):  # halves of a penny: 0.5, 1.5 and 2.5 are 0, 2 and 2
        log.buy("fred", at=0, amount=amount, currency="EUR")
    program = design([EACH], [reward(percent="100")], rates=(Rate("EUR", Decimal("0.5")),))
    assert [r["value_minor"] for r in judge(program, log, now=0).rewards] == [2, 2]


# ---------------------------------------------------------------------- adjustments


def test_a_part_refunded_before_the_payout_leaves_the_share_of_the_rest(judge: Judge, log: Logbook) -> None:
    referred(log)
    bought = log.buy("fred", at=0, amount=10_000)
    log.adjust(bought, 6_000, received=HOUR)
    assert worths(judge(design(rewards=[TENTH]), log)) == [("pending", 600, 600)]
    assert worths(judge(design(rewards=[TENTH]), log, now=DAY)) == [("issued", 600, 600)]


def test_a_part_refunded_after_the_payout_takes_a_part_back(judge: Judge, trail: Trail, log: Logbook) -> None:
    referred(log)
    bought = log.buy("fred", at=0, amount=10_000)
    log.adjust(bought, 6_000, received=DAY + WEEK)
    program = design(rewards=[TENTH])
    rows = judge(program, log)
    assert worths(rows) == [("issued", 1_000, 600)]
    assert rows.rewards[0]["state_at"] == log.start + DAY  # as it was issued
    assert [e[:2] for e in trail(program, log) if e.kind == "reduced"] == [
        (log.start + DAY + WEEK, "reduced")
    ]


def test_after_the_clawback_nothing_is_reduced_and_never_is_more_paid(judge: Judge, log: Logbook) -> None:
    referred(log)
    bought = log.buy("fred", at=0, amount=10_000)
    log.adjust(bought, 12_000, received=2 * DAY)
    log.adjust(bought, 6_000, received=DAY + WEEK + 1)
    assert worths(judge(design(rewards=[TENTH]), log)) == [("issued", 1_000, 1_000)]


def test_an_amount_may_grow_before_the_release(judge: Judge, log: Logbook) -> None:
    referred(log)
    log.adjust(log.buy("fred", at=0, amount=10_000), 12_000, received=HOUR)
    assert worths(judge(design(rewards=[TENTH]), log, now=DAY)) == [("issued", 1_200, 1_200)]


def test_nothing_left_voids_or_revokes_and_the_decision_stands(judge: Judge, log: Logbook) -> None:
    referred(log, "fred", "gina")
    log.adjust(log.buy("fred", at=0, amount=10_000), 0, received=HOUR)
    log.adjust(log.buy("gina", at=0, amount=10_000), 4, received=2 * DAY)  # a tenth of 4 is nothing
    log.buy("fred", at=3 * DAY, amount=500)
    rows = judge(design(rewards=[TENTH]), log, now=WEEK)
    assert worths(rows) == [("voided", 1_000, 1_000), ("revoked", 1_000, 0)]
    assert [r["reason"] or r["outcome"] for r in rows.decisions] == ["qualified", "qualified", "occurrence"]


def test_what_an_adjustment_took_a_won_dispute_does_not_bring_back(judge: Judge, log: Logbook) -> None:
    referred(log)
    bought = log.buy("fred", at=0, amount=10_000)
    log.adjust(bought, 0, received=2 * DAY)
    log.reverse(bought, received=3 * DAY)
    log.reinstate(bought, received=4 * DAY)
    assert worths(judge(design(rewards=[TENTH]), log, now=WEEK)) == [("revoked", 1_000, 0)]


def test_a_won_dispute_pays_the_share_of_the_amount_that_is_left(judge: Judge, log: Logbook) -> None:
    referred(log)
    bought = log.buy("fred", at=0, amount=10_000)
    log.adjust(bought, 6_000, received=2 * DAY)
    log.reverse(bought, received=3 * DAY)
    log.reinstate(bought, received=4 * DAY)
    assert worths(judge(design(rewards=[TENTH]), log, now=WEEK)) == [("issued", 600, 600)]


def test_a_fixed_reward_does_not_follow_the_amount(judge: Judge, log: Logbook) -> None:
    referred(log)
    log.adjust(log.buy("fred", at=0, amount=10_000), 0, received=2 * DAY)
    assert worths(judge(design(rewards=[reward(hold=DAY, clawback=WEEK)]), log)) == [("issued", 1_000, 1_000)]


def test_a_later_verdict_takes_the_amount_as_it_is_then(judge: Judge, log: Logbook) -> None:
    referred(log)
    bought = log.buy("fred", at=0, amount=10_000)
    log.adjust(bought, 500, received=1)
    log.verdict(bought, at=2)
    program = design(rewards=[TENTH], rules=[rule("small", "amount < 10", "review")])
    assert worths(judge(program, log)) == [("pending", 50, 50)]


def test_an_adjustment_that_has_no_effect_says_why(trail: Trail, log: Logbook) -> None:
    referred(log)
    bought = log.buy("fred", at=0, amount=10_000)
    unpriced = log.buy("fred", at=0)
    log.adjust(("client/crm", bought["id"]), 1, received=1)
    log.adjust(bought, 1, received=2, subject="gina")
    log.adjust(unpriced, 1, received=3)
    log.adjust(bought, 1, received=4, currency="EUR")
    log.adjust(bought, 1, received=5, currency="GBP")  # the program's, which it had without saying so
    log.reverse(bought, received=6)
    log.adjust(bought, 1, received=7)
    assert said(trail(design([EACH], [TENTH]), log), "adjustment-without-effect") == [
        "unknown",
        "other-subject",
        "no-amount",
        "other-currency",
        "reversed",
    ]


def test_a_reduction_gives_room_in_caps_back_unless_the_cap_says_otherwise(
    judge: Judge, log: Logbook
) -> None:
    referred(log)
    bought = log.buy("fred", at=0, amount=10_000)
    log.buy("fred", at=0, amount=5_000)  # capped: 10.00 are issued, and room is 3.00
    log.adjust(bought, 2_000, received=2 * DAY)
    log.buy("fred", at=2 * DAY, amount=10_000)
    for returns, wanted in ((True, "issued"), (False, "capped")):
        limit = cap("lifetime", value=1_300, returns=returns)
        program = design([EACH], [reward(percent="10", hold=DAY, clawback=WEEK, caps=[limit])])
        found = [(r["state"], r["value_minor"]) for r in judge(program, log, now=WEEK).rewards]
        assert found == [("issued", 200), ("capped", 500), (wanted, 1_000)]


def test_the_first_real_payment_after_a_trial_of_nothing_earns_its_share(judge: Judge, log: Logbook) -> None:
    """A first invoice of 0.00 takes an occurrence; what counts is the first that a rule lets through."""
    referred(log)
    log.buy("fred", at=0, kind="bill.paid", amount=0)
    log.buy("fred", at=30 * DAY, kind="bill.paid", amount=5_000)
    log.buy("fred", at=60 * DAY, kind="bill.paid", amount=5_000)
    mark = milestone("paid", "bill.paid", "any")
    program = design([mark], [reward(on="paid", percent="10")], rules=[rule("real", "amount > 0")])
    rows = judge(program, log, now=90 * DAY)
    assert [r["reason"] or r["outcome"] for r in rows.decisions] == ["real", "qualified", "occurrence"]
    assert worths(rows) == [("issued", 500, 500)]


def test_each_conversion_is_compared_with_its_own_adjustments_only() -> None:
    compared = 0

    class Counted(int):
        def __eq__(self, other: object) -> bool:
            nonlocal compared
            compared += 1
            return super().__eq__(other)

        __hash__ = int.__hash__

    made = [
        Adjusted(row=row, seq=row, at=0, conversion=Counted(row % 500), amount=row, currency=None)
        for row in range(1_000)
    ]
    found = Adjustments(rows=range(1_000), why=[None] * 1_000, adjusted=made)
    for row in range(500):
        first, last = found.before(Counted(row), row + 1), found.before(Counted(row), 1_000)
        assert (first, last) == (made[row], made[row + 500])
        assert found.before(Counted(row), row) is None
    assert compared < 5 * 1_000

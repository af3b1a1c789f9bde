"""After the release: choices, redemptions, expiry, vetoes, and the order of one moment's steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from simulator.program.model import Budget
from tests.engine.designs import DAY, HOUR, WEEK, cap, design, milestone, reward
from tests.engine.logbook import Judge, Logbook
from tests.engine.oracle import Entry

EACH = milestone(occurrence="each")
CHOICE = reward(choices=("bill-credit", "gift-card"), choose_within_ms=DAY, clawback=WEEK)
OTHERWISE = reward(choices=("bill-credit", "gift-card"), choose_within_ms=DAY, otherwise="gift-card")
Trail = Callable[..., list[Entry]]


def referred(log: Logbook, *friends: str) -> None:
    log.link("ann", "A", at=0)
    for friend in friends or ("fred",):
        log.claim(friend, code="A", at=0)


def ends(log: Logbook, rows: Any) -> list[tuple[str, str | None, str | None, int]]:
    """State, kind, reason and moment of each reward."""
    return [(r["state"], r["kind"], r["reason"], r["state_at"] - log.start) for r in rows.rewards]


def said(entries: list[Entry], kind: str) -> list[str]:
    return [entry.detail for entry in entries if entry.kind == kind]


# ---------------------------------------------------------------------- choices


def test_a_reward_is_offered_and_issued_as_it_is_chosen(judge: Judge, log: Logbook) -> None:
    referred(log)
    bought = log.buy("fred", at=0)
    assert ends(log, judge(design(rewards=[CHOICE]), log)) == [("pending", None, None, 0)]
    assert ends(log, judge(design(rewards=[CHOICE]), log, now=0)) == [("offered", None, None, 0)]
    log.choose(bought, "ann", "gift-card", at=DAY)  # the last moment, in time
    assert ends(log, judge(design(rewards=[CHOICE]), log, now=WEEK)) == [("issued", "gift-card", None, DAY)]


def test_what_is_not_chosen_is_issued_otherwise_or_forfeited(judge: Judge, log: Logbook) -> None:
    referred(log)
    bought = log.buy("fred", at=0)
    assert ends(log, judge(design(rewards=[CHOICE]), log, now=DAY)) == [
        ("forfeited", None, "not-chosen", DAY)
    ]
    assert ends(log, judge(design(rewards=[OTHERWISE]), log, now=DAY)) == [("issued", "gift-card", None, DAY)]
    log.choose(bought, "ann", "bill-credit", at=DAY + 1)  # too late
    assert ends(log, judge(design(rewards=[CHOICE]), log)) == [("forfeited", None, "not-chosen", DAY)]


def test_a_choice_without_effect_says_why_by_the_first_that_applies(trail: Trail, log: Logbook) -> None:
    referred(log)
    bought = log.buy("fred", at=0)
    log.choose(bought, "ann", "gift-card", at=0)  # offered after the events of its moment
    log.choose(bought, "ann", "nothing", at=1, reward="other")
    log.choose(bought, "fred", "nothing", at=1)
    log.choose(bought, "ann", "nothing", at=1)
    log.choose(bought, "ann", "gift-card", at=2)
    log.choose(bought, "ann", "nothing", at=3)
    assert said(trail(design(rewards=[CHOICE]), log), "choice-without-effect") == [
        "not-offered",
        "unknown",
        "other-subject",
        "not-listed",
        "not-offered",
    ]


@pytest.mark.parametrize("chosen", [None, HOUR])
def test_a_reversal_voids_an_offer_and_revokes_what_was_chosen(
    judge: Judge, log: Logbook, chosen: int | None
) -> None:
    referred(log)
    bought = log.buy("fred", at=0)
    if chosen is not None:
        log.choose(bought, "ann", "gift-card", at=chosen)
    log.reverse(bought, received=2 * HOUR)
    wanted = ("voided", None, None, 2 * HOUR) if chosen is None else ("revoked", "gift-card", None, 2 * HOUR)
    assert ends(log, judge(design(rewards=[CHOICE]), log, now=WEEK)) == [wanted]
    log.reinstate(bought, received=3 * HOUR)  # offered anew, for a whole day
    assert ends(log, judge(design(rewards=[CHOICE]), log, now=3 * HOUR)) == [
        ("offered", None, None, 3 * HOUR)
    ]
    lost = ("forfeited", None, "not-chosen", DAY + 3 * HOUR)
    assert ends(log, judge(design(rewards=[CHOICE]), log, now=WEEK)) == [lost]


def test_the_clawback_runs_from_the_choice(judge: Judge, log: Logbook) -> None:
    referred(log)
    bought = log.buy("fred", at=0)
    log.choose(bought, "ann", "gift-card", at=DAY)
    log.reverse(bought, received=DAY + WEEK)
    assert ends(log, judge(design(rewards=[CHOICE]), log)) == [("revoked", "gift-card", None, DAY + WEEK)]


def test_an_offer_takes_room_and_number_as_of_then_and_gives_them_back_if_it_is_not_chosen(
    judge: Judge, log: Logbook
) -> None:
    limited = reward(
        choices=("bill-credit", "gift-card"),
        choose_within_ms=DAY,
        tier=(1, 1),
        caps=[cap("lifetime", count=1)],
    )
    referred(log)
    log.buy("fred", at=0)
    log.buy("fred", at=HOUR)  # the second: the first is taken
    log.buy("fred", at=DAY)  # in the moment in which the first is forfeited, but before it
    log.buy("fred", at=DAY + 1)
    rows = judge(design([EACH], [limited]), log, now=DAY + 1)
    assert [r["state"] for r in rows.rewards] == ["forfeited", "counted", "counted", "offered"]


# ---------------------------------------------------------------------- redeemed, expired


EXPIRES = reward(expires_ms=DAY, clawback=WEEK)


@pytest.mark.parametrize(
    ("redeemed", "wanted"),
    [
        (0, ("expired", DAY)),  # in the moment of the issue: too early
        (1, ("redeemed", 1)),
        (DAY, ("redeemed", DAY)),  # in that of the expiry: in time
        (DAY + 1, ("expired", DAY)),
    ],
)
def test_a_reward_expires_unless_it_is_redeemed_before(
    judge: Judge, log: Logbook, redeemed: int, wanted: tuple[str, int]
) -> None:
    referred(log)
    bought = log.buy("fred", at=0)
    log.redeem(bought, at=redeemed)
    rows = judge(design(rewards=[EXPIRES]), log, now=WEEK)
    assert ends(log, rows) == [(wanted[0], "credit", None, wanted[1])]


def test_a_redemption_without_effect_says_why(trail: Trail, log: Logbook) -> None:
    referred(log)
    bought = log.buy("fred", at=0)
    log.redeem(bought, at=0)
    log.redeem(bought, at=1, milestone="other")
    log.redeem(bought, at=1)
    log.redeem(bought, at=2)
    assert said(trail(design(rewards=[EXPIRES]), log), "redemption-without-effect") == [
        "not-issued",
        "unknown",
        "not-issued",
    ]


@pytest.mark.parametrize(
    ("redeemed", "received", "wanted"),
    [
        (1, WEEK, ("redeemed", "redeemed")),
        (None, WEEK, ("expired", "expired")),
        (1, WEEK + 1, ("redeemed", "nothing-to-undo")),
    ],
)
def test_a_claw_back_does_not_reach_what_is_redeemed_or_expired_and_is_told_so(
    judge: Judge,
    trail: Trail,
    log: Logbook,
    redeemed: int | None,
    received: int,
    wanted: tuple[str, str],
) -> None:
    referred(log)
    bought = log.buy("fred", at=0)
    if redeemed is not None:
        log.redeem(bought, at=redeemed)
    log.reverse(bought, received=received)
    program = design(rewards=[EXPIRES])
    assert [r["state"] for r in judge(program, log).rewards] == [wanted[0]]
    assert said(trail(program, log), "reversal-without-effect") == [wanted[1]]


def test_what_is_redeemed_or_expired_keeps_the_milestone_and_its_room(judge: Judge, log: Logbook) -> None:
    referred(log)
    bought = log.buy("fred", at=0)
    log.reverse(bought, received=2 * DAY)  # expired by then
    log.buy("fred", at=3 * DAY)
    rows = judge(design(rewards=[EXPIRES]), log, now=WEEK)
    assert [r["reason"] for r in rows.decisions] == [None, "occurrence"]
    limit = cap("lifetime", count=1)
    rows = judge(design([EACH], [reward(expires_ms=DAY, caps=[limit])]), log, now=WEEK)
    assert [r["state"] for r in rows.rewards] == ["expired", "capped"]


def test_expiry_runs_from_the_choice(judge: Judge, log: Logbook) -> None:
    terms = reward(choices=("bill-credit", "gift-card"), choose_within_ms=DAY, expires_ms=2 * DAY)
    referred(log)
    bought = log.buy("fred", at=0)
    log.choose(bought, "ann", "gift-card", at=HOUR)
    rows = judge(design(rewards=[terms]), log, now=WEEK)
    assert ends(log, rows) == [("expired", "gift-card", None, HOUR + 2 * DAY)]


# ---------------------------------------------------------------------- vetoes


def forfeits(log: Logbook, rows: Any) -> list[tuple[str, str, int]]:
    return [(r["state"], r["reason"], r["state_at"] - log.start) for r in rows.rewards]


def test_an_operator_stops_what_is_not_issued_yet(judge: Judge, trail: Trail, log: Logbook) -> None:
    referred(log)
    bought = log.buy("fred", at=0)
    log.veto(bought, at=1)
    log.veto(bought, at=2)
    log.veto(bought, at=2, reward="other")
    program = design(rewards=[reward(hold=DAY)])
    assert forfeits(log, judge(program, log, now=WEEK)) == [("forfeited", "vetoed", 1)]
    assert said(trail(program, log), "veto-without-effect") == ["not-open", "unknown"]


def test_a_vetoed_line_does_not_come_back_with_its_conversion(judge: Judge, log: Logbook) -> None:
    referred(log)
    bought = log.buy("fred", at=0)
    log.veto(bought, at=1)
    log.reverse(bought, received=2)
    log.reinstate(bought, received=3)
    rows = judge(design(rewards=[reward(hold=DAY)]), log, now=WEEK)
    assert forfeits(log, rows) == [("forfeited", "vetoed", 1)]


# ---------------------------------------------------------------------- one moment


def test_of_one_moment_releases_come_first_then_ends_of_choice_then_expiries_then_what_waits(
    judge: Judge, trail: Trail, log: Logbook
) -> None:
    """The budget holds one reward: an offer that ends at DAY makes room for what waits, in that very moment."""
    offer = reward("offer", on="a", value=1_000, choices=("x", "y"), choose_within_ms=DAY)
    kept = reward("kept", on="b", value=1_000)
    marks = [milestone("a", "bill.paid", "each"), milestone("b", "purchase.paid", "each")]
    referred(log)
    log.buy("fred", at=0, kind="bill.paid")  # offered
    log.buy("fred", at=1, kind="purchase.paid")  # waits
    log.buy("fred", at=DAY, kind="purchase.paid")  # released before the offer ends: waits behind
    program = design(marks, [offer, kept], budget=1_000, terms=Budget(short="wait"))
    rows = judge(program, log, now=DAY)
    assert [(r["state"], r["state_at"] - log.start) for r in rows.rewards] == [
        ("forfeited", DAY),
        ("issued", DAY),
        ("waiting", DAY),
    ]
    steps = [(e.kind, e.ref) for e in trail(program, log, now=DAY) if e.at == log.start + DAY]
    assert steps[-3:] == [("waiting", 3), ("forfeited", 1), ("issued", 2)]


def test_a_veto_of_what_waits_or_is_offered_lets_the_next_pass(judge: Judge, log: Logbook) -> None:
    referred(log)
    first = log.buy("fred", at=0)
    log.buy("fred", at=1)
    log.veto(first, at=HOUR)
    terms = reward(value=1_000, choices=("x", "y"), choose_within_ms=DAY)
    rows = judge(design([EACH], [terms], budget=1_000, terms=Budget(short="wait")), log, now=HOUR)
    # What waited is offered then, for a day from then.
    assert ends(log, rows) == [("forfeited", None, "vetoed", HOUR), ("offered", None, None, HOUR)]
    rows = judge(design([EACH], [terms], budget=1_000, terms=Budget(short="wait")), log, now=WEEK)
    assert ends(log, rows)[1] == ("forfeited", None, "not-chosen", DAY + HOUR)

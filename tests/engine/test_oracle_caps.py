"""Caps: whose rewards they count, trimming, and the first payments of each friend."""

from __future__ import annotations

import pytest

from tests.engine.designs import DAY, HOUR, WEEK, at, cap, design, milestone, reward, rule
from tests.engine.logbook import Judge, Logbook, referred, states, worths

EACH = milestone(occurrence="each")


def test_the_first_three_payments_of_each_friend_pay(judge: Judge, log: Logbook) -> None:
    referred(log, "fred", "gina")
    for day in range(4):
        log.buy("fred", at=day * DAY)
        log.buy("gina", at=day * DAY)
    program = design([EACH], [reward(caps=[cap("lifetime", count=3, per="friend")])])
    assert states(judge(program, log, now=WEEK)) == ["issued"] * 6 + ["capped"] * 2


def test_a_bonus_for_recruiting_is_paid_once_for_each_recruit(judge: Judge, log: Logbook) -> None:
    """Paid to the referrer's referrer as the recruit brings a first friend, not for the second."""
    log.link("ann", "A", at=0)
    log.claim("bob", code="A", at=0)
    log.link("bob", "B", at=1)
    for friend in ("fred", "gina"):
        log.claim(friend, code="B", at=2)
        log.buy(friend, at=3)
    program = design([milestone()], [reward(to="upline", caps=[cap("lifetime", count=1, per="code")])])
    rows = judge(program, log, now=DAY)
    assert [(r["recipient"], r["state"]) for r in rows.rewards] == [("ann", "issued"), ("ann", "capped")]


def test_a_cap_by_code_counts_each_of_a_persons_codes_for_itself(judge: Judge, log: Logbook) -> None:
    log.link("ann", "A", at=0)
    log.link("ann", "A2", at=0)
    for friend, code in (("fred", "A"), ("gina", "A2"), ("hugo", "A")):
        log.claim(friend, code=code, at=1)
        log.buy(friend, at=2)
    program = design(rewards=[reward(caps=[cap("lifetime", count=1, per="code")])])
    assert states(judge(program, log, now=DAY)) == ["issued", "issued", "capped"]


def test_a_cap_by_program_counts_whoever_gets_it(judge: Judge, log: Logbook) -> None:
    log.link("ann", "A", at=0)
    log.link("bob", "B", at=0)
    for friend, code in (("fred", "A"), ("gina", "B"), ("hugo", "B")):
        log.claim(friend, code=code, at=1)
        log.buy(friend, at=2)
    program = design(rewards=[reward(caps=[cap("lifetime", value=2_000, per="program")])])
    assert states(judge(program, log, now=DAY)) == ["issued", "issued", "capped"]


def test_a_trimming_cap_cuts_to_the_room_left(judge: Judge, log: Logbook) -> None:
    referred(log)
    for hour, amount in enumerate((30_000, 50_000, 10_000)):
        log.buy("fred", at=hour * HOUR, amount=amount)
    program = design([EACH], [reward(percent="10", caps=[cap("lifetime", value=7_000, over="trim")])])
    # 30.00 and 40.00 of 50.00, then no room of a penny.
    assert worths(judge(program, log, now=DAY)) == [
        ("issued", 3_000, 3_000),
        ("issued", 5_000, 4_000),
        ("capped", 1_000, 1_000),
    ]


def test_skipping_caps_are_asked_for_the_whole_and_of_trimming_ones_the_least_room_counts(
    judge: Judge, log: Logbook
) -> None:
    referred(log)
    log.buy("fred", at=0, amount=40_000)
    log.buy("fred", at=1, amount=30_000)
    trims = [cap("lifetime", value=6_000, over="trim"), cap("calendar-day", value=5_500, over="trim")]
    program = design([EACH], [reward(percent="10", caps=trims)])
    assert worths(judge(program, log, now=DAY))[1] == ("issued", 3_000, 1_500)  # 20.00 and 15.00 are left
    # 15.00 would fit the 69.00, but the whole 30.00 does not.
    program = design([EACH], [reward(percent="10", caps=[*trims, cap("lifetime", value=6_900)])])
    assert worths(judge(program, log, now=DAY))[1] == ("capped", 3_000, 3_000)


def test_the_room_of_a_trimmed_reward_is_what_it_was_issued_for(judge: Judge, log: Logbook) -> None:
    referred(log)
    log.buy("fred", at=0, amount=100_000)  # 50.00 of 100.00
    last = log.buy("fred", at=1, amount=20_000)  # nothing left
    program = design(
        [EACH], [reward(percent="10", clawback=WEEK, caps=[cap("calendar-day", value=5_000, over="trim")])]
    )
    assert worths(judge(program, log, now=2)) == [("issued", 10_000, 5_000), ("capped", 2_000, 2_000)]
    log.reverse(last, received=2)
    log.reinstate(last, received=3)
    log.adjust(log.steps[2], 30_000, received=3)  # type: ignore[arg-type] # its share, 30.00, is less than 50.00
    assert worths(judge(program, log, now=3)) == [("issued", 10_000, 3_000), ("issued", 2_000, 2_000)]


@pytest.mark.parametrize(
    ("first", "second", "wanted"),
    [
        # Auckland is 13 hours before UTC in summer: its February begins on 31 January at 11:00 UTC.
        ("2026-01-31T10:59:59.999", "2026-01-31T11:00", "issued"),
        ("2026-01-31T11:00", "2026-02-01T00:00", "capped"),
        # On 5 April 2026, at 3:00, the clocks go back to 2:00: May begins at 12:00 UTC on 30 April.
        ("2026-04-30T11:59:59.999", "2026-04-30T12:00", "issued"),
        ("2026-04-01T00:00", "2026-04-30T11:59:59.999", "capped"),
        # On 27 September they go forward: October begins at 11:00 UTC again.
        ("2026-09-30T10:59:59.999", "2026-09-30T11:00", "issued"),
        ("2026-09-30T11:00", "2026-10-01T00:00", "capped"),
    ],
)
def test_a_month_is_that_of_auckland_over_its_daylight_saving(
    judge: Judge, log: Logbook, first: str, second: str, wanted: str
) -> None:
    referred(log, "fred", "gina")
    log.buy("fred", at=at(first) - log.start)
    log.buy("gina", at=at(second) - log.start)
    program = design(rewards=[reward(caps=[cap("calendar-month", count=1)])], timezone="Pacific/Auckland")
    assert states(judge(program, log, now=365 * DAY)) == ["issued", wanted]


def test_what_is_approved_after_a_reversal_that_came_before_its_conversion_is_voided_at_once(
    judge: Judge, log: Logbook
) -> None:
    referred(log)
    log.reverse(("client/shop", "order"), at=1)
    log.verdict(log.buy("fred", at=2, amount=2_000, key="order"), at=3)
    rules = [rule("small", "amount < 10", on_fail="review")]
    program = design([EACH], [reward(caps=[cap("lifetime", value=5_000, over="trim")])], rules=rules)
    assert states(judge(program, log, now=WEEK)) == ["voided"]

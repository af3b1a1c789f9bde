"""The budget: by period, trimming, and what waits for room."""

from __future__ import annotations

from typing import Any

from simulator.program.model import Budget, Program
from tests.engine.designs import DAY, HOUR, WEEK, at, cap, design, milestone, reward
from tests.engine.logbook import Judge, Logbook, referred, worths

EACH = milestone(occurrence="each")


def moments(log: Logbook, rows: Any) -> list[tuple[str, int]]:
    return [(r["state"], r["state_at"] - log.start) for r in rows.rewards]


def program(total: int, budget: Budget, *rewards: Any, **more: Any) -> Program:
    """Rewards of a tenth, if no others are given, and a budget."""
    return design(
        [EACH], rewards or [reward(percent="10", clawback=WEEK)], budget=total, terms=budget, **more
    )


def test_a_budget_of_a_month_begins_anew_with_the_month(judge: Judge, log: Logbook) -> None:
    referred(log)
    for day in (at("2026-01-30"), at("2026-01-31"), at("2026-02-01")):
        log.buy("fred", at=day - log.start, amount=10_000)
    rows = judge(program(1_500, Budget(period="calendar-month")), log, now=60 * DAY)
    assert [r["state"] for r in rows.rewards] == ["issued", "unfunded", "issued"]


def test_what_is_revoked_in_february_gives_its_room_back_to_january(judge: Judge, log: Logbook) -> None:
    referred(log)
    january = log.buy("fred", at=at("2026-01-30") - log.start, amount=10_000)
    log.buy("fred", at=at("2026-02-01") - log.start, amount=10_000)
    log.reverse(january, received=at("2026-02-02") - log.start)
    log.buy("fred", at=at("2026-02-03") - log.start, amount=10_000)
    rows = judge(program(1_500, Budget(period="calendar-month")), log, now=60 * DAY)
    assert [r["state"] for r in rows.rewards] == ["revoked", "issued", "unfunded"]


def test_a_budget_that_gives_nothing_back_counts_what_was_revoked(judge: Judge, log: Logbook) -> None:
    referred(log)
    log.reverse(log.buy("fred", at=0, amount=10_000), received=1)
    log.buy("fred", at=2, amount=10_000)
    for returns, wanted in ((True, "issued"), (False, "unfunded")):
        rows = judge(program(1_500, Budget(returns=returns)), log, now=DAY)
        assert [r["state"] for r in rows.rewards] == ["revoked", wanted]


def test_a_trimming_budget_gets_what_the_caps_leave(judge: Judge, log: Logbook) -> None:
    referred(log)
    for hour, amount in enumerate((20_000, 50_000, 10_000)):
        log.buy("fred", at=hour * HOUR, amount=amount)
    capped = reward(percent="10", caps=[cap("lifetime", value=6_000, over="trim")])
    # 20.00; of 50.00 the cap leaves 40.00 and the budget 35.00; then the cap has 5.00, the budget nothing.
    assert worths(judge(program(5_500, Budget(over="trim"), capped), log, now=DAY)) == [
        ("issued", 2_000, 2_000),
        ("issued", 5_000, 3_500),
        ("unfunded", 1_000, 1_000),
    ]


# ---------------------------------------------------------------------- what waits


def test_what_could_not_be_funded_is_paid_once_as_the_budget_is_raised(judge: Judge, log: Logbook) -> None:
    referred(log)
    short = Budget(short="wait")
    for hour, amount in enumerate((10_000, 20_000, 5_000)):
        log.buy("fred", at=hour * HOUR, amount=amount)
    # 10.00 of 15.00; 20.00 do not fit and wait; 5.00 would fit, but come after.
    assert moments(log, judge(program(1_500, short), log, now=DAY)) == [
        ("issued", 0),
        ("waiting", HOUR),
        ("waiting", 2 * HOUR),
    ]
    log.change(program(3_200, short), at=2 * DAY)
    log.buy("fred", at=2 * DAY, amount=1_000)
    # 30.00 are issued then, and 5.00 go on waiting; 1.00 comes after them.
    assert moments(log, judge(program(1_500, short), log, now=2 * DAY)) == [
        ("issued", 0),
        ("issued", 2 * DAY),
        ("waiting", 2 * HOUR),
        ("waiting", 2 * DAY),
    ]


def test_the_queue_moves_as_room_is_given_back(judge: Judge, log: Logbook) -> None:
    referred(log)
    first = log.buy("fred", at=0, amount=10_000)
    log.buy("fred", at=1, amount=10_000)
    log.buy("fred", at=2, amount=4_000)
    log.adjust(first, 5_000, received=DAY)  # 5.00 free, 10.00 are first
    log.reverse(first, received=2 * DAY)  # all of it
    rows = judge(program(1_000, Budget(short="wait")), log, now=3 * DAY)
    assert moments(log, rows) == [("revoked", 2 * DAY), ("issued", 2 * DAY), ("waiting", 2)]


def test_one_that_waits_and_becomes_worth_less_may_fit_at_once(judge: Judge, log: Logbook) -> None:
    referred(log)
    log.buy("fred", at=0, amount=10_000)
    big = log.buy("fred", at=1, amount=10_000)
    log.adjust(big, 20_000, received=HOUR)  # more is not taken any more
    log.adjust(big, 5_000, received=DAY)
    rows = judge(program(1_500, Budget(short="wait")), log, now=2 * DAY)
    assert worths(rows) == [("issued", 1_000, 1_000), ("issued", 500, 500)]
    assert moments(log, rows)[1] == ("issued", DAY)


def test_what_waits_is_paid_as_the_month_of_the_programs_zone_begins(judge: Judge, log: Logbook) -> None:
    referred(log)
    for day in (10, 11, 12):
        log.buy("fred", at=day * DAY, amount=10_000)
    terms = Budget(period="calendar-month", short="wait")
    rows = judge(program(1_500, terms, timezone="Pacific/Auckland"), log, now=90 * DAY)
    # 15.00 a month are one reward of 10.00: in January, and at the first instants of February and March.
    assert moments(log, rows) == [
        ("issued", 10 * DAY),
        ("issued", at("2026-01-31T11:00") - log.start),
        ("issued", at("2026-02-28T11:00") - log.start),
    ]


def test_without_waiting_any_more_what_does_not_fit_is_unfunded(judge: Judge, log: Logbook) -> None:
    referred(log)
    for hour, amount in enumerate((10_000, 20_000, 5_000)):
        log.buy("fred", at=hour * HOUR, amount=amount)
    log.change(program(1_500, Budget()), at=DAY)
    rows = judge(program(1_500, Budget(short="wait")), log, now=DAY)
    assert moments(log, rows) == [("issued", 0), ("unfunded", DAY), ("issued", DAY)]
    log.change(design([EACH], [reward(percent="10")]), at=DAY)  # no budget, in the same moment
    rows = judge(program(1_500, Budget(short="wait")), log, now=DAY)
    assert moments(log, rows) == [("issued", 0), ("issued", DAY), ("issued", DAY)]


def test_what_falls_due_as_nothing_may_wait_any_more_goes_before_what_waited(
    judge: Judge, log: Logbook
) -> None:
    referred(log)
    for moment in (0, HOUR, DAY):
        log.buy("fred", at=moment, amount=10_000)
    log.change(program(2_000, Budget()), at=DAY)
    rows = judge(program(1_500, Budget(short="wait")), log, now=DAY)
    assert moments(log, rows) == [("issued", 0), ("unfunded", DAY), ("issued", DAY)]


def test_one_that_waited_counts_in_caps_as_of_its_due_time_for_ever(judge: Judge, log: Logbook) -> None:
    referred(log)
    once_a_day = reward(value=1_000, caps=[cap("calendar-day", count=1)])
    log.buy("fred", at=0)
    log.buy("fred", at=DAY)  # waits
    log.buy("fred", at=DAY + 1)  # capped by the one that waits
    log.change(program(2_000, Budget(short="wait"), once_a_day), at=3 * DAY)  # it is issued now
    log.change(program(9_000, Budget(short="wait"), once_a_day), at=3 * DAY + 1)
    log.buy("fred", at=3 * DAY + 2)  # and takes no room of today's
    rows = judge(program(1_000, Budget(short="wait"), once_a_day), log, now=4 * DAY)
    assert moments(log, rows) == [
        ("issued", 0),
        ("issued", 3 * DAY),
        ("capped", DAY + 1),
        ("issued", 3 * DAY + 2),
    ]


def test_a_reversal_voids_what_waits_and_lets_the_next_pass(judge: Judge, log: Logbook) -> None:
    referred(log)
    big = log.buy("fred", at=0, amount=50_000)
    log.buy("fred", at=1, amount=10_000)
    log.reverse(big, received=DAY)
    rows = judge(program(1_500, Budget(short="wait")), log, now=DAY)
    assert moments(log, rows) == [("voided", DAY), ("issued", DAY)]


def test_what_waits_is_asked_again_whether_it_is_kept(judge: Judge, log: Logbook) -> None:
    kept = reward(value=1_000, keep_if="NOT recipient_closed")
    referred(log)
    log.buy("fred", at=0)
    log.buy("fred", at=1)
    log.close("ann", at=2)
    log.change(program(5_000, Budget(short="wait"), kept), at=3)
    rows = judge(program(1_500, Budget(short="wait"), kept), log, now=3)
    assert [(r["state"], r["reason"]) for r in rows.rewards] == [("issued", None), ("forfeited", "keep_if")]

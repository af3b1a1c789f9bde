"""Rewards, one sentence of the specification a test; each runs on the oracle and on the engine."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.designs import DAY, HOUR, MINUTE, WEEK, at, cap, design, milestone, reward, rule
from tests.engine.logbook import Judge, Logbook

EACH = milestone(occurrence="each")


def states(rows: Any) -> list[str]:
    return [row["state"] for row in rows.rewards]


def moments(log: Any, rows: Any) -> list[tuple[str, int]]:
    """State and time of each reward, from the start of the log."""
    return [(row["state"], row["state_at"] - log.start) for row in rows.rewards]


def referred(log: Any, *friends: str) -> None:
    log.link("ann", "A", at=0)
    for friend in friends or ("fred",):
        log.claim(friend, code="A", at=0)


def test_a_qualified_decision_gives_one_pending_line_for_each_reward_on_its_milestone(
    judge: Judge, log: Logbook
) -> None:
    program = design(
        [milestone("bought"), milestone("paid", event="bill.paid")],
        [
            reward("credit", value=2000, hold=DAY),
            reward("other", on="paid"),
            reward("gift", to="friend", value=500, hold=2 * DAY),
        ],
    )
    referred(log)
    log.buy("fred", at=HOUR, received=2 * HOUR, key="order-1")
    line = {"source": "client/shop", "event_id": "order-1", "milestone": "bought"}
    assert judge(program, log).rewards == [
        {
            **line,
            "reward": "credit",
            "role": "referrer",
            "recipient": "ann",
            "earned_minor": 2000,
            "value_minor": 2000,
            "kind": "credit",
            "state": "pending",
            "reason": None,
            "due_at": log.start + HOUR + DAY,
            "state_at": log.start + 2 * HOUR,
            "expected": "issued",
        },
        {
            **line,
            "reward": "gift",
            "role": "friend",
            "recipient": "fred",
            "earned_minor": 500,
            "value_minor": 500,
            "kind": "credit",
            "state": "pending",
            "reason": None,
            "due_at": log.start + HOUR + 2 * DAY,
            "state_at": log.start + 2 * HOUR,
            "expected": "issued",
        },
    ]


@pytest.mark.parametrize(
    ("occurred", "received", "hold", "due"),
    [
        (0, 0, DAY, DAY),
        (0, HOUR, DAY, DAY),
        (0, 2 * DAY, DAY, 2 * DAY),
        (0, HOUR, 0, HOUR),
        (2 * HOUR, HOUR, 0, 2 * HOUR),
    ],
    ids=["hold", "hold from the occurrence", "hold over on receipt", "no hold", "still to come"],
)
def test_due_is_the_occurrence_and_the_hold_but_not_before_it_qualified(
    judge: Judge, log: Logbook, occurred: Any, received: Any, hold: Any, due: Any
) -> None:
    referred(log)
    log.buy("fred", at=occurred, received=received)
    assert judge(design(rewards=[reward(hold=hold)]), log).rewards[0]["due_at"] == log.start + due


# ---------------------------------------------------------------------- recipients


def test_upline_is_the_referrer_of_the_referrer(judge: Judge, log: Logbook) -> None:
    program = design([EACH], [reward(to="upline")])
    log.link("ann", "A")
    log.link("bob", "B")
    log.claim("bob", code="A", at=1)
    log.claim("fred", code="B", at=2)
    log.buy("fred", at=3)
    log.buy("bob", at=4)  # ann herself is attributed to nobody
    rows = judge(program, log)
    assert [(r["role"], r["recipient"]) for r in rows.rewards] == [("upline", "ann")]


def test_upline_is_neither_the_friend_nor_the_referrer(judge: Judge, log: Logbook) -> None:
    program = design([EACH], [reward(to="upline")])
    log.link("ann", "A")
    log.link("bob", "B")
    log.claim("ann", code="B", at=1)
    log.claim("bob", code="A", at=2)
    log.buy("bob", at=3)  # ann's referrer is bob, the friend
    log.link("sue", "S")
    log.claim("sue", code="S", at=4)
    log.claim("fred", code="S", at=5)
    log.buy("fred", at=6)  # sue's referrer is sue, the referrer
    assert judge(program, log).rewards == []


def test_upline_is_as_of_the_qualifying_event(judge: Judge, log: Logbook) -> None:
    program = design([EACH], [reward(to="upline")], rules=[rule("small", "amount < 10", on_fail="review")])
    log.link("ann", "A")
    log.link("bob", "B")
    log.claim("fred", code="B", at=2)
    log.buy("fred", at=3, amount=100)  # bob has nobody above him yet
    waiting = log.buy("fred", at=3, amount=2000)
    log.claim("bob", code="A", at=4)
    log.verdict(waiting, at=5)
    rows = judge(program, log)
    assert [(r["recipient"], r["event_id"]) for r in rows.rewards] == [("ann", waiting["id"])]


def test_community_is_the_referrers_as_of_the_qualifying_event(judge: Judge, log: Logbook) -> None:
    program = design([EACH], [reward(to="community")], rules=[rule("small", "amount < 10", on_fail="review")])
    referred(log)
    log.buy("fred", at=1, amount=100)  # of no known community: no line
    log.identified("ann", at=2, community="north")
    log.buy("fred", at=3, amount=200)
    waiting = log.buy("fred", at=4, amount=2000)
    log.identified("ann", at=5, community="south")
    log.verdict(waiting, at=6)
    rows = judge(program, log)
    assert [(r["role"], r["recipient"]) for r in rows.rewards] == [
        ("community", "north"),
        ("community", "south"),
    ]


def test_a_referrer_is_rewarded_though_the_link_serves_no_longer(judge: Judge, log: Logbook) -> None:
    program = design(referrers=("customer",))
    log.identified("ann", at=0)
    referred(log)
    log.identified("ann", at=1, kind="partner")
    log.buy("fred", at=2)
    assert states(judge(program, log, now=DAY)) == ["issued"]


# ---------------------------------------------------------------------- percent


@pytest.mark.parametrize(
    ("percent", "amount", "value"),
    [
        ("5", 2000, 100),
        ("12.5", 20, 2),  # 2.5
        ("12.5", 28, 4),  # 3.5
        ("50", 1, None),  # 0.5
        ("50", 3, 2),  # 1.5
        ("33.3", 1000, 333),
        ("0.5", 99, None),  # 0.495
        ("0.5", 101, 1),  # 0.505
        ("2.5", 1000000001, 25000000),  # …000.025
        ("100", 8_999_999_999, 8_999_999_999),
        ("1000", 900_000_001, 9_000_000_000),  # a line ends here: no sum of 10^9 lines overflows
        ("1000", 2**53 - 1, 9_000_000_000),
        ("10", 0, None),
        ("7", 750, 52),  # 52.5: not so in binary fractions
        ("1.1", 50, 1),  # 0.55
    ],
)
def test_percent_is_of_the_amount_in_exact_decimals_half_to_even(
    judge: Judge, log: Logbook, percent: Any, amount: Any, value: Any
) -> None:
    referred(log)
    log.buy("fred", amount=amount)
    rows = judge(design(rewards=[reward(percent=percent)]), log)
    assert [row["value_minor"] for row in rows.rewards] == ([] if value is None else [value])
    assert rows.decisions[0]["outcome"] == "qualified"


@pytest.mark.parametrize("data", [{}, {"amount": 1000, "currency": "USD"}])
def test_percent_of_no_amount_gives_no_line(judge: Judge, log: Logbook, data: Any) -> None:
    referred(log)
    log.buy("fred", **data)
    assert (
        judge(design(rewards=[reward(percent="10"), reward("gift", value=5)]), log).rewards[0]["reward"]
        == "gift"
    )


# ---------------------------------------------------------------------- void and revoke


def test_reversed_while_pending_it_is_voided_at_the_reversal(judge: Judge, log: Logbook) -> None:
    referred(log)
    bought = log.buy("fred", at=0)
    log.reverse(bought, at=1, received=HOUR)
    rows = judge(design(rewards=[reward(hold=DAY)]), log)
    assert moments(log, rows) == [("voided", HOUR)]


@pytest.mark.parametrize(("received", "state"), [(DAY, "voided"), (DAY + 1, "issued")])
def test_a_reversal_received_as_it_falls_due_still_voids(
    judge: Judge, log: Logbook, received: Any, state: Any
) -> None:
    referred(log)
    log.reverse(log.buy("fred", at=0), received=received)
    rows = judge(design(rewards=[reward(hold=DAY)]), log, now=2 * DAY)
    assert moments(log, rows) == [(state, DAY)]


def test_a_reversal_of_the_same_moment_voids_even_without_a_hold(judge: Judge, log: Logbook) -> None:
    referred(log)
    log.reverse(log.buy("fred", at=5), at=5)
    assert moments(log, judge(design(), log, now=5)) == [("voided", 5)]


def test_a_reversal_may_come_before_what_it_reverses_and_voids_as_it_qualifies(
    judge: Judge, log: Logbook
) -> None:
    referred(log)
    log.reverse(("client/shop", "order-1"), at=1)
    log.buy("fred", at=0, received=HOUR, key="order-1")
    rows = judge(design(rewards=[reward(hold=DAY)]), log)
    assert rows.decisions[0]["outcome"] == "qualified"
    assert moments(log, rows) == [("voided", HOUR)]


def test_a_reversal_names_its_conversion_by_its_own_source(judge: Judge, log: Logbook) -> None:
    referred(log)
    log.buy("fred", at=1, key="order-1", source="client/shop")
    log.reverse(("client/crm", "order-1"), at=2)
    assert states(judge(design(), log, now=DAY)) == ["issued"]


def test_a_reversal_in_another_persons_name_takes_nothing_back(judge: Judge, log: Logbook) -> None:
    referred(log)
    log.reverse(log.buy("fred", at=1), at=1, subject="somebody-else")
    assert states(judge(design(), log, now=DAY)) == ["issued"]


def test_a_reversal_voids_all_rewards_of_the_conversion_and_no_others(judge: Judge, log: Logbook) -> None:
    program = design(
        [milestone("one", occurrence="each"), milestone("two", occurrence="each")],
        [
            reward("a", on="one", hold=DAY),
            reward("b", on="two", hold=DAY),
            reward("c", on="one", to="friend"),
        ],
    )
    referred(log)
    first = log.buy("fred", at=1)
    log.buy("fred", at=2)
    log.reverse(first, at=HOUR)  # c of the first is out already
    rows = judge(program, log)
    assert [(r["reward"], r["state"]) for r in rows.rewards] == [
        ("a", "voided"),
        ("c", "issued"),
        ("b", "voided"),
        ("a", "pending"),
        ("c", "issued"),
        ("b", "pending"),
    ]


@pytest.mark.parametrize(
    ("received", "expected"), [(DAY + HOUR, ("revoked", DAY + HOUR)), (DAY + HOUR + 1, ("issued", DAY))]
)
def test_issued_with_a_clawback_it_is_revoked_up_to_its_end(
    judge: Judge, log: Logbook, received: Any, expected: Any
) -> None:
    referred(log)
    log.reverse(log.buy("fred", at=0), received=received)
    rows = judge(design(rewards=[reward(hold=DAY, clawback=HOUR)]), log)
    assert moments(log, rows) == [expected]


def test_without_a_clawback_what_is_issued_stays(judge: Judge, log: Logbook) -> None:
    referred(log)
    log.reverse(log.buy("fred", at=0), received=1)
    assert moments(log, judge(design(), log)) == [("issued", 0)]


def test_only_the_first_reversal_of_a_conversion_counts(judge: Judge, log: Logbook) -> None:
    """The first came before a clawback could matter; the second finds nothing left to do."""
    program = design(rewards=[reward("held", hold=DAY), reward("quick", to="friend", clawback=WEEK)])
    referred(log)
    bought = log.buy("fred", at=0)
    log.reverse(bought, received=HOUR)
    log.reverse(bought, received=2 * HOUR)
    rows = judge(program, log)
    assert moments(log, rows) == [("voided", HOUR), ("revoked", HOUR)]


def test_a_second_reversal_does_not_move_a_void_of_a_later_approval(judge: Judge, log: Logbook) -> None:
    program = design(rules=[rule("small", "amount < 10", on_fail="review")])
    referred(log)
    bought = log.buy("fred", at=0, amount=2000)
    log.reverse(bought, at=1)
    log.verdict(bought, at=2)
    log.reverse(bought, at=3)
    assert moments(log, judge(program, log)) == [("voided", 2)]


@pytest.mark.parametrize("state", ["counted", "capped", "unfunded"])
def test_a_reversal_after_the_release_voids_what_was_not_issued(
    judge: Judge, log: Logbook, state: Any
) -> None:
    limits: dict[str, dict[str, Any]] = {
        "counted": {"every": 2},
        "capped": {"caps": [cap("lifetime", value=999)]},
        "unfunded": {},
    }
    program = design(
        rewards=[reward(clawback=WEEK, **limits[state])], budget=999 if state == "unfunded" else None
    )
    referred(log)
    bought = log.buy("fred", at=0)
    assert states(judge(program, log, now=1)) == [state]
    log.reverse(bought, received=HOUR)
    assert moments(log, judge(program, log)) == [("voided", HOUR)]


# ---------------------------------------------------------------------- release: order and time


def test_what_is_due_is_released_only_before_a_newer_event_or_a_time_told(judge: Judge, log: Logbook) -> None:
    program = design([EACH])
    referred(log)
    log.buy("fred", at=5)
    assert states(judge(program, log)) == ["pending"]
    log.buy("fred", at=5)  # of the same millisecond
    assert states(judge(program, log)) == ["pending", "pending"]
    assert states(judge(program, log, now=5)) == ["issued", "issued"]
    log.add("session.authenticated", "gina", 6, None)
    assert moments(log, judge(program, log)) == [("issued", 5), ("issued", 5)]


def test_a_time_told_releases_everything_due_at_or_before_it(judge: Judge, log: Logbook) -> None:
    program = design(rewards=[reward("a", hold=DAY), reward("b", to="friend", hold=DAY + MINUTE)])
    referred(log)
    log.buy("fred", at=0)
    assert moments(log, judge(program, log, now=DAY - 1)) == [("pending", 0), ("pending", 0)]
    assert moments(log, judge(program, log, now=DAY)) == [("issued", DAY), ("pending", 0)]
    assert moments(log, judge(program, log, now=WEEK)) == [("issued", DAY), ("issued", DAY + MINUTE)]


def test_telling_the_time_in_between_changes_nothing_in_the_end(judge: Judge, log: Logbook) -> None:
    program = design([EACH], [reward(hold=HOUR, every=2)])
    referred(log)
    for hour in range(4):
        log.buy("fred", at=hour * HOUR)
    plain = judge(program, log, now=DAY)
    log.steps.insert(4, log.start + HOUR)
    assert judge(program, log, now=DAY) == plain


def test_releases_go_by_when_they_are_due(judge: Judge, log: Logbook) -> None:
    """The later conversion is due first, and takes the only place."""
    program = design([EACH], [reward(caps=[cap("lifetime", count=1)], hold=DAY)])
    referred(log)
    log.buy("fred", at=HOUR, key="occurred-late")
    log.buy("fred", at=0, received=HOUR, key="occurred-early")
    rows = judge(program, log, now=WEEK)
    assert [(r["event_id"], r["state"]) for r in rows.rewards] == [
        ("occurred-late", "capped"),
        ("occurred-early", "issued"),
    ]


def test_releases_due_at_the_same_moment_go_by_the_seq_of_the_conversion(judge: Judge, log: Logbook) -> None:
    """Not by the order in which they qualified: the first is approved after the second qualified."""
    program = design(
        [EACH],
        [reward(hold=DAY, tier=(1, 1))],
        rules=[rule("small", "amount < 10", on_fail="review")],
    )
    referred(log)
    waiting = log.buy("fred", at=0, amount=2000)
    log.buy("fred", at=0, amount=100)
    log.verdict(waiting, at=HOUR)
    rows = judge(program, log, now=WEEK)
    assert [(r["event_id"] == waiting["id"], r["state"]) for r in rows.rewards] == [
        (False, "counted"),
        (True, "issued"),
    ]


def test_releases_of_one_conversion_due_at_the_same_moment_go_by_place_in_the_file(
    judge: Judge, log: Logbook
) -> None:
    """Not by milestone: its decisions come in the milestones' order, its releases in the rewards'."""
    program = design(
        [milestone("one"), milestone("two")],
        [reward("b", on="two", value=700), reward("a", on="one", value=700)],
        budget=1000,
    )
    referred(log)
    log.buy("fred", at=1)
    rows = judge(program, log, now=DAY)
    assert [(r["reward"], r["state"]) for r in rows.rewards] == [("a", "unfunded"), ("b", "issued")]


def test_rewards_come_in_the_order_of_the_events_that_qualified_them(judge: Judge, log: Logbook) -> None:
    program = design([EACH], rules=[rule("small", "amount < 10", on_fail="review")])
    referred(log)
    waiting = log.buy("fred", at=0, amount=2000, key="first")
    log.buy("fred", at=1, amount=100, key="second")
    log.verdict(waiting, at=2)
    assert [r["event_id"] for r in judge(program, log).rewards] == ["second", "first"]


# ---------------------------------------------------------------------- numbers


def buys(log: Any, number: int, step: int = 1, **data: Any) -> list[Any]:
    return [log.buy("fred", at=step * (n + 1), **data) for n in range(number)]


def test_every_kth_release_is_issued(judge: Judge, log: Logbook) -> None:
    referred(log)
    buys(log, 5)
    program = design([EACH], [reward(every=2)])
    assert states(judge(program, log, now=DAY)) == ["counted", "issued", "counted", "issued", "counted"]


@pytest.mark.parametrize(
    ("tier", "expected"),
    [((2, 3), "counted issued issued counted"), ((3, None), "counted counted issued issued")],
)
def test_a_tier_is_from_a_number_to_a_number_or_on(
    judge: Judge, log: Logbook, tier: Any, expected: Any
) -> None:
    referred(log)
    buys(log, 4)
    assert states(judge(design([EACH], [reward(tier=tier)]), log, now=DAY)) == expected.split()


def test_every_and_tier_must_both_hold(judge: Judge, log: Logbook) -> None:
    referred(log)
    buys(log, 5)
    program = design([EACH], [reward(every=2, tier=(3, None))])
    assert states(judge(program, log, now=DAY)) == ["counted", "counted", "counted", "issued", "counted"]


def test_a_voided_one_is_not_numbered(judge: Judge, log: Logbook) -> None:
    referred(log)
    first, *_ = buys(log, 3)
    log.reverse(first, at=4)
    program = design([EACH], [reward(every=2, hold=DAY)])
    assert states(judge(program, log, now=WEEK)) == ["voided", "counted", "issued"]


def test_capped_ones_are_numbered_and_revoked_ones_are_not(judge: Judge, log: Logbook) -> None:
    program = design([EACH], [reward(tier=(1, 4), clawback=WEEK, caps=[cap("calendar-day", count=1)])])
    referred(log)
    first = log.buy("fred", at=1)
    log.buy("fred", at=2)
    log.reverse(first, at=3)
    log.buy("fred", at=DAY)
    log.buy("fred", at=2 * DAY)
    log.buy("fred", at=3 * DAY)
    log.buy("fred", at=4 * DAY)
    rows = judge(program, log, now=WEEK)
    assert states(rows) == ["revoked", "capped", "issued", "issued", "issued", "counted"]


def test_numbers_are_by_reward_role_and_recipient(judge: Judge, log: Logbook) -> None:
    program = design([EACH], [reward("a", every=2), reward("b", to="friend", every=2)])
    referred(log, "fred", "gina")
    log.buy("fred", at=1)
    log.buy("gina", at=2)
    rows = judge(program, log, now=DAY)
    assert [(r["reward"], r["state"]) for r in rows.rewards] == [
        ("a", "counted"),
        ("b", "counted"),
        ("a", "issued"),
        ("b", "counted"),
    ]


def test_the_same_name_in_another_role_is_counted_apart(judge: Judge, log: Logbook) -> None:
    """Across versions a reward may change its role; ann is friend and referrer."""
    old = design([EACH], [reward("a", to="referrer", every=2)])
    new = design([EACH], [reward("a", to="friend", every=2)])
    log.link("ann", "A")
    log.link("bob", "B")
    log.claim("ann", code="B", at=0)
    log.claim("fred", code="A", at=0)
    log.buy("fred", at=1)
    log.change(new, at=2)
    log.buy("ann", at=3)
    rows = judge(old, log, now=DAY)
    assert [(r["recipient"], r["role"], r["state"]) for r in rows.rewards] == [
        ("ann", "referrer", "counted"),
        ("ann", "friend", "counted"),
    ]


# ---------------------------------------------------------------------- caps


def test_a_count_cap_leaves_no_room_for_one_more(judge: Judge, log: Logbook) -> None:
    referred(log)
    buys(log, 3)
    program = design([EACH], [reward(caps=[cap("lifetime", count=2)])])
    assert states(judge(program, log, now=DAY)) == ["issued", "issued", "capped"]


def test_a_value_cap_may_be_filled_to_the_last_penny_and_a_later_smaller_one_may_fit(
    judge: Judge, log: Logbook
) -> None:
    referred(log)
    for number, amount in enumerate((600, 500, 300, 100, 1), 1):
        log.buy("fred", at=number, amount=amount)
    program = design([EACH], [reward(percent="100", caps=[cap("lifetime", value=1000)])])
    assert states(judge(program, log, now=DAY)) == ["issued", "capped", "issued", "issued", "capped"]


def test_count_and_value_in_one_cap_must_both_hold(judge: Judge, log: Logbook) -> None:
    referred(log)
    for number, amount in enumerate((900, 200, 50, 50), 1):
        log.buy("fred", at=number, amount=amount)
    program = design([EACH], [reward(percent="100", caps=[cap("lifetime", count=2, value=1000)])])
    assert states(judge(program, log, now=DAY)) == ["issued", "capped", "issued", "capped"]


def test_all_caps_must_hold(judge: Judge, log: Logbook) -> None:
    referred(log)
    for day in (0, 0, 1, 2):
        log.buy("fred", at=day * DAY)
    caps = [cap("calendar-day", count=1), cap("lifetime", value=2000)]
    program = design([EACH], [reward(caps=caps)])
    assert states(judge(program, log, now=WEEK)) == ["issued", "capped", "issued", "capped"]


def test_what_was_capped_or_counted_takes_no_room(judge: Judge, log: Logbook) -> None:
    referred(log)
    for number, amount in enumerate((700, 700, 300), 1):
        log.buy("fred", at=number, amount=amount)
    program = design([EACH], [reward(percent="100", every=1, caps=[cap("lifetime", count=2, value=1000)])])
    assert states(judge(program, log, now=DAY)) == ["issued", "capped", "issued"]


def test_revoked_ones_give_room_in_caps_back(judge: Judge, log: Logbook) -> None:
    referred(log)
    first = log.buy("fred", at=1)
    log.reverse(first, at=2)
    log.buy("fred", at=3)
    program = design([EACH], [reward(clawback=WEEK, caps=[cap("lifetime", count=1)])])
    assert states(judge(program, log, now=DAY)) == ["revoked", "issued"]


def test_caps_are_by_reward_and_recipient(judge: Judge, log: Logbook) -> None:
    caps = [cap("lifetime", count=1)]
    program = design([EACH], [reward("a", caps=caps), reward("b", to="friend", caps=caps)])
    referred(log, "fred", "gina")
    log.buy("fred", at=1)
    log.buy("gina", at=2)
    assert states(judge(program, log, now=DAY)) == ["issued", "issued", "capped", "issued"]


@pytest.mark.parametrize(
    ("window", "first", "then", "state"),
    [
        ("calendar-day", "2026-03-01T23:59", "2026-03-02T00:00", "issued"),
        ("calendar-day", "2026-03-02T00:00", "2026-03-02T23:59", "capped"),
        ("calendar-week", "2026-03-01T23:59", "2026-03-02T00:00", "issued"),  # a Sunday, a Monday
        ("calendar-week", "2026-03-02T00:00", "2026-03-08T23:59", "capped"),
        ("calendar-week", "2027-12-31T23:59", "2028-01-02T23:59", "capped"),  # over the new year
        ("calendar-month", "2026-02-28T23:59", "2026-03-01T00:00", "issued"),
        ("calendar-month", "2028-02-01T00:00", "2028-02-29T23:59", "capped"),
        ("calendar-month", "2026-03-15T00:00", "2027-03-15T00:00", "issued"),
        ("calendar-year", "2026-12-31T23:59", "2027-01-01T00:00", "issued"),
        ("calendar-year", "2026-01-01T00:00", "2026-12-31T23:59", "capped"),
        ("lifetime", "2026-01-01T00:00", "2036-12-31T23:59", "capped"),
        (DAY, "2026-03-01T00:00", "2026-03-01T23:59", "capped"),
        (DAY, "2026-03-01T00:00", "2026-03-02T00:00", "issued"),
    ],
)
def test_cap_windows(judge: Judge, log: Logbook, window: Any, first: Any, then: Any, state: Any) -> None:
    referred(log)
    log.buy("fred", at=at(first) - log.start)
    log.buy("fred", at=at(then) - log.start)
    program = design([EACH], [reward(caps=[cap(window, count=1)])])
    assert states(judge(program, log, now=at("2040-01-01") - log.start)) == ["issued", state]


def test_a_rolling_window_is_open_at_its_start_to_the_millisecond(judge: Judge, log: Logbook) -> None:
    referred(log)
    log.buy("fred", at=0)
    log.buy("fred", at=DAY - 1)
    log.buy("fred", at=DAY)
    program = design([EACH], [reward(caps=[cap(DAY, count=1)])])
    assert states(judge(program, log, now=WEEK)) == ["issued", "capped", "issued"]


def test_windows_are_about_when_it_is_due_not_about_when_it_was_bought(judge: Judge, log: Logbook) -> None:
    referred(log)
    log.buy("fred", at=0)
    log.buy("fred", at=23 * HOUR)
    program = design([EACH], [reward(hold=HOUR, caps=[cap("calendar-day", count=1)])])
    assert states(judge(program, log, now=WEEK)) == ["issued", "issued"]


# ---------------------------------------------------------------------- budget


def test_the_budget_is_for_everything_issued_and_a_later_smaller_one_may_fit(
    judge: Judge, log: Logbook
) -> None:
    program = design([EACH], [reward("a", percent="100"), reward("b", to="friend", value=100)], budget=1000)
    referred(log)
    for number, amount in enumerate((600, 500, 200), 1):
        log.buy("fred", at=number, amount=amount)
    assert states(judge(program, log, now=DAY)) == [
        "issued",
        "issued",
        "unfunded",
        "issued",
        "issued",
        "unfunded",
    ]


def test_a_cap_comes_before_the_budget_and_what_is_capped_takes_none_of_it(
    judge: Judge, log: Logbook
) -> None:
    program = design(
        [EACH],
        [reward("a", value=600, caps=[cap("lifetime", count=1)]), reward("b", to="friend", value=200)],
        budget=1000,
    )
    referred(log)
    buys(log, 2)
    assert states(judge(program, log, now=DAY)) == ["issued", "issued", "capped", "issued"]


def test_what_is_unfunded_takes_no_room_in_a_cap(judge: Judge, log: Logbook) -> None:
    program = design([EACH], [reward(percent="100", caps=[cap("lifetime", count=1)])], budget=500)
    referred(log)
    log.buy("fred", at=1, amount=501)
    log.buy("fred", at=2, amount=500)
    assert states(judge(program, log, now=DAY)) == ["unfunded", "issued"]


def test_revoked_ones_give_budget_back(judge: Judge, log: Logbook) -> None:
    program = design([EACH], [reward(clawback=WEEK)], budget=1000)
    referred(log)
    log.reverse(log.buy("fred", at=1), at=2)
    log.buy("fred", at=3)
    assert states(judge(program, log, now=DAY)) == ["revoked", "issued"]


# ---------------------------------------------------------------------- versions


def test_rewards_keep_the_terms_and_caps_of_their_conversions_version(judge: Judge, log: Logbook) -> None:
    old = design([EACH], [reward(value=100, hold=DAY, caps=[cap("lifetime", count=1)])])
    new = design([EACH], [reward(value=999, hold=2 * DAY)])
    referred(log)
    log.buy("fred", at=0)
    log.buy("fred", at=1)
    log.change(new, at=HOUR)
    log.buy("fred", at=HOUR)
    rows = judge(old, log, now=WEEK)
    assert [(r["value_minor"], r["due_at"] - log.start, r["state"]) for r in rows.rewards] == [
        (100, DAY, "issued"),
        (100, DAY + 1, "capped"),
        (999, 2 * DAY + HOUR, "issued"),
    ]


def test_numbers_and_caps_go_on_across_versions_by_the_rewards_name(judge: Judge, log: Logbook) -> None:
    old = design([EACH], [reward("a"), reward("b", to="friend")])
    new = design(
        [EACH], [reward("b", to="friend", tier=(2, None)), reward("a", caps=[cap("lifetime", count=1)])]
    )
    referred(log)
    log.buy("fred", at=0)
    log.change(new, at=HOUR)
    log.buy("fred", at=HOUR)
    rows = judge(old, log, now=WEEK)
    assert [(r["reward"], r["state"]) for r in rows.rewards] == [
        ("a", "issued"),
        ("b", "issued"),
        ("b", "counted"),  # two friends, of whom the new tier pays one, and one has been paid
        ("a", "capped"),
    ]


@pytest.mark.parametrize(("changed", "state"), [(DAY, "issued"), (DAY + 1, "unfunded")])
def test_the_budget_is_that_of_the_version_in_force_at_the_release(
    judge: Judge, log: Logbook, changed: Any, state: Any
) -> None:
    """A change received as the reward falls due comes before its release."""
    old, new = design(rewards=[reward(hold=DAY)], budget=999), design(rewards=[reward()], budget=1000)
    referred(log)
    log.buy("fred", at=0)
    log.change(new, at=changed)
    assert moments(log, judge(old, log, now=WEEK)) == [(state, DAY)]


def test_the_budget_counts_what_was_issued_under_earlier_versions(judge: Judge, log: Logbook) -> None:
    old, new = design([EACH]), design([EACH], budget=1999)
    referred(log)
    log.buy("fred", at=0)
    log.change(new, at=HOUR)
    log.buy("fred", at=HOUR)
    assert states(judge(old, log, now=WEEK)) == ["issued", "unfunded"]

"""Attribution, one sentence of the specification a test; each runs on the oracle and on the engine."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.designs import DAY, HOUR, MINUTE, design, milestone, rule
from tests.engine.logbook import Judge, Logbook

PROGRAM = design()


def referrers(rows: Any) -> dict[str, str]:
    return {row["friend"]: row["referrer"] for row in rows.attributions}


def test_a_visit_then_a_claim_makes_an_attribution_by_link(judge: Judge, log: Logbook) -> None:
    log.link("ann", "A")
    log.visit("fred", "A", at=HOUR, channel="chat")
    log.claim("fred", at=2 * HOUR, received=3 * HOUR)
    assert judge(PROGRAM, log).attributions == [
        {
            "friend": "fred",
            "referrer": "ann",
            "code": "A",
            "channel": "chat",
            "method": "link",
            "touch_at": log.start + HOUR,
            "attributed_at": log.start + 3 * HOUR,
            "ended_at": None,
        }
    ]


def test_a_code_on_the_claim_makes_an_attribution_by_code_and_is_itself_the_touch(
    judge: Judge, log: Logbook
) -> None:
    log.link("ann", "A")
    log.claim("fred", code="A", at=2 * HOUR, received=3 * HOUR)
    assert judge(PROGRAM, log).attributions == [
        {
            "friend": "fred",
            "referrer": "ann",
            "code": "A",
            "channel": "code",
            "method": "code",
            "touch_at": log.start + 2 * HOUR,
            "attributed_at": log.start + 3 * HOUR,
            "ended_at": None,
        }
    ]


def test_a_link_is_live_from_its_creation_on_in_log_order_not_by_when_it_occurred(
    judge: Judge, log: Logbook
) -> None:
    log.visit("fred", "A", at=5, received=5)
    log.link("ann", "A", at=0, received=5)
    log.claim("fred", at=6)
    log.visit("gina", "A", at=-5, received=7)  # occurred before the link did, but after it in the log
    log.claim("gina", at=8)
    assert referrers(judge(PROGRAM, log)) == {"gina": "ann"}


def test_a_second_link_with_the_same_code_has_no_effect(judge: Judge, log: Logbook) -> None:
    log.link("ann", "A")
    log.link("bob", "A", at=1)
    log.claim("fred", code="A", at=2)
    assert referrers(judge(PROGRAM, log)) == {"fred": "ann"}


def test_a_second_link_with_the_same_code_has_no_effect_on_the_age_of_a_referrer_either(
    judge: Judge, log: Logbook
) -> None:
    log.link("ann", "A")
    log.link("bob", "A", at=1)
    log.link("bob", "B", at=2 * DAY)
    log.claim("fred", code="B", at=3 * DAY)
    log.buy("fred", at=3 * DAY)
    program = design(rules=[rule("old", "referrer_age_days = 1")])
    assert judge(program, log).decisions[0]["outcome"] == "qualified"


def test_a_link_serves_only_while_its_referrers_latest_kind_is_allowed(judge: Judge, log: Logbook) -> None:
    program = design(referrers=("customer",))
    log.link("ann", "A")
    log.claim("early", code="A", at=1)  # of no known kind yet
    log.identified("ann", at=2, kind="partner")
    log.claim("partnered", code="A", at=3)
    log.identified("ann", at=4, kind="customer")
    log.claim("served", code="A", at=5)
    log.identified("ann", at=6, kind="employee")
    log.claim("late", code="A", at=7)
    assert referrers(judge(program, log)) == {"served": "ann"}


def test_the_latest_kind_is_by_log_order_not_by_when_it_occurred(judge: Judge, log: Logbook) -> None:
    program = design(referrers=("customer",))
    log.link("ann", "A")
    log.identified("ann", at=HOUR, kind="partner")
    log.identified("ann", at=0, received=HOUR, kind="customer")
    log.claim("fred", code="A", at=2 * HOUR)
    assert referrers(judge(program, log)) == {"fred": "ann"}


def test_without_referrers_a_link_always_serves(judge: Judge, log: Logbook) -> None:
    log.link("ann", "A")
    log.identified("ann", at=1, kind="partner")
    log.claim("fred", code="A", at=2)
    assert referrers(judge(PROGRAM, log)) == {"fred": "ann"}


def test_a_touch_is_a_visit_whose_link_serves_as_it_is_processed(judge: Judge, log: Logbook) -> None:
    program = design(referrers=("customer",))
    log.identified("ann", at=0, kind="partner")
    log.link("ann", "A")
    log.visit("fred", "A", at=1)  # the link doesn't serve yet: no touch
    log.identified("ann", at=2, kind="customer")
    log.claim("fred", at=3)
    assert referrers(judge(program, log)) == {}


def test_a_touch_stays_one_whatever_becomes_of_the_link(judge: Judge, log: Logbook) -> None:
    program = design(referrers=("customer",))
    log.identified("ann", at=0)
    log.link("ann", "A")
    log.visit("fred", "A", at=1)
    log.identified("ann", at=2, kind="partner")
    log.claim("fred", at=3)
    assert referrers(judge(program, log)) == {"fred": "ann"}


def test_a_friend_is_attributed_at_most_once(judge: Judge, log: Logbook) -> None:
    log.link("ann", "A")
    log.link("bob", "B")
    log.claim("fred", code="A", at=1)
    log.claim("fred", code="B", at=2)
    log.buy("fred", code="B", at=3)
    rows = judge(PROGRAM, log)
    assert referrers(rows) == {"fred": "ann"}
    assert len(rows.attributions) == 1


@pytest.mark.parametrize("kind", ["purchase.completed", "bill.paid"])
def test_a_conversion_of_any_type_with_or_without_a_milestone_attributes(
    judge: Judge, log: Logbook, kind: Any
) -> None:
    log.link("ann", "A")
    log.visit("fred", "A", at=1)
    log.buy("fred", kind=kind, at=2)
    assert referrers(judge(PROGRAM, log)) == {"fred": "ann"}


def test_a_code_typed_at_the_till_attributes(judge: Judge, log: Logbook) -> None:
    log.link("ann", "A")
    log.buy("fred", code="A", at=2)
    rows = judge(PROGRAM, log)
    assert rows.attributions[0]["method"] == "code"
    assert rows.decisions[0]["outcome"] == "qualified"


def test_a_reversal_never_attributes(judge: Judge, log: Logbook) -> None:
    log.link("ann", "A")
    log.visit("fred", "A", at=1)
    log.reverse(("client/shop", "none"), subject="fred", at=2)
    assert judge(PROGRAM, log).attributions == []


@pytest.mark.parametrize("kind", ["friend.opted_in", "session.authenticated", "eligibility.confirmed"])
def test_no_other_event_attributes(judge: Judge, log: Logbook, kind: Any) -> None:
    log.link("ann", "A")
    log.visit("fred", "A", at=1)
    log.add(kind, "fred", 2, None)
    assert judge(PROGRAM, log).attributions == []


def test_a_code_wins_over_touches(judge: Judge, log: Logbook) -> None:
    log.link("ann", "A")
    log.link("bob", "B")
    log.visit("fred", "A", at=1)
    log.claim("fred", code="B", at=2)
    assert referrers(judge(PROGRAM, log)) == {"fred": "bob"}


def test_a_code_that_names_no_link_is_passed_over(judge: Judge, log: Logbook) -> None:
    log.link("ann", "A")
    log.visit("fred", "A", at=1)
    log.claim("fred", code="nobody's", at=2)
    assert referrers(judge(PROGRAM, log)) == {"fred": "ann"}


def test_a_code_whose_link_does_not_serve_is_passed_over(judge: Judge, log: Logbook) -> None:
    program = design(referrers=("customer",))
    log.identified("ann", at=0)
    log.link("ann", "A")
    log.identified("bob", at=0, kind="partner")
    log.link("bob", "B")
    log.visit("fred", "A", at=1)
    log.claim("fred", code="B", at=2)
    row = judge(program, log).attributions[0]
    assert (row["referrer"], row["method"]) == ("ann", "link")


@pytest.mark.parametrize(
    ("visited", "counts"),
    [(0, False), (1, True), (MINUTE, True), (MINUTE + 1, False)],
    ids=["at the window's start", "just inside", "at the very moment", "after it"],
)
def test_the_window_is_open_at_its_start_and_closed_at_its_end(
    judge: Judge, log: Logbook, visited: Any, counts: Any
) -> None:
    program = design(window=MINUTE)
    log.link("ann", "A")
    log.visit("fred", "A", at=visited, received=0)
    log.claim("fred", at=MINUTE, received=2 * MINUTE)
    assert bool(judge(program, log).attributions) is counts


def test_touches_after_it_in_the_log_do_not_count(judge: Judge, log: Logbook) -> None:
    log.link("ann", "A")
    log.claim("fred", at=10)
    log.visit("fred", "A", at=5, received=10)
    assert judge(PROGRAM, log).attributions == []


@pytest.mark.parametrize(("model", "referrer"), [("last-touch", "bob"), ("first-touch", "ann")])
def test_the_model_picks_by_when_the_touch_occurred_not_by_its_place_in_the_log(
    judge: Judge, log: Logbook, model: Any, referrer: Any
) -> None:
    log.link("ann", "A")
    log.link("bob", "B")
    log.link("cat", "C")
    log.visit("fred", "C", at=20, received=30)
    log.visit("fred", "B", at=25, received=30)
    log.visit("fred", "A", at=10, received=30)
    log.claim("fred", at=40)
    assert referrers(judge(design(model=model), log)) == {"fred": referrer}


@pytest.mark.parametrize(("model", "referrer"), [("last-touch", "bob"), ("first-touch", "ann")])
def test_at_equal_times_the_later_in_the_log_is_last_and_the_earlier_first(
    judge: Judge, log: Logbook, model: Any, referrer: Any
) -> None:
    log.link("ann", "A")
    log.link("bob", "B")
    log.visit("fred", "A", at=10, received=10)
    log.visit("fred", "B", at=10, received=10)
    log.claim("fred", at=10)
    assert referrers(judge(design(model=model), log)) == {"fred": referrer}


def test_first_touch_picks_the_first_inside_the_window(judge: Judge, log: Logbook) -> None:
    log.link("ann", "A")
    log.link("bob", "B")
    log.visit("fred", "A", at=0)
    log.visit("fred", "B", at=2 * HOUR)
    log.claim("fred", at=25 * HOUR)
    assert referrers(judge(design(model="first-touch", window=DAY), log)) == {"fred": "bob"}


def test_only_the_friends_own_touches_count(judge: Judge, log: Logbook) -> None:
    log.link("ann", "A")
    log.visit("gina", "A", at=1)
    log.claim("fred", at=2)
    assert judge(PROGRAM, log).attributions == []


def test_where_it_finds_none_a_later_event_may_still_attribute(judge: Judge, log: Logbook) -> None:
    log.link("ann", "A")
    log.claim("fred", at=1)
    log.visit("fred", "A", at=2)
    log.claim("fred", at=3)
    rows = judge(PROGRAM, log)
    assert [row["attributed_at"] for row in rows.attributions] == [log.start + 3]


def test_the_links_own_owner_is_attributed_all_the_same_and_a_rule_can_refuse_it(
    judge: Judge, log: Logbook
) -> None:
    program = design(rules=[rule("no-self", "NOT same_person")])
    log.link("ann", "A")
    log.visit("ann", "A", at=1)
    log.buy("ann", at=2)
    rows = judge(program, log)
    assert referrers(rows) == {"ann": "ann"}
    assert (rows.decisions[0]["outcome"], rows.decisions[0]["reason"]) == ("refused", "no-self")


def test_a_better_touch_after_the_attribution_changes_nothing(judge: Judge, log: Logbook) -> None:
    log.link("ann", "A")
    log.link("bob", "B")
    log.visit("fred", "A", at=1)
    log.claim("fred", at=10)
    log.visit("fred", "B", at=9, received=11)
    log.buy("fred", at=20)
    rows = judge(PROGRAM, log)
    assert referrers(rows) == {"fred": "ann"}
    assert rows.decisions[0]["referrer"] == "ann"


def test_window_and_model_are_those_in_force_at_the_attribution(judge: Judge, log: Logbook) -> None:
    old, new = design(model="last-touch"), design(model="first-touch", window=3 * DAY)
    log.link("ann", "A")
    log.link("bob", "B")
    log.link("cat", "C")
    for friend in ("fred", "gina"):
        log.visit(friend, "A", at=0)
        log.visit(friend, "B", at=4 * DAY)
        log.visit(friend, "C", at=5 * DAY)
    log.claim("fred", at=6 * DAY)
    log.change(new, at=6 * DAY)
    log.claim("gina", at=6 * DAY)
    assert referrers(judge(old, log)) == {"fred": "cat", "gina": "bob"}


def test_a_visit_is_a_touch_by_the_version_in_force_then(judge: Judge, log: Logbook) -> None:
    old, new = design(), design(referrers=("customer",))
    log.identified("ann", at=0, kind="partner")
    log.link("ann", "A")
    log.visit("before", "A", at=1)
    log.change(new, at=2)
    log.visit("after", "A", at=3)
    log.claim("before", at=4)
    log.claim("after", at=4)
    log.claim("coded", code="A", at=4)
    assert referrers(judge(old, log)) == {"before": "ann"}


def test_attributions_come_in_log_order(judge: Judge, log: Logbook) -> None:
    program = design(milestones=[milestone(event="bill.paid")])
    log.link("ann", "A")
    for friend in ("zoe", "fred", "moe"):
        log.claim(friend, code="A", at=1)
    assert [row["friend"] for row in judge(program, log).attributions] == ["zoe", "fred", "moe"]

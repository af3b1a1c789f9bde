"""The facts of rules, one sentence of the specification a test; each runs on the oracle and on the engine.

`ask(log, expression)` says what a rule makes of it for the last conversion of the log: pass, fail or missing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.engine.designs import DAY, HOUR, SECOND, design, milestone, rule
from tests.engine.logbook import Judge, Logbook

Ask = Callable[..., str]


@pytest.fixture
def ask(judge: Judge) -> Ask:
    def result(log: Any, expression: str, currency: str = "GBP") -> str:
        program = design([milestone(occurrence="each")], rules=[rule("asked", expression)], currency=currency)
        row = judge(program, log).decisions[-1]
        assert row["outcome"] in ("qualified", "refused"), row
        return row["failed"][0][1] if row["failed"] else "pass"

    return result


def referred(log: Any, friend: str = "fred", at: int = 0) -> None:
    """Ann refers a friend by a visit that the friend's first conversion finds."""
    log.link("ann", "A", at=at)
    log.visit(friend, "A", at=at)


@pytest.mark.parametrize(
    ("currency", "minor", "major"), [("GBP", 1999, "19.99"), ("JPY", 1999, "1999"), ("KWD", 1999, "1.999")]
)
def test_amount_is_in_major_units_by_the_digits_of_the_currency(
    ask: Any, log: Logbook, currency: Any, minor: Any, major: Any
) -> None:
    referred(log)
    log.buy("fred", amount=minor, currency=currency)
    assert ask(log, f"amount = {major}", currency) == "pass"


def test_amount_without_a_currency_is_in_the_programs(ask: Any, log: Logbook) -> None:
    referred(log)
    log.buy("fred", amount=1000)
    assert ask(log, "amount = 10") == "pass"


def test_amount_is_null_when_not_passed(ask: Any, log: Logbook) -> None:
    referred(log)
    log.buy("fred")
    assert ask(log, "amount = 10") == "missing"
    assert ask(log, "amount IS NULL") == "pass"


def test_amount_is_null_in_another_currency(ask: Any, log: Logbook) -> None:
    referred(log)
    log.buy("fred", amount=1000, currency="USD")
    assert ask(log, "amount IS NULL AND currency = 'USD'") == "pass"


def test_amount_of_nothing_is_nothing_and_not_null(ask: Any, log: Logbook) -> None:
    referred(log)
    log.buy("fred", amount=0)
    assert ask(log, "amount = 0") == "pass"


def test_outcome_currency_and_new_customer_are_the_conversions(ask: Any, log: Logbook) -> None:
    referred(log)
    log.buy("fred", outcome="repaid", currency="GBP", new_customer=False)
    assert ask(log, "outcome = 'repaid' AND currency = 'GBP' AND NOT new_customer") == "pass"


@pytest.mark.parametrize("fact", ["outcome = 'x'", "currency = 'GBP'", "new_customer"])
def test_what_the_conversion_did_not_say_is_missing(ask: Any, log: Logbook, fact: Any) -> None:
    referred(log)
    log.buy("fred")
    assert ask(log, fact) == "missing"


def test_channel_and_method_of_an_attribution_by_link(ask: Any, log: Logbook) -> None:
    referred(log)
    log.buy("fred")
    assert ask(log, "channel = 'email' AND method = 'link'") == "pass"


def test_channel_and_method_of_an_attribution_by_code(ask: Any, log: Logbook) -> None:
    log.link("ann", "A")
    log.buy("fred", code="A")
    assert ask(log, "channel = 'code' AND method = 'code'") == "pass"


def test_amount_is_divided_not_multiplied_by_a_hundredth(ask: Any, log: Logbook) -> None:
    referred(log)
    for _ in range(2):
        log.buy("fred", amount=1999)  # 1999 * (1 / 100) is 19.990000000000002
    assert ask(log, "amount = 19.99") == "pass"


def test_a_division_does_not_depend_on_how_many_conversions_stand_beside_it(ask: Any, log: Logbook) -> None:
    referred(log)
    for _ in range(2):
        log.buy("fred", amount=5)  # 0.05 * (1 / 10) is 0.005000000000000001
    assert ask(log, "amount / 10 = 0.005") == "pass"


def test_claim_delay_is_divided_too(ask: Any, log: Logbook) -> None:
    log.link("ann", "A")
    log.visit("fred", "A", at=0)
    log.claim("fred", at=700)
    for _ in range(2):
        log.buy("fred", at=800)
    assert ask(log, "claim_delay_seconds = 0.7") == "pass"


def test_touch_age_is_between_occurrences_in_days(ask: Any, log: Logbook) -> None:
    log.link("ann", "A")
    log.visit("fred", "A", at=0, received=DAY)
    log.buy("fred", at=36 * HOUR, received=5 * DAY)
    assert ask(log, "touch_age_days = 1.5") == "pass"


def test_claim_delay_is_from_the_touch_to_the_first_claim_in_the_log(ask: Any, log: Logbook) -> None:
    log.link("ann", "A")
    log.visit("fred", "A", at=0)
    log.claim("fred", at=90 * SECOND, received=HOUR)
    log.claim("fred", at=60 * SECOND, received=2 * HOUR)
    log.buy("fred", at=3 * HOUR)
    assert ask(log, "claim_delay_seconds = 90") == "pass"


def test_claim_delay_may_be_negative(ask: Any, log: Logbook) -> None:
    log.link("ann", "A")
    log.claim("fred", at=0)
    log.visit("fred", "A", at=1500)
    log.buy("fred", at=HOUR)
    assert ask(log, "claim_delay_seconds = -1.5") == "pass"


def test_claim_delay_is_null_without_a_claim_yet(ask: Any, log: Logbook) -> None:
    referred(log)
    log.buy("fred", at=1)
    log.claim("fred", at=2)
    assert ask(log, "claim_delay_seconds > 0") == "missing"


@pytest.mark.parametrize(
    ("fact", "kind"),
    [
        ("opted_in", "friend.opted_in"),
        ("authenticated", "session.authenticated"),
        ("claimed", "friend.claimed"),
    ],
)
@pytest.mark.parametrize("when", ["before", "after", "of another"])
def test_whether_such_an_event_of_the_friend_is_in_the_log(
    ask: Any, log: Logbook, fact: Any, kind: Any, when: Any
) -> None:
    referred(log)
    data = {"contact_ref": "c"} if kind == "friend.claimed" else {}
    if when != "after":
        log.add(kind, "fred" if when == "before" else "ann", 1, None, **data)
    log.buy("fred", at=1)
    if when == "after":
        log.add(kind, "fred", 1, None, **data)
    assert ask(log, fact) == ("pass" if when == "before" else "fail")


def test_eligible_is_the_latest_confirmation_which_is_true_by_default(ask: Any, log: Logbook) -> None:
    referred(log)
    log.add("eligibility.confirmed", "fred", 1, None, eligible=False)
    log.add("eligibility.confirmed", "fred", 0, 1)
    log.buy("fred", at=1)
    assert ask(log, "eligible") == "pass"


def test_eligible_can_be_taken_back(ask: Any, log: Logbook) -> None:
    referred(log)
    log.add("eligibility.confirmed", "fred", 1, None)
    log.add("eligibility.confirmed", "fred", 1, None, eligible=False)
    log.buy("fred", at=1)
    assert ask(log, "eligible") == "fail"


def test_eligible_is_null_without_a_confirmation(ask: Any, log: Logbook) -> None:
    referred(log)
    log.add("eligibility.confirmed", "ann", 1, None)
    log.buy("fred", at=1)
    assert ask(log, "eligible") == "missing"


def test_same_person(ask: Any, log: Logbook) -> None:
    log.link("ann", "A")
    log.buy("ann", code="A")
    assert ask(log, "same_person") == "pass"
    log.buy("fred", code="A")
    assert ask(log, "same_person") == "fail"


def test_same_contact_compares_the_latest_of_both(ask: Any, log: Logbook) -> None:
    referred(log)
    log.identified("ann", contact="old")
    log.claim("fred", contact="shared")
    log.buy("fred")
    assert ask(log, "same_contact") == "fail"
    log.identified("ann", contact="shared")
    log.buy("fred")
    assert ask(log, "same_contact") == "pass"
    log.claim("fred", contact="new")
    log.buy("fred")
    assert ask(log, "same_contact") == "fail"


def test_same_contact_takes_both_claims_and_identifications_of_either(ask: Any, log: Logbook) -> None:
    referred(log)
    log.claim("ann", contact="shared")
    log.identified("fred", contact="shared")
    log.buy("fred")
    assert ask(log, "same_contact") == "pass"


@pytest.mark.parametrize("known", ["ann", "fred", None])
def test_same_contact_is_false_where_either_is_unknown(ask: Any, log: Logbook, known: Any) -> None:
    referred(log)
    if known:
        log.identified(known, contact="shared")
    log.buy("fred")
    assert ask(log, "same_contact") == "fail"


def test_same_device_is_any_ever_known_for_both(ask: Any, log: Logbook) -> None:
    referred(log)
    log.identified("ann", device_ref="d1")
    log.identified("ann", device_ref="d2")
    log.claim("fred", device_ref="d1")
    log.claim("fred", device_ref="d3")
    log.buy("fred")
    assert ask(log, "same_device") == "pass"


def test_a_visit_tells_a_device_even_when_it_is_no_touch(ask: Any, log: Logbook) -> None:
    referred(log)
    log.visit("ann", "nobody's", device="d1")
    log.visit("fred", "nobody's", device="d1")
    log.buy("fred")
    assert ask(log, "same_device") == "pass"


def test_a_device_seen_after_the_conversion_does_not_count(ask: Any, log: Logbook) -> None:
    referred(log)
    log.visit("fred", "A", device="d1")
    log.buy("fred")
    log.visit("ann", "A", device="d1")
    assert ask(log, "same_device") == "fail"


def test_same_device_is_false_where_either_has_none(ask: Any, log: Logbook) -> None:
    referred(log)
    log.visit("fred", "A", device="d1")
    log.buy("fred")
    assert ask(log, "same_device") == "fail"


def test_cross_referral_is_a_referrer_who_is_attributed_to_the_friend(ask: Any, log: Logbook) -> None:
    log.link("ann", "A")
    log.link("fred", "F")
    log.claim("fred", code="A")
    log.buy("fred")
    assert ask(log, "cross_referral") == "fail"
    log.claim("ann", code="F")
    log.buy("fred")
    assert ask(log, "cross_referral") == "pass"


def test_cross_referral_takes_two(ask: Any, log: Logbook) -> None:
    log.link("ann", "A")
    log.claim("ann", code="A")
    log.buy("ann")
    assert ask(log, "cross_referral") == "fail"


def test_segments_and_countries_are_the_latest_known_among_those_that_gave_the_field(
    ask: Any, log: Logbook
) -> None:
    referred(log)
    log.identified("ann", segment="gold", country="GB")
    log.identified("ann", segment="tin")
    log.identified("ann", country="JP")
    log.identified("fred", country="GB")
    log.claim("fred", segment="gold")
    log.claim("fred")
    log.buy("fred")
    expression = (
        "referrer_segment = 'tin' AND referrer_country = 'JP'"
        " AND friend_segment = 'gold' AND friend_country = 'GB'"
    )
    assert ask(log, expression) == "pass"


@pytest.mark.parametrize(
    "fact",
    [
        "friend_segment",
        "referrer_segment",
        "friend_country",
        "referrer_country",
        "referrer_kind",
        "community",
    ],
)
def test_what_nobody_said_is_missing(ask: Any, log: Logbook, fact: Any) -> None:
    referred(log)
    log.claim("fred")
    log.buy("fred")
    assert ask(log, f"{fact} = 'x'") == "missing"


def test_referrer_kind_and_community_are_the_referrers_latest(ask: Any, log: Logbook) -> None:
    referred(log)
    log.identified("ann", kind="partner", community="north")
    log.identified("ann", kind="employee")
    log.identified("fred", kind="customer", community="south")
    log.buy("fred")
    assert ask(log, "referrer_kind = 'employee' AND community = 'north'") == "pass"


def test_latest_is_by_log_order_as_of_the_conversion(ask: Any, log: Logbook) -> None:
    referred(log)
    log.identified("ann", at=10, community="north")
    log.identified("ann", at=5, received=10, community="south")
    log.buy("fred", at=10)
    log.identified("ann", at=10, community="west")
    assert ask(log, "community = 'south'") == "pass"


def test_referrer_age_is_between_receipts_from_the_first_link_to_the_attribution(
    ask: Any, log: Logbook
) -> None:
    log.link("ann", "A", at=0, received=DAY)
    log.link("ann", "A2", at=DAY)
    log.claim("fred", code="A2", at=2 * DAY, received=3 * DAY)
    log.buy("fred", at=9 * DAY)
    assert ask(log, "referrer_age_days = 2") == "pass"


def test_friends_are_counted_up_to_this_one_in_log_order_and_itself_included(ask: Any, log: Logbook) -> None:
    log.link("ann", "A")
    log.link("bob", "B")
    log.claim("one", code="A")
    log.claim("other", code="B")
    log.claim("two", code="A")
    log.claim("three", code="A")
    log.buy("two", at=DAY)
    assert ask(log, "referrer_friends = 2 AND referrer_friends_24h = 2") == "pass"


@pytest.mark.parametrize(("later", "friends"), [(DAY - 1, 2), (DAY, 1)])
def test_a_friend_of_24_hours_before_or_more_does_not_count_in_24h(
    ask: Any, log: Logbook, later: Any, friends: Any
) -> None:
    log.link("ann", "A")
    log.claim("one", code="A", at=0)
    log.claim("two", code="A", at=0, received=later)
    log.buy("two", at=3 * DAY)
    assert ask(log, f"referrer_friends_24h = {friends} AND referrer_friends = 2") == "pass"


def test_a_conversion_that_attributes_sees_its_own_attribution(ask: Any, log: Logbook) -> None:
    referred(log)
    log.buy("fred")
    assert ask(log, "referrer_friends = 1 AND method = 'link' AND touch_age_days = 0") == "pass"


# ---------------------------------------------------------------------- expressions


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("amount > 5", "missing"),
        ("NOT amount > 5", "missing"),
        ("amount > 5 OR claimed", "missing"),
        ("amount > 5 OR NOT claimed", "pass"),
        ("amount > 5 AND claimed", "fail"),
        ("amount > 5 AND NOT claimed", "missing"),
        ("amount IN (1, 2)", "missing"),
        ("channel IN ('chat', outcome)", "missing"),
        ("channel IN ('email', outcome)", "pass"),
        ("channel NOT IN ('chat', outcome)", "missing"),
        ("touch_age_days BETWEEN 1 AND amount", "fail"),
        ("touch_age_days BETWEEN 0 AND amount", "missing"),
        ("outcome LIKE '%'", "missing"),
        ("CASE WHEN amount > 5 THEN claimed ELSE TRUE END", "pass"),
        ("CASE WHEN amount > 5 THEN TRUE END", "missing"),
        ("COALESCE(amount, 7) = 7", "pass"),
        ("amount = amount", "missing"),
    ],
)
def test_three_valued_logic(ask: Any, log: Logbook, expression: Any, result: Any) -> None:
    referred(log)
    log.buy("fred")
    assert ask(log, expression) == result


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("amount + 2 * 3 = 16", "pass"),
        ("(amount + 2) * 3 = 36", "pass"),
        ("amount / 4 = 2.5", "pass"),
        ("-amount + 10 = 0", "pass"),
        ("amount - 3 - 2 = 5", "pass"),
        ("1 / 2 * amount = 5", "pass"),
        ("NOT claimed AND amount = 10", "pass"),
        ("NOT (claimed OR amount = 10)", "fail"),
        ("claimed AND claimed OR amount = 10", "pass"),
        ("claimed AND (claimed OR amount = 10)", "fail"),
        ("amount BETWEEN 10 AND 10", "pass"),
        ("amount NOT BETWEEN 5 AND 10", "fail"),
        ("outcome LIKE 'A_c%'", "pass"),
        ("outcome LIKE 'a_c%'", "fail"),
        ("outcome LIKE 'A_c'", "fail"),
        ("outcome NOT LIKE '%.%'", "fail"),
        ("outcome LIKE 'Abcd.e'", "fail"),
        ("outcome <> 'other'", "pass"),
        ("outcome < 'B'", "pass"),
        ("CASE method WHEN 'code' THEN 1 WHEN 'link' THEN 2 ELSE 3 END = 2", "pass"),
        ("new_customer = TRUE", "pass"),
    ],
)
def test_expressions(ask: Any, log: Logbook, expression: Any, result: Any) -> None:
    referred(log)
    log.buy("fred", amount=1000, outcome="Abcd..e", new_customer=True)
    assert ask(log, expression) == result

"""What arrived after a decision (a visit, a confirmation, a code of somebody else): `explain` gives the true reason.

The stories are made up after public complaints: a back-fill in the wrong order, a coupon typed after a link, and a
referrer whom the nightly file made known after the first visit.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from referral_tui.dashboard.account import blocks
from referral_tui.names import Names
from simulator.explain import journey
from tests.cli.nasty import DAY, HOUR, START, Cli, message

PROGRAM = """
[program]
name = "Shop"
currency = "EUR"
{kinds}
[[milestone]]
name = "first"
event = "purchase.paid"
{rules}
[[reward]]
name = "ref"
to = "referrer"
on = "first"
value = 10.00
"""
RULE = """
[[rule]]
code = "confirmed"
require = "eligible"
because = "Nobody has confirmed the friend."
"""
WHO = {"contact_kind": "email", "via": "sso", "referrer_kind": "customer"}


def known(own_id: str, who: str, at: int, occurred: int | None = None) -> dict[str, Any]:
    return message(own_id, "customer.identified", who, at, occurred, contact_ref=f"c-{who}", **WHO)


def paid(own_id: str, who: str, at: int, occurred: int | None = None, **data: Any) -> dict[str, Any]:
    event = message(own_id, "purchase.paid", who, at, occurred, amount_minor=5000, currency="EUR", **data)
    return event | {"source": "client/shop"}


@pytest.fixture
def told(cli: Cli, tmp_path: Path) -> Any:
    """`told(events, who)` is what `explain --json` and `explain` say after a replay of the events."""

    def replay(events: list[dict[str, Any]], who: str, rules: str = "", kinds: str = "") -> tuple[Any, str]:
        file, program, db = tmp_path / "a.jsonl", tmp_path / "p.toml", tmp_path / "a.db"
        file.write_text("\n".join(map(json.dumps, events)))
        program.write_text(PROGRAM.format(rules=rules, kinds=kinds))
        assert cli("ingest", "--db", db, "--program", program, "--replay", file).status == 0
        return cli("explain", who, "--db", db, "--json").json, cli("explain", who, "--db", db).out

    return replay


def test_a_visit_that_arrived_after_the_order_is_not_said_to_be_missing(told: Any) -> None:
    events = [
        paid("o1", "ben", START + 3 * DAY),
        known("w1", "anna", START + 3 * DAY),
        message("l1", "link.created", "anna", START + 3 * DAY, START, code="ANNA1"),
        message("v1", "friend.visited", "ben", START + 4 * DAY, START + DAY, code="ANNA1", channel="email"),
    ]
    found, said = told(events, "ben")
    (decision,) = found["decisions"]
    assert decision["why_not"][0] == (
        "a visit through code ANNA1 had happened on 2 January 2026, 00:00 UTC, but arrived on 5 January 2026, "
        "00:00 UTC, 1 day after this conversion was judged: what arrives later changes nothing"
    )
    assert "no visit through a live link" not in said


def test_a_confirmation_that_came_a_day_after_the_judgement_is_the_reason(told: Any) -> None:
    events = [
        known("w1", "anna", START),
        message("l1", "link.created", "anna", START, code="ANNA1"),
        message("v1", "friend.visited", "ben", START + HOUR, code="ANNA1", channel="email"),
        paid("o1", "ben", START + DAY),
        message("k1", "eligibility.confirmed", "ben", START + 2 * DAY),
    ]
    found, _ = told(events, "o1", RULE)
    words = (
        "the friend's eligibility (confirmed) arrived on 3 January 2026, 00:00 UTC, 1 day after it was judged"
    )
    assert words in found["decisions"][0]["why_not"]


def test_a_code_typed_after_the_friend_was_matched_by_a_link_came_too_late(told: Any) -> None:
    events = [
        known("w1", "anna", START),
        message("l1", "link.created", "anna", START, code="ANNA1"),
        known("w2", "bob", START),
        message("l2", "link.created", "bob", START, code="BOB1"),
        message("v1", "friend.visited", "cat", START + HOUR, code="ANNA1", channel="email"),
        message("c1", "friend.claimed", "cat", START + 2 * HOUR, contact_ref="c-cat"),
        paid("o1", "cat", START + 3 * HOUR, code="BOB1"),
    ]
    found, said = told(events, "cat")
    assert found["attribution"]["referrer"] == "anna"
    (late,) = found["late_codes"]
    assert (late["code"], late["referrer"]) == ("BOB1", "bob")
    assert "it came too late, the friend had been matched on 1 January 2026, 02:00 UTC" in said


def test_a_coupon_at_the_till_of_an_unmatched_friend_wins_over_the_link(told: Any) -> None:
    events = [
        known("w1", "anna", START),
        message("l1", "link.created", "anna", START, code="ANNA1"),
        known("w2", "bob", START),
        message("l2", "link.created", "bob", START, code="BOB1"),
        message("v1", "friend.visited", "ben", START + HOUR, code="ANNA1", channel="email"),
        paid("o1", "ben", START + 2 * HOUR, code="BOB1"),
    ]
    found, _ = told(events, "ben")
    assert (found["attribution"]["referrer"], found["late_codes"]) == ("bob", [])


def test_a_referrer_who_became_known_after_the_visit_loses_it_with_the_reason(told: Any) -> None:
    events = [
        message("l1", "link.created", "anna", START, code="ANNA1"),
        message("v1", "friend.visited", "ben", START + HOUR, code="ANNA1", channel="email"),
        known("w1", "anna", START + 12 * HOUR, START),
        paid("o1", "ben", START + DAY),
    ]
    found, _ = told(events, "ben", kinds='referrers = ["customer"]')
    assert found["touches"][0]["why"] == (
        "its referrer's kind was not known then; it arrived on 1 January 2026, 12:00 UTC; "
        "the referrer may refer from then on"
    )


PARTNER = WHO | {"referrer_kind": "partner"}
BARRED = "its referrer (partner) may not refer"
AFTER_PARTNER = {
    "an order": [paid("o1", "ben", START + 2 * DAY, contact_ref="c-ben")],
    "a claim": [message("c1", "friend.claimed", "ben", START + 2 * DAY, contact_ref="c-ben")],
    "nothing": [],
}


@pytest.mark.parametrize("then", AFTER_PARTNER)
def test_a_friend_who_came_by_the_link_of_somebody_who_may_not_refer_is_told_that_one_reason(
    told: Any, then: str
) -> None:
    events = [
        message("w1", "customer.identified", "anna", START, contact_ref="c-anna", **PARTNER),
        message("l1", "link.created", "anna", START, code="ANNA1"),
        message("v1", "friend.visited", "ben", START + DAY, code="ANNA1", channel="email"),
        *AFTER_PARTNER[then],
    ]
    found, said = told(events, "ben", kinds='referrers = ["customer"]')
    assert [touch["why"] for touch in found["touches"]] == [BARRED]
    assert found["why_not"][0].endswith(f"visit of 2 January 2026, 00:00 UTC, code ANNA1: {BARRED}")
    assert "led to a referrer" not in said
    assert "no claim or conversion has matched" not in said


def test_a_partners_visit_that_arrived_late_is_not_said_to_have_come_too_late(told: Any) -> None:
    events = [
        message("w1", "customer.identified", "anna", START, contact_ref="c-anna", **PARTNER),
        message("l1", "link.created", "anna", START, code="ANNA1"),
        paid("o1", "ben", START + 3 * DAY),
        message("v1", "friend.visited", "ben", START + 4 * DAY, START + DAY, code="ANNA1", channel="email"),
    ]
    found, said = told(events, "ben", kinds='referrers = ["customer"]')
    assert [touch["why"] for touch in found["touches"]] == [BARRED]
    assert "what arrives later changes nothing" not in said


def test_a_code_that_nobody_had_is_the_reason_for_no_match(told: Any) -> None:
    found, _ = told([paid("o1", "ben", START + DAY, code="NOSUCH1")], "ben")
    (decision,) = found["decisions"]
    assert decision["why_not"][0] == "code NOSUCH1, sent with the purchase.paid: no link had this code then"


def test_a_visit_older_than_the_window_is_the_reason_for_no_match_wherever_it_is_told(told: Any) -> None:
    events = [
        known("w1", "anna", START),
        message("l1", "link.created", "anna", START, code="ANNA1"),
        message("v1", "friend.visited", "ben", START + DAY, code="ANNA1", channel="email"),
        paid("o1", "ben", START + 50 * DAY),
    ]
    found, _ = told(events, "ben")
    (touch,) = found["touches"]
    (decision,) = found["decisions"]
    assert touch["why"].startswith("it was older than the window of ")
    assert decision["why_not"][0] == f"visit of 2 January 2026, 00:00 UTC, code ANNA1: {touch['why']}"


def test_of_a_friend_with_very_many_conversions_the_first_hundred_are_told_and_the_others_counted(
    cli: Cli, program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With ten in place of a hundred, as each takes a while."""
    assert journey._MOST_DECISIONS == 100
    monkeypatch.setattr(journey, "_MOST_DECISIONS", 10)
    db, file = tmp_path / "many.db", tmp_path / "many.jsonl"
    sent = [message(f"b{place}", "service.activated", "ben", START + place) for place in range(13)]
    file.write_text("".join(json.dumps(one) + "\n" for one in sent))
    assert cli("ingest", "--db", db, "--program", program, "--replay", file).status == 0
    ran = cli("explain", "ben", "--db", db)
    assert "Decision 10," in ran.out
    assert "Decision 11," not in ran.out
    assert "… and 3 decisions more; explain SOURCE:ID explains any conversion" in ran.out
    told = cli("explain", "ben", "--json", "--db", db).json
    assert (len(told["decisions"]), told["decisions_left_out"]) == (10, 3)
    assert "Decision 13," in cli("explain", "b12", "--db", db).out


def test_of_a_friend_with_very_many_events_the_first_are_listed_and_the_others_counted(
    cli: Cli, program: Path, tmp_path: Path
) -> None:
    db, file = tmp_path / "many.db", tmp_path / "many.jsonl"
    sent = [message(f"s{place}", "session.authenticated", "ben", START + place) for place in range(503)]
    file.write_text("".join(json.dumps(one) + "\n" for one in sent))
    assert cli("ingest", "--db", db, "--program", program, "--replay", file).status == 0
    assert (
        "  … and 3 later events; `referral-tui export events` has them all\n"
        in cli("explain", "ben", "--db", db).out
    )
    told = cli("explain", "ben", "--json", "--db", db).json
    assert (len(told["timeline"]), told["events_left_out"]) == (500, 3)
    assert [one.text for one in blocks(told, Names(), None)].count("… and 3 later events, up to now") == 1

"""Explain and review: a small story as `explain` tells it, and what would have paid."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from referral_tui.cli.explain import _value
from referral_tui.names import short_name
from tests.cli.nasty import DAY, HOUR, PROGRAM, START, Cli, message

WHO: dict[str, Any] = {"contact_kind": "email", "via": "sso", "referrer_kind": "customer"}


@pytest.fixture
def db(cli: Cli, tmp_path: Path, program: Path) -> Path:
    """Ann refers Ben (paid), herself under another name (refused), Cid and Dan within a day (Dan in review)."""
    events = [
        message("w1", "customer.identified", "ann", START, contact_ref="c-ann", **WHO),
        message(
            "w2",
            "customer.identified",
            "eve",
            START,
            contact_ref="c-eve",
            **(WHO | {"referrer_kind": "partner"}),
        ),
        message("l1", "link.created", "ann", START, code="ANN"),
        message("l2", "link.created", "eve", START, code="EVE"),
        message("v0", "friend.visited", "ben", START + HOUR, code="NOBODY", channel="qr"),
        message("v1", "friend.visited", "ben", START + HOUR + 1, code="ANN", channel="email"),
        message("v2", "friend.visited", "ben", START + HOUR + 2, code="EVE", channel="email"),
        message("v3", "friend.visited", "ben", START + HOUR + 3, code="ANN", channel="sms"),
        message("b1", "service.activated", "ben", START + 2 * HOUR),
        message("m1", "friend.claimed", "ann2", START + 3 * DAY, contact_ref="c-ann", code="ANN"),
        message("m2", "service.activated", "ann2", START + 3 * DAY + 1),
        message("c1", "friend.claimed", "cid", START + 5 * DAY, contact_ref="c-cid", code="ANN"),
        message("d1", "friend.claimed", "dan", START + 5 * DAY + 1, contact_ref="c-dan", code="ANN"),
        message("d2", "service.activated", "dan", START + 5 * DAY + 2),
        message("z1", "service.activated", "zoe", START + 5 * DAY + 3),
        message("bb", "bill.paid", "ben", START + 5 * DAY + 4, amount_minor=300, currency="GBP"),
    ]
    file, path = tmp_path / "a.jsonl", tmp_path / "a.db"
    file.write_text("\n".join(map(json.dumps, events)))
    assert cli("ingest", "--db", path, "--program", program, "--replay", file).status == 0
    return path


def test_a_friend_who_was_paid_for(cli: Cli, db: Path) -> None:
    told = cli("explain", "ben", "--db", db, "--json").json
    assert (told["kind"], told["ref"], told["name"]) == ("friend", "ben", short_name("ben"))
    assert told["attribution"]["referrer"] == "ann"
    fates = {touch["code"] + touch["channel"]: (touch["won"], touch["why"]) for touch in told["touches"]}
    assert fates["ANNsms"] == (True, "it won")
    assert fates["ANNemail"] == (False, "a later visit won")
    assert fates["NOBODYqr"] == (False, "no link had this code then")
    assert fates["EVEemail"] == (False, "its referrer (partner) may not refer")
    (reward,) = told["rewards"]
    assert (reward["reward"], reward["state"], reward["value"]) == ("credit", "issued", "20.00 GBP")
    assert told["why_not"] == []
    assert [entry["at"] for entry in told["timeline"]] == sorted(entry["at"] for entry in told["timeline"])


def test_a_refused_one_says_the_rule_the_values_and_the_nearest_change(cli: Cli, db: Path) -> None:
    told = cli("explain", "client/shop:m2", "--db", db, "--json").json
    (decision,) = told["decisions"]
    assert (decision["outcome"], decision["reason"]) == ("refused", "no-self-referral")
    rule = decision["rules"][0]
    assert (rule["code"], rule["result"]) == ("no-self-referral", "fail")
    assert rule["values"] == {"same_person": False, "same_contact": True}
    assert decision["why_not"] == ["with a contact of the friend's own it would have qualified"]
    assert told["why_not"] == ["activated: with a contact of the friend's own it would have qualified"]
    (change,) = decision["changes"]
    assert change["makes"] == "qualified"
    assert [edit["set"] for edit in change["edits"]] == [{"contact_ref": "another-one"}]


def test_a_number_is_moved_just_across_its_limit(cli: Cli, db: Path) -> None:
    (decision,) = cli("explain", "client/shop:bb", "--db", db, "--json").json["decisions"]
    assert decision["why_not"] == ["with an amount of 5.00 GBP instead of 3.00 GBP it would have qualified"]


def test_an_unattributed_one_says_what_would_have_matched(cli: Cli, db: Path) -> None:
    ran = cli("explain", "z1", "--db", db)
    assert "nobody referred this friend" in ran.out
    assert "no visit through a live link in the 20 days before" in ran.out
    # ANN's code would have put it in review: two friends of hers came within the day
    assert "no single change of what was sent would do" in ran.out


def test_an_unattributed_one_is_told_of_a_code_that_would_have_done(
    cli: Cli, db: Path, tmp_path: Path
) -> None:
    file = tmp_path / "b.jsonl"
    file.write_text(json.dumps(message("y1", "service.activated", "yan", START + 8 * DAY)))
    assert cli("ingest", "--db", db, "--replay", file).status == 0
    ran = cli("explain", "y1", "--db", db)
    assert "with a live code such as ANN sent with it, it would have qualified" in ran.out


def test_a_referrer_and_a_short_name(cli: Cli, db: Path) -> None:
    told = cli("explain", short_name("ann"), "--db", db, "--json").json
    assert told["kind"] == "referrer"
    assert told["referrer"]["friends_count"] == 4
    assert {friend["friend"] for friend in told["referrer"]["friends"]} == {"ben", "ann2", "cid", "dan"}
    said = cli("explain", "ann", "--db", db).out
    assert "As a referrer: 4 friends" in said
    assert f"{short_name('ben')} by the link ANN: credit issued, " in said
    assert f"{short_name('ann2')} by a typed code, ANN: activated refused (rule no-self-referral)\n" in said
    assert f"{short_name('cid')} by a typed code, ANN: no conversion yet\n" in said
    assert f"{short_name('dan')} by a typed code, ANN: activated review (rule not-too-fast)\n" in said


def test_one_is_one_and_numbers_are_rounded_for_people_only(cli: Cli, db: Path, tmp_path: Path) -> None:
    file = tmp_path / "b.jsonl"
    at = START + 6 * DAY
    events = [
        message("k1", "customer.identified", "kim", at, contact_ref="c-kim", **WHO),
        message("k2", "link.created", "kim", at, code="KIM"),
        message("f1", "friend.claimed", "fay", at + 1, contact_ref="c-fay", code="KIM"),
        message("f2", "bill.paid", "fay", at + 2, amount_minor=333, currency="GBP"),
    ]
    file.write_text("\n".join(map(json.dumps, events)))
    assert cli("ingest", "--db", db, "--replay", file).status == 0
    told = cli("explain", "kim", "--db", db).out
    assert "As a referrer: 1 friend\n" in told
    assert "1 decision on friends' conversions: refused: rule " in told
    (decision,) = cli("explain", "f2", "--db", db, "--json").json["decisions"]
    values = {name: value for rule in decision["rules"] for name, value in rule["values"].items()}
    assert values["amount"] == 3.33
    assert "amount = 3.33]" in cli("explain", "f2", "--db", db).out


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (101.47653430555556, "101.48"),
        (3.0, "3"),
        (100.0, "100"),
        (0.5, "0.5"),
        (True, "true"),
        (None, "unknown"),
    ],
)
def test_a_value_as_people_read_it(value: object, said: str) -> None:
    assert _value(value) == said


def test_what_was_paid_and_clawed_back_was_paid(cli: Cli, db: Path, tmp_path: Path) -> None:
    file = tmp_path / "b.jsonl"
    gone = message("x1", "conversion.reversed", "ben", START + 6 * DAY, reverses="b1", reason="cancelled")
    file.write_text(json.dumps(gone))
    assert cli("ingest", "--db", db, "--replay", file).status == 0
    told = cli("explain", "b1", "--db", db, "--json").json
    assert [reward["state"] for reward in told["rewards"]] == ["revoked"]
    assert told["why_not"] == []
    said = cli("explain", "b1", "--db", db).out
    assert "Why nothing was paid" not in said
    assert said.index("→ credit issued") < said.index("→ credit revoked")
    assert "bill.paid (amount 3.00 GBP), from" in said


def test_a_clawback_says_how_much_later_it_would_have_been_kept(cli: Cli, db: Path, tmp_path: Path) -> None:
    file = tmp_path / "b.jsonl"
    gone = message("x1", "conversion.reversed", "ben", START + 6 * DAY, reverses="b1", reason="cancelled")
    file.write_text(json.dumps(gone))
    assert cli("ingest", "--db", db, "--replay", file).status == 0
    (reward,) = cli("explain", "b1", "--db", db, "--json").json["rewards"]
    # issued three days after the conversion, at two hours of the first day; ten days of clawback
    assert reward["why_not"] == [
        "had the reversal arrived 7 days 2 hours later, after 14 January 2026, 02:00 UTC, it would have stayed paid"
    ]


def test_a_cap_says_what_lacked_and_when_there_is_room_again(cli: Cli, db: Path, tmp_path: Path) -> None:
    at, file = START + 8 * DAY, tmp_path / "b.jsonl"
    events = []
    for number in range(3):
        friend, own = f"f{number}", at + number * 2 * DAY
        events.append(
            message(f"c-{friend}", "friend.claimed", friend, own, contact_ref=f"k-{friend}", code="ANN")
        )
        events.append(message(f"s-{friend}", "service.activated", friend, own + HOUR))
    file.write_text("\n".join(map(json.dumps, events)))
    now = at + 30 * DAY
    assert cli("ingest", "--db", db, "--replay", "--now", now, file).status == 0
    (reward,) = cli("explain", "s-f2", "--db", db, "--json").json["rewards"]
    assert (reward["state"], reward["why"]) == (
        "capped",
        "the recipient had been issued 2 of at most 2 in 7 days already",
    )
    # the one of the 9th of January, released on the 12th, leaves the window on the 19th
    assert reward["why_not"] == [
        "room came back on 19 January 2026, 01:00 UTC: 3 days later",
        "had the conversion come 3 days later it would have been issued",
    ]
    referrer = cli("explain", "ann", "--db", db, "--json").json["referrer"]
    assert [(room["reward"], room["count"], room["window"]) for room in referrer["room"]] == [
        ("credit", 2, "in 7 days")
    ]


def test_one_that_is_counted_says_how_many_more(cli: Cli, db: Path, tmp_path: Path) -> None:
    file, at = tmp_path / "b.jsonl", START + 8 * DAY
    events = [
        message("k1", "customer.identified", "ben", at, contact_ref="c-ben", **WHO),
        message("k2", "link.created", "ben", at, code="BEN"),
        message("f1", "friend.claimed", "fay", at + 1, contact_ref="c-fay", code="BEN"),
        message("f2", "bill.paid", "fay", at + 2, amount_minor=900, currency="GBP"),
        message("f3", "bill.paid", "fay", at + 3, amount_minor=900, currency="GBP"),
    ]
    file.write_text("\n".join(map(json.dumps, events)))
    assert cli("ingest", "--db", db, "--replay", "--now", at + DAY, file).status == 0
    thanks = {
        own: next(
            one
            for one in cli("explain", own, "--db", db, "--json").json["rewards"]
            if one["reward"] == "thanks"
        )
        for own in ("f2", "f3")
    }
    assert (thanks["f2"]["state"], thanks["f3"]["state"]) == ("counted", "issued")
    assert thanks["f2"]["why_not"] == ["the 2nd pays, 1 after this one"]


def test_a_budget_says_how_much_lacked(cli: Cli, program: Path, db: Path, tmp_path: Path) -> None:
    small, path = tmp_path / "small.toml", tmp_path / "small.db"
    small.write_text(program.read_text().replace("total = 400.00", "total = 15.50"))
    assert cli("ingest", "--db", path, "--program", small, "--replay", tmp_path / "a.jsonl").status == 0
    (reward,) = cli("explain", "b1", "--db", path, "--json").json["rewards"]
    assert (reward["state"], reward["why_not"]) == (
        "unfunded",
        ["with 4.50 GBP more of budget left it would have been issued"],
    )


def test_a_reward_by_its_number(cli: Cli, db: Path) -> None:
    told = cli("explain", "reward:1", "--db", db, "--json").json
    assert (told["kind"], told["ref"], told["reward"]["state"]) == ("reward", "ben", "issued")
    assert cli("explain", "reward:1", "--db", db).out.startswith("Reward 1, for a conversion of ")


@pytest.mark.parametrize(
    ("what", "whose"),
    [
        (short_name("ben").title(), "ben"),
        (f" {short_name('ben')} ", "ben"),
        ("EVE", "eve"),
        ("eve", "eve"),
        ("ANN", "ann"),
        ("c-cid", "cid"),
    ],
    ids=[
        "a name as one speaks it",
        "spaces",
        "a code",
        "a reference",
        "another code",
        "the hash of a contact",
    ],
)
def test_what_a_caller_has_at_hand_finds_them(cli: Cli, db: Path, what: str, whose: str) -> None:
    assert cli("explain", what, "--db", db, "--json").json["ref"] == whose


def test_a_hash_may_be_cut_where_it_stays_one_persons(cli: Cli, db: Path, tmp_path: Path) -> None:
    file = tmp_path / "b.jsonl"
    visits = [
        message(name, "friend.visited", f"p4fe{name}", START + 9 * DAY, code="ANN", channel="qr")
        for name in ("210aa", "210ab")
    ]
    file.write_text("\n".join(map(json.dumps, visits)))
    assert cli("ingest", "--db", db, "--replay", file).status == 0
    assert cli("explain", "p4fe210ab", "--db", db, "--json").json["ref"] == "p4fe210ab"
    assert cli("explain", "p4fe2", "--db", db).err.startswith('referral-tui: "p4fe2": nobody and nothing')
    crowd = tmp_path / "crowd.jsonl"
    visits = [
        message(f"m{n}", "friend.visited", f"q77777{n:02}", START + 9 * DAY, code="ANN", channel="qr")
        for n in range(9)
    ]
    crowd.write_text("\n".join(map(json.dumps, visits)))
    assert cli("ingest", "--db", db, "--replay", crowd).status == 0
    assert (
        "the beginning of many people; give a reference: q7777700" in cli("explain", "q77777", "--db", db).err
    )
    assert (
        "of 2 people; give a reference: p4fe210aa, p4fe210ab\n" in cli("explain", "p4fe210", "--db", db).err
    )
    assert "the contact or device of 2 people; give a reference: ann, ann2" in (
        cli("explain", "c-ann", "--db", db).err
    )


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("nobody", '"nobody": nobody and nothing is called so; give a reference (or its first 6'),
        ("", '"": nobody and nothing'),
        (short_name("ben").rsplit("-", 1)[0] + "-x", f"did you mean {short_name('ben')}?"),
        ("ben@example.com", "[e-mail]: no e-mail and no telephone number is kept here"),
        ("+44 7700 900123", "[phone]: no e-mail and no telephone number is kept here"),
    ],
)
def test_what_nobody_is_called_is_one_line(cli: Cli, db: Path, what: str, said: str) -> None:
    ran = cli("explain", what, "--db", db)
    assert ran.status == 2
    assert ran.err.count("\n") == 1
    assert said in ran.err
    assert "example.com" not in ran.err


def test_review_list_approve_and_what_follows(cli: Cli, db: Path) -> None:
    (one,) = cli("review", "list", "--db", db, "--json").json["review"]
    assert (one["source"], one["id"], one["friend"], one["failed"]) == (
        "client/shop",
        "d2",
        "dan",
        [["not-too-fast", "fail"]],
    )
    assert cli("review", "list", "--db", db).out.count("\n") == 1
    now = START + 9 * DAY
    ran = cli("review", "approve", one["number"], "--by", "op-1", "--db", db, "--now", now, "--json").json
    assert (ran["outcome"], ran["at"]) == ("qualified", now)
    assert cli("review", "list", "--db", db, "--json").json == {"review": []}
    (reward,) = cli("explain", "d2", "--db", db, "--json").json["rewards"]
    assert reward["state"] == "issued"
    assert cli("verify", "--db", db).status == 0


def test_review_decline_refuses(cli: Cli, db: Path) -> None:
    ran = cli("review", "decline", "client/shop:d2", "--by", "op-1", "--db", db)
    assert ran.out.endswith("refused\n")
    number = ran.out.split()[1]
    again = cli("review", "approve", number, "--by", "op-1", "--db", db)
    assert again.err == f"referral-tui: decision {number} is refused already; the first verdict counts\n"
    assert cli("verify", "--db", db).status == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("approve", "77", "--by", "op"),
            "no decision in review has that number or conversion; these wait: ",
        ),
        (("approve", "client/shop:d2", "--by", "op@example.com"), "such as operator-7\n"),
        (("approve", "client/shop:d2", "--by", "op", "--now", START), "earliest allowed value"),
        (("approve", "client/shop:d2"), "--by"),
        ((), "which one? add list, approve or decline"),
    ],
)
def test_wrong_reviews_are_one_line(cli: Cli, db: Path, arguments: tuple[object, ...], said: str) -> None:
    ran = cli("review", *arguments, *(("--db", db) if arguments else ()))
    assert ran.status == 2
    assert said in ran.err
    assert len(cli("review", "list", "--db", db, "--json").json["review"]) == 1


def test_the_timeline_says_that_it_waited_and_what_the_verdict_was(
    cli: Cli, db: Path, tmp_path: Path
) -> None:
    at = START + 6 * DAY
    verdict: dict[str, Any] = {
        "decision": {"source": "client/shop", "id": "d2", "milestone": "activated"},
        "verdict": "approve",
    }
    file = tmp_path / "b.jsonl"
    events = [
        message("e1", "eligibility.confirmed", "dan", at, eligible=True),
        message("r1", "review.decided", "dan", at, by="op-1", **verdict),
    ]
    file.write_text("\n".join(map(json.dumps, events)))
    assert cli("ingest", "--db", db, "--replay", file).status == 0
    told = cli("explain", "dan", "--db", db, "--json").json
    said = [
        (entry["kind"], entry.get("type") or entry.get("outcome"), entry.get("reason"))
        for entry in told["timeline"]
        if entry["at"] > START + 5 * DAY + 1
    ]
    assert said == [
        ("event", "service.activated", None),
        ("decided", "review", "not-too-fast"),
        ("event", "eligibility.confirmed", None),
        ("event", "review.decided", None),
        ("decided", "qualified", None),
        ("pending", None, None),
    ]
    assert "eligibility.confirmed (eligible true)" in cli("explain", "dan", "--db", db).out


def test_why_nothing_was_paid_is_said_once_and_of_the_conversions_that_count(
    cli: Cli, tmp_path: Path
) -> None:
    text = PROGRAM.replace('event = "bill.paid"\noccurrence = "each"', 'event = "bill.paid"\noccurrence = 1')
    (tmp_path / "first.toml").write_text(text)
    who = WHO | {"referrer_kind": "partner"}
    events = [
        message("w", "customer.identified", "ann", START, contact_ref="c-ann", **WHO),
        message("x", "customer.identified", "eve", START, contact_ref="c-eve", **who),
        message("l", "link.created", "ann", START, code="ANN"),
        message("m", "link.created", "eve", START, code="EVE"),
        message("v", "friend.visited", "ben", START + HOUR, code="ANN", channel="sms"),
        message("z", "friend.visited", "zoe", START + HOUR, code="EVE", channel="sms"),
    ]
    for day in (1, 2, 3):
        for friend in ("ben", "zoe"):
            amount = {"amount_minor": 300, "currency": "GBP"}
            events.append(message(f"{friend}{day}", "bill.paid", friend, START + day * DAY, **amount))
    (tmp_path / "bills.jsonl").write_text("\n".join(map(json.dumps, events)))
    path = tmp_path / "bills.db"
    options = ["--program", tmp_path / "first.toml", "--replay"]
    assert cli("ingest", "--db", path, *options, tmp_path / "bills.jsonl").status == 0
    told = cli("explain", "ben", "--db", path, "--json").json
    assert len(told["decisions"]) == 3
    assert told["why_not"] == ["bill: with an amount of 5.00 GBP instead of 3.00 GBP it would have qualified"]
    told = cli("explain", "zoe", "--db", path, "--json").json
    assert len(told["why_not"]) == len(set(told["why_not"])) > 0

"""Explain what came late, twice, for somebody else or in vain, and never promise what can't be."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from db.read import event_fields
from db.read.queries import events as newest_events
from db.sqlite.readonly import open_readonly
from referral_tui.words import event_sentence
from tests.cli.nasty import DAY, START, Cli, message
from tests.cli.shop import BASE, about, paid

SHOP = f"""{BASE}
[[rule]]
code = "small"
require = "amount < 50"
because = "It is a large one."
on_fail = "review"
[[reward]]
name = "gift"
to = "referrer"
on = "any"
value = 5.00
hold = "2d"
choices = ["gift-card", "points"]
choose_within = "90d"
"""


def steered(own: str, kind: str, day: int, who: str = "ann", **data: Any) -> dict[str, Any]:
    named = {"source": "client/shop", "id": "p", "milestone": "any", "reward": "gift"}
    return message(own, kind, who, START + day * DAY, reward=named, **data)


@pytest.fixture(scope="module")
def events() -> list[dict[str, Any]]:
    verdict = {"decision": {"source": "client/shop", "id": "large", "milestone": "any"}, "verdict": "approve"}
    return [
        message("l", "link.created", "ann", START, code="ANN"),
        message("v", "friend.visited", "bob", START + 1, code="ANN", channel="email"),
        paid("p", 2, amount_minor=1_000),
        paid("gone", 2, amount_minor=9_000),
        paid("large", 2, amount_minor=9_000),
        paid("back", 2, amount_minor=9_000),
        message("lb", "link.created", "bob", START + 3 * DAY, code="BOB"),
        message("sh", "referral.shared", "bob", START + 3 * DAY, code="BOB", channel="email"),
        message("r1", "conversion.reversed", "eve", START + 3 * DAY, reverses="p")
        | {"source": "client/shop"},
        steered("c1", "reward.chosen", 3, choice="points"),
        about("r2", "conversion.reversed", 3, reverses="gone"),
        about("r3", "conversion.reversed", 3, reverses="back"),
        about("w3", "conversion.reinstated", 4, reverses=None, reinstates="back"),
        message("ok", "review.decided", "op", START + 5 * DAY, by="op", **verdict),
        steered("veto", "reward.vetoed", 6, reason="a farm of accounts"),
        steered("c2", "reward.chosen", 7, choice="points"),
        message("m", "customer.merged", "bobby", START + 8 * DAY, into="bob") | {"source": "client/crm"},
        message("m2", "customer.merged", "bobby", START + 9 * DAY, into="bob") | {"source": "client/crm"},
    ]


@pytest.fixture
def db(cli: Cli, tmp_path: Path, events: list[dict[str, Any]]) -> Path:
    for event in events:
        event["data"] = {name: value for name, value in event["data"].items() if value is not None}
    (tmp_path / "p.toml").write_text(SHOP)
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, events)))
    path = tmp_path / "a.db"
    options = ["--program", tmp_path / "p.toml", "--replay", "--now", START + 40 * DAY]
    ran = cli("ingest", "--db", path, *options, tmp_path / "a.jsonl")
    assert (ran.status, ran.err) == (0, "")
    return path


def test_a_reversal_in_anothers_name_has_no_effect_in_their_account_either(cli: Cli, db: Path) -> None:
    (one,) = cli("explain", "eve", "--db", db, "--json").json["reversals"]
    assert (one["reason"], one["why"]) == (
        "other-subject",
        "it came in another person's name than the conversion",
    )


def test_a_reversal_in_vain_is_marked_where_it_happened(cli: Cli, db: Path) -> None:
    (entry,) = [
        one
        for one in cli("explain", "eve", "--db", db, "--json").json["timeline"]
        if one.get("type") == "conversion.reversed"
    ]
    assert entry["no_effect"] == "it came in another person's name than the conversion"
    (line,) = [
        one for one in cli("explain", "eve", "--db", db).out.splitlines() if "conversion.reversed" in one
    ]
    assert line.endswith("; without effect: it came in another person's name than the conversion")


def test_a_reversed_conversion_in_review_promises_nothing_for_an_approval(cli: Cli, db: Path) -> None:
    (decision,) = cli("explain", "gone", "--db", db, "--json").json["decisions"]
    assert (decision["outcome"], decision["if_approved"]) == ("review", [])
    assert decision["why_not"][0] == (
        "the conversion was reversed on 4 January 2026, 00:00 UTC, so nothing is paid for it, whatever the verdict"
    )
    after = cli("review", "approve", decision["id"], "--by", "op", "--db", db, "--now", START + 41 * DAY)
    assert after.status == 0, after.err
    assert [line["state"] for line in cli("explain", "gone", "--db", db, "--json").json["rewards"]] == [
        "voided"
    ]


def test_one_that_was_reinstated_promises_its_rewards_again(cli: Cli, db: Path) -> None:
    (decision,) = cli("explain", "back", "--db", db, "--json").json["decisions"]
    assert [line["reward"] for line in decision["if_approved"]] == ["gift"]


def test_a_conversion_that_qualified_against_its_rules_says_that_it_was_approved(cli: Cli, db: Path) -> None:
    said = cli("explain", "large", "--db", db).out
    assert "it waited for a review, and an operator approved it on 6 January 2026, 00:00 UTC" in said
    assert "approved" not in cli("explain", "p", "--db", db).out


def test_a_vetoed_reward_says_the_reason_that_was_given(cli: Cli, db: Path) -> None:
    (line,) = cli("explain", "p", "--db", db, "--json").json["rewards"]
    assert line["why"] == (
        "it was forfeited on 7 January 2026, 00:00 UTC: an operator stopped it (a farm of accounts)"
    )


def test_a_choice_in_vain_is_told_where_the_reward_is(cli: Cli, db: Path) -> None:
    told = cli("explain", "p", "--db", db, "--json").json["amended"]
    assert [one["says"] for one in told] == [
        "the choice of points for gift was without effect: the reward was not open for a choice"
    ] * 2


def test_a_merge_says_into_whom_and_that_a_second_one_changed_nothing(cli: Cli, db: Path) -> None:
    merged = [
        line for line in cli("explain", "bobby", "--db", db).out.splitlines() if "customer.merged" in line
    ]
    assert len(merged) == 2
    assert all("(into " in line for line in merged)
    assert ["without effect: the two references were one person's already" in line for line in merged] == [
        False,
        True,
    ]


def test_a_friend_who_shares_a_link_of_their_own_has_lost_no_referrer_by_it(cli: Cli, db: Path) -> None:
    assert cli("explain", "bob", "--db", db, "--json").json["late_codes"] == []


def of_nobody(own: str, kind: str, hours: int, **data: Any) -> dict[str, Any]:
    made = message(own, kind, None, START + 41 * DAY + hours * 3_600_000, **data)
    return {name: value for name, value in made.items() if value is not None}


@pytest.fixture
def in_vain(cli: Cli, db: Path, tmp_path: Path) -> Path:
    """The same, with verdicts and vetoes of operators that came too late, or concern nothing that exists."""
    named = {"source": "client/shop", "id": "p", "milestone": "any", "reward": "gift"}
    decision = {"source": "client/shop", "id": "large", "milestone": "any"}
    more = [
        of_nobody("late", "reward.vetoed", 1, reward=named, reason="terms-broken"),
        of_nobody("used", "reward.redeemed", 2, reward=named),
        of_nobody("lost", "reward.vetoed", 3, reward=named | {"id": "nowhere"}, reason="terms-broken"),
        of_nobody("twice", "review.decided", 4, decision=decision, verdict="decline", by="op-2"),
        of_nobody("own", "review.decided", 5, decision=decision, verdict="decline", by="op-3")
        | {"subject": "op-3"},
        of_nobody("halt", "reward.vetoed", 6, reward=named, reason="terms-broken") | {"subject": "op-3"},
    ]
    (tmp_path / "more.jsonl").write_text("\n".join(map(json.dumps, more)))
    ran = cli("ingest", "--db", db, "--replay", tmp_path / "more.jsonl", "--json")
    assert ran.status == 0, ran.err
    (tmp_path / "counted.json").write_text(ran.out)
    return db


@pytest.mark.parametrize("hour_by_hour", [True, False])
def test_vetoes_verdicts_and_redemptions_in_vain_are_told_whomever_they_name(
    cli: Cli, in_vain: Path, monkeypatch: pytest.MonkeyPatch, hour_by_hour: bool
) -> None:
    monkeypatch.setattr(event_fields, "_MOST_SPANS", 200 if hour_by_hour else 1)
    amended = cli("explain", "bob", "--db", in_vain, "--json").json["amended"]
    told = {one["id"]: (one["conversion"], one["says"], one["effect"]) for one in amended}
    assert {own: told[own] for own in ("late", "used", "twice", "own", "halt")} == {
        "late": (
            "client/shop:p",
            "the veto for gift (terms-broken) was without effect: the reward was neither pending, waiting nor offered",
            False,
        ),
        "used": (
            "client/shop:p",
            "the redemption for gift was without effect: the reward was not given out, or not any more",
            False,
        ),
        "twice": (
            "client/shop:large",
            "the verdict decline on any, by op-2, was without effect: no such decision was in review",
            False,
        ),
        "own": (
            "client/shop:large",
            "the verdict decline on any, by op-3, was without effect: no such decision was in review",
            False,
        ),
        "halt": (
            "client/shop:p",
            "the veto for gift (terms-broken) was without effect: the reward was neither pending, waiting nor offered",
            False,
        ),
    }
    assert "lost" not in told
    only = cli("explain", "client/shop:p", "--db", in_vain, "--json").json["amended"]
    assert {one["id"] for one in only} >= {"late", "used"}
    assert "twice" not in {one["id"] for one in only}


def test_the_summary_of_ingest_counts_whatever_had_no_effect(in_vain: Path, cli: Cli) -> None:
    counted = json.loads((in_vain.parent / "counted.json").read_text())["without_effect"]
    assert counted == {
        "reversal": {"nothing-to-undo": 2, "other-subject": 1},
        "choice": {"not-offered": 2},
        "merge": {"same-person": 1},
        "redemption": {"not-issued": 1},
        "verdict": {"no such decision in review": 2},
        "veto": {"not-open": 2, "unknown": 1},
    }
    (in_vain.parent / "none.jsonl").write_text("")
    out = cli("ingest", "--db", in_vain, "--replay", in_vain.parent / "none.jsonl").out
    assert "3 vetoes without effect:" in out
    assert "2 verdicts without effect:" in out


def test_what_just_happened_in_vain_says_so(in_vain: Path) -> None:
    with closing(open_readonly(in_vain)) as db:
        said = [event_sentence(event, None, str) for event in newest_events(db, 50)]
    vain = [one.removeprefix("without effect: ").removesuffix(")") for one in said if "without effect" in one]
    pairs = [one.rpartition(" (") for one in vain]
    assert {(what.partition(":")[0], why) for what, _, why in pairs} == {
        ("an operator declined a conversion in review", "no such decision was in review"),
        ("an operator stopped a reward", "there is no such reward"),
        ("a reward was used", "the reward was not given out, or not any more"),
        ("an operator stopped a reward", "the reward was neither pending, waiting nor offered"),
        ("bobby is a person known by another reference", "the two references were one person's already"),
        ("ann chose a reward", "the reward was not open for a choice"),
        ("a conversion was reversed", "no reward of the conversion could be taken back"),
        ("eve's conversion was reversed", "it came in another person's name than the conversion"),
    }

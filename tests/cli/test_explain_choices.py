"""Explain, pay out and total what recipients choose, use, and let expire."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.cli.nasty import DAY, START, Cli, message
from tests.cli.shop import BASE, paid, told

SHOP = f"""{BASE}
[[reward]]
name = "gift"
to = "referrer"
on = "any"
value = 5.00
choices = ["gift-card", "points"]
choose_within = "10d"
clawback = "7d"
"""
EXPIRES = SHOP.replace('choices = ["gift-card", "points"]\nchoose_within', "expires").replace("10d", "20d")


def about(kind: str, of: str, day: int, subject: str, **data: Any) -> dict[str, Any]:
    named = {"source": "client/shop", "id": of, "milestone": "any", "reward": "gift"}
    return message(f"{kind}-{of}", kind, subject, START + day * DAY, reward=named, **data)


def chosen(of: str, day: int, choice: str = "points") -> dict[str, Any]:
    return about("reward.chosen", of, day, "ann", choice=choice)


def line(cli: Cli, path: Path, what: str) -> dict[str, Any]:
    (found,) = cli("explain", what, "--db", path, "--json").json["rewards"]
    return dict(found)


def payouts(cli: Cli, path: Path) -> list[dict[str, Any]]:
    return [json.loads(row) for row in cli("export", "payouts", "--db", path).out.splitlines()]


def test_an_offer_says_what_may_be_chosen_until_when_and_what_comes_else(cli: Cli, tmp_path: Path) -> None:
    path = told(cli, tmp_path, SHOP.replace("10d", "90d"), [paid("p", 2)])
    one = line(cli, path, "p")
    assert (one["state"], one["kind"], one["issued_at"]) == ("offered", None, None)
    assert one["why"] == (
        "it was offered on 3 January 2026, 00:00 UTC: its recipient may choose gift-card or points until "
        "3 April 2026, 00:00 UTC; else it is forfeited"
    )


def test_a_reward_says_who_chose_it_and_since_when_it_is_issued(cli: Cli, tmp_path: Path) -> None:
    otherwise = SHOP + 'otherwise = "gift-card"\n'
    path = told(cli, tmp_path, otherwise, [paid("p", 2), paid("q", 3), chosen("p", 5)])
    assert (
        line(cli, path, "p")["why"]
        == "its recipient chose points, so it was issued on 6 January 2026, 00:00 UTC"
    )
    assert line(cli, path, "q")["why"] == (
        "nothing was chosen in time, so it was issued on 14 January 2026, 00:00 UTC as gift-card"
    )
    assert [(row["kind"], row["issued_at"][:10]) for row in payouts(cli, path)] == [
        ("points", "2026-01-06"),
        ("gift-card", "2026-01-14"),
    ]
    assert cli("verify", "--db", path).status == 0


def test_a_reward_that_nobody_chose_says_until_when_it_could_have_been_chosen(
    cli: Cli, tmp_path: Path
) -> None:
    path = told(cli, tmp_path, SHOP, [paid("p", 2)])
    one = line(cli, path, "p")
    assert one["why"] == (
        "it was offered on 3 January 2026, 00:00 UTC, and forfeited on 13 January 2026, 00:00 UTC, since nothing was "
        "chosen by then"
    )
    assert one["why_not"] == [
        "had its recipient chosen by 13 January 2026, 00:00 UTC it would have been issued"
    ]


def test_what_was_chosen_and_clawed_back_was_issued_as_it_was_chosen(cli: Cli, tmp_path: Path) -> None:
    back = message("r", "conversion.reversed", "bob", START + 10 * DAY, reverses="p") | {
        "source": "client/shop"
    }
    path = told(cli, tmp_path, SHOP, [paid("p", 2), chosen("p", 5), back])
    one = line(cli, path, "p")
    assert one["why"] == (
        "its recipient chose points, so it was issued on 6 January 2026, 00:00 UTC and clawed back on 11 January "
        "2026, 00:00 UTC: the conversion was reversed"
    )
    assert one["why_not"][0].startswith("had the reversal arrived 2 days later, after 13 January 2026")
    assert payouts(cli, path)[0]["issued_at"] == "2026-01-06T00:00:00.000Z"


def test_a_reward_says_when_it_was_redeemed_or_expired(cli: Cli, tmp_path: Path) -> None:
    path = told(
        cli,
        tmp_path,
        EXPIRES,
        [paid("p", 2), paid("q", 3), about("reward.redeemed", "p", 9, "ann"), paid("s", 35)],
    )
    assert line(cli, path, "p")["why"] == (
        "it was issued on 3 January 2026, 00:00 UTC, and redeemed on 10 January 2026, 00:00 UTC"
    )
    expired = line(cli, path, "q")
    assert expired["why"] == (
        "it was issued on 4 January 2026, 00:00 UTC, and expired on 24 January 2026, 00:00 UTC, since it had not been "
        "redeemed"
    )
    assert expired["why_not"] == [
        "had it been redeemed by 24 January 2026, 00:00 UTC it would not have expired"
    ]
    assert line(cli, path, "s")["why"].endswith(
        "; unless it is redeemed by then, it expires on 25 February 2026, 00:00 UTC"
    )
    assert [row["issued_at"][:10] for row in payouts(cli, path)] == ["2026-01-03", "2026-01-04", "2026-02-05"]


def test_money_that_was_redeemed_or_expired_counts_as_issued(cli: Cli, tmp_path: Path) -> None:
    program = f"{EXPIRES}[budget]\ntotal = 100\n"
    events = [paid("p", 2), paid("q", 3), about("reward.redeemed", "p", 9, "ann"), paid("s", 35)]
    path = told(cli, tmp_path, program, events)
    numbers = cli(
        "ingest", "--db", path, "--replay", "--now", START + 41 * DAY, "--json", tmp_path / "a.jsonl"
    ).json["numbers"]
    assert (numbers["issued"], numbers["spent"], numbers["pending"]) == (1500, 1500, 0)


def test_money_on_offer_is_pending_and_spent(cli: Cli, tmp_path: Path) -> None:
    path = told(cli, tmp_path, SHOP.replace("10d", "90d"), [paid("p", 2)])
    numbers = cli(
        "ingest", "--db", path, "--replay", "--now", START + 41 * DAY, "--json", tmp_path / "a.jsonl"
    ).json["numbers"]
    assert (numbers["issued"], numbers["spent"], numbers["pending"]) == (0, 500, 500)

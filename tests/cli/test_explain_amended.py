"""Explain what changed a conversion afterwards: won disputes, adjusted amounts, reversals without a subject."""

from __future__ import annotations

from pathlib import Path

from tests.cli.nasty import DAY, START, Cli
from tests.cli.shop import BASE, SHARE, about, paid, told

SHOP = f'{BASE}{SHARE}clawback = "30d"\n'


def test_a_won_dispute_is_told_with_its_day_and_what_it_did(cli: Cli, tmp_path: Path) -> None:
    events = [
        paid("p", 2, amount_minor=10_000),
        about("r", "conversion.reversed", 3, reverses="p"),
        about("w", "conversion.reinstated", 5, reinstates="p", reason="won"),
        about("w2", "conversion.reinstated", 6, reinstates="p"),
    ]
    path = told(cli, tmp_path, SHOP, events)
    account = cli("explain", "bob", "--db", path, "--json").json
    assert [one["says"] for one in account["amended"]] == [
        "it was reinstated on 6 January 2026, 00:00 UTC (won): the conversion stands again, "
        "and its rewards were promised again",
        "without effect: the conversion was not reversed",
    ]
    assert [line["state"] for line in account["rewards"]] == ["issued"]
    assert account["rewards"][0]["due_at"] == START + 5 * DAY
    said = cli("explain", "bob", "--db", path).out
    assert "4 January 2026, 00:00 UTC, of client/shop:p: it counts" in said
    assert "client/shop:p: it was reinstated on 6 January 2026" in said


def test_a_smaller_amount_says_what_it_was_adjusted_to_and_what_was_taken_back(
    cli: Cli, tmp_path: Path
) -> None:
    smaller = about("a", "conversion.adjusted", 3, adjusts="p", amount_minor=4_000)
    path = told(cli, tmp_path, SHOP, [paid("p", 2, amount_minor=10_000), smaller])
    account = cli("explain", "p", "--db", path, "--json").json
    assert [one["says"] for one in account["amended"]] == [
        "the amount was adjusted to 40.00 GBP on 4 January 2026, 00:00 UTC"
    ]
    (line,) = account["rewards"]
    assert (
        line["why"]
        == "it was issued on 3 January 2026, 00:00 UTC, cut from 10.00 GBP to 4.00 GBP as the amount was adjusted"
    )


def test_an_amount_of_nothing_takes_all_of_it_back(cli: Cli, tmp_path: Path) -> None:
    nothing = about("a", "conversion.adjusted", 3, adjusts="p", amount_minor=0)
    path = told(cli, tmp_path, SHOP, [paid("p", 2, amount_minor=10_000), nothing])
    (line,) = cli("explain", "p", "--db", path, "--json").json["rewards"]
    assert line["state"] == "revoked"
    assert line["why"].endswith("clawed back on 4 January 2026, 00:00 UTC as the amount was adjusted")


def test_a_clawback_by_a_reversal_of_nobody_says_how_much_later_it_would_have_been_kept(
    cli: Cli, tmp_path: Path
) -> None:
    gone = about("r", "conversion.reversed", 3, reverses="p")
    path = told(cli, tmp_path, SHOP, [paid("p", 2, amount_minor=10_000), gone])
    (line,) = cli("explain", "p", "--db", path, "--json").json["rewards"]
    assert line["why_not"][0].startswith("had the reversal arrived 29 days later, after 2 February")

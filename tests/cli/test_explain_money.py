"""Explain and verify money: other currencies, shares of nothing, caps too small for a reward, changed programs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from simulator.program.load import load_program
from tests.cli.nasty import DAY, START, Cli, message
from tests.cli.shop import SHOP, broken, paid, told


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (
            {"amount_minor": 5000, "currency": "EUR"},
            "50.00 EUR is not the program's GBP, and a percentage is of the program's currency only",
        ),
        (
            {"amount_minor": 100_000, "currency": "JPY"},
            "100,000 JPY is not the program's GBP, and a percentage is of the program's currency only",
        ),
        ({"currency": "GBP"}, "no amount to take a percentage of"),
        ({"amount_minor": 0, "currency": "GBP"}, "10 percent of 0.00 GBP is nothing"),
        ({"amount_minor": 4}, "10 percent of 0.04 GBP rounds to nothing"),
    ],
)
def test_a_share_of_nothing_says_why(cli: Cli, tmp_path: Path, data: dict[str, Any], said: str) -> None:
    path = told(cli, tmp_path, SHOP, [paid("o1", 2, **data)])
    account = cli("explain", "o1", "--db", path, "--json").json
    assert account["decisions"][0]["no_line"] == [f"share: no line, {said}"]
    (flat,) = account["rewards"]
    other = data.get("currency", "GBP") != "GBP"
    assert ("its value is fixed, so it does not matter that" in flat["why"]) is other
    assert f"no line, {said}" in cli("explain", "o1", "--db", path).out


def test_a_rule_on_an_amount_in_another_currency_says_so(cli: Cli, tmp_path: Path) -> None:
    program = SHOP.replace("COALESCE(amount, 99) >= 0", "amount >= 5")
    path = told(cli, tmp_path, program, [paid("o1", 2, amount_minor=5000, currency="EUR")])
    (decision,) = cli("explain", "o1", "--db", path, "--json").json["decisions"]
    assert decision["reason"] == "worth-it:missing"
    assert (
        decision["why_not"][0] == "50.00 EUR is not the program's GBP, so to the rules the amount is unknown"
    )


def test_a_trial_invoice_of_zero_says_that_a_share_of_it_is_nothing(cli: Cli, tmp_path: Path) -> None:
    program = SHOP.replace('occurrence = "each"', "").replace("purchase.paid", "bill.paid")
    bills = [
        message("in1", "bill.paid", "bob", START + DAY, amount_minor=0, currency="GBP"),
        message("in2", "bill.paid", "bob", START + 29 * DAY, amount_minor=4900, currency="GBP"),
    ]
    path = told(cli, tmp_path, program, bills)
    (decision,) = cli("explain", "in1", "--db", path, "--json").json["decisions"]
    assert decision["no_line"] == ["share: no line, 10 percent of 0.00 GBP is nothing"]
    (later,) = cli("explain", "in2", "--db", path, "--json").json["decisions"]
    assert later["why_not"][0] == "only the friend's 1st bill.paid counts"


def test_what_is_more_than_its_cap_never_fits(cli: Cli, tmp_path: Path) -> None:
    program = SHOP + "caps = [{ value = 40.00, window = 'calendar-month' }]\n"
    path = told(cli, tmp_path, program, [paid("o1", 2, amount_minor=50_000)])
    share = cli("explain", "o1", "--db", path, "--json").json["rewards"][1]
    assert share["why"] == "it is 50.00 GBP, and a cap allows 40.00 GBP: it never fits"
    assert share["why_not"] == ["no later day would do: it is more than its cap allows at all"]


def test_a_full_cap_says_what_was_clawed_back_of_it(cli: Cli, tmp_path: Path) -> None:
    program = SHOP + "clawback = '30d'\ncaps = [{ count = 2, window = 'lifetime' }]\n"
    events = [paid(f"o{day}", day, amount_minor=1_000) for day in (2, 3, 4)]
    gone = message("x", "conversion.reversed", "bob", START + 5 * DAY, reverses="o2", reason="cancelled")
    path = told(cli, tmp_path, program, [*events, gone])
    share = cli("explain", "o4", "--db", path, "--json").json["rewards"][1]
    assert share["why"] == (
        "the recipient had been issued 2 of at most 2 in all already, 1 of them clawed back only later"
    )


def test_the_millionth_pays_and_explain_ends(cli: Cli, tmp_path: Path) -> None:
    program = SHOP + "every = 1000000\ntier = [999999]\n"
    path = told(cli, tmp_path, program, [paid("o1", 2, amount_minor=1_000)])
    share = cli("explain", "o1", "--db", path, "--json").json["rewards"][1]
    assert share["why_not"] == ["the 1,000,000th pays, 999,999 after this one"]


@pytest.mark.parametrize(
    "line", ["every = 9007199254740991", "tier = [9007199254740991]", "caps = [{ count = 1000001 }]"]
)
def test_absurd_numbers_are_refused_with_the_most_there_is(cli: Cli, tmp_path: Path, line: str) -> None:
    (tmp_path / "p.toml").write_text(SHOP + line + "\n")
    ran = cli("program", "check", tmp_path / "p.toml")
    assert ran.status == 2
    assert "write a whole number from 1 to 1,000,000" in ran.err + ran.out


def test_verify_judges_budget_and_caps_after_a_change_of_program(cli: Cli, tmp_path: Path) -> None:
    first = SHOP + "caps = [{ count = 3, window = 'lifetime' }]\n[budget]\ntotal = 40.00\n"
    second = first.replace("count = 3", "count = 1").replace("total = 40.00", "total = 35.00")
    change = message("p", "program.changed", None, START + 6 * DAY, program=second)
    events = [paid(f"o{day}", day, amount_minor=5_000) for day in (2, 3, 4)]
    path = told(cli, tmp_path, first, [*events, change, paid("o7", 7, amount_minor=5_000)])
    ran = cli("verify", "--db", path)
    assert ran.status == 0, ran.err
    assert "budget and caps kept, each under the version it was judged by" in ran.out
    assert "again while an earlier conversion stands or is paid, each under" in ran.out
    designs = [
        (first, second),
        (first.replace("count = 3", "count = 2"), second),
        (first.replace("40.", "9."), second),
    ]
    designs.append((first, second.replace("35.00", "34.99")))
    designs.append((first.replace('"each"', '"any"'), second))
    said = [broken(path, [load_program(text, "p.toml") for text in pair]) for pair in designs]
    assert said == [
        None,
        "reward 6: its recipient is over a cap of share",
        "reward 2: 1000 minor units issued by then, the budget is 900",
        "reward 7: 3500 minor units issued by then, the budget is 3499",
        "decision 2: its friend has qualified before for the same milestone, and that stood or was paid then",
    ]


def test_150_purchases_at_the_maximum_add_up_exactly(cli: Cli, tmp_path: Path) -> None:
    program = SHOP.replace("percent = 10", "percent = 1000")
    events = [paid(f"o{number}", 2, amount_minor=9_000_000_000) for number in range(150)]
    events += [
        message(
            f"s{n}",
            "referral.shared",
            "ann",
            START + 3 * DAY,
            code="ANN",
            channel="email",
            reach=9_000_000_000,
        )
        for n in range(1_100)
    ]
    path = told(cli, tmp_path, program, events)
    other = tmp_path / "b.db"
    options = ["--program", tmp_path / "p.toml", "--replay", "--now", START + 40 * DAY, "--batch", 100]
    assert cli("ingest", "--db", other, *options, tmp_path / "a.jsonl").status == 0
    sums = [
        cli("ingest", "--db", one, "--replay", "--json", tmp_path / "a.jsonl").json["rewards"]
        for one in (path, other)
    ]
    assert sums[0] == sums[1] == {"issued": {"count": 300, "value_minor": 150 * (9_000_000_000 + 500)}}
    for one in (path, other):
        ran = cli("verify", "--db", one)
        assert ran.status == 0, ran.err

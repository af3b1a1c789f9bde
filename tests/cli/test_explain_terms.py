"""Explain dates, variants, closed accounts, codes in other capitals or used up, counts that stand, and rates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.cli.nasty import DAY, HOUR, START, Cli, message
from tests.cli.shop import EACH_PURCHASE, FLAT, HEADER, paid, told

TAIL = EACH_PURCHASE + FLAT


def decided(cli: Cli, path: Path, what: str) -> dict[str, Any]:
    ran = cli("explain", what, "--db", path, "--json")
    assert ran.status == 0, ran.err
    found: dict[str, Any] = ran.json["decisions"][-1]
    return found


def test_a_reward_of_the_booster_week_says_how_much_earlier_it_would_have_been_offered(
    cli: Cli, tmp_path: Path
) -> None:
    dates = "from = 2026-01-05T00:00:00Z\nuntil = 2026-01-12T00:00:00Z\n"
    boost = f'[[reward]]\nname = "boost"\nto = "friend"\non = "any"\nvalue = 9.00\n{dates}'
    path = told(cli, tmp_path, HEADER + TAIL + boost, [paid("p", 12)])
    one = decided(cli, path, "p")
    assert one["no_line"] == [
        "boost: no line, since the conversion is dated 13 January 2026, 00:00 UTC, outside its dates: "
        "from 5 January 2026, 00:00 UTC until 12 January 2026, 00:00 UTC",
        "boost: had it happened 1 day earlier, within its dates, it would have been offered",
    ]
    assert [change["makes"] for change in one["changes"]] == ["offered"]
    said = cli("explain", "p", "--db", path).out
    assert said.count("outside its dates") == 1


def test_the_variant_of_each_experiment_is_told_and_what_the_other_would_have_offered(
    cli: Cli, tmp_path: Path
) -> None:
    split = '[[experiment]]\nname = "bonus"\nby = "friend"\nvariants = { control = 0, richer = 100 }\n'
    plain = '[[reward]]\nname = "plain"\nto = "friend"\non = "any"\nvalue = 9.00\n'
    plain += "when = \"variant_bonus = 'control'\"\n"
    path = told(cli, tmp_path, HEADER + split + TAIL + plain, [paid("p", 2)])
    one = decided(cli, path, "p")
    assert [(split["experiment"], split["variant"]) for split in one["variants"]] == [("bonus", "richer")]
    said = cli("explain", "p", "--db", path).out
    assert 'variant "richer" of the experiment "bonus": drawn from the reference of the friend' in said
    assert (
        'plain: in the variant "control" of the experiment "bonus" instead of "richer" it would have been offered'
        in said
    )


def test_a_closed_account_says_that_it_would_have_qualified_had_it_not_been_closed(
    cli: Cli, tmp_path: Path
) -> None:
    rule = (
        '[[rule]]\ncode = "open"\nrequire = "NOT friend_closed AND NOT referrer_closed"\nbecause = "Gone."\n'
    )
    closed = message("c", "customer.closed", "bob", START + DAY) | {"source": "client/shop"}
    path = told(cli, tmp_path, HEADER + TAIL + rule, [closed, paid("p", 2)])
    one = decided(cli, path, "p")
    assert one["why_not"] == ["had the friend's account not been closed it would have qualified"]


def test_a_count_of_what_stands_says_how_many_more_were_needed(cli: Cli, tmp_path: Path) -> None:
    rule = (
        '[[rule]]\ncode = "third"\nrequire = "friend_conversions >= 3"\nbecause = "Only from the third on."\n'
    )
    gone = {"reverses": "p1"}
    reversal = message("r", "conversion.reversed", "bob", START + 3 * DAY, **gone) | {"source": "client/shop"}
    del reversal["subject"]
    path = told(cli, tmp_path, HEADER + TAIL + rule, [paid("p1", 2), reversal, paid("p2", 4), paid("p3", 5)])
    one = decided(cli, path, "p3")
    assert one["why_not"] == ["with 1 more conversion of the friend's that stand it would have qualified"]


def test_an_attribute_says_which_value_would_have_done(cli: Cli, tmp_path: Path) -> None:
    own = '[attributes]\nproduct = "text"\n'
    rule = '[[rule]]\ncode = "fibre"\nrequire = "product = \'fibre\'"\nbecause = "Fibre only."\n'
    path = told(
        cli, tmp_path, HEADER + own + TAIL + rule, [paid("p", 2, attributes={"product": "tv", "size": 2})]
    )
    one = decided(cli, path, "p")
    assert one["why_not"] == ["with product fibre instead of tv it would have qualified"]


def test_a_code_in_other_capitals_is_told_to_be_its_owners(cli: Cli, tmp_path: Path) -> None:
    fold = '[attribution]\ncodes = "fold"\n'
    typed = message("y", "friend.visited", "cid", START + DAY, code=" ann", channel="email")
    bought = message("q", "purchase.paid", "cid", START + 2 * DAY) | {"source": "client/shop"}
    path = told(cli, tmp_path, HEADER + fold + TAIL, [typed, bought])
    account = cli("explain", "cid", "--db", path, "--json").json
    assert [(touch["referrer"], touch["why"]) for touch in account["touches"]] == [("ann", "it won")]


def test_a_code_that_was_used_up_says_so_and_that_one_friend_fewer_would_have_left_it(
    cli: Cli, tmp_path: Path
) -> None:
    uses = "[attribution]\nuses = 1\n"
    second = message("q", "purchase.paid", "cid", START + 3 * DAY, code="ANN") | {"source": "client/shop"}
    seen = message("y", "friend.visited", "dan", START + 3 * DAY + HOUR, code="ANN", channel="email")
    third = message("t", "purchase.paid", "dan", START + 3 * DAY + 2 * HOUR) | {"source": "client/shop"}
    path = told(cli, tmp_path, HEADER + uses + TAIL, [paid("p", 2), second, seen, third])
    one = decided(cli, path, "q")
    spent = "its code had been used up by then"
    assert one["why_not"] == [
        f"code ANN, sent with the purchase.paid: {spent}",
        "had one friend fewer used the code ANN before it would have qualified",
    ]
    account = cli("explain", "dan", "--db", path, "--json").json
    assert [touch["why"] for touch in account["touches"]] == [spent]


def test_a_share_at_a_rate_says_the_rate_and_the_maximum_that_cut_it(cli: Cli, tmp_path: Path) -> None:
    rates = "[rates]\nEUR = 0.8\n"
    share = '[[reward]]\nname = "share"\nto = "friend"\non = "any"\npercent = 10\nmax = 5.00\n'
    bought = paid("p", 2, amount_minor=10_000, currency="EUR")
    path = told(cli, tmp_path, HEADER + rates + TAIL + share, [bought])
    line = cli("explain", "p", "--db", path, "--json").json["rewards"][-1]
    assert line["value"] == "5.00 GBP"
    assert line["why"].endswith(
        "; 100.00 EUR is 80.00 GBP at the program's rate of 0.8"
        "; 10 percent of 80.00 GBP is 8.00 GBP, cut to the maximum of 5.00 GBP"
    )


def test_room_comes_back_at_the_beginning_of_a_month_of_the_programs_zone(cli: Cli, tmp_path: Path) -> None:
    program = (
        HEADER
        + 'timezone = "Pacific/Auckland"\n'
        + TAIL
        + 'caps = [{ count = 1, window = "calendar-month" }]\n'
    )
    path = told(cli, tmp_path, program, [paid("p", 2), paid("q", 3)])
    line = cli("explain", "q", "--db", path, "--json").json["rewards"][-1]
    assert line["state"] == "capped"
    # February begins in Auckland thirteen hours before it does in UTC
    assert line["why_not"][0].startswith("room came back on 31 January 2026, 11:00 UTC")


def test_an_approval_starts_no_reward_that_was_not_offered_and_a_share_within_its_bounds(
    cli: Cli, tmp_path: Path
) -> None:
    rule = '[[rule]]\ncode = "ask"\nrequire = "new_customer"\nbecause = "Asked."\non_fail = "review"\n'
    big = '[[reward]]\nname = "big"\nto = "friend"\non = "any"\nvalue = 9.00\nwhen = "amount > 500"\n'
    share = '[[reward]]\nname = "share"\nto = "friend"\non = "any"\npercent = 10\nmax = 5.00\n'
    rates = "[rates]\nEUR = 0.8\n"
    bought = paid("p", 2, amount_minor=10_000, currency="EUR")
    path = told(cli, tmp_path, HEADER + rates + TAIL + rule + big + share, [bought])
    one = decided(cli, path, "p")
    assert [(line["reward"], line["value"]) for line in one["if_approved"]] == [
        ("flat", "5.00 GBP"),
        ("share", "5.00 GBP"),
    ]

"""Explain limits: what counts in numbers, caps and budgets once a reward was taken back, and what a limit cut off."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.cli.nasty import DAY, START, Cli, message
from tests.cli.shop import SHOP, paid, reversal, share, told


def thousand(*days: int) -> list[dict[str, Any]]:
    return [paid(f"o{day}", day, amount_minor=1_000) for day in days]


@pytest.mark.parametrize(
    ("lasting", "state", "said"),
    [
        ("", "issued", "it was issued on 5 January 2026, 00:00 UTC"),
        (
            ", returns = false",
            "capped",
            "the recipient had been issued 1 of at most 1 in all already, 1 of them clawed back, "
            "which gives no room back",
        ),
    ],
)
def test_what_was_clawed_back_is_said_to_fill_a_cap_only_where_it_gives_no_room_back(
    cli: Cli, tmp_path: Path, lasting: str, state: str, said: str
) -> None:
    program = f"{SHOP}clawback = '30d'\ncaps = [{{ count = 1, window = 'lifetime'{lasting} }}]\n"
    events = [*thousand(2), reversal("o2", 3), *thousand(4)]
    line = share(cli, told(cli, tmp_path, program, events), "o4")
    assert (line["state"], line["why"]) == (state, said)


def test_a_cap_full_of_what_was_clawed_back_later_says_when_there_was_room_again(
    cli: Cli, tmp_path: Path
) -> None:
    program = SHOP + "clawback = '30d'\ncaps = [{ count = 1, window = 'lifetime' }]\n"
    path = told(cli, tmp_path, program, [*thousand(2, 3), reversal("o2", 5)])
    line = share(cli, path, "o3")
    assert line["why"].endswith("issued 1 of at most 1 in all already, 1 of them clawed back only later")
    assert line["why_not"][0] == "room came back on 6 January 2026, 00:00 UTC: 2 days later"


def test_a_full_lifetime_cap_says_that_only_taking_back_makes_room(cli: Cli, tmp_path: Path) -> None:
    program = SHOP + "caps = [{ count = 1, window = 'lifetime' }]\n"
    line = share(cli, told(cli, tmp_path, program, thousand(2, 3)), "o3")
    assert line["why_not"] == ["this cap has room again only where a reward is taken back"]


@pytest.mark.parametrize(
    ("per", "said"),
    [
        ("friend", "for this friend the recipient had been issued 1 of at most 1 in all already"),
        ("code", "by this code the recipient had been issued 1 of at most 1 in all already"),
        ("program", "everybody together had been issued 1 of at most 1 in all already"),
    ],
)
def test_a_full_cap_says_whose_rewards_it_counts(cli: Cli, tmp_path: Path, per: str, said: str) -> None:
    program = f"{SHOP}caps = [{{ count = 1, window = 'lifetime', per = '{per}' }}]\n"
    line = share(cli, told(cli, tmp_path, program, thousand(2, 3)), "o3")
    assert (line["state"], line["why"]) == ("capped", said)


def test_a_number_counts_only_what_still_stands(cli: Cli, tmp_path: Path) -> None:
    events = [*thousand(2), reversal("o2", 3), *thousand(4, 5)]
    path = told(cli, tmp_path, SHOP + "every = 2\n", events)
    line = share(cli, path, "o4")
    assert (line["state"], line["why"]) == ("counted", "it was the recipient's 1st; every 2nd pays")
    assert line["why_not"] == ["the 2nd pays, 1 after this one"]
    assert share(cli, path, "o5")["state"] == "issued"


def test_a_full_card_that_paid_already_says_so_and_which_number_pays_next(cli: Cli, tmp_path: Path) -> None:
    """Two bought and one was paid for; one was returned, and the next makes two again, which are already paid for."""
    events = [*thousand(2, 3), reversal("o2", 4), *thousand(5, 6)]
    path = told(cli, tmp_path, SHOP + "every = 2\n", events)
    line = share(cli, path, "o5")
    assert (line["state"], line["why"]) == (
        "counted",
        "it was the recipient's 2nd; every 2nd pays, and as many as that allows were paid already",
    )
    assert line["why_not"] == ["the 4th pays, 2 after this one"]


def test_what_a_cap_cut_says_so(cli: Cli, tmp_path: Path) -> None:
    program = SHOP + "caps = [{ value = 40.00, window = 'lifetime', over = 'trim' }]\n"
    path = told(cli, tmp_path, program, [paid("o2", 2, amount_minor=50_000)])
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE reward SET state = 'issued', value_minor = 4000 WHERE reward = 'share'")
    line = share(cli, path, "o2")
    assert line["why"] == (
        "it was issued on 3 January 2026, 00:00 UTC, cut from 50.00 GBP to 40.00 GBP by the cap"
    )


def test_what_was_adjusted_within_a_trimming_cap_is_not_said_to_be_cut_by_the_cap(
    cli: Cli, tmp_path: Path
) -> None:
    program = SHOP + "clawback = '30d'\ncaps = [{ value = 40.00, window = 'lifetime', over = 'trim' }]\n"
    data = {"adjusts": "o2", "amount_minor": 400}
    less = message("a", "conversion.adjusted", "bob", START + 3 * DAY, **data) | {"source": "client/shop"}
    line = share(cli, told(cli, tmp_path, program, [*thousand(2), less]), "o2")
    assert line["why"].endswith("cut from 1.00 GBP to 0.40 GBP as the amount was adjusted")


def test_what_the_budget_cut_says_so(cli: Cli, tmp_path: Path) -> None:
    program = SHOP + "[budget]\ntotal = 45.00\nover = 'trim'\n"
    line = share(cli, told(cli, tmp_path, program, [paid("o2", 2, amount_minor=50_000)]), "o2")
    assert line["why"] == (
        "it was issued on 3 January 2026, 00:00 UTC, cut from 50.00 GBP to 40.00 GBP by the budget"
    )


def test_a_budget_of_a_month_says_what_was_left_in_the_month(cli: Cli, tmp_path: Path) -> None:
    program = SHOP + "[budget]\ntotal = 6.50\nperiod = 'calendar-month'\n"
    path = told(cli, tmp_path, program, thousand(2, 3, 33))
    line = share(cli, path, "o3")
    assert (line["state"], line["why"]) == (
        "unfunded",
        "the budget in the calendar month had 0.50 GBP left on 4 January 2026, 00:00 UTC",
    )
    assert line["why_not"] == ["with 0.50 GBP more of budget left it would have been issued"]
    assert share(cli, path, "o33")["state"] == "issued"


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("redeemed", "it was issued on 3 January 2026, 00:00 UTC, and redeemed on 3 January 2026, 00:00 UTC"),
        (
            "waiting",
            "it was released on 3 January 2026, 00:00 UTC within its caps: it waits until the budget has room for it",
        ),
        ("forfeited", "it was forfeited on 3 January 2026, 00:00 UTC"),
    ],
)
def test_a_line_that_waits_was_used_or_given_up_is_not_said_to_lack_budget(
    cli: Cli, tmp_path: Path, state: str, said: str
) -> None:
    path = told(cli, tmp_path, SHOP, thousand(2))
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE reward SET state = ? WHERE reward = 'share'", (state,))
    assert share(cli, path, "o2")["why"] == said


@pytest.mark.parametrize("between", [[], [("o2", 3)]])
def test_an_occurrence_says_how_many_more_that_stand_were_needed(
    cli: Cli, tmp_path: Path, between: list[tuple[str, int]]
) -> None:
    program = SHOP.replace('occurrence = "each"', "occurrence = 3")
    events = [*thousand(2), *(reversal(*one) for one in between), *thousand(4)]
    path = told(cli, tmp_path, program, events)
    decision = cli("explain", "o4", "--db", path, "--json").json["decisions"][-1]
    more = "2 more" if between else "one more"
    assert f"with {more} purchase.paid of the friend before it would have qualified" in decision["why_not"]

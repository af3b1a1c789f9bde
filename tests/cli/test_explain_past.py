"""Explain what held when a reward was released, not what holds today: amounts, room, numbers and whose they were."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.nasty import DAY, START, Cli, message
from tests.cli.shop import BASE, SHARE, SHOP, about, paid, share, told

TRIMMED = "clawback = '30d'\ncaps = [{ value = 60.00, window = 'lifetime', over = 'trim' }]\n"


def adjusted(of: str, day: int, minor: int) -> dict[str, Any]:
    return about(f"a-{of}-{day}", "conversion.adjusted", day, adjusts=of, amount_minor=minor)


@pytest.fixture
def trimmed(cli: Cli, tmp_path: Path) -> Path:
    """A cap of 60.00 that cuts the second share; refunds of the first and the second; a third that is cut again."""
    events = [
        paid("o1", 2, amount_minor=40_000),
        paid("o2", 3, amount_minor=30_000),
        paid("o3", 4, amount_minor=1_000),
        adjusted("o1", 6, 10_000),
        paid("o4", 8, amount_minor=40_000),
        adjusted("o2", 10, 0),
    ]
    return told(cli, tmp_path, SHOP + TRIMMED, events)


def test_what_a_cap_cut_is_not_put_down_to_refunds_that_came_later(cli: Cli, trimmed: Path) -> None:
    line = share(cli, trimmed, "o4")
    assert (line["state"], line["value_minor"]) == ("issued", 3_000)
    assert line["why"].endswith("cut from 40.00 GBP to 30.00 GBP by the cap")


def test_a_full_cap_is_told_with_what_it_had_issued_and_with_the_first_refund_that_made_room(
    cli: Cli, trimmed: Path
) -> None:
    line = share(cli, trimmed, "o3")
    assert (line["state"], line["why"]) == (
        "capped",
        "a cap of 60.00 GBP in all had no room left",
    )
    assert line["why_not"][0] == "room came back on 7 January 2026, 00:00 UTC: 2 days later"


def test_room_that_is_still_to_come_is_not_told_as_past(cli: Cli, tmp_path: Path) -> None:
    program = SHOP + "caps = [{ count = 1, window = '200d' }]\n"
    events = [paid("o1", 2, amount_minor=1_000), paid("o2", 3, amount_minor=1_000)]
    line = share(cli, told(cli, tmp_path, program, events), "o2")
    assert line["why_not"][0] == "room comes back on 22 July 2026, 00:00 UTC: 199 days later"


def test_a_share_of_nothing_after_a_refund_is_not_said_to_be_reversed(cli: Cli, tmp_path: Path) -> None:
    events = [paid("o1", 2, amount_minor=1_000), adjusted("o1", 3, 0)]
    line = share(cli, told(cli, tmp_path, SHOP + "hold = '9d'\n", events), "o1")
    assert (line["state"], line["why"]) == (
        "voided",
        "the amount was adjusted, and it would come to nothing; voided on 4 January 2026, 00:00 UTC",
    )
    assert line["why_not"] == ["had the amount not been adjusted so far, it would not have been voided"]


def test_a_bounded_share_is_told_of_the_amount_that_it_was_taken_of(cli: Cli, tmp_path: Path) -> None:
    program = SHOP + "hold = '9d'\nmin = 2.00\nmax = 40.00\nclawback = '30d'\n"
    events = [
        paid("o1", 2, amount_minor=50_000),
        adjusted("o1", 3, 1_000),
        paid("o2", 2, amount_minor=60_000),
        adjusted("o2", 5, 50_000),
        adjusted("o2", 20, 45_000),
    ]
    path = told(cli, tmp_path, program, events)
    assert share(cli, path, "o1")["why"].endswith(
        "; 10 percent of 10.00 GBP is 1.00 GBP, raised to the minimum of 2.00 GBP"
    )
    assert share(cli, path, "o2")["why"].endswith(
        "; 10 percent of 500.00 GBP is 50.00 GBP, cut to the maximum of 40.00 GBP"
    )


def test_an_approval_is_told_with_the_amount_of_now(cli: Cli, tmp_path: Path) -> None:
    rule = '[[rule]]\ncode = "small"\nrequire = "amount < 50"\non_fail = "review"\n'
    bought = paid("o1", 2, amount_minor=10_000), paid("o2", 2, amount_minor=10_000)
    path = told(cli, tmp_path, BASE + rule + SHARE, [*bought, adjusted("o1", 3, 6_000), adjusted("o2", 3, 0)])
    starts = [
        cli("explain", one, "--db", path, "--json").json["decisions"][0]["if_approved"]
        for one in ("o1", "o2")
    ]
    assert [[line["value"] for line in lines] for lines in starts] == [["6.00 GBP"], []]

    assert cli("review", "approve", "client/shop:o2", "--by", "op", "--db", path).status == 0
    (decision,) = cli("explain", "o2", "--db", path, "--json").json["decisions"]
    assert decision["no_line"] == ["share: no line, 10 percent of 0.00 GBP is nothing"]


def test_a_reversal_that_came_later_would_not_have_paid_what_its_condition_forfeits(
    cli: Cli, tmp_path: Path
) -> None:
    program = f'{SHOP}hold = "10d"\nkeep_if = "NOT recipient_closed"\n'
    closed = message("c", "customer.closed", "ann", START + 5 * DAY) | {"source": "client/crm"}
    gone = about("r", "conversion.reversed", 4, reverses="o1")
    line = share(cli, told(cli, tmp_path, program, [paid("o1", 2, amount_minor=1_000), gone, closed]), "o1")
    assert (line["state"], line["why_not"]) == (
        "voided",
        [
            "no single change would do: reversed after 13 January 2026, 00:00 UTC, it would have been forfeited"
        ],
    )


@pytest.fixture
def united(cli: Cli, tmp_path: Path) -> Path:
    """Cid buys once for Dora, who then becomes Ann, and once more as a guest, who then becomes Bob."""
    program = (
        SHOP
        + "caps = [{ count = 2, window = 'lifetime' }, { count = 1, window = 'lifetime', per = 'code' }]\n"
    )
    merge = "customer.merged"
    events = [
        message("ld", "link.created", "dora", START, code="DORA"),
        message("vg", "friend.visited", "guest", START, code="ANN", channel="email"),
        message("vc", "friend.visited", "cid", START, code="DORA", channel="email"),
        message("o1", "purchase.paid", "cid", START + 2 * DAY, amount_minor=1_000)
        | {"source": "client/shop"},
        message("o2", "purchase.paid", "guest", START + 3 * DAY, amount_minor=1_000)
        | {"source": "client/shop"},
        message("m1", merge, "dora", START + 4 * DAY, into="ann") | {"source": "client/crm"},
        message("m2", merge, "guest", START + 4 * DAY, into="bob") | {"source": "client/crm"},
        paid("o3", 5, amount_minor=1_000),
    ]
    return told(cli, tmp_path, program, sorted(events, key=lambda e: e["receivedat"]))


def test_what_merged_people_were_paid_is_counted_for_the_one(cli: Cli, united: Path) -> None:
    line = share(cli, united, "o3")
    assert (line["state"], line["why"]) == (
        "capped",
        "the recipient had been issued 2 of at most 2 in all already",
    )
    assert line["why_not"] == ["this cap has room again only where a reward is taken back"]


def test_a_merged_friend_is_told_with_the_decisions_of_both(cli: Cli, united: Path) -> None:
    account = cli("explain", "bob", "--db", united, "--json").json
    assert [one["event_id"] for one in account["decisions"]] == ["o2", "o3"]
    assert [line["state"] for line in account["rewards"] if line["reward"] == "share"] == ["issued", "capped"]


def test_what_was_paid_before_it_came_back_filled_a_cap_then_and_made_room_as_it_fell(
    cli: Cli, tmp_path: Path
) -> None:
    """The first fills the cap until it is reversed; reinstated later, it finds the cap full itself."""
    events = [
        *(paid(f"o{day}", day, amount_minor=1_000) for day in (2, 3)),
        about("r", "conversion.reversed", 5, reverses="o2"),
        paid("o6", 6, amount_minor=1_000),
        about("w", "conversion.reinstated", 8, reinstates="o2"),
    ]
    program = SHOP + "clawback = '30d'\ncaps = [{ count = 1, window = 'lifetime' }]\n"
    line = share(cli, told(cli, tmp_path, program, events), "o3")
    assert (line["state"], line["why"]) == (
        "capped",
        "the recipient had been issued 1 of at most 1 in all already, 1 of them clawed back only later",
    )
    assert line["why_not"][0] == "room came back on 6 January 2026, 00:00 UTC: 2 days later"


def test_a_visit_whose_code_was_used_up_later_says_so(cli: Cli, tmp_path: Path) -> None:
    visit = message("vc", "friend.visited", "cid", START + DAY, code="ANN", channel="email")
    late = message("o2", "purchase.paid", "cid", START + 3 * DAY, amount_minor=900) | {
        "source": "client/shop"
    }
    program = f"{SHOP}[attribution]\nuses = 1\n"
    path = told(cli, tmp_path, program, [visit, paid("o1", 2, amount_minor=900), late])
    account = cli("explain", "cid", "--db", path, "--json").json
    why = "its code had been used up before the purchase.paid of 4 January 2026, 00:00 UTC"
    assert [touch["why"] for touch in account["touches"]] == [why]
    assert account["why_not"][0].endswith(why)


def test_an_amount_is_shown_with_the_three_decimals_of_its_currency(cli: Cli, tmp_path: Path) -> None:
    rule = '[[rule]]\ncode = "some"\nrequire = "amount >= 0.005"\n'
    program = (BASE + rule + SHARE).replace('"GBP"', '"KWD"')
    path = told(cli, tmp_path, program, [paid("o1", 2, amount_minor=2)])
    assert "[amount = 0.002]" in cli("explain", "o1", "--db", path).out


def test_a_merged_referrer_is_told_with_the_links_friends_and_rewards_of_both(cli: Cli, united: Path) -> None:
    referrer = cli("explain", "ann", "--db", united, "--json").json["referrer"]
    assert [link["code"] for link in referrer["links"]] == ["ANN", "DORA"]
    friends = [
        (one["friend"], [f"{own['reward']} {own['state']}" for own in one["rewards"]])
        for one in referrer["friends"]
    ]
    assert friends == [("cid", ["share issued"]), ("guest", ["share issued", "share capped"])]
    assert [(one["state"], one["count"]) for one in referrer["rewards"]] == [("capped", 1), ("issued", 2)]
    assert [(one["outcome"], one["count"]) for one in referrer["decisions"]] == [("qualified", 3)]
    assert [room["count"] for room in referrer["room"]] == [0]


def test_a_change_is_tried_with_what_a_merged_friend_did_by_another_reference(
    cli: Cli, tmp_path: Path
) -> None:
    """Cid bought as a guest before: with a code his own purchase would still be the second."""
    shop = {"source": "client/shop"}
    once = SHOP.replace('occurrence = "each"', "occurrence = 1")
    events = [
        message("o1", "purchase.paid", "guest", START + DAY, amount_minor=900) | shop,
        message("m", "customer.merged", "guest", START + 2 * DAY, into="cid") | shop,
        message("o2", "purchase.paid", "cid", START + 3 * DAY, amount_minor=900) | shop,
    ]
    (decision,) = cli("explain", "o2", "--db", told(cli, tmp_path, once, events), "--json").json["decisions"]
    assert decision["changes"] == []
    assert decision["why_not"][-1].startswith("no single change of what was sent would do")


def test_a_conversion_sent_by_an_old_reference_is_told_with_its_decision(cli: Cli, tmp_path: Path) -> None:
    shop = {"source": "client/shop"}
    events = [
        message("m", "customer.merged", "guest", START + DAY, into="bob") | shop,
        message("o1", "purchase.paid", "guest", START + 2 * DAY, amount_minor=900) | shop,
    ]
    account = cli("explain", "o1", "--db", told(cli, tmp_path, SHOP, events), "--json").json
    assert [one["outcome"] for one in account["decisions"]] == ["qualified"]
    assert account["ref"] == "guest"


@pytest.mark.parametrize("occurrence", ['"any"', "1"])
def test_an_approval_that_comes_too_late_is_not_told_to_pay(
    cli: Cli, tmp_path: Path, occurrence: str
) -> None:
    """The first waits for a review and is reversed; the second takes the milestone; then the first stands again."""
    rule = '[[rule]]\ncode = "small"\nrequire = "amount < 50"\non_fail = "review"\n'
    program = (BASE + rule + SHARE).replace('occurrence = "each"', f"occurrence = {occurrence}")
    events = [
        paid("o1", 2, amount_minor=10_000),
        about("r", "conversion.reversed", 3, reverses="o1"),
        paid("o2", 4, amount_minor=1_000),
        about("w", "conversion.reinstated", 5, reinstates="o1"),
    ]
    path = told(cli, tmp_path, program, events)
    (decision,) = cli("explain", "o1", "--db", path, "--json").json["decisions"]
    assert (decision["outcome"], decision["if_approved"]) == ("review", [])
    assert decision["why_not"][0] == "an approval would pay nothing: another conversion took this milestone"


def test_a_change_of_who_may_refer_is_not_told_where_others_might_have_used_up_the_code(
    cli: Cli, tmp_path: Path
) -> None:
    """Cid came by Ann's link first: had she been allowed to refer, the one use would have been his."""
    who: dict[str, Any] = {"contact_kind": "email", "via": "sso", "referrer_kind": "employee"}
    events = [
        message("w", "customer.identified", "ann", START + 2, contact_ref="c-ann", **who),
        message("vc", "friend.visited", "cid", START + 3, code="ANN", channel="email"),
        message("vb", "friend.visited", "bob", START + 4, code="ANN", channel="email"),
        message("o0", "purchase.paid", "cid", START + DAY, amount_minor=900) | {"source": "client/shop"},
        paid("o1", 2, amount_minor=900),
    ]
    only = SHOP.replace('currency = "GBP"', 'currency = "GBP"\nreferrers = ["customer"]')
    said: list[bool] = []
    for uses in ("", "uses = 1\n"):
        folder = tmp_path / f"of {len(said)}"
        folder.mkdir()
        path = told(cli, folder, f"{only}[attribution]\n{uses}", events)
        (decision,) = cli("explain", "o1", "--db", path, "--json").json["decisions"]
        said.append(any("been of the kind customer" in one["text"] for one in decision["changes"]))
    assert said == [True, False]


def test_one_that_waits_says_behind_how_many_and_when_the_budget_begins_anew(
    cli: Cli, tmp_path: Path
) -> None:
    program = SHOP + "[budget]\ntotal = 6.00\nperiod = 'calendar-month'\nshort = 'wait'\n"
    path = told(cli, tmp_path, program, [paid(f"o{day}", day, amount_minor=1_000) for day in (2, 3, 4, 5)])
    waits = "within its caps: it waits until the budget has room for it"
    anew = "it begins anew on 1 March 2026, 00:00 UTC"
    assert share(cli, path, "o3")["state"] == "issued"  # in February
    assert share(cli, path, "o4")["why"].endswith(f"{waits}, behind 1 other; {anew}")
    assert share(cli, path, "o5")["why"].endswith(f"{waits}, behind 3 others; {anew}")


def test_one_that_waited_in_vain_says_what_was_left_as_it_was_tried(cli: Cli, tmp_path: Path) -> None:
    """6.00 of 6.50 are spent, and the change to 6.80 lets nothing wait any more."""
    budget = "[budget]\ntotal = {}\n"
    change = message("c", "program.changed", "", START + 6 * DAY, program=SHOP + budget.format("6.80"))
    del change["subject"]
    program = f"{SHOP}{budget.format('6.50')}short = 'wait'\n"
    line = share(
        cli,
        told(
            cli,
            tmp_path,
            program,
            [paid("o2", 2, amount_minor=1_000), paid("o3", 3, amount_minor=1_000), change],
        ),
        "o3",
    )
    assert (line["state"], line["why"]) == (
        "unfunded",
        "the budget had 0.80 GBP left on 7 January 2026, 00:00 UTC",
    )
    assert line["why_not"] == ["with 0.20 GBP more of budget left it would have been issued"]


@pytest.mark.parametrize("returns", ["", "returns = false\n"])
def test_a_full_budget_is_told_with_what_was_spent_before_refunds(
    cli: Cli, tmp_path: Path, returns: str
) -> None:
    """6.00 of 8.00 are spent as the second falls due; the first is refunded in part later."""
    program = f"{SHOP}clawback = '30d'\n[budget]\ntotal = 8.00\n{returns}"
    bought = [paid(f"o{day}", day, amount_minor=1_000) for day in (2, 3)]
    path = told(cli, tmp_path, program, [*bought, adjusted("o2", 8, 100)])
    lines = cli("explain", "o3", "--db", path, "--json").json["rewards"]
    flat = next(line for line in lines if line["reward"] == "flat")
    assert (flat["state"], flat["why"]) == (
        "unfunded",
        "the budget had 2.00 GBP left on 4 January 2026, 00:00 UTC",
    )

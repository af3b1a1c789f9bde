"""Explain rewards that are kept only under a condition: why one was forfeited, and what would have kept it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.nasty import DAY, START, Cli, message
from tests.cli.shop import SHOP, paid, share, told

BOUGHT = paid("o2", 2, amount_minor=1_000)


def of(kind: str, who: str, day: int, **data: Any) -> dict[str, Any]:
    return message(f"{kind}-{day}", kind, who, START + day * DAY, **data) | {"source": "client/crm"}


def kept(condition: str, more: str = "") -> str:
    return f'{SHOP}hold = "10d"\nkeep_if = "{condition}"\n{more}'


CLOSED = "NOT recipient_closed"
BILLS = "friend_bill_paid_count >= 2 AND NOT friend_closed"


@pytest.mark.parametrize(
    ("condition", "more", "between", "said", "changed"),
    [
        (
            CLOSED,
            "",
            [of("customer.closed", "ann", 5)],
            "recipient_closed was true",
            ["had the recipient's account not been closed it would have been kept"],
        ),
        (
            BILLS,
            "",
            [],
            "friend_closed was false, friend_bill_paid_count was 0",
            ["with 2 more bill.paid of the friend's that stand it would have been kept"],
        ),
        (
            BILLS,
            "",
            [of("customer.closed", "bob", 5)],
            "friend_closed was true, friend_bill_paid_count was 0",
            ["no single change of what was sent would have kept it"],
        ),
        (
            "eligible",
            "",
            [],
            "eligible was unknown",
            ["with the friend's eligibility confirmed it would have been kept"],
        ),
        (
            "amount >= 50",
            "",
            [],
            "amount was 10",
            ["with an amount of 50.00 GBP instead of 10.00 GBP it would have been kept"],
        ),
        (
            "channel = 'sms'",
            "",
            [],
            "channel was email",
            ["with channel sms instead of email it would have been kept"],
        ),
        (
            "friend_plan = 'gold'",
            '[attributes]\nplan = { of = "customer", type = "text" }\n',
            [],
            "friend_plan was unknown",
            ["with friend_plan gold instead of unknown it would have been kept"],
        ),
    ],
)
def test_a_forfeited_reward_says_what_it_is_kept_for_and_what_would_have_kept_it(
    cli: Cli,
    tmp_path: Path,
    condition: str,
    more: str,
    between: list[dict[str, Any]],
    said: str,
    changed: list[str],
) -> None:
    line = share(cli, told(cli, tmp_path, kept(condition, more), [BOUGHT, *between]), "o2")
    assert line["state"] == "forfeited"
    assert line["why"].startswith("it was forfeited on 13 January 2026, 00:00 UTC: it is kept only where ")
    assert line["why"].endswith(f"; {said}")
    assert line["why_not"] == changed


def test_an_account_that_was_closed_again_is_one_change(cli: Cli, tmp_path: Path) -> None:
    between = [
        of("customer.closed", "ann", 5),
        of("customer.reopened", "ann", 6),
        of("customer.closed", "ann", 7),
    ]
    line = share(cli, told(cli, tmp_path, kept(CLOSED), [BOUGHT, *between]), "o2")
    assert line["why_not"] == ["had the recipient's account not been closed it would have been kept"]


def test_what_happened_after_the_release_is_not_looked_at(cli: Cli, tmp_path: Path) -> None:
    events = [BOUGHT, of("customer.closed", "ann", 5), of("customer.reopened", "ann", 20)]
    line = share(cli, told(cli, tmp_path, kept(CLOSED), events), "o2")
    assert line["why"].endswith("; recipient_closed was true")


def test_a_pending_reward_says_that_it_would_not_be_kept(cli: Cli, tmp_path: Path) -> None:
    program = kept(CLOSED).replace("10d", "60d")
    line = share(cli, told(cli, tmp_path, program, [BOUGHT, of("customer.closed", "ann", 5)]), "o2")
    assert (line["state"], line["expected"]) == ("pending", "forfeited")
    assert line["why"].startswith("as things stand it pays nothing, since it is kept only where ")


def test_a_reward_that_an_operator_stopped_says_so(cli: Cli, tmp_path: Path) -> None:
    named = {"source": "client/shop", "id": "o2", "milestone": "any", "reward": "share"}
    veto = message("v-1", "reward.vetoed", None, START + 5 * DAY, reward=named, reason="odd")
    line = share(cli, told(cli, tmp_path, kept(CLOSED), [BOUGHT, veto]), "o2")
    assert line["why"] == "it was forfeited on 6 January 2026, 00:00 UTC: an operator stopped it (odd)"


def test_verify_holds_where_rewards_were_forfeited(cli: Cli, tmp_path: Path) -> None:
    path = told(cli, tmp_path, kept(CLOSED), [BOUGHT, of("customer.closed", "ann", 5)])
    assert cli("verify", "--db", path).status == 0
    told_of = cli("explain", "o2", "--db", path).out
    assert "had the recipient's account not been closed it would have been kept" in told_of

"""A person's account: decisions in review, and those that an operator approved."""

from __future__ import annotations

from typing import Any

import pytest

from referral_tui.dashboard.account import blocks

DECISION: dict[str, Any] = {
    "id": 7,
    "milestone": "joined",
    "reason": None,
    "source": "client/shop",
    "event_id": "o1",
    "received_at": 1_000,
    "decided_at": 2_000,
    "program_version": 1,
    **{name: [] for name in ("rules", "offers", "variants", "why_not", "no_line", "if_approved")},
}
TOLD: dict[str, Any] = {"kind": "friend", "ref": "ben", "attribution": None, "why_not": []} | {
    name: [] for name in ("timeline", "touches", "rewards")
}


@pytest.mark.parametrize(
    ("outcome", "more", "said"),
    [
        (
            "review",
            {"reversed_at": 900},
            "The conversion was reversed: nothing is paid for it, whatever the verdict.",
        ),
        ("review", {"reversed_at": None}, "No reward starts: none is promised for joined here."),
        ("qualified", {"approved": "an operator approved it"}, "an operator approved it"),
    ],
)
def test_an_account_says_what_a_verdict_would_do_and_did(
    outcome: str, more: dict[str, Any], said: str
) -> None:
    told = TOLD | {"decisions": [DECISION | {"outcome": outcome} | more]}
    lines = [block.text for block in blocks(told, str.upper, None)]  # type: ignore[arg-type]
    assert [line for line in lines if line.startswith(("The conv", "No reward", "an op"))] == [said]

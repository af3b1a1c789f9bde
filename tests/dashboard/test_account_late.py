"""A person's account: reversals without effect, and codes that came too late."""

from __future__ import annotations

from typing import Any

from referral_tui.dashboard.account import as_of, blocks, references

TOLD: dict[str, Any] = {
    "kind": "friend",
    "ref": "ben",
    "timeline": [],
    "attribution": None,
    "touches": [],
    "decisions": [],
    "rewards": [],
    "why_not": [],
    "late_codes": [{"received_at": 2_000, "code": "BOB1", "referrer": "bob", "why": "it came too late"}],
    "reversals": [
        {
            "received_at": 1_000,
            "source": "client/shop",
            "reverses": "o1",
            "subject": "eve",
            "why": "another person's",
        },
        {"received_at": 3_000, "source": "client/shop", "reverses": "o1", "subject": "ben", "why": None},
    ],
}


def said(told: dict[str, Any]) -> list[str]:
    return [block.text for block in blocks(told, str.upper, None)]  # type: ignore[arg-type]


def test_an_account_names_reversals_without_effect_and_codes_that_came_too_late() -> None:
    lines = said(TOLD)
    assert "Reversals without effect" in lines
    assert "of client/shop:o1 in the name of EVE: another person's" in lines
    assert "code BOB1 of BOB: it came too late" in lines
    assert not any("BEN" in line for line in lines)  # what counts stands in the timeline
    assert {"bob", "eve"} <= set(references(TOLD))


def test_of_the_past_only_what_had_arrived_is_told() -> None:
    lines = said(as_of(TOLD, 1_500))
    assert "Reversals without effect" in lines
    assert not any("BOB1" in line for line in lines)

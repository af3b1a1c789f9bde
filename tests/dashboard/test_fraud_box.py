"""Fraud and its cost on the screen: only on the client's side, and never read by the dashboard itself."""

from __future__ import annotations

from typing import Any

import pytest

from referral_tui.dashboard import helper
from referral_tui.dashboard.helper import Reply
from referral_tui.dashboard.screens.fraud_box import fraud_words
from tests.dashboard.story import Story
from tests.dashboard.watching import Watch

TALLY = {"flagged": 8, "cheats": 6, "precision": 0.75, "recall": 0.5}
TALLY |= {"refused_honest_minor": 4000, "refused_cheats_minor": 9000}
SCORE: dict[str, Any] = {
    "currency": "GBP",
    "digits": 2,
    "conversions": 200,
    "cheats": 12,
    "paid_to_cheats_minor": 27500,
    "refused_to_honest_minor": 4000,
    "rules": {"no-self-referral": TALLY, "idle": TALLY | {"flagged": 0, "precision": None}},
    "flagged": TALLY,
    "refused": TALLY,
    "kinds": {"ring": {"conversions": 12, "recall": 0.5, "refused": 6, "paid_minor": 27500}},
    "formulas": {"precision": "cheats flagged ÷ flagged"},
}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The requests to the helper process, which answers with a score."""
    found: list[list[str]] = []

    async def ask(arguments: list[str], stdin: bytes = b"") -> Reply:
        found.append(list(arguments))
        return Reply(0, SCORE, "")

    monkeypatch.setattr(helper, "ask", ask)
    return found


def test_where_nobody_cheats_the_heading_of_cheats_says_so() -> None:
    said = [block.text for block in fraud_words(SCORE | {"kinds": {}})]
    assert "nothing: no conversion of a cheat was judged" in said
    assert said.index("What the words mean") == said.index("precision: cheats flagged ÷ flagged") - 1


async def test_on_the_platforms_side_fraud_says_how_to_cross(
    story: Story, watch: Watch, asked: list[list[str]]
) -> None:
    async with watch(story.path) as seen:
        await seen.pilot.press("5")
        await seen.until(lambda: seen.app.snapshot.request.place == "program")
        await seen.pilot.press("x")
        await seen.pilot.pause()
        text = "\n".join(seen.lines())
        assert "p crosses to the client's side" in text
        assert "£275.00" not in text
        assert not asked
        assert seen.app.screen.query_one("#account-box").size.height == 2, "no higher than its text"


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids="{0[0]}x{0[1]}".format)
async def test_with_the_wall_crossed_fraud_and_its_cost_are_shown(
    story: Story, watch: Watch, asked: list[list[str]], size: tuple[int, int]
) -> None:
    async with watch(story.path, size=size) as seen:
        await seen.pilot.press("5", "p", "y")
        await seen.until(lambda: seen.app.snapshot.request.view.side == "client")
        await seen.until(lambda: seen.app.snapshot.request.place == "program")
        await seen.pilot.press("x")
        await seen.app.workers.wait_for_complete()
        await seen.pilot.pause()
        text = "\n".join(seen.lines())
        for said in ("12 of 200", "£275.00", "£40.00", "no-self-referral", "flagged 8", "idle"):
            assert said in text
        assert asked == [["fraud", "--db", str(story.path), "--json"]]
        await seen.pilot.press(*["down"] * 20)
        assert "precision: cheats flagged ÷ flagged" in "\n".join(seen.lines())
        await seen.pilot.press("escape")
        await seen.pilot.pause()
        assert seen.app.screen is seen.app.place

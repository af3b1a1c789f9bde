"""A number has one name: on its tile at every size, in its definition, and in the docs."""

from __future__ import annotations

from pathlib import Path

from db.read.rewards import Budget
from referral_tui.dashboard.screens.rewards import RewardsScreen
from referral_tui.dashboard.widgets.budget import BudgetGauge
from referral_tui.dashboard.widgets.tile import TITLES, Tile
from simulator.domain.definitions import DEFINITIONS, HEADLINES
from tests.dashboard.story import DAY, START, Story
from tests.dashboard.watching import Watch


def test_a_tile_is_called_what_its_definition_is_called() -> None:
    assert {key: DEFINITIONS[key].title for key in HEADLINES} == TITLES
    pages = (Path(__file__).parents[2] / "docs" / "dashboard.md").read_text()
    assert all(f"| {title.lower()} |" in pages.lower() for title in TITLES.values())


async def test_a_narrow_tile_cuts_its_name_and_takes_no_other(story: Story, watch: Watch) -> None:
    async with watch(story.path, size=(120, 40)) as seen:
        for width in (8, 10, 16, 30):
            for tile in seen.app.screen.query(Tile):
                title = TITLES[tile.key]
                name = next(iter(tile.draw(width, 3))).text.rstrip().removesuffix("◂").rstrip()
                assert name == (title if len(title) <= width else title[: width - 1] + "…")


async def test_spent_says_how_it_differs_from_issued(story: Story, watch: Watch) -> None:
    async with watch(story.path, size=(120, 40), place=RewardsScreen) as seen:
        gauge = seen.app.screen.query_one(BudgetGauge)
        budget = Budget(
            total=1000,
            spent=500,
            pending=0,
            a_day=500.0,
            runs_out_at=START + DAY,
            now=START,
            ends_at=None,
            clawed=220,
            offered=130,
        )
        gauge.show(budget, seen.app.snapshot.database_status.program)
        said = " ".join(strip.text.strip() for strip in gauge.draw(80, 6))
        assert "Spent keeps £2.20 that was clawed back." in said
        assert "Spent includes £1.30 offered." in said


async def test_the_cost_of_a_customer_shows_what_is_issued_and_what_is_pending(
    story: Story, watch: Watch
) -> None:
    async with watch(story.path, size=(240, 70)) as seen:
        tile = seen.app.screen.query_one("#tile-cost", Tile)
        one = next(one for one in seen.app.snapshot.answer.headlines if one.key == "cost")
        (issued, a), (pending, b) = one.shares
        assert (issued, pending) == ("issued", "pending")
        assert a + b == one.value
        said = f"£{a / 100:.2f} issued + £{b / 100:.2f} pending"
        assert said in "\n".join(strip.text for strip in tile.draw(40, 8))
        assert f"£{a / 100:.2f} + £{b / 100:.2f}" in "\n".join(strip.text for strip in tile.draw(18, 8))
        assert any(said in text for _, text in tile.topic().facts)

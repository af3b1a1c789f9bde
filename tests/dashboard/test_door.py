"""While a database is served, the data and load screens show the door."""

from __future__ import annotations

import pytest

from db.door_status import CallerRow, StatusStore, WayRow
from db.hooks import HookStore
from referral_tui.dashboard.frame import DashboardScreen
from referral_tui.dashboard.screens.data import DataScreen
from referral_tui.dashboard.screens.load import LoadScreen
from tests.dashboard.story import START, Story
from tests.dashboard.watching import Watch

SAID = (
    "http://127.0.0.1:8787",
    "1,204 requests, 900 accepted, 3 duplicate, 7 refused",
    "→ till",
    "0 webhooks sent",
)


@pytest.fixture
def served(story: Story) -> Story:
    """A run that is served, with a client, and a subscriber that is behind and fails."""
    with StatusStore(story.path) as store:
        store.opened("http://127.0.0.1:8787", START, {})
        store.called([CallerRow("shop", 1_204, 900, 3, 5, 2)], [WayRow("client/shop", "till", 1)])
    with HookStore(story.path) as store:
        store.add("till", "http://127.0.0.1:9/", "whsec_hidden", (), 0, "")
        (one,) = store.subscribers()
        store.failed(one, START, START, "answered 503")
    return story


@pytest.mark.parametrize("screen", [DataScreen, LoadScreen])
@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids="{0[0]}x{0[1]}".format)
async def test_the_door_is_shown(
    served: Story, watch: Watch, screen: type[DashboardScreen], size: tuple[int, int]
) -> None:
    async with watch(served.path, size=size, place=screen) as seen:
        if size[0] == 80 and screen is DataScreen:
            await seen.pilot.press(*"vvvv")
        await seen.drawn(lambda: all(said in "\n".join(seen.lines()) for said in SAID))
        text = "\n".join(seen.lines())
        assert "answered 503" in text
        assert "whsec" not in text


async def test_a_door_that_is_closed_leaves_its_place_to_the_quarantine(served: Story, watch: Watch) -> None:
    async with watch(served.path, size=(80, 24), place=DataScreen) as seen:
        await seen.pilot.press(*"vvvv")
        await seen.drawn(lambda: SAID[0] in "\n".join(seen.lines()))
        with StatusStore(served.path) as store:
            store.closed()
        served.clock("finished", 21_600, START, START)
        await seen.until(lambda: not seen.app.place.board.has_class("-door"))
        await seen.drawn(lambda: "Quarantine" in "\n".join(seen.lines()))

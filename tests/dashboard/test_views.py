"""The two sides of the wall, and moving back and forth in time."""

from __future__ import annotations

import sqlite3

import pytest

from db.client.people import CRM_APPLICATION_ID, crm_path
from db.read.queries import ClockRow
from referral_tui.dashboard.past import travel
from referral_tui.names import short_name
from tests.dashboard.story import DAY, HOUR, START, Story
from tests.dashboard.watching import Watch


def crm(story: Story) -> None:
    """Give everybody a name."""
    with sqlite3.connect(crm_path(story.path)) as made:
        made.execute(f"PRAGMA application_id = {CRM_APPLICATION_ID}")
        made.execute("CREATE TABLE person (ref TEXT PRIMARY KEY, name TEXT NOT NULL)")
        people = [
            (ref, f"Person No {number}") for number, ref in story.db.execute("SELECT id, ref FROM person")
        ]
        made.executemany("INSERT INTO person VALUES (?, ?)", people)
    made.close()


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
async def test_the_wall_is_crossed_and_the_header_says_so(
    story: Story, watch: Watch, size: tuple[int, int]
) -> None:
    crm(story)
    person = story.db.execute(
        "SELECT p.ref FROM event e JOIN person p ON p.id = e.person ORDER BY seq DESC LIMIT 1"
    ).fetchone()[0]
    async with watch(story.path, size=size) as seen:
        assert "platform" in seen.lines()[0]
        assert short_name(person) in "\n".join(seen.lines())
        await seen.pilot.press("p", "y")
        await seen.until(lambda: seen.app.snapshot.request.view.side == "client")
        text = "\n".join(seen.lines())
        assert "client" in seen.lines()[0]
        assert f"Person No {int(person[2:], 16)}" in text
        assert short_name(person) not in text
        await seen.pilot.press("p")
        await seen.until(lambda: seen.app.snapshot.request.view.side == "platform")
        assert "Person No" not in "\n".join(seen.lines())
        await seen.pilot.press("p")  # asked once is enough
        await seen.until(lambda: seen.app.snapshot.request.view.side == "client")


@pytest.mark.parametrize("key", ["n", "escape", "enter"])
async def test_names_are_not_shown_before_somebody_says_yes(story: Story, watch: Watch, key: str) -> None:
    crm(story)
    async with watch(story.path, size=(80, 24)) as seen:
        await seen.pilot.press("p")
        await seen.pilot.pause()
        assert "Show real names? y/n" in "\n".join(seen.lines())
        await seen.pilot.press(key, "escape")
        await seen.pilot.pause()
        assert seen.app.view.side == "platform"
        assert "Person No" not in "\n".join(seen.lines())


async def test_a_client_without_a_customer_system_is_said(story: Story, watch: Watch) -> None:
    async with watch(story.path, size=(80, 24)) as seen:
        await seen.pilot.press("p", "y")
        await seen.until(lambda: seen.app.snapshot.request.view.side == "client")
        assert "The client's view has no names: shop.crm.db not found" in seen.status_message()
        assert "client" in seen.lines()[0]


async def test_the_clock_line_of_the_past_counts_the_events_of_then(story: Story, watch: Watch) -> None:
    async with watch(story.path, size=(120, 40)) as seen:
        (all_,) = story.db.execute("SELECT count FROM total WHERE metric = 'receipt.accepted'").fetchone()
        assert f"{all_:,} events" in "\n".join(seen.lines())
        await seen.pilot.press("left_curly_bracket")
        await seen.until(lambda: seen.app.snapshot.request.view.at is not None)
        at = seen.app.snapshot.request.view.at
        (then,) = story.db.execute("SELECT count(*) FROM event WHERE received_at < ?", (at,)).fetchone()
        assert 0 < then < all_
        await seen.until(lambda: f"{then:,} events" in "\n".join(seen.lines()))
        assert f"{all_:,} events" not in "\n".join(seen.lines())


async def test_before_the_first_event_the_clock_line_is_not_in_1970(story: Story, watch: Watch) -> None:
    story.db.execute("UPDATE clock SET sim_at = 0, starts_at = 0, ends_at = 0")
    async with watch(story.path, size=(120, 40)) as seen:
        assert "1970" not in "\n".join(seen.lines())
        assert "no event yet" in "\n".join(seen.lines())


async def test_back_and_on_in_time(story: Story, watch: Watch) -> None:
    async with watch(story.path, size=(80, 24)) as seen:
        await seen.pilot.press("left_curly_bracket")
        await seen.until(lambda: seen.app.snapshot.request.view.at is not None)
        assert "as of Sun 8 Mar 2026 23:00 UTC" in seen.lines()[1]
        assert "As it was on Sun 8 Mar 2026 23:00" in seen.status_message()
        await seen.pilot.press("left_square_bracket")
        await seen.until(lambda: "Sun 8 Mar 2026 22:00" in seen.status_message())
        await seen.pilot.press("right_curly_bracket", "right_square_bracket")
        await seen.until(lambda: seen.app.snapshot.request.view.at is None)
        assert "as of" not in seen.lines()[1]


async def test_it_opens_at_a_moment(story: Story, watch: Watch) -> None:
    async with watch(story.path, at=START + 3 * DAY) as seen:
        assert "as of Wed 4 Mar 2026 00:00 UTC" in seen.lines()[1]


CLOCK = ClockRow("running", START + 2 * DAY + 1, START, START, START + 9 * DAY, 0.0, 0, 1)


@pytest.mark.parametrize(
    ("at", "hours", "found"),
    [
        (None, -1, START + 2 * DAY),
        (None, 1, None),
        (START + 2 * DAY, 1, None),
        (START + DAY, 24, START + 2 * DAY),
        (START + 2 * DAY, -24, START + DAY),
        (START + DAY, -99, START + HOUR),
    ],
)
def test_travel(at: int | None, hours: int, found: int | None) -> None:
    assert travel(at, hours, CLOCK) == found


def test_travel_without_a_clock_stays() -> None:
    assert travel(None, -1, None) is None


async def test_what_a_box_says_about_its_keys_can_be_clicked(story: Story, watch: Watch) -> None:
    async def click(text: str) -> None:
        row, line = next((row, line) for row, line in enumerate(seen.lines()) if text in line)
        await seen.pilot.click(offset=(line.index(text), row))
        await seen.pilot.pause()

    async with watch(story.path) as seen:
        await seen.pilot.press("question_mark")
        await click("escape closes")
        assert len(seen.app.screen_stack) == 1
        for answer, side in (("n no", "platform"), ("y yes", "client")):
            await seen.pilot.press("p")
            await seen.pilot.pause()
            await click(f"{answer} ")
            await seen.until(lambda: len(seen.app.screen_stack) == 1)
            assert seen.app.view.side == side


async def test_what_was_said_before_gives_way_to_what_the_other_side_has_to_say(
    story: Story, watch: Watch
) -> None:
    async with watch(story.path) as seen:
        await seen.pilot.press("ctrl+s")
        assert "Picture saved" in seen.status_message()
        await seen.pilot.press("p", "y")
        await seen.until(lambda: seen.app.snapshot.request.view.side == "client")
        assert "The client's view has no names" in seen.status_message()


async def test_a_table_is_saved(story: Story, watch: Watch) -> None:
    crm(story)
    async with watch(story.path) as seen:
        await seen.pilot.press("p", "y")
        await seen.until(lambda: seen.app.snapshot.request.view.side == "client")
        await seen.pilot.press("ctrl+e")
        await seen.pilot.pause()
        assert "Table saved" in seen.status_message()
        (path,) = story.path.parent.glob("*.csv")
        head, first, *_rest = path.read_text().splitlines()
        assert head.startswith("seq,received_at,occurred_at,type,")
        assert head.endswith("name_of_subject")
        assert "Person No" in first
        assert len(path.read_text().splitlines()) == len(seen.app.screen.query_one("#stream").rows) + 1

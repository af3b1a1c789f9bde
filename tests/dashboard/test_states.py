"""States that the app explains: no database, empty, foreign, older, locked, gone, stopped, finished, small."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from db.shards.merging import merge
from referral_tui.dashboard.app import SCREENS
from referral_tui.dashboard.frame import DashboardScreen
from referral_tui.dashboard.messages import ReadFailed, SnapshotTaken
from referral_tui.dashboard.screens.data import DataScreen
from referral_tui.dashboard.screens.program import ProgramScreen
from referral_tui.dashboard.screens.whatif import WhatIfScreen
from tests.dashboard.story import DAY, DESIGN, START, Story
from tests.dashboard.watching import WALL, HeldClock, Watch


async def test_no_database_yet_and_then_there_is_one(tmp_path: Path, ddl: list[str], watch: Watch) -> None:
    path = tmp_path / "shop.db"
    async with watch(path, size=(80, 24)) as seen:
        text = " ".join(" ".join(seen.lines()).split())
        assert "No database yet" in text
        assert "referral-tui simulate --db" in text
        story = Story(path, ddl)
        story.run(days=2)
        story.clock("finished", 0, WALL, START + 2 * DAY)
        await seen.until(lambda: seen.app.snapshot and seen.app.snapshot.database_status.clock)
        assert "The funnel" in "\n".join(seen.lines())
        assert isinstance(seen.told[0], ReadFailed)
        assert isinstance(seen.told[-1], SnapshotTaken)
        story.close()
        await seen.drawn(lambda: seen.app.focused is not None and seen.app.focused.id == "funnel")


async def test_our_own_simulation_is_starting(tmp_path: Path, watch: Watch) -> None:
    async with watch(tmp_path / "demo.db", size=(80, 24), starting=True) as seen:
        assert "Starting the simulation" in "\n".join(seen.lines())


async def test_our_own_simulation_died_before_it_began(tmp_path: Path, watch: Watch) -> None:
    async with watch(tmp_path / "demo.db", size=(80, 24), starting=True, ended=lambda: "no preset x") as seen:
        text = "\n".join(seen.lines())
        assert "The simulation ended before it began" in text
        assert "no preset x" in text


async def test_empty(empty: Story, watch: Watch) -> None:
    async with watch(empty.path, size=(80, 24)) as seen:
        text = " ".join(" ".join(seen.lines()).split())
        assert "No events yet" in text
        assert "referral-tui ingest FILE --db" in text


async def test_where_nothing_was_accepted_it_says_where_the_reasons_are(empty: Story, watch: Watch) -> None:
    empty.begin()
    empty.count("receipt.malformed", 20)
    empty.commit()
    async with watch(empty.path, size=(80, 24)) as seen:
        await seen.until(lambda: "Nothing was accepted" in "\n".join(seen.lines()))
        text = " ".join(" ".join(seen.lines()).split())
        assert "20 messages came in, and none was accepted. 6 shows each with the reason" in text
        await seen.pilot.press("6")
        await seen.until(lambda: "Quarantine" in "\n".join(seen.lines()))


async def test_an_empty_file(tmp_path: Path, watch: Watch) -> None:
    path = tmp_path / "shop.db"
    path.touch()
    async with watch(path, size=(80, 24)) as seen:
        assert "The database is empty" in "\n".join(seen.lines())


@pytest.mark.parametrize("kind", ["other application", "no SQLite"])
async def test_foreign(tmp_path: Path, watch: Watch, kind: str) -> None:
    path = tmp_path / "shop.db"
    if kind == "no SQLite":
        path.write_text("once upon a time " * 500)
    else:
        with sqlite3.connect(path) as other:
            other.execute("CREATE TABLE notes (text)")
        other.close()
    async with watch(path, size=(80, 24)) as seen:
        assert "This is not a referral-tui file" in "\n".join(seen.lines())


async def test_an_older_schema(story: Story, watch: Watch) -> None:
    story.db.execute("UPDATE setting SET value = '0' WHERE name = 'schema'")
    async with watch(story.path, size=(80, 24)) as seen:
        text = " ".join(" ".join(seen.lines()).split())
        assert "The database has another schema version" in text
        assert "of schema 0" in text


async def test_half_made(story: Story, watch: Watch) -> None:
    story.db.execute("DROP TABLE audit")
    async with watch(story.path, size=(80, 24)) as seen:
        assert "The database is still being made" in "\n".join(seen.lines())


async def test_locked(story: Story, watch: Watch) -> None:
    story.db.execute("PRAGMA locking_mode = EXCLUSIVE")
    story.db.execute("PRAGMA journal_mode = DELETE")
    story.db.execute("BEGIN EXCLUSIVE")
    async with watch(story.path, size=(80, 24)) as seen:
        assert "The database is locked" in "\n".join(seen.lines())
        story.db.execute("COMMIT")
        story.db.execute("PRAGMA locking_mode = NORMAL")
        story.db.execute("SELECT count(*) FROM event").fetchone()
        await seen.until(lambda: seen.app.snapshot)


async def test_damaged(story: Story, watch: Watch) -> None:
    story.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    story.db.execute("PRAGMA journal_mode = DELETE")
    story.close()
    content = bytearray(story.path.read_bytes())
    content[8192:-8192] = b"\xff" * (len(content) - 16384)
    story.path.write_bytes(content)
    async with watch(story.path, size=(80, 24)) as seen:
        text = "\n".join(seen.lines())
        assert "The database is damaged" in text
        assert "referral-tui verify" in text


async def test_the_writer_died(story: Story, watch: Watch, wall: HeldClock) -> None:
    async with watch(story.path, size=(80, 24)) as seen:
        assert seen.app.snapshot.status == "running"
        wall.at += 5_000
        await seen.until(lambda: seen.app.snapshot.status == "stopped")
        assert "The writer stopped at 23:59:59 UTC" in seen.status_message()
        assert "▲ stopped" in seen.lines()[1]
        await seen.pilot.press("space")
        assert "so nothing would happen" in seen.status_message()


async def test_our_own_writer_died_with_last_words(story: Story, watch: Watch) -> None:
    async with watch(story.path, ended=lambda: "disk full") as seen:
        assert seen.app.snapshot.status == "stopped"
        assert "It said: disk full" in seen.status_message()


async def test_finished(story: Story, watch: Watch) -> None:
    story.clock("finished", 0, WALL - 9 * DAY, START + 9 * DAY)
    async with watch(story.path, size=(80, 24)) as seen:
        assert "This run is finished" in seen.status_message()
        assert "■ finished  Mon 9 Mar" in seen.lines()[1]
        for key in ("space", "full_stop", "plus", "minus"):
            await seen.pilot.press(key)
            assert "there is nothing to pause, step or speed up" in seen.status_message()
        assert not story.path.with_name("shop.control.db").exists()
        for place, steering in (
            (ProgramScreen, "^r apply"),
            (DataScreen, "> up"),
            (WhatIfScreen, "enter apply"),
        ):
            await seen.open(place)
            assert steering not in seen.lines()[-1]


async def test_stopped_before_its_end(story: Story, watch: Watch) -> None:
    story.clock("stopped", 0, WALL - 9 * DAY, START + 60 * DAY)
    async with watch(story.path, size=(80, 24)) as seen:
        assert "simulate --resume" in seen.status_message()
        assert "▲ stopped" in seen.lines()[1]


@pytest.mark.parametrize(
    ("status", "said"), [("finished", "These events are real"), ("stopped", "Stopped before the end")]
)
async def test_events_from_files(story: Story, watch: Watch, status: str, said: str) -> None:
    story.db.execute("INSERT OR REPLACE INTO setting VALUES ('kind', 'ingest')")
    story.clock(status, 0, WALL - 9 * DAY, 0)
    async with watch(story.path, size=(80, 24)) as seen:
        assert said in seen.status_message()
        assert len(seen.status_message()) <= 76


async def test_nothing_is_issued_yet(story: Story, watch: Watch) -> None:
    story.db.execute(
        "UPDATE total SET count = 0, value = 0 WHERE metric IN ('reward.issued', 'time_to_reward')"
    )
    async with watch(story.path, size=(160, 50)) as seen:
        text = "\n".join(seen.lines())
        # the time to a reward; a customer's cost has what is pending
        assert text.count("nothing issued yet") == 1
        assert "£0.00 ÷" not in text


@pytest.mark.parametrize("size", [(20, 5), (71, 40), (100, 19)])
async def test_too_small(story: Story, watch: Watch, size: tuple[int, int]) -> None:
    async with watch(story.path, size=size) as seen:
        text = " ".join(" ".join(seen.lines()).split())
        assert f"Make this window larger: 72 x 20 at least, it is {size[0]} x {size[1]}" in text
        assert "reached" not in text


@pytest.mark.parametrize("place", SCREENS, ids=lambda place: place.MODE)
async def test_half_written(story: Story, watch: Watch, place: type[DashboardScreen]) -> None:
    """A copy that was interrupted: the first pages are complete, the rest is missing."""
    story.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    story.db.execute("PRAGMA journal_mode = DELETE")
    story.close()
    content = story.path.read_bytes()
    story.path.write_bytes(content[: len(content) // 8192 * 4096])
    async with watch(story.path, size=(80, 24), place=place) as seen:
        text = "\n".join(seen.lines())
        assert "damaged" in text
        assert "referral-tui verify" in text


async def test_a_screen_whose_table_is_gone_says_so_and_the_others_go_on(story: Story, watch: Watch) -> None:
    story.db.execute("DROP TABLE hour")
    story.db.execute("CREATE TABLE hour (other)")
    async with watch(story.path, size=(80, 24)) as seen:
        assert "The database is still being made" in "\n".join(seen.lines())
        assert "▶ running" in seen.lines()[1]
        assert seen.app.snapshot.database_status.newest_seq == story.seq


async def test_merged_shards(story: Story, tmp_path: Path, watch: Watch) -> None:
    """Events and people are elsewhere; the sums are there, and so are the screens."""
    story.clock("finished", 0, WALL, START + 60 * DAY)
    merged = tmp_path / "all.db"
    merge([story.path], merged, DESIGN, (1, WALL, START, None, 1.0, None, None, 0.0, 0, 0, 0, "{}"))
    async with watch(merged, size=(120, 40)) as seen:
        text = "\n".join(seen.lines())
        assert "No events yet" not in text
        assert "The funnel" in text
        assert "Sums of shards" in text
        assert f"{story.seq:,} events" in text

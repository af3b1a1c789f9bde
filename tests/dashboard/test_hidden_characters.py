"""Nothing from outside controls the terminal, hides, or is taken for markup, on any screen."""

from __future__ import annotations

import json
import sqlite3
import unicodedata
from collections.abc import Collection, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from rich.segment import Segment
from sqlmodel import SQLModel
from textual.color import Color
from textual.widgets import Input

from db.client.people import CRM_APPLICATION_ID, crm_path
from referral_tui.dashboard import helper
from referral_tui.dashboard.app import SCREENS
from referral_tui.dashboard.frame import DashboardScreen
from referral_tui.dashboard.widgets.editor import Editor
from referral_tui.dashboard.widgets.hidden import HiddenFilter
from referral_tui.dashboard.widgets.lines import wrap
from tests.cli.nasty import command_runner, texts_of
from tests.dashboard.story import Story
from tests.dashboard.test_places import each_place, opened
from tests.dashboard.watching import Watch, Watched

NASTY = "\x1b]52;c;cHduZWQ=\x07\x1b[2J\x9b\x7f\u202e\u200b\U000e0041[red]"
ESCAPED = "\\x1b]52"
FREE_TEXTS = {  # what senders and the client write as they like: with these forged, each screen still has its rows
    "person": ["ref"],
    "program_version": ["name"],
    "event": ["source", "id", "code", "channel", "segment", "community", "country", "outcome", "reason"],
    "quarantine": ["source", "id", "field", "reason", "message"],
    "attribution": ["code", "channel"],
    "decision": ["milestone", "reason"],
    "reward": ["reward", "community"],
    "breakdown": ["part"],
    "breakdown_hour": ["part"],
    "breakdown_week": ["part"],
    "leader": ["community"],
    "fault": ["type"],
    "reconciliation": ["type"],
    "command": ["refused"],
    "due": ["reward"],
}
HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
# screens that show texts of senders as they are
SHOWN = {"overview", "journeys", "rewards", "referrers", "data"}
ASKED = {"journeys": {"explain"}, "rewards": {"explain"}, "referrers": {"explain"}, "data": {"sheet"}}
"""The commands whose answers they show."""


def forge(story: Story, columns: dict[str, list[str]]) -> None:
    story.db.execute("PRAGMA ignore_check_constraints = ON")
    for table, names in columns.items():
        for name in names:
            where = "WHERE metric <> 'generation'" if table.startswith("breakdown") and name == "part" else ""
            story.db.execute(
                f"UPDATE OR IGNORE {table} SET {name} = ? || coalesce({name}, '') {where}", [NASTY]
            )


def assert_clean(seen: Watched, before: Collection[str] = ()) -> str:
    """Assert that neither what is painted nor the picture of it has a hidden character; return what is painted.

    Pictures are made of what is painted, and take 0.1 s: one is looked at where nothing was painted `before`.
    """
    painted = "\n".join(seen.lines())
    picture = "" if before else seen.picture()
    for character in {*painted, *picture} - {"\n"}:
        assert unicodedata.category(character) not in HIDDEN, hex(ord(character))
    return painted


async def walk(seen: Watched, place: type[DashboardScreen]) -> str:
    """Press what opens something and moves, and check each picture; return all that was painted."""
    await seen.drawn(seen.is_laid_out)
    painted = [assert_clean(seen)]
    seen.uncut()
    keys = [key for command in place.OWN_COMMANDS for key in command.keys.split(",")]
    for key in ["question_mark", "escape", "down", "enter", "tab", "enter", "p", "y", "p", *keys, "ctrl+p"]:
        await seen.pilot.press(key)
        await seen.app.workers.wait_for_complete()
        await seen.pilot.pause()
        painted.append(assert_clean(seen, painted))
    return "\n".join(painted)


@pytest.fixture
def answered_here(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> list[str]:
    """Run the commands of helpers in this process, which has loaded what they need; those that ran, once they did."""
    cli, asked = command_runner(capfdbinary), []

    async def ask(arguments: Sequence[str], stdin: bytes = b"") -> helper.Reply:
        assert not stdin
        asked.append(arguments[0])
        ran = cli(*arguments)
        return helper.Reply(ran.status, json.loads(ran.out or "null"), ran.err.strip())

    monkeypatch.setattr(helper, "ask", ask)
    return asked


@each_place
async def test_no_screen_paints_raw_what_senders_wrote(
    story: Story, watch: Watch, answered_here: list[str], place: type[DashboardScreen]
) -> None:
    forge(story, FREE_TEXTS)
    async with opened(watch, story.path, place, (110, 32)) as seen:
        assert seen.app.snapshot.trouble is None
        painted = await walk(seen, place)
    assert ESCAPED in painted or place.MODE not in SHOWN
    assert {*answered_here} == ASKED.get(place.MODE, set())


async def test_no_screen_paints_raw_what_a_forged_database_holds(story: Story, watch: Watch) -> None:
    for table in sorted(SQLModel.metadata.tables):
        forge(story, {table: texts_of(table)})
    async with watch(story.path, size=(120, 40)) as seen:
        for place in SCREENS:
            await seen.open(place)
            await seen.drawn(seen.is_laid_out)
            assert_clean(seen)


async def test_a_client_s_name_is_neither_raw_nor_markup(
    story: Story, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unknown(arguments: list[str], given: bytes = b"") -> helper.Reply:
        return helper.Reply(2, None, f"{NASTY} {arguments[0]}")

    monkeypatch.setattr(helper, "ask", unknown)
    with closing(sqlite3.connect(crm_path(story.path))) as crm, crm:
        crm.execute(f"PRAGMA application_id = {CRM_APPLICATION_ID}")
        crm.execute("CREATE TABLE person (ref TEXT PRIMARY KEY, name TEXT NOT NULL)")
        people = [(ref, f"[@click=app.quit]{NASTY}") for (ref,) in story.db.execute("SELECT ref FROM person")]
        crm.executemany("INSERT INTO person VALUES (?, ?)", people)
    journeys = next(place for place in SCREENS if place.MODE == "journeys")
    async with opened(watch, story.path, journeys, (160, 50)) as seen:
        await seen.pilot.press("p", "y", "enter")
        await seen.until(lambda: seen.app.snapshot.names.found)
        await seen.app.workers.wait_for_complete()
        await seen.pilot.pause()
        painted = assert_clean(seen)
    assert f"━ [@click=app.quit]{ESCAPED}" in painted  # the account's title
    assert "│ 9 Mar 21:02  [@click=app.quit]\\x" in painted
    assert any(ESCAPED in line and "explain" in line for line in painted.splitlines())


async def test_a_pasted_text_and_a_file_s_name_are_not_raw(
    story: Story, watch: Watch, tmp_path: Path
) -> None:
    folder = tmp_path / NASTY.replace("/", "")
    folder.mkdir()
    async with watch(folder / "shop.db", size=(240, 40)) as seen:
        assert ESCAPED in assert_clean(seen)
    async with opened(watch, story.path, SCREENS[1], (80, 24)) as seen:
        await seen.pilot.press("slash")
        seen.app.screen.query_one(Input).value = f"a{NASTY}b"
        await seen.pilot.pause()
        assert "a]52;c;cHduZWQ=[2J" in assert_clean(seen)
    program = next(place for place in SCREENS if place.MODE == "program")
    async with opened(watch, story.path, program, (80, 24)) as seen:
        seen.app.screen.query_one(Editor).put(f"a{NASTY}b\n" * 50)
        await seen.pilot.press("e")
        await seen.pilot.pause()
        assert "a]52;c;cHduZWQ=[2J" in assert_clean(seen)


def test_the_last_sieve_keeps_the_width_and_what_may_be_seen() -> None:
    sieve, grey = HiddenFilter(), Color(1, 1, 1)
    fine = [Segment("é家👍")]
    assert sieve.apply(fine, grey) is fine
    nasty = sieve.apply([Segment("a\x1b\u00adb"), Segment("c")], grey)
    assert [segment.text for segment in nasty] == ["a\ufffdb", "c"]
    assert [segment.cell_length for segment in nasty] == [3, 1]


def test_a_text_is_broken_at_its_own_line_feeds_and_says_what_else_breaks_lines() -> None:
    assert wrap("one\ntwo\u2028three\x0b", 40) == ["one two\\u2028three\\x0b"]

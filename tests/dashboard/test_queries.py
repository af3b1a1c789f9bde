"""Typed results: figures with their parts, bounded lists, errors in words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import SQLModel

import db.read.overview
import db.schema.models
from db.read.figures import funnel, headlines
from db.read.overview import Headline, History, Overview, overview, overview_at
from db.read.queries import (
    DatabaseError,
    EmptyDatabaseError,
    ForeignDatabaseError,
    MissingDatabaseError,
    Reader,
)
from db.read.sums import WEEK_HOURS, PastSums
from db.sqlite import readonly
from referral_tui.words import category
from simulator.domain.definitions import STAGES
from simulator.events.contract import EVENT_TYPES
from tests.dashboard.story import HOUR, START, Story


def look(reader: Reader, history: History | None = None, newest: int = 60) -> Overview:
    with reader.look() as opened:
        return overview(opened, history or History(), 0, newest)


def test_the_tables_that_a_reader_needs_are_in_the_schema() -> None:
    assert set(SQLModel.metadata.tables) >= readonly.TABLES


def test_categories_are_those_of_the_contract() -> None:
    assert {name: category(name) for name in EVENT_TYPES} == {
        name: kind.category.value for name, kind in EVENT_TYPES.items()
    }


def test_figures_carry_their_parts_and_formulas() -> None:
    totals = {
        "event.referral.shared": (10, 90),
        "stage.visited": (40, 0),
        "stage.claimed": (30, 0),
        "stage.qualified": (8, 0),
        "referrer.linked": (20, 0),
        "referrer.sharing": (5, 0),
        "reward.issued": (4, 6000),
        "reward.pending": (2, 3000),
        "time_to_reward": (4, 4 * HOUR),
    }
    stages = funnel(totals)
    assert [stage.name for stage in stages] == list(STAGES)
    assert [stage.count for stage in stages] == [90, 40, 30, 0, 0, 8, 0]
    assert stages[0].rate is None
    assert stages[1].rate == pytest.approx(40 / 90)
    assert stages[5].rate is None
    found = {headline.key: headline for headline in headlines(totals)}
    assert found["participation"].value == 0.25
    assert found["participation"].formula == "referrers who shared ÷ referrers with a link"
    assert found["k"].value == 0.4
    # issued and pending
    assert (found["cost"].numerator, found["cost"].denominator, found["cost"].value) == (9000, 8, 1125)
    assert (found["pending"].value, found["pending"].lines) == (3000, 2)
    assert found["time"].value == HOUR


def test_nobody_reached_divides_by_nothing() -> None:
    assert [stage.rate for stage in funnel({})] == [None] * 7
    assert found_values(headlines({})) == {"participation": None, "k": None, "cost": None, "time": None}


def found_values(found: Iterable[Headline]) -> dict[str, float | None]:
    return {headline.key: headline.value for headline in found if headline.denominator is not None}


def test_reached_is_never_fewer_than_visited() -> None:
    assert funnel({"event.referral.shared": (1, 3), "stage.visited": (5, 0)})[0].count == 5


def test_small_lines_end_at_the_number_that_is_shown(story: Story) -> None:
    reader = Reader(story.path)
    found = look(reader)
    for headline in found.headlines:
        if headline.key in ("participation", "k", "cost", "pending"):
            assert headline.series[-1] == headline.value
    issued = next(headline for headline in found.headlines if headline.key == "issued")
    assert found.span.hours == 6
    assert len(issued.series) == 9 * 4
    reader.close()


def test_a_second_look_agrees_with_a_first_one_of_another_reader(story: Story) -> None:
    old, history = Reader(story.path), History()
    look(old, history)
    story.begin()
    story.now += 30 * HOUR
    story.event("referral.shared", 1, code="K000Q", channel="e-mail", reach=7)
    story.count("referrer.sharing")
    story.commit()
    fresh = Reader(story.path)
    assert look(old, history) == look(fresh)
    old.close()
    fresh.close()


def test_lists_and_lines_are_bounded(story: Story) -> None:
    story.begin()
    for day in range(10, 200):
        story.now = START + day * 24 * HOUR
        story.event("session.authenticated", 1)
    story.commit()
    reader = Reader(story.path)
    found = look(reader, newest=10)
    assert [event.seq for event in found.events] == list(range(story.seq, story.seq - 30, -1))
    for rows in (found.attributions, found.rewards):
        assert len(rows) == 10
    assert found.span.hours == WEEK_HOURS
    assert all(len(headline.series) == 29 for headline in found.headlines)
    plans = [
        row[3]
        for sql in (
            db.read.queries._EVENTS,
            db.read.overview._ATTRIBUTIONS,
            db.read.queries._ENTRIES,
            db.read.overview._REWARDS,
        )
        for row in reader._db.execute("EXPLAIN QUERY PLAN " + sql, (10,) * sql.count("?"))
    ]
    assert not [plan for plan in plans if plan.startswith("SCAN") and "USING INDEX" in plan]
    reader.close()


def _without_expected(screen: Overview) -> Overview:
    return replace(screen, rewards=tuple(replace(entry, expected=None) for entry in screen.rewards))


def test_the_first_screen_of_a_moment_is_what_it_was_then(
    story: Story, tmp_path: Path, ddl: list[str]
) -> None:
    """The story told only up to a moment gives the same, except for what pending rewards were expected to become.

    That is not stored for the past: an entry has what became of its line since.
    """
    at = START + 6 * 24 * HOUR
    earlier = Story(tmp_path / "earlier.db", ddl)
    earlier.run(days=6)
    told, whole = Reader(earlier.path), Reader(story.path)
    with whole.look() as opened:
        then = overview_at(opened, PastSums(), at)
    assert _without_expected(then) == _without_expected(look(told))
    assert then.events
    assert then.rewards
    for opened_reader in (told, whole):
        opened_reader.close()
    earlier.close()


def test_data_version_changes_with_a_commit_only(story: Story) -> None:
    reader = Reader(story.path)
    first = reader.version()
    assert reader.version() == first
    story.db.execute("UPDATE clock SET pace = 1")
    assert reader.version() != first
    reader.close()


def test_errors_are_typed_and_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(MissingDatabaseError, match="no such database; `referral-tui simulate --db"):
        Reader(tmp_path / "shop.db")
    (tmp_path / "shop.db").touch()
    with pytest.raises(EmptyDatabaseError, match="the file is empty"):
        Reader(tmp_path / "shop.db")
    with pytest.raises(ForeignDatabaseError, match="is a folder"):
        Reader(tmp_path)
    assert issubclass(MissingDatabaseError, DatabaseError)


@pytest.mark.parametrize("code", [sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY_DIRECTORY])
def test_a_database_at_rest_is_read_whatever_sqlite_calls_a_folder_that_cannot_be_written(
    story: Story, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    story.close()
    wal = story.path.with_name(story.path.name + "-wal")
    tries: list[int] = []
    real = readonly._check

    def check(db: sqlite3.Connection, path: Path) -> None:
        tries.append(1)
        if len(tries) % 2:
            error = sqlite3.OperationalError("attempt to write a readonly database")
            error.sqlite_errorcode = code
            raise error
        real(db, path)

    monkeypatch.setattr(readonly, "_check", check)
    wal.touch()
    Reader(story.path).close()
    wal.write_bytes(b"more")
    with pytest.raises(DatabaseError, match="write"):
        Reader(story.path)
    wal.unlink()

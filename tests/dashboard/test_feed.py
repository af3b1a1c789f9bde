"""The reader thread: it reads what is requested, again only after a change, and survives failures."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest

from db.client.people import CRM_APPLICATION_ID, crm_path
from referral_tui.dashboard.clocks import Clocks
from referral_tui.dashboard.feed import Feed
from referral_tui.dashboard.query import QueryContext, Request, ScreenQuery, View
from tests.dashboard.story import HOUR, START, Story
from tests.dashboard.watching import HeldClock

READ: list[object] = []


@dataclass(frozen=True)
class Newest(ScreenQuery):
    """The newest events up to the moment looked at."""

    count: int

    def read(self, context: QueryContext) -> tuple[int, ...]:
        READ.append(self)
        upto = context.database_status.newest_seq if context.seq is None else context.seq
        found = context.db.execute(
            "SELECT seq FROM event WHERE seq <= ? ORDER BY seq DESC LIMIT ?", (upto, self.count)
        )
        return tuple(seq for (seq,) in found)


@dataclass(frozen=True)
class Seldom(Newest):
    EVERY_MS: ClassVar[int] = 1_000


@dataclass(frozen=True)
class Failing(ScreenQuery):
    how: type[Exception]

    def read(self, context: QueryContext) -> object:
        raise self.how("no such table: nonsense")


@pytest.fixture
def told() -> list[Any]:
    READ.clear()
    return []


@pytest.fixture
def feed(story: Story, told: list[Any], wall: HeldClock, steady: HeldClock) -> Feed:
    return Feed(story.path, told.append, Clocks(wall, steady))


def test_a_wish_is_answered_and_read_again_when_something_changed(
    story: Story, feed: Feed, told: list[Any]
) -> None:
    feed.ask(Request("here", Newest(2)))
    feed.poll()
    feed.poll()
    assert told[-1].snapshot.answer == (story.seq, story.seq - 1)
    assert (len(told), len(READ)) == (1, 1)
    story.begin()
    story.event("session.authenticated", 1)
    story.commit()
    feed.poll()
    assert told[-1].snapshot.answer == (story.seq, story.seq - 1)
    feed.ask(Request("here", Newest(3)))
    feed.poll()
    assert told[-1].snapshot.request.screen_query == Newest(3)
    assert len(told[-1].snapshot.answer) == 3
    assert (len(told), len(READ)) == (3, 3)
    feed.stop()


def test_what_is_worth_reading_seldom_is_read_seldom(
    story: Story, feed: Feed, told: list[Any], steady: HeldClock
) -> None:
    feed.ask(Request("here", Seldom(1)))
    feed.poll()
    for _ in range(3):
        story.begin()
        story.event("session.authenticated", 1)
        story.commit()
        steady.at += 150
        feed.poll()
    assert len(READ) == 1
    assert told[-1].snapshot.database_status.newest_seq == story.seq
    steady.at += 1_000
    feed.poll()
    assert told[-1].snapshot.answer == (story.seq,)
    feed.stop()


def test_the_past_is_read_once(story: Story, feed: Feed, told: list[Any]) -> None:
    at = START + 50 * HOUR
    feed.ask(Request("here", Newest(1), View(at=at)))
    feed.poll()
    (seq,) = told[-1].snapshot.answer
    moments = dict(story.db.execute("SELECT seq, received_at FROM event"))
    assert moments[seq] < at <= moments[seq + 1]
    story.begin()
    story.event("session.authenticated", 1)
    story.commit()
    feed.poll()
    assert told[-1].snapshot.answer == (seq,)
    assert len(READ) == 1
    feed.stop()


@pytest.mark.parametrize(
    ("how", "title"),
    [
        (sqlite3.OperationalError, "The database is still being made"),
        (ZeroDivisionError, "This screen failed"),
    ],
)
def test_a_screen_that_fails_says_so_and_the_others_go_on(
    story: Story, feed: Feed, told: list[Any], how: type[Exception], title: str
) -> None:
    feed.ask(Request("here", Failing(how)))
    feed.poll()
    assert told[-1].snapshot.trouble.title == title
    assert told[-1].snapshot.database_status.newest_seq == story.seq
    feed.ask(Request("there", Newest(1)))
    feed.poll()
    assert told[-1].snapshot.trouble is None
    assert told[-1].snapshot.answer == (story.seq,)
    feed.stop()


def test_the_clients_names_are_looked_up_on_the_clients_side_only(
    story: Story, feed: Feed, told: list[Any]
) -> None:
    screen_query = Newest(1)
    feed.ask(Request("here", screen_query, View("client")))
    feed.poll()
    assert "shop.crm.db not found" in told[-1].snapshot.names.missing
    subject = told[-1].snapshot.database_status.events[0].subject
    with sqlite3.connect(crm_path(story.path)) as crm:
        crm.execute(f"PRAGMA application_id = {CRM_APPLICATION_ID}")
        crm.execute("CREATE TABLE person (ref TEXT PRIMARY KEY, name TEXT)")
        crm.execute("INSERT INTO person VALUES (?, 'Ada Byron')", (subject,))
    crm.close()
    feed.ask(Request("here", screen_query))
    feed.poll()
    assert told[-1].snapshot.names(subject) != "Ada Byron"
    feed.ask(Request("here", screen_query, View("client")))
    feed.poll()
    assert told[-1].snapshot.names(subject) == "Ada Byron"
    assert not told[-1].snapshot.names.missing
    feed.stop()

"""Journeys: rows and searches from the database, and what they cost."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from db.read.journey_search import Search, SearchRequest, SearchResult
from db.read.journeys import Journey, journeys
from db.sqlite.readonly import open_readonly
from referral_tui.names import short_name
from tests.dashboard.story import DAY, HOUR, START, Story


class Ticks:
    """A clock that advances by a fixed time at each reading."""

    def __init__(self, step: float = 0.0) -> None:
        self.at, self.step = 0.0, step

    def __call__(self) -> float:
        self.at += self.step
        return self.at


def found(db: sqlite3.Connection, text: str = "", **wanted: Any) -> SearchResult:
    """The end of a search."""
    search = Search(SearchRequest(text, **wanted), short_name)
    result = search.look(db, Ticks())
    assert not result.unfinished
    return result


@pytest.fixture
def opened(story: Story) -> Iterator[sqlite3.Connection]:
    with closing(open_readonly(story.path)) as db:
        yield db


def stages(db: sqlite3.Connection) -> dict[str, int]:
    """The funnel from the rollups."""
    return dict(db.execute("SELECT substr(metric, 7), count FROM total WHERE metric LIKE 'stage.%'"))


def test_every_friend_has_a_row_and_the_stages_agree_with_the_funnel(opened: sqlite3.Connection) -> None:
    rows = found(opened, page=10_000).rows
    order = ["visited", "claimed", "eligible", "converted", "qualified", "rewarded"]
    reached = [order.index(row.stage) for row in rows if row.stage]
    counts = {name: sum(place >= at for place in reached) for at, name in enumerate(order)}
    wanted = stages(opened)
    del counts["rewarded"], wanted["rewarded"]  # the story counts the friend's own reward only
    assert counts == wanted
    assert [row.seq for row in rows] == sorted((row.seq for row in rows), reverse=True)


def test_a_row_tells_who_how_far_and_what_it_brought(opened: sqlite3.Connection) -> None:
    (friend,) = opened.execute("SELECT friend FROM decision WHERE outcome = 'qualified' LIMIT 1").fetchone()
    (row,) = journeys(opened, [friend])
    referrer, code, channel = opened.execute(
        "SELECT ref, code, channel FROM attribution JOIN person ON person.id = referrer WHERE friend = ?",
        (friend,),
    ).fetchone()
    assert (row.referrer, row.code, row.channel) == (referrer, code, channel)
    assert (row.event, row.outcome, row.reason) == ("service.activated", "qualified", None)
    assert sum(count for _, count, _ in row.rewards) == 2
    assert sum(minor for _, _, minor in row.rewards) == 3000


@pytest.mark.parametrize("outcome", ["qualified", "refused"])
def test_a_refused_friend_stays_refused_though_a_later_bill_does_not_count(
    story: Story, outcome: str
) -> None:
    friend, referrer = story.db.execute(
        "SELECT friend, referrer FROM decision WHERE outcome = ? LIMIT 1", (outcome,)
    ).fetchone()
    story.begin()
    seq = story.event("bill.paid", friend, amount_minor=100, currency="GBP")
    story.decide(seq, friend, referrer, "ignored", None)
    story.commit()
    with closing(open_readonly(story.path)) as db:
        (row,) = journeys(db, [friend])
        assert row.outcome == outcome
        assert (friend in {row.person for row in found(db, "refused").rows}) == (outcome == "refused")


def test_a_referrer_whom_nobody_brought_has_no_journey(opened: sqlite3.Connection) -> None:
    assert journeys(opened, [1]) == []


def test_it_is_told_as_it_was(opened: sqlite3.Connection) -> None:
    at, friend = opened.execute(
        "SELECT w.state_at, d.friend FROM reward w JOIN decision d ON d.id = w.decision WHERE state = 'revoked'"
    ).fetchone()
    assert {state for state, _, _ in journeys(opened, [friend])[0].rewards} >= {"revoked"}
    (seq,) = opened.execute("SELECT max(seq) FROM event WHERE received_at < ?", (at - HOUR,)).fetchone()
    (row,) = journeys(opened, [friend], seq, at - HOUR)
    states = {state for state, _, _ in row.rewards}
    assert "pending" in states
    assert states <= {"pending", "unpaid"}  # unpaid: pending too, and would come to nothing
    assert not journeys(opened, [friend], 90, START + DAY)


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("refused", lambda row: row.outcome == "refused"),
        ("self-referral", lambda row: row.reason == "no-self-referral"),
        ("qr", lambda row: row.channel == "qr"),
        ("capped", lambda row: any(state == "capped" for state, _, _ in row.rewards)),
        ("k001q", lambda row: row.code == "K001Q"),
        ("k000q eligible", lambda row: row.code == "K000Q" and row.stage == "eligible"),
    ],
)
def test_words_are_found_wherever_they_stand(
    opened: sqlite3.Connection, text: str, right: Callable[[Journey], bool]
) -> None:
    everybody = found(opened, page=10_000).rows
    wanted = {row for row in everybody if right(row)}
    assert wanted
    hits = set(found(opened, text, page=10_000).rows)
    named = {row for row in hits - wanted if any(word in short_name(row.friend) for word in text.split())}
    assert hits - named == wanted


def test_by_name_reference_and_order(opened: sqlite3.Connection) -> None:
    some = found(opened, order="matched").rows[3]
    assert some in found(opened, short_name(some.friend)).rows
    assert found(opened, some.friend).rows == (some,) or some in found(opened, some.friend).rows
    oldest = [row.attributed_at for row in found(opened, order="oldest", page=10_000).rows]
    assert None not in oldest
    assert oldest == sorted(moment for moment in oldest if moment is not None)
    assert found(opened, "nobody-is-called-so").rows == ()


def test_a_search_goes_on_from_look_to_look_and_says_how_far(opened: sqlite3.Connection) -> None:
    whole = found(opened, "refused").rows
    search = Search(SearchRequest("refused"), short_name)
    slow = Ticks(step=1_000)  # each look ends after its first slice
    looks = [search.look(opened, slow)]
    while looks[-1].unfinished:
        looks.append(search.look(opened, slow))
    assert len(looks) > 1
    assert [look.done for look in looks] == sorted(look.done for look in looks)
    assert looks[-1].rows == whole


def test_what_happens_while_it_is_open_is_found_too(story: Story, opened: sqlite3.Connection) -> None:
    search = Search(SearchRequest("claimed"), short_name)
    before = search.look(opened, Ticks())
    story.begin()
    story.now += HOUR
    friend = story.person()
    seq = story.event("friend.claimed", friend, contact_ref="h", code="K001Q")
    story.attribute(seq, friend, 2, "K001Q", "code", "code")
    story.commit()
    after = search.look(opened, Ticks())
    assert [row.person for row in after.rows if row not in before.rows] == [friend]


def steps(path: Path, look: Callable[[sqlite3.Connection], object]) -> int:
    """How many thousand instructions SQLite runs for a query: a cost that no clock disturbs."""
    count = 0

    def one() -> None:
        nonlocal count
        count += 1

    with closing(open_readonly(path)) as db:
        db.set_progress_handler(one, 100)
        look(db)
    return count


def test_a_look_costs_the_same_however_much_is_stored(tmp_path: Path, ddl: list[str]) -> None:
    costs = []
    for number, days in enumerate((9, 60)):
        story = Story(tmp_path / f"{number}.db", ddl)
        story.run(days)
        story.close()
        costs.append(
            (
                steps(story.path, lambda db: found(db, page=60)),
                steps(story.path, lambda db: Search(SearchRequest("zzz"), short_name).look(db, Ticks(1_000))),
            )
        )
    (page, part), (page_of_more, part_of_more) = costs
    assert page_of_more < 1.6 * page  # deeper trees of seven times the rows
    assert part_of_more < 1.6 * part


def test_without_indexes_the_newest_are_told(story: Story, opened: sqlite3.Connection) -> None:
    right = found(opened).rows
    story.db.execute("DROP INDEX event_person")
    search = Search(SearchRequest(), short_name).look(opened, Ticks())
    assert search.windowed
    assert search.rows == right
    assert Search(SearchRequest("refused"), short_name).look(opened, Ticks()).rows

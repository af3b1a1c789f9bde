"""Referrers: the tree from the database, and the screen with its views and keys."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from typing import Any

import pytest

from db.read.referrers import leaders
from db.read.tree import MOST_CHILDREN, tree
from db.sqlite.readonly import open_readonly
from referral_tui.dashboard import helper
from referral_tui.dashboard.account import blocks
from referral_tui.dashboard.helper import Reply
from referral_tui.dashboard.screens.referrers import ReferrersScreen
from referral_tui.names import PSEUDONYMS, short_name
from tests.dashboard.story import DAY, HOUR, START, Story
from tests.dashboard.watching import Watch, Watched


@pytest.fixture
def opened(story: Story) -> Iterator[sqlite3.Connection]:
    with closing(open_readonly(story.path)) as db:
        yield db


def shown(seen: Watched, sight: str) -> bool:
    return bool(seen.app.snapshot.answer.sight == sight)


def grandchild(story: Story, parent: int) -> int:
    """Let a friend bring a friend."""
    story.begin()
    story.now += HOUR
    story.event("link.created", parent, code="DEEP")
    friend = story.person()
    seq = story.event("friend.claimed", friend, contact_ref="h", code="DEEP")
    story.attribute(seq, friend, parent, "DEEP", "code", "code")
    story.commit()
    return friend


def test_the_roots_are_the_leaders_whom_nobody_brought(opened: sqlite3.Connection) -> None:
    rows = tree(opened, ()).rows
    assert [row.ref for row in rows] == [leader.ref for leader in leaders(opened) if leader.generation == 0]
    for row in rows:
        (count,) = opened.execute(
            "SELECT count(*) FROM attribution WHERE referrer = ?", (row.person,)
        ).fetchone()
        assert (row.friends, row.depth, row.opened) == (count, 0, False)


def test_an_open_branch_shows_its_friends_those_who_brought_others_first(
    story: Story, opened: sqlite3.Connection
) -> None:
    root = tree(opened, ()).rows[0]
    shut = tree(opened, {root.person}).rows
    last = [row for row in shut if row.depth == 1][-1]
    deep = grandchild(story, last.person)
    rows = tree(opened, {root.person, last.person}).rows
    assert [row.person for row in rows[:3]] == [root.person, last.person, deep]
    assert [row.depth for row in rows[:3]] == [0, 1, 2]
    assert rows[1].friends == 1
    assert sum(row.depth == 1 for row in rows) == root.friends
    assert rows[2].channel == "code"


def test_the_tree_as_it_stood(opened: sqlite3.Connection) -> None:
    root = tree(opened, ()).rows[0]
    at = START + 3 * DAY
    (seq,) = opened.execute("SELECT max(seq) FROM event WHERE received_at <= ?", (at,)).fetchone()
    then = {row.person: row for row in tree(opened, {root.person}, seq, at).rows}
    assert 0 < then[root.person].friends < root.friends
    assert all(row.attributed_at <= at for row in then.values() if row.attributed_at)


def test_of_too_many_friends_the_rest_is_counted(story: Story, opened: sqlite3.Connection) -> None:
    root = tree(opened, ()).rows[0]
    story.begin()
    for _ in range(MOST_CHILDREN + 5):
        friend = story.person()
        seq = story.event("friend.claimed", friend, contact_ref="h")
        story.attribute(seq, friend, root.person, "K000Q", "qr", "link")
    story.commit()
    rows = tree(opened, {root.person}).rows
    below = [row for row in rows if row.depth == 1]
    assert len(below) == MOST_CHILDREN + 1
    assert below[-1].left_out == root.friends + 5


def test_without_indexes_there_is_no_tree(story: Story, opened: sqlite3.Connection) -> None:
    story.db.execute("DROP INDEX attribution_friend")
    assert not tree(opened, ()).indexed


# -- the screen -----------------------------------------------------------------------------------------

TOLD: dict[str, Any] = {
    "kind": "referrer",
    "ref": "c_00000001",
    "referrer": {
        "links": [{"code": "K000Q", "since": START}],
        "friends_count": 120,
        "friends": [
            {
                "friend": "c_00000030",
                "code": "K000Q",
                "method": "link",
                "attributed_at": START,
                "decisions": [{"milestone": "activated", "outcome": "qualified", "reason": None}],
                "rewards": [{"reward": "referrer-credit", "state": "issued", "value_minor": 2_000}],
            }
        ],
        "room": [
            {"reward": "referrer-credit", "count": 0, "value_minor": 12_000, "value": "", "window": "in all"}
        ],
        "decisions": [{"outcome": "refused", "reason": "eligible", "count": 3}],
        "rewards": [{"reward": "referrer-credit", "state": "issued", "count": 4, "value_minor": 8_000}],
    },
    "timeline": [],
    "touches": [],
    "decisions": [],
    "rewards": [],
    "attribution": None,
    "why_not": [],
}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    people: list[str] = []

    async def ask(arguments: list[str], stdin: bytes = b"") -> Reply:
        people.append(arguments[-1])
        return Reply(0, TOLD | {"ref": arguments[-1]}, "")

    monkeypatch.setattr(helper, "ask", ask)
    return people


def text(seen: Watched) -> str:
    return "\n".join(seen.lines())


async def test_each_view_has_its_key(story: Story, watch: Watch) -> None:
    async with watch(story.path, place=ReferrersScreen) as seen:
        assert "Leaders by qualified friends" in text(seen)
        for key, sight, said in (
            ("n", "channels", "community post"),
            ("c", "communities", "workplace-0392"),
            ("g", "tree", "who brought whom"),
            ("l", "leaders", "share"),
        ):
            await seen.pilot.press(key)
            await seen.until(partial(shown, seen, sight))
            assert said in text(seen)
            assert seen.app.place.board.table(sight).has_focus
            assert sum(table.display for table in seen.app.screen.query(".table")) == 1


async def test_leaders_by_money_and_their_shares(story: Story, watch: Watch) -> None:
    async with watch(story.path, place=ReferrersScreen) as seen:
        table = seen.app.place.board.table("leaders")
        assert [row.qualified for row in table.rows] == sorted(
            (row.qualified for row in table.rows), reverse=True
        )
        first, total = table.rows[0], seen.app.snapshot.answer.qualified
        assert sum(row.qualified for row in table.rows) == total
        assert f"{first.qualified / total:.1%}".replace("%", " %") in text(seen)
        await seen.pilot.press("s")
        await seen.until(lambda: seen.app.snapshot.answer.order == "issued")
        assert [row.issued_minor for row in table.rows] == sorted(
            (row.issued_minor for row in table.rows), reverse=True
        )
        assert "Leaders by issued money" in text(seen)


async def test_branches_open_and_close(story: Story, watch: Watch) -> None:
    async with watch(story.path, place=ReferrersScreen) as seen:
        await seen.pilot.press("g")
        await seen.until(lambda: seen.app.snapshot.answer.sight == "tree")
        table = seen.app.place.board.table("tree")
        roots = len(table.rows)
        await seen.pilot.press("right")
        await seen.until(lambda: len(table.rows) > roots)
        assert "▾" in text(seen)
        await seen.pilot.press("down", "left")
        assert table.row == table.rows[0]
        await seen.pilot.press("left")
        await seen.until(lambda: len(table.rows) == roots)


async def test_an_open_referrer_tells_links_rewards_and_room(
    story: Story, watch: Watch, asked: list[str]
) -> None:
    async with watch(story.path, size=(160, 50), place=ReferrersScreen) as seen:
        first = seen.app.place.board.table("leaders").row
        await seen.pilot.press("enter")
        await seen.drawn(lambda: "As a referrer: 120 friends" in text(seen))
        assert asked == [first.ref]
        for said in (
            "link K000Q",
            "referrer-credit: room for none more and £120.00 in all",
            "3 decisions on friends' conversions: refused: rule eligible",
            "4 referrer-credit issued, £80.00",
            f"{short_name('c_00000030')} by the link K000Q",
            "… and 119 more",
        ):
            assert said in text(seen)
        await seen.pilot.press("escape")
        assert seen.app.place.board.table("leaders").has_focus
        assert not seen.app.place.board.account.display


async def test_a_click_on_a_view_opens_it(story: Story, watch: Watch) -> None:
    async with watch(story.path, place=ReferrersScreen) as seen:
        line = seen.app.screen.query_one("#views")
        place = seen.lines()[line.region.y].index("Channels")
        await seen.pilot.click("#views", offset=(place + 1, 0))
        await seen.until(lambda: seen.app.snapshot.answer.sight == "channels")


async def test_the_column_that_is_sorted_by_says_its_whole_name(story: Story, watch: Watch) -> None:
    async with watch(story.path, size=(80, 24), place=ReferrersScreen) as seen:
        for view in "lcn":
            await seen.pilot.press(view)
            await seen.until(lambda: seen.app.snapshot.request == seen.app.feed.request)
            heads = [line for line in seen.lines() if "qualified" in line and "rate" in line]
            assert heads
            assert "▼" in heads[0]
            assert "…" not in heads[0]


async def test_channels_are_sorted_by_s_and_bars_relate_to_the_largest(story: Story, watch: Watch) -> None:
    async with watch(story.path, size=(160, 50), place=ReferrersScreen) as seen:
        await seen.pilot.press("n")
        await seen.until(lambda: seen.app.snapshot.answer.sight == "channels")
        orders = []
        for order, of in (("friends", "friends"), ("qualified", "qualified"), ("issued", "issued_minor")):
            await seen.until(lambda order=order: seen.app.snapshot.answer.group_order == order)
            rows = seen.app.place.board.table("channels").rows
            values = [getattr(row, of) for row in rows]
            assert values == sorted(values, reverse=True)
            orders.append([row.name for row in rows])
            (bar, *others) = [line.count("█") for line in seen.lines() if "█" in line]
            assert all(bar >= other for other in others)
            await seen.pilot.press("s")
        await seen.until(lambda: seen.app.snapshot.answer.group_order == "friends")


async def test_of_the_past_the_channels_are_told_and_boards_say_that_they_are_not(
    story: Story, watch: Watch
) -> None:
    async with watch(story.path, at=START + 5 * DAY, place=ReferrersScreen) as seen:
        assert "as of now: boards of the past are not kept" in text(seen)
        (now,) = story.db.execute("SELECT count FROM total WHERE metric = 'stage.qualified'").fetchone()
        assert seen.app.snapshot.answer.qualified == now  # shares of a board of now are of those of now
        await seen.pilot.press("n")
        await seen.until(lambda: seen.app.snapshot.answer.sight == "channels")
        friends = sum(row.friends for row in seen.app.place.board.table("channels").rows)
        (count,) = story.db.execute(
            "SELECT count(*) FROM attribution WHERE attributed_at < ?", (START + 5 * DAY,)
        ).fetchone()
        assert friends == count


async def test_nobody_yet(empty: Story, watch: Watch) -> None:
    empty.begin()
    owner = empty.person()
    empty.event("customer.identified", owner, via="sso", referrer_kind="customer")
    empty.clock("finished", 0, START, START)
    empty.commit()
    async with watch(empty.path, place=ReferrersScreen) as seen:
        assert "Nobody has brought a friend yet" in text(seen)


def test_what_comes_first_is_what_the_screen_is_about() -> None:
    both = TOLD | {"kind": "friend"}
    heads = [
        [block.text for block in blocks(both, PSEUDONYMS, None, referrer_first=first) if block.head]
        for first in (False, True)
    ]
    assert heads[0] == ["What happened", "Who referred them", "As a referrer: 120 friends", "Friends"]
    assert heads[1] == ["As a referrer: 120 friends", "Friends", "What happened", "Who referred them"]

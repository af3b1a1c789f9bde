"""Journeys: the screen with its keys, and an open journey."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.image import SVGImageSnapshotExtension
from textual.events import Key

from db.client.people import CRM_APPLICATION_ID, NameBook, crm_path
from referral_tui.dashboard import helper, query_runner
from referral_tui.dashboard.account import blocks
from referral_tui.dashboard.helper import Reply
from referral_tui.dashboard.messages import CommandSent
from referral_tui.dashboard.screens.journeys import JourneysScreen
from referral_tui.names import PSEUDONYMS, short_name
from tests.dashboard.story import DAY, HOUR, START, Story
from tests.dashboard.watching import WALL, HeldClock, Watch, Watched

TOLD: dict[str, Any] = {
    "kind": "friend",
    "ref": "",
    "name": "",
    "referrer": None,
    "timeline": [
        {
            "at": START + DAY,
            "kind": "event",
            "seq": 9,
            "received_at": START + DAY + 6 * HOUR,
            "occurred_at": START + DAY,
            "type": "service.activated",
            "source": "client/billing",
            "id": "e9",
            "amount_minor": 2400,
            "currency": "GBP",
            "subject": "c_00000029",
        },
        {"at": START + DAY, "kind": "decided", "decision": 1, "milestone": "activated"}
        | {"outcome": "refused", "reason": "worth-it"},
    ],
    "attribution": {
        "referrer": "c_00000001",
        "code": "K000Q",
        "method": "link",
        "attributed_at": START + DAY,
    },
    "touches": [
        {"referrer": "c_00000001", "code": "K000Q", "channel": "qr", "won": True, "why": "it won"}
        | {"occurred_at": START},
        {"referrer": None, "code": "OLD", "channel": "qr", "won": False, "why": "no link had this code then"}
        | {"occurred_at": START},
    ],
    "decisions": [
        {
            "id": 1,
            "milestone": "activated",
            "outcome": "refused",
            "reason": "worth-it",
            "source": "client/billing",
            "event_id": "e9",
            "program_version": 1,
            "decided_at": START + DAY,
            "received_at": START + DAY,
            "in_review": None,
            "rules": [
                {
                    "code": "worth-it",
                    "result": "fail",
                    "says": "the amount is at least 30",
                    "values": {"amount": 24.0},
                }
                | {"because": "Less than thirty pounds."}
            ],
            "why_not": ["with 30.00 GBP instead of 24.00 GBP it would have qualified"],
            "offers": [
                {
                    "reward": "richer",
                    "offered": "missing",
                    "when": "product = 'tv'",
                    "says": "the product is tv",
                    "values": {"product": None},
                }
            ],
            "variants": [],
            "no_line": [],
            "if_approved": [],
        }
    ],
    "rewards": [],
    "why_not": ["activated: with 30.00 GBP instead of 24.00 GBP it would have qualified"],
}


class Helper:
    """A fake helper process with fixed answers, which records its requests."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply
        self.asked: list[list[str]] = []
        self.free = asyncio.Event()

    async def __call__(self, arguments: list[str], stdin: bytes = b"") -> Reply:
        self.asked.append(list(arguments))
        await self.free.wait()
        return self.reply


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Helper:
    spoken = Helper(Reply(0, TOLD, ""))
    monkeypatch.setattr(helper, "ask", spoken)
    return spoken


def text(seen: Watched) -> str:
    return "\n".join(seen.lines())


async def test_what_is_typed_filters(story: Story, watch: Watch) -> None:
    async with watch(story.path, place=JourneysScreen) as seen:
        table = seen.app.place.board.table
        await seen.pilot.press("slash", *"refused")
        await seen.until(lambda: seen.app.snapshot.request.screen_query.text == "refused")
        assert table.rows
        assert all(row.outcome == "refused" for row in table.rows)
        assert f"{len(table.rows)} journeys found" in text(seen)
        await seen.pilot.press("enter")
        assert table.has_focus
        await seen.pilot.press("escape")
        await seen.until(lambda: seen.app.snapshot.request.screen_query.text == "")
        assert any(row.outcome != "refused" for row in table.rows)
        await seen.pilot.press("slash", *"xyzzy")
        await seen.until(lambda: seen.app.snapshot.request.screen_query.text == "xyzzy")
        assert "No journey matches" in text(seen)
        await seen.pilot.press("ctrl+u", *"a@b")
        await seen.until(lambda: seen.app.snapshot.request.screen_query.text == "a@b")
        assert "No e-mail is kept on this side" in text(seen)


async def test_the_filter_is_opened_with_its_old_text_selected_so_that_typing_replaces_it(
    story: Story, watch: Watch, told: Helper
) -> None:
    """As in the trainer's tour: a journey is closed, and the next one is typed over its name."""
    told.free.set()
    async with watch(story.path, place=JourneysScreen) as seen:
        board = seen.app.place.board
        first, second = (short_name(row.friend) for row in board.table.rows[3:5])
        for name in (first, second):
            for key in ("slash", *name, "enter", "enter"):  # quicker than anything is found
                seen.app.post_message(Key(key, key if len(key) == 1 else None))
            await seen.until(lambda name=name: seen.app.snapshot.request.screen_query.text == name)
            while short_name(board.account.ref or "") != name:
                await asyncio.sleep(0)
                await seen.pilot.pause()
            await seen.pilot.press("escape")
        assert board.filter.text == second


async def test_a_name_typed_at_once_after_the_screens_key_filters_whatever_letters_it_has(
    story: Story, watch: Watch, told: Helper
) -> None:
    """The screen is just being made: the filter keeps the focus, and no letter is a command (q quits)."""
    async with watch(story.path) as seen:
        for key in ("2", "slash", *"quick-3"):
            seen.app.post_message(Key(key, key if len(key) == 1 else None))
        await seen.until(lambda: getattr(seen.app.snapshot.request.screen_query, "text", "") == "quick-3")
        assert seen.app.return_code is None
        assert isinstance(seen.app.place, JourneysScreen)


async def test_keys_behind_the_one_that_quits_do_nothing(story: Story, watch: Watch) -> None:
    async with watch(story.path) as seen:
        place = seen.app.place
        seen.app.exit()
        await seen.app.on_event(Key("3", "3"))
        assert seen.app.place is place


async def test_an_open_journey_tells_why(story: Story, watch: Watch, told: Helper) -> None:
    async with watch(story.path, size=(160, 50), place=JourneysScreen) as seen:
        await seen.pilot.press("down", "enter")
        await seen.pilot.pause()
        row = seen.app.place.board.table.row
        assert told.asked == [helper.explaining(story.path, row.friend)]
        assert "Asking what happened" in text(seen)
        told.free.set()
        await seen.drawn(lambda: "Why nothing was paid" in text(seen))
        for said in (
            "with 30.00 GBP instead of 24.00 GBP",
            "client/billing sent it 6.0 hours after it happened",
            f"{short_name('c_00000001')}, by the link K000Q",
            "no link had this code then",
            "worth-it: the amount is at least 30",
            "Less than thirty pounds.",
        ):
            assert said in text(seen)
        await seen.pilot.press("escape")
        assert not seen.app.place.board.account.display
        await seen.pilot.press("enter")
        await seen.drawn(lambda: "Why nothing was paid" in text(seen))
        assert len(told.asked) == 1  # nothing has changed: it is kept


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids="{0[0]}x{0[1]}".format)
async def test_an_open_journey_as_a_picture(
    story: Story, watch: Watch, told: Helper, snapshot: SnapshotAssertion, size: tuple[int, int]
) -> None:
    told.free.set()
    async with watch(story.path, size=size, place=JourneysScreen) as seen:
        await seen.pilot.press("down", "enter")
        await seen.drawn(lambda: "Why nothing was paid" in text(seen))
        await seen.until(lambda: seen.app.snapshot.request == seen.app.feed.request)
        assert seen.picture() == snapshot.use_extension(SVGImageSnapshotExtension)


async def test_it_is_asked_again_where_the_journey_went_on(
    story: Story, watch: Watch, told: Helper, steady: HeldClock
) -> None:
    told.free.set()
    async with watch(story.path, size=(160, 50), place=JourneysScreen) as seen:
        await seen.pilot.press("enter")
        await seen.drawn(lambda: "Why nothing was paid" in text(seen))
        person = seen.app.place.board.table.row.person
        story.begin()
        story.now += HOUR
        story.event("bill.paid", person, amount_minor=100, currency="GBP")
        story.commit()
        steady.at += 1_000
        await seen.until(lambda: seen.app.snapshot.answer.opened.event == "bill.paid")
        await seen.drawn(lambda: len(told.asked) == 2)


@pytest.mark.parametrize(
    ("state", "heading"),
    [
        ("pending", "Why nothing is paid yet"),
        ("capped", "Why nothing was paid"),
    ],
)
def test_money_that_is_pending_is_not_headed_as_never_paid(state: str, heading: str) -> None:
    line = {"reward": "credit", "state": state, "recipient": "c_1", "role": "friend", "value_minor": 500}
    line |= {"due_at": START, "state_at": START, "why": "it waits", "why_not": ["until then"]}
    journey = TOLD | {"rewards": [line], "why_not": ["credit: it waits", "credit: until then"]}
    told = blocks(journey, PSEUDONYMS, None)
    assert told[0].text.startswith(heading)
    assert [one.text for one in told if "until then" in one.text] == ["credit: until then"]  # one answer


def test_a_friend_who_is_not_matched_yet_reads_so() -> None:
    waits = TOLD | {"attribution": None, "decisions": [], "touches": [TOLD["touches"][1]]}
    told = blocks(waits, PSEUDONYMS, None)
    assert "not matched yet" in [one.text for one in told]
    assert not [one for one in told if one.sign == "✕" and "no link had this code" in one.text]
    ignored = waits | {"decisions": TOLD["decisions"]}
    assert "nobody" in [one.text for one in blocks(ignored, PSEUDONYMS, None)]


async def test_friends_who_only_visited_are_not_matched_yet(story: Story, watch: Watch) -> None:
    async with watch(story.path, place=JourneysScreen) as seen:
        await seen.pilot.press("slash", *"visited")
        await seen.until(lambda: seen.app.snapshot.request.screen_query.text == "visited")
        assert "not matched yet" in text(seen)
        assert "nobody" not in text(seen)


async def test_what_can_not_be_explained_says_why(story: Story, watch: Watch, told: Helper) -> None:
    told.reply = Reply(2, None, "error: the database is locked")
    told.free.set()
    async with watch(story.path, size=(160, 50), place=JourneysScreen) as seen:
        await seen.pilot.press("enter")
        await seen.drawn(lambda: "It can't be explained now: error: the database is locked" in text(seen))


async def test_narrow_what_is_open_takes_the_place_of_the_rows(
    story: Story, watch: Watch, told: Helper
) -> None:
    told.free.set()
    async with watch(story.path, size=(80, 24), place=JourneysScreen) as seen:
        await seen.pilot.press("enter")
        await seen.drawn(lambda: "Why nothing was paid" in text(seen))
        assert not seen.app.place.board.table.display
        await seen.pilot.press("escape")
        assert seen.app.place.board.table.has_focus


async def test_sorting_goes_round(story: Story, watch: Watch) -> None:
    async with watch(story.path, size=(200, 60), place=JourneysScreen) as seen:
        orders: list[Any] = []
        for _ in range(3):
            await seen.pilot.press("s")
            before = len(orders)
            await seen.until(lambda: seen.app.snapshot.request == seen.app.feed.request)
            orders.append(seen.app.snapshot.request.screen_query.order)
            assert len(orders) == before + 1
        assert orders == ["matched", "oldest", "newest"]


async def test_the_step_keys_stop_only_at_the_friend_who_is_followed(story: Story, watch: Watch) -> None:
    story.clock("paused", 21_600, WALL, START + 60 * DAY)
    async with watch(story.path, size=(120, 40), place=JourneysScreen) as seen:
        friend = seen.app.place.board.table.row.friend
        await seen.pilot.press("f")
        await seen.until(lambda: "Following" in seen.status_message())
        assert f"Following {short_name(friend)}: . and , stop only" in seen.status_message()
        assert f"following {short_name(friend)}" in text(seen)
        await seen.pilot.press("full_stop", "comma")
        await seen.until(lambda: len(commands(seen)) == 2)
        assert commands(seen) == [{"person": friend}, {"until": "change", "person": friend}]
        await seen.pilot.press("f", "full_stop")
        await seen.until(lambda: len(commands(seen)) == 3)
        assert commands(seen)[-1] == {}
        assert "following" not in text(seen)


def commands(seen: Watched) -> list[dict[str, object]]:
    """The arguments of the steps that were sent."""
    return [one.command.args for one in seen.told if isinstance(one, CommandSent)]


async def test_the_past_shows_rows_and_account_as_they_were(story: Story, watch: Watch, told: Helper) -> None:
    told.free.set()
    async with watch(story.path, size=(160, 50), at=START + 5 * DAY, place=JourneysScreen) as seen:
        rows = seen.app.place.board.table.rows
        assert rows
        assert max(row.at for row in rows) <= START + 5 * DAY
        await seen.pilot.press("enter")
        await seen.drawn(lambda: "What would have paid is shown only for now" in text(seen))


@pytest.mark.parametrize("called", ["quux", "by the short name"])
async def test_on_the_clients_side_either_name_is_searched_for(
    called: str, story: Story, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Path] = []

    class Counted(NameBook):
        def __init__(self, path: Path) -> None:
            opened.append(path)
            super().__init__(path)

    monkeypatch.setattr(query_runner, "NameBook", Counted)
    friend = story.db.execute(
        "SELECT ref FROM person JOIN attribution ON friend = person.id LIMIT 1"
    ).fetchone()
    with closing(sqlite3.connect(crm_path(story.path))) as crm:
        crm.execute(f"PRAGMA application_id = {CRM_APPLICATION_ID}")
        crm.execute("CREATE TABLE person (ref TEXT PRIMARY KEY, name TEXT NOT NULL)")
        crm.execute("INSERT INTO person VALUES (?, 'Zadie Quux')", friend)
        crm.commit()
    async with watch(story.path, place=JourneysScreen) as seen:
        typed = called if called == "quux" else short_name(*friend)
        await seen.pilot.press("p", "y", "slash", *typed)
        await seen.until(lambda: seen.app.snapshot.request.screen_query.text == typed)
        await seen.until(lambda: not seen.app.snapshot.answer.unfinished)
        assert [row.friend for row in seen.app.place.board.table.rows] == list(friend)
        assert "Zadie Quux" in text(seen)
    assert opened == [story.path]  # once, however often is looked


async def test_the_rows_are_saved_as_csv(story: Story, watch: Watch, tmp_path: Path) -> None:
    async with watch(story.path, place=JourneysScreen) as seen:
        await seen.pilot.press("ctrl+e")
        (file,) = tmp_path.glob("referral-journeys-journeys-*.csv")
        head, first, *_ = file.read_text(encoding="utf-8").splitlines()
        assert head.startswith("person,friend,seq,at,event,stage,outcome,reason,referrer,code,channel")
        assert seen.app.place.board.table.rows[0].friend in first

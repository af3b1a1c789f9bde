"""The data screen: what is passed and how late, what was refused, and fault dials that are turned during the run."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from db.door_status import ELSEWHERE, UNKNOWN, WayRow
from db.read.deliveries import DIALS, dials, reconciled, refused
from db.read.traffic import SenderRow
from db.read.type_examples import examples
from referral_tui.dashboard.messages import CommandSent
from referral_tui.dashboard.screens.data import DataScreen
from referral_tui.dashboard.screens.data_types import model_words
from referral_tui.dashboard.screens.data_words import DIAL_SAYS, LADDER, turned
from referral_tui.dashboard.screens.explain import ExplainScreen
from referral_tui.dashboard.screens.source_arrivals import SourceArrivals, came
from referral_tui.dashboard.widgets.data_tables import DialTable, RefusedTable
from referral_tui.names import short_name
from simulator.delivery import dials as delivery
from simulator.domain.owners import TEAMS, owner, usual_system
from simulator.events.contract import EVENT_TYPES
from simulator.run.plan import Plan
from tests.dashboard.story import DAY, START, Story
from tests.dashboard.watching import WALL, Watch, Watched


@asynccontextmanager
async def data(watch: Watch, path: Path, size: tuple[int, int] = (120, 40)) -> AsyncIterator[Watched]:
    async with watch(path, size=size, place=DataScreen) as seen:
        yield seen


async def test_enter_opens_an_event_type_with_its_latest_examples(story: Story, watch: Watch) -> None:
    async with data(watch, story.path) as seen:
        await seen.pilot.press("enter")
        await seen.until(lambda: isinstance(seen.app.screen, ExplainScreen))
        kind = seen.app.place.board.query_one("#types").row.type
        number, ref = story.db.execute(
            "SELECT seq, ref FROM event LEFT JOIN person ON person.id = person WHERE type = ? "
            "ORDER BY seq DESC LIMIT 1",
            (kind,),
        ).fetchone()
        text = "\n".join(seen.lines())
        for said in (kind, "owner", "delivery", "late", "fields", f"event {number}", short_name(ref)):
            assert said in text
        assert ref not in text
        assert not any(line.strip("│ ") == "Keys" for line in seen.lines()), "a heading of nothing"
        await seen.pilot.press("escape")
        await seen.pilot.pause()
        assert not isinstance(seen.app.screen, ExplainScreen)


def test_examples_of_a_rare_type_are_looked_for_among_the_newest_only(story: Story) -> None:
    (kind,) = story.db.execute("SELECT type FROM event WHERE seq = 1").fetchone()
    assert [one.seq for one in examples(story.db, kind, 1)] == [1]
    assert examples(story.db, "link.created", 20_000) == ()


@pytest.mark.parametrize("size", [(80, 24), (160, 50)], ids="{0[0]}x{0[1]}".format)
async def test_the_newest_hash_of_the_chain_is_in_sight(
    story: Story, watch: Watch, size: tuple[int, int]
) -> None:
    story.db.execute("UPDATE block SET hash = ? WHERE chain = 'audit'", ("5eed" * 16,))
    async with data(watch, story.path, size) as seen:
        assert "5eed5eed5eed5eed" in "\n".join(seen.lines())


def test_every_dial_is_explained() -> None:
    assert set(DIAL_SAYS) == set(DIALS)
    assert all(delivery.check_rates({"lost": rate}, "") for rate in LADDER)


@pytest.mark.parametrize(
    ("rate", "up", "wanted"),
    [
        (0.0, 1, 0.001),
        (0.002, 1, 0.003),
        (0.002, -1, 0.001),
        (0.001, -1, 0.0),
        (0.0, -1, None),
        (1.0, 1, None),
    ],
)
def test_a_key_turns_a_dial_along_the_ladder(rate: float, up: int, wanted: float | None) -> None:
    assert turned(rate, up) == wanted


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("real-time", "at once"),
        ("every:15m", "each 15m"),
        ("batch@02:00", "day 02:00"),
        ("batch@02:00/csv", "day 02:00"),
        ("batch@mon-02:00", "mon 02:00"),
    ],
)
def test_models_in_words(model: str, said: str) -> None:
    assert model_words("bill.paid", {"bill.paid": model}) == said
    assert model_words("link.created", {"bill.paid": model}) == "at once"


def test_real_types_are_said_to_come_as_their_sources_did() -> None:
    door, files = SourceArrivals((("shop", 3),)), SourceArrivals((), (("from files", 2),))
    both = SourceArrivals((("shop", 3),), (("from files", 2),))
    said = [model_words("bill.paid", {}, sources) for sources in ([door], [files], [both], [door, files])]
    assert said == ["door", "files", "door+file", "door+file"]


def sent(source: str, accepted: int) -> SenderRow:
    return SenderRow(source, (accepted, 0, 0, 0))


WAYS = (
    WayRow("client/shop", "shop", 5),
    WayRow("client/shop", ELSEWHERE, 7),
    WayRow("client/shop", UNKNOWN, 2),
)


@pytest.mark.parametrize(
    ("ways", "made_by", "served", "right"),
    [
        ((), "ingest", False, SourceArrivals((), (("from files", 20),))),
        ((), "simulate", False, SourceArrivals()),
        (
            WAYS,
            "ingest",
            True,
            SourceArrivals((("shop", 5),), (("from files", 7), ("from an unknown client", 2))),
        ),
        (
            WAYS,
            "ingest",
            False,
            SourceArrivals((("shop", 5),), (("from files", 13), ("from an unknown client", 2))),
        ),
        (WAYS[:1], "simulate", True, SourceArrivals((("shop", 5),), (("simulated", 15),))),
        (WAYS[:1], "load", True, SourceArrivals()),
    ],
)
def test_how_a_source_came_is_told_by_what_doors_counted(
    ways: tuple[WayRow, ...], made_by: str, served: bool, right: SourceArrivals
) -> None:
    assert came([sent("client/shop", 20)], ways, made_by, served=served) == {"client/shop": right}


def test_what_the_platform_adds_to_what_clients_sent_as_it_came_from_no_file() -> None:
    ways = (WayRow("platform", "shop", 5), WayRow("platform", ELSEWHERE, 1))
    found = came([sent("platform", 6)], ways, "ingest", served=True)
    assert found["platform"] == SourceArrivals((("shop", 5),), (("by the platform itself", 1),))


def test_every_type_has_an_owner() -> None:
    assert {owner(name) for name in EVENT_TYPES} == set(TEAMS)


def test_a_types_usual_system_is_one_that_may_send_it() -> None:
    for name, kind in EVENT_TYPES.items():
        assert usual_system(name).partition("/")[0] in kind.senders


def test_a_run_keeps_how_its_events_are_delivered() -> None:
    models = json.loads(Plan(delivery={"bill.paid": "every:15m"}).settings()["models"])
    assert (models["bill.paid"], models["service.activated"]) == ("every:15m", "batch@02:00")


def test_what_was_refused_by_a_moment(story: Story) -> None:
    found = refused(story.db, 2)
    assert [row.number for row in found] == [3, 2]
    assert refused(story.db, 5, START) == ()
    assert [row.number for row in refused(story.db, 5, story.now)] == [3, 2, 1]
    assert all(row.at <= START + 4 * DAY for row in reconciled(story.db, 9, START + 4 * DAY))
    assert {row.dial: row.count for row in dials(story.db) if row.count} == {"lost": 2, "duplicate": 4}


async def test_the_owners_question_is_answered(story: Story, watch: Watch) -> None:
    async with data(watch, story.path) as seen:
        text = "\n".join(seen.lines())
        line = next(line for line in seen.lines() if "service.activated" in line)
        for part in ("day 02:00", "engineering", "conversion", "client/billing", "7 h", "12 h"):
            assert part in line
        assert "£30.00 in 2 rewards" in text
        assert "99.6 %" in text


@pytest.mark.parametrize(("key", "rate"), [("greater_than_sign", 0.1), ("less_than_sign", 0.01)])
async def test_a_dial_is_turned_by_an_order(story: Story, watch: Watch, key: str, rate: float) -> None:
    async with data(watch, story.path) as seen:
        seen.app.screen.query_one(DialTable).focus()
        await seen.pilot.press(key)
        await seen.until(lambda: any(isinstance(message, CommandSent) for message in seen.told))
        (sent,) = [message.command for message in seen.told if isinstance(message, CommandSent)]
        assert (sent.kind, sent.args) == ("dial", {"faults": {"duplicate": rate}})
        assert seen.status_message().startswith(f"Sent: duplicate {rate * 100:.3g} %.")
        await seen.pilot.press(key)  # the order is on its way: it goes on from there
        await seen.until(lambda: len([one for one in seen.told if isinstance(one, CommandSent)]) == 2)
        (_, last) = [one.command for one in seen.told if isinstance(one, CommandSent)]
        assert last.args == {"faults": {"duplicate": turned(rate, 1 if rate > 0.03 else -1)}}


@pytest.mark.parametrize(
    ("made_by", "status", "said"),
    [("simulate", "finished", "This run is finished"), ("ingest", "finished", "are not simulated")],
)
async def test_a_dial_that_can_not_be_turned_says_why(
    story: Story, watch: Watch, made_by: str, status: str, said: str
) -> None:
    story.db.execute("UPDATE setting SET value = ? WHERE name = 'kind'", (made_by,))
    story.clock(status, 0, WALL - 500, START + 60 * DAY)
    async with data(watch, story.path) as seen:
        await seen.pilot.press("greater_than_sign")
        await seen.pilot.pause()
        assert said in seen.status_message()


async def test_a_message_in_quarantine_is_opened(story: Story, watch: Watch) -> None:
    async with data(watch, story.path) as seen:
        seen.app.screen.query_one(RefusedTable).focus()
        await seen.pilot.press("down", "enter")
        await seen.pilot.pause()
        assert isinstance(seen.app.screen, ExplainScreen)
        text = "\n".join(seen.lines())
        assert "data.contact_ref" in text
        assert "looks like an e-mail" in text
        await seen.pilot.press("escape")


async def test_where_it_is_narrow_one_panel_is_shown_at_a_time(story: Story, watch: Watch) -> None:
    async with data(watch, story.path, (72, 20)) as seen:
        order = []
        for _ in range(4):
            await seen.pilot.press("v")
            await seen.pilot.pause()
            (shown,) = [
                part.id for part in seen.app.screen.query(".panel") if part.display and part.id != "types"
            ]
            assert seen.app.focused.id == shown
            order.append(shown)
        assert order == ["dials", "health", "reconciliation", "quarantine"]


async def test_the_past_has_no_dials(story: Story, watch: Watch) -> None:
    async with data(watch, story.path) as seen:
        await seen.pilot.press("left_curly_bracket")
        await seen.until(lambda: seen.app.snapshot.request.view.at)
        assert "How the dials were set" in "\n".join(seen.lines())


async def test_steering_is_explained_where_the_word_stands(story: Story, watch: Watch) -> None:
    story.begin()
    story.event("review.decided", None)
    story.commit()
    async with watch(story.path, size=(132, 40), place=DataScreen) as seen:
        assert "■ steering: what an operator changed" in "\n".join(seen.lines())
        await seen.pilot.press("end", "enter")
        await seen.until(lambda: isinstance(seen.app.screen, ExplainScreen))
        assert "steering: what an operator changed" in "\n".join(seen.lines())

"""A damaged or hostile database: the screen that can't read it says so in a line, and the others go on."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import cast

import pytest

from db.read.sums import Sums
from referral_tui.dashboard.app import SCREENS
from referral_tui.dashboard.clocks import Clocks
from referral_tui.dashboard.declared_types import find_mistyped
from referral_tui.dashboard.feed import Feed
from referral_tui.dashboard.frame import DashboardScreen, load
from referral_tui.dashboard.query import Request
from referral_tui.dashboard.snapshot import Snapshot, Trouble
from tests.dashboard.story import Story
from tests.dashboard.watching import WALL, HeldClock, Watch

DAMAGE = [
    "UPDATE breakdown SET count = 'many'",
    "UPDATE breakdown SET value = 1e308",
    "UPDATE OR REPLACE breakdown SET part = x'ff'",
    "UPDATE total SET count = 'many' WHERE metric LIKE 'reward%'",
    "UPDATE total SET value = 1e308 WHERE metric LIKE 'reward%'",
    "UPDATE total SET count = x'00' WHERE metric LIKE 'stage%'",
    "UPDATE hour SET count = 'many'",
    "UPDATE event SET type = x'ff00'",
    "UPDATE event SET occurred_at = 4611686018427387904",
    "UPDATE event SET amount_minor = 'x'",
    "UPDATE attribution SET channel = x'00', touch_at = 9223372036854775807",
    "UPDATE decision SET failed = 'notjson', facts = '[[[', outcome = x'ff'",
    "UPDATE reward SET value_minor = 1e308, due_at = 'soon', state = x'00'",
    "UPDATE audit SET at = 9223372036854775807, detail = 'notjson'",
    "UPDATE clock SET sim_at = 9223372036854775807",
    "UPDATE clock SET sim_at = 'now', status = x'00', pace = 1e308",
    "UPDATE program_version SET text = x'ff', name = x'00', digits = 99",
    "UPDATE program_version SET digits = -1, currency = x'ff'",
    "UPDATE OR REPLACE lateness SET bucket = 1 << 40, worst = 'late'",
    "UPDATE OR REPLACE lateness_day SET day = 1 << 60",
    "UPDATE OR REPLACE due SET day = 1 << 60, value = 'much'",
    "UPDATE leader SET person = 'x', issued_minor = x'00'",
    "UPDATE quarantine SET message = x'ff', received_at = 'x', field = x'00'",
    "UPDATE setting SET value = x'ff' WHERE name <> 'schema'",
    "INSERT INTO meter VALUES (999, 'x', 1, 1e308, 'fast', 1, 1, 1, 'q', 1, 1, 'notjson')",
    "INSERT INTO fault VALUES ('lost', 'bill.paid', 'often', x'00', 1)",
    "INSERT INTO command VALUES (99, x'ff', 'notjson', 'x', 'y', 'z', x'00')",
    "UPDATE person SET ref = x'ff'",
]


def looks(path: Path) -> Mapping[str, object]:
    """What the reader passes to each screen when it is opened."""
    given: dict[str, object] = {}
    for place in SCREENS:
        posted: list[object] = []
        feed = Feed(path, posted.append, Clocks(HeldClock(WALL), HeldClock(1_000)))
        feed.ask(Request(place.MODE, load(place.QUERY)()))
        feed.poll()
        feed.stop()
        (message,) = posted
        given[place.MODE] = vars(message).get("snapshot") or vars(message)["trouble"]
    return given


@pytest.fixture(scope="module")
def sound_looks(tmp_path_factory: pytest.TempPathFactory, run_told: Story) -> Mapping[str, object]:
    """The same for a sound database."""
    story = run_told.copied(tmp_path_factory.mktemp("sound") / "shop.db")
    story.clock("finished", 0, 1, story_end(story.path))
    story.close()
    return looks(story.path)


def dealt(start: int, of: int) -> list[list[str]]:
    """Deal all kinds of damage to so many tests, in turn from one of them on."""
    order = DAMAGE[start:] + DAMAGE[:start]
    return [order[number::of] for number in range(of)]


@pytest.mark.usefixtures("may_fail")
@pytest.mark.parametrize(
    "statements",
    [
        # a dashboard is opened on the audit, the clock or the program damaged; it sees the others happen
        *(pytest.param(some, id=f"{some[0][:44]} and others") for some in dealt(13, 4)),
        *(pytest.param([one], id=one[:44], marks=pytest.mark.long) for one in DAMAGE),
    ],
)
async def test_a_damaged_database_ends_no_screen(
    story: Story, watch: Watch, sound_looks: Mapping[str, object], tmp_path: Path, statements: list[str]
) -> None:
    """Every screen that the damage affects is opened, and the app keeps running; what can't be read says what to do."""
    story.clock("finished", 0, 1, story_end(story.path))
    story.close()
    watched = tmp_path / "watched.db"
    reached = damage(story.path, statements[0], watched, sound_looks)
    async with watch(watched, size=(100, 30), place=next(iter(reached), SCREENS[0])) as seen:
        for number, statement in enumerate(statements):
            if number:
                reached = damage(story.path, statement, watched, sound_looks)
                seen.app.feed.poll()  # from here on nothing is said of the one before
                await seen.pilot.pause()
            places = list(reached)
            # where nothing can be read at all, they say the same: one of them in turn is enough
            if (
                number
                and places == [*SCREENS]
                and None not in reached.values()
                and len({*reached.values()}) == 1
            ):
                places = [SCREENS[number]]
            for place in places:
                await seen.pilot.press(place.KEY)
                await seen.until(
                    lambda place=place: seen.app.trouble or seen.app.snapshot.request.place == place.MODE
                )
                await seen.pilot.pause()
                trouble = seen.app.trouble or seen.app.snapshot.trouble
                assert trouble == reached[place], (statement, place.MODE)
                assert seen.app.screen.is_running, (statement, place.MODE)
                assert not any("\x1b" in line or "\x00" in line for line in seen.lines()), statement


def damage(
    sound: Path, statement: str, path: Path, sound_looks: Mapping[str, object]
) -> dict[type[DashboardScreen], Trouble | None]:
    """Put a damaged copy at `path`; return the screens that differ, and what each can't read if that is so."""
    copy = shutil.copyfile(sound, path.with_name("damaged.db"))
    with closing(sqlite3.connect(copy)) as damaged:
        damaged.execute(statement)
        damaged.commit()
    copy.rename(path)
    given = looks(path)
    differs = [place for place in SCREENS if given[place.MODE] != sound_looks[place.MODE]]
    found = [given[place.MODE] for place in differs]
    troubles = [one.trouble if isinstance(one, Snapshot) else cast("Trouble", one) for one in found]
    return dict(zip(differs, troubles, strict=True))


def story_end(path: Path) -> int:
    with closing(sqlite3.connect(path)) as db:
        return int(db.execute("SELECT MAX(received_at) FROM event").fetchone()[0])


async def test_a_text_in_a_count_is_said_on_the_screen_that_reads_it_and_the_others_go_on(
    story: Story, watch: Watch
) -> None:
    with closing(sqlite3.connect(story.path)) as damaged:
        damaged.execute("UPDATE leader SET friends = 'many'")
        damaged.commit()
    async with watch(story.path, size=(120, 40)) as seen:
        shown = {}
        for place in SCREENS:
            await seen.open(place)
            shown[place.MODE] = "\n".join(seen.lines())
    failed = [
        mode for mode, text in shown.items() if "holds values that make no sense" in " ".join(text.split())
    ]
    assert failed == ["referrers"]


def test_what_is_not_of_its_kind_is_found() -> None:
    pair = {"a": (1, 2)}
    assert find_mistyped(Sums(pair, {"b": pair})) is None
    assert find_mistyped(Sums({"a": (1, "2")}, {})) == "a str where another kind belongs"  # type: ignore[dict-item]
    assert find_mistyped(Sums(pair, {"b": {"c": (1, 1e308)}})) == "a number beyond all bounds"  # type: ignore[dict-item]
    assert find_mistyped(Sums(pair, {b"b": pair})) == "a blob"  # type: ignore[dict-item]
    assert find_mistyped(Sums({"a": (None, 1)}, {})) == "nothing where there must be something"  # type: ignore[dict-item]
    assert find_mistyped(Request("overview")) is None
    assert find_mistyped((1, float("nan"))) == "a number beyond all bounds"

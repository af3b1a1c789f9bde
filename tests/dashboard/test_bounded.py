"""No query costs more because more is stored: with all indexes, and during a run at full speed that has none yet."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from sqlmodel import SQLModel

from db.read.queries import Reader, database_status
from db.schema.ddl import make
from referral_tui.dashboard.app import SCREENS
from referral_tui.dashboard.query import Request, ScreenQuery
from referral_tui.dashboard.query_runner import QueryRunner
from referral_tui.dashboard.screens.data_query import DataQuery
from referral_tui.dashboard.screens.journeys_query import JourneysQuery
from referral_tui.dashboard.screens.load_query import LoadQuery
from referral_tui.dashboard.screens.overview_query import OverviewQuery
from referral_tui.dashboard.screens.program_query import ProgramQuery
from referral_tui.dashboard.screens.referrers_query import ReferrersQuery
from referral_tui.dashboard.screens.rewards_query import RewardsQuery
from referral_tui.dashboard.screens.whatif_query import WhatIfQuery
from tests.dashboard.story import Story

QUERIES: dict[str, ScreenQuery] = {
    "overview": OverviewQuery(),
    "journeys": JourneysQuery(page=40),
    "journeys by match": JourneysQuery(page=40, order="matched"),
    "journeys from the first": JourneysQuery(page=40, order="oldest"),
    "journeys in review": JourneysQuery(page=40, text="review"),
    "a channel's journeys": JourneysQuery(page=40, text="messaging"),
    "rewards": RewardsQuery(),
    "leaders": ReferrersQuery(),
    "leaders by money": ReferrersQuery(order="issued"),
    "tree": ReferrersQuery(sight="tree", opened=frozenset({1, 2, 3})),
    "communities": ReferrersQuery(sight="communities"),
    "channels": ReferrersQuery(sight="channels"),
    "program": ProgramQuery(),
    "data": DataQuery(),
    "a frequent event type, opened": DataQuery(opened="friend.visited"),
    "an event type that there is none of, opened": DataQuery(opened="policy.started"),
    "load": LoadQuery(),
    "what if": WhatIfQuery(),
}
BOUNDS = {
    "db.read.journeys.TAIL": 60,
    "db.read.type_examples.TAIL": 60,
    "db.read.journey_walks.WINDOW": 240,
    "db.read.tree.LOOKED_AT": 5,
    "db.read.tree.MOST_COUNTED": 5,
}
"""The bounds of looks, so small that these runs reach them."""
LATE = [
    str(index.name)
    for table in SQLModel.metadata.sorted_tables
    for index in table.indexes
    if not index.info.get("from_start")
]


@pytest.fixture(scope="module")
def sizes(tmp_path_factory: pytest.TempPathFactory, ddl: list[str]) -> dict[tuple[int, str], Path]:
    """Runs of thirty and of ninety days, each with all indexes, and with only those that exist from the start."""
    folder = tmp_path_factory.mktemp("sizes")
    found = {}
    for days in (30, 90):
        at_rest = Story(folder / f"{days} at rest.db", ddl)
        at_rest.run(days)
        at_rest.close()
        at_full_speed = at_rest.copied(folder / f"{days} at full speed.db")
        for name in LATE:
            at_full_speed.db.execute(f"DROP INDEX {name}")
        at_full_speed.close()
        found[days, "at rest"], found[days, "at full speed"] = at_rest.path, at_full_speed.path
    return found


def steps(path: Path, screen_query: ScreenQuery, looks: int) -> int:
    """How many hundred instructions SQLite runs for the last of some queries: a cost that no clock disturbs."""
    count = 0

    def one() -> None:
        nonlocal count
        count += 1

    with closing(Reader(path)) as reader:
        runner = QueryRunner(path, lambda: 0.0)
        for number in range(looks):
            with reader.look() as db:
                db.set_progress_handler(one if number == looks - 1 else None, 100)
                last = runner.answer(db, database_status(db), Request("here", screen_query), number, 0.0)
                db.set_progress_handler(None, 100)
                assert last.trouble is None
    return count


def test_every_screen_has_its_query_measured() -> None:
    assert {one.QUERY.partition(":")[2] for one in SCREENS} == {
        type(one).__name__ for one in QUERIES.values()
    }


@pytest.mark.parametrize("what", ["at rest", "at full speed"])
@pytest.mark.parametrize("name", QUERIES)
def test_a_look_costs_the_same_however_much_is_stored(
    sizes: dict[tuple[int, str], Path], what: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for bound, rows in BOUNDS.items():
        monkeypatch.setattr(bound, rows)
    screen_query = QUERIES[name]
    looks = 1 if isinstance(screen_query, JourneysQuery) else 2  # hours of the past are read once, and kept
    small, large = (steps(sizes[days, what], screen_query, looks) for days in (30, 90))
    assert large < 1.5 * small + 10  # of three times the rows; trees of indexes are a little deeper


def test_a_run_at_full_speed_keeps_the_index_that_leaders_are_read_by(tmp_path: Path) -> None:
    with closing(make(tmp_path / "new.db")) as made:
        made.execute("COMMIT")
        names = [
            name
            for (name,) in made.execute("SELECT name FROM sqlite_master WHERE type = 'index' AND sql > ''")
        ]
    assert names == ["attribution_friend"]

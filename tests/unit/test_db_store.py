"""The store: shapes of rows, the same chain for any batches, reading back, one writer, and what it refuses."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from sqlmodel import SQLModel

import db.schema.models  # noqa: F401 - fills the metadata
from db.read import log
from db.read.salts import of_key
from db.schema.blocks import BLOCK_ROWS
from db.sqlite import rows
from db.sqlite.lock import WriterLock
from db.sqlite.readonly import DamagedDatabaseError, LockedDatabaseError
from db.write.chain import Chain, genesis
from db.write.store import Store
from simulator.domain.errors import DatabaseError
from simulator.domain.write_set import WriteSet
from simulator.events import columns

VERSION = (1, 0, "Test", "GBP", 2, 5000, "the text")
EVENT_SCHEMA = {name: kind for name, kind in log.SCHEMA.items() if name != "subject"}
DECISION = {"decision_source": "client/x", "decision_id": "9", "decision_milestone": "m"}
LEADER = {"board": pl.String, "place": pl.Int64, "person": pl.Int64, "community": pl.String}
LEADER |= dict.fromkeys(("friends", "qualified", "issued_minor"), pl.Int64)
Make = Callable[[], Store]


def events(first: int, count: int) -> pl.DataFrame:
    """Events of several shapes, numbered from `first`."""
    made = []
    for seq in range(first, first + count):
        event: dict[str, Any] = dict.fromkeys(EVENT_SCHEMA)
        event |= {
            "seq": seq,
            "received_at": 10 * seq,
            "occurred_at": seq - 50,
            "source": "platform",
            "id": f"id'{seq}\n",
        }
        kinds: list[dict[str, Any]] = [
            {"type": "link.created", "person": seq % 7, "code": 'quote " and , comma'},
            {"type": "eligibility.confirmed", "person": 0, "eligible": seq % 4 == 1},
            {"type": "referral.shared", "person": 1, "code": "C", "channel": "ü", "reach": 2**53 - 1},
            {"type": "review.decided", "verdict": "approve", "by": "op", **DECISION},
        ]
        event |= kinds[seq % 4]
        made.append(event)
    return pl.DataFrame(made, schema=EVENT_SCHEMA)


PERSONS = pl.DataFrame({"id": range(7), "ref": [f"ref-{number}" for number in range(7)]})


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """`make()` gives a new store, each in a file of its own."""
    names = iter(f"{number}.db" for number in range(100))

    def store() -> Store:
        return Store.create(
            tmp_path / next(names), settings={"kind": "test", "seed": "1"}, version=VERSION, clock={}
        )

    return store


def select(store: Store, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
    """The rows of a SELECT."""
    return store.read(lambda query: query(sql, values))


def blocks(store: Store) -> list[tuple[Any, ...]]:
    return select(store, "SELECT * FROM block ORDER BY chain, number")


def test_events_come_back_as_they_went_in(make: Make) -> None:
    with make() as store:
        given = events(1, 50)
        store.write(WriteSet(persons=PERSONS, events=given))
        (read,) = store.events()
        assert read.schema == log.SCHEMA
        assert read.drop("subject").select(given.columns).equals(given)
        assert read["subject"].to_list() == [None if who is None else f"ref-{who}" for who in given["person"]]
        assert [frame.height for frame in store.events(after_seq=10, rows=15)] == [15, 15, 10]
        assert store.events_at([7, 3, 7])["seq"].to_list() == [7, 3, 7]
        assert store.events_at([]).schema == log.SCHEMA


def test_the_contract_the_frame_and_the_table_have_the_same_columns() -> None:
    contract = {name: pl.String() if name == "type" else kind for name, kind in columns.EVENT_SCHEMA.items()}
    assert list(log.SCHEMA.items()) == [*contract.items(), ("person", pl.Int64())]
    kinds = {int: pl.Int64(), bool: pl.Boolean(), object: pl.String()}  # a text's type is SQLModel's own
    table = {
        column.name: kinds[column.type.python_type] for column in SQLModel.metadata.tables["event"].columns
    }
    plain = {name: kind for name, kind in log.PLAIN.items() if name != "subject"}
    assert table == {**plain, "person": pl.Int64(), "steering": pl.String()}


@pytest.mark.parametrize("cuts", [[1] * 30 + [2270], [1024, 1024, 252], [1023, 2, 1275], [700, 700, 900]])
def test_blocks_and_rows_do_not_depend_on_the_batches(make: Make, cuts: list[int]) -> None:
    with make() as whole, make() as cut:
        whole.write(WriteSet(persons=PERSONS, events=events(1, 2300)))
        cut.write(WriteSet(persons=PERSONS))
        first = 1
        for count in cuts:
            cut.write(WriteSet(events=events(first, count)))
            first += count
        assert blocks(whole) == blocks(cut)
        assert [row[1:3] for row in blocks(whole)] == [(1, 1024), (2, 1024), (3, 252), (1, 7)]
        everything = "SELECT * FROM event ORDER BY seq"
        assert select(whole, everything) == select(cut, everything)


@pytest.mark.parametrize("count", [5, BLOCK_ROWS, BLOCK_ROWS + 1])
def test_a_reopened_chain_goes_on_where_it_was(make: Make, count: int) -> None:
    with make() as whole:
        whole.write(WriteSet(persons=PERSONS, events=events(1, count + 10)))
        expected = blocks(whole)
    with make() as store:
        store.write(WriteSet(persons=PERSONS, events=events(1, count)))
        path = store.path
    with Store.open(path) as store:
        store.write(WriteSet(events=events(count + 1, 10)))
        assert blocks(store) == expected


def test_a_block_is_what_its_description_says() -> None:
    first = genesis("event", "program")
    salts = of_key(bytes(32))
    chain = Chain("event", first, lambda _chain, _number: salts)
    (sealed,) = chain.extend([(1, "a", None), (2, None, "é")], [(2, "code", None)])
    rows = hashlib.sha256('[1,"a",null],[2,null,"é"],'.encode()).digest()
    committed = hashlib.sha256(salts.salts[1] + b'2,"code",null').digest()
    assert len(set(salts.salts)) == 1024
    assert sealed.hash == hashlib.sha256(first + rows + hashlib.sha256(committed).digest()).hexdigest()
    assert (sealed.number, sealed.rows, sealed.key) == (1, 2, "00" * 32)
    assert genesis("audit", "program") != first != genesis("event", "program ")


def test_salts_are_new_in_each_database_but_follow_from_the_seed_of_a_simulation(tmp_path: Path) -> None:
    def hashes(name: str, settings: dict[str, str]) -> list[tuple[str, str]]:
        with Store.create(tmp_path / name, settings=settings, version=VERSION, clock={}) as store:
            store.write(WriteSet(persons=PERSONS, events=events(1, 3)))
            return store._query("SELECT chain, hash FROM block ORDER BY chain")

    assert hashes("a.db", {"seed": "1"}) == hashes("b.db", {"seed": "1"}) != hashes("c.db", {"seed": "2"})
    assert hashes("d.db", {}) != hashes("e.db", {})


def test_rows_are_those_of_the_frame_with_nulls_where_it_has_no_column() -> None:
    frame = pl.DataFrame(
        {"k": [1, 2, 3], "a": ["x", None, "z"], "b": [None, None, None]}, schema_overrides={"b": pl.String}
    )
    (found,) = rows.slices(frame, ["k", "a", "b", "not there"])
    assert found == [(1, "x", None, None), (2, None, None, None), (3, "z", None, None)]


def test_batches_joined_leave_what_they_leave_one_by_one(make: Make) -> None:
    batches = [
        WriteSet(persons=PERSONS, events=events(1, 5), settings={"one": "1"}, clock={"sim_at": 5}),
        WriteSet(
            events=events(6, 3), settings={"one": "2", "two": "2"}, clock={"sim_at": 8, "status": "paused"}
        ),
    ]
    with make() as store:
        for batch in batches:
            store.write(batch)
        expected = (blocks(store), store.settings(), store.clock())
    with make() as store:
        store.write(WriteSet.joined(batches))
        assert (blocks(store), store.settings(), store.clock()) == expected


def test_a_batch_is_written_wholly_or_not_at_all(make: Make) -> None:
    with make() as store:
        store.write(WriteSet(persons=PERSONS, events=events(1, 5)))
        before = (blocks(store), store.settings())
        with pytest.raises(DatabaseError):
            store.write(WriteSet(events=events(5, 5), settings={"more": "1"}))  # seq 5 is there
        assert (blocks(store), store.settings()) == before


def test_rollups_add_up_and_noughts_leave_no_row(make: Make) -> None:
    def rollup(*lines: tuple[int, str, int, int]) -> pl.DataFrame:
        return pl.DataFrame(lines, schema=["hour", "metric", "count", "value"], orient="row")

    with make() as store:
        store.write(WriteSet(rollup=rollup((1, "a", 2, 5), (2, "a", 1, 1), (1, "b", 1, 7))))
        store.write(WriteSet(rollup=rollup((1, "a", 1, 1), (1, "b", -1, -7))))
        assert select(store, "SELECT * FROM total") == [("a", 4, 7)]
        assert select(store, "SELECT * FROM hour") == [(1, "a", 3, 6), (2, "a", 1, 1)]
        store.write(WriteSet(rollup=rollup((2, "a", -1, -1), (168, "a", 1, 1))))
        assert select(store, "SELECT * FROM hour") == [(1, "a", 3, 6), (168, "a", 1, 1)]
        assert select(store, "SELECT * FROM week") == [(0, "a", 3, 6), (1, "a", 1, 1)]


def test_lateness_keeps_the_worst_and_a_board_its_last_rows(make: Make) -> None:
    def late(*lines: tuple[int, str, int, int, int]) -> pl.DataFrame:
        return pl.DataFrame(lines, schema=["day", "type", "bucket", "count", "worst"], orient="row")

    def leaders(*numbers: int) -> pl.DataFrame:
        return pl.DataFrame(
            [("issued", n, 7 * n, None, 1, 1, n) for n in numbers], schema=LEADER, orient="row"
        )

    with make() as store:
        one = WriteSet(lateness=late((1, "t", 3, 2, 900), (2, "t", 3, 1, 800)), leaders=leaders(1, 2))
        two = WriteSet(
            lateness=late((2, "t", 3, 1, 950)), leaders=leaders(2).with_columns(person=pl.lit(99, pl.Int64))
        )
        store.write(WriteSet.joined([one, two]))
        assert select(store, "SELECT * FROM lateness") == [("t", 3, 4, 950)]
        assert select(store, "SELECT * FROM lateness_day") == [(1, "t", 3, 2, 900), (2, "t", 3, 2, 950)]
        assert select(store, "SELECT place, person FROM leader") == [(1, 7), (2, 99)]


def test_many_increments_add_up_as_few_do(make: Make) -> None:
    count = 3000  # of which 200 at once are added up without Polars
    place = pl.int_range(count)
    sums = pl.select(
        hour=place % 7 * 100,
        metric="m" + (place % 3).cast(pl.String),
        part="p" + (place % 11).cast(pl.String),
        count=place % 5 - 2,
        value=place * 13 % 101 - 50,
    )
    late = sums.select(day="hour", type="metric", bucket=place % 4, count="count", worst="value")
    tables = (
        "total",
        "hour",
        "week",
        "breakdown",
        "breakdown_hour",
        "breakdown_week",
        "lateness",
        "lateness_day",
    )
    found = []
    for at_once in (count, 200):
        with make() as store:
            for first in range(0, count, at_once):
                some = sums[first : first + at_once]
                store.write(
                    WriteSet(rollup=some.drop("part"), breakdown=some, lateness=late[first : first + at_once])
                )
            found.append([select(store, f"SELECT * FROM {table} ORDER BY 1, 2, 3") for table in tables])
    assert found[0] == found[1]
    assert all(found[0])


def test_settled_decisions_and_changed_rewards_are_updated(make: Make) -> None:
    decision = {
        "id": 1,
        "seq": 1,
        "milestone": "m",
        "friend": 0,
        "outcome": "review",
        "decided_at": 5,
        "failed": "[]",
        "offered": "[]",
    }
    with make() as store:
        store.write(WriteSet(decisions=pl.DataFrame([decision | {"program_version": 1}])))
        settled = pl.DataFrame([{"id": 1, "outcome": "refused", "reason": "declined", "decided_at": 9}])
        store.write(WriteSet(settled=settled))
        assert select(store, "SELECT outcome, reason, decided_at FROM decision") == [
            ("refused", "declined", 9)
        ]


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("eligible", 2, "eligible holds 2"),
        ("reach", "many", "reach holds 'many'"),
        ("steering", "[1]", "steering holds"),
    ],
)
def test_a_value_that_no_event_holds_is_named(make: Make, column: str, value: object, said: str) -> None:
    with make() as store:
        store.write(WriteSet(persons=PERSONS, events=events(1, 8)))
        path = store.path
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"UPDATE event SET {column} = ? WHERE seq = 4", (value,))
        connection.commit()
        with pytest.raises(DamagedDatabaseError, match=f"event 4: {said}"):
            list(log.read(connection, 0, 100))
    with pytest.raises(DamagedDatabaseError, match="block 1 of the event chain"):
        Store.open(path)


def test_only_one_writer_and_a_dead_ones_lock_is_free(make: Make, tmp_path: Path) -> None:
    store = make()
    with pytest.raises(LockedDatabaseError, match=f"process {os.getpid()} is writing it"):
        Store.open(store.path)
    store.close()
    # left by a process that was killed
    store.path.with_name(store.path.name + ".lock").write_text("4194305\n")
    Store.open(store.path).close()
    lock = WriterLock(tmp_path / "x.db")
    lock.release()
    lock.release()
    assert not (tmp_path / "x.db.lock").exists()


@pytest.mark.parametrize(
    ("setup", "said"),
    [
        ("CREATE TABLE t (a)", "not of referral-tui"),
        ("PRAGMA user_version = 9", "of schema 9"),
        ("UPDATE setting SET value = '0' WHERE name = 'schema'", "of schema 0"),
        ("DELETE FROM program_version", "no program"),
    ],
)
def test_what_can_not_be_opened_is_said(make: Make, tmp_path: Path, setup: str, said: str) -> None:
    path = tmp_path / "foreign.db"
    if not setup.startswith("CREATE"):
        with make() as store:
            path = store.path
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(setup)
        connection.commit()
    with pytest.raises(DatabaseError, match=said):
        Store.open(path)
    assert not path.with_name(path.name + ".lock").exists()


def test_a_file_beside_the_database_says_what_it_is(make: Make, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "a.crm.db")) as connection:
        connection.execute("CREATE TABLE customer (ref)")
    with pytest.raises(
        DatabaseError, match=r"holds the client's customer system; name the platform's .*, a\.db"
    ):
        Store.open(tmp_path / "a.crm.db")


@pytest.mark.parametrize("what", ["there", "folder", "no folder"])
def test_what_can_not_be_made_is_said(tmp_path: Path, what: str) -> None:
    path = {"there": tmp_path / "a.db", "folder": tmp_path, "no folder": tmp_path / "none" / "a.db"}[what]
    if what == "there":
        path.write_text("something")
    said = {"there": "already exists", "folder": "is a folder", "no folder": "."}[what]
    with pytest.raises(DatabaseError, match=said):
        Store.create(path, settings={}, version=VERSION, clock={})
    assert not list(tmp_path.glob("*.lock"))


@pytest.mark.parametrize(
    ("index", "sql"),
    [
        (
            "event_link",
            "SELECT person FROM event WHERE type = 'link.created' AND code = ? AND seq < 9 ORDER BY seq",
        ),
        (
            "attribution_channel",
            "SELECT seq FROM attribution WHERE channel = ? AND seq < 9 ORDER BY seq DESC",
        ),
        ("attribution_code", "SELECT seq FROM attribution WHERE code = ? AND seq < 9 ORDER BY seq DESC"),
        ("attribution_referrer", "SELECT friend FROM attribution WHERE referrer = ? ORDER BY seq DESC"),
        ("decision_review", "SELECT * FROM decision WHERE outcome = 'review' AND id < ? ORDER BY id DESC"),
        ("reward_recipient", "SELECT * FROM reward WHERE reward = 'a' AND role = 'b' AND recipient IS ?"),
    ],
)
def test_what_is_looked_for_is_found_by_an_index_in_its_order(make: Make, index: str, sql: str) -> None:
    with make() as store:
        store.index()
        (plan,) = select(store, f"EXPLAIN QUERY PLAN {sql}", ("A",))
        assert index in plan[-1]

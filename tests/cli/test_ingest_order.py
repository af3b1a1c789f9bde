"""Files in the wrong order, histories without times of receipt, and exit statuses of refused messages."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from db.read.summary import conversions_before_visits
from simulator.files import merging
from simulator.files.lines import read
from tests.cli.nasty import DAY, HOUR, START, Cli, message

WHO: dict[str, Any] = {
    "contact_ref": "c-ann",
    "contact_kind": "email",
    "via": "sso",
    "referrer_kind": "customer",
}
CLICKS = [
    message("w1", "customer.identified", "ann", START, **WHO),
    message("l1", "link.created", "ann", START + 1, code="ANN"),
    message("v1", "friend.visited", "ben", START + HOUR, code="ANN", channel="email"),
]
ORDERS = [message("b1", "service.activated", "ben", START + DAY)]
BAD = {"specversion": "1.0"}


def write(path: Path, events: list[dict[str, Any]], *, stated: bool = False) -> Path:
    kept = [{k: v for k, v in event.items() if stated or k != "receivedat"} for event in events]
    path.write_text("".join(json.dumps(event) + "\n" for event in kept))
    return path


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """The file of orders before the file of clicks, as two exports of an old system."""
    return [write(tmp_path / "orders.jsonl", ORDERS), write(tmp_path / "clicks.jsonl", CLICKS)]


def test_the_orders_file_may_come_before_the_clicks_file(
    cli: Cli, program: Path, tmp_path: Path, files: list[Path]
) -> None:
    ran = cli("ingest", "--db", tmp_path / "a.db", "--program", program, "--json", *files)
    assert (ran.json["attributions"], ran.err) == (1, "")


def test_as_given_warns_of_conversions_that_came_before_their_visit(
    cli: Cli, program: Path, tmp_path: Path, files: list[Path]
) -> None:
    db = tmp_path / "a.db"
    ran = cli("ingest", "--db", db, "--program", program, "--as-given", "--json", *files)
    assert (ran.json["attributions"], ran.json["conversions_before_visits"]) == (0, 1)
    assert ran.err.startswith("warning: 1 conversion arrived before a visit that had happened earlier")


def test_the_warning_costs_the_same_for_each_conversion_of_a_friend_with_very_many(
    cli: Cli, program: Path, tmp_path: Path
) -> None:
    def steps(conversions: int) -> float:
        """Count SQLite's steps, in hundreds, for each conversion; two in three came before the only visit."""
        orders = [message(f"b{i}", "service.activated", "ben", START + DAY + i) for i in range(conversions)]
        orders.insert(
            conversions * 2 // 3, message("v", "friend.visited", "ben", START, code="X", channel="email")
        )
        db, file = tmp_path / f"{conversions}.db", write(tmp_path / "many.jsonl", orders)
        args = ("ingest", "--db", db, "--program", program, "--as-given", "--json", file)
        assert cli(*args).json["conversions_before_visits"] == conversions * 2 // 3
        taken = 0

        def step() -> int:
            nonlocal taken
            taken += 1
            return 0

        with closing(sqlite3.connect(db)) as connection:
            connection.set_progress_handler(step, 100)
            conversions_before_visits(lambda sql, values: connection.execute(sql, values).fetchall(), 0)
        return taken / conversions

    assert steps(1_600) < 1.5 * steps(400)


def test_a_history_is_received_as_it_occurred_so_that_its_holds_are_over(
    cli: Cli, program: Path, tmp_path: Path, files: list[Path]
) -> None:
    db = tmp_path / "a.db"
    ran = cli("ingest", "--db", db, "--program", program, "--received-as-occurred", "--json", *files)
    assert (set(ran.json["rewards"]), ran.json["clamped"], ran.err) == ({"issued"}, 0, "")
    rows = [json.loads(line) for line in cli("export", "events", "--db", db).out.splitlines()]
    assert [row["receivedat"] for row in rows] == [START, START + 1, START + HOUR, START + DAY]
    assert cli("verify", "--db", db).status == 0


def test_a_history_into_a_database_that_is_further_says_so(
    cli: Cli, program: Path, tmp_path: Path, files: list[Path]
) -> None:
    orders, clicks = files
    args = ("ingest", "--db", tmp_path / "a.db", "--program", program, "--received-as-occurred")
    assert cli(*args, clicks).err == ""
    ran = cli(*args, orders)
    assert ran.err.startswith(
        "warning: 1 time of receipt was moved up: they occurred before the newest receipt"
    )
    assert cli(*args, clicks, orders).err == ""  # which adds nothing


def test_replayed_files_are_merged_by_receipt(cli: Cli, program: Path, tmp_path: Path) -> None:
    parts = [
        write(tmp_path / "o.jsonl", ORDERS, stated=True),
        write(tmp_path / "c.jsonl", CLICKS, stated=True),
    ]
    ran = cli("ingest", "--db", tmp_path / "a.db", "--program", program, "--replay", "--json", *parts)
    assert (ran.json["attributions"], ran.json["clamped"]) == (1, 0)


def test_two_ways_to_say_when_events_were_received_are_one_too_many(
    cli: Cli, program: Path, tmp_path: Path, files: list[Path]
) -> None:
    ran = cli(
        "ingest",
        "--db",
        tmp_path / "a.db",
        "--program",
        program,
        "--replay",
        "--received-as-occurred",
        *files,
    )
    assert (ran.status, len(ran.err.splitlines())) == (2, 1)


@pytest.mark.parametrize("run_bytes", [1, 600, 10**9])
def test_a_file_out_of_order_is_sorted_within_bounds(tmp_path: Path, run_bytes: int) -> None:
    events = [message(f"e{n}", "session.authenticated", "ben", START + n * HOUR) for n in (3, 1, 2, 1, 0)]
    path = write(tmp_path / "a.jsonl", [events[0], BAD, *events[1:]])
    other = write(tmp_path / "b.jsonl", [message("o", "session.authenticated", "ann", START + 2 * HOUR)])
    found = list(merging.merged([path, other], replay=False, run_bytes=run_bytes))
    assert [line.at for line in found] == sorted(line.at for line in [*read(path), *read(other)])
    names = [(line.file, line.number) for line in found if line.at == START + 2 * HOUR]
    assert names == [(str(path), 4), (str(other), 1)]
    stays = [line.number for line in found if line.at == START + 3 * HOUR]
    assert stays == [1, 2]  # what states no time stays behind the line before


def test_a_call_of_which_every_message_is_refused_fails(cli: Cli, program: Path, tmp_path: Path) -> None:
    bad = write(tmp_path / "bad.jsonl", [BAD, BAD])
    ran = cli("ingest", "--db", tmp_path / "a.db", "--program", program, bad)
    assert ran.status == 2
    assert f"all 2 messages were refused; the first: {bad}:1: id: " in ran.err


@pytest.mark.parametrize(("strict", "status"), [([], 0), (["--strict"], 1)])
def test_strict_fails_where_any_message_is_refused(
    cli: Cli, program: Path, tmp_path: Path, strict: list[str], status: int
) -> None:
    some = write(tmp_path / "some.jsonl", [*CLICKS, BAD])
    assert cli("ingest", "--db", tmp_path / "a.db", "--program", program, *strict, some).status == status


def test_a_dry_run_names_file_line_field_and_reason_and_stores_nothing(cli: Cli, tmp_path: Path) -> None:
    some = write(tmp_path / "some.jsonl", [CLICKS[0], BAD])
    table = tmp_path / "some.csv"
    table.write_text(
        "specversion,id,source,type,time,subject,data.code\n1.0,x,platform,link.created,never,ann,A\n"
    )
    ran = cli("ingest", "--dry-run", "--db", tmp_path / "a.db", some, table)
    assert ran.status == 1
    first, second, _ = ran.out.splitlines()
    assert first.startswith(f"{some}:2: id: ")
    assert second.startswith(f"{table}:2: time: ")
    assert not (tmp_path / "a.db").exists()
    told = cli("ingest", "--dry-run", "--json", some, table).json
    assert [(one["file"], one["line"], one["field"]) for one in told["refused"]] == [
        (str(some), 2, "id"),
        (str(table), 2, "time"),
    ]


def test_quarantine_keeps_file_and_line_of_merged_files_too(cli: Cli, program: Path, tmp_path: Path) -> None:
    table = tmp_path / "some.csv"
    table.write_text(
        'specversion,id,source,type,time,subject,data.code\n1.0,"a\nb",platform,link.created,2026-01-01T00:00:00Z,ann,A\n'
        "1.0,x,platform,link.created,never,ann,A\n"
    )
    some, db = write(tmp_path / "some.jsonl", [*CLICKS, BAD]), tmp_path / "a.db"
    assert cli("ingest", "--db", db, "--program", program, some, table).status == 0
    rows = [json.loads(line) for line in cli("export", "quarantine", "--db", db).out.splitlines()]
    places = {(row["file"], row["line"]) for row in rows}
    assert {(str(some), 4), (str(table), 4)} <= places

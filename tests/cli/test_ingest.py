"""Ingest: receipts, batches, times, several files, standard input, and every kind of misuse."""

from __future__ import annotations

import io
import json
import random
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.cli.nasty import PROGRAM, START, Cli, message

Exports = Callable[..., dict[str, bytes]]
NOW = START + 60 * 86_400_000


@pytest.mark.parametrize("batch", [1, 7, 100_000])
def test_any_cut_gives_the_same_bytes(
    cli: Cli, exports: Exports, tmp_path: Path, program: Path, nasty_file: Path, batch: int
) -> None:
    whole, cut = tmp_path / "whole.db", tmp_path / "cut.db"
    lines = nasty_file.read_bytes().splitlines(keepends=True)[: {1: 80, 7: 300}.get(batch)]
    nasty_file.write_bytes(b"".join(lines))
    for db, size in ((whole, 500), (cut, batch)):
        ran = cli(
            "ingest", "--db", db, "--program", program, "--replay", "--batch", size, "--now", NOW, nasty_file
        )
        assert (ran.status, ran.err) == (0, "")
    for form in ("jsonl", "csv", "parquet"):
        assert exports(whole, form) == exports(cut, form)


def test_a_final_time_that_has_passed_stores_nothing(
    cli: Cli, tmp_path: Path, program: Path, nasty_file: Path
) -> None:
    db = tmp_path / "a.db"
    ran = cli("ingest", "--db", db, "--program", program, "--now", "2020-01-01", nasty_file)
    assert ran.status == 2
    assert ran.err.startswith("referral-tui: --now: 1 January 2020, 00:00 UTC has passed")
    assert ran.err.count("\n") == 1
    assert cli("export", "events", "--db", db).out == ""


def test_the_figures_add_up(
    cli: Cli, tmp_path: Path, program: Path, nasty_file: Path, nasty: list[bytes]
) -> None:
    db = tmp_path / "a.db"
    ran = cli("ingest", "--db", db, "--program", program, "--replay", "--json", nasty_file).json
    assert ran["received"] == len(nasty)
    assert ran["received"] == ran["accepted"] + ran["duplicate"] + ran["conflict"] + ran["malformed"]
    assert min(ran["duplicate"], ran["conflict"], ran["malformed"], ran["attributions"]) > 0
    assert set(ran["decisions"]) == {"qualified", "refused", "review", "ignored"}
    assert {"issued", "counted", "voided", "revoked"} <= set(ran["rewards"])
    assert all(set(line) == {"count", "value_minor"} for line in ran["rewards"].values())
    assert ran["events_per_second"] > 0
    assert set(ran["chain"]) == {"event", "audit", "person", "quarantine"}
    decisions = [json.loads(line) for line in cli("export", "decisions", "--db", db).out.splitlines()]
    assert sum(ran["decisions"].values()) == len(decisions)
    rewards = [json.loads(line) for line in cli("export", "rewards", "--db", db).out.splitlines()]
    for state, line in ran["rewards"].items():
        mine = [reward["value_minor"] for reward in rewards if reward["state"] == state]
        assert line == {"count": len(mine), "value_minor": sum(mine)}


def test_the_human_summary_says_the_same(cli: Cli, tmp_path: Path, program: Path, nasty_file: Path) -> None:
    ran = cli("ingest", "--db", tmp_path / "a.db", "--program", program, "--replay", nasty_file)
    assert ran.status == 0
    assert "accepted" in ran.out
    assert "newest hash of the event chain" in ran.out
    assert f"export quarantine --db {tmp_path / 'a.db'}\n" in ran.out
    assert "minor units" not in ran.out
    figures = cli("ingest", "--db", tmp_path / "a.db", "--replay", "--json", nasty_file).json
    for state, line in figures["rewards"].items():
        noun = "reward" if line["count"] == 1 else "rewards"
        assert f"  {state:<12}{line['count']:>12}  {noun}, £{line['value_minor'] / 100:,.2f}\n" in ran.out


def test_exported_events_fed_back_give_the_same_outcome(
    cli: Cli, exports: Exports, tmp_path: Path, program: Path, nasty_file: Path
) -> None:
    first = tmp_path / "first.db"
    cli("ingest", "--db", first, "--program", program, "--replay", "--now", NOW, nasty_file)
    same = ("events", "attributions", "decisions", "rewards", "audit")
    for form in ("jsonl", "csv"):
        again, back = tmp_path / f"{form}.db", tmp_path / f"back.{form}"
        assert cli("export", "events", "--db", first, "--format", form, "--out", back).status == 0
        ran = cli(
            "ingest", "--db", again, "--program", program, "--replay", "--now", NOW, "--json", back
        ).json
        assert ran["received"] == ran["accepted"]
        assert exports(first, whats=same) == exports(again, whats=same)


@pytest.mark.parametrize("replay", [True, False])
def test_accepted_messages_again_in_any_order_add_duplicates_only(
    cli: Cli, exports: Exports, tmp_path: Path, program: Path, nasty_file: Path, replay: bool
) -> None:
    db = tmp_path / "a.db"
    flags: tuple[object, ...] = ("--replay", "--now", NOW)
    cli("ingest", "--db", db, "--program", program, *flags, nasty_file)
    before = exports(db)
    accepted = before["events"].splitlines(keepends=True)
    random.Random(3).shuffle(accepted)
    again = tmp_path / "again.jsonl"
    again.write_bytes(b"".join(accepted))
    flags = flags if replay else ()
    ran = cli("ingest", "--db", db, *flags, "--json", "--batch", 100, again).json
    assert ran["duplicate"] == ran["received"] == len(accepted)
    assert exports(db) == before
    assert cli("verify", "--db", db).status == 0


def test_replay_ends_at_the_newest_receipt(cli: Cli, tmp_path: Path, program: Path, nasty_file: Path) -> None:
    db = tmp_path / "a.db"
    first = cli("ingest", "--db", db, "--program", program, "--replay", "--json", nasty_file).json
    newest = max(
        json.loads(line)["receivedat"] for line in cli("export", "events", "--db", db).out.splitlines()
    )
    assert first["now"] >= newest
    again = cli("ingest", "--db", db, "--replay", "--json", nasty_file).json
    assert again["now"] == first["now"]


def test_without_replay_the_clock_stamps_receipts(cli: Cli, tmp_path: Path, program: Path) -> None:
    file, db = tmp_path / "a.jsonl", tmp_path / "a.db"
    file.write_text(json.dumps(message("1", "link.created", "p-1", START, code="A")))
    ran = cli("ingest", "--db", db, "--program", program, "--json", file).json
    (event,) = (json.loads(line) for line in cli("export", "events", "--db", db).out.splitlines())
    assert START < event["receivedat"] <= ran["now"]


def test_a_now_before_the_newest_receipt_says_the_earliest_and_keeps_the_events(
    cli: Cli, tmp_path: Path, program: Path, nasty_file: Path
) -> None:
    db = tmp_path / "a.db"
    ran = cli("ingest", "--db", db, "--program", program, "--replay", "--now", START, nasty_file)
    assert ran.status == 2
    assert ran.err.count("\n") == 1
    events = [json.loads(line) for line in cli("export", "events", "--db", db).out.splitlines()]
    newest = max(event["receivedat"] for event in events)
    assert f"({newest})" in ran.err
    ran = cli("ingest", "--db", db, "--replay", "--now", newest, "--json", nasty_file)
    assert ran.status == 0
    assert ran.json["accepted"] == 0


def test_clamped_times_are_said(cli: Cli, tmp_path: Path, program: Path) -> None:
    file = tmp_path / "a.jsonl"
    events = [
        message("1", "link.created", "p-1", START + 5, code="A"),
        message("2", "link.created", "p-1", START, code="B"),
    ]
    file.write_text("\n".join(map(json.dumps, events)))
    ran = cli("ingest", "--db", tmp_path / "a.db", "--program", program, "--replay", "--json", file)
    assert ran.json["clamped"] == 1
    assert "1 time of receipt was moved up" in ran.err


def test_times_of_duplicates_are_not_said_to_be_moved_up(cli: Cli, tmp_path: Path, program: Path) -> None:
    file = tmp_path / "a.jsonl"
    events = [message(code, "link.created", "p-1", START, code=code) for code in "ABC"]
    file.write_text("\n".join(map(json.dumps, events)))
    again = ("ingest", "--db", tmp_path / "a.db", "--replay", "--json")
    assert cli(*again, "--program", program, file).json["accepted"] == 3
    ran = cli(*again, file)
    assert (ran.json["duplicate"], ran.json["clamped"], ran.err) == (3, 0, "")


def test_several_files_and_standard_input_are_one_log(
    cli: Cli,
    exports: Exports,
    tmp_path: Path,
    program: Path,
    nasty: list[bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole, parts = tmp_path / "whole.jsonl", [tmp_path / "1.jsonl", tmp_path / "2.ndjson"]
    whole.write_bytes(b"".join(nasty[:300]))
    parts[0].write_bytes(b"".join(nasty[:100]))
    parts[1].write_bytes(b"".join(nasty[100:200]))
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"".join(nasty[200:300]))))
    common = ("--program", program, "--replay", "--now", NOW)
    assert cli("ingest", "--db", tmp_path / "a.db", *common, whole).status == 0
    assert cli("ingest", "--db", tmp_path / "b.db", *common, *parts, "-").status == 0
    one, other = exports(tmp_path / "a.db"), exports(tmp_path / "b.db")
    assert one.pop("quarantine") != other.pop("quarantine")  # which names the files
    assert one == other


def test_bad_lines_are_quarantined_with_a_reason_and_nothing_is_lost(
    cli: Cli, tmp_path: Path, program: Path
) -> None:
    good = message("ok", "link.created", "p-1", START, code="A")
    bad = [
        b'{"specversion":"1.0","id":"cut","sour',
        json.dumps(message("type", "link.created", "p-1", START, code=5)).encode(),
        json.dumps(message("field", "link.created", "p-1", START, code="B", colour="red")).encode(),
        json.dumps(message("mail", "link.created", "ann@example.com", START, code="C")).encode(),
        b'{"specversion":"1.0","id":"\xff"}',
        json.dumps(message("long", "link.created", "p-1", START, code="x" * 10_000_000)).encode(),
    ]
    file, db = tmp_path / "a.jsonl", tmp_path / "a.db"
    file.write_bytes(b"\n".join([*bad[:3], b"", b"  ", *bad[3:], json.dumps(good).encode()]))
    ran = cli("ingest", "--db", db, "--program", program, "--replay", "--json", file).json
    assert (ran["received"], ran["accepted"], ran["malformed"]) == (7, 1, 6)
    rows = [json.loads(line) for line in cli("export", "quarantine", "--db", db).out.splitlines()]
    assert [row["receipt"] for row in rows] == ["malformed"] * 6
    assert all(row["reason"] for row in rows)
    assert rows[1]["field"] == "data.code"
    assert rows[2]["field"] == "data.colour"
    assert "ann@example.com" not in json.dumps(rows)
    assert b"ann@example.com" not in db.read_bytes()
    assert len(rows[5]["message"]) == 1_001  # its beginning
    assert cli("verify", "--db", db).status == 0


def test_conflicts_are_quarantined_in_order_of_arrival(cli: Cli, tmp_path: Path, program: Path) -> None:
    file, db = tmp_path / "a.jsonl", tmp_path / "a.db"
    first = message("1", "link.created", "p-1", START, code="A")
    lines = [
        json.dumps(first),
        "nonsense",
        json.dumps(first | {"data": {"code": "B"}}),
        "[]",
        json.dumps(first),
    ]
    file.write_text("\n".join(lines))
    ran = cli("ingest", "--db", db, "--program", program, "--replay", "--json", file).json
    assert (ran["accepted"], ran["duplicate"], ran["conflict"], ran["malformed"]) == (1, 1, 1, 2)
    rows = [json.loads(line) for line in cli("export", "quarantine", "--db", db).out.splitlines()]
    assert [row["receipt"] for row in rows] == ["malformed", "conflict", "malformed"]
    assert rows[1]["field"] == "data.code"
    assert "new id" in rows[1]["reason"]
    assert json.loads(rows[1]["message"])["data"] == {"code": "B"}


def test_an_order_number_as_id_stays_readable_and_a_raw_contact_as_id_is_refused(
    cli: Cli, tmp_path: Path, program: Path
) -> None:
    file, db = tmp_path / "a.jsonl", tmp_path / "a.db"
    ids = ("07700900123", "ann%40example.com", "order-1234567", "visit 2026-01-01", "+44 7700 900123")
    first = [message(own, "link.created", "p-1", START, code=f"A{place}") for place, own in enumerate(ids)]
    other = [event | {"subject": "p-2"} for event in first]
    file.write_text("\n".join(map(json.dumps, first + other)))
    ran = cli("ingest", "--db", db, "--program", program, "--replay", "--json", file).json
    assert (ran["accepted"], ran["conflict"]) == (3, 3)
    rows = [json.loads(line) for line in cli("export", "quarantine", "--db", db).out.splitlines()]
    assert [row["id"] for row in rows if row["receipt"] == "conflict"] == [ids[0], *ids[2:4]]
    assert [row["id"] for row in rows if row["receipt"] == "malformed"] == ["[e-mail]", "[phone]"] * 2
    assert "ann%40" not in json.dumps(rows)
    assert "900123" not in json.dumps(rows).replace(ids[0], "")


def test_an_empty_file_is_as_good_as_none_for_a_new_database(
    cli: Cli, tmp_path: Path, program: Path, nasty_file: Path
) -> None:
    db = tmp_path / "a.db"
    db.touch()
    ran = cli("ingest", "--db", db, nasty_file)
    assert ran.status == 2
    assert "the file is empty" in ran.err
    assert cli("ingest", "--db", db, "--program", program, "--replay", nasty_file).status == 0


@pytest.mark.parametrize(
    "change", ["PRAGMA user_version = 0", "UPDATE setting SET value = 0 WHERE name = 'schema'"]
)
@pytest.mark.parametrize("command", ["ingest", "export", "verify", "explain", "review"])
def test_a_database_of_another_schema_is_one_line_for_every_command(
    cli: Cli, tmp_path: Path, program: Path, nasty_file: Path, change: str, command: str
) -> None:
    db, empty = tmp_path / "a.db", tmp_path / "empty.jsonl"
    empty.touch()
    assert cli("ingest", "--db", db, "--program", program, "--replay", empty).status == 0
    with closing(sqlite3.connect(db)) as connection:
        connection.execute(change)
        connection.commit()
    rest: dict[str, list[object]] = {
        "ingest": [nasty_file],
        "export": ["events"],
        "explain": ["p-1"],
        "review": ["list"],
    }
    ran = cli(command, *rest.get(command, []), "--db", db)
    assert (ran.status, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert "of schema 0" in ran.err


def test_a_simulation_is_finished_before_real_events_come_in(
    cli: Cli, tmp_path: Path, nasty_file: Path
) -> None:
    db = tmp_path / "a.db"
    options = ("simulate", "--referrers", 50, "--days", 3, "--db", db)
    assert cli(*options, "--json").status == 0
    with closing(sqlite3.connect(db)) as connection:
        ((told,),) = connection.execute("SELECT watermark FROM clock")
        connection.execute("UPDATE clock SET watermark = 0, status = 'stopped'")
        connection.commit()
    ran = cli("ingest", "--db", db, nasty_file)
    assert (ran.status, ran.err.count("\n")) == (2, 1)
    assert "simulate --resume" in ran.err
    assert cli("simulate", "--resume", "--db", db).status == 0
    ran = cli("ingest", "--db", db, "--replay", "--now", told + 90 * 86_400_000, "--json", nasty_file)
    assert ran.json["accepted"] > 0
    ran = cli("simulate", "--resume", "--db", db, "--json")  # finished, whatever came in since
    assert (ran.status, ran.json["status"]) == (0, "finished")
    assert cli("verify", "--db", db).status == 0


@pytest.fixture
def wrong(tmp_path: Path, program: Path) -> Callable[[str], list[object]]:
    """Command lines that are wrong, by name."""
    good = tmp_path / "good.jsonl"
    good.write_text(json.dumps(message("1", "link.created", "p-1", START, code="A")))
    headless = tmp_path / "headless.csv"
    headless.write_text("1.0,1,platform,link.created\n")
    spread, wide = tmp_path / "spread.csv", tmp_path / "wide.csv"
    spread.write_text("specversion;id;source;type;time\n")
    wide.write_text("specversion,id,source,type,time\n", encoding="utf-16")
    lined = tmp_path / "lined.jsonl"
    lined.write_text(good.read_text(), encoding="utf-16")
    odd = tmp_path / "events.xlsx"
    odd.write_text("x")
    unknown = tmp_path / "unknown.toml"
    unknown.write_text(PROGRAM.replace("same_person", "same_shoe"))
    start = ["ingest", "--db", tmp_path / "new.db", "--program", program]
    lines: dict[str, list[object]] = {
        "no such file": [*start, tmp_path / "none.jsonl"],
        "is a folder": [*start, tmp_path],
        "unknown kind": [*start, odd],
        "no header row": [*start, headless],
        "semicolons between the columns; save the file with commas": [*start, spread],
        "not UTF-8 but UTF-16": [*start, good, wide],
        "UTF-16; save the file in UTF-8": [*start, lined],
        "--program": ["ingest", "--db", tmp_path / "new.db", good],
        "same_shoe": ["ingest", "--db", tmp_path / "new.db", "--program", unknown, good],
        "telecom": ["ingest", "--db", tmp_path / "new.db", "--program", "telecm", good],
        "RFC 3339": [*start, "--now", "yesterday", good],
        "batch": [*start, "--batch", "0", good],
        "once": [*start, "-", "-"],
    }
    return lines.__getitem__


@pytest.mark.parametrize(
    "said",
    [
        "no such file",
        "is a folder",
        "unknown kind",
        "no header row",
        "semicolons between the columns; save the file with commas",
        "not UTF-8 but UTF-16",
        "UTF-16; save the file in UTF-8",
        "--program",
        "same_shoe",
        "telecom",
        "RFC 3339",
        "batch",
        "once",
    ],
)
def test_wrong_use_is_one_line_and_nothing_is_written(
    cli: Cli, wrong: Callable[[str], list[object]], tmp_path: Path, said: str
) -> None:
    ran = cli(*wrong(said))
    assert ran.status == 2
    assert ran.err.count("\n") == 1
    assert said in ran.err
    assert "Traceback" not in ran.err
    assert not (tmp_path / "new.db").exists()

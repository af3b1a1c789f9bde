"""`map` and `ingest --map`: records of other systems become events, with a receipt each, and no contact is stored."""

from __future__ import annotations

import io
import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from simulator.mapping.hashing import Hasher
from simulator.mapping.shipped import find_mapping
from tests.cli.nasty import Cli

KEY = "0123456789abcdef0123456789abcdef"
CHARGE: dict[str, Any] = {
    "id": "evt_1",
    "type": "charge.succeeded",
    "created": 1772443802,
    "data": {
        "object": {
            "id": "ch_1",
            "amount": 4999,
            "billing_details": {"email": "Jane.Roe@example.com", "name": "Jane Roe"},
            "created": 1772443800,
            "currency": "gbp",
            "metadata": {"referral_code": "ANNA1"},
            "paid": True,
        }
    },
}
JANE = Hasher(KEY.encode()).email("jane.roe@example.com")
ORDERS = """type,CustomerEmail,OrderId,OrderDate,OrderTotal,OrderCurrency,Surprise
order,jane.roe@example.com,O-1,2026-03-02T09:30:00Z,49.99,GBP,x
order,jane.roe@example.com,O-2,2026-03-02T09:30:00Z,forty,GBP,x
register,jane.roe@example.com,,,,,x
order,jane.roe@example.com,O-4
"""


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    path = tmp_path / "secrets.toml"
    path.write_text(f'hash_key = "{KEY}"\n')
    return path


def lines(path: Path, *records: object) -> Path:
    path.write_text("".join((one if isinstance(one, str) else json.dumps(one)) + "\n" for one in records))
    return path


def rows(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_shipped_mappings_are_listed_and_shown(cli: Cli, tmp_path: Path) -> None:
    listed = cli("map", "list")
    assert listed.status == 0
    assert "stripe            json  Stripe: charges, refunds, lost disputes" in listed.out.splitlines()
    told = {one["name"]: one for one in json.loads(cli("map", "list", "--json").out)["mappings"]}
    assert told["shopify"]["signed"] is True
    assert told["mention-me"] | {"says": ""} == {
        "name": "mention-me",
        "says": "",
        "format": "csv",
        "source": "client/mention-me",
        "events": ["purchase.completed"],
        "hashes": True,
        "signed": False,
    }
    own = tmp_path / "own.toml"
    own.write_text(cli("map", "show", "stripe").out)
    assert (
        cli("map", "check", own).out == "stripe: Stripe: charges, refunds, lost disputes; 7 tests, 0 failed\n"
    )


def test_a_folder_of_the_name_of_a_shipped_mapping_is_no_mapping(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "stripe").mkdir()
    assert cli("map", "check", "stripe").status == 0


def test_records_that_are_all_skipped_have_their_rows(
    cli: Cli, tmp_path: Path, program: Path, secrets: Path
) -> None:
    events = lines(tmp_path / "events.jsonl", {"type": "ping"}, {"type": "pong"})
    common = ("--map", "stripe", "--secrets", secrets, "--db", tmp_path / "a.db", "--program", program)
    ran = cli("ingest", events, *common, "--receipts", "-")
    assert ran.status == 0
    assert [(one["line"], one["receipt"]) for one in rows(ran.out)] == [(1, "skipped"), (2, "skipped")]


def test_what_becomes_of_a_sample_is_shown_record_by_record(cli: Cli, tmp_path: Path) -> None:
    nobody = json.loads(json.dumps(CHARGE))
    nobody["data"]["object"]["billing_details"] = {}
    sample = lines(tmp_path / "events.jsonl", CHARGE, nobody, {"type": "customer.updated"})
    ran = cli("map", "check", "stripe", sample)
    assert ran.status == 1
    said = ran.out.splitlines()
    assert said[1] == "record in line 1:"
    assert said[2:4] == ["  purchase.paid  charge:ch_1", "    time = 2026-03-02T09:30:00.000Z"]
    assert said[4].startswith("    subject = ")
    assert said[5:8] == ["    amount_minor = 4999", "    currency = GBP", "    code = ANNA1"]
    assert said[8] == "  not used: id, created, data.object.billing_details.name"
    assert said[10].startswith("  refused: subject: nothing is at data.object.metadata.friend_ref or ")
    assert said[11].startswith("  missing: data.object.metadata.friend_ref, ")
    assert said[-2] == "record in line 3: skipped: no event of the mapping takes it"
    assert said[-1] == "3 records: 1 event, 1 skipped, 1 refused; nothing was stored"
    told = json.loads(cli("map", "check", "stripe", sample, "--json").out)
    assert [len(one["events"]) for one in told["records"]] == [1, 0, 0]


def test_a_mapping_whose_own_test_fails_is_said_to(cli: Cli, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(find_mapping("stripe").text.replace("amount_minor = 3999", "amount_minor = 4999"))
    ran = cli("map", "check", own)
    assert ran.status == 1
    assert "7 tests, 1 failed" in ran.out
    assert 'test "a refund of a part leaves the rest": data should be {' in ran.out


def test_records_become_events_with_receipts_and_no_contact_is_stored(
    cli: Cli, tmp_path: Path, program: Path, secrets: Path
) -> None:
    db, broken = tmp_path / "a.db", json.loads(json.dumps(CHARGE))
    broken["data"]["object"] |= {"id": "ch_2", "amount": "many"}
    events = lines(tmp_path / "events.jsonl", CHARGE, {"type": "ping"}, "", CHARGE, broken, "Jane Roe")
    ran = cli(
        "ingest",
        events,
        "--map",
        "stripe",
        "--secrets",
        secrets,
        "--db",
        db,
        "--program",
        program,
        "--receipts",
        "-",
    )
    assert ran.status == 0
    told = [(one["line"], one["receipt"], one["seq"], one["field"]) for one in rows(ran.out)]
    assert told == [
        (1, "accepted", 1, None),
        (2, "skipped", None, None),
        (4, "duplicate", 1, None),
        (5, "malformed", None, "data.amount_minor"),
        (6, "malformed", None, None),
    ]
    assert "records that no event of the mapping takes: 1" in ran.err
    (event,) = rows(cli("export", "events", "--db", db).out)
    assert (event["id"], event["subject"], event["source"]) == ("charge:ch_1", JANE, "client/stripe")
    with closing(sqlite3.connect(db)) as stored:
        whole = "\n".join(stored.iterdump()).lower()
    assert "jane" not in whole
    assert "roe@" not in whole
    quarantined = rows(cli("export", "quarantine", "--db", db).out)
    assert [(one["id"], one["line"]) for one in quarantined] == [("charge:ch_2", 5), (None, 6)]
    assert json.loads(quarantined[0]["message"])["subject"] == JANE


def test_a_csv_file_of_other_columns_is_read_by_its_mapping(
    cli: Cli, tmp_path: Path, program: Path, secrets: Path
) -> None:
    orders, receipts = tmp_path / "orders.csv", tmp_path / "receipts.csv"
    orders.write_text(ORDERS)
    common = ("ingest", orders, "--map", "mention-me", "--secrets", secrets, "--receipts", receipts)
    assert cli(*common, "--db", tmp_path / "a.db", "--program", program).status == 0
    told = [row.split(",")[1:5] for row in receipts.read_text().splitlines()[1:]]
    assert told == [
        ["2", "accepted", "1", ""],
        ["3", "malformed", "", "data.amount_minor"],
        ["4", "malformed", "", ""],
        ["5", "malformed", "", ""],
    ]
    assert "3 cells, where the header has 7 columns" in receipts.read_text()
    dry = cli(*common, "--dry-run", "--json")
    assert (dry.status, json.loads(dry.out)["malformed"]) == (1, 3)


def test_standing_input_is_mapped_as_it_comes(
    cli: Cli, tmp_path: Path, program: Path, secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = json.dumps(CHARGE, indent=1).encode()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(said)))
    db = tmp_path / "a.db"
    ran = cli(
        "ingest", "-", "--map", "stripe", "--secrets", secrets, "--db", db, "--program", program, "--json"
    )
    assert (ran.status, json.loads(ran.out)["accepted"]) == (0, 1)


def test_events_without_a_time_are_marked_as_inferred(
    cli: Cli, tmp_path: Path, program: Path, secrets: Path
) -> None:
    rows_of = "event_name,email,event_time,partner_event_id\nopened,jane.roe@example.com,,A-7\n"
    (tmp_path / "events.csv").write_text(rows_of)
    common = ("--map", "extole", "--secrets", secrets, "--db", tmp_path / "a.db")
    for receipt in ("accepted", "duplicate"):
        ran = cli("ingest", tmp_path / "events.csv", *common, "--program", program, "--json")
        assert json.loads(ran.out)[receipt] == 1
        assert json.loads(ran.out)["time_inferred"] == 1


def test_several_files_of_records_are_merged_by_time(
    cli: Cli, tmp_path: Path, program: Path, secrets: Path
) -> None:
    later, earlier = json.loads(json.dumps(CHARGE)), json.loads(json.dumps(CHARGE))
    earlier["data"]["object"] |= {"id": "ch_0", "created": 1772000000}
    files = (lines(tmp_path / "b.jsonl", later), lines(tmp_path / "a.jsonl", earlier))
    db = tmp_path / "a.db"
    assert (
        cli(
            "ingest", *files, "--map", "stripe", "--secrets", secrets, "--db", db, "--program", program
        ).status
        == 0
    )
    assert [one["id"] for one in rows(cli("export", "events", "--db", db).out)] == [
        "charge:ch_0",
        "charge:ch_1",
    ]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--map", "strype"], 'did you mean "stripe"?'),
        (["--map", "no/such.toml"], "can't be read"),
        (["--map", "stripe"], "needs the client's key"),
        (["--map", "stripe", "--replay"], "leave one out"),
        (
            ["--map", "stripe", "--secrets", "{short}"],
            "hash_key must be a random text of at least 16 characters",
        ),
        (["--map", "stripe", "--secrets", "{none}"], "can't be read"),
        (["--map", "mention-me", "--secrets", "{secrets}"], "the mapping mention-me reads CSV"),
        (["--secrets", "{secrets}"], "say which with --map"),
    ],
)
def test_what_cannot_be_mapped_is_said_before_a_database_is_made(
    cli: Cli, tmp_path: Path, program: Path, secrets: Path, given: list[str], said: str
) -> None:
    short = tmp_path / "short.toml"
    short.write_text('hash_key = "abc"\n')
    named = {"{short}": str(short), "{none}": str(tmp_path / "none.toml"), "{secrets}": str(secrets)}
    events = lines(tmp_path / "events.jsonl", CHARGE)
    db = tmp_path / "a.db"
    ran = cli("ingest", events, *(named.get(one, one) for one in given), "--db", db, "--program", program)
    assert ran.status == 2
    assert said in ran.err
    assert ran.err.count("\n") == 1
    assert "abc" not in ran.err
    assert not db.exists()


def test_a_server_without_mappings_says_that_it_uses_no_secrets(
    cli: Cli, tmp_path: Path, program: Path, secrets: Path
) -> None:
    ran = cli("serve", "--secrets", secrets, "--program", program, "--db", tmp_path / "a.db")
    assert (ran.status, ran.err.count("\n"), "say which with --map" in ran.err) == (2, 1, True)
    assert not (tmp_path / "a.db").exists()

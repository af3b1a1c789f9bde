"""`person show`: everything that is stored about a person, and nothing about anybody else."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from db.read.person_held import PEOPLE
from referral_tui.cli.app import run
from referral_tui.person_words import TABLES, held_lines
from simulator.domain.personal_data import COLUMN_ERASURE
from tests.cli.merged import merged_lines
from tests.cli.nasty import DAY, PROGRAM, START, Cli, message, nasty_lines


def made(folder: Path, lines: list[bytes]) -> Path:
    (folder / "log.jsonl").write_bytes(b"".join(lines))
    (folder / "program.toml").write_text(PROGRAM)
    path = folder / "shop.db"
    told = ("ingest", "--db", path, "--program", folder / "program.toml", "--replay", folder / "log.jsonl")
    assert run([str(one) for one in told]) == 0
    return path


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("person"), nasty_lines(people=60))


@pytest.fixture(scope="module")
def united(tmp_path_factory: pytest.TempPathFactory) -> Path:
    back = message("off-3", "conversion.reversed", None, START + 6 * DAY, reverses="bill-3")
    return made(tmp_path_factory.mktemp("united"), [*merged_lines(), json.dumps(back).encode() + b"\n"])


def everybody(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as db:
        return [ref for (ref,) in db.execute("SELECT ref FROM person ORDER BY id")]


def test_every_table_that_can_have_rows_about_a_person_is_told_of() -> None:
    assert TABLES.keys() == COLUMN_ERASURE.keys()
    assert PEOPLE.keys() <= TABLES.keys()
    for table, columns in PEOPLE.items():
        assert set(columns) <= COLUMN_ERASURE[table].keys()


def test_all_rows_that_point_to_a_person_are_there_and_counted(cli: Cli, shop: Path) -> None:
    for ref in everybody(shop)[:12]:
        told = cli("person", "show", ref, "--db", shop, "--json").json
        with closing(sqlite3.connect(shop)) as db:
            (number,) = db.execute("SELECT id FROM person WHERE ref = ?", (ref,)).fetchone()
            for table, columns in PEOPLE.items():
                where = " OR ".join(f"{column} = {number}" for column in columns)
                (count,) = db.execute(f"SELECT COUNT(*) FROM {table} WHERE {where}").fetchone()
                found = told["tables"][table]["rows"]
                assert len(found) >= count if table in ("event", "audit") else len(found) == count, table
        assert told["references"] == [ref]


def test_the_words_name_nobody_else(cli: Cli, shop: Path) -> None:
    people = everybody(shop)
    assert "another person" in cli("person", "show", people[0], "--db", shop).out
    for ref in people[:12]:
        ran = cli("person", "show", ref, "--db", shop)
        assert ran.status == 0
        others = {one for one in re.findall(r"\bp-\d+\b", ran.out) if one != ref}
        assert not others, others
        assert "Erasing replaces ref; the rest stays." in ran.out


def test_a_friends_facts_are_not_shown_to_the_referrer(cli: Cli, shop: Path) -> None:
    seen = {True: 0, False: 0}
    for ref in everybody(shop):
        rows = cli("person", "show", ref, "--db", shop, "--json").json["tables"]["decision"]["rows"]
        for row in rows:
            own = row["friend"] == "this person"
            seen[own] += 1
            assert own or "facts" not in row
    assert all(seen.values())


def test_a_merged_person_is_told_of_under_all_references_and_with_events_that_name_nobody(
    cli: Cli, united: Path
) -> None:
    whole = [cli("person", "show", one, "--db", united, "--json").json for one in ("guest", "fred")]
    assert whole[0] == whole[1]
    assert whole[0]["references"] == ["fred", "guest"]
    events = [row["id"] for row in whole[0]["tables"]["event"]["rows"]]
    assert {"bill-1", "bill-2", "bill-3", "claim-fred", "claim-guest", "off-3"} <= set(events)
    assert len(whole[0]["tables"]["merge"]["rows"]) == 1
    assert "link-ann" not in events


def test_a_referrer_is_told_how_often_others_used_the_code_but_not_who(cli: Cli, united: Path) -> None:
    told = cli("person", "show", "ann", "--db", united)
    assert "of other people's events, with a code, contact or device of this person's" in told.out
    assert "fred" not in told.out


def test_money_answers_and_what_was_chosen_are_told_in_words() -> None:
    reward = {"reward_source": "client/shop", "reward_id": "o1", "reward_reward": "gift", "choice": "points"}
    rows = [
        {
            "seq": 1,
            "type": "bill.paid",
            "at": START,
            "amount_minor": 1250,
            "currency": "GBP",
            "new_customer": 0,
        },
        {"seq": 2, "type": "reward.chosen", "at": START, "steering": json.dumps(reward)},
        {"seq": 3, "type": "customer.merged", "at": START, "steering": '{"into":"ann"}'},
    ]
    lines = [line for line in held_lines({"event": rows}, frozenset(), ("GBP", 2)) if line[2:3].isdigit()]
    trail = {"seq": 4, "at": START, "kind": "pending", "detail": "gift: 1500 to friend, release 1"}
    assert "  4: pending, 1 January 2026, 00:00 UTC, detail gift: £15.00 to friend, release 1" in held_lines(
        {"audit": [trail]}, frozenset(), ("GBP", 2)
    )
    assert lines == [
        "  1: bill.paid, 1 January 2026, 00:00 UTC, amount £12.50, new customer no",
        "  2: reward.chosen, 1 January 2026, 00:00 UTC, reward source client/shop, reward id o1, reward gift, "
        "choice points",
        "  3: customer.merged, 1 January 2026, 00:00 UTC, into ann",
    ]


def test_messages_that_were_refused_and_name_the_person_are_told_of(cli: Cli, tmp_path: Path) -> None:
    wrong = message("w", "customer.identified", "ann", START, contact_ref="c-ann", via="sms")
    path = made(tmp_path, [*merged_lines()[:4], json.dumps(wrong).encode() + b"\n"])
    told = cli("person", "show", "ann", "--db", path, "--json").json["tables"]["quarantine"]["rows"]
    assert [row["id"] for row in told] == ["w"]
    assert not cli("person", "show", "bob", "--db", path, "--json").json["tables"]["quarantine"]["rows"]


def test_who_is_not_there_is_said_in_a_line(cli: Cli, shop: Path) -> None:
    ran = cli("person", "show", "nobody-1", "--db", shop)
    assert ran.status == 2
    assert "nobody" in ran.err
    assert "has this reference" in ran.err

"""Erasing a person from what somebody wrote: reasons, refused messages, commands and files that tell of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from db.client.crm import Crm
from db.control import send
from simulator.domain.naming import mentioning
from simulator.proof.verify import verify
from tests.cli.forgotten import BY, occurrences, select
from tests.cli.nasty import DAY, START, Cli, message

PROGRAM = """
[program]
name = "Shop"
currency = "GBP"
[[milestone]]
name = "bought"
event = "purchase.paid"
[[reward]]
name = "credit"
to = "referrer"
on = "bought"
value = 5.00
hold = "30d"
[[reward]]
name = "share"
to = "friend"
on = "bought"
percent = 10
hold = "30d"
"""
SALE = {"source": "client/shop", "id": "sale", "milestone": "bought"}
ABOUT_ANN = {  # what each event says, and why it is gone when Ann is
    "c-ann": "moved to Leeds",  # her own account
    "veto": "looks odd",  # her own reward, in an event that names nobody
    "c-cleo": "sister of anna  smith",  # another's account
    "c-dora": "asked for ANNA SMITH",
    "c-eve": "she is ann (see there)",
    "c-finn": "wrote: Smith, Anna knows",
    "c-gus": "code ANN-7 was stolen",
}
OF_OTHERS = {"c-hal": "ann-2 and Annabel Smithson", "half": "half of it came back"}
REFUSED = "Zo\u00eb Anna Smith"


def sent(own: str, kind: str, subject: str | None, at: int, **data: Any) -> dict[str, Any]:
    made = message(own, kind, subject, START + at, **data)
    if kind.startswith(("customer.c", "purchase.", "conversion.")):
        made["source"] = "client/shop"
    return {name: value for name, value in made.items() if value is not None}


def log() -> list[dict[str, Any]]:
    events = [
        sent("l1", "link.created", "ann", 1, code="ANN-7"),
        sent("v1", "friend.claimed", "ben", 2, contact_ref="mail-of-ben", code="ANN-7"),
        sent("sale", "purchase.paid", "ben", DAY, amount_minor=10_000, currency="GBP"),
        sent("half", "conversion.adjusted", None, DAY + 1, adjusts="sale", amount_minor=5_000),
        sent("veto", "reward.vetoed", None, DAY + 2, reward=SALE | {"reward": "credit"}),
    ]
    events += [
        sent(own, "customer.closed", own.removeprefix("c-"), 2 * DAY + place)
        for place, own in enumerate([*ABOUT_ANN, *OF_OTHERS])
        if own.startswith("c-")
    ]
    for event in events:
        if (reason := (ABOUT_ANN | OF_OTHERS).get(event["id"])) is not None:
            event["data"]["reason"] = reason
    undeclared = sent("bad", "friend.claimed", "zed", 3 * DAY, contact_ref="mail-of-zed", name=REFUSED)
    unknown = sent("kept", "session.authenticated", "zed", 3 * DAY + 1) | {"note": "Anna Smith was here"}
    return [*events, undeclared, unknown]


@pytest.fixture
def db(cli: Cli, tmp_path: Path) -> Path:
    path = tmp_path / "a.db"
    (tmp_path / "p.toml").write_text(PROGRAM)
    (tmp_path / "log.jsonl").write_text("\n".join(map(json.dumps, log())))
    ran = cli("ingest", "--db", path, "--program", tmp_path / "p.toml", "--replay", tmp_path / "log.jsonl")
    assert "accepted              13" in ran.out, ran.out
    (tmp_path / "log.jsonl").unlink()
    record = {"ref": "ann", "name": "Anna Smith", "email": "anna@example.com", "phone": "+44 7700 900123"}
    record |= {"kind": "customer", "segment": "a", "country": "GB", "salt": "00" * 12}
    with Crm(path, b"key") as crm:
        crm.write(
            pl.DataFrame([record | {"joined": START, "label": None}], schema_overrides={"label": pl.String})
        )
    return path


def reasons(db: Path) -> dict[str, str]:
    sql = "SELECT id, json_extract(steering, '$.reason') FROM event WHERE steering IS NOT NULL"
    return {own: text for own, text in select(db, sql) if text is not None and not own.startswith("erasure-")}


def test_nothing_that_somebody_wrote_about_an_erased_person_is_left(cli: Cli, db: Path) -> None:
    send(db, "step", {"note": "as Anna Smith asked"})
    texts = [*ABOUT_ANN.values(), "Anna Smith"]
    assert [text for text in texts if not occurrences(text, db.parent)] == []
    ran = cli("erase", "ann", *BY, "--db", db, "--json")
    assert ran.json["erased"][0]["rows"]["quarantine"] == 1
    assert ran.json["beside"]["a.control.db"] == 1
    (db.parent / "out.jsonl").write_text(cli("export", "events", "--db", db, "--format", "jsonl").out)
    (db.parent / "out.csv").write_text(cli("export", "quarantine", "--db", db, "--format", "csv").out)
    assert {text: found for text in texts if (found := occurrences(text, db.parent))} == {}
    stands = ran.json["erased"][0]["pseudonym"]
    assert reasons(db) == dict.fromkeys(ABOUT_ANN, stands) | OF_OTHERS
    assert verify(db).difference is None
    (db.parent / "p.toml").write_text(PROGRAM)
    again = ("ingest", "--db", db.parent / "b.db", "--program", db.parent / "p.toml", "--replay")
    assert "malformed              0" in cli(*again, db.parent / "out.jsonl").out  # a veto still has a reason


def test_what_is_about_somebodys_conversion_goes_with_them_though_it_names_nobody(cli: Cli, db: Path) -> None:
    assert cli("erase", "ben", *BY, "--db", db).status == 0
    gone = {own for own, text in reasons(db).items() if text.startswith("erased-")}
    assert gone == {"half", "veto"}
    assert verify(db).difference is None


def test_person_show_tells_beforehand_where_somebody_is_written_of(cli: Cli, db: Path) -> None:
    send(db, "step", {"note": "as Anna Smith asked"})
    told = cli("person", "show", "ann", "--db", db, "--json").json
    own = [row["id"] for row in told["tables"]["event"]["rows"]]
    assert "c-ann" in own
    assert told["mentions"]["reason"] == len(ABOUT_ANN.keys() - set(own))
    assert [row["id"] for row in told["tables"]["quarantine"]["rows"]] == ["bad"]
    assert len(told["beside"]["a.control.db"]["rows"]) == 1
    out = cli("person", "show", "ann", "--db", db).out
    assert "moved to Leeds" in out
    assert (
        "with a written reason that names this person or is about a reward of theirs; erasing replaces it"
        in out
    )
    assert "sister of" not in out  # it is about somebody else, too


@pytest.mark.parametrize(
    ("basis", "found"),
    [
        ("Anna Smith rang", "Anna Smith"),
        ("ann asked", "ann"),
        ("wants ANN-7 gone", "ANN-7"),
    ],
)
def test_a_basis_that_names_who_is_erased_is_refused_since_it_would_stay(
    cli: Cli, db: Path, basis: str, found: str
) -> None:
    before = reasons(db)
    ran = cli("erase", "ann", "--by", "dpo-1", "--basis", basis, "--db", db)
    assert (ran.status, reasons(db)) == (2, before)
    assert f"--basis: '{found}' names a person who is to be erased, and it stays in the log" in ran.err


def test_the_basis_of_an_earlier_erasure_goes_where_it_names_a_person(cli: Cli, db: Path) -> None:
    other = ("--by", "dpo-1", "--basis", "as Anna Smith wanted for him")
    assert cli("erase", "ben", *other, "--db", db).status == 0
    assert cli("erase", "ann", *BY, "--db", db).status == 0
    said = select(
        db, "SELECT json_extract(steering, '$.reason') FROM event WHERE type = 'person.erased' ORDER BY seq"
    )
    assert [text.partition("-")[0] for (text,) in said] == ["erased", "request of 3 May"]
    assert verify(db).difference is None


def test_reasons_in_batch_files_go_with_the_person_of_the_line(cli: Cli, db: Path) -> None:
    folder = db.parent / "a.files"
    folder.mkdir()
    closed = [event for event in log() if event["id"] in ("c-ann", "c-cleo", "c-hal")]
    (folder / "one.jsonl").write_text("\n".join(map(json.dumps, closed)) + "\n")
    rows = ["id,type,subject,data.reason"]
    rows += [
        f'{one["id"]},customer.closed,{one["subject"]},"{one["data"]["reason"]}, she said"' for one in closed
    ]
    (folder / "two.csv").write_text("\n".join(rows) + "\n")
    assert cli("erase", "ann", *BY, "--db", db, "--json").json["beside"]["a.files"] == 4
    stands = select(db, "SELECT ref FROM person WHERE ref LIKE 'erased-%'")[0][0]
    lines = [json.loads(line) for line in (folder / "one.jsonl").read_text().splitlines()]
    assert [one["data"]["reason"] for one in lines] == [stands, stands, OF_OTHERS["c-hal"]]
    assert (folder / "two.csv").read_text().splitlines() == [
        rows[0],
        f"c-ann,customer.closed,{stands},{stands}",
        f"c-cleo,customer.closed,cleo,{stands}",
        rows[3],
    ]


@pytest.mark.parametrize(
    ("known_as", "text", "found"),
    [
        ("Anna Smith", "ANNA SMITH's brother", True),
        ("Anna Smith", "Smith Anna", True),
        ("Anna Smith", "Anna, of the Smiths", False),
        ("Zo\u00eb Maria Li", "li, Zo\u00eb  maria", True),
        ("Zo\u00eb Li", json.dumps("Zo\u00eb Li"), True),
        ("+44 7700 900123", "07700900123", True),
        ("+44 7700 900123", "(0044) 7700/900-123.", True),
        ("+44 7700 900123", "17700900124", False),
        ("+447700900123 x746336", "rang from 07700 900123", True),
        ("+447700900123 x746336", "746336", False),
        ("+44 7700 900123", "77009001235", False),
        ("a.b@example.com", "A.B@Example.com", True),
        ("a.b@example.com", "aXb@example.com", False),
    ],
)
def test_people_are_found_as_others_write_of_them(known_as: str, text: str, found: bool) -> None:
    assert (mentioning((), [known_as]).search(text) is not None) is found

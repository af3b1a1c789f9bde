"""The data sheet: a row for each field, what uses it, what came, and what each team has to do."""

from __future__ import annotations

import csv
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from referral_tui.cli.app import run
from referral_tui.sheet.field_words import ENVELOPE_WORDS, FIELD_WORDS
from simulator.domain.owners import TEAMS
from simulator.domain.personal_data import FIELD_ERASURE
from simulator.events.contract import EVENT_TYPES
from simulator.program.presets import preset_names
from tests.cli.nasty import PROGRAM, START, Cli, message

FIELDS = {
    *(("every event", name) for name in ENVELOPE_WORDS),
    *((name, "") for name in EVENT_TYPES),
    *((name, field.name) for name, kind in EVENT_TYPES.items() for field in kind.fields),
}
TWO_BILLS = PROGRAM.replace('name = "bill"', 'name = "two-bills"').replace('"bill"', '"two-bills"')


@pytest.fixture(scope="module")
def without_bills(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that received no bill, and one event with fields that nothing uses."""
    folder = tmp_path_factory.mktemp("sheet")
    contact = {"contact_kind": "email", "via": "sso", "referrer_kind": "customer"}
    events = [
        message("w1", "customer.identified", "p-1", START, contact_ref="c-1", segment="gold", **contact),
        message("w2", "customer.identified", "p-2", START + 1, contact_ref="c-2", country="GB", **contact),
        message("l1", "link.created", "p-1", START + 2, code="ONE"),
        message("v1", "friend.visited", "p-2", START + 3, code="ONE", channel="email"),
        message("a1", "service.activated", "p-2", START + 4, attributes={"shoes": 42}),
        message("s1", "session.authenticated", "p-2", START + 5),
        message("b1", "bill.paid", "p-2", START + 6, amount_minor=-5),
    ]
    (folder / "log.jsonl").write_text("".join(f"{json.dumps(one)}\n" for one in events))
    (folder / "program.toml").write_text(TWO_BILLS)
    path = folder / "shop.db"
    told = ("ingest", "--db", path, "--program", folder / "program.toml", "--replay", folder / "log.jsonl")
    assert run([str(one) for one in told]) == 0
    return path


def test_every_field_is_described_once() -> None:
    assert FIELD_WORDS.keys() | ENVELOPE_WORDS.keys() == FIELD_ERASURE.keys()
    assert not FIELD_WORDS.keys() & ENVELOPE_WORDS.keys()


@pytest.mark.parametrize("preset", preset_names())
def test_every_field_of_the_contract_has_one_row_in_a_presets_sheet(cli: Cli, preset: str) -> None:
    rows = cli("sheet", preset, "--format", "json").json["fields"]
    found = [(row["event"], row["field"]) for row in rows if not row["field"].startswith("attributes.")]
    assert len(found) == len(set(found))
    assert set(found) == FIELDS
    for row in rows:
        assert all(row[name] for name in ("about", "meaning", "used_by", "purpose", "kept", "erasing")), row


@pytest.mark.parametrize("preset", preset_names())
def test_a_presets_sheet_is_written_in_whole_sentences(cli: Cli, preset: str) -> None:
    told = cli("sheet", preset, "--format", "json").json
    headings = [line for part in ("record", "assessment") for one in told[part] for line in one["lines"]]
    for line in (*told["often"], *(task["text"] for task in told["tasks"]), *headings):
        assert line.endswith("."), line
        assert line[0].isupper() or line.startswith(("client/", '"')), line
        assert not re.search(r"\b1 \w+s\b|  | [,.;:]|[,;] ?[,.;]|\.\.|\(\)|None(?! by)", line), line


@pytest.mark.parametrize("team", TEAMS)
def test_each_team_has_its_own_page_with_its_own_tasks(cli: Cli, team: str) -> None:
    page = cli("sheet", "telecom", "--for", team).out
    assert [one for one in TEAMS if f"### {one.capitalize()}\n" in page] == [team]
    assert ("Art. 30" in page) == (team == "compliance")
    assert ("Legal basis" in page) == (team == "compliance")
    assert "#### bill.paid" in page
    assert "#### policy.started" not in page


@pytest.mark.parametrize(("team", "explained"), [("engineering", 1), ("marketing", 0), ("compliance", 2)])
def test_a_page_explains_the_short_words_of_its_own_tables(cli: Cli, team: str, explained: int) -> None:
    for form in ("md", "html"):
        page = cli("sheet", "telecom", "--for", team, "--format", form).out
        assert [one for one in ("Pseudonym", "Erasing") if f"{one}, " in page] == ["Pseudonym", "Erasing"][
            :explained
        ]
        assert ("How to read the tables" in page) == bool(explained)


def test_events_that_name_nobody_are_not_said_to_be_keyed_or_replaced(cli: Cli) -> None:
    rows = cli("sheet", "telecom", "--format", "json").json
    said = {
        row["event"]: (row["pseudonymised"], row["erasing"]) for row in rows["fields"] if not row["field"]
    }
    assert said["friend.visited"][1] == "replaced"
    for event in ("review.decided", "reward.vetoed", "program.changed", "person.erased"):
        assert "keyed hash" not in said[event][0]
        assert said[event][1] == "kept"
    assert "Steering: by." in str(rows["record"])


def test_the_whole_sheet_says_what_nothing_uses(cli: Cli) -> None:
    page = cli("sheet", "telecom").out
    below = page.partition("## What not to send")[2].partition("\n## ")[0]
    assert "| customer.identified | segment, country, attributes |" in below
    assert "| policy.started | all of it |" in below
    assert "device_ref" not in below.partition("| friend.claimed |")[0]


def test_how_often_is_told_by_the_three_models_of_the_preset(cli: Cli) -> None:
    often = " ".join(cli("sheet", "bank", "--format", "json").json["often"])
    assert "In real time: customer.identified" in often
    assert "In near real time: account.activated from client/core-banking, every hour" in often
    assert "milestone.reached" in often
    assert "in a file every day at 05:00 UTC" in often


def test_the_delivery_of_a_program_file_can_be_said(cli: Cli, program: Path) -> None:
    told = cli("sheet", program, "--delivery", "bill.paid=batch@mon-02:00/csv", "--format", "json").json
    assert "bill.paid from client/billing, in a CSV file every Monday at 02:00 UTC" in told["often"][0]
    assert "not stated" in cli("sheet", program).out


def test_with_mappings_each_field_says_where_it_stands_in_the_senders_records(cli: Cli) -> None:
    given = ("sheet", "subscription", "--map", "stripe", "--map", "shopify")
    rows = {
        (row["event"], row["field"]): row for row in json.loads(cli(*given, "--format", "json").out)["fields"]
    }
    assert rows["purchase.paid", "amount_minor"]["from"] == "stripe: data.object.amount"
    assert rows["conversion.reversed", "reverses"]["from"].endswith("; shopify: id or order_id")
    subject = rows["every event", "subject"]["from"]
    assert "data.object.metadata.friend_ref, else data.object.billing_details.email (hashed)" in subject
    assert rows["bill.paid", "amount_minor"]["from"] == ""
    assert "| From |" in cli(*given, "--for", "engineering").out
    assert "From" not in cli("sheet", "subscription").out


def test_a_sender_that_has_never_sent_what_a_milestone_waits_for_is_named(
    cli: Cli, without_bills: Path
) -> None:
    told = cli("sheet", "--db", without_bills, "--for", "engineering").out
    assert 'client/billing has never sent bill.paid, which "two-bills" waits for' in told


def test_what_was_sent_for_nothing_is_named_with_how_often(cli: Cli, without_bills: Path) -> None:
    told = cli("sheet", "--db", without_bills).out
    assert "Stop sending country and segment of customer.identified: nothing in the program uses that" in told
    assert "Stop sending attributes.shoes of service.activated" in told
    assert "Stop collecting session.authenticated" in told
    assert "4 things were sent that the program does not use" in told


def test_what_came_and_what_was_refused_is_told_by_type(cli: Cli, without_bills: Path) -> None:
    rows = {
        (one["event"], one["field"]): one
        for one in cli("sheet", "--db", without_bills, "--format", "json").json["fields"]
    }
    assert rows["customer.identified", "country"]["came"] == 1
    assert rows["customer.identified", "contact_ref"]["came"] == 2
    assert rows["customer.identified", ""]["late_median_ms"] == 0
    assert rows["bill.paid", ""]["came"] == 0
    assert rows["bill.paid", ""]["refused"] == 1
    assert rows["bill.paid", ""]["late_median_ms"] is None


def test_csv_and_json_have_the_same_rows(cli: Cli, without_bills: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(cli("sheet", "--db", without_bills, "--format", "csv").out)))
    objects = cli("sheet", "--db", without_bills, "--format", "json").json["fields"]
    assert len(rows) == len(objects)
    for row, one in zip(rows, objects, strict=True):
        assert row.keys() == one.keys()
        assert row["used_by"].lstrip("'") == one["used_by"]
        assert row["came"] == str(one["came"])


class _Page(HTMLParser):
    """The elements of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in ("meta", "br"):
            self.open.append(tag)
        self.links += [value for name, value in attrs if name in ("src", "href") and value]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_one_file_that_asks_for_nothing_and_is_the_same_each_time(
    cli: Cli, without_bills: Path, tmp_path: Path
) -> None:
    files = [tmp_path / "one.html", tmp_path / "two.html"]
    for file in files:
        assert cli("sheet", "--db", without_bills, "--format", "html", "--out", file).status == 0
    one, two = (file.read_bytes() for file in files)
    assert one == two
    page = _Page()
    page.feed(one.decode())
    assert not page.open
    assert not page.links
    assert b"default-src 'none'" in one
    assert page.tags.count("table") == page.tags.count("caption") > 20
    assert page.tags.count("h1") == 1


def test_a_sheet_of_nothing_says_what_to_name(cli: Cli) -> None:
    ran = cli("sheet")
    assert ran.status == 2
    assert "name a program file or a preset" in ran.err.lower()
    assert cli("sheet", "telekom").status == 2
    assert cli("sheet", "telecom", "--for", "legal").status == 2


def test_a_program_can_be_looked_at_with_what_another_one_received(cli: Cli, without_bills: Path) -> None:
    told = cli("sheet", "bank", "--db", without_bills).out
    assert "The data sheet of bank/program.toml, with what came into shop.db" in told
    assert "has never sent account.activated, which" in told


def test_a_check_with_a_database_warns_of_data_sent_for_nothing_and_of_data_that_never_came(
    cli: Cli, without_bills: Path, tmp_path: Path
) -> None:
    file = tmp_path / "two.toml"
    rule = '\n[[rule]]\ncode = "gold"\nrequire = "new_customer"\nbecause = "x"\nmilestones = ["activated"]\n'
    file.write_text(TWO_BILLS + rule)
    ran = cli("program", "check", file, "--db", without_bills)
    assert ran.status == 0
    said = [line.split(": ", 2)[2] for line in ran.err.splitlines() if line.startswith("warning: ")]
    assert said == [
        'milestone "two-bills" waits for bill.paid, which never came',
        'rule "gold" reads new_customer, which is made of new_customer of service.activated; that never came',
        "customer.identified had country once, and nothing in the program uses it: do not send it",
        "customer.identified had segment once, and nothing in the program uses it: do not send it",
        "session.authenticated was sent once, and nothing in the program uses it: do not send it",
        "service.activated had attributes.shoes once, and nothing in the program uses it: do not send it",
    ]
    assert cli("program", "check", file, "--db", without_bills, "--json").json["warnings"] == said
    assert "warning: " not in cli("program", "check", file).err

"""A closed or merged account is said to be one: by explain, and by the journeys and accounts of the dashboard."""

from __future__ import annotations

import json
import re
from contextlib import closing
from pathlib import Path

import pytest

from db.read.journeys import journeys
from db.sqlite.readonly import open_readonly
from referral_tui.dashboard.account import as_of, blocks, references
from referral_tui.dashboard.widgets.journey_table import MERGED, JourneyTable
from referral_tui.names import Names, short_name
from tests.cli.nasty import DAY, START, Cli, message
from tests.cli.shop import paid
from tests.cli.test_explain_without_effect import SHOP

CLIENT = {"source": "client/crm"}


@pytest.fixture
def db(cli: Cli, tmp_path: Path) -> Path:
    """Ann, who closed her account, brought a guest, who turned out to be Fred; Eve closed and opened again."""
    events = [
        message("l", "link.created", "ann", START, code="ANN"),
        message("v", "friend.visited", "guest", START + 1, code="ANN", channel="email"),
        message("c0", "customer.closed", "guest", START + 2, reason="was a guest") | CLIENT,
        message("m", "customer.merged", "guest", START + DAY, into="fred") | CLIENT,
        message("c1", "customer.closed", "ann", START + 2 * DAY, reason="moved-abroad") | CLIENT,
        message("l2", "link.created", "eve", START + 2 * DAY, code="EVE"),
        message("c2", "customer.closed", "eve", START + 3 * DAY) | CLIENT,
        message("c3", "customer.reopened", "eve", START + 4 * DAY) | CLIENT,
    ]
    (tmp_path / "p.toml").write_text(SHOP)
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, events)))
    path = tmp_path / "a.db"
    options = ("--program", tmp_path / "p.toml", "--replay", "--now", START + 5 * DAY)
    assert cli("ingest", "--db", path, *options, tmp_path / "a.jsonl").status == 0
    return path


@pytest.mark.parametrize(
    ("who", "says"),
    [
        ("ann", "account closed on {} (moved-abroad)"),
        ("fred", "also known as {guest}, merged into this account"),
        ("guest", "merged into {fred} on {}: one person since then, whose account continues there"),
        ("eve", None),
    ],
)
def test_explain_says_first_that_an_account_was_closed_or_merged(
    cli: Cli, db: Path, who: str, says: str | None
) -> None:
    names = {name: short_name(name) for name in ("guest", "fred")}
    told = cli("explain", who, "--db", db, "--json").json
    head = [block.text for block in blocks(told, Names(), None) if block.ink == "warn" and block.wide]
    if says is None:
        assert head == []
        return
    day = 3 if who == "ann" else 2
    line = says.format(f"{day} January 2026, 00:00 UTC", **names)
    assert cli("explain", who, "--db", db).out.splitlines()[1] == line
    assert head == [line[0].upper() + line[1:]]
    assert who == "ann" or set(references(told)) >= names.keys()


def test_the_past_does_not_know_yet_of_a_closure(cli: Cli, db: Path) -> None:
    told = cli("explain", "ann", "--db", db, "--json").json
    assert as_of(told, START + DAY)["account"] == {}
    assert as_of(told, START + 3 * DAY)["account"]["closed_at"] == START + 2 * DAY


def test_journeys_mark_a_reference_that_is_another_person_by_now(db: Path) -> None:
    with closing(open_readonly(db)) as connection:
        everybody = [number for (number,) in connection.execute("SELECT id FROM person")]
        now = {one.friend: one.merged_into for one in journeys(connection, everybody)}
        before = journeys(connection, everybody, seq=3)
    assert now == {"guest": "fred"}
    assert [one.merged_into for one in before] == [None]
    with closing(open_readonly(db)) as connection:
        (row,) = journeys(connection, everybody)
    cells = {column.key: column.draw(row, 40)[0] for column in JourneyTable()._columns}
    assert cells["stage"] == MERGED
    assert cells["why"] == f"merged into {short_name('fred')}"
    assert cells["referrer"] == f"⇒ {short_name('fred')}"


def test_of_a_merged_reference_explain_promises_no_match_and_says_where_to_look(cli: Cli, db: Path) -> None:
    out = cli("explain", "guest", "--db", db).out
    assert f"this reference became {short_name('fred')} (fred), whose account says what came of it" in out
    assert "not matched yet" not in out
    assert "no claim or conversion has matched this friend" not in out


MOMENT = re.compile(r"\b\d{1,2} [A-Z][a-z]+ \d{4}, \d\d:\d\d(:\d\d)? UTC")
OTHERS = re.compile(r"\d{4}-\d\d-\d\dT|\d\d:\d\d:\d\d\.\d|\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d")


@pytest.mark.parametrize(
    "command", [("explain", "ann"), ("explain", "p"), ("person", "show", "ann"), ("review", "list")]
)
def test_commands_write_when_in_one_form(
    cli: Cli, db: Path, tmp_path: Path, command: tuple[str, ...]
) -> None:
    events = [
        paid("p", 2, amount_minor=9_000) | {"subject": "guest", "receivedat": START + 5 * DAY + 1},
        message("s", "session.authenticated", "ann", START + 5 * DAY + 2),
    ]
    (tmp_path / "b.jsonl").write_text("\n".join(map(json.dumps, events)))
    assert cli("ingest", "--db", db, "--replay", tmp_path / "b.jsonl").status == 0
    out = cli(*command, "--db", db).out
    assert MOMENT.search(out), out
    assert OTHERS.findall(out) == []

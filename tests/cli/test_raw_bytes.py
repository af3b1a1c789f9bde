"""Nothing from outside controls a terminal: every command, over databases and files full of escape sequences."""

from __future__ import annotations

import io
import json
import shutil
import sqlite3
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlmodel import SQLModel

import db.schema.models  # noqa: F401 -- fills the metadata
from referral_tui.cli import app as command_line
from referral_tui.cli.export import ExportedRows
from referral_tui.cli.load_panel import Panel
from referral_tui.cli.output import TerminalStream, safe_stream, say_traceback
from tests.cli.nasty import PROGRAM, Cli, Ran, nasty_lines, texts_of

NASTY = "\x1b]52;c;cHduZWQ=\x07\x1b[2J\x9b31m\x7f\u202e\u2066\u200b\U000e0041\r\nFORGED[bold]\u2028"
TOML = NASTY.encode("unicode_escape").decode().replace("\\x", "\\u00")
TOGETHER = (  # sums, what is measured, and what erasures left: read in one way by the same commands
    ("breakdown", "breakdown_hour", "breakdown_week", "hour", "total", "week"),
    ("blanked", "kept_answer", "opened_block"),
    ("lateness", "lateness_day"),
    ("command", "fault", "meter", "reconciliation"),
)
TABLES = sorted(
    {
        next((some for some in TOGETHER if table in some), (table,))
        for table in SQLModel.metadata.tables
        if texts_of(table)
    }
)
FREE_TEXTS = {  # what senders write as they like: with these forged, commands still find what they look for
    "person": ["ref"],
    "event": [
        "source",
        "id",
        "code",
        "channel",
        "segment",
        "community",
        "country",
        "device_ref",
        "outcome",
        "reverses",
    ],
    "quarantine": ["source", "id", "field", "reason", "message"],
    "attribution": ["code", "channel"],
    "reward": ["community"],
}
READING = {
    "explain",
    "verify",
    "export",
    "review list",
    "compare",
    "fraud",
    "ingest",
    "simulate",
    "sheet",
    "person show",
}
ESCAPED = "\\x1b]52"
HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def leaves() -> Iterator[str]:
    """All commands, those of groups with the group's name before them."""
    for name in command_line.COMMANDS:
        command = command_line.load(name)
        below = getattr(command, "commands", None)
        yield from (f"{name} {one}" for one in below) if below else [name]


def exports_of(db: Path, folder: Path) -> list[list[object]]:
    """Every export in the formats that are text, and payouts in partners' forms."""
    lines: list[list[object]] = [
        ["export", rows, "--db", db, "--format", form]
        for rows in ExportedRows
        for form in (("jsonl", "csv") if rows in ("events", "quarantine") else ("csv",))
    ]
    for form in (NASTY, folder / NASTY, "extole-rewards"):
        lines.append(["export", "payouts", "--db", db, "--map", form])  # noqa: PERF401 - mypy infers no list otherwise
    return lines


def lines_of(db: Path, folder: Path) -> dict[str, list[list[object]]]:
    """Run every command on the database; a command that reads none gets nasty names or nothing at all."""
    what = [
        ["explain", word, "--db", db] for word in ("CODE1", "p-3", "on-1", "client/shop:on-1", "1", NASTY)
    ]
    design = folder / f"{NASTY.replace('/', '')}.toml"
    return {
        "explain": [*what, [*what[1], "--json"]],
        "verify": [["verify", "--db", db], ["verify", "--db", db, "--json"]],
        "export": exports_of(db, folder),
        "review list": [["review", "list", "--db", db], ["review", "list", "--db", db, "--json"]],
        "review approve": [["review", "approve", word, "--by", "op-1", "--db", db] for word in ("1", NASTY)],
        "review decline": [["review", "decline", "1", "--by", NASTY, "--db", db]],
        "erase": [
            ["erase", NASTY, "--by", "op-1", "--basis", "asked", "--db", db],
            ["erase", "p-3", "--by", NASTY, "--basis", NASTY, "--db", db],
            ["erase", "p-3", "--by", "op-1", "--basis", "asked", "--db", db, "--files", NASTY],
        ],
        "migrate": [["migrate", "--db", db], ["migrate", "--db", NASTY]],
        "compare": [["compare", db, db], ["compare", db, db, "--json"]],
        "fraud": [["fraud", "--db", db], ["fraud", "--db", db, "--json"]],
        "ingest": [
            ["ingest", "--db", db, "--replay", folder / "nasty.jsonl"],
            ["ingest", "--db", db, "--replay", "--receipts", "-", folder / "nasty.jsonl"],
            ["ingest", "--db", db, "--receipts", NASTY, folder / "nasty.jsonl"],
            ["ingest", "--db", db, NASTY],
            ["ingest", "--db", db, "--map", NASTY, folder / "nasty.jsonl"],
            ["ingest", "--db", db, "--map", "cello", folder / "nasty.jsonl"],
        ],
        "map list": [["map", "list"]],
        "map show": [["map", "show", NASTY], ["map", "show", folder / NASTY]],
        "map check": [
            ["map", "check", NASTY],
            ["map", "check", design],
            ["map", "check", "extole-rewards", NASTY],
            ["map", "check", "stripe", folder / "nasty.jsonl"],
            ["map", "check", "stripe", folder / "nasty.jsonl", "--json"],
        ],
        "serve": [
            ["serve", "--db", db, "--clock", NASTY],
            ["serve", "--db", db, "--host", NASTY],
            ["serve", "--db", db, "--landing", NASTY],
            ["serve", "--db", db, "--public-url", NASTY],
            ["serve", "--db", db, "--map", NASTY],
            ["serve", "--db", db, "--map", "cello", "--secrets", folder / NASTY],
            ["serve", "--db", db, "--veto", NASTY],
            ["serve", "--db", db, "--veto-unanswered", NASTY],
            ["serve", "--db", db, "--keys", folder / NASTY],
        ],
        "keys add": [
            ["keys", "add", NASTY, "--may", "read"],
            ["keys", "add", "shop", "--may", NASTY],
            ["keys", "add", "shop", "--may", "send", "--source", f"{NASTY}=client/shop"],
        ],
        "keys list": [["keys", "list", "--keys", folder / NASTY]],
        "keys remove": [["keys", "remove", NASTY, "--keys", "/dev/null"]],
        "hooks add": [
            ["hooks", "add", NASTY, "http://127.0.0.1:9/", "--db", db],
            ["hooks", "add", "shop", NASTY, "--db", db],
            ["hooks", "add", "shop", "http://127.0.0.1:9/", "--type", NASTY, "--db", db],
            ["hooks", "add", "shop", "http://127.0.0.1:9/", "--secret", NASTY, "--db", db],
        ],
        "hooks list": [["hooks", "list", "--db", db], ["hooks", "list", "--db", folder / NASTY]],
        "hooks remove": [["hooks", "remove", NASTY, "--db", db]],
        "hooks rotate": [
            ["hooks", "rotate", NASTY, "--db", db],
            ["hooks", "rotate", "shop", "--keep", NASTY, "--db", db],
        ],
        "hooks replay": [["hooks", "replay", NASTY, "--db", db]],
        "hooks dead-letters": [["hooks", "dead-letters", NASTY, "--db", db]],
        "hooks listen": [
            ["hooks", "listen", "--type", NASTY, "--db", db],
            ["hooks", "listen", "--server", NASTY],
            ["hooks", "listen", "--server", f"http://127.0.0.1:9/{NASTY}", "--port", 0],
        ],
        "simulate": [["simulate", "--resume", "--db", db], ["simulate", "--preset", NASTY, "--db", "x.db"]],
        "dashboard": [["dashboard", "--db", db], ["dashboard", "--at", NASTY, "--db", db]],
        "demo": [["demo", "--preset", NASTY]],
        "drill check": [["drill", "check", "--cases", NASTY]],
        "present": [["present", NASTY]],
        "learn new": [["learn", "new", folder / NASTY / "x.toml"]],
        "learn check": [["learn", "check", NASTY], ["learn", "check", "1-one-referral", "--program", NASTY]],
        "drill report": [
            ["drill", "report", "--from", folder / NASTY],
            ["drill", "--cause", NASTY],
            ["drill", "--name", NASTY],
        ],
        "load": [
            ["load", "--program", design, "--events", 200, "--no-store"],
            ["load", "--from", db, "--no-store"],
            ["load", "--url", NASTY],
            ["load", "--url", f"http://127.0.0.1:1/{NASTY}"],
        ],
        "whatif": [["whatif", folder / NASTY], ["whatif", "--preset", NASTY]],
        "study": [
            ["study", design, "--markets", 1, "--referrers", 20, "--days", 3],
            ["study", "telecom", "--vary", f"reward[{NASTY}].value=1"],
        ],
        "optimise": [
            ["optimise", design, "--vary", "budget.total=1", "--most", NASTY],
            ["optimise", "telecom", "--vary", "budget.total=1", "--most", "cost", "--subject-to", NASTY],
        ],
        "events schema": [["events", "schema"]],
        "sheet": [
            ["sheet", "--db", db],
            ["sheet", "--db", db, "--format", "html"],
            ["sheet", "--db", db, "--format", "csv"],
            ["sheet", "--db", db, "--format", "json"],
            ["sheet", NASTY],
            ["sheet", design, "--delivery", NASTY],
        ],
        "person show": [
            *([["person", "show", word, "--db", db] for word in ("p-3", NASTY)]),
            ["person", "show", "p-3", "--db", db, "--json"],
        ],
        "program new": [["program", "new", folder / NASTY / "x.toml"], ["program", "new", "--preset", NASTY]],
        "program check": [["program", "check", design], ["program", "check", NASTY, "--json"]],
        "program show": [["program", "show", design], ["program", "show", design, "--json"]],
        "program schema": [["program", "schema"]],
        "program list": [["program", "list"]],
        "presets list": [["presets", "list"]],
        "presets check": [["presets", "check", NASTY]],
    }


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Export as to a terminal, and in a folder of our own."""
    monkeypatch.chdir(tmp_path)

    def shown(stream: Any, form: str) -> Any:
        return TerminalStream(stream, form) if stream is sys.stdout.buffer else safe_stream(stream, form)

    monkeypatch.setattr("referral_tui.cli.writing.safe_stream", shown)


@pytest.fixture(scope="session")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database made from a small nasty log."""
    folder = tmp_path_factory.mktemp("honest")
    (folder / "a.jsonl").write_bytes(b"".join(nasty_lines(people=16)))
    (folder / "program.toml").write_text(PROGRAM)
    path = folder / "shop.db"
    log = folder / "a.jsonl"
    told = ["ingest", "--db", path, "--program", folder / "program.toml", "--replay", log, "--json"]
    assert command_line.run([str(one) for one in told]) == 0
    return path


@pytest.fixture
def database(honest: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copy(honest, tmp_path / "shop.db"))


def forge(path: Path, table: str, columns: Sequence[str]) -> None:
    """Append escape sequences to every text in these columns, and fill those that are empty; a table gets a row."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        if not connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]:
            texts = texts_of(table)
            row = ["" if column.name in texts else 1 for column in SQLModel.metadata.tables[table].columns]
            connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
        for name in columns:
            connection.execute(f"UPDATE OR IGNORE {table} SET {name} = coalesce({name}, '') || ?", [NASTY])


def assert_clean(ran: Ran, called: object) -> None:
    for character in {*ran.out, *ran.err} - {"\n"}:
        assert unicodedata.category(character) not in HIDDEN, (called, hex(ord(character)))
    for line in (ran.out + ran.err).splitlines():
        assert not line.startswith("FORGED"), called


def test_every_command_is_tried() -> None:
    assert set(lines_of(Path(), Path())) == set(leaves())


@pytest.mark.parametrize("tables", [*TABLES, ("free texts",)], ids="+".join)
def test_no_command_says_raw_what_a_forged_table_holds(
    cli: Cli, database: Path, tmp_path: Path, tables: tuple[str, ...]
) -> None:
    free = tables == ("free texts",)
    forged = FREE_TEXTS if free else {table: texts_of(table) for table in tables}
    for name, columns in forged.items():
        forge(database, name, columns)
    answered = set()
    for command, lines in lines_of(database, tmp_path).items():
        for line in lines if command in READING else ():
            if command == "verify" and "--json" in line and not free:
                continue  # what it takes longest to find is written in both forms where all free texts are forged
            ran = cli(*line)
            assert_clean(ran, line)
            if ESCAPED in ran.out:
                answered.add(command)
    if free:
        assert answered == {"explain", "export", "review list", "sheet"}


def test_no_command_says_raw_what_files_and_arguments_hold(
    cli: Cli, honest: Path, database: Path, tmp_path: Path
) -> None:
    (tmp_path / "nasty.jsonl").write_text(json.dumps({"id": NASTY, "source": NASTY, NASTY: 1}))
    for command, lines in lines_of(database, tmp_path).items():
        for line in lines if command != "load" else ():
            assert_clean(cli(*line), line)
    tried: set[str] = set()
    for name in ("\udcff.db", "a.db", "b.jsonl", "c.csv"):
        nasty = tmp_path / f"{NASTY}{name}"
        shutil.copy(database, nasty)
        for command, lines in lines_of(nasty, tmp_path).items():
            for line in lines if command in READING - tried else ():
                assert_clean(cli(*line), line)
        tried = {"verify", "simulate", "sheet"}  # which read a database whatever its name ends in
    more: tuple[list[object], ...] = (
        ["ingest", "--db", database, nasty, tmp_path / f"{NASTY}.jsonl"],
        [NASTY],
        ["program", NASTY],
    )
    for line in more:
        assert_clean(cli(*line), line)


@pytest.mark.parametrize("key", ["key", "name", "because", "industry", "code"])
def test_no_command_says_raw_what_a_program_holds(cli: Cli, tmp_path: Path, key: str) -> None:
    text = {
        "key": f'"{TOML}" = 1\n{PROGRAM}',
        "name": PROGRAM.replace("Test Mobile", f"Test {TOML}"),
        "because": PROGRAM.replace("Less than five pounds.", f"Less {TOML}."),
        "industry": PROGRAM.replace("telecom", TOML),
        "code": PROGRAM.replace("worth-it", TOML),
    }[key]
    file = tmp_path / f"{NASTY}.toml"
    file.write_text(text)
    for line in (["check", file], ["show", file], ["check", file, "--json"], ["show", file, "--json"]):
        ran = cli("program", *line)
        assert_clean(ran, line)
        assert "u001b" in ran.out + ran.err or "x1b" in ran.out + ran.err


def test_export_to_a_terminal_is_escaped_and_to_a_file_is_every_byte_as_it_is(
    cli: Cli, database: Path
) -> None:
    forge(database, "event", ["id"])
    for form, escaped in (("csv", ESCAPED), ("jsonl", "\\u001b]52")):
        shown = cli("export", "events", "--db", database, "--format", form)
        assert_clean(shown, form)
        assert escaped in shown.out
        assert cli("export", "events", "--db", database, "--format", form, "--out", "kept").status == 0
        kept = Path("kept").read_bytes().decode()
        if form == "jsonl":
            kept = json.loads(kept.split("\n")[0])["id"]
        assert NASTY in kept


def test_only_a_terminal_is_spared_the_bytes() -> None:
    class Screen(io.BytesIO):
        def isatty(self) -> bool:
            return True

    file, screen = io.BytesIO(), Screen()
    assert safe_stream(file, "csv") is file
    safe = safe_stream(screen, "csv")
    for piece in ('a,"x\n""\x1b', '[2J\n",é'.encode()[:-1], "é".encode()[1:] + b"\nb,c\n"):
        safe.write(piece if isinstance(piece, bytes) else piece.encode())
    assert screen.getvalue().decode() == 'a,"x\\n""\\x1b[2J\\n",é\nb,c\n'


def test_the_panel_of_a_load_run_takes_no_name_for_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Terminal()
    monkeypatch.setattr("sys.stderr", screen)
    plan: Any = SimpleNamespace(
        recording=None, plan=SimpleNamespace(preset="telecom"), program=SimpleNamespace(name=f"[bold]{NASTY}")
    )
    with Panel(plan) as panel:
        panel.making(1, 2)
        panel.say(f"[red]{NASTY}")
    assert "[bold]\\x1b]52" in screen.getvalue()
    assert "[red]\\x1b]52" in screen.getvalue()
    assert "\x1b]52" not in screen.getvalue()


def test_a_failure_of_ours_says_where_without_raw_bytes(capfd: pytest.CaptureFixture[str]) -> None:
    try:
        raise ValueError(NASTY)
    except ValueError as error:
        say_traceback(type(error), error, error.__traceback__)
    told = capfd.readouterr().err
    assert_clean(Ran(1, "", told), told)
    assert f"ValueError: {ESCAPED}" in told
    assert "test_raw_bytes.py" in told

"""A log in Postgres: the same rows, chains and exports as in a file, through kills and under one engine at a time."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from db.postgres.address import PostgresAddress
from db.postgres.connection import connect
from db.postgres.copy import BATCH_SETTING, batch_of, fetch, follow, keep_following
from db.postgres.ddl import tables
from db.postgres.lease import FencedOffError
from db.postgres.upstream import PostgresUpstream
from db.read.proving import newest_hashes
from db.sqlite.readonly import SCHEMA_VERSION, LockedDatabaseError, reading
from referral_tui.cli.app import COMMANDS, load
from simulator.domain.errors import DatabaseError, InputError
from simulator.proof.verify import verify
from tests.door.calling import lines
from tests.door.test_reads import REVIEWED
from tests.durability.dying import first_difference, rows_of
from tests.postgres.conftest import Cli, Log
from tests.postgres.server import GUARDED
from tests.postgres.storing import exported, opened, take_in


@pytest.fixture(scope="session")
def in_a_file(log: Log, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The log, taken into an ordinary database."""
    path = tmp_path_factory.mktemp("file") / "file.db"
    with opened(path, log.program) as platform:
        take_in(platform, log.lines)
    return path


def heads_of(path: Path) -> dict[str, str]:
    """The newest hash of each chain."""
    with reading(path) as db:
        return newest_hashes(db)


def unlike(path: Path, other: Path) -> str | None:
    """The first row of any table in which two databases differ."""
    mine, theirs = (
        {name.partition(":")[2]: rows for name, rows in rows_of(one).items()} for one in (path, other)
    )
    return first_difference(mine, theirs)


def test_a_log_with_everything_gives_the_same_rows_chains_and_exports_in_postgres_as_in_a_file(
    everything: Log, address: PostgresAddress, tmp_path: Path
) -> None:
    with opened(tmp_path / "file.db", everything.program) as platform:
        take_in(platform, everything.lines)
    upstream = PostgresUpstream.take(address, tmp_path / "engine")
    with opened(upstream, everything.program) as platform:
        take_in(platform, everything.lines)
    assert unlike(upstream.path, tmp_path / "file.db") is None
    fetched = fetch(address, tmp_path)
    assert unlike(fetched, tmp_path / "file.db") is None
    assert exported(fetched) == exported(tmp_path / "file.db")
    verdict = verify(fetched)
    assert verdict.difference is None
    assert verdict.heads == heads_of(tmp_path / "file.db")


def test_a_reader_follows_what_is_written_after_its_first_look(
    log: Log, in_a_file: Path, address: PostgresAddress, tmp_path: Path
) -> None:
    half = len(log.lines) // 2
    with opened(PostgresUpstream.take(address, tmp_path / "engine"), log.program) as platform:
        take_in(platform, log.lines[:half])
        before = rows_of(follow(address, tmp_path / "reader"))
        take_in(platform, log.lines[half:], batch=30)
        reader = follow(address, tmp_path / "reader")
        assert first_difference(before, rows_of(reader)) is not None
        assert unlike(reader, in_a_file) is None
        assert unlike(platform.path, in_a_file) is None


@pytest.mark.parametrize("committed", [False, True], ids=["before", "after"])
def test_a_writer_that_dies_at_the_commit_in_postgres_goes_on_with_the_same_rows(
    log: Log,
    in_a_file: Path,
    address: PostgresAddress,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    committed: bool,
) -> None:
    class KilledError(BaseException):
        pass

    commit = PostgresUpstream._commit

    def dies(self: PostgresUpstream, batch: int, *given: Any, **named: Any) -> None:
        if batch < 5 or committed:
            commit(self, batch, *given, **named)
        if batch == 5:
            raise KilledError

    with monkeypatch.context() as patched:
        patched.setattr(PostgresUpstream, "_commit", dies)
        killed = opened(PostgresUpstream.take(address, tmp_path), log.program)
        with pytest.raises(KilledError):
            take_in(killed, log.lines)
    killed.close()
    (copy,) = tmp_path.glob("*.db")
    assert batch_of(copy) == 4
    with opened(PostgresUpstream.take(address, tmp_path), log.program) as platform:
        assert batch_of(copy) == 4 + committed
        take_in(platform, log.lines[platform.received :])
    assert unlike(fetch(address, tmp_path), in_a_file) is None
    assert unlike(copy, in_a_file) is None


def test_a_log_that_was_never_finished_being_made_is_made_anew(
    log: Log, address: PostgresAddress, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise DatabaseError("the disk of the server is full")

    with monkeypatch.context() as patched:
        patched.setattr("db.postgres.upstream.push", fails)
        upstream = PostgresUpstream.take(address, tmp_path)
        with pytest.raises(DatabaseError, match="is full"):
            opened(upstream, log.program)
    with opened(PostgresUpstream.take(address, tmp_path), log.program) as platform:
        take_in(platform, log.lines[:50])
    assert rows_of(fetch(address, tmp_path)) == rows_of(platform.path)


# ---------------------------------------------------------------------- the lease


def test_a_second_engine_is_told_who_is_there_and_comes_in_when_that_one_ends(
    log: Log, address: PostgresAddress, tmp_path: Path
) -> None:
    with opened(PostgresUpstream.take(address, tmp_path / "one"), log.program) as platform:
        take_in(platform, log.lines[:50])
        with pytest.raises(LockedDatabaseError, match=r"in use, process \d+ on .* is its engine"):
            PostgresUpstream.take(address, tmp_path / "other")
    with opened(PostgresUpstream.take(address, tmp_path / "other"), log.program) as platform:
        assert platform.received == 50


def test_the_lease_of_an_engine_whose_connection_ended_is_free_at_once(
    address: PostgresAddress, tmp_path: Path
) -> None:
    killed = PostgresUpstream.take(address, tmp_path / "one")
    killed._server.close()
    taken = PostgresUpstream.take(address, tmp_path / "other")
    killed.close()
    with pytest.raises(LockedDatabaseError):  # the end of the first took nothing from the second
        PostgresUpstream.take(address, tmp_path / "third")
    taken.close()


def test_an_engine_that_was_paused_while_another_took_over_writes_nothing_more(
    log: Log, in_a_file: Path, address: PostgresAddress, tmp_path: Path
) -> None:
    paused = opened(PostgresUpstream.take(address, tmp_path / "one"), log.program)
    take_in(paused, log.lines[:100])
    before = rows_of(paused.path)
    with connect(address) as server:  # as if it had given no sign of life for long enough
        server.execute(
            "UPDATE referral.program SET expires_at = clock_timestamp() - interval '1 ms' WHERE name = %s",
            (address.program,),
        )
    with closing(opened(PostgresUpstream.take(address, tmp_path / "other"), log.program)) as other:
        with pytest.raises(FencedOffError, match="is its engine now"):
            take_in(paused, log.lines[100:200])
        paused.close()
        assert first_difference(before, rows_of(paused.path)) is None
        assert first_difference(before, rows_of(fetch(address, tmp_path))) is None
        take_in(other, log.lines[100:])
    assert unlike(fetch(address, tmp_path), in_a_file) is None


# ---------------------------------------------------------------------- commands


def test_commands_take_a_database_in_postgres_as_they_take_a_file(
    cli: Cli, log: Log, address: PostgresAddress, tmp_path: Path
) -> None:
    url = f"{address.url}&program={address.program}"
    file = tmp_path / "file.db"
    for db in (url, file):
        ran = cli("ingest", "--replay", "--program", log.program_path, "--db", db, log.path)
        assert ran.status == 0, ran.err
    for what in ("events", "rewards", "audit"):
        assert cli("export", what, "--db", url).out == cli("export", what, "--db", file).out != ""
    reward = cli("explain", "1", "--db", url)
    assert reward.status == 0
    assert reward.out == cli("explain", "1", "--db", file).out
    assert cli("verify", "--db", url).status == 0


def test_verify_fetches_every_row_anew_and_finds_one_that_was_changed_in_postgres(
    cli: Cli, log: Log, address: PostgresAddress
) -> None:
    url = f"{address.url}&program={address.program}"
    assert cli("ingest", "--replay", "--program", log.program_path, "--db", url, log.path).status == 0
    with connect(address) as server:
        server.execute(f"UPDATE {address.schema}.reward SET value_minor = value_minor + 1 WHERE id = 3")
    ran = cli("verify", "--db", url)
    assert ran.status == 1
    assert ran.err.startswith(f"referral-tui: {address}: ") or str(address) in ran.err
    assert "reward" in ran.err


def test_what_was_refused_is_kept_to_the_byte_though_postgres_knows_no_nul(
    cli: Cli, log: Log, address: PostgresAddress, tmp_path: Path
) -> None:
    url = f"{address.url}&program={address.program}"
    refused = tmp_path / "refused.jsonl"
    refused.write_bytes(b'a\0b\xee\x80\x80\n{"id":"x\\u0000\\ue0000"}\n')
    for db in (url, tmp_path / "file.db"):
        assert cli("ingest", "--replay", "--program", log.program_path, "--db", db, refused).status == 2
    (copy,) = tmp_path.glob("data/referral-tui/postgres/*.db")
    copy.unlink()
    kept = cli("export", "quarantine", "--db", url).out
    assert kept == cli("export", "quarantine", "--db", tmp_path / "file.db").out
    assert "\\u0000" in kept


# ---------------------------------------------------------------------- what goes wrong


def test_each_thing_that_goes_wrong_is_a_line_that_says_what_would_be_right(
    cli: Cli, log: Log, server: str, address: PostgresAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    def line(url: str, *more: object) -> str:
        ran = cli("ingest", *more, "--db", url, log.path)
        assert ran.status == 2
        assert ran.err.count("\n") == 1
        assert "geheim" not in ran.err + ran.out
        return ran.err

    with connect(address) as admin:
        admin.execute(f"CREATE ROLE {GUARDED} LOGIN PASSWORD 'open sesame'")
    guarded = server.replace("postgres@", f"{GUARDED}:geheim@")
    assert "user or the password is wrong; give it as PGPASSWORD" in line(guarded)
    assert "it requires a password; give it as PGPASSWORD" in line(server.replace("postgres@", f"{GUARDED}@"))
    assert "can't be reached" in line("postgresql://a:geheim@127.0.0.1:1/shop")
    assert 'refuses (database "shop" does not exist)' in line(server.replace("/postgres?", "/shop?"))
    assert "holds one of / ? # @" in line("postgresql://a:geh@eim@127.0.0.1/shop")
    assert "small letters, digits and _" in line(f"{server}&program=Shop")
    new = f"{address.url}&program={address.program}"
    assert "name a program for a new one with --program" in line(new)
    allowed = server.replace("postgres@", f"{GUARDED}:open%20sesame@")
    assert "this user lacks the privilege; ask the owner to GRANT it" in line(allowed, "--program", "telecom")
    assert cli("ingest", "--replay", "--program", log.program_path, "--db", new, log.path).status == 0
    with connect(address) as admin:
        admin.execute("UPDATE referral.program SET schema_version = 6 WHERE name = %s", (address.program,))
    assert f"of schema 6, this version of referral-tui works with schema {SCHEMA_VERSION}" in line(new)
    monkeypatch.setitem(__import__("sys").modules, "psycopg", None)
    assert "the Postgres client library is not installed; pip install 'referral-tui[postgres]'" in line(new)


A_URL = "http://127.0.0.1:9000/hooks"


@dataclass(frozen=True)
class Taking:
    """What a command takes as `--db`, and the arguments that it needs beside it."""

    kind: type
    needed: list[str]


def databases_taken() -> dict[str, Taking]:
    """The commands that take a database, by their words."""
    found: dict[str, Taking] = {}

    def look(command: Any, words: str) -> None:
        for name, inner in getattr(command, "commands", {}).items():
            look(inner, f"{words} {name}")
        for param in command.params:
            if "--db" in param.opts:
                needed = [one for one in command.params if one.required]
                values = [
                    [
                        *(name for name in one.opts[:1] if name.startswith("-")),
                        A_URL if one.name == "url" else "1",
                    ]
                    for one in needed
                ]
                found[words] = Taking(param.type_descriptor.annotation, list(chain.from_iterable(values)))

    for name in COMMANDS:
        look(load(name), name)
    return found


def test_a_command_that_needs_a_file_says_which_commands_take_an_address(cli: Cli) -> None:
    taken = databases_taken()
    takers = [words for words, one in taken.items() if one.kind is PostgresAddress]
    assert {"ingest", "serve", "export", "verify", "explain", "dashboard", "review approve"} <= set(takers)
    refuse = {words: one for words, one in taken.items() if words not in takers}
    assert {"simulate", "migrate", "hooks add"} <= set(refuse)
    for words, one in refuse.items():
        ran = cli(*words.split(), *one.needed, "--db", "postgresql://app:geheim@db.example/shop")
        assert ran.status == 2, words
        assert ran.err == (
            f"referral-tui: --db: `referral-tui {words}` takes a file; a database in Postgres can be given to "
            f"{', '.join(takers)}\n"
        )


@pytest.mark.parametrize(
    ("text", "shown", "program"),
    [
        ("postgresql://app:geheim@db/shop", "postgresql://app@db/shop", "main"),
        ("postgres://db:5433/shop?program=uk", "postgres://db:5433/shop?program=uk", "uk"),
        ("postgresql:///shop?password=geheim&host=/run/pg", "postgresql:///shop?host=/run/pg", "main"),
        ("postgresql://app:gehe%40im@db/shop", "postgresql://app@db/shop", "main"),
    ],
)
def test_an_address_is_shown_without_its_password(text: str, shown: str, program: str) -> None:
    found = PostgresAddress.parse(text)
    assert (str(found), found.program) == (shown, program)
    assert "geheim" not in repr(found)


@pytest.mark.parametrize("text", ["postgresql://app:geheim@[x", "postgresql://app:geheim@[shop]/a"])
def test_an_address_with_wrong_brackets_is_refused_without_its_password(text: str) -> None:
    with pytest.raises(InputError, match=r"^--db postgresql://…: its host has brackets") as refused:
        PostgresAddress.parse(text)
    assert "geheim" not in str(refused.value)


def holding(address: PostgresAddress, text: str) -> list[str]:
    """The tables in Postgres in which a text stands anywhere."""
    with connect(address) as server:
        return [
            name
            for name in tables()
            if server.execute(
                f"SELECT FROM {address.schema}.{name} AS one WHERE one::text LIKE %s LIMIT 1", (f"%{text}%",)
            ).fetchone()
            is not None
        ]


def test_a_person_is_erased_in_postgres_and_in_the_copies_that_follow_it(
    cli: Cli, log: Log, address: PostgresAddress, tmp_path: Path
) -> None:
    url = f"{address.url}&program={address.program}"
    assert cli("ingest", "--replay", "--program", log.program_path, "--db", url, log.path).status == 0
    reader = follow(address, tmp_path / "reader")
    assert holding(address, "p-87") == ["person"]
    ran = cli("erase", "p-87", "--by", "dpo-1", "--basis", "request of 3 May", "--db", url)
    assert ran.status == 0, ran.err
    assert "copies on other machines follow when they are next read" in ran.out
    assert holding(address, "p-87") == []
    assert follow(address, tmp_path / "reader") == reader
    assert "p-87" not in repr(rows_of(reader))
    assert first_difference(rows_of(reader), rows_of(fetch(address, tmp_path))) is None
    assert cli("verify", "--db", url).status == 0


def test_a_review_is_settled_in_postgres(
    cli: Cli, log: Log, address: PostgresAddress, tmp_path: Path
) -> None:
    url = f"{address.url}&program={address.program}"
    (tmp_path / "events.jsonl").write_bytes(lines(REVIEWED))
    ran = cli("ingest", "--program", log.program_path, "--db", url, tmp_path / "events.jsonl")
    assert ran.status == 0, ran.err
    waiting = [
        one["number"] for one in json.loads(cli("review", "list", "--json", "--db", url).out)["review"]
    ]
    ran = cli("review", "approve", waiting[0], "--by", "operator-1", "--db", url)
    assert (ran.status, "qualified" in ran.out) == (0, True), ran.err
    left = [one["number"] for one in json.loads(cli("review", "list", "--json", "--db", url).out)["review"]]
    assert left == waiting[1:]


def test_a_writer_whose_connection_is_ended_by_the_server_says_so_and_the_next_one_goes_on(
    log: Log, in_a_file: Path, address: PostgresAddress, tmp_path: Path
) -> None:
    with opened(PostgresUpstream.take(address, tmp_path), log.program) as platform:
        take_in(platform, log.lines[:100])
        with connect(address) as server:
            server.execute(
                "SELECT pg_terminate_backend(backend) FROM referral.program WHERE name = %s",
                (address.program,),
            )
        with pytest.raises(DatabaseError, match=r"the connection was lost .* what was committed is kept"):
            take_in(platform, log.lines[100:])
    with opened(PostgresUpstream.take(address, tmp_path), log.program) as platform:
        take_in(platform, log.lines[100:])
    assert unlike(fetch(address, tmp_path), in_a_file) is None


def test_a_copy_that_is_ahead_of_a_restored_postgres_is_made_anew(
    log: Log, address: PostgresAddress, tmp_path: Path
) -> None:
    with opened(PostgresUpstream.take(address, tmp_path), log.program) as platform:
        take_in(platform, log.lines[:100])
    reader = follow(address, tmp_path / "reader")
    with closing(sqlite3.connect(reader)) as db:
        db.execute("UPDATE setting SET value = '1000' WHERE name = ?", (BATCH_SETTING,))
        db.execute("UPDATE person SET ref = 'of another time'")
        db.commit()
    assert follow(address, tmp_path / "reader") == reader
    assert first_difference(rows_of(reader), rows_of(platform.path)) is None


def test_a_dashboard_s_copy_follows_until_it_is_closed(
    log: Log, address: PostgresAddress, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.postgres.copy._FOLLOWED_EACH_S", 0.01)
    with opened(PostgresUpstream.take(address, tmp_path / "engine"), log.program) as platform:
        reader = follow(address, tmp_path / "reader")
        over = Event()
        thread = Thread(target=keep_following, args=(address, tmp_path / "reader", over))
        thread.start()
        take_in(platform, log.lines[:100])
        wanted = batch_of(platform.path)
        while batch_of(reader) < wanted:
            thread.join(0.01)
            assert thread.is_alive()
        over.set()
        thread.join()
        assert first_difference(rows_of(reader), rows_of(platform.path)) is None

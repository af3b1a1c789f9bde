"""Merged accounts, from the file that reports them to exports, verification and words."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.merged import merged_lines, write_merged
from tests.cli.nasty import HOUR, PROGRAM, START, Cli

Exports = Callable[..., dict[str, bytes]]


@pytest.fixture
def db(cli: Cli, tmp_path: Path, program: Path) -> Path:
    """The database of the log."""
    path = tmp_path / "merged.db"
    ran = cli("ingest", write_merged(tmp_path), "--program", program, "--replay", "--db", path)
    assert ran.status == 0, ran.err
    return path


def rows(exports: Exports, db: Path, what: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in exports(db, whats=(what,))[what].splitlines()]


def test_a_merge_is_exported_and_the_later_attribution_has_ended(exports: Exports, db: Path) -> None:
    assert rows(exports, db, "merges") == [{"subject": "guest", "into": "fred", "at": START + 4 * HOUR}]
    assert [
        (one["friend"], one["referrer"], one["ended_at"]) for one in rows(exports, db, "attributions")
    ] == [
        ("fred", "ann", None),
        ("guest", "bob", START + 4 * HOUR),
    ]


def test_later_rows_name_the_account_that_was_merged_into(exports: Exports, db: Path) -> None:
    assert [(one["event_id"], one["friend"], one["referrer"]) for one in rows(exports, db, "decisions")] == [
        ("bill-1", "guest", "bob"),
        ("bill-2", "fred", "ann"),
        ("bill-3", "fred", "ann"),
    ]
    recipients = [one["recipient"] for one in rows(exports, db, "rewards") if one["role"] == "friend"]
    assert recipients == ["guest", "fred", "fred"]


def test_a_database_with_merges_is_proven(cli: Cli, db: Path) -> None:
    ran = cli("verify", "--db", db)
    assert ran.status == 0, ran.out + ran.err
    assert "1 row of merge" in ran.out


def test_the_audit_trail_tells_of_the_end_and_of_a_merge_without_effect(exports: Exports, db: Path) -> None:
    told = [(one["kind"], one["subject"], one["detail"]) for one in rows(exports, db, "audit")]
    assert ("attribution-ended", "guest", "code, code, BOB") in told
    assert ("merge-without-effect", "fred", "same-person") in told


def test_explain_tells_what_came_with_a_guest_who_was_merged_into_an_account(
    cli: Cli, tmp_path: Path
) -> None:
    lines = [json.loads(line) for line in merged_lines()]
    kept = [one for one in lines if one["id"] in ("link-bob", "who-bob", "claim-guest", "merge-1", "bill-3")]
    (tmp_path / "guest.jsonl").write_text("".join(f"{json.dumps(one)}\n" for one in kept))
    (tmp_path / "p.toml").write_text(PROGRAM)
    path = tmp_path / "guest.db"
    options = ("--program", tmp_path / "p.toml", "--replay", "--db", path)
    assert cli("ingest", tmp_path / "guest.jsonl", *options).status == 0
    account = cli("explain", "bill-3", "--db", path, "--json").json
    assert account["attribution"]["referrer"] == "bob"
    told = [one["type"] for one in account["timeline"] if one["kind"] == "event"]
    assert told == ["friend.claimed", "customer.merged", "bill.paid"]


def test_explain_says_until_when_the_referrer_of_a_merged_account_was_theirs(cli: Cli, db: Path) -> None:
    said = cli("explain", "guest", "--db", db).out
    assert "until 1 January 2026, 04:00 UTC: merged accounts keep the earlier of two referrers" in said
    assert "until" not in cli("explain", "fred", "--db", db).out

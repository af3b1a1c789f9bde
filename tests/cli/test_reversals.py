"""Reversals without effect: counted with the reason, and explained for the conversion and for the friend."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.nasty import DAY, HOUR, START, Cli, message

WHO: dict[str, Any] = {
    "contact_ref": "c-ann",
    "contact_kind": "email",
    "via": "sso",
    "referrer_kind": "customer",
}
REVERSED = "conversion.reversed"


def reversal(key: str, who: str, at: int, reverses: str, **parts: Any) -> dict[str, Any]:
    return message(key, REVERSED, who, at, START + DAY, reverses=reverses, reason="cancelled") | parts


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Ben's activation is reversed wrongly four times, and never in a way that counts."""
    bought = message("b1", "service.activated", "ben", START + 2 * HOUR)
    other = "client/other" if bought["source"] != "client/other" else "client/crm"
    events = [
        message("w1", "customer.identified", "ann", START, **WHO),
        message("l1", "link.created", "ann", START, code="ANN"),
        message("v1", "friend.visited", "ben", START + HOUR, code="ANN", channel="email"),
        reversal("r0", "mallory", START + HOUR + 1, "b1"),
        bought,
        reversal("r1", "ben", START + 3 * HOUR, "b1", source=other),
        reversal("r2", "ben", START + 3 * HOUR, "no-such-id"),
        reversal("r3", "mallory", START + 3 * HOUR, "b1"),
    ]
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(map(json.dumps, events)))
    return path


@pytest.mark.parametrize("batch", [1, 1000])
def test_reversals_that_hit_nothing_are_counted_in_the_summary_with_the_reasons(
    cli: Cli, program: Path, files: Path, tmp_path: Path, batch: int
) -> None:
    db = tmp_path / "a.db"
    args = ("--db", db, "--program", program, "--replay", "--batch", batch, files)
    figures = cli("ingest", *args, "--json").json
    assert figures["reversals_without_effect"] == {"not-received": 1, "other-source": 1, "other-subject": 2}
    assert set(figures["rewards"]) == {"pending"}
    said = cli("ingest", *args).out
    assert "4 reversals without effect:" in said
    assert "it came in another person's name than the conversion" in said
    assert cli("verify", "--db", db).status == 0


@pytest.mark.parametrize("what", ["ben", "b1"])
def test_explain_says_of_friend_and_conversion_which_reversals_had_no_effect(
    cli: Cli, program: Path, files: Path, tmp_path: Path, what: str
) -> None:
    db = tmp_path / "a.db"
    assert cli("ingest", "--db", db, "--program", program, "--replay", files).status == 0
    told = cli("explain", what, "--db", db, "--json").json
    reasons = {one["id"]: one["reason"] for one in told["reversals"]}
    elsewhere = {"r2": "not-received"} if what == "ben" else {}
    assert reasons == {"r0": "other-subject", "r1": "other-source", "r3": "other-subject"} | elsewhere
    assert (
        "without effect: it came in another person's name than the conversion"
        in cli("explain", what, "--db", db).out
    )


def test_explain_tells_a_reversal_that_counts_from_one_after_the_clawback(
    cli: Cli, program: Path, tmp_path: Path
) -> None:
    events = [
        message("w1", "customer.identified", "ann", START, **WHO),
        message("l1", "link.created", "ann", START, code="ANN"),
        message("v1", "friend.visited", "ben", START + HOUR, code="ANN", channel="email"),
        message("b1", "service.activated", "ben", START + 2 * HOUR),
        reversal("r1", "ben", START + 3 * HOUR, "b1"),
        message("v2", "friend.visited", "cid", START + 3 * DAY, code="ANN", channel="email"),
        message("c1", "service.activated", "cid", START + 3 * DAY + HOUR),
        reversal("r2", "cid", START + 400 * DAY, "c1"),
    ]
    file, db = tmp_path / "a.jsonl", tmp_path / "a.db"
    file.write_text("\n".join(map(json.dumps, events)))
    assert cli("ingest", "--db", db, "--program", program, "--replay", file).status == 0
    assert [one["why"] for one in cli("explain", "ben", "--db", db, "--json").json["reversals"]] == [None]
    (late,) = cli("explain", "cid", "--db", db, "--json").json["reversals"]
    assert late["reason"] in ("nothing-to-undo",)

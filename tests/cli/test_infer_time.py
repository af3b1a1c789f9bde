"""Events without a time: refused with the remedy, or taken as of their receipt and marked."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulator.events.decode import Decoded, Receiver, decode_lines
from simulator.load.recorded import read_recording
from tests.cli.nasty import DAY, START, Cli

Exports = Callable[..., dict[str, bytes]]
NOW = START + 60 * DAY
SAME = ("events", "attributions", "decisions", "rewards", "audit")


def event(
    own_id: str, kind: str, subject: str, day: int, *, timed: bool = True, **data: Any
) -> dict[str, Any]:
    """Make an event received on a day; one that is not `timed` has no time."""
    client = kind == "service.activated"
    stated = {"time": f"2026-01-{day:02d}T00:00:00Z"} if timed else {}
    return {
        "specversion": "1.0",
        "id": own_id,
        "source": "client/crm" if client else "platform",
        "type": kind,
        **stated,
        "subject": subject,
        "data": data,
        "receivedat": START + (day - 1) * DAY,
    }


LOG = [
    event("1", "link.created", "ann-ref", 1, code="ANN"),
    event("2", "friend.visited", "bob-ref", 2, timed=False, code="ANN", channel="email"),
    event("3", "service.activated", "bob-ref", 4, timed=False, outcome="ok"),
    event("4", "session.authenticated", "bob-ref", 5),
]


@pytest.fixture
def log_file(tmp_path: Path) -> Path:
    path = tmp_path / "log.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in LOG))
    return path


def decode(events: list[dict[str, Any]], *, clock: int | None = None, infer: bool = True) -> Decoded:
    lines = [json.dumps(one).encode() for one in events]
    return decode_lines(lines, Receiver(0, clock, infer_time=infer), str)


def test_a_missing_time_is_refused_with_the_option_that_takes_it(
    cli: Cli, tmp_path: Path, program: Path, log_file: Path
) -> None:
    ran = cli("ingest", "--db", tmp_path / "a.db", "--program", program, "--replay", "--json", log_file).json
    assert (ran["accepted"], ran["malformed"], ran["time_inferred"]) == (2, 2, 0)
    refused = [json.loads(x) for x in cli("export", "quarantine", "--db", tmp_path / "a.db").out.splitlines()]
    assert {one["field"] for one in refused} == {"time"}
    assert all("ingest --infer-time" in one["reason"] for one in refused)
    dry = cli("ingest", "--dry-run", "--replay", "--infer-time", "--json", log_file).json
    assert (dry["received"], dry["malformed"]) == (4, 0)


def test_an_inferred_time_is_counted_exported_told_and_taken_back_by_a_replay(
    cli: Cli, exports: Exports, tmp_path: Path, program: Path, log_file: Path
) -> None:
    db = tmp_path / "a.db"
    take = ("ingest", "--program", program, "--replay", "--now", NOW)
    ran = cli(*take, "--db", db, "--infer-time", log_file)
    assert "without a time, taken as of their receipt: 2\n" in ran.out
    lines = exports(db)["events"].splitlines()
    told = [json.loads(line) for line in lines]
    assert [one.get("timeinferred") for one in told] == [None, True, True, None]
    assert told[1]["time"] == "2026-01-02T00:00:00.000Z"
    timeline = cli("explain", "--db", db, "bob-ref").out
    assert timeline.count("time inferred from its receipt") == 2
    assert [
        one.get("time_inferred")
        for one in cli("explain", "--db", db, "bob-ref", "--json").json["timeline"]
        if one["kind"] == "event"
    ] == [True, True, None]
    assert cli("verify", "--db", db).status == 0
    assert b"timeinferred" in exports(db, "csv")["events"].splitlines()[0]
    for form in ("jsonl", "csv"):
        back, again = tmp_path / f"back.{form}", tmp_path / f"{form}.db"
        cli("export", "events", "--db", db, "--format", form, "--out", back)
        assert cli(*take, "--db", again, "--json", back).json["time_inferred"] == 2
        assert exports(db, whats=SAME) == exports(again, whats=SAME)
    parquet = tmp_path / "back.parquet"
    cli("export", "events", "--db", db, "--format", "parquet", "--out", parquet)
    assert read_recording(parquet, None, "GBP")[0]["time_inferred"].sum() == 2
    plain = tmp_path / "plain.db"
    cli(*take, "--db", plain, log_file)
    cli("export", "events", "--db", plain, "--format", "parquet", "--out", parquet)
    assert read_recording(parquet, None, "GBP")[0]["time_inferred"].null_count() == 2


def test_a_message_without_a_time_sent_again_is_a_duplicate(
    cli: Cli, tmp_path: Path, program: Path, log_file: Path
) -> None:
    take = ("ingest", "--db", tmp_path / "a.db", "--program", program, "--infer-time", "--json", log_file)
    assert cli(*take).json["accepted"] == 4
    assert cli(*take).json["duplicate"] == 4


def test_csv_without_a_column_time_needs_the_option(cli: Cli, tmp_path: Path, program: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("specversion,id,source,type,subject\n1.0,e1,platform,session.authenticated,ann-ref\n")
    take = ("ingest", "--db", tmp_path / "a.db", "--program", program, "--json", path)
    refused = cli(*take)
    assert (refused.status, "ingest --infer-time" in refused.err) == (2, True)
    assert cli(*take, "--infer-time").json["time_inferred"] == 1


def test_nobody_infers_each_time_from_the_other(
    cli: Cli, tmp_path: Path, program: Path, log_file: Path
) -> None:
    ran = cli("ingest", "--program", program, "--infer-time", "--received-as-occurred", log_file)
    assert (ran.status, ran.err.count("\n")) == (2, 1)


@pytest.mark.parametrize("clock", [None, NOW])
def test_times_are_inferred_alike_in_bulk_and_one_by_one(clock: int | None) -> None:
    whole = decode(LOG, clock=clock)
    single = [decode([one], clock=clock) for one in LOG]
    assert whole.messages.drop("position").rows() == [
        row for one in single for row in one.messages.drop("position").rows()
    ]
    inferred = whole.messages.filter(whole.messages["time_inferred"].fill_null(value=False))
    assert inferred["id"].to_list() == ["2", "3"]
    assert inferred["occurred_at"].equals(inferred["received_at"].alias("occurred_at"))


@pytest.mark.parametrize("time", [5, "", "2026-01-01", "yesterday"])
def test_a_time_that_is_wrong_is_never_inferred(time: object) -> None:
    (refused,) = decode([LOG[0] | {"time": time}], clock=NOW).rejected
    assert refused.field == "time"


@pytest.mark.parametrize("mark", ["yes", 1, {}])
def test_the_mark_of_an_inferred_time_is_true_or_false(mark: object) -> None:
    (refused,) = decode([LOG[0] | {"timeinferred": mark}], clock=NOW).rejected
    assert refused.field == "timeinferred"


@pytest.mark.parametrize("mark", [False, None])
def test_a_time_that_is_said_not_to_be_inferred_is_a_stated_one(mark: object) -> None:
    plain, marked = decode(LOG[:1], clock=NOW), decode([LOG[0] | {"timeinferred": mark}], clock=NOW)
    assert marked.messages.equals(plain.messages)
    assert not marked.passed_over


def test_a_dry_run_counts_what_it_would_not_keep_and_knows_the_program_s_numeric_references(
    cli: Cli, tmp_path: Path, program: Path
) -> None:
    path, numeric = tmp_path / "a.jsonl", tmp_path / "numeric.toml"
    path.write_text(json.dumps(event("1", "session.authenticated", "12345678", 1) | {"region": "eu"}) + "\n")
    numeric.write_text(program.read_text().replace("[program]", "[program]\nnumeric_references = true"))
    ran = cli("ingest", "--dry-run", "--program", numeric, path)
    assert (ran.status, "attributes that are not kept: region (1)" in ran.out) == (0, True)
    assert cli("ingest", "--dry-run", "--program", numeric, "--json", path).json["passed_over"] == {
        "region": 1
    }
    assert cli("ingest", "--dry-run", "--program", program, path).status == 2

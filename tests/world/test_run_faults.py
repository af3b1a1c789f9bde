"""A run with faults: the same faults for any batch, pace and stop; dials can be turned during the run."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from db.control import DIAL, send
from db.read.deliveries import DIALS
from referral_tui.cli.app import run as command
from simulator.delivery.dials import parse_faults
from simulator.domain.errors import InputError
from simulator.program.load import load_program
from simulator.program.model import Program
from simulator.proof.verify import verify
from simulator.run.opening import resume
from simulator.run.pace import MAX
from simulator.run.plan import Plan
from tests.world.running import REVIEWING, FakeWall, exports_of, run_into, stop_after

HOUR_MS = 3_600_000
PLAN = Plan(
    seed=5,
    referrers=350,
    days=30,
    faults=parse_faults(["hostile"]),
    delivery={"bill.paid": "every:6h", "conversion.reversed": "batch@mon-02:00/csv"},
)
Outcome = tuple[dict[str, bytes], dict[str, list[tuple[object, ...]]]]


@pytest.fixture(scope="module")
def reviewing() -> Program:
    return load_program(REVIEWING, "reviewing.toml")


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(sql).fetchall()


def outcome(path: Path) -> Outcome:
    """All exports, and what the run reports of faults and reconciliation."""
    tables = ("fault", "reconciliation")
    return exports_of(path, path.parent), {table: rows(path, f"SELECT * FROM {table}") for table in tables}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, reviewing: Program) -> Outcome:
    """The outcome of the undisturbed run."""
    path = tmp_path_factory.mktemp("whole") / "w.db"
    assert run_into(path, reviewing, plan=PLAN) == "finished"
    assert verify(path).difference is None
    assert rows(path, "SELECT COUNT(*) FROM event WHERE type = 'review.decided'") > [(0,)]
    assert rows(path, "SELECT COUNT(DISTINCT dial) FROM fault WHERE count > 0") > [(11,)]
    return outcome(path)


@pytest.mark.parametrize(("batch", "pace"), [(61, MAX), (500, 1_800_000.0)])
def test_batch_and_pace_change_nothing(
    batch: int, pace: float, tmp_path: Path, reviewing: Program, whole: Outcome
) -> None:
    assert run_into(tmp_path / "w.db", reviewing, plan=PLAN, batch=batch, pace=pace) == "finished"
    assert outcome(tmp_path / "w.db") == whole


def test_stopped_five_times_it_ends_the_same(tmp_path: Path, reviewing: Program, whole: Outcome) -> None:
    path = tmp_path / "w.db"
    ended = run_into(path, reviewing, plan=PLAN, stopped=stop_after(3), batch=113)
    for stop in range(5):
        assert ended == "stopped"
        ended = run_into(path, None, stopped=stop_after(2 + stop % 3), batch=60 + 16 * stop)
    assert run_into(path, None) == "finished"
    assert outcome(path) == whole
    assert not path.with_name("w.files").exists()
    assert run_into(path, None) == "finished"  # going on with what is finished adds nothing
    assert outcome(path) == whole


def test_what_is_lost_comes_back_by_the_reconciliation(tmp_path: Path, reviewing: Program) -> None:
    clean, lossy = tmp_path / "clean.db", tmp_path / "lossy.db"
    plan = Plan(seed=5, referrers=200, days=24)
    run_into(clean, reviewing, plan=plan)
    run_into(lossy, reviewing, plan=replace(plan, faults={"lost": 0.2, "file-missing": 0.3}))
    sql = (
        "SELECT source, id, occurred_at, received_at FROM event WHERE source <> 'platform' AND occurred_at < "
        f"{plan.start_ms + 14 * 24 * HOUR_MS} AND received_at < {plan.end_ms}"
    )
    sent = {row[:2]: row for row in rows(clean, sql)}
    came = {row[:2]: row for row in rows(lossy, sql)}
    assert sent.keys() == came.keys()
    late = [key for key in sent if came[key][3] > sent[key][3]]  # type: ignore[operator]
    assert len(late) > 0.15 * len(sent)
    for key in late:
        assert came[key][3] - sent[key][3] > 72 * HOUR_MS  # type: ignore[operator]
    ((missing, returned),) = rows(lossy, "SELECT SUM(missing), SUM(returned) FROM reconciliation")
    assert len(late) <= returned <= missing  # type: ignore[operator]
    assert rows(clean, "SELECT SUM(missing), SUM(extra), SUM(different) FROM reconciliation") == [(0, 0, 0)]


class Turner(FakeWall):
    """Turn dials while the run waits."""

    def __init__(self, path: Path, at: dict[int, object]) -> None:
        super().__init__()
        self.path, self.at_wait, self.waits = path, at, 0

    def wait(self, seconds: float) -> None:
        super().wait(seconds)
        self.waits += 1
        if self.waits in self.at_wait:
            send(self.path, DIAL, {"faults": self.at_wait[self.waits]})


@pytest.fixture(scope="module")
def turned(tmp_path_factory: pytest.TempPathFactory, reviewing: Program) -> Path:
    """A run without faults whose dials are turned during the run."""
    path = tmp_path_factory.mktemp("turned") / "t.db"
    at: dict[int, object] = {12: {"lost": 0.5, "file-twice": 1.0}, 30: {"nonsense": 1}, 50: "clean"}
    plan = Plan(seed=5, referrers=300, days=24)
    assert run_into(path, reviewing, plan=plan, pace=86_400.0 * 8, wall=Turner(path, at)) == "finished"
    return path


def test_a_dial_holds_from_the_next_full_hour_on(turned: Path, tmp_path: Path, reviewing: Program) -> None:
    (on, odd, off) = rows(turned, "SELECT sim_at, refused FROM command ORDER BY id")
    assert on[1] is None
    assert "no such dial" in str(odd[1])
    calm = tmp_path / "calm.db"
    run_into(calm, reviewing, plan=Plan(seed=5, referrers=300, days=24))
    sql = (
        "SELECT source, id, occurred_at, received_at FROM event "
        "WHERE type = 'customer.identified' AND source <> 'platform'"
    )
    before, after = rows(calm, sql), {row[1]: row for row in rows(turned, sql)}
    begins, ends = ((int(str(at)) // HOUR_MS + 1) * HOUR_MS for at, _ in (on, off))
    struck = [row for row in before if after.get(row[1]) != row]
    assert struck
    assert all(begins <= int(str(row[2])) < ends for row in struck)
    within = [row for row in before if begins <= int(str(row[2])) < ends]
    assert 0.3 < len(struck) / len(within) < 0.7
    assert rows(turned, "SELECT SUM(count) FROM fault WHERE dial = 'file-twice'") > [(0,)]
    assert verify(turned).difference is None


def test_a_run_with_turned_dials_goes_on_after_a_stop_as_it_was(
    turned: Path, tmp_path: Path, reviewing: Program
) -> None:
    path = tmp_path / "s.db"
    at: dict[int, object] = {12: {"lost": 0.5, "file-twice": 1.0}, 30: {"nonsense": 1}, 50: "clean"}
    plan = Plan(seed=5, referrers=300, days=24)
    wall = Turner(path, at)
    pace = 86_400.0 * 8
    assert run_into(path, reviewing, plan=plan, pace=pace, wall=wall, stopped=stop_after(110)) == "stopped"
    assert run_into(path, None, batch=50) == "finished"
    one, other = outcome(path), outcome(turned)
    assert rows(path, "SELECT kind, sim_at FROM command") == rows(turned, "SELECT kind, sim_at FROM command")
    assert one == other


def test_files_can_be_kept_and_ingested_by_hand(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path, files = tmp_path / "k.db", tmp_path / "files"
    given = ["--referrers", "400", "--days", "40", "--delivery", "service.activated=batch@02:00/csv"]
    assert command(["simulate", *given, "--files", str(files), "--db", str(path), "--json"]) == 0
    capfd.readouterr()
    batches = sorted(str(one) for one in files.glob("service.activated-*.csv"))
    assert len(batches) > 5
    lists = [
        json.loads(one.read_text().splitlines()[0]) for one in files.glob("service.activated-*.list.jsonl")
    ]
    assert (
        command(["ingest", *batches, "--program", "telecom", "--db", str(tmp_path / "again.db"), "--json"])
        == 0
    )
    taken = json.loads(capfd.readouterr().out)
    ((there,),) = rows(path, "SELECT COUNT(*) FROM event WHERE type = 'service.activated'")
    assert taken["accepted"] == taken["received"] == there
    assert 0 <= taken["accepted"] - sum(one["count"] for one in lists) < 5  # the last lists are not due yet


def test_the_command_says_how_often_and_what_never(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    given = [
        "simulate",
        "--referrers",
        "200",
        "--days",
        "20",
        "--faults",
        "hostile",
        "--faults",
        "rebooked=0.0001",
    ]
    assert command([*given, "--db", str(tmp_path / "a.db")]) == 0
    said = capfd.readouterr().out
    assert "never fired" in said
    assert "missing of" in said
    assert command([*given, "--db", str(tmp_path / "b.db"), "--json"]) == 0
    figures = json.loads(capfd.readouterr().out)
    assert set(figures["faults"]) == set(DIALS)
    assert figures["faults"]["lost"]["count"] == sum(figures["faults"]["lost"]["types"].values()) > 0
    assert figures["reconciliation"]["customer.identified"]["missing"] > 0
    receipts = ("accepted", "duplicate", "conflict", "malformed")
    assert figures["received"] == sum(figures[kind] for kind in receipts)
    assert all(figures[kind] for kind in receipts)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hostle", 'did you mean "hostile"'),
        ("lots=0.1", 'did you mean "lost"'),
        ("lost=1.5", "0 to 1"),
        ("lost=-1", "0 to 1"),
        ("lost=nan", "0 to 1"),
        ("lost=often", "not a rate"),
        ("bill.payed:lost=0.1", 'did you mean "bill.paid"'),
        ("friend.visited:lost=0.1", "not an event type that a client sends"),
    ],
)
def test_a_bad_dial_is_one_clear_line(
    text: str, said: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert command(["simulate", "--faults", text, "--db", str(tmp_path / "n.db")]) == 2
    error = capfd.readouterr().err
    assert said in error
    assert len(error.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_other_faults_than_it_was_begun_with_are_told_in_one_line(tmp_path: Path, reviewing: Program) -> None:
    path = tmp_path / "w.db"
    plan = Plan(referrers=40, days=5, faults=parse_faults(["hostile"]))
    assert run_into(path, reviewing, plan=plan) == "finished"
    with (
        pytest.raises(InputError, match="started with faults hostile, not lost=0"),
        resume(path, {"faults": {"lost": 0.5}}),
    ):
        pass
    with resume(path, {"faults": parse_faults(["hostile"])}):
        pass

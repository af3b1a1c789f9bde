"""A run: any pace, batch, stop and restart gives the same exports; commands are executed and recorded."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from db.client.people import crm_path
from db.control import CHANGE, PAUSE, RESUME, SPEED, STEP, send
from db.write.store import Store
from referral_tui.cli.app import run as command
from simulator.domain.errors import DatabaseError, InputError
from simulator.platform.session import AHEAD
from simulator.program.load import load_program
from simulator.program.model import Program
from simulator.proof.verify import verify
from simulator.run.opening import begin, resume
from simulator.run.pace import MAX
from simulator.run.plan import Plan
from tests.world.running import (
    PLAN,
    REVIEWING,
    FakeWall,
    count_events,
    crm_of,
    exports_of,
    run_into,
    stop_after,
    wait_for_events,
)

DAY_S = 86_400


@pytest.fixture(scope="module")
def reviewing() -> Program:
    return load_program(REVIEWING, "reviewing.toml")


LOOK = """
import json, sqlite3, sys
db = sqlite3.connect(sys.argv[1])
look = "SELECT status, (SELECT COUNT(*) FROM event), pace FROM clock"
for _ in sys.stdin:
    print(json.dumps(db.execute(look).fetchone()), flush=True)
"""


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, reviewing: Program) -> Path:
    """The database of the undisturbed run, to be read only."""
    path = tmp_path_factory.mktemp("whole") / "w.db"
    assert run_into(path, reviewing) == "finished"
    return path


@pytest.fixture(scope="module")
def whole(
    tmp_path_factory: pytest.TempPathFactory, undisturbed: Path
) -> tuple[dict[str, bytes], list[tuple[object, ...]]]:
    """The exports and the CRM database of the undisturbed run."""
    return exports_of(undisturbed, tmp_path_factory.mktemp("exports")), crm_of(undisturbed)


def test_reviews_are_settled_by_the_operator_a_day_later(
    whole: tuple[dict[str, bytes], list[tuple[object, ...]]],
) -> None:
    exports, _ = whole
    events = [json.loads(line) for line in exports["events"].splitlines()]
    verdicts = [event for event in events if event["type"] == "review.decided"]
    received = {(event["source"], event["id"]): event["receivedat"] for event in events}
    assert verdicts
    for verdict in verdicts:
        decision = verdict["data"]["decision"]
        assert verdict["receivedat"] >= received[decision["source"], decision["id"]] + DAY_S * 1000
    outcomes = [json.loads(line)["outcome"] for line in exports["decisions"].splitlines()]
    assert outcomes.count("review") < len(verdicts) + 5


@pytest.mark.parametrize(("batch", "pace"), [(61, MAX), (500, 900_000.0)])
def test_batch_and_pace_change_nothing(
    batch: int,
    pace: float,
    tmp_path: Path,
    reviewing: Program,
    whole: tuple[dict[str, bytes], list[tuple[object, ...]]],
) -> None:
    assert run_into(tmp_path / "w.db", reviewing, batch=batch, pace=pace) == "finished"
    assert (exports_of(tmp_path / "w.db", tmp_path), crm_of(tmp_path / "w.db")) == whole


@pytest.mark.parametrize("pace", [MAX, pytest.param(500_000.0, marks=pytest.mark.long)])
def test_stopped_again_and_again_it_ends_the_same(
    pace: float, tmp_path: Path, reviewing: Program, whole: tuple[dict[str, bytes], list[tuple[object, ...]]]
) -> None:
    path = tmp_path / "w.db"
    ended = run_into(path, reviewing, stopped=stop_after(11), pace=pace, batch=100)
    for looks in (1, 7, 30):
        assert ended == "stopped"
        ended = run_into(path, None, stopped=stop_after(looks), pace=pace, batch=61)
    if ended == "stopped":
        assert run_into(path, None) == "finished"
    assert (exports_of(path, tmp_path), crm_of(path)) == whole
    assert run_into(path, None) == "finished"  # going on with what is finished adds nothing
    assert (exports_of(path, tmp_path), crm_of(path)) == whole


class _Power(BaseException):
    """The power fails."""


@pytest.mark.parametrize("writes", [2, 19])
def test_the_power_goes_in_the_middle_of_a_write(
    writes: int,
    tmp_path: Path,
    reviewing: Program,
    whole: tuple[dict[str, bytes], list[tuple[object, ...]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "w.db"
    write_rows, left = Store._write_rows, iter(range(writes))

    def failing(self: Store, *batch: Any) -> None:
        write_rows(self, *batch)
        if next(left, None) is None:
            raise _Power

    with monkeypatch.context() as patch:
        patch.setattr(Store, "_write_rows", failing)
        patch.setattr("simulator.run.run.TOGETHER", AHEAD)  # many writes
        with pytest.raises(_Power):
            run_into(path, reviewing, batch=80)
    assert run_into(path, None) == "finished"
    assert (exports_of(path, tmp_path), crm_of(path)) == whole


def test_nothing_of_the_customer_system_is_in_the_platforms_file(undisturbed: Path) -> None:
    with closing(sqlite3.connect(crm_path(undisturbed))) as db:
        people = db.execute("SELECT name, email, phone FROM person").fetchall()
        (key,) = db.execute("SELECT value FROM setting WHERE name = 'key'").fetchone()
    content = b"".join(file.read_bytes() for file in undisturbed.parent.glob("w.db*")).lower()
    told = (
        [str(value) for row in people for value in row] + [row[2].replace(" ", "") for row in people] + [key]
    )
    assert len(people) > 100
    assert [value for value in told if value.lower().encode() in content] == []
    # so the search would have found it
    assert people[0][0].lower().encode() in crm_path(undisturbed).read_bytes().lower()


def test_killed_it_goes_on_as_if_it_never_was(
    tmp_path: Path, reviewing: Program, whole: tuple[dict[str, bytes], list[tuple[object, ...]]]
) -> None:
    program, path = tmp_path / "p.toml", tmp_path / "w.db"
    program.write_text(REVIEWING)
    given = {"--program": program, "--seed": PLAN.seed, "--referrers": PLAN.referrers, "--days": PLAN.days}
    process = _simulate(path, *chain(*given.items()), "--start", PLAN.start_ms, "--pace", "5d/s")
    try:
        wait_for_events(path, 200, process)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert 200 <= count_events(path) < len(whole[0]["events"].splitlines())
    assert run_into(path, None) == "finished"
    assert (exports_of(path, tmp_path), crm_of(path)) == whole


def test_interrupted_it_commits_says_so_and_exits_130(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    process = _simulate(path, "--referrers", 400, "--days", 300, "--pace", "2d/s")
    try:
        wait_for_events(path, 50, process)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
    finally:
        process.kill()
        process.wait()
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT status FROM clock").fetchone() == ("stopped",)


def _simulate(path: Path, *arguments: object) -> subprocess.Popen[bytes]:
    given = [str(argument) for argument in arguments]
    return subprocess.Popen(
        [sys.executable, "-m", "referral_tui", "simulate", *given, "--db", str(path)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def test_a_paced_run_that_was_stopped_can_be_verified(tmp_path: Path, reviewing: Program) -> None:
    path = tmp_path / "w.db"
    assert run_into(path, reviewing, stopped=stop_after(40), pace=172_800.0, wall=FakeWall(0.1)) == "stopped"
    with closing(sqlite3.connect(path)) as db:
        (told, newest) = db.execute(
            "SELECT watermark, (SELECT MAX(received_at) FROM event) FROM clock"
        ).fetchone()
    assert 0 < told < newest
    assert verify(path).difference is None


def test_orders_are_obeyed_and_recorded(
    tmp_path: Path, reviewing: Program, whole: tuple[dict[str, bytes], list[tuple[object, ...]]]
) -> None:
    path = tmp_path / "w.db"
    seen: list[tuple[str, int, float]] = []

    class Watcher(FakeWall):
        """Look and send commands, as a person at the dashboard would, while the run waits."""

        def wait(self, seconds: float) -> None:
            super().wait(seconds)
            seen.append(self.look())
            step: dict[int, tuple[str, dict[str, object]]] = {
                5: (PAUSE, {}),
                10: (STEP, {}),
                15: (STEP, {}),
                20: (SPEED, {"pace": 900_000.0}),
                25: (STEP, {"until": CHANGE}),
                30: (STEP, {"until": "tea"}),
                35: (RESUME, {}),
            }
            if len(seen) in step:
                send(path, *step[len(seen)])

        def look(self) -> tuple[str, int, float]:
            assert looking.stdin is not None
            assert looking.stdout is not None
            looking.stdin.write("look\n")
            looking.stdin.flush()
            status, events, pace = json.loads(looking.stdout.readline())
            return status, events, pace

    # in another process, as a dashboard is: see db.sqlite.connection on two copies of SQLite in one
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", LOOK, path], stdin=pipe, stdout=pipe, text=True) as looking:
        assert run_into(path, reviewing, pace=86_400.0 * 3, wall=Watcher()) == "finished"
    assert exports_of(path, tmp_path)["events"] == whole[0]["events"]
    assert {status for status, _, _ in seen[6:35]} == {"paused"}
    assert seen[11][1] == seen[6][1] + 1
    assert seen[16][1] == seen[6][1] + 2
    assert seen[24][1] == seen[6][1] + 2
    assert seen[-1][2] == 900_000.0
    with closing(sqlite3.connect(path)) as db:
        recorded = db.execute("SELECT kind, args, seq FROM command ORDER BY id").fetchall()
        ((refused,),) = db.execute("SELECT refused FROM command WHERE refused IS NOT NULL")
        leap = (seen[24][1], seen[29][1])
        between = 'SELECT COUNT(*) FROM audit WHERE "trigger" > ? AND "trigger" < ?'
        assert db.execute(between, leap).fetchone() == (0,)  # the first change, and no later one
        assert db.execute('SELECT COUNT(*) FROM audit WHERE "trigger" = ?', leap[1:]).fetchone() > (0,)
    assert leap[0] < leap[1] == seen[34][1]
    assert [kind for kind, _, _ in recorded] == [PAUSE, STEP, STEP, SPEED, STEP, STEP, RESUME]
    assert refused == "a step goes until 'change', or, without `until`, one event forward"
    assert [seq for _, _, seq in recorded[:3]] == [seen[6][1], seen[6][1] + 1, seen[6][1] + 2]


def test_time_goes_as_fast_as_the_pace_says(tmp_path: Path, reviewing: Program) -> None:
    wall = FakeWall()
    plan = Plan(seed=5, referrers=100, days=10)
    assert run_into(tmp_path / "w.db", reviewing, pace=86_400.0, wall=wall, plan=plan) == "finished"
    assert wall.at == pytest.approx(10, abs=0.1)  # ten days at a day a second


def test_a_run_is_only_resumed_as_it_was_begun(tmp_path: Path, reviewing: Program) -> None:
    path = tmp_path / "w.db"
    run_into(path, reviewing, stopped=stop_after(3))
    with pytest.raises(InputError, match="started with seed 5, not 6"), resume(path, {"seed": 6}):
        pass
    with pytest.raises(DatabaseError, match="another program"), resume(path, {}, "telecom"):
        pass
    with resume(path, {"seed": 5, "days": PLAN.days}):
        pass


def test_nothing_is_written_over(tmp_path: Path, reviewing: Program) -> None:
    path = tmp_path / "w.db"
    run_into(path, reviewing, stopped=stop_after(1))
    with pytest.raises(DatabaseError, match="already exists"), begin(path, PLAN, reviewing):
        pass
    path.unlink()
    with pytest.raises(DatabaseError, match="another run"), begin(path, PLAN, reviewing):
        pass
    assert not path.exists()


@pytest.mark.parametrize(
    ("in_the_way", "given", "said"),
    [
        ("f", ["--files", "f"], "f: can't create the folder"),
        ("f", ["--files", "f/x"], "f/x: can't create the folder"),
        ("n.control.db", [], "n.control.db: commands can't be stored there"),
        ("n.crm.db", [], "n.crm.db: belongs to another run"),
    ],
)
def test_what_is_refused_before_it_has_begun_leaves_nothing_behind(
    in_the_way: str,
    given: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(in_the_way).write_bytes(b"no database of ours")
    assert command(["simulate", "--referrers", "10", "--days", "2", "--db", "n.db", *given]) == 2
    (line,) = capfd.readouterr().err.splitlines()
    assert said in line
    assert [one.name for one in tmp_path.iterdir()] == [in_the_way]


def test_the_command_reports_what_happened(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "s.db"
    few = ["simulate", "--referrers", "120", "--days", "12", "--db", str(path)]
    assert command([*few, "--json", "--delivery", "service.activated=real-time"]) == 0
    figures = json.loads(capfd.readouterr().out)
    assert figures["received"] == figures["accepted"] == count_events(path)
    assert figures["duplicate"] == figures["conflict"] == figures["malformed"] == 0
    assert {"attributions", "decisions", "rewards", "seconds", "events_per_second"} <= set(figures)
    assert command(few) == 2
    assert "already exists" in capfd.readouterr().err
    assert command(["simulate", "--resume", "--db", str(path)]) == 0
    said = capfd.readouterr().out
    assert "finished; 120 referrers, 12 days" in said
    assert f"received {figures['received']:,}, all of them before this call" in said
    assert "a second" not in said
    with closing(sqlite3.connect(path)) as db:
        settings = dict(db.execute("SELECT name, value FROM setting"))
    assert settings["delivery"] == '{"service.activated": "real-time"}'
    assert int(settings["received"]) == figures["received"]


def test_a_run_that_ends_before_the_event_to_pause_at_says_so(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "s.db"
    assert (
        command(["simulate", "--referrers", "20", "--days", "2", "--hold-after", "9999", "--db", str(path)])
        == 0
    )
    said = f"never paused, since the run ended with event {count_events(path):,}; name an earlier one\n"
    assert capfd.readouterr().err == f"--hold-after 9999: {said}"
    assert command(["simulate", "--resume", "--hold-after", "2", "--db", str(path)]) == 2
    assert f"--hold-after 2: the run is at event {count_events(path)} already" in capfd.readouterr().err


def test_a_run_beyond_the_dates_of_its_program_says_so(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    few = ["simulate", "--referrers", "1", "--days", "1", "--db", str(tmp_path / "s.db")]
    assert command([*few, "--start", "2029-01-01"]) == 0
    said = capfd.readouterr().out
    assert "1 referrer, 1 day, " in said
    assert "the program ended on 1 January 2028, 00:00 UTC: conversions after that are ignored" in said
    assert "the program starts" not in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--preset", "telekom"], 'did you mean "telecom"'),
        (["--pace", "fast"], "1d/s"),
        (["--delivery", "bill.paid=sometimes"], "batch@02:00"),
        (["--referrers", "0"], "--referrers"),
        (["--start", "yesterday"], "--start"),
        (["--start", "9999-12-31"], "--start 9999-12-31T00:00:00.000Z, --days 365: no event can be received"),
        (["--start", "1969-12-31"], "before 2000-01-01"),
        (["--start", "2099-12-31"], "after 2100-01-01"),
        (["--resume"], "n.db"),
        (["--program", "nowhere.toml"], "nowhere.toml"),
    ],
)
def test_wrong_use_is_one_line_and_makes_nothing(
    arguments: list[str], said: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert command(["simulate", *arguments, "--db", str(tmp_path / "n.db")]) == 2
    error = capfd.readouterr().err
    assert said in error
    assert len(error.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []

"""Commands that change the outcome: verdicts and edited programs are executed, recorded, and repeated by a new run."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from db.control import PROGRAM, SPEED, VERDICT, WriterCommand
from db.read import review_queue
from referral_tui.cli.app import run as command
from simulator.program.load import load_program
from simulator.proof.verify import verify
from simulator.run.opening import OpenRun, begin, resume
from simulator.run.pace import MAX
from simulator.run.run import Ending, Run
from simulator.run.script import ScheduledCommand, recorded
from tests.world.running import PLAN, FakeWall, exports_of, never, stop_after
from tests.world.running import REVIEWING as SOME_REVIEWED

DAY = 86_400_000
REVIEWING = SOME_REVIEWED.replace("method = 'link' AND NOT same_device", "amount < 0")  # each is looked at
RICHER = REVIEWING.replace("35.00", "60.00").replace('"5d"', '"1d"')
Exports = dict[str, bytes]
Ordering = Callable[[OpenRun], tuple[str, dict[str, object]] | None]


class QueryContext:
    """A queue into which a person at a desk puts commands during the run."""

    def __init__(self, opened: OpenRun, *steps: tuple[int, Ordering]):
        self._opened = opened
        self._steps = list(steps)

    def take(self) -> list[WriterCommand]:
        taken: list[WriterCommand] = []
        while self._steps and self._opened.platform.sim_at >= PLAN.start_ms + self._steps[0][0] * DAY:
            command = self._steps[0][1](self._opened)
            if command is None:  # not yet: it has nothing to decide
                break
            self._steps.pop(0)
            taken.append(WriterCommand(1, *command, 1_000 + len(self._steps)))
        return taken


def oldest(verdict: str) -> Ordering:
    """A verdict on the decision that has waited longest."""

    def command(opened: OpenRun) -> tuple[str, dict[str, object]] | None:
        waiting = [(one.number,) for one in opened.platform.read(review_queue.waiting)]
        if not waiting:
            return None
        return VERDICT, {"decision": waiting[0][0], "verdict": verdict, "by": "desk"}

    return command


def ordered(command: tuple[str, dict[str, object]]) -> Ordering:
    return lambda _opened: command


def edited(text: str) -> Ordering:
    return ordered((PROGRAM, {"text": text}))


def run(
    path: Path,
    *steps: tuple[int, Ordering],
    new: bool = True,
    script: list[ScheduledCommand] | None = None,
    stopped: Callable[[], bool] = never,
    pace: float = 1_200_000.0,
    batch: int = 20_000,
) -> Ending:
    with begin(path, PLAN, load_program(REVIEWING, "p")) if new else resume(path) as opened:
        if steps:
            object.__setattr__(opened, "inbox", QueryContext(opened, *steps))
        going = Run(opened, stopped=stopped, wall=FakeWall(), pace=pace, batch=batch, script=script or ())
        return going.go()


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(sql).fetchall()


@pytest.fixture(scope="module")
def steered(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Exports]:
    """A run in which a person approves one decision, declines another, and makes the rewards larger in between."""
    folder = tmp_path_factory.mktemp("steered")
    path = folder / "s.db"
    steps = ((9, oldest("approve")), (11, edited(RICHER)), (14, oldest("decline")))
    assert run(path, *steps) == "finished"
    return path, exports_of(path, folder)


def test_a_verdict_is_an_event_of_the_operators(steered: tuple[Path, Exports]) -> None:
    path, exports = steered
    events = [json.loads(line) for line in exports["events"].splitlines()]
    mine = [event for event in events if event["data"].get("by") == "desk"]
    assert [event["data"]["verdict"] for event in mine] == ["approve", "decline"]
    assert all(event["source"] == "platform" for event in mine)
    decided = [json.loads(line) for line in exports["decisions"].splitlines()]
    for event, outcome in zip(mine, ("qualified", "refused"), strict=True):
        about = event["data"]["decision"]
        (found,) = [
            one for one in decided if (one["source"], one["event_id"]) == (about["source"], about["id"])
        ]
        assert (found["outcome"], found["decided_at"]) == (outcome, event["receivedat"])
        # the simulated operator, who would have settled it later, leaves it alone
        verdicts = [one for one in events if one["data"].get("decision") == about]
        assert verdicts == [event]
    assert rows(path, "SELECT kind, refused FROM command ORDER BY id") == [
        (VERDICT, None),
        (PROGRAM, None),
        (VERDICT, None),
    ]
    assert verify(path).difference is None


def test_an_edited_program_judges_what_comes_after_it(steered: tuple[Path, Exports]) -> None:
    path, exports = steered
    versions = rows(path, "SELECT version, from_seq FROM program_version ORDER BY version")
    (command,) = rows(path, "SELECT seq, sim_at FROM command WHERE kind = 'program'")
    assert [version for version, _ in versions] == [1, 2]
    rewards = [json.loads(line) for line in exports["rewards"].splitlines() if b'"credit"' in line]
    events = {
        (one["source"], one["id"]): one["seq"] for one in map(json.loads, exports["events"].splitlines())
    }
    for reward in rewards:
        after = events[reward["source"], reward["event_id"]] > command[0]
        assert reward["value_minor"] == (6000 if after else 3500)
    assert {reward["value_minor"] for reward in rewards} == {3500, 6000}


def test_people_answer_to_the_new_program(steered: tuple[Path, Exports], tmp_path: Path) -> None:
    path, _ = steered
    assert run(tmp_path / "u.db", pace=MAX) == "finished"
    shared = (
        "SELECT SUM(received_at < {at}), SUM(received_at >= {at}) FROM event WHERE type = 'referral.shared'"
    )
    at = PLAN.start_ms + 11 * DAY
    counts: list[Any] = [rows(one, shared.format(at=at))[0] for one in (path, tmp_path / "u.db")]
    (before, after), (same, fewer) = counts
    assert before == same
    assert after > fewer


@pytest.mark.parametrize(("pace", "batch"), [(MAX, 37), (2_000_000.0, 29)])
def test_obeyed_again_it_ends_the_same(
    steered: tuple[Path, Exports], tmp_path: Path, pace: float, batch: int
) -> None:
    path, exports = steered
    assert run(tmp_path / "s.db", script=recorded(path), pace=pace, batch=batch) == "finished"
    assert exports_of(tmp_path / "s.db", tmp_path) == exports


def test_stopped_again_and_again_it_ends_the_same(steered: tuple[Path, Exports], tmp_path: Path) -> None:
    path, exports = steered
    again, script = tmp_path / "s.db", recorded(path)
    ended = run(again, script=script, batch=300, pace=MAX, stopped=stop_after(9))
    for looks in (3, 5, 8):
        assert ended == "stopped"
        ended = run(again, new=False, script=script, batch=300, pace=MAX, stopped=stop_after(looks))
    assert run(again, new=False, script=script, pace=MAX) == "finished"
    assert exports_of(again, tmp_path) == exports


REFUSED: list[tuple[tuple[str, dict[str, object]], str]] = [
    ((PROGRAM, {"text": "nonsense"}), "not TOML"),
    ((PROGRAM, {"text": REVIEWING.replace("GBP", "EUR")}), "currency"),
    ((PROGRAM, {"text": REVIEWING.replace("amount", "amuont")}), "amount"),
    ((PROGRAM, {"text": REVIEWING + "\n# a comment\n"}), "already in force"),
    ((PROGRAM, {}), "whole file"),
    ((VERDICT, {"decision": 10**6, "verdict": "approve", "by": "desk"}), "does not exist"),
    ((VERDICT, {"decision": 1, "verdict": "approve", "by": "desk"}), "already; the first verdict counts"),
    ((VERDICT, {"decision": 1, "verdict": "perhaps", "by": "desk"}), "approve or decline"),
    ((SPEED, {"pace": "fast"}), "needs a pace"),
]


def test_what_can_not_be_obeyed_is_told_back(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    orders = [(PLAN.days - 5, ordered(order)) for order, _ in REFUSED]
    assert run(path, *orders, pace=MAX, batch=500, stopped=stop_after(400)) == "finished"
    told = rows(path, "SELECT kind, refused FROM command ORDER BY id")
    assert [kind for kind, _ in told] == [order[0] for order, _ in REFUSED]
    for (_, refused), (order, said) in zip(told, REFUSED, strict=True):
        assert said in str(refused), order
    assert rows(path, "SELECT COUNT(*) FROM program_version") == [(1,)]


@pytest.fixture(scope="module")
def last_moment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run in which a person approves a decision in the last moment."""
    path = tmp_path_factory.mktemp("last") / "w.db"
    assert run(path, (PLAN.days - 1, oldest("approve")), pace=MAX) == "finished"
    return path


def test_what_was_ordered_in_the_last_moment_counts(last_moment: Path) -> None:
    ((refused, at),) = rows(last_moment, "SELECT refused, sim_at FROM command")
    assert (refused, at) == (None, PLAN.end_ms)
    assert verify(last_moment).difference is None


def test_a_verdict_while_the_run_is_stopped_does_not_tell_the_time(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    assert run(path, batch=300, pace=MAX, stopped=stop_after(9)) == "stopped"
    (told,) = rows(path, "SELECT watermark FROM clock")
    ((number,),) = rows(path, "SELECT MIN(id) FROM decision WHERE outcome = 'review'")
    assert command(["review", "approve", str(number), "--by", "desk", "--db", str(path)]) == 0
    assert rows(path, "SELECT watermark FROM clock") == [told]
    assert rows(path, f"SELECT outcome FROM decision WHERE id = {number}") == [("qualified",)]
    assert run(path, new=False, pace=MAX) == "finished"
    assert verify(path).difference is None
    # what is finished goes on telling the time: what is due by then is released
    ((number,),) = rows(path, "SELECT MAX(id) FROM decision WHERE outcome = 'review'")
    assert command(["review", "approve", str(number), "--by", "desk", "--db", str(path)]) == 0
    assert rows(path, "SELECT watermark FROM clock") > [told]
    assert verify(path).difference is None


def test_the_command_runs_it_again(
    steered: tuple[Path, Exports], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path, exports = steered
    again = ["simulate", "--again", str(path), "--db", str(tmp_path / "s.db")]
    assert command([*again, "--seed", "3"]) == 2
    assert "leave these options out" in capfd.readouterr().err
    assert command(again) == 0
    assert exports_of(tmp_path / "s.db", tmp_path) == exports


def test_an_order_of_the_last_moment_is_run_again(last_moment: Path, tmp_path: Path) -> None:
    assert run(tmp_path / "s.db", script=recorded(last_moment), pace=MAX) == "finished"
    assert exports_of(tmp_path / "s.db", tmp_path) == exports_of(last_moment, tmp_path)

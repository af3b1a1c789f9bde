"""Sittings: spacing over days, progress in files, reports, and where cases come from."""

from __future__ import annotations

import asyncio
import json
import tempfile
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from referral_tui.drills import making
from referral_tui.drills.progress import add_answer, check_person, class_folder, read_class, read_person
from referral_tui.drills.report import csv_text, rows
from referral_tui.drills.session import Answered, Session, help_for, plan, standings
from referral_tui.drills.supply import MadeSupply
from simulator.domain.drills import Case, Cause
from simulator.domain.errors import InputError
from simulator.domain.spans import DAY_MS
from simulator.drills.practice import Practice
from tests.cli.nasty import Cli

NOON = 1_774_180_800_000


def answered(cause: Cause, at: int, *wrong: str, person: str = "ann", helped: int = 0) -> Answered:
    return Answered(at, person, f"case-{cause}-{at}", cause, wrong, 3, 40, helped)


def test_a_cause_comes_back_after_1_3_7_and_14_days_as_long_as_it_is_answered_right() -> None:
    answers, at, waits = [], NOON, []
    for _ in range(5):
        answers.append(answered(Cause.CAPPED, at))
        due = standings(answers)[Cause.CAPPED].due_at
        waits.append((due - at) // DAY_MS)
        at = due
    assert waits == [1, 3, 7, 14, 14]


def test_a_miss_brings_a_cause_back_the_next_day() -> None:
    answers = [answered(Cause.CAPPED, NOON), answered(Cause.CAPPED, NOON + DAY_MS, "state")]
    standing = standings(answers)[Cause.CAPPED]
    assert (standing.due_at, standing.missed, standing.in_a_row) == (NOON + 2 * DAY_MS, 1, 0)


def test_a_sitting_begins_with_what_is_due_then_has_new_causes_then_the_others() -> None:
    answers = [
        answered(Cause.CAPPED, NOON - 2 * DAY_MS),
        answered(Cause.WINDOW, NOON - 3 * DAY_MS),
        answered(Cause.EXPIRED, NOON),
    ]
    order = plan(answers, NOON, len(Cause), seed=1)
    assert order[:2] == [Cause.WINDOW, Cause.CAPPED]
    assert order[-1] is Cause.EXPIRED
    assert sorted(order) == sorted(Cause)


def test_a_class_has_the_same_order_and_another_class_another() -> None:
    assert plan([], NOON, 12, seed=7) == plan([], NOON + DAY_MS, 12, seed=7)
    assert plan([], NOON, 12, seed=7) != plan([], NOON, 12, seed=8)


def test_more_cases_than_causes_go_round() -> None:
    few = [Cause.CAPPED, Cause.WINDOW]
    order = plan([], NOON, 5, seed=1, causes=few)
    assert len(order) == 5
    assert order[:2] == order[2:4]


def test_help_fades_with_the_cases_that_somebody_has_answered() -> None:
    assert [help_for(number).value for number in range(6)] == [4, 4, 2, 2, 0, 0]


def test_what_was_missed_comes_back_once_in_a_sitting() -> None:
    session = Session([Cause.CAPPED, Cause.WINDOW], before=4)
    session.answer(answered(Cause.CAPPED, NOON, "state"))
    assert session.queue == [Cause.WINDOW, Cause.CAPPED]
    session.answer(answered(Cause.WINDOW, NOON))
    session.answer(answered(Cause.CAPPED, NOON, "state"))
    assert session.queue == []
    assert (session.done, session.total) == (3, 3)


def test_answers_are_kept_by_class_and_person_and_damaged_lines_are_left_out(tmp_path: Path) -> None:
    folder = class_folder(7, tmp_path)
    add_answer(folder, answered(Cause.CAPPED, NOON, "state"))
    add_answer(folder, answered(Cause.WINDOW, NOON, person="ben"))
    with (folder / "ann.jsonl").open("a") as stream:
        stream.write('{"cause": "no such"}\nnot JSON\n[]\n')
    assert read_person(folder, "ann") == [answered(Cause.CAPPED, NOON, "state")]
    assert [one.person for one in read_class(folder)] == ["ann", "ben"]
    assert read_person(class_folder(8, tmp_path), "ann") == []


@pytest.mark.parametrize("name", ["../ann", "", ".hidden", "a" * 65, "ann b"])
def test_a_name_that_can_be_no_file_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="use letters"):
        check_person(name)


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "progress").write_text("a file")
    with pytest.raises(InputError, match="can't be written"):
        add_answer(class_folder(7, tmp_path), answered(Cause.CAPPED, NOON))


def test_a_report_has_a_row_for_each_person_and_cause() -> None:
    answers = [
        answered(Cause.CAPPED, NOON, helped=4),
        answered(Cause.CAPPED, NOON + 1, "state"),
        answered(Cause.CAPPED, NOON + 2),
        answered(Cause.WINDOW, NOON, person="ben"),
    ]
    found = rows(answers)
    assert [(one.person, one.cause, one.seen, one.answered, one.right) for one in found] == [
        ("ann", "capped", 3, 2, 1),
        ("ben", "window", 1, 1, 1),
    ]
    assert csv_text(found).splitlines() == [
        "person,cause,seen,answered,right,looks,due_at",
        f"ann,capped,3,2,1,3.0,{NOON + 2 + DAY_MS}",
        f"ben,window,1,1,1,3.0,{NOON + DAY_MS}",
    ]


def test_the_report_of_a_class_reads_the_answers_that_people_handed_in(cli: Cli, tmp_path: Path) -> None:
    add_answer(tmp_path, answered(Cause.CAPPED, NOON, "state"))
    ran = cli("drill", "report", "--from", tmp_path)
    assert ran.status == 0
    assert ran.out.splitlines()[1].split() == [
        "ann",
        "capped",
        "1",
        "0",
        "of",
        "1",
        "3.0",
        "23",
        "Mar",
        "2026",
    ]
    assert json.loads(cli("drill", "report", "--from", tmp_path, "--json").out)["rows"][0]["right"] == 0
    assert cli("drill", "report", "--from", tmp_path, "--csv").out.startswith("person,cause,seen")
    missing = cli("drill", "report", "--from", tmp_path / "none")
    assert (missing.status, "no such folder" in missing.err) == (2, True)
    (tmp_path / "none").mkdir()
    assert "nobody has answered" in cli("drill", "report", "--from", tmp_path / "none").out


def test_the_look_ups_of_a_case_that_was_only_watched_are_not_counted_as_none(
    cli: Cli, tmp_path: Path
) -> None:
    add_answer(tmp_path, answered(Cause.CAPPED, NOON, helped=4))
    (_, line) = cli("drill", "report", "--from", tmp_path).out.splitlines()
    assert line.split()[:5] == ["ann", "capped", "1", "-", "-"]
    (_, row) = cli("drill", "report", "--from", tmp_path, "--csv").out.splitlines()
    assert row.startswith("ann,capped,1,0,0,,")


def test_a_cause_that_does_not_exist_is_refused_with_the_nearest(cli: Cli) -> None:
    ran = cli("drill", "--cause", "capd")
    assert (ran.status, "did you mean" in ran.err) == (2, True)


def test_a_drill_needs_a_terminal(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    ran = cli("drill", "--name", "ann")
    assert ran.status == 2
    assert "terminal" in ran.err


async def test_cases_that_were_made_before_are_read_and_each_is_given_once(
    tmp_path: Path, cases: list[Case]
) -> None:
    some = [case for case in cases if case.cause in (Cause.CAPPED, Cause.WINDOW)]
    folder = tmp_path / "worlds" / "1.1"
    folder.mkdir(parents=True)
    for design in ("mobile", "shop", "box"):
        own = [case.to_json() for case in some] if design == "box" else [cases[0].to_json()]
        (folder / f"{design}-3.json").write_text(json.dumps(own))
    supply = MadeSupply(3, list(Cause), tmp_path, "1")
    given = [await supply.case(Cause.CAPPED, 0) for _ in range(3)]
    assert [case.id for case in given if case is not None] == [
        case.id for case in some if case.cause is Cause.CAPPED
    ]
    assert given[-1] is None
    await supply.close()


async def test_in_a_later_sitting_a_class_gets_cases_that_one_has_not_seen_as_long_as_there_are_any(
    tmp_path: Path, cases: list[Case]
) -> None:
    some = [case for case in cases if case.cause is Cause.CAPPED]
    folder = tmp_path / "worlds" / "1.1"
    folder.mkdir(parents=True)
    for design in ("mobile", "shop", "box"):
        own = some if design == "box" else [case for case in cases if case.cause is Cause.WINDOW]
        (folder / f"{design}-3.json").write_text(json.dumps([case.to_json() for case in own]))
    supply = MadeSupply(3, list(Cause), tmp_path, "1", seen=[some[0].id])
    given = [await supply.case(Cause.CAPPED, 0) for _ in some]
    assert given == [*some[1:], some[0]]
    await supply.close()


async def test_a_drill_that_is_left_early_leaves_no_temporary_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process that makes cases is killed, and can't remove what it has made."""
    start = asyncio.create_subprocess_exec

    async def started(program: str, *_: str, **given: Any) -> asyncio.subprocess.Process:
        return await start(program, "-S", "-c", "import tempfile; print(tempfile.mkdtemp())", **given)

    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(asyncio, "create_subprocess_exec", started)
    monkeypatch.setattr(json, "loads", lambda _line: {"world": 0})
    supply = MadeSupply(3, [Cause.CAPPED], tmp_path / "kept", "1")
    assert await supply.case(Cause.CAPPED, 0) is None
    assert list(tmp_path.iterdir())
    await supply.close()
    assert not list(tmp_path.iterdir())


def test_the_process_that_makes_cases_says_when_a_world_is_whole(
    world: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "practice", lambda _design, _seed: nullcontext(world))
    made = [json.loads(line) for line in making.lines(3, 1, [Cause.NOT_SENT], ["mobile"])]
    assert [sorted(one) for one in made] == [["case", "world"], ["world"]]
    assert Case.of_json(made[0]["case"]).cause is Cause.NOT_SENT

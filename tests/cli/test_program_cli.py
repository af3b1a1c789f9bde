"""`referral-tui program`: what it prints, where, and how it ends."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from referral_tui.cli.app import run
from simulator.program.load import load_program
from simulator.program.presets import preset_text

BAD = '[program]\nname = "x"\ncurrency = "GBX"\n[rewards]\n'
UNUSED = '[program]\nname = "x"\ncurrency = "GBP"\n[[milestone]]\nname = "m"\nevent = "bill.paid"\n'


def _type(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8"))


def test_check_of_a_preset(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["program", "check", "telecom"]) == 0
    said = capsys.readouterr()
    assert said.out == "telecom/program.toml: Northwind Mobile is fine: 2 milestones, 6 rules, 6 rewards\n"
    assert {line.split(": ")[0] for line in said.err.splitlines()} == {"note"}
    assert "numbers of every and tier" in said.err


def test_check_names_every_problem_on_standard_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bad.toml"
    file.write_text(BAD)
    assert run(["program", "check", str(file)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    lines = said.err.splitlines()
    assert len(lines) == 2
    assert f"{file}:3: program.currency: no currency" in lines[0]
    assert f'{file}:4: rewards: unknown table; did you mean "reward"?' in lines[1]


def test_check_in_json_says_the_same_in_one_object(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bad.toml"
    file.write_text(BAD)
    assert run(["program", "check", str(file), "--json"]) == 2
    said = json.loads(capsys.readouterr().out)
    assert said["ok"] is False
    assert len(said["problems"]) == 2
    file.write_text(UNUSED)
    assert run(["program", "check", str(file), "--json"]) == 0
    out = capsys.readouterr()
    said = json.loads(out.out)
    assert "no budget" in said.pop("words")[-1]
    assert said == {
        "file": str(file),
        "ok": True,
        "problems": [],
        "warnings": ['milestone "m": no reward is given on it'],
        "notes": [],
    }
    assert out.err == f'warning: {file}: milestone "m": no reward is given on it\n'


def test_check_of_standard_input_against_a_running_program(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _type(monkeypatch, UNUSED)
    assert run(["program", "check", "-", "--currency", "EUR"]) == 2
    assert "standard input:3: program.currency: GBP is not the running" in capsys.readouterr().err


def test_show_tells_the_program(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["program", "show", "telecom"]) == 0
    out = capsys.readouterr().out
    assert "Customers and employees may refer." in out
    assert run(["program", "show", "telecom", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["words"] == out.splitlines()
    assert said["program"]["budget_minor"] == 5_000_000
    assert {reward["percent"] for reward in said["program"]["rewards"]} == {None, "10"}
    assert "text" not in said["program"]


def test_list_and_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["program", "list"]) == 0
    assert any(line.startswith("telecom ") for line in capsys.readouterr().out.splitlines())
    assert run(["program", "list", "--json"]) == 0
    presets = json.loads(capsys.readouterr().out)["presets"]
    assert {"preset": "telecom", "industry": "telecom"}.items() <= presets[
        [p["preset"] for p in presets].index("telecom")
    ].items()
    assert run(["program", "schema"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "Referral program"


def test_new_copies_a_preset_and_overwrites_nothing_unasked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "mine.toml"
    assert run(["program", "new", str(file), "--preset", "telecom"]) == 0
    assert file.read_text(encoding="utf-8") == preset_text("telecom")
    file.write_text("mine")
    assert run(["program", "new", str(file), "--preset", "telecom"]) == 2
    assert file.read_text() == "mine"
    assert "--force" in capsys.readouterr().err
    assert run(["program", "new", str(file), "--preset", "telecom", "--force"]) == 0
    assert file.read_text(encoding="utf-8") == preset_text("telecom")


def test_new_asks_again_where_an_answer_will_not_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "mine.toml"
    _type(monkeypatch, "My club\n\nyen\nJPY\nbill.paid\n500.5\n500\n\n0d\n\n\n\n\n\n")
    assert run(["program", "new", str(file)]) == 0
    program = load_program(file.read_text(encoding="utf-8"), "mine.toml")
    assert (program.name, program.industry, program.currency) == ("My club", "general", "JPY")
    assert program.milestones[0].event == "bill.paid"
    assert [reward.value_minor for reward in program.rewards] == [500, 10]
    said = capsys.readouterr()
    assert said.out.strip() == ""  # the prompt's own spaces go there
    assert "no currency" in said.err
    assert "no minor unit" in said.err


def test_new_without_answers_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "mine.toml"
    _type(monkeypatch, "My club\n")
    assert run(["program", "new", str(file)]) == 2
    assert not file.exists()
    assert "--preset" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["check", "telcom"], 'did you mean the preset "telecom"'),
        (["new", "telecom"], "--preset telecom"),
        (["new", "x.toml", "--preset", "telcom"], 'did you mean "telecom"'),
        (["new", "nowhere/x.toml", "--preset", "telecom"], "can't be written"),
        (["show"], "missing argument"),
    ],
)
def test_wrong_use_is_one_line_and_status_2(
    arguments: list[str],
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["program", *arguments]) == 2
    said = capsys.readouterr()
    assert says in said.err
    assert said.err.count("\n") == 1
    assert said.out == ""


@pytest.mark.parametrize(
    "command", [["program", "check"], ["ingest", "--db", "x.db", "events.jsonl", "--program"]]
)
def test_a_program_file_that_never_ends_is_refused_after_a_mebibyte(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("events.jsonl").touch()
    assert run([*command, "/dev/zero"]) == 2
    assert (
        "/dev/zero: too large; a program file has at most 1,048,576 bytes (1 MiB)\n"
        in capsys.readouterr().err
    )
    assert not Path("x.db").exists()


def test_a_program_on_standard_input_is_refused_after_a_mebibyte(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with Path("/dev/zero").open() as endless:
        monkeypatch.setattr("sys.stdin", endless)
        assert run(["program", "check", "-"]) == 2
    assert "standard input: too large" in capsys.readouterr().err

"""`learn` and `present` on the command line: files are created and checked, and problems are named with their lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.nasty import Cli


def test_learn_new_begins_a_lesson_or_a_talk_and_overwrites_nothing(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    assert cli("learn", "new", file).status == 0
    assert "[lesson]" in file.read_text(encoding="utf-8")
    again = cli("learn", "new", file, "--talk")
    assert again.status == 2
    assert "already there" in again.err
    assert cli("learn", "new", file, "--talk", "--force").status == 0
    assert "[talk]" in file.read_text(encoding="utf-8")


def test_learn_check_lists_every_mistake_of_a_file_with_its_line(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        '[lesson]\ntitle = "T"\n[[step]]\nsay = "{hld}"\nuntil = { scren = "data" }\ndo = ["2"]\n'
    )
    ran = cli("learn", "check", file)
    assert ran.status == 2
    assert f'{file}:4: step 1.say: no placeholder {{hld}}; did you mean "hold"?' in ran.err
    assert f'{file}:5: step 1.until.scren: no such state; did you mean "screen"?' in ran.err


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (["learn", "--preset", "telcom"], "telecom"),
        (["learn", "--program", "telcom"], "telecom"),
        (["learn", "--lesson", "2-the-hol"], "2-the-hold"),
        (["present", "travl"], "travel"),
        (["learn", "check", "travl"], "no file and no lesson"),
    ],
)
def test_a_name_that_is_none_is_said_with_the_nearest(cli: Cli, line: list[str], said: str) -> None:
    ran = cli(*line)
    assert ran.status == 2
    assert said in ran.err


@pytest.mark.parametrize("line", [["learn"], ["present", "bank"], ["present", "--notes"]])
def test_a_lesson_and_a_talk_need_a_terminal(cli: Cli, line: list[str]) -> None:
    ran = cli(*line)
    assert ran.status == 2
    assert "needs a terminal" in ran.err


@pytest.mark.long
def test_learn_check_proves_a_lesson_and_fails_for_a_step_that_cannot_be_reached(
    cli: Cli, tmp_path: Path
) -> None:
    assert "every step can be reached" in cli("learn", "check", "8-the-wall").out
    file = tmp_path / "mine.toml"
    assert cli("learn", "new", file).status == 0
    file.write_text(
        file.read_text(encoding="utf-8").replace('do    = ["2",', 'do    = ["3",'), encoding="utf-8"
    )
    ran = cli("learn", "check", file)
    assert ran.status == 1
    assert f"{file}: step 2, line 24: the keys do not lead to it: screen is" in ran.out

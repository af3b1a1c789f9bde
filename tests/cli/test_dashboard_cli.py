"""`dashboard` before its screen opens: its options, its config file, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.nasty import Cli


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def test_it_says_where_its_config_file_is_and_what_can_be_set(cli: Cli) -> None:
    ran = cli("dashboard", "--config")
    assert ran.status == 0
    path = Path(ran.out.split()[1])
    assert path.name == "config.toml"
    assert "is not there yet" in ran.out
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(ran.out)
    assert "is there; what follows are the defaults" in cli("dashboard", "--config").out


def test_a_wrong_config_file_is_said_before_the_screen_is_taken_over(cli: Cli) -> None:
    path = Path(cli("dashboard", "--config").out.split()[1])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("theme = 'nihgt'")
    ran = cli("dashboard")
    assert ran.status == 2
    assert 'did you mean "night"?' in ran.err


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "12"])
def test_no_moment(cli: Cli, text: str) -> None:
    ran = cli("dashboard", "--at", text)
    assert ran.status == 2
    assert f"--at {text}: no such moment; write 2026-03-01 or 2026-03-01T14:00:00Z" in ran.err


@pytest.mark.parametrize(
    "text", ["2026-03-01", "2026-03-01T14:00:00Z", "2026-03-01T14:00:00+02:00", "1772323200000"]
)
def test_moments_are_understood(cli: Cli, text: str) -> None:
    ran = cli("dashboard", "--at", text)
    assert ran.status == 2
    assert "needs a terminal" in ran.err

"""A mistake of ours is a line on the terminal, and never a traceback."""

from __future__ import annotations

from pathlib import Path

import platformdirs
import pytest

from referral_tui.dashboard import failing
from tests.dashboard.story import Story
from tests.dashboard.watching import Watch


async def fail(watch: Watch, path: Path) -> None:
    async with watch(path) as seen:
        seen.app.action_theme = lambda: 1 // 0
        await seen.pilot.press("t")


async def test_a_failure_is_a_line_and_its_details_are_kept(
    story: Story,
    watch: Watch,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(platformdirs, "user_log_path", lambda *_names, **_more: tmp_path / "logs")
    with pytest.raises(ZeroDivisionError):
        await fail(watch, story.path)
    said = capsys.readouterr().err
    path = tmp_path / "logs" / "dashboard-failure.txt"
    assert said.startswith("referral-tui: the dashboard failed (ZeroDivisionError: ")
    assert str(path) in said
    assert said.count("\n") == 1
    assert "Traceback" in path.read_text()


def test_where_nothing_can_be_kept_that_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "logs").touch()
    failing.report_failure(ValueError("one\ntwo"), tmp_path / "logs")
    assert "failed (ValueError: one); the details could not be kept" in capsys.readouterr().err

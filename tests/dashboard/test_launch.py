"""A simulation that we start ends with us, however that is, and its last words are kept."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from referral_tui.cli.terminal import need_terminal
from referral_tui.dashboard.launch import NICE, writer
from simulator.domain.errors import InputError


def test_it_ends_with_us(tmp_path: Path) -> None:
    with writer([sys.executable, "-c", "input() if 0 else __import__('time').sleep(600)"], tmp_path) as own:
        assert own.ended() is None
    assert own.process.returncode is not None


def test_keys_go_before_it(tmp_path: Path) -> None:
    with writer([sys.executable, "-c", "import time; time.sleep(600)"], tmp_path) as own:
        ours, its = (os.getpriority(os.PRIO_PROCESS, process) for process in (0, own.process.pid))
    assert its == NICE > ours or ours >= NICE


def test_it_ends_when_we_fail(tmp_path: Path) -> None:
    with (
        pytest.raises(RuntimeError),
        writer([sys.executable, "-c", "import time; time.sleep(600)"], tmp_path) as own,
    ):
        raise RuntimeError
    assert own.process.returncode is not None


def test_its_last_words_are_kept(tmp_path: Path) -> None:
    with writer([sys.executable, "-c", "raise SystemExit('no preset x')"], tmp_path) as own:
        own.process.wait(20)
        assert own.ended() == "no preset x"


def test_a_good_end_is_no_trouble(tmp_path: Path) -> None:
    with writer([sys.executable, "-c", ""], tmp_path) as own:
        own.process.wait(20)
        assert own.ended() is None


def test_a_pipe_is_no_terminal() -> None:
    with pytest.raises(InputError, match="demo: needs a terminal"):
        need_terminal("demo")

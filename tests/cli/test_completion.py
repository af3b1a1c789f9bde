"""The shell completion of the names of presets, mappings and forms."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from referral_tui.cli.options import preset_completion
from simulator.program.presets import preset_names


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("simulate --preset re", ["retail"]),
        ("program show t", ["telecom", "travel"]),
        ("export payouts --map e", ["extole-rewards"]),
        ("map check extole", ["extole", "extole-rewards"]),
        pytest.param("presets check c", ["community"], marks=pytest.mark.long),
        pytest.param("ingest --program in", ["insurance"], marks=pytest.mark.long),
    ],
)
def test_the_shell_is_offered_names(typed: str, offered: list[str]) -> None:
    words = ["referral-tui", *typed.split()]
    done = subprocess.run(
        [Path(sys.executable).parent / "referral-tui"],
        env={
            **os.environ,
            "_REFERRAL_TUI_COMPLETE": "complete_bash",
            "COMP_WORDS": " ".join(words),
            "COMP_CWORD": str(len(words) - 1),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == offered


def test_all_presets_where_nothing_is_typed_and_none_where_it_is_a_file() -> None:
    assert preset_completion("") == list(preset_names())
    assert preset_completion("./") == []

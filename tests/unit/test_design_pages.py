"""The page of twenty designs: each is a program without warnings, and together they use the whole language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from simulator.program.layout import CAP, TABLES
from simulator.program.load import load_program, warnings
from simulator.program.words import describe

PAGE = (Path(__file__).parents[2] / "docs" / "designs.md").read_text(encoding="utf-8")
DESIGNS = dict(re.findall(r"^## \d+\. (.*?)\n.*?```toml\n(.*?)```", PAGE, re.MULTILINE | re.DOTALL))
RARE = {"numeric_references", "starts", "ends", "model", "window", "milestones", "on_fail"}
"""Keys of the first edition that the presets show."""


@pytest.mark.parametrize("title", DESIGNS)
def test_each_design_is_a_program_without_a_doubt(title: str) -> None:
    program = load_program(DESIGNS[title], title)
    assert warnings(program) == []
    assert len(describe(program)) >= 5


def test_there_are_twenty_and_they_show_every_key() -> None:
    assert len(DESIGNS) == 20
    told = "\n".join(DESIGNS.values())
    for table in (*TABLES, CAP):
        for key in table.keys:
            assert key.name in RARE or re.search(rf"\b{key.name}\s*=", told), f"{table.name}.{key.name}"
    assert all(f"[{name}]" in told for name in ("attributes", "rates", "budget", "attribution"))

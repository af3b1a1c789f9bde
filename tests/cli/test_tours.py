"""The tours in docs/: every command in them runs, and prints what the page shows.

In a page `…` stands for whatever else is said: lines, where it has a line of its own. How quick a command was differs.
"""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.cli.nasty import Cli

DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r"```(sh|console)\n(.*?)```", re.DOTALL)
QUICKNESS = re.compile(r"[0-9.]+ s \([0-9,]+ a second")


def steps(page: str) -> list[tuple[str, str | None]]:
    """The commands of a page in order, each with its output; commands shown without output only make files."""
    found: list[tuple[str, str | None]] = []
    for kind, block in BLOCK.findall(page):
        if kind == "sh":
            found += [(block, None)] if block.startswith("cat >") else []
            continue
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, said = part.partition("\n")
            found.append((command, said))
    return found


def pattern(said: str) -> str:
    """A regular expression for the output that a page shows."""
    lines = []
    for line in said.splitlines():
        if line == "…":
            lines.append(r"(?:.*\n)*?")
        else:
            parts = [re.escape(part) for part in QUICKNESS.sub("…", line).split("…")]
            lines.append(".*".join(parts) + r"\n")
    return "".join(lines)


@pytest.mark.parametrize("name", ["tour-product", "tour-engineer", "tour-trainer", "mappings"])
def test_tour(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cli: Cli) -> None:
    monkeypatch.chdir(tmp_path)
    todo = steps((DOCS / f"{name}.md").read_text(encoding="utf-8"))
    assert len(todo) >= 5
    for command, said in todo:
        if not command.startswith("referral-tui "):
            subprocess.run(command, shell=True, check=True, cwd=tmp_path)
            continue
        ran = cli(*shlex.split(command)[1:])
        told = ran.out + ran.err
        assert said is not None
        assert re.fullmatch(pattern(said), told), f"{command} says\n{told}\nand the page\n{said}"
        assert ran.status == (1 if "derived again from the log it is" in said else 0)

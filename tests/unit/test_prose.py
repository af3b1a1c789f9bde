"""Sentences that people read: no name of code stands in them by mistake, as after a careless renaming."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2] / "referral_tui"
BARE = re.compile(r"(?<![\w`'\".{=(/-])([a-z]+(?:_[a-z]+)+)(?![\w`'\"(=./-])")
KNOWN = {"due_at", "issued_at", "state_at", "event_id", "on_fail"}
"""Columns of `export payouts` and keys of the program file, which are named where they are explained."""


def sentences(path: Path) -> Iterator[str]:
    """Yield the texts of a file that have four words or more."""
    for node in ast.walk(ast.parse(path.read_text())):
        text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
        if len(re.findall(r"[A-Za-z]{2,}", text)) >= 4 and " " in text.strip():
            yield text


def test_no_sentence_of_commands_and_screens_holds_a_name_of_code() -> None:
    found = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in ROOT.rglob("*.py")
        for text in sentences(path)
        for name in BARE.findall(text)
        if name not in KNOWN
    }
    assert found == set()
    assert BARE.findall("the rows no longer held_lines whom they are about") == ["held_lines"]

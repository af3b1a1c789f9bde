"""The walk from a line of a file to a cell of a table, as `docs/house.md` describes it, compared with the code."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
HOP = re.compile(r"^\| (\d+) \| `([^`]+)` `([^`]+)` \| (\d*) ?\|", re.M)
MOST = 25


class Hop(NamedTuple):
    """A row of the table: the hop's number, its file, its function, and the hop whose file calls it, if one does."""

    number: int
    file: str
    function: str
    by: int | None


def hops() -> list[Hop]:
    """The hops in the order in which the page has them."""
    text = (ROOT / "docs/house.md").read_text()
    return [Hop(int(one), file, name, int(by) if by else None) for one, file, name, by in HOP.findall(text)]


@cache
def tree(file: str) -> ast.Module:
    """A file of the project, parsed."""
    return ast.parse((ROOT / file).read_text())


def definition(hop: Hop) -> ast.AST | None:
    """The function that a hop names, in its class if it names one."""
    body: list[ast.stmt] = tree(hop.file).body
    found: ast.AST | None = None
    for name in hop.function.split("."):
        named = [one for one in body if isinstance(one, (ast.ClassDef, ast.FunctionDef)) and one.name == name]
        if not named:
            return None
        found, body = named[0], named[0].body
    return found if isinstance(found, ast.FunctionDef) else None


def called(file: str) -> set[str]:
    """The names of everything that a file calls or passes on, without what precedes the last dot."""
    return {
        node.attr if isinstance(node, ast.Attribute) else node.id
        for node in ast.walk(tree(file))
        if isinstance(node, (ast.Attribute, ast.Name)) and isinstance(node.ctx, ast.Load)
    }


def test_the_walk_has_no_more_hops_than_a_newcomer_follows() -> None:
    assert [hop.number for hop in hops()] == list(range(1, len(hops()) + 1))
    assert 10 < len(hops()) <= MOST


@pytest.mark.parametrize("hop", hops(), ids=lambda hop: hop.function)
def test_each_hop_exists_and_is_called_where_the_page_says(hop: Hop) -> None:
    assert definition(hop) is not None, f"{hop.file} has no function {hop.function}"
    if hop.by is not None:
        caller = hops()[hop.by - 1]
        assert caller.number < hop.number
        assert hop.function.split(".")[-1] in called(caller.file), (
            f"{caller.file} does not call {hop.function}"
        )

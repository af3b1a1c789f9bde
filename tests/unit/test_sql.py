"""Only `db` knows SQLite: no other package holds an SQL statement, or runs one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STATEMENT = re.compile(
    r"^\s*(SELECT|INSERT|UPDATE|DELETE|REPLACE|CREATE|DROP|ALTER|ATTACH|DETACH|PRAGMA|BEGIN|COMMIT|ROLLBACK|VACUUM|WITH)\b"
    r"|\b(SELECT|INSERT INTO|DELETE FROM|FROM|WHERE|ORDER BY|GROUP BY|LEFT JOIN|UNION)\s",
)
RUNS = {"execute", "executemany", "executescript"}


def texts(nodes: Sequence[ast.AST]) -> Iterator[tuple[int, str]]:
    """Each string of a module that is not a docstring, with its line; what an f-string inserts is left out."""
    inside: set[int] = set()
    for node in nodes:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            inside.add(id(node.value))  # a docstring
        if isinstance(node, ast.JoinedStr):
            parts = [part for part in node.values if isinstance(part, ast.Constant)]
            inside.update(map(id, parts))
            yield node.lineno, "…".join(str(part.value) for part in parts)
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            yield node.lineno, node.value


def sql_in(source: str) -> list[str]:
    """List where a module contains SQL, or runs it."""
    nodes = list(ast.walk(ast.parse(source)))
    held = [f"line {line}: {text.strip()[:60]}" for line, text in texts(nodes) if STATEMENT.search(text)]
    run = [
        f"line {node.lineno}: {node.func.attr}()"
        for node in nodes
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in RUNS
    ]
    return held + run


@pytest.mark.parametrize("package", ["simulator", "referral_tui"])
def test_no_sql_stands_outside_db(package: str) -> None:
    found = {
        str(path.relative_to(ROOT)): sql
        for path in sorted((ROOT / package).rglob("*.py"))
        if (sql := sql_in(path.read_text(encoding="utf-8")))
    }
    assert not found


@pytest.mark.parametrize(
    "source",
    [
        'rows = db.read("SELECT 1")',
        '_ALL = f"SELECT seq FROM {table}"',
        '_CONDITION = f"{column} IN (1, 2) ORDER BY {key}"',
        'sql = (\n    "UPDATE clock "\n    "SET pace = 1"\n)',
        "db.execute(statement)",
    ],
)
def test_sql_that_somebody_puts_outside_db_is_found(source: str) -> None:
    assert sql_in(source)


def test_db_itself_is_full_of_it() -> None:
    assert sql_in((ROOT / "db/read/queries.py").read_text(encoding="utf-8"))

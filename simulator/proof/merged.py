"""Verify a merged database: derive each of its rows again from the shards, and compare."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from db.read.proving import program_texts
from db.shards.merging import merge
from db.sqlite.readonly import open_readonly, reading, snapshot
from simulator.domain.errors import ProgramError
from simulator.program.load import load_program
from simulator.program.model import Program
from simulator.program.shares import share_of
from simulator.proof.compare import Comparison, DifferenceError, compare
from simulator.proof.definitions import check_definitions, check_kinds
from simulator.proof.scope import OF_SHARDS, PROVEN, UNPROVEN

_NAMED = ("name", ("schema", "kind", "shards"))
_TABLES = (
    *(Comparison(one.table, one.key) for one in PROVEN),
    *(one for one in UNPROVEN if one not in OF_SHARDS),
)


def check_merged(path: Path, parts: Sequence[Path]) -> list[str]:
    """Merge the shards `parts` again, compare with the database at `path`, and return a line for each check passed.

    Raises:
        DifferenceError: the first row or definition that differs from what the shards give.
        DatabaseError: one of the databases can't be read.

    """
    program = _program(path)
    for number, part in enumerate(parts):
        if _text(part) != share_of(program, number, len(parts)).text:
            raise DifferenceError(f"{part.name}: its program is not its share of the one in {path.name}")
    with tempfile.TemporaryDirectory(prefix="referral-tui-verify-") as folder:
        again = Path(folder) / "merged.db"
        merge(parts, again, program.text, None)
        with snapshot(path) as stored, closing(open_readonly(again)) as derived:
            check_definitions(stored)
            check_kinds(stored, OF_SHARDS)
            rows = sum(compare(stored, derived, what, "its shards") for what in _TABLES)
            compare(stored, derived, Comparison("setting", 1, _NAMED), "its shards")
    return [f"{rows:,} rows are those of {len(parts)} shards"]


def _program(path: Path) -> Program:
    try:
        return load_program(_text(path), f"{path}: program_version with version 1")
    except ProgramError as error:
        raise DifferenceError(f"program_version with version 1: {error.problems[0]}") from error


def _text(path: Path) -> str:
    with reading(path) as db:
        text = dict(program_texts(db)).get(1)
    if not isinstance(text, str):
        raise DifferenceError(f"{path.name}: program_version with version 1: is missing")
    return text

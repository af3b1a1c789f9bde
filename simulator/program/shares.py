"""A program's budget shared out among independent markets: the same file, with a part of the total."""

from __future__ import annotations

import re

from simulator.program.load import load_program
from simulator.program.model import Program

_TABLE = re.compile(r"^\s*\[+([^\]]*)\]+")
_TOTAL = re.compile(r"^(\s*total\s*=\s*)([0-9_.]+)")


def share_of(program: Program, number: int, parts: int) -> Program:
    """The program of the `number`-th of `parts` markets (from 0): its budget is split to the last minor unit.

    What does not divide goes to the first ones, a minor unit each; a market whose part is nothing has a budget of
    one minor unit, since a program's budget is more than nothing.
    """
    if program.budget_minor is None or parts == 1:
        return program
    share, rest = divmod(program.budget_minor, parts)
    minor = max(1, share + (number < rest))
    return load_program(_with_total(program.text, minor, program.digits), program.name)


def _with_total(text: str, minor: int, digits: int) -> str:
    """The program's file with another total in its table `[budget]`."""
    total = f"{minor / 10**digits:.{digits}f}" if digits else str(minor)
    lines, table = [], ""
    for line in text.splitlines(keepends=True):
        found = _TABLE.match(line)
        table = found[1].strip() if found else table
        lines.append(_TOTAL.sub(rf"\g<1>{total}", line) if table == "budget" else line)
    return "".join(lines)

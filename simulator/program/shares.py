"""Derive the programs that load tests run: the same file with a share of the budget, or without its dates."""

from __future__ import annotations

import re
from collections.abc import Iterator

from simulator.domain.errors import InputError
from simulator.program.load import load_program
from simulator.program.model import Program

_TABLE = re.compile(r"^\s*\[+([^\]]*)\]+")
_TOTAL = re.compile(r"^(\s*total\s*=\s*)([0-9_.]+)")
_DATE = re.compile(r"^\s*(starts|ends)\s*=")


def share_of(program: Program, number: int, parts: int) -> Program:
    """Return the program of the `number`-th of `parts` markets (from 0), with its share of the budget.

    The remainder goes to the first markets, a minor unit each. A share of nothing becomes one minor unit, since a
    budget must be above 0.
    """
    if program.budget_minor is None or parts == 1:
        return program
    share, rest = divmod(program.budget_minor, parts)
    minor = max(1, share + (number < rest))
    return load_program(_with_total(program.text, minor, program.digits), program.name)


def _with_total(text: str, minor: int, digits: int) -> str:
    """Return the program's text with another total in its table `[budget]`."""
    total = f"{minor / 10**digits:.{digits}f}" if digits else str(minor)
    return "".join(
        _TOTAL.sub(rf"\g<1>{total}", line) if table == "budget" else line for table, line in _by_table(text)
    )


def without_dates(program: Program) -> Program:
    """Return the program with `starts` and `ends` commented out, so that it is in force at any time.

    Raises:
        InputError: they are not on lines of their own, so they can't be commented out.

    """
    if program.starts_ms is None and program.ends_ms is None:
        return program
    text = "".join(
        f"# {line}" if table == "program" and _DATE.match(line) else line
        for table, line in _by_table(program.text)
    )
    found = load_program(text, program.name)
    if found.starts_ms is not None or found.ends_ms is not None:
        raise InputError(
            f"program {program.name}: a load plays on past its end, so starts and ends are left out; "
            "write each as a line of its own in the table [program]"
        )
    return found


def _by_table(text: str) -> Iterator[tuple[str, str]]:
    """Yield each line of a program's text with the name of its table."""
    table = ""
    for line in text.splitlines(keepends=True):
        found = _TABLE.match(line)
        table = found[1].strip() if found else table
        yield table, line

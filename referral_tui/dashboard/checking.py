"""Check a program and describe it in words, in a helper process that has the checker loaded."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from referral_tui.dashboard.helper import ask

_PROBLEM = re.compile(r"standard input(?::(\d+))?: (.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong, or doubtful, with its line, from 1, if it is known."""

    line: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What the checker said of a text: problems (none: it can be run), doubts, and the design in sentences.

    `failed` says why the checker itself could not be asked.
    """

    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    words: tuple[str, ...] = ()
    failed: str = ""

    @property
    def valid(self) -> bool:
        """Whether it can be run."""
        return not self.problems and not self.failed


async def check(text: str, currency: str | None, database: Path | None = None) -> Checked:
    """Check a program's text; `currency` is the running program's, which a new version must keep.

    With a database, doubts include data that came and that the program doesn't use, and data that the program waits for
    and that never came: this reads the whole log. Otherwise it takes about a second. Call it in a worker of Textual.
    """
    arguments = ["program", "check", "-", "--json"]
    if currency:
        arguments += ["--currency", currency]
    if database is not None:
        arguments += ["--db", str(database)]
    reply = await ask(arguments, text.encode())
    if not isinstance(reply.data, dict):
        return Checked(failed=reply.said or "the checker said nothing")
    return Checked(
        tuple(_problem(one) for one in reply.data["problems"]),
        tuple(_problem(one) for one in reply.data["warnings"]),
        tuple(reply.data["words"]),
    )


def _problem(line: str) -> Problem:
    found = _PROBLEM.fullmatch(line)
    if found is None:
        return Problem(None, line)
    return Problem(int(found[1]) if found[1] else None, found[2])

"""Texts of small programs for the tests of program files, and what is wrong with a text."""

from __future__ import annotations

import pytest

from simulator.domain.errors import ProgramError
from simulator.program.load import load_program

SMALL = """\
[program]
name = "Small"
currency = "GBP"
[[milestone]]
name = "bought"
event = "purchase.paid"
[[rule]]
code = "big"
require = "amount > 5"
[[reward]]
name = "credit"
to = "friend"
on = "bought"
value = 5
"""

WITHOUT_RULES = """\
[program]
name = "Small"
currency = "GBP"
[[milestone]]
name = "bought"
event = "purchase.paid"
[[reward]]
name = "credit"
to = "friend"
on = "bought"
value = 5
"""

EXPERIMENT = '[[experiment]]\nname = "offer"\nby = "friend"\nvariants = { a = 1, b = 1 }\n'


def problems_of(text: str, currency: str | None = None) -> list[str]:
    """Return the problems of a program file, each a line; `currency` is that of the version before."""
    with pytest.raises(ProgramError) as caught:
        load_program(text, "p.toml", currency)
    problems = list(caught.value.problems)
    assert str(caught.value) == "\n".join(problems)
    assert all("\n" not in problem for problem in problems)
    return problems


def problem_of(text: str, currency: str | None = None) -> str:
    """Return the only problem of a program file."""
    problems = problems_of(text, currency)
    assert len(problems) == 1, problems
    return problems[0]


def replaced(old: str, new: str, text: str = SMALL) -> str:
    """Replace a piece of a program's text that occurs once."""
    assert text.count(old) == 1
    return text.replace(old, new)


def with_reward(lines: str) -> str:
    """Add lines to the last table of a program without rules, which is its reward."""
    return WITHOUT_RULES + lines + "\n"


def with_table(lines: str, rest: str = "") -> str:
    """Add a table to a program without rules, and before it `rest` to its reward."""
    return WITHOUT_RULES + rest + lines + "\n"

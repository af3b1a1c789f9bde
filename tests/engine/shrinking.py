"""Make a failing case small: leave out steps, rules and rewards as long as it still fails."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, cast

from simulator.program.model import Program
from tests.engine.designs import with_text
from tests.engine.strategies import Case

Fails = Callable[[Case], bool]


def shrink(case: Case, fails: Fails) -> Case:
    """The smallest case found that still fails."""
    before = None
    while before != (size := (len(case.steps), len(case.program.text))):
        before = size
        case = _fewer_steps(case, fails)
        case = _smaller_program(case, fails)
    return case


def _fewer_steps(case: Case, fails: Fails) -> Case:
    chunk = max(1, len(case.steps) // 2)
    while chunk:
        at = 0
        while at < len(case.steps):
            smaller = dataclasses.replace(case, steps=case.steps[:at] + case.steps[at + chunk :])
            if fails(smaller):
                case = smaller
            else:
                at += chunk
        chunk //= 2
    return case


def _smaller_program(case: Case, fails: Fails) -> Case:
    for part in ("rules", "rewards"):
        place = 0
        while place < len(getattr(case.program, part)):
            items = getattr(case.program, part)
            fewer = _with(case.program, part, items[:place] + items[place + 1 :])
            smaller = dataclasses.replace(case, program=fewer)
            if fails(smaller):
                case = smaller
            else:
                place += 1
    return case


def _with(program: Program, part: str, items: tuple[Any, ...]) -> Program:
    return with_text(dataclasses.replace(program, **cast(Any, {part: items})))

"""What a lesson reads of its world besides the screens: who plays its parts, and a number for a talk."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from db.read.cast import cast_member
from db.read.figures import figure, funnel
from db.read.queries import Reader
from db.read.sums import PastSums, now
from referral_tui import figures
from referral_tui.lessons.casting import cast_facts
from referral_tui.lessons.model import Facts
from simulator.domain.definitions import DEFINITIONS, STAGE_MEANING, STAGES

if TYPE_CHECKING:
    from db.read.queries import Program


def cast_of(path: Path, roles: Mapping[str, str], program: Program) -> Facts:
    """Read who plays these roles in the database at `path`."""
    reader = Reader(path)
    try:
        with reader.look() as db:
            found = {name: cast_member(db, role) for name, role in roles.items()}
    finally:
        reader.close()
    return cast_facts(found, program.currency, program.digits)


def figure_of(path: Path, name: str, at: int | None, program: Program) -> tuple[str, str]:
    """Read a number that is shown large, and what it is: a stage or a number of DEFINITIONS, as of a moment.

    Any other name is a text that is shown as it is.
    """
    if name not in STAGES and name not in DEFINITIONS:
        return name, ""
    reader = Reader(path)
    try:
        with reader.look() as db:
            totals = (now(db) if at is None else PastSums().at(db, at)).totals
    finally:
        reader.close()
    if name in STAGES:
        count = next(one.count for one in funnel(totals) if one.name == name)
        return figures.count(count), STAGE_MEANING[name]
    one = figure(name, totals)
    return figures.number(one.shown, one.unit, program.currency, program.digits), one.title

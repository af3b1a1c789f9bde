"""`compare`: where the money went, from all that the rules could have paid to what was paid and kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from referral_tui.cli.output import print_json, say_lines
from simulator.domain.printable import printable

if TYPE_CHECKING:
    from db.read.comparing import ComparedDatabase
    from db.read.waterfall import Waterfall

_NAME: Final = 41
_CELL: Final = 19
_MERGED: Final = "not known: a database merged from shards has only sums"


def show_waterfalls(paths: Sequence[Path], *, as_json: bool) -> None:
    """Print where the money of one database or of two went.

    Raises:
        InputError: they pay in different currencies.

    """
    from db.read.comparing import check_currencies, read_compared

    sides = [read_compared(path) for path in paths]
    check_currencies(sides)
    if as_json:
        program = sides[0].program
        print_json(
            {
                "currency": program.currency,
                "digits": program.digits,
                "databases": [str(path) for path in paths],
                "waterfall": [waterfall_fields(side.waterfall) for side in sides],
            }
        )
    else:
        say_lines(waterfall_lines(sides))


def waterfall_fields(one: Waterfall | None) -> dict[str, Any] | None:
    """Return a waterfall for `--json`, money in minor units; None if it is not known."""
    if one is None:
        return None
    return {
        "could_minor": one.could,
        "steps": [
            {"step": step.key, "rule": step.code, "count": step.count, "minor": step.minor}
            for step in one.steps
        ],
        "kept_minor": one.kept,
    }


def waterfall_lines(sides: Sequence[ComparedDatabase]) -> Iterator[str]:
    """Yield where the money of each side went, a line for each step."""
    from referral_tui.figures import money

    known = [side.waterfall for side in sides]
    yield _row("where the money went", [cut(name, _CELL) for name in names_of([one.path for one in sides])])
    falls = [one for one in known if one is not None]
    if len(falls) < len(known):
        yield f"  {_MERGED}"
        return
    program = sides[0].program

    def cells(minors: Sequence[int], sign: str = "") -> list[str]:
        texts = [money(minor, program.currency, program.digits) for minor in minors]
        return [f"{sign}{one}" if minor else "" for one, minor in zip(texts, minors, strict=True)]

    yield _row("what the rules could have paid", cells([one.could for one in falls]))
    for words in _steps(falls):
        taken = [sum(step.minor for step in one.steps if step.words == words) for one in falls]
        yield _row(f"  {words}", cells(taken, "-"))
    yield _row("paid and kept", cells([one.kept for one in falls]))


def _steps(falls: Sequence[Waterfall]) -> list[str]:
    """Return the words of all steps that took something anywhere, in their order."""
    from db.read.waterfall import STEP_WORDS

    words = dict.fromkeys(
        step.words
        for key in STEP_WORDS
        for one in falls
        for step in one.steps
        if step.key == key and step.minor
    )
    return list(words)


def names_of(paths: Sequence[Path]) -> list[str]:
    """Return what to call databases: their files' names where those differ, else their paths."""
    names = [path.name for path in paths]
    return names if len(set(names)) == len(names) else [str(path) for path in paths]


def cut(text: str, width: int) -> str:
    """Return a text with its beginning cut off where it is too wide."""
    return text if len(text) <= width else f"…{text[1 - width :]}"


def _row(name: str, cells: Sequence[str]) -> str:
    shown = printable(name)
    shown = shown if len(shown) < _NAME else f"{shown[: _NAME - 2]}…"
    return f"{shown:<{_NAME}}{''.join(f'{printable(cell):>{_CELL}}' for cell in cells)}".rstrip()

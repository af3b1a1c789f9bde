"""`compare`: compare two designs side by side, each in its own database, or the variants of one experiment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from referral_tui.cli.options import Json
from referral_tui.cli.output import print_json, say_lines
from referral_tui.cli.wrapping import wrapped
from simulator.domain.printable import printable

if TYPE_CHECKING:
    from db.read.comparing import ComparedDatabase
    from db.read.figures import Headline

_NAME: Final = 20  # the longest title of a number is 18 letters, and two spaces
_CELL: Final = 19

Design = Annotated[Path, typer.Argument(metavar="DB", help="A platform's database.", show_default=False)]


def compare(
    one: Design,
    other: Annotated[
        Path | None,
        typer.Argument(
            metavar="DB", help="The second database; without it, variants within the first are compared."
        ),
    ] = None,
    experiment: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Compare the variants of this experiment of the program."),
    ] = None,
    money: Annotated[
        bool,
        typer.Option(
            "--waterfall",
            help="Show only where the money went, from all that the rules could have paid to what was kept.",
        ),
    ] = False,
    people: Annotated[
        bool,
        typer.Option(
            "--people",
            help="Show only who ended up with a different result, and what explain says about them in both.",
        ),
    ] = False,
    limit: Annotated[
        int, typer.Option(min=0, max=1000, help="With --people: how many people to explain.")
    ] = 10,
    as_json: Json = False,
) -> None:
    """Compare two designs side by side: the funnel, the numbers, how they differ, and the cost of each extra customer.

    Each design is a database. If simulate made both with the same seed and size, they hold the same people with the
    same luck, so only the design makes a difference; otherwise a line warns of it. Changes are in per cent, or in
    percentage points for shares.

    Given one database, compares the variants of an experiment in its program: friends, qualified friends, their rates,
    and what is issued and pending per qualified friend. Intervals are at 95 %: Wilson's for rates, Newcombe's for
    their differences; for money those of a ratio, Welch's for differences. If referrers were assigned to variants,
    friends of one referrer count as a cluster. With fewer than 30 people in a variant there is no interval.

    Then comes where the money went, step by step: from everything that the judged conversions could have paid down to
    what was paid and kept. What a rule refused is counted as in fraud. --waterfall also shows this for one database.

    Examples: referral-tui compare plain.db generous.db
              referral-tui compare plain.db generous.db --people
              referral-tui compare shop.db --waterfall
              referral-tui compare shop.db --experiment bonus
    """
    from db.read.comparing import check_currencies, other_differences, read_compared
    from referral_tui.differing import changes

    _check_choice(other, experiment, people=people, money=money)
    if money:
        from referral_tui.cli.compare_money import show_waterfalls

        show_waterfalls([one] if other is None else [one, other], as_json=as_json)
        return
    if other is None:
        from referral_tui.cli.compare_variants import compare_one

        compare_one(one, experiment, as_json=as_json)
        return
    if people:
        from referral_tui.cli.compare_people import show_people

        show_people(one, other, limit, as_json=as_json)
        return
    a, b = read_compared(one), read_compared(other)
    check_currencies([a, b])
    odd = other_differences(a, b)
    differs = changes(_words(a), _words(b))
    if as_json:
        print_json(_fields(a, b, odd, differs))
    else:
        say_lines(_lines(a, b, odd, differs))


def _check_choice(other: Path | None, experiment: str | None, *, people: bool, money: bool) -> None:
    """Check that the options go together.

    Raises:
        InputError: they don't.

    """
    from simulator.domain.errors import InputError

    given = [name for name, is_given in (("--people", people), ("--waterfall", money)) if is_given]
    if len(given) > 1:
        raise InputError("--people, --waterfall: each shows something else; give one of them")
    if given and experiment is not None:
        raise InputError(f"--experiment, {given[0]}: each shows something else; give one of them")
    if people and other is None:
        raise InputError("--people: compares two databases; give a second one")
    if experiment is not None and other is not None:
        raise InputError("--experiment: give one database; its variants are compared with each other")


def _words(side: ComparedDatabase) -> list[str]:
    """Describe the design in force, in sentences."""
    from simulator.program.load import load_program
    from simulator.program.words import describe

    return describe(load_program(side.design, f"the program in {side.path}"))


def _fields(
    a: ComparedDatabase, b: ComparedDatabase, odd: Sequence[str], differs: Sequence[tuple[str, str]]
) -> dict[str, Any]:
    from referral_tui.cli.compare_money import waterfall_fields

    more = b.qualified - a.qualified
    return {
        "currency": a.program.currency,
        "digits": a.program.digits,
        "databases": [str(a.path), str(b.path)],
        "alike": not odd,
        "unlike": list(odd),
        "design": [{"sign": sign, "text": text} for sign, text in differs],
        "stages": {x.name: [x.count, y.count] for x, y in zip(a.stages, b.stages, strict=True)},
        "numbers": {
            x.key: {"unit": x.unit, "values": [x.shown, y.shown], "formula": x.formula} | _parts(x, y)
            for x, y in zip(a.numbers, b.numbers, strict=True)
        },
        "budget": {
            "total_minor": [a.budget.total, b.budget.total],
            "spent_minor": [a.budget.spent, b.budget.spent],
            "counted_from": [a.budget.counted_from, b.budget.counted_from],
            "left_minor": [a.budget.left, b.budget.left],
            "runs_out_at": [a.budget.runs_out_at, b.budget.runs_out_at],
            "left_at_end_minor": [a.budget.left_at_end, b.budget.left_at_end],
        },
        "waterfall": [waterfall_fields(side.waterfall) for side in (a, b)],
        "further_friends": more,
        "further_minor": b.promised - a.promised,
        "each_minor": (b.promised - a.promised) / more if more > 0 else None,
    }


def _parts(one: Headline, other: Headline) -> dict[str, Any]:
    """Return the parts that add up to a number, by title, for each side; empty if it has none."""
    if not one.parts:
        return {}
    a, b = dict(one.shares), dict(other.shares)
    return {"parts": {title: [a.get(title), b.get(title)] for title, _ in one.parts}}


def _lines(
    a: ComparedDatabase, b: ComparedDatabase, odd: Sequence[str], differs: Sequence[tuple[str, str]]
) -> Iterator[str]:
    from referral_tui import figures
    from referral_tui.cli.compare_money import cut, names_of, waterfall_lines

    names = names_of([a.path, b.path])
    yield _row("", *(cut(name, _CELL) for name in names), "change")
    for x, y in zip(a.stages, b.stages, strict=True):
        yield _row(
            x.name, figures.count(x.count), figures.count(y.count), figures.change(x.count, y.count, "")
        )
    yield ""
    for m, n in zip(a.numbers, b.numbers, strict=True):
        cells = [
            figures.number(one.shown, one.unit, a.program.currency, a.program.digits, _CELL) for one in (m, n)
        ]
        yield _row(m.title, *cells, figures.change(m.shown, n.shown, m.unit))
        for title, pair in _parts(m, n).get("parts", {}).items():
            cells = [figures.number(one, m.unit, a.program.currency, a.program.digits, _CELL) for one in pair]
            yield _row(f"  {title}", *cells, figures.change(pair[0], pair[1], m.unit))
    yield ""
    yield from wrapped(printable(_verdict(a, b)))
    for name, side in zip(names, (a, b), strict=True):
        yield from wrapped(printable(f"Budget of {name}: {_budget(side)}"))
    yield ""
    yield from waterfall_lines([a, b])
    yield ""
    yield "how the design differs:" if differs else "the designs say the same"
    for sign, text in differs:
        yield from wrapped(printable(text), f"  {sign} ")
    if odd:
        yield ""
        yield from wrapped(printable(f"Not only the design differs: {'; '.join(odd)}."))


def _verdict(a: ComparedDatabase, b: ComparedDatabase) -> str:
    """Say what the second design brings compared with the first, and at what price."""
    from referral_tui.figures import money

    def worth(minor: float) -> str:
        return money(abs(minor), a.program.currency, a.program.digits)

    friends, minor = b.qualified - a.qualified, b.promised - a.promised
    if not friends and not minor:
        return "As many friends qualified in both, for the same money issued and pending."
    brings = (
        f"{abs(friends):,} {'more' if friends > 0 else 'fewer'} friend{'' if abs(friends) == 1 else 's'}"
        if friends
        else "as many friends"
    )
    costs = f"{worth(minor)} {'more' if minor > 0 else 'less'}" if minor else "the same money"
    each = f": {worth(minor / friends)} for each further one" if friends > 0 and minor > 0 else ""
    return f"{b.path.name} has {brings} who qualified, and {costs} issued and pending{each}."


def _budget(side: ComparedDatabase) -> str:
    """Say how much of a budget is spent, and how long it lasts."""
    from referral_tui.budget_words import outlook, spent_words

    currency, digits = side.program.currency, side.program.digits
    if side.budget.total is None:
        return outlook(side.budget, currency, digits)
    return f"{spent_words(side.budget, currency, digits)}. {outlook(side.budget, currency, digits)}"


def _row(name: str, *cells: str) -> str:
    return f"{name:<{_NAME}}{cells[0]:>{_CELL}}{cells[1]:>{_CELL}}{cells[2]:>{_CELL}}".rstrip()

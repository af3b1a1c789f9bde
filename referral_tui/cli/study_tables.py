"""Write the tables of a study: the figures of each design, their differences from the first, and a grid of designs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from referral_tui import figures
from referral_tui.cli.wrapping import wrapped
from referral_tui.study_numbers import count, signed_ends
from referral_tui.study_words import Ground, apart

if TYPE_CHECKING:
    from simulator.lab.measures import Measure
    from simulator.lab.statistics import Band
    from simulator.lab.summary import ChannelSummary, DesignSummary
    from simulator.lab.vary import Design

_TITLE: Final = 19
_CELL: Final = 30
_MEAN, _INTERVAL, _ABOVE = 14, 32, 14


def figure_lines(summaries: Sequence[DesignSummary], ground: Ground) -> Iterator[str]:
    """Yield the table of figures: for each design the median, and the 5th and 95th percentiles of the markets."""
    from simulator.lab.measures import MEASURES

    for pair in _batched(summaries, 2):
        yield ""
        yield _row("median (5 to 95 %)", *(_cut(one.name, _CELL - 1) for one in pair))
        for measure in MEASURES.values():
            if any(_is_something(one, measure) for one in summaries):
                yield _row(measure.title, *(_band(one, measure, ground) for one in pair))


_CHANNEL: Final = 15
_OF_CHANNEL: Final = (9, 17, 11, 27)


def channel_lines(name: str, channels: Sequence[ChannelSummary], ground: Ground) -> Iterator[str]:
    """Yield the table of a design's channels: whom each brought, and what was issued for them."""
    yield ""
    yield from wrapped(f"{name} by channel: median (5 to 95 %)")
    yield _channel_row("", "friends", "qualified", "issued", "for each qualified")
    for one in channels:
        yield _channel_row(
            _cut(one.channel, _CHANNEL - 1),
            _median(one.attributions, count),
            _range(one.qualified, count),
            _median(one.issued, ground.money),
            _range(one.cost, ground.money),
        )


def _channel_row(title: str, *cells: str) -> str:
    sized = (f"{cell:>{width}}" for cell, width in zip(cells, _OF_CHANNEL, strict=True))
    return f"{title:<{_CHANNEL}}{''.join(sized)}"


def _median(one: Band | None, write: Callable[[float], str]) -> str:
    return figures.NOTHING if one is None else write(one.median)


def _range(one: Band | None, write: Callable[[float], str]) -> str:
    if one is None:
        return figures.NOTHING
    median, low, high = (write(value) for value in (one.median, one.low, one.high))
    if low == high:
        return median
    units = {value.partition(" ")[2] for value in (median, low, high)}
    if len(units) == 1:  # as days, which are said once
        low, high = low.partition(" ")[0], high.partition(" ")[0]
    return f"{median} ({low} to {high})"


def _batched(summaries: Sequence[DesignSummary], size: int) -> Iterator[Sequence[DesignSummary]]:
    for place in range(0, len(summaries), size):
        yield summaries[place : place + size]


def _is_something(one: DesignSummary, measure: Measure) -> bool:
    band = one.bands[measure.key]
    return band is not None and (band.low, band.high) != (0, 0)


def _band(one: DesignSummary, measure: Measure, ground: Ground) -> str:
    if measure.unit == "share":
        return f"in {one.budget_ended} of {one.markets}"
    return _range(one.bands[measure.key], lambda value: ground.value(measure, value))


def _row(title: str, *cells: str) -> str:
    return f"{title:<{_TITLE}}{''.join(f'{cell:>{_CELL}}' for cell in cells)}".rstrip()


def difference_lines(first: DesignSummary, other: DesignSummary, ground: Ground) -> Iterator[str]:
    """Yield the table of a design's differences from the first: the mean, its interval, and where it is above zero."""
    from simulator.lab.measures import MEASURES

    yield ""
    yield from wrapped(f"{other.name} less {first.name}, market by market")
    yield _difference(
        "", "mean", "5 to 95 % of markets" if ground.drawn else "95 % interval", "above nothing"
    )
    for measure in MEASURES.values():
        if measure.key == "budget_ended_day" or not (
            _is_something(first, measure) or _is_something(other, measure)
        ):
            continue
        one = other.differences[measure.key]
        above = figures.NOTHING if one.above is None else f"{100 * one.above:.0f} %"
        yield _difference(
            measure.title,
            ground.change(measure, one.mean.value),
            apart(measure, one, ground),
            above,
        )
    each = other.each_further
    if each.low is not None and each.high is not None and not ground.drawn:
        money = ground.money
        yield _difference(
            "For each further", money(each.value), f"{money(each.low)} to {money(each.high)}", ""
        )


def design_lines(first: Design, other: Design) -> Iterator[str]:
    """Yield how a design differs from the first, in sentences."""
    from referral_tui.differing import changes
    from simulator.program.words import describe

    differs = changes(describe(first.program), describe(other.program))
    yield ""
    yield f"how {other.name} differs:" if differs else f"{other.name} says the same as {first.name}"
    for sign, text in differs:
        yield from wrapped(text, f"  {sign} ")


def _difference(title: str, mean: str, bounds: str, above: str) -> str:
    return f"{title:<{_TITLE}}{mean:>{_MEAN}}{bounds:>{_INTERVAL}}{above:>{_ABOVE}}".rstrip()


def grid_lines(
    designs: Sequence[Design], summaries: Sequence[DesignSummary], best: Sequence[bool], ground: Ground
) -> Iterator[str]:
    """Yield the table of a grid in the given order: what each design chooses, brings and costs."""
    yield from _choice_lines(designs, summaries, ["*" if one else " " for one in best], ground)
    yield ""
    yield from wrapped(f"* is on the frontier. {_COLUMNS}")


def finalist_lines(
    designs: Sequence[Design], summaries: Sequence[DesignSummary], ground: Ground
) -> Iterator[str]:
    """Yield the table of the base design and of a search's finalists."""
    yield from _choice_lines(designs, summaries, [" "] * len(designs), ground)
    yield ""
    yield from wrapped(_COLUMNS)


_COLUMNS: Final = (
    "more: customers than as it is; each further: what each of them costs, or each that is lost saves; "
    "ended: in how many markets the budget ended."
)


def _choice_lines(
    designs: Sequence[Design], summaries: Sequence[DesignSummary], marks: Sequence[str], ground: Ground
) -> Iterator[str]:
    paths = [path for path, _ in next((one.choices for one in designs if one.choices), ())]
    letters = [chr(ord("a") + place) for place in range(len(paths))]
    for letter, path in zip(letters, paths, strict=True):
        yield f"{letter} = {path}"
    widths = [
        max(len(letter), *(len(_choice(one, place)) for one in designs)) + 2
        for place, letter in enumerate(letters)
    ]
    yield ""
    yield _grid_row(" ", letters, widths, "customers", "more (95 %)", "paid+pending", "each further", "ended")
    for design, one, mark in zip(designs, summaries, marks, strict=True):
        more, each = one.differences.get("qualified"), one.each_further
        yield _grid_row(
            mark,
            [_choice(design, place) for place in range(len(paths))],
            widths,
            count(one.means["qualified"] or 0),
            figures.NOTHING
            if more is None or more.mean.low is None
            else _apart(more.mean.low, more.mean.high or 0),
            ground.money(one.means["promised"]),
            ground.money(each.value) if each.bounded else figures.NOTHING,
            f"{one.budget_ended}/{one.markets}",
        )


def _apart(low: float, high: float) -> str:
    return "same" if low == high == 0 else " ".join(signed_ends(low, high))


def _choice(design: Design, place: int) -> str:
    return design.choices[place][1] if design.choices else "as is"


def _grid_row(mark: str, choices: Sequence[str], widths: Sequence[int], *cells: str) -> str:
    chosen = "".join(f"{choice:>{width}}" for choice, width in zip(choices, widths, strict=True))
    sizes = (11, 15, 13, 13, 9)
    return f"{mark}{chosen}{''.join(f'{cell:>{size}}' for cell, size in zip(cells, sizes, strict=True))}".rstrip()


def _cut(name: str, most: int) -> str:
    return name if len(name) <= most else f"…{name[1 - most :]}"

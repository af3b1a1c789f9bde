"""`compare` with one database: the variants of an experiment of its program, side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from referral_tui.cli.output import print_json, say_lines
from referral_tui.cli.wrapping import PAGE

if TYPE_CHECKING:
    from simulator.calibration.variants import ExperimentResult, Interval, VariantResult

Write = Callable[[float], str]


def compare_one(path: Path, name: str | None, *, as_json: bool) -> None:
    """Print how the variants of an experiment compare.

    Raises:
        InputError: the program has no such experiment.

    """
    from simulator.calibration.variants import compare_variants

    result = compare_variants(path, name)
    if as_json:
        print_json(_fields(result))
    else:
        say_lines(_lines(result))


def _fields(result: ExperimentResult) -> dict[str, Any]:
    from simulator.calibration.variants import CONFIDENCE

    return {
        "experiment": result.experiment.name,
        "by": result.experiment.by,
        "since_version": result.since_version,
        "currency": result.program.currency,
        "digits": result.program.digits,
        "confidence": CONFIDENCE,
        "variants": [asdict(one) for one in result.variants],
        "differences": [asdict(one) for one in result.differences],
    }


def _lines(result: ExperimentResult) -> Iterator[str]:
    from referral_tui import figures
    from simulator.calibration.variants import FEWEST

    by = result.experiment.by
    since = f", of those matched since version {result.since_version}" if result.since_version > 1 else ""
    yield f'Experiment "{result.experiment.name}", drawn by {by}{since}; 95 % intervals'
    for one in result.variants:
        yield ""
        yield f"{one.name}: {figures.counted(one.friends, 'friend')}{_drawn(one, by)}"
        for title, text in _figures(result, one):
            yield f"  {title:<22}{text}"
    for number, gap in enumerate(result.differences):
        yield ""
        yield f"{gap.variant} against {result.variants[0].name}"
        for title, interval, write in (
            ("converted", gap.conversion, _points),
            ("qualified", gap.qualification, _points),
            ("for each qualified", gap.cost, _signed(result)),
        ):
            yield f"  {title:<22}{_between(interval, write)}{_verdict(interval)}"
        few = [one.name for one in (result.variants[0], result.variants[number + 1]) if one.drawn < FEWEST]
        if few:
            words = (
                f"Too few to tell: fewer than {FEWEST} {by}s in {' and in '.join(few)}, so chance alone may make "
                "any such difference."
            )
            yield from wrap(words, PAGE, initial_indent="  ", subsequent_indent="  ")


def _drawn(one: VariantResult, by: str) -> str:
    from referral_tui.figures import counted

    return f" of {counted(one.drawn, by)}" if by == "referrer" else ""


def _figures(result: ExperimentResult, one: VariantResult) -> Iterator[tuple[str, str]]:
    from referral_tui.figures import money, share

    program = result.program

    def write(minor: float) -> str:
        return money(minor, program.currency, program.digits)

    yield "converted", f"{one.converted:,}, {_between(one.conversion, share)}"
    yield "qualified", f"{one.qualified:,}, {_between(one.qualification, share)}"
    yield "issued + pending", write(one.promised_minor)
    yield "for each qualified", _between(one.cost, write)


def _between(interval: Interval, write: Write) -> str:
    from referral_tui.figures import NOTHING

    if interval.value is None:
        return NOTHING
    if interval.low is None or interval.high is None:
        return f"{write(interval.value)} (too few for an interval)"
    return f"{write(interval.value)} ({write(interval.low)} to {write(interval.high)})"


def _points(part: float) -> str:
    return f"{part * 100:+.1f} points"


def _signed(result: ExperimentResult) -> Write:
    from referral_tui.figures import money

    def write(minor: float) -> str:
        sign = "+" if round(minor) > 0 else ""
        return sign + money(minor, result.program.currency, result.program.digits)

    return write


def _verdict(interval: Interval) -> str:
    if interval.low is None or interval.high is None:
        return ""
    return "" if interval.low > 0 or interval.high < 0 else "; may be chance"

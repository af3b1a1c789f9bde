"""`presets`: list what can be simulated, and check how close each preset comes to published figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from referral_tui.cli.options import Json, preset_completion
from referral_tui.cli.output import print_json, say, say_lines
from referral_tui.figures import counted

if TYPE_CHECKING:
    from simulator.calibration.bounds import Estimate
    from simulator.calibration.published import Published
    from simulator.calibration.trial import Result

app = typer.Typer(
    no_args_is_help=True,
    help="List the presets, and check them against published figures.",
    epilog="Start with: referral-tui presets list",
    rich_markup_mode="rich",
)


@app.command("list", epilog="Example: referral-tui presets list")
def list_presets(as_json: Json = False) -> None:
    """List the presets: the brand, the event that counts as its conversion, and the published figures it reproduces."""
    from simulator.calibration.published import published
    from simulator.program.load import load_program
    from simulator.program.presets import find_program
    from simulator.run.plan import Plan, world_names

    known = published()
    rows: list[dict[str, Any]] = []
    for name in world_names():
        program, world = load_program(*find_program(name)), Plan(preset=name).world()
        figures = known.get(name, ())
        rows.append(
            {
                "preset": name,
                "name": program.name,
                "industry": program.industry,
                "currency": program.currency,
                "countries": list(world.people.countries),
                "converts_by": world.conversion.event,
                "figures": len(figures),
                "row": figures[0].row if figures else None,
                "nearest": bool(figures and figures[0].nearest),
            }
        )
    if as_json:
        print_json({"presets": rows})
        return
    for row in rows:
        say(
            f"{row['preset']:<13} {row['name']}, {row['currency']}, {', '.join(row['countries'])}; friends convert by "
            f"{row['converts_by']}; {row['figures']} published figures, of "
            f"{'the nearest row, ' if row['nearest'] else ''}{row['row']}"
        )


@app.command(epilog="Example: referral-tui presets check telecom bank")
def check(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME…]",
            help="The presets to check. Default: all.",
            show_default=False,
            autocompletion=preset_completion,
        ),
    ] = None,
    referrers: Annotated[
        int, typer.Option(min=100, max=1_000_000, help="Customers of each brand; more give narrower bounds.")
    ] = 20_000,
    seed: Annotated[
        list[int] | None,
        typer.Option(
            min=0, help="The seed. May be repeated for several runs, whose results are pooled. Default: 1."
        ),
    ] = None,
    as_json: Json = False,
) -> int:
    """Run presets for a year and compare their simulated rates with the published ones.

    The bounds have 99.9 % confidence and allow for clustering, since a referrer's friends all come through one person.
    Exit status: 1 if a published figure lies outside them.
    """
    from referral_tui.cli.errors import FAILED, FINE, InterruptedCommand
    from referral_tui.cli.progress import Bar
    from simulator.calibration.bounds import CONFIDENCE
    from simulator.calibration.trial import DAYS, StoppedError, compare
    from simulator.domain.wall_clock import Stopper, signals

    wanted = _wanted(names)
    seeds = list(dict.fromkeys(seed or [1]))
    stopper = Stopper()
    results: dict[str, list[Result]] = {}
    with signals(stopper), Bar("presets", float(len(wanted) * len(seeds))) as bar:
        done = _Done(bar.set)
        try:
            for name, figures in wanted.items():
                results[name] = compare(
                    name, figures, seeds=seeds, referrers=referrers, stopper=stopper, progress=done.part
                )
        except StoppedError:
            raise InterruptedCommand from None
    if as_json:
        print_json(
            {
                "referrers": referrers,
                "days": DAYS,
                "seeds": seeds,
                "confidence": CONFIDENCE,
                "method": "ratio of sums over referrers, Taylor linearisation",
                "figures": [_fields(name, one) for name, found in results.items() for one in found],
                "ok": all(one.agrees for found in results.values() for one in found),
            }
        )
    else:
        say_lines(_lines(results, referrers, DAYS, seeds, CONFIDENCE))
    return FINE if all(one.agrees for found in results.values() for one in found) else FAILED


class _Done:
    """Adds up the progress of several runs, one after another."""

    def __init__(self, tell: Any) -> None:
        self._tell = tell
        self._whole, self._last = 0, 0.0

    def part(self, share: float) -> None:
        """Set the completed share of the current run; a smaller share than before means that the next run has begun."""
        if share < self._last:
            self._whole += 1
        self._last = share
        self._tell(self._whole + share)


def _wanted(names: Sequence[str] | None) -> dict[str, tuple[Published, ...]]:
    """Return the requested presets with their figures; raise InputError with the nearest name for an unknown one."""
    from simulator.calibration.published import published
    from simulator.domain.errors import InputError
    from simulator.program.nearest import advice, shown

    known = published()
    for name in names or ():
        if name not in known:
            raise InputError(f"no preset {shown(name)}; {advice(name, known)}")
    return {name: known[name] for name in (dict.fromkeys(names) if names else known)}


def _fields(preset: str, one: Result) -> dict[str, Any]:
    from simulator.calibration.measures import MEASURES

    figure, estimate = one.published, one.estimate
    return {
        "preset": preset,
        "measure": figure.measure,
        "title": MEASURES[figure.measure].title,
        "formula": MEASURES[figure.measure].formula,
        "published": [figure.low, figure.high],
        "source": figure.source,
        "page": figure.page,
        "row": figure.row,
        "simulated": estimate.value if estimate else None,
        "bounds": [estimate.low, estimate.high] if estimate else None,
        "numerator": estimate.numerator if estimate else None,
        "denominator": estimate.denominator if estimate else None,
        "ok": one.agrees,
    }


def _lines(
    results: dict[str, list[Result]], referrers: int, days: int, seeds: Sequence[int], confidence: float
) -> Iterator[str]:
    from simulator.calibration.measures import MEASURES

    used: dict[str, None] = {}
    pages = dict.fromkeys(
        f"{one.published.source}: {one.published.page}" for found in results.values() for one in found
    )
    number = {page: place for place, page in enumerate(pages, 1)}
    for preset, found in results.items():
        row = found[0].published
        yield f"{preset}, after {row.row}{', the nearest row' if row.nearest else ''}"
        for one in found:
            measure = MEASURES[one.published.measure]
            used[one.published.measure] = None
            published = _range(one.published, measure.percent)
            simulated = _estimate(one.estimate, measure.percent)
            source = number[f"{one.published.source}: {one.published.page}"]
            mark = "ok " if one.agrees else "OUT"
            yield f"  {mark}  {measure.title:<25} {published:>10}  {simulated:<26} [{source}]"
    yield ""
    yield f"published, simulated (with {confidence:.1%} bounds), source; {_markets_words(referrers, days, seeds)}"
    yield from (f"{MEASURES[name].title} = {MEASURES[name].formula}" for name in used)
    yield from (f"[{place}] {page}" for page, place in number.items())
    out = [one for found in results.values() for one in found if not one.agrees]
    count = sum(len(found) for found in results.values())
    yield f"{count - len(out)} of {count} published figures lie within the bounds"


def _markets_words(referrers: int, days: int, seeds: Sequence[int]) -> str:
    which = f"seed {seeds[0]}" if len(seeds) == 1 else f"seeds {', '.join(map(str, seeds))} together"
    return f"{counted(referrers, 'referrer')}, {counted(days, 'day')}, {which}"


def _range(figure: Published, percent: bool) -> str:
    ends = dict.fromkeys((_number(figure.low, percent), _number(figure.high, percent)))
    return " to ".join(ends) + (" %" if percent else "")


def _number(value: float, percent: bool) -> str:
    return f"{value * 100:.3g}" if percent else f"{value:.3g}"


def _estimate(estimate: Estimate | None, percent: bool) -> str:
    if estimate is None:
        return "nothing to count"
    scale, unit = (100, " %") if percent else (1, "")
    return f"{estimate.value * scale:.2f}{unit} ({estimate.low * scale:.2f} to {estimate.high * scale:.2f})"

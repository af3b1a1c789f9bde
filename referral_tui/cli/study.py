"""`study`: run designs over many markets, and say which brings more, at what price, and how certain that is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from referral_tui.cli.lab_options import (
    Assumed,
    Cluster,
    Days,
    Delivery,
    Faults,
    Preset,
    Referrers,
    Seed,
    Start,
    Vary,
    Workers,
    read_designs,
    read_setting,
)
from referral_tui.cli.options import Json, preset_completion
from referral_tui.cli.output import print_json, say_lines

if TYPE_CHECKING:
    import polars as pl

    from referral_tui.cli.progress import Bar
    from referral_tui.cli.study_shake import Tornado
    from simulator.lab.measures import Measure
    from simulator.lab.pool import WorkerPool
    from simulator.lab.setting import Setting
    from simulator.lab.summary import DesignSummary
    from simulator.lab.vary import Design
    from simulator.world.spec import WorldSpec

MARKETS: Final = 20
MOST_UNTIL: Final = 1000


def study(
    programs: Annotated[
        list[str],
        typer.Argument(
            metavar="PROGRAM",
            help="Program files or presets; each is compared with the first.",
            autocompletion=preset_completion,
            show_default=False,
        ),
    ],
    preset: Preset = None,
    referrers: Referrers = 1000,
    days: Days = 365,
    markets: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=10_000,
            help="How many markets, each with its own people and luck. Default: 20; with --until at most 1000.",
        ),
    ] = None,
    until: Annotated[
        float | None,
        typer.Option(
            metavar="WIDTH",
            help="Add markets until the interval of the difference in --by extends at most this far to each side.",
        ),
    ] = None,
    seed: Seed = 1,
    start: Start = None,
    delivery: Delivery = None,
    faults: Faults = None,
    workers: Workers = None,
    cluster: Cluster = None,
    vary: Vary = None,
    by: Annotated[
        str,
        typer.Option(
            metavar="FIGURE", help="The figure that a grid is sorted by and --shake reports, such as cost."
        ),
    ] = "qualified",
    shake: Annotated[
        bool,
        typer.Option(
            "--shake",
            help="Move each number that the world file assumes to both ends of its range, and report what "
            "that does to the figure --by and whether it reverses the decision.",
        ),
    ] = False,
    assumed: Assumed = False,
    by_channel: Annotated[
        bool,
        typer.Option(
            "--by-channel", help="Also report whom each channel brought, and what was issued for them."
        ),
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the figures of each market as Parquet."),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Write a page to share: one HTML file with charts, tables and the designs."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    r"""Run designs over many markets, all on the same people with the same luck, and say how certain a difference is.

    Market k is the world of simulate --seed k, and its figures are those of simulate. Differences are taken market by
    market. Intervals are at 95 %: Willink's for a mean difference, Fieller's for the money per extra customer. Bands
    show how much single markets vary: they span 5 to 95 % of them.

    --vary makes a grid of designs from one program. Those marked * form the frontier: no other design brings as many
    customers for less money, or more customers for the same money.

    Examples: referral-tui study plain.toml generous.toml --preset telecom --markets 100
              referral-tui study telecom --vary 'reward\[referrer-credit].value=10..50:10' --by cost
    """
    from referral_tui.cli.progress import Bar
    from referral_tui.cli.study_report import StudyResult, command_line, fields, lines, page
    from referral_tui.study_words import Ground
    from simulator.domain.writing import check_writable, write_text
    from simulator.lab.measures import find_measure
    from simulator.lab.pool import WorkerPool
    from simulator.lab.running import run_designs, run_until
    from simulator.lab.summary import summarise, widest

    designs = read_designs(programs, vary)
    measure = find_measure(by, "--by")
    _check_together(designs, grid=bool(vary), shake=shake, assumed=assumed, by_channel=by_channel)
    for path in (out, html):
        if path is not None:
            check_writable(path)
    name, setting = read_setting(preset, programs, referrers, days, start, delivery, faults, assumed=assumed)
    names = [one.name for one in designs]
    width = None if until is None else _width(until, measure, designs[0].program.digits)
    with WorkerPool(workers, cluster) as pool, Bar("study", None) as bar:
        found = run_until(
            lambda seeds: run_designs(designs, seeds, setting, bar.set, pool=pool),
            seed,
            markets or (MOST_UNTIL if until is not None else MARKETS),
            lambda frame: widest(frame, names, measure),
            width,
        )
        tornado = (
            _shaken(found.markets, designs, setting, measure, preset=name, bar=bar, pool=pool)
            if shake
            else None
        )
    summaries = summarise(found.markets, names)
    if vary:
        order = _order(summaries, by, more=measure.more)
        designs, summaries = [designs[place] for place in order], [summaries[place] for place in order]
    result = StudyResult(
        files=dict.fromkeys(names, programs[0]) if vary else dict(zip(names, programs, strict=True)),
        designs=designs,
        summaries=summaries,
        study=found,
        ground=Ground(referrers, days, designs[0].program.currency, designs[0].program.digits, assumed),
        preset=name,
        setting=setting,
        seed=seed,
        grid=bool(vary),
        tornado=tornado,
        by_channel=by_channel,
    )
    if out is not None:
        _write_markets(found.markets, out)
    if html is not None:
        options = {
            "start": start, "delivery": delivery, "faults": faults, "vary": vary, "by": by, "shake": shake,
            "assumed": assumed, "by-channel": by_channel,
        }  # fmt: skip
        write_text(html, page(result, command_line(result, programs, options)))
    if as_json:
        print_json(fields(result))
    else:
        say_lines([*lines(result), *([f"{html} written; open it in a browser"] if html is not None else [])])


def _check_together(
    designs: Sequence[Design], *, grid: bool, shake: bool, assumed: bool, by_channel: bool
) -> None:
    """Check that the options can be given together.

    Raises:
        InputError: they can't.

    """
    from simulator.domain.errors import InputError

    if by_channel and grid:
        raise InputError("--by-channel: reports on single designs, not on a grid; leave --vary out")
    if shake and (grid or len(designs) > 2):
        raise InputError(
            "--shake: examines one program, or two that are compared; leave the others and --vary out"
        )
    if shake and assumed:
        raise InputError("--shake: moves one number at a time from what the file has; leave --assumed out")


def _width(until: float, measure: Measure, digits: int) -> float:
    """Return a wanted width in the unit of a figure; raises InputError if it is not one."""
    from simulator.domain.errors import InputError
    from simulator.domain.spans import DAY_MS

    if not 0 < until < float("inf"):
        raise InputError(
            f"--until {until:g}: write how far the interval may reach to each side, more than nothing"
        )
    scale: dict[str, float] = {"money": float(10**digits), "duration": DAY_MS, "share": 0.01}
    return until * scale.get(measure.unit, 1.0)


def _shaken(
    markets: pl.DataFrame,
    designs: Sequence[Design],
    setting: Setting,
    measure: Measure,
    *,
    preset: str,
    bar: Bar,
    pool: WorkerPool,
) -> Tornado:
    """Return what each assumption of the world file does to the mean of a figure, or to its difference."""
    from dataclasses import replace

    from referral_tui.cli.study_shake import Tornado
    from simulator.lab.running import run_designs
    from simulator.lab.shake import answer, shake, shaken_worlds
    from simulator.run.plan import world_text

    names = tuple(one.name for one in designs)
    seeds = sorted(markets["seed"].unique())
    base = answer(markets, measure, names)
    worlds = list(shaken_worlds(world_text(preset), f"{preset}/world.toml"))
    runs = len(designs) * len(seeds)
    done = 0

    def run(spec: WorldSpec) -> pl.DataFrame:
        nonlocal done
        before, total = runs + done, runs * (1 + 2 * len(worlds))
        found = run_designs(
            designs,
            seeds,
            replace(setting, spec=spec),
            lambda part, _: bar.set(before + part, total),
            pool=pool,
        )
        done += runs
        return found.markets

    return Tornado(measure, names, base, shake(worlds, run, measure, names, base), preset)


def _order(summaries: Sequence[DesignSummary], key: str, *, more: bool) -> list[int]:
    """Return the places of designs sorted by the mean of a figure, the best first; those without it last."""

    def rank(place: int) -> tuple[bool, float]:
        value = summaries[place].means[key]
        return value is None, (-value if more else value) if value is not None else 0.0

    return sorted(range(len(summaries)), key=rank)


def _write_markets(markets: pl.DataFrame, path: Path) -> None:
    from referral_tui.cli.writing import naming_errors, opened_out

    with naming_errors(path), opened_out(path, "parquet") as stream:
        markets.write_parquet(stream)

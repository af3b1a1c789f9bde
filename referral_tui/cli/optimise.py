"""`optimise`: search a grid of designs for the best within limits, and write it as a program file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

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
    ground_fields,
    read_designs,
    read_setting,
)
from referral_tui.cli.options import Json, preset_completion
from referral_tui.cli.output import print_json, say_lines

if TYPE_CHECKING:
    import polars as pl

    from referral_tui.study_words import Ground
    from simulator.lab.goals import Goal, Limit
    from simulator.lab.search import Found
    from simulator.lab.summary import DesignSummary
    from simulator.lab.vary import Design


def optimise(
    program: Annotated[
        str,
        typer.Argument(
            metavar="PROGRAM",
            help="The program file or preset to start from.",
            autocompletion=preset_completion,
            show_default=False,
        ),
    ],
    vary: Vary = None,
    most: Annotated[
        str | None, typer.Option(metavar="FIGURE", help="The figure to maximise, such as qualified.")
    ] = None,
    least: Annotated[
        str | None, typer.Option(metavar="FIGURE", help="The figure to minimise, such as cost.")
    ] = None,
    subject_to: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LIMIT",
            help="A limit: 'issued <= 50000 in 95%', 'cost <= 40' (of the mean), 'budget_ended < 5%'. May be repeated.",
        ),
    ] = None,
    tries: Annotated[
        int,
        typer.Option(
            min=1,
            max=100_000,
            help="How many runs to spend on the search, one run being a design on a market.",
        ),
    ] = 200,
    check: Annotated[
        int, typer.Option(min=5, max=10_000, help="How many fresh markets the finalists run on again.")
    ] = 100,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where to write the best design. Default: PROGRAM-best.toml."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")] = False,
    preset: Preset = None,
    referrers: Referrers = 1000,
    days: Days = 365,
    seed: Seed = 1,
    start: Start = None,
    delivery: Delivery = None,
    faults: Faults = None,
    workers: Workers = None,
    cluster: Cluster = None,
    assumed: Assumed = False,
    as_json: Json = False,
) -> int:
    r"""Search the designs that --vary makes for the best within limits, and write it as a program file.

    The search is sequential halving: all designs run on the same markets, and the better half goes on to more of them.
    The last three are run again on fresh markets, and only those results are reported, since the best of many looks
    better than it is. If no design keeps the limits, it says so and names the nearest; then the exit status is 1.

    Example: referral-tui optimise telecom --vary 'reward\[referrer-credit].value=10..50:5' --most qualified
             --subject-to 'issued <= 50000 in 95%' --subject-to 'budget_ended < 5%'
    """
    from referral_tui.cli.errors import FAILED, FINE
    from referral_tui.cli.progress import Bar
    from referral_tui.study_words import Ground
    from simulator.domain.errors import InputError
    from simulator.domain.writing import write_text
    from simulator.lab.goals import parse_goal
    from simulator.lab.pool import WorkerPool
    from simulator.lab.running import run_designs
    from simulator.lab.search import FINALISTS, plan_rounds, search
    from simulator.lab.summary import summarise
    from simulator.lab.vary import AS_IT_IS

    if not vary:
        raise InputError(
            "--vary: what may be changed? give it at least once, as 'reward[NAME].value=10..50:5'"
        )
    designs = {one.name: one for one in read_designs([program], vary)}
    base = designs[AS_IT_IS].program
    goal = parse_goal(most, least, subject_to or (), base.digits)
    name, setting = read_setting(preset, [program], referrers, days, start, delivery, faults, assumed=assumed)
    target = _target(program, out, force=force)
    planned = sum(one.designs * one.markets for one in plan_rounds(len(designs), tries))
    total = planned + check * (min(FINALISTS, len(designs)) + 1)
    done = 0

    with WorkerPool(workers, cluster) as pool, Bar("optimise", total) as bar:

        def evaluate(names: Sequence[str], seeds: Sequence[int]) -> pl.DataFrame:
            nonlocal done
            chosen = [designs[one] for one in names]
            markets = run_designs(
                chosen,
                seeds,
                setting,
                lambda part, _: bar.set(done + part),
                pool=pool,
            ).markets
            done += len(names) * len(seeds)
            return markets

        found = search(list(designs), goal, evaluate, tries, seed, check, beside=AS_IT_IS)
    names = [AS_IT_IS, *(one for one in found.finalists if one != AS_IT_IS)]
    summaries = {one.name: one for one in summarise(found.fresh, names)}
    best = designs[found.finalists[0]]
    if found.satisfied:
        write_text(target, best.program.text)
    result = SearchReport(designs, goal, found, summaries, target if found.satisfied else None)
    ground = Ground(referrers, days, base.currency, base.digits, assumed)
    if as_json:
        fields = ground_fields(name, setting, seed, check, best)
        print_json(_fields(result, ground, program) | fields)
    else:
        say_lines(_lines(result, ground, name))
    return FINE if found.satisfied else FAILED


@dataclass(frozen=True)
class SearchReport:
    """The result of a search; `file` is None if none was written."""

    designs: dict[str, Design]
    goal: Goal
    found: Found
    summaries: dict[str, DesignSummary]
    file: Path | None

    @property
    def best(self) -> str:
        """The name of the best design."""
        return self.found.finalists[0]

    def rows(self, name: str) -> pl.DataFrame:
        """Return the rows of a design on the fresh markets."""
        return self.found.fresh.filter(design=name)


def _target(program: str, out: Path | None, *, force: bool) -> Path:
    """Return the file to write, checked before anything is run."""
    from simulator.domain.errors import InputError
    from simulator.domain.writing import check_writable

    target = out if out is not None else Path(f"{Path(program).stem}-best.toml")
    if target.exists() and not force:
        raise InputError(f"{target}: already there; choose another --out, or overwrite it with --force")
    check_writable(target)
    return target


def _sentence(result: SearchReport, ground: Ground) -> str:
    """Say which design is best, or that none meets the limits, and how certain that is."""
    from referral_tui.study_words import mean_words, named
    from simulator.lab.statistics import mean_interval

    found, goal, best = result.found, result.goal, named(result.best)
    values = goal.measure.of(result.rows(result.best))
    has = mean_words(goal.measure, mean_interval(values), ground)
    word = "most" if goal.most else "least"
    title = "new customers" if goal.measure.key == "qualified" else goal.measure.title.lower()
    what = f"{title} {ground.span}" if goal.measure.unit == "count" else title
    if not found.satisfied:
        return (
            f"None of {len(result.designs)} designs keeps what was asked; {best} comes nearest, with {has} {what} "
            "on average."
        )
    within = " within the limits" if goal.limits else ""
    sentence = f"Of {len(result.designs)} designs, {best} has the {word} {what}{within}: {has} on average"
    if len(found.finalists) > 1:
        certainty = _percent(found.sure)
        sentence += (
            f"; of the {len(found.finalists)} finalists it is the best with a certainty of {certainty}"
        )
    return f"{sentence}."


def _percent(share: float) -> str:
    return "over 99 %" if share > 0.99 else f"{100 * share:.0f} %"


def _limit_line(limit: Limit, rows: pl.DataFrame, ground: Ground) -> str:
    """Say how well a limit is met on the fresh markets."""
    import numpy as np

    from referral_tui.study_numbers import of_100
    from simulator.lab.statistics import markets_needed, upper_chance

    verdict = limit.verdict(rows)
    if limit.allowed is None:
        mean = float(np.nanmean(limit.measure.of(rows)))
        kept = "broken" if verdict == "broken" else "kept"
        return f"{limit.text}: {kept}, the mean is {ground.value(limit.measure, mean)}"
    times = limit.broken(rows)
    line = f"{limit.text}: broken in {times} of {rows.height} markets"
    if verdict == "shown":
        most = of_100(upper_chance(times, rows.height))
        return f"{line}; so in fewer than {most} of 100, with 95 % confidence"
    if verdict == "likely":
        needed = markets_needed(times, limit.allowed)
        return f"{line}; to be 95 % sure takes {needed} markets with no more of that (--check)"
    return f"{line}: not kept"


def _lines(result: SearchReport, ground: Ground, preset: str) -> Iterator[str]:
    from referral_tui.cli.study_tables import finalist_lines
    from referral_tui.cli.wrapping import wrapped
    from referral_tui.figures import counted
    from referral_tui.study_words import verdict
    from simulator.lab.vary import AS_IT_IS

    yield from wrapped(_sentence(result, ground))
    best = result.designs[result.best]
    if result.best != AS_IT_IS:
        has_budget = best.program.budget_minor is not None
        yield from wrapped(
            verdict(result.summaries[AS_IT_IS], result.summaries[result.best], ground, has_budget)
        )
    for limit in result.goal.limits:
        yield from wrapped(_limit_line(limit, result.rows(result.best), ground), "  ")
    yield ""
    rounds = result.found.rounds
    yield from wrapped(
        f"searched with {result.found.searched.height} runs ("
        + ", then ".join(f"{one.designs} designs over {counted(one.markets, 'market')}" for one in rounds)
        + f"), checked on {result.rows(result.best).height} fresh markets of {counted(ground.referrers, 'referrer')}, "
        f"{counted(ground.days, 'day')}, preset {preset}"
    )
    yield from wrapped(ground.bands_hold)
    yield from finalist_lines(
        [result.designs[name] for name in result.summaries], list(result.summaries.values()), ground
    )
    if result.file is not None:
        yield ""
        yield from wrapped(f"{result.file} written; to read it: referral-tui program show {result.file}")
        if best.delivery:
            yield f"its delivery: {', '.join(f'{key}={value}' for key, value in best.delivery.items())}"


def _fields(result: SearchReport, ground: Ground, program: str) -> dict[str, Any]:
    from referral_tui.cli.study_json import interval_fields
    from simulator.lab.statistics import mean_interval

    found, goal = result.found, result.goal
    return {
        "sentence": [_sentence(result, ground)],
        "program": program,
        "satisfied": found.satisfied,
        "best": {
            "name": result.best,
            "settings": dict(result.designs[result.best].choices),
            "file": None if result.file is None else str(result.file),
        },
        "sure": found.sure,
        "goal": {"figure": goal.measure.key, "most": goal.most},
        "limits": [
            {
                "limit": limit.text,
                "broken": limit.broken(result.rows(result.best)),
                "verdict": limit.verdict(result.rows(result.best)),
            }
            for limit in goal.limits
        ],
        "designs": len(result.designs),
        "runs": found.runs,
        "rounds": [{"designs": one.designs, "markets": one.markets} for one in found.rounds],
        "finalists": [
            {
                "name": name,
                "settings": dict(result.designs[name].choices),
                **interval_fields(mean_interval(goal.measure.of(result.rows(name)))),
            }
            for name in found.finalists
        ],
    }

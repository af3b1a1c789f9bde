"""Compare what a study says of a market with what `simulate` and `fraud` say of a run with its seed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from db.read.figures import funnel
from db.read.summary import receipts, summary
from db.sqlite.readonly import reading, select_on
from simulator.lab.setting import Setting
from simulator.program.load import load_program
from simulator.program.model import Program
from simulator.program.presets import find_program
from simulator.run.plan import Plan
from simulator.scoring.reading import score_database
from simulator.world.windows import start_of
from tests.world.running import run_into


def preset(name: str) -> Program:
    """Return the program of a preset."""
    return load_program(*find_program(name))


def setting(plan: Plan) -> Setting:
    """Return what a study needs of a plan."""
    return Setting(plan.world(), plan.referrers, plan.days, None, plan.delivery, plan.faults)


def simulated(path: Path, plan: Plan, program: Program) -> dict[str, Any]:
    """The figures of a run, as `simulate --json`, the Overview and `fraud --json` have them, by a study's columns."""
    plan = Plan(
        plan.preset, plan.seed, plan.referrers, plan.days, start_of(program), plan.delivery, plan.faults
    )
    assert run_into(path, program, plan=plan) == "finished"
    with reading(path) as db:
        query = select_on(db)
        said, kinds = summary(query), receipts(query)
        sums = {metric: (count, value) for metric, count, value in query("SELECT * FROM total", ())}
    stages = {stage.name: stage.count for stage in funnel(sums)}
    score, _ = score_database(path)
    parts = ("numbers", "attributions", "decisions", "rewards", "late_reversals", "reversals_without_effect")
    return flat(
        {
            **kinds,
            "received": sum(kinds.values()),
            "funnel": stages,
            **{part: said[part] for part in parts},
            "paid_to_cheats_minor": score.paid,
            "refused_to_honest_minor": score.refused.refused_honest,
        }
    )


def by_channel(path: Path) -> dict[str, dict[str, int]]:
    """What a run's database has of each channel, by the columns of a study's frame `channels`."""
    metrics = {"attributed": "attributions", "qualified": "qualified", "issued": "issued_minor"}
    found: dict[str, dict[str, int]] = {}
    with reading(path) as db:
        rows = select_on(db)(
            "SELECT part, metric, SUM(count), SUM(value) FROM breakdown WHERE metric LIKE 'channel.%' "
            "GROUP BY part, metric",
            (),
        )
    for channel, metric, count, value in rows:
        name = metrics[metric.removeprefix("channel.")]
        found.setdefault(channel, {})[name] = value if name == "issued_minor" else count
    return {channel: {**dict.fromkeys(metrics.values(), 0), **brought} for channel, brought in found.items()}


def flat(nested: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Join the keys of nested tables by dots."""
    found: dict[str, Any] = {}
    for key, value in nested.items():
        name = f"{before}{key}"
        found |= flat(value, f"{name}.") if isinstance(value, Mapping) else {name: value}
    return found


def differing(row: Mapping[str, Any], run: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return where a study's row differs from the figures of a run: for each column, what the study and the run say.

    What a run has nothing of is missing from its figures, and 0 in a study's.
    """
    own = ("design", "seed", "numbers.k", "numbers.time", "budget_ended_at", "budget_ended_day")
    names = [name for name in row if name not in own]
    assert set(run) <= set(names)
    return {name: (row[name], run.get(name, 0)) for name in names if row[name] != run.get(name, 0)}

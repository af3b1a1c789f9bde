"""Run a case through the engine and the oracle, and compare them, batches of different sizes, and restarts."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable

import pytest
from hypothesis import HealthCheck, Phase, settings

from simulator.events.columns import EVENT_SCHEMA
from tests.engine.collector import Collector
from tests.engine.differences import first_difference, first_entry_apart
from tests.engine.oracle import Oracle, Row, Rows
from tests.engine.shrinking import shrink
from tests.engine.strategies import Case, Step

QUICK = settings(max_examples=40, deadline=None, derandomize=True, phases=[Phase.generate, Phase.shrink])
LONG = settings(max_examples=1000, deadline=None, print_blob=True, suppress_health_check=list(HealthCheck))
BATCHES = (1, 7)


def feed(oracle: Oracle, step: Step) -> str | None:
    """Give the oracle one step of a case, an event or a time; return an event's receipt."""
    if isinstance(step, int):
        oracle.advance(step)
        return None
    return oracle.receive(step)


def folded(case: Case, *, told: bool = True) -> Oracle:
    """The oracle at the end of a case; `told`: with the final time."""
    oracle = Oracle(case.program, case.load)
    for step in case.steps:
        feed(oracle, step)
    if told:
        oracle.advance(case.final)
    return oracle


def run(case: Case, batch: int | None = None, *, told: bool = True) -> Collector:
    """The engine at the end of a case."""
    collector = Collector(case.program).run(case.steps, batch)
    if told:
        collector.advance(case.final)
    return collector


def disagreement(case: Case, batch: int | None = None) -> str | None:
    """How engine and oracle differ on a case: in the rows before the final time or after it, or in the trail."""
    oracle, collector = folded(case, told=False), run(case, batch, told=False)
    untold = first_difference(collector, oracle)
    if untold is not None:
        return f"before the final time is told: {untold}"
    oracle.advance(case.final)
    collector.advance(case.final)
    return first_difference(collector, oracle) or first_entry_apart(collector, oracle)


def check(case: Case, compare: Callable[[Case], str | None]) -> None:
    """Fail with the smallest case that still shows a difference, or still breaks the engine."""

    def said(one: Case) -> tuple[str, str] | None:
        try:
            found = compare(one)
        except Exception as error:  # whatever breaks is to be shown with a small case
            return type(error).__name__, traceback.format_exc()
        return None if found is None else ("difference", found)

    first = said(case)
    if first is None:
        return
    kind = first[0]
    smallest = shrink(case, lambda smaller: (said(smaller) or ("",))[0] == kind)
    pytest.fail(f"{(said(smallest) or first)[1]}\n{smallest}")


def variance(case: Case, batches: Iterable[int] = BATCHES) -> str | None:
    """What depends on the batches, if anything does: rows, audit, rollups, persons or versions."""
    wanted = run(case, told=False)
    untold = wanted.rows
    wanted.advance(case.final)
    for batch in batches:
        found = run(case, batch, told=False)
        if said := _rows_apart(found.rows, untold):
            return f"before the final time is told, at {batch} a batch: {said}"
        found.advance(case.final)
        for name in ("rows", "audit", "persons", "versions", "receipts", "fields"):
            if getattr(found, name) != getattr(wanted, name):
                return f"{name} at {batch} a batch:\n{getattr(found, name)}\n{getattr(wanted, name)}"
        for name, sums in wanted.sums().items():
            if found.sums()[name] != sums:
                return f"{name} at {batch} a batch:\n{found.sums()[name]}\n{sums}"
        if full(found) != full(wanted):
            return f"rows of the tables at {batch} a batch"
    return None


def _rows_apart(found: Rows, wanted: Rows) -> str | None:
    """The first row that differs between two runs of the engine, in words, if there is one."""
    for name, mine, theirs in zip(Rows._fields, found, wanted, strict=True):
        for place, (a, b) in enumerate(zip(mine, theirs, strict=False)):
            if a != b or list(a) != list(b):
                return f"{name}[{place}]:\n  found {a}\n  wanted {b}"
        if len(mine) != len(theirs):
            return f"{name}: found {len(mine)}, wanted {len(theirs)}: {(mine + theirs)[-1]}"
    return None


def full(collector: Collector) -> tuple[list[Row], list[Row], list[Row]]:
    """Every column of the tables, including those that the export leaves out."""
    return (
        collector.attributions,
        list(collector.decisions.values()),
        list(collector.rewards.values()),
    )


def restarted(collector: Collector, case: Case) -> Collector:
    """A new engine that was given only the log and the greatest time."""
    fresh = Collector(case.program)
    fresh.replay(collector.log.select(list(EVENT_SCHEMA)))
    if collector.engine.watermark >= collector.engine.newest:
        fresh.advance(collector.engine.watermark)
    fresh.receipts, fresh.fields = list(collector.receipts), list(collector.fields)
    return fresh

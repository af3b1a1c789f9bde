"""Compare the rules with other evaluators (plain Python, zen-engine, json-logic), and the world with SimPy.

`python -m benchmarks.rivals` (with the extra `bench`). All answers are compared before anything is timed.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from hashlib import blake2b
from random import Random
from typing import Any

import numpy as np
import polars as pl

from benchmarks.folding import fold
from benchmarks.twelve import RULES, twelve
from simulator.engine import Engine
from simulator.engine.kept import NOTHING_KEPT
from simulator.engine.rules import PASS, judge_by_rules
from simulator.engine.version import CompiledProgram
from simulator.load.traffic import WorldTraffic, gather
from simulator.platform.records import parse_program
from simulator.run.plan import Plan

EVENTS = 200_000
PLAIN = 100_000  # events that the oracle judges
BATCH = 20_000
Row = dict[str, Any]


def main() -> None:
    """Measure and print."""
    argparse.ArgumentParser(prog="python -m benchmarks.rivals", description=__doc__).parse_args()
    program = twelve()
    begun = time.perf_counter()
    traffic = WorldTraffic(Plan(referrers=EVENTS // 15), program)
    messages = gather(traffic, EVENTS)
    world = EVENTS / (time.perf_counter() - begun)
    engine = Engine(program, parse_program)
    decisions: list[pl.DataFrame] = []

    def judge(count: int, keep: list[pl.DataFrame] | None = None) -> float:
        used = Engine(program, parse_program) if keep is None else engine
        started = time.perf_counter()
        for first in range(0, count, BATCH):
            outcome = fold(used, messages[first : min(first + BATCH, count)])
            if keep is not None:
                keep.append(outcome.decisions)
        return time.perf_counter() - started

    judge(EVENTS, decisions)
    rows = [json.loads(text) for text in pl.concat(decisions)["facts"].drop_nulls().to_list()]
    print(
        f"{EVENTS:,} events of a telecom year, twelve rules, {len(rows):,} decisions that they were asked for"
    )
    ours = _best(lambda: judge(PLAIN))
    plain = _plain_seconds(messages[:PLAIN])
    print(f"the whole fold of {PLAIN:,} events")
    print(f"  plain Python, one by one (the oracle)   {plain / ours:8.1f} x the time of the engine")
    _rules(rows * (BATCH // len(rows) + 1))
    print("the world")
    print(
        f"  SimPy, a process a person               {world / _simpy_rate():8.1f} x slower than the world, by events"
    )


def _rules(rows: list[Row]) -> None:
    """Measure the twelve rules alone, over prepared facts."""
    program = twelve()
    ready = CompiledProgram(1, program)
    frame = pl.DataFrame(rows, infer_schema_length=None)
    milestones = np.zeros(len(rows), np.int64)
    verdict = judge_by_rules(ready, frame, milestones, milestones, NOTHING_KEPT)
    right = [
        [code for (code, *_), state in zip(RULES, states, strict=True) if state != PASS]
        for states in verdict.results.tolist()
    ]
    ours = _best(lambda: judge_by_rules(ready, frame, milestones, milestones, NOTHING_KEPT))
    print(f"the twelve rules alone, over {len(rows):,} rows of facts")
    for name, make in (("zen-engine, a decision table", _zen), ("json-logic", _json_logic)):
        evaluate = make()
        results = [evaluate(row) for row in rows]
        if results != right:
            place = next(
                place for place, pair in enumerate(zip(results, right, strict=True)) if pair[0] != pair[1]
            )
            raise SystemExit(f"{name} says {results[place]} of {rows[place]}, the engine {right[place]}")
        theirs = _best(lambda evaluate=evaluate: [evaluate(row) for row in rows], tries=2)  # type: ignore[misc]
        print(f"  {name:<38}{theirs / ours:>10.1f} x the time of the engine")


def _zen() -> Callable[[Row], list[str]]:
    """Build one decision table that collects the failing rules, compiled once and found by a static loader."""
    import zen

    rules = [
        {"_id": code, "c": f"not ({expression})", "o": json.dumps(code)}
        for code, _sql, expression, _logic in RULES
    ]
    content = {
        "hitPolicy": "collect",
        "inputs": [{"id": "c", "name": "fails", "field": ""}],
        "outputs": [{"id": "o", "name": "code", "field": "code"}],
        "rules": rules,
    }
    at = {"position": {"x": 0, "y": 0}}
    graph = {
        "nodes": [
            {"id": "i", "type": "inputNode", "name": "in", **at},
            {"id": "t", "type": "decisionTableNode", "name": "rules", "content": content, **at},
            {"id": "o", "type": "outputNode", "name": "out", **at},
        ],
        "edges": [
            {"id": "1", "type": "edge", "sourceId": "i", "targetId": "t"},
            {"id": "2", "type": "edge", "sourceId": "t", "targetId": "o"},
        ],
    }
    compiled = zen.ZenDecisionContent(json.dumps(graph))
    engine = zen.ZenEngine({"loader": lambda _key: compiled})

    def evaluate(row: Row) -> list[str]:
        return [found["code"] for found in engine.evaluate("rules", row)["result"]]

    return evaluate


def _json_logic() -> Callable[[Row], list[str]]:
    from json_logic import jsonLogic

    rules = [(code, logic) for code, _sql, _zen, logic in RULES]
    return lambda row: [code for code, logic in rules if not jsonLogic(logic, row)]


def _plain_seconds(messages: pl.DataFrame) -> float:
    """Measure the tests' oracle: one event at a time, in plain dictionaries."""
    from tests.engine.oracle import Oracle

    events = messages.with_columns(pl.col("type").cast(pl.String)).to_dicts()
    oracle = Oracle(twelve(), parse_program)
    started = time.perf_counter()
    for event in events:
        oracle.receive(event)
    return time.perf_counter() - started


def _simpy_rate(people: int = 4000, days: int = 365) -> float:
    """Return the events a second of a SimPy model of the same journey: a process for each referrer and each friend.

    Simpler than the world (no rhythm of the day, communities, devices or cheats), but its events are whole: an id, a
    pseudonym by keyed hash, a time in milliseconds.
    """
    import simpy

    random = Random(1)
    events: list[Row] = []
    env = simpy.Environment()
    names = iter(range(people, 10**9))

    def happen(kind: str, person: int) -> None:
        reference = blake2b(person.to_bytes(8, "big"), digest_size=12, key=b"client").hexdigest()
        at = int(env.now * 86_400_000)
        events.append(
            {
                "id": f"{random.getrandbits(60):015x}",
                "type": kind,
                "occurred_at": at,
                "subject": f"p{reference}",
            }
        )

    def referrer(number: int) -> Iterator[Any]:
        yield env.timeout(random.expovariate(1 / 60))
        for kind in ("customer.identified", "link.created"):
            happen(kind, number)
        while env.now < days:
            yield env.timeout(random.lognormvariate(4, 1))
            happen("session.authenticated", number)
            if random.random() < 0.16:
                happen("referral.shared", number)
                for _ in range(1 + int(random.expovariate(1 / 2))):
                    env.process(friend(next(names)))

    def friend(number: int) -> Iterator[Any]:
        for kind, chance in (
            ("friend.visited", 0.6),
            ("friend.claimed", 0.18),
            ("friend.opted_in", 0.9),
            ("eligibility.confirmed", 0.9),
            ("service.activated", 0.35),
        ):
            if random.random() > chance:
                return
            yield env.timeout(random.lognormvariate(-1, 1.5))
            happen(kind, number)
        while env.now < days:
            yield env.timeout(30)
            happen("bill.paid", number)

    started = time.perf_counter()
    for number in range(people):
        env.process(referrer(number))
    env.run(until=days)
    return len(events) / (time.perf_counter() - started)


def _best(run: Callable[[], object], tries: int = 3) -> float:
    times = []
    for _ in range(tries):
        started = time.perf_counter()
        found = run()
        times.append(found if isinstance(found, float) else time.perf_counter() - started)
    return min(times)


if __name__ == "__main__":
    main()

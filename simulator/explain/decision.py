"""One decision explained: why it came out so, each rule with the values it read, and the nearest change.

The nearest change is looked for by trying: one fact at a time is given each value that could matter (the other
truth value, each constant the rules compare with, and its neighbours), and the rules themselves are asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import orjson
import polars as pl

from simulator.explain.source import Fields, Source
from simulator.program.expression import Node, parse_expression
from simulator.program.model import Milestone, Program, Rule
from simulator.program.rules import FACTS, compile_rule
from simulator.program.words import duration, moment, ordinal

_Value = bool | float | str | None


def explain_decision(source: Source, row: Fields, attribution: Fields | None) -> Fields:
    """A decision of the table, in fields that are ready to print."""
    program = source.programs[row["program_version"]]
    event = source.events("event.seq = ?", row["seq"])[0]
    milestone = next(one for one in program.milestones if one.name == row["milestone"])
    facts: dict[str, _Value] = orjson.loads(row["facts"]) if row["facts"] else {}
    failed = dict(orjson.loads(row["failed"]))
    rules = (
        [rule for rule in program.rules if milestone.name in rule.milestones]
        if row["facts"] is not None
        else []
    )
    return {
        "id": row["id"],
        "source": event["source"],
        "event_id": event["id"],
        "type": event["type"],
        "seq": row["seq"],
        "occurred_at": event["occurred_at"],
        "milestone": row["milestone"],
        "outcome": row["outcome"],
        "reason": row["reason"],
        "received_at": event["received_at"],
        "decided_at": row["decided_at"],
        "in_review": _in_review(row, failed),
        "program_version": row["program_version"],
        "rules": [_rule(rule, failed, facts) for rule in rules],
        "why_not": _why_not(row, event, milestone, program, attribution)
        or _nearest(row, [rule for rule in rules if rule.code in failed], facts),
    }


def _in_review(row: Fields, failed: dict[str, str]) -> str | None:
    """Give the reason that the decision waits or waited for a verdict with; None where it never did."""
    if not failed or (row["outcome"] == "refused" and row["reason"] != "declined"):
        return None
    code, how = next(iter(failed.items()))
    return code if how == "fail" else f"{code}:{how}"


def _rule(rule: Rule, failed: dict[str, str], facts: dict[str, _Value]) -> Fields:
    return {
        "code": rule.code,
        "result": failed.get(rule.code, "pass"),
        "require": " ".join(rule.require.split()),
        "because": rule.because,
        "on_fail": rule.on_fail,
        "values": {name: facts.get(name) for name in compile_rule(rule).facts},
    }


def _why_not(  # noqa: PLR0911 - one for each reason
    row: Fields, event: Fields, milestone: Milestone, program: Program, attribution: Fields | None
) -> list[str]:
    """What would have made an ignored conversion count."""
    at = moment(event["occurred_at"])
    if row["reason"] == "unattributed":
        window = duration(program.attribution.window_ms)
        return [
            f"a visit through a live link in the {window} before, or a live code with it, would have matched it"
        ]
    if attribution is None:
        return []
    touch_at = attribution["touch_at"]
    if row["reason"] == "before-touch":
        return [f"it is dated {at}, before the touch; one at {moment(touch_at)} or later would count"]
    if row["reason"] == "outside-program":
        span = [f"from {moment(program.starts_ms)}"] if program.starts_ms is not None else []
        span += [f"before {moment(program.ends_ms)}"] if program.ends_ms is not None else []
        return [f"it is dated {at}; the program counts what happens {' and '.join(span)}"]
    if row["reason"] == "too-late":
        within = milestone.within_ms or 0
        late = duration(event["occurred_at"] - touch_at - within)
        return [f"it came {late} too late: until {moment(touch_at + within)} it would have counted"]
    if row["reason"] == "occurrence":
        if milestone.occurrence == "any":
            return ["another conversion of this friend has qualified for it already"]
        return [f"only the friend's {ordinal(int(milestone.occurrence))} {event['type']} counts"]
    return []


def _nearest(row: Fields, rules: list[Rule], facts: dict[str, _Value]) -> list[str]:
    """The single changes of a fact with which no rule would have failed; else one for each rule that did."""
    if row["outcome"] not in ("refused", "review") or not rules:
        return []
    lines = _changes(rules, facts)
    if lines:
        return lines
    apart = []
    for rule in rules:
        single = _changes([rule], facts)
        apart.append(f"{rule.code}: {single[0] if single else 'no single value would have passed it'}")
    return ["no single change would have done; rule by rule:", *apart]


def _changes(rules: list[Rule], facts: dict[str, _Value]) -> list[str]:
    """One line for each fact of which another value makes all these rules pass."""
    compiled = [compile_rule(rule) for rule in rules]
    names = sorted({name for one in compiled for name in one.facts})
    constants = [constant for rule in rules for constant in _constants(rule.require)]
    trials = [
        {**{other: facts.get(other) for other in names}, name: value}
        for name in names
        for value in _candidates(name, facts.get(name), constants)
    ]
    if not trials:
        return []
    frame = pl.DataFrame(trials, schema={name: FACTS[name] for name in names}, orient="row")
    passed = frame.select(pl.all_horizontal(one.expr.fill_null(value=False) for one in compiled)).to_series()
    best: dict[str, tuple[float, str]] = {}
    for trial, fine in zip(trials, passed, strict=True):
        if not fine:
            continue
        name = next(name for name in names if trial[name] != facts.get(name))
        distance = _distance(facts.get(name), trial[name])
        line = f"with {name} {_shown(trial[name])} instead of {_shown(facts.get(name))} it would have passed"
        if name not in best or distance < best[name][0]:
            best[name] = (distance, line)
    return [line for _, line in sorted(best.values())]


def _candidates(name: str, held: _Value, constants: list[Any]) -> Iterator[_Value]:
    kind = FACTS[name]
    if kind == pl.Boolean():
        values: list[_Value] = [True, False]
    elif kind == pl.Float64():
        numbers = [
            float(one) for one in constants if isinstance(one, int | float) and not isinstance(one, bool)
        ]
        values = [one + step for one in numbers for step in (-1.0, -0.01, 0.0, 0.01, 1.0)]
    else:
        values = [one for one in constants if isinstance(one, str)]
    yield from (value for value in dict.fromkeys(values) if value != held)


def _constants(require: str) -> list[Any]:
    tree = parse_expression(require).tree
    return list(_literals(tree)) if tree is not None else []


def _literals(node: Node) -> Iterator[Any]:
    if node.op == "literal":
        yield node.value
    for arg in node.args:
        yield from _literals(arg)


def _distance(held: _Value, value: _Value) -> float:
    if isinstance(held, float | int) and isinstance(value, float | int):
        return abs(float(value) - float(held))
    return 1.0


def _shown(value: _Value) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return re.sub(r"\.?0+$", "", f"{value:.2f}")
    return str(value)

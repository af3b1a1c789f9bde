"""Find the single facts that make rules pass, and the nearest value of each, by evaluating the rules themselves.

Each fact is tried with the values that could matter: the other truth value, the constants that the rules compare with,
and numbers at growing distances. Between a number that fails and the next that passes, the limit is found by bisection
down to the fact's smallest step (a penny, a millisecond, a friend).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from simulator.domain.spans import DAY_MS
from simulator.program.expression import parse_expression
from simulator.program.facts import Asked, FactList, facts_at
from simulator.program.model import Program, Rule
from simulator.program.rules import CompiledRule, column_types, compile_rule
from simulator.program.tree import Node

Value = bool | float | str | None
OTHER: Final = "another-one"
"""A text that no rule uses."""
_DOUBLINGS: Final = 52  # from the smallest step to beyond any sensible value


@dataclass(frozen=True, slots=True)
class FactChange:
    """A fact, the value it had, and the nearest one with which all rules would pass."""

    name: str
    held: Value
    value: Value


def grain(name: str, digits: int) -> float:
    """Return the smallest step of a numeric fact, in its own unit: a minor unit, a millisecond, or 1."""
    if name == "amount":
        return float(10**-digits)
    if name.endswith("_days"):
        return 1 / DAY_MS
    return 0.001 if name.endswith("_seconds") else 1.0


def nearest_facts(
    rules: Sequence[Rule], facts: dict[str, Value], program: Program, asked: Asked = "conversion"
) -> list[FactChange]:
    """Return the single changes of a fact with which all these rules pass, the nearest of each fact; may be empty.

    `asked` says when the rules are: a `keep_if` is, as one, at the release.
    """
    known = facts_at(program, asked)
    types = column_types(known)
    probe = _RuleProbe([compile_rule(rule, known) for rule in rules], facts, types)
    constants = [constant for rule in rules for constant in _constants(rule.require, known)]
    found: list[FactChange] = []
    for name in probe.names:
        held = facts.get(name)
        if types[name] == pl.Float64():
            values: list[Value] = list(
                _nearest_numbers(probe, name, held, constants, grain(name, program.digits))
            )
        else:
            candidates = [value for value in _candidates(types[name], constants) if value != held]
            passed = probe.passing(name, candidates)
            values = [value for value, fine in zip(candidates, passed, strict=True) if fine][:1]
        found += [FactChange(name, held, value) for value in values]
    return found


class _RuleProbe:
    """Evaluate rules on the facts as they were, with one of them changed."""

    def __init__(
        self, rules: Sequence[CompiledRule], facts: dict[str, Value], types: dict[str, pl.DataType]
    ) -> None:
        self._rules = rules
        self._types = types
        self.names = sorted({name for rule in rules for name in rule.facts})
        self._facts = {name: facts.get(name) for name in self.names}

    def passing(self, name: str, values: Sequence[Value]) -> list[bool]:
        """Return, for each of these values of one fact, whether all rules pass."""
        if not values:
            return []
        rows = [self._facts | {name: value} for value in values]
        frame = pl.DataFrame(rows, schema={one: self._types[one] for one in self.names}, orient="row")
        passed = pl.all_horizontal(rule.expr.fill_null(value=False) for rule in self._rules)
        return frame.select(passed).to_series().to_list()


def _nearest_numbers(
    probe: _RuleProbe, name: str, held: Value, constants: Sequence[Any], step: float
) -> Iterator[float]:
    """Yield the nearest number that passes in each direction."""
    start = float(held) if isinstance(held, int | float) else 0.0
    limits = [float(one) for one in constants if isinstance(one, int | float) and not isinstance(one, bool)]
    far = [start + sign * step * 2.0**power for power in range(_DOUBLINGS) for sign in (-1, 1)]
    near = [one + place * step for one in limits for place in (-1, 0, 1)]
    values = sorted({_on_grain(one, step) for one in (*far, *near) if one >= 0})
    passed = dict(zip(values, probe.passing(name, values), strict=True))
    for side in (
        [one for one in values if one > start],
        [one for one in reversed(values) if one < start],
        [start] if held is None else [],
    ):
        before = start
        for value in side:
            if passed.get(value):
                yield _halve(probe, name, before, value, step)
                break
            before = value


def _halve(probe: _RuleProbe, name: str, fails: float, passes: float, step: float) -> float:
    """Return the number between `fails` and `passes` that passes and is nearest to `fails`, by bisection."""
    while abs(passes - fails) > 1.5 * step:
        middle = _on_grain((fails + passes) / 2, step)
        if middle in (fails, passes):
            break
        if probe.passing(name, [middle])[0]:
            passes = middle
        else:
            fails = middle
    return passes


def _on_grain(value: float, step: float) -> float:
    """Return the nearest multiple of the step, divided once from a whole number of steps, as the engine does."""
    per_unit = round(1 / step)
    return round(value * per_unit) / per_unit


def _candidates(kind: pl.DataType, constants: Sequence[Any]) -> list[Value]:
    if kind == pl.Boolean():
        return [True, False]
    texts = [one for one in constants if isinstance(one, str)]
    return [*dict.fromkeys(texts), OTHER, None]


def _constants(require: str, known: FactList) -> list[Any]:
    tree = parse_expression(require, known).tree
    return list(_literals(tree)) if tree is not None else []


def _literals(node: Node) -> Iterator[Any]:
    if node.op == "literal":
        yield node.value
    if node.op == "like":
        yield str(node.value).replace("%", "").replace("_", "x")
    for arg in node.args:
        yield from _literals(arg)

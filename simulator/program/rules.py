"""Compile rules to Polars expressions that treat nulls as SQL does."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from simulator.domain.errors import ProgramError
from simulator.program.expression import parse_expression
from simulator.program.facts import FactList, Kind
from simulator.program.model import OnFail, Rule
from simulator.program.tree import BINARY, Node, Op, case_branches, facts_of, like_pattern

_TYPES: dict[Kind, pl.DataType] = {"bool": pl.Boolean(), "number": pl.Float64(), "text": pl.String()}


@dataclass(frozen=True)
class CompiledCondition:
    """An expression ready to be evaluated: `expr` reads the columns named in `facts`.

    `expr` gives one Boolean for each row of the frame, even if it reads no column or the frame is empty; null where
    SQL would give NULL.
    """

    facts: tuple[str, ...]
    expr: pl.Expr


@dataclass(frozen=True)
class CompiledRule(CompiledCondition):
    """A rule ready to be evaluated."""

    code: str
    on_fail: OnFail


def column_types(facts: FactList) -> dict[str, pl.DataType]:
    """Return the type of the column of each fact; every number is a Float64, counts too."""
    return {name: _TYPES[kind] for name, kind in facts.kinds.items()}


def compile_condition(text: str, facts: FactList, label: str) -> CompiledCondition:
    """Compile an expression over `facts` for columns of their `column_types`; `label` names it in messages.

    Raises:
        ProgramError: every problem of the expression; one of a loaded program has none.

    """
    parsed = parse_expression(text, facts)
    if parsed.tree is None:
        raise ProgramError([f"{label}: {problem}" for problem in parsed.problems])
    return CompiledCondition(facts_of(parsed.tree, facts.usable), _for_every_row(_compile(parsed.tree)))


def compile_rule(rule: Rule, facts: FactList) -> CompiledRule:
    """Compile `rule` over the facts of its program, for columns of their `column_types`.

    Raises:
        ProgramError: every problem of the expression; a rule of a loaded program has none.

    """
    compiled = compile_condition(rule.require, facts, f'rule "{rule.code}".require')
    return CompiledRule(compiled.facts, compiled.expr, rule.code, rule.on_fail)


def _for_every_row(expr: pl.Expr) -> pl.Expr:
    """Give `expr` the height of its frame; a literal alone would be one row high, even in an empty frame."""
    return expr & pl.repeat(True, pl.len(), dtype=pl.Boolean)


def _compile(node: Node) -> pl.Expr:
    if node.op == "fact":
        return pl.col(str(node.value))
    if node.op in ("literal", "null"):
        return pl.lit(node.value, dtype=_TYPES[node.kind])
    args = [_compile(arg) for arg in node.args]
    if node.op == "like":
        return args[0].str.contains(_like_pattern(str(node.value)))
    if node.op == "case":
        return _case(args)
    if node.op == "coalesce":
        return pl.coalesce(args)
    return functools.reduce(_OPERATORS[node.op], args) if len(args) > 1 else _UNARY[node.op](args[0])


def _divide(left: pl.Expr, right: pl.Expr) -> pl.Expr:
    """Divide as IEEE 754 does; Polars multiplies by the reciprocal of a constant, and 1999 * 0.01 is not 19.99.

    No number here can be NaN (see `expression`), so NumPy's NaN stands for null in between.
    """
    return pl.map_batches(
        [left, right],
        lambda both: pl.Series(both[0].to_numpy() / both[1].to_numpy(), nan_to_null=True),
        return_dtype=pl.Float64,
        is_elementwise=True,
    )


def _case(args: list[pl.Expr]) -> pl.Expr:
    """Compile CASE from condition, value, condition, value …, otherwise; as in SQL, a null condition is not met."""
    branches, result = case_branches(args)
    for condition, value in reversed(branches):
        result = pl.when(condition).then(value).otherwise(result)
    return result


_OPERATORS: dict[Op, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    **BINARY,
    "and": operator.and_,
    "or": operator.or_,
    "div": _divide,
}
_UNARY: dict[Op, Callable[[pl.Expr], pl.Expr]] = {
    "not": operator.invert,
    "neg": operator.neg,
    "is-null": pl.Expr.is_null,
}


def _like_pattern(pattern: str) -> str:
    """Translate a LIKE pattern to a regular expression of the whole text: % any run, _ any character, newlines too."""
    return rf"\A{like_pattern(pattern, '(?s:.*)', '(?s:.)', _escaped)}\z"


def _escaped(sign: str) -> str:
    return "\\" + sign if sign in r"\.+*?()|[]{}^$#&-~" else sign

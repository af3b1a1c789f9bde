"""Rule expressions for tests: made by Hypothesis, written as SQL, and evaluated by hand in three-valued logic.

Plain Python and plain tuples; nothing of the project but the names of its facts.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

Tree = tuple[Any, ...]
Value = bool | float | str | None

NUMBERS = ("amount", "touch_age_days", "referrer_friends_24h")
TEXTS = ("channel", "outcome", "community")
BOOLS = ("claimed", "eligible", "same_device")

SOME_NUMBERS = (0.0, 1.0, 2.0, 0.5, 10.0)
SOME_TEXTS = ("", "a", "b", "ab", "A", "a\nb", "%", "_", "a%", "é😀", "it's", "a.b", "\\", "^a$", "[a]")
SOME_PATTERNS = (*SOME_TEXTS, "a%", "%b", "_", "__", "a_b", "%", "%%", "a%b%", "_%_", "%.%", "é_")

_COMPARE = {
    "=": operator.eq,
    "<>": operator.ne,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_ARITHMETIC = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}


# Making -----------------------------------------------------------------------------------------------------


def expressions(kind: str = "bool", depth: int = 3) -> st.SearchStrategy[Tree]:
    """Trees of one kind, at most `depth` deep."""
    leaves = _leaves(kind)
    if depth == 0:
        return leaves
    return st.one_of(leaves, _branching(kind, depth - 1), *_OF_KIND[kind](depth - 1))


def _leaves(kind: str) -> st.SearchStrategy[Tree]:
    if kind == "bool":
        return st.one_of(_facts(BOOLS), st.tuples(st.just("value"), st.booleans()))
    if kind == "number":
        return st.one_of(_facts(NUMBERS), st.tuples(st.just("value"), st.sampled_from(SOME_NUMBERS)))
    return st.one_of(_facts(TEXTS), st.tuples(st.just("value"), st.sampled_from(SOME_TEXTS)))


def _facts(names: tuple[str, ...]) -> st.SearchStrategy[Tree]:
    return st.tuples(st.just("fact"), st.sampled_from(names))


def _branching(kind: str, depth: int) -> st.SearchStrategy[Tree]:
    """CASE in both forms, and COALESCE, with a NULL among the branches now and then."""
    value = expressions(kind, depth)
    maybe_null = st.one_of(value, st.just(("null",)))
    condition = expressions("bool", depth)
    subject_kind = st.sampled_from(("bool", "number", "text"))
    return st.one_of(
        st.tuples(
            st.just("case"),
            st.tuples(st.tuples(condition, value), st.tuples(condition, maybe_null)),
            st.one_of(st.none(), maybe_null),
        ),
        subject_kind.flatmap(
            lambda subject: st.tuples(
                st.just("simple-case"),
                expressions(subject, depth),
                st.tuples(st.tuples(expressions(subject, depth), value)),
                st.one_of(st.none(), maybe_null),
            )
        ),
        st.tuples(st.just("coalesce"), st.tuples(maybe_null, value)),
        st.tuples(st.just("coalesce"), st.tuples(value, maybe_null, value)),
    )


def _bools(depth: int) -> list[st.SearchStrategy[Tree]]:
    inner = expressions("bool", depth)
    negated = st.booleans()
    kinds = st.sampled_from(("number", "text"))
    return [
        st.tuples(st.just("not"), inner),
        st.tuples(st.sampled_from(("and", "or")), inner, inner),
        st.tuples(st.just("compare"), st.sampled_from(("=", "<>", "!=")), inner, inner),
        kinds.flatmap(
            lambda kind: st.tuples(
                st.just("compare"),
                st.sampled_from(tuple(_COMPARE)),
                expressions(kind, depth),
                expressions(kind, depth),
            )
        ),
        kinds.flatmap(
            lambda kind: st.tuples(
                st.just("between"),
                expressions(kind, depth),
                expressions(kind, depth),
                expressions(kind, depth),
                negated,
            )
        ),
        st.sampled_from(("bool", "number", "text")).flatmap(
            lambda kind: st.tuples(
                st.just("in"),
                expressions(kind, depth),
                st.lists(expressions(kind, depth), min_size=1, max_size=3).map(tuple),
                negated,
            )
        ),
        st.sampled_from(("bool", "number", "text")).flatmap(
            lambda kind: st.tuples(st.just("is-null"), expressions(kind, depth), negated)
        ),
        st.tuples(st.just("like"), expressions("text", depth), st.sampled_from(SOME_PATTERNS), negated),
    ]


def _numbers(depth: int) -> list[st.SearchStrategy[Tree]]:
    inner = expressions("number", depth)
    return [
        st.tuples(st.just("arithmetic"), st.sampled_from(("+", "-", "*")), inner, inner),
        st.tuples(st.just("negative"), inner),
        st.tuples(st.just("divide"), inner, st.sampled_from(("2", "-4", "(0.5)", "-(8)", "1e1", "(2 * 3)"))),
    ]


_OF_KIND: dict[str, Any] = {"bool": _bools, "number": _numbers, "text": lambda depth: []}


# Writing ----------------------------------------------------------------------------------------------------

_OR, _AND, _NOT, _TEST, _SUM, _PRODUCT, _MINUS, _ATOM = range(1, 9)


def sql(tree: Tree, tight: int = _OR) -> str:
    """The tree as SQL with no more parentheses than necessary where something that binds like `tight` must stand."""
    text, level = _written(tree)
    return text if level >= tight else f"({text})"


def _written(tree: Tree) -> tuple[str, int]:
    match tree:
        case ("fact", name):
            return name, _ATOM
        case ("value", value):
            return _literal(value), _ATOM
        case ("null",):
            return "NULL", _ATOM
        case ("and", left, right):
            return f"{sql(left, _AND)} AND {sql(right, _NOT)}", _AND
        case ("or", left, right):
            return f"{sql(left, _OR)} or {sql(right, _AND)}", _OR
        case ("not", inner):
            return f"NOT {sql(inner, _NOT)}", _NOT
        case ("arithmetic", sign, left, right):
            level = _PRODUCT if sign == "*" else _SUM
            return f"{sql(left, level)} {sign} {sql(right, level + 1)}", level
        case ("divide", left, right):
            return f"{sql(left, _PRODUCT)} / {right}", _PRODUCT
        case ("negative", inner):
            return f"- {sql(inner, _MINUS)}", _MINUS
        case ("coalesce", values):
            return f"coalesce({', '.join(map(sql, values))})", _ATOM
        case ("case", branches, otherwise):
            return f"CASE {_branches(branches, otherwise)}", _ATOM
        case ("simple-case", subject, branches, otherwise):
            return f"case {sql(subject)} {_branches(branches, otherwise)}", _ATOM
    return _test(tree), _TEST


def _test(tree: Tree) -> str:
    match tree:
        case ("compare", sign, left, right):
            return f"{sql(left, _SUM)} {sign} {sql(right, _SUM)}"
        case ("between", value, low, high, negated):
            word = "NOT BETWEEN" if negated else "BETWEEN"
            return f"{sql(value, _SUM)} {word} {sql(low, _SUM)} AND {sql(high, _SUM)}"
        case ("in", value, among, negated):
            word = "NOT IN" if negated else "IN"
            return f"{sql(value, _SUM)} {word} ({', '.join(map(sql, among))})"
        case ("is-null", value, negated):
            return f"{sql(value, _SUM)} IS {'NOT ' if negated else ''}NULL"
        case ("like", value, pattern, negated):
            return f"{sql(value, _SUM)} {'NOT ' if negated else ''}LIKE {_literal(pattern)}"
    raise AssertionError(tree)


def _branches(branches: tuple[tuple[Tree, Tree], ...], otherwise: Tree | None) -> str:
    whens = " ".join(f"WHEN {sql(condition)} THEN {sql(value)}" for condition, value in branches)
    return f"{whens}{'' if otherwise is None else f' ELSE {sql(otherwise)}'} END"


def _literal(value: Value) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "false"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return repr(value)


# Evaluating -------------------------------------------------------------------------------------------------


def evaluate(tree: Tree, facts: Mapping[str, Value]) -> Any:
    """The value of the tree; None is SQL's null."""
    match tree:
        case ("fact", name):
            return facts[name]
        case ("value", value):
            return value
        case ("null",):
            return None
        case ("not", inner):
            return _not(evaluate(inner, facts))
        case ("and", left, right):
            return _and(evaluate(left, facts), evaluate(right, facts))
        case ("or", left, right):
            return _or(evaluate(left, facts), evaluate(right, facts))
        case ("arithmetic", sign, left, right):
            return _both(_ARITHMETIC[sign], evaluate(left, facts), evaluate(right, facts))
        case ("divide", left, right):
            return _both(operator.truediv, evaluate(left, facts), _CONSTANTS[right])
        case ("negative", inner):
            value = evaluate(inner, facts)
            return None if value is None else -value
        case ("coalesce", values):
            return next((found for value in values if (found := evaluate(value, facts)) is not None), None)
        case ("case", branches, otherwise):
            for condition, value in branches:
                if evaluate(condition, facts) is True:
                    return evaluate(value, facts)
            return None if otherwise is None else evaluate(otherwise, facts)
        case ("simple-case", subject, branches, otherwise):
            for condition, value in branches:
                if _both(operator.eq, evaluate(subject, facts), evaluate(condition, facts)) is True:
                    return evaluate(value, facts)
            return None if otherwise is None else evaluate(otherwise, facts)
    return _evaluate_test(tree, facts)


_CONSTANTS = {"2": 2.0, "-4": -4.0, "(0.5)": 0.5, "-(8)": -8.0, "1e1": 10.0, "(2 * 3)": 6.0}


def _evaluate_test(tree: Tree, facts: Mapping[str, Value]) -> bool | None:
    match tree:
        case ("compare", sign, left, right):
            truth: bool | None = _both(_COMPARE[sign], evaluate(left, facts), evaluate(right, facts))
            return truth
        case ("between", value, low, high, negated):
            this = evaluate(value, facts)
            within = _and(
                _both(operator.ge, this, evaluate(low, facts)),
                _both(operator.le, this, evaluate(high, facts)),
            )
            return _not(within) if negated else within
        case ("in", value, among, negated):
            this = evaluate(value, facts)
            found: bool | None = False
            for one in among:
                found = _or(found, _both(operator.eq, this, evaluate(one, facts)))
            return _not(found) if negated else found
        case ("is-null", value, negated):
            return bool((evaluate(value, facts) is None) is not negated)
        case ("like", value, pattern, negated):
            text = evaluate(value, facts)
            if text is None:
                return None
            return _matches(text, pattern) is not negated
    raise AssertionError(tree)


def _both(how: Any, left: Any, right: Any) -> Any:
    return None if left is None or right is None else how(left, right)


def _not(value: bool | None) -> bool | None:
    return None if value is None else not value


def _and(left: bool | None, right: bool | None) -> bool | None:
    if left is False or right is False:
        return False
    return None if left is None or right is None else True


def _or(left: bool | None, right: bool | None) -> bool | None:
    if left is True or right is True:
        return True
    return None if left is None or right is None else False


def _matches(text: str, pattern: str) -> bool:
    """LIKE, character by character."""
    if not pattern:
        return not text
    if pattern[0] == "%":
        return any(_matches(text[start:], pattern[1:]) for start in range(len(text) + 1))
    return bool(text) and pattern[0] in ("_", text[0]) and _matches(text[1:], pattern[1:])

"""The typed tree of a rule's expression, and functions over it. Plain Python.

It holds only what a rule can say: BETWEEN, IN and simple CASE are expanded, every node has a known kind, and nothing
can fail, overflow or read another row.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from simulator.program.facts import Kind

Op = Literal[
    "fact", "literal", "null", "and", "or", "not", "eq", "ne", "lt", "le", "gt", "ge",
    "add", "sub", "mul", "div", "neg", "like", "is-null", "case", "coalesce",
]  # fmt: skip
"""`case` has its arguments as condition, value, condition, value …, value otherwise; `like` has its pattern
in `value`."""
SIGNS: dict[Op, str] = {"add": "+", "sub": "-", "mul": "*", "div": "/", "neg": "-"}
"""Operators on numbers, as they are written."""

BINARY: dict[Op, Callable[[Any, Any], Any]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
}
"""Operators that are Python's, for single values as for whole columns."""
_Part = TypeVar("_Part")


@dataclass(frozen=True)
class Node:
    """A node of the tree. `bound` is the largest absolute value that a number can have."""

    op: Op
    kind: Kind
    args: tuple[Node, ...] = ()
    value: str | float | bool | None = None
    bound: float = 0.0
    size: int = field(init=False)
    depth: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", 1 + sum(arg.size for arg in self.args))
        object.__setattr__(self, "depth", 1 + max((arg.depth for arg in self.args), default=0))


def facts_of(tree: Node, known: Iterable[str]) -> tuple[str, ...]:
    """Return the facts that `tree` reads, in the order of the `known` ones."""
    seen: set[str] = set()
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if node.op == "fact":
            seen.add(str(node.value))
        waiting.extend(node.args)
    return tuple(name for name in known if name in seen)


def constant(node: Node) -> float | None:
    """Return the number that `node` is whatever the facts are; None if it reads a fact or may be null."""
    if node.op == "literal" and isinstance(node.value, float):
        return node.value
    numbers = [constant(arg) for arg in node.args]
    if node.op not in SIGNS or any(number is None for number in numbers):
        return None
    left, *rest = [number for number in numbers if number is not None]
    if node.op == "neg":
        return -left
    return left / rest[0] if node.op == "div" else float(BINARY[node.op](left, rest[0]))


def case_branches(args: Sequence[_Part]) -> tuple[list[tuple[_Part, _Part]], _Part]:
    """Return the arguments of a `case` as pairs of condition and value, and the value otherwise."""
    *pairs, otherwise = args
    return list(zip(pairs[::2], pairs[1::2], strict=True)), otherwise


def results(node: Node) -> Iterator[Node]:
    """Yield the nodes whose values `node` can have, in the order in which they are written.

    They are the branches of CASE and COALESCE, and of those in them; of any other node it is the node itself.
    """
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if one.op == "coalesce":
            waiting += reversed(one.args)
        elif one.op == "case":
            pairs, otherwise = case_branches(one.args)
            waiting += [otherwise, *(value for _, value in reversed(pairs))]
        else:
            yield one


@dataclass(frozen=True)
class FewValues:
    """Facts with a closed list of values, these, and `all` texts that a node over such facts can be."""

    facts: Sequence[str]
    values: Sequence[str]
    all: AbstractSet[str]


def few_values(node: Node, values: Callable[[str], Sequence[str]]) -> FewValues | None:
    """Return what a node can be that is such a fact, or else one of some texts; None for any other node.

    `values` returns the closed list of a fact's values, empty if it has none.
    """
    facts: list[str] = []
    known: list[str] = []
    others: list[str] = []
    for one in results(node):
        if one.op == "literal":
            others.append(str(one.value))
        elif one.op == "fact" and (closed := values(str(one.value))):
            facts.append(str(one.value))
            known += closed
        elif one.op != "null":
            return None
    return FewValues(facts, known, {*known, *others}) if facts else None


def like_pattern(pattern: str, run: str, sign: str, escape: Callable[[str], str]) -> str:
    """Translate a LIKE pattern to a regular expression: % is any `run`, _ any `sign`, all else is escaped."""
    signs = {"%": run, "_": sign}
    return "".join(signs.get(one) or escape(one) for one in re.sub("%+", "%", pattern))


def balanced(op: Op, nodes: list[Node]) -> Node:
    """Join many conditions by AND or OR into a tree of least depth; both are associative, also with nulls."""
    while len(nodes) > 1:
        pairs = [nodes[at : at + 2] for at in range(0, len(nodes), 2)]
        nodes = [Node(op, "bool", tuple(pair)) if len(pair) == 2 else pair[0] for pair in pairs]
    return nodes[0]

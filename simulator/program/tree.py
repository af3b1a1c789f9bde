"""The tree of a rule's expression: what nodes there are, and what can be asked of them. Plain Python.

It has only what a rule may say: no BETWEEN, IN or simple CASE (they are written out), every node of a known kind, and
nothing that can fail, overflow or read another row.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from simulator.program.facts import FACT_KINDS, Kind

Op = Literal[
    "fact", "literal", "null", "and", "or", "not", "eq", "ne", "lt", "le", "gt", "ge",
    "add", "sub", "mul", "div", "neg", "like", "is-null", "case", "coalesce",
]  # fmt: skip
"""`case` has its arguments as condition, value, condition, value …, value otherwise; `like` has its pattern
in `value`."""
SIGNS: dict[Op, str] = {"add": "+", "sub": "-", "mul": "*", "div": "/", "neg": "-"}
"""Operators on numbers, as they are written."""


@dataclass(frozen=True)
class Node:
    """One node of the tree. `bound` is the largest a number's absolute value can get."""

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


def facts_of(tree: Node) -> tuple[str, ...]:
    """List the facts that `tree` reads, in the order of the list of facts."""
    seen: set[str] = set()
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if node.op == "fact":
            seen.add(str(node.value))
        waiting.extend(node.args)
    return tuple(name for name in FACT_KINDS if name in seen)


def constant(node: Node) -> float | None:
    """Find the number that `node` always is, whatever the facts; None where it reads one, or may be null."""
    if node.op == "literal" and isinstance(node.value, float):
        return node.value
    numbers = [constant(arg) for arg in node.args]
    if node.op not in SIGNS or any(number is None for number in numbers):
        return None
    left, *rest = [number for number in numbers if number is not None]
    if node.op == "neg":
        return -left
    right = rest[0]
    if node.op == "add":
        return left + right
    if node.op == "sub":
        return left - right
    return left * right if node.op == "mul" else left / right


def balanced(op: Op, nodes: list[Node]) -> Node:
    """AND or OR of many as a tree of the least depth; both are associative, nulls included."""
    while len(nodes) > 1:
        pairs = [nodes[at : at + 2] for at in range(0, len(nodes), 2)]
        nodes = [Node(op, "bool", tuple(pair)) if len(pair) == 2 else pair[0] for pair in pairs]
    return nodes[0]

"""Parse all expressions of a program into trees: those of rules, and rewards' `when` and `keep_if`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from simulator.program.expression import parse_expression
from simulator.program.facts import Asked, facts_at
from simulator.program.model import Program
from simulator.program.tree import Node, facts_of


@dataclass(frozen=True)
class Condition:
    """An expression of a rule or a reward, as a tree, with the milestones at which it is asked."""

    of: Literal["rule", "reward"]
    name: str
    tree: Node
    facts: tuple[str, ...]
    milestones: tuple[str, ...]

    @property
    def label(self) -> str:
        """The name for it in messages."""
        return f'{self.of} "{self.name}"'


def conditions_of(program: Program) -> Iterator[Condition]:
    """Yield each expression of a program that can be read, in the file's order, rules first."""
    for rule in program.rules:
        yield from _read(program, "rule", rule.code, rule.require, "conversion", rule.milestones)
    for reward in program.rewards:
        yield from _read(program, "reward", reward.name, reward.when, "conversion", (reward.on,))
        yield from _read(program, "reward", reward.name, reward.keep_if, "release", (reward.on,))


def _read(
    program: Program,
    of: Literal["rule", "reward"],
    name: str,
    text: str | None,
    asked: Asked,
    milestones: tuple[str, ...],
) -> Iterator[Condition]:
    facts = facts_at(program, asked)
    tree = None if text is None else parse_expression(text, facts).tree
    if tree is not None:
        yield Condition(of, name, tree, facts_of(tree, facts.usable), milestones)

"""Warn of what a program file may say but can hardly mean."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.events.contract import REFERRER_KINDS
from simulator.program.expression import parse_expression
from simulator.program.model import Program, Reward
from simulator.program.nearest import advice
from simulator.program.tree import Node
from simulator.program.words import money

_REASONS = ("unattributed", "before-touch", "outside-program", "occurrence", "too-late", "declined")
"""The engine's own reasons, which stand beside the codes of rules."""
_CLOSED = {"referrer_kind": REFERRER_KINDS, "method": ("link", "code")}
"""Facts with a closed list of values."""


def warnings(program: Program) -> list[str]:
    """Return warnings, each a line for a person, of what is allowed but can hardly be meant."""
    found: list[str] = []
    if not program.milestones:
        found.append("the program has no milestone: no conversion is ever decided on")
    used = {reward.on for reward in program.rewards}
    found += [
        f'milestone "{milestone.name}": no reward is given on it'
        for milestone in program.milestones
        if milestone.name not in used
    ]
    for rule in program.rules:
        if rule.code in _REASONS or rule.code.endswith(":missing"):
            found.append(
                f'rule "{rule.code}": a decision gives this as a reason of its own; name it otherwise'
            )
        tree = parse_expression(rule.require).tree
        found += [f'rule "{rule.code}": {said}' for said in (_never_met(tree) if tree is not None else ())]
    for reward in program.rewards:
        found += [f'reward "{reward.name}": {said}' for said in _doubts(reward, program)]
    return found


def _never_met(node: Node) -> Iterator[str]:
    """Yield a warning for each comparison of a fact with a value that it never has."""
    if node.op in ("eq", "ne"):
        facts = [str(arg.value) for arg in node.args if arg.op == "fact" and arg.value in _CLOSED]
        texts = [str(arg.value) for arg in node.args if arg.op == "literal"]
        for fact in facts:
            yield from (
                f"{fact} is never '{text}'; {advice(text, _CLOSED[fact])}"
                for text in texts
                if text not in _CLOSED[fact]
            )
    for arg in node.args:
        yield from _never_met(arg)


def _doubts(reward: Reward, program: Program) -> Iterator[str]:
    if reward.percent is not None and reward.percent > 100:
        yield f"{reward.percent:f} percent is more than the whole amount"
    value = reward.value_minor
    if value is not None:
        limits = [cap.value_minor for cap in reward.caps if cap.value_minor is not None]
        if limits and value > min(limits):
            yield f"its value is more than its cap of {money(min(limits), program)}; it is never paid"
        if program.budget_minor is not None and value > program.budget_minor:
            budget = money(program.budget_minor, program)
            yield f"its value is more than the budget of {budget}; it is never paid"
    if reward.every is not None and reward.tier is not None:
        first, last = reward.tier
        if last is not None and last // reward.every == (first - 1) // reward.every:
            yield f"no number from {first} to {last} is a multiple of {reward.every}; it is never paid"

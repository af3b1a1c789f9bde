"""Warn of what a program file may say but is probably a mistake."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.domain.vocabulary import Reason, values
from simulator.events.contract import REFERRER_KINDS
from simulator.program.conditions import conditions_of
from simulator.program.facts import VARIANT, attribute_facts
from simulator.program.model import Program, Reward
from simulator.program.nearest import advice
from simulator.program.tree import Node, few_values, results
from simulator.program.words import money

_REASONS = values(Reason)
"""The engine's own reasons, which stand beside the codes of rules."""
_CLOSED = {"referrer_kind": REFERRER_KINDS, "method": ("link", "code")}
"""Facts with a closed list of values."""


def warnings(program: Program) -> list[str]:
    """Return warnings, each a line for a person, of what is allowed but is probably a mistake."""
    found: list[str] = []
    if not program.milestones:
        found.append("the program has no milestone: no conversion is ever decided on")
    used = {reward.on for reward in program.rewards}
    found += [
        f'milestone "{milestone.name}": no reward is given on it'
        for milestone in program.milestones
        if milestone.name not in used
    ]
    for condition in conditions_of(program):
        found += [f"{condition.label}: {text}" for text in _never_met(condition.tree)]
    for rule in program.rules:
        if rule.code in _REASONS or rule.code.endswith(":missing"):
            found.append(
                f'rule "{rule.code}": a decision gives this as a reason of its own; give it another name'
            )
    found += _unread(program)
    for reward in program.rewards:
        found += [f'reward "{reward.name}": {text}' for text in _doubts(reward, program)]
    return found


def _never_met(node: Node) -> Iterator[str]:
    """Yield a warning for each comparison of a fact, in COALESCE or CASE too, with a value that it never has."""
    if node.op in ("eq", "ne"):
        for one, other in (node.args, reversed(node.args)):
            known = few_values(one, lambda name: _CLOSED.get(name, ()))
            texts = [str(text.value) for text in results(other) if text.op == "literal"]
            if known is not None:
                names = " or ".join(known.facts)
                yield from (
                    f"{names} is never '{text}'; {advice(text, known.values)}"
                    for text in texts
                    if text not in known.all
                )
    for arg in node.args:
        yield from _never_met(arg)


def _unread(program: Program) -> Iterator[str]:
    """Yield a warning for each attribute and experiment that no expression reads."""
    read = {name for condition in conditions_of(program) for name in condition.facts}
    for one in program.attributes:
        if not any(fact.name in read for fact in attribute_facts(one.name, one.of, one.type)):
            yield f'attribute "{one.name}": no expression reads it'
    for experiment in program.experiments:
        if f"{VARIANT}{experiment.name}" not in read:
            yield f'experiment "{experiment.name}": no expression reads {VARIANT}{experiment.name}'


def _doubts(reward: Reward, program: Program) -> Iterator[str]:
    if reward.percent is not None and reward.percent > 100:
        yield f"{reward.percent:f} percent is more than the whole amount"
    yield from _too_large(reward, program)
    if len(reward.choices) == 1:
        yield f'there is nothing to choose: "{reward.choices[0]}" is its only choice'
    if reward.dated_by == "conversion" and (
        _not_before(reward.from_ms, program.ends_ms) or _not_before(program.starts_ms, reward.until_ms)
    ):
        yield "its dates lie outside those of the program; it is never given"
    if reward.every is not None and reward.tier is not None:
        first, last = reward.tier
        if last is not None and last // reward.every == (first - 1) // reward.every:
            yield f"no number from {first} to {last} is a multiple of {reward.every}; it is never paid"


def _not_before(begins: int | None, ends: int | None) -> bool:
    return begins is not None and ends is not None and begins >= ends


def _too_large(reward: Reward, program: Program) -> Iterator[str]:
    """Yield a warning where the least that a reward comes to is more than a cap or the budget has room for."""
    least = reward.value_minor if reward.value_minor is not None else reward.min_minor
    if least is None:
        return
    what = "its value" if reward.value_minor is not None else "its min"
    limits = [cap.value_minor for cap in reward.caps if cap.value_minor is not None and cap.over == "skip"]
    if limits and least > min(limits):
        yield f"{what} is more than its cap of {money(min(limits), program)}; it is never paid"
    if program.budget_minor is not None and least > program.budget_minor:
        ends = {"wait": "it waits for ever, and so does all after it", "skip": "it is never paid"}
        end = "it is never paid whole" if program.budget.over == "trim" else ends[program.budget.short]
        yield f"{what} is more than the budget of {money(program.budget_minor, program)}; {end}"

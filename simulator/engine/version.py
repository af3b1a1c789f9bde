"""Compile a program version for the engine: rules compiled once, milestones by event type."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import polars as pl

from simulator.engine.arrays import Ints
from simulator.events.columns import TYPE_CODES
from simulator.program.facts import FactList, facts_at
from simulator.program.model import Program, Reward
from simulator.program.rules import CompiledCondition, CompiledRule, compile_condition, compile_rule


@dataclass(frozen=True)
class Offer:
    """A reward with a condition, ready to be evaluated."""

    reward: Reward
    condition: CompiledCondition


@dataclass(frozen=True)
class CompiledProgram:
    """A program in force, its number (from 1), and what is derived from it once."""

    number: int
    program: Program
    kinds: Ints | None = None  # word ids of the referrer kinds that may refer; None for all

    @cached_property
    def rules(self) -> tuple[CompiledRule, ...]:
        """The rules as expressions over facts, in file order."""
        return tuple(compile_rule(rule, self._known) for rule in self.program.rules)

    @cached_property
    def conditions(self) -> list[pl.Expr]:
        """The rules' expressions, each named by its index: true, false or null by row."""
        return [rule.expr.alias(str(place)) for place, rule in enumerate(self.rules)]

    @cached_property
    def offers(self) -> tuple[Offer, ...]:
        """The rewards with a condition, in file order."""
        return tuple(
            Offer(one, compile_condition(one.when, self._known, f'reward "{one.name}".when'))
            for one in self.program.rewards
            if one.when is not None
        )

    @cached_property
    def offer_conditions(self) -> list[pl.Expr]:
        """Their expressions, each named by its index: true, false or null by row."""
        return [offer.condition.expr.alias(str(place)) for place, offer in enumerate(self.offers)]

    @cached_property
    def facts(self) -> tuple[str, ...]:
        """Every fact that a rule or a reward's condition reads, once, in order of first use."""
        asked = (*self.rules, *(offer.condition for offer in self.offers))
        return tuple(dict.fromkeys(name for condition in asked for name in condition.facts))

    @cached_property
    def _known(self) -> FactList:
        return facts_at(self.program, "conversion")

    @cached_property
    def milestones_by_type(self) -> dict[int, list[int]]:
        """The indices in the file of each event type's milestones, by type code."""
        places: dict[int, list[int]] = {}
        for place, milestone in enumerate(self.program.milestones):
            places.setdefault(TYPE_CODES[milestone.event], []).append(place)
        return places

    @cached_property
    def places(self) -> dict[str, int]:
        """The indices in the file of the milestones, by name."""
        return {milestone.name: place for place, milestone in enumerate(self.program.milestones)}

    @cached_property
    def rules_of(self) -> list[list[int]]:
        """For each milestone, the indices of the rules that apply to it."""
        return [
            [place for place, rule in enumerate(self.program.rules) if milestone.name in rule.milestones]
            for milestone in self.program.milestones
        ]


def version_row(
    number: int, from_seq: int, program: Program
) -> tuple[int, int, str, str, int, int | None, str]:
    """Return a version of the program, in force for events after `from_seq` (0: from the start), as a table's row."""
    return (
        number,
        from_seq,
        program.name,
        program.currency,
        program.digits,
        program.budget_minor,
        program.text,
    )

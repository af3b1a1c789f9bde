"""Keep the `keep_if` conditions of rewards, the lines they apply to, and the facts that never change for those.

A condition is evaluated for a line as long as it is pending or waiting, whenever something that it reads may have
changed; the line keeps the latest answer until its release.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import polars as pl

from simulator.engine.arrays import NONE, Ints
from simulator.engine.line_results import FixedFacts
from simulator.program.facts import facts_at
from simulator.program.model import Program
from simulator.program.rules import CompiledCondition, column_types, compile_condition

FIXED = frozenset(("outcome", "currency", "new_customer", "channel", "method", "touch_age_days"))
"""The facts that are fixed with the conversion and its attribution; so are its attributes and all variants."""


@dataclass(frozen=True, kw_only=True)
class LinePeople:
    """Whom reward lines are about by now, and by which attribution; `recipient` is NONE where that is a community."""

    attribution: Ints
    friend: Ints
    referrer: Ints
    recipient: Ints


@dataclass(frozen=True)
class KeepCondition:
    """The condition of a reward of one version, ready to be evaluated."""

    program: Program
    condition: CompiledCondition

    @cached_property
    def types(self) -> Mapping[str, pl.DataType]:
        """The types of the columns of the facts that it may read."""
        return column_types(facts_at(self.program, "release"))

    @cached_property
    def fixed(self) -> tuple[str, ...]:
        """The facts it reads that never change."""
        own = {one.name for one in self.program.attributes if one.of == "conversion"}
        own |= {f"variant_{one.name}" for one in self.program.experiments}
        return tuple(name for name in self.condition.facts if name in FIXED or name in own)

    @cached_property
    def changing(self) -> tuple[str, ...]:
        """The facts it reads that may change."""
        return tuple(name for name in self.condition.facts if name not in self.fixed)

    @cached_property
    def read_of(self) -> tuple[str, ...]:
        """The people whose changing facts it reads: `friend`, `referrer`, `recipient`."""
        found = {"friend" if name == "eligible" else name.split("_")[0] for name in self.changing}
        return tuple(sorted(found & {"friend", "referrer", "recipient"}))


@dataclass
class Keeping:
    """The conditions by the terms' ids, and the open lines that they are asked of, by the people they read facts of.

    `fixed` are facts that never change, by conversion (a row in `Ledger.conversions`).
    """

    conditions: dict[int, KeepCondition] = field(default_factory=dict)
    fixed: dict[int, dict[str, object]] = field(default_factory=dict)
    of_person: dict[int, set[int]] = field(default_factory=dict)
    _people: dict[int, tuple[int, ...]] = field(default_factory=dict)  # by open line

    @cached_property
    def reads(self) -> frozenset[str]:
        """All facts that a condition reads, and that change."""
        return frozenset(name for one in self.conditions.values() for name in one.changing)

    def enter_terms(self, first: int, program: Program) -> None:
        """Enter the conditions of a version; its rewards have the ids from `first` on."""
        known = facts_at(program, "release")
        for place, reward in enumerate(program.rewards):
            if reward.keep_if is not None:
                condition = compile_condition(reward.keep_if, known, f'reward "{reward.name}".keep_if')
                self.conditions[first + place] = KeepCondition(program, condition)
        self.__dict__.pop("reads", None)

    def fix(self, found: FixedFacts) -> None:
        """Keep the facts of conversions that never change."""
        self.fixed.update(zip(found.conversions.tolist(), found.facts.to_dicts(), strict=True))

    def people_asked_of(self, terms: Iterable[int], people: LinePeople) -> list[set[int]]:
        """Return the people about whom the conditions of lines read facts that change."""
        columns = {name: getattr(people, name).tolist() for name in ("friend", "referrer", "recipient")}
        return [
            {columns[who][place] for who in self.conditions[one].read_of} - {NONE}
            for place, one in enumerate(terms)
        ]

    def follow(self, lines: Iterable[int], people: Iterable[Iterable[int]]) -> None:
        """Evaluate these lines from now on, whenever facts about these people change."""
        for line, theirs in zip(lines, people, strict=True):
            if line not in self._people:
                self._people[line] = tuple(theirs)
                for person in theirs:
                    self.of_person.setdefault(person, set()).add(line)

    def leave(self, lines: Iterable[int]) -> None:
        """Stop evaluating these lines."""
        for line in lines:
            for person in self._people.pop(line, ()):
                theirs = self.of_person.get(person)
                if theirs is not None:
                    theirs.discard(line)
                    if not theirs:
                        del self.of_person[person]

    def unite(self, merged: int, into: int) -> None:
        """Transfer what concerned one person to another."""
        theirs = self.of_person.pop(merged, set())
        for line in theirs:
            self._people[line] = tuple({into if one == merged else one for one in self._people[line]})
        if theirs:
            self.of_person.setdefault(into, set()).update(theirs)

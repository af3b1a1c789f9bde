"""Check generated cases by the thousand: each has exactly one right answer, and every wrong one is refuted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Final

from simulator.domain.drills import ACTIONS, CAUSE_WORDS, STATE_WORDS, STATES, Action, Ask, Case, Cause
from simulator.drills.cases import make_cases
from simulator.drills.designs import NAMES
from simulator.drills.naming import Namer
from simulator.drills.practice import practice

EACH: Final = 7
"""The most cases of a cause from one world, so that the rare ones keep up."""
_MOST_WORLDS: Final = 1_000


@dataclass
class Checked:
    """What a check found: cases by cause, the worlds they are from, and a line for each ambiguous case."""

    cases: Counter[Cause] = field(default_factory=Counter)
    worlds: int = 0
    ambiguous: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many cases were generated, ambiguous ones too."""
        return self.cases.total() + len(self.ambiguous)

    @property
    def missing(self) -> list[Cause]:
        """The causes without a case."""
        return [cause for cause in Cause if not self.cases[cause]]


def check(
    wanted: int, name: Namer, seed: int = 1, progress: Callable[[int, int], None] | None = None
) -> Checked:
    """Generate this many cases from the worlds of a seed and the seeds after it, and check each.

    `name` returns the name of the person with a reference; `progress` is called with the cases done and their total.
    """
    found = Checked()
    for design, own in _worlds(seed):
        if found.total >= wanted:
            break
        found.worlds += 1
        with practice(design, own) as world:
            for case in make_cases(world, name, each=EACH, ambiguous=found.ambiguous.append):
                found.cases[case.cause] += 1
                found.ambiguous += problems(case)
                if progress is not None:
                    progress(min(found.total, wanted), wanted)
                if found.total >= wanted:
                    break
    return found


def problems(case: Case) -> Iterator[str]:
    """Yield what is wrong with the questions of a case: not exactly one right answer, or a missing fact."""
    if [one.ask for one in case.questions] != list(Ask):
        yield f"{case.id}: not the four questions in their order"
    for question in case.questions:
        right = [one for one in question.options if one.right]
        if len(right) != 1:
            yield f"{case.id}: {question.ask}: {len(right)} right answers"
        if len({one.text for one in question.options}) != len(question.options):
            yield f"{case.id}: {question.ask}: the same answer twice"
        if not all(one.fact for one in question.options):
            yield f"{case.id}: {question.ask}: an answer without a fact"
    wanted = {Ask.STATE: STATE_WORDS[STATES[case.cause]], Ask.CAUSE: CAUSE_WORDS[case.cause]}
    for question in case.questions:
        text = question.options[question.right].text
        if question.ask in wanted and text != wanted[question.ask]:
            yield f"{case.id}: {question.ask}: {text!r} is taken for right"
    waits = case.questions[-1].options[case.questions[-1].right].text.startswith("wait")
    if waits != (ACTIONS[case.cause] is Action.WAIT):
        yield f"{case.id}: what to do does not fit the cause"


def _worlds(seed: int) -> Iterator[tuple[str, int]]:
    for own in count(seed):
        if own - seed > _MOST_WORLDS:
            return
        yield from ((design, own) for design in NAMES)

"""Order the cases of one session, and space repetitions over days, with pure functions of the answers so far.

New causes come with help that fades: fully worked, half worked, then open (worked examples). Missed causes come back
after a few cases, and each cause after 1, 3, 7 and 14 days (spaced retrieval), mixed with others (interleaving).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from simulator.domain.drills import Cause
from simulator.domain.spans import DAY_MS

SPACING_MS: Final = tuple(days * DAY_MS for days in (1, 3, 7, 14))
"""When a cause comes back after one, two, three or more right answers in a row."""
COMES_BACK_AFTER: Final = 3
"""How many other cases come before a missed one comes back."""
WORKED: Final = 2
HALF: Final = 2


class Help(Enum):
    """How much of a case is answered for the learner; the value is how many of the four questions."""

    WORKED = 4
    HALF = 2
    OPEN = 0


@dataclass(frozen=True)
class Answered:
    """A case that was answered: when (milliseconds UTC), by whom, and which questions were wrong at first.

    `looks` is how many look-ups it took. `helped` is how many questions were answered for the learner.
    """

    at: int
    person: str
    case: str
    cause: Cause
    wrong: tuple[str, ...]
    looks: int
    seconds: int
    helped: int

    @property
    def missed(self) -> bool:
        """Whether any of its questions was answered wrongly."""
        return bool(self.wrong)


@dataclass(frozen=True)
class Standing:
    """A person's record with a cause: cases seen and missed, right answers in a row, and when it is due again."""

    seen: int = 0
    missed: int = 0
    in_a_row: int = 0
    due_at: int = 0

    def after(self, answer: Answered) -> Standing:
        """Return the record after another answer; a fully worked example only counts as seen."""
        if answer.helped >= Help.WORKED.value:
            return Standing(self.seen + 1, self.missed, self.in_a_row, answer.at + SPACING_MS[0])
        row = 0 if answer.missed else self.in_a_row + 1
        wait = SPACING_MS[min(max(row, 1), len(SPACING_MS)) - 1]
        return Standing(self.seen + 1, self.missed + answer.missed, row, answer.at + wait)


def standings(answers: Iterable[Answered]) -> dict[Cause, Standing]:
    """Return a person's record with each cause that they have met."""
    found: dict[Cause, Standing] = {}
    for one in answers:
        found[one.cause] = found.get(one.cause, Standing()).after(one)
    return found


def help_for(answered: int) -> Help:
    """Return how much help the next case comes with, after so many cases in total."""
    if answered < WORKED:
        return Help.WORKED
    return Help.HALF if answered < WORKED + HALF else Help.OPEN


def plan(
    answers: Sequence[Answered], now: int, cases: int, seed: int, causes: Collection[Cause] = tuple(Cause)
) -> list[Cause]:
    """Return the causes of a session in order: those that are due, the longest first; new ones; then the others.

    Within each group the seed determines the order, so that everybody in a class has the same.
    """
    known = standings(answers)

    def rank(cause: Cause) -> tuple[int, float]:
        standing = known.get(cause)
        if standing is None:
            return 1, _drawn(seed, cause)
        if standing.due_at <= now:
            return 0, standing.due_at
        return 2, standing.due_at

    wanted = sorted((cause for cause in Cause if cause in causes), key=rank)
    rounds = -(-cases // max(1, len(wanted)))
    return (wanted * rounds)[:cases]


def _drawn(seed: int, cause: Cause) -> float:
    digest = hashlib.blake2b(f"{seed}:{cause}".encode(), digest_size=7).digest()
    return int.from_bytes(digest, "big") / 2**56


@dataclass
class Session:
    """One session: the causes still to come, and the answers so far."""

    queue: list[Cause]
    before: int
    """How many cases the person had answered before this session."""
    answers: list[Answered] = field(default_factory=list)
    _returned: set[Cause] = field(default_factory=set)

    @property
    def done(self) -> int:
        """How many cases of this session are answered."""
        return len(self.answers)

    @property
    def total(self) -> int:
        """How many cases this session has, including those that came back."""
        return self.done + len(self.queue)

    @property
    def help(self) -> Help:
        """How much help the next case comes with."""
        return help_for(self.before + self.done)

    def answer(self, answer: Answered) -> None:
        """Record the answers to the current case; a missed cause comes back once, after a few others."""
        self.queue.pop(0)
        self.answers.append(answer)
        if answer.missed and answer.cause not in self._returned:
            self._returned.add(answer.cause)
            self.queue.insert(min(COMES_BACK_AFTER, len(self.queue)), answer.cause)

    def skip(self) -> None:
        """Skip the current cause, since no world has a case of it."""
        self.queue.pop(0)

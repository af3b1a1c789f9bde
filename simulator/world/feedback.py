"""Apply outcomes to people: those rewarded come back to share more often, those refused less often."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from simulator.domain.spans import DAY_MS
from simulator.program.model import Program
from simulator.world.communities import Communities
from simulator.world.draws import Floats, Ints
from simulator.world.people import People, Referrers
from simulator.world.pseudonyms import Bytes, marks
from simulator.world.reward_acts import ReportedReward

if TYPE_CHECKING:  # pydantic and the world's file: who only receives events loads neither
    from simulator.world.spec_people import Feedback as FeedbackSpec

_NONE = np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class OutcomeFeedback:
    """The outcomes in a span of time that change how people act.

    `rewarded` and `refused` are marks (`pseudonyms.marks`) of those who got a reward and of those whose friends were
    refused, one for each time; `communities` are those that got a reward; `rewards` are those that came into a state in
    which somebody may act on them; `program` is the one that came into force, if any.
    """

    rewarded: Ints = field(default_factory=lambda: _NONE)
    refused: Ints = field(default_factory=lambda: _NONE)
    communities: tuple[str, ...] = ()
    rewards: tuple[ReportedReward, ...] = ()
    program: Program | None = None


class ReferrerMoods:
    """Each referrer's factor on their rate of sessions: 1 by nature, and back to 1 in time."""

    def __init__(
        self, spec: FeedbackSpec | None, referrers: Referrers, people: People, communities: Communities
    ) -> None:
        self._spec = spec
        self._referrers = referrers
        self._people = people
        self._communities = {name: number for number, name in enumerate(communities.names)} if spec else {}
        self._marks, self._rows = _NONE, _NONE
        self._entered: list[tuple[Ints, Ints]] = []  # not sorted in yet: that moves all of them each time
        self._left = 0.0 if spec is None else float(np.exp(-DAY_MS / spec.fades))

    def enter(self, references: Bytes) -> None:
        """Register the newest rows of the referrers by their references."""
        if self._spec is None:
            return
        count = self._referrers.count
        self._entered.append((marks(references), np.arange(count - len(references), count)))

    def apply_feedback(self, feedback: OutcomeFeedback) -> None:
        """Raise the moods of rewarded people and communities, and lower those of refused ones."""
        if self._spec is None:
            return
        for found, factor in (
            (feedback.rewarded, 1 + self._spec.rewarded),
            (feedback.refused, 1 - self._spec.refused),
        ):
            rows, times = np.unique(self._find(found), return_counts=True)
            self._referrers.mood[rows] *= factor**times
        mood = self._referrers.mood[: self._referrers.count]
        known = [self._communities[name] for name in feedback.communities if name in self._communities]
        if known and self._spec.community:
            none = 1  # the last number counts those without a community
            times = np.bincount(known, minlength=len(self._communities) + none)
            of = self._people.community[self._referrers.person[: len(mood)]]
            mood *= (1 + self._spec.community) ** times[of]
        np.minimum(mood, self._spec.most, out=mood)

    def of(self, count: int) -> Floats | float:
        """Return the factors of the first `count` referrers."""
        return 1.0 if self._spec is None else self._referrers.mood[:count]

    def fade(self) -> None:
        """Let a day go by: moods move back towards 1."""
        if self._spec is not None:
            mood = self._referrers.mood[: self._referrers.count]
            mood -= (mood - 1.0) * (1.0 - self._left)

    def _find(self, wanted: Ints) -> Ints:
        """Return the rows of the referrers with these marks."""
        self._sort_in()
        if not len(self._marks):
            return _NONE
        at = np.minimum(np.searchsorted(self._marks, wanted), len(self._marks) - 1)
        found: Ints = self._rows[at[self._marks[at] == wanted]]
        return found

    def _sort_in(self) -> None:
        """Sort those who were entered since the last call into the others, by their marks."""
        if not self._entered:
            return
        new, rows = (np.concatenate(column) for column in zip(*self._entered, strict=True))
        self._entered = []
        order = np.argsort(new, kind="stable")
        at = np.searchsorted(self._marks, new[order])
        self._marks = np.insert(self._marks, at, new[order])
        self._rows = np.insert(self._rows, at, rows[order])

"""Keep what conditions answered about people who were erased later: their data is gone, but the answers stay.

A log is folded again when a database is opened or verified. If it no longer has somebody's segment, country, community
or attributes, the answers given while it had them take their place: rules, conditions of rewards, what
rewards were kept for, and which community a referral counted for. Equal contacts and devices are still equal, and need
no answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Self

import numpy as np
import orjson

from simulator.engine.arrays import NONE, Array, Ints
from simulator.engine.interner import Words
from simulator.engine.terms import REASONS

RULES: Final = "rules:"
OFFERS: Final = "offers:"
COMMUNITY: Final = "community"
KEEPING: Final = "keep:"
KEPT: Final = "kept"
"""The answer of what a reward is kept for while it is kept; else it is the reason why it would be forfeited."""
_Key = tuple[int, str]


@dataclass(frozen=True)
class KeptAnswers:
    """The answers by the seq of the event at which they were given and, except for communities, the milestone's name.

    `failed` are the rules that did not pass and `offered` what the conditions of rewards said, both as in a decision's
    row; `communities` are those of the referrer. `asked` are the answers of what reward lines (`reward.id` less 1) are
    kept for, as indices in REASONS or NONE, by line; such a line is never asked again.
    """

    failed: Mapping[_Key, str] = field(default_factory=dict)
    offered: Mapping[_Key, str] = field(default_factory=dict)
    communities: Mapping[int, str] = field(default_factory=dict)
    asked: Mapping[int, Mapping[int, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[tuple[int, str, str]]) -> Self:
        """Return the answers of rows of the table `kept_answer`: seq, question, answer."""
        failed, offered, communities = {}, {}, {}
        asked: dict[int, dict[int, int]] = {}
        for seq, what, answer in rows:
            if what.startswith(RULES):
                failed[seq, what.removeprefix(RULES)] = answer
            elif what.startswith(OFFERS):
                offered[seq, what.removeprefix(OFFERS)] = answer
            elif what == COMMUNITY:
                communities[seq] = answer
            elif what.startswith(KEEPING):
                line = int(what.removeprefix(KEEPING)) - 1
                asked.setdefault(line, {})[seq] = NONE if answer == KEPT else REASONS.index(answer)
        return cls(failed, offered, communities, asked)

    def note(self, line: int, seq: int, answer: int) -> None:
        """Note an answer about a line, given at the event `seq`."""

    def asked_within(self, first: int, last: int) -> list[tuple[int, int, int]]:
        """Return the kept answers about lines at events between two seqs: line, seq, answer."""
        return [
            (line, seq, answer)
            for line, answers in self.asked.items()
            for seq, answer in answers.items()
            if first <= seq <= last
        ]

    def put_results(
        self, results: Array, seqs: Ints, milestones: Sequence[str], codes: Sequence[str]
    ) -> None:
        """Put the kept answers of rules into `results`, by decision and rule (`codes`): 0 pass, 1 fail, 2 missing."""
        if not self.failed:
            return
        places = {code: place for place, code in enumerate(codes)}
        for row, key in enumerate(zip(seqs.tolist(), milestones, strict=True)):
            if key in self.failed:
                results[row] = 0
                for code, word in orjson.loads(self.failed[key]):
                    results[row, places[code]] = 1 if word == "fail" else 2

    def put_offered(self, offered: list[str], seqs: Ints, milestones: Sequence[str]) -> None:
        """Put the kept answers of the conditions of rewards into `offered`, by decision."""
        for row, key in enumerate(zip(seqs.tolist(), milestones, strict=True)) if self.offered else ():
            offered[row] = self.offered.get(key, offered[row])

    def with_communities(self, communities: Array, seqs: Ints, words: Words) -> Array:
        """Return the communities of referrers (words) at these events, the kept ones in their places."""
        if not self.communities:
            return communities
        kept = [self.communities.get(seq) for seq in seqs.tolist()]
        if not any(kept):
            return communities
        ids = words.assign(kept)
        return np.where(ids == NONE, communities, ids)


NOTHING_KEPT: Final = KeptAnswers()


@dataclass(frozen=True)
class NotedAnswers(KeptAnswers):
    """Answers of which those about what lines are kept for are noted, too, while a log is folded."""

    noted: dict[int, dict[int, int]] = field(default_factory=dict)

    def note(self, line: int, seq: int, answer: int) -> None:
        """Note an answer about a line, given at the event `seq`."""
        self.noted.setdefault(line, {})[seq] = answer


def word_of(answer: int) -> str:
    """Return an answer of what a line is kept for as a word to be stored."""
    return KEPT if answer == NONE else REASONS[answer]

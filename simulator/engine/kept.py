"""What conditions said of people who have been erased since: their data is gone, the answers stay.

A log is folded again when a database is opened or verified. Where it has no segment, country, community or attribute of
somebody any more, the answers that were given when it had them take their place: rules, conditions of rewards, and
which community a referral counted for. Equal contacts and devices are still equal, and need no answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import orjson

from simulator.engine.arrays import NONE, Array, Ints
from simulator.engine.interner import Words

RULES: Final = "rules:"
OFFERS: Final = "offers:"
COMMUNITY: Final = "community"
_Key = tuple[int, str]


@dataclass(frozen=True)
class KeptAnswers:
    """The answers by the seq of the event at which they were given and, but for communities, the milestone's name.

    `failed` are the rules that did not pass and `offered` what the conditions of rewards said, both as in a decision's
    row; `communities` are those of the referrer.
    """

    failed: Mapping[_Key, str] = field(default_factory=dict)
    offered: Mapping[_Key, str] = field(default_factory=dict)
    communities: Mapping[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[tuple[int, str, str]]) -> KeptAnswers:
        """Return the answers of rows of the table `kept_answer`: seq, question, answer."""
        failed, offered, communities = {}, {}, {}
        for seq, what, answer in rows:
            if what.startswith(RULES):
                failed[seq, what.removeprefix(RULES)] = answer
            elif what.startswith(OFFERS):
                offered[seq, what.removeprefix(OFFERS)] = answer
            elif what == COMMUNITY:
                communities[seq] = answer
        return cls(failed, offered, communities)

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

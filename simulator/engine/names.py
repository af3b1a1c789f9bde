"""Look up the texts behind numbers, which recorders need to write rows; entries never change, they are only added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simulator.engine.arrays import NONE, Array, Ints
from simulator.engine.interner import BoundedLabels, Codes
from simulator.engine.terms import Terms


@dataclass(frozen=True, kw_only=True)
class Names:
    """Texts by number: `words` of the log, `codes` of links, `terms` of reward lines, `rewards` in order of their ids.

    `channels` are the labels under which channels are counted.
    """

    words: Sequence[str]
    codes: Codes
    channels: BoundedLabels
    terms: Sequence[Terms]
    reward_ids: dict[str, int]

    def channel(self, word: int) -> str:
        """Return the label under which a channel (a word) is counted."""
        return self.channels.label(self.words[word])

    def reward_names(self) -> list[str]:
        """Return the name of each terms' reward."""
        return [entry.reward.name for entry in self.terms]

    def rewards_of_terms(self) -> Ints:
        """Return the id of each terms' reward."""
        return np.array([self.reward_ids[entry.reward.name] for entry in self.terms], np.int64)

    def kinds_of(self, terms: Array, choices: Ints) -> list[str | None]:
        """Return what lines of these terms are: the kind of the reward, or the choice made, or None so far."""
        pairs = zip(terms.tolist(), choices.tolist(), strict=True)
        rewards = [entry.reward for entry in self.terms]
        return [rewards[of].kind if choice == NONE else rewards[of].choices[choice] for of, choice in pairs]

    def versions_of(self, terms: Array) -> Ints:
        """Return the program version of each of these terms."""
        versions = np.array([entry.version for entry in self.terms], np.int64)
        return versions[terms]

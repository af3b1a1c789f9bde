"""Make communities (clubs, workplaces, neighbourhoods, families) with heavy-tailed sizes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from simulator.world.draws import Floats, Ints, Keys, Purpose, bits, chosen, seed_key, uniform

if TYPE_CHECKING:  # pydantic and the world's file: who only receives events loads neither
    from simulator.world.spec_people import Communities as CommunitiesSpec

NONE = -1
_KINDS = ((8, "family"), (30, "neighbours"), (120, "club"), (1 << 62, "workplace"))  # by size, exclusive


class Communities:
    """The communities of a run: the size of each, its name, and who belongs to which.

    Those of several markets are numbered one after the other, and named with the seed before a colon.
    """

    def __init__(self, spec: CommunitiesSpec, seeds: Sequence[int]) -> None:
        base = np.repeat(np.array([seed_key(seed) for seed in seeds], dtype=np.uint64), spec.count)
        keys: Keys = bits(base, Purpose.COMMUNITY_SIZE, np.tile(np.arange(spec.count), len(seeds)))
        drawn: Floats = spec.smallest * uniform(keys, Purpose.COMMUNITY_SIZE) ** (-1.0 / spec.tail)
        self.sizes: Ints = np.clip(drawn, spec.smallest, max(spec.smallest, spec.largest)).astype(np.int64)
        by_market = self.sizes.reshape(len(seeds), spec.count)
        self._cumulative: Floats = np.cumsum(by_market, axis=1) / by_market.sum(axis=1, keepdims=True)
        self._members = spec.members
        before = [f"{seed}:" for seed in seeds] if len(seeds) > 1 else [""]
        self.names: list[str] = [
            f"{one}{next(kind for most, kind in _KINDS if size < most)}-{number:04d}"
            for one, sizes in zip(before, by_market.tolist(), strict=True)
            for number, size in enumerate(sizes, 1)
        ]

    def of(self, keys: Keys, market: NDArray[np.int32]) -> Ints:
        """Return the community of each person, `NONE` for those without; membership is proportional to size."""
        count, found = self._cumulative.shape[1], np.full(len(keys), NONE, dtype=np.int64)
        inside = np.flatnonzero(uniform(keys, Purpose.IN_COMMUNITY) < self._members)
        theirs = market[inside]
        drawn = uniform(keys[inside], Purpose.COMMUNITY)
        for one in np.unique(theirs).tolist() if len(self._cumulative) > 1 else [0]:
            of = np.flatnonzero(theirs == one)
            found[inside[of]] = one * count + chosen(drawn[of], self._cumulative[one])
        return found

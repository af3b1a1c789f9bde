"""Make communities (clubs, workplaces, neighbourhoods, families) with heavy-tailed sizes."""

from __future__ import annotations

import numpy as np

from simulator.world.draws import Bools, Floats, Ints, Keys, Purpose, bits, choose, seed_key, uniform
from simulator.world.spec_people import Communities as CommunitiesSpec

NONE = -1
_KINDS = ((8, "family"), (30, "neighbours"), (120, "club"), (1 << 62, "workplace"))  # by size, exclusive


class Communities:
    """The communities of a run: the size of each, its name, and who belongs to which."""

    def __init__(self, spec: CommunitiesSpec, seed: int) -> None:
        base = np.full(spec.count, seed_key(seed), dtype=np.uint64)
        keys: Keys = bits(base, Purpose.COMMUNITY_SIZE, np.arange(spec.count))
        drawn: Floats = spec.smallest * uniform(keys, Purpose.COMMUNITY_SIZE) ** (-1.0 / spec.tail)
        self.sizes: Ints = np.clip(drawn, spec.smallest, max(spec.smallest, spec.largest)).astype(np.int64)
        self._cumulative: Floats = np.cumsum(self.sizes) / self.sizes.sum()
        self._members = spec.members
        self.names: list[str] = [
            f"{next(kind for most, kind in _KINDS if size < most)}-{number:04d}"
            for number, size in enumerate(self.sizes.tolist(), 1)
        ]

    def of(self, keys: Keys) -> Ints:
        """Return the community of each person, `NONE` for those without; membership is proportional to size."""
        chosen: Ints = choose(keys, Purpose.COMMUNITY, self._cumulative)
        inside: Bools = uniform(keys, Purpose.IN_COMMUNITY) < self._members
        return np.where(inside, chosen, NONE)

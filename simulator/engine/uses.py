"""Find when codes are used up: a program may limit how many attributions a code serves for.

Who uses a code decides who else can use it. So the attributions of a batch are found again and again: first as if
every code with a use left served throughout, then each only up to the row of its last use. A row by which a code is
surely used up only moves forward, and none moves too far: fewer codes to choose from bring no friend to a code earlier.
"""

from __future__ import annotations

import numpy as np

from simulator.engine.arrays import Array, Bools, Ints, running_count


class Serving:
    """The links whose codes have a use left, as of any event of a batch.

    `uses` is how many attributions a code serves for, None for no limit; `used` are those made before the batch, by
    link.
    """

    def __init__(self, uses: int | None, used: Array) -> None:
        self.limited = uses is not None
        self._uses, self._used = uses or 0, used
        self._links = np.zeros(0, np.int64)  # in ascending order: those used up in the batch
        self._until = np.zeros(0, np.int64)  # the seq of the last use of each

    def at(self, links: Ints, seqs: Ints) -> Bools:
        """Return which of these links (no NONE among them) have a use left at these events, if uses are `limited`."""
        left: Bools = self._used[links] < self._uses
        if len(self._links) and len(links):
            places = np.minimum(np.searchsorted(self._links, links), len(self._links) - 1)
            left &= (self._links[places] != links) | (seqs <= self._until[places])
        return left

    def shorten(self, links: Ints, seqs: Ints) -> bool:
        """Enter the attributions found, by link, in order of their events.

        Returns whether a code was used too often, so that they must be found again.
        """
        if not self.limited or not len(links):
            return False
        uses = self._used[links] + running_count(links) + 1
        last = uses == self._uses
        order = np.argsort(links[last])
        self._links, self._until = links[last][order], seqs[last][order]
        return bool((uses > self._uses).any())

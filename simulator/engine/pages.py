"""Allocate arrays in separate memory pages, which count as used only once written and can be freed in parts."""

from __future__ import annotations

import mmap
import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

OWN_PAGES = 1 << 20
"""Size in bytes from which an array gets separate pages."""
HUGE = 1 << 22
"""Size in bytes from which huge pages are used, if the system has them: random look-ups take half the time."""


class Pages:
    """An `array` of `count` zeros.

    From OWN_PAGES bytes on it has separate pages, which the process uses only once they are written to and which
    return to the system as soon as the array is freed. NumPy puts arrays below 32 MB on the heap, where growing
    them again and again leaves holes: 300 MB at 27 million events.
    """

    def __init__(self, count: int, dtype: Any) -> None:
        self._item = np.dtype(dtype).itemsize
        size = count * self._item
        self._pages: mmap.mmap | None = None
        self.array: NDArray[Any]
        if size < OWN_PAGES:
            self.array = np.zeros(count, dtype)
        else:
            self._pages = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
            self.array = np.frombuffer(self._pages, dtype)

    def make_large(self, first: int, last: int) -> None:
        """Use huge pages for the items from `first` to `last`, if there are enough of them.

        Don't ask for more than will soon be written to: writing anywhere in a huge page uses all of it.
        """
        if (last - first) * self._item >= HUGE and hasattr(mmap, "MADV_HUGEPAGE"):
            self._advise(mmap.MADV_HUGEPAGE, first, last)

    def give_back(self, first: int, last: int) -> None:
        """Set the items from `first` to `last` to zero, and free their memory where the system allows."""
        array = self.array[first:last]
        if sys.platform == "linux":  # elsewhere the advice does not zero the pages
            gone = self._advise(mmap.MADV_DONTNEED, first, last)
            array[: gone.start - first] = 0
            array[gone.stop - first :] = 0
        else:
            array[:] = 0

    def _advise(self, advice: int, first: int, last: int) -> slice:
        """Advise the system on the whole pages between two items, and return the items in them as a slice."""
        start, end = -(-first * self._item // mmap.PAGESIZE), last * self._item // mmap.PAGESIZE
        if self._pages is None or end <= start:
            return slice(first, first)
        self._pages.madvise(advice, start * mmap.PAGESIZE, (end - start) * mmap.PAGESIZE)
        return slice(start * mmap.PAGESIZE // self._item, end * mmap.PAGESIZE // self._item)


def zeros(count: int, dtype: Any) -> NDArray[Any]:
    """Return an array of zeros that will soon be filled, in huge pages if it is large."""
    pages = Pages(count, dtype)
    pages.make_large(0, count)
    return pages.array

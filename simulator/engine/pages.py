"""Arrays in pages of their own: memory that is the process's only where it was written, and can go back in parts."""

from __future__ import annotations

import mmap
import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

OWN_PAGES = 1 << 20
"""Bytes from which an array has pages of its own."""
HUGE = 1 << 22
"""Bytes from which pages are large ones, if the system has them: look-ups here and there take half the time."""


class Pages:
    """An `array` of so many zeros.

    From OWN_PAGES on in pages of its own, which are the process's only once they are written. They go back to the
    system as soon as the array is let go of. Those of NumPy below 32 MB stand in the heap, where what grows again and
    again leaves holes: 300 MB of them at 27 million events.
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
        """Use large pages for the items from `first` to `last`, where there are enough of them.

        Not for more than is soon written: of a large page that is written to anywhere, all is the process's.
        """
        if (last - first) * self._item >= HUGE and hasattr(mmap, "MADV_HUGEPAGE"):
            self._advise(mmap.MADV_HUGEPAGE, first, last)

    def give_back(self, first: int, last: int) -> None:
        """Set the items from `first` to `last` to zero, and let go of their memory where the system allows."""
        array = self.array[first:last]
        if sys.platform == "linux":  # elsewhere the advice leaves what is there
            gone = self._advise(mmap.MADV_DONTNEED, first, last)
            array[: gone.start - first] = 0
            array[gone.stop - first :] = 0
        else:
            array[:] = 0

    def _advise(self, advice: int, first: int, last: int) -> slice:
        """Give advice on the whole pages from one item to another; gives the items that are in them."""
        start, end = -(-first * self._item // mmap.PAGESIZE), last * self._item // mmap.PAGESIZE
        if self._pages is None or end <= start:
            return slice(first, first)
        self._pages.madvise(advice, start * mmap.PAGESIZE, (end - start) * mmap.PAGESIZE)
        return slice(start * mmap.PAGESIZE // self._item, end * mmap.PAGESIZE // self._item)


def zeros(count: int, dtype: Any) -> NDArray[Any]:
    """An array of zeros that is filled soon, in large pages where it is large."""
    pages = Pages(count, dtype)
    pages.make_large(0, count)
    return pages.array

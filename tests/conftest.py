"""Reduce the work of Python's garbage collector in all tests."""

from __future__ import annotations

import gc


def pytest_collection_finish() -> None:
    """Exclude what was imported from later collections: hundreds of thousands of objects, a sixth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)

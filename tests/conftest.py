"""Prepare the process of all tests: less garbage collection, a Ctrl-C that is heard, a terminal of all colours."""

from __future__ import annotations

import gc
import os
import signal

os.environ["TEXTUAL_COLOR_SYSTEM"] = (
    "truecolor"  # before Textual is loaded: whatever terminal the tests run in
)


def pytest_configure() -> None:
    """Notice SIGINT also where a shell has started the tests in the background, which ignores it in them."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish() -> None:
    """Exclude what was imported from later collections: hundreds of thousands of objects, a sixth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)

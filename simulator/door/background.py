"""What works beside the requests: wait for news, and call a store on a thread so that the event loop never waits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

_Found = TypeVar("_Found")


class News:
    """Wakes those who wait for something new; for the event loop's thread alone."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def tell(self) -> None:
        """Wake everybody who waits."""
        self._event.set()
        self._event = asyncio.Event()

    @property
    def next(self) -> asyncio.Event:
        """What is set when there is news after this moment; to be had before looking whether there is anything."""
        return self._event


async def wait(news: asyncio.Event, seconds: float | None = None) -> None:
    """Wait for news, at most so many seconds, without end where none are given."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await news.wait()


class OneThread:
    """Calls functions one after the other, on a thread of its own."""

    def __init__(self, name: str) -> None:
        self._thread = ThreadPoolExecutor(1, name)

    async def __call__(self, work: Callable[..., _Found], *given: Any) -> _Found:
        """Return what a function returns."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *given)

    def close(self) -> None:
        """End the thread."""
        self._thread.shutdown()

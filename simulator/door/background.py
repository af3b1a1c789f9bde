"""Help background tasks: wait for news, and call a store on a thread so that the event loop never blocks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

_Found = TypeVar("_Found")


class News:
    """Wake tasks that wait for something new; only for the event loop's thread."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def notify(self) -> None:
        """Wake all waiting tasks."""
        self._event.set()
        self._event = asyncio.Event()

    @property
    def next(self) -> asyncio.Event:
        """The event that is set at the next news; get it before checking whether there is anything to do."""
        return self._event


async def wait(news: asyncio.Event, seconds: float | None = None) -> None:
    """Wait for news, at most so many seconds, or forever if `seconds` is None."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await news.wait()


class OneThread:
    """Call functions one after another on a dedicated thread."""

    def __init__(self, name: str) -> None:
        self._thread = ThreadPoolExecutor(1, name)

    async def __call__(self, work: Callable[..., _Found], *given: Any) -> _Found:
        """Call a function on the thread, and return its result."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *given)

    def close(self) -> None:
        """End the thread."""
        self._thread.shutdown()

"""Fake a Dask cluster: as much of its client as the code uses, on a thread of this process."""

from __future__ import annotations

from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any


class DaskExecutor(Executor):
    """A fake of Dask's executor: unlike others its `shutdown` takes no `cancel_futures`."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1)

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        return self._thread.submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True) -> None:  # type: ignore[override]
        self._thread.shutdown(wait=wait)


class DaskClient:
    """A fake client of a cluster of two machines with 2 and 4 threads; `told` records the calls."""

    def __init__(self, address: str, told: list[str]) -> None:
        self.told = told
        told.append(address)

    def nthreads(self) -> dict[str, int]:
        return {"tcp://a": 2, "tcp://b": 4}

    def get_executor(self, *, pure: bool) -> Executor:
        assert not pure
        return DaskExecutor()

    def close(self) -> None:
        self.told.append("closed")

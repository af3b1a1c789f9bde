"""Run work on a Dask distributed cluster: the same code, through the cluster's executor."""

from __future__ import annotations

from concurrent.futures import Executor
from importlib import import_module
from types import TracebackType
from typing import Any

from simulator.domain.errors import InputError


class ClusterExecutor(Executor):
    """An executor that runs calls on a cluster; closing it disconnects from the cluster."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._inner = client.get_executor(pure=False)

    @property
    def workers(self) -> int:
        """The number of calls that the cluster runs at a time; at least 1."""
        return max(1, int(sum(self._client.nthreads().values())))

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Submit a call to a worker of the cluster."""
        return self._inner.submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Accept no more calls, and wait for those submitted or cancel them."""
        self._inner.shutdown(wait=wait and not cancel_futures)  # where it doesn't wait, it cancels

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        self.shutdown()
        self._client.close()
        return None


def executor_at(address: str) -> ClusterExecutor:
    """Return an executor at a scheduler's address, such as tcp://10.0.0.1:8786.

    Raises:
        InputError: the extra is not installed, or there is no scheduler.

    """
    try:
        distributed = import_module("distributed")
    except ImportError as error:
        raise InputError(
            f"--cluster {address}: needs Dask distributed; install it with pip install 'referral-tui[cluster]'"
        ) from error
    try:
        return ClusterExecutor(distributed.Client(address, timeout="5s"))
    except (OSError, ValueError) as error:
        raise InputError(
            f"--cluster {address}: no scheduler there ({error}); start one, or correct the address"
        ) from error

"""Shards on a Dask distributed cluster: the same code, through an executor that the cluster gives."""

from __future__ import annotations

from concurrent.futures import Executor
from importlib import import_module
from types import TracebackType
from typing import Any

from simulator.domain.errors import InputError


class ClusterExecutor(Executor):
    """An executor of a cluster; closing it lets go of the cluster."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._inner = client.get_executor(pure=False)

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Have a call made by a worker of the cluster."""
        return self._inner.submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more calls, and wait for those that were made or take them back."""
        self._inner.shutdown(wait=wait, cancel_futures=cancel_futures)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        self.shutdown()
        self._client.close()
        return None


def executor_at(address: str) -> Executor:
    """An executor at a scheduler's address, such as tcp://10.0.0.1:8786.

    Raises:
        InputError: the extra is not installed, or nobody is there.

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
            f"--cluster {address}: no scheduler there ({error}); start one, or mend the address"
        ) from error

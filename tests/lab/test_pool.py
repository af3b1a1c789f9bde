"""The processes that share the work of studies: started once, and gone when they are no longer wanted."""

from __future__ import annotations

import os
from multiprocessing import active_children

import pytest

from simulator.domain.errors import ReferralError
from simulator.lab.pool import WorkerPool


def process_of(_: int) -> int:
    return os.getpid()


def end(_: int) -> None:
    os._exit(3)


def test_processes_serve_one_study_after_another_and_end_with_the_block() -> None:
    with WorkerPool(2) as pool:
        first = set(pool.map(process_of, range(6), 2))
        ran = set(active_children())
        both = first | set(pool.map(process_of, range(6), 2))
    assert os.getpid() not in both
    assert both <= {one.pid for one in ran}
    assert not any(one.is_alive() for one in ran)


def test_work_for_one_process_is_done_in_this_one() -> None:
    with WorkerPool(2) as pool:
        assert set(pool.map(process_of, range(3), 1)) == {os.getpid()}


def test_an_error_ends_the_processes_at_once() -> None:
    pool = WorkerPool(2)
    next(pool.map(process_of, range(2), 2))
    ran = active_children()
    pool.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)
    for one in ran:
        one.join(60)
    assert not any(one.is_alive() for one in ran)


def test_a_process_that_ended_is_reported_in_one_line() -> None:
    with pytest.raises(ReferralError, match="ended, perhaps for lack of memory"), WorkerPool(2) as pool:
        list(pool.map(end, range(2), 2))

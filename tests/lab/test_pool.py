"""The processes that share the work of studies: started once, and gone when they are no longer wanted."""

from __future__ import annotations

import os
import signal
from concurrent.futures import Future
from multiprocessing import active_children
from threading import Event, Lock, Thread
from types import SimpleNamespace

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
        assert all(pool.map(deaf, range(6), 2)), (
            "Ctrl-C while they start would end them with a traceback each"
        )
    assert not deaf(0)
    assert os.getpid() not in both
    assert both <= {one.pid for one in ran}
    assert not any(one.is_alive() for one in ran)


def test_work_for_one_process_is_done_in_this_one() -> None:
    with WorkerPool(2) as pool:
        assert set(pool.map(process_of, range(3), 1)) == {os.getpid()}


def deaf(_: int) -> bool:
    return signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ())


class Interrupted(Future[int]):
    """Work that is interrupted while somebody waits for it, and ends only after that was noticed, or too late."""

    def __init__(self) -> None:
        super().__init__()
        self.noticed, self.late = Event(), False

    def result(self, timeout: float | None = None) -> int:
        held = Lock()
        held.acquire()
        Thread(target=self._interrupt, args=(held,)).start()
        held.acquire()
        return 0

    def _interrupt(self, held: Lock) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        self.late = not self.noticed.wait(2)
        held.release()


def test_ctrl_c_ends_the_wait_for_a_process_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    work = Interrupted()
    executor = SimpleNamespace(submit=lambda *_: work)
    pool = WorkerPool(2)
    monkeypatch.setattr(pool, "_executor", lambda: executor)
    with pytest.raises(KeyboardInterrupt):
        list(pool.map(process_of, range(2), 2))
    work.noticed.set()
    assert not work.late


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

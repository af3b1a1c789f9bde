"""The undisturbed run, with which every other run is compared."""

from __future__ import annotations

import time

import pytest

from tests.durability.dying import Calm, rows_of, spawn


@pytest.fixture(scope="session")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Calm:
    path = tmp_path_factory.mktemp("calm") / "calm.db"
    begun = time.perf_counter()
    process = spawn(path)
    process.join()
    assert process.exitcode == 0
    seconds = time.perf_counter() - begun
    size = path.stat().st_size
    return Calm(rows_of(path), seconds, size, size // 8192)

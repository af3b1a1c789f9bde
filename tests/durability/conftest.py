"""The calm run, that nobody killed: what every other is held against."""

from __future__ import annotations

import time
from dataclasses import dataclass

import pytest
from dying import rows_of, spawn


@dataclass(frozen=True)
class Calm:
    """What the calm run left behind, row by row; how long it took; how large its files became."""

    rows: dict[str, list[tuple[object, ...]]]
    seconds: float
    bytes: int
    pages: int


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

"""Ids and devices whose 64-bit fingerprints fall together: one in 10**12 of fifty million, so here they are made to.

What is not held: why a reversal of something unknown is in vain, since that is asked of the fingerprints alone.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest

from simulator.engine import intake
from simulator.engine.arrays import NONE, Keys
from simulator.engine.devices import Devices
from simulator.engine.interner import Hashed, hash_pairs, pair_keys, pair_keys_and
from simulator.engine.keys import mix
from tests.engine.agreeing import check, disagreement, full, restarted, run
from tests.engine.strategies import case_of


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the ids of messages all have one of five fingerprints."""

    def few_of(keys: Keys) -> Keys:
        return mix((keys % np.uint64(5)).astype(np.int64))

    def hashed(*given: Any) -> Hashed:
        one = hash_pairs(*given)
        return replace(one, keys=few_of(one.keys))

    def keys_and_texts(*given: Any) -> tuple[Keys, Hashed]:
        keys, texts = pair_keys_and(*given)
        return few_of(keys), texts

    monkeypatch.setattr(intake, "pair_keys_and", keys_and_texts)
    monkeypatch.setattr(intake, "pair_keys", lambda *given: few_of(pair_keys(*given)))
    monkeypatch.setattr(intake, "hash_pairs", hashed)


@pytest.mark.usefixtures("few")
def test_ids_are_told_apart_all_the_same() -> None:
    for seed in range(8000, 8002):
        case = case_of(seed, 20, 40)
        for batch in (None, 1, 7):
            check(case, partial(disagreement, batch=batch))
        assert run(case, 7).receipts == run(case).receipts


@pytest.mark.usefixtures("few")
def test_a_restart_knows_them_too() -> None:
    for seed in range(8100, 8102):
        case = case_of(seed, 20, 40)
        before = run(case)
        after = restarted(before, case)
        assert (after.rows, full(after)) == (before.rows, full(before))
        again = [{name: row[name] for name in row if name != "seq"} for row in before.events.values()]
        after.receipts.clear()
        after.run([{**message, "received_at": case.final + 1} for message in again], batch=7)
        assert set(after.receipts) == {"duplicate"}


def test_two_devices_of_two_people_are_told_apart() -> None:
    people = np.array([1, 2], np.int64)
    spread = mix(people)
    first = np.uint64(77)
    other = spread[0] ^ spread[1] ^ first  # so that person and device together look alike
    devices = Devices()
    heads: Any = np.full(3, NONE, np.int32)
    both = np.array([first, other], np.uint64)
    assert sorted(devices.enter(people, both, np.array([5, 6], np.int64), heads).tolist()) == [1, 2]
    # known, and since when stays
    assert devices.enter(people, both, np.array([7, 8], np.int64), heads).tolist() == []
    rows = devices.find(people, both)
    assert devices.rows["device"][rows].tolist() == both.tolist()
    assert devices.rows["seq"][rows].tolist() == [5, 6]
    assert rows.tolist() == heads[people].tolist()
    assert devices.find(people[::-1], both).tolist() == [NONE, NONE]

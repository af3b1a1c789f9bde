"""More communities, segments and countries than a narrow column counts: the columns grow wider within a run."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from simulator.engine import arrays, readable_state, state_columns
from simulator.engine.arrays import Columns
from simulator.engine.interner import Words
from tests.engine.agreeing import check, disagreement, run
from tests.engine.strategies import case_of


def test_who_is_known_by_a_late_word_is_known_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    before = [f"word {number}" for number in range(np.iinfo(np.int8).max - 3)]
    monkeypatch.setattr(readable_state, "Words", lambda *known: Words(*known, *before))
    monkeypatch.setattr(state_columns, "_WORD", np.int8)
    wider: set[str] = set()
    fit = Columns.fit

    def noted(columns: Columns, name: str, greatest: int) -> None:
        width = columns[name].itemsize
        fit(columns, name, greatest)
        if columns[name].itemsize > width:
            wider.add(name)

    monkeypatch.setattr(arrays.Columns, "fit", noted)
    for seed in range(8200, 8205):
        case = case_of(seed, 20, 40)
        for batch in (None, 1, 7):
            check(case, partial(disagreement, batch=batch))
        assert run(case, 7).rows == run(case).rows
    assert {"segment", "country", "community", "kind"} <= wider

"""The engine against the oracle over the terms of programs, group by group: `-k caps`, `-k choice`, `-k all`.

Compared are the export rows before and after the final time, and the audit trail; the first difference is told with
what led to it, on the smallest case found.
"""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.agreeing import check, disagreement, variance
from tests.engine.term_strategies import TRIED, case_with_terms, cases_with_terms

BATCHES = (None, 1, 7)
SEEDS = 3  # of each group; the long profile has five hundred
LONG = settings(max_examples=150, deadline=None, print_blob=True, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("group", TRIED)
def test_they_agree(group: str) -> None:
    for seed in range(SEEDS):
        check(case_with_terms(seed, TRIED[group]), disagreement)


@pytest.mark.parametrize(("number", "group"), list(enumerate(TRIED)))
def test_batches_change_nothing(number: int, group: str) -> None:
    batch = (1, 7)[number % 2]  # as one batch it agrees with the oracle, see above
    check(case_with_terms(0, TRIED[group]), partial(variance, batches=(batch,)))


@pytest.mark.long
@pytest.mark.parametrize("group", TRIED)
def test_batches_change_nothing_long(group: str) -> None:
    for seed in range(20):
        check(case_with_terms(seed, TRIED[group]), variance)


@pytest.mark.long
@pytest.mark.parametrize("group", TRIED)
@LONG
@given(data=st.data())
def test_they_agree_long(group: str, data: st.DataObject) -> None:
    case = data.draw(cases_with_terms(TRIED[group]))
    for batch in BATCHES:
        assert disagreement(case, batch) is None


@pytest.mark.long
@pytest.mark.parametrize("group", TRIED)
@pytest.mark.parametrize("block", range(5))
def test_they_agree_on_seeded_cases_long(group: str, block: int) -> None:
    for seed in range(10_000 + block * 100, 10_100 + block * 100):
        check(case_with_terms(seed, TRIED[group]), partial(disagreement, batch=BATCHES[seed % 3]))

"""Keyed draws, lived time, and the calendar of future events."""

from __future__ import annotations

import numpy as np
import pytest

from simulator.domain.spans import DAY_MS, HOUR_MS
from simulator.world.agenda import Agenda
from simulator.world.communities import Communities
from simulator.world.draws import (
    Purpose,
    bits,
    choose,
    exponential,
    lognormal,
    normal,
    poisson,
    root_keys,
    uniform,
)
from simulator.world.rhythm import Rhythm
from simulator.world.spec import WorldSpec
from simulator.world.spec_people import Communities as CommunitiesSpec
from simulator.world.spec_people import Rhythm as RhythmSpec

START = 1_767_225_600_000
KEYS = root_keys(7, 40_000)


def test_a_draw_belongs_to_the_person_and_not_to_the_place_in_an_array() -> None:
    order = np.random.default_rng(0).permutation(len(KEYS))
    whole = uniform(KEYS, Purpose.SHARE, 5)
    np.testing.assert_array_equal(uniform(KEYS[order], Purpose.SHARE, 5), whole[order])
    np.testing.assert_array_equal(uniform(KEYS[:3], Purpose.SHARE, np.array([5, 5, 5])), whole[:3])
    np.testing.assert_array_equal(root_keys(7, 10), KEYS[:10])


def test_purposes_indices_and_seeds_give_unrelated_draws() -> None:
    one = uniform(KEYS, Purpose.SHARE)
    for other in (
        uniform(KEYS, Purpose.CLAIM),
        uniform(KEYS, Purpose.SHARE, 1),
        uniform(root_keys(8, len(KEYS)), Purpose.SHARE),
    ):
        assert abs(np.corrcoef(one, other)[0, 1]) < 4 / np.sqrt(len(KEYS))
    assert len(np.unique(bits(KEYS, Purpose.EVENT_ID))) == len(KEYS)


def test_distributions_are_what_they_say() -> None:
    n = len(KEYS)
    flat = uniform(KEYS, Purpose.SHARE)
    assert flat.min() > 0
    assert flat.max() < 1
    assert abs(flat.mean() - 0.5) < 4 * np.sqrt(1 / 12 / n)
    bell = normal(KEYS, Purpose.ACTIVITY)
    assert abs(bell.mean()) < 4 / np.sqrt(n)
    assert abs(bell.std() - 1) < 4 / np.sqrt(2 * n)
    assert abs((lognormal(KEYS, Purpose.REACH, 80.0, 1.2) < 80).mean() - 0.5) < 4 * 0.5 / np.sqrt(n)
    assert abs(exponential(KEYS, Purpose.CHURN, 5.0).mean() - 5) < 4 * 5 / np.sqrt(n)
    counts = poisson(flat, np.full(n, 2.5), 63)
    assert abs(counts.mean() - 2.5) < 4 * np.sqrt(2.5 / n)
    assert abs(counts.var() - 2.5) < 0.2
    assert poisson(flat, np.full(n, 2.5), 3).max() == 3
    shares = np.bincount(choose(KEYS, Purpose.CHANNEL, np.array([0.2, 0.5, 1.0]))) / n
    np.testing.assert_allclose(shares, [0.2, 0.3, 0.5], atol=4 * 0.5 / np.sqrt(n))


def test_lived_time_maps_back_and_never_stands_still(telecom: WorldSpec) -> None:
    rhythm = Rhythm(telecom.rhythm, START, 60)
    at = START + np.random.default_rng(1).integers(0, 59 * DAY_MS, 2000)
    assert np.abs(rhythm.moment(rhythm.lived(at)) - at).max() <= 1
    later = rhythm.later(at, np.full(2000, 0.0))
    assert (later == at + 1).all()
    assert (np.diff(rhythm.lived(np.sort(at))) >= 0).all()
    after_end = rhythm.later(at, np.full(2000, 100.0 * DAY_MS))
    assert (after_end >= START + 60 * DAY_MS).all()


def test_people_do_little_at_night() -> None:
    hours = [0.1] * 12 + [1.9] * 12
    rhythm = Rhythm(RhythmSpec(hours=hours), START, 10)
    begin, end = rhythm.lived(np.array([START, START + 10 * DAY_MS]))
    at = rhythm.moment(begin + uniform(KEYS, Purpose.SESSION_TIME) * (end - begin))
    morning = (((at // HOUR_MS) % 24) < 12).mean()
    assert abs(morning - 0.05) < 4 * np.sqrt(0.05 * 0.95 / len(KEYS))


def test_the_agenda_gives_each_row_on_its_day_and_forgets_what_lies_after_the_end() -> None:
    agenda = Agenda(START, DAY_MS, 100, 2)
    at = START + np.random.default_rng(2).integers(0, 130 * DAY_MS, 5000)
    rows = np.column_stack((at, np.arange(5000)))
    agenda.put(rows[:2500])
    seen = []
    for day in range(100):
        if day == 40:
            agenda.put(rows[2500:][rows[2500:, 0] >= START + 40 * DAY_MS])
        found = agenda.take(day)
        assert ((found[:, 0] - START) // DAY_MS == day).all()
        seen += found[:, 1].tolist()
    late = (np.arange(5000) < 2500) | (at >= START + 40 * DAY_MS)
    assert sorted(seen) == np.flatnonzero(late & (at < START + 100 * DAY_MS)).tolist()


def test_communities_are_heavy_tailed_and_big_ones_have_more_members() -> None:
    spec = CommunitiesSpec(count=2000, members=0.6, smallest=4, largest=700, tail=1.3)
    communities = Communities(spec, [1])
    assert communities.sizes.min() == 4
    assert communities.sizes.max() > 20 * np.median(communities.sizes)
    of = communities.of(KEYS, np.zeros(len(KEYS), dtype=np.int32))
    assert abs((of >= 0).mean() - 0.6) < 4 * np.sqrt(0.24 / len(KEYS))
    members = np.bincount(of[of >= 0], minlength=2000)
    assert np.corrcoef(members, communities.sizes)[0, 1] > 0.95
    assert len(set(communities.names)) == 2000


@pytest.mark.parametrize("seed", [0, 1, 2**40])
def test_any_seed_will_do(seed: int) -> None:
    assert len(np.unique(root_keys(seed, 1000))) == 1000

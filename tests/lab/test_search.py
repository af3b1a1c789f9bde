"""The search on landscapes that are known, with a stand-in for the study; what is asked for, and how it is written."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest

from simulator.domain.errors import InputError
from simulator.lab.goals import Goal, parse_goal, parse_limit
from simulator.lab.measures import MEASURES
from simulator.lab.search import Found, Round, plan_rounds, rank, search
from tests.lab.frames import markets_of

VALUES, HOLDS = range(10, 55, 5), range(5)
NAMES = [f"{value}/{hold}" for value in VALUES for hold in HOLDS]
EQUAL = 30
"""The markets of each design when all get as many."""


def customers(name: str) -> float:
    """The true number of customers a year: most at a value of 35, and the fewer the longer the hold."""
    value, hold = map(int, name.split("/"))
    return 400 - 0.12 * (value - 35) ** 2 - 4 * hold


def money(name: str) -> float:
    value, _ = map(int, name.split("/"))
    return customers(name) * value * 100


class Landscape:
    """Draws markets around the truth: luck that all designs share, and some of each design's own."""

    def __init__(self, trial: int) -> None:
        self.trial = trial
        self.runs = 0

    def __call__(self, names: Sequence[str], seeds: Sequence[int]) -> pl.DataFrame:
        self.runs += len(names) * len(seeds)
        luck = np.array([self._market(seed) for seed in seeds])
        places = [NAMES.index(name) for name in names]
        off = luck[:, places]
        return pl.DataFrame(
            {
                "design": np.tile(names, len(seeds)),
                "seed": np.repeat(np.array(seeds), len(names)),
                "funnel.qualified": np.round(np.array([customers(name) for name in names]) + off).ravel(),
                "numbers.issued": np.round(
                    np.array([money(name) for name in names]) * (1 + off / 400)
                ).ravel(),
            }
        )

    def _market(self, seed: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        luck = np.random.default_rng((self.trial, seed))
        return luck.normal(0, 30) + luck.normal(0, 8, len(NAMES))


def run(trial: int, *limits: str) -> tuple[Found, int]:
    landscape = Landscape(trial)
    goal = parse_goal("qualified", None, limits, 2)
    found = search(NAMES, goal, landscape, tries=250, check=60)
    assert found.runs == landscape.runs
    return found, landscape.runs


@pytest.mark.parametrize(("trials", "least"), [(20, 19), pytest.param(100, 95, marks=pytest.mark.long)])
def test_the_best_design_is_found_with_a_third_of_the_runs(trials: int, least: int) -> None:
    best = max(map(customers, NAMES))
    hits = 0
    for trial in range(trials):
        found, runs = run(trial)
        assert runs <= EQUAL * len(NAMES) / 3
        hits += customers(found.finalists[0]) >= 0.98 * best
    assert hits >= least


@pytest.mark.parametrize(("trials", "least"), [(10, 9), pytest.param(40, 36, marks=pytest.mark.long)])
def test_the_best_within_a_limit_is_found(trials: int, least: int) -> None:
    """A design spends at most 10,000 in 95 of 100 years if its mean is below that by 1.645 times 7.8 %."""
    limit = "issued <= 10000 in 95%"
    allowed = [name for name in NAMES if money(name) * (1 + 1.645 * np.hypot(30, 8) / 400) <= 1_000_000]
    best = max(map(customers, allowed))
    hits = 0
    for trial in range(trials):
        found, _ = run(trial, limit)
        hits += found.satisfied and customers(found.finalists[0]) >= 0.98 * best
    assert hits >= least


def test_where_nothing_satisfies_the_nearest_is_found() -> None:
    found, _ = run(1, "issued <= 2000 in 95%")
    assert not found.satisfied
    assert found.finalists[0].startswith("10/")


def test_how_sure_the_winner_is_best_is_how_often_it_is() -> None:
    """Check over many trials: the claim is right as often as it says, or more often."""
    said, right = 0.0, 0
    for trial in range(20):
        found, _ = run(trial)
        said += found.sure
        right += max(found.finalists, key=customers) == found.finalists[0]
    assert right >= said - 4


def test_finalists_are_run_on_fresh_markets_only() -> None:
    found, _ = run(3)
    assert not set(found.searched["seed"]) & set(found.fresh["seed"])
    assert set(found.fresh["design"]) == set(found.finalists)


def test_the_same_search_finds_the_same() -> None:
    one, other = run(5)[0], run(5)[0]
    assert (one.finalists, one.sure) == (other.finalists, other.sure)


def test_rounds_halve_the_designs_and_cost_about_the_same() -> None:
    assert plan_rounds(45, 250) == [Round(45, 1), Round(23, 2), Round(12, 6), Round(6, 14)]
    assert plan_rounds(2, 10) == [Round(2, 5)]
    assert plan_rounds(100, 100) == [Round(100, 1)]
    for designs in range(1, 101):
        for tries in (designs, 2 * designs, 300):
            if tries >= designs:
                assert sum(one.designs * one.markets for one in plan_rounds(designs, tries)) <= tries


def test_fewer_tries_than_designs_are_refused() -> None:
    with pytest.raises(InputError, match="--tries 9: fewer than the 10 designs"):
        plan_rounds(10, 9)


def test_limits_are_read_with_their_units() -> None:
    money_limit = parse_limit("issued <= 50000 in 95%", 2)
    assert (money_limit.measure, money_limit.bound, money_limit.sign) == (MEASURES["issued"], 5_000_000, "<=")
    assert money_limit.allowed == pytest.approx(0.05)
    event = parse_limit("budget_ended<5%", 2)
    assert event.bound == 0.5
    assert event.allowed == pytest.approx(0.05)
    mean = parse_limit("time <= 20", 2)
    assert (mean.bound, mean.allowed) == (20 * 86_400_000, None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("issued", "write FIGURE <= NUMBER"),
        ("issued <= £5", "write FIGURE <= NUMBER"),
        ("isued <= 5", 'did you mean "issued"?'),
        ("issued <= 5%", "issued is not a share"),
        ("budget_ended <= 5", "budget_ended either happens or doesn't; write budget_ended < 5%"),
        ("issued <= 5 in 100%", "100% is out of range"),
    ],
)
def test_a_limit_that_cannot_be_read_is_reported_in_one_line(text: str, said: str) -> None:
    with pytest.raises(InputError) as error:
        parse_limit(text, 2)
    assert error.value.problems[0].startswith(f"--subject-to {text}: ")
    assert said in error.value.problems[0]


@pytest.mark.parametrize("given", [(None, None), ("qualified", "cost")])
def test_one_goal_is_wanted(given: tuple[str | None, str | None]) -> None:
    with pytest.raises(InputError, match="give either --most FIGURE or --least FIGURE"):
        parse_goal(*given, (), 2)


@pytest.mark.parametrize(
    ("ended", "markets", "verdict"),
    [(0, 59, "shown"), (0, 58, "likely"), (1, 93, "shown"), (1, 92, "likely"), (2, 30, "broken")],
)
def test_a_chance_is_shown_only_with_enough_markets(ended: int, markets: int, verdict: str) -> None:
    frame = markets_of({"A": {"budget_ended_day": [300] * ended + [None] * (markets - ended)}})
    assert parse_limit("budget_ended < 5%", 2).verdict(frame) == verdict


def test_designs_that_keep_the_limits_come_first() -> None:
    goal = Goal(MEASURES["qualified"], True, (parse_limit("issued <= 10", 2),))
    frame = markets_of(
        {
            "far": {"funnel.qualified": [9], "numbers.issued": [3000]},
            "near": {"funnel.qualified": [8], "numbers.issued": [1100]},
            "within": {"funnel.qualified": [1], "numbers.issued": [900]},
        }
    )
    assert rank(["far", "near", "within"], goal, frame) == ["within", "near", "far"]

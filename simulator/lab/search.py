"""Search a grid of designs for the best, giving more markets to those that look promising.

Sequential halving (Karnin, Koren and Somekh, 2013, "Almost optimal exploration in multi-armed bandits"; also known as
successive halving): in each round all designs that are left get the same new markets, and the better half goes on. Each
round costs about the same, so the last few designs are compared over many markets. All designs of a round ran on the
same markets (common random numbers), so what they have in common cancels out.

The best of many looks better than it is. So the finalists are run again on fresh markets, and only those
results are reported.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from simulator.domain.errors import InputError
from simulator.lab.goals import Goal
from simulator.lab.statistics import chance_below

Evaluate = Callable[[Sequence[str], Sequence[int]], pl.DataFrame]
"""Runs designs, by name, over the markets with these seeds, and returns the frame `markets` of a study."""

FINALISTS: Final = 3


@dataclass(frozen=True)
class Round:
    """A round: the designs that were left, and how many new markets each of them ran on."""

    designs: int
    markets: int


@dataclass(frozen=True)
class Found:
    """The result of a search.

    `finalists` are ranked by the fresh markets alone, the best first; `fresh` has their rows, and those of a design run
    beside them. `satisfied` is false if the best breaks a limit. `sure` says how certain it is, from 0 to 1, that no
    other finalist is better. `searched` has the rows of the rounds, `runs` is the number of rows altogether.
    """

    finalists: tuple[str, ...]
    satisfied: bool
    sure: float
    rounds: tuple[Round, ...]
    searched: pl.DataFrame
    fresh: pl.DataFrame

    @property
    def runs(self) -> int:
        """The number of runs of a design over a market."""
        return self.searched.height + self.fresh.height


def plan_rounds(designs: int, tries: int) -> list[Round]:
    """Return the rounds of a search with about `tries` runs, until no more than FINALISTS are left.

    Raises:
        InputError: there are too few tries to run each design on one market.

    """
    if tries < designs:
        raise InputError(f"--tries {tries}: fewer than the {designs} designs; give each at least one market")
    sizes = [designs]
    while sizes[-1] > FINALISTS:
        sizes.append(max(FINALISTS, math.ceil(sizes[-1] / 2)))
    rounds = sizes[:-1] or sizes
    found: list[Round] = []
    left = tries
    for place, size in enumerate(rounds):
        markets = max(1, left // ((len(rounds) - place) * size))
        if markets * size > left:
            break
        found.append(Round(size, markets))
        left -= markets * size
    return found


def search(
    names: Sequence[str],
    goal: Goal,
    evaluate: Evaluate,
    tries: int,
    first_seed: int = 1,
    check: int = 100,
    beside: str | None = None,
) -> Found:
    """Search for the design that is best by a goal, with about `tries` runs and `check` fresh markets for finalists.

    Seeds are taken from `first_seed` on. A design `beside` the finalists is run on the fresh markets with them.

    Raises:
        InputError: there are fewer `tries` than designs.

    """
    left = list(names)
    rounds = plan_rounds(len(left), tries)
    seed = first_seed
    met: list[pl.DataFrame] = []
    for place, one in enumerate(rounds):
        met.append(evaluate(left, range(seed, seed + one.markets)))
        seed += one.markets
        after = rounds[place + 1].designs if place + 1 < len(rounds) else FINALISTS
        left = rank(left, goal, pl.concat(met))[:after]
    others = [] if beside is None or beside in left else [beside]
    fresh = evaluate([*left, *others], range(seed, seed + check))
    ranked = rank(left, goal, fresh)
    best = fresh.filter(design=ranked[0])
    satisfied = all(limit.verdict(best) != "broken" for limit in goal.limits)
    return Found(
        tuple(ranked), satisfied, _sureness(ranked, goal, fresh), tuple(rounds), pl.concat(met), fresh
    )


def rank(names: Sequence[str], goal: Goal, markets: pl.DataFrame) -> list[str]:
    """Return the designs, best first: those that seem to keep all limits, then those that break them least."""
    rows = {str(key): own for (key,), own in markets.partition_by("design", as_dict=True).items()}
    keys = {name: (goal.excess(rows[name]), -goal.worth(rows[name])) for name in names}
    return sorted(names, key=lambda name: keys[name])


def _sureness(ranked: Sequence[str], goal: Goal, fresh: pl.DataFrame) -> float:
    """Return how certain it is that no other finalist is better than the best: from 1 / their number to 1.

    Each other finalist that keeps the limits as well may actually be better; the chance of that is one-sided, by
    Student's t over the paired fresh markets. The chances are added up (Bonferroni), so the result errs on the low
    side.
    """
    rows = {name: fresh.filter(design=name).sort("seed") for name in ranked}
    first = goal.excess(rows[ranked[0]])
    best = goal.measure.of(rows[ranked[0]])
    others = [goal.measure.of(rows[name]) for name in ranked[1:] if goal.excess(rows[name]) <= first]
    doubt = sum(chance_below((best - other) if goal.most else (other - best)) for other in others)
    return max(1 / (len(others) + 1), 1 - doubt)

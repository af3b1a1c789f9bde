"""The search for the knee: the highest rate that holds the thresholds, by short open runs and bisection."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from simulator.load.drive import Limits
from simulator.load.rates import constant
from simulator.load.session import Hooks, LoadProfile, run_load
from simulator.load.thresholds import Threshold, parse_threshold
from simulator.load.traffic import Recording

DEFAULT: Final = "p99<250ms"
"""What is held where no threshold is given."""
PRECISION: Final = 1.05  # the knee lies between the best rate that held and one at most 5 % above it
TRIAL_S: Final = 5.0
_TRIALS: Final = 20  # down to a ten-thousandth of what goes closed, and then to 5 %
_BACKLOG: Final = 0.01  # of what was due, at most, had no turn in time: else the queue grows without end

Trial = dict[str, Any]


def find_knee(
    order: LoadProfile, hooks: Hooks, traffic: Recording, told: Callable[[Trial], None]
) -> dict[str, Any]:
    """Search the knee: first as fast as it goes, then open runs between what held and what did not.

    Each trial begins with an empty state and plays the same traffic; `told` hears of each. The figures are those of
    the best trial that held, with `knee_per_second` (None where none did) and all `trials`. One that was interrupted
    says nothing of its rate: it is no trial, and the search has not `ended`.
    """
    thresholds = order.thresholds or (parse_threshold(DEFAULT),)
    seconds = order.limits.seconds or TRIAL_S
    last = closed = _trial(replace(order, schedule=None), hooks, traffic, seconds, ())
    trials = [_line(closed, None)]
    told(trials[-1])
    low, high = 0.0, float(closed["achieved_per_second"])
    best: dict[str, Any] | None = None
    rate = high * 0.9
    while len(trials) < _TRIALS and closed["ended"] and rate >= 1:
        found = _trial(replace(order, schedule=constant(rate, seconds)), hooks, traffic, seconds, thresholds)
        if not found["ended"]:
            break
        last = found
        trials.append(_line(found, rate))
        told(trials[-1])
        if trials[-1]["ok"]:
            low, best = rate, found
        else:
            high = rate
        if low and high / low <= PRECISION:
            break
        rate = (low + high) / 2 if low else high / 2
    return {
        **(best or last),
        "ok": best is not None,
        "ended": not hooks.stopped(),
        "knee_per_second": round(low) or None,
        "trials": trials,
    }


def _trial(
    order: LoadProfile, hooks: Hooks, traffic: Recording, seconds: float, thresholds: tuple[Threshold, ...]
) -> dict[str, Any]:
    limits = Limits(events=None, seconds=seconds, drain=seconds)
    trial = replace(order, path=None, limits=limits, thresholds=thresholds)
    return run_load(trial, hooks, traffic.again())


def _line(figures: dict[str, Any], rate: float | None) -> Trial:
    """A trial at a rate, or (None) as fast as it goes: what was measured, and `failed`: what did not hold."""
    failed = [one["threshold"] for one in figures["thresholds"] if not one["ok"]]
    backlog = figures["backlog"] / figures["offered"] if figures["offered"] else 1.0
    if rate is not None and backlog > _BACKLOG:
        failed.append(f"only {(1 - backlog) * 100:.0f} % of what was due had its turn in time")
    return {
        "rate": None if rate is None else round(rate, 1),
        "achieved_per_second": figures["achieved_per_second"],
        "latency_ms": figures["latency_ms"],
        "behind_ms": figures["behind_ms"],
        "generator_is_bottleneck": figures["generator_is_bottleneck"],
        "failed": failed,
        "ok": not failed,
    }

"""Search for the knee, the highest rate that meets the thresholds, by short open runs and bisection."""

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
"""The threshold where none is given."""
PRECISION: Final = 1.05  # the knee lies between the best rate that passed and one at most 5 % above it
TRIAL_S: Final = 5.0
_TRIALS: Final = 20  # down to a ten-thousandth of the closed rate, and then to 5 %
_BACKLOG: Final = 0.01  # largest share of due events not sent in time; beyond it the queue grows without end

Trial = dict[str, Any]


def find_knee(
    profile: LoadProfile, hooks: Hooks, traffic: Recording, on_trial: Callable[[Trial], None]
) -> dict[str, Any]:
    """Search for the knee: first as fast as it goes, then open runs between what passed and what failed.

    Each trial begins with an empty state and plays the same traffic; `on_trial` is called with each. The figures are
    those of the best trial that passed, with `knee_per_second` (None if none did) and all `trials`. An interrupted
    trial says nothing about its rate: it is left out, and the search has not `ended`.
    """
    thresholds = profile.thresholds or (parse_threshold(DEFAULT),)
    seconds = profile.limits.seconds or TRIAL_S
    last = closed = _trial(replace(profile, schedule=None), hooks, traffic, seconds, ())
    trials = [_line(closed, None)]
    on_trial(trials[-1])
    low, high = 0.0, float(closed["achieved_per_second"])
    best: dict[str, Any] | None = None
    rate = high * 0.9
    while len(trials) < _TRIALS and closed["ended"] and rate >= 1:
        found = _trial(
            replace(profile, schedule=constant(rate, seconds)), hooks, traffic, seconds, thresholds
        )
        if not found["ended"]:
            break
        last = found
        trials.append(_line(found, rate))
        on_trial(trials[-1])
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
    profile: LoadProfile, hooks: Hooks, traffic: Recording, seconds: float, thresholds: tuple[Threshold, ...]
) -> dict[str, Any]:
    limits = Limits(events=None, seconds=seconds, drain=seconds)
    trial = replace(profile, path=None, limits=limits, thresholds=thresholds)
    return run_load(trial, hooks, traffic.again())


def _line(figures: dict[str, Any], rate: float | None) -> Trial:
    """Summarise a trial at a rate, or (None) as fast as it goes; `failed` lists what was not met."""
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

"""Parse thresholds such as `p99<50ms`, `achieved>=20k/s` and `memory<2GB`, and check the figures of a run."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from simulator.domain.errors import InputError
from simulator.measuring.figures import PERCENTILES
from simulator.program.nearest import advice

_SHARES: Final = ("duplicate", "late", "refused")
METRICS: Final = (*PERCENTILES, "behind", "achieved", "judged", "memory", *_SHARES)
"""Figures with thresholds: latencies and time behind (durations), rates, memory, and shares of all events."""

_FORM: Final = re.compile(r"\s*([a-z0-9.]+)\s*(<=|>=|<|>)\s*(\d+(?:\.\d+)?)\s*([A-Za-zµ%/]*)\s*")
_RIGHT: Final = "METRIC<VALUE or METRIC>VALUE, such as p99<50ms, achieved>20k/s or memory<2GB"
_SECONDS: Final = {"us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0}
_RATES: Final = {"": 1.0, "/s": 1.0, "k": 1e3, "k/s": 1e3, "M": 1e6, "M/s": 1e6}
_BYTES: Final = {"kB": 1e3, "MB": 1e6, "GB": 1e9}
_PERCENT: Final = {"%": 0.01}
_USUAL: Final = ("ms", "GB", "%")
_COMPARE: Final[dict[str, Callable[[float, float], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True)
class Threshold:
    """One condition: `text` as given; `value` in seconds, events a second, bytes, or a fraction."""

    text: str
    metric: str
    sign: str
    value: float

    def held_against(self, figures: Mapping[str, Any]) -> dict[str, Any]:
        """Return whether the threshold is met, and what was measured; a missing figure (no event at all) fails it."""
        measured = measure(figures, self.metric)
        held = measured is not None and _COMPARE[self.sign](measured, self.value)
        return {"threshold": self.text, "metric": self.metric, "measured": measured, "ok": held}


def parse_threshold(text: str) -> Threshold:
    """Parse one threshold of the command line.

    Raises:
        InputError: it has another form, or an unknown figure or unit; the message says what is right.

    """
    found = _FORM.fullmatch(text)
    if found is None:
        raise InputError(f"--threshold '{text}': not a threshold; give {_RIGHT}")
    metric, sign, number, unit = found.groups()
    if metric not in METRICS:
        raise InputError(f"--threshold '{text}': no such figure '{metric}'; {advice(metric, METRICS)}")
    units = _units(metric)
    if unit not in units and not unit:
        raise InputError(
            f"--threshold '{text}': {number} has no unit; add {' or '.join(units)}, such as "
            f"{metric}{sign}{number}{next(one for one in reversed(units) if one in _USUAL)}"
        )
    if unit not in units:
        raise InputError(
            f"--threshold '{text}': {metric} is not measured in '{unit}'; use one of "
            + ", ".join(name or "a plain number" for name in units)
        )
    return Threshold(text.strip(), metric, sign, float(number) * units[unit])


def measure(figures: Mapping[str, Any], metric: str) -> float | None:
    """Return one of `METRICS` from a run's figures, in the units of `Threshold.value`."""
    if metric in PERCENTILES:
        value = figures["latency_ms"][metric]
        return None if value is None else value / 1000
    if metric in _SHARES:
        received = figures["received"]
        return figures[metric] / received if received else None
    found: float = {
        "behind": figures["behind_ms"] / 1000,
        "achieved": figures["achieved_per_second"],
        "judged": figures["judged_per_second"],
        "memory": figures["memory_bytes"],
    }[metric]
    return found


def _units(metric: str) -> dict[str, float]:
    if metric in PERCENTILES or metric == "behind":
        return _SECONDS
    if metric in _SHARES:
        return _PERCENT
    return _BYTES if metric == "memory" else _RATES

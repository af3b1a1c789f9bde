"""Thresholds: which ones can be set, and how they are compared with the figures."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.domain.errors import InputError
from simulator.load.thresholds import parse_threshold

FIGURES: dict[str, Any] = {
    "latency_ms": {"p50": 5.0, "p90": 9.0, "p95": 12.0, "p99": 49.9, "p99.9": 80.0, "max": 90.0},
    "behind_ms": 30.0,
    "achieved_per_second": 20_000.0,
    "judged_per_second": 900_000.0,
    "memory_bytes": 1_500_000_000,
    "received": 1000,
    "duplicate": 10,
    "late": 0,
}


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("p99<50ms", True),
        ("p99<49.9ms", False),
        ("p99 <= 49.9ms", True),
        ("p99.9<0.08s", False),
        ("max<=90000us", True),
        ("behind<1s", True),
        ("achieved>=20k/s", True),
        ("achieved>20000", False),
        ("judged>0.5M/s", True),
        ("memory<2GB", True),
        ("duplicate<=1%", True),
        ("late>0%", False),
    ],
)
def test_a_threshold_holds_or_not(text: str, held: bool) -> None:
    assert parse_threshold(text).held_against(FIGURES)["ok"] is held


def test_where_nothing_was_measured_it_does_not_hold() -> None:
    nothing = {**FIGURES, "latency_ms": dict.fromkeys(FIGURES["latency_ms"])}
    assert parse_threshold("p99<50ms").held_against(nothing) == {
        "threshold": "p99<50ms",
        "metric": "p99",
        "measured": None,
        "ok": False,
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("p99", "not a threshold; give METRIC<VALUE"),
        ("p99=50ms", "not a threshold"),
        ("p98<50ms", "no such figure 'p98'; did you mean"),
        ("p99<50", "50 has no unit; add us or µs or ms or s or m, such as p99<50ms"),
        ("late<5", "5 has no unit; add %, such as late<5%"),
        ("achieved>5ms", "achieved is not measured in 'ms'; use one of a plain number"),
    ],
)
def test_what_is_no_threshold_is_said(text: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_threshold(text)
    assert said in str(caught.value)
    assert str(caught.value).startswith(f"--threshold '{text}'")

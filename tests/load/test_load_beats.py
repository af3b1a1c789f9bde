"""Beats: what was measured, as the database stores it and the screen shows it."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from simulator.measuring.heartbeat import Heartbeat
from simulator.measuring.histogram import ERROR, Histogram


def figures(**changes: Any) -> dict[str, Any]:
    return {
        "received": 0,
        "queue": 0,
        "offered": 0,
        "offered_per_second": 1.0,
        "behind_now_ms": 0.0,
        "database_bytes": 10,
        "memory_bytes": 20,
        **changes,
    }


def test_a_beat_has_the_rates_and_latencies_since_the_one_before() -> None:
    beats, latency = Heartbeat(10.0), Histogram()
    assert not beats.due(10.5)
    assert beats.due(11.0)
    latency.add(np.full(100, 0.5))
    first = beats.row(12.0, 1, 5, figures(received=100, queue=20, offered=200), latency)
    latency.add(np.full(100, 0.001))
    second = beats.row(13.0, 2, 6, figures(received=300, queue=0, offered=500), latency)
    assert first[:5] == (1, 1, 5, 100.0, 40.0)
    assert second[:5] == (2, 2, 6, 300.0, 220.0)
    assert first[5] == first[6] == 500.0
    assert second[5] == pytest.approx(1.0, rel=ERROR)
    assert json.loads(second[-1])["received"] == 300

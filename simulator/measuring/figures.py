"""Compute a run's figures so far from its tally and stopwatches, the same wherever they are shown or stored."""

from __future__ import annotations

from typing import Any, Final, Protocol

from simulator.domain.stopwatch import Stopwatch
from simulator.measuring.histogram import ERROR
from simulator.measuring.space import peak_memory
from simulator.measuring.tally import Tally

STAGES = ("intake", "attribute", "decide", "reward", "audit", "receipts")
"""The stages of the judging thread, in the order of the fold."""
PERCENTILES: Final = ("p50", "p90", "p95", "p99", "p99.9", "max")
"""The latency percentiles that are reported."""


class Measured(Protocol):
    """The sources of figures other than a tally."""

    judging: Stopwatch
    writing: Stopwatch

    def bytes(self) -> int:
        """Return the database's current size in bytes, including its write-ahead log; 0 without one."""


def running(tally: Tally, target: Measured, *, paced: bool) -> dict[str, Any]:
    """Return the figures so far; times are in seconds or, where the name says so, milliseconds.

    `offered_per_second` is what the schedule asked for, over its own time. `achieved_per_second` is what was
    committed, over the wall-clock time until then. `judged_per_second` is what was judged, over the time that
    judging took, in batches of `batch_mean` events: in small batches each event costs more.
    """
    counts, elapsed = tally.counts, tally.elapsed
    judging = sum(target.judging.stages.get(stage, 0.0) for stage in STAGES)
    return {
        "seconds": round(elapsed, 3),
        "offered": tally.offered,
        "received": tally.sent,
        "accepted": counts.accepted,
        "duplicate": counts.duplicate,
        "conflict": counts.conflict,
        "malformed": counts.malformed,
        "late": tally.late,
        "offered_per_second": rate(tally.offered, tally.asked) if paced else None,
        "achieved_per_second": rate(tally.done, elapsed),
        "judged_per_second": rate(tally.sent, judging),
        "batch_mean": round(tally.sent / tally.batches, 1) if tally.batches else 0.0,
        "backlog": tally.backlog,
        "latency_ms": latency(tally),
        "latency_error": round(ERROR, 4),
        "behind_ms": round(tally.most_behind * 1000, 3),
        "behind_now_ms": round(tally.behind * 1000, 3),
        "queue": tally.queue,
        "batches": tally.batches,
        "stages": stages(tally, target),
        "database_bytes": target.bytes(),
        "memory_bytes": peak_memory(),
    }


def latency(tally: Tally) -> dict[str, float | None]:
    """Return latency percentiles in milliseconds, by the names of `PERCENTILES`."""
    histogram = tally.latency
    values = {
        name: histogram.percentile(float(name[1:])) if name != "max" else histogram.max or None
        for name in PERCENTILES
    }
    return {name: None if value is None else round(value * 1000, 3) for name, value in values.items()}


def stages(tally: Tally, target: Measured) -> dict[str, float]:
    """Return seconds by stage.

    The stages are `generate`, the engine's, `wait` for the writer, `idle`, and the writer thread's `write`.
    """
    judging = target.judging.stages
    found = {
        "generate": tally.generating,
        **{stage: judging.get(stage, 0.0) for stage in STAGES},
        "wait": judging.get("wait", 0.0),
        "idle": tally.waiting,
        "write": sum(target.writing.stages.values()),
    }
    return {name: round(seconds, 4) for name, seconds in found.items()}


def rate(count: int, seconds: float) -> float:
    """Return `count` per second, rounded to a tenth; 0 if no time has passed."""
    return round(count / seconds, 1) if seconds > 0 else 0.0

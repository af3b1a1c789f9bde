"""Compute the figures of a finished load run from its tally and target, and merge those of shards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from simulator.load.target import Target
from simulator.load.thresholds import Threshold
from simulator.measuring.figures import PERCENTILES, STAGES, rate, running
from simulator.measuring.tally import Tally

HARDLY = 10
"""Decisions in 1,000 events below which a run says little about the rules."""
BOTTLENECK = 0.5  # the generator is the bottleneck where it takes more than this share of the time
_ADDED = (
    "offered", "received", "accepted", "duplicate", "conflict", "malformed", "late", "backlog", "queue", "batches",
    "left_out", "database_bytes", "attributions",
)  # fmt: skip
"""Figures of shards that add up."""


def final(tally: Tally, target: Target, thresholds: Sequence[Threshold], *, paced: bool) -> dict[str, Any]:
    """Return all figures of a finished run, thresholds first."""
    figures = running(tally, target, paced=paced)
    taken = sum(figures["stages"][name] for name in ("generate", *STAGES, "wait"))
    generator = tally.generating / taken if taken else 0.0
    figures |= {
        "settling_seconds": round(tally.settling, 3),
        "writing": {name: round(seconds, 4) for name, seconds in target.writing.stages.items()},
        "pieces": _pieces(tally, target),
        "generator_share": round(generator, 3),
        "generator_is_bottleneck": generator > BOTTLENECK,
        **target.results(),
    }
    figures |= decision_rate(figures)
    held = [threshold.held_against(figures) for threshold in thresholds]
    return {"thresholds": held, "ok": all(one["ok"] for one in held), **figures}


def decision_rate(figures: Mapping[str, Any]) -> dict[str, Any]:
    """Return the decisions in 1,000 events, and whether the rules were hardly asked."""
    decided, received = sum(figures["decisions"].values()), figures["received"]
    dense = 1000 * decided / received if received else 0.0
    return {"decisions_per_1000": round(dense, 1), "rules_hardly_asked": dense < HARDLY}


def _pieces(tally: Tally, target: Target) -> dict[str, float]:
    """Return seconds by rule and by fact, extrapolated from the batches that were timed in detail."""
    if not tally.detailed_events:
        return {}
    scale = tally.sent / tally.detailed_events
    pieces = sorted(target.judging.pieces.items(), key=lambda piece: -piece[1])
    return {name: round(seconds * scale, 4) for name, seconds in pieces}


def merged(
    parts: Sequence[dict[str, Any]], thresholds: Sequence[Threshold], seconds: float
) -> dict[str, Any]:
    """Merge the figures of shards into those of one run that took `seconds`.

    Counts add up. Percentiles of several runs can't be added up, so each is the greatest of any shard: never better
    than the truth.
    """
    first = parts[0]
    found: dict[str, Any] = {**first, **{name: sum(part[name] for part in parts) for name in _ADDED}}
    for name in ("behind_ms", "behind_now_ms", "memory_bytes", "settling_seconds", "generator_share"):
        found[name] = max(part[name] for part in parts)
    latencies = [part["latency_ms"] for part in parts]
    found["latency_ms"] = {
        name: max((one[name] for one in latencies if one[name] is not None), default=None)
        for name in PERCENTILES
    }
    for name in ("stages", "writing", "pieces", "decisions", "rows"):
        found[name] = _added(part[name] for part in parts)
    found["rewards"] = {
        state: _added(part["rewards"].get(state, {}) for part in parts)
        for state in sorted({state for part in parts for state in part["rewards"]})
    }
    found["reasons"] = _reasons(parts)
    judging = sum(found["stages"].get(stage, 0.0) for stage in STAGES)
    found |= {
        "seconds": round(seconds, 3),
        "offered_per_second": None
        if first["offered_per_second"] is None
        else round(sum(part["offered_per_second"] for part in parts), 1),
        "achieved_per_second": rate(found["received"], seconds),
        "judged_per_second": rate(found["received"], judging),
        "batch_mean": round(found["received"] / found["batches"], 1) if found["batches"] else 0.0,
        **decision_rate(found),
        "generator_is_bottleneck": found["generator_share"] > BOTTLENECK,
        "ended": all(part["ended"] for part in parts),
    }
    held = [threshold.held_against(found) for threshold in thresholds]
    return {**found, "thresholds": held, "ok": all(one["ok"] for one in held)}


def _reasons(parts: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add up the decisions of all shards by outcome and reason, the most frequent first."""
    counts = _added(
        {(one["outcome"], one["reason"]): one["count"] for one in part["reasons"]} for part in parts
    )
    return [
        {"outcome": outcome, "reason": reason, "count": count}
        for (outcome, reason), count in sorted(
            counts.items(), key=lambda pair: (-pair[1], pair[0][0], pair[0][1] or "")
        )
    ]


def _added(parts: Iterable[Mapping[Any, Any]]) -> dict[Any, Any]:
    """Add up numbers by name."""
    found: dict[Any, Any] = {}
    for part in parts:
        for name, number in part.items():
            found[name] = found.get(name, 0) + number
    return {name: round(number, 4) for name, number in found.items()}

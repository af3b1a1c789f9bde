"""Record merges: the row of each, the attribution that it ends, and the counts for one person instead of two."""

from __future__ import annotations

import numpy as np

from simulator.engine.arrays import NONE
from simulator.engine.audit import MERGED
from simulator.engine.record import Rows
from simulator.engine.record_parts import count_channels
from simulator.engine.results import Merged, MergeWithoutEffect
from simulator.engine.rollup import METRIC, STAGES
from simulator.engine.state import QUALIFIED_LEVEL, State
from simulator.engine.version import CompiledProgram

_BOTH = {"link": "referrer.linked", "shared_seq": "referrer.sharing"}


def record_merge(
    rows: Rows, state: State, compiled: CompiledProgram, one: Merged | MergeWithoutEffect
) -> None:
    """Record a merge that has been put into effect, or one of somebody with themselves."""
    if isinstance(one, MergeWithoutEffect):
        _enter(rows, compiled, one, "merge-without-effect", one.person, NONE, "same-person")
        return
    rows.merges.append((one.seq, one.subject, one.target, one.merged, one.into, one.at))
    at, into = np.array([one.at]), np.array([one.into])
    for level in range(1, min(one.levels) + 1):
        rows.metrics.add_of(into, METRIC[f"stage.{STAGES[level - 1]}"], at, -1)
    for name in one.both:
        rows.metrics.add_of(into, METRIC[_BOTH[name]], at, -1)
    if one.ended == NONE:
        return
    made = state.attributions
    for attribution, level in zip((one.kept, one.ended), one.own_levels, strict=True):
        if level < QUALIFIED_LEVEL <= max(one.levels):
            count_channels(rows, "channel.qualified", made["channel"][[attribution]], at)
    seq = int(made["seq"][one.ended])
    rows.ended[seq] = one.at
    method = "code" if made["by_code"][one.ended] else "link"
    channel = rows.names.words[int(made["channel"][one.ended])]
    code = rows.names.codes.texts(made["link"][[one.ended]].astype(np.int64))[0]
    friend = int(made["friend"][one.ended])
    _enter(rows, compiled, one, "attribution-ended", friend, seq, f"{method}, {channel}, {code}")


def _enter(
    rows: Rows,
    compiled: CompiledProgram,
    one: Merged | MergeWithoutEffect,
    kind: str,
    person: int,
    ref: int,
    detail: str,
) -> None:
    rows.trail.of_events(
        MERGED,
        kind,
        at=np.array([one.at]),
        seq=np.array([one.seq]),
        trigger=np.array([one.seq]),
        person=np.array([person]),
        ref=np.array([ref]),
        version=compiled.number,
        detail=[detail],
    )

"""Stage 4: build the audit trail, with one entry for each attribution, decision and change of a reward's state.

Entries are in fold order: those of an event at its place in the log, those of a release after every event received by
its time and before any later one. That order does not depend on the batches.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from simulator.engine.arrays import NONE, Array, Ints
from simulator.engine.frames import EMPTY, FEW_ROWS, frame_of

PROGRAM, MERGED, ATTRIBUTED, DECIDED, SETTLED, PENDING, REVERSED, CHOSEN = range(8)
"""The order of entries within one event."""
CHOICE_ENDS, EXPIRIES = 2, 3
"""Phases of one moment: its events are 0, its releases 1, and what waits is tried last."""


@dataclass
class Trail:
    """Collect a batch's entries in any order; `frame` returns them in fold order."""

    _parts: list[dict[str, Array]] = field(default_factory=list)
    _kinds: list[str] = field(default_factory=list)
    _details: list[str] = field(default_factory=list)

    def of_events(
        self,
        stage: int,
        kind: str | Sequence[str],
        *,
        at: Array,
        seq: Array,
        trigger: Array,
        person: Array,
        ref: Array,
        version: Array | int,
        detail: Sequence[str],
    ) -> None:
        """Add entries caused by the events `seq` at their receipt; within an event they go by stage, then by `ref`."""
        self._add(0, stage, kind, at, seq, ref, trigger, person, ref, version, detail)

    def of_releases(
        self,
        kind: Sequence[str],
        *,
        at: Array,
        seq: Array,
        place: Array,
        person: Array,
        ref: Array,
        version: Array,
        detail: Sequence[str],
    ) -> None:
        """Add entries of releases at their due time; ties go by the conversion's `seq`, then by `place`."""
        self._add(1, 0, kind, at, seq, place, seq, person, ref, version, detail)

    def of_steps(
        self,
        phase: int,
        kind: Sequence[str],
        *,
        at: Array,
        due: Array,
        seq: Array,
        place: Array,
        person: Array,
        ref: Array,
        version: Array,
        detail: Sequence[str],
    ) -> None:
        """Add entries of a phase, CHOICE_ENDS or EXPIRIES; ties go by `due`, `seq` and `place`."""
        self._add(phase, seq, kind, at, due, place, seq, person, ref, version, detail)

    def of_tries(
        self,
        kind: Sequence[str],
        *,
        at: Array,
        seq: Array,
        person: Array,
        ref: Array,
        version: Array,
        detail: Sequence[str],
    ) -> None:
        """Add entries of lines that had waited for the budget, in order, after everything else at the same time."""
        self._add(4, 0, kind, at, np.arange(len(at)), 0, seq, person, ref, version, detail)

    def frame(self, first: int) -> pl.DataFrame:
        """Return the entries as rows of the audit table, numbered from `first`."""
        if not self._details:
            return EMPTY["audit"]
        columns = {name: np.concatenate([part[name] for part in self._parts]) for name in self._parts[0]}
        order = np.lexsort(tuple(columns[name] for name in ("sub", "stage", "place", "phase", "at")))
        places = order.tolist()
        return frame_of(
            "audit",
            {
                "seq": np.arange(first, first + len(order)),
                "at": columns["at"][order],
                "kind": [self._kinds[place] for place in places],
                "person": absent(columns["person"][order]),
                "ref": absent(columns["ref"][order]),
                "detail": [self._details[place] for place in places],
                "trigger": columns["trigger"][order],
                "program_version": columns["version"][order],
            },
        )

    def _add(
        self,
        phase: int,
        stage: Array | int,
        kind: str | Sequence[str],
        at: Array,
        place: Array,
        sub: Array | int,
        trigger: Array,
        person: Array,
        ref: Array,
        version: Array | int,
        detail: Sequence[str],
    ) -> None:
        count = len(at)
        if not count:
            return
        numbers = {"phase": phase, "stage": stage, "at": at, "place": place, "sub": sub, "trigger": trigger}
        numbers |= {"person": person, "ref": ref, "version": version}
        self._parts.append(
            {name: np.broadcast_to(np.asarray(value, np.int64), count) for name, value in numbers.items()}
        )
        self._kinds.extend([kind] * count if isinstance(kind, str) else kind)
        self._details.extend(detail)


def absent(ids: Ints) -> pl.Series | list[int | None]:
    """Return ids as a column in which NONE is null."""
    if len(ids) <= FEW_ROWS:
        return [None if one == NONE else one for one in ids.tolist()]
    column, missing = pl.Series(ids, dtype=pl.Int64), np.flatnonzero(ids == NONE)
    return column.scatter(missing, None) if len(missing) else column

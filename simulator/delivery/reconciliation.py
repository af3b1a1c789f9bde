"""Reconcile the messages that the client says it sent with those that the platform says it accepted.

For each list this finds missing messages (not accepted when the two sides compare), extra ones (accepted, but in no
list) and different ones (accepted with other content). Missing messages are sent again; those that then arrive are
counted as returned.
"""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from db.read.deliveries import Reconciled
from simulator.delivery.accepted import SCHEMA
from simulator.delivery.lists import KEY
from simulator.domain.spans import DAY_MS
from simulator.events.columns import TYPE

_NAME = ("source", "id")
_CLOCKS_MS = DAY_MS  # how far a stated moment may be from the true one, by which the lists go


class Reconciliation:
    """Compares lists when they are due. Keeps only what is still open: the messages of the last days."""

    def __init__(self) -> None:
        self._open = pl.DataFrame(schema=SCHEMA)  # accepted, and in no list yet
        self._missing = pl.DataFrame(
            schema={"type": TYPE, "until": pl.Int64, "source": pl.String, "id": pl.String}
        )
        self._findings: dict[tuple[str, int], Reconciled] = {}

    def compare(
        self, lists: pl.DataFrame | None, accepted: pl.DataFrame
    ) -> tuple[list[Reconciled], pl.DataFrame]:
        """Compare the lists that are due, if any, with everything accepted since the last call.

        Returns the findings that are new, or changed because something missing came, and what is newly missing
        (columns of `KEY`, `source`, `id`). Lists of one type come in order, at every call.
        """
        self._open = pl.concat([self._open, accepted]) if accepted.height else self._open
        changed = self._returned()
        new = self._missing.clear()
        if lists is not None:
            changed |= self._compared(lists)
            new = self._missing.join(lists.select(KEY).unique(), on=KEY, how="semi", maintain_order="left")
        return [self._findings[key] for key in sorted(changed)], new

    def _returned(self) -> set[tuple[str, int]]:
        """Remove what was missing and has been accepted since; return the lists that changed.

        It would be in no list to come, and so would count as extra.
        """
        if not self._missing.height:
            return set()
        late = self._missing.join(self._open, on=_NAME, how="semi", maintain_order="left")
        if not late.height:
            return set()
        self._missing = self._missing.join(late, on=_NAME, how="anti", maintain_order="left")
        self._open = self._open.join(late, on=_NAME, how="anti", maintain_order="left")
        changed = set()
        for kind, until, count in late.group_by(KEY).len().rows():
            before = self._findings[str(kind), until]
            self._findings[str(kind), until] = replace(before, returned=before.returned + count)
            changed.add((str(kind), until))
        return changed

    def _compared(self, lists: pl.DataFrame) -> set[tuple[str, int]]:
        both = lists.join(
            self._open.select(*_NAME, "received_at", accepted="digest"),
            on=_NAME,
            how="left",
            maintain_order="left",
        ).with_columns(found=(pl.col("received_at") < pl.col("compare_at")).fill_null(value=False))
        there = both.filter("found")
        self._open = self._open.join(there, on=_NAME, how="anti", maintain_order="left")
        self._missing = pl.concat([self._missing, both.filter(~pl.col("found")).select(*KEY, *_NAME)])
        extra = self._take_extra(lists)
        different = (pl.col("found") & (pl.col("digest") != pl.col("accepted"))).sum()
        counts = both.group_by(*KEY, "compare_at").agg(
            listed=pl.len(), found=pl.col("found").sum(), different=different
        )
        changed = set()
        for kind, until, at, listed, found, differing in counts.rows():
            key = (str(kind), until)
            self._findings[key] = Reconciled(
                *(*key, at, listed, found, listed - found, extra.get(key, 0), differing)
            )
            changed.add(key)
        return changed

    def _take_extra(self, lists: pl.DataFrame) -> dict[tuple[str, int], int]:
        """Remove and count what is accepted, in no list so far, and a day or more before the end of one."""
        ends = lists.select(*KEY, "compare_at").unique().sort("until")
        odd = self._open.join(self._missing, on=_NAME, how="anti", maintain_order="left")
        odd = odd.filter(pl.col("occurred_at") < int(ends["until"][-1]) - _CLOCKS_MS)
        counts: dict[tuple[str, int], int] = {}
        for kind, until, at in ends.rows() if odd.height else ():
            taken = odd.filter(
                (pl.col("type") == kind)
                & (pl.col("occurred_at") < until - _CLOCKS_MS)
                & (pl.col("received_at") < at)
            )
            if taken.height:
                counts[str(kind), until] = taken.height
                odd = odd.join(taken, on=_NAME, how="anti", maintain_order="left")
                self._open = self._open.join(taken, on=_NAME, how="anti", maintain_order="left")
        return counts

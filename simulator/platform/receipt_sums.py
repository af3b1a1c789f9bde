"""Sum up receipts by hour, and what was not accepted by source and field, for those who watch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import polars as pl

from simulator.domain.spans import HOUR_MS
from simulator.domain.vocabulary import Receipt
from simulator.engine.frames import EMPTY
from simulator.engine.interner import BoundedLabels

DAY_HOURS = 24
DUPLICATE = str(Receipt.DUPLICATE)
NOT_SAID = "(not said)"
_HOUR = pl.col("received_at") // HOUR_MS
_LAST_HOUR = _HOUR - _HOUR % DAY_HOURS + (DAY_HOURS - 1)


def receipt_rollup(
    messages: pl.DataFrame, events: pl.DataFrame, duplicates: Sequence[int], refused: pl.DataFrame
) -> pl.DataFrame:
    """Return the number of receipts of each kind in each hour.

    Duplicates leave no other trace, so their `value` is hour x count: with it, `verify` notices a changed row.
    """
    received = {"accepted": events["received_at"].to_numpy()}
    if duplicates:
        received[DUPLICATE] = messages["received_at"].to_numpy()[list(duplicates)]
    if refused.height:
        for (receipt,), rows in refused.group_by("receipt", maintain_order=True):
            received[str(receipt)] = rows["received_at"].to_numpy()
    parts = []
    for receipt, at in received.items():
        hours, counts = np.unique(at // HOUR_MS, return_counts=True)
        values = hours * counts if receipt == DUPLICATE else np.zeros(len(hours), np.int64)
        columns = {
            "hour": hours,
            "metric": [f"receipt.{receipt}"] * len(hours),
            "count": counts,
            "value": values,
        }
        parts.append(pl.DataFrame(columns, schema=EMPTY["rollup"].schema))
    return parts[0] if len(parts) == 1 else pl.concat(parts)


class Refusals:
    """Counts messages that were not accepted, by source and by the field that was wrong, in the last hour of their day.

    Sources and fields of malformed messages are whatever was sent, so only the first ones get a label of their own
    (`BoundedLabels`).
    """

    def __init__(self, parts: Iterable[tuple[str, str]] = ()) -> None:
        """Start from `parts`, pairs of metric and part counted before (`db.read.resume.counted_refusals`)."""
        kept = list(parts)
        repeated = f"receipt.{DUPLICATE}"
        self._repeating = BoundedLabels(part for metric, part in kept if metric == repeated)
        self._sources = BoundedLabels(
            part for metric, part in kept if metric.startswith("receipt.") and metric != repeated
        )
        self._fields = BoundedLabels(part for metric, part in kept if metric.startswith("quarantine."))

    def breakdown(
        self, refused: pl.DataFrame, messages: pl.DataFrame | None = None, duplicates: Sequence[int] = ()
    ) -> pl.DataFrame:
        """Return increments of the breakdown: quarantine rows in their order, and the messages that were duplicates.

        Duplicates have hour x count as their `value`, as in `receipt_rollup`.
        """
        parts = []
        if refused.height:
            sources = [self._sources.part(one or NOT_SAID) for one in refused["source"].to_list()]
            fields = [self._fields.part(one or NOT_SAID) for one in refused["field"].to_list()]
            at = refused.select(hour=_LAST_HOUR, value=pl.lit(0, pl.Int64))
            for name, column in (("receipt", sources), ("quarantine", fields)):
                metric = refused.select(metric=name + "." + pl.col("receipt"))["metric"]
                parts.append(at.with_columns(metric=metric, part=pl.Series(column, dtype=pl.String)))
        if messages is not None and duplicates:
            repeated = messages[list(duplicates)]
            names = [self._repeating.part(one) for one in repeated["source"].to_list()]
            at = repeated.select(hour=_LAST_HOUR, value=_LAST_HOUR, metric=pl.lit(f"receipt.{DUPLICATE}"))
            parts.append(at.with_columns(part=pl.Series(names, dtype=pl.String)))
        if not parts:
            return EMPTY["breakdown"]
        sums = (
            pl.concat([part.select("hour", "metric", "part", "value") for part in parts])
            .group_by("hour", "metric", "part")
            .agg(count=pl.len().cast(pl.Int64), value=pl.col("value").sum())
        )
        return sums.select(EMPTY["breakdown"].columns)

"""Count receipts: what became of each message, for its sender and, by hour, for those who watch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from simulator.domain.errors import InputError
from simulator.domain.spans import HOUR_MS
from simulator.engine.interner import BoundedLabels
from simulator.engine.outcome import EMPTY, Receipts
from simulator.events.check import LATEST_RECEIPT_MS
from simulator.events.decode import Rejected
from simulator.events.moment import format_moment

DAY_HOURS = 24
DUPLICATE = "duplicate"
NOT_SAID = "(not said)"
_HOUR = pl.col("received_at") // HOUR_MS
_LAST_HOUR = _HOUR - _HOUR % DAY_HOURS + (DAY_HOURS - 1)


@dataclass(frozen=True)
class Counts:
    """The receipts of one call, or of several added up; `received` is their sum."""

    accepted: int = 0
    duplicate: int = 0
    conflict: int = 0
    malformed: int = 0

    @classmethod
    def of(cls, receipts: Receipts, malformed: int = 0) -> Counts:
        """Count the engine's receipts of valid messages, and the malformed ones."""
        return cls(receipts.events.height, len(receipts.duplicates), len(receipts.conflicts), malformed)

    @property
    def received(self) -> int:
        """The number of receipts of any kind."""
        return self.accepted + self.duplicate + self.conflict + self.malformed

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.accepted + other.accepted,
            self.duplicate + other.duplicate,
            self.conflict + other.conflict,
            self.malformed + other.malformed,
        )


@dataclass
class IntakeCounters:
    """The messages received so far, so that whoever sends knows where to continue.

    `received` counts all but an operator's own, `receipts` all; both include refused messages. `newest` is the newest
    receipt in milliseconds UTC, 0 before the first.
    """

    received: int = 0
    receipts: int = 0
    newest: int = 0

    @classmethod
    def of(cls, settings: Mapping[str, str]) -> IntakeCounters:
        """Return the counters stored in a database's settings."""
        return cls(*(int(settings[name]) for name in ("received", "receipts", "newest_receipt")))

    def settings(self) -> dict[str, str]:
        """Return the counters as settings to store in a database."""
        return {
            "received": str(self.received),
            "receipts": str(self.receipts),
            "newest_receipt": str(self.newest),
        }

    def add(
        self, counts: Counts, messages: pl.DataFrame, rejected: Sequence[Rejected], *, counted: bool
    ) -> None:
        """Add a batch of valid messages and refused ones, in the order of receipt; `counted` unless an operator's."""
        if messages.height:
            self.newest = max(self.newest, int(messages["received_at"].max()))  # type: ignore[arg-type]
        if rejected:
            self.newest = max(self.newest, rejected[-1].received_at)
        self.received += counts.received if counted else 0
        self.receipts += counts.received


def check_watermark(now_ms: int, earliest_ms: int) -> None:
    """Check that `now_ms` can be passed to `advance` (both times in milliseconds UTC).

    Raises:
        InputError: it is before `earliest_ms`, or after 2099.

    """
    if now_ms > LATEST_RECEIPT_MS:
        raise InputError(
            f"now {format_moment(now_ms)} is too far ahead; the latest allowed value is "
            f"{format_moment(LATEST_RECEIPT_MS)} ({LATEST_RECEIPT_MS})"
        )
    if now_ms < earliest_ms:
        raise InputError(
            f"now {format_moment(now_ms)} is before the newest event's receipt, or before a time already reached; "
            f"the earliest allowed value is {format_moment(earliest_ms)} ({earliest_ms})"
        )


def receipt_rollup(
    messages: pl.DataFrame, events: pl.DataFrame, duplicates: Sequence[int], refused: pl.DataFrame
) -> pl.DataFrame:
    """Return the number of receipts of each kind in each hour.

    Duplicates leave no other trace, so their `value` is hour x count: with it, `verify` notices a changed row.
    """
    parts = [events.select("received_at", receipt=pl.lit("accepted"))]
    if duplicates:
        parts.append(messages[list(duplicates)].select("received_at", receipt=pl.lit(DUPLICATE)))
    if refused.height:
        parts.append(refused.select("received_at", "receipt"))
    return (
        pl.concat(parts)
        .group_by(hour=_HOUR, metric="receipt." + pl.col("receipt"))
        .agg(
            count=pl.len().cast(pl.Int64),
            value=pl.when(pl.col("receipt").first() == DUPLICATE).then(_HOUR.sum()).otherwise(0),
        )
    )


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

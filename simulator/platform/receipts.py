"""Represent the result of each message, for whoever sent it, as columns and as counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.domain.errors import InputError
from simulator.domain.vocabulary import Receipt
from simulator.engine.arrays import Ints
from simulator.engine.frames import NO_EVENTS, Received
from simulator.events.check import LATEST_RECEIPT_MS
from simulator.events.decode import Decoded, Rejected
from simulator.events.moment import format_moment

_ORDER: Final = tuple(Receipt)
_CODES: Final = {receipt: np.uint8(code) for code, receipt in enumerate(_ORDER)}
ACCEPTED: Final = _CODES[Receipt.ACCEPTED]
"""The code of an accepted message."""
Row = tuple[int, Receipt, int | None, str | None, str | None]
"""Of a message: position, receipt, seq, field, reason."""


@dataclass(frozen=True)
class Receipts:
    """The result of each message of one call: columns of equal length, in the order in which the messages came.

    `positions` are the messages' places in the call (a blank line has none). `codes` say which receipt each got, by
    its place in the enum `Receipt`. `seqs` are those of the events that the log holds under the messages' `source` and
    `id`: of an accepted one its own, of a duplicate or a conflict the earlier one's; 0 for a malformed message.
    `fields` and `reasons` say of a conflict or a malformed message what is wrong with it; otherwise they are null.
    """

    positions: Ints
    codes: NDArray[np.uint8]
    seqs: Ints
    fields: list[str | None]
    reasons: list[str | None]

    @classmethod
    def of(
        cls, received: Received, positions: pl.Series | None = None, rejected: Sequence[Rejected] = ()
    ) -> Receipts:
        """Return the receipts of valid messages, as the engine received them, and of malformed ones.

        `positions` are those of the valid messages; without them each is at the place of its row.
        """
        valid = len(received.seqs)
        codes = np.full(valid, _CODES[Receipt.ACCEPTED])
        codes[received.duplicates] = _CODES[Receipt.DUPLICATE]
        fields: list[str | None] = [None] * valid
        reasons: list[str | None] = [None] * valid
        for row, field in received.conflicts:
            codes[row] = _CODES[Receipt.CONFLICT]
            fields[row], reasons[row] = field, conflict_reason(field)
        places = np.arange(valid) if positions is None else positions.to_numpy()
        if not rejected:
            return cls(places, codes, received.seqs, fields, reasons)
        count = len(rejected)
        places = np.concatenate((places, np.fromiter((one.position for one in rejected), np.int64, count)))
        order = np.argsort(places, kind="stable")
        fields += [one.field for one in rejected]
        reasons += [one.reason for one in rejected]
        return cls(
            places[order],
            np.concatenate((codes, np.full(count, _CODES[Receipt.MALFORMED])))[order],
            np.concatenate((received.seqs, np.zeros(count, np.int64)))[order],
            [fields[at] for at in order.tolist()],
            [reasons[at] for at in order.tolist()],
        )

    @classmethod
    def of_checked(cls, decoded: Decoded) -> Receipts:
        """Return the receipts of messages that were only decoded: valid ones are accepted, without a seq."""
        valid = decoded.messages.height
        unstored = Received(NO_EVENTS, [], [], np.zeros(valid, np.int64))
        return cls.of(unstored, decoded.messages["position"], decoded.rejected)

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def counts(self) -> Counts:
        """The number of receipts of each kind."""
        return Counts(*np.bincount(self.codes, minlength=len(_ORDER)).tolist())

    def rows(self) -> Iterator[Row]:
        """Yield the receipts one by one, with null for no seq."""
        receipts = (_ORDER[code] for code in self.codes.tolist())
        seqs = (seq or None for seq in self.seqs.tolist())
        return zip(self.positions.tolist(), receipts, seqs, self.fields, self.reasons, strict=True)


def conflict_reason(field: str) -> str:
    """Say what is wrong with a message that differs in `field` from the accepted one with its source and id."""
    return (
        f"another message with this source and id was accepted before, with another {field}; "
        "if this one corrects it, send it under a new id"
    )


@dataclass(frozen=True)
class Counts:
    """The receipts of one call, or of several added up; `received` is their sum."""

    accepted: int = 0
    duplicate: int = 0
    conflict: int = 0
    malformed: int = 0

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

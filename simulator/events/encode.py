"""Write events as canonical CloudEvents JSON, one per line: what `export events` writes and a replay reads.

Members have a fixed order, `data` contains only what is present, in the order of the contract, and `subject` is null if
there is none; so equal events give equal bytes. An event whose time was inferred says so in a last member,
`timeinferred`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import msgspec
import numpy as np
import polars as pl

from simulator.events.contract import EVENT_TYPES, INFERRED, PARTS, EventSpec
from simulator.events.moment import format_moments

_STAMPS = (("receivedat", "received_at"), ("seq", "seq"))
"""What the platform adds on receipt: the member, and the column it comes from."""


def encode_events(frame: pl.DataFrame, *, stamps: bool = True) -> list[bytes]:
    """Write events (EVENT_SCHEMA or MESSAGE_SCHEMA) as JSON lines without line ends, in the frame's order.

    `receivedat` (milliseconds UTC) and `seq` are written where their columns are there; `stamps=False` leaves
    them out, as a sender does. Raises `InputError` for a moment outside the years 0001 to 9999.
    """
    stamped = {member: column for member, column in _STAMPS if stamps and column in frame.columns}
    groups = ["type", "time_inferred"] if _some_inferred(frame) else ["type"]
    lines = np.empty(frame.height, dtype=object)
    write = msgspec.json.Encoder().encode
    for (name, *inferred), some in frame.with_row_index("place").partition_by(groups, as_dict=True).items():
        kind = EVENT_TYPES[str(name)]
        added = stamped | ({INFERRED: "time_inferred"} if any(inferred) else {})
        envelope, _ = _structs(kind, tuple(added))
        events = map(
            envelope,
            *(some[column].to_list() for column in ("id", "source")),
            format_moments(some["occurred_at"].to_numpy()),
            some["subject"].to_list(),
            _data(some, kind),
            *(some[column].to_list() for column in added.values()),
        )
        lines[some["place"].to_numpy()] = list(map(write, events))
    encoded: list[bytes] = lines.tolist()
    return encoded


def _some_inferred(frame: pl.DataFrame) -> bool:
    return "time_inferred" in frame.columns and bool(frame["time_inferred"].any())


def _data(frame: pl.DataFrame, kind: EventSpec) -> list[Any]:
    """Make the `data` of events of one type."""
    _, data = _structs(kind, ())
    values: list[list[Any]] = []
    for field in kind.fields:
        if field.kind in PARTS:
            parts = PARTS[field.kind]
            columns = (frame[f"{field.name}_{part}"].to_list() for part in parts)
            values.append([dict(zip(parts, named, strict=True)) for named in zip(*columns, strict=True)])
        elif field.kind == "attributes":
            texts = frame[field.name].to_list()
            values.append([None if text is None else msgspec.Raw(text.encode()) for text in texts])
        else:
            values.append(frame[field.name].to_list())
    return list(map(data, *values)) if values else [data()] * frame.height


@cache
def _structs(kind: EventSpec, stamped: tuple[str, ...]) -> tuple[Callable[..., Any], type]:
    """Make what builds an event of one type, members in canonical order, and its data without absent fields."""
    name = kind.name.replace(".", "_")
    data = msgspec.defstruct(
        f"written_data_{name}",
        [(field.name, Any, None) for field in kind.fields],
        omit_defaults=True,
        gc=False,
    )
    before: list[Any] = [("specversion", str), ("id", str), ("source", str), ("type", str)]
    after: list[Any] = [
        ("time", str),
        ("subject", Any),
        ("data", Any),
        *((member, Any) for member in stamped),
    ]
    envelope: Any = msgspec.defstruct(f"written_{name}", [*before, *after], gc=False)

    def fill(own_id: str, source: str, *rest: Any) -> Any:
        return envelope("1.0", own_id, source, kind.name, *rest)

    return fill, data

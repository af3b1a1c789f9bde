"""The quick reader: lines straight into columns, types checked by msgspec and the rest in bulk.

It takes a line only where it is sure; every other line is left to `check.py`, which decides. The structs are
made from `contract.py`, so the two can't drift apart in what a type declares.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from operator import attrgetter
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
import numpy as np
import polars as pl
from msgspec import Meta
from numpy.typing import NDArray

from simulator.events.check import DECISION_FIELDS
from simulator.events.columns import MESSAGE_SCHEMA
from simulator.events.contract import (
    EVENT_TYPES,
    MAX_INTEGER,
    MAX_REFERENCE,
    MAX_TEXT,
    SOURCE_PATTERN,
    EventSpec,
    Field,
    Sender,
)
from simulator.events.moment import parse_moments

_TEXT = Annotated[str, Meta(min_length=1, max_length=MAX_TEXT)]
_REFERENCE = Annotated[str, Meta(min_length=1, max_length=MAX_REFERENCE)]
_RECEIVED = Annotated[int, Meta(ge=0, le=MAX_INTEGER)]
_TYPES: dict[str, Any] = {
    "text": _TEXT,
    "reference": _REFERENCE,
    "contact": _REFERENCE,
    "currency": Annotated[str, Meta(min_length=3, max_length=3)],
    "boolean": bool,
    "program": Annotated[str, Meta(min_length=1)],
}
_KINDS: dict[str, str] = {
    "id": "text",
    "subject": "reference",
    **{f"decision_{part}": "decision" for part in DECISION_FIELDS},
    **{field.name: field.kind for kind in EVENT_TYPES.values() for field in kind.fields},
}
_SOURCE = re.compile(SOURCE_PATTERN)
_AT_ONCE = 8_192  # lines: their objects still fit the cache, a fifth quicker than 100,000 (measured)
_REFUSED = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
READ_SCHEMA: dict[str, pl.DataType] = {
    "position": pl.Int64(),
    "stated": pl.Int64(),
    **{name: kind for name, kind in MESSAGE_SCHEMA.items() if name != "received_at"},
}
"""What a reader gives: a message less its time of receipt, its line's position, and its `receivedat`, if any."""


class _Reader(NamedTuple):
    """How one event type is read: its struct, an empty `data`, and the columns that come out of `data`."""

    kind: EventSpec
    struct: type
    empty: Any
    columns: dict[str, Callable[[Any], Any]]


def read_lines(lines: Sequence[bytes], replay: bool) -> tuple[pl.DataFrame, list[int]]:
    """Read what is surely valid as READ_SCHEMA, in order of position, and tell the positions left over."""
    if len(lines) <= _AT_ONCE:
        return _read_some(lines, 0, replay)
    frames, left = [], []
    for start in range(0, len(lines), _AT_ONCE):
        frame, unsure = _read_some(lines[start : start + _AT_ONCE], start, replay)
        frames.append(frame)
        left += unsure
    return pl.concat(frames, rechunk=True), left


def _read_some(lines: Sequence[bytes], start: int, replay: bool) -> tuple[pl.DataFrame, list[int]]:
    """Read lines, of which the first has the position `start`."""
    decode, readers = _decoder(replay)
    groups: dict[type, tuple[list[int], list[Any]]] = {reader.struct: ([], []) for reader in readers}
    broken = [start + place for place in _not_utf8(lines)]
    left = set(broken)
    for position, line in enumerate(lines, start):
        try:
            message = decode(line)
        except _REFUSED:
            left.add(position)
            continue
        positions, messages = groups[type(message)]
        positions.append(position)
        messages.append(message)
    frame, sure = _columns(
        [(reader, *groups[reader.struct]) for reader in readers if groups[reader.struct][0]], replay
    )
    if broken:
        sure &= ~np.isin(frame["position"].to_numpy(), broken)
    if not sure.all():
        left.update(frame["position"].to_numpy()[~sure].tolist())
        frame = frame.filter(sure)
    return complete(frame), sorted(left)


def complete(frame: pl.DataFrame) -> pl.DataFrame:
    """Give a frame all columns of READ_SCHEMA, in order; absent ones are null."""
    present = set(frame.columns)
    return frame.select(
        pl.col(name) if name in present else pl.lit(None, dtype=kind).alias(name)
        for name, kind in READ_SCHEMA.items()
    )


def _not_utf8(lines: Sequence[bytes]) -> list[int]:
    """Find the lines that are not UTF-8: the JSON reader does not look into members that it skips."""
    whole = b"\n".join(lines)
    if whole.isascii():
        return []
    try:
        whole.decode("utf-8")
    except UnicodeDecodeError:
        return [position for position, line in enumerate(lines) if not _is_utf8(line)]
    return []


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


# --- structs from the contract ------------------------------------------------------------------------------


@cache
def _decoder(replay: bool) -> tuple[Callable[[bytes], Any], tuple[_Reader, ...]]:
    readers = tuple(_reader(kind, replay) for kind in EVENT_TYPES.values())
    union: Any = None
    for reader in readers:
        union = reader.struct if union is None else union | reader.struct
    return msgspec.json.Decoder(union).decode, readers


def _reader(kind: EventSpec, replay: bool) -> _Reader:
    name = kind.name.replace(".", "_")
    data = msgspec.defstruct(
        f"data_{name}", [_member(f) for f in kind.fields], forbid_unknown_fields=True, gc=False
    )
    needed = any(field.required for field in kind.fields)
    source: Any = Literal["platform"] if kind.senders == (Sender.PLATFORM,) else _TEXT
    # members in the usual order: msgspec finds each soonest where the last one ended
    members: list[Any] = [("specversion", Literal["1.0"]), ("id", _TEXT), ("source", source), ("time", _TEXT)]
    subject: Any = ("subject", _REFERENCE) if kind.subject_required else ("subject", _REFERENCE | None, None)
    members += [subject, ("data", data) if needed else ("data", data | None, None)]
    members += [("data_base64", None, None)]
    members += [("receivedat", _RECEIVED)] if replay else []
    struct = msgspec.defstruct(name, members, tag_field="type", tag=kind.name, kw_only=True, gc=False)
    columns: dict[str, Callable[[Any], Any]] = {}
    for field in kind.fields:
        if field.kind == "decision":
            columns.update({f"decision_{part}": attrgetter(f"decision.{part}") for part in DECISION_FIELDS})
        else:
            columns[field.name] = attrgetter(field.name)
    empty = None if needed else data()
    return _Reader(kind, struct, empty, columns)


def _member(field: Field) -> Any:
    """Describe a field; where it is optional None is only the default, and a null in JSON is refused."""
    annotation: Any
    if field.kind == "decision":
        parts: list[Any] = [(part, _TEXT) for part in DECISION_FIELDS]
        annotation = msgspec.defstruct("decision", parts, forbid_unknown_fields=True, gc=False)
    elif field.kind == "choice":
        annotation = Literal[field.choices]
    elif field.kind == "integer":
        annotation = Annotated[int, Meta(ge=field.minimum, le=MAX_INTEGER)]
    else:
        annotation = _TYPES[field.kind]
    return (field.name, annotation) if field.required else (field.name, annotation, None)


# --- columns ------------------------------------------------------------------------------------------------


def _columns(
    groups: list[tuple[_Reader, list[int], list[Any]]], replay: bool
) -> tuple[pl.DataFrame, NDArray[np.bool_]]:
    """Turn messages, grouped by type, into columns by position, and tell of which the bulk checks are sure."""
    positions = [position for _, some, _ in groups for position in some]
    messages = [message for _, _, some in groups for message in some]
    names = list(EVENT_TYPES)
    codes = np.repeat(
        [names.index(reader.kind.name) for reader, _, _ in groups], [len(some) for _, some, _ in groups]
    )
    moments, sure = parse_moments([message.time for message in messages])
    series = [
        pl.Series("position", positions, dtype=pl.Int64),
        pl.Series("source", [message.source for message in messages], dtype=pl.String),
        pl.Series("id", [message.id for message in messages], dtype=pl.String),
        pl.Series("type", names, dtype=MESSAGE_SCHEMA["type"])[codes],
        pl.Series("occurred_at", moments, dtype=pl.Int64),
        pl.Series("subject", [message.subject for message in messages], dtype=pl.String),
    ]
    if replay:
        series.append(pl.Series("stated", [message.receivedat for message in messages], dtype=pl.Int64))
    series += _data(groups)
    frame = pl.DataFrame(series)
    if messages:
        sure &= _sources_fit(groups)
        sure &= frame.select(_sure(tuple(frame.columns)).alias("sure"))["sure"].to_numpy()
    if len(groups) > 1:
        order = np.argsort(frame["position"].to_numpy())
        frame, sure = frame[order], sure[order]
    return frame, sure


def _data(groups: list[tuple[_Reader, list[int], list[Any]]]) -> list[pl.Series]:
    """Collect the data fields of all groups as columns of one length; null where a type has no such field."""
    frames = []
    for reader, positions, messages in groups:
        empty = reader.empty
        datas = [empty if message.data is None else message.data for message in messages]
        columns = [
            pl.Series(name, list(map(value, datas)), dtype=MESSAGE_SCHEMA[name])
            for name, value in reader.columns.items()
        ]
        # the first column gives a type without fields its height, and is dropped
        frames.append(pl.DataFrame([pl.Series("position", positions, dtype=pl.Int64), *columns]))
    return pl.concat(frames, how="diagonal").get_columns()[1:] if frames else []


def _sources_fit(groups: list[tuple[_Reader, list[int], list[Any]]]) -> NDArray[np.bool_]:
    """Check who sent what: each source that occurs once for each type."""
    fits: list[bool] = []
    for reader, _, messages in groups:
        if Sender.CLIENT not in reader.kind.senders:
            fits += [True] * len(messages)  # the struct allows `platform` alone
            continue
        sources = [message.source for message in messages]
        odd = {source for source in set(sources) if not _may_send(source, reader.kind)}
        fits += [source not in odd for source in sources] if odd else [True] * len(messages)
    return np.array(fits, dtype=np.bool_)


def _may_send(source: str, kind: EventSpec) -> bool:
    return _SOURCE.fullmatch(source) is not None and source.partition("/")[0] in kind.senders


@cache
def _sure(columns: tuple[str, ...]) -> pl.Expr:
    """Check in bulk what msgspec did not; a contact without a letter is left to the exact check."""
    sure: list[pl.Expr] = []
    for name in columns:
        kind = _KINDS.get(name)
        column = pl.col(name)
        if kind in ("text", "program", "decision"):
            sure.append(~column.str.contains("@", literal=True))
        elif kind in ("reference", "contact"):
            sure.append(column.str.contains(r"^[A-Za-z0-9_\-.:=]+$"))
        elif kind == "currency":
            sure.append(column.str.contains(r"^[A-Z]{3}$"))
        if kind == "contact":
            sure.append(column.str.contains("[A-Za-z]"))
    return pl.all_horizontal(check.fill_null(True) for check in sure)

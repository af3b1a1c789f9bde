"""Read lines fast: straight into columns, with types checked by msgspec and the rest in bulk.

It accepts a line only if it is sure; every other line is left to `check.py`, which decides. The structs are
made from `contract.py`, so the two can't drift apart in what a type declares.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache, reduce
from operator import attrgetter, itemgetter, or_
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
import numpy as np
import polars as pl
from msgspec import Meta
from numpy.typing import NDArray

from simulator.events.attributes import as_text, may_be_kept
from simulator.events.check import (
    EARLIEST_RECEIPT_MS,
    LATEST_RECEIPT_MS,
    check_attributes,
)
from simulator.events.columns import MESSAGE_SCHEMA
from simulator.events.contract import (
    EVENT_TYPES,
    INFERRED,
    MAX_ID,
    MAX_LINE_BYTES,
    MAX_REFERENCE,
    MAX_TEXT,
    PARTS,
    SOURCE_PATTERN,
    EventSpec,
    Field,
    Sender,
)
from simulator.events.few import FEW, SURE, FewColumns, doubtful
from simulator.events.lines import LongLine
from simulator.events.members import read_object
from simulator.events.moment import parse_moments
from simulator.events.values import FieldError, check_reference, unfit

_TEXT = Annotated[str, Meta(min_length=1, max_length=MAX_TEXT)]
_REFERENCE = Annotated[str, Meta(min_length=1, max_length=MAX_REFERENCE)]
_ID = Annotated[str, Meta(min_length=1, max_length=MAX_ID)]
_RECEIVED = Annotated[int, Meta(ge=EARLIEST_RECEIPT_MS, le=LATEST_RECEIPT_MS)]
_TYPES: dict[str, Any] = {
    "text": _TEXT,
    "reference": _REFERENCE,
    "id": _ID,
    "currency": Annotated[str, Meta(min_length=3, max_length=3)],
    "boolean": bool,
    "attributes": dict[str, str | bool | int | float],  # each different text of them is checked exactly
    "program": Annotated[str, Meta(min_length=1, max_length=MAX_LINE_BYTES)],
}
_KINDS: dict[str, str] = {
    **{field.name: field.kind for kind in EVENT_TYPES.values() for field in kind.fields},
    "id": "id",
    "subject": "reference",
    "reason": "text",  # of most types; the struct checks the choices of a reversal's
    **{f"{name}_{part}": "id" if part == "id" else "text" for name, parts in PARTS.items() for part in parts},
}
_SOURCE = re.compile(SOURCE_PATTERN)
_MOST = MAX_LINE_BYTES
_AT_ONCE = 8_192  # lines: their objects still fit the cache, a fifth quicker than 100,000 (measured)
_REFUSED = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
# wider than what is surely right, and slower: signs and spaces, too, where no seven digits follow one another from the
# beginning of a word on (by that an e-mail, a phone number and a hidden character are excluded); a reference must have
# a letter
_SEVEN_DIGITS = r"(?:^|[^0-9A-Za-z_.\-])[(\-]?[0-9](?:[ .()/\[\]\-]{0,4}[0-9]){6}"
_HARMLESS = r"^[ -~&&[^@%+\\\x22]]+$"
_HARMLESS_REFERENCE = r"^[0-9_\-.:=/~#]*[A-Za-z][A-Za-z0-9_\-.:=/~#]*$"
READ_SCHEMA: dict[str, pl.DataType] = {
    "position": pl.Int64(),
    "stated": pl.Int64(),
    **{name: kind for name, kind in MESSAGE_SCHEMA.items() if name != "received_at"},
}
"""What a reader gives: a message less its time of receipt, its line's position, and its `receivedat`, if any."""
_FEW_READ = FewColumns(READ_SCHEMA)


class Read(NamedTuple):
    """What the quick reader is sure of, by READ_SCHEMA; the positions left to the exact check; and attributes not kept.

    `passed_over` has the names of those attributes for the positions in `frame` that have some.
    """

    frame: pl.DataFrame
    left: list[int]
    passed_over: dict[int, tuple[str, ...]]


class _Reader(NamedTuple):
    """How one event type is read: its struct, one that skips what it doesn't know, an empty `data`, its columns."""

    kind: EventSpec
    struct: type
    open_struct: type
    empty: Any
    columns: dict[str, Callable[[Any], Any]]


def read_lines(lines: Sequence[bytes], replay: bool, numeric: bool = False) -> Read:
    """Read what is certainly valid as READ_SCHEMA, in order of position, and return the positions left over."""
    if len(lines) <= _AT_ONCE:
        return _read_some(lines, 0, replay, numeric)
    some = [
        _read_some(lines[start : start + _AT_ONCE], start, replay, numeric)
        for start in range(0, len(lines), _AT_ONCE)
    ]
    return Read(
        pl.concat([one.frame for one in some], rechunk=True),
        [position for one in some for position in one.left],
        {position: names for one in some for position, names in one.passed_over.items()},
    )


def _read_some(lines: Sequence[bytes], start: int, replay: bool, numeric: bool) -> Read:
    """Read lines, of which the first has the position `start`."""
    decode, decode_open, readers = _decoder(replay)
    groups: dict[type, tuple[list[int], list[Any]]] = {}
    for reader in readers:
        groups[reader.struct] = groups[reader.open_struct] = ([], [])
    broken = [start + place for place in _not_utf8(lines)]
    broken += [start + place for place in _too_long(lines)]
    left = set(broken)
    passed_over: dict[int, tuple[str, ...]] = {}
    decoded: list[Any] = []
    rest = map(decode, lines)
    while True:
        try:
            decoded.extend(rest)  # in one go: a statement a line would cost a fifth more
            break
        except msgspec.ValidationError:  # raised for the line after those that are in the list by now
            place = len(decoded)
            message, names = _read_open(lines[place], decode_open)
            decoded.append(message)
            if message is not None:
                passed_over[start + place] = names
        except _REFUSED:
            decoded.append(None)
    for position, message in enumerate(decoded, start):
        if message is None:
            left.add(position)
            continue
        positions, messages = groups[type(message)]
        positions.append(position)
        messages.append(message)
    some = [(reader, *groups[reader.struct]) for reader in readers if groups[reader.struct][0]]
    frame, sure = (_few_columns if len(lines) <= FEW else _columns)(some, replay, numeric)
    if broken:
        sure &= ~np.isin(frame["position"].to_numpy(), broken)
    if not sure.all():
        unsure = frame["position"].to_numpy()[~sure].tolist()
        left.update(unsure)
        frame = frame.filter(sure)
        for position in unsure:
            passed_over.pop(position, None)
    return Read(complete(frame), sorted(left), passed_over)


def _read_open(line: bytes, decode_open: Callable[[bytes], Any]) -> tuple[Any, tuple[str, ...]]:
    """Read a message with attributes that are not kept, and their names; None if it is not certainly valid."""
    try:
        message = decode_open(line)
        members = read_object(line)
        names = check_attributes(members)
    except (*_REFUSED, FieldError):
        return None, ()
    return (None, ()) if INFERRED in members else (message, names)


def complete(frame: pl.DataFrame) -> pl.DataFrame:
    """Give a frame all columns of READ_SCHEMA, in order; absent ones are null."""
    if frame.columns == list(READ_SCHEMA):
        return frame
    present = set(frame.columns)
    return frame.select(
        pl.col(name) if name in present else pl.lit(None, dtype=kind).alias(name)
        for name, kind in READ_SCHEMA.items()
    )


def _not_utf8(lines: Sequence[bytes]) -> list[int]:
    """Find the lines that are not UTF-8: the JSON reader does not check members that it skips."""
    whole = b"\n".join(lines)
    if whole.isascii():
        return []
    try:
        whole.decode("utf-8")
    except UnicodeDecodeError:
        return [position for position, line in enumerate(lines) if not _is_utf8(line)]
    return []


def _too_long(lines: Sequence[bytes]) -> list[int]:
    """Find the lines that are too long; two comparisons show that a block has none."""
    if max(map(len, lines), default=0) <= MAX_LINE_BYTES and LongLine not in set(map(type, lines)):
        return []
    return [
        place for place, line in enumerate(lines) if len(line) > MAX_LINE_BYTES or isinstance(line, LongLine)
    ]


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


# --- structs from the contract ------------------------------------------------------------------------------


@cache
def _decoder(replay: bool) -> tuple[Callable[[bytes], Any], Callable[[bytes], Any], tuple[_Reader, ...]]:
    readers = tuple(_reader(kind, replay) for kind in EVENT_TYPES.values())
    union, open_union = (
        reduce(or_, (getattr(reader, name) for reader in readers)) for name in ("struct", "open_struct")
    )
    return msgspec.json.Decoder(union).decode, msgspec.json.Decoder(open_union).decode, readers


def _reader(kind: EventSpec, replay: bool) -> _Reader:
    name = kind.name.replace(".", "_")
    data = msgspec.defstruct(
        f"data_{name}", [_member(f) for f in kind.fields], forbid_unknown_fields=True, gc=False
    )
    needed = any(field.required for field in kind.fields)
    source: Any = Literal["platform"] if kind.senders == (Sender.PLATFORM,) else _TEXT
    # members in the usual order: msgspec finds each soonest where the last one ended
    members: list[Any] = [("specversion", Literal["1.0"]), ("id", _ID), ("source", source), ("time", _TEXT)]
    subject: Any = ("subject", _REFERENCE) if kind.subject_required else ("subject", _REFERENCE | None, None)
    members += [subject, ("data", data) if needed else ("data", data | None, None)]
    members += [("receivedat", _RECEIVED) if replay else ("receivedat", int | None, None)]
    members += [("seq", int | None, None), ("datacontenttype", Literal["application/json"] | None, None)]
    members += [("data_base64", None, None)]
    struct, open_struct = (
        msgspec.defstruct(
            name,
            members,
            tag_field="type",
            tag=kind.name,
            kw_only=True,
            gc=False,
            forbid_unknown_fields=strict,
        )
        for strict in (True, False)
    )
    columns: dict[str, Callable[[Any], Any]] = {}
    for field in kind.fields:
        if field.kind in PARTS:
            parts = {part: attrgetter(f"{field.name}.{part}") for part in PARTS[field.kind]}
            columns.update({f"{field.name}_{part}": read for part, read in parts.items()})
        elif field.kind == "attributes":
            columns[field.name] = _attributes_text
        else:
            columns[field.name] = attrgetter(field.name)
    empty = None if needed else data()
    return _Reader(kind, struct, open_struct, empty, columns)


def _attributes_text(data: Any) -> str | None:
    return None if data.attributes is None else as_text(data.attributes)


def _member(field: Field) -> Any:
    """Describe a field; where it is optional None is only the default, and a null in JSON is refused."""
    annotation: Any
    if field.kind in PARTS:
        parts: list[Any] = [(part, _ID if part == "id" else _TEXT) for part in PARTS[field.kind]]
        annotation = msgspec.defstruct(field.kind, parts, forbid_unknown_fields=True, gc=False)
    elif field.kind == "choice":
        annotation = Literal[field.choices]
    elif field.kind == "integer":
        annotation = Annotated[int, Meta(ge=field.minimum, le=field.maximum)]
    else:
        annotation = _TYPES[field.kind]
    return (field.name, annotation) if field.required else (field.name, annotation, None)


# --- columns ------------------------------------------------------------------------------------------------


def _columns(
    groups: list[tuple[_Reader, list[int], list[Any]]], replay: bool, numeric: bool
) -> tuple[pl.DataFrame, NDArray[np.bool_]]:
    """Turn messages, grouped by type, into columns by position, and return which of them the bulk checks accept."""
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
        sure &= fit_texts(frame, numeric)
    if len(groups) > 1:
        order = np.argsort(frame["position"].to_numpy())
        frame, sure = frame[order], sure[order]
    return frame, sure


def _few_columns(
    groups: list[tuple[_Reader, list[int], list[Any]]], replay: bool, numeric: bool
) -> tuple[pl.DataFrame, NDArray[np.bool_]]:
    """Do what `_columns` does, for few messages."""
    found = [
        (position, reader, message)
        for reader, positions, messages in groups
        for position, message in zip(positions, messages, strict=True)
    ]
    found.sort(key=itemgetter(0))
    messages = [message for _, _, message in found]
    moments, sure = parse_moments([message.time for message in messages])
    columns: dict[str, Any] = {
        "position": [position for position, _, _ in found],
        "source": [message.source for message in messages],
        "id": [message.id for message in messages],
        "type": [reader.kind.name for _, reader, _ in found],
        "occurred_at": moments,
        "subject": [message.subject for message in messages],
    }
    if replay:
        columns["stated"] = [message.receivedat for message in messages]
    for row, (_, reader, message) in enumerate(found):
        data = reader.empty if message.data is None else message.data
        for name, value in reader.columns.items():
            columns.setdefault(name, [None] * len(found))[row] = value(data)
    frame = _FEW_READ.frame(columns, len(found))
    fits = [
        Sender.CLIENT not in reader.kind.senders or _may_send(message.source, reader.kind)
        for _, reader, message in found
    ]
    sure &= np.array(fits, dtype=np.bool_)
    sure &= fit_texts(frame[list(columns)], numeric)
    return frame, sure


def _data(groups: list[tuple[_Reader, list[int], list[Any]]]) -> list[pl.Series]:
    """Collect the data fields of all groups as columns of one length; null if a type has no such field."""
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


def fit_texts(frame: pl.DataFrame, numeric: bool) -> NDArray[np.bool_]:
    """Check in bulk what msgspec did not: which rows of a frame have only texts, references and ids that may be kept.

    With `numeric`, references may look like phone numbers.
    """
    names = [name for name in frame.columns if _KINDS.get(name) in SURE]
    fit = np.ones(frame.height, dtype=np.bool_)
    if frame.height <= FEW:
        for name in names:
            if places := doubtful(frame[name].to_list(), _KINDS[name]):
                fit[places] &= _KINDS[name] != "currency" and _fit_values(
                    frame[name][places], _KINDS[name], numeric
                )
        return fit
    checks = frame.select(_sure(pl.col(name), SURE[_KINDS[name]]) for name in names)
    for name in names:
        plain = checks[name]
        if plain.all(ignore_nulls=True):
            continue
        good = plain.fill_null(True).to_numpy()
        if _KINDS[name] != "currency":
            good = good.copy()
            good[~good] = _fit_values(frame[name].filter(~good), _KINDS[name], numeric)
        fit &= good
    return fit


def _sure(column: pl.Expr, pattern: str | None) -> pl.Expr:
    return column.is_null() if pattern is None else column.str.contains(f"^(?:{pattern})$")


def _fit_values(values: pl.Series, kind: str, numeric: bool) -> NDArray[np.bool_]:
    """Check values that are not plain: in bulk what is harmless, each of the rest once."""
    if kind == "attributes":
        fit = np.zeros(len(values), np.bool_)  # their names and number count, too
    else:
        pattern = _HARMLESS_REFERENCE if kind == "reference" else _HARMLESS
        fit = (values.str.contains(pattern) & ~values.str.contains(_SEVEN_DIGITS)).to_numpy()
    if not fit.all():
        rest = values.filter(~fit)
        kept = [one for one in rest.unique().to_list() if _may_be_kept(kind, one, numeric)]
        fit = fit.copy()
        fit[~fit] = rest.is_in(kept).to_numpy()
    return fit


def _may_be_kept(kind: str, text: str, numeric: bool) -> bool:
    if kind == "attributes":
        return may_be_kept(text)
    if kind == "reference":
        try:
            check_reference("", text, numeric)
        except FieldError:
            return False
        return True
    return unfit(text, bare=kind != "id", lines=kind == "program") is None

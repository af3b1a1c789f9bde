"""Show record by record what a mapping makes of a sample: what comes out, what is unused, what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from simulator.events.csvfile import decode_rows
from simulator.events.decode import Receiver
from simulator.mapping.fields import Field
from simulator.mapping.mapper import Mapper
from simulator.mapping.model import EventMap
from simulator.mapping.paths import Path, leaves, path_text
from simulator.mapping.rows import MappedRecord, is_skipped


@dataclass(frozen=True)
class CheckedRecord:
    """The result of one record: its line, its events as they would be sent, and why some are refused.

    `unused` are the paths of the record that nothing reads; `missing` those that are read but have no value.
    """

    number: int
    events: tuple[dict[str, Any], ...]
    refusals: tuple[tuple[str | None, str], ...]
    skipped: bool
    unused: tuple[str, ...]
    missing: tuple[str, ...]


def checked_record(mapper: Mapper, one: MappedRecord, clock_ms: int) -> CheckedRecord:
    """Return the result of a record.

    Its events are also checked against the contract, as if they were received at `clock_ms` (milliseconds UTC).
    """
    receiver = Receiver(0, clock_ms, infer_time=mapper.mapping.infers_time())
    decoded = decode_rows(one.rows, receiver, lambda _text: None)
    refused = {rejected.position: (rejected.field, rejected.reason) for rejected in decoded.rejected}
    unused, missing = ((), ()) if one.record is None else _reading(mapper, one.record)
    return CheckedRecord(
        one.number,
        tuple(
            orjson.loads(row.line)
            for at, row in enumerate(one.rows)
            if at not in refused and not is_skipped(row)
        ),
        tuple(refused.values()),
        all(map(is_skipped, one.rows)),
        unused,
        missing,
    )


def _reading(mapper: Mapper, record: dict[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return which paths of a record nothing reads, and which are read but missing."""
    used: list[Path] = [path for value in mapper.mapping.values.values() for path in value.field.paths()]
    missing: dict[str, None] = {}
    items: dict[tuple[str | int, ...], list[Path]] = {}
    for event, item, number in mapper.events_for(record):
        for path in _paths(event):
            if path.of_item and event.each is not None:
                items.setdefault(event.each.keys, []).append(path)
            else:
                used.append(path)
        for _, field in event.fields():
            missing |= dict.fromkeys(_absent(field, record, item, number))
    unused = [
        path_text(leaf)
        for leaf in leaves(record)
        if not any(path.covers(leaf) for path in used)
        and not any(_in_item(leaf, each, paths) for each, paths in items.items())
    ]
    return tuple(unused), tuple(missing)


def _absent(field: Field, record: Any, item: Any, number: int) -> list[str]:
    """Return a field's paths that have no value; if it takes the first of several, only if none has one."""
    if field.default is not None:
        return []
    if field.first:
        tried = [_absent(one, record, item, number) for one in field.first]
        return [path for paths in tried for path in paths] if all(tried) else []
    return [
        path.text for path in field.paths() if path.keys and path.read(record, item, number) in (None, "")
    ]


def _paths(event: EventMap) -> Iterator[Path]:
    return (path for _, field in event.fields() for path in field.paths())


def _in_item(leaf: tuple[str | int, ...], each: tuple[str | int, ...], paths: Sequence[Path]) -> bool:
    """Return whether one of the paths leads to a value in an item of the list at `each`."""
    inside = leaf[: len(each)] == each
    return inside and any(path.covers(leaf[len(each) + 1 :]) for path in paths)

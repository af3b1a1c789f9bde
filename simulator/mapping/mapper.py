"""Apply a mapping: a record from another system becomes lines of our events, or is refused with field and reason."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal, NamedTuple

import orjson

from simulator.events.check import Problem
from simulator.events.contract import INFERRED, Kind
from simulator.events.lines import StandInLine
from simulator.events.values import shorten, show
from simulator.mapping.conditions import as_kind, compile_condition
from simulator.mapping.fields import Field, as_ours, compile_field
from simulator.mapping.hashing import Hasher
from simulator.mapping.model import EventMap, MappingFile
from simulator.mapping.paths import Read
from simulator.mapping.times import ParsedTime
from simulator.mapping.wrong import WrongValueError

Part = Literal["envelope", "data", "attributes"]
_SHOWN: Final = 3  # values that are named where no event takes a record


class Made(NamedTuple):
    """What a record became: an event's line; or why there is none, and a line of what may be kept of it."""

    line: bytes
    problem: Problem | None = None


class _Target(NamedTuple):
    """A compiled field, and where its value goes.

    `missing` is the message if there is no value; None for an optional field.
    """

    where: str
    name: str
    part: Part
    kind: Kind
    read: Read
    missing: str | None


class _Event(NamedTuple):
    """A compiled event."""

    plan: EventMap
    each: Read | None
    when: Read | None
    targets: tuple[_Target, ...]
    time: Read | None
    time_missing: str


class Mapper:
    """A compiled mapping, with the client's key if it hashes anything."""

    def __init__(self, mapping: MappingFile, hasher: Hasher | None) -> None:
        self.mapping = mapping
        self._values = {
            name: as_kind(value.fact.kind, _or_null(value.field, hasher))
            for name, value in mapping.values.items()
        }
        self._events = [self._ready(event, hasher) for event in mapping.events]

    def of_text(self, raw: bytes, now: str | None = None) -> list[Made]:
        """Return what a JSON record becomes; `now` as for `of_record`."""
        try:
            record = orjson.loads(raw)
        except orjson.JSONDecodeError as error:
            return [self.refusal(raw, None, f"not JSON: {error}")]
        if not isinstance(record, dict):
            return [
                self.refusal(raw, None, f"{type_of(record)}, not a JSON object; a record is one, in braces")
            ]
        return self.of_record(record, raw, now)

    def of_record(self, record: dict[str, Any], raw: bytes, now: str | None = None) -> list[Made]:
        """Return what a record becomes; an empty list is a record that is skipped.

        `raw` is its text as received. If the mapping allows it, an event without a time happened `now` (RFC 3339);
        without `now` it has no time, and the receiver infers it.
        """
        made: list[Made] = []
        matched = False
        for event in self._events:
            each, when = event.each, event.when
            if each is None:
                if when is None or when(record, None, 0) is True:
                    matched = True
                    made.append(self._make(event, record, None, 0, raw, now))
                continue
            items = each(record, None, 0)
            for number, item in enumerate(items if isinstance(items, list) else (), 1):
                if when is None or when(record, item, number) is True:
                    matched = True
                    made.append(self._make(event, record, item, number, raw, now))
        if matched or self.mapping.unmatched == "skip":
            return made
        return [self.refusal(raw, None, self._unmatched(record))]

    def events_for(self, record: dict[str, Any]) -> Iterator[tuple[EventMap, Any, int]]:
        """Yield which events take a record, each with the item of the list and its number (from 1), if it has one."""
        for event in self._events:
            items = [None] if event.each is None else event.each(record, None, 0)
            first = 0 if event.each is None else 1
            for number, item in enumerate(items if isinstance(items, list) else (), first):
                if event.when is None or event.when(record, item, number) is True:
                    yield event.plan, item, number

    def refusal(self, raw: bytes, field: str | None, reason: str, own_id: str | None = None) -> Made:
        """Return the refusal of a record of which nothing may be kept but its hash."""
        kept = orjson.dumps({"mapping": self.mapping.name, "source": self.mapping.source})
        return Made(StandInLine.of(kept, raw), Problem(field, reason, self.mapping.source, own_id))

    def _unmatched(self, record: dict[str, Any]) -> str:
        read = ((name, value(record, None, 0)) for name, value in self._values.items())
        pairs = [f"{name} = {show(value)}" for name, value in read if value is not None][:_SHOWN]
        known = f" ({', '.join(pairs)})" if pairs else ""
        return f"no event of the mapping {self.mapping.name} takes this record{known}"

    def _ready(self, event: EventMap, hasher: Hasher | None) -> _Event:
        targets = [_target("id", "id", "envelope", "id", event.id, hasher, required=True)]
        if event.subject is not None:
            required = event.subject_required
            targets.append(
                _target(
                    "subject", "subject", "envelope", "reference", event.subject, hasher, required=required
                )
            )
        targets += [
            _target(f"data.{one.name}", one.name, "data", one.kind, one.field, hasher, required=one.required)
            for one in event.data
        ]
        targets += [
            _target(f"data.attributes.{name}", name, "attributes", "attributes", one, hasher, required=False)
            for name, one in event.attributes
        ]
        return _Event(
            event,
            None if event.each is None else event.each.read,
            None if event.when is None else compile_condition(event.when, self._values),
            tuple(targets),
            None if event.time is None else compile_field(event.time, hasher),
            "" if event.time is None else _nothing_at(event.time),
        )

    def _make(
        self, event: _Event, record: dict[str, Any], item: Any, number: int, raw: bytes, now: str | None
    ) -> Made:
        built: dict[str, Any] = {"specversion": "1.0", "source": self.mapping.source, "type": event.plan.type}
        data: dict[str, Any] = {}
        wrong = _add_time(built, event, record, item, number, now)
        for where, name, part, kind, read, missing in event.targets:
            try:
                value = read(record, item, number)
                if value is None or value == "":
                    if missing is None:
                        continue
                    raise WrongValueError(missing)
                value = as_ours(value, kind)
            except WrongValueError as error:
                wrong = wrong or (where, str(error))
                continue
            if part == "data":
                data[name] = value
            elif part == "envelope":
                built[name] = value
            else:
                data.setdefault("attributes", {})[name] = value
        if data:
            built["data"] = data
        if wrong is None:
            return Made(orjson.dumps(built))
        own_id = built.get("id")
        known = shorten(own_id, bare=False) if isinstance(own_id, str) else None
        kept = StandInLine.of(orjson.dumps(built), raw)
        return Made(kept, Problem(wrong[0], wrong[1], self.mapping.source, known))


def _add_time(
    built: dict[str, Any], event: _Event, record: dict[str, Any], item: Any, number: int, now: str | None
) -> tuple[str, str] | None:
    """Add when an event happened; return the field and the reason if that can't be determined."""
    read: object = None
    if event.time is not None:
        try:
            read = event.time(record, item, number)
        except WrongValueError as error:
            return "time", str(error)
    if isinstance(read, ParsedTime):
        built["time"] = read.text
        if read.inferred:
            built[INFERRED] = True
        return None
    if not event.plan.infer_time:
        return "time", event.time_missing
    if now is not None:
        built |= {"time": now, INFERRED: True}
    return None


def _target(
    where: str, name: str, part: Part, kind: Kind, field: Field, hasher: Hasher | None, *, required: bool
) -> _Target:
    return _Target(
        where, name, part, kind, compile_field(field, hasher), _nothing_at(field) if required else None
    )


def _nothing_at(field: Field) -> str:
    paths = dict.fromkeys(path.text for path in field.paths())
    return f"nothing is at {' or '.join(paths)}" if paths else "nothing stands for it in the mapping"


def _or_null(field: Field, hasher: Hasher | None) -> Read:
    """Return a function that reads a value for a condition; a value that can't be used counts as null."""
    read = compile_field(field, hasher)
    if field.path is not None and read is field.path.read:
        return read  # nothing is done with it, so nothing can be wrong

    def value(record: Any, item: Any, number: int) -> Any:
        try:
            return read(record, item, number)
        except WrongValueError:
            return None

    return value


def type_of(value: object) -> str:
    """Name the kind of a JSON value that is not an object."""
    if isinstance(value, list):
        return "a list"
    return "a text" if isinstance(value, str) else "a number, true, false or null"

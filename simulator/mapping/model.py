"""Represent a loaded mapping as frozen values in our own terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from simulator.events.contract import Kind
from simulator.mapping.fields import Field
from simulator.mapping.paths import Format, Path
from simulator.mapping.signatures import Signature
from simulator.program.facts import Fact
from simulator.program.tree import Node

Unmatched = Literal["refuse", "skip"]
UNMATCHED: Final[tuple[Unmatched, ...]] = ("refuse", "skip")


@dataclass(frozen=True)
class Value:
    """A value that conditions refer to by name."""

    fact: Fact
    field: Field


@dataclass(frozen=True)
class DataField:
    """A field of an event's data, its kind in the contract, and whether the event can't be without it."""

    name: str
    kind: Kind
    required: bool
    field: Field


@dataclass(frozen=True)
class EventMap:
    """How a record becomes an event of `type`: if `when` is met, for each item of the list at `each`, if any.

    `label` names it in messages. With `infer_time` an event without a time happened when it was received.
    """

    label: str
    type: str
    id: Field
    subject: Field | None
    subject_required: bool
    time: Field | None
    when: Node | None = None
    each: Path | None = None
    data: tuple[DataField, ...] = ()
    attributes: tuple[tuple[str, Field], ...] = ()
    infer_time: bool = False

    def fields(self) -> tuple[tuple[str, Field], ...]:
        """Return all fields with their names in an event."""
        named = (("id", self.id), ("subject", self.subject), ("time", self.time))
        return (
            *((name, one) for name, one in named if one is not None),
            *((f"data.{one.name}", one.field) for one in self.data),
            *((f"data.attributes.{name}", one) for name, one in self.attributes),
        )


@dataclass(frozen=True)
class Test:
    """A mapping's own test: a record as text, and what should become of it.

    `events` has the members to compare for each event. A record may also be expected to be skipped, or refused because
    of the field `refused`.
    """

    name: str
    record: str
    events: tuple[Mapping[str, Any], ...] = ()
    skipped: bool = False
    refused: str | None = None


@dataclass(frozen=True)
class MappingFile:
    """A mapping; `text` is the file.

    If the sender posts a form, the record is the text of its field `form_field`.
    """

    name: str
    says: str
    form: Format
    source: str
    text: str
    unmatched: Unmatched = "refuse"
    delimiter: str = ","
    form_field: str | None = None
    values: Mapping[str, Value] = field(default_factory=dict)
    events: tuple[EventMap, ...] = ()
    signature: Signature | None = None
    tests: tuple[Test, ...] = ()

    def hashes(self) -> bool:
        """Return whether any field is hashed, so that the client's key is needed."""
        return any(one.hashes() for event in self.events for _, one in event.fields())

    def infers_time(self) -> bool:
        """Return whether it can produce events that state no time."""
        return any(event.infer_time for event in self.events)

"""Represent the data sheet as frozen values, ready to be written in any format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from simulator.domain.owners import Team

TaskState = Literal["done", "missing", "open"]


@dataclass(frozen=True)
class Arrivals:
    """What arrived of a type: events accepted, messages refused, and lateness in milliseconds, None if none arrived."""

    count: int
    a_day: float
    median_ms: int | None
    p95_ms: int | None
    worst_ms: int | None
    refused: int


@dataclass(frozen=True)
class Line:
    """A field of a type, or if `field` is empty the event itself.

    `uses` is empty if nothing in the program uses it; `needed` says whether the contract requires it. `came` counts the
    events that had it, None if that is not known. `origin` is where it is in the records of mappings.
    """

    event: str
    field: str
    meaning: str
    needed: bool
    used: bool
    uses: tuple[str, ...]
    purpose: str
    example: str
    about: str
    basis: str
    basis_of_event: bool
    pseudonym: str
    pseudonymised: str
    personal: bool
    kept_until: str
    erasing: str
    came: int | None
    origin: str = ""

    @property
    def use(self) -> str:
        """Say what uses it."""
        if self.uses:
            return "; ".join(self.uses)
        return "nothing: do not send it"

    @property
    def label(self) -> str:
        """Name it in a table."""
        return self.field or "the event itself"


@dataclass(frozen=True)
class EventSheet:
    """A type of event: what all of its fields have in common, and a line for each."""

    event: str
    category: str
    meaning: str
    about: str
    direction: str
    systems: tuple[str, ...]
    team: Team
    delivery: str
    whenever: str
    basis: str
    recipients: str
    used: bool
    lines: tuple[Line, ...]
    came: Arrivals | None


@dataclass(frozen=True)
class Task:
    """Something that a team has to do: `done` or `missing` if a database shows it, otherwise `open`."""

    team: Team
    text: str
    state: TaskState


@dataclass(frozen=True)
class Heading:
    """A heading of the record of processing or of the impact assessment, with its paragraphs."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """The whole sheet of a program.

    `database` names the database whose figures it has, empty without one. `envelope` are the fields of every event.
    `mapped` is whether it says where fields come from.
    """

    program: str
    industry: str
    file: str
    database: str
    period: str
    often: tuple[str, ...]
    envelope: tuple[Line, ...]
    events: tuple[EventSheet, ...]
    tasks: tuple[Task, ...]
    record: tuple[Heading, ...]
    assessment: tuple[Heading, ...]
    mapped: bool = False

"""The tables of how a run goes: its clock, the orders it obeyed, faults and files on the way, and what was measured."""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import BigInteger, Column, Integer
from sqlmodel import Field, SQLModel


def row_number() -> Column[int]:
    """A primary key that is SQLite's own row number: given by the writer, in order."""
    return Column(Integer, primary_key=True, autoincrement=False)


class Fault(SQLModel, table=True):
    """A dial of what goes wrong on the way, for an event type: the rate last ordered, and how often it has struck.

    `turned_on` says whether its rate was ever above 0.
    """

    __tablename__: ClassVar[str] = "fault"
    __table_args__ = ({"sqlite_with_rowid": False},)
    dial: str = Field(primary_key=True)
    type: str = Field(primary_key=True)
    rate: float
    count: int
    turned_on: bool


class Reconciliation(SQLModel, table=True):
    """A client's list compared with what was accepted: of a file, or of a day, whose end is `until`.

    `missing` are listed and not accepted by `at`, `returned` those of them that came after all; `extra` accepted and
    in no list; `different` accepted with another content.
    """

    __tablename__: ClassVar[str] = "reconciliation"
    __table_args__ = ({"sqlite_with_rowid": False},)
    type: str = Field(primary_key=True)
    until: int = Field(primary_key=True, sa_type=BigInteger)
    at: int = Field(sa_type=BigInteger)
    listed: int
    found: int
    missing: int
    extra: int
    different: int
    returned: int


class Clock(SQLModel, table=True):
    """One row: where the writer stands. `told_at` is the greatest time told to the engine, `beat_at` the wall clock."""

    __tablename__: ClassVar[str] = "clock"
    id: int = Field(sa_column=row_number())
    status: str
    sim_at: int = Field(sa_type=BigInteger)
    told_at: int = Field(sa_type=BigInteger)
    starts_at: int = Field(sa_type=BigInteger)
    ends_at: int = Field(sa_type=BigInteger)
    pace: float
    beat_at: int = Field(sa_type=BigInteger)
    pid: int


class Command(SQLModel, table=True):
    """An operator's command as the writer obeyed it: when, and after which event; `refused` says why it did not."""

    __tablename__: ClassVar[str] = "command"
    id: int = Field(sa_column=row_number())
    kind: str
    args: str
    issued_at: int = Field(sa_type=BigInteger)
    seq: int
    sim_at: int = Field(sa_type=BigInteger)
    refused: str | None


class Meter(SQLModel, table=True):
    """A beat of a run's measurements: how fast, how late, where the time went. Measured, so no fold makes it again.

    Rates are of the beat, events a second; `p50_ms` and `p99_ms` of the events done in it, null where there was none.
    `figures` are those of the run so far, as JSON. Only the newest beats are kept.
    """

    __tablename__: ClassVar[str] = "meter"
    number: int = Field(sa_column=row_number())
    at: int = Field(sa_type=BigInteger)
    sim_at: int = Field(sa_type=BigInteger)
    offered_per_second: float | None
    achieved_per_second: float
    p50_ms: float | None
    p99_ms: float | None
    behind_ms: float
    queue: int
    database_bytes: int = Field(sa_type=BigInteger)
    memory_bytes: int = Field(sa_type=BigInteger)
    figures: str

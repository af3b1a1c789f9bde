"""The tables about the run itself: its clock, the commands it executed, faults, reconciliation, and measurements."""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import BigInteger, Column, Integer
from sqlmodel import Field, SQLModel


def row_number() -> Column[int]:
    """Return a primary key that is SQLite's own row number, assigned by the writer in order."""
    return Column(Integer, primary_key=True, autoincrement=False)


class Fault(SQLModel, table=True):
    """A fault dial for an event type: the rate set last, and how often the fault has struck.

    `turned_on` says whether the rate was ever above 0.
    """

    __tablename__: ClassVar[str] = "fault"
    __table_args__ = ({"sqlite_with_rowid": False},)
    dial: str = Field(primary_key=True)
    type: str = Field(primary_key=True)
    rate: float
    count: int
    turned_on: bool


class Reconciliation(SQLModel, table=True):
    """A client's list, of a file or a day that ends at `until`, compared with what was accepted.

    `missing` were listed and not accepted by `at`, `returned` are those of them that arrived later; `extra` were
    accepted and not listed; `different` were accepted with other content.
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
    """The writer's position and pace, in one row.

    `watermark` is the latest time that the engine was told, `heartbeat_at` the wall clock at the last heartbeat.
    """

    __tablename__: ClassVar[str] = "clock"
    id: int = Field(sa_column=row_number())
    status: str
    sim_at: int = Field(sa_type=BigInteger)
    watermark: int = Field(sa_type=BigInteger)
    starts_at: int = Field(sa_type=BigInteger)
    ends_at: int = Field(sa_type=BigInteger)
    pace: float
    heartbeat_at: int = Field(sa_type=BigInteger)
    pid: int


class Command(SQLModel, table=True):
    """An operator's command as it was executed: when, and after which event; `refused` says why it was not."""

    __tablename__: ClassVar[str] = "command"
    id: int = Field(sa_column=row_number())
    kind: str
    args: str
    issued_at: int = Field(sa_type=BigInteger)
    seq: int
    sim_at: int = Field(sa_type=BigInteger)
    refused: str | None


class Meter(SQLModel, table=True):
    """A measurement of a run over about a second: rates, latencies, where the time went. Can't be derived from the log.

    Rates are in events a second; `p50_ms` and `p99_ms` are of the events processed in it, null if there were none.
    `figures` are those of the run so far, as JSON. Only the newest rows are kept.
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

"""The tables in Postgres: those of the models, plus the number of the transaction that last wrote each row.

A database has a schema `referral` for what its programs share: their names, who holds their leases, and their inbox.
Each program has its tables in a schema of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Boolean, Float, Integer
from sqlmodel import SQLModel

import db.schema.models  # noqa: F401 - fills the metadata
from db.postgres.address import PostgresAddress

if TYPE_CHECKING:
    from db.postgres.connection import Server

BATCH: Final = "batch"
"""The column that every table has in addition to SQLite's: the transaction that last wrote the row."""
WITH_NUL: Final = frozenset({"quarantine"})
"""Tables whose texts may contain NUL characters: a refused message is kept as it came. The contract refuses NUL."""
_MARK: Final = "\ue000"  # of the private use area
DELETED: Final = "deleted_row"
"""Keys of deleted rows, by table, so that followers delete them too."""

_SHARED: Final = (
    "CREATE SCHEMA IF NOT EXISTS referral",
    """CREATE TABLE IF NOT EXISTS referral.program (
        name text PRIMARY KEY,
        id uuid NOT NULL DEFAULT gen_random_uuid(),
        schema_version integer NOT NULL,
        batch bigint NOT NULL DEFAULT 0,
        token bigint NOT NULL DEFAULT 0,
        holder text,
        backend integer,
        backend_start timestamptz,
        expires_at timestamptz
    )""",
    "CREATE SEQUENCE IF NOT EXISTS referral.inbox_number",
    """CREATE TABLE IF NOT EXISTS referral.inbox (
        program text NOT NULL,
        number bigint NOT NULL DEFAULT nextval('referral.inbox_number'),
        door text NOT NULL,
        client text NOT NULL,
        lines bytea[] NOT NULL,
        refused bytea NOT NULL,
        answer bytea,
        answered_at timestamptz,
        PRIMARY KEY (program, number)
    ) PARTITION BY LIST (program)""",
)
_SETTING_UP: Final = 0x52454655  # the advisory lock under which the tables are made


@dataclass(frozen=True)
class Table:
    """A table of the platform: its columns with their types in Postgres, and which of them are its key, in order."""

    name: str
    types: dict[str, str]
    key: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of its columns, in the order of SQLite's."""
        return tuple(self.types)


@cache
def tables() -> dict[str, Table]:
    """Return the platform's tables by name, made from the models."""

    def kind(column_type: object) -> str:
        if isinstance(column_type, Boolean):
            return "boolean"
        if isinstance(column_type, Integer):  # BigInteger is one
            return "bigint"
        return "double precision" if isinstance(column_type, Float) else 'text COLLATE "C"'

    return {
        table.name: Table(
            table.name,
            {
                column.name: kind(column.type) + ("" if column.nullable else " NOT NULL")
                for column in table.columns
            },
            tuple(column.name for column in table.primary_key.columns),
        )
        for table in SQLModel.metadata.sorted_tables
    }


def set_up(server: Server) -> None:
    """Create what the programs share, unless it exists."""
    if server.execute("SELECT to_regclass('referral.program')").fetchone() != (None,):
        return
    with server.transaction():
        server.execute("SELECT pg_advisory_xact_lock(%s)", (_SETTING_UP,))
        for statement in _SHARED:
            server.execute(statement)


def make_tables(server: Server, address: PostgresAddress) -> None:
    """Create a program's own tables, inside the caller's transaction.

    A table's rows are found by the transaction that wrote them through an index of block ranges, which costs next to
    nothing, since rows lie in the order in which they were written.
    """
    server.execute(f"CREATE SCHEMA {address.schema}")
    for table in tables().values():
        columns = ", ".join(f'"{name}" {kind}' for name, kind in table.types.items())
        server.execute(
            f"CREATE TABLE {address.schema}.{table.name} "
            f"({columns}, {BATCH} bigint NOT NULL, PRIMARY KEY ({quoted(table.key)}))"
        )
        server.execute(f"CREATE INDEX ON {address.schema}.{table.name} USING brin ({BATCH})")
    server.execute(
        f"CREATE TABLE {address.schema}.{DELETED} "
        f"(name text, key jsonb, {BATCH} bigint NOT NULL, PRIMARY KEY (name, key))"
    )
    server.execute(  # without a log of its own: clients are answered when the engine has committed
        f"CREATE UNLOGGED TABLE referral.inbox_{address.program} PARTITION OF referral.inbox "
        f"FOR VALUES IN ('{address.program}')"
    )


def escaped(text: Any) -> Any:
    """Return a value as a Postgres text column can hold it: without NUL, which is escaped."""
    if not isinstance(text, str) or ("\0" not in text and _MARK not in text):
        return text
    return text.replace(_MARK, _MARK + "1").replace("\0", _MARK + "0")


def unescaped(text: Any) -> Any:
    """Return the value that `escaped` was given."""
    if not isinstance(text, str) or _MARK not in text:
        return text
    return text.replace(_MARK + "0", "\0").replace(_MARK + "1", _MARK)


def quoted(names: tuple[str, ...]) -> str:
    """Return names of columns as a list for a statement."""
    return ", ".join(f'"{name}"' for name in names)

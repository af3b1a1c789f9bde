"""Write `tables.sql` from the models: `python -m db.schema.making`, after a change of a table or an index.

Only this needs SQLAlchemy where SQLite is used; a test fails where the file and the models differ.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable, Index
from sqlmodel import SQLModel

import db.schema.models  # noqa: F401 - fills the metadata
from db.schema.ddl import STATEMENTS

_TITLES: Final = (
    "tables",
    "indexes that are kept from the start",
    "indexes that are made at the end of a run",
)


def made_from_models() -> str:
    """Return the text of `tables.sql`: the statements of the tables, then those of the indexes by name."""
    tables = SQLModel.metadata.sorted_tables
    indexes = sorted((one for table in tables for one in table.indexes), key=lambda one: str(one.name))
    kept = [one for one in indexes if one.info.get("from_start")]
    later = [one for one in indexes if not one.info.get("from_start")]
    dialect = sqlite.dialect()
    parts = (
        [str(CreateTable(table).compile(dialect=dialect)) for table in tables],
        *([_index(one) for one in some] for some in (kept, later)),
    )
    return "\n".join(
        f"-- {title}\n\n" + "".join(f"{_clean(one)};\n\n" for one in part)
        for title, part in zip(_TITLES, parts, strict=True)
    )


def _index(one: Index) -> str:
    return str(CreateIndex(one, if_not_exists=True).compile(dialect=sqlite.dialect()))


def _clean(statement: str) -> str:
    """Return a statement without spaces at the ends of its lines; `ddl.definitions` adds them again."""
    return "\n".join(line.rstrip() for line in statement.strip().splitlines())


if __name__ == "__main__":
    STATEMENTS.write_text(made_from_models(), encoding="utf-8")

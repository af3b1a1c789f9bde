"""Several databases of independent markets, as one: their sums in a file of its own, which the dashboard opens.

Events and rows stay where they are; the file's setting `shards` names them, and `export` and `verify` go on to them.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import zip_longest
from pathlib import Path
from typing import Final

from db.schema import ddl as schema
from db.shards import leaders as merged_leaders
from db.sqlite.connection import Connection, Row
from db.sqlite.readonly import in_words, open_readonly

SUMS: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "total": (("metric",), ("count", "value")),
    "hour": (("hour", "metric"), ("count", "value")),
    "week": (("week", "metric"), ("count", "value")),
    "breakdown": (("metric", "part"), ("count", "value")),
    "breakdown_hour": (("hour", "metric", "part"), ("count", "value")),
    "breakdown_week": (("week", "metric", "part"), ("count", "value")),
    "lateness": (("type", "bucket"), ("count",)),
    "lateness_day": (("day", "type", "bucket"), ("count",)),
    "due": (("day", "reward"), ("count", "value")),
}
"""Tables of sums: what a row is of, and what adds up. Of lateness the worst is kept beside."""


def merge(parts: Sequence[Path], into: Path, program_text: str, beat: Row) -> None:
    """Make the merged database of `parts`, beside them.

    `program_text` is the whole program, `beat` a row of the table `meter` with the figures of all.

    Raises:
        DatabaseError: a part can't be read, or the file can't be made.

    """
    for part in parts:
        open_readonly(part).close()
    connection = schema.make(into)
    try:
        _fill(connection, parts, program_text, beat)
    except sqlite3.Error as error:
        connection.close()
        into.unlink(missing_ok=True)
        raise in_words(error, into) from error
    connection.close()


def parts_of(path: Path) -> list[Path]:
    """The databases whose sums are merged at `path`; none where it is an ordinary one.

    Raises:
        DatabaseError: it can't be read.

    """
    with closing(open_readonly(path)) as db:
        try:
            found = db.execute("SELECT value FROM setting WHERE name = 'shards'").fetchone()
        except sqlite3.Error as error:
            raise in_words(error, path) from error
    return [path.with_name(name) for name in json.loads(found[0])] if found else []


def first_unlike(path: Path, parts: Sequence[Path]) -> str | None:
    """The first sum at `path` that is not that of its parts, in words; None where all are."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("ATTACH ? AS merged", (str(path),))
        for table, (keys, sums) in SUMS.items():
            names = ", ".join((*keys, *sums))
            db.execute(f"CREATE TABLE {table} AS SELECT {names} FROM merged.{table} WHERE 0")
        for part in parts:
            db.execute("ATTACH ? AS part", (str(part),))
            for table, (keys, sums) in SUMS.items():
                names = ", ".join((*keys, *sums))
                db.execute(f"INSERT INTO {table} SELECT {names} FROM part.{table}")
            db.commit()
            db.execute("DETACH part")
        for table, (keys, sums) in SUMS.items():
            added = ", ".join((*keys, *(f"SUM({name})" for name in sums)))
            names = ", ".join((*keys, *sums))
            right = f"SELECT {added} FROM {table} GROUP BY {', '.join(keys)}"
            stands = f"SELECT {names} FROM merged.{table}"
            for one, other in ((right, stands), (stands, right)):
                row = db.execute(f"{one} EXCEPT {other} LIMIT 1").fetchone()
                if row is not None and any(row[len(keys) :]):
                    return f"{path}: {table} {row[: len(keys)]} is not the sum of its shards"
    with closing(open_readonly(path)) as db:
        for place, held in zip_longest(merged_leaders.merged(parts), merged_leaders.placed(db)):
            if place != held:
                return f"{path}: leader {(held or place)[:2]} is not that of its shards"
    return None


def _fill(connection: Connection, parts: Sequence[Path], program_text: str, beat: Row) -> None:
    names = json.dumps([part.name for part in parts])
    connection.execute("INSERT INTO setting VALUES ('shards', ?)", (names,))
    connection.execute("INSERT INTO setting VALUES ('kind', 'shards')")
    marks = ", ".join("?" * len(beat))
    connection.execute(f"INSERT INTO meter VALUES ({marks})", beat)
    connection.execute("COMMIT")
    for number, part in enumerate(parts):
        connection.execute("ATTACH ? AS part", (str(part),))
        connection.execute("BEGIN IMMEDIATE")
        for statement in _statements(first=number == 0):
            connection.execute(statement, (program_text,) if "?" in statement else ())
        connection.execute("COMMIT")
        connection.execute("DETACH part")
    people, leaders = merged_leaders.rows_of(merged_leaders.merged(parts))
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany("INSERT INTO person VALUES (?, ?)", people)
    connection.executemany("INSERT INTO leader VALUES (?, ?, ?, ?, ?, ?, ?, ?)", leaders)
    connection.execute("COMMIT")


def _statements(*, first: bool) -> Iterator[str]:
    """What adds one part to the merged file."""
    for table, (keys, sums) in SUMS.items():
        ways = [f"{name} = {name} + excluded.{name}" for name in sums]
        ways += ["worst = max(worst, excluded.worst)"] if table.startswith("lateness") else []
        yield (
            f"INSERT INTO main.{table} SELECT * FROM part.{table} WHERE TRUE "
            f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {', '.join(ways)}"
        )
    if first:
        yield "INSERT INTO main.clock SELECT * FROM part.clock"
        yield "INSERT INTO main.program_version SELECT * FROM part.program_version WHERE version = 1"
        yield "UPDATE main.program_version SET text = ?"
    else:
        yield (
            "UPDATE main.clock SET sim_at = max(sim_at, (SELECT sim_at FROM part.clock)), "
            "ends_at = max(ends_at, (SELECT ends_at FROM part.clock))"
        )
        yield (
            "UPDATE main.program_version SET budget_minor = budget_minor + "
            "(SELECT budget_minor FROM part.program_version WHERE version = 1)"
        )

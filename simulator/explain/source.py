"""The database as an explanation reads it: rows by name, references, and the program of each version."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from simulator.program.load import load_program
from simulator.program.model import Program

Fields = dict[str, Any]
_TRUTHS = ("eligible", "new_customer")  # kept as 0 and 1


class Source:
    """A read-only connection with the look-ups that explanations share."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    @property
    def connection(self) -> sqlite3.Connection:
        """The connection itself."""
        return self._db

    def rows(self, sql: str, *values: Any) -> list[Fields]:
        """Rows of a SELECT by column name."""
        cursor = self._db.execute(sql, values)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]

    def one(self, sql: str, *values: Any) -> Fields | None:
        """The first row of a SELECT, or None."""
        found = self.rows(sql + " LIMIT 1", *values)
        return found[0] if found else None

    def ref(self, person: int | None) -> str | None:
        """A person's reference."""
        found = self.one("SELECT ref FROM person WHERE id = ?", person)
        return found["ref"] if found else None

    def events(self, where: str, *values: Any) -> list[Fields]:
        """Events in log order, with `subject`; only fields that are there."""
        found = self.rows(
            "SELECT event.*, person.ref AS subject FROM event LEFT JOIN person ON person.id = event.person "
            f"WHERE {where} ORDER BY event.seq",
            *values,
        )
        return [
            {
                name: bool(value) if name in _TRUTHS else value
                for name, value in event.items()
                if value is not None
            }
            for event in found
        ]

    @cached_property
    def programs(self) -> dict[int, Program]:
        """The programs by version."""
        return {
            row["version"]: load_program(row["text"], f"version {row['version']}") for row in self._versions
        }

    @cached_property
    def _versions(self) -> list[Fields]:
        return self.rows("SELECT * FROM program_version ORDER BY version")

    def program_at(self, seq: int) -> Program:
        """The program in force as the event at `seq` was judged."""
        version = max(row["version"] for row in self._versions if row["from_seq"] <= seq)
        return self.programs[version]

    @cached_property
    def now(self) -> int:
        """The simulated or real time that the writer last stood at, milliseconds UTC."""
        clock = self.one("SELECT sim_at FROM clock")
        return int(clock["sim_at"]) if clock else 0

    def program_when(self, at: int) -> Program:
        """The program in force at a time (milliseconds UTC)."""
        version = 1
        for row in self._versions[1:]:
            changed = self.one("SELECT received_at FROM event WHERE seq = ?", row["from_seq"])
            if changed is not None and changed["received_at"] <= at:
                version = row["version"]
        return self.programs[version]

    @cached_property
    def program(self) -> Program:
        """The newest program."""
        return self.programs[max(self.programs)]

    def link(self, code: str, before_seq: int) -> Fields | None:
        """The link that a code named as the event at `before_seq` was judged: `seq`, `person`."""
        return self.one(
            "SELECT seq, person FROM event WHERE type = 'link.created' AND code = ? AND seq < ? ORDER BY seq",
            code,
            before_seq,
        )

    def kind_of(self, person: int, before_seq: int) -> str | None:
        """A person's latest known `referrer_kind` before an event."""
        found = self.one(
            "SELECT referrer_kind FROM event WHERE person = ? AND seq < ? AND referrer_kind IS NOT NULL "
            "ORDER BY seq DESC",
            person,
            before_seq,
        )
        return found["referrer_kind"] if found else None


def listed(parts: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(([", ".join(parts[:-1])] if len(parts) > 1 else []) + list(parts[-1:]))

"""The database as explanations read it: rows by column name, references, and the program of each version."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from simulator.program.load import load_program
from simulator.program.model import Program

Fields = dict[str, Any]
_TRUTHS = ("eligible", "new_customer", "time_inferred")  # stored as 0 and 1


class Source:
    """A read-only connection with the look-ups that explanations share."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    @property
    def connection(self) -> sqlite3.Connection:
        """The underlying connection."""
        return self._db

    def rows(self, sql: str, *values: Any) -> list[Fields]:
        """Return the rows of a SELECT by column name."""
        cursor = self._db.execute(sql, values)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]

    def one(self, sql: str, *values: Any) -> Fields | None:
        """Return the first row of a SELECT, or None."""
        found = self.rows(sql + " LIMIT 1", *values)
        return found[0] if found else None

    def ref(self, person: int | None) -> str | None:
        """Return a person's reference, or None if there is no such person."""
        found = self.one("SELECT ref FROM person WHERE id = ?", person)
        return found["ref"] if found else None

    def events(self, where: str, *values: Any) -> list[Fields]:
        """Return the events that match, in log order, with their `subject`; fields that are null are left out."""
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
        """The programs, by version."""
        return {
            row["version"]: load_program(row["text"], f"version {row['version']}") for row in self._versions
        }

    @cached_property
    def _versions(self) -> list[Fields]:
        return self.rows("SELECT * FROM program_version ORDER BY version")

    def program_at(self, seq: int) -> Program:
        """Return the program under which the event at `seq` was judged."""
        version = max(row["version"] for row in self._versions if row["from_seq"] <= seq)
        return self.programs[version]

    @cached_property
    def now(self) -> int:
        """The writer's last simulated or real time, milliseconds UTC."""
        clock = self.one("SELECT sim_at FROM clock")
        return int(clock["sim_at"]) if clock else 0

    def program_when(self, at: int) -> Program:
        """Return the program in force at a time (milliseconds UTC)."""
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
        """Return `seq` and `person` of the link that had this code before the event at `before_seq`, or None."""
        return self.one(
            "SELECT seq, person FROM event WHERE type = 'link.created' AND code = ? AND seq < ? ORDER BY seq",
            code,
            before_seq,
        )

    def kind_of(self, person: int, before_seq: int) -> str | None:
        """Return a person's latest known `referrer_kind` before an event, or None."""
        found = self.one(
            "SELECT referrer_kind FROM event WHERE person = ? AND seq < ? AND referrer_kind IS NOT NULL "
            "ORDER BY seq DESC",
            person,
            before_seq,
        )
        return found["referrer_kind"] if found else None


def listed(parts: Sequence[str]) -> str:
    """Join words into a list: `a`, `a and b`, `a, b and c`."""
    return " and ".join(([", ".join(parts[:-1])] if len(parts) > 1 else []) + list(parts[-1:]))

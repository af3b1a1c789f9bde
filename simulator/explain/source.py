"""Read the database for explanations: an open snapshot, and the program of each version."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import orjson

from db.read.event_fields import received_at
from db.read.moment import simulated_now
from db.read.versions import Version, versions
from db.sqlite.readonly import Database
from simulator.program.load import load_program
from simulator.program.model import Program

Fields = dict[str, Any]
"""A part of an explanation: an object ready to print."""


class Source:
    """A database opened for reading, with its programs loaded once."""

    def __init__(self, db: Database) -> None:
        self.db = db

    @cached_property
    def programs(self) -> dict[int, Program]:
        """The programs, by version."""
        return {one.version: load_program(one.text, f"version {one.version}") for one in self._versions}

    @cached_property
    def _versions(self) -> list[Version]:
        return versions(self.db)

    @property
    def changes(self) -> list[int]:
        """The events from which on a later version of the program is in force."""
        return [one.from_seq for one in self._versions if one.version > 1]

    def program_at(self, seq: int) -> Program:
        """Return the program under which the event at `seq` was judged."""
        version = max(one.version for one in self._versions if one.from_seq <= seq)
        return self.programs[version]

    @cached_property
    def now(self) -> int:
        """The writer's last simulated or real time, milliseconds UTC."""
        return simulated_now(self.db)

    def program_when(self, at: int) -> Program:
        """Return the program in force at a time (milliseconds UTC)."""
        version = 1
        for one in self._versions[1:]:
            changed = received_at(self.db, one.from_seq)
            if changed is not None and changed <= at:
                version = one.version
        return self.programs[version]

    @cached_property
    def program(self) -> Program:
        """The newest program."""
        return self.programs[max(self.programs)]


def steered(event: Fields) -> Fields:
    """Return what an event's `steering` says, by member; empty if it has none, or none that can be read."""
    try:
        found = orjson.loads(event.get("steering") or "{}")
    except ValueError:  # in a damaged database; `verify` says where
        return {}
    return found if isinstance(found, dict) else {}


def listed(parts: Sequence[str]) -> str:
    """Join words into a list: `a`, `a and b`, `a, b and c`."""
    return " and ".join(([", ".join(parts[:-1])] if len(parts) > 1 else []) + list(parts[-1:]))

"""Read from the audit trail what a reward line no longer says: what it was given out for, and what took it back."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final, NamedTuple

from db.read.moment import audit_at
from db.sqlite.readonly import Database

_GIVEN: Final = re.compile(r": (\d+) to (?:referrer|friend|upline|community)(?:, |$)")  # NAME: VALUE to ROLE
_RELEASE: Final = re.compile(r", release (\d+)$")
_FROM: Final = re.compile(r", from (\d+)$")


class Reduction(NamedTuple):
    """An adjustment that took back a part of a line, or all: when (milliseconds UTC), and its value before."""

    at: int
    before_minor: int


def values_given(db: Database, number: int, due_at: int) -> list[int]:
    """Return the values (minor units) for which a line due at `due_at` waited, was offered and issued, in order."""
    found = db.execute(
        "SELECT detail FROM audit WHERE seq > ? AND ref = ? AND kind IN ('waiting', 'offered', 'issued') "
        "ORDER BY seq",
        (audit_at(db, due_at), number),
    )
    values = [_GIVEN.search(detail) for (detail,) in found]
    return [int(value[1]) for value in values if value is not None]


def release_number(db: Database, number: int, due_at: int) -> int | None:
    """Return the number that a line due at `due_at` (milliseconds UTC) had at its release; None if it is not known."""
    found = db.execute(
        "SELECT detail FROM audit WHERE seq > ? AND seq <= ? AND ref = ? AND kind IN ('counted', 'capped') "
        "ORDER BY seq DESC LIMIT 1",
        (audit_at(db, due_at), audit_at(db, due_at + 1), number),
    ).fetchone()
    said = None if found is None else _RELEASE.search(found[0])
    return None if said is None else int(said[1])


def reductions(db: Database, numbers: Collection[int], since: int) -> dict[int, list[Reduction]]:
    """Return what adjustments took back of these lines from `since` (milliseconds UTC) on, in order, by number."""
    if not numbers:
        return {}
    marks = ", ".join("?" * len(numbers))
    found = db.execute(
        f"SELECT ref, at, detail FROM audit WHERE seq > ? AND kind IN ('reduced', 'revoked') AND ref IN ({marks}) "
        "ORDER BY seq",
        (audit_at(db, since), *numbers),
    )
    of: dict[int, list[Reduction]] = {}
    for number, at, detail in found:
        before = _FROM.search(detail)
        if before is not None:
            of.setdefault(number, []).append(Reduction(at, int(before[1])))
    return of


def voided_by(db: Database, number: int, at: int) -> str | None:
    """Return the type of the event that voided a line at a moment (milliseconds UTC); None if none did then."""
    found = db.execute(
        'SELECT e.type FROM audit a JOIN event e ON e.seq = a."trigger" '
        "WHERE a.seq > ? AND a.seq <= ? AND a.kind = 'voided' AND a.ref = ? ORDER BY a.seq DESC LIMIT 1",
        (audit_at(db, at), audit_at(db, at + 1), number),
    ).fetchone()
    return None if found is None else str(found[0])

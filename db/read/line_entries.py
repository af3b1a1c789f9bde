"""Read from the audit trail what a reward line no longer says: what it was given out for, and what took it back."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final, NamedTuple

from db.read.moment import audit_at
from db.sqlite.readonly import AMONG, Database, listed

_GIVEN: Final = re.compile(r": (\d+) to (?:referrer|friend|upline|community)(?:, |$)")  # NAME: VALUE to ROLE
_STATES: Final = (
    "('pending', 'waiting', 'offered', 'issued', 'counted', 'capped', 'unfunded', 'voided', 'revoked')"
)
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
    text = None if found is None else _RELEASE.search(found[0])
    return None if text is None else int(text[1])


def reductions(db: Database, numbers: Collection[int], since: int) -> dict[int, list[Reduction]]:
    """Return what adjustments took back of these lines from `since` (milliseconds UTC) on, in order, by number."""
    if not numbers:
        return {}
    found = db.execute(
        "SELECT ref, at, detail FROM audit WHERE seq > ? AND kind IN ('reduced', 'revoked') "
        f"AND ref {AMONG} ORDER BY seq",
        (audit_at(db, since), listed(numbers)),
    )
    of: dict[int, list[Reduction]] = {}
    for number, at, detail in found:
        before = _FROM.search(detail)
        if before is not None:
            of.setdefault(number, []).append(Reduction(at, int(before[1])))
    return of


def taken_back_since(db: Database, at: int, lines: str, values: Collection[object]) -> int:
    """Return what adjustments after a moment (milliseconds UTC) took back of lines, in minor units.

    `lines` is an SQL condition on `reward r`, with its values.
    """
    adjusted = db.execute("SELECT count FROM total WHERE metric = 'event.conversion.adjusted'").fetchone()
    if adjusted is None or not adjusted[0]:
        return 0
    found = db.execute(
        "SELECT a.detail FROM audit a JOIN reward r ON r.id = a.ref "
        f"WHERE a.seq > ? AND a.kind IN ('reduced', 'revoked') AND {lines}",
        (audit_at(db, at + 1), *values),
    )
    pairs = ((_FROM.search(detail), _GIVEN.search(detail)) for (detail,) in found)
    return sum(
        int(before[1]) - int(after[1]) for before, after in pairs if before is not None and after is not None
    )


class PastRelease(NamedTuple):
    """A release of a line that fell afterwards, before the conversion was reinstated; times in milliseconds UTC."""

    number: int
    at: int
    value_minor: int
    state: str
    fell_at: int


def past_releases(db: Database, numbers: Collection[int]) -> list[PastRelease]:
    """Return the earlier releases of lines that came back with their conversion, in the order of the audit trail."""
    reinstated = db.execute("SELECT count FROM total WHERE metric = 'event.conversion.reinstated'").fetchone()
    if not numbers or reinstated is None or not reinstated[0]:
        return []
    entries = db.execute(
        f"SELECT ref, at, kind, detail FROM audit WHERE kind IN {_STATES} AND ref {AMONG} ORDER BY seq",
        (listed(numbers),),
    )
    last: dict[int, PastRelease] = {}
    found = []
    for number, at, kind, detail in entries:
        release = last.get(number)
        if kind == "pending":
            if release is not None and release.fell_at:
                found.append(release)
            last.pop(number, None)
        elif kind not in ("voided", "revoked"):
            value = _GIVEN.search(detail)
            last.setdefault(number, PastRelease(number, at, 0 if value is None else int(value[1]), kind, 0))
        elif release is not None:
            last[number] = release._replace(fell_at=at)
    return found


def voided_by(db: Database, number: int, at: int) -> str | None:
    """Return the type of the event that voided a line at a moment (milliseconds UTC); None if none did then."""
    found = db.execute(
        'SELECT e.type FROM audit a JOIN event e ON e.seq = a."trigger" '
        "WHERE a.seq > ? AND a.seq <= ? AND a.kind = 'voided' AND a.ref = ? ORDER BY a.seq DESC LIMIT 1",
        (audit_at(db, at), audit_at(db, at + 1), number),
    ).fetchone()
    return None if found is None else str(found[0])

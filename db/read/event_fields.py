"""Read single events with the fields that they have, and find the events that one depends on."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import Any, Final, NamedTuple

from db.read.moment import seq_at
from db.sqlite.readonly import AMONG, Database, listed
from simulator.domain.spans import HOUR_MS

EventFields = dict[str, Any]
"""An event's fields by column, without those that are null, and its `subject`: the person's reference."""

WRITTEN_REASON: Final = (
    "CASE WHEN {0}.reason IS NULL AND json_valid({0}.steering) THEN json_extract({0}.steering, '$.reason') "
    "ELSE {0}.reason END"
)
"""SQL for the reason of an event, the table or alias being `{0}`: one that somebody wrote is in `steering`."""
_TRUTHS: Final = ("eligible", "new_customer", "time_inferred")  # stored as 0 and 1
_AFTER_ALL: Final = 2**62  # no event has such a seq
_MOST_SPANS: Final = 200  # finding where one begins and ends costs as much as reading 1,000 events


class EventKey(NamedTuple):
    """An event's identity: its place in the log, its source, and the person (a number) it is about."""

    seq: int
    source: str
    person: int | None


class Link(NamedTuple):
    """A referral link: the event that made it, its owner (a number), and its code."""

    seq: int
    person: int
    code: str


def event_at(db: Database, seq: int) -> EventFields:
    """Return the event with this number.

    Raises:
        LookupError: there is none.

    """
    return _events(db, "event.seq = ?", seq)[0]


def events_of(
    db: Database,
    person: int | None,
    *,
    types: Collection[str] = (),
    after_seq: int | None = None,
    having: str | None = None,
) -> list[EventFields]:
    """Return a person's events in log order: of the given types, after an event, with a column that is not null."""
    where, values = "event.person = ?", [person]
    if after_seq is not None:
        where, values = where + " AND event.seq > ?", [*values, after_seq]
    if types:
        where += f" AND event.type IN ({', '.join('?' * len(types))})"
    if having is not None:
        where += f" AND event.{having} IS NOT NULL"
    return _events(db, where, *values, *types)


def visits_after(
    db: Database, person: int, after_seq: int, since_ms: int, until_ms: int
) -> list[EventFields]:
    """Return a person's visits received after an event, of those that happened after `since_ms` and by `until_ms`."""
    return _events(
        db,
        "event.person = ? AND event.type = 'friend.visited' AND event.seq > ? AND event.occurred_at <= ? "
        "AND event.occurred_at > ?",
        *(person, after_seq, until_ms, since_ms),
    )


def reversals_by(db: Database, source: str, conversion: str, persons: Collection[int]) -> list[EventFields]:
    """Return the reversals of a conversion, by its source and id, in the name of one of these people or in nobody's."""
    return _events(
        db,
        "event.type = 'conversion.reversed' AND event.source = ? AND event.reverses = ? "
        f"AND (event.person {AMONG} OR event.person IS NULL)",
        *(source, conversion, listed(persons)),
    )


def adjustments_of(db: Database, source: str, conversion: str, persons: Collection[int]) -> list[EventFields]:
    """Return, as `reversals_by` does, what adjusted the amount of a conversion, in log order."""
    named = "event.type = 'conversion.adjusted' AND event.source = ? AND event.adjusts = ?"
    return [
        *_events(db, f"event.person {AMONG} AND {named}", listed(persons), source, conversion),
        *_events(db, f"event.person IS NULL AND {named}", source, conversion),
    ]


def newest_reversals(db: Database, conversion: str, most: int) -> list[EventFields]:
    """Return, in log order, the newest events that reverse a conversion with this id, whatever their source."""
    newest = "SELECT seq FROM event WHERE reverses = ? ORDER BY seq DESC LIMIT ?"
    return _events(db, f"event.reverses = ? AND event.seq IN ({newest})", conversion, conversion, most)


def keys_by_id(db: Database, own_id: str, qualified: tuple[str, str], most: int) -> list[EventKey]:
    """Return up to `most` events that have this id, or these (source, id)."""
    found = db.execute(
        "SELECT seq, source, person FROM event WHERE id = ? OR (id = ? AND source = ?) LIMIT ?",
        (own_id, *reversed(qualified), most),
    )
    return [EventKey(*row) for row in found]


def seqs_by_id(db: Database) -> dict[tuple[str, str], list[int]]:
    """Return the seqs of all events by source and id, for very many look-ups: each alone would read the whole log."""
    found: dict[tuple[str, str], list[int]] = {}
    for seq, source, own_id in db.execute("SELECT seq, source, id FROM event ORDER BY seq"):
        found.setdefault((source, own_id), []).append(seq)
    return found


def link_with(db: Database, code: str, before_seq: int = _AFTER_ALL) -> Link | None:
    """Return the first link that had this code before an event, or None."""
    found = db.execute(
        "SELECT seq, person, code FROM event WHERE type = 'link.created' AND code = ? AND seq < ? "
        "ORDER BY seq LIMIT 1",
        (code, before_seq),
    ).fetchone()
    return None if found is None else Link(*found)


def links_before(db: Database, seq: int) -> Iterator[Link]:
    """Yield every link created before an event, in log order."""
    found = db.execute(
        "SELECT seq, person, code FROM event WHERE type = 'link.created' AND seq < ? ORDER BY seq", (seq,)
    )
    return (Link(*row) for row in found)


def some_link(db: Database) -> Link | None:
    """Return the link whose code is the first in alphabetical order, or None if there is no link."""
    found = db.execute(
        "SELECT seq, person, code FROM event WHERE type = 'link.created' ORDER BY code LIMIT 1"
    ).fetchone()
    return None if found is None else Link(*found)


def used_codes(db: Database, person: int, most: int) -> list[str]:
    """Return up to `most` codes that are in a person's events."""
    found = db.execute(
        "SELECT DISTINCT code FROM event WHERE person = ? AND code IS NOT NULL LIMIT ?", (person, most)
    )
    return [code for (code,) in found]


def referrer_kind(db: Database, person: int, before_seq: int) -> str | None:
    """Return a person's latest known `referrer_kind` before an event, or None."""
    found = db.execute(
        "SELECT referrer_kind FROM event WHERE person = ? AND seq < ? AND referrer_kind IS NOT NULL "
        "ORDER BY seq DESC LIMIT 1",
        (person, before_seq),
    ).fetchone()
    return None if found is None else found[0]


def newest_seqs(
    db: Database,
    person: int,
    most: int,
    *,
    types: Collection[str] = (),
    without: Collection[str] = (),
) -> list[int]:
    """Return the numbers of a person's newest events, the newest first; of some types, or without some."""
    where = f" AND type IN ({', '.join('?' * len(types))})" if types else ""
    where += f" AND type NOT IN ({', '.join('?' * len(without))})" if without else ""
    found = db.execute(
        f"SELECT seq FROM event WHERE person = ?{where} ORDER BY seq DESC LIMIT ?",
        (person, *types, *without, most),
    )
    return [seq for (seq,) in found]


def about_conversions(db: Database, persons: Collection[int], most: int) -> list[int]:
    """Return the numbers of up to `most` events that reverse, reinstate or adjust a conversion of these people.

    They need not name anybody themselves.
    """
    found = db.execute(
        f"WITH own AS MATERIALIZED (SELECT source, id FROM event WHERE person {AMONG}) "
        "SELECT seq FROM event WHERE person IS NULL "
        "AND type IN ('conversion.reversed', 'conversion.reinstated', 'conversion.adjusted') "
        "AND (source, COALESCE(reverses, reinstates, adjusts)) IN own ORDER BY seq LIMIT ?",
        (listed(persons), most),
    )
    return [seq for (seq,) in found]


def acts_of_nobody(
    db: Database, types: Collection[str], conversions: Collection[tuple[str, str]], most: int
) -> list[EventFields]:
    """Return up to `most` events of these types that name nobody, about rewards or decisions of these conversions.

    The conversions are given by source and id.
    """
    return _acts(db, "person IS NULL", types, conversions, most)


def acts_of_somebody(
    db: Database, types: Collection[str], conversions: Collection[tuple[str, str]], most: int
) -> list[EventFields]:
    """Return, as `acts_of_nobody` does, those that name somebody, whoever that is.

    No index finds them; but by the hourly sums, only the hours in which events of these types came are read, or, if
    these are many, the log from the first to the last of them.
    """
    found: list[EventFields] = []
    rows = db.execute(
        f"SELECT DISTINCT hour * {HOUR_MS} FROM hour WHERE metric IN ({', '.join('?' * len(types))}) ORDER BY 1",
        [f"event.{one}" for one in types],
    )
    spans = [(begins, begins + HOUR_MS) for (begins,) in rows.fetchall()]
    if len(spans) > _MOST_SPANS:
        spans = [(spans[0][0], spans[-1][1])]
    for begins, ends in spans:
        where = f"seq > {seq_at(db, begins)} AND seq <= {seq_at(db, ends)} AND person IS NOT NULL"
        found += _acts(db, where, types, conversions, most - len(found))
    return found


def _acts(
    db: Database, whose: str, types: Collection[str], conversions: Collection[tuple[str, str]], most: int
) -> list[EventFields]:
    named = " OR ".join(
        f"(json_extract(steering, '$.{what}_source'), json_extract(steering, '$.{what}_id')) IN own"
        for what in ("reward", "decision")
    )
    found = db.execute(
        "WITH own AS MATERIALIZED (SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?)) "
        f"SELECT seq FROM event WHERE {whose} AND type IN ({', '.join('?' * len(types))}) "
        f"AND json_valid(steering) AND ({named}) ORDER BY seq LIMIT ?",
        (json.dumps(list(conversions)), *types, most),
    )
    return [event_at(db, seq) for (seq,) in found.fetchall()]


def reviews_between(db: Database, after_seq: int, until_seq: int) -> list[tuple[int, str]]:
    """Return the operators' verdicts in a part of the log: their numbers, and their data as JSON."""
    return db.execute(
        "SELECT seq, steering FROM event WHERE seq > ? AND seq <= ? AND type = 'review.decided'",
        (after_seq, until_seq),
    ).fetchall()


def vetoes_between(db: Database, after_seq: int, until_seq: int) -> list[tuple[str, str]]:
    """Return the vetoes in a part of the log: the reason of each, and its data as JSON."""
    return db.execute(
        f"SELECT {WRITTEN_REASON.format('event')}, steering FROM event WHERE seq > ? AND seq <= ? "
        "AND type = 'reward.vetoed' ORDER BY seq",
        (after_seq, until_seq),
    ).fetchall()


def received_at(db: Database, seq: int) -> int | None:
    """Return when an event was received (milliseconds UTC), or None if there is no such event."""
    found = db.execute("SELECT received_at FROM event WHERE seq = ?", (seq,)).fetchone()
    return None if found is None else found[0]


def some_inferred(db: Database) -> bool:
    """Return whether there is an event whose time was inferred."""
    return db.execute("SELECT 1 FROM event WHERE time_inferred LIMIT 1").fetchone() is not None


def _events(db: Database, where: str, *values: object) -> list[EventFields]:
    cursor = db.execute(
        f"SELECT event.*, {WRITTEN_REASON.format('event')} AS reason, person.ref AS subject "
        "FROM event LEFT JOIN person ON person.id = event.person "
        f"WHERE {where} ORDER BY event.seq",
        values,
    )
    names = [column[0] for column in cursor.description]
    return [
        {
            name: bool(value) if name in _TRUTHS else value
            for name, value in zip(names, row, strict=True)
            if value is not None
        }
        for row in cursor
    ]

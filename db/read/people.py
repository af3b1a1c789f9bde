"""Find people by what identifies them: a reference, its beginning, a code, the hash of a contact or device."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from db.sqlite.readonly import AMONG, Database, listed


class Person(NamedTuple):
    """A person: the number that rows refer to, and the pseudonymous reference."""

    id: int
    ref: str


def reference(db: Database, person: int | None) -> str | None:
    """Return a person's reference, or None if there is no such person."""
    found = db.execute("SELECT ref FROM person WHERE id = ?", (person,)).fetchone()
    return None if found is None else found[0]


def person_called(db: Database, ref: str) -> int | None:
    """Return the number of the person with this reference, or None."""
    found = db.execute("SELECT id FROM person WHERE ref = ?", (ref,)).fetchone()
    return None if found is None else found[0]


class Merge(NamedTuple):
    """A merge by the event `seq` at `at` (milliseconds UTC): from then on somebody is the person with this number."""

    seq: int
    person: int
    at: int


def merge_of(db: Database, person: int) -> Merge | None:
    """Return the merge that made a person another one, or None."""
    found = db.execute("SELECT seq, person, at FROM merge WHERE merged = ?", (person,)).fetchone()
    return None if found is None else Merge(*found)


def merged_into(db: Database, person: int) -> list[int]:
    """Return the numbers of those who were merged into a person, directly or indirectly."""
    found = db.execute(
        "WITH RECURSIVE theirs (one) AS (SELECT merged FROM merge WHERE person = ? "
        "UNION SELECT merge.merged FROM theirs JOIN merge ON merge.person = theirs.one) "
        "SELECT one FROM theirs ORDER BY one",
        (person,),
    )
    return [one for (one,) in found]


def united_with(db: Database, person: int) -> dict[int, int]:
    """Return the numbers of all references of a person, each with the time (milliseconds UTC) since when it is one.

    That is 0 for the number itself.
    """
    above, at = [(person, 0)], 0
    for merge in _merges_above(db, person):
        at = max(at, merge.at)
        above.append((merge.person, at))
    since: dict[int, int] = {}
    for waiting in ([one] for one in above):
        while waiting:
            number, at = waiting.pop()
            if number in since:
                continue
            since[number] = at
            below = db.execute("SELECT merged, at FROM merge WHERE person = ?", (number,))
            waiting += [(merged, max(at, joined)) for merged, joined in below]
    return since


def all_united(db: Database, persons: Iterable[int]) -> dict[int, list[int]]:
    """Return for each of these people the numbers of all references that have become one person with them."""
    if db.execute("SELECT 1 FROM merge LIMIT 1").fetchone() is None:
        return {one: [one] for one in persons}
    return {one: list(united_with(db, one)) for one in persons}


def person_now(db: Database, person: int) -> int:
    """Return the number of the person that somebody is by now."""
    return next((merge.person for merge in reversed(_merges_above(db, person))), person)


def _merges_above(db: Database, person: int) -> list[Merge]:
    """Return the merges that made a person another one, and that one another, in order.

    They end where they come back to somebody, as only in a database that somebody wrote into they do.
    """
    found: list[Merge] = []
    seen = {person}
    while (merge := merge_of(db, person)) is not None and merge.person not in seen:
        found.append(merge)
        person = merge.person
        seen.add(person)
    return found


def community_of(db: Database, persons: Collection[int]) -> str | None:
    """Return the community that a person, by any of these numbers, was last identified with, or None."""
    found = db.execute(
        f"SELECT community FROM event WHERE person {AMONG} AND type = 'customer.identified' "
        "AND community IS NOT NULL ORDER BY seq DESC LIMIT 1",
        (listed(persons),),
    ).fetchone()
    return None if found is None else found[0]


def everybody(db: Database) -> list[Person]:
    """Return all people; the result grows with the database, so this is not for screens."""
    return _people(db, "SELECT id, ref FROM person")


def beginning_with(db: Database, text: str, most: int) -> list[Person]:
    """Return up to `most` people whose reference begins with `text`."""
    return _people(
        db, "SELECT id, ref FROM person WHERE substr(ref, 1, ?) = ? LIMIT ?", len(text), text, most
    )


def owner_of_code(db: Database, *spellings: str) -> int | None:
    """Return the number of a person who has a link with one of these codes, or None."""
    marks = ", ".join("?" * len(spellings))
    found = db.execute(
        f"SELECT DISTINCT person FROM event WHERE type = 'link.created' AND code IN ({marks})", spellings
    ).fetchone()
    return None if found is None else found[0]


def with_hash(db: Database, digest: str) -> list[Person]:
    """Return the people who gave a contact or used a device with this hash; scans the log, there is no index."""
    return _people(
        db,
        "SELECT DISTINCT person.id, ref FROM event JOIN person ON person.id = event.person "
        "WHERE contact_ref = ? OR device_ref = ?",
        digest,
        digest,
    )


def _people(db: Database, sql: str, *values: object) -> list[Person]:
    return [Person(*row) for row in db.execute(sql, values)]

"""Read what is needed to score a program: the platform's decisions, and who cheats according to the client.

The only module that reads who cheats; both files are opened for reading only. The platform must not know, and never
imports it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from db.client.people import CRM_APPLICATION_ID, crm_path
from db.sqlite.readonly import in_words
from simulator.domain.errors import DatabaseError

_FRIEND: Final = ":friend"  # a label is KIND:ROLE; the friend of a cheat is what a conversion shows
_FETCH = 10_000
_ASKED: Final = 100  # people of whom at least one must be known to the client

_JUDGED = """
    SELECT d.id, d.seq, d.milestone, d.friend, p.ref, d.referrer, d.outcome, d.reason, d.failed, d.program_version,
           e.source, e.id, e.amount_minor, e.currency, COALESCE(r.issued, 0), COALESCE(r.revoked, 0),
           COALESCE(r.pending, 0), d.withheld_minor
    FROM decision d
    JOIN event e ON e.seq = d.seq
    JOIN person p ON p.id = d.friend
    LEFT JOIN (
        SELECT decision, SUM(value_minor) FILTER (WHERE state IN ('issued', 'redeemed', 'expired')) AS issued,
               SUM(value_minor) FILTER (WHERE state = 'revoked') AS revoked,
               SUM(value_minor) FILTER (WHERE state = 'offered' OR state = 'pending'
                                        AND COALESCE(expected, 'offered') = 'offered') AS pending
        FROM reward GROUP BY decision
    ) r ON r.decision = d.id
    WHERE d.outcome <> 'ignored'
    ORDER BY d.seq, d.id
"""


def cheats(path: Path, db: sqlite3.Connection) -> dict[str, str]:
    """Return the kind of cheat of each friend who belongs to one, by reference, from the CRM beside `path`.

    `db` is the open database at `path`.

    Raises:
        DatabaseError: there is no CRM, or it belongs to another run.

    """
    beside = crm_path(path)
    if not beside.exists():
        raise DatabaseError(
            f"{beside}: no customer system beside {path.name}, so nobody knows who cheats; `referral-tui simulate` "
            "writes one, real events come without"
        )
    uri = f"file:{quote(bytes(beside.absolute()))}?mode=ro"
    try:
        with closing(sqlite3.connect(uri, uri=True)) as crm:
            (application,) = crm.execute("PRAGMA application_id").fetchone()
            if application != CRM_APPLICATION_ID:
                raise DatabaseError(
                    f"{beside}: is not a CRM database of referral-tui; name the --db of a run"
                )
            # not only the first: a friend who opened a link may be nobody's customer yet
            refs = [ref for (ref,) in db.execute("SELECT ref FROM person ORDER BY id LIMIT ?", (_ASKED,))]
            known = f"SELECT 1 FROM person WHERE ref IN ({', '.join('?' * len(refs))}) LIMIT 1"
            if refs and not crm.execute(known, refs).fetchone():
                raise DatabaseError(
                    f"{beside}: belongs to another run than {path.name}; keep the two files together"
                )
            rows = crm.execute("SELECT ref, label FROM person WHERE label LIKE ?", (f"%{_FRIEND}",))
            return {str(ref): str(label).removesuffix(_FRIEND) for ref, label in rows}
    except sqlite3.Error as error:
        raise in_words(error, beside) from error


def judged(db: sqlite3.Connection) -> Iterator[tuple[Any, ...]]:
    """Yield the decisions on which rules were evaluated, in log order: columns of `_JUDGED`, money in minor units."""
    cursor = db.execute(_JUDGED)
    while rows := cursor.fetchmany(_FETCH):
        yield from rows

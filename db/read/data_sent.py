"""Read what the senders of a database sent: which types, which of their fields, how late, and what was refused.

One scan of the log and one of the quarantine, so it is for commands, not for a screen. Standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from db.read import deliveries, sums, traffic
from db.read.event_fields import WRITTEN_REASON
from db.read.settings import all_settings
from db.sqlite.readonly import Database
from simulator.domain.errors import DatabaseError
from simulator.domain.personal_data import FIELD_ERASURE
from simulator.domain.spans import DAY_MS

ATTRIBUTES: Final = "attributes"
_ENVELOPE: Final = ("specversion", "id", "source", "type", "time", "subject")
_OF_ROWS: Final = """
SELECT receipt, coalesce(field, ''),
       CASE WHEN json_valid(message) THEN CASE json_type(message) WHEN 'object' THEN
           CASE json_type(message, '$.type') WHEN 'text' THEN json_extract(message, '$.type') END END END,
       COUNT(*)
FROM quarantine GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2, 3
"""
_OF_ATTRIBUTES: Final = (
    "SELECT event.type, one.key, COUNT(*) FROM event, "
    "json_each(CASE WHEN json_valid(event.attributes) THEN event.attributes END) AS one "
    "WHERE event.attributes IS NOT NULL GROUP BY 1, 2"
)


@dataclass(frozen=True, slots=True)
class RefusedGroup:
    """Messages refused for the same field: their receipt, how many, and their type, None if none can be read."""

    receipt: str
    field: str
    type: str | None
    count: int


@dataclass(frozen=True, slots=True)
class DataSent:
    """What the senders of a database sent.

    `fields` is by type and field: how many accepted events had it; one of the client's attributes is `attributes.NAME`.
    It is None if the log is not in this database, as in one merged from shards. `preset` is that of a simulation,
    `models` are the delivery models of its types; other databases have neither. `days` is how many days of events there
    are, `people` how many references the log knows.
    """

    preset: str
    models: Mapping[str, str]
    types: tuple[traffic.TypeRow, ...]
    fields: Mapping[str, Mapping[str, int]] | None
    refused: tuple[RefusedGroup, ...]
    days: float
    people: int
    receipts: Mapping[str, int] = field(default_factory=dict)

    @property
    def messages(self) -> int:
        """How many messages were received, whatever became of them."""
        return sum(self.receipts.values())

    @property
    def counts(self) -> dict[str, int]:
        """How many events of each type were accepted."""
        return {row.type: row.count for row in self.types}


def data_sent(db: Database) -> DataSent:
    """Read what the senders of a database sent, over the whole log."""
    settings, totals = all_settings(db), sums.now(db)
    try:
        models = deliveries.models(db)
    except (ValueError, AttributeError):
        raise DatabaseError(
            "the setting `models` is not the delivery models by type; `verify` says what else was changed"
        ) from None
    begun = sums.begun_at(db)
    last = db.execute("SELECT watermark FROM clock").fetchone()
    until = begun if last is None else last[0]
    types = traffic.types(db, totals, until or 0, traffic.lateness(db))
    fields = _fields(db) if settings.get("kind") != "shards" else None
    refused = tuple(
        RefusedGroup(receipt, name, kind, count) for receipt, name, kind, count in db.execute(_OF_ROWS)
    )
    days = 0.0 if begun is None or until is None else max(0.0, (until - begun) / DAY_MS)
    (people,) = db.execute("SELECT coalesce(max(id), 0) FROM person").fetchone()
    return DataSent(
        settings.get("preset", ""), models, types, fields, refused, days, people, traffic.receipts(totals)
    )


def _fields(db: Database) -> dict[str, dict[str, int]]:
    """Count by type how many events have each field that has a column of its own; rare types keep theirs as JSON."""
    columns = {row[1] for row in db.execute("PRAGMA table_info(event)")}
    named = [name for name in FIELD_ERASURE if name in columns and name not in _ENVELOPE]
    counts = ", ".join(
        f"COUNT({WRITTEN_REASON.format('event') if name == 'reason' else name})" for name in named
    )
    found = {
        str(kind): {name: count for name, count in zip(named, held, strict=True) if count}
        for kind, *held in db.execute(f"SELECT type, {counts} FROM event GROUP BY type")
    }
    for kind, name, count in db.execute(_OF_ATTRIBUTES):
        found[str(kind)][f"{ATTRIBUTES}.{name}"] = count
    return found

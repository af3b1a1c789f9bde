"""Read entries of the audit trail with the ids of what they are about, for webhooks. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from db.sqlite.readonly import Database
from simulator.domain.notices import OF_ATTRIBUTION, OF_DECISION, OF_REWARD, notice_type

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Notice:
    """An entry of the audit trail: its number, time (milliseconds UTC), the type of its webhook, and ids.

    `key` distinguishes it from an entry with the same number in another database. `about` uses the names of `export`.
    `reward` is the number of the reward it is about, or None.
    """

    entry: int
    at: int
    type: str
    key: tuple[int, int, str, int | None, int]
    about: Fields
    reward: int | None


def _listed(kinds: frozenset[Any]) -> str:
    return ", ".join(f"'{kind}'" for kind in sorted(kinds))


_COLUMNS: Final = {
    "entry": "a.seq",
    "at": "a.at",
    "kind": "a.kind",
    "ref": "a.ref",
    "trigger": 'a."trigger"',
    "detail": "a.detail",
    "subject": "subject.ref",
    "cause_source": "cause.source",
    "cause_id": "cause.id",
    "decision": "d.id",
    "milestone": "d.milestone",
    "source": "conversion.source",
    "event_id": "conversion.id",
    "friend": "friend.ref",
    "reward_number": "r.id",
    "reward": "r.reward",
    "role": "r.role",
    "recipient": "COALESCE(r.community, recipient.ref)",
    "referrer": "referrer.ref",
    "code": "t.code",
}
_QUERY: Final = f"""
SELECT {", ".join(_COLUMNS.values())} FROM audit a
LEFT JOIN person subject ON subject.id = a.person
LEFT JOIN event cause ON cause.seq = a."trigger"
LEFT JOIN reward r ON a.kind IN ({_listed(OF_REWARD)}) AND r.id = a.ref
LEFT JOIN person recipient ON recipient.id = r.recipient
LEFT JOIN decision d ON d.id = CASE WHEN a.kind IN ({_listed(OF_DECISION)}) THEN a.ref ELSE r.decision END
LEFT JOIN event conversion ON conversion.seq = d.seq
LEFT JOIN person friend ON friend.id = d.friend
LEFT JOIN attribution t ON a.kind IN ({_listed(OF_ATTRIBUTION)}) AND t.seq = a.ref
LEFT JOIN person referrer ON referrer.id = t.referrer
WHERE a.seq > ? AND a.seq <= ? ORDER BY a.seq LIMIT ?
"""
_REWARD: Final = ("source", "event_id", "milestone", "reward", "role", "recipient")
_CONVERSION: Final = ("source", "event_id", "milestone", "friend")
_ATTRIBUTION: Final = ("friend", "referrer", "code")


def notices(db: Database, after: int, until: int, most: int) -> list[Notice]:
    """Return at most `most` entries with numbers above `after` and not above `until`, in order."""
    return [
        _notice(dict(zip(_COLUMNS, row, strict=True))) for row in db.execute(_QUERY, (after, until, most))
    ]


def _notice(row: Fields) -> Notice:
    outcome = None
    if row["reward_number"] is not None:
        about = {"number": row["reward_number"], **_taken(row, _REWARD)}
    elif row["decision"] is not None:
        about = {"number": row["decision"], **_taken(row, _CONVERSION)}
        outcome = row["detail"].removeprefix(f"{row['milestone']}: ").partition(",")[0]
    elif row["code"] is not None:
        about = _taken({**row, "friend": row["subject"]}, _ATTRIBUTION)
    else:
        about = {"source": row["cause_source"], "event_id": row["cause_id"], "subject": row["subject"]}
    key = (row["entry"], row["at"], row["kind"], row["ref"], row["trigger"])
    return Notice(
        row["entry"], row["at"], notice_type(row["kind"], outcome), key, about, row["reward_number"]
    )


def _taken(row: Fields, names: tuple[str, ...]) -> Fields:
    return {name: row[name] for name in names}

"""Read whether anything has happened to one person since a place in the log and in the audit trail."""

from __future__ import annotations

from typing import Final

from db.sqlite.readonly import Select

_ENTRY: Final = "SELECT 1 FROM audit a JOIN person p ON p.id = a.person WHERE a.seq > ? AND p.ref = ? LIMIT 1"
_EVENT: Final = "SELECT 1 FROM event e JOIN person p ON p.id = e.person WHERE e.seq > ? AND p.ref = ? LIMIT 1"


def has_changed(query: Select, reference: str, after_entry: int) -> bool:
    """Return whether a match, a decision or a reward of the friend with this reference changed after an audit entry."""
    return bool(query(_ENTRY, (after_entry, reference)))


def has_happened(query: Select, reference: str, after_seq: int, after_entry: int) -> bool:
    """Return whether there is an event about the person after an event, or a change as of `has_changed`."""
    return bool(query(_EVENT, (after_seq, reference))) or has_changed(query, reference, after_entry)

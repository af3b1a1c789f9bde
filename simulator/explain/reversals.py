"""List the reversals of a friend's conversions, whatever their source and subject, and why some had no effect."""

from __future__ import annotations

from typing import Final

from db.read.decision_rows import without_effect
from db.read.event_fields import newest_reversals
from db.read.moment import audit_at
from simulator.domain.vocabulary import AuditKind, ReversalReason, meanings
from simulator.explain.source import Fields, Source

_WORDS: Final = meanings(ReversalReason)
_NO_EFFECT: Final = AuditKind.REVERSAL_WITHOUT_EFFECT
_MOST: Final = 100  # of one conversion; no real one has more
_NAMES: Final = ("seq", "received_at", "occurred_at", "source", "id", "reverses", "subject")


def reversals_of(source: Source, events: list[Fields], only_seq: int | None = None) -> list[Fields]:
    """Return the reversals that name a conversion among a friend's `events`, and those in the friend's name.

    They are in log order; with `only_seq`, only those of that conversion. A reversal from another source is taken to
    mean a conversion if it gives its id and the same subject. `reason` and `why` say why one has no effect; both are
    None if it has one.
    """
    found: dict[int, Fields] = {}
    ids = {event["id"]: event for event in events if only_seq is None or event["seq"] == only_seq}
    for own_id, conversion in ids.items():
        for one in newest_reversals(source.db, own_id, _MOST):
            if one["source"] == conversion["source"] or one.get("subject") == conversion.get("subject"):
                found[one["seq"]] = one
    if only_seq is None:
        found |= {event["seq"]: event for event in events if event["type"] == "conversion.reversed"}
    by_id = {(event["source"], event["id"]): event for event in events}
    return [_explain_reversal(source, found[seq], by_id) for seq in sorted(found)]


def _explain_reversal(source: Source, reversal: Fields, by_id: dict[tuple[str, str], Fields]) -> Fields:
    conversion = by_id.get((reversal["source"], reversal["reverses"]))
    moments = {reversal["received_at"]} | ({conversion["received_at"]} if conversion else set())
    reason = None
    for at in sorted(moments):  # a reversal that came first is judged when its conversion arrives
        if at < reversal["received_at"]:
            continue
        waits = conversion is not None and at < conversion["received_at"]
        entry = None if waits else _entry(source, reversal["seq"], at, _NO_EFFECT)
        # of somebody else's conversion, or of none that came
        if entry is None and (waits or conversion is None):
            entry = _entry(source, reversal["seq"], at, AuditKind.REVERSAL_WAITING)
        reason = entry if entry is not None or at == reversal["received_at"] else None
    return {
        **{name: reversal.get(name) for name in _NAMES},
        "reason": reason,
        "why": None if reason is None else _WORDS.get(reason, reason),
    }


def _entry(source: Source, trigger: int, at: int, kind: AuditKind) -> str | None:
    """Return the reason in the newest audit entry of a kind that the event `trigger` has at that time, or None."""
    return without_effect(source.db, trigger, kind, audit_at(source.db, at), audit_at(source.db, at + 1))

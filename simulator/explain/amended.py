"""List what changed a friend's conversions after they were judged: reinstatements and adjustments."""

from __future__ import annotations

from typing import Final

from db.read.decision_rows import without_effect
from db.read.event_fields import about_conversions, event_at
from db.read.moment import audit_at
from simulator.domain.vocabulary import AuditKind
from simulator.domain.without_effect import WITHOUT_EFFECT
from simulator.explain.source import Fields, Source
from simulator.program.currencies import DIGITS
from simulator.program.words import amount, moment

_KINDS: Final = {
    "conversion.reinstated": ("reinstates", AuditKind.REINSTATEMENT_WITHOUT_EFFECT),
    "conversion.adjusted": ("adjusts", AuditKind.ADJUSTMENT_WITHOUT_EFFECT),
}
_MOST: Final = 100  # of one friend; no real one has more


def amended(source: Source, friend: int, events: list[Fields], only_seq: int | None = None) -> list[Fields]:
    """Return the events that reinstated or adjusted a conversion among a friend's `events`, in log order.

    With `only_seq`, those of that conversion only. `says` tells the effect, or why there is none.
    """
    named = {(event["source"], event["id"]): event for event in events if only_seq in (None, event["seq"])}
    found = {event["seq"]: event for event in events if event["type"] in _KINDS}
    for seq in about_conversions(source.db, [friend], _MOST):
        found[seq] = event_at(source.db, seq)
    told = []
    for seq in sorted(found):
        event = found[seq]
        if event["type"] not in _KINDS:
            continue
        name, kind = _KINDS[event["type"]]
        conversion = named.get((event["source"], event[name]))
        if conversion is not None:
            says = _without(source, event, kind) or _effect(source, event, conversion)
            told.append(
                {
                    **{
                        key: event.get(key)
                        for key in ("seq", "received_at", "source", "id", "type", "reason")
                    },
                    "conversion": f"{event['source']}:{event[name]}",
                    "says": says,
                }
            )
    return told


def _effect(source: Source, event: Fields, conversion: Fields) -> str:
    reason = f" ({event['reason']})" if event.get("reason") else ""
    at = moment(event["received_at"])
    if event["type"] == "conversion.reinstated":
        return f"the dispute was won on {at}{reason}: the conversion stands again, and its rewards were released anew"
    currency = event.get("currency") or conversion.get("currency") or source.program.currency
    worth = amount(event["amount_minor"], currency, DIGITS.get(currency, 2))
    return f"the amount was adjusted to {worth} on {at}{reason}"


def _without(source: Source, event: Fields, kind: AuditKind) -> str | None:
    at = event["received_at"]
    span = audit_at(source.db, at), audit_at(source.db, at + 1)
    reason = without_effect(source.db, event["seq"], kind, *span)
    return None if reason is None else f"no effect, {WITHOUT_EFFECT[kind].get(reason, reason)}"

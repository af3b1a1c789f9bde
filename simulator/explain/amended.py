"""List what changed a friend's conversions after they were judged, and choices and redemptions without effect."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from db.read.decision_rows import without_effect
from db.read.event_fields import about_conversions, event_at, events_of
from db.read.moment import audit_at
from db.read.reward_rows import RewardRow
from simulator.domain.vocabulary import AuditKind, ReversalReason
from simulator.domain.without_effect import WITHOUT_EFFECT
from simulator.explain.source import Fields, Source, steered
from simulator.program.currencies import DIGITS
from simulator.program.words import amount, moment

_NAMING: Final = {"conversion.reinstated": "reinstates", "conversion.adjusted": "adjusts"}
_VAIN: Final = {
    "conversion.reinstated": AuditKind.REINSTATEMENT_WITHOUT_EFFECT,
    "conversion.adjusted": AuditKind.ADJUSTMENT_WITHOUT_EFFECT,
    "customer.merged": AuditKind.MERGE_WITHOUT_EFFECT,
    "reward.chosen": AuditKind.CHOICE_WITHOUT_EFFECT,
    "reward.redeemed": AuditKind.REDEMPTION_WITHOUT_EFFECT,
}
_OF_OTHERS: Final = (ReversalReason.OTHER_SUBJECT, ReversalReason.OTHER_SOURCE)
_KEPT: Final = ("seq", "received_at", "source", "id", "type", "reason")
_MOST: Final = 100  # of one friend; no real one has more


def amended(source: Source, friend: int, events: list[Fields], only_seq: int | None = None) -> list[Fields]:
    """Return the events that reinstated or adjusted a conversion among a friend's `events`, in log order.

    With `only_seq`, only those of that conversion. `says` describes the effect, or why there is none; `effect` is
    whether there is one.
    """
    named = {(event["source"], event["id"]): event for event in events if only_seq in (None, event["seq"])}
    found = {event["seq"]: event for event in events if event["type"] in _NAMING}
    for seq in about_conversions(source.db, [friend], _MOST):
        found[seq] = event_at(source.db, seq)
    told = []
    for seq in sorted(found):
        event = found[seq]
        if event["type"] not in _NAMING:
            continue
        of = event[_NAMING[event["type"]]]
        conversion = named.get((event["source"], of))
        if conversion is not None:
            vain = no_effect(source, event)
            says = _effect(source, event, conversion) if vain is None else f"no effect, {vain}"
            told.append(_told(event, f"{event['source']}:{of}", says, vain is None))
    return told


def vain_choices(source: Source, lines: Sequence[RewardRow], events: list[Fields]) -> list[Fields]:
    """Return, as `amended` does, the choices and redemptions of these lines' recipients that had no effect.

    Those among `events`, the friend's own, are left out: the timeline shows them.
    """
    known = {event["seq"] for event in events}
    keys = {line.seq: event_at(source.db, line.seq) for line in lines}
    told: dict[int, Fields] = {}
    for line in lines:
        named = (keys[line.seq]["source"], keys[line.seq]["id"], line.reward)
        for event in _of_recipient(source, line):
            data = steered(event)
            if (
                event["seq"] in known
                or tuple(data.get(f"reward_{name}") for name in ("source", "id", "reward")) != named
            ):
                continue
            vain = no_effect(source, event)
            if vain is not None:
                what = (
                    f"the choice of {data.get('choice')}"
                    if event["type"] == "reward.chosen"
                    else "the redemption"
                )
                says = f"{what} for {line.reward} had no effect, {vain}"
                told[event["seq"]] = _told(event, f"{named[0]}:{named[1]}", says, effect=False)
    return [told[seq] for seq in sorted(told)]


def still_reversed(reversals: Sequence[Fields], changed: Sequence[Fields]) -> dict[str, int]:
    """Return when each conversion was reversed (SOURCE:ID, milliseconds UTC) that no reinstatement has restored.

    `reversals` are those of `reversals_of`, `changed` the events of `amended`.
    """
    found: list[tuple[int, str, int | None]] = [
        (one["seq"], f"{one['source']}:{one['reverses']}", one["received_at"])
        for one in reversals
        if one["reason"] not in _OF_OTHERS
    ]
    found += [
        (one["seq"], one["conversion"], None)
        for one in changed
        if one["type"] == "conversion.reinstated" and one["effect"]
    ]
    at = {key: moment_ms for _, key, moment_ms in sorted(found)}
    return {key: moment_ms for key, moment_ms in at.items() if moment_ms is not None}


def no_effect(source: Source, event: Fields) -> str | None:
    """Return why an event changed nothing, in words; None if it had an effect, or is of a type without one."""
    kind = _VAIN.get(event["type"])
    if kind is None:
        return None
    at = event["received_at"]
    span = audit_at(source.db, at), audit_at(source.db, at + 1)
    reason = without_effect(source.db, event["seq"], kind, *span)
    return None if reason is None else WITHOUT_EFFECT[kind].get(reason, reason)


def _told(event: Fields, conversion: str, says: str, effect: bool) -> Fields:
    return {
        **{key: event.get(key) for key in _KEPT},
        "conversion": conversion,
        "says": says,
        "effect": effect,
    }


def _of_recipient(source: Source, line: RewardRow) -> Iterator[Fields]:
    if line.recipient is not None:
        yield from events_of(source.db, line.recipient, types=("reward.chosen", "reward.redeemed"))


def _effect(source: Source, event: Fields, conversion: Fields) -> str:
    reason = f" ({event['reason']})" if event.get("reason") else ""
    at = moment(event["received_at"])
    if event["type"] == "conversion.reinstated":
        return f"it was reinstated on {at}{reason}: the conversion stands again, and its rewards were promised again"
    currency = event.get("currency") or conversion.get("currency") or source.program.currency
    worth = amount(event["amount_minor"], currency, DIGITS.get(currency, 2))
    return f"the amount was adjusted to {worth} on {at}{reason}"

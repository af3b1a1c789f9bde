"""List what changed a friend's conversions after they were judged, and what was done about them without effect."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from db.read.decision_rows import without_effect
from db.read.event_fields import (
    about_conversions,
    acts_of_nobody,
    acts_of_somebody,
    event_at,
    events_of,
)
from db.read.moment import audit_at
from db.read.reward_rows import RewardRow
from simulator.domain.currencies import DIGITS
from simulator.domain.moments import moment
from simulator.domain.vocabulary import EventType, ReversalReason
from simulator.domain.without_effect import KIND_OF, why_without_effect
from simulator.explain.source import Fields, Source, steered
from simulator.program.words import amount

_NAMING: Final = {"conversion.reinstated": "reinstates", "conversion.adjusted": "adjusts"}
_ACTS: Final = (
    EventType.REWARD_CHOSEN,
    EventType.REWARD_REDEEMED,
    EventType.REWARD_VETOED,
    EventType.REVIEW_DECIDED,
)
"""What somebody did about a reward or a decision; the events need not name the friend, nor anybody."""
_OF_OPERATORS: Final = (EventType.REWARD_VETOED, EventType.REVIEW_DECIDED)
"""Those of operators, who may act in their own name."""
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
    rows = []
    for seq in sorted(found):
        event = found[seq]
        if event["type"] not in _NAMING:
            continue
        of = event[_NAMING[event["type"]]]
        conversion = named.get((event["source"], of))
        if conversion is not None:
            without_effect = no_effect(source, event)
            says = (
                _effect(source, event, conversion)
                if without_effect is None
                else f"without effect: {without_effect}"
            )
            rows.append(_row(event, f"{event['source']}:{of}", says, without_effect is None))
    return rows


def acts_without_effect(
    source: Source, lines: Sequence[RewardRow], events: list[Fields], only_seq: int | None = None
) -> list[Fields]:
    """Return, as `amended` does, what was done about a friend's rewards and decisions without effect.

    These are choices, redemptions, vetoes and verdicts in nobody's name or in that of the lines' recipients, and vetoes
    and verdicts in anybody's, such as the operator's; with `only_seq` only those about that conversion. Those among
    `events`, the friend's own, are left out: the timeline shows them.
    """
    known = {event["seq"] for event in events}
    conversions = {(one["source"], one["id"]) for one in events if only_seq in (None, one["seq"])}
    found = {event["seq"]: event for event in acts_of_nobody(source.db, _ACTS, conversions, _MOST)}
    found |= {event["seq"]: event for event in acts_of_somebody(source.db, _OF_OPERATORS, conversions, _MOST)}
    for recipient in {line.recipient for line in lines if line.recipient is not None}:
        found |= {event["seq"]: event for event in events_of(source.db, recipient, types=_ACTS)}
    rows = []
    for seq in sorted(found.keys() - known):
        event, data = found[seq], steered(found[seq])
        of = next((named for named in _named(data) if named in conversions), None)
        if of is not None and (without_effect := no_effect(source, event)) is not None:
            says = f"{_act(event, data)} was without effect: {without_effect}"
            rows.append(_row(event, f"{of[0]}:{of[1]}", says, effect=False))
    return rows


def _named(data: Fields) -> Iterator[tuple[object, object]]:
    """Yield source and id of the conversion whose reward or decision such an event names."""
    for what in ("reward", "decision"):
        yield data.get(f"{what}_source"), data.get(f"{what}_id")


def _act(event: Fields, data: Fields) -> str:
    """Say what such an event did, or would have done."""
    if event["type"] == EventType.REVIEW_DECIDED:
        return f"the verdict {data.get('verdict')} on {data.get('decision_milestone')}, by {data.get('by')},"
    what = {
        EventType.REWARD_CHOSEN: f"the choice of {data.get('choice')}",
        EventType.REWARD_REDEEMED: "the redemption",
        EventType.REWARD_VETOED: "the veto",
    }[event["type"]]
    why = f" ({event['reason']})" if event.get("reason") else ""
    return f"{what} for {data.get('reward_reward')}{why}"


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
    kind = KIND_OF.get(event["type"])
    if kind is None or event["type"] == EventType.CONVERSION_REVERSED:  # `reversals_of` shows these
        return None
    at = event["received_at"]
    span = audit_at(source.db, at), audit_at(source.db, at + 1)
    reason = without_effect(source.db, event["seq"], kind, *span)
    return None if reason is None else why_without_effect(kind, reason)


def _row(event: Fields, conversion: str, says: str, effect: bool) -> Fields:
    return {
        **{key: event.get(key) for key in _KEPT},
        "conversion": conversion,
        "says": says,
        "effect": effect,
    }


def _effect(source: Source, event: Fields, conversion: Fields) -> str:
    reason = f" ({event['reason']})" if event.get("reason") else ""
    at = moment(event["received_at"])
    if event["type"] == "conversion.reinstated":
        return f"it was reinstated on {at}{reason}: the conversion stands again, and its rewards were promised again"
    currency = event.get("currency") or conversion.get("currency") or source.program.currency
    worth = amount(event["amount_minor"], currency, DIGITS.get(currency, 2))
    return f"the amount was adjusted to {worth} on {at}{reason}"

"""Generate changes of the log that give one fact another value, so that the failed rules would pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from simulator.domain.spans import DAY_MS
from simulator.events.attributes import as_text, as_values
from simulator.explain.change_words import QUALIFIES, count_fact, fact_words, sooner
from simulator.explain.context import Change, DecisionContext, at_time
from simulator.explain.edits import Edit
from simulator.explain.fact_changes import OTHER, FactChange
from simulator.explain.source import Fields
from simulator.program.facts import ALL_FACTS, attribute_facts

IDENTIFYING: Final = ("customer.identified", "friend.claimed")
_WITH_DEVICE: Final = (*IDENTIFYING, "friend.visited")
_FRIEND_EVENTS: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "claimed": ("friend.claimed", {"contact_ref": OTHER}),
    "opted_in": ("friend.opted_in", {}),
    "authenticated": ("session.authenticated", {}),
    "eligible": ("eligibility.confirmed", {"eligible": True}),
}


def by_fact(context: DecisionContext, change: FactChange) -> Iterator[Change]:
    """Yield the changes with which the fact would have had that value; nothing if no event could have set it."""
    words = f"{fact_words(change, context.program)} {QUALIFIES}"
    maker = _MAKERS.get(change.name) or _own_maker(context, change.name)
    if maker is not None:
        yield from maker(context, change, words)


def _of_conversion(context: DecisionContext, change: FactChange, words: str) -> Iterator[Change]:
    yield Change(words, edits=(_set(context.event, **{change.name: change.value}),))


def _amount(context: DecisionContext, change: FactChange, words: str) -> Iterator[Change]:
    minor = None
    if isinstance(change.value, float):
        minor = round(change.value * 10**context.program.digits)
    fields: dict[str, Any] = {"amount_minor": minor}
    if context.event.get("currency") not in (None, context.program.currency):  # at a rate, or none at all
        fields["currency"] = context.program.currency
    yield Change(words, edits=(_set(context.event, **fields),))


def _channel(context: DecisionContext, change: FactChange, words: str) -> Iterator[Change]:
    touch = context.touch
    if touch is not None and touch["type"] == "friend.visited" and change.value is not None:
        yield Change(words, edits=(_set(touch, channel=change.value),))


def _method(context: DecisionContext, change: FactChange, words: str) -> Iterator[Change]:
    matched, attribution = context.matched, context.attribution
    if matched is not None and attribution is not None and change.value in ("code", "link"):
        code = attribution.code if change.value == "code" else None
        yield Change(words, edits=(_set(matched, code=code),))


def _touch_age(context: DecisionContext, change: FactChange, _words: str) -> Iterator[Change]:
    touch = context.touch
    if touch is None or not isinstance(change.value, float):
        return
    age, at = round(change.value * DAY_MS), context.event["occurred_at"]
    shift = touch["occurred_at"] + age - at
    yield Change(
        f"had it happened {sooner(shift)} {QUALIFIES}",
        edits=(at_time(context.event, at + shift),),
    )
    what = "visit" if touch["type"] == "friend.visited" else "match"
    yield Change(f"had the {what} happened {sooner(-shift)} {QUALIFIES}", edits=(at_time(touch, at - age),))


def _claim_delay(context: DecisionContext, change: FactChange, words: str) -> Iterator[Change]:
    touch, claims = context.touch, context.own("friend.claimed")
    if touch is None or not isinstance(change.value, float):
        return
    at = touch["occurred_at"] + round(change.value * 1000)
    if claims:
        shift = at - claims[0]["occurred_at"]
        words = f"had the claim come {sooner(shift)} {QUALIFIES}"
        yield Change(words, edits=(at_time(claims[0], at),))
    else:
        yield Change(
            f"had the friend claimed before {QUALIFIES}",
            edits=(_more(context, "friend.claimed", contact_ref=OTHER, occurred_at=at),),
        )


def _friend_event(context: DecisionContext, change: FactChange, words: str) -> Iterator[Change]:
    """Yield a change for a fact that stands for an event of the friend's: add the event, change it or drop it."""
    kind, fields = _FRIEND_EVENTS[change.name]
    there = context.own(kind)
    if change.name == "eligible" and there and isinstance(change.value, bool):
        yield Change(words, edits=(_set(there[-1], eligible=change.value),))
    elif change.value is True:
        yield Change(words, edits=(_more(context, kind, **fields),))
    elif there:
        yield Change(words, edits=tuple({"seq": row["seq"], "drop": True} for row in there))


def _same_contact(context: DecisionContext, change: FactChange, words: str) -> Iterator[Change]:
    naming = [row for row in context.own(*IDENTIFYING) if row["contact_ref"] is not None]
    if naming and change.value is False:
        yield Change(words, edits=(_set(naming[-1], contact_ref=OTHER),))


def _same_device(context: DecisionContext, change: FactChange, words: str) -> Iterator[Change]:
    seen = [row for row in context.own(*_WITH_DEVICE) if row["device_ref"] is not None]
    if seen and change.value is False:
        yield Change(words, edits=tuple(_set(row, device_ref=OTHER) for row in seen))


def _of_person(context: DecisionContext, change: FactChange, words: str) -> Iterator[Change]:
    """Yield a change of a field that identifies the friend or the referrer."""
    whose, _, name = change.name.partition("_")
    if change.name in ("community", "referrer_kind"):
        whose, name = "referrer", change.name
    subject = context.event["subject"] if whose == "friend" else _referrer(context)
    stating = [
        row
        for row in context.around.of(subject=subject)
        if row["type"] in IDENTIFYING and row["seq"] < context.event["seq"]
    ]
    stating = [row for row in stating if row[name] is not None] or stating
    if stating and change.value is not None:
        edit = _set(stating[-1], **{name: change.value})
        yield Change(words, edits=(edit,), of_link=name == "referrer_kind")


def _referrer_age(context: DecisionContext, change: FactChange, _words: str) -> Iterator[Change]:
    links = context.around.of(subject=_referrer(context), type="link.created")
    attribution = context.attribution
    if links and attribution is not None and isinstance(change.value, float):
        at = attribution.attributed_at - round(change.value * DAY_MS)
        words = f"had the referrer's link been made {sooner(at - links[0]['received_at'])} {QUALIFIES}"
        edit: Edit = {"seq": links[0]["seq"], "set": {"received_at": at, "occurred_at": at}}
        yield Change(words, edits=(edit,), of_link=True)


def _friends(context: DecisionContext, change: FactChange, words: str) -> Iterator[Change]:
    matched, attribution = context.matched, context.attribution
    if matched is None or attribution is None:
        return
    if not isinstance(change.value, float) or not isinstance(change.held, float):
        return
    count = round(change.value - change.held)
    if count > 0:
        more = {
            "type": "friend.claimed",
            "source": "platform",
            "code": attribution.code,
            "contact_ref": OTHER,
        }
        yield Change(
            words,
            edits=tuple(
                {"before": matched["seq"], "add": more | {"id": f"{OTHER}-{n}", "subject": f"{OTHER}-{n}"}}
                for n in range(count)
            ),
        )
        return
    since = attribution.attributed_at - DAY_MS if change.name.endswith("24h") else 0
    others = [
        row
        for row in context.around.events.iter_rows(named=True)
        if row["id"].startswith("claim-") and since < row["received_at"] and row["seq"] < matched["seq"]
    ]
    if len(others) >= -count:
        yield Change(words, edits=tuple({"subject": row["subject"], "drop": True} for row in others[count:]))


def _closed(context: DecisionContext, change: FactChange, words: str) -> Iterator[Change]:
    """Yield the change that a person's account was not closed, or was opened again."""
    subject = context.event["subject"] if change.name == "friend_closed" else _referrer(context)
    closing = [
        row
        for row in context.around.of(subject=subject)
        if row["type"] == "customer.closed" and row["seq"] < context.event["seq"]
    ]
    if closing and change.value is False:
        yield Change(words, edits=tuple({"seq": row["seq"], "drop": True} for row in closing))


def _first_conversion(context: DecisionContext, change: FactChange, _words: str) -> Iterator[Change]:
    if isinstance(change.value, float) and isinstance(change.held, float):
        shift = round((change.value - change.held) * DAY_MS)
        at = context.event["occurred_at"] + shift
        yield Change(f"had it happened {sooner(shift)} {QUALIFIES}", edits=(at_time(context.event, at),))


def _standing(context: DecisionContext, change: FactChange, words: str) -> Iterator[Change]:
    """Yield the change that a person had more conversions that stand; fewer can't be had by one that was sent."""
    who, kind = count_fact(change.name) or ("friend", None)
    subject = context.event["subject"] if who == "friend" else _referrer(context)
    if subject is None or not isinstance(change.value, float) or not isinstance(change.held, float):
        return
    count, event = round(change.value - change.held), context.event
    if count > 0:
        add = {"type": kind or event["type"], "source": event["source"], "subject": subject}
        more = [add | {"id": f"{OTHER}-{number}"} for number in range(count)]
        yield Change(words, edits=tuple({"before": event["seq"], "add": one} for one in more))


def _own_maker(context: DecisionContext, name: str) -> _Maker | None:
    """Return the maker of a fact that the program has of its own: of an attribute that it declares."""
    for one in context.program.attributes:
        if name in (fact.name for fact in attribute_facts(one.name, one.of, one.type)):
            return _attribute
    return None


def _attribute(context: DecisionContext, change: FactChange, words: str) -> Iterator[Change]:
    """Yield the change that an event says another value of an attribute: the conversion, or the person's latest."""
    own = change.name in (one.name for one in context.program.attributes if one.of == "conversion")
    whose, _, name = ("", "", change.name) if own else change.name.partition("_")
    if change.value is None:
        return
    stating = [context.event]
    if not own:
        subject = context.event["subject"] if whose == "friend" else _referrer(context)
        people = context.around.of(subject=subject)
        stating = [row for row in people if row["type"] in IDENTIFYING and row["seq"] < context.event["seq"]]
        stating = [row for row in stating if name in as_values(row["attributes"])] or stating
    if stating:
        attributes = as_values(stating[-1].get("attributes")) | {name: change.value}
        yield Change(words, edits=(_set(stating[-1], attributes=as_text(attributes)),))


def _referrer(context: DecisionContext) -> str | None:
    return context.attribution.referrer_ref if context.attribution else None


def _set(event: Fields, **fields: Any) -> Edit:
    return {"seq": event["seq"], "set": fields}


def _more(context: DecisionContext, kind: str, **fields: Any) -> Edit:
    event = {"type": kind, "source": "platform", "id": f"{OTHER}-{kind}", "subject": context.event["subject"]}
    return {"before": context.event["seq"], "add": event | fields}


_Maker = Callable[[DecisionContext, FactChange, str], Iterator[Change]]
_MAKERS: Final[dict[str, _Maker]] = {
    "amount": _amount,
    **dict.fromkeys(("outcome", "currency", "new_customer"), _of_conversion),
    "channel": _channel,
    "method": _method,
    "touch_age_days": _touch_age,
    "claim_delay_seconds": _claim_delay,
    **dict.fromkeys(_FRIEND_EVENTS, _friend_event),
    "same_contact": _same_contact,
    "same_device": _same_device,
    "referrer_age_days": _referrer_age,
    **dict.fromkeys(("referrer_friends", "referrer_friends_24h"), _friends),
    **dict.fromkeys(("friend_segment", "friend_country", "referrer_segment", "referrer_country"), _of_person),
    **dict.fromkeys(("referrer_kind", "community"), _of_person),
    **dict.fromkeys(("friend_closed", "referrer_closed"), _closed),
    "friend_first_conversion_days": _first_conversion,
    **{fact.name: _standing for fact in ALL_FACTS if count_fact(fact.name)},
}

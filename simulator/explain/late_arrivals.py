"""Find what arrived only after a decision was made but would have counted if it had arrived in time.

Events are judged in the order in which they arrive, which need not be the order in which they happened.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from db.read.decision_rows import AttributionRow, DecisionRow
from db.read.event_fields import events_of
from db.read.people import reference
from simulator.domain.moments import moment
from simulator.explain.change_words import span
from simulator.explain.links import link_named
from simulator.explain.source import Fields, Source
from simulator.program.facts import FactList
from simulator.program.model import Rule
from simulator.program.rules import compile_rule

FRIEND, REFERRER = "friend", "referrer"
_NOT_TYPED: Final = ("friend.visited", "link.created", "referral.shared")  # their codes are nobody's claim
_FACT_EVENTS: Final = {
    "eligible": (FRIEND, ("eligibility.confirmed",), None, "the friend's eligibility"),
    "claimed": (FRIEND, ("friend.claimed",), None, "the friend's claim"),
    "claim_delay_seconds": (FRIEND, ("friend.claimed",), None, "the friend's claim"),
    "opted_in": (FRIEND, ("friend.opted_in",), None, "the friend's agreement to marketing messages"),
    "authenticated": (FRIEND, ("session.authenticated",), None, "the friend's sign-in"),
    "friend_segment": (FRIEND, ("customer.identified", "friend.claimed"), "segment", "the friend's segment"),
    "friend_country": (FRIEND, ("customer.identified", "friend.claimed"), "country", "the friend's country"),
    "referrer_segment": (
        REFERRER,
        ("customer.identified", "friend.claimed"),
        "segment",
        "the referrer's segment",
    ),
    "referrer_country": (
        REFERRER,
        ("customer.identified", "friend.claimed"),
        "country",
        "the referrer's country",
    ),
    "referrer_kind": (REFERRER, ("customer.identified",), "referrer_kind", "the referrer's kind"),
    "community": (REFERRER, ("customer.identified",), "community", "the referrer's community"),
}
"""By fact: whose events set it, their types, the field that holds it (None: the event itself), its name in words."""


def facts_after(
    source: Source, row: DecisionRow, event: Fields, rules: list[Rule], known: FactList
) -> Iterator[str]:
    """Yield a sentence for each fact of the failed `rules` that was set by an event received after the decision."""
    people = {FRIEND: row.friend, REFERRER: row.referrer}
    names = dict.fromkeys(name for rule in rules for name in compile_rule(rule, known).facts)
    listed: set[int] = set()
    for name in names:
        if name not in _FACT_EVENTS:
            continue
        whose, types, field, words = _FACT_EVENTS[name]
        found = events_of(source.db, people[whose], types=types, after_seq=row.seq, having=field)
        if found and found[0]["seq"] not in listed:
            listed.add(found[0]["seq"])
            yield f"{words} ({_value_words(found[0], field)}) arrived {arrived_after(found[0], event)} it was judged"


def _value_words(event: Fields, field: str | None) -> str:
    if field is not None:
        return str(event[field])
    if event["type"] == "eligibility.confirmed":
        return "confirmed" if event.get("eligible", True) else "denied"
    return str(event["type"])


def arrived_after(event: Fields, judged: Fields) -> str:
    """Say when an event arrived, and how long after another: `on 3 January 2026, 00:00 UTC, 1 day after`."""
    gap = event["received_at"] - judged["received_at"]
    when = f"on {moment(event['received_at'])}"
    return f"{when}, {span(gap)} after" if gap else f"{when}, just after"


def kind_after(source: Source, referrer: int, seq: int, kinds: Sequence[str]) -> str | None:
    """Return a sentence on when the referrer became known as one of `kinds` after the event `seq`, or None."""
    found = events_of(source.db, referrer, after_seq=seq, having="referrer_kind")
    if not found or found[0]["referrer_kind"] not in kinds:
        return None
    arrived = moment(found[0]["received_at"])
    return f"its referrer's kind was not known then; it arrived on {arrived}; the referrer may refer from then on"


def codes_after(source: Source, events: list[Fields], attribution: AttributionRow | None) -> list[Fields]:
    """Return the codes of other referrers that the friend typed too late, after having been attributed."""
    if attribution is None:
        return []
    late = []
    for event in events:
        if event["seq"] <= attribution.seq or "code" not in event or event["type"] in _NOT_TYPED:
            continue
        link = link_named(source, event["code"], event["seq"])
        if link is None or link.person == attribution.referrer:
            continue
        late.append(
            {
                "seq": event["seq"],
                "type": event["type"],
                "received_at": event["received_at"],
                "code": event["code"],
                "referrer": reference(source.db, link.person),
                "why": f"it came too late, the friend had been matched on {moment(attribution.attributed_at)}",
            }
        )
    return late

"""Explain for each of a friend's visits, and each code they typed, whose it was and why it won or lost.

One function answers for the list of touches, for the friend and for each decision, so that one cause has one reason.
"""

from __future__ import annotations

from typing import Final

from db.read.decision_rows import AttributionRow
from db.read.event_fields import event_at, referrer_kind, visits_after
from db.read.people import reference
from simulator.domain.moments import moment
from simulator.domain.vocabulary import CONVERSION_TYPES
from simulator.explain.late_arrivals import arrived_after, kind_after
from simulator.explain.links import is_used_up, link_named
from simulator.explain.source import Fields, Source
from simulator.program.words import duration

MATCHING: Final = ("friend.claimed", *CONVERSION_TYPES)
"""The types of events at which a friend can be matched."""


def explain_touches(source: Source, events: list[Fields], attribution: AttributionRow | None) -> list[Fields]:
    """List every visit among a friend's `events`: whose link it was, whether it won, and why."""
    touches = []
    for visit in events:
        if visit["type"] != "friend.visited":
            continue
        link = link_named(source, visit["code"], visit["seq"])
        touches.append(
            {
                "seq": visit["seq"],
                "occurred_at": visit["occurred_at"],
                "code": visit["code"],
                "channel": visit["channel"],
                "referrer": reference(source.db, link.person) if link else None,
                "won": attribution is not None and attribution.touch_seq == visit["seq"],
                "why": _visit_reason(source, visit, events, attribution),
            }
        )
    return touches


def why_unmatched(source: Source, events: list[Fields], conversion: Fields) -> list[str]:
    """Say why a conversion found no referrer: the fate of the code typed last and of the newest visit before it.

    `events` are the friend's, in log order.
    """
    window_ms = source.program_at(conversion["seq"]).attribution.window_ms
    late = _late_visit(source, conversion, window_ms)
    if late is not None:
        return [late]
    known = [one for one in events if one["seq"] <= conversion["seq"]]
    found = []
    for typed in [one for one in known if one["type"] in MATCHING and "code" in one][-1:]:
        why = unusable(source, typed)
        if why is not None:
            found.append(f"code {typed['code']}, sent with the {typed['type']}: {why}")
    visits = [one for one in known if one["type"] == "friend.visited"]
    for visit in sorted(visits, key=lambda one: (one["occurred_at"], one["seq"]))[-1:]:
        why = _visit_reason(source, visit, [conversion], None)
        found.append(_fate(visit, why))
    if found:
        return found
    window = duration(window_ms)
    return [f"no visit through a live link in the {window} before, and no live code, led to a referrer"]


def _late_visit(source: Source, conversion: Fields, window_ms: int) -> str | None:
    """Return a sentence on a usable visit that happened before a conversion and arrived after it, if any."""
    at = conversion["occurred_at"]
    for visit in visits_after(source.db, conversion["person"], conversion["seq"], at - window_ms, at):
        if unusable(source, visit) is None:
            return (
                f"a visit through code {visit['code']} had happened on {moment(visit['occurred_at'])}, but arrived "
                f"{arrived_after(visit, conversion)} this conversion was judged: what arrives later changes nothing"
            )
    return None


def why_not_yet(source: Source, events: list[Fields]) -> list[str]:
    """Say why a friend about whom nothing was decided has no referrer yet; `events` are theirs, in log order."""
    matching = [one for one in events if one["type"] in MATCHING]
    if matching:
        return why_unmatched(source, events, matching[-1])
    visits = [one for one in events if one["type"] == "friend.visited"]
    barred = unusable(source, visits[-1]) if visits else None
    if barred is None:
        return ["no claim or conversion has matched this friend to a referrer yet"]
    return [_fate(visits[-1], barred)]


def _fate(visit: Fields, why: str) -> str:
    return f"visit of {moment(visit['occurred_at'])}, code {visit['code']}: {why}"


def unusable(source: Source, event: Fields) -> str | None:
    """Return why the code of a visit, claim or conversion leads to no referrer; None if it does lead to one."""
    link = link_named(source, event["code"], event["seq"])
    if link is None:
        return "no link had this code then"
    if is_used_up(source, link, event["seq"]):
        return "its code had been used up by then"
    allowed = source.program_at(event["seq"]).referrers
    if allowed is None:
        return None
    kind = referrer_kind(source.db, link.person, event["seq"])
    if kind in allowed:
        return None
    known = kind_after(source, link.person, event["seq"], allowed) if kind is None else None
    return known or f"its referrer ({kind or 'of a kind unknown'}) may not refer"


def _visit_reason(
    source: Source, visit: Fields, events: list[Fields], attribution: AttributionRow | None
) -> str:
    """Say why a visit won or lost; `events` are those at which an unmatched friend could have been matched."""
    barred = unusable(source, visit)
    if barred is not None:
        return barred
    if attribution is None:
        return _unfound(source, visit, events)
    if attribution.touch_seq == visit["seq"]:
        return "it won"
    if visit["seq"] > attribution.seq:
        return "it came after the friend was matched"
    return _beaten(source, visit, attribution)


def _beaten(source: Source, visit: Fields, attribution: AttributionRow) -> str:
    """Say why a visit by a usable link lost to what matched the friend later."""
    link = link_named(source, visit["code"], visit["seq"])
    if link is not None and is_used_up(source, link, attribution.seq):
        return "its code had been used up before the friend was matched"
    if attribution.method == "code":
        return "a code that was typed goes before any visit"
    by = event_at(source.db, attribution.seq)
    program = source.program_at(attribution.seq)
    last = program.attribution.model == "last-touch"
    outside = _out_of_window(source, visit, by, f"{by['type']} that matched the friend, on")
    return outside or ("a later visit won" if last else "an earlier visit won")


def _unfound(source: Source, visit: Fields, events: list[Fields]) -> str:
    """Return why a visit by a usable link led to no match: from the newest event that could have found it."""
    link = link_named(source, visit["code"], visit["seq"])
    for by in reversed([one for one in events if one["type"] in MATCHING]):
        outside = _out_of_window(source, visit, by, f"{by['type']} of")
        if outside is not None:
            return outside
        if by["seq"] < visit["seq"]:
            return f"it arrived {arrived_after(visit, by)} the {by['type']} was judged"
        if link is not None and is_used_up(source, link, by["seq"]):
            return f"its code had been used up before the {by['type']} of {moment(by['occurred_at'])}"
    return "a touch; no claim or conversion has found it within the window"


def _out_of_window(source: Source, visit: Fields, by: Fields, named: str) -> str | None:
    """Say that a visit was later or too long before an event, which is called by `named` and its moment."""
    window_ms = source.program_at(by["seq"]).attribution.window_ms
    if visit["occurred_at"] > by["occurred_at"]:
        return f"it happened after the {named} {moment(by['occurred_at'])}"
    if visit["occurred_at"] <= by["occurred_at"] - window_ms:
        return f"it was older than the window of {duration(window_ms)}"
    return None

"""Generate changes with which an ignored conversion would have counted, with a function for each reason."""

from __future__ import annotations

from collections.abc import Iterator

from db.read.decision_rows import brought_with
from simulator.explain.change_words import QUALIFIES, sooner
from simulator.explain.context import Change, DecisionContext, at_time
from simulator.explain.edits import Edit
from simulator.explain.fact_changes import OTHER
from simulator.explain.links import link_named
from simulator.explain.source import Fields


def by_reason(context: DecisionContext) -> Iterator[Change]:
    """Yield the changes to try for the decision's reason, the likeliest first."""
    found = {
        "unattributed": _unattributed,
        "before-touch": _before_touch,
        "outside-program": _outside,
        "too-late": _too_late,
        "occurrence": _occurrence,
        "referrer-stopped": _stopped,
    }.get(context.row.reason or "")
    if found is not None:
        yield from found(context)


def _conversion_at(context: DecisionContext, at: int) -> Change:
    shift = at - context.event["occurred_at"]
    return Change(f"had it happened {sooner(shift)} {QUALIFIES}", edits=(at_time(context.event, at),))


def _touch_at(context: DecisionContext, at: int) -> Iterator[Change]:
    touch = context.touch
    if touch is not None:
        what = "visit" if touch["type"] == "friend.visited" else "match"
        words = f"had the {what} happened {sooner(at - touch['occurred_at'])} {QUALIFIES}"
        yield Change(words, edits=(at_time(touch, at),))


def _before_touch(context: DecisionContext) -> Iterator[Change]:
    if context.attribution is not None:
        yield _conversion_at(context, context.attribution.touch_at)
        yield from _touch_at(context, context.event["occurred_at"])


def _outside(context: DecisionContext) -> Iterator[Change]:
    at, program = context.event["occurred_at"], context.program
    if program.starts_ms is not None and at < program.starts_ms:
        yield _conversion_at(context, program.starts_ms)
    elif program.ends_ms is not None:
        yield _conversion_at(context, program.ends_ms - 1)


def _too_late(context: DecisionContext) -> Iterator[Change]:
    within = context.milestone.within_ms
    if context.attribution is not None and within is not None:
        yield _conversion_at(context, context.attribution.touch_at + within)
        yield from _touch_at(context, context.event["occurred_at"] - within)


def _occurrence(context: DecisionContext) -> Iterator[Change]:
    wanted, event = context.milestone.occurrence, context.event
    earlier = context.own(event["type"])[:-1]
    before = [row for row in earlier if _stands(context, row)]
    if not isinstance(wanted, int):
        return
    missing = wanted - 1 - len(before)
    if missing > 0:
        copies: list[Edit] = [
            {"before": event["seq"], "add": _copy(event, f"{OTHER}-{number}")} for number in range(missing)
        ]
        times = "one more" if missing == 1 else f"{missing:,} more"
        yield Change(f"with {times} {event['type']} of the friend before {QUALIFIES}", edits=tuple(copies))
    elif missing == -1:
        one = before[wanted - 1] if wanted <= len(before) else before[-1]
        words = f"had {one['source']}:{one['id']} not been sent before {QUALIFIES}"
        yield Change(words, edits=({"seq": one["seq"], "drop": True},))
    elif missing == 0 and len(earlier) > len(before):  # one that was reversed is paid still
        one = next(row for row in reversed(earlier) if row not in before)
        words = f"had {one['source']}:{one['id']}, which is paid though it was reversed, not been sent {QUALIFIES}"
        yield Change(words, edits=({"seq": one["seq"], "drop": True},))


def _stands(context: DecisionContext, conversion: Fields) -> bool:
    """Return whether a conversion stood as the one in question was received."""
    key, standing = (conversion["source"], conversion["id"]), True
    for row in context.around.of(source=conversion["source"]):
        if row["seq"] < context.event["seq"]:
            if (row["source"], row["reverses"]) == key:
                standing = False
            elif (row["source"], row["reinstates"]) == key:
                standing = True
    return standing


def _stopped(context: DecisionContext) -> Iterator[Change]:
    """Yield the change that the referrer's latest kind was one that may refer."""
    allowed, attribution = context.program.referrers, context.attribution
    if not allowed or attribution is None:
        return
    kinds = [
        row
        for row in context.around.of(subject=attribution.referrer_ref, type="customer.identified")
        if row["referrer_kind"] is not None and row["seq"] < context.event["seq"]
    ]
    if kinds:
        edit: Edit = {"seq": kinds[-1]["seq"], "set": {"referrer_kind": allowed[0]}}
        yield Change(
            f"had the referrer still been of the kind {allowed[0]} {QUALIFIES}", edits=(edit,), of_link=True
        )


def _copy(event: Fields, own_id: str) -> Fields:
    names = (
        "type",
        "source",
        "subject",
        "occurred_at",
        "amount_minor",
        "currency",
        "outcome",
        "new_customer",
    )
    return {name: event.get(name) for name in names} | {"id": own_id}


def _unattributed(context: DecisionContext) -> Iterator[Change]:
    """Yield changes that attribute the friend: of a visit out of the window, late or by a dead link; or a code sent."""
    subject = context.event["subject"]
    visits = [row for row in context.around.of(subject=subject) if row["type"] == "friend.visited"]
    visits.sort(key=lambda row: abs(row["occurred_at"] - context.event["occurred_at"]))
    for visit in visits:
        yield from _for_visit(context, visit)
    yield from _for_use(context)
    for row in context.own("friend.claimed", context.event["type"]):
        if row["code"] is not None:
            yield from _for_code(context, row["code"], f"the code {row['code']}")
    codes = dict.fromkeys(visit["code"] for visit in visits)
    spare = context.around.spare_code
    for code in codes or ([spare] if spare is not None else []):
        which = f"the code {code}" if codes else f"a live code such as {code}"
        words = f"with {which} sent with it, {QUALIFIES}"
        yield Change(words, edits=({"seq": context.event["seq"], "set": {"code": code}},))


def _for_visit(context: DecisionContext, visit: Fields) -> Iterator[Change]:
    at, window = context.event["occurred_at"], context.program.attribution.window_ms
    occurred = visit["occurred_at"]
    wanted = min(max(occurred, at - window + 1), at)
    words = f"had the visit with {visit['code']} happened {sooner(wanted - occurred)} {QUALIFIES}"
    if visit["seq"] > context.event["seq"]:
        ahead = {name: value for name, value in visit.items() if name not in ("seq", "received_at")}
        add: Edit = {"before": context.event["seq"], "add": ahead | {"occurred_at": wanted}}
        early = context.event["received_at"] - visit["received_at"]
        words = f"had the visit with {visit['code']} arrived {sooner(early or -1)} {QUALIFIES}"
        yield Change(words, edits=({"seq": visit["seq"], "drop": True}, add))
    elif wanted != occurred:
        yield Change(words, edits=(at_time(visit, wanted),))
    yield from _for_code(context, visit["code"], f"the link {visit['code']}", before=visit["seq"])


def _for_use(context: DecisionContext) -> Iterator[Change]:
    """Yield the change that the last friend for whom a used-up code served had not used it."""
    uses = context.program.attribution.uses
    if uses is None:
        return
    own = context.own("friend.claimed", "friend.visited", context.event["type"])
    for code in dict.fromkeys(row["code"] for row in own if row["code"] is not None):
        link = link_named(context.source, code, context.event["seq"])
        if link is not None:
            served = brought_with(context.source.db, link.code, context.event["seq"])
            if len(served) >= uses:
                words = f"had one friend fewer used the code {link.code} before {QUALIFIES}"
                yield Change(words, edits=({"subject": served[-1], "drop": True},), of_link=True)


def _for_code(context: DecisionContext, code: str, what: str, before: int | None = None) -> Iterator[Change]:
    """Yield changes that make a code valid: its link created earlier, or its owner of a kind that may refer."""
    links = context.around.of(type="link.created", code=code)
    before = context.event["seq"] if before is None else before
    if not links:
        return
    if links[0]["seq"] > before:
        ahead = {name: value for name, value in links[0].items() if name not in ("seq", "received_at")}
        first = context.around.of(seq=before)[0]["received_at"]
        words = f"had {what} been made {sooner(first - links[0]['received_at'] or -1)} {QUALIFIES}"
        add: Edit = {"before": before, "add": ahead | {"occurred_at": first}}
        yield Change(words, edits=({"seq": links[0]["seq"], "drop": True}, add), of_link=True)
    allowed = context.program.referrers
    kinds = [
        row
        for row in context.around.of(subject=links[0]["subject"], type="customer.identified")
        if row["seq"] < before
    ]
    if allowed and kinds and kinds[-1]["referrer_kind"] not in allowed:
        words = f"had the owner of {what} been of the kind {allowed[0]} {QUALIFIES}"
        edit: Edit = {"seq": kinds[-1]["seq"], "set": {"referrer_kind": allowed[0]}}
        yield Change(words, edits=(edit,), of_link=True)

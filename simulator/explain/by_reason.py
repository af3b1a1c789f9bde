"""Changes with which an ignored conversion would have counted: one function for each reason to be ignored."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.explain.edits import Edit
from simulator.explain.saying import sooner
from simulator.explain.solving import OTHER
from simulator.explain.source import Fields
from simulator.explain.trying import Change, Decided, at_time

_IT = "it would have qualified"


def by_reason(decided: Decided) -> Iterator[Change]:
    """Changes to try for the reason that the decision gives, the likeliest first."""
    found = {
        "unattributed": _unattributed,
        "before-touch": _before_touch,
        "outside-program": _outside,
        "too-late": _too_late,
        "occurrence": _occurrence,
    }.get(decided.row["reason"] or "")
    if found is not None:
        yield from found(decided)


def _conversion_at(decided: Decided, at: int) -> Change:
    shift = at - decided.event["occurred_at"]
    return Change(f"had it happened {sooner(shift)} {_IT}", edits=(at_time(decided.event, at),))


def _touch_at(decided: Decided, at: int) -> Iterator[Change]:
    touch = decided.touch
    if touch is not None:
        what = "visit" if touch["type"] == "friend.visited" else "match"
        words = f"had the {what} happened {sooner(at - touch['occurred_at'])} {_IT}"
        yield Change(words, edits=(at_time(touch, at),))


def _before_touch(decided: Decided) -> Iterator[Change]:
    if decided.attribution is not None:
        yield _conversion_at(decided, decided.attribution["touch_at"])
        yield from _touch_at(decided, decided.event["occurred_at"])


def _outside(decided: Decided) -> Iterator[Change]:
    at, program = decided.event["occurred_at"], decided.program
    if program.starts_ms is not None and at < program.starts_ms:
        yield _conversion_at(decided, program.starts_ms)
    elif program.ends_ms is not None:
        yield _conversion_at(decided, program.ends_ms - 1)


def _too_late(decided: Decided) -> Iterator[Change]:
    within = decided.milestone.within_ms
    if decided.attribution is not None and within is not None:
        yield _conversion_at(decided, decided.attribution["touch_at"] + within)
        yield from _touch_at(decided, decided.event["occurred_at"] - within)


def _occurrence(decided: Decided) -> Iterator[Change]:
    wanted, event = decided.milestone.occurrence, decided.event
    before = decided.own(event["type"])[:-1]
    if not isinstance(wanted, int):
        return
    missing = wanted - 1 - len(before)
    if missing > 0:
        copies: list[Edit] = [
            {"before": event["seq"], "add": _copy(event, f"{OTHER}-{number}")} for number in range(missing)
        ]
        times = "one more" if missing == 1 else f"{missing:,} more"
        yield Change(f"with {times} {event['type']} of the friend before {_IT}", edits=tuple(copies))
    elif missing == -1:
        one = before[wanted - 1] if wanted <= len(before) else before[-1]
        words = f"had {one['source']}:{one['id']} not been sent before {_IT}"
        yield Change(words, edits=({"seq": one["seq"], "drop": True},))


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


def _unattributed(decided: Decided) -> Iterator[Change]:
    """A visit that missed the window, came too late, or led nowhere; or a code that would have been typed."""
    subject = decided.event["subject"]
    visits = [row for row in decided.around.of(subject=subject) if row["type"] == "friend.visited"]
    visits.sort(key=lambda row: abs(row["occurred_at"] - decided.event["occurred_at"]))
    for visit in visits:
        yield from _for_visit(decided, visit)
    for row in decided.own("friend.claimed", decided.event["type"]):
        if row["code"] is not None:
            yield from _for_code(decided, row["code"], f"the code {row['code']}")
    codes = dict.fromkeys(visit["code"] for visit in visits)
    spare = decided.around.spare_code
    for code in codes or ([spare] if spare is not None else []):
        which = f"the code {code}" if codes else f"a live code such as {code}"
        words = f"with {which} sent with it, {_IT}"
        yield Change(words, edits=({"seq": decided.event["seq"], "set": {"code": code}},))


def _for_visit(decided: Decided, visit: Fields) -> Iterator[Change]:
    at, window = decided.event["occurred_at"], decided.program.attribution.window_ms
    occurred = visit["occurred_at"]
    wanted = min(max(occurred, at - window + 1), at)
    words = f"had the visit with {visit['code']} happened {sooner(wanted - occurred)} {_IT}"
    if visit["seq"] > decided.event["seq"]:
        ahead = {name: value for name, value in visit.items() if name not in ("seq", "received_at")}
        add: Edit = {"before": decided.event["seq"], "add": ahead | {"occurred_at": wanted}}
        early = decided.event["received_at"] - visit["received_at"]
        words = f"had the visit with {visit['code']} arrived {sooner(early or -1)} {_IT}"
        yield Change(words, edits=({"seq": visit["seq"], "drop": True}, add))
    elif wanted != occurred:
        yield Change(words, edits=(at_time(visit, wanted),))
    yield from _for_code(decided, visit["code"], f"the link {visit['code']}", before=visit["seq"])


def _for_code(decided: Decided, code: str, what: str, before: int | None = None) -> Iterator[Change]:
    """The code's link made earlier, or its owner one who may refer."""
    links = decided.around.of(type="link.created", code=code)
    before = decided.event["seq"] if before is None else before
    if not links:
        return
    if links[0]["seq"] > before:
        ahead = {name: value for name, value in links[0].items() if name not in ("seq", "received_at")}
        first = decided.around.of(seq=before)[0]["received_at"]
        words = f"had {what} been made {sooner(first - links[0]['received_at'] or -1)} {_IT}"
        add: Edit = {"before": before, "add": ahead | {"occurred_at": first}}
        yield Change(words, edits=({"seq": links[0]["seq"], "drop": True}, add), of_link=True)
    allowed = decided.program.referrers
    kinds = [
        row
        for row in decided.around.of(subject=links[0]["subject"], type="customer.identified")
        if row["seq"] < before
    ]
    if allowed and kinds and kinds[-1]["referrer_kind"] not in allowed:
        words = f"had the owner of {what} been of the kind {allowed[0]} {_IT}"
        edit: Edit = {"seq": kinds[-1]["seq"], "set": {"referrer_kind": allowed[0]}}
        yield Change(words, edits=(edit,), of_link=True)

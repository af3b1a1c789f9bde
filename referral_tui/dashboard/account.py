"""Show what `explain --json` says of a person as text: blocks of headings, facts, rules and moments. Pure.

`told` is the object that the command prints. Moments are milliseconds UTC, money is in minor units.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

from db.read.queries import EventRow
from referral_tui import figures
from referral_tui.dashboard.widgets.reading import Block
from referral_tui.names import Names
from referral_tui.words import (
    CATEGORY_SYMBOLS,
    REWARD_SYMBOLS,
    account_words,
    category,
    channel_words,
    counts_only,
    event_sentence,
    friend_words,
    not_repeated,
    reason_words,
    state_words,
    unmatched_words,
    why_heading,
)
from simulator.domain.moments import moment

if TYPE_CHECKING:
    from db.read.queries import Program

Fields = dict[str, Any]
Explanation = Fields  # what `explain --json` writes
LATE_MS: Final = 60_000  # an event that arrives within a minute was sent in real time
_FIELDS: Final = tuple(EventRow.__dataclass_fields__)
_SIGNS: Final = {"pass": ("✓", "good"), "fail": ("✕", "bad"), "missing": ("?", "warn")}
_OFFER_SIGNS: Final = {"yes": ("✓", "good"), "no": ("·", "quiet"), "missing": ("?", "warn")}
_INKS: Final = {
    "issued": "good",
    "revoked": "bad",
    "voided": "bad",
    "forfeited": "bad",
    "capped": "warn",
    "unfunded": "warn",
}
_OUTCOMES: Final = {"qualified": ("✓", "good"), "refused": ("✕", "bad"), "review": ("?", "warn")}


def references(explanation: Explanation) -> tuple[str, ...]:
    """List everybody whom an account names."""
    found = {explanation.get("ref")}
    found.update(touch.get("referrer") for touch in explanation.get("touches", ()))
    found.add((explanation.get("attribution") or {}).get("referrer"))
    found.update(one["referrer"] for one in explanation.get("late_codes", ()))
    found.update(one["subject"] for one in explanation.get("reversals", ()))
    promised = [line for one in explanation.get("decisions", ()) for line in one["if_approved"]]
    rewards = [*explanation.get("rewards", ()), *promised]
    found.update(one["recipient"] for one in rewards if one["role"] != "community")
    account = explanation.get("account") or {}
    found.update([account.get("merged_into"), *account.get("merged_from", ())])
    as_referrer = explanation.get("referrer") or {}
    found.update(friend["friend"] for friend in as_referrer.get("friends", ()))
    return tuple(sorted(reference for reference in found if reference))


def as_of(explanation: Explanation, at: int) -> Explanation:
    """Leave out of an account what came after a moment, and also why it ended as it did."""
    past: Explanation = explanation | {"why_not": [], "changes": [], "past": True}
    past["timeline"] = [entry for entry in explanation["timeline"] if entry["at"] < at]
    if any(entry["kind"] == "event" and entry["at"] >= at for entry in explanation["timeline"]):
        past["events_left_out"] = 0  # they came after those
    past["account"] = _account_then(explanation.get("account") or {}, at)
    past["touches"] = [one for one in explanation["touches"] if one["occurred_at"] < at]
    for name in ("late_codes", "reversals", "amended"):
        past[name] = [one for one in explanation.get(name, ()) if one["received_at"] < at]
    attribution = explanation["attribution"]
    past["attribution"] = attribution if attribution and attribution["attributed_at"] < at else None
    past["decisions"] = [
        _decision_then(one, at) | {"if_approved": []}
        for one in explanation["decisions"]
        if one["received_at"] < at
    ]
    made = {one["id"]: one["decided_at"] for one in explanation["decisions"]}
    past["rewards"] = [
        _reward_then(one, at)
        for one in explanation["rewards"]
        if made.get(one["decision"], one["state_at"]) < at
    ]
    return past


def _account_then(one: Fields, at: int) -> Fields:
    """Leave out that an account was merged or closed after the moment."""
    return {
        name: value
        for name, value in one.items()
        for since in (one.get(f"{name.partition('_')[0]}_at"),)
        if name != "merged_from" and since is not None and since < at
    }


def _decision_then(one: Fields, at: int) -> Fields:
    """Undo a verdict that came after the moment: the decision was still waiting for it."""
    if one["decided_at"] < at or one["in_review"] is None:
        return one
    return one | {
        "outcome": "review",
        "reason": one["in_review"],
        "why_not": [],
        "no_line": [],
        "approved": None,
    }


def _reward_then(one: Fields, at: int) -> Fields:
    """Give a reward the state that it had at a moment: later states were not known then."""
    if one["state_at"] < at:
        return one
    due = moment(one["due_at"])
    if one["state"] == "revoked" and one["due_at"] < at:
        return one | {"state": "issued", "why": f"it was issued on {due}"}
    return one | {"state": "pending", "why": f"it waits out its cooling-off and falls due on {due}"}


def blocks(
    explanation: Explanation, names: Names, program: Program | None, *, referrer_first: bool = False
) -> list[Block]:
    """Lay an account out: why not, what happened, who referred them, decisions rule by rule, rewards.

    What somebody did as a referrer comes after it, or before.
    """
    head = [
        Block(line[0].upper() + line[1:], "warn", wide=True) for line in account_words(explanation, names)
    ]
    as_referrer: list[Block] = []
    if explanation.get("referrer"):
        as_referrer = list(
            _referrer(explanation["referrer"], names, program, past=bool(explanation.get("past")))
        )
    if explanation["kind"] == "referrer":
        return [*head, *as_referrer]
    own = _journey(explanation, names, program)
    return [*head, *as_referrer, *own] if referrer_first else [*head, *own, *as_referrer]


def _journey(explanation: Explanation, names: Names, program: Program | None) -> list[Block]:
    lines = [] if explanation.get("past") else list(_if_approved(explanation, names, program))
    lines += _why_not(explanation)
    lines += [Block("What happened", head=True), *_timeline(explanation, names, program)]
    lines += [Block("Who referred them", head=True), *_attribution(explanation, names)]
    for one in explanation["decisions"]:
        lines += _decision(
            one, not_repeated(explanation, one["milestone"], [*one["why_not"], *one["no_line"]])
        )
    lines += _without_effect(explanation, names)
    lines += _amended(explanation)
    if explanation["rewards"]:
        lines.append(Block("Rewards", head=True))
        for one in explanation["rewards"]:
            lines.append(_reward(one, names, program))
            more = [] if explanation.get("past") else not_repeated(explanation, one["reward"], one["why_not"])
            lines += [Block(line, "quiet", sign="→") for line in more]
    return lines


def _if_approved(explanation: Explanation, names: Names, program: Program | None) -> Iterator[Block]:
    """Yield what an approval of each decision in review would start."""
    for one in explanation["decisions"]:
        if one["outcome"] != "review":
            continue
        yield Block(f"If decision {one['id']} is approved", head=True)
        for line in one["if_approved"]:
            at = f"{figures.day(line['due_at'])} {figures.time_of_day(line['due_at'])}"
            due = "due at once" if line["at_once"] else f"due {at}"
            text = f"{line['reward']}: {_money_for(line, names, program)}{counts_only(line)}"
            yield Block(text, name=due, sign=REWARD_SYMBOLS["pending"])
        if one.get("reversed_at") is not None:
            yield Block(
                "The conversion was reversed: nothing is paid for it, whatever the verdict.",
                "warn",
                wide=True,
            )
        elif one["if_approved"]:
            yield Block("Caps and the budget are judged when each falls due.", "quiet", wide=True)
        else:
            yield Block(
                f"No reward starts: none is promised for {one['milestone']} here.", "quiet", wide=True
            )


def _why_not(explanation: Explanation) -> Iterator[Block]:
    if explanation.get("past"):
        yield Block(
            "As it was then. What would have paid is shown only for now: ] goes on.", "quiet", wide=True
        )
        return
    if not explanation["why_not"]:
        return
    yield Block(why_heading(explanation), head=True)
    for number, line in enumerate(explanation["why_not"]):
        yield Block(line, "strong" if number == 0 else "plain", sign="→", wide=True)


def _timeline(explanation: Explanation, names: Names, program: Program | None) -> Iterator[Block]:
    day = ""
    for entry in explanation["timeline"]:
        today = figures.day(entry["at"])
        name = f"{today if today != day else '':<6} {figures.clock_time(entry['at'])}"
        day = today
        yield _entry(entry, name, names, program)
    if more := explanation.get("events_left_out"):
        yield Block(f"… and {figures.counted(more, 'later event')}, up to now", "quiet")


def _entry(entry: Fields, name: str, names: Names, program: Program | None) -> Block:
    if entry["kind"] == "event":
        fields: dict[str, Any] = {field: entry.get(field) for field in _FIELDS}
        row = EventRow(**fields)
        kind = category(row.type)
        text = event_sentence(row, program, names)
        return Block(text + _way_here(entry), name=name, sign=CATEGORY_SYMBOLS[kind], sign_ink=kind)
    if entry["kind"] == "attributed":
        return Block(f"matched to {names(entry['referrer'])} by {_way(entry)}", name=name, sign="→")
    if entry["kind"] == "decided":
        sign, ink = _OUTCOMES.get(entry["outcome"], ("·", "quiet"))
        reason = f": {reason_words(entry['reason'])}" if entry["reason"] else ""
        return Block(f"{entry['milestone']}: {entry['outcome']}{reason}", name=name, sign=sign, sign_ink=ink)
    sign, ink = REWARD_SYMBOLS.get(entry["kind"], "·"), _INKS.get(entry["kind"], "plain")
    return Block(f"{entry['reward']} {entry['kind']}", name=name, sign=sign, sign_ink=ink)


def _way_here(entry: Fields) -> str:
    """Say who sent an event, and how long it took to reach the platform."""
    lag = entry["received_at"] - entry["occurred_at"]
    if entry.get("time_inferred"):
        return f"; {entry['source']} sent it without a time: inferred from its receipt"
    if entry["source"] == "platform":
        return ""
    if lag < LATE_MS:
        return f"; {entry['source']} sent it at once"
    occurred = f"{figures.day(entry['occurred_at'])} {figures.time_of_day(entry['occurred_at'])}"
    return f"; {entry['source']} sent it {figures.duration(lag)} after it happened ({occurred})"


def _attribution(explanation: Explanation, names: Names) -> Iterator[Block]:
    one = explanation["attribution"]
    if one is None:
        yield Block(unmatched_words(explanation), "quiet", wide=True)
    else:
        yield Block(f"{names(one['referrer'])}, by {_way(one)}", "strong", wide=True)
    waits = one is None and not explanation["decisions"]
    for touch in explanation["touches"]:
        owner = names(touch["referrer"]) if touch["referrer"] else "nobody"
        at = f"{figures.day(touch['occurred_at'])} {figures.clock_time(touch['occurred_at'])}"
        sign, ink = ("✓", "good") if touch["won"] else ("·" if waits else "✕", "quiet")
        text = f"{touch['code']} of {owner}, {channel_words(touch['channel'])}: {touch['why']}"
        yield Block(text, "plain" if touch["won"] else "quiet", at, sign, ink)

    for late in explanation.get("late_codes", ()):
        at = f"{figures.day(late['received_at'])} {figures.clock_time(late['received_at'])}"
        owner = names(late["referrer"]) if late["referrer"] else "nobody"
        yield Block(f"code {late['code']} of {owner}: {late['why']}", "quiet", at, "✕", "quiet")


def _without_effect(explanation: Explanation, names: Names) -> Iterator[Block]:
    """List reversals without effect, and why; the others are in the timeline, with what they undid."""
    without_effect = [one for one in explanation.get("reversals", ()) if one["why"]]
    if without_effect:
        yield Block("Reversals without effect", head=True)
    for one in without_effect:
        at = f"{figures.day(one['received_at'])} {figures.clock_time(one['received_at'])}"
        named = f" in the name of {names(one['subject'])}" if one["subject"] else ""
        what = f"of {one['source']}:{one['reverses']}{named}"
        yield Block(f"{what}: {one['why']}", name=at, sign="✕", sign_ink="quiet")


def _amended(explanation: Explanation) -> Iterator[Block]:
    """Yield what changed a conversion afterwards: reinstatements, and other amounts."""
    if explanation.get("amended"):
        yield Block("What changed a conversion afterwards", head=True)
    for one in explanation.get("amended", ()):
        at = f"{figures.day(one['received_at'])} {figures.clock_time(one['received_at'])}"
        yield Block(f"{one['conversion']}: {one['says']}", name=at, sign="·", sign_ink="quiet")


def _decision(one: Fields, why_not: Iterable[str]) -> Iterator[Block]:
    reason = f": {reason_words(one['reason'])}" if one["reason"] else ""
    yield Block(f"Decision {one['id']}, {one['milestone']}", head=True)
    sign, ink = _OUTCOMES.get(one["outcome"], ("·", "quiet"))
    text = f"{one['outcome']}{reason}; on {one['source']}:{one['event_id']}"
    text += f", under version {one['program_version']} of the program"
    yield Block(text, ink, sign=sign, sign_ink=ink, wide=True)
    for rule in one["rules"]:
        sign, ink = _SIGNS[rule["result"]]
        values = ", ".join(f"{name} = {value_text(value)}" for name, value in rule["values"].items())
        yield Block(f"{rule['code']}: {rule['says']}  [{values}]", sign=sign, sign_ink=ink, wide=True)
        if rule["result"] != "pass":
            yield Block(rule["because"], "quiet", sign=" ", wide=True)
    for offer in one["offers"]:
        sign, ink = _OFFER_SIGNS[offer["offered"]]
        values = ", ".join(f"{name} = {value_text(value)}" for name, value in offer["values"].items())
        yield Block(
            f"offer of {offer['reward']}: {offer['says']}  [{values}]", sign=sign, sign_ink=ink, wide=True
        )
    for split in one["variants"]:
        yield Block(split["says"], sign="·", sign_ink="quiet", wide=True)
    if one.get("approved"):
        yield Block(one["approved"], sign="✓", sign_ink="good", wide=True)
    for line in why_not:
        yield Block(line, sign="→", wide=True)


def _money_for(one: Fields, names: Names, program: Program | None) -> str:
    """Say how much a line is, and for whom."""
    who = one["recipient"] or "nobody"
    role = "upline: who brought the referrer" if one["role"] == "upline" else one["role"]
    name = who if one["role"] == "community" else names(who)
    return f"{_money(one['value_minor'], program)} for {name} ({role})"


def _reward(one: Fields, names: Names, program: Program | None) -> Block:
    state = state_words(one["state"], one["why"])
    ink = _INKS.get(one["state"], "plain")
    due = f"due {figures.day(one['due_at'])} {figures.time_of_day(one['due_at'])}"
    sign = REWARD_SYMBOLS.get(one["state"], "·")
    text = f"{one['reward']}: {_money_for(one, names, program)}, {state}"
    return Block(text, name=due, sign=sign, sign_ink=ink)


def _referrer(one: Fields, names: Names, program: Program | None, *, past: bool) -> Iterator[Block]:
    """Yield what somebody did as a referrer; its past is not kept, so the heading says that it is up to now."""
    head = "As a referrer, up to now" if past else "As a referrer"
    yield Block(f"{head}: {figures.counted(one['friends_count'], 'friend')}", head=True)
    for link in one["links"]:
        yield Block(f"since {figures.moment(link['since'])}", name=f"link {link['code']}")
    yield from _rooms(one.get("room", ()), program)
    for row in one["decisions"]:
        sign, ink = _OUTCOMES.get(row["outcome"], ("·", "quiet"))
        reason = f": {reason_words(row['reason'])}" if row["reason"] else ""
        text = (
            f"{figures.counted(row['count'], 'decision')} on friends' conversions: {row['outcome']}{reason}"
        )
        yield Block(text, sign=sign, sign_ink=ink, wide=True)
    for row in one["rewards"]:
        text = f"{row['count']} {row['reward']} {row['state']}, {_money(row['value_minor'], program)}"
        yield Block(
            text,
            sign=REWARD_SYMBOLS.get(row["state"], "·"),
            sign_ink=_INKS.get(row["state"], "plain"),
            wide=True,
        )
    yield Block("Friends", head=True)
    for friend in one["friends"]:
        at = f"{figures.day(friend['attributed_at'])} {figures.time_of_day(friend['attributed_at'])}"
        outcomes = {one["outcome"] for one in friend["decisions"]}
        best = next((one for one in _OUTCOMES if one in outcomes), "")
        sign, ink = _OUTCOMES.get(best, ("·", "quiet"))
        text = f"{names(friend['friend'])} by {_way(friend)}: {friend_words(friend)}"
        yield Block(text, name=at, sign=sign, sign_ink=ink)
    if one["friends_count"] > len(one["friends"]):
        yield Block(f"… and {figures.count(one['friends_count'] - len(one['friends']))} more", "quiet")
    if not one["friends"]:
        yield Block("none yet", "quiet")


def _rooms(rooms: Iterable[Fields], program: Program | None) -> Iterator[Block]:
    """Return how much room the caps leave."""
    for room in rooms:
        left = []
        if room["count"] is not None:
            left.append(f"{figures.count(room['count'])} more" if room["count"] else "none more")
        if room["value_minor"] is not None:
            left.append(_money(room["value_minor"], program))
        yield Block(f"{room['reward']}: room for {' and '.join(left)} {room['window']}", name="cap")


def _way(one: Fields) -> str:
    return f"the code {one['code']}" if one["method"] == "code" else f"the link {one['code']}"


def _money(minor: int, program: Program | None) -> str:
    return figures.NOTHING if program is None else figures.money(minor, program.currency, program.digits)


def value_text(value: object) -> str:
    """Write a fact's value as people read it."""
    if value is None:
        return "unknown"
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return str(value).lower() if isinstance(value, bool) else str(value)

"""Explain a friend's journey: what happened and when, which touch won and why the others lost, decisions, rewards."""

from __future__ import annotations

from db.read.decision_rows import AttributionRow, attribution_of_any, decisions_of
from db.read.event_fields import events_of
from db.read.people import merged_into
from db.read.reward_rows import RewardRow, rewards_of
from simulator.domain.definitions import PAID
from simulator.domain.moments import moment
from simulator.domain.vocabulary import ReversalReason
from simulator.explain.amended import acts_without_effect, amended, no_effect, still_reversed
from simulator.explain.approval import is_taken, starts_if_approved
from simulator.explain.context import load_context
from simulator.explain.decision import explain_decision
from simulator.explain.late_arrivals import codes_after
from simulator.explain.offers import no_lines
from simulator.explain.reversals import reversals_of
from simulator.explain.reward import explain_reward
from simulator.explain.source import Fields, Source
from simulator.explain.touches import explain_touches, why_not_yet

_AFTER_EVENTS = 2**62  # no event has such a seq
_MOST_EVENTS = 500  # of one person, the first; the others are counted (no real journey has more)
# explained, the first: each is judged again with several changes, up to a tenth of a second
_MOST_DECISIONS = 100


def explain_friend(source: Source, friend: int, only_seq: int | None = None) -> Fields:
    """Explain a friend's journey; with `only_seq`, the decisions and rewards of that conversion only."""
    merged = merged_into(source.db, friend)
    attribution = attribution_of_any(source.db, (friend, *merged))
    own = {one: events_of(source.db, one) for one in (friend, *merged)}
    found = sorted((event for events in own.values() for event in events), key=lambda event: event["seq"])
    events = found[:_MOST_EVENTS]
    rows = sorted((row for one in own for row in decisions_of(source.db, one)), key=lambda row: row.id)
    rows = [row for row in rows if only_seq is None or row.seq == only_seq]
    reversals, changed = reversals_of(source, events, only_seq), amended(source, friend, events, only_seq)
    gone = still_reversed(reversals, changed)
    decisions, rewards = [], []
    all_lines: list[RewardRow] = []
    for row in rows[:_MOST_DECISIONS]:
        context = load_context(source, row, attribution)
        decision = explain_decision(context, own[row.friend][:_MOST_EVENTS])
        lines = rewards_of(source.db, row.id)
        reversed_at = gone.get(f"{decision['source']}:{decision['event_id']}")
        decision["if_approved"] = starts_if_approved(context) if reversed_at is None else []
        decision["reversed_at"] = reversed_at
        if reversed_at is not None and row.outcome == "review":
            decision["why_not"].insert(
                0, f"{_gone(reversed_at)}, so nothing is paid for it, whatever the verdict"
            )
        elif is_taken(context):
            decision["why_not"].insert(
                0, "an approval would pay nothing: another conversion took this milestone"
            )
        decision["no_line"], offers = no_lines(context, lines) if row.outcome == "qualified" else ([], [])
        decision["changes"] += [change.fields() for change in offers]
        decisions.append(decision)
        rewards += [explain_reward(source, line, context) for line in lines]
        all_lines += lines
    changed += acts_without_effect(source, all_lines, events, only_seq)
    unmatched = [] if attribution or decisions else why_not_yet(source, own[friend][:_MOST_EVENTS])
    return {
        "timeline": _timeline(_with_effects(source, events, reversals), attribution, decisions, rewards),
        "events_left_out": len(found) - len(events),
        "attribution": _attribution(attribution),
        "touches": explain_touches(source, events, attribution),
        "late_codes": codes_after(source, events, attribution),
        "decisions": decisions,
        "decisions_left_out": max(0, len(rows) - _MOST_DECISIONS),
        "rewards": rewards,
        "reversals": reversals,
        "amended": sorted(changed, key=lambda one: one["seq"]),
        "why_not": _why_not(decisions, rewards, unmatched),
    }


def _attribution(row: AttributionRow | None) -> Fields | None:
    if row is None:
        return None
    names = ("code", "channel", "method", "touch_at", "attributed_at", "ended_at", "seq", "touch_seq")
    return {"referrer": row.referrer_ref, **{name: getattr(row, name) for name in names}}


def _gone(at: int) -> str:
    return f"the conversion was reversed on {moment(at)}"


def _with_effects(source: Source, events: list[Fields], reversals: list[Fields]) -> list[Fields]:
    """Add to each event that changed nothing, though such an event may, `no_effect`: why, in words."""
    without_effect = {
        one["seq"]: one["why"]
        for one in reversals
        if one["reason"] not in (None, ReversalReason.NOT_RECEIVED)
    }
    return [
        event
        if (no_effect_reason := without_effect.get(event["seq"]) or no_effect(source, event)) is None
        else event | {"no_effect": no_effect_reason}
        for event in events
    ]


def _timeline(
    events: list[Fields], attribution: AttributionRow | None, decisions: list[Fields], rewards: list[Fields]
) -> list[Fields]:
    """List everything in the order in which the platform learned of it; ties are broken as the engine's stages do."""
    lines: list[tuple[int, int, int, Fields]] = []
    for event in events:
        entry = {"at": event["received_at"], "kind": "event", **event}
        entry.pop("person", None)
        lines.append((event["received_at"], 0, event["seq"], entry))
    if attribution is not None:
        at, seq = attribution.attributed_at, attribution.seq
        entry = {"at": at, "kind": "attributed", "referrer": attribution.referrer_ref}
        lines.append((at, 0, seq, entry | {"method": attribution.method, "code": attribution.code}))
    for one in decisions:
        entry = {"at": one["decided_at"], "kind": "decided", "decision": one["id"]}
        entry |= {name: one[name] for name in ("milestone", "outcome", "reason")}
        if one["in_review"] is None or one["outcome"] == "review":
            lines.append((one["decided_at"], 0, one["seq"], entry))
            continue
        waited = {"at": one["received_at"], "outcome": "review", "reason": one["in_review"]}
        lines.append((one["received_at"], 0, one["seq"], entry | waited))
        # a verdict need not be among the friend's events
        lines.append((one["decided_at"], 0, _AFTER_EVENTS, entry))
    for one in rewards:
        entry = {name: one[name] for name in ("reward", "id", "recipient", "value_minor", "due_at")}
        changes = [(one["state_at"], one["state"])]
        if one["issued_at"] not in (None, one["state_at"]):
            # it was given out first, which the row no longer says
            changes.append((one["issued_at"], "issued"))
        lines += [(at, 1, one["id"], {"at": at, "kind": state, **entry}) for at, state in changes]
    return [entry for *_, entry in sorted(lines, key=lambda line: line[:3])]


def _why_not(decisions: list[Fields], rewards: list[Fields], unmatched: list[str]) -> list[str]:
    """Say why nothing was paid; empty if something was. `unmatched` says why the friend has no referrer, if so.

    A conversion that came after the one that counts is left out: it could not have been paid for anyway.
    """
    if any(reward["state"] in PAID for reward in rewards):
        return []  # paid, though some of it was clawed back later
    if rewards:
        return [
            f"{reward['reward']}: {line}"
            for reward in rewards
            for line in (reward["why"], *reward["why_not"])
        ]
    if decisions:
        counting = [one for one in decisions if one["reason"] != "occurrence"] or decisions
        lines = [
            f"{one['milestone']}: {line}" for one in counting for line in (*one["why_not"], *one["no_line"])
        ]
        return list(dict.fromkeys(lines))
    return unmatched or ["no conversion that a milestone counts has arrived yet"]

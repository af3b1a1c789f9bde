"""Find the cause behind a customer's question from the stored rows, if it is one that drills ask about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from simulator.domain.drills import Cause
from simulator.domain.vocabulary import Outcome, Reason, Receipt, RewardState
from simulator.drills.facts import Facts

RULES: Final = {
    "no-self-referral": Cause.SELF_REFERRAL,
    "eligible": Cause.NOT_ELIGIBLE,
    "large-enough": Cause.BELOW_MINIMUM,
}
"""The rules with which the designs refuse, and the cause that each stands for."""

_LINES: Final[Mapping[str, Cause]] = {
    RewardState.PENDING: Cause.IN_HOLD,
    RewardState.COUNTED: Cause.COUNTED,
    RewardState.CAPPED: Cause.CAPPED,
    RewardState.UNFUNDED: Cause.BUDGET_ENDED,
    RewardState.VOIDED: Cause.REVERSED,
    RewardState.REVOKED: Cause.CLAWED_BACK,
    RewardState.EXPIRED: Cause.EXPIRED,
    RewardState.ISSUED: Cause.PAID_ALREADY,
}


def cause_of(facts: Facts, window_ms: int, kinds: tuple[str, ...]) -> Cause | None:
    """Return the cause behind a question, or None if there is none or it is not clear enough to ask about.

    `window_ms` is the window of attribution, `kinds` are the kinds of referrers who may refer.
    """
    journey = facts.journey
    bonus = facts.reward.every is not None
    if journey.event is None:
        found = _not_arrived(facts)
    elif journey.decision is None:
        found = None
    elif journey.decision.reason == Reason.UNATTRIBUTED:
        found = _unmatched(facts, window_ms, kinds)
    elif facts.role == "referrer" and journey.referrer != facts.owner:
        found = _of_another(facts, window_ms, kinds)
    elif journey.decision.outcome != Outcome.QUALIFIED:
        found = _not_qualified(facts)
    else:
        found = _paid_or_not(facts)
    if bonus != (found is Cause.COUNTED):
        return None  # the bonus is asked for only where it counted
    if facts.writer != facts.owner and found is not Cause.PAID_ALREADY:
        return None
    if journey.shared and found is not Cause.MERGED:
        return None  # more than one reference of the friend would have to be looked at
    return found


def _not_arrived(facts: Facts) -> Cause | None:
    journey, record = facts.journey, facts.journey.record
    matched = journey.attributed_to == facts.owner or facts.role == "friend"
    if not record.qualifies or not matched or journey.earlier:
        return None
    if record.struck is None:
        return Cause.LATE_FILE if record.file_due > facts.now else None
    return {
        Cause.NOT_SENT: Cause.NOT_SENT if journey.refused is None else None,
        Cause.QUARANTINE: _refused_as(facts, Receipt.MALFORMED, Cause.QUARANTINE),
        Cause.CONFLICT: _refused_as(facts, Receipt.CONFLICT, Cause.CONFLICT),
    }.get(record.struck)


def _refused_as(facts: Facts, receipt: Receipt, cause: Cause) -> Cause | None:
    refused = facts.journey.refused
    return cause if refused is not None and refused.receipt == receipt else None


def _unmatched(facts: Facts, window_ms: int, kinds: tuple[str, ...]) -> Cause | None:
    journey = facts.journey
    if facts.role == "friend" or journey.attribution is not None or journey.earlier:
        return None
    if facts.meant is not None:
        return Cause.MISTYPED if facts.meant == facts.code and not journey.visits else None
    if {one.owner for one in journey.visits} != {facts.owner} or journey.typed:
        return None
    if len(journey.visits) < journey.visited:
        return None  # a link came later than a visit by it: that may be why, too
    if all(one.kind not in kinds for one in journey.visits):
        return Cause.REFERRER_KIND if _some_in_window(facts, window_ms) else None
    old = all(
        visit.occurred_at <= event["occurred_at"] - window_ms
        for visit in journey.visits
        for event in journey.matching
    )
    return Cause.WINDOW if old and all(one.kind in kinds for one in journey.visits) else None


def _some_in_window(facts: Facts, window_ms: int) -> bool:
    conversion = facts.journey.matching[-1]
    return any(
        conversion["occurred_at"] - window_ms < visit.occurred_at <= conversion["occurred_at"]
        for visit in facts.journey.visits
    )


def _of_another(facts: Facts, window_ms: int, kinds: tuple[str, ...]) -> Cause | None:
    journey, row = facts.journey, facts.journey.attribution
    if row is None or journey.decision is None or journey.decision.outcome != Outcome.QUALIFIED:
        return None
    if row.ended_at is not None:
        return Cause.MERGED if row.referrer_ref == facts.owner else None
    by = next((one for one in journey.matching if one["seq"] == row.seq), None)
    if by is None or facts.code in journey.typed:
        return None
    within = any(
        visit.owner == facts.owner
        and visit.kind in kinds
        and visit.seq < row.seq
        and by["occurred_at"] - window_ms < visit.occurred_at <= by["occurred_at"]
        for visit in journey.visits
    )
    return Cause.OTHER_LINK if within else None


def _not_qualified(facts: Facts) -> Cause | None:
    journey, decision = facts.journey, facts.journey.decision
    if decision is None or journey.reversals:
        return None
    if (decision.outcome, decision.reason) == (Outcome.IGNORED, Reason.OCCURRENCE):
        return Cause.NOT_FIRST if journey.earlier else None
    if len(journey.failed) != 1 or "fail" not in journey.failed.values() or journey.earlier:
        return None
    if decision.outcome == Outcome.REVIEW:
        return Cause.IN_REVIEW
    return RULES.get(decision.reason or "") if decision.outcome == Outcome.REFUSED else None


def _paid_or_not(facts: Facts) -> Cause | None:
    line, journey = facts.line, facts.journey
    if line is None or (line.state == RewardState.PENDING and line.expected is not None):
        return None
    cause = _LINES.get(line.state)
    wanted = 1 if cause in (Cause.REVERSED, Cause.CLAWED_BACK) else 0
    early = all(one["received_at"] <= line.due_at for one in journey.reversals)
    if len(journey.reversals) != wanted or (cause is Cause.REVERSED and not early):
        return None
    return cause

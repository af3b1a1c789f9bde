"""Explain one decision: its outcome, each rule with the values it read, and the nearest changes."""

from __future__ import annotations

import orjson

from db.read.decision_rows import AttributionRow, DecisionRow
from db.read.event_fields import referrer_kind
from simulator.domain.moments import moment
from simulator.domain.vocabulary import Reason
from simulator.explain.amounts import converted, foreign
from simulator.explain.context import DecisionContext
from simulator.explain.fact_changes import Value
from simulator.explain.late_arrivals import facts_after
from simulator.explain.nearest import nearest
from simulator.explain.offers import offers
from simulator.explain.source import Fields
from simulator.explain.touches import why_unmatched
from simulator.explain.variants import variants
from simulator.program.facts import FactList, facts_at
from simulator.program.model import Milestone, Program, Rule
from simulator.program.phrases import condition_words
from simulator.program.rules import compile_rule
from simulator.program.words import duration, either, ordinal


def explain_decision(context: DecisionContext, events: list[Fields]) -> Fields:
    """Explain a stored decision, as fields ready to print; `events` are the friend's, in log order."""
    row, attribution = context.row, context.attribution
    event, facts, rules = context.event, context.facts, context.rules
    failed = dict(orjson.loads(row.failed))
    if row.reason == "unattributed":
        why = why_unmatched(context.source, events, event)
    else:
        why = _why_not(row, event, context.milestone, context.program, attribution)
        why += _stopped(context)
    lost = [rule for rule in rules if rule.code in failed]
    known = facts_at(context.program, "conversion")
    why += facts_after(context.source, row, event, lost, known)
    other = foreign(event, context.program)
    asked_amount = any("amount" in compile_rule(rule, known).facts for rule in lost)
    if other is not None and asked_amount:
        why.append(f"{other}, so to the rules the amount is unknown")
    at_rate = converted(event, context.program)
    if at_rate is not None and asked_amount:
        why.append(at_rate)
    changes, none = nearest(context)
    return {
        "id": row.id,
        "source": event["source"],
        "event_id": event["id"],
        "type": event["type"],
        "seq": row.seq,
        "occurred_at": event["occurred_at"],
        "milestone": row.milestone,
        "outcome": row.outcome,
        "reason": row.reason,
        "received_at": event["received_at"],
        "decided_at": row.decided_at,
        "in_review": _in_review(row, failed),
        "approved": _approved(row, failed),
        "program_version": row.program_version,
        "offers": offers(context),
        "variants": variants(context),
        "rules": [_rule(rule, failed, facts, known) for rule in rules],
        "why_not": [*why, *(change.text for change in changes), *none],
        "changes": [change.fields() for change in changes],
    }


def _stopped(context: DecisionContext) -> list[str]:
    """Say that the referrer was no longer of a kind that may refer; nothing for other reasons."""
    row, allowed = context.row, context.program.referrers
    if row.reason != Reason.REFERRER_STOPPED or row.failed != "[]" or row.referrer is None or not allowed:
        return []
    kind = referrer_kind(context.source.db, row.referrer, row.seq) or "of a kind unknown"
    return [
        f"its referrer was {kind} by then, and friends count only while the referrer is {either(allowed)}"
    ]


def _in_review(row: DecisionRow, failed: dict[str, str]) -> str | None:
    """Return the reason for which the decision waits, or waited, for an operator; None if it never did."""
    if not failed or (row.outcome == "refused" and row.reason != "declined"):
        return None
    code, how = next(iter(failed.items()))
    return code if how == "fail" else f"{code}:{how}"


def _approved(row: DecisionRow, failed: dict[str, str]) -> str | None:
    """Say that an operator approved the decision, without which its failed rules would seem to have passed it."""
    if row.outcome not in ("qualified", "ignored") or not failed:
        return None
    return f"it waited for a review, and an operator approved it on {moment(row.decided_at)}"


def _rule(rule: Rule, failed: dict[str, str], facts: dict[str, Value], known: FactList) -> Fields:
    return {
        "code": rule.code,
        "result": failed.get(rule.code, "pass"),
        "require": " ".join(rule.require.split()),
        "says": condition_words(rule.require, known),
        "because": rule.because,
        "on_fail": rule.on_fail,
        "values": {name: facts.get(name) for name in compile_rule(rule, known).facts},
    }


def _why_not(  # noqa: PLR0911 - one for each reason
    row: DecisionRow,
    event: Fields,
    milestone: Milestone,
    program: Program,
    attribution: AttributionRow | None,
) -> list[str]:
    """Return what would have made an ignored conversion of a matched friend count."""
    at = moment(event["occurred_at"])
    if attribution is None:
        return []
    touch_at = attribution.touch_at
    if row.reason == "before-touch":
        return [f"it is dated {at}, before the touch; one at {moment(touch_at)} or later would count"]
    if row.reason == "outside-program":
        span = [f"from {moment(program.starts_ms)}"] if program.starts_ms is not None else []
        span += [f"before {moment(program.ends_ms)}"] if program.ends_ms is not None else []
        return [f"it is dated {at}; the program counts what happens {' and '.join(span)}"]
    if row.reason == "too-late":
        within = milestone.within_ms or 0
        late = duration(event["occurred_at"] - touch_at - within)
        return [f"it came {late} too late: until {moment(touch_at + within)} it would have counted"]
    if row.reason == "occurrence":
        if milestone.occurrence == "any":
            return ["another conversion of this friend has qualified for it already"]
        return [f"only the friend's {ordinal(int(milestone.occurrence))} {event['type']} counts"]
    return []

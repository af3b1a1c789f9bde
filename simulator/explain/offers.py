"""Explain why a reward was not offered: its dates or its condition, and what would have made it so."""

from __future__ import annotations

import orjson

from simulator.domain.vocabulary import Offered
from simulator.explain.change_words import fact_words
from simulator.explain.context import DecisionContext
from simulator.explain.fact_changes import nearest_facts
from simulator.explain.source import Fields
from simulator.program.facts import facts_at
from simulator.program.model import Reward, Rule
from simulator.program.phrases import condition_words
from simulator.program.rules import compile_rule
from simulator.program.words import moment


def offers(context: DecisionContext) -> list[Fields]:
    """Return what the condition of each reward with one said, and what it read, as fields ready to print."""
    known = facts_at(context.program, "conversion")
    said = dict(orjson.loads(context.row.offered))
    return [
        {
            "reward": terms.name,
            "offered": said[terms.name],
            "when": " ".join((terms.when or "").split()),
            "says": condition_words(terms.when or "", known),
            "values": {
                name: context.facts.get(name) for name in compile_rule(_condition(terms), known).facts
            },
        }
        for terms in context.program.rewards
        if terms.name in said
    ]


def not_offered(context: DecisionContext, terms: Reward) -> str | None:
    """Return why a qualified decision was not offered a reward; None where it was."""
    dated = _dated(context, terms)
    if dated is not None:
        return dated
    said = dict(orjson.loads(context.row.offered)).get(terms.name, Offered.YES)
    if terms.when is None or said == Offered.YES:
        return None
    words = condition_words(terms.when, facts_at(context.program, "conversion"))
    why = "could not be told" if said == Offered.MISSING else "did not hold"
    changes = nearest_facts([_condition(terms)], context.facts, context.program)
    nearest = f"; {fact_words(changes[0], context.program)} it would have been offered" if changes else ""
    return f"since its condition {why}: {words}{nearest}"


def _condition(terms: Reward) -> Rule:
    """Return the condition of a reward as a rule, which is evaluated in the same way."""
    return Rule(terms.name, terms.when or "", "", "refuse", (terms.on,))


def _dated(context: DecisionContext, terms: Reward) -> str | None:
    """Return a sentence if the conversion or its touch is outside the dates of a reward."""
    by_touch = terms.dated_by == "touch" and context.attribution is not None
    at = context.event["occurred_at"]
    if by_touch and context.attribution is not None:
        at = context.attribution.touch_at
    what = "the touch" if by_touch else "the conversion"
    if terms.from_ms is not None and at < terms.from_ms:
        return f"since {what} is dated {moment(at)}; it is offered from {moment(terms.from_ms)} on"
    if terms.until_ms is not None and at >= terms.until_ms:
        return f"since {what} is dated {moment(at)}; it was offered before {moment(terms.until_ms)}"
    return None

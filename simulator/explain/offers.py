"""Explain what rewards' conditions said, why a qualified decision made no line, and what would have made one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Final

import orjson

from db.read.reward_rows import RewardRow
from simulator.domain.moments import moment
from simulator.domain.vocabulary import Offered
from simulator.explain.adjusted import adjusted
from simulator.explain.amounts import no_share
from simulator.explain.by_facts import by_fact
from simulator.explain.change_words import QUALIFIES, fact_words, sooner
from simulator.explain.context import Change, DecisionContext, at_time
from simulator.explain.fact_changes import nearest_facts
from simulator.explain.source import Fields
from simulator.program.facts import facts_at
from simulator.program.model import Reward, Rule
from simulator.program.phrases import condition_words
from simulator.program.rules import compile_rule

OFFERS: Final = "it would have been offered"
_MOST_TRIED: Final = 10  # changes judged for one reward: a tenth of a second
_MOST_NAMED: Final = 2
_NO_RECIPIENT: Final = {
    "upline": "the referrer was brought by nobody else",
    "community": "no community of the referrer is known",
}


def offers(context: DecisionContext) -> list[Fields]:
    """Return what each reward's condition said and read, if it has one, as fields ready to print."""
    known = facts_at(context.program, "conversion")
    offered = dict(orjson.loads(context.row.offered))
    return [
        {
            "reward": terms.name,
            "offered": offered[terms.name],
            "when": " ".join((terms.when or "").split()),
            "says": condition_words(terms.when or "", known),
            "values": {
                name: context.facts.get(name)
                for name in compile_rule(_as_rule(terms.name, terms.when or ""), known).facts
            },
        }
        for terms in context.program.rewards
        if terms.name in offered
    ]


def no_lines(context: DecisionContext, lines: list[RewardRow]) -> tuple[list[str], list[Change]]:
    """Explain why each reward of a qualified decision's milestone that made no line did not, and what would have."""
    there = {line.reward for line in lines}
    texts: list[str] = []
    changes: list[Change] = []
    for terms in context.program.rewards:
        if terms.on != context.milestone.name or terms.name in there:
            continue
        texts.append(f"{terms.name}: no line, {_why(context, terms)}")
        found = [replace(one, text=f"{terms.name}: {one.text}") for one in _would_have(context, terms)]
        texts += [one.text for one in found]
        changes += found
    return texts, changes


def _why(context: DecisionContext, terms: Reward) -> str:
    return (
        why_not_offered(context, terms)
        or no_share(_qualified(context), terms, context.program)
        or _NO_RECIPIENT.get(terms.to, "the version of the program that decided did not offer it")
    )


def _qualified(context: DecisionContext) -> Fields:
    """Return the conversion with the amount that it had when its decision qualified."""
    waited = context.row.decided_at > context.event["received_at"]
    return adjusted(context, context.row.decided_at) if waited else context.event


def why_not_offered(context: DecisionContext, terms: Reward) -> str | None:
    """Say that a reward was not offered to a decision, by its dates or its condition; None if it was."""
    return _outside_dates(context, terms) or _condition(context, terms)


def _condition(context: DecisionContext, terms: Reward) -> str | None:
    """Say that the reward's `when` was not true; None if it was, or was not asked."""
    answer = dict(orjson.loads(context.row.offered)).get(terms.name)
    if terms.when is None or answer in (None, Offered.YES):
        return None
    why = "could not be told" if answer == Offered.MISSING else "did not hold"
    words = condition_words(terms.when, facts_at(context.program, "conversion"))
    return f"since its condition {why}: {words}"


def _outside_dates(context: DecisionContext, terms: Reward) -> str | None:
    """Say that the conversion, or the referral, was not within the reward's dates; None if it was."""
    at = _dated(context, terms)
    if at is None or not (_before(terms, at) or _after(terms, at)):
        return None
    what = "the referral" if terms.dated_by == "touch" else "the conversion"
    spans = [f"from {moment(terms.from_ms)}"] if terms.from_ms is not None else []
    spans += [f"until {moment(terms.until_ms)}"] if terms.until_ms is not None else []
    return f"since {what} is dated {moment(at)}, outside its dates: {' '.join(spans)}"


def _dated(context: DecisionContext, terms: Reward) -> int | None:
    """Return the moment that the reward's dates are compared with; None if that is not known."""
    if terms.dated_by == "touch":
        return context.attribution.touch_at if context.attribution is not None else None
    return int(context.event["occurred_at"])


def _before(terms: Reward, at: int) -> bool:
    return terms.from_ms is not None and at < terms.from_ms


def _after(terms: Reward, at: int) -> bool:
    return terms.until_ms is not None and at >= terms.until_ms


def _would_have(context: DecisionContext, terms: Reward) -> list[Change]:
    """Return the nearest changes that would have made a line, each tried by judging the log again."""
    at = _dated(context, terms)
    outside = at is not None and (_before(terms, at) or _after(terms, at))
    if at is None or (not outside and _condition(context, terms) is None):
        return []
    if not context.testable:
        return (
            []
            if outside
            else [Change(f"{one} {OFFERS}", "offered") for one in _condition_words(context, terms)]
        )
    candidates = _by_date(context, terms, at) if outside else _by_condition(context, terms)
    tried = islice(candidates, _MOST_TRIED)
    found = list(islice((one for one in tried if context.makes_line(one, terms.name)), _MOST_NAMED))
    if found or outside:
        return found
    alone = [
        f"{one} {OFFERS}, but nothing that was sent alone makes it so"
        for one in _condition_words(context, terms)
    ]
    return [Change(one, "offered") for one in alone[:_MOST_NAMED]]


def _condition_words(context: DecisionContext, terms: Reward) -> list[str]:
    rule = _as_rule(terms.name, terms.when or "")
    return [fact_words(one, context.program) for one in nearest_facts([rule], context.facts, context.program)]


def _by_date(context: DecisionContext, terms: Reward, at: int) -> Iterator[Change]:
    wanted = terms.from_ms if _before(terms, at) else (terms.until_ms or 0) - 1
    if wanted is None:
        return
    event = context.touch if terms.dated_by == "touch" else context.event
    if event is None:
        return
    subject = "the referral" if terms.dated_by == "touch" else "it"
    words = f"had {subject} happened {sooner(wanted - at)}, within its dates, {OFFERS}"
    yield Change(words, "offered", (at_time(event, wanted),))


def _by_condition(context: DecisionContext, terms: Reward) -> Iterator[Change]:
    rule = _as_rule(terms.name, terms.when or "")
    for change in nearest_facts([rule], context.facts, context.program):
        for one in by_fact(context, change):
            yield replace(one, text=one.text.replace(QUALIFIES, OFFERS), makes="offered")


def _as_rule(name: str, condition: str) -> Rule:
    """Return a rule that asks for a reward's condition, so that its nearest facts are found as those of rules."""
    return Rule(name, condition, "", "refuse", ())

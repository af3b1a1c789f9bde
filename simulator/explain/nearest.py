"""Find the nearest single changes that would have made a decision qualify, each tried by judging the log again.

If no single change would do, say why. Every reported change was tried, unless the part of the log that the decision
depends on is too large to read (a referrer with many thousands of friends): then only the rules are evaluated.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

import orjson

from simulator.explain.approval import approving
from simulator.explain.by_facts import by_fact
from simulator.explain.by_reason import by_reason
from simulator.explain.change_words import fact_words
from simulator.explain.context import Change, DecisionContext
from simulator.explain.fact_changes import FactChange, nearest_facts

MOST_TRIED: Final = 30  # changes judged for one decision: a third of a second
MOST_NAMED: Final = 4


def nearest(context: DecisionContext) -> tuple[list[Change], list[str]]:
    """Return the nearest changes, at most `MOST_NAMED`; if there are none, also lines that say why."""
    if context.row.outcome == "qualified":
        return [], []
    if not context.testable:
        return _untested(context), []
    tried = islice(_candidates(context), MOST_TRIED)
    found = list(islice((change for change in tried if context.works(change)), MOST_NAMED))
    return found, [] if found else _why_none(context)


def _candidates(context: DecisionContext) -> Iterator[Change]:
    yield from by_reason(context)
    if context.row.outcome == "ignored":
        return
    for change in _fact_changes(context):
        yield from by_fact(context, change)
    yield from _by_operator(context)


def _fact_changes(context: DecisionContext) -> list[FactChange]:
    failed = [rule for rule in context.rules if rule.code in _failed(context)]
    return nearest_facts(failed, context.facts, context.program) if failed else []


def _failed(context: DecisionContext) -> dict[str, str]:
    """Return how each failed rule failed, by code: those that refuse, and those that ask for a review."""
    return dict(orjson.loads(context.row.failed))


def _by_operator(context: DecisionContext) -> Iterator[Change]:
    """Yield an operator's verdict: the one that is awaited, or the opposite of the one there was."""
    row, event = context.row, context.event
    if row.outcome == "review":
        yield approving(context)
    for review in context.around.of(type="review.decided", verdict="decline", decision_id=event["id"]):
        if row.reason == "declined":
            edit = {"seq": review["seq"], "set": {"verdict": "approve"}}
            yield Change("had the operator approved it, it would have qualified", edits=(edit,))


def _untested(context: DecisionContext) -> list[Change]:
    """Return the changes with which the rules would pass, without trying them on the log."""
    words = (fact_words(change, context.program) for change in _fact_changes(context))
    return [Change(f"{one} the rules would have passed") for one in words][:MOST_NAMED]


def _why_none(context: DecisionContext) -> list[str]:
    """Say why no single change would have made the decision qualify."""
    reason = context.row.reason
    if reason == "occurrence" and context.milestone.occurrence == "any":
        return ["no single change would do: this milestone is reached once, and it was reached already"]
    if reason == "unattributed":
        return [
            "no single change of what was sent would do: it needs a visit through a live link, or a code, of "
            "somebody who may refer"
        ]
    failed = _failed(context)
    rules = [rule for rule in context.rules if rule.code in failed]
    if context.row.outcome == "ignored" or not rules:
        return ["no single change would do: it would then fail for another reason"]
    facts = [fact_words(change, context.program) for change in _fact_changes(context)]
    if facts:
        return [
            f"{line} the rules would have passed, but nothing that was sent alone makes it so"
            for line in facts
        ]
    lines = []
    for rule in rules:
        alone = nearest_facts([rule], context.facts, context.program)
        words = fact_words(alone[0], context.program) if alone else "nothing would have passed it"
        lines.append(f"{rule.code}: {words}")
    if len(lines) == 1:
        return [f"no single change would do. {lines[0]}"]
    return ["no single change would do; rule by rule:", *lines]

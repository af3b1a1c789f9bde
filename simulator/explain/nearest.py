"""What would have made a decision qualify: the nearest single changes, each tried by judging again.

Where no single change would have done, it says why. Nothing is told that was not tried, but where the part of the log
that the decision depends on can't be had whole (a referrer of many thousands): then rules alone are asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

import orjson

from simulator.explain.by_facts import by_fact
from simulator.explain.by_reason import by_reason
from simulator.explain.saying import fact_words
from simulator.explain.solving import OTHER, FactChange, nearest_facts
from simulator.explain.trying import Change, Decided

MOST_TRIED: Final = 30  # changes judged for one decision: a third of a second
MOST_TOLD: Final = 4


def nearest(decided: Decided) -> tuple[list[Change], list[str]]:
    """The nearest changes, at most `MOST_TOLD`; where there is none, lines that say why no single one would do."""
    if decided.row["outcome"] == "qualified":
        return [], []
    if not decided.testable:
        return _untested(decided), []
    tried = islice(_candidates(decided), MOST_TRIED)
    found = list(islice((change for change in tried if decided.works(change)), MOST_TOLD))
    return found, [] if found else _why_none(decided)


def _candidates(decided: Decided) -> Iterator[Change]:
    yield from by_reason(decided)
    if decided.row["outcome"] == "ignored":
        return
    for change in _fact_changes(decided):
        yield from by_fact(decided, change)
    yield from _by_operator(decided)


def _fact_changes(decided: Decided) -> list[FactChange]:
    failed = [rule for rule in decided.rules if rule.code in _failed(decided)]
    return nearest_facts(failed, decided.facts, decided.program.digits) if failed else []


def _failed(decided: Decided) -> dict[str, str]:
    """The rules that have to pass for it to qualify: those that refuse, and those that ask for a review."""
    return dict(orjson.loads(decided.row["failed"]))


def _by_operator(decided: Decided) -> Iterator[Change]:
    """A verdict: the one that is still to come, or another one than there was."""
    row, event = decided.row, decided.event
    if row["outcome"] == "review":
        verdict = {
            "type": "review.decided",
            "source": "platform",
            "id": f"{OTHER}-verdict",
            "by": OTHER,
            "decision_source": event["source"],
            "decision_id": event["id"],
            "decision_milestone": row["milestone"],
            "verdict": "approve",
        }
        newest = int(decided.around.events["received_at"][-1])
        yield Change("an operator's approval qualifies it", edits=({"at": newest, "add": verdict},))
    for review in decided.around.of(type="review.decided", verdict="decline", decision_id=event["id"]):
        if row["reason"] == "declined":
            edit = {"seq": review["seq"], "set": {"verdict": "approve"}}
            yield Change("had the operator approved it, it would have qualified", edits=(edit,))


def _untested(decided: Decided) -> list[Change]:
    """What the rules alone say, without edits that could be tried."""
    words = (fact_words(change, decided.program) for change in _fact_changes(decided))
    return [Change(f"{one} the rules would have passed") for one in words][:MOST_TOLD]


def _why_none(decided: Decided) -> list[str]:
    """Why no single change would have made it qualify."""
    reason = decided.row["reason"]
    if reason == "occurrence" and decided.milestone.occurrence == "any":
        return ["no single change would do: this milestone is reached once, and it was reached already"]
    if reason == "unattributed":
        return ["no single change of what was sent would do: it needs a visit through a live link, or a code"]
    failed = _failed(decided)
    rules = [rule for rule in decided.rules if rule.code in failed]
    if decided.row["outcome"] == "ignored" or not rules:
        return ["no single change would do: it would then fail for another reason"]
    facts = [fact_words(change, decided.program) for change in _fact_changes(decided)]
    if facts:
        return [
            f"{line} the rules would have passed, but nothing that was sent alone makes it so"
            for line in facts
        ]
    lines = []
    for rule in rules:
        alone = nearest_facts([rule], decided.facts, decided.program.digits)
        said = fact_words(alone[0], decided.program) if alone else "nothing would have passed it"
        lines.append(f"{rule.code}: {said}")
    if len(lines) == 1:
        return [f"no single change would do. {lines[0]}"]
    return ["no single change would do; rule by rule:", *lines]

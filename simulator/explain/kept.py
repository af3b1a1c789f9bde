"""Explain why a reward was forfeited, and which single change would have kept it.

What its condition read is found by judging the part of the log again that it depends on, up to the moment at which the
reward was forfeited; each change is tried in the same way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Final

import polars as pl

from db.read import log
from db.read.event_fields import newest_seqs, vetoes_between
from db.read.moment import seq_at
from db.read.people import reference
from db.read.reward_rows import RewardRow
from simulator.domain.moments import moment
from simulator.domain.vocabulary import ForfeitReason
from simulator.engine import Engine
from simulator.events.attributes import as_text, as_values
from simulator.explain.by_facts import IDENTIFYING, by_fact
from simulator.explain.change_words import count_fact, fact_words, shown
from simulator.explain.context import Change, DecisionContext
from simulator.explain.edits import Edit, edited
from simulator.explain.fact_changes import OTHER, FactChange, Value, nearest_facts
from simulator.explain.neighbourhood import MOST_EVENTS
from simulator.explain.source import Fields, steered
from simulator.platform.records import parse_program, typed
from simulator.program.facts import attribute_facts, facts_at
from simulator.program.model import Program, Reward, Rule
from simulator.program.phrases import condition_words
from simulator.program.rules import column_types, compile_condition

MOST_NAMED: Final = 4
_BY_CONDITION: Final = (ForfeitReason.KEEP_IF, ForfeitReason.KEEP_IF_MISSING)


def why_forfeited(row: RewardRow, terms: Reward, context: DecisionContext) -> tuple[str, list[Change]]:
    """Return why a reward was forfeited, and the nearest changes with which it would have been kept."""
    why = f"it was forfeited on {moment(row.state_at)}"
    if row.reason not in _BY_CONDITION or terms.keep_if is None:
        return f"{why}: {_stopped(row, context)}" if row.reason == ForfeitReason.VETOED else why, []
    why += f": it is kept only where {condition_of(terms, context.program)}"
    release = Release(row, terms, context)
    facts = release.facts()
    if facts is None or release.outcome(facts) != row.reason:  # a part of what it read is not known
        return why, []
    held = ", ".join(f"{name} was {shown(value)}" for name, value in facts.items())
    found = list(release.changes(facts))[:MOST_NAMED]
    return f"{why}; {held}" if held else why, found or [_NOTHING]


def _stopped(row: RewardRow, context: DecisionContext) -> str:
    """Say that a reward was stopped, and the reason that was given."""
    db, event = context.source.db, context.event
    low, high = seq_at(db, row.state_at), seq_at(db, row.state_at + 1)
    for reason, steering in vetoes_between(db, low, high):
        data = steered({"steering": steering})
        named = (data.get("reward_source"), data.get("reward_id"), data.get("reward_reward"))
        if named == (event["source"], event["id"], row.reward):
            return f"an operator stopped it ({reason})"
    return "an operator stopped it"


_NOTHING: Final = Change("no single change of what was sent would have kept it", "forfeited")


def condition_of(terms: Reward, program: Program) -> str:
    """Return the condition for keeping a reward, in words."""
    return condition_words(terms.keep_if or "", facts_at(program, "release"))


def outcome_at(
    row: RewardRow, terms: Reward, context: DecisionContext, at: int, edits: Sequence[Edit]
) -> str | None:
    """Return `kept` or `forfeited`: what the condition would make of a line at a moment after edits of the log.

    None if that is not known. A reward without a condition is kept.
    """
    if terms.keep_if is None:
        return "kept"
    release = Release(row, terms, context, at)
    facts = release.facts(edits)
    if facts is None:
        return None
    return "kept" if release.outcome(facts) is None else "forfeited"


class Release:
    """The moment at which a reward was forfeited by its condition, or another one at which that is asked."""

    def __init__(
        self, row: RewardRow, terms: Reward, context: DecisionContext, at: int | None = None
    ) -> None:
        """Take a line and its terms; `at` is the moment (milliseconds UTC), that of its state if it is None."""
        self._row, self._terms, self._context = row, terms, context
        self._at = row.state_at if at is None else at

    def facts(self, edits: Sequence[Edit] = ()) -> dict[str, Value] | None:
        """Return what the condition reads after these edits of the log; None if the reward then doesn't exist."""
        engine = Engine(self._context.source.programs[1], parse_program)
        events = edited(self._events, edits)
        outcome = engine.replay(events)
        event = self._context.event
        seqs = events.filter(pl.col("source") == event["source"], pl.col("id") == event["id"])["seq"]
        made = outcome.decisions.filter(
            pl.col("seq").is_in(seqs.to_list()), pl.col("milestone") == self._context.milestone.name
        )
        lines = outcome.rewards.filter(
            pl.col("decision").is_in(made["id"].to_list()), pl.col("reward") == self._terms.name
        )
        return engine.kept_for(int(lines["id"][0])) if len(lines) else None

    def outcome(self, facts: dict[str, Value]) -> ForfeitReason | None:
        """Return why the reward is forfeited given these facts; None if it is kept."""
        known = facts_at(self._context.program, "release")
        condition = compile_condition(self._terms.keep_if or "", known, "keep_if")
        types = {name: kind for name, kind in column_types(known).items() if name in facts}
        frame = pl.DataFrame([facts], schema=types, orient="row") if facts else pl.DataFrame({"": [0]})
        answer = frame.select(condition.expr).item()
        if answer is None:
            return ForfeitReason.KEEP_IF_MISSING
        return None if answer else ForfeitReason.KEEP_IF

    def changes(self, facts: dict[str, Value]) -> Iterator[Change]:
        """Yield the single changes of the log with which the reward would have been kept, each tried."""
        asked = Rule("keep_if", self._terms.keep_if or "", "", "refuse", ())
        for change in nearest_facts([asked], facts, self._context.program, "release"):
            words = f"{fact_words(change, self._context.program)} it would have been kept"
            for edits in self._edits(change):
                found = self.facts(edits)
                if found is not None and self.outcome(found) is None:
                    yield Change(words, "kept", edits)
                    break

    @cached_property
    def _events(self) -> pl.DataFrame:
        """The part of the log that the condition depends on, up to the moment (EVENT_SCHEMA)."""
        around, at = self._context.around.events, self._at
        if self._row.recipient is not None:
            seqs = set(newest_seqs(self._context.source.db, self._row.recipient, MOST_EVENTS))
            seqs -= set(around["seq"].to_list())
            more = typed(log.at(self._context.source.db, sorted(seqs)))
            around = pl.concat([around, more]).sort("seq")
        return around.filter(pl.col("received_at") <= at)

    def _of(self, *types: str, **wanted: str | None) -> list[Fields]:
        """Return the events of these types with these values, in log order."""
        return [
            row
            for row in self._events.iter_rows(named=True)
            if row["type"] in types and all(row[name] == value for name, value in wanted.items())
        ]

    def _subject(self, whose: str) -> str | None:
        if whose == "recipient":
            return reference(self._context.source.db, self._row.recipient)
        attribution = self._context.attribution
        referrer = None if attribution is None else attribution.referrer_ref
        return referrer if whose == "referrer" else self._context.event["subject"]

    def _edits(self, change: FactChange) -> Iterator[tuple[Edit, ...]]:
        """Yield the edits of the log that give a fact another value at the release."""
        whose = change.name.split("_")[0]
        if change.name.endswith("_closed"):
            yield from self._closed(self._subject(whose), change.value)
        elif change.name == "eligible":
            yield from self._eligible(change.value)
        elif count_fact(change.name) is not None:
            yield from self._counted(change)
        elif change.name in _of_customers(self._context.program):
            yield from self._attribute(self._subject(whose), change.name.partition("_")[2], change.value)
        else:
            if change.name == "amount" and isinstance(change.value, float):
                yield from self._adjusted(change.value)
            yield from (one.edits for one in by_fact(self._context, change))

    def _closed(self, subject: str | None, closed: Value) -> Iterator[tuple[Edit, ...]]:
        if closed is False:
            yield tuple(
                {"seq": one["seq"], "drop": True} for one in self._of("customer.closed", subject=subject)
            )
        else:
            yield (self._added("customer.closed", subject),)

    def _eligible(self, value: Value) -> Iterator[tuple[Edit, ...]]:
        subject = self._subject("friend")
        confirmations = self._of("eligibility.confirmed", subject=subject)
        if confirmations:
            yield ({"seq": confirmations[-1]["seq"], "set": {"eligible": value}},)
        else:
            yield (self._added("eligibility.confirmed", subject, eligible=value),)

    def _counted(self, change: FactChange) -> Iterator[tuple[Edit, ...]]:
        who, kind = count_fact(change.name) or ("friend", None)
        if not isinstance(change.value, float) or not isinstance(change.held, float):
            return
        kind = kind or self._context.event["type"]
        count = round(change.value - change.held)
        if count > 0:
            subject = self._subject(who)
            yield tuple(self._added(kind, subject, number=number) for number in range(count))

    def _attribute(self, subject: str | None, name: str, value: Value) -> Iterator[tuple[Edit, ...]]:
        stating = [
            one for one in self._of(*IDENTIFYING, subject=subject) if name in as_values(one["attributes"])
        ]
        if value is None:
            return
        if stating:
            attributes = as_values(stating[-1]["attributes"]) | {name: value}
            yield ({"seq": stating[-1]["seq"], "set": {"attributes": as_text(attributes)}},)
        else:
            yield (self._added("customer.identified", subject, attributes=as_text({name: value})),)

    def _adjusted(self, amount: float) -> Iterator[tuple[Edit, ...]]:
        event = self._context.event
        adjustments = self._of("conversion.adjusted", source=event["source"], adjusts=event["id"])
        if adjustments:
            minor = round(amount * 10**self._context.program.digits)
            yield ({"seq": adjustments[-1]["seq"], "set": {"amount_minor": minor}},)

    def _added(self, kind: str, subject: str | None, number: int = 0, **fields: Value) -> Edit:
        event = {"type": kind, "source": "client/crm", "id": f"{OTHER}-{kind}-{number}", "subject": subject}
        return {"at": self._row.state_at, "add": event | fields}


def _of_customers(program: Program) -> set[str]:
    """Return the facts that the attributes of customers make."""
    return {
        fact.name
        for one in program.attributes
        if one.of == "customer"
        for fact in attribute_facts(one.name, one.of, one.type)
    }

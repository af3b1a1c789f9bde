"""Stage 4c: evaluate the `keep_if` condition of each open line after every event that may change the answer.

So a line that falls due has the answer as of everything received by then, and a pending line is expected to be
forfeited if its condition is not true. Only events about people whose facts a condition reads are looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from simulator.domain.vocabulary import ForfeitReason
from simulator.engine.adjusting import NO_ADJUSTMENTS
from simulator.engine.arrays import NONE, Ints
from simulator.engine.batch import Batch
from simulator.engine.book_results import Happening
from simulator.engine.conversions import NO_CONVERSIONS
from simulator.engine.facts import COUNTED_FACTS, FactContext, facts_of
from simulator.engine.frames import select
from simulator.engine.keeping import KeepCondition
from simulator.engine.line_results import Adjusted, Adjustments, FixedFacts, NewLines, Reversals
from simulator.engine.money import converted
from simulator.engine.results import Decided, NewConversions, StandingChanges
from simulator.engine.rules import QUALIFIED, REVIEW, answers
from simulator.engine.standing import NO_CHANGES, Counts
from simulator.engine.state import State
from simulator.engine.terms import REASONS
from simulator.engine.version import CompiledProgram
from simulator.events.columns import EVENT_SCHEMA, TYPE_CODES
from simulator.program.model import Program

KEPT, NOT_KEPT, MISSING = (
    NONE,
    REASONS.index(ForfeitReason.KEEP_IF),
    REASONS.index(ForfeitReason.KEEP_IF_MISSING),
)
"""Answers: why a line would be forfeited if it were released now, or NONE if it is kept."""
_MERGED = TYPE_CODES["customer.merged"]
_NO_ROWS: Ints = np.zeros(0, np.int64)
_NO_FACTS = FixedFacts(conversions=_NO_ROWS, facts=pl.DataFrame())


def fix_facts(
    batch: Batch, state: State, compiled: CompiledProgram, decided: Decided, counts: Counts
) -> FixedFacts:
    """Find the facts about new decisions' conversions that conditions read and that never change."""
    conditions, new = state.keeping.conditions, decided.new
    terms = state.ledger.terms_of[compiled.number].tolist() if conditions else []
    asked = [conditions[one] for one in terms if one in conditions]
    names = tuple(dict.fromkeys(name for one in asked for name in one.fixed))
    if not names or not len(new.rows):
        return _NO_FACTS
    on = {state.ledger.terms[one].reward.on for one in terms if one in conditions and conditions[one].fixed}
    milestones = np.array([one.name in on for one in compiled.program.milestones], bool)
    at = np.flatnonzero(milestones[new.milestone] & np.isin(new.outcome, (QUALIFIED, REVIEW)))
    context = FactContext(
        batch=batch,
        state=state,
        program=compiled.program,
        counts=counts,
        rows=new.rows[at],
        friend=new.friend[at],
        attribution=new.attribution[at],
        referrer=new.referrer[at],
    )
    conversions = state.ledger.conversions_at(batch.seq[new.rows[at]])
    return FixedFacts(conversions=conversions, facts=facts_of(context, names))


def ask(
    batch: Batch,
    state: State,
    new: NewLines,
    conversions: NewConversions,
    standing: StandingChanges,
    reversals: Reversals,
    adjusted: Adjustments,
) -> list[Happening]:
    """Return the answers that changed, and the first ones of new lines; the batch's lines are already in the ledger."""
    keeping, ledger = state.keeping, state.ledger
    if not keeping.conditions:
        return []
    made = {
        line: row
        for line, row, terms in zip(
            new.lines.ids.tolist(), new.rows.tolist(), new.lines.terms.tolist(), strict=True
        )
        if terms in keeping.conditions
    }
    pairs = {*made.items(), *_back(state, reversals), *_adjusted(state, adjusted)}
    pairs |= _concerned(batch, state, conversions, standing, {line for line, _ in pairs})
    kept = state.kept
    wanted = sorted(pair for pair in pairs if pair[1] >= made.get(pair[0], 0) and pair[0] not in kept.asked)
    changed = _kept(batch, state)
    if wanted:
        lines, rows = np.array(wanted, np.int64).T
        asker = _Asker(batch, state, Counts(state, conversions, standing, after=True), adjusted)
        latest: dict[int, int] = {}
        for (line, row), answer in zip(wanted, asker.ask(lines, rows).tolist(), strict=True):
            booked = None if line in made else ledger.booked_line(line)
            before = latest.get(line, None if booked is None else booked.fails)
            if answer != before:
                latest[line] = answer
                changed.append((line, row, answer))
    found = []
    for line, row, answer in sorted(changed):
        at, seq = int(batch.received[row]), int(batch.seq[row])
        kept.note(line, seq, answer)
        found.append(Happening(2 * row + 1, "asked", at, seq, lines=(line,), answer=answer))
    return found


def _kept(batch: Batch, state: State) -> list[tuple[int, int, int]]:
    """Return the kept answers about lines of people erased later, at events of the batch: line, row, answer."""
    if not state.kept.asked or not len(batch):
        return []
    found = state.kept.asked_within(int(batch.seq[0]), int(batch.seq[-1]))
    return [(line, int(np.searchsorted(batch.seq, seq)), answer) for line, seq, answer in found]


def facts_now(state: State, program: Program, line: int) -> dict[str, str | float | bool | None]:
    """Return the facts that a reward line's condition reads, as of all events so far; empty without a condition."""
    condition = state.keeping.conditions.get(int(state.ledger.lines["terms"][line]))
    if condition is None:
        return {}
    batch = Batch(pl.DataFrame(schema={**EVENT_SCHEMA, "person": pl.Int64}), state, program)
    asker = _Asker(batch, state, Counts(state, NO_CONVERSIONS, NO_CHANGES), NO_ADJUSTMENTS)
    facts = asker.facts(condition, np.array([line]), np.zeros(1, np.int64))
    return facts.select(condition.condition.facts).row(0, named=True)


def _back(state: State, reversals: Reversals) -> Iterator[tuple[int, int]]:
    """Yield the lines of conversions that were reinstated, each with the row of that event."""
    conditions, terms = state.keeping.conditions, state.ledger.lines["terms"]
    for line, owner in zip(reversals.lines.tolist(), reversals.owners.tolist(), strict=True):
        if int(terms[line]) in conditions:
            yield from (
                (line, one.row) for one in reversals.changes if one.conversion == owner and not one.fell
            )


def _adjusted(state: State, adjusted: Adjustments) -> Iterator[tuple[int, int]]:
    """Yield the lines whose condition reads an amount that changed, each with the row of that event."""
    conditions, ledger = state.keeping.conditions, state.ledger
    if "amount" not in state.keeping.reads:
        return
    for one in adjusted.adjusted:
        lines, _ = ledger.lines_of(np.array([one.conversion]))
        for line, terms in zip(lines.tolist(), ledger.lines["terms"][lines].tolist(), strict=True):
            if terms in conditions and "amount" in conditions[terms].changing:
                yield line, one.row


def _concerned(
    batch: Batch, state: State, conversions: NewConversions, standing: StandingChanges, more: set[int]
) -> set[tuple[int, int]]:
    """Return the open lines, and `more` ones, with each row that changes a fact their conditions read."""
    followed = state.keeping.of_person
    extra: dict[int, list[int]] = {}
    lines = np.array(sorted(more), np.int64)
    for line, people in zip(lines.tolist(), state.people_asked_of(lines), strict=True):
        for person in people:
            extra.setdefault(person, []).append(line)
    found: set[tuple[int, int]] = set()
    for person, row in _events_read(batch, state, conversions, standing):
        found.update((line, row) for line in followed.get(person, ()))
        found.update((line, row) for line in extra.get(person, ()))
    return found


def _events_read(
    batch: Batch, state: State, conversions: NewConversions, standing: StandingChanges
) -> Iterator[tuple[int, int]]:
    """Yield the people about whom an event says something that a condition reads, each with its row."""
    kinds = {_kind(name) for name in state.keeping.reads}
    rows = [np.flatnonzero(batch.type[:1] == _MERGED)]
    if "closed" in kinds:
        rows.append(batch.closed.rows)
    if "eligible" in kinds:
        rows.append(batch.eligible.rows)
    if "attribute" in kinds:
        rows.append(np.unique(batch.attributes.rows))
    at = np.concatenate(rows)
    yield from zip(batch.person[at].tolist(), at.tolist(), strict=True)
    if "count" in kinds:
        held = state.ledger.conversions["person"][standing.conversion].astype(np.int64)
        yield from zip(conversions.person.tolist(), conversions.rows.tolist(), strict=True)
        yield from zip(state.people_of(held).tolist(), (standing.position // 2).tolist(), strict=True)


def _kind(name: str) -> str:
    """Return the kind of information that a changing fact is about."""
    if name in ("eligible", "amount"):
        return name
    if name.endswith("_closed"):
        return "closed"
    return "count" if name in COUNTED_FACTS else "attribute"


@dataclass(frozen=True)
class _Asker:
    """Evaluate the conditions of lines, as of rows of a batch."""

    batch: Batch
    state: State
    counts: Counts
    adjusted: Adjustments

    def ask(self, lines: Ints, rows: Ints) -> Ints:
        """Return the answer for each line after the event at its row."""
        terms = self.state.ledger.lines["terms"][lines]
        found = np.full(len(lines), KEPT, np.int64)
        for one in np.unique(terms).tolist():
            at = np.flatnonzero(terms == one)
            condition = self.state.keeping.conditions[one]
            evaluated = select(
                self.facts(condition, lines[at], rows[at]), condition.condition.expr
            ).to_series()
            found[at] = answers(evaluated, true=KEPT, false=NOT_KEPT, missing=MISSING)
        return found

    def facts(self, condition: KeepCondition, lines: Ints, rows: Ints) -> pl.DataFrame:
        """Return the facts that a condition reads about each line after the event at its row."""
        people = self.state.people_of_lines(lines)
        context = FactContext(
            batch=self.batch,
            state=self.state,
            program=condition.program,
            counts=self.counts,
            rows=rows,
            friend=people.friend,
            attribution=people.attribution,
            referrer=people.referrer,
        )
        conversions = self.state.ledger.conversions_at(self.state.ledger.lines["seq"][lines])
        columns = [
            pl.Series("amount", self._amounts(condition, conversions, rows), pl.Float64)
            if name == "amount"
            else pl.Series(name, self.batch.closed.at(people.recipient, rows) > 0)
            if name == "recipient_closed"
            else facts_of(context, (name,)).to_series()
            for name in condition.changing
        ]
        fixed = [self.state.keeping.fixed[one] for one in conversions.tolist()] if condition.fixed else []
        columns += [
            pl.Series(name, [one[name] for one in fixed], condition.types[name]) for name in condition.fixed
        ]
        return pl.DataFrame(columns) if columns else pl.DataFrame({"": np.zeros(len(lines), np.int8)})

    def _amounts(self, condition: KeepCondition, conversions: Ints, rows: Ints) -> list[float | None]:
        """Return the amounts of conversions after rows, in major units of the program's currency."""
        changes: dict[int, list[Adjusted]] = {}
        for one in self.adjusted.adjusted:
            changes.setdefault(one.conversion, []).append(one)
        ledger, program, texts = self.state.ledger, condition.program, self.state.words.texts
        found: list[float | None] = []
        for conversion, row in zip(conversions.tolist(), rows.tolist(), strict=True):
            word, amount = (int(ledger.conversions[name][conversion]) for name in ("currency", "amount"))
            force = ledger.adjusted.get(conversion)
            for one in changes.get(conversion, ()):
                force = one if one.row <= row else force
            amount = amount if force is None else force.amount
            currency = None if word == NONE else texts[word]
            minor = NONE if amount == NONE else converted(program, currency, amount)
            found.append(None if minor == NONE else minor / 10**program.digits)
        return found

"""Stage 4c: evaluate the `keep_if` condition of each open line after every event that may change the answer.

So a line that falls due has the answer as of everything received by then, and a pending line is expected to be
forfeited if its condition is not true. Only events about people whose facts a condition reads are looked at.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
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
from simulator.engine.line_results import Adjustments, FixedFacts, NewLines, Reversals
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
_TOGETHER = 100_000  # answers worked out together: one person may have many lines and many events in a batch
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
    own = {*made.items(), *_back(state, reversals), *_adjusted(state, adjusted)}
    kept = state.kept
    changed = _kept(batch, state)
    latest: dict[int, int] = {}
    counts: Counts | None = None
    for rows, lines in _pieces(_concerned(batch, state, conversions, standing, own), made, kept.asked):
        counts = counts or Counts(state, conversions, standing, after=True)
        asker = _Asker(batch, state, counts, adjusted)
        answered = asker.ask(np.array(lines, np.int64), np.array(rows, np.int64)).tolist()
        for line, row, answer in zip(lines, rows, answered, strict=True):
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


def _pieces(
    concerned: Iterator[tuple[int, set[int]]], made: Mapping[int, int], known: Container[int]
) -> Iterator[tuple[list[int], list[int]]]:
    """Yield rows and the lines that are asked after them, in the order of the rows, `_TOGETHER` or few more at a time.

    A line is not asked before the row that made it, nor if its answer is `known`.
    """
    rows: list[int] = []
    lines: list[int] = []
    for row, of_row in concerned:
        asked = sorted(line for line in of_row if row >= made.get(line, 0) and line not in known)
        lines += asked
        rows += [row] * len(asked)
        if len(rows) >= _TOGETHER:
            yield rows, lines
            rows, lines = [], []
    if rows:
        yield rows, lines


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
    back: dict[int, list[int]] = {}
    for one in reversals.changes:
        if not one.fell:
            back.setdefault(one.conversion, []).append(one.row)
    for line, owner in zip(reversals.lines.tolist(), reversals.owners.tolist(), strict=True):
        if int(terms[line]) in conditions:
            yield from ((line, row) for row in back.get(owner, ()))


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
    batch: Batch,
    state: State,
    conversions: NewConversions,
    standing: StandingChanges,
    own: set[tuple[int, int]],
) -> Iterator[tuple[int, set[int]]]:
    """Yield each row that changes a fact which conditions read, in order, with the open lines that it concerns.

    `own` are pairs of a line, open or new, and a row that concerns it in any case.
    """
    followed = state.keeping.of_person
    by_row: dict[int, set[int]] = {}
    for line, row in own:
        by_row.setdefault(row, set()).add(line)
    extra: dict[int, list[int]] = {}
    lines = np.array(sorted({line for line, _ in own}), np.int64)
    for line, people in zip(lines.tolist(), state.people_asked_of(lines), strict=True):
        for person in people:
            extra.setdefault(person, []).append(line)
    people_at: dict[int, list[int]] = {}
    for person, row in _events_read(batch, state, conversions, standing):
        people_at.setdefault(row, []).append(person)
    for row in sorted(by_row.keys() | people_at.keys()):
        found = by_row.get(row, set())
        for person in people_at.get(row, ()):
            found.update(followed.get(person, ()), extra.get(person, ()))
        yield row, found


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
        ledger, program, texts = self.state.ledger, condition.program, self.state.words.texts
        found: list[float | None] = []
        for conversion, row in zip(conversions.tolist(), rows.tolist(), strict=True):
            word, amount = (int(ledger.conversions[name][conversion]) for name in ("currency", "amount"))
            force = self.adjusted.before(conversion, row + 1) or ledger.adjusted.get(conversion)
            amount = amount if force is None else force.amount
            currency = None if word == NONE else texts[word]
            minor = NONE if amount == NONE else converted(program, currency, amount)
            found.append(None if minor == NONE else minor / 10**program.digits)
        return found

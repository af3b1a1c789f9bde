"""Run the stages in order: each returns a result, which `State.apply` puts into effect before the next one runs.

Nothing later in a batch feeds back into an earlier stage. To add a stage: its result in `results.py`, the stage
in a separate file, its effect in `State.apply`, its place here, and a recorder.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from simulator.domain.stopwatch import Meter
from simulator.engine.acts import find_acts
from simulator.engine.adjusting import find_adjustments
from simulator.engine.arrivals import find_first_events, find_new_links, find_sightings, find_sources
from simulator.engine.asking import ask, fix_facts
from simulator.engine.attribution import attribute, count_generations, find_touches
from simulator.engine.batch import Batch
from simulator.engine.book_results import Booked
from simulator.engine.booking import book_lines, find_happenings
from simulator.engine.cancelling import find_reached, void
from simulator.engine.conversions import find_conversions
from simulator.engine.decisions import decide
from simulator.engine.expected import expect
from simulator.engine.intake import Intake
from simulator.engine.journal import read_journal
from simulator.engine.journeys import reach, reach_rewarded
from simulator.engine.line_results import (
    Act,
    Expected,
    LateReversals,
    NewLines,
    NoEffect,
    Released,
    Used,
    Voided,
)
from simulator.engine.occurrence import Occurrences
from simulator.engine.record import Rows
from simulator.engine.record_events import (
    record_attributed,
    record_decided,
    record_events,
    record_settled,
)
from simulator.engine.record_reversals import record_late_reversals, record_no_effect
from simulator.engine.record_rewards import (
    record_booked,
    record_expected,
    record_lines,
    record_reached,
    record_released,
    record_voided,
)
from simulator.engine.record_using import record_acts_without_effect, record_used
from simulator.engine.release import release
from simulator.engine.results import (
    Decided,
    FirstEvents,
    Generations,
    NewAttributions,
    NewLinks,
    Reached,
    ReviewedMoney,
    Sources,
    Withheld,
)
from simulator.engine.reversals import find_fallen, find_late, find_no_effect, find_reversals
from simulator.engine.rewards import find_qualified, make_lines
from simulator.engine.standing import Counts, find_standing
from simulator.engine.state import State
from simulator.engine.using import find_out_of_reach, use
from simulator.engine.version import CompiledProgram
from simulator.engine.withheld import reviewed_money, withhold

Result = TypeVar("Result")


@dataclass(frozen=True, kw_only=True)
class Folded:
    """What the stages found in one batch, under one version of the program."""

    batch: Batch
    compiled: CompiledProgram
    links: NewLinks
    firsts: FirstEvents
    sources: Sources
    attributed: NewAttributions
    generations: Generations
    decided: Decided
    lines: NewLines
    withheld: Withheld
    reviewed: ReviewedMoney
    reached: Reached
    booked: Booked
    voided: Voided
    expected: Expected
    released: Released
    used: Used
    rewarded: Reached
    acts: Sequence[Act]
    late: LateReversals
    no_effect: NoEffect


def fold(batch: Batch, state: State, compiled: CompiledProgram, intake: Intake, meter: Meter) -> Folded:
    """Run the stages over a batch, and release what is due before its last event."""
    put = state.apply  # bound once per batch: binding it copies a function's name and docstring

    def apply(found: Result) -> Result:
        put(found)
        return found

    links = apply(find_new_links(batch, state))
    firsts = apply(find_first_events(batch, state))
    apply(find_sightings(batch))
    sources = apply(find_sources(batch, state))
    meter.record("intake")
    touches = apply(find_touches(batch, state, compiled))
    attributed = apply(attribute(batch, state, compiled, touches))
    generations = apply(count_generations(state, attributed))
    meter.record("attribute")
    conversions = apply(find_conversions(batch, state))
    standing = apply(find_standing(batch, state, intake, conversions))
    counts = Counts(state, conversions, standing)
    occurrences = Occurrences(batch, state, conversions, standing, counts)
    decided = apply(decide(batch, state, compiled, occurrences, counts, meter))
    apply(fix_facts(batch, state, compiled, decided, counts))
    meter.record("decide")
    adjusted = find_adjustments(batch, state, intake, compiled.program, standing)
    qualified = find_qualified(batch, state, compiled, decided, adjusted)
    lines = apply(make_lines(batch, state, qualified))
    withheld = apply(withhold(batch, state, compiled, decided.new, lines))
    reviewed = reviewed_money(state, decided.verdicts.settled)
    reached = apply(reach(batch, state, qualified))
    ledger, budget, before = state.ledger, compiled.program.budget_minor, int(batch.received[-1])
    reversals = find_reversals(batch, ledger, standing)
    fallen = find_fallen(ledger, lines, reversals)
    acts = find_acts(batch, state, intake)
    apply(book_lines(ledger, lines, fallen, reversals, adjusted, acts, compiled.program))
    answers = ask(batch, state, lines, conversions, standing, reversals, adjusted)
    happenings = apply(
        find_happenings(state, lines, fallen, reversals, adjusted, acts, answers, batch, compiled.program)
    )
    apply(adjusted)
    booked = apply(read_journal(state))
    apply(reversals)
    reached_lines = find_reached(ledger, fallen, reversals)
    voided = apply(void(ledger, fallen, reached_lines))
    others = lines.at(~np.isin(lines.lines.ids, happenings.new)) if len(happenings.new) else lines
    expected = apply(expect(state, others, voided, budget))
    released = apply(release(state, before))
    used = apply(use(ledger, acts, before))
    rewarded = apply(reach_rewarded(state, released, booked))
    late = find_late(ledger, reached_lines, booked)
    beyond = find_out_of_reach(ledger, reached_lines, booked)
    no_effect = find_no_effect(
        batch, standing, adjusted, lines, (voided, booked.voided), booked.revoked, beyond
    )
    apply(batch.field_updates())
    meter.record("reward")
    return Folded(
        batch=batch,
        compiled=compiled,
        links=links,
        firsts=firsts,
        sources=sources,
        attributed=attributed,
        generations=generations,
        decided=decided,
        lines=lines,
        withheld=withheld,
        reviewed=reviewed,
        reached=reached,
        booked=booked,
        voided=voided,
        expected=expected,
        released=released,
        used=used,
        rewarded=rewarded,
        acts=acts,
        late=late,
        no_effect=no_effect,
    )


def record(rows: Rows, folded: Folded) -> None:
    """Turn what the stages found into rows."""
    batch, compiled, decided = folded.batch, folded.compiled, folded.decided
    record_events(rows, batch, folded.links, folded.firsts, folded.sources)
    record_attributed(rows, compiled, folded.attributed, folded.generations)
    record_decided(rows, batch, compiled, decided.new, folded.withheld)
    record_settled(rows, batch, compiled, decided.verdicts, folded.reviewed)
    record_reached(rows, folded.reached)
    record_lines(rows, batch, folded.lines)
    record_expected(rows, folded.expected)
    record_voided(rows, folded.voided, folded.expected.ended)
    record_released(rows, folded.released)
    record_reached(rows, folded.rewarded)
    record_booked(rows, folded.booked)
    record_late_reversals(rows, folded.late)
    record_no_effect(rows, batch, compiled, folded.no_effect)
    record_used(rows, folded.used)
    record_acts_without_effect(
        rows, batch, compiled, folded.acts, {**folded.booked.without_effect, **folded.used.without_effect}
    )

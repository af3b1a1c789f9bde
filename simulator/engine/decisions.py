"""Stage 2: make one decision for each accepted conversion and milestone on its type, and apply verdicts on reviews."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from simulator.domain.stopwatch import OFF, Meter
from simulator.domain.vocabulary import Reason
from simulator.engine.arrays import NONE, Bools, Ints, first_of_each, running_count
from simulator.engine.batch import Batch
from simulator.engine.facts import FactContext, facts_of
from simulator.engine.keys import pair
from simulator.engine.reviews import Case
from simulator.engine.rules import IGNORED, QUALIFIED, REFUSED, REVIEW, Verdicts, judge_by_rules
from simulator.engine.state import COUNTS, State
from simulator.engine.version import CompiledProgram

IGNORED_REASONS = (None, *(str(reason) for reason in Reason if reason is not Reason.DECLINED))
UNATTRIBUTED, BEFORE_TOUCH, OUTSIDE, OCCURRENCE, TOO_LATE = (
    IGNORED_REASONS.index(reason)
    for reason in (
        Reason.UNATTRIBUTED,
        Reason.BEFORE_TOUCH,
        Reason.OUTSIDE_PROGRAM,
        Reason.OCCURRENCE,
        Reason.TOO_LATE,
    )
)


@dataclass(frozen=True)
class Settlement:
    """A verdict that settled a decision in review, given by the event at batch row `row`."""

    row: int
    case: Case
    outcome: int
    reason: str | None


@dataclass
class NewDecisions:
    """A batch's decisions in log order as first made, and the verdicts received in it.

    Columns by decision: batch `rows`, index of the `milestone` in the file, `friend`, `referrer` (NONE where
    unattributed), `attribution`, `barred` (index into IGNORED_REASONS, 0 where not ignored), `outcome` code;
    `reason` is the deciding rule's or the one from IGNORED_REASONS. `ruled` are the decisions whose rules were
    evaluated (some were barred afterwards), `verdicts` the rules' results.
    """

    first_id: int
    rows: Ints
    milestone: Ints
    friend: Ints
    referrer: Ints
    attribution: Ints
    barred: Ints
    outcome: Ints
    reason: list[str | None]
    failed: list[str]
    facts: list[str | None]
    ruled: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    verdicts: Verdicts | None = None
    settlements: list[Settlement] = field(default_factory=list)
    no_effect: list[int] = field(default_factory=list)  # rows of verdicts without effect

    @property
    def ids(self) -> Ints:
        """The ids of the decisions."""
        return np.arange(self.first_id, self.first_id + len(self.rows))

    def bar(self, places: Ints, why: int) -> None:
        """Mark these decisions as ignored for the reason with the code `why`, discarding any rule results."""
        self.barred[places], self.outcome[places] = why, IGNORED
        for place in places.tolist():
            self.reason[place], self.failed[place], self.facts[place] = IGNORED_REASONS[why], "[]", None


def decide(
    batch: Batch,
    state: State,
    compiled: CompiledProgram,
    first_id: int,
    meter: Meter = OFF,
) -> NewDecisions:
    """Judge the batch's conversions and verdicts, and update counts, reviews and who has qualified."""
    decided = _draft(batch, state, compiled, first_id)
    groups = _group_keys(state, compiled, decided)
    is_any = np.array([milestone.occurrence == "any" for milestone in compiled.program.milestones], bool)
    is_contested = is_any[decided.milestone] & np.isin(decided.barred, (0, TOO_LATE))
    disputed = np.flatnonzero(is_contested)
    before = disputed[state.qualified.find(groups[disputed]) >= 0]
    decided.bar(before, OCCURRENCE)
    is_contested[before] = False
    _apply_rules(batch, state, compiled, decided, meter)
    touched = _apply_verdicts(batch, state, compiled, decided, is_contested, groups)
    _bar_repeats(decided, np.flatnonzero(is_contested & ~touched), groups)
    _update_state(batch, state, compiled, decided, groups)
    return decided


def _draft(batch: Batch, state: State, compiled: CompiledProgram, first_id: int) -> NewDecisions:
    """Draft every decision with the reasons that need no rule, except `any`, which depends on what qualifies."""
    numbers = _number_conversions(batch, state)
    rows, places = _pair_with_milestones(batch, compiled)
    friend = batch.person[rows]
    attribution = state.people["attribution"][friend].astype(np.int64)
    made = state.attributions
    attributed = (attribution != NONE) & (made["seq"][attribution] <= batch.seq[rows])
    touch_at, occurred = made["touch_at"][attribution], batch.occurred[rows]
    program = compiled.program
    outside = np.zeros(len(rows), bool)
    if program.starts_ms is not None:
        outside |= occurred < program.starts_ms
    if program.ends_ms is not None:
        outside |= occurred >= program.ends_ms
    barred = np.select(
        [
            ~attributed,
            occurred < touch_at,
            outside,
            _is_wrong_number(compiled, places, numbers[rows] if len(rows) else rows),
            _is_too_late(compiled, places, occurred - touch_at),
        ],
        [UNATTRIBUTED, BEFORE_TOUCH, OUTSIDE, OCCURRENCE, TOO_LATE],
        0,
    )
    count = len(rows)
    return NewDecisions(
        first_id,
        rows,
        places,
        friend,
        np.where(attributed, made["referrer"][attribution], NONE).astype(np.int64),
        attribution,
        barred,
        np.full(count, IGNORED, np.int64),
        [IGNORED_REASONS[why] for why in barred.tolist()],
        ["[]"] * count,
        [None] * count,
    )


def _number_conversions(batch: Batch, state: State) -> Ints:
    """Return each conversion's number (from 1) among its person's events of its type, and update the counts."""
    rows = batch.conversions
    numbers = np.zeros(len(batch), np.int64)
    if not len(rows):
        return numbers
    which, people = batch.conversion_column(rows), batch.person[rows]
    ranks = running_count(people * len(COUNTS) + which) + 1
    for column in np.unique(which).tolist():
        at, counts = which == column, state.people[COUNTS[column]]
        ranks[at] += counts[people[at]]
        counts[people[at]] = ranks[at]  # NumPy keeps the last of several values for one person: the highest
    numbers[rows] = ranks
    return numbers


def _pair_with_milestones(batch: Batch, compiled: CompiledProgram) -> tuple[Ints, Ints]:
    """Pair each conversion with each milestone on its type: batch rows and indices in the file, in log order."""
    rows, places = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for code, milestones in compiled.milestones_by_type.items():
        if code in batch.present:
            of_type = np.flatnonzero(batch.type == code)
            for place in milestones:
                rows.append(of_type)
                places.append(np.full(len(of_type), place))
    all_rows, all_places = np.concatenate(rows), np.concatenate(places)
    order = np.lexsort((all_places, all_rows))
    return all_rows[order], all_places[order]


def _is_wrong_number(compiled: CompiledProgram, places: Ints, numbers: Ints) -> Bools:
    wanted = [m.occurrence if isinstance(m.occurrence, int) else 0 for m in compiled.program.milestones]
    nth = np.array(wanted, np.int64)[places]
    wrong: Bools = (nth > 0) & (numbers != nth)
    return wrong


def _is_too_late(compiled: CompiledProgram, places: Ints, ages: Ints) -> Bools:
    within = [NONE if m.within_ms is None else m.within_ms for m in compiled.program.milestones]
    limit = np.array(within, np.int64)[places]
    late: Bools = (limit != NONE) & (ages > limit)
    return late


def _group_keys(state: State, compiled: CompiledProgram, decided: NewDecisions) -> np.ndarray:
    """Return a key for each decision's friend and milestone name."""
    names = np.array([state.milestone_id(m.name) for m in compiled.program.milestones], np.int64)
    return pair(decided.friend, names[decided.milestone])


def _apply_rules(
    batch: Batch, state: State, compiled: CompiledProgram, decided: NewDecisions, meter: Meter
) -> None:
    """Evaluate the rules of all decisions that nothing bars."""
    open_rows = np.flatnonzero(decided.barred == 0)
    if not len(open_rows):
        return
    context = FactContext(
        batch,
        state,
        compiled.program,
        decided.rows[open_rows],
        decided.friend[open_rows],
        decided.attribution[open_rows],
        decided.referrer[open_rows],
    )
    facts = facts_of(context, compiled.facts, meter)
    ruled = judge_by_rules(compiled, facts, decided.milestone[open_rows], meter)
    decided.ruled, decided.verdicts = open_rows, ruled
    decided.outcome[open_rows] = ruled.outcome
    for at, place in enumerate(open_rows.tolist()):
        decided.reason[place] = ruled.reason[at]
        decided.failed[place], decided.facts[place] = ruled.failed[at], ruled.facts[at]


def _bar_repeats(decided: NewDecisions, places: Ints, groups: np.ndarray) -> None:
    """Bar every decision on an `any` milestone after the first that qualified for the same friend."""
    winners = places[decided.outcome[places] == QUALIFIED]
    winners = winners[first_of_each(groups[winners])]
    if not len(winners):
        return
    order = np.argsort(groups[winners])
    keys, rows = groups[winners][order], decided.rows[winners][order]
    at = np.minimum(np.searchsorted(keys, groups[places]), len(keys) - 1)
    later = (keys[at] == groups[places]) & (decided.rows[places] > rows[at])
    decided.bar(places[later], OCCURRENCE)


def _apply_verdicts(
    batch: Batch,
    state: State,
    compiled: CompiledProgram,
    decided: NewDecisions,
    is_contested: Bools,
    groups: np.ndarray,
) -> Bools:
    """Apply verdicts, interleaved in log order with the decisions of the same friends and milestones.

    The order matters only for those (an approval bars later decisions on an `any` milestone, and is itself barred by an
    earlier one), so only they are walked one by one; the returned mask marks those decisions.
    """
    verdicts = batch.rows("review.decided")
    if not len(verdicts):
        return np.zeros(len(decided.rows), bool)
    named = pl.DataFrame(
        {part: batch.texts(f"decision_{part}", verdicts) for part in ("source", "id", "milestone")}
    )
    keys = named.rows()
    names = [state.milestone_ids.get(name, NONE) for name in named["milestone"].to_list()]
    reviews = state.reviews.waiting(named, np.array(names, np.int64))
    approves = (batch.texts("verdict", verdicts) == "approve").to_list()
    local = {
        (case.source, case.id, case.milestone_name): (place, case)
        for place, case in _cases(batch, compiled, decided, np.flatnonzero(decided.outcome == REVIEW))
    }
    known = [
        reviews[key] if key in reviews else local[key][1] for key in keys if key in reviews or key in local
    ]
    concerned = _case_groups(state, known)
    touched = np.isin(groups, concerned)
    qualified = set(concerned[state.qualified.find(concerned) >= 0].tolist())
    seen: set[int] = set()
    walk = [(row, 0, place) for place, row in zip(*_marked_rows(touched, decided.rows), strict=True)]
    walk += [(row, 1, at) for at, row in enumerate(verdicts.tolist())]
    for row, is_verdict, at in sorted(walk):
        if not is_verdict:
            group = int(groups[at])
            if is_contested[at] and group in qualified:
                decided.bar(np.array([at]), OCCURRENCE)
            seen.add(at)
            if decided.outcome[at] == QUALIFIED:
                qualified.add(group)
            continue
        case = reviews.pop(keys[at], None)
        if case is None and keys[at] in local:
            place, found = local[keys[at]]
            if place in seen and decided.outcome[place] == REVIEW:
                case = found
                del local[keys[at]]
        if case is None:
            decided.no_effect.append(row)
            continue
        decided.settlements.append(
            _settlement(row, case, approves[at], _case_groups(state, [case]), qualified)
        )
    return touched


def _settlement(row: int, case: Case, approve: bool, group: np.ndarray, qualified: set[int]) -> Settlement:
    if not approve:
        return Settlement(row, case, REFUSED, Reason.DECLINED.value)
    key = int(group[0])
    if key in qualified and case.compiled.program.milestones[case.milestone].occurrence == "any":
        return Settlement(row, case, IGNORED, IGNORED_REASONS[OCCURRENCE])
    qualified.add(key)
    return Settlement(row, case, QUALIFIED, None)


def _marked_rows(mask: Bools, rows: Ints) -> tuple[list[int], list[int]]:
    places = np.flatnonzero(mask)
    return places.tolist(), rows[places].tolist()


def _case_groups(state: State, cases: list[Case]) -> np.ndarray:
    friends = np.array([case.friend for case in cases], np.int64)
    names = np.array([state.milestone_id(case.milestone_name) for case in cases], np.int64)
    return pair(friends, names)


def _cases(
    batch: Batch, compiled: CompiledProgram, decided: NewDecisions, places: Ints
) -> list[tuple[int, Case]]:
    """Return the decisions at these indices as cases, each with its index."""
    if not len(places):
        return []
    rows = decided.rows[places]
    columns = zip(
        places.tolist(),
        batch.seq[rows].tolist(),
        decided.milestone[places].tolist(),
        decided.friend[places].tolist(),
        decided.referrer[places].tolist(),
        batch.occurred[rows].tolist(),
        batch.amount[rows].tolist(),
        batch.texts("source", rows).to_list(),
        batch.texts("id", rows).to_list(),
        strict=True,
    )
    return [
        (
            place,
            Case(
                decided.first_id + place,
                seq,
                compiled,
                milestone,
                friend,
                referrer,
                occurred,
                amount,
                source,
                id_,
            ),
        )
        for place, seq, milestone, friend, referrer, occurred, amount, source, id_ in columns
    ]


def _update_state(
    batch: Batch,
    state: State,
    compiled: CompiledProgram,
    decided: NewDecisions,
    groups: np.ndarray,
) -> None:
    """Update the open reviews, and who has qualified for what."""
    places = np.flatnonzero(decided.outcome == REVIEW)
    if len(places):
        rows, milestone = decided.rows[places], decided.milestone[places]
        names = np.array([state.milestone_id(m.name) for m in compiled.program.milestones], np.int64)
        state.reviews.enter(
            compiled,
            batch.events[rows],
            names[milestone],
            decision=decided.first_id + places,
            seq=batch.seq[rows],
            milestone=milestone,
            friend=decided.friend[places],
            referrer=decided.referrer[places],
            occurred=batch.occurred[rows],
            amount=batch.amount[rows],
        )
    state.reviews.close(np.array([settlement.case.decision for settlement in decided.settlements], np.int64))
    approved = _case_groups(state, [s.case for s in decided.settlements if s.outcome == QUALIFIED])
    state.qualified.get_or_insert(np.concatenate([groups[decided.outcome == QUALIFIED], approved]))

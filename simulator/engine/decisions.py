"""Stage 3: make one decision for each accepted conversion and milestone on its type, and apply verdicts on reviews."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from simulator.domain.stopwatch import OFF, Meter
from simulator.domain.vocabulary import Reason
from simulator.engine.arrays import NONE, Bools, Ints, Keys, first_of_each
from simulator.engine.batch import Batch
from simulator.engine.facts import FactContext, as_texts, facts_of
from simulator.engine.keys import pair
from simulator.engine.occurrence import Occurrences
from simulator.engine.offers import NOTHING, ask_conditions
from simulator.engine.results import Decided, NewDecisions, OpenedReviews, Ruled, Settlement, Settlements
from simulator.engine.reviews import Case, ReviewKey
from simulator.engine.rules import IGNORED, QUALIFIED, REFUSED, REVIEW, Verdicts, judge_by_rules
from simulator.engine.standing import Counts
from simulator.engine.state import State
from simulator.engine.stopping import stopped_referrers
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


_NO_ROWS: Ints = np.zeros(0, np.int64)
_NO_KEYS: Keys = np.zeros(0, np.uint64)
_NO_VERDICTS = Settlements(settled=(), approved=_NO_KEYS, no_effect=())
NOTHING_DECIDED = Decided(
    new=NewDecisions(
        ids=_NO_ROWS,
        rows=_NO_ROWS,
        seq=_NO_ROWS,
        milestone=_NO_ROWS,
        milestone_id=_NO_ROWS,
        friend=_NO_ROWS,
        referrer=_NO_ROWS,
        attribution=_NO_ROWS,
        group=_NO_KEYS,
        outcome=_NO_ROWS,
        reason=(),
        failed=(),
        offered=(),
        facts=(),
        ruled=None,
    ),
    opened=None,
    verdicts=_NO_VERDICTS,
    taken={},
)
"""The result for a batch without conversions and verdicts."""


@dataclass(kw_only=True)
class _Draft:
    """A batch's decisions while they are made, in log order: columns as in `NewDecisions`.

    `barred` is an index into IGNORED_REASONS, 0 where not ignored; `reason` is the deciding rule's or the one from
    there. `ruled` are the decisions whose rules were evaluated (some were barred afterwards), `verdicts` the rules'
    results.
    """

    first_id: int
    rows: Ints
    milestone: Ints
    friend: Ints
    referrer: Ints
    attribution: Ints
    group: Keys
    barred: Ints
    outcome: Ints
    reason: list[str | None]
    failed: list[str]
    offered: list[str]
    facts: list[str | None]
    ruled: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    verdicts: Verdicts | None = None

    def bar(self, places: Ints, why: int) -> None:
        """Mark these decisions as ignored for the reason with the code `why`, discarding any rule results."""
        self.barred[places], self.outcome[places] = why, IGNORED
        for place in places.tolist():
            self.reason[place], self.failed[place], self.facts[place] = IGNORED_REASONS[why], "[]", None
            self.offered[place] = NOTHING

    def stop(self, places: Ints) -> None:
        """Mark these decisions as refused because their referrer is stopped."""
        self.outcome[places] = REFUSED
        for place in places.tolist():
            self.reason[place] = Reason.REFERRER_STOPPED.value

    def made(self, seq: Ints, names: Ints) -> NewDecisions:
        """Return the decisions as they are made: `seq` by row of the batch, `names` the ids of milestones by place."""
        return NewDecisions(
            ids=np.arange(self.first_id, self.first_id + len(self.rows)),
            rows=self.rows,
            seq=seq[self.rows],
            milestone=self.milestone,
            milestone_id=names[self.milestone],
            friend=self.friend,
            referrer=self.referrer,
            attribution=self.attribution,
            group=self.group,
            outcome=self.outcome,
            reason=self.reason,
            failed=self.failed,
            offered=self.offered,
            facts=self.facts,
            ruled=self._ruled(),
        )

    def _ruled(self) -> Ruled | None:
        # on an `any` milestone some have since been barred by an earlier decision
        kept, verdicts = self.barred[self.ruled] == 0, self.verdicts
        if verdicts is None or not verdicts.results.shape[1] or not kept.any():
            return None
        return Ruled(
            places=self.ruled[kept], results=verdicts.results[kept], deciding=verdicts.deciding[kept]
        )


def decide(
    batch: Batch,
    state: State,
    compiled: CompiledProgram,
    occurrences: Occurrences,
    counts: Counts,
    meter: Meter = OFF,
) -> Decided:
    """Judge the batch's conversions and verdicts; `counts` says how many conversions stand."""
    if not len(batch.conversions) and not len(batch.rows("review.decided")):
        return NOTHING_DECIDED
    draft = _draft(batch, state, compiled, occurrences)
    is_any = np.array([milestone.occurrence == "any" for milestone in compiled.program.milestones], bool)
    is_contested = is_any[draft.milestone] & np.isin(draft.barred, (0, TOO_LATE))
    disputed = np.flatnonzero(is_contested)
    names = [compiled.program.milestones[place].name for place in draft.milestone[disputed].tolist()]
    held = occurrences.holds(draft.group[disputed], draft.friend[disputed], names, draft.rows[disputed])
    before = disputed[held]
    draft.bar(before, OCCURRENCE)
    is_contested[before] = False
    _apply_rules(batch, state, compiled, counts, draft, meter)
    verdicts, touched = _apply_verdicts(batch, state, compiled, occurrences, draft, is_contested)
    _bar_repeats(draft, np.flatnonzero(is_contested & ~touched), occurrences.fell_at_once(draft.rows))
    return Decided(
        new=draft.made(batch.seq, _name_ids(state, compiled)),
        opened=_opened(batch, state, compiled, draft),
        verdicts=verdicts,
        taken=occurrences.taken,
    )


def _draft(batch: Batch, state: State, compiled: CompiledProgram, occurrences: Occurrences) -> _Draft:
    """Draft every decision with the reasons that need no rule, except `any`, which depends on what qualifies."""
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
            ~occurrences.takes(program.milestones, places, rows, friend),
            _is_too_late(compiled, places, occurred - touch_at),
        ],
        [UNATTRIBUTED, BEFORE_TOUCH, OUTSIDE, OCCURRENCE, TOO_LATE],
        0,
    )
    count = len(rows)
    return _Draft(
        first_id=state.decisions + 1,
        rows=rows,
        milestone=places,
        friend=friend,
        referrer=state.people_of(np.where(attributed, made["referrer"][attribution], NONE).astype(np.int64)),
        attribution=attribution,
        group=pair(friend, _name_ids(state, compiled)[places]),
        barred=barred,
        outcome=np.full(count, IGNORED, np.int64),
        reason=[IGNORED_REASONS[why] for why in barred.tolist()],
        failed=["[]"] * count,
        offered=[NOTHING] * count,
        facts=[None] * count,
    )


def _name_ids(state: State, compiled: CompiledProgram) -> Ints:
    """Return the ids of the milestones' names, by place in the file."""
    return np.array([state.milestone_id(one.name) for one in compiled.program.milestones], np.int64)


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


def _is_too_late(compiled: CompiledProgram, places: Ints, ages: Ints) -> Bools:
    within = [NONE if m.within_ms is None else m.within_ms for m in compiled.program.milestones]
    limit = np.array(within, np.int64)[places]
    late: Bools = (limit != NONE) & (ages > limit)
    return late


def _apply_rules(
    batch: Batch, state: State, compiled: CompiledProgram, counts: Counts, draft: _Draft, meter: Meter
) -> None:
    """Evaluate the rules of all decisions that nothing bars, and refuse those whose referrer is stopped."""
    open_rows = np.flatnonzero(draft.barred == 0)
    stopped = stopped_referrers(batch, compiled, draft.referrer[open_rows], draft.rows[open_rows])
    draft.stop(open_rows[stopped])
    open_rows = open_rows[~stopped]
    if not len(open_rows):
        return
    context = FactContext(
        batch=batch,
        state=state,
        program=compiled.program,
        counts=counts,
        rows=draft.rows[open_rows],
        friend=draft.friend[open_rows],
        attribution=draft.attribution[open_rows],
        referrer=draft.referrer[open_rows],
    )
    facts = facts_of(context, compiled.facts, meter)
    seqs = batch.seq[draft.rows[open_rows]]
    ruled = judge_by_rules(compiled, facts, draft.milestone[open_rows], seqs, state.kept, meter)
    draft.ruled, draft.verdicts = open_rows, ruled
    draft.outcome[open_rows] = ruled.outcome
    texts = as_texts(facts) if compiled.facts else [None] * len(open_rows)
    offered = ask_conditions(compiled, facts, draft.milestone[open_rows], seqs, state.kept)
    for at, place in enumerate(open_rows.tolist()):
        draft.reason[place] = ruled.reason[at]
        draft.failed[place], draft.facts[place], draft.offered[place] = (
            ruled.failed[at],
            texts[at],
            offered[at],
        )


def _bar_repeats(draft: _Draft, places: Ints, fell: Bools) -> None:
    """Bar every decision on an `any` milestone after the first that qualified for the same friend and stands.

    `fell` says which decisions' conversions were reversed on arrival.
    """
    groups = draft.group
    winners = places[(draft.outcome[places] == QUALIFIED) & ~fell[places]]
    winners = winners[first_of_each(groups[winners])]
    if not len(winners):
        return
    order = np.argsort(groups[winners])
    keys, rows = groups[winners][order], draft.rows[winners][order]
    at = np.minimum(np.searchsorted(keys, groups[places]), len(keys) - 1)
    later = (keys[at] == groups[places]) & (draft.rows[places] > rows[at])
    draft.bar(places[later], OCCURRENCE)


@dataclass
class _NamedCases:
    """The cases in review that verdicts can settle, by source, id and milestone; `keys` are those of the verdicts.

    `waiting` are in review since earlier batches, `new` since decisions of this one, with their places in the draft.
    """

    keys: list[ReviewKey]
    waiting: dict[ReviewKey, Case]
    new: dict[ReviewKey, tuple[int, Case]]

    def known(self) -> list[Case]:
        """Return the cases that verdicts name, in their order."""
        return [
            self.waiting[key] if key in self.waiting else self.new[key][1]
            for key in self.keys
            if key in self.waiting or key in self.new
        ]

    def take(self, at: int, seen: Collection[int], draft: _Draft) -> Case | None:
        """Take the case that a verdict settles out; None if it is not in review by then. `seen` are earlier places."""
        key = self.keys[at]
        case = self.waiting.pop(key, None)
        if case is None and key in self.new:
            place, found = self.new[key]
            if place in seen and draft.outcome[place] == REVIEW:
                del self.new[key]
                return found
        return case


def _named_cases(
    batch: Batch, state: State, compiled: CompiledProgram, draft: _Draft, verdicts: Ints
) -> _NamedCases:
    """Find the cases in review that verdicts (rows) may name."""
    named = pl.DataFrame(
        {part: batch.texts(f"decision_{part}", verdicts) for part in ("source", "id", "milestone")}
    )
    names = [state.milestone_ids.get(name, NONE) for name in named["milestone"].to_list()]
    new = {
        (case.source, case.id, case.milestone_name): (place, case)
        for place, case in _cases(batch, compiled, draft, np.flatnonzero(draft.outcome == REVIEW))
    }
    return _NamedCases(named.rows(), state.reviews.waiting(named, np.array(names, np.int64)), new)


def _apply_verdicts(
    batch: Batch,
    state: State,
    compiled: CompiledProgram,
    occurrences: Occurrences,
    draft: _Draft,
    is_contested: Bools,
) -> tuple[Settlements, Bools]:
    """Apply verdicts, interleaved in log order with the decisions of the same friends and milestones.

    The order matters only for those (an approval bars later decisions on an `any` milestone, and is itself barred by an
    earlier one), so only they are walked one by one, with a working copy of who has qualified by then; the returned
    mask marks those decisions.
    """
    verdicts = batch.rows("review.decided")
    if not len(verdicts):
        return _NO_VERDICTS, np.zeros(len(draft.rows), bool)
    cases = _named_cases(batch, state, compiled, draft, verdicts)
    known = cases.known()
    approves = (batch.texts("verdict", verdicts) == "approve").to_list()
    concerned = _case_groups(state, known)
    touched = np.isin(draft.group, concerned)
    fell = occurrences.fell_at_once(draft.rows)
    qualified = set(concerned[_held(occurrences, concerned, known)].tolist())
    settled: list[Settlement] = []
    no_effect: list[int] = []
    seen: set[int] = set()
    walk = [(row, 0, place) for place, row in zip(*_marked_rows(touched, draft.rows), strict=True)]
    walk += [(row, 1, at) for at, row in enumerate(verdicts.tolist())]
    for row, is_verdict, at in sorted(walk):
        if not is_verdict:
            group = int(draft.group[at])
            if is_contested[at] and group in qualified:
                draft.bar(np.array([at]), OCCURRENCE)
            seen.add(at)
            if draft.outcome[at] == QUALIFIED and not fell[at]:
                qualified.add(group)
            continue
        case = cases.take(at, seen, draft)
        if case is None:
            no_effect.append(row)
            continue
        group = int(_case_groups(state, [case])[0])
        one = _settlement(row, case, approves[at], is_held=group in qualified)
        if one.outcome == QUALIFIED and occurrences.stands(case.seq, row):
            qualified.add(group)
        settled.append(one)
    approved = _case_groups(state, [one.case for one in settled if one.outcome == QUALIFIED])
    return Settlements(settled=settled, approved=approved, no_effect=no_effect), touched


def _held(occurrences: Occurrences, groups: np.ndarray, cases: list[Case]) -> Bools:
    """Return where another decision holds the milestone of a case, as of the beginning of the batch."""
    friends = np.array([case.friend for case in cases], np.int64)
    names = [case.milestone_name for case in cases]
    return occurrences.holds(groups, friends, names, np.zeros(len(cases), np.int64))


def _settlement(row: int, case: Case, approve: bool, *, is_held: bool) -> Settlement:
    if not approve:
        return Settlement(row=row, case=case, outcome=REFUSED, reason=Reason.DECLINED.value)
    if is_held and case.compiled.program.milestones[case.milestone].occurrence != "each":
        return Settlement(row=row, case=case, outcome=IGNORED, reason=IGNORED_REASONS[OCCURRENCE])
    return Settlement(row=row, case=case, outcome=QUALIFIED, reason=None)


def _marked_rows(mask: Bools, rows: Ints) -> tuple[list[int], list[int]]:
    places = np.flatnonzero(mask)
    return places.tolist(), rows[places].tolist()


def _case_groups(state: State, cases: list[Case]) -> np.ndarray:
    friends = state.people_of(np.array([case.friend for case in cases], np.int64))
    names = np.array([state.milestone_id(case.milestone_name) for case in cases], np.int64)
    return pair(friends, names)


def _cases(batch: Batch, compiled: CompiledProgram, draft: _Draft, places: Ints) -> list[tuple[int, Case]]:
    """Return the decisions at these indices as cases, each with its index."""
    if not len(places):
        return []
    rows = draft.rows[places]
    columns = {
        "seq": batch.seq[rows].tolist(),
        "milestone": draft.milestone[places].tolist(),
        "friend": draft.friend[places].tolist(),
        "referrer": draft.referrer[places].tolist(),
        "occurred": batch.occurred[rows].tolist(),
        "amount": batch.amount[rows].tolist(),
        "attribution": draft.attribution[places].tolist(),
        "offered": [draft.offered[place] for place in places.tolist()],
        "source": batch.texts("source", rows).to_list(),
        "id": batch.texts("id", rows).to_list(),
    }
    return [
        (
            place,
            Case(decision=draft.first_id + place, compiled=compiled, **dict(zip(columns, row, strict=True))),
        )
        for place, row in zip(places.tolist(), zip(*columns.values(), strict=True), strict=True)
    ]


def _opened(batch: Batch, state: State, compiled: CompiledProgram, draft: _Draft) -> OpenedReviews | None:
    """Return the decisions that are in review as they are made."""
    places = np.flatnonzero(draft.outcome == REVIEW)
    if not len(places):
        return None
    rows, milestone = draft.rows[places], draft.milestone[places]
    return OpenedReviews(
        compiled=compiled,
        conversions=batch.columns(rows, source="source", id="id"),
        names=_name_ids(state, compiled)[milestone],
        offered=[draft.offered[place] for place in places.tolist()],
        numbers={
            "decision": draft.first_id + places,
            "seq": batch.seq[rows],
            "milestone": milestone,
            "friend": draft.friend[places],
            "referrer": draft.referrer[places],
            "occurred": batch.occurred[rows],
            "amount": batch.amount[rows],
            "attribution": draft.attribution[places],
        },
    )

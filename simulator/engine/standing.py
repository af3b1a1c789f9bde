"""Decide which conversions stand: reversals take them away, reinstatements give them back, each if it is effective.

A reversal is effective if it names a conversion that stands then, a reinstatement if it names one that is reversed;
both by its own source, and with its person as subject, where a subject is given. A reversal of a conversion that is not
in the log waits for it: the first that fits is effective as the conversion is received, right after it is judged.

All changes of a batch have a `position`: twice the row of an event, and one more for what a conversion that is received
brings about. So it is known afterwards what stood as of any event of the batch.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl

from simulator.domain.vocabulary import ReversalReason
from simulator.engine.arrays import NONE, Bools, Ints, sorted_rows
from simulator.engine.batch import Batch
from simulator.engine.intake import Intake
from simulator.engine.interner import hash_pairs
from simulator.engine.ledger import Ledger
from simulator.engine.line_results import MatchedReversal, WaitingReversal
from simulator.engine.results import NewConversions, StandingChanges
from simulator.engine.state import State
from simulator.engine.state_columns import COUNTS

OTHER_SUBJECT, ALREADY_REVERSED = ReversalReason.OTHER_SUBJECT.value, ReversalReason.ALREADY_REVERSED.value
UNKNOWN, STANDING = "unknown", "standing"
OTHER_SOURCE, NOT_RECEIVED = ReversalReason.OTHER_SOURCE, ReversalReason.NOT_RECEIVED
WAITING = "waiting"
_NO_ROWS: Ints = np.zeros(0, np.int64)
NO_CHANGES = StandingChanges(
    rows=_NO_ROWS,
    named=_NO_ROWS,
    why=(),
    position=_NO_ROWS,
    conversion=_NO_ROWS,
    fell=np.zeros(0, bool),
    by=_NO_ROWS,
    met=(),
    met_targets=(),
    waiting=(),
)


@dataclass(frozen=True)
class _Event:
    """A reversal or reinstatement, at its position: of a waiting one that of its conversion."""

    position: int
    conversion: int
    reverses: bool
    seq: int
    person: int


def find_standing(batch: Batch, state: State, intake: Intake, new: NewConversions) -> StandingChanges:
    """Decide which reversals and reinstatements are effective; the batch's conversions are in the state."""
    ledger = state.ledger
    reversals, reinstated = batch.rows("conversion.reversed"), batch.rows("conversion.reinstated")
    if not len(reversals) and not len(reinstated) and not (ledger.waits and len(new.rows)):
        return NO_CHANGES
    rows = sorted_rows(reversals, reinstated)
    reverses = np.isin(rows, reversals)
    named = _named(batch, rows, reverses)
    found = find_named(ledger, intake, named, batch.seq[rows])
    waiting = _find_waiting(batch, state, intake, rows, named, np.flatnonzero((found == NONE) & reverses))
    met, met_targets = _meet(ledger, new, waiting)
    there = np.flatnonzero(found != NONE)
    events = [
        *_events_of(batch, rows[there], found[there], reverses[there]),
        *(_Event(2 * row + 1, place, True, one.seq, one.person) for row, place, one in met),
    ]
    reasons, effective = _walk(state, events)
    why: list[str | None] = [WAITING if reverse else UNKNOWN for reverse in reverses.tolist()]
    for place, reason in zip(there.tolist(), reasons, strict=False):
        why[place] = reason
    return StandingChanges(
        rows=rows,
        named=found,
        why=why,
        position=np.array([one.position for one in effective], np.int64),
        conversion=np.array([one.conversion for one in effective], np.int64),
        fell=np.array([one.reverses for one in effective], bool),
        by=np.array([one.seq for one in effective], np.int64),
        met=[
            MatchedReversal(row=row, reversal=one, why=reason)
            for (row, _, one), reason in zip(met, reasons[len(there) :], strict=True)
        ],
        met_targets=met_targets,
        waiting=waiting,
    )


def _named(batch: Batch, rows: Ints, reverses: Bools) -> pl.DataFrame:
    """Return the source and id of the conversion that each event names."""
    ids = batch.texts("reverses", rows).zip_with(pl.Series(reverses), batch.texts("reinstates", rows))
    return pl.DataFrame({"source": batch.texts("source", rows), "id": ids})


def find_named(ledger: Ledger, intake: Intake, named: pl.DataFrame, before: Ints) -> Ints:
    """Return the row in `Ledger.conversions` that each (`source`, `id`) names; NONE if it is not in the log.

    Only events with a seq below `before` are considered.
    """
    if not len(named):
        return _NO_ROWS
    seqs, checks = intake.find(named)
    seqs = np.where(seqs < before, seqs, 0).clip(0)
    return ledger.find_conversions(seqs, checks)


def _find_waiting(
    batch: Batch, state: State, intake: Intake, rows: Ints, named: pl.DataFrame, places: Ints
) -> list[tuple[int, WaitingReversal]]:
    """Return the reversals that wait for a conversion, each with the conversion's id."""
    if not len(places):
        return []
    ledger, at = state.ledger, rows[places]
    targets = ledger.targets_of(hash_pairs(named[places], "source", "id")).tolist()
    persons = batch.person[at]
    sources, ids = state.sources.kept, named["id"][places].to_list()
    anywhere = pl.DataFrame(
        {"source": [one for one in sources for _ in ids], "id": ids * len(sources)},
        schema={"source": pl.String, "id": pl.String},
    )
    others = find_named(ledger, intake, anywhere, np.tile(batch.seq[at], len(sources)))
    others = others.reshape(len(sources), len(ids))
    theirs = state.people_of(ledger.conversions["person"][others].astype(np.int64))
    elsewhere = ((others != NONE) & ((persons == NONE) | (theirs == persons))).any(axis=0)
    columns = zip(
        targets,
        batch.seq[at].tolist(),
        batch.received[at].tolist(),
        persons.tolist(),
        elsewhere.tolist(),
        strict=True,
    )
    return [
        (
            target,
            WaitingReversal(
                seq=seq, at=when, person=person, why=(OTHER_SOURCE if other else NOT_RECEIVED).value
            ),
        )
        for target, seq, when, person, other in columns
    ]


def _meet(
    ledger: Ledger, new: NewConversions, waiting: list[tuple[int, WaitingReversal]]
) -> tuple[list[tuple[int, int, WaitingReversal]], list[int]]:
    """Match this batch's conversions with reversals that wait for them.

    Returns those with the conversion's row in the batch and its row in `Ledger.conversions`, and the targets that
    no reversal waits for any more.
    """
    theirs: dict[int, list[WaitingReversal]] = {}
    for target, one in waiting:
        theirs.setdefault(target, []).append(one)
    met: list[tuple[int, int, WaitingReversal]] = []
    targets: list[int] = []
    if not len(new.rows) or not (theirs or ledger.waits):
        return met, targets
    first = len(ledger.conversions) - len(new.rows)
    ids = ledger.target_ids.find(new.keys).tolist()
    for place, (row, target) in enumerate(zip(new.rows.tolist(), ids, strict=True)):
        if target in theirs or target in ledger.waits:
            targets.append(target)
            waited = (*ledger.waits.get(target, ()), *theirs.get(target, ()))
            met.extend((row, first + place, one) for one in waited)
    return met, targets


def _events_of(batch: Batch, rows: Ints, conversions: Ints, reverses: Bools) -> Iterable[_Event]:
    columns = zip(
        (2 * rows).tolist(),
        conversions.tolist(),
        reverses.tolist(),
        batch.seq[rows].tolist(),
        batch.person[rows].tolist(),
        strict=True,
    )
    return (_Event(*one) for one in columns)


def _walk(state: State, events: list[_Event]) -> tuple[list[str | None], list[_Event]]:
    """Walk events in order of their positions; return why each has no effect, None if it has, and those that have."""
    ledger = state.ledger
    places = np.array([one.conversion for one in events], np.int64)
    persons = state.people_of(ledger.conversions["person"][places].astype(np.int64)).tolist()
    subjects = state.people_of(np.array([one.person for one in events], np.int64)).tolist()
    fell = ledger.conversions["reversed_by"][places] > 0
    fallen = dict(zip(places.tolist(), fell.tolist(), strict=True))
    reasons: list[str | None] = [None] * len(events)
    effective: list[_Event] = []
    for place in sorted(range(len(events)), key=lambda place: (events[place].position, events[place].seq)):
        one = events[place]
        down = fallen[one.conversion]
        if subjects[place] not in (NONE, persons[place]):
            reasons[place] = OTHER_SUBJECT
        elif one.reverses == down:
            reasons[place] = ALREADY_REVERSED if down else STANDING
        else:
            fallen[one.conversion] = one.reverses
            effective.append(one)
    return reasons, effective


class StandsAt:
    """Whether conversions (rows in `Ledger.conversions`) stand as of a position of a batch; its changes are applied."""

    def __init__(self, ledger: Ledger, standing: StandingChanges) -> None:
        self._held = ledger.conversions
        self._changes: dict[int, list[tuple[int, bool]]] = {}
        columns = (standing.conversion.tolist(), standing.position.tolist(), standing.fell.tolist())
        for conversion, position, fell in zip(*columns, strict=True):
            self._changes.setdefault(conversion, []).append((position, fell))

    def at(self, conversion: int, position: int) -> bool:
        """Return whether a conversion stands before a position."""
        changes = self._changes.get(conversion)
        if changes is None:
            return int(self._held["reversed_by"][conversion]) == 0
        stands = changes[0][1]
        for at, fell in changes:
            if at < position:
                stands = not fell
        return stands


class Counts:
    """How many conversions of a person stand, as of any event of a batch, that event included.

    The state holds what stands after the batch. An event that is judged counts even if a reversal was waiting for it.
    """

    def __init__(
        self, state: State, new: NewConversions, changes: StandingChanges, *, after: bool = False
    ) -> None:
        """Count from a state; `after` if a reversal that waited for an event's own conversion has had its effect."""
        self._state, self._new, self._changes = state, new, changes
        self._after = int(after)
        self._later: dict[int | None, tuple[Ints, Ints]] = {}

    def at(self, persons: Ints, rows: Ints, which: int | None) -> Ints:
        """Count those of one type (an index in CONVERSION_TYPES), or of all."""
        found = np.zeros(len(persons), np.int64)
        fallen = self._state.people["fallen"][persons].astype(np.int64)
        fell = fallen > 0
        for column in COUNTS if which is None else (COUNTS[which],):
            found += self._state.people[column][persons]
            if fell.any():
                found[fell] -= self._state.fallen[column][fallen[fell] - 1]
        return found - self._since(persons, rows, which)

    def _since(self, persons: Ints, rows: Ints, which: int | None) -> Ints:
        """Return by how much each person's count has changed after the event at its row."""
        if which not in self._later:
            self._later[which] = self._changes_of(which)
        keys, sums = self._later[which]
        first = np.searchsorted(keys, _key(persons, 2 * rows + self._after), side="right")
        last = np.searchsorted(keys, _key(persons + 1, np.zeros(len(rows), np.int64)), side="left")
        return sums[last] - sums[first]

    def _changes_of(self, which: int | None) -> tuple[Ints, Ints]:
        """Return the batch's changes by person and position, and the sum of those before each, the whole sum last."""
        new, changes, held = self._new, self._changes, self._state.ledger.conversions
        fallen = self._state.people_of(held["person"][changes.conversion].astype(np.int64))
        people = np.r_[new.person, fallen]
        position = np.r_[2 * new.rows, changes.position]
        signs = np.r_[np.ones(len(new.rows), np.int64), np.where(changes.fell, -1, 1)]
        if which is not None:
            kinds = np.r_[new.which, held["which"][changes.conversion]]
            of_type = kinds == which
            people, position, signs = people[of_type], position[of_type], signs[of_type]
        keys = _key(people, position)
        order = np.argsort(keys, kind="stable")
        return keys[order], np.r_[0, np.cumsum(signs[order])]


def _key(persons: Ints, positions: Ints) -> Ints:
    key: Ints = (persons.astype(np.int64) << 32) | positions
    return key

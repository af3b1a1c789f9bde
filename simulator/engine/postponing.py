"""Find the merges that need no cut: those that nothing in the batch depends on take effect at its end or beginning.

A cut costs as much as a small batch, and most merges unite two references of a friend: neither has referred anybody,
the one that is merged only looked around, and the batch says nothing more about them after or nothing before.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, groupby, pairwise
from typing import NamedTuple

import numpy as np
import polars as pl

from simulator.domain.vocabulary import EventType
from simulator.engine.arrays import NONE, Ints
from simulator.engine.batch import CONVERSION_CODES
from simulator.engine.interner import hash_texts
from simulator.engine.state import State
from simulator.events.columns import TYPE_CODES

_MERGED = TYPE_CODES[EventType.CUSTOMER_MERGED]
_CLAIMED = TYPE_CODES[EventType.FRIEND_CLAIMED]
_VERDICT = TYPE_CODES[EventType.REVIEW_DECIDED]
_HARMLESS = frozenset(
    TYPE_CODES[kind]
    for kind in (
        EventType.CUSTOMER_IDENTIFIED,
        EventType.CUSTOMER_CLOSED,
        EventType.CUSTOMER_REOPENED,
        EventType.SESSION_AUTHENTICATED,
        EventType.FRIEND_VISITED,
        EventType.FRIEND_CLAIMED,
        EventType.FRIEND_OPTED_IN,
        EventType.ELIGIBILITY_CONFIRMED,
    )
)
"""Events that, for a person without link or conversion, concern nobody else, except that a claim may attribute."""
_HARMLESS_INTO = _HARMLESS | frozenset(CONVERSION_CODES.tolist())
"""The same for a person into whom somebody without conversions is merged, which adds nothing to their own."""


@dataclass(frozen=True)
class NamedMerge:
    """A merge at a row, and the ids of its two references."""

    row: int
    subject: int
    target: int


@dataclass
class _Merge:
    """A merge of two people: their events before it (type and person), and the row of the next one.

    `plain` says that nothing but what they looked at is known of either.
    """

    named: NamedMerge
    people: tuple[int, int]
    plain: bool = False
    before: set[tuple[int, int]] = field(default_factory=set)
    until: int | None = None

    def kinds_of(self, place: int) -> set[int]:
        """Return the types of the events before it of one of the two: 0 is the one that is merged into the other."""
        return {kind for kind, person in self.before if person == self.people[place]}

    @property
    def may_come_early(self) -> bool:
        """Whether it may be put into effect before the events before it, which waiting would need a cut for."""
        return self.plain and self.until is not None and not self.before

    @property
    def row(self) -> int:
        """Its row among the events."""
        return self.named.row


@dataclass(frozen=True)
class Part:
    """The events from `first` to before `last`.

    `opening` is the merge that it begins with and that is put into effect first, then those that are `early`;
    `postponed` are those for its end.
    """

    first: int
    last: int
    opening: NamedMerge | None
    early: tuple[NamedMerge, ...]
    postponed: tuple[NamedMerge, ...]


def find_parts(events: pl.DataFrame, types: np.ndarray, state: State) -> list[Part]:
    """Cut events (of these types, codes) at those merges that others of them depend on."""
    rows = np.flatnonzero(types == _MERGED)
    if not len(rows):
        return [Part(0, len(events), opening=None, early=(), postponed=())]
    merges = _merges(events, types, rows, state)
    waiting = _may_wait(merges, types, state)
    opening = {one.row: one.named for one, waits in zip(merges, waiting, strict=True) if not waits}
    early = [one for one, waits in zip(merges, waiting, strict=True) if waits and one.may_come_early]
    postponed = [one for one, waits in zip(merges, waiting, strict=True) if waits and not one.may_come_early]
    cuts = sorted({0, *opening, *_further_cuts(postponed, set(opening)), len(events)})
    of_part = [
        {
            first: tuple(named)
            for first, named in groupby((one.named for one in those), partial(_first_of, cuts))
        }
        for those in (early, postponed)
    ]
    return [
        Part(first, last, opening.get(first), *(those.get(first, ()) for those in of_part))
        for first, last in pairwise(cuts)
    ]


def _first_of(cuts: Sequence[int], merge: NamedMerge) -> int:
    """Return the cut at which the part with a merge begins."""
    return cuts[bisect_right(cuts, merge.row) - 1]


def _merges(events: pl.DataFrame, types: np.ndarray, rows: Ints, state: State) -> list[_Merge]:
    """Return the merges at these rows, with the other events of their people."""
    references = events["person"].fill_null(NONE).to_numpy().astype(np.int64)
    targets = state.person_ids.find(hash_texts(events["into"][rows]))
    persons = state.people_of(references)
    pairs = zip(persons[rows].tolist(), state.people_of(targets).tolist(), strict=True)
    named = map(NamedMerge, rows.tolist(), references[rows].tolist(), targets.tolist())
    merges = [_Merge(one, people) for one, people in zip(named, pairs, strict=True)]
    concerned = np.zeros(len(state.people), bool)
    concerned[[person for one in merges for person in one.people]] = True
    theirs = np.flatnonzero((persons != NONE) & concerned[persons])
    own = zip(theirs.tolist(), persons[theirs].tolist(), types[theirs].tolist(), strict=True)
    targeted = ((one.row, one.people[1], _MERGED) for one in merges)  # the column has the other one
    _note({one.row: one for one in merges}, sorted(chain(own, targeted)))
    return merges


def _note(merges: Mapping[int, _Merge], events: Iterable[tuple[int, int, int]]) -> None:
    """Note in each merge, by row, the other events of its people; `events` are row, person and type, by row.

    Each event is looked at once, however many merges name its person.
    """
    kinds: dict[int, set[tuple[int, int]]] = {}
    open_ones: dict[int, list[_Merge]] = {}  # merges that no event of the person has followed yet
    for row, there in groupby(events, key=lambda event: event[0]):
        named = list(there)
        for _, person, _ in named:
            for one in open_ones.pop(person, ()):
                one.until = row if one.until is None else one.until
        if (merge := merges.get(row)) is not None:
            for person in set(merge.people):
                merge.before |= kinds.get(person, set())
                open_ones.setdefault(person, []).append(merge)
        for _, person, kind in named:
            kinds.setdefault(person, set()).add((kind, person))


def _may_wait(merges: list[_Merge], types: np.ndarray, state: State) -> list[bool]:
    """Return which merges can be put into effect after the events between them and the next ones of their people.

    Notes of each whether it is `plain`, and of those that meet conversions that a verdict ends the waiting.
    """
    conversions_wait = not state.keeping.conditions and not any(
        book.scopes.kinds for book in state.ledger.books
    )
    verdicts = np.flatnonzero(types == _VERDICT)
    found = []
    for one, known in zip(merges, _known_of(merges, state), strict=True):
        waits = _brings_only_looks(one, known)
        one.plain = waits and not known.converted[1]
        if waits and _meets_conversions(one, known):
            waits = conversions_wait and one.kinds_of(1) <= _HARMLESS_INTO
            later = verdicts[verdicts > one.row][:1].tolist()
            one.until = min([*later, *([] if one.until is None else [one.until])], default=None)
        found.append(waits)
    return found


class _Known(NamedTuple):
    """What the state knows of the two people of a merge: a link or a referrer of either, conversions of each, friends.

    `attributed` are those of the two who are attributed to somebody.
    """

    refers: bool
    converted: tuple[bool, bool]
    attributed: set[int]


def _known_of(merges: list[_Merge], state: State) -> Iterator[_Known]:
    """Yield what the state knows of the people of each merge."""
    both = np.array([one.people for one in merges])
    people = state.people
    refers = ((people["link"][both] != 0) | (people["referrer"][both] != 0)).any(axis=1)
    converted, attributed = (people[name][both] != NONE for name in ("conversion", "attribution"))
    columns = zip(merges, refers.tolist(), converted.tolist(), attributed.tolist(), strict=True)
    for one, is_referrer, (of_merged, of_into), attributions in columns:
        friends = {person for person, has_one in zip(one.people, attributions, strict=True) if has_one}
        yield _Known(is_referrer, (of_merged, of_into), friends)


def _brings_only_looks(one: _Merge, known: _Known) -> bool:
    """Return whether the person merged into another only looked around, and no referral of either changes by it."""
    claimed = {person for kind, person in one.before if kind == _CLAIMED}
    return (
        not known.refers
        and not known.converted[0]
        and one.kinds_of(0) <= _HARMLESS
        and len(known.attributed | claimed) < 2  # otherwise one of two attributions would end
    )


def _meets_conversions(one: _Merge, known: _Known) -> bool:
    """Return whether the person into whom another is merged has conversions, or may have by then.

    Nothing of theirs changes unless a condition for keeping a reward is asked again, a cap counts by friend, or a
    verdict is given, which may ask a condition.
    """
    return known.converted[1] or not one.kinds_of(1) <= _HARMLESS


def _further_cuts(merges: Iterable[_Merge], cuts: set[int]) -> list[int]:
    """Return the fewest further cuts that leave no merge in one part with a later event of its people."""
    more: list[int] = []
    known = sorted(cuts)
    for until, row in sorted((one.until, one.row) for one in merges if one.until is not None):
        passed = bisect_right(known, until)
        last = max(known[passed - 1 : passed] + more[-1:], default=NONE)  # of the cuts up to `until`
        if last <= row:
            more.append(until)
    return more

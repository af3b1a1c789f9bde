"""Keep the engine's state up to date: put into effect what each stage finds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatchmethod

import numpy as np

from simulator.domain.vocabulary import CONVERSION_TYPES
from simulator.engine.arrays import NONE, Array, Ints, chain_back, first_of_each, mark_first
from simulator.engine.book_results import Booked, Booking, Happenings
from simulator.engine.codes import FoldedCodes
from simulator.engine.line_results import (
    Adjustments,
    Expected,
    FixedFacts,
    Lines,
    NewLines,
    NewTerms,
    Released,
    Reversals,
    Used,
    Voided,
)
from simulator.engine.readable_state import ReadableState
from simulator.engine.results import (
    Decided,
    FieldUpdates,
    FirstEvents,
    Generations,
    Merged,
    NewAttributions,
    NewConversions,
    NewLinks,
    NewPeople,
    NewTouches,
    Ranking,
    Reached,
    Sightings,
    Sources,
    StandingChanges,
    Withheld,
)
from simulator.engine.rollup import STAGES
from simulator.engine.rules import QUALIFIED
from simulator.engine.state_columns import COUNTS, FIELDS
from simulator.engine.terms import ISSUED, PENDING, ROLES, VOIDED, WAITING
from simulator.engine.uniting import REFERRED, move_sums, relist, take_over, unite_people

CODE_CHANNEL = 0
"""The id of the word `code`, the channel of an attribution by code; it is entered before any other word."""

MANY_MILESTONES = 31
"""How many milestones have a separate bit in `Ledger.conversions`."""
FAR = 2**62
"""A time (milliseconds) after all others."""
NEVER_SEQ = np.iinfo(np.uint32).max
"""The seq of a missing touch, which is before no event."""
QUALIFIED_LEVEL = STAGES.index("qualified") + 1
"""The stage of a journey (see `rollup.STAGES`) of a friend who qualified."""

_RANKED = np.array([role in {"referrer", "upline"} for role in ROLES])  # whose money counts on the boards


@dataclass
class State(ReadableState):
    """Everything the engine remembers of earlier events.

    `apply` is the only place where it changes: a stage reads it, returns a result, and `apply` puts that into effect.
    """

    @singledispatchmethod
    def apply(self, result: object) -> None:
        """Put what a stage found into effect."""
        raise TypeError(f"no stage finds {result!r}")

    # Events

    @apply.register
    def _(self, new: NewPeople) -> None:
        self.people.grow(len(self.people) + len(new.refs))

    @apply.register
    def _(self, new: NewLinks) -> None:
        if not len(new.rows):
            return
        links = self.links.append(owner=new.owner, seq=new.seq, received_at=new.received_at)
        self.people["link"][new.owner[new.owners_firsts]] = links[new.owners_firsts] + 1
        self.owners.add(new.refs)

    @apply.register
    def _(self, seen: Sightings) -> None:
        if not len(seen.person):
            return
        gained = self.devices.enter(seen.person, seen.device, seen.seq, self.people["device"])
        np.add.at(self.people["devices"], gained, 1)

    @apply.register
    def _(self, firsts: FirstEvents) -> None:
        for column, (people, seqs) in firsts.marks.items():
            mark_first(self.people[column], people, seqs)
        if not len(firsts.claim_person):
            return
        claims = self.claims.append(seq=firsts.claim_seq, occurred_at=firsts.claim_occurred_at)
        self.people["claim"][firsts.claim_person] = claims + 1

    @apply.register
    def _(self, sources: Sources) -> None:
        self.sources.keep(sources.labels.values())

    @apply.register
    def _(self, updates: FieldUpdates) -> None:
        for name, (people, values) in updates.values.items():
            self.people.fit(name, int(values.max()))
            self.people[name][people] = values  # NumPy keeps the last of several values for one person
            if name in FIELDS:
                self.people[f"{name}_seq"][people] = updates.seqs[name]
        self.attributes.rows["value"][updates.attributes] = updates.attribute_values
        self.attributes.rows["seq"][updates.attributes] = updates.attribute_seqs
        np.maximum.at(self.people["first_conversion"], updates.converted, FAR - updates.converted_at)

    # Merges

    @apply.register
    def _(self, one: Merged) -> None:
        people, merged, into = self.people, one.merged, one.into
        members = [merged, *self.members.pop(merged, ())]
        self.members.setdefault(into, []).extend(members)
        people["into"][members] = into - np.array(members)
        self.merged_refs |= {one.subject: one.texts[0], one.target: one.texts[1]}
        self._unite_attributions(one)
        unite_people(people, merged, into, COUNTS)
        take_over(people, into, one.fields)
        if people["fallen"][merged]:
            row, to = self._rows_of_fallen(np.array([merged, into])).tolist()
            move_sums(self.fallen, COUNTS, row, to)
        self.attributes.rows["value"][one.attributes] = one.attribute_values
        self.attributes.rows["seq"][one.attributes] = one.attribute_seqs
        owners = np.full(len(one.devices), into)
        gained = self.devices.enter(owners, one.devices, one.device_seqs, people["device"])
        people["devices"][into] += len(gained)
        people["touch"][into] = NONE
        nodes = np.full(len(one.touches), into)
        self.touches["before"][one.touches] = chain_back(nodes, one.touches, people["touch"])
        self.qualified.get_or_insert(one.qualified)
        self.stopped.get_or_insert(one.stopped)
        people["conversion"][into] = NONE
        theirs = np.full(len(one.conversions), into)
        before = chain_back(theirs, one.conversions, people["conversion"])
        self.ledger.conversions["before"][one.conversions] = before
        self.taken.update(one.taken)
        self.ledger.apply_united(one)
        self.keeping.unite(merged, into)

    def _unite_attributions(self, one: Merged) -> None:
        """End one of two attributions, and unite those to two people who referred others."""
        people, made, referrers = self.people, self.attributions, self.referrers
        if one.ended != NONE and int(people["attribution"][one.into]) == one.ended:
            self.former.setdefault(one.into, []).append((one.seq, one.ended))
        people["attribution"][one.into] = one.kept
        if people["referrer"][one.merged]:
            rows = self._rows_of_referrers(np.array([one.merged, one.into]))
            move_sums(referrers, REFERRED, *rows.tolist())
            relist(made, referrers, int(rows[0]), np.zeros(0, np.int64))
            self.leaders.touch(rows)
        for person, ids in one.relisted:
            row = self._referrer_rows(np.array([person]))
            relist(made, referrers, int(row[0]), ids)
            self.leaders.touch(row)
        if one.ended == NONE:
            return
        kept, ended = np.array([one.kept]), np.array([one.ended])
        self.leaders.add_to_communities("friends", made["community"][ended], -1)
        of_kept, of_ended = (int(level >= QUALIFIED_LEVEL) for level in one.own_levels)
        gained = max(of_kept, of_ended) - of_kept
        for ids, by in ((kept, gained), (ended, -of_ended)):
            theirs = self._referrer_rows(self.people_of(made["referrer"][ids].astype(np.int64)))
            self.leaders.add_to_referrers("friends_qualified", theirs, by)
            self.leaders.add_to_communities("friends_qualified", made["community"][ids], by)

    # Attribution

    @apply.register
    def _(self, new: NewTouches) -> None:
        if not len(new.person):
            return
        nodes = self.touches.append(
            occurred_at=new.occurred_at, seq=new.seq, link=new.link, channel=new.channel
        )
        self.touches["before"][nodes] = chain_back(new.person, nodes, self.people["touch"])

    @apply.register
    def _(self, new: NewAttributions) -> None:
        if not len(new.ids):
            return
        self.attributions.append(
            seq=new.seq,
            friend=new.friend,
            referrer=new.referrer,
            touch_at=new.touch_at,
            attributed_at=new.attributed_at,
            by_code=new.by_code,
            channel=new.channel,
            link=new.link,
            community=new.community,
            rank=new.rank,
        )
        self.touches["seq"][new.late] = NEVER_SEQ
        np.add.at(self.links["uses"], new.link, 1)
        self.people["attribution"][new.friend] = new.ids
        rows = self._rows_of_referrers(new.referrer)
        # NumPy keeps the last of several values for one referrer: the highest rank
        self.referrers["friends"][rows] = new.rank
        before = chain_back(rows, new.ids, self.referrers["last_friend"])
        follows = before != NONE
        self.referrers["first_friend"][rows[~follows]] = new.ids[~follows]
        self.attributions["after"][before[follows]] = new.ids[follows]
        self.channels.keep(new.labels.values())
        self.leaders.touch(rows)
        self.leaders.add_to_communities("friends", new.community)

    def _rows_of_referrers(self, people: Ints) -> Ints:
        """Return the rows of these people in `referrers`, adding new ones."""
        held = self.people["referrer"]
        new = people[held[people] == 0]
        new = new[first_of_each(new)]
        held[new] = self.referrers.append(person=new) + 1
        return held[people].astype(np.int64) - 1

    @apply.register
    def _(self, found: Generations) -> None:
        if not len(found.ids):
            return
        self.attributions["generation"][found.ids] = found.generation
        self.attributions["rank_day"][found.ids] = found.rank_day
        self.referrers["day_start"][found.referrers] = found.day_start

    # Conversions and decisions

    @apply.register
    def _(self, new: NewConversions) -> None:
        if not len(new.rows):
            return
        for column in np.unique(new.which).tolist():
            of_type = new.which == column
            # NumPy keeps the last of several values for one person: the highest
            self.people[COUNTS[column]][new.person[of_type]] = new.number[of_type]
        rows = self.ledger.apply_conversions(new)
        self.ledger.conversions["before"][rows] = chain_back(new.person, rows, self.people["conversion"])

    @apply.register
    def _(self, changes: StandingChanges) -> None:
        self.ledger.apply_standing(changes)
        if not len(changes.conversion):
            return
        held = self.ledger.conversions
        rows = self._rows_of_fallen(self.people_of(held["person"][changes.conversion].astype(np.int64)))
        which, signs = held["which"][changes.conversion], np.where(changes.fell, 1, -1)
        for column in np.unique(which).tolist():
            of_type = which == column
            np.add.at(self.fallen[COUNTS[column]], rows[of_type], signs[of_type])

    def _rows_of_fallen(self, people: Ints) -> Ints:
        """Return the rows of these people in `fallen`, adding new ones."""
        held = self.people["fallen"]
        new = people[held[people] == 0]
        new = new[first_of_each(new)]
        held[new] = self.fallen.append(**{COUNTS[0]: np.zeros(len(new), np.int64)}) + 1
        return held[people].astype(np.int64) - 1

    @apply.register
    def _(self, decided: Decided) -> None:
        new, opened, verdicts = decided.new, decided.opened, decided.verdicts
        if not (len(new.ids) or verdicts.settled or decided.taken):
            return
        self.decisions += len(new.ids)
        if opened is not None:
            self.reviews.enter(
                opened.compiled, opened.conversions, opened.names, opened.offered, **opened.numbers
            )
        self.reviews.close(np.array([one.case.decision for one in verdicts.settled], np.int64))
        qualified = new.outcome == QUALIFIED
        self.qualified.get_or_insert(np.concatenate([new.group[qualified], verdicts.approved]))
        self.taken.update(decided.taken)
        approved = [
            (one.case.seq, one.case.milestone_name) for one in verdicts.settled if one.outcome == QUALIFIED
        ]
        self._mark_qualified(new.seq[qualified], new.milestone_id[qualified])
        if approved:
            ids = [self.milestone_ids[name] for _, name in approved]
            self._mark_qualified(np.array([seq for seq, _ in approved]), np.array(ids))

    def _mark_qualified(self, seqs: Ints, milestones: Ints) -> None:
        """Note that the decisions on these conversions (seqs) and milestones (ids) qualified."""
        if not len(seqs):
            return
        conversions = self.ledger.conversions_at(seqs)
        own = milestones < MANY_MILESTONES
        bits = np.left_shift(1, milestones[own]).astype(np.int32)
        np.bitwise_or.at(self.ledger.conversions["qualified"], conversions[own], bits)
        self.qualified_late.update(zip(conversions[~own].tolist(), milestones[~own].tolist(), strict=True))

    @apply.register
    def _(self, withheld: Withheld) -> None:
        if not len(withheld.places):
            return
        self.stopped.add(withheld.stopped, np.zeros(len(withheld.stopped), np.int64))
        if len(withheld.reviews):
            self.reviews.hold(withheld.reviews, list(withheld.rules), withheld.held)

    # Reward lines

    @apply.register
    def _(self, new: NewTerms) -> None:
        self.keeping.enter_terms(len(self.ledger.terms), new.program)
        self.ledger.apply_terms(new, self._friends_and_links)
        self._enter_milestones(new)
        if new.program.attribution.codes == "fold" and self.folded_codes is None:
            self.folded_codes = FoldedCodes(self.codes)

    def _enter_milestones(self, new: NewTerms) -> None:
        """Enter a version's milestones; those that differ from an earlier version are mixed from now on."""
        known = {
            one.name: (CONVERSION_TYPES.index(one.event), one.occurrence) for one in new.program.milestones
        }
        for name, judged in known.items():
            before = [of.get(name) for _, of in self.milestone_versions]
            first = next((place for place, one in enumerate(before) if one is not None), len(before))
            if any(one != judged for one in before[first:]):
                self.mixed_milestones.add(name)
        self.milestone_versions.append((new.from_seq, known))

    @apply.register
    def _(self, found: Reversals) -> None:
        self.ledger.apply_reversals(found)

    @apply.register
    def _(self, new: NewLines) -> None:
        if len(new.lines):
            self.ledger.apply_new_lines(new)

    @apply.register
    def _(self, found: Adjustments) -> None:
        self.ledger.apply_adjustments(found)

    @apply.register
    def _(self, booking: Booking) -> None:
        self.ledger.apply_booking(booking, self._friends_and_links)

    @apply.register
    def _(self, happenings: Happenings) -> None:
        self.ledger.apply_happenings(happenings, self._friends_and_links)
        self._follow(happenings.new)

    @apply.register
    def _(self, booked: Booked) -> None:
        if not len(booked.ids):
            return
        self.ledger.apply_booked(booked)
        if self.keeping.conditions:
            open_ = np.isin(booked.states, (PENDING, WAITING))
            self._follow(booked.ids[open_])
            self.keeping.leave(booked.ids[~open_].tolist())
        for released in (booked.released, booked.tried, booked.chosen.released):
            self._add_money(released.lines.at(released.states == ISSUED), 1)
        self._add_money(booked.revoked.lines, -1, booked.revoked.value_before)
        reduced, of = booked.revalued, booked.revalued.states == ISSUED
        self._add_money(reduced.lines.at(of), 1, (reduced.lines.value - reduced.value_before)[of])

    def _follow(self, ids: Ints) -> None:
        """Ask what reward lines are kept for from now on, those of them that are kept for something."""
        if self.keeping.conditions:
            ids = ids[np.isin(self.ledger.lines["terms"][ids], list(self.keeping.conditions))]
            self.keeping.follow(ids.tolist(), self.people_asked_of(ids))

    @apply.register
    def _(self, found: FixedFacts) -> None:
        if len(found.conversions):
            self.keeping.fix(found)

    @apply.register
    def _(self, used: Used) -> None:
        self.ledger.apply_used(used)

    @apply.register
    def _(self, voided: Voided) -> None:
        self.ledger.apply_state(voided.lines.ids, VOIDED, voided.at)

    @apply.register
    def _(self, expected: Expected) -> None:
        self.ledger.apply_expected(expected)

    @apply.register
    def _(self, released: Released) -> None:
        self.ledger.apply_released(released)
        if len(released.lines):
            self._add_money(released.lines.at(released.states == ISSUED), 1)

    def _add_money(self, lines: Lines, sign: int, money: Ints | None = None) -> None:
        """Add issued money to the standings (sign 1), or take clawed-back money out of them (-1).

        It is `money` (minor units), the lines' values where that is None.
        """
        if not len(lines):
            return
        values = sign * (lines.value if money is None else money)
        accounts = self.ledger.accounts
        of_friends = self.attributions["community"][self.attributions_of(lines)]
        self.leaders.add_to_communities("issued", of_friends, values)
        ranked = _RANKED[accounts["role"][lines.account]]
        recipients = accounts["recipient"][lines.account][ranked]
        self.leaders.add_to_referrers("issued", self._referrer_rows(recipients), values[ranked])

    def _referrer_rows(self, people: Array) -> Ints:
        """Return the rows in `referrers` of people who are referrers."""
        return self.people["referrer"][people].astype(np.int64) - 1

    # Journeys and standings

    @apply.register
    def _(self, reached: Reached) -> None:
        held = self.people["stage"]
        np.maximum.at(held, reached.friends, reached.levels.astype(held.dtype))
        made, ids = self.attributions, reached.qualified
        if len(ids):
            theirs = self._referrer_rows(self.people_of(made["referrer"][ids].astype(np.int64)))
            self.leaders.add_to_referrers("friends_qualified", theirs)
            self.leaders.add_to_communities("friends_qualified", made["community"][ids])

    @apply.register
    def _(self, ranking: Ranking) -> None:
        self.leaders.apply_ranking(ranking)

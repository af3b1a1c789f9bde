"""Gather the facts about a customer's question from the stored rows and the client's records; conclude nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import orjson

from db.read.decision_rows import AttributionRow, DecisionRow, attribution_of, decisions_of
from db.read.event_fields import (
    EventFields,
    event_at,
    events_of,
    link_with,
    referrer_kind,
    reversals_by,
    seqs_by_id,
)
from db.read.exporting import merges, quarantine
from db.read.people import person_called, reference
from db.read.reward_rows import RewardRow, rewards_of
from simulator.domain.vocabulary import CONVERSION_TYPES
from simulator.drills.mishaps import Record
from simulator.drills.practice import Practice
from simulator.program.model import Reward

MATCHING: Final = ("friend.claimed", *CONVERSION_TYPES)
"""The types of events at which a friend can be matched to a referrer."""
# conversions: who buys every week asks no more about the tenth than about the second
_MOST_OF_A_FRIEND: Final = 2


@dataclass(frozen=True)
class Refused:
    """A message in quarantine: when it was received (milliseconds UTC), why it was refused, the field, the reason."""

    received_at: int
    receipt: str
    field: str | None
    reason: str


@dataclass(frozen=True)
class Visit:
    """A friend's visit through a link: when it occurred, its place in the log, and the referrer whose link it was."""

    seq: int
    occurred_at: int
    code: str
    owner: str
    kind: str | None
    channel: str


@dataclass(frozen=True)
class Journey:
    """What is stored about a friend and one conversion, whoever asks for it.

    `event` is the conversion as accepted, `refused` its message in quarantine. `referrer` is the reference of the
    person whom the decision credits. `visits` are those of `visited` through a link that existed then. `shared` says
    whether the friend's reference was merged into another, or another into theirs.
    """

    record: Record
    friend: int
    event: EventFields | None
    refused: Refused | None
    attribution: AttributionRow | None
    visits: tuple[Visit, ...]
    visited: int
    typed: tuple[str, ...]
    matching: tuple[EventFields, ...]
    earlier: int
    decision: DecisionRow | None
    referrer: str | None
    lines: tuple[RewardRow, ...]
    reversals: tuple[EventFields, ...]
    merged_at: int | None
    shared: bool

    @property
    def attributed_to(self) -> str | None:
        """The referrer to whom the friend is attributed, if that has not ended."""
        row = self.attribution
        return row.referrer_ref if row is not None and row.ended_at is None else None

    @cached_property
    def failed(self) -> dict[str, str]:
        """How each failed rule failed, by its code."""
        return dict(orjson.loads(self.decision.failed)) if self.decision is not None else {}


@dataclass(frozen=True)
class Facts:
    """A journey, and who asks about which reward.

    `writer` is the reference that the customer uses, `owner` the one that the platform now knows the person by; they
    differ for somebody with a second account. `code` is the writer's own code. `meant` is the code that a friend who
    mistyped it meant.
    """

    journey: Journey
    now: int
    writer: str
    owner: str
    role: str
    reward: Reward
    code: str
    kind: str | None
    meant: str | None = None

    @property
    def line(self) -> RewardRow | None:
        """The line of the reward that the customer asks about, if there is one."""
        if self.role == "referrer" and self.journey.referrer != self.owner:
            return None
        names = (self.reward.name, self.role)
        return next((one for one in self.journey.lines if (one.reward, one.role) == names), None)


class Books:
    """Everything about the questions that can be asked in a world."""

    def __init__(self, world: Practice) -> None:
        """Read what is looked up more than once: where each event is, the quarantine and the merges."""
        self._world, self._db = world, world.source.db
        self._seqs = seqs_by_id(self._db)
        self._refused = {
            (source, own_id): Refused(received_at, receipt, field, reason)
            for received_at, source, own_id, receipt, field, reason, *_rest in quarantine(self._db)
        }
        self._merges: dict[str, int] = {}
        self._into: dict[str, str] = {}
        for subject, into, at in merges(self._db):
            self._merges[subject], self._into[subject] = at, into
        self._targets = set(self._into.values())
        self._second = {owner: account for account, owner in world.sent.second_accounts.items()}

    def questions(self) -> Iterator[Facts]:
        """Yield every question that somebody could ask about a conversion of the world."""
        asked: Counter[str] = Counter()
        for record in self._world.sent.records:
            asked[record.subject] += 1
            if record.occurred_at >= self._world.now or asked[record.subject] > _MOST_OF_A_FRIEND:
                continue
            journey = self._journey(record)
            if journey is not None:
                yield from self._askers(journey)

    def _journey(self, record: Record) -> Journey | None:
        friend = person_called(self._db, record.subject)
        if friend is None:
            return None
        event = self._event(record)
        events = events_of(self._db, friend)
        seq = event["seq"] if event is not None else 2**62
        before = [one for one in events if one["seq"] <= seq]
        decision = self._decision(friend, record, event)
        number = event["person"] if event is not None else None
        own = event["seq"] if event is not None else None
        return Journey(
            record=record,
            friend=friend,
            event=event,
            refused=self._refused.get((record.source, record.id)) if event is None else None,
            attribution=attribution_of(self._db, friend),
            visits=tuple(self._visits(before)),
            visited=sum(one["type"] == "friend.visited" for one in before),
            typed=tuple(one["code"] for one in before if one["type"] in MATCHING and "code" in one),
            matching=tuple(one for one in before if one["type"] in MATCHING),
            earlier=sum(one["type"] == record.type and one["seq"] != own for one in before),
            decision=decision,
            referrer=reference(self._db, decision.referrer) if decision is not None else None,
            lines=tuple(rewards_of(self._db, decision.id)) if decision is not None else (),
            reversals=tuple(
                reversals_by(self._db, record.source, record.id, () if number is None else (number,))
            )
            if event is not None
            else (),
            merged_at=self._merges.get(record.subject),
            shared=record.subject in self._into or record.subject in self._targets,
        )

    def _event(self, record: Record) -> EventFields | None:
        for seq in self._seqs.get((record.source, record.id), ()):
            event = event_at(self._db, seq)
            if event.get("subject") == record.subject:
                return event
        return None

    def _decision(self, friend: int, record: Record, event: EventFields | None) -> DecisionRow | None:
        if event is None:
            return None
        into = self._into.get(record.subject)
        people = [friend] if into is None else [friend, person_called(self._db, into) or friend]
        rows = [row for one in people for row in decisions_of(self._db, one)]
        return next((row for row in rows if row.seq == event["seq"]), None)

    def _visits(self, events: list[EventFields]) -> Iterator[Visit]:
        for one in events:
            if one["type"] != "friend.visited":
                continue
            link = link_with(self._db, one["code"], one["seq"])
            if link is not None:
                owner = reference(self._db, link.person) or ""
                kind = referrer_kind(self._db, link.person, one["seq"])
                yield Visit(one["seq"], one["occurred_at"], one["code"], owner, kind, one["channel"])

    def _askers(self, journey: Journey) -> Iterator[Facts]:
        """Yield the question of each referrer whom the friend may have come from, and the friend's own."""
        meant = self._world.sent.intended.get(journey.record.subject)
        row = journey.attribution
        codes = {one.owner: one.code for one in journey.visits}
        if row is not None:
            codes[row.referrer_ref] = row.code
        if meant is not None and (link := link_with(self._db, meant)) is not None:
            codes[reference(self._db, link.person) or ""] = meant
        design = self._world.design
        for owner, code in codes.items():
            if owner == journey.record.subject or owner in self._into:
                continue  # themselves, or somebody who goes by another reference now
            person = person_called(self._db, owner)
            kind = referrer_kind(self._db, person, 2**62) if person is not None else None
            asked = Facts(
                journey=journey,
                now=self._world.now,
                writer=owner,
                owner=owner,
                role="referrer",
                reward=design.reward_for("referrer"),
                code=code,
                kind=kind,
                meant=meant,
            )
            yield asked
            if design.bonus is not None:
                yield replace(asked, reward=design.bonus)
            if owner in self._second:
                yield replace(asked, writer=self._second[owner])
        if row is not None:
            yield Facts(
                journey=journey,
                now=self._world.now,
                writer=journey.record.subject,
                owner=journey.record.subject,
                role="friend",
                reward=design.reward_for("friend"),
                code=row.code,
                kind=None,
                meant=meant,
            )

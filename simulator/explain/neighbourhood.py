"""Extract the part of the log that one friend's decisions depend on, and judge it again with changes.

It holds the friend's events, by whatever reference; those of the referrer and of everyone else whose code the friend
used (each of whom some change would make the referrer); the links and kinds of the owners of the codes that these
people used; every change of the program; and one claim for each of their other friends, in place of all their events,
since rules may count them.
So trying a change takes milliseconds, however long the log is. `reproduces` checks that nothing is missing: judged
without changes, the part has to give the decision that is stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
import polars as pl

from db.read import log
from db.read.decision_rows import DecisionRow, newest_brought_by, settled_by_verdict
from db.read.event_fields import about_conversions, newest_seqs, reviews_between, some_link, used_codes
from db.read.moment import seq_at
from db.read.people import reference, united_with
from simulator.engine import Engine
from simulator.events.columns import EVENT_SCHEMA
from simulator.explain.edits import Edit, edited
from simulator.explain.links import link_named
from simulator.explain.source import Fields, Source
from simulator.platform.records import parse_program, typed

MOST_EVENTS: Final = 2_000  # of one person
MOST_FRIENDS: Final = 3_000  # of one referrer; of more the newest
_AFTER_ALL: Final = 2**62  # no event has such a seq
_MOST_CODES: Final = 200  # used by one person
_OWNERS: Final = ("customer.identified", "link.created")
_NOT_JUDGED: Final = ("referral.shared", "session.authenticated", "program.changed")

Key = tuple[str, str, str]
"""What identifies a decision in any log: source and id of its conversion, and its milestone."""


@dataclass(frozen=True)
class Verdict:
    """The result of a decision: the outcome, its reason, the rules that failed and what was offered (both JSON).

    `rewards` are the names of the rewards that it made a line of.
    """

    outcome: str
    reason: str | None
    failed: str
    offered: str
    rewards: frozenset[str] = field(default=frozenset(), compare=False)


class Neighbourhood:
    """The events around one friend, in log order (EVENT_SCHEMA)."""

    def __init__(self, source: Source, friend: int, referrer: int | None) -> None:
        """Read the events; `referrer` is the person the friend is attributed to, if any."""
        self._source = source
        self._friend = friend
        friends = self._united({friend})
        referrers = self._owners(friends) | ({referrer} if referrer is not None else set())
        self.spare_code: str | None = None  # of some live link, if the friend has used none
        if not referrers:
            spare = some_link(source.db)
            if spare is not None:
                referrers, self.spare_code = {spare.person}, spare.code
        referrers = self._united(referrers)
        people = referrers | friends
        seqs = {seq for one in friends for seq in newest_seqs(source.db, one, MOST_EVENTS)}
        for person in referrers - friends:
            seqs.update(newest_seqs(source.db, person, MOST_EVENTS, without=_NOT_JUDGED))
        seqs.update(about_conversions(source.db, people, MOST_EVENTS))
        owners = self._owners(referrers) - people
        for owner in owners:
            seqs.update(newest_seqs(source.db, owner, MOST_EVENTS, types=_OWNERS))
        seqs.update(source.changes)
        seqs.update(seq for one in friends for seq in self._verdicts(one))
        parts = [typed(log.at(source.db, sorted(seqs)))]
        parts += [self._others(one, people) for one in sorted(referrers)]
        self.events = pl.concat(parts).sort("seq")

    def judge(self, edits: Sequence[Edit] = ()) -> dict[Key, Verdict]:
        """Return the friend's decisions as they stand at the end of the log with these edits."""
        events = edited(self.events, edits)
        engine = Engine(self._source.programs[1], parse_program)
        outcome = engine.replay(events)
        subject = reference(self._source.db, self._friend)
        about = {row["seq"]: row for row in events.iter_rows(named=True) if row["subject"] == subject}
        lines: dict[int, set[str]] = {}
        for number, reward in outcome.rewards.select("decision", "reward").iter_rows():
            lines.setdefault(number, set()).add(reward)
        found: dict[Key, Verdict] = {}
        for row in outcome.decisions.iter_rows(named=True):
            event = about.get(row["seq"])
            if event is not None:
                key = (event["source"], event["id"], row["milestone"])
                result = (row["outcome"], row["reason"], row["failed"], row["offered"])
                found[key] = Verdict(*result, frozenset(lines.get(row["id"], ())))
        return found

    def reproduces(self, row: DecisionRow, key: Key) -> bool:
        """Return whether judging this part again gives the stored decision `row`."""
        found = self.judge().get(key)
        return found == Verdict(row.outcome, row.reason, row.failed, row.offered)

    def of(self, **wanted: Any) -> list[Fields]:
        """Return the events with these values, in log order."""
        return [
            row
            for row in self.events.iter_rows(named=True)
            if all(row[name] == value for name, value in wanted.items())
        ]

    # -- inside ---------------------------------------------------------------------------------------

    def _united(self, people: set[int]) -> set[int]:
        """Return the numbers of these people and of all references that have become one person with them."""
        return {number for one in people for number in united_with(self._source.db, one)}

    def _owners(self, people: set[int]) -> set[int]:
        """Return the owners of the codes that these people used."""
        found: set[int] = set()
        for person in people:
            for code in used_codes(self._source.db, person, _MOST_CODES):
                link = link_named(self._source, code, _AFTER_ALL)
                if link is not None:
                    found.add(link.person)
        return found

    def _verdicts(self, friend: int) -> list[int]:
        """Return the events of verdicts on this friend's decisions, found by the time at which each was settled."""
        db, found = self._source.db, []
        for one in settled_by_verdict(db, friend):
            low, high = seq_at(db, one.decided_at), seq_at(db, one.decided_at + 1)
            for seq, steering in reviews_between(db, low, high):
                data = orjson.loads(steering)
                if (data.get("decision_source"), data.get("decision_id")) == (one.source, one.id):
                    found.append(seq)
        return found

    def _others(self, referrer: int, known: set[int]) -> pl.DataFrame:
        """Return a claim for each other friend of the referrer, in place of the event that attributed them."""
        rows = newest_brought_by(self._source.db, referrer, MOST_FRIENDS)
        claims = [
            {
                "seq": one.seq,
                "received_at": one.attributed_at,
                "occurred_at": one.attributed_at,
                "source": "platform",
                "id": f"claim-{one.seq}",
                "type": "friend.claimed",
                "subject": one.ref,
                "code": one.code,
                "contact_ref": f"contact-{one.seq}",
            }
            for one in rows
            if one.friend not in known
        ]
        none = dict.fromkeys(EVENT_SCHEMA)
        return pl.DataFrame([none | claim for claim in claims], schema=EVENT_SCHEMA, orient="row")

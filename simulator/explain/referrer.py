"""Explain a referrer: links, the friends they brought, and the results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from db.read.decision_rows import BroughtFriend, brought_by, outcomes_for, verdicts_on
from db.read.event_fields import events_of
from db.read.people import all_united, merged_into
from db.read.reward_rows import own_rewards_for, sums_for
from simulator.explain.reward import rooms_now
from simulator.explain.source import Fields, Source
from simulator.program.words import money

_MOST_FRIENDS = 100  # named one by one; all are counted


def explain_referrer(source: Source, person: int) -> Fields | None:
    """Explain what a person did as a referrer, by whatever reference; None for a person who never had a link."""
    persons = (person, *merged_into(source.db, person))
    links = [link for one in persons for link in events_of(source.db, one, types=("link.created",))]
    brought = brought_by(source.db, persons)
    if not links and not brought:
        return None
    friends = all_united(source.db, [one.number for one in brought])
    everybody = {number for numbers in friends.values() for number in numbers}
    return {
        "links": [
            {"code": link["code"], "since": link["received_at"]}
            for link in sorted(links, key=lambda link: int(link["seq"]))
        ],
        "friends_count": len(brought),
        "friends": [
            _with_outcomes(source, persons, one, friends[one.number]) for one in brought[:_MOST_FRIENDS]
        ],
        "room": rooms_now(source, person, source.now),
        "decisions": [asdict(one) for one in outcomes_for(source.db, everybody, persons)],
        "rewards": [
            {**asdict(one), "value": money(one.value_minor, source.program)}
            for one in sums_for(source.db, persons)
        ],
    }


def _with_outcomes(
    source: Source, persons: Sequence[int], brought: BroughtFriend, numbers: Sequence[int]
) -> Fields:
    """Add to a friend the distinct `decisions` on them and the referrer's own `rewards` for them.

    `persons` are the numbers of the referrer, `numbers` those of the friend.
    """
    shown = brought._asdict()
    del shown["number"]
    decisions = [verdict._asdict() for verdict in verdicts_on(source.db, numbers, persons)]
    rewards = [own._asdict() for own in own_rewards_for(source.db, persons, numbers)]
    return {**shown, "decisions": decisions, "rewards": rewards}

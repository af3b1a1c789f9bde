"""Explain a referrer: links, the friends they brought, and the results."""

from __future__ import annotations

from dataclasses import asdict

from db.read.decision_rows import BroughtFriend, brought_by, outcomes_for, verdicts_on
from db.read.event_fields import events_of
from db.read.reward_rows import own_rewards_for, sums_for
from simulator.explain.reward import rooms_now
from simulator.explain.source import Fields, Source
from simulator.program.words import money

_MOST_FRIENDS = 100  # named one by one; all are counted


def explain_referrer(source: Source, person: int) -> Fields | None:
    """Explain what a person did as a referrer; None for a person who never had a link."""
    links = events_of(source.db, person, types=("link.created",))
    brought = brought_by(source.db, person)
    if not links and not brought:
        return None
    return {
        "links": [{"code": link["code"], "since": link["received_at"]} for link in links],
        "friends_count": len(brought),
        "friends": _with_outcomes(source, person, brought[:_MOST_FRIENDS]),
        "room": rooms_now(source, person, source.now),
        "decisions": [asdict(one) for one in outcomes_for(source.db, person)],
        "rewards": [
            {**asdict(one), "value": money(one.value_minor, source.program)}
            for one in sums_for(source.db, person)
        ],
    }


def _with_outcomes(source: Source, person: int, brought: list[BroughtFriend]) -> list[Fields]:
    """Add to each friend the distinct `decisions` on them and the referrer's own `rewards` for them."""
    found = []
    for one in brought:
        shown = one._asdict()
        number = shown.pop("number")
        decisions = [verdict._asdict() for verdict in verdicts_on(source.db, number)]
        rewards = [own._asdict() for own in own_rewards_for(source.db, person, number)]
        found.append({**shown, "decisions": decisions, "rewards": rewards})
    return found

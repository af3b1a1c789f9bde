"""Write the customer's message. It says what they did and what they miss, never why."""

from __future__ import annotations

from typing import Final

from simulator.domain.spans import DAY_MS
from simulator.drills.facts import Facts
from simulator.drills.mishaps import drawn
from simulator.drills.naming import CONVERSION_NAMES, Namer, moment
from simulator.program.model import Program
from simulator.program.words import money

_WHO: Final = (
    "my sister",
    "my neighbour",
    "a colleague of mine",
    "my brother",
    "a friend from the club",
    "my cousin",
)
_GREETINGS: Final = ("Hello,", "Good morning,", "Hi,", "Dear team,")
_ENDS: Final = (
    "Where is it?",
    "Could you look into it?",
    "What has happened?",
    "Am I doing something wrong?",
)


def message(facts: Facts, program: Program, name: Namer, seed: int) -> str:
    """Return the message in which the customer asks for the reward."""
    record, reward = facts.journey.record, facts.reward
    greeting = _GREETINGS[int(drawn(seed, "greeting") * len(_GREETINGS))]
    end = _ENDS[int(drawn(seed, "end") * len(_ENDS))]
    day = moment(record.occurred_at).rsplit(" ", 3)[0]
    ago = _ago(record.occurred_at, facts.now)
    worth = money(reward.value_minor, program) if reward.value_minor is not None else "the"
    did = CONVERSION_NAMES[record.type][1]
    me = f"I am {name(facts.writer)}"
    if facts.role == "friend":
        return (
            f"{greeting} {me}. I came with the code {facts.code} and {did} on {day}, {ago}. "
            f"I was promised {worth} ({reward.name}) and can't find it. {end}"
        )
    who = _WHO[int(drawn(seed, "who") * len(_WHO))]
    return (
        f"{greeting} {me}. I told {who} about you, with my code {facts.code}. They go by {name(record.subject)} "
        f"and {did} on {day}, {ago}. I can't find my {worth} ({reward.name}). {end}"
    )


def _ago(at: int, now: int) -> str:
    """Return how long ago `at` was (milliseconds UTC), in calendar days, as a customer counts."""
    days = now // DAY_MS - at // DAY_MS
    if days < 2:
        return "yesterday" if days else "today"
    return f"{days} days ago" if days < 21 else f"{days // 7} weeks ago"

"""Fill placeholders for a lesson's people; the dashboard loads this, so it uses only the domain and `db.read`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from db.read.cast import CastMember
from referral_tui import figures
from referral_tui.lessons.model import Facts
from referral_tui.names import short_name

CAST_FACTS: Final = {
    "": "the short name",
    "referrer": "who brought them",
    "code": "the referrer's code",
    "channel": "the channel they came by",
    "rule": "the rule that decided against them",
    "reward": "the reward that the role is about",
    "value": "what it is worth",
    "came": "the moment of their first visit",
    "matched": "the moment they were matched to a referrer",
    "decided": "the moment of the decision",
    "settled": "the moment the reward got the state it has",
}
"""What can follow a cast member and a dot: `{paid.referrer}`; the name alone stands for the person's name."""


def cast_facts(cast: Mapping[str, CastMember | None], currency: str, digits: int) -> Facts:
    """Return words and moments for the people who were found; those who were not have none."""
    words: dict[str, str] = {}
    moments: dict[str, int] = {}
    for name, one in cast.items():
        if one is None:
            continue
        worth = None if one.value_minor is None else figures.money(one.value_minor, currency, digits)
        texts = {
            "": short_name(one.ref),
            "referrer": None if one.referrer is None else short_name(one.referrer),
            "code": one.code,
            "channel": one.channel,
            "rule": one.rule,
            "reward": one.reward,
            "value": worth,
        }
        words |= {_key(name, fact): text for fact, text in texts.items() if text is not None}
        whens = {
            "came": one.came_at,
            "matched": one.matched_at,
            "decided": one.decided_at,
            "settled": one.settled_at,
        }
        for fact, at in whens.items():
            if at is not None:
                words[_key(name, fact)] = figures.moment(at)
                moments[_key(name, fact)] = at
    return Facts(words, moments)


def _key(name: str, fact: str) -> str:
    return f"{name}.{fact}" if fact else name

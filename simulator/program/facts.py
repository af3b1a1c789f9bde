"""The facts that a rule may read: a closed list of names, each with the kind of its value and its meaning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["bool", "number", "text"]


@dataclass(frozen=True)
class Fact:
    """A fact: its name, the kind of its value, and its meaning as of the conversion event."""

    name: str
    kind: Kind
    meaning: str


ALL_FACTS: tuple[Fact, ...] = (
    Fact("amount", "number", "what was paid, in major units; null if not passed or in another currency"),
    Fact("outcome", "text", "the business code of the conversion"),
    Fact("currency", "text", "the currency of the conversion"),
    Fact("new_customer", "bool", "whether the client says the friend is a new customer"),
    Fact("channel", "text", "the channel of the attribution"),
    Fact("method", "text", "how the friend was matched: 'link' or 'code'"),
    Fact("touch_age_days", "number", "days from the touch to the conversion"),
    Fact(
        "claim_delay_seconds",
        "number",
        "seconds from the touch to the friend's first claim; null without one",
    ),
    Fact("claimed", "bool", "whether the friend has claimed"),
    Fact("opted_in", "bool", "whether the friend agreed to marketing communications"),
    Fact("authenticated", "bool", "whether the friend has had an authenticated session"),
    Fact("eligible", "bool", "the friend's latest eligibility; null where none was confirmed"),
    Fact("same_person", "bool", "whether friend and referrer are one person"),
    Fact("same_contact", "bool", "whether both have the same contact; false where either is unknown"),
    Fact("same_device", "bool", "whether both were seen on one device; false where either has none"),
    Fact("cross_referral", "bool", "whether the referrer was brought by this friend"),
    Fact("friend_segment", "text", "the friend's latest known segment"),
    Fact("referrer_segment", "text", "the referrer's latest known segment"),
    Fact("friend_country", "text", "the friend's latest known country"),
    Fact("referrer_country", "text", "the referrer's latest known country"),
    Fact("referrer_kind", "text", "the referrer's latest known kind: customer, employee or partner"),
    Fact("community", "text", "the referrer's latest known community"),
    Fact("referrer_age_days", "number", "days from the referrer's first link to the attribution"),
    Fact(
        "referrer_friends_24h",
        "number",
        "friends attributed to the referrer in the last 24 hours, this one included",
    ),
    Fact("referrer_friends", "number", "friends attributed to the referrer so far, this one included"),
)

FACT_KINDS: dict[str, Kind] = {fact.name: fact.kind for fact in ALL_FACTS}
"""The kind of each fact, by name, in the order of the list above."""

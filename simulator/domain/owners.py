"""Define which team of the client usually owns an event type, and which of its systems sends it."""

from __future__ import annotations

from typing import Final, Literal, get_args

from simulator.domain.vocabulary import CONVERSION_TYPES, EventType, complete

Team = Literal["engineering", "marketing", "compliance"]
TEAMS: Final[tuple[Team, ...]] = get_args(Team)

_OWNERS: Final[dict[str, Team]] = complete(
    tuple(kind for kind in EventType if kind not in CONVERSION_TYPES),
    {
        "customer.identified": "engineering",
        "customer.closed": "engineering",
        "customer.reopened": "engineering",
        "customer.merged": "engineering",
        "link.created": "marketing",
        "session.authenticated": "engineering",
        "referral.shared": "marketing",
        "friend.visited": "marketing",
        "friend.claimed": "marketing",
        "friend.opted_in": "compliance",
        "eligibility.confirmed": "compliance",
        "reward.chosen": "marketing",
        "reward.redeemed": "marketing",
        "conversion.reversed": "engineering",
        "conversion.reinstated": "engineering",
        "conversion.adjusted": "engineering",
        "reward.vetoed": "compliance",
        "review.decided": "compliance",
        "program.changed": "marketing",
        "person.erased": "compliance",
    },
)
_SYSTEMS: Final = complete(
    EventType,
    {
        "customer.identified": "client/crm",
        "customer.closed": "client/crm",
        "customer.reopened": "client/crm",
        "customer.merged": "client/crm",
        "link.created": "platform",
        "session.authenticated": "platform",
        "referral.shared": "platform",
        "friend.visited": "platform",
        "friend.claimed": "platform",
        "friend.opted_in": "platform",
        "eligibility.confirmed": "platform",
        "reward.chosen": "platform",
        "reward.redeemed": "platform",
        "purchase.completed": "client/shop",
        "purchase.paid": "client/shop",
        "account.activated": "client/accounts",
        "policy.started": "client/policies",
        "service.activated": "client/provisioning",
        "bill.paid": "client/billing",
        "milestone.reached": "client/crm",
        "conversion.reversed": "client/billing",
        "conversion.reinstated": "client/billing",
        "conversion.adjusted": "client/billing",
        "review.decided": "platform",
        "reward.vetoed": "platform",
        "program.changed": "platform",
        "person.erased": "platform",
    },
)


def owner(event_type: str) -> Team:
    """Return the team that usually owns a type: what the back end confirms, and who somebody is, are engineering's."""
    return _OWNERS.get(event_type, "engineering")


def usual_system(event_type: str) -> str:
    """Return the source that usually sends a type, `client/billing` for instance; `platform` for the platform's own.

    Raises:
        KeyError: the type does not exist.

    """
    return _SYSTEMS[event_type]

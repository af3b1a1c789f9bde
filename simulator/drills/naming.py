"""Name the things that cases mention: conversions, moments to the minute, and people, by a function passed in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from simulator.domain.moments import moment as exact_moment
from simulator.domain.spans import MINUTE_MS
from simulator.domain.vocabulary import CONVERSION_TYPES, complete

Namer = Callable[[str], str]
"""A function from a reference to the person's name."""

CONVERSION_NAMES: Final = complete(
    CONVERSION_TYPES,
    {
        "purchase.completed": ("order", "placed an order"),
        "purchase.paid": ("box", "paid for a box"),
        "account.activated": ("account", "opened an account"),
        "policy.started": ("policy", "took out a policy"),
        "service.activated": ("activation", "activated the contract"),
        "bill.paid": ("bill", "paid a bill"),
        "milestone.reached": ("milestone", "reached the goal"),
    },
)
"""A conversion's name in one word, and what the customer did, by event type."""


def moment(ms: int) -> str:
    """Format a moment (milliseconds UTC) to the minute."""
    return exact_moment(ms // MINUTE_MS * MINUTE_MS)

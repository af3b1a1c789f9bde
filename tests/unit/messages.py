"""Valid messages of every type for tests of the event contract, and functions to decode them."""

from __future__ import annotations

import json
from typing import Any

from simulator.domain.vocabulary import CONVERSION_TYPES
from simulator.events.contract import EVENT_TYPES
from simulator.events.decode import Decoded, Receiver, decode_lines
from simulator.events.moment import parse_moment

NOW = parse_moment("2026-03-01T00:00:00Z")
MISSING = object()


def no_check(text: str) -> None:
    """Accept any program."""


def decode(*lines: bytes, now: int = NOW, check: Any = no_check) -> Decoded:
    return decode_lines(lines, Receiver(earliest_receipt_ms=0, clock_ms=now), check)


VALID_DATA: dict[str, dict[str, Any]] = {
    "customer.identified": {
        "contact_ref": "c_0a",
        "contact_kind": "email",
        "via": "sso",
        "referrer_kind": "partner",
        "segment": "gold",
        "community": "Rüderclub 1900",
        "country": "GB",
        "device_ref": "d-1",
        "attributes": {"plan": "family", "seats": 4.5, "vip": True},
    },
    "customer.closed": {"reason": "at the customer's wish"},
    "customer.reopened": {"reason": "a mistake"},
    "customer.merged": {"into": "p-9"},
    "link.created": {"code": "NW-1"},
    "session.authenticated": {},
    "referral.shared": {"code": "NW-1", "channel": "email", "reach": 7},
    "friend.visited": {"code": "NW-1", "channel": "email", "device_ref": "d-2"},
    "friend.claimed": {
        "contact_ref": "c",
        "code": "X",
        "device_ref": "d",
        "country": "DE",
        "segment": "new",
        "attributes": {"plan": "solo"},
    },
    "friend.opted_in": {},
    "eligibility.confirmed": {"eligible": False},
    **{
        name: {
            "amount_minor": 0,
            "currency": "GBP",
            "code": "X",
            "outcome": "ok",
            "new_customer": True,
            "attributes": {"product": "gold"},
        }
        for name in CONVERSION_TYPES
    },
    "conversion.reversed": {"reverses": "ev-1", "reason": "lapsed"},
    "conversion.reinstated": {"reinstates": "ev-1", "reason": "the dispute was won"},
    "conversion.adjusted": {
        "adjusts": "ev-1",
        "amount_minor": 0,
        "currency": "GBP",
        "reason": "one of two sent back",
    },
    "reward.chosen": {
        "reward": {"source": "client/crm", "id": "ev-1", "milestone": "paid", "reward": "thanks"},
        "choice": "gift-card",
    },
    "reward.redeemed": {
        "reward": {"source": "client/crm", "id": "ev-1", "milestone": "paid", "reward": "thanks"},
    },
    "reward.vetoed": {
        "reward": {"source": "client/crm", "id": "ev-1", "milestone": "paid", "reward": "thanks"},
        "reason": "made with a stolen card",
    },
    "review.decided": {
        "decision": {"source": "client/crm", "id": "ev-1", "milestone": "paid"},
        "verdict": "approve",
        "by": "op-1",
    },
    "program.changed": {"program": "[program]\n" * 1000},
    "person.erased": {"by": "op-1", "reason": "she asked for it"},
}


def event(kind: str = "purchase.paid", data: Any = MISSING, **envelope: Any) -> dict[str, Any]:
    sender = "platform" if "client" not in EVENT_TYPES[kind].senders else "client/crm"
    made = {
        "specversion": "1.0",
        "id": "ev-1",
        "source": sender,
        "type": kind,
        "time": "2026-02-28T12:00:00.123Z",
        "subject": "f-1",
        "data": VALID_DATA[kind] if data is MISSING else data,
        **envelope,
    }
    return {name: value for name, value in made.items() if value is not MISSING}


def line(made: Any) -> bytes:
    return json.dumps(made).encode()


def refused_field(raw: bytes, **options: Any) -> str | None:
    """Return the field for which a message is refused, None if the message as a whole."""
    decoded = decode(raw, **options)
    assert decoded.messages.is_empty()
    (rejected,) = decoded.rejected
    assert rejected.reason
    return rejected.field

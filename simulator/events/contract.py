"""The event contract, once: types, their categories and sources, and the fields of each.

Both sides of the wire read it: the world writes events by it, the platform's door validates by it, the
database keeps its columns. Pure data: nothing heavy is imported here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

MAX_INTEGER = 2**53 - 1
MAX_TEXT = 256
MAX_REFERENCE = 128
FUTURE_LIMIT_MS = 24 * 60 * 60 * 1000  # an occurrence later than this after its receipt is malformed

Kind = Literal[
    "text", "reference", "contact", "choice", "currency", "integer", "boolean", "decision", "program"
]
"""How a field is checked: `reference` is 1-128 of `A-Za-z0-9_-.:=`; `contact` a reference that is no phone number."""


class Category(StrEnum):
    """The three categories of data that cross, and the operators' own."""

    IDENTIFICATION = "identification"
    PARTICIPATION = "participation"
    CONVERSION = "conversion"
    STEERING = "steering"


class Sender(StrEnum):
    """Who may send a type."""

    CLIENT = "client"
    PLATFORM = "platform"


@dataclass(frozen=True)
class Field:
    """One field of `data`: its name, how it is checked, and whether it may be left out."""

    name: str
    kind: Kind
    required: bool = False
    choices: tuple[str, ...] = ()
    minimum: int = 0


@dataclass(frozen=True)
class EventType:
    """One event type: what category it is, who may send it, and its fields."""

    name: str
    category: Category
    senders: tuple[Sender, ...]
    fields: tuple[Field, ...] = ()
    subject_required: bool = True


CONTACT_KINDS = ("email", "phone", "membership")
REFERRER_KINDS = ("customer", "employee", "partner")
REVERSAL_REASONS = ("cancelled", "refunded", "fraud", "lapsed")
VERDICTS = ("approve", "decline")

_CLIENT = (Sender.CLIENT,)
_PLATFORM = (Sender.PLATFORM,)
_CODE = Field("code", "text", required=True)
_CHANNEL = Field("channel", "text", required=True)
_CONVERSION_FIELDS = (
    Field("amount_minor", "integer"),
    Field("currency", "currency"),
    Field("code", "text"),
    Field("outcome", "text"),
    Field("new_customer", "boolean"),
)

CONVERSION_TYPES = (
    "purchase.completed",
    "purchase.paid",
    "account.activated",
    "policy.started",
    "service.activated",
    "bill.paid",
    "milestone.reached",
)

EVENT_TYPES: dict[str, EventType] = {
    kind.name: kind
    for kind in (
        EventType(
            "customer.identified",
            Category.IDENTIFICATION,
            (Sender.CLIENT, Sender.PLATFORM),
            (
                Field("contact_ref", "contact", required=True),
                Field("contact_kind", "choice", required=True, choices=CONTACT_KINDS),
                Field("via", "choice", required=True, choices=("sso", "input")),
                Field("referrer_kind", "choice", required=True, choices=REFERRER_KINDS),
                Field("segment", "text"),
                Field("community", "text"),
                Field("country", "text"),
                Field("device_ref", "contact"),
            ),
        ),
        EventType("link.created", Category.IDENTIFICATION, _PLATFORM, (_CODE,)),
        EventType("session.authenticated", Category.PARTICIPATION, _PLATFORM),
        EventType(
            "referral.shared",
            Category.PARTICIPATION,
            _PLATFORM,
            (_CODE, _CHANNEL, Field("reach", "integer", minimum=1)),
        ),
        EventType(
            "friend.visited",
            Category.PARTICIPATION,
            _PLATFORM,
            (_CODE, _CHANNEL, Field("device_ref", "contact")),
        ),
        EventType(
            "friend.claimed",
            Category.PARTICIPATION,
            _PLATFORM,
            (
                Field("contact_ref", "contact", required=True),
                Field("code", "text"),
                Field("device_ref", "contact"),
                Field("country", "text"),
                Field("segment", "text"),
            ),
        ),
        EventType("friend.opted_in", Category.PARTICIPATION, _PLATFORM),
        EventType(
            "eligibility.confirmed", Category.PARTICIPATION, _PLATFORM, (Field("eligible", "boolean"),)
        ),
        *(EventType(name, Category.CONVERSION, _CLIENT, _CONVERSION_FIELDS) for name in CONVERSION_TYPES),
        EventType(
            "conversion.reversed",
            Category.CONVERSION,
            _CLIENT,
            (
                Field("reverses", "text", required=True),
                Field("reason", "choice", choices=REVERSAL_REASONS),
            ),
        ),
        EventType(
            "review.decided",
            Category.STEERING,
            _PLATFORM,
            (
                Field("decision", "decision", required=True),
                Field("verdict", "choice", required=True, choices=VERDICTS),
                Field("by", "reference", required=True),
            ),
            subject_required=False,
        ),
        EventType(
            "program.changed",
            Category.STEERING,
            _PLATFORM,
            (Field("program", "program", required=True),),
            subject_required=False,
        ),
    )
}

SOURCE_PATTERN = r"platform|client/[A-Za-z0-9._-]+"
REFERENCE_PATTERN = r"[A-Za-z0-9_\-.:=]{1,128}"

DATA_COLUMNS: dict[str, type] = {
    "code": str,
    "channel": str,
    "contact_ref": str,
    "contact_kind": str,
    "via": str,
    "referrer_kind": str,
    "segment": str,
    "community": str,
    "country": str,
    "device_ref": str,
    "reach": int,
    "eligible": bool,
    "amount_minor": int,
    "currency": str,
    "outcome": str,
    "new_customer": bool,
    "reverses": str,
    "reason": str,
    "decision_source": str,
    "decision_id": str,
    "decision_milestone": str,
    "verdict": str,
    "by": str,
    "program": str,
}
"""The data fields of all types as columns of one wide frame; `decision` is spread over three of them."""

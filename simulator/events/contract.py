"""Define the event contract once: types, their categories and sources, and the fields of each.

Both sides of the wire use it: the world writes events by it, the platform validates against it, and the database keeps
its columns. Pure data: nothing heavy is imported here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from simulator.domain.vocabulary import CONVERSION_TYPES, Category, EventType, complete

MAX_INTEGER = 2**53 - 1
MAX_AMOUNT = 9_000_000_000  # of a field; the sum of 10^9 events still fits a signed integer of 64 bits
MAX_TEXT = 256
MAX_ID = 1_024
MAX_REFERENCE = 128
MAX_LINE_BYTES = 1024 * 1024  # of a message; a longer one is refused before it is read
FUTURE_LIMIT_MS = 24 * 60 * 60 * 1000  # an occurrence later than this after its receipt is malformed

MAX_ATTRIBUTES = 32  # of one event
MAX_ATTRIBUTE_NAME = 40

Kind = Literal[
    "text",
    "id",
    "reference",
    "choice",
    "currency",
    "integer",
    "boolean",
    "decision",
    "reward",
    "attributes",
    "program",
]
"""How a field is checked: a `reference` is REFERENCE_PATTERN, an `id` a longer text that may be digits alone."""

PARTS: dict[str, tuple[str, ...]] = {
    "decision": ("source", "id", "milestone"),
    "reward": ("source", "id", "milestone", "reward"),
}
"""The members, all required, of a field whose kind is an object that names something; each has a column of its own."""


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
    maximum: int = MAX_AMOUNT


@dataclass(frozen=True)
class EventSpec:
    """One event type's contract: who may send it, and its fields."""

    type: EventType
    senders: tuple[Sender, ...]
    fields: tuple[Field, ...] = ()
    subject_required: bool = True

    @property
    def name(self) -> str:
        """Return the type's name, as it stands in an event."""
        return self.type.value

    @property
    def category(self) -> Category:
        """Return the category of data that the type belongs to."""
        return self.type.category


CONTACT_KINDS = ("email", "phone", "membership")
REFERRER_KINDS = ("customer", "employee", "partner")
REVERSAL_REASONS = ("cancelled", "refunded", "fraud", "lapsed")
VERDICTS = ("approve", "decline")

_CLIENT = (Sender.CLIENT,)
_PLATFORM = (Sender.PLATFORM,)
_CODE = Field("code", "text", required=True)
_CHANNEL = Field("channel", "text", required=True)
_REWARD = Field("reward", "reward", required=True)
_REASON = Field("reason", "text")
_ATTRIBUTES = Field("attributes", "attributes")
_CONVERSION_FIELDS = (
    Field("amount_minor", "integer"),
    Field("currency", "currency"),
    Field("code", "text"),
    Field("outcome", "text"),
    Field("new_customer", "boolean"),
    _ATTRIBUTES,
)

EVENT_TYPES: dict[str, EventSpec] = complete(
    EventType,
    {
        spec.name: spec
        for spec in (
            EventSpec(
                EventType.CUSTOMER_IDENTIFIED,
                (Sender.CLIENT, Sender.PLATFORM),
                (
                    Field("contact_ref", "reference", required=True),
                    Field("contact_kind", "choice", required=True, choices=CONTACT_KINDS),
                    Field("via", "choice", required=True, choices=("sso", "input")),
                    Field("referrer_kind", "choice", required=True, choices=REFERRER_KINDS),
                    Field("segment", "text"),
                    Field("community", "text"),
                    Field("country", "text"),
                    Field("device_ref", "reference"),
                    _ATTRIBUTES,
                ),
            ),
            EventSpec(EventType.CUSTOMER_CLOSED, _CLIENT, (_REASON,)),
            EventSpec(EventType.CUSTOMER_REOPENED, _CLIENT, (_REASON,)),
            EventSpec(
                EventType.CUSTOMER_MERGED,
                (Sender.CLIENT, Sender.PLATFORM),
                (Field("into", "reference", required=True),),
            ),
            EventSpec(EventType.LINK_CREATED, _PLATFORM, (_CODE,)),
            EventSpec(EventType.SESSION_AUTHENTICATED, _PLATFORM),
            EventSpec(
                EventType.REFERRAL_SHARED,
                _PLATFORM,
                (_CODE, _CHANNEL, Field("reach", "integer", minimum=1)),
            ),
            EventSpec(
                EventType.FRIEND_VISITED,
                _PLATFORM,
                (_CODE, _CHANNEL, Field("device_ref", "reference")),
            ),
            EventSpec(
                EventType.FRIEND_CLAIMED,
                _PLATFORM,
                (
                    Field("contact_ref", "reference", required=True),
                    Field("code", "text"),
                    Field("device_ref", "reference"),
                    Field("country", "text"),
                    Field("segment", "text"),
                    _ATTRIBUTES,
                ),
            ),
            EventSpec(EventType.FRIEND_OPTED_IN, _PLATFORM),
            EventSpec(EventType.ELIGIBILITY_CONFIRMED, _PLATFORM, (Field("eligible", "boolean"),)),
            EventSpec(EventType.REWARD_CHOSEN, _PLATFORM, (_REWARD, Field("choice", "text", required=True))),
            EventSpec(
                EventType.REWARD_REDEEMED,
                (Sender.CLIENT, Sender.PLATFORM),
                (_REWARD,),
                subject_required=False,
            ),
            *(EventSpec(kind, _CLIENT, _CONVERSION_FIELDS) for kind in CONVERSION_TYPES),
            EventSpec(
                EventType.CONVERSION_REVERSED,
                _CLIENT,
                (
                    Field("reverses", "id", required=True),
                    Field("reason", "choice", choices=REVERSAL_REASONS),
                ),
                subject_required=False,
            ),
            EventSpec(
                EventType.CONVERSION_REINSTATED,
                _CLIENT,
                (Field("reinstates", "id", required=True), _REASON),
                subject_required=False,
            ),
            EventSpec(
                EventType.CONVERSION_ADJUSTED,
                _CLIENT,
                (
                    Field("adjusts", "id", required=True),
                    Field("amount_minor", "integer", required=True),
                    Field("currency", "currency"),
                    _REASON,
                ),
                subject_required=False,
            ),
            EventSpec(
                EventType.REVIEW_DECIDED,
                _PLATFORM,
                (
                    Field("decision", "decision", required=True),
                    Field("verdict", "choice", required=True, choices=VERDICTS),
                    Field("by", "reference", required=True),
                ),
                subject_required=False,
            ),
            EventSpec(
                EventType.REWARD_VETOED,
                _PLATFORM,
                (_REWARD, Field("reason", "text", required=True)),
                subject_required=False,
            ),
            EventSpec(
                EventType.PROGRAM_CHANGED,
                _PLATFORM,
                (Field("program", "program", required=True),),
                subject_required=False,
            ),
            EventSpec(
                EventType.PERSON_ERASED,
                _PLATFORM,
                (Field("by", "reference", required=True), Field("reason", "text", required=True)),
            ),
        )
    },
)

SOURCE_PATTERN = r"platform|client/[A-Za-z0-9._-]+"
ATTRIBUTE_PATTERN = rf"[a-z][a-z0-9_]{{0,{MAX_ATTRIBUTE_NAME - 1}}}"
REFERENCE_PATTERN = r"[A-Za-z0-9_\-.:=/~+#]{1,128}"
EXTENSION_PATTERN = r"[a-z0-9]+"
"""What CloudEvents allows as the name of an attribute."""
INFERRED = "timeinferred"
"""The attribute with which the platform marks an event whose time nobody stated."""

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
    "attributes": str,
    "adjusts": str,
    "reinstates": str,
    "decision_source": str,
    "decision_id": str,
    "decision_milestone": str,
    "verdict": str,
    "by": str,
    "program": str,
    "reward_source": str,
    "reward_id": str,
    "reward_milestone": str,
    "reward_reward": str,
    "choice": str,
    "into": str,
}
"""The data fields of all types as columns of one wide frame.

`decision` and `reward` are spread over a column for each of their `PARTS`; `attributes` is canonical JSON text.
"""

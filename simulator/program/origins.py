"""Define where each fact comes from: which fields of which events an expression reads when it uses the fact."""

from __future__ import annotations

from typing import Final, NamedTuple

from simulator.domain.vocabulary import CONVERSION_TYPES, EventType
from simulator.program.facts import VARIANT
from simulator.program.model import Program


class Origin(NamedTuple):
    """A field of the events of a type; without a `field` the events themselves: that they happened, to whom and when.

    The type `JUDGED` stands for that of the conversion that is judged; `attributes.NAME` is one of the attributes.
    """

    type: str
    field: str = ""


class Origins(NamedTuple):
    """What a fact is made of: it has a value where one of `of` came; `also` changes the value."""

    of: tuple[Origin, ...] = ()
    also: tuple[Origin, ...] = ()

    @property
    def all(self) -> tuple[Origin, ...]:
        """All that the fact is made of."""
        return (*self.of, *self.also)


JUDGED: Final = "the conversion judged"
ATTRIBUTES: Final = "attributes"


def _of(field: str, *types: str) -> tuple[Origin, ...]:
    return tuple(Origin(kind, field) for kind in types)


_NAMED: Final = (EventType.CUSTOMER_IDENTIFIED, EventType.FRIEND_CLAIMED)
"""The types that say something of a person; the latest that does counts."""
_UNDOINGS: Final = _of("", EventType.CONVERSION_REVERSED, EventType.CONVERSION_REINSTATED)
_WHO: Final = ("friend", "referrer")
_OF_THE_ATTRIBUTION: Final = (
    *("method", "touch_age_days", "same_person", "cross_referral", "friend_is_upline"),
    *("referrer_age_days", "referrer_friends", "referrer_friends_24h"),
)
"""Facts made of attributions and merges alone, which every program has."""

FACT_ORIGINS: Final[dict[str, Origins]] = {
    **dict.fromkeys(_OF_THE_ATTRIBUTION, Origins()),
    "amount": Origins(
        _of("amount_minor", JUDGED),
        (
            *_of("currency", JUDGED, EventType.CONVERSION_ADJUSTED),
            *(Origin(EventType.CONVERSION_ADJUSTED, field) for field in ("", "adjusts", "amount_minor")),
        ),
    ),
    "outcome": Origins(_of("outcome", JUDGED)),
    "currency": Origins(_of("currency", JUDGED)),
    "new_customer": Origins(_of("new_customer", JUDGED)),
    "channel": Origins(_of("channel", EventType.FRIEND_VISITED)),
    "claimed": Origins(_of("", EventType.FRIEND_CLAIMED)),
    "claim_delay_seconds": Origins(_of("", EventType.FRIEND_CLAIMED)),
    "opted_in": Origins(_of("", EventType.FRIEND_OPTED_IN)),
    "authenticated": Origins(_of("", EventType.SESSION_AUTHENTICATED)),
    "eligible": Origins(
        _of("", EventType.ELIGIBILITY_CONFIRMED), _of("eligible", EventType.ELIGIBILITY_CONFIRMED)
    ),
    "same_contact": Origins(_of("contact_ref", *_NAMED)),
    "same_device": Origins(_of("device_ref", *_NAMED, EventType.FRIEND_VISITED)),
    **{f"{who}_{field}": Origins(_of(field, *_NAMED)) for field in ("segment", "country") for who in _WHO},
    "referrer_kind": Origins(_of("referrer_kind", EventType.CUSTOMER_IDENTIFIED)),
    "community": Origins(_of("community", EventType.CUSTOMER_IDENTIFIED)),
    "friend_first_conversion_days": Origins(_of("", *CONVERSION_TYPES)),
    **dict.fromkeys(
        ("friend_closed", "referrer_closed", "recipient_closed"),
        Origins(_of("", EventType.CUSTOMER_CLOSED), _of("", EventType.CUSTOMER_REOPENED)),
    ),
    **{f"{who}_conversions": Origins(_of("", *CONVERSION_TYPES), _UNDOINGS) for who in _WHO},
    **{
        f"{who}_{kind.replace('.', '_')}_count": Origins(_of("", kind), _UNDOINGS)
        for who in _WHO
        for kind in CONVERSION_TYPES
    },
}
"""By fact that every program has."""


def origins_of(fact: str, program: Program) -> Origins:
    """Return what a fact that a program's expressions may read is made of; a variant is made of the reference alone.

    Raises:
        LookupError: the program has no such fact.

    """
    if fact in FACT_ORIGINS:
        return FACT_ORIGINS[fact]
    for one in program.attributes:
        field = f"{ATTRIBUTES}.{one.name}"
        if one.of == "conversion" and fact == one.name:
            return Origins(_of(field, JUDGED))
        if one.of == "customer" and fact in {f"{who}_{one.name}" for who in _WHO}:
            return Origins(_of(field, *_NAMED))
    if fact.startswith(VARIANT):
        return Origins()
    raise LookupError(f"{fact} is not a fact of this program")

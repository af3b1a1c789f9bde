"""Describe each field of an event: its meaning, an example, whom it is about, and how it is pseudonymised."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Pseudonym = Literal["keyed", "issued", "none", "by-conversion", "drawn", "about-nobody"]

PSEUDONYMS: Final[dict[Pseudonym, tuple[str, str]]] = {
    "keyed": (
        "keyed hash",
        "of the normalised value, by HMAC-SHA-256; the client makes it and holds the key, the platform never has it; a "
        "person's reference has a salt of that person, too, which the client destroys when they are erased",
    ),
    "issued": ("issued code", "made by the platform; only the log says whose it is"),
    "none": ("as it is", "it describes a person; that many people share it is all that hides them"),
    "by-conversion": ("by a conversion", "it names a conversion and nobody; only the log says whose that is"),
    "drawn": ("drawn at random", "an erasure pseudonym, which stands for nobody that could be found"),
    "about-nobody": ("not needed", "by itself it tells nothing about a person"),
}
"""How a field is pseudonymised: in two words, and in full."""


@dataclass(frozen=True)
class FieldWords:
    """The description of a field: its meaning, an example, its pseudonymisation, and its legal basis if it has its own.

    `about` is whom it is about if that is not the subject of the event.
    """

    meaning: str
    example: str
    pseudonym: Pseudonym = "about-nobody"
    about: str = ""
    basis: str = ""


_FRAUD = "Legitimate interests, Art. 6(1)(f): preventing fraud (recital 47); it tells when a person refers themselves"
_DEVICE = f"{_FRAUD}. Reading it from a device may need consent under the rules on cookies"

ENVELOPE_WORDS: Final[dict[str, FieldWords]] = {
    "specversion": FieldWords("the version of CloudEvents", "1.0"),
    "id": FieldWords("unique within its source; sending it again is safe", "bill-2026-04-000117"),
    "source": FieldWords("the system that sent the event", "client/billing"),
    "type": FieldWords("what happened", "bill.paid"),
    "time": FieldWords("when it happened, with an offset", "2026-04-04T10:00:00Z"),
    "subject": FieldWords("the person the event is about", "p402a4072d15c1a1779d65bb5", "keyed"),
}
"""The fields that every event has."""

FIELD_WORDS: Final[dict[str, FieldWords]] = {
    "contact_ref": FieldWords(
        "the contact they gave: an e-mail address, a phone or a membership number",
        "c3d436e741cf6902b1f0a5be",
        "keyed",
        basis=_FRAUD,
    ),
    "contact_kind": FieldWords("what sort of contact that is", "email"),
    "via": FieldWords("how they were identified: by single sign-on, or by what they entered", "sso"),
    "referrer_kind": FieldWords("whether they are a customer, an employee or a partner", "customer", "none"),
    "segment": FieldWords("the group of customers they belong to", "postpaid", "none"),
    "community": FieldWords("the community they refer in: a club, an office, a school", "chess-club", "none"),
    "country": FieldWords("the country they live in", "GB", "none"),
    "device_ref": FieldWords("the device they used", "d90b7a42fe1147c3a5d0e6b8", "keyed", basis=_DEVICE),
    "attributes": FieldWords("what else the client says about the person or the conversion", "{…}", "none"),
    "reason": FieldWords("why, as a business code; never words about a person", "refunded"),
    "into": FieldWords("the reference of the same person that stays", "p7be01c55a9d34e20c8f1a66d", "keyed"),
    "code": FieldWords("the referral code", "ANNA-7Q4F", "issued", about="the referrer, whose code it is"),
    "channel": FieldWords("where the link was shared", "email"),
    "reach": FieldWords("how many people saw the share", "1"),
    "eligible": FieldWords("whether the friend may use the offer", "true", "none"),
    "reward": FieldWords(
        "which reward: the conversion's source and id, the milestone and the reward",
        '{"source": "client/billing", "id": "bill-117", "milestone": "two-bills", "reward": "credit"}',
    ),
    "choice": FieldWords("what was chosen of the rewards on offer", "gift-card", "none"),
    "amount_minor": FieldWords("what was paid, in minor units", "1500", "none"),
    "currency": FieldWords("the currency of the amount", "GBP"),
    "outcome": FieldWords(
        "a business code that stands for facts which are not shared", "contract-12m", "none"
    ),
    "new_customer": FieldWords("whether the friend was no customer before", "true", "none"),
    "reverses": FieldWords("the id of the conversion that is taken back", "bill-2026-04-000117"),
    "reinstates": FieldWords("the id of the reversed conversion that stands again", "bill-2026-04-000117"),
    "adjusts": FieldWords("the id of the conversion whose amount changed", "bill-2026-04-000117"),
    "decision": FieldWords(
        "which decision: the conversion's source and id, and the milestone",
        '{"source": "client/billing", "id": "bill-117", "milestone": "two-bills"}',
    ),
    "verdict": FieldWords("whether the operator approved or declined it", "approve"),
    "by": FieldWords("who decided", "op-1", "none", about="the operator"),
    "program": FieldWords("the whole new program file", "[program] …", about="nobody"),
}
"""The fields of `data`, whatever the type."""


_WHY: Final = FIELD_WORDS["reason"].meaning
_OF_TYPE: Final[dict[tuple[str, str], FieldWords]] = {
    ("customer.closed", "reason"): FieldWords(_WHY, "moved-abroad"),
    ("customer.reopened", "reason"): FieldWords(_WHY, "came-back"),
    ("conversion.reinstated", "reason"): FieldWords(_WHY, "dispute-won"),
    ("conversion.adjusted", "reason"): FieldWords(_WHY, "part-returned"),
    ("reward.vetoed", "reason"): FieldWords(_WHY, "terms-broken"),
    ("person.erased", "by"): FieldWords("who erased the person", "dpo-1", "none", about="the operator"),
    ("person.erased", "reason"): FieldWords(
        "the basis: a request, or the rule that was followed", "request of 3 May"
    ),
}
"""Descriptions of fields whose type gives them another meaning or another example."""


def words_of(event: str, field: str) -> FieldWords:
    """Return the description of a field of `data`; one of the client's attributes is named `attributes.NAME`.

    Raises:
        KeyError: there is no such field.

    """
    return _OF_TYPE.get((event, field)) or FIELD_WORDS[field.split(".", 1)[0]]

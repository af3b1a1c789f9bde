"""Describe each type of event for the sheet: whom it is about, the legal basis, and who gets to know it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from referral_tui.sheet.field_words import Pseudonym
from simulator.domain.vocabulary import EventType, complete

_CONTRACT = "Contract, Art. 6(1)(b)"
_INTERESTS = "Legitimate interests, Art. 6(1)(f)"
_OPERATORS = "the platform's operators"
_FULFILMENT = "the platform's operators; whoever fulfils rewards, by the export of payouts"


@dataclass(frozen=True)
class TypeWords:
    """The description of a type: whom it is about, the usual legal basis with its reason, and the recipients.

    `says` completes "whenever …" for an event that is sent as it happens. `pseudonym` is how the event itself names the
    person.
    """

    about: str
    says: str
    basis: str
    recipients: str = _OPERATORS
    pseudonym: Pseudonym = "keyed"


def _conversion(says: str) -> TypeWords:
    return TypeWords(
        "the friend",
        says,
        f"{_INTERESTS}: a referrer is owed a reward once a friend has become a customer; towards the friend, "
        "who has claimed the offer, contract",
        _FULFILMENT,
    )


_TAKEN_BACK = (
    f"{_INTERESTS}: no reward is owed for a conversion that does not stand, and one that does is owed in full"
)
_CLOSING = f"{_INTERESTS}: no reward is to go to an account that is closed"
_REVIEW = f"{_INTERESTS}: preventing fraud (recital 47); a person looks at it, as Art. 22(3) asks"

TYPE_WORDS: Final = complete(
    EventType,
    {
        "customer.identified": TypeWords(
            "the referrer or the friend who was identified",
            "a customer signs in or gives a contact",
            f"{_CONTRACT}: somebody who refers friends for a reward has to be known to the program",
        ),
        "customer.closed": TypeWords("the customer", "a customer's account is closed", _CLOSING),
        "customer.reopened": TypeWords("the customer", "a closed account is opened again", _CLOSING),
        "customer.merged": TypeWords(
            "the customer",
            "two references turn out to be one person's",
            f"{_INTERESTS}: data has to be accurate, Art. 5(1)(d); one person is not paid twice",
        ),
        "link.created": TypeWords(
            "the referrer",
            "a referrer gets a link",
            f"{_CONTRACT}: the link is what takes part in the program",
        ),
        "session.authenticated": TypeWords(
            "the friend", "a person signs in", f"{_INTERESTS}: preventing fraud (recital 47)"
        ),
        "referral.shared": TypeWords(
            "the referrer",
            "a referrer shares a code",
            f"{_INTERESTS}: knowing which ways of sharing work",
        ),
        "friend.visited": TypeWords(
            "the friend",
            "a friend opens a link",
            f"{_INTERESTS}: matching a friend to the referrer who is owed the reward",
        ),
        "friend.claimed": TypeWords(
            "the friend", "a friend claims the offer", f"{_CONTRACT}: the friend asks for the offer"
        ),
        "friend.opted_in": TypeWords(
            "the friend",
            "a friend agrees to marketing messages",
            "Legal obligation, Art. 6(1)(c): consent has to be shown, Art. 7(1)",
        ),
        "eligibility.confirmed": TypeWords(
            "the friend",
            "a friend's eligibility is checked",
            f"{_CONTRACT}: only those who are eligible may use the offer",
        ),
        "reward.chosen": TypeWords(
            "the recipient of the reward",
            "a recipient chooses a reward",
            f"{_CONTRACT}: the recipient asks for what they chose",
            _FULFILMENT,
        ),
        "reward.redeemed": TypeWords(
            "the recipient of the reward",
            "a reward is used",
            f"{_CONTRACT}: a reward that was used is neither taken back nor does it expire",
            _FULFILMENT,
        ),
        "purchase.completed": _conversion("a friend buys something"),
        "purchase.paid": _conversion("a friend's purchase is paid"),
        "account.activated": _conversion("a friend's account is opened"),
        "policy.started": _conversion("a friend's policy starts"),
        "service.activated": _conversion("a friend's service is activated"),
        "bill.paid": _conversion("a friend pays a bill"),
        "milestone.reached": _conversion("a friend reaches one of the client's own milestones"),
        "conversion.reversed": TypeWords("the friend", "a conversion is taken back", _TAKEN_BACK),
        "conversion.reinstated": TypeWords("the friend", "a reversed conversion stands again", _TAKEN_BACK),
        "conversion.adjusted": TypeWords("the friend", "part of a conversion is refunded", _TAKEN_BACK),
        "review.decided": TypeWords(
            "the friend whose conversion was reviewed",
            "an operator settles a review",
            _REVIEW,
            pseudonym="by-conversion",
        ),
        "reward.vetoed": TypeWords(
            "the recipient of the reward",
            "an operator stops a reward",
            _REVIEW,
            _FULFILMENT,
            "by-conversion",
        ),
        "person.erased": TypeWords(
            "the person who was erased, by a pseudonym that nobody can trace",
            "somebody is erased",
            "Legal obligation, Art. 6(1)(c): the right to erasure, Art. 17",
            pseudonym="drawn",
        ),
        "program.changed": TypeWords(
            "nobody",
            "the program is changed",
            "None needed: it is no personal data",
            pseudonym="about-nobody",
        ),
    },
)
"""By type."""

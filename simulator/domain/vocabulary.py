"""Define the platform's vocabulary once: event types, receipts, stages, outcomes, reasons, reward states.

Every list of them elsewhere is made from these enums. A table with something for each member (a symbol, a colour, a
sentence) is made by `complete`, which fails at once if a member was forgotten. Plain Python, importable everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Self, TypeVar

_Member = TypeVar("_Member", bound=StrEnum)
_Value = TypeVar("_Value")


class _Explained(StrEnum):
    """A closed list of words, each with a sentence on its meaning."""

    meaning: str

    def __new__(cls, value: str, meaning: str) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        return member


class Category(_Explained):
    """The three categories of data that the client sends, and the operators' own events."""

    IDENTIFICATION = "identification", "Who a customer is, by pseudonym."
    PARTICIPATION = "participation", "What referrers and friends do in the program."
    CONVERSION = "conversion", "What the client's back-end confirms, or takes back."
    STEERING = "steering", "What the platform's own operators decide."


class EventType(StrEnum):
    """The type of an event, with its category of data and its meaning."""

    category: Category
    meaning: str

    def __new__(cls, value: str, category: Category, meaning: str) -> Self:
        """Make a member of a value, its category and a sentence."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.category = category
        member.meaning = meaning
        return member

    CUSTOMER_IDENTIFIED = (
        "customer.identified",
        Category.IDENTIFICATION,
        "A customer signed in, or gave a contact.",
    )
    LINK_CREATED = "link.created", Category.IDENTIFICATION, "A referrer got a link with a code."
    SESSION_AUTHENTICATED = "session.authenticated", Category.PARTICIPATION, "A person signed in."
    REFERRAL_SHARED = "referral.shared", Category.PARTICIPATION, "A referrer shared a code over a channel."
    FRIEND_VISITED = "friend.visited", Category.PARTICIPATION, "A friend opened a referral link."
    FRIEND_CLAIMED = "friend.claimed", Category.PARTICIPATION, "A friend claimed the offer."
    FRIEND_OPTED_IN = "friend.opted_in", Category.PARTICIPATION, "A friend agreed to marketing messages."
    ELIGIBILITY_CONFIRMED = (
        "eligibility.confirmed",
        Category.PARTICIPATION,
        "A check said whether a friend is eligible.",
    )
    PURCHASE_COMPLETED = "purchase.completed", Category.CONVERSION, "A friend bought something."
    PURCHASE_PAID = "purchase.paid", Category.CONVERSION, "A friend's purchase was paid."
    ACCOUNT_ACTIVATED = "account.activated", Category.CONVERSION, "A friend's account was opened."
    POLICY_STARTED = "policy.started", Category.CONVERSION, "A friend's policy started."
    SERVICE_ACTIVATED = "service.activated", Category.CONVERSION, "A friend's service was activated."
    BILL_PAID = "bill.paid", Category.CONVERSION, "A friend paid a bill."
    MILESTONE_REACHED = (
        "milestone.reached",
        Category.CONVERSION,
        "A friend reached a milestone of the client's.",
    )
    CONVERSION_REVERSED = "conversion.reversed", Category.CONVERSION, "A conversion was taken back."
    REVIEW_DECIDED = "review.decided", Category.STEERING, "An operator approved or declined a conversion."
    PROGRAM_CHANGED = "program.changed", Category.STEERING, "A new version of the program came into force."


CONVERSION_TYPES: tuple[EventType, ...] = tuple(
    kind
    for kind in EventType
    if kind.category is Category.CONVERSION and kind is not EventType.CONVERSION_REVERSED
)
"""The types that a milestone can count."""


class Receipt(_Explained):
    """The result of receiving a message."""

    ACCEPTED = "accepted", "Valid and new: it is in the log."
    DUPLICATE = "duplicate", "The same message as one accepted before."
    CONFLICT = "conflict", "An accepted id with other content: quarantined, the first one stands."
    MALFORMED = "malformed", "It breaks the contract: quarantined with the field and the reason."


class Stage(_Explained):
    """How far a friend got; a later stage implies the earlier ones."""

    REACHED = (
        "reached",
        "People who saw a referral: what the shares said they reached, and never fewer than visited.",
    )
    VISITED = "visited", "Friends who opened a referral link, or typed a code (which implies it)."
    CLAIMED = "claimed", "Friends who claimed the offer, or typed a code at the till (which implies it)."
    ELIGIBLE = "eligible", "Friends found to be eligible, or who converted (which implies it)."
    CONVERTED = "converted", "Friends with a conversion: the event that the client's back-end confirms."
    QUALIFIED = "qualified", "Friends with a conversion that passed every rule of the program."
    REWARDED = "rewarded", "Friends whose conversion has led to an issued reward."


class Outcome(_Explained):
    """The outcome of a decision on a conversion."""

    QUALIFIED = "qualified", "It passed every rule, or an operator approved it."
    REVIEW = "review", "It waits for an operator."
    REFUSED = "refused", "A rule refused it, or an operator declined it."
    IGNORED = "ignored", "No rule was asked: it does not count for this milestone."


class Reason(_Explained):
    """Why a decision was ignored or declined; a refusal by a rule has the rule's code as its reason."""

    UNATTRIBUTED = "unattributed", "nobody referred this friend"
    BEFORE_TOUCH = "before-touch", "the conversion came before the referral"
    OUTSIDE_PROGRAM = "outside-program", "the program was not running then"
    OCCURRENCE = "occurrence", "not the occurrence that counts"
    TOO_LATE = "too-late", "too long after the referral"
    DECLINED = "declined", "an operator declined it"


class RewardState(_Explained):
    """The state of a reward."""

    PENDING = "pending", "promised: it waits until the cooling-off is over"
    ISSUED = "issued", "given out"
    COUNTED = "counted", "released, but not the one in the row that pays"
    CAPPED = "capped", "released, but a cap left no room for it"
    UNFUNDED = "unfunded", "released, but the budget left no room for it"
    VOIDED = "voided", "the conversion was reversed before it fell due"
    REVOKED = "revoked", "clawed back: the conversion was reversed after it was issued"


class ReversalReason(_Explained):
    """Why a reversal has no effect, as the audit trail's `reversal-without-effect` gives it."""

    OTHER_SUBJECT = "other-subject", "it came in another person's name than the conversion"
    OTHER_SOURCE = (
        "other-source",
        "the conversion with this id came from another source; a reversal has its conversion's source",
    )
    NOT_RECEIVED = "not-received", "no conversion with this id has arrived from its source"
    ALREADY_REVERSED = "already-reversed", "the conversion had been reversed before"
    NO_REWARD = "no-reward", "the conversion had brought no reward"
    NOT_ISSUED = "not-issued", "nothing had been paid for the conversion"
    NO_CLAWBACK = "no-clawback", "the reward was paid, and nothing in the program takes it back"
    CLAWBACK_OVER = "clawback-over", "the reward was paid, and the time to take it back was over"


def values(words: type[StrEnum]) -> tuple[str, ...]:
    """Return the words of a closed list as plain strings, in order."""
    return tuple(str(word) for word in words)


def meanings(words: type[_Explained]) -> dict[str, str]:
    """Return the sentence of each word of a closed list, by plain word."""
    return {str(word): word.meaning for word in words}


def complete(members: type[_Member] | tuple[_Member, ...], table: Mapping[str, _Value]) -> dict[str, _Value]:
    """Return the table as a dictionary by plain word, checked to have a line for each member and no other.

    Raises:
        LookupError: a member has no line, or a line belongs to no member; the message names them.

    """
    wanted = {str(member) for member in members}
    held = {str(word): value for word, value in table.items()}
    if missing := sorted(wanted - held.keys()):
        raise LookupError(f"a table over {_named(members)} has no line for {', '.join(missing)}")
    if unknown := sorted(held.keys() - wanted):
        raise LookupError(
            f"a table over {_named(members)} has a line for {', '.join(unknown)}, which there is not"
        )
    return held


def _named(members: type[StrEnum] | tuple[StrEnum, ...]) -> str:
    return members.__name__ if isinstance(members, type) else f"some of {type(members[0]).__name__}"

"""Define the platform's vocabulary once: event types, receipts, stages, outcomes, reasons, reward states.

Every list of them elsewhere is derived from these enums. A table with an entry for each member (a symbol, a colour, a
sentence) is built by `complete`, which fails at once if a member was forgotten. Plain Python, importable everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Self, TypeVar

_Member = TypeVar("_Member", bound=StrEnum)
_Value = TypeVar("_Value")


class _Explained(StrEnum):
    """A closed list of words, each with a sentence explaining it."""

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
        """Create a member from a value, its category and a sentence."""
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
    CUSTOMER_CLOSED = "customer.closed", Category.IDENTIFICATION, "A customer's account was closed."
    CUSTOMER_REOPENED = (
        "customer.reopened",
        Category.IDENTIFICATION,
        "A customer's closed account was opened again.",
    )
    CUSTOMER_MERGED = (
        "customer.merged",
        Category.IDENTIFICATION,
        "Two references turned out to be one person's.",
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
    REWARD_CHOSEN = "reward.chosen", Category.PARTICIPATION, "A recipient chose one of the rewards offered."
    REWARD_REDEEMED = "reward.redeemed", Category.PARTICIPATION, "A recipient used a reward."
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
    CONVERSION_REINSTATED = (
        "conversion.reinstated",
        Category.CONVERSION,
        "A reversed conversion stands again: a dispute was won, a bounced card was paid.",
    )
    CONVERSION_ADJUSTED = (
        "conversion.adjusted",
        Category.CONVERSION,
        "A conversion's amount changed: part of it was refunded.",
    )
    REVIEW_DECIDED = "review.decided", Category.STEERING, "An operator approved or declined a conversion."
    REWARD_VETOED = "reward.vetoed", Category.STEERING, "An operator stopped a reward before it was issued."
    PROGRAM_CHANGED = "program.changed", Category.STEERING, "A new version of the program came into force."
    PERSON_ERASED = "person.erased", Category.STEERING, "A person was erased from the database."


_OF_A_CONVERSION = (
    EventType.CONVERSION_REVERSED,
    EventType.CONVERSION_REINSTATED,
    EventType.CONVERSION_ADJUSTED,
)
CONVERSION_TYPES: tuple[EventType, ...] = tuple(
    kind for kind in EventType if kind.category is Category.CONVERSION and kind not in _OF_A_CONVERSION
)
"""The types that a milestone can count."""
_OF_ANYBODY = (
    EventType.SESSION_AUTHENTICATED,
    EventType.REFERRAL_SHARED,
    EventType.REWARD_CHOSEN,
    EventType.REWARD_REDEEMED,
)
FRIEND_TYPES: tuple[EventType, ...] = tuple(
    kind
    for kind in EventType
    if kind.category in (Category.PARTICIPATION, Category.CONVERSION) and kind not in _OF_ANYBODY
)
"""The types of events that only a referrer's friend has."""


WRITTEN_REASONS: tuple[EventType, ...] = (
    EventType.CUSTOMER_CLOSED,
    EventType.CUSTOMER_REOPENED,
    EventType.CONVERSION_REINSTATED,
    EventType.CONVERSION_ADJUSTED,
    EventType.REWARD_VETOED,
    EventType.PERSON_ERASED,
)
"""The types whose `reason` is a text that somebody wrote, so that it may tell of a person; a reversal's is a choice."""


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
    REFERRER_STOPPED = "referrer-stopped", "the referrer is no longer of a kind that may refer"


class RewardState(_Explained):
    """The state of a reward."""

    PENDING = "pending", "promised: it waits until the cooling-off is over"
    WAITING = "waiting", "released within its caps; it waits until the budget has room for it"
    OFFERED = "offered", "released: its recipient may choose what it is"
    ISSUED = "issued", "given out"
    REDEEMED = "redeemed", "given out, and used by its recipient"
    EXPIRED = "expired", "given out, and not used in time"
    COUNTED = "counted", "released, but not the one in the row that pays"
    CAPPED = "capped", "released, but a cap left no room for it"
    UNFUNDED = "unfunded", "released, but the budget left no room for it"
    FORFEITED = (
        "forfeited",
        "given up: a condition failed at the release, nothing was chosen, or it was vetoed",
    )
    VOIDED = "voided", "the conversion was reversed before it was issued"
    REVOKED = "revoked", "clawed back: the conversion was reversed after it was issued"


COUNTS_AS_PAID: tuple[RewardState, ...] = (
    RewardState.ISSUED,
    RewardState.OFFERED,
    RewardState.REDEEMED,
    RewardState.EXPIRED,
)
"""A decision is paid while a line of it is in one of these states; caps and budget count them."""


class ForfeitReason(_Explained):
    """Why a reward was forfeited."""

    KEEP_IF = "keep_if", "the condition for keeping it was not true at the release"
    KEEP_IF_MISSING = "keep_if:missing", "a value was missing that the condition for keeping it needs"
    NOT_CHOSEN = "not-chosen", "nothing was chosen in time"
    VETOED = "vetoed", "an operator stopped it"


class Offered(_Explained):
    """What the condition of a reward with `when` said of a conversion."""

    YES = "yes", "the condition was true: the reward was offered"
    NO = "no", "the condition was false"
    MISSING = "missing", "a value was missing that the condition needs"


class AuditKind(_Explained):
    """What an entry of the audit trail records, beside the states of rewards, which are kinds of their own."""

    ATTRIBUTED = "attributed", "A friend was attributed to a referrer."
    ATTRIBUTION_ENDED = (
        "attribution-ended",
        "Of two attributions of one person, the later one ended at a merge.",
    )
    DECIDED = "decided", "A conversion was decided on."
    SETTLED = "settled", "An operator settled a decision in review."
    PROGRAM_CHANGED = "program-changed", "A new version of the program came into force."
    REDUCED = (
        "reduced",
        "A part of an issued reward was taken back: the amount of the conversion is smaller now.",
    )
    REVERSAL_WAITING = "reversal-waiting", "A reversal waits for the conversion that it names."
    VERDICT_WITHOUT_EFFECT = "verdict-without-effect", "A verdict changed nothing."
    REVERSAL_WITHOUT_EFFECT = "reversal-without-effect", "A reversal changed nothing."
    REINSTATEMENT_WITHOUT_EFFECT = "reinstatement-without-effect", "A reinstatement changed nothing."
    ADJUSTMENT_WITHOUT_EFFECT = "adjustment-without-effect", "An adjustment changed nothing."
    MERGE_WITHOUT_EFFECT = "merge-without-effect", "A merge changed nothing."
    CHOICE_WITHOUT_EFFECT = "choice-without-effect", "A choice changed nothing."
    REDEMPTION_WITHOUT_EFFECT = "redemption-without-effect", "A redemption changed nothing."
    VETO_WITHOUT_EFFECT = "veto-without-effect", "A veto changed nothing."


class ErasureEffect(_Explained):
    """The effect of erasing a person on a field of the events about them, or on a column of the rows."""

    REPLACED = "replaced", "Overwritten by an erasure pseudonym, which can't be traced back to the person."
    REMOVED = "removed", "Removed: the value is absent afterwards."
    KEPT = (
        "kept",
        "It stays: without the replaced and removed parts it no longer tells anything about the person.",
    )


class ReversalReason(_Explained):
    """Why a reversal has no effect or waits, as `reversal-without-effect` and `reversal-waiting` give it."""

    OTHER_SUBJECT = "other-subject", "it came in another person's name than the conversion"
    OTHER_SOURCE = (
        "other-source",
        "the conversion with this id came from another source; a reversal has its conversion's source",
    )
    NOT_RECEIVED = "not-received", "no conversion with this id has arrived from its source"
    ALREADY_REVERSED = "already-reversed", "the conversion had been reversed before"
    REDEEMED = "redeemed", "the reward had been used"
    EXPIRED = "expired", "the reward had expired"
    NOTHING_TO_UNDO = "nothing-to-undo", "no reward of the conversion could be taken back"


def values(words: type[StrEnum]) -> tuple[str, ...]:
    """Return the words of a closed list as plain strings, in order."""
    return tuple(str(word) for word in words)


def meanings(words: type[_Explained]) -> dict[str, str]:
    """Return the sentence for each word of a closed list, by plain word."""
    return {str(word): word.meaning for word in words}


def complete(members: type[_Member] | tuple[_Member, ...], table: Mapping[str, _Value]) -> dict[str, _Value]:
    """Return the table keyed by plain word, after checking that it has an entry for each member and no other.

    Raises:
        LookupError: a member has no entry, or an entry belongs to no member; the message names them.

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

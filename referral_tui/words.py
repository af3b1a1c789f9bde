"""Describe in a sentence each event, decision and change of a reward.

People are named by the given namer, by default with short names, as the platform sees them. Pure functions over rows of
`db.read.queries`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from referral_tui import figures
from referral_tui.names import Namer, short_name
from simulator.domain.currencies import DIGITS
from simulator.domain.definitions import NOT_ISSUED
from simulator.domain.moments import moment
from simulator.domain.vocabulary import (
    CONVERSION_TYPES,
    Category,
    EventType,
    ForfeitReason,
    Reason,
    RewardState,
    complete,
)

if TYPE_CHECKING:
    from db.read.queries import AuditEntry, EventRow, Program

CATEGORIES: Final = tuple(Category)
CATEGORY_TITLES: Final = complete(
    Category,
    {
        "identification": "customer identification",
        "participation": "referral participation",
        "conversion": "conversion or validation",
        "steering": "steering: what an operator changed",
    },
)
CATEGORY_SYMBOLS: Final = complete(
    Category, {"identification": "◆", "participation": "●", "conversion": "▲", "steering": "■"}
)

_CATEGORY_OF: Final = {str(kind): kind.category for kind in EventType}

REWARD_SYMBOLS: Final = complete(
    RewardState,
    {
        "pending": "○",
        "waiting": "◔",
        "offered": "◇",
        "issued": "●",
        "redeemed": "◆",
        "expired": "⊘",
        "counted": "·",
        "capped": "▬",
        "unfunded": "∅",
        "forfeited": "⊗",
        "voided": "✕",
        "revoked": "↶",
    },
)
UNPAID_SYMBOL: Final = "◌"
"""The symbol of a pending line that would not be issued if nothing else happened."""
REWARD_MEANING: Final = {str(state): state.meaning for state in RewardState}

_REASONS: Final = {str(reason): reason.meaning for reason in Reason}
_VERBS: Final = complete(
    CONVERSION_TYPES,
    {
        "purchase.completed": "bought something",
        "purchase.paid": "paid for a purchase",
        "account.activated": "opened an account",
        "policy.started": "started a policy",
        "service.activated": "had a service activated",
        "bill.paid": "paid a bill",
        "milestone.reached": "reached a milestone",
    },
)
_CHANNELS: Final = {
    "email": "e-mail",
    "e-mail": "e-mail",
    "qr": "QR code",
    "sms": "text message",
}


def category(event_type: str) -> Category:
    """Return the category of data of an event type; an unknown type counts as a conversion."""
    return _CATEGORY_OF.get(event_type, Category.CONVERSION)


def who(reference: str | None, name: Namer = short_name) -> str:
    """Return a person's name, or `someone` without a reference."""
    return "someone" if reference is None else name(reference)


def event_sentence(event: EventRow, program: Program | None, name: Namer = short_name) -> str:
    """Describe an event."""
    person = who(event.subject, name)
    special = _SPECIAL.get(event.type)
    if special is not None:
        sentence = special(event, person)
        # first, since a list cuts off the end of what is too long for it
        return f"without effect: {sentence} ({event.no_effect})" if event.no_effect else sentence
    verb = _VERBS.get(event.type, event.type)
    return f"{person} {verb}{_amount(event, program)}{_with_code(event)}"


def reason_words(reason: str | None) -> str:
    """Put a decision's reason into words; a rule is named by its code."""
    if reason is None:
        return ""
    if reason in _REASONS:
        return _REASONS[reason]
    code, missing, _ = reason.partition(":missing")
    return f"rule {code} (a value was missing)" if missing else f"rule {code}"


def why_heading(explanation: Mapping[str, Any]) -> str:
    """Return the heading for why a journey paid nothing, yet or at all, from the output of `explain --json`."""
    open_still = any(one["state"] == "pending" for one in explanation["rewards"])
    open_still = open_still or any(one["outcome"] == "review" for one in explanation["decisions"])
    if open_still or not explanation["decisions"]:
        return "Why nothing is paid yet, and what would change it"
    return "Why nothing was paid, and what would have"


def unmatched_words(explanation: Mapping[str, Any]) -> str:
    """Say whether an unattributed friend may still be matched, from the output of `explain --json`."""
    if (explanation.get("account") or {}).get("merged_into"):
        return "nobody, as long as this reference was a person of its own"
    return "nobody" if explanation["decisions"] else "not matched yet"


def not_repeated(explanation: Mapping[str, Any], name: str, lines: Iterable[str]) -> list[str]:
    """Leave out reasons already listed for the journey; `name` is that of the milestone or reward."""
    return [line for line in lines if f"{name}: {line}" not in explanation["why_not"]]


def counts_only(line: Mapping[str, Any]) -> str:
    """Add that a reward started by an approval would only be counted, if that is so."""
    return f"; it would only be counted, as {line['counts']}" if line["counts"] else ""


def friend_words(friend: Mapping[str, Any]) -> str:
    """Say what referring a friend earned: rewards by state, and why others are missing, from `explain --json`."""
    if not friend["decisions"]:
        return "no conversion yet"
    parts = [f"{one['reward']} {one['state']}" for one in friend["rewards"]]
    lacking = [one for one in friend["decisions"] if one["outcome"] in ("refused", "review")]
    if not parts and not lacking:
        lacking = friend["decisions"]
    parts += [
        f"{one['milestone']} {one['outcome']}"
        + (f" ({reason_words(one['reason'])})" if one["reason"] else "")
        for one in lacking
    ]
    return ", ".join(parts)


def account_words(explanation: Mapping[str, Any], name: Namer = short_name) -> list[str]:
    """Say whether an account was closed or merged, from the output of `explain --json`."""
    one = explanation.get("account") or {}
    sentences = []
    if one.get("merged_into"):
        sentences.append(
            f"merged into {name(one['merged_into'])} on {moment(one['merged_at'])}: one person since then, "
            "whose account continues there"
        )
    if one.get("merged_from"):
        sentences.append(
            f"also known as {', '.join(map(name, one['merged_from']))}, merged into this account"
        )
    if one.get("closed_at") is not None:
        reason = f" ({one['closed_reason']})" if one.get("closed_reason") else ""
        sentences.append(f"account closed on {moment(one['closed_at'])}{reason}")
    return sentences


def entry_sentence(entry: AuditEntry, program: Program | None, name: Namer = short_name) -> str:
    """Describe an audit entry, as a consequence of an event."""
    if entry.kind == "attributed":
        return f"{who(entry.friend, name)} was matched to {who(entry.referrer, name)} by {entry.method or 'link'}"
    if entry.kind in ("decided", "settled"):
        return _decision(entry)
    if entry.reward is not None:
        return reward_sentence(entry, program, name)
    if entry.kind == "program-changed":
        return "the program's new version is in force"
    what, no_effect, _ = entry.kind.partition("-without-effect")
    if entry.kind == "reversal-without-effect":
        return "the reversal changed no reward"
    return f"the {what} changed nothing" if no_effect else entry.kind.replace("-", " ")


_CHANGES: Final = complete(
    RewardState,
    {
        "pending": "{amount} promised to {person}",
        "waiting": "{amount} for {person} waits until the budget has room",
        "offered": "{amount} offered to {person}, who may choose what it is",
        "issued": "{amount} issued to {person}",
        "redeemed": "{amount} used by {person}",
        "expired": "{amount} not used by {person} in time",
        "forfeited": "{amount} not paid to {person}: {why}",
        "counted": "{amount} not paid to {person}: not on its turn",
        "capped": "{amount} not paid to {person}: over a cap",
        "unfunded": "{amount} not paid to {person}: no budget left",
        "voided": "{amount} for {person} cancelled: the conversion was reversed",
        "revoked": "{amount} clawed back from {person}",
    },
)


_FORFEITED: Final = complete(
    ForfeitReason,
    {
        "keep_if": "its condition did not hold",
        "keep_if:missing": "its condition lacked a value",
        "not-chosen": "nothing was chosen in time",
        "vetoed": "an operator stopped it",
    },
)
"""Why a reward was forfeited."""
_UNPAID: Final = complete(
    tuple(state for state in RewardState if state in NOT_ISSUED),
    {
        "counted": "{amount} for {person} counts toward a bonus and pays nothing itself",
        "capped": "{amount} for {person} finds no room in a cap, as things stand",
        "forfeited": "{amount} for {person} will not be kept, as things stand",
        "unfunded": "{amount} for {person} finds no budget left, as things stand",
        "waiting": "{amount} for {person} will wait for the budget, as things stand",
    },
)
"""What a pending reward that pays nothing will become, by its expected state."""


def reward_sentence(entry: AuditEntry, program: Program | None, name: Namer = short_name) -> str:
    """Describe a change of a reward's state: how much, for whom, and the new state."""
    amount = _money(entry.value_minor, program)
    person = recipient(entry, name)
    if entry.kind == "pending":
        due = f", due {figures.day(entry.due_at)}" if entry.due_at is not None else ""
        words = _UNPAID.get(entry.expected or "", _CHANGES["pending"])
        return words.format(amount=amount, person=person) + due
    change = _CHANGES.get(entry.kind, "{amount} {kind} {person}")
    why = _FORFEITED.get(entry.forfeited or "", "forfeited")
    return change.format(amount=amount, kind=entry.kind, person=person, why=why)


def recipient(entry: AuditEntry, name: Namer = short_name) -> str:
    """Return the name of a reward's recipient; a community has its own name."""
    if entry.recipient is None:
        return "someone"
    return entry.recipient if entry.role == "community" else name(entry.recipient)


def channel_words(channel: str | None) -> str:
    """Put a channel into words: `e-mail`, `community post`."""
    return _CHANNELS.get(channel or "", (channel or "an unknown channel").replace("_", " ").replace("-", " "))


def _decision(entry: AuditEntry) -> str:
    milestone = f"for {entry.milestone}" if entry.milestone else ""
    if entry.outcome == "qualified":
        return f"it qualified {milestone}".rstrip()
    if entry.outcome == "review":
        return f"it waits for a review {milestone}: {reason_words(entry.reason)}"
    verb = "was refused" if entry.outcome == "refused" else "does not count"
    return f"it {verb} {milestone}: {reason_words(entry.reason)}"


def _money(minor: int | None, program: Program | None) -> str:
    if program is None:
        return "a reward"
    return figures.money(minor, program.currency, program.digits)


def _amount(event: EventRow, program: Program | None) -> str:
    if event.amount_minor is None or program is None:
        return ""
    currency = event.currency or program.currency
    if currency not in DIGITS:
        return f" in {currency}"
    return f" for {figures.money(event.amount_minor, currency, DIGITS[currency])}"


def _with_code(event: EventRow) -> str:
    return f" with code {event.code}" if event.code else ""


def _identified(event: EventRow, person: str) -> str:
    way = "by single sign-on" if event.via == "sso" else "by their own input"
    kind = event.referrer_kind or "customer"
    return f"{person} was identified {way}, {'an' if kind == 'employee' else 'a'} {kind}"


def _shared(event: EventRow, person: str) -> str:
    reach = f", {event.reach:,} people saw it" if event.reach is not None and event.reach > 1 else ""
    return f"{person} shared by {channel_words(event.channel)}{reach}"


def _reviewed(event: EventRow, _person: str) -> str:
    verb = {"approve": "approved", "decline": "declined"}.get(event.verdict or "", "settled")
    return f"an operator {verb} a conversion in review"


def _closing(verb: str) -> Callable[[EventRow, str], str]:
    def said(event: EventRow, person: str) -> str:
        return f"{person}'s account was {verb}{': ' + event.reason if event.reason else ''}"

    return said


def _conversion(verb: str) -> Callable[[EventRow, str], str]:
    def said(event: EventRow, person: str) -> str:
        whose = "a conversion" if event.subject is None else f"{person}'s conversion"
        return f"{whose} {verb}{': ' + event.reason if event.reason else ''}"

    return said


_OTHER_TYPES: Final = tuple(kind for kind in EventType if kind not in CONVERSION_TYPES)
_SPECIAL: Final[dict[str, Callable[[EventRow, str], str]]] = complete(
    _OTHER_TYPES,
    {
        "customer.identified": _identified,
        "customer.closed": _closing("closed"),
        "customer.reopened": _closing("opened again"),
        "customer.merged": lambda _event, person: f"{person} is a person known by another reference",
        "link.created": lambda event, person: f"{person} got a referral link, code {event.code}",
        "session.authenticated": lambda _event, person: f"{person} signed in",
        "referral.shared": _shared,
        "friend.visited": lambda event, person: (
            f"{person} opened the link {event.code} from {channel_words(event.channel)}"
        ),
        "friend.claimed": lambda event, person: f"{person} claimed the offer{_with_code(event)}",
        "friend.opted_in": lambda _event, person: f"{person} agreed to marketing messages",
        "eligibility.confirmed": lambda event, person: (
            f"{person} {'is not' if event.eligible is False else 'is'} eligible"
        ),
        "conversion.reversed": _conversion("was reversed"),
        "conversion.reinstated": _conversion("stands again"),
        "conversion.adjusted": _conversion("was given a new amount"),
        "reward.chosen": lambda _event, person: f"{person} chose a reward",
        "reward.redeemed": lambda event, person: (
            "a reward was used" if event.subject is None else f"{person} used a reward"
        ),
        "reward.vetoed": lambda event, _person: f"an operator stopped a reward: {event.reason}",
        "review.decided": _reviewed,
        "program.changed": lambda _event, _person: "the program was changed",
        "person.erased": lambda event, person: f"{person} was erased: {event.reason}",
    },
)


def state_words(state: str, why: str) -> str:
    """Join a reward's state with the sentence that explains it: `capped; …`, but `issued on …` says it once."""
    rest = why.removeprefix(f"it was {state} ")
    return f"{state}; {why}" if rest == why else f"{state} {rest}"

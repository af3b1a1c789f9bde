"""Define the vocabulary of drills: the causes behind a customer's question, the answers, and stored cases.

Plain Python, importable everywhere: the simulator makes cases, the terminal shows them, reports count them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import IntEnum, StrEnum
from typing import Any, Final, Self

from simulator.domain.vocabulary import complete


class Cause(StrEnum):
    """What decided the reward that a customer asks about; the values are those of `drill --cause`."""

    NOT_SENT = "not-sent"
    LATE_FILE = "late-event"
    QUARANTINE = "quarantine"
    CONFLICT = "conflict"
    WINDOW = "window"
    MISTYPED = "mistyped-code"
    REFERRER_KIND = "referrer-kind"
    OTHER_LINK = "other-link"
    MERGED = "merged-account"
    NOT_FIRST = "not-first"
    NOT_ELIGIBLE = "not-eligible"
    SELF_REFERRAL = "self-referral"
    BELOW_MINIMUM = "below-minimum"
    IN_REVIEW = "in-review"
    IN_HOLD = "in-hold"
    COUNTED = "counted"
    CAPPED = "capped"
    BUDGET_ENDED = "budget"
    REVERSED = "reversed"
    CLAWED_BACK = "clawed-back"
    EXPIRED = "expired"
    PAID_ALREADY = "paid-already"


class Level(IntEnum):
    """How far a conversion gets: it arrives, is matched to a referrer, is decided, and earns a reward."""

    ARRIVAL = 0
    MATCH = 1
    DECISION = 2
    REWARD = 3


class CaseState(StrEnum):
    """The state of the matter: the answers to the first question."""

    NOT_RECEIVED = "not-received"
    QUARANTINED = "quarantined"
    UNMATCHED = "unmatched"
    OTHERS = "others"
    IGNORED = "ignored"
    REFUSED = "refused"
    REVIEW = "review"
    PENDING = "pending"
    COUNTED = "counted"
    CAPPED = "capped"
    UNFUNDED = "unfunded"
    VOIDED = "voided"
    REVOKED = "revoked"
    EXPIRED = "expired"
    ISSUED = "issued"


class Action(StrEnum):
    """What an agent does next: the answers to the last question."""

    WAIT = "wait"
    SEND_AGAIN = "send-again"
    ASK_REVIEW = "ask-review"
    EXPLAIN = "explain"


class Ask(StrEnum):
    """The four questions of a case, in their order."""

    STATE = "state"
    CAUSE = "cause"
    REMEDY = "remedy"
    ACTION = "action"


ASKED: Final = complete(
    Ask,
    {
        Ask.STATE: "What is the state?",
        Ask.CAUSE: "What decided it?",
        Ask.REMEDY: "What would have paid?",
        Ask.ACTION: "What do you do?",
    },
)
"""Each question as it is asked."""

LEVELS: Final[Mapping[str, Level]] = complete(
    Cause,
    {
        Cause.NOT_SENT: Level.ARRIVAL,
        Cause.LATE_FILE: Level.ARRIVAL,
        Cause.QUARANTINE: Level.ARRIVAL,
        Cause.CONFLICT: Level.ARRIVAL,
        Cause.WINDOW: Level.MATCH,
        Cause.MISTYPED: Level.MATCH,
        Cause.REFERRER_KIND: Level.MATCH,
        Cause.OTHER_LINK: Level.MATCH,
        Cause.MERGED: Level.MATCH,
        Cause.NOT_FIRST: Level.DECISION,
        Cause.NOT_ELIGIBLE: Level.DECISION,
        Cause.SELF_REFERRAL: Level.DECISION,
        Cause.BELOW_MINIMUM: Level.DECISION,
        Cause.IN_REVIEW: Level.DECISION,
        Cause.IN_HOLD: Level.REWARD,
        Cause.COUNTED: Level.REWARD,
        Cause.CAPPED: Level.REWARD,
        Cause.BUDGET_ENDED: Level.REWARD,
        Cause.REVERSED: Level.REWARD,
        Cause.CLAWED_BACK: Level.REWARD,
        Cause.EXPIRED: Level.REWARD,
        Cause.PAID_ALREADY: Level.REWARD,
    },
)
"""Where a conversion stops by each cause."""

STATES: Final[Mapping[str, CaseState]] = complete(
    Cause,
    {
        Cause.NOT_SENT: CaseState.NOT_RECEIVED,
        Cause.LATE_FILE: CaseState.NOT_RECEIVED,
        Cause.QUARANTINE: CaseState.QUARANTINED,
        Cause.CONFLICT: CaseState.QUARANTINED,
        Cause.WINDOW: CaseState.UNMATCHED,
        Cause.MISTYPED: CaseState.UNMATCHED,
        Cause.REFERRER_KIND: CaseState.UNMATCHED,
        Cause.OTHER_LINK: CaseState.OTHERS,
        Cause.MERGED: CaseState.OTHERS,
        Cause.NOT_FIRST: CaseState.IGNORED,
        Cause.NOT_ELIGIBLE: CaseState.REFUSED,
        Cause.SELF_REFERRAL: CaseState.REFUSED,
        Cause.BELOW_MINIMUM: CaseState.REFUSED,
        Cause.IN_REVIEW: CaseState.REVIEW,
        Cause.IN_HOLD: CaseState.PENDING,
        Cause.COUNTED: CaseState.COUNTED,
        Cause.CAPPED: CaseState.CAPPED,
        Cause.BUDGET_ENDED: CaseState.UNFUNDED,
        Cause.REVERSED: CaseState.VOIDED,
        Cause.CLAWED_BACK: CaseState.REVOKED,
        Cause.EXPIRED: CaseState.EXPIRED,
        Cause.PAID_ALREADY: CaseState.ISSUED,
    },
)
"""The state that each cause leads to."""

_SETTLED: Final[Mapping[str, Action]] = {str(cause): Action.EXPLAIN for cause in Cause}
ACTIONS: Final[Mapping[str, Action]] = complete(
    Cause,
    {
        **_SETTLED,
        Cause.NOT_SENT: Action.SEND_AGAIN,
        Cause.LATE_FILE: Action.WAIT,
        Cause.QUARANTINE: Action.SEND_AGAIN,
        Cause.CONFLICT: Action.SEND_AGAIN,
        Cause.IN_REVIEW: Action.ASK_REVIEW,
        Cause.IN_HOLD: Action.WAIT,
    },
)
"""What is done about each cause."""

CAUSE_WORDS: Final = complete(
    Cause,
    {
        Cause.NOT_SENT: "the conversion was never sent",
        Cause.LATE_FILE: "the conversion is in a file that has not come yet",
        Cause.QUARANTINE: "the message was malformed",
        Cause.CONFLICT: "the message reused the id of another one",
        Cause.WINDOW: "the click was outside the window",
        Cause.MISTYPED: "the code was mistyped",
        Cause.REFERRER_KIND: "the referrer is of a kind that may not refer",
        Cause.OTHER_LINK: "another referrer's link or code won",
        Cause.MERGED: "the friend's account was merged with another",
        Cause.NOT_FIRST: "it was not the friend's first",
        Cause.NOT_ELIGIBLE: "the friend is not eligible",
        Cause.SELF_REFERRAL: "friend and referrer share a contact or device",
        Cause.BELOW_MINIMUM: "the amount was below the minimum",
        Cause.IN_REVIEW: "it waits for an operator's review",
        Cause.IN_HOLD: "the cooling-off is not over",
        Cause.COUNTED: "only every n-th friend pays this reward",
        Cause.CAPPED: "a cap left no room",
        Cause.BUDGET_ENDED: "the budget was used up",
        Cause.REVERSED: "the conversion was reversed during the cooling-off",
        Cause.CLAWED_BACK: "the conversion was reversed after the reward was issued",
        Cause.EXPIRED: "the reward was not used in time",
        Cause.PAID_ALREADY: "nothing is wrong: the reward is there to be used",
    },
)
"""Each cause in words: the answers to the second question."""

STATE_WORDS: Final = complete(
    CaseState,
    {
        CaseState.NOT_RECEIVED: "the conversion has not arrived",
        CaseState.QUARANTINED: "the conversion's message is in quarantine",
        CaseState.UNMATCHED: "the conversion is matched to nobody",
        CaseState.OTHERS: "the conversion counts for another referrer",
        CaseState.IGNORED: "the conversion is ignored",
        CaseState.REFUSED: "the conversion is refused",
        CaseState.REVIEW: "the conversion is in review",
        CaseState.PENDING: "the reward is pending",
        CaseState.COUNTED: "the reward line counted toward the bonus, and paid nothing",
        CaseState.CAPPED: "the reward is capped",
        CaseState.UNFUNDED: "the reward is unfunded",
        CaseState.VOIDED: "the reward is voided",
        CaseState.REVOKED: "the reward is revoked",
        CaseState.EXPIRED: "the reward has expired",
        CaseState.ISSUED: "the reward is issued",
    },
)
"""Each state in words."""


@dataclass(frozen=True)
class Option:
    """A possible answer, and the fact that shows it to be right or wrong."""

    text: str
    right: bool
    fact: str


@dataclass(frozen=True)
class Question:
    """One of the four questions of a case, with its answers; exactly one of them is right."""

    ask: Ask
    options: tuple[Option, ...]

    @property
    def right(self) -> int:
        """The place of the right answer, from 0."""
        return next(place for place, option in enumerate(self.options) if option.right)


@dataclass(frozen=True, kw_only=True)
class Case:
    """A customer's message, what an agent may look at, and the questions.

    `now` is when the customer writes (milliseconds UTC). `search`, `rewards`, `program` and `data` are lines to read,
    `journey` is what `explain` says about the friend, without its conclusions, and `account` is those conclusions.
    `currency` and `digits` are those of the amounts in `journey`.
    """

    id: str
    cause: Cause
    now: int
    brand: str
    currency: str
    digits: int
    writer: str
    friend: str
    message: str
    search: tuple[str, ...]
    journey: Mapping[str, Any]
    rewards: tuple[str, ...]
    program: tuple[str, ...]
    data: tuple[str, ...]
    questions: tuple[Question, ...]
    account: tuple[str, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        """Return the case as an object to store."""
        return asdict(self)

    @classmethod
    def of_json(cls, stored: Mapping[str, Any]) -> Self:
        """Return the case that an object describes.

        Raises:
            KeyError, TypeError, ValueError: the object does not describe a case.

        """
        questions = tuple(
            Question(Ask(one["ask"]), tuple(Option(**option) for option in one["options"]))
            for one in stored["questions"]
        )
        lines = {name: tuple(stored[name]) for name in ("search", "rewards", "program", "data", "account")}
        return cls(**{**stored, **lines, "cause": Cause(stored["cause"]), "questions": questions})

"""Define each number once, for everything that shows it: its formula, numerator and denominator.

`docs/dashboard.md` lists the same formulas; a test holds them together. No database, no clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from simulator.domain.vocabulary import CONVERSION_TYPES, Receipt, RewardState, Stage, complete, values

WITHOUT_EFFECT = "reversal.without_effect"
"""The metric that counts reversals without effect by reason (`ReversalReason`): each once, by its current reason."""

Rollup = Mapping[str, tuple[int, int]]
"""By metric: a count, and a value in minor units or milliseconds."""

Unit = Literal["share", "ratio", "money", "duration"]

RECEIPTS = values(Receipt)
STAGES = values(Stage)
BOARD_PLACES = 200
"""The places on a leaderboard."""
LAST_GENERATION = 30
"""The generations up to this one are counted separately; it includes all later ones."""
STAGE_MEANING = {str(stage): stage.meaning for stage in Stage}


@dataclass(frozen=True, slots=True)
class Term:
    """One side of a number: its name, and the metrics whose counts and values add up to it.

    The values of `less` are subtracted.
    """

    words: str
    counts: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    less: tuple[str, ...] = ()

    def of(self, rollup: Rollup) -> int:
        """Return the sum over a rollup."""
        counts = sum(rollup.get(metric, (0, 0))[0] for metric in self.counts)
        values = sum(rollup.get(metric, (0, 0))[1] for metric in self.values)
        return counts + values - sum(rollup.get(metric, (0, 0))[1] for metric in self.less)

    def lines(self, rollup: Rollup) -> int:
        """Return the number of rewards that its values are of."""
        more = sum(rollup.get(metric, (0, 0))[0] for metric in self.values)
        return more - sum(rollup.get(metric, (0, 0))[0] for metric in self.less)

    @property
    def metrics(self) -> tuple[str, ...]:
        """All metrics that it reads."""
        return (*self.counts, *self.values, *self.less)


@dataclass(frozen=True, slots=True)
class Definition:
    """The definition of a number. Over time it is a `flow` (per span of time) or a level (as it stood)."""

    key: str
    title: str
    unit: Unit
    over: Term
    under: Term | None
    meaning: str
    flow: str = ""
    """What the chart of a flow shows; empty for a level."""
    parts: tuple[str, ...] = ()
    """The keys of the numbers that add up to the numerator, if each is worth showing."""

    @property
    def formula(self) -> str:
        """The formula in words."""
        return self.over.words if self.under is None else f"{self.over.words} ÷ {self.under.words}"


_ENDS = complete(
    RewardState,
    {
        "pending": "open",
        "waiting": "open",
        "offered": "open",
        "issued": "paid",
        "redeemed": "paid",
        "expired": "paid",
        "forfeited": "not paid",
        "counted": "not paid",
        "capped": "not paid",
        "unfunded": "not paid",
        "voided": "taken back before it fell due",
        "revoked": "paid",
    },
)
PAID = tuple(state for state, end in _ENDS.items() if end == "paid")
"""The states of a reward that was issued, clawed back since or not."""
NOT_PAID = tuple(state for state, end in _ENDS.items() if end == "not paid")
"""The states of a reward that fell due and was not issued."""
NOT_ISSUED = (*NOT_PAID, "waiting")
"""The states that a reward that falls due can get instead of being issued."""
GIVEN = tuple(f"reward.{state}" for state in PAID if state != "revoked")
"""The metrics of rewards that were issued and not taken back, redeemed and expired ones too."""
PENDING = Term(
    "rewards not yet due or offered, less those that would pay nothing",
    values=("reward.pending", "reward.offered"),
    less=tuple(f"pending.{state}" for state in NOT_ISSUED),
)
"""Pending: the money that would be issued if nothing else happened."""
_LINKED = Term("referrers with a link", ("referrer.linked",))
_SHARED = Term("referrers who shared", ("referrer.sharing",))
_QUALIFIED = Term("qualified friends", ("stage.qualified",))
_ATTRIBUTED = Term("friends attributed", ("attribution.link", "attribution.code"))
_CONVERSIONS = tuple(f"event.{name}" for name in CONVERSION_TYPES)

DEFINITIONS: dict[str, Definition] = {
    one.key: one
    for one in (
        Definition(
            "participation",
            "Participation",
            "share",
            _SHARED,
            _LINKED,
            "How many of those who could share did.",
        ),
        Definition(
            "k",
            "K factor",
            "ratio",
            _QUALIFIED,
            _LINKED,
            "New customers that one referrer brings. Above 1 the program grows by itself.",
        ),
        Definition(
            "cost",
            "Cost per customer",
            "money",
            Term(
                "rewards issued and pending",
                values=(*GIVEN, *PENDING.values),
                less=PENDING.less,
            ),
            _QUALIFIED,
            "What one new customer costs in rewards: what was issued, and what is pending for the same friends. So "
            "paying later does not make anybody cheaper.",
            parts=("issued", "pending"),
        ),
        Definition(
            "issued",
            "Issued",
            "money",
            Term("rewards issued, redeemed and expired ones too, without those clawed back", values=GIVEN),
            None,
            "Money given out to referrers and friends, and not taken back.",
            "what was issued in each",
        ),
        Definition(
            "pending",
            "Pending",
            "money",
            PENDING,
            None,
            "What the pending rewards would be issued for if nothing else happened: each held against its number, "
            "its caps and the budget. Lines that only count toward a bonus, or find no room, are not part of it; "
            "those that were offered, until somebody chooses, are.",
        ),
        Definition(
            "clawed",
            "Clawed back",
            "money",
            Term("rewards revoked after they were issued", values=("reward.revoked",)),
            None,
            "Money that was taken back because the conversion was reversed in time.",
            "what was clawed back in each",
        ),
        Definition(
            "time",
            "Time to reward",
            "duration",
            Term("time from conversion to issue, summed", values=("time_to_reward",)),
            Term("how many rewards were issued, clawed back ones too", ("time_to_reward",)),
            "How long a person waits for the reward, on average, from the moment of the conversion.",
            "the mean of what was issued in each",
        ),
        Definition(
            "spent",
            "Spent",
            "money",
            Term("rewards issued or offered, without those clawed back", values=(*GIVEN, "reward.offered")),
            None,
            "What the budget counts: a reward that was clawed back, or that nobody chose in time, gives its room back. "
            "With returns = false what was clawed back counts too.",
            "what was issued in each",
        ),
        Definition(
            "friends",
            "Friends per sharer",
            "ratio",
            _ATTRIBUTED,
            _SHARED,
            "Friends that one referrer who shares brings, whether or not they buy.",
        ),
        Definition(
            "reach",
            "Reach per share",
            "ratio",
            Term("people reached by shares", values=("event.referral.shared",)),
            Term("shares", ("event.referral.shared",)),
            "How many people see one share: 1 for a message, more for a post in a community.",
        ),
        Definition(
            "code",
            "Attributed by code",
            "share",
            Term("friends attributed by a typed code", ("attribution.code",)),
            _ATTRIBUTED,
            "How many friends typed a code rather than come by a link.",
        ),
        Definition(
            "approval",
            "Approval rate",
            "share",
            Term("qualified decisions", ("decision.qualified",)),
            Term(
                "decisions qualified, refused or in review",
                ("decision.qualified", "decision.refused", "decision.review"),
            ),
            "How many of the conversions that count pass the rules. One that counts for two milestones is two.",
        ),
        Definition(
            "reversed",
            "Reversal rate",
            "share",
            Term("reversals received", ("event.conversion.reversed",)),
            Term("conversions received", _CONVERSIONS),
            "How many conversions are cancelled, refunded or lapse, of all that the client reports.",
        ),
        Definition(
            "clawback",
            "Clawback rate",
            "share",
            Term("money clawed back", values=("reward.revoked",)),
            Term("rewards issued, clawed back ones too", values=(*GIVEN, "reward.revoked")),
            "How much of the money that was given out was taken back.",
        ),
        Definition(
            "late",
            "Issued too early",
            "money",
            Term(
                "rewards issued before a reversal arrived that had happened by then",
                values=("late_reversal.clawed", "late_reversal.lost"),
            ),
            None,
            "What late reversals cost, before clawbacks: had they come in time, these rewards would have been voided.",
            "what such reversals brought to light in each",
        ),
        Definition(
            "lost",
            "Lost to lateness",
            "money",
            Term("issued too early, and not clawed back", values=("late_reversal.lost",)),
            None,
            "What late reversals cost for good: there is no clawback, or its time was over.",
            "what such reversals brought to light in each",
        ),
        Definition(
            "refused",
            "Refused messages",
            "share",
            Term("messages in quarantine", ("receipt.conflict", "receipt.malformed")),
            Term("messages received", tuple(f"receipt.{kind}" for kind in RECEIPTS)),
            "How many messages were not accepted, each with a reason in quarantine. A duplicate is not one of them.",
        ),
    )
}
"""Every number, by key. Every number on a screen is one of these or of `FORMULAS`."""

HEADLINES = ("participation", "k", "cost", "issued", "pending", "clawed", "time")
"""The numbers on the first screen, in order."""

FORMULAS: dict[str, str] = {
    "reached": "the larger of the sum of reach over all shares, and visited",
    "step rate": "a stage ÷ the stage before",
    "held back": "the money of the lines that refused and declined decisions would have made; of an "
    "every-n-th reward, one n-th",
    "in review": "the same of decisions that wait for an operator",
    "left in the budget": "the budget of the program in force less what is spent, and never below nothing",
    "spent a day": "what was spent in the last 28 days, or since the first event ÷ those days",
    "runs out": "now + left in the budget ÷ spent a day; after the program's end: what is left then",
    "lateness": "from the occurrence to the receipt, never below nothing; median, 95 % and worst of an event type",
    "generation": "1 for a friend whose referrer nobody had brought by then, else the referrer's + 1",
}
"""Formulas, in words, of numbers in lists and of numbers that are not made of sums alone."""

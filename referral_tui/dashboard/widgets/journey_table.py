"""The table of journeys: a row for each friend, how far they came, and what became of their rewards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from db.read.journeys import Journey
from referral_tui import figures
from referral_tui.dashboard.topic import Topic
from referral_tui.dashboard.widgets.columns import Column
from referral_tui.dashboard.widgets.table import Table
from referral_tui.words import REWARD_SYMBOLS, UNPAID_SYMBOL, channel_words, reason_words
from simulator.domain.pending import UNPAID
from simulator.domain.vocabulary import FRIEND_TYPES, Outcome, RewardState, Stage, complete

if TYPE_CHECKING:
    from db.read.queries import Program

Drawn = tuple[str, str]
_DONE: Final = complete(
    FRIEND_TYPES,
    {
        "friend.visited": "visited",
        "friend.claimed": "claimed",
        "friend.opted_in": "agreed to mail",
        "eligibility.confirmed": "eligibility",
        "purchase.completed": "purchase",
        "purchase.paid": "purchase paid",
        "account.activated": "account opened",
        "policy.started": "policy started",
        "service.activated": "service active",
        "bill.paid": "bill paid",
        "milestone.reached": "milestone",
        "conversion.reversed": "reversed",
        "conversion.reinstated": "stands again",
        "conversion.adjusted": "new amount",
    },
)
"""What a friend's newest event is called in a column of 14 cells."""
STAGE_SIGNS: Final = complete(
    tuple(stage for stage in Stage if stage is not Stage.REACHED),
    {
        "visited": ("▁", "quiet"),
        "claimed": ("▂", "plain"),
        "eligible": ("▃", "plain"),
        "converted": ("▄", "plain"),
        "qualified": ("▆", "good"),
        "rewarded": ("█", "good"),
    },
)
OUTCOMES: Final = complete(
    tuple(one for one in Outcome if one is not Outcome.QUALIFIED),
    {
        "refused": ("✕ refused", "bad"),
        "review": ("? in review", "warn"),
        "ignored": ("· no count", "quiet"),
    },
)
MERGED: Final = "⇒ merged"
"""The stage of a reference that was merged into another."""
_INKS: Final = complete(
    RewardState,
    {
        "issued": "good",
        "redeemed": "good",
        "offered": "plain",
        "pending": "plain",
        "waiting": "plain",
        "expired": "quiet",
        "forfeited": "warn",
        "capped": "warn",
        "unfunded": "warn",
        "counted": "quiet",
        "revoked": "bad",
        "voided": "bad",
    },
)
_SYMBOLS: Final = REWARD_SYMBOLS | {UNPAID: UNPAID_SYMBOL}
_FIRST: Final = tuple(
    one for state in _INKS for one in ((UNPAID, state) if state == RewardState.COUNTED else (state,))
)
"""What is shown of a journey with rewards in several states: the first of these."""
_TOPIC: Final = Topic(
    "Journeys",
    "A row for each friend: anybody who visited through a link, claimed, or converted. Enter shows the whole "
    "journey, and why it was paid or not.",
)
NOBODY: Final = "No friend has visited, claimed or converted yet. Journeys appear here as they begin."


class JourneyTable(Table[Journey]):
    """A row for each friend."""

    def __init__(self) -> None:
        self._program: Program | None = None
        super().__init__(
            "Journeys",
            _TOPIC,
            NOBODY,
            [
                Column[Journey](
                    "at",
                    "last",
                    12,
                    _last,
                    weight=6,
                    sorts=(True,),
                    says="When the friend's newest event was received; "
                    "the table is sorted by it unless you choose another column.",
                ),
                Column[Journey]("friend", "friend", 17, self._friend, grow=2, most=26, weight=9),
                Column[Journey]("referrer", "referred by", 17, self._referrer, grow=2, most=26, weight=8),
                Column[Journey](
                    "channel", "channel", 14, _channel, weight=4, says="Where the link was opened."
                ),
                Column[Journey](
                    "stage",
                    "stage",
                    11,
                    _stage,
                    weight=7,
                    says="The furthest stage of the funnel, from ▁ visited to █ rewarded, or what the decision was: "
                    "✕ refused, ? in review, · no count: it does not count. "
                    f"{MERGED}: a reference that became the one after ⇒, whose row goes on.",
                ),
                Column[Journey]("event", "last event", 14, _event, weight=3),
                Column[Journey](
                    "reward",
                    "reward",
                    10,
                    self._reward,
                    right=True,
                    weight=5,
                    says="The sum of the journey's reward lines, whoever they are for, in the furthest state reached: "
                    + ", ".join(f"{_SYMBOLS[state]} {state}" for state in _FIRST)
                    + f"; {UNPAID_SYMBOL} {UNPAID} lines are pending, and would pay nothing.",
                ),
                Column[Journey]("code", "code", 11, _code, weight=2),
                Column[Journey](
                    "matched",
                    "matched",
                    12,
                    _matched,
                    weight=2,
                    sorts=(True, False),
                    says="When the friend was matched to the referrer, once in a program.",
                ),
                Column[Journey]("all", "all rewards", 24, self._all_rewards, grow=1, most=44, weight=1),
                Column[Journey](
                    "why",
                    "why not",
                    26,
                    self._why,
                    grow=2,
                    most=48,
                    weight=1,
                    says="The reason of the decision.",
                ),
            ],
            lambda row: row.friend,
            id="journeys",
        )

    def use(self, program: Program | None) -> None:
        """Format money as this program does."""
        if program != self._program:
            self._program = program
            self.redraw()

    def _money(self, minor: int, width: int | None = None) -> str:
        now = self._program
        return figures.NOTHING if now is None else figures.money(minor, now.currency, now.digits, width)

    def _friend(self, row: Journey, _cells: int) -> Drawn:
        return self.names(row.friend), "strong"

    def _referrer(self, row: Journey, _cells: int) -> Drawn:
        if row.merged_into is not None:
            return f"⇒ {self.names(row.merged_into)}", "quiet"
        if row.referrer is None:
            return ("not matched yet" if row.outcome is None else "nobody"), "quiet"
        return self.names(row.referrer), "plain"

    def _why(self, row: Journey, _cells: int) -> Drawn:
        if row.merged_into is not None:
            return f"merged into {self.names(row.merged_into)}", "quiet"
        return reason_words(row.reason), "quiet"

    def _reward(self, row: Journey, cells: int) -> Drawn:
        for state in _FIRST:
            for one, _count, minor in row.rewards:
                if one == state:
                    return f"{_SYMBOLS[state]} {self._money(minor, cells - 2)}", _INKS.get(state, "quiet")
        return figures.NOTHING, "quiet"

    def _all_rewards(self, row: Journey, _cells: int) -> Drawn:
        states = {state: (count, minor) for state, count, minor in row.rewards}
        parts = [f"{_SYMBOLS[one]} {self._money(states[one][1], 8)}" for one in _FIRST if one in states]
        return " ".join(parts) or figures.NOTHING, "quiet"


def _last(row: Journey, _cells: int) -> Drawn:
    return _moment(row.at), "quiet"


def _matched(row: Journey, _cells: int) -> Drawn:
    return (figures.NOTHING if row.attributed_at is None else _moment(row.attributed_at)), "quiet"


def _moment(at: int) -> str:
    return f"{figures.day(at)} {figures.time_of_day(at)}"


def _channel(row: Journey, _cells: int) -> Drawn:
    return (channel_words(row.channel) if row.channel else figures.NOTHING), "plain"


def _code(row: Journey, _cells: int) -> Drawn:
    return row.code or figures.NOTHING, "quiet"


def _event(row: Journey, _cells: int) -> Drawn:
    return _DONE.get(row.event, row.event), "plain"


def _stage(row: Journey, _cells: int) -> Drawn:
    if row.merged_into is not None:
        return MERGED, "quiet"
    if row.outcome in OUTCOMES:
        return OUTCOMES[row.outcome]
    if row.stage is None:
        return figures.NOTHING, "quiet"
    sign, ink = STAGE_SIGNS[row.stage]
    return f"{sign} {row.stage}", ink

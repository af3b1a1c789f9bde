"""The columns of the journeys' table: what each shows of a row, and in which colour."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from db.read.journeys import Journey
from db.read.pending import UNPAID
from referral_tui import figures
from referral_tui.dashboard.widgets.columns import Column
from referral_tui.names import Names
from referral_tui.words import REWARD_SYMBOLS, UNPAID_SYMBOL, channel_words, reason_words
from simulator.domain.vocabulary import Outcome, Stage, complete

if TYPE_CHECKING:
    from db.read.queries import Program

Drawn = tuple[str, str]
_DONE: Final = {
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
}
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
_INKS: Final = {
    "issued": "good",
    "pending": "plain",
    "capped": "warn",
    "unfunded": "warn",
    "revoked": "bad",
    "voided": "bad",
}
_SYMBOLS: Final = REWARD_SYMBOLS | {UNPAID: UNPAID_SYMBOL}
_FIRST: Final = ("issued", "pending", "capped", "unfunded", UNPAID, "counted", "revoked", "voided")


def columns(names: Callable[[], Names], program: Callable[[], Program | None]) -> list[Column[Journey]]:
    """Make the columns; people are called by `names`, money is of `program`."""

    def money(minor: int, width: int | None = None) -> str:
        now = program()
        return figures.NOTHING if now is None else figures.money(minor, now.currency, now.digits, width)

    def friend(row: Journey, _cells: int) -> Drawn:
        return names()(row.friend), "strong"

    def referrer(row: Journey, _cells: int) -> Drawn:
        if row.referrer is None:
            return ("not matched yet" if row.outcome is None else "nobody"), "quiet"
        return names()(row.referrer), "plain"

    def reward(row: Journey, cells: int) -> Drawn:
        for state in _FIRST:
            for one, _count, minor in row.rewards:
                if one == state:
                    return f"{_SYMBOLS[state]} {money(minor, cells - 2)}", _INKS.get(state, "quiet")
        return figures.NOTHING, "quiet"

    def all_rewards(row: Journey, _cells: int) -> Drawn:
        states = {state: (count, minor) for state, count, minor in row.rewards}
        parts = [f"{_SYMBOLS[one]} {money(states[one][1], 8)}" for one in _FIRST if one in states]
        return " ".join(parts) or figures.NOTHING, "quiet"

    return [
        Column(
            "at",
            "last",
            12,
            _last,
            weight=6,
            sorts=(True,),
            says="When the friend's newest event was received; the table is sorted by it unless told otherwise.",
        ),
        Column("friend", "friend", 17, friend, grow=2, most=26, weight=9),
        Column("referrer", "referred by", 17, referrer, grow=2, most=26, weight=8),
        Column("channel", "channel", 14, _channel, weight=4, says="Where the link was opened."),
        Column(
            "stage",
            "stage",
            11,
            _stage,
            weight=7,
            says="The furthest stage of the funnel, from ▁ visited to █ rewarded, or what the decision was: "
            "✕ refused, ? in review, · no count: it does not count.",
        ),
        Column("event", "last event", 14, _event, weight=3),
        Column(
            "reward",
            "reward",
            10,
            reward,
            right=True,
            weight=5,
            says="The sum of the journey's reward lines, for whomever they are, in the furthest state there is: "
            + ", ".join(f"{_SYMBOLS[state]} {state}" for state in _FIRST)
            + f"; {UNPAID_SYMBOL} {UNPAID} lines are pending, and would be counted, capped or unfunded.",
        ),
        Column("code", "code", 11, _code, weight=2),
        Column(
            "matched",
            "matched",
            12,
            _matched,
            weight=2,
            sorts=(True, False),
            says="When the friend was matched to the referrer, once in a program.",
        ),
        Column("all", "all rewards", 24, all_rewards, grow=1, most=44, weight=1),
        Column("why", "why not", 26, _why, grow=2, most=48, weight=1, says="The reason of the decision."),
    ]


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


def _why(row: Journey, _cells: int) -> Drawn:
    return reason_words(row.reason), "quiet"


def _stage(row: Journey, _cells: int) -> Drawn:
    if row.outcome in OUTCOMES:
        return OUTCOMES[row.outcome]
    if row.stage is None:
        return figures.NOTHING, "quiet"
    sign, ink = STAGE_SIGNS[row.stage]
    return f"{sign} {row.stage}", ink

"""Try what would have paid: edit the log as an answer says, judge it again, and check whether it qualifies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from simulator.domain.drills import Cause
from simulator.drills.facts import Facts
from simulator.drills.practice import Practice
from simulator.explain.context import Change, DecisionContext, load_context
from simulator.explain.edits import Edit

TESTABLE: Final = (
    Cause.WINDOW,
    Cause.MISTYPED,
    Cause.OTHER_LINK,
    Cause.NOT_ELIGIBLE,
    Cause.SELF_REFERRAL,
    Cause.BELOW_MINIMUM,
    Cause.IN_REVIEW,
)
"""The causes whose remedy is an edit of the friend's own events."""
# minor units: above each design's minimum, below what is looked at as unusually large
_ENOUGH: Final = 15_000


class Proof:
    """The decision of a question, on which remedies can be tried."""

    def __init__(self, world: Practice, facts: Facts) -> None:
        """Load what the decision was made from, if there is one on the friend's own attribution."""
        self._facts = facts
        row = facts.journey.decision
        self._context: DecisionContext | None = None
        if row is not None and not facts.journey.shared:
            self._context = load_context(world.source, row, facts.journey.attribution)

    def qualifies(self, remedy: Cause) -> bool | None:
        """Return whether the conversion qualifies for the referrer once the remedy of a cause is applied.

        None if that can't be tried, or if it already qualifies.
        """
        if self._context is None or remedy not in TESTABLE:
            return None
        if self._context.row.outcome == "qualified" and remedy is not Cause.OTHER_LINK:
            return None
        edits = tuple(self._edits(self._context, remedy))
        if not edits:
            return False  # there is nothing to mend: the log stays as it is
        return self._context.works(Change("", edits=edits))

    def _edits(self, context: DecisionContext, remedy: Cause) -> Iterator[Edit]:
        """Yield the edits that make up a remedy; none if there is nothing to fix."""
        if remedy in (Cause.WINDOW, Cause.OTHER_LINK):
            return self._visit_just_before(context)
        edits = {
            Cause.MISTYPED: self._own_code,
            Cause.NOT_ELIGIBLE: _eligible,
            Cause.SELF_REFERRAL: _own_things,
            Cause.BELOW_MINIMUM: self._larger_amount,
            Cause.IN_REVIEW: _approval,
        }
        return edits[remedy](context)

    def _own_code(self, context: DecisionContext) -> Iterator[Edit]:
        for event in context.own("friend.claimed", context.event["type"]):
            if event["code"] is not None and event["code"] != self._facts.code:
                yield {"seq": event["seq"], "set": {"code": self._facts.code}}

    def _larger_amount(self, context: DecisionContext) -> Iterator[Edit]:
        if (context.event.get("amount_minor") or 0) < self._enough:
            yield {"seq": context.event["seq"], "set": {"amount_minor": self._enough}}

    @property
    def _enough(self) -> int:
        return _ENOUGH if self._facts.journey.record.currency != "SEK" else _ENOUGH * 4

    def _visit_just_before(self, context: DecisionContext) -> Iterator[Edit]:
        """Yield the edit that moves the referrer's own visit to just before the event that matches the friend."""
        own = [one for one in self._facts.journey.visits if one.owner == self._facts.owner]
        matched = context.matched or context.own("friend.claimed", context.event["type"])[0]
        if context.attribution is not None and context.attribution.method == "code":
            yield {"seq": matched["seq"], "set": {"code": self._facts.code}}
        elif own and (own[-1].seq < matched["seq"]):
            yield {"seq": own[-1].seq, "set": {"occurred_at": matched["occurred_at"]}}


def _eligible(context: DecisionContext) -> Iterator[Edit]:
    for event in context.own("eligibility.confirmed"):
        if event["eligible"] is False:
            yield {"seq": event["seq"], "set": {"eligible": True}}


def _own_things(context: DecisionContext) -> Iterator[Edit]:
    for event in context.own("friend.claimed", "friend.visited", "customer.identified"):
        named = [name for name in ("contact_ref", "device_ref") if event.get(name) is not None]
        if named:
            yield {"seq": event["seq"], "set": {name: f"own-{name[:6]}-of-the-friend" for name in named}}


def _approval(context: DecisionContext) -> Iterator[Edit]:
    if context.row.outcome != "review":
        return
    newest = int(context.around.events["received_at"][-1])
    verdict = {
        "type": "review.decided",
        "source": "platform",
        "id": "drill-verdict",
        "by": "operator-1",
        "decision_source": context.event["source"],
        "decision_id": context.event["id"],
        "decision_milestone": context.row.milestone,
        "verdict": "approve",
    }
    yield {"at": newest, "add": verdict}

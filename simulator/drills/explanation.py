"""Ask `explain` about a question: its conclusions, in its own words, and the cause that these words name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from simulator.domain.drills import Cause
from simulator.drills.causes import RULES
from simulator.drills.facts import Facts
from simulator.drills.naming import Namer
from simulator.drills.practice import Practice
from simulator.drills.refuting import Refuter
from simulator.explain.journey import explain_friend
from simulator.explain.source import Fields

_BY_STATE: Final = {
    "pending": Cause.IN_HOLD,
    "counted": Cause.COUNTED,
    "capped": Cause.CAPPED,
    "unfunded": Cause.BUDGET_ENDED,
    "voided": Cause.REVERSED,
    "revoked": Cause.CLAWED_BACK,
    "expired": Cause.EXPIRED,
    "issued": Cause.PAID_ALREADY,
}


@dataclass(frozen=True)
class FriendExplanation:
    """What `explain` says about the friend (`told`), and people's names."""

    facts: Facts
    told: Fields
    refuter: Refuter

    @classmethod
    def of(cls, world: Practice, facts: Facts, name: Namer) -> FriendExplanation:
        """Explain the friend's journey; for a merged account, that of the person it belongs to."""
        journey = facts.journey
        number = journey.friend
        if journey.decision is not None and journey.merged_at is not None:
            number = journey.decision.friend
        ref = journey.record.subject
        explanation = explain_friend(
            world.source, number, journey.event["seq"] if journey.event is not None else None
        )
        whole = {"kind": "friend", "ref": ref, "name": name(ref), "referrer": None, **explanation}
        return cls(facts, whole, Refuter(facts, world.design.program, name))

    @property
    def shown(self) -> Fields:
        """The journey to look at, without the conclusions."""
        decisions = [
            one | {"why_not": [], "no_line": [], "if_approved": [], "changes": []}
            for one in self.told["decisions"]
        ]
        return self.told | {"why_not": [], "decisions": decisions, "rewards": [], "amended": []}

    @property
    def cause(self) -> Cause | None:
        """The cause that the explanation names; None if it names none, or the journey never began."""
        decision, reward = self._decision, self._reward
        if decision is None:
            return None
        if decision["reason"] == "unattributed":
            return self._unmatched(" ".join(decision["why_not"]))
        if decision["outcome"] == "qualified":
            return self._of_another() if reward is None else _BY_STATE.get(reward["state"])
        by_outcome = {"ignored": Cause.NOT_FIRST, "review": Cause.IN_REVIEW}
        return by_outcome.get(decision["outcome"]) or RULES.get(decision["reason"])

    def _unmatched(self, why: str) -> Cause | None:
        if "no link had this code" in why:
            return Cause.MISTYPED
        if "may not refer" in why:
            return Cause.REFERRER_KIND
        return Cause.WINDOW if "older than the window" in why else None

    def _of_another(self) -> Cause | None:
        row = self.facts.journey.attribution
        if row is not None and row.ended_at is not None:
            return Cause.MERGED
        lost = [one for one in self.told["touches"] if one["referrer"] == self.facts.owner and not one["won"]]
        won = any(
            one["why"] in ("a later visit won", "a code that was typed goes before any visit") for one in lost
        )
        return Cause.OTHER_LINK if won else None

    @property
    def _decision(self) -> Fields | None:
        event = self.facts.journey.event
        if event is None:
            return None
        return next((one for one in self.told["decisions"] if one["seq"] == event["seq"]), None)

    @property
    def _reward(self) -> Fields | None:
        line = self.facts.line
        if line is None:
            return None
        return next((one for one in self.told["rewards"] if one["id"] == line.id), None)

    @property
    def would_have_been_paid(self) -> bool:
        """Whether a single change is known that would have got the reward issued."""
        reward = self._reward
        return reward is not None and any(one["makes"] == "issued" for one in reward["changes"])

    @property
    def would_have_qualified(self) -> bool:
        """Whether a single change is known that would have made the conversion qualify."""
        decision = self._decision
        return decision is not None and bool(decision["changes"])

    def lines(self, cause: Cause) -> tuple[str, ...]:
        """Return the conclusions, with a capital letter and without a full stop."""
        return tuple(dict.fromkeys(one[:1].upper() + one[1:].removesuffix(".") for one in self._lines(cause)))

    def _lines(self, cause: Cause) -> Iterator[str]:
        decision, reward = self._decision, self._reward
        if reward is not None:
            yield f"reward {reward['id']}, {reward['reward']}, is {reward['state']}: {reward['why']}"
            yield from reward["why_not"]
        elif cause in (Cause.OTHER_LINK, Cause.MERGED) or decision is None:
            yield self.refuter.stopped
            for one in self.told["touches"]:
                if cause is Cause.OTHER_LINK and one["referrer"] == self.facts.owner:
                    yield f"the visit through {one['code']}: {one['why']}"
        else:
            failed = [rule for rule in decision["rules"] if rule["result"] != "pass"]
            yield from (f"the rule {rule['code']} did not pass: {rule['because']}" for rule in failed)
            yield from decision["why_not"]
            yield self.refuter.stopped

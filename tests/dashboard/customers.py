"""Made-up cases of drills, and a supply that hands them out: the screen's tests need no simulator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from simulator.domain.drills import (
    ACTIONS,
    CAUSE_WORDS,
    STATE_WORDS,
    STATES,
    Ask,
    Case,
    CaseState,
    Cause,
    Option,
    Question,
)

START = 1_774_137_600_000  # 22 March 2026
_OTHERS = (Cause.BUDGET_ENDED, Cause.IN_HOLD, Cause.REVERSED)


def case_of(cause: Cause, number: int = 1) -> Case:
    """A case of a cause, with the right answer third in each question."""
    states = [one for one in CaseState if one is not STATES[cause]][:3]
    causes = [one for one in _OTHERS if one is not cause][:3] or list(_OTHERS)
    texts = {
        Ask.STATE: [STATE_WORDS[one] for one in states],
        Ask.CAUSE: [CAUSE_WORDS[one] for one in causes],
        Ask.REMEDY: [
            "had there been more budget left that month",
            "had it been used in time",
            "an operator's approval will",
        ],
        Ask.ACTION: ["have the client send it again", "ask an operator", "wait until 3 May 2026, 02:00 UTC"],
    }
    right = {
        Ask.STATE: STATE_WORDS[STATES[cause]],
        Ask.CAUSE: CAUSE_WORDS[cause],
        Ask.REMEDY: "had the cap had room",
        Ask.ACTION: f"the right thing: {ACTIONS[cause]}",
    }
    return Case(
        id=f"made-up-{cause}-{number}",
        cause=cause,
        now=START,
        brand="Tarn Mobile",
        currency="GBP",
        digits=2,
        writer="p1",
        friend="p2",
        message="Hello, I am crisp-owl-7. I told my sister about you, with my code YYB1KZSTZK. They go by "
        "amber-otter-42 and activated the contract on 20 February, 4 weeks ago. I can't find my 25.00 GBP "
        "(referrer-credit). Where is it?",
        search=("crisp-owl-7: a referrer (customer); code YYB1KZSTZK; friends matched: 3",),
        journey=_journey(),
        rewards=(
            "for this activation: reward 17, referrer-credit, 25.00 GBP, due 13 March 2026, 21:46 UTC: capped",
        ),
        program=("Customers and employees may refer.",),
        data=("the client's records: activation of amber-otter-42, 20 February 2026, 21:46 UTC, 35.00 GBP",),
        questions=tuple(_question(ask, right[ask], texts[ask]) for ask in Ask),
        account=("Reward 17, referrer-credit, is capped: it had been issued 3 of at most 3 in 30 days",),
    )


def _question(ask: Ask, right: str, wrong: Sequence[str]) -> Question:
    options = [Option(text, right=False, fact=f"it is not so: {text}") for text in wrong]
    options.insert(2, Option(right, right=True, fact="reward 17 has been capped since 13 March"))
    return Question(ask, tuple(options))


def _journey() -> dict[str, Any]:
    visit = {
        "kind": "event",
        "seq": 4,
        "at": START,
        "received_at": START,
        "occurred_at": START,
        "subject": "p2",
        "type": "friend.visited",
        "source": "platform",
        "code": "YYB1KZSTZK",
        "channel": "social",
    }
    return {
        "kind": "friend",
        "ref": "p2",
        "name": "amber-otter-42",
        "referrer": None,
        "timeline": [visit],
        "events_left_out": 0,
        "attribution": None,
        "touches": [],
        "late_codes": [],
        "decisions": [],
        "decisions_left_out": 0,
        "rewards": [],
        "reversals": [],
        "amended": [],
        "why_not": [],
    }


class MadeUpSupply:
    """Supplies made-up cases of any cause except those that it lacks."""

    def __init__(self, lacks: Sequence[Cause] = ()) -> None:
        self.lacks = lacks
        self.asked: list[tuple[Cause, int]] = []
        self.closed = False

    async def case(self, cause: Cause, world: int) -> Case | None:
        """Return a case."""
        self.asked.append((cause, world))
        return None if cause in self.lacks else case_of(cause, len(self.asked))

    async def close(self) -> None:
        """Note that nothing more is wanted."""
        self.closed = True

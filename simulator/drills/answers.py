"""Make the four questions of a case: the right answer to each, and wrong ones with the facts that refute them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from simulator.domain.drills import (
    ACTIONS,
    CAUSE_WORDS,
    LEVELS,
    STATE_WORDS,
    STATES,
    Action,
    Ask,
    CaseState,
    Cause,
    Option,
    Question,
)
from simulator.domain.spans import DAY_MS
from simulator.drills.mishaps import drawn
from simulator.drills.naming import moment
from simulator.drills.proof import Proof
from simulator.drills.refuting import Refuter
from simulator.program.words import duration, either, money, ordinal

_Answer = TypeVar("_Answer", Cause, CaseState)
WRONG: Final = 3
"""How many wrong answers accompany the right one."""

ALSO_PAYS: Final[dict[Cause, frozenset[Cause]]] = {
    Cause.WINDOW: frozenset({Cause.MISTYPED, Cause.OTHER_LINK}),
    Cause.MISTYPED: frozenset({Cause.OTHER_LINK}),
    Cause.OTHER_LINK: frozenset({Cause.MISTYPED}),
    Cause.NOT_SENT: frozenset({Cause.QUARANTINE, Cause.CONFLICT}),
    Cause.LATE_FILE: frozenset({Cause.NOT_SENT, Cause.QUARANTINE, Cause.CONFLICT, Cause.IN_HOLD}),
    Cause.IN_HOLD: frozenset({Cause.LATE_FILE, Cause.PAID_ALREADY}),
    Cause.PAID_ALREADY: frozenset({Cause.IN_HOLD}),
    Cause.EXPIRED: frozenset({Cause.PAID_ALREADY}),
}
"""For each cause, the causes whose remedy would also have paid, or might seem to: none of them is offered."""


@dataclass(frozen=True)
class Answering:
    """The cause of a case, and what can be said about any answer."""

    cause: Cause
    refuter: Refuter
    proof: Proof
    seed: int
    because: str
    """What `explain` says about it: the fact behind each right answer."""

    def questions(self) -> tuple[Question, ...]:
        """Return the four questions."""
        return (self._state(), self._cause(), self._remedy(), self._action())

    def _state(self) -> Question:
        right = STATES[self.cause]
        others = [one for one in CaseState if one is not right and one in self._fitting_states()]
        wrong = self._nearest(others, right, _level_of_state, "state")
        options = [(STATE_WORDS[one], self.refuter.state(one)) for one in wrong]
        return self._question(Ask.STATE, STATE_WORDS[right], self.refuter.stopped, options)

    def _fitting_states(self) -> set[CaseState]:
        """Return the possible states of the reward in question."""
        bonus = self.refuter.facts.reward.every is not None
        never = {CaseState.EXPIRED} if bonus else {CaseState.COUNTED}
        if STATES[self.cause] is CaseState.UNMATCHED:
            never |= {CaseState.IGNORED}  # what is matched to nobody is ignored, too
        if self.refuter.facts.role == "friend":
            never |= {CaseState.OTHERS}
        return set(CaseState) - never

    def _cause(self) -> Question:
        wrong = self._nearest(self._fitting(), self.cause, _level, "cause")
        options = [(CAUSE_WORDS[one], self.refuter.cause(one)) for one in wrong]
        return self._question(Ask.CAUSE, CAUSE_WORDS[self.cause], self.because, options)

    def _remedy(self) -> Question:
        also = ALSO_PAYS.get(self.cause, frozenset())
        others = [one for one in self._fitting() if one not in also]
        wrong = self._nearest(others, self.cause, _level, "remedy")
        for one in wrong:
            if self.proof.qualifies(one):
                raise AmbiguousError(f"{self.cause}: {self.remedy(one)!r} would have paid, too")
        options = [(self.remedy(one), self.refuter.cause(one)) for one in wrong]
        return self._question(Ask.REMEDY, self.remedy(self.cause), self.because, options)

    def _fitting(self) -> list[Cause]:
        """Return the wrong causes that fit the customer's question."""
        facts = self.refuter.facts
        never = {self.cause, Cause.EXPIRED if facts.reward.every is not None else Cause.COUNTED}
        if facts.role == "friend":
            never |= {Cause.OTHER_LINK, Cause.MERGED, Cause.CAPPED}
        return [one for one in Cause if one not in never]

    def _action(self) -> Question:
        right, refuter = ACTIONS[self.cause], self.refuter
        waits = refuter.waits_until
        dates = [waits] if waits is not None else []
        dates.append(self._wrong_date(waits))
        answers = [
            (f"wait until {moment(date)}", refuter.action(Action.WAIT, date)) for date in sorted(dates)
        ]
        answers += [(_DO[action], refuter.action(action, None)) for action in _DO]
        options = tuple(Option(text, fact is None, fact or self.because) for text, fact in answers)
        standing = [one.text for one in options if one.right]
        if len(standing) != 1 or (right is Action.WAIT) != standing[0].startswith("wait"):
            raise AmbiguousError(f"{self.cause}: to do: {', '.join(standing) or 'nothing'}")
        return Question(Ask.ACTION, options)

    def _wrong_date(self, right: int | None) -> int:
        """Return a future moment that could be mistaken for the one to wait for, at least a day from it."""
        facts = self.refuter.facts
        record, now, hold = facts.journey.record, facts.now, facts.reward.hold_ms
        mistaken = (record.occurred_at + hold, record.file_due + hold, now + hold, now + 2 * hold)
        return next(
            one
            for one in mistaken
            if one > now and (right is None or abs(one - right) > max(DAY_MS, hold // 8))
        )

    def _nearest(
        self, others: Iterable[_Answer], right: _Answer, level: Callable[[_Answer], int], purpose: str
    ) -> Sequence[_Answer]:
        """Return the wrong answers to offer: some on the right one's level, and some on others, at random."""

        def distance(one: _Answer) -> float:
            return abs(level(one) - level(right)) * 0.45 + drawn(self.seed, purpose, one)

        return sorted(others, key=distance)[:WRONG]

    def _question(
        self, ask: Ask, right: str, because: str, wrong: Sequence[tuple[str, str | None]]
    ) -> Question:
        options = [Option(right, right=True, fact=because)]
        for text, fact in wrong:
            if fact is None:
                raise AmbiguousError(f"{self.cause}: nothing refutes {text!r}")
            options.append(Option(text, right=False, fact=fact))
        return Question(ask, tuple(sorted(options, key=lambda one: drawn(self.seed, ask, one.text))))

    def remedy(self, cause: Cause) -> str:
        """Return what would have paid if a given cause were the right one, with this program's numbers."""
        facts, program, what = self.refuter.facts, self.refuter.program, self.refuter.what
        reward = facts.reward
        kinds, code = either(program.referrers or ("customer",)), facts.code
        line = facts.line
        due = moment(line.due_at) if line is not None else "the end of the cooling-off"
        texts = {
            Cause.NOT_SENT: f"had the {what} been sent at all",
            Cause.LATE_FILE: "nothing is missing: it counts when its file comes",
            Cause.QUARANTINE: f"had the message of the {what} been well-formed",
            Cause.CONFLICT: f"had the {what} been sent under an id of its own",
            Cause.WINDOW: f"had the click come less than {duration(program.attribution.window_ms)} before the match",
            Cause.MISTYPED: f"had the friend typed {code} without the slip",
            Cause.REFERRER_KIND: f"had the referrer been of the kind {kinds}",
            Cause.OTHER_LINK: f"had {code} been the last link or code before the match",
            Cause.MERGED: f"had the accounts not been merged before the {what}",
            Cause.NOT_FIRST: f"had it been the friend's first {what}",
            Cause.NOT_ELIGIBLE: "had the friend been eligible",
            Cause.SELF_REFERRAL: "had the friend had a contact and a device of their own",
            Cause.BELOW_MINIMUM: "had the amount reached the minimum",
            Cause.IN_REVIEW: "an operator's approval will",
            Cause.IN_HOLD: "nothing is missing: it is paid when the cooling-off ends",
            Cause.COUNTED: f"had it been one of every {ordinal(reward.every or 2)} friend",
            Cause.CAPPED: "had the cap had room",
            Cause.BUDGET_ENDED: "had there been more budget left that month",
            Cause.REVERSED: f"had nothing been reversed by {due}",
            Cause.CLAWED_BACK: "had nothing been reversed within the time of the clawback",
            Cause.EXPIRED: "had it been used in time",
            Cause.PAID_ALREADY: f"nothing is missing: {money(reward.value_minor or 0, program)} can be used",
        }
        return texts[cause]


class AmbiguousError(Exception):
    """A question that does not have exactly one right answer."""


def _level(cause: Cause) -> int:
    return LEVELS[cause]


def _level_of_state(state: CaseState) -> int:
    return max(LEVELS[cause] for cause in Cause if STATES[cause] is state)


_DO: Final = {
    Action.SEND_AGAIN: "have the client send the event again, as it should be",
    Action.ASK_REVIEW: "ask an operator to decide the review",
    Action.EXPLAIN: "explain it to the customer, and close",
}
"""The actions beside waiting."""

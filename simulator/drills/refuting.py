"""Find the fact that refutes an answer: a cause, a state, what would have paid, or an action.

Each function returns None if nothing refutes the answer; an answer is right exactly if it is the only one of its
question that stands. The functions read the facts independently of the cause that was found.
"""

from __future__ import annotations

from dataclasses import dataclass

from simulator.domain.drills import LEVELS, Action, CaseState, Cause, Level
from simulator.domain.spans import HOUR_MS
from simulator.domain.vocabulary import Outcome, Reason, Receipt, RewardState
from simulator.drills.facts import Facts
from simulator.drills.naming import CONVERSION_NAMES, Namer, moment
from simulator.program.model import Program
from simulator.program.words import duration, money


@dataclass(frozen=True)
class Refuter:
    """What is known about a question, and people's names."""

    facts: Facts
    program: Program
    name: Namer
    room: str = ""
    """The room that the reward's cap leaves, in words."""

    # -- causes -----------------------------------------------------------------------------------------

    def cause(self, cause: Cause) -> str | None:
        """Return the fact that refutes a cause, or None."""
        reached, claimed = self.level, LEVELS[cause]
        if claimed > reached:
            return f"it never came to that: {self.stopped}"
        if claimed < reached:
            return self.passed(cause)
        return {
            Level.ARRIVAL: self._arrival,
            Level.MATCH: self._match,
            Level.DECISION: self._decision,
            Level.REWARD: self._reward,
        }[claimed](cause)

    @property
    def level(self) -> Level:
        """How far the conversion got."""
        journey = self.facts.journey
        if journey.event is None or journey.decision is None:
            return Level.ARRIVAL
        if journey.decision.reason == Reason.UNATTRIBUTED or not self._counts_for_writer:
            return Level.MATCH
        return Level.REWARD if journey.decision.outcome == Outcome.QUALIFIED else Level.DECISION

    @property
    def _counts_for_writer(self) -> bool:
        return self.facts.role == "friend" or self.facts.journey.referrer == self.facts.owner

    @property
    def stopped(self) -> str:
        """The fact of where the conversion stopped."""
        return (self._arrived, self._matched, self._decided, self._line)[self.level]()

    def passed(self, cause: Cause) -> str:
        """Return the fact that shows the conversion to have passed a cause's obstacle."""
        level = LEVELS[cause]
        if level is Level.ARRIVAL:
            return self._arrived()
        if level is Level.MATCH:
            return self._matched()
        journey = self.facts.journey
        if cause is Cause.NOT_FIRST:
            return f"it counts as the friend's first {self.what}: it qualified"
        rule = {
            Cause.NOT_ELIGIBLE: "the rule on eligibility passed",
            Cause.SELF_REFERRAL: "the two share neither a contact nor a device: that rule passed",
            Cause.BELOW_MINIMUM: f"the amount passed its rule, at {self._amount}",
            Cause.IN_REVIEW: "it waits for nobody: it qualified",
        }
        decided = moment(journey.decision.decided_at) if journey.decision is not None else ""
        return f"{rule[cause]} on {decided}"

    def _arrival(self, cause: Cause) -> str | None:
        journey, record = self.facts.journey, self.facts.journey.record
        refused = journey.refused
        if cause is Cause.LATE_FILE:
            return None if record.file_due > self.facts.now else self._file_came()
        if record.file_due > self.facts.now:
            return f"it is not due yet: the file that holds it comes on {moment(record.file_due)}"
        if cause is Cause.NOT_SENT:
            return None if refused is None else f"a message with its id came: {self._quarantined()}"
        if refused is None:
            return f"no message about it is in quarantine, and {self._file_came()}"
        wanted = Receipt.MALFORMED if cause is Cause.QUARANTINE else Receipt.CONFLICT
        return None if refused.receipt == wanted else self._quarantined()

    def _match(self, cause: Cause) -> str | None:
        check = {
            Cause.WINDOW: self._not_window,
            Cause.MISTYPED: self._not_mistyped,
            Cause.REFERRER_KIND: self._not_kind,
            Cause.OTHER_LINK: self._not_other,
            Cause.MERGED: self._not_merged,
        }
        return check[cause]()

    def _not_window(self) -> str | None:
        own = [one for one in self.facts.journey.visits if one.owner == self.facts.owner]
        if not own:
            return f"there is no visit through {self.facts.code}: no click could be too old"
        window = self.program.attribution.window_ms
        for event in self.facts.journey.matching:
            for visit in own:
                if event["occurred_at"] - window < visit.occurred_at <= event["occurred_at"]:
                    age = duration(max(1, (event["occurred_at"] - visit.occurred_at) // HOUR_MS) * HOUR_MS)
                    return (
                        f"the visit of {moment(visit.occurred_at)} was {age} old when the friend's "
                        f"{event['type']} occurred, within the window of {duration(window)}"
                    )
        return None

    def _not_mistyped(self) -> str | None:
        journey = self.facts.journey
        if not journey.typed:
            return f"{self._friend} typed no code"
        if journey.attribution is not None:
            return f"{self._friend} was matched by {journey.attribution.code}, a code that is somebody's"
        return None if self.facts.meant is not None else f"the code {journey.typed[-1]} is somebody's"

    def _not_kind(self) -> str | None:
        kinds, row = self.program.referrers or (), self.facts.journey.attribution
        if row is not None and row.referrer_ref == self.facts.owner:
            return f"{self.name(self.facts.owner)} was matched to {self._friend}, so may refer"
        if self.facts.kind in kinds:
            return f"{self.name(self.facts.owner)} is a referrer of the kind {self.facts.kind}, who may refer"
        return None

    def _not_other(self) -> str | None:
        journey = self.facts.journey
        if journey.decision is None or journey.referrer is None:
            return f"nobody's link or code won: {self._friend} is matched to nobody"
        row = journey.attribution
        if row is not None and row.ended_at is not None:
            by = "code" if row.method == "code" else "link"
            return f"the {by} {row.code} of {self.name(row.referrer_ref)} won, until {moment(row.ended_at)}"
        return None

    def _not_merged(self) -> str | None:
        row, at = self.facts.journey.attribution, self.facts.journey.merged_at
        if at is None:
            return f"{self._friend} was never merged with another account"
        return None if row is not None and row.ended_at is not None else "no match ended at the merge"

    def _decision(self, cause: Cause) -> str | None:
        decision = self.facts.journey.decision
        if decision is None:
            return "nothing was decided"
        if decision.reason == Reason.OCCURRENCE:
            return None if cause is Cause.NOT_FIRST else f"no rule was asked: {self._decided()}"
        if cause is Cause.NOT_FIRST:
            return f"it is the friend's first {self.what}: {self._decided()}"
        if cause is Cause.IN_REVIEW:
            return None if decision.outcome == Outcome.REVIEW else f"nobody is asked: {self._decided()}"
        rule = {
            Cause.SELF_REFERRAL: "no-self-referral",
            Cause.NOT_ELIGIBLE: "eligible",
            Cause.BELOW_MINIMUM: "large-enough",
        }[cause]
        if rule not in self.facts.journey.failed:
            amount = f", with an amount of {self._amount}" if cause is Cause.BELOW_MINIMUM else ""
            return f"the rule {rule} passed{amount}: {self._decided()}"
        return None

    def _reward(self, cause: Cause) -> str | None:
        line = self.facts.line
        if line is None:
            return "there is no such reward"
        wanted = {
            Cause.IN_HOLD: RewardState.PENDING,
            Cause.COUNTED: RewardState.COUNTED,
            Cause.CAPPED: RewardState.CAPPED,
            Cause.BUDGET_ENDED: RewardState.UNFUNDED,
            Cause.REVERSED: RewardState.VOIDED,
            Cause.CLAWED_BACK: RewardState.REVOKED,
            Cause.EXPIRED: RewardState.EXPIRED,
            Cause.PAID_ALREADY: RewardState.ISSUED,
        }[cause]
        if line.state == wanted:
            return None
        first = {
            Cause.IN_HOLD: f"the cooling-off ended on {moment(line.due_at)}",
            Cause.COUNTED: "this reward is not one of every n-th friend"
            if self.facts.reward.every is None
            else "it was not released as one that only counts",
            Cause.CAPPED: self.room or "no cap stopped it",
            Cause.BUDGET_ENDED: "the budget did not stop it",
            Cause.EXPIRED: "it did not run out unused",
            Cause.PAID_ALREADY: "it is not there to be used",
        }.get(cause)
        if first is None:
            reversals = self.facts.journey.reversals
            first = "nothing was reversed"
            if reversals:
                first = f"the reversal came on {moment(reversals[0]['received_at'])}"
        elif cause is Cause.IN_HOLD and line.state == RewardState.VOIDED:
            first = "it will not be paid when the cooling-off ends"
        return f"{first}: {self._line()}"

    # -- states and actions -----------------------------------------------------------------------------

    def state(self, state: CaseState) -> str | None:
        """Return the fact that refutes a state, or None."""
        decision = self.facts.journey.decision
        if state is CaseState.IGNORED and decision is not None and decision.outcome == Outcome.IGNORED:
            return None  # also where it is told by another name
        if state is self._state_now:
            return None
        if self.level > Level.ARRIVAL and state in (CaseState.NOT_RECEIVED, CaseState.QUARANTINED):
            return self._arrived()
        if self.level > Level.MATCH and state in (CaseState.UNMATCHED, CaseState.OTHERS):
            return self._matched()
        return self.stopped

    @property
    def _state_now(self) -> CaseState:
        level, journey = self.level, self.facts.journey
        if level is Level.ARRIVAL:
            return CaseState.NOT_RECEIVED if journey.refused is None else CaseState.QUARANTINED
        if level is Level.MATCH:
            return CaseState.UNMATCHED if journey.referrer is None else CaseState.OTHERS
        if level is Level.DECISION and journey.decision is not None:
            return CaseState(journey.decision.outcome)
        line = self.facts.line
        return CaseState(line.state) if line is not None else CaseState.IGNORED

    def action(self, action: Action, until: int | None) -> str | None:
        """Return the fact that refutes an action, or None; `until` is the moment to wait for (milliseconds UTC)."""
        waits = self.waits_until
        if action is Action.WAIT:
            if waits is None:
                return f"nothing will come of waiting: {self.stopped}"
            return None if until == waits else f"it is {moment(waits)} that counts: {self.stopped}"
        if action is Action.SEND_AGAIN:
            if self.level is not Level.ARRIVAL:
                return f"sent again it would be a duplicate: {self._arrived()}"
            return f"it is on its way: {self.stopped}" if waits is not None else None
        reviewed = self._state_now is CaseState.REVIEW
        if action is Action.ASK_REVIEW:
            return None if reviewed else f"nothing of it waits for a review: {self.stopped}"
        open_yet = waits is not None or reviewed or self.level is Level.ARRIVAL
        return f"it is not settled yet: {self.stopped}" if open_yet else None

    @property
    def waits_until(self) -> int | None:
        """The moment at which the matter resolves itself, if it does (milliseconds UTC)."""
        if self.level is Level.ARRIVAL:
            due = self.facts.journey.record.file_due
            return due if due > self.facts.now else None
        line = self.facts.line
        if self.level is Level.REWARD and line is not None and line.state == RewardState.PENDING:
            return line.due_at
        return None

    # -- facts in words ---------------------------------------------------------------------------------

    @property
    def what(self) -> str:
        """The name of the conversion."""
        return CONVERSION_NAMES[self.facts.journey.record.type][0]

    @property
    def _friend(self) -> str:
        return self.name(self.facts.journey.record.subject)

    @property
    def _amount(self) -> str:
        amount = self.facts.journey.record.amount_minor
        return "no amount" if amount is None else money(amount, self.program)

    def _file_came(self) -> str:
        return f"its file came on {moment(self.facts.journey.record.file_due)}"

    def _quarantined(self) -> str:
        refused = self.facts.journey.refused
        if refused is None:
            return "nothing of it is in quarantine"
        why = f"{refused.receipt}: {refused.field}" if refused.field else refused.receipt
        return f"it came on {moment(refused.received_at)} and is in quarantine ({why})"

    def _arrived(self) -> str:
        journey = self.facts.journey
        if journey.event is not None:
            event = journey.event
            return (
                f"the {self.what} arrived on {moment(event['received_at'])}, as {event['source']}:{event['id']} "
                f"(event {event['seq']:,})"
            )
        if journey.refused is not None:
            return self._quarantined()
        if journey.record.file_due > self.facts.now:
            return (
                f"the {self.what} is in the file of {moment(journey.record.file_due)}, which has not come yet"
            )
        return f"{self._file_came()}, and the {self.what} was not in it"

    def _matched(self) -> str:
        journey, row = self.facts.journey, self.facts.journey.attribution
        if row is None:
            return f"{self._friend} is matched to nobody"
        by = "code" if row.method == "code" else "link"
        matched = f"{self._friend} was matched to {self.name(row.referrer_ref)} by the {by} {row.code}"
        matched += f" on {moment(row.attributed_at)}"
        if row.ended_at is not None:
            other = self.name(journey.referrer) if journey.referrer else "nobody"
            matched += f"; that ended with the merge of {moment(row.ended_at)}, and {other} stands"
        return matched

    def _decided(self) -> str:
        decision = self.facts.journey.decision
        if decision is None:
            return "nothing has been decided"
        reason = f" ({decision.reason})" if decision.reason else ""
        return f"decision {decision.id} of {moment(decision.decided_at)} says {decision.outcome}{reason}"

    def _line(self) -> str:
        line = self.facts.line
        if line is None:
            return "there is no such reward"
        if line.state == RewardState.PENDING:
            return f"reward {line.id} is pending until {moment(line.due_at)}"
        return f"reward {line.id} has been {line.state} since {moment(line.state_at)}"

"""Decisions: whether a conversion counts for a milestone, what the rules say, and what an operator says."""

from __future__ import annotations

from simulator.program.model import Milestone
from tests.engine.oracle_choices import Choices
from tests.engine.oracle_expressions import evaluate
from tests.engine.oracle_records import PAID, Decided, Event


class Decisions(Choices):
    """One decision for each conversion and each milestone on its type."""

    def decide(self, event: Event, milestone: Milestone) -> None:
        attribution = self.attribution_of(event["subject"])
        decision = Decided(
            conversion=event,
            milestone=milestone,
            program=self.program,
            version=self.version,
            attribution=attribution,
            friend=self.ref(event["subject"]),
            referrer=None if attribution is None else self.ref(attribution.referrer),
            outcome="ignored",
            reason=None,
            decided_at=event["received_at"],
        )
        decision.took = self._takes(event, milestone)
        decision.reason = self._ignored(decision)
        if decision.reason is None:
            if self._referrer_stopped(decision):
                decision.outcome, decision.reason = "refused", "referrer-stopped"
            else:
                self._apply_rules(decision)
        self.decisions.append(decision)
        self.note("decided", "decided", event, decision.friend, len(self.decisions), decision.words)
        if decision.outcome == "qualified":
            self.promise(decision, event)

    # Occurrence.

    def _others(self, friend: str, milestone: str) -> list[Decided]:
        """The decisions of a milestone for a friend."""
        return [d for d in self.decisions if d.milestone.name == milestone and self.same(d.friend, friend)]

    def _paid(self, decision: Decided) -> bool:
        return any(line.decision is decision and line.state in PAID for line in self.lines)

    def _holds(self, decision: Decided) -> bool:
        """Whether a decision keeps a milestone that is given once: it qualified, and stands or is paid."""
        return decision.outcome == "qualified" and (self.stands(decision.conversion) or self._paid(decision))

    def _takes(self, event: Event, milestone: Milestone) -> bool:
        """Whether an event takes the n-th place of a milestone for its friend."""
        n, friend = milestone.occurrence, event["subject"]
        if not isinstance(n, int) or self.standing(friend, milestone.event, judged=event) < n:
            return False
        others = self._others(friend, milestone.name)
        if any(d.took and self.stands(d.conversion) for d in others) or any(map(self._paid, others)):
            return False
        # Those of a time before the milestone have taken it, where they were enough.
        judged = [d.conversion for d in others]
        before = [e for e in self.of(friend, milestone.event) if e is not event and e not in judged]
        return sum(map(self.stands, before)) < n

    def _another(self, decision: Decided) -> bool:
        """Whether the milestone is given once, and another decision has it."""
        if decision.milestone.occurrence == "each":
            return False
        others = self._others(decision.friend, decision.milestone.name)
        return any(d is not decision and self._holds(d) for d in others)

    def _ignored(self, decision: Decided) -> str | None:
        """Why the conversion doesn't count for the milestone, if it doesn't."""
        event, milestone, program = decision.conversion, decision.milestone, decision.program
        at = event["occurred_at"]
        if decision.attribution is None:
            return "unattributed"
        touch_at = decision.attribution.touch_at
        if at < touch_at:
            return "before-touch"
        if program.starts_ms is not None and at < program.starts_ms:
            return "outside-program"
        if program.ends_ms is not None and at >= program.ends_ms:
            return "outside-program"
        if milestone.occurrence == "any":
            if self._another(decision):
                return "occurrence"
        elif milestone.occurrence != "each" and not decision.took:
            return "occurrence"
        if milestone.within_ms is not None and at > touch_at + milestone.within_ms:
            return "too-late"
        return None

    # What stops a conversion that counts.

    def _referrer_stopped(self, decision: Decided) -> bool:
        program, attribution = decision.program, decision.attribution
        assert attribution is not None
        if not program.referrers_stop or program.referrers is None:
            return False
        return self.latest(attribution.referrer, "referrer_kind") not in program.referrers

    def _apply_rules(self, decision: Decided) -> None:
        decision.facts = facts = self.facts(decision)
        refused: str | None = None
        for rule in decision.program.rules:
            if decision.milestone.name not in rule.milestones:
                continue
            decision.asked.append(rule.code)
            result = evaluate(rule.require, facts)
            if result is True:
                continue
            missing = result is None
            decision.failed.append([rule.code, "missing" if missing else "fail"])
            reason = f"{rule.code}:missing" if missing else rule.code
            if rule.on_fail == "refuse" and refused is None:
                refused = reason
        for reward in decision.program.rewards:
            if reward.when is not None and reward.on == decision.milestone.name:
                said = {True: "yes", False: "no", None: "missing"}[evaluate(reward.when, facts)]  # type: ignore[index]
                decision.offered.append([reward.name, said])
        if refused is not None:
            decision.outcome, decision.reason = "refused", refused
        elif decision.failed:
            code, how = decision.failed[0]
            decision.outcome = "review"
            decision.reason = f"{code}:missing" if how == "missing" else code
        else:
            decision.outcome, decision.reason = "qualified", None
        if decision.reason is not None:
            decision.stopped_by = decision.reason.removesuffix(":missing")
            decision.held_minor = self.withheld(decision)

    def settle(self, event: Event) -> None:
        """A verdict on a decision in review, once."""
        wanted = (event["decision_source"], event["decision_id"], event["decision_milestone"])
        for decision in self.decisions:
            conversion = decision.conversion
            if (conversion["source"], conversion["id"], decision.milestone.name) != wanted:
                continue
            if decision.outcome != "review":
                continue
            decision.decided_at = event["received_at"]
            if event["verdict"] == "decline":
                decision.outcome, decision.reason = "refused", "declined"
            elif self._another(decision):
                decision.outcome, decision.reason = "ignored", "occurrence"
            else:
                decision.outcome, decision.reason = "qualified", None
                self.promise(decision, event)
            number, words = self.decisions.index(decision) + 1, f"{decision.words}, by {event['by']}"
            self.note("settled", "settled", event, decision.friend, number, words, decision.version)
            return
        self.without_effect.append(event)
        words = f"{wanted[2]}: no such decision in review"
        self.note("settled", "verdict-without-effect", event, self.subject(event), None, words)

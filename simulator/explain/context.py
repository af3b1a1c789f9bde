"""Hold a stored decision with everything it was made from, and changes that can be tried on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import orjson

from db.read.decision_rows import AttributionRow, DecisionRow
from db.read.event_fields import event_at
from simulator.explain.edits import Edit
from simulator.explain.fact_changes import Value
from simulator.explain.neighbourhood import Key, Neighbourhood
from simulator.explain.source import Fields, Source
from simulator.program.facts import facts_at
from simulator.program.model import Milestone, Program, Rule
from simulator.program.rules import compile_rule


@dataclass(frozen=True)
class Change:
    """A single change: in words, the state it leads to (`qualified`, `offered`, `issued`), and as edits of the log.

    `of_link`: the change makes a link valid at another time, so other people who used it might have become friends too.
    """

    text: str
    makes: str = "qualified"
    edits: tuple[Edit, ...] = ()
    of_link: bool = False

    def fields(self) -> Fields:
        """Return the change as an object ready to print."""
        return {"text": self.text, "makes": self.makes, "edits": list(self.edits)}


@dataclass(frozen=True)
class DecisionContext:
    """A stored decision with its conversion (`event`), program, milestone, attribution, rules and facts."""

    source: Source
    row: DecisionRow
    event: Fields
    program: Program
    milestone: Milestone
    attribution: AttributionRow | None
    rules: Sequence[Rule] = ()
    facts: dict[str, Value] = field(default_factory=dict)

    @property
    def key(self) -> Key:
        """What identifies the decision in any log."""
        return self.event["source"], self.event["id"], self.row.milestone

    @cached_property
    def around(self) -> Neighbourhood:
        """The part of the log that the decision depends on."""
        referrer = self.attribution.referrer if self.attribution else None
        return Neighbourhood(self.source, self.row.friend, referrer)

    @cached_property
    def testable(self) -> bool:
        """Whether judging that part again gives the stored decision; if not, changes can't be tried on it."""
        return self.around.reproduces(self.row, self.key)

    def works(self, change: Change) -> bool:
        """Judge the log again with a change, and return whether the decision qualifies."""
        if change.of_link and (self._counts_friends or self._is_used_up_by_others(change)):
            return False  # people who would have come by the link are not in this part of the log
        verdict = self.around.judge(change.edits).get(self.key)
        return verdict is not None and verdict.outcome == "qualified"

    def makes_line(self, change: Change, reward: str) -> bool:
        """Judge the log again with a change, and return whether the decision makes a line of that reward."""
        verdict = self.around.judge(change.edits).get(self.key)
        return verdict is not None and reward in verdict.rewards

    def _is_used_up_by_others(self, change: Change) -> bool:
        """Return whether others might have used up the code of a link that a change makes valid."""
        less = any("subject" in edit for edit in change.edits)  # it drops somebody who had used it
        return self.program.attribution.uses is not None and not less

    @cached_property
    def _counts_friends(self) -> bool:
        """Whether a rule of the milestone counts the referrer's friends."""
        rules = (rule for rule in self.program.rules if self.milestone.name in rule.milestones)
        known = facts_at(self.program, "conversion")
        return any(
            name.startswith("referrer_friends") for rule in rules for name in compile_rule(rule, known).facts
        )

    def own(self, *types: str) -> list[Fields]:
        """Return the friend's events of these types up to and including the conversion, in log order."""
        subject, seq = self.event["subject"], self.event["seq"]
        return [row for row in self.around.of(subject=subject) if row["type"] in types and row["seq"] <= seq]

    @property
    def touch(self) -> Fields | None:
        """The event that won the attribution: a visit, or the event with the code."""
        return None if self.attribution is None else self._at(self.attribution.touch_seq)

    @property
    def matched(self) -> Fields | None:
        """The claim or conversion at which the friend was attributed."""
        return None if self.attribution is None else self._at(self.attribution.seq)

    def _at(self, seq: int) -> Fields | None:
        found = self.around.of(seq=seq)
        return found[0] if found else None


def load_context(source: Source, row: DecisionRow, attribution: AttributionRow | None) -> DecisionContext:
    """Load everything that a stored decision was made from."""
    program = source.programs[row.program_version]
    milestone = next((one for one in program.milestones if one.name == row.milestone), None)
    if milestone is None:  # in a damaged database
        raise LookupError(f"the program has no milestone {row.milestone!r}")
    facts = orjson.loads(row.facts) if row.facts else {}
    rules = [rule for rule in program.rules if milestone.name in rule.milestones]
    event = event_at(source.db, row.seq)
    return DecisionContext(
        source, row, event, program, milestone, attribution, rules if row.facts is not None else [], facts
    )


def at_time(event: Fields, occurred_at: int) -> Edit:
    """Return the edit that moves an event to another time; it is received when it was, but not before it happened."""
    return {
        "seq": event["seq"],
        "set": {"occurred_at": occurred_at, "received_at": max(event["received_at"], occurred_at)},
    }

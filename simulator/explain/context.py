"""What a change is tried on: one stored decision, with all that it came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import orjson

from simulator.explain.edits import Edit
from simulator.explain.fact_changes import Value
from simulator.explain.neighbourhood import Key, Neighbourhood
from simulator.explain.source import Fields, Source
from simulator.program.model import Milestone, Program, Rule
from simulator.program.rules import compile_rule


@dataclass(frozen=True)
class Change:
    """A single change in words, what it would have made (`qualified`, `issued`), and the edits of the log it is.

    `of_link` says that it makes a link serve at another time: others who used it might have become friends, too.
    """

    text: str
    makes: str = "qualified"
    edits: tuple[Edit, ...] = ()
    of_link: bool = False

    def fields(self) -> Fields:
        """As an object that is ready to print."""
        return {"text": self.text, "makes": self.makes, "edits": list(self.edits)}


@dataclass(frozen=True)
class DecisionContext:
    """A stored decision: its row, its conversion, the program and milestone, who it is about, rules and facts."""

    source: Source
    row: Fields
    event: Fields
    program: Program
    milestone: Milestone
    attribution: Fields | None
    rules: Sequence[Rule] = ()
    facts: dict[str, Value] = field(default_factory=dict)

    @property
    def key(self) -> Key:
        """What it is known by in another log."""
        return self.event["source"], self.event["id"], self.row["milestone"]

    @cached_property
    def around(self) -> Neighbourhood:
        """The part of the log that it depends on."""
        referrer = self.attribution["referrer"] if self.attribution else None
        return Neighbourhood(self.source, self.row["friend"], referrer)

    @cached_property
    def testable(self) -> bool:
        """Whether that part, judged again, gives what is stored: only then is a change worth trying on it."""
        return self.around.reproduces(self.row, self.key)

    def works(self, change: Change) -> bool:
        """Whether the decision would have qualified with a change: it is judged again."""
        if change.of_link and self._counts_friends:
            return False  # who else would have come by the link is not in this part of the log
        verdict = self.around.judge(change.edits).get(self.key)
        return verdict is not None and verdict.outcome == "qualified"

    @cached_property
    def _counts_friends(self) -> bool:
        """Whether a rule counts the referrer's friends."""
        rules = (rule for rule in self.program.rules if self.milestone.name in rule.milestones)
        return any(name.startswith("referrer_friends") for rule in rules for name in compile_rule(rule).facts)

    def own(self, *types: str) -> list[Fields]:
        """The friend's events of these types before the conversion, and itself, in log order."""
        subject, seq = self.event["subject"], self.event["seq"]
        return [row for row in self.around.of(subject=subject) if row["type"] in types and row["seq"] <= seq]

    @property
    def touch(self) -> Fields | None:
        """The event that the friend was matched by: the visit that won, or the one with the code."""
        return None if self.attribution is None else self._at(self.attribution["touch_seq"])

    @property
    def matched(self) -> Fields | None:
        """The claim or conversion that the friend was matched at."""
        return None if self.attribution is None else self._at(self.attribution["seq"])

    def _at(self, seq: int) -> Fields | None:
        found = self.around.of(seq=seq)
        return found[0] if found else None


def load_context(source: Source, row: Fields, attribution: Fields | None) -> DecisionContext:
    """A decision of the table with all that it came from."""
    program = source.programs[row["program_version"]]
    milestone = next(one for one in program.milestones if one.name == row["milestone"])
    facts = orjson.loads(row["facts"]) if row["facts"] else {}
    rules = [rule for rule in program.rules if milestone.name in rule.milestones]
    event = source.events("event.seq = ?", row["seq"])[0]
    return DecisionContext(
        source, row, event, program, milestone, attribution, rules if row["facts"] is not None else [], facts
    )


def at_time(event: Fields, occurred_at: int) -> Edit:
    """An event that happened at another time; it arrives when it did, or then if that is later."""
    return {
        "seq": event["seq"],
        "set": {"occurred_at": occurred_at, "received_at": max(event["received_at"], occurred_at)},
    }

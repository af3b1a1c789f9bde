"""What the oracle keeps and returns: attributions, decisions, reward lines, audit entries, export rows.

Times are milliseconds UTC, money is minor units. References of people in them are those of their first writing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from simulator.program.model import Milestone, Program, Reward
from tests.engine.oracle_expressions import Value

Event = dict[str, Any]
Row = dict[str, Any]

PAID = ("issued", "offered", "redeemed", "expired")
NEVER_PAID = ("pending", "waiting", "offered", "counted", "capped", "unfunded")


class Entry(NamedTuple):
    """One entry of the audit trail: when and what, about whom, which event triggered it, under which version.

    `ref` is what it is about: an attribution by its event's seq, a decision or a reward by its number, or a version.
    """

    at: int
    kind: str
    person: str | None
    trigger: int
    version: int
    ref: int | None
    detail: str


class Rows(NamedTuple):
    """The tables in the form and order of the export."""

    attributions: list[Row]
    decisions: list[Row]
    rewards: list[Row]
    merges: list[Row] = []  # noqa: RUF012 - a tuple's default, never appended to


@dataclass(eq=False)
class Attributed:
    """A friend matched to a referrer."""

    friend: str
    referrer: str
    code: str
    channel: str
    method: str
    touch_at: int
    attributed_at: int
    event: Event
    community: str | None  # of the referrer, as known then
    generation: int  # how many people stand above the friend, as of then
    ended_at: int | None = None

    @property
    def words(self) -> str:
        return f"{self.method}, {self.channel}, {self.code}"

    def row(self) -> Row:
        return {
            "friend": self.friend,
            "referrer": self.referrer,
            "code": self.code,
            "channel": self.channel,
            "method": self.method,
            "touch_at": self.touch_at,
            "attributed_at": self.attributed_at,
            "ended_at": self.ended_at,
        }


@dataclass(eq=False)
class Decided:
    """One conversion for one milestone, with the program version it is judged under for good."""

    conversion: Event
    milestone: Milestone
    program: Program
    version: int
    attribution: Attributed | None
    friend: str
    referrer: str | None
    outcome: str
    reason: str | None
    decided_at: int
    took: bool = False  # the place of the milestone, whatever came of it
    failed: list[list[str]] = field(default_factory=list)
    offered: list[list[str]] = field(default_factory=list)
    facts: dict[str, Value] | None = None
    asked: list[str] = field(default_factory=list)  # codes of the rules that were evaluated
    stopped_by: str | None = None  # the rule that refused it, or put it in review
    held_minor: int = 0  # the money of the lines it would have made then

    def row(self) -> Row:
        return {
            "source": self.conversion["source"],
            "event_id": self.conversion["id"],
            "milestone": self.milestone.name,
            "friend": self.friend,
            "referrer": self.referrer,
            "outcome": self.outcome,
            "reason": self.reason,
            "decided_at": self.decided_at,
            "failed": self.failed,
            "offered": self.offered,
        }

    @property
    def words(self) -> str:
        return f"{self.milestone.name}: {self.outcome}" + (f", {self.reason}" if self.reason else "")


@dataclass(eq=False)
class Line:
    """A reward line; `place` is the reward's place in the program file it was promised by."""

    decision: Decided
    reward: Reward
    place: int
    recipient: str
    earned_minor: int
    value_minor: int
    kind: str | None
    qualified_at: int
    due_at: int
    state: str = "pending"
    state_at: int = 0
    reason: str | None = None
    # Of its latest release; none of these while it is pending.
    released: int | None = None  # its place among all releases
    became: str | None = None  # what the release made of it
    granted_minor: int | None = None  # what it was issued or offered for, before any reduction
    room_at: int | None = None  # when it was issued or offered: as of then it counts in the budget
    offered_at: int | None = None
    issued_at: int | None = None
    fell_by: str | None = None  # what voided or revoked it: "reversal" or "adjustment"

    @property
    def conversion(self) -> Event:
        return self.decision.conversion

    @property
    def order(self) -> tuple[int, int, int]:
        """First come, first served."""
        return (self.due_at, self.conversion["seq"], self.place)

    @property
    def words(self) -> str:
        return f"{self.reward.name}: {self.value_minor} to {self.reward.to}"

    @property
    def clawback_until(self) -> int | None:
        """The last moment at which it can be taken back; None for one that is kept, or was never issued."""
        if self.issued_at is None or self.reward.clawback_ms is None:
            return None
        return self.issued_at + self.reward.clawback_ms

    @property
    def choice_ends(self) -> int | None:
        if self.state != "offered":
            return None
        assert self.offered_at is not None
        assert self.reward.choose_within_ms is not None
        return self.offered_at + self.reward.choose_within_ms

    @property
    def expires_at(self) -> int | None:
        if self.state != "issued" or self.reward.expires_ms is None:
            return None
        assert self.issued_at is not None
        return self.issued_at + self.reward.expires_ms

    @property
    def next_step_at(self) -> int | None:
        """The next moment at which time alone changes it."""
        return self.due_at if self.state == "pending" else self.choice_ends or self.expires_at

    def forget_release(self) -> None:
        """Return to the time before the release: nothing of it counts any more."""
        self.released = self.became = self.granted_minor = None
        self.room_at = self.offered_at = self.issued_at = None
        self.reason = self.fell_by = None
        self.kind = self.reward.kind

    def row(self) -> Row:
        return {
            "source": self.conversion["source"],
            "event_id": self.conversion["id"],
            "milestone": self.decision.milestone.name,
            "reward": self.reward.name,
            "role": self.reward.to,
            "recipient": self.recipient,
            "earned_minor": self.earned_minor,
            "value_minor": self.value_minor,
            "kind": self.kind,
            "state": self.state,
            "reason": self.reason,
            "due_at": self.due_at,
            "state_at": self.state_at,
        }

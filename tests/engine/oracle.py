"""The oracle: the semantics of the engine once more, one event at a time, with nothing clever in it.

It shares no code with the engine: no columns, no state by id, no compiled rules. Facts are found by reading
what the log said of a person; releases by sorting what is pending. Slow, and meant to be read beside the
specification.
Times are milliseconds UTC, money is minor units.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal, NamedTuple

from simulator.domain.vocabulary import CONVERSION_TYPES
from simulator.events.contract import DATA_COLUMNS
from simulator.program.model import Cap, Milestone, Program, Reward
from tests.engine.oracle_expressions import Value, evaluate
from tests.engine.oracle_limits import numbered, same_window, why_in_vain

Event = dict[str, Any]
Row = dict[str, Any]
Receipt = Literal["accepted", "duplicate", "conflict"]

DAY_MS = 24 * 60 * 60 * 1000

# What says something of a person that stays known.
TELLS = ("customer.identified", "friend.claimed")
TELLS_DEVICE = ("customer.identified", "friend.claimed", "friend.visited")


# The entries of one event in the trail: of its kinds the first ones first.
STAGES = ("program-changed", "attributed", "decided", "settled", "pending", "reversed")


class Entry(NamedTuple):
    """One line of the audit trail: when and what, about whom, which event triggered it, under which version.

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
    """The three tables in the form and order of the export."""

    attributions: list[Row]
    decisions: list[Row]
    rewards: list[Row]


@dataclass
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

    def row(self) -> Row:
        return {
            "friend": self.friend,
            "referrer": self.referrer,
            "code": self.code,
            "channel": self.channel,
            "method": self.method,
            "touch_at": self.touch_at,
            "attributed_at": self.attributed_at,
        }


@dataclass(eq=False)
class Decided:
    """One conversion for one milestone, with the program version it is judged under for good."""

    conversion: Event
    milestone: Milestone
    program: Program
    version: int
    attribution: Attributed | None
    outcome: str
    reason: str | None
    decided_at: int
    failed: list[list[str]] = field(default_factory=list)
    facts: dict[str, Value] | None = None
    asked: list[str] = field(default_factory=list)  # codes of the rules that were evaluated
    stopped_by: str | None = None  # the rule that refused it, or put it in review
    held_minor: int = 0  # the money of the lines it would have made then

    def row(self) -> Row:
        return {
            "source": self.conversion["source"],
            "event_id": self.conversion["id"],
            "milestone": self.milestone.name,
            "friend": self.conversion["subject"],
            "referrer": None if self.attribution is None else self.attribution.referrer,
            "outcome": self.outcome,
            "reason": self.reason,
            "decided_at": self.decided_at,
            "failed": self.failed,
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
    value_minor: int
    qualified_at: int
    due_at: int
    state: str = "pending"
    state_at: int = 0
    issued_at: int | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        """What numbers and caps count together: this reward, this role, this recipient."""
        return (self.reward.name, self.reward.to, self.recipient)

    @property
    def conversion(self) -> Event:
        return self.decision.conversion

    @property
    def words(self) -> str:
        return f"{self.reward.name}: {self.value_minor} to {self.reward.to}"

    def row(self) -> Row:
        return {
            "source": self.conversion["source"],
            "event_id": self.conversion["id"],
            "milestone": self.decision.milestone.name,
            "reward": self.reward.name,
            "role": self.reward.to,
            "recipient": self.recipient,
            "value_minor": self.value_minor,
            "state": self.state,
            "due_at": self.due_at,
            "state_at": self.state_at,
        }


class Oracle:
    """Fold accepted events, one at a time. `load` reads the text of a `program.changed`."""

    def __init__(self, program: Program, load: Callable[[str], Program] | None = None) -> None:
        self.program = program
        self.load = load
        self.version = 1
        self.newest: int | None = None
        self.watermark: int | None = None
        self.log: list[Event] = []
        self.accepted: dict[tuple[str, str], Event] = {}
        self.about: dict[str, list[Event]] = defaultdict(list)  # what the log says of a person, in order
        self.links: dict[str, Event] = {}  # code -> the link.created that had effect
        self.touches: dict[str, list[Event]] = defaultdict(list)  # friend -> visits that are touches
        self.attributions: dict[str, Attributed] = {}  # friend -> attribution, in log order
        self.decisions: list[Decided] = []
        self.lines: list[Line] = []
        self.reversals: dict[tuple[str, str], Event] = {}  # conversion -> the reversal of it that counts
        self.waiting: dict[tuple[str, str], list[Event]] = {}  # reversals of conversions not received yet
        self.in_vain: dict[int, str] = {}  # seq of a reversal without effect -> why, as it stands
        self.releases: list[Line] = []  # released, in order, voided ones not among them
        self.without_effect: list[Event] = []  # verdicts that settled nothing
        self._trail: list[tuple[tuple[int, int, int, int, int], Entry]] = []

    # ------------------------------------------------------------------ the door

    def receive(self, message: Event) -> Receipt:
        """Give one valid message its receipt; an accepted one gets the next `seq` and is judged."""
        key = (message["source"], message["id"])
        first = self.accepted.get(key)
        if first is not None:
            return "duplicate" if _content(first) == _content(message) else "conflict"
        self.feed({**message, "seq": len(self.log) + 1})
        return "accepted"

    # ------------------------------------------------------------------ the order

    def feed(self, event: Event) -> None:
        """Judge the next event of the log."""
        now = event["received_at"]
        assert self.newest is None or now >= self.newest, "received_at never decreases along the log"
        assert self.watermark is None or now > self.watermark, (
            "any later event is received after the time told"
        )
        assert not self.log or event["seq"] > self.log[-1]["seq"]
        # A release due at T comes before every event received after T.
        self._release(lambda line: line.due_at < now)
        self.newest = now
        self.log.append(event)
        self.accepted[event["source"], event["id"]] = event
        if event["subject"] is not None:
            self.about[event["subject"]].append(event)
        self._judge(event)

    def advance(self, now: int) -> None:
        """Tell the time: everything due at or before it is released."""
        assert self.newest is None or now >= self.newest, "the time told is never before the newest event"
        self._release(lambda line: line.due_at <= now)
        self.watermark = now if self.watermark is None else max(self.watermark, now)

    def _judge(self, event: Event) -> None:
        kind = event["type"]
        if kind == "program.changed":
            assert self.load is not None, "a program.changed needs a way to read its text"
            self.program = self.load(event["program"])
            self.version += 1
            words = f"version {self.version}: {self.program.name}"
            self._note("program-changed", "program-changed", event, None, self.version, words)
        elif kind == "link.created":
            self.links.setdefault(event["code"], event)  # a second one with the same code has no effect
        elif kind == "friend.visited":
            if self._serving(event["code"]) is not None:
                self.touches[event["subject"]].append(event)
        elif kind == "friend.claimed":
            self._attribute(event)
        elif kind in CONVERSION_TYPES:
            met = self._meet(event)
            self._attribute(event)
            for milestone in self.program.milestones:
                if milestone.event == kind:
                    self._decide(event, milestone)
            self._tell_met(event, met)
        elif kind == "conversion.reversed":
            self._reverse(event)
        elif kind == "review.decided":
            self._settle(event)

    # ------------------------------------------------------------------ 1. attribution

    def _serving(self, code: str | None) -> Event | None:
        """The link of this code if it is live and serves just now."""
        link = None if code is None else self.links.get(code)
        if link is None:
            return None
        if self.program.referrers is None:
            return link
        return link if self._latest(link["subject"], "referrer_kind") in self.program.referrers else None

    def _attribute(self, event: Event) -> None:
        friend, now = event["subject"], event["occurred_at"]
        if friend in self.attributions:
            return
        link = self._serving(event["code"])
        if link is not None:
            touch, channel, method = event, "code", "code"
        else:
            window = self.program.attribution.window_ms
            touches = [t for t in self.touches[friend] if now - window < t["occurred_at"] <= now]
            if not touches:
                return
            pick = max if self.program.attribution.model == "last-touch" else min
            touch = pick(touches, key=lambda t: (t["occurred_at"], t["seq"]))
            link, channel, method = self.links[touch["code"]], touch["channel"], "link"
        words = f"{method}, {channel}, {link['code']}"
        self._note("attributed", "attributed", event, friend, event["seq"], words)
        self.attributions[friend] = Attributed(
            friend=friend,
            referrer=link["subject"],
            code=link["code"],
            channel=channel,
            method=method,
            touch_at=touch["occurred_at"],
            attributed_at=event["received_at"],
            event=event,
        )

    # ------------------------------------------------------------------ 2. decisions

    def _decide(self, event: Event, milestone: Milestone) -> None:
        decision = Decided(
            conversion=event,
            milestone=milestone,
            program=self.program,
            version=self.version,
            attribution=self.attributions.get(event["subject"]),
            outcome="ignored",
            reason=None,
            decided_at=event["received_at"],
        )
        decision.reason = self._ignored(decision)
        if decision.reason is None:
            self._apply_rules(decision)
        self.decisions.append(decision)
        self._note("decided", "decided", event, event["subject"], len(self.decisions), decision.words)
        if decision.outcome == "qualified":
            self._promise(decision, event)

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
            if self._has_qualified(event["subject"], milestone.name):
                return "occurrence"
        elif milestone.occurrence != "each":
            number = sum(e["type"] == event["type"] for e in self.about[event["subject"]])
            if number != milestone.occurrence:
                return "occurrence"
        if milestone.within_ms is not None and at > touch_at + milestone.within_ms:
            return "too-late"
        return None

    def _has_qualified(self, friend: str, milestone: str) -> bool:
        return any(
            d.outcome == "qualified" and d.milestone.name == milestone and d.conversion["subject"] == friend
            for d in self.decisions
        )

    def _apply_rules(self, decision: Decided) -> None:
        decision.facts = facts = self._facts(decision)
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
            decision.held_minor = self._withheld(decision)

    def _withheld(self, decision: Decided) -> int:
        """The money of the lines that a decision, stopped now, would have made."""
        friend, milestone = decision.conversion["subject"], decision.milestone
        if milestone.occurrence == "any" and any(
            one.stopped_by is not None
            for one in self.decisions
            if one.milestone.name == milestone.name
            and one.conversion["subject"] == friend
            and one.milestone.occurrence == "any"
            and one is not decision
        ):
            return 0
        money = 0
        for reward in decision.program.rewards:
            recipient = self._recipient(decision, reward) if reward.on == milestone.name else None
            if recipient is None:
                continue
            promised = sum(line.key == (reward.name, reward.to, recipient) for line in self.lines)
            first, last = reward.tier or (1, None)
            if first <= promised + 1 and (last is None or promised + 1 <= last):
                money += round(Fraction(self._value(decision, reward) or 0, reward.every or 1))
        return money

    def _settle(self, event: Event) -> None:
        """A verdict on a decision in review, once."""
        wanted = (event["decision_source"], event["decision_id"], event["decision_milestone"])
        for decision in self.decisions:
            conversion = decision.conversion
            if (conversion["source"], conversion["id"], decision.milestone.name) != wanted:
                continue
            if decision.outcome != "review":
                continue
            decided_before = decision.milestone.occurrence == "any" and self._has_qualified(
                conversion["subject"], decision.milestone.name
            )
            decision.decided_at = event["received_at"]
            if event["verdict"] == "decline":
                decision.outcome, decision.reason = "refused", "declined"
            elif decided_before:
                decision.outcome, decision.reason = "ignored", "occurrence"
            else:
                decision.outcome, decision.reason = "qualified", None
                self._promise(decision, event)
            number, words = self.decisions.index(decision) + 1, f"{decision.words}, by {event['by']}"
            self._note("settled", "settled", event, conversion["subject"], number, words, decision.version)
            return
        self.without_effect.append(event)
        words = f"{wanted[2]}: no such decision in review"
        self._note("settled", "verdict-without-effect", event, event["subject"], None, words)

    # ------------------------------------------------------------------ facts

    def _latest(self, person: str, name: str) -> Any:
        """The latest known value of a field of a person: by log order among those that gave it."""
        for event in reversed(self.about[person]):
            if event["type"] in TELLS and event[name] is not None:
                return event[name]
        return None

    def _devices(self, person: str) -> set[str]:
        return {
            e["device_ref"]
            for e in self.about[person]
            if e["type"] in TELLS_DEVICE and e["device_ref"] is not None
        }

    def _of(self, person: str, kind: str) -> list[Event]:
        return [e for e in self.about[person] if e["type"] == kind]

    def _amount_minor(self, event: Event, program: Program) -> int | None:
        if event["currency"] is not None and event["currency"] != program.currency:
            return None
        amount: int | None = event["amount_minor"]
        return amount

    def _facts(self, decision: Decided) -> dict[str, Value]:
        event, attribution, program = decision.conversion, decision.attribution, decision.program
        assert attribution is not None
        friend, referrer = attribution.friend, attribution.referrer
        amount = self._amount_minor(event, program)
        claims = self._of(friend, "friend.claimed")
        confirmed = self._of(friend, "eligibility.confirmed")
        contact = self._latest(friend, "contact_ref")
        back = self.attributions.get(referrer)
        own_links = [link for link in self.links.values() if link["subject"] == referrer]
        # Attributions to this referrer up to this friend's own, it included.
        friends = [
            a
            for a in self.attributions.values()
            if a.referrer == referrer and a.event["seq"] <= attribution.event["seq"]
        ]
        return {
            "amount": None if amount is None else amount / 10**program.digits,
            "outcome": event["outcome"],
            "currency": event["currency"],
            "new_customer": event["new_customer"],
            "channel": attribution.channel,
            "method": attribution.method,
            "touch_age_days": (event["occurred_at"] - attribution.touch_at) / DAY_MS,
            "claim_delay_seconds": (
                (claims[0]["occurred_at"] - attribution.touch_at) / 1000 if claims else None
            ),
            "claimed": bool(claims),
            "opted_in": bool(self._of(friend, "friend.opted_in")),
            "authenticated": bool(self._of(friend, "session.authenticated")),
            "eligible": (confirmed[-1]["eligible"] is not False) if confirmed else None,
            "same_person": friend == referrer,
            "same_contact": contact is not None and contact == self._latest(referrer, "contact_ref"),
            "same_device": bool(self._devices(friend) & self._devices(referrer)),
            "cross_referral": back is not None and back.referrer == friend and referrer != friend,
            "friend_segment": self._latest(friend, "segment"),
            "referrer_segment": self._latest(referrer, "segment"),
            "friend_country": self._latest(friend, "country"),
            "referrer_country": self._latest(referrer, "country"),
            "referrer_kind": self._latest(referrer, "referrer_kind"),
            "community": self._latest(referrer, "community"),
            "referrer_age_days": (attribution.attributed_at - own_links[0]["received_at"]) / DAY_MS,
            "referrer_friends_24h": float(
                sum(a.attributed_at > attribution.attributed_at - DAY_MS for a in friends)
            ),
            "referrer_friends": float(len(friends)),
        }

    # ------------------------------------------------------------------ 3. rewards

    def _promise(self, decision: Decided, event: Event) -> None:
        """The reward lines of a decision that `event` has just made qualified."""
        qualified_at = event["received_at"]
        conversion = decision.conversion
        for place, reward in enumerate(decision.program.rewards):
            if reward.on != decision.milestone.name:
                continue
            recipient = self._recipient(decision, reward)
            value = self._value(decision, reward)
            if recipient is None or value is None:
                continue
            line = Line(
                decision=decision,
                reward=reward,
                place=place,
                recipient=recipient,
                value_minor=value,
                qualified_at=qualified_at,
                due_at=max(qualified_at, conversion["occurred_at"] + reward.hold_ms),
                state_at=qualified_at,
            )
            self.lines.append(line)
            self._note_line("pending", line, event)
            reversal = self.reversals.get((conversion["source"], conversion["id"]))
            if reversal is not None:
                line.state, line.state_at = "voided", max(qualified_at, reversal["received_at"])
                self._note_line("reversed", line, event, reversal["seq"])

    def _recipient(self, decision: Decided, reward: Reward) -> str | None:
        """Who is to have it, as the log stands now."""
        attribution = decision.attribution
        assert attribution is not None
        if reward.to == "referrer":
            return attribution.referrer
        if reward.to == "friend":
            return attribution.friend
        if reward.to == "community":
            community: str | None = self._latest(attribution.referrer, "community")
            return community
        above = self.attributions.get(attribution.referrer)
        if above is None or above.referrer in (attribution.referrer, attribution.friend):
            return None
        return above.referrer

    def _value(self, decision: Decided, reward: Reward) -> int | None:
        """The money of the line in minor units; None where there is no line."""
        if reward.percent is None:
            return reward.value_minor
        amount = self._amount_minor(decision.conversion, decision.program)
        if amount is None:
            return None
        share = round(amount * Fraction(reward.percent) / 100)  # round() of a Fraction is half-even
        return min(share, 9_000_000_000) or None

    def _reverse(self, event: Event) -> None:
        key, now = (event["source"], event["reverses"]), event["received_at"]
        conversion = self.accepted.get(key)
        if conversion is None or conversion["type"] not in CONVERSION_TYPES:
            self.waiting.setdefault(key, []).append(event)
            elsewhere = any(
                other["id"] == event["reverses"] and other["subject"] == event["subject"]
                for other in self.log
                if other["type"] in CONVERSION_TYPES
            )
            self._note_vain(event, event, "other-source" if elsewhere else "not-received")
        elif conversion["subject"] != event["subject"]:
            self._note_vain(event, event, "other-subject")
        elif key in self.reversals:
            self._note_vain(event, event, "already-reversed")
        else:
            self.reversals[key] = event
            lines = [x for x in self.lines if (x.conversion["source"], x.conversion["id"]) == key]
            changed = [line for line in lines if self._take_back(line, now)]
            for line in changed:
                self._note_line("reversed", line, event)
            if not changed:
                self._note_vain(event, event, why_in_vain(lines))

    def _meet(self, conversion: Event) -> list[tuple[Event, str | None]]:
        """Reversals that waited for this conversion, each with why it has no effect, None for the one that counts."""
        key = conversion["source"], conversion["id"]
        met: list[tuple[Event, str | None]] = []
        for event in self.waiting.pop(key, ()):
            if event["subject"] != conversion["subject"]:
                met.append((event, "other-subject"))
            elif key in self.reversals:
                met.append((event, "already-reversed"))
            else:
                self.reversals[key] = event
                met.append((event, None))
        return met

    def _tell_met(self, conversion: Event, met: list[tuple[Event, str | None]]) -> None:
        """Enter what became of the reversals that waited, once the conversion is decided."""
        made = any(line.conversion is conversion for line in self.lines)
        for event, why in met:
            del self.in_vain[event["seq"]]
            if why is not None or not made:
                self._note_vain(conversion, event, why or "no-reward")

    def _note_vain(self, at: Event, event: Event, why: str) -> None:
        """Enter a reversal without effect, as `at` is judged: itself, or the conversion that it waited for."""
        self.in_vain[event["seq"]] = why
        kind, who = "reversal-without-effect", event["subject"]
        self._note("reversed", kind, at, who, None, why, trigger=event["seq"])

    def _take_back(self, line: Line, now: int) -> bool:
        """The line's conversion is reversed by an event received now: whether that changes it."""
        if line.state == "pending":
            assert now <= line.due_at  # what is due before now has been released
            line.state, line.state_at = "voided", max(line.qualified_at, now)
            return True
        if line.state == "issued" and line.reward.clawback_ms is not None:
            assert line.issued_at is not None
            if now <= line.issued_at + line.reward.clawback_ms:
                line.state, line.state_at = "revoked", now
                return True
        return False

    def _release(self, due: Callable[[Line], bool]) -> None:
        ready = [line for line in self.lines if line.state == "pending" and due(line)]
        for line in sorted(ready, key=lambda x: (x.due_at, x.conversion["seq"], x.place)):
            self.releases.append(line)
            line.state_at = line.due_at
            number = sum(other.key == line.key for other in self.releases)
            if not numbered(line.reward, number):
                line.state = "counted"
            elif not all(self._fits(line, cap) for cap in line.reward.caps):
                line.state = "capped"
            elif not self._funded(line):
                line.state = "unfunded"
            else:
                line.state, line.issued_at = "issued", line.due_at
            seq, words = line.conversion["seq"], f"{line.words}, release {number}"
            who, version = line.conversion["subject"], line.decision.version
            entry = Entry(line.due_at, line.state, who, seq, version, self.lines.index(line) + 1, words)
            self._trail.append(((line.due_at, 1, seq, line.place, 0), entry))

    def _fits(self, line: Line, cap: Cap) -> bool:
        used = [
            other
            for other in self.releases
            if other.issued_at is not None
            and other.key == line.key
            and same_window(cap.window, other.issued_at, line.due_at)
        ]
        if cap.count is not None and len(used) + 1 > cap.count:
            return False
        spent = sum(other.value_minor for other in used)
        return cap.value_minor is None or spent + line.value_minor <= cap.value_minor

    def _funded(self, line: Line) -> bool:
        """By the budget of the version in force now, after every event received up to the release."""
        if self.program.budget_minor is None:
            return True
        spent = sum(other.value_minor for other in self.releases if other.issued_at is not None)
        return spent + line.value_minor <= self.program.budget_minor

    # ------------------------------------------------------------------ 4. the audit trail

    def _note(
        self,
        stage: str,
        kind: str,
        event: Event,
        person: str | None,
        ref: int | None,
        detail: str,
        version: int | None = None,
        trigger: int | None = None,
    ) -> None:
        """Enter what an event made happen, under the version in force or that of what it is about."""
        at, seq = event["received_at"], event["seq"]
        entry = Entry(at, kind, person, trigger or seq, version or self.version, ref, detail)
        self._trail.append(((at, 0, seq, STAGES.index(stage), -1 if ref is None else ref), entry))

    def _note_line(self, stage: str, line: Line, event: Event, trigger: int | None = None) -> None:
        who, number, version = line.conversion["subject"], self.lines.index(line) + 1, line.decision.version
        self._note(stage, line.state, event, who, number, line.words, version, trigger)

    @property
    def trail(self) -> list[Entry]:
        """The audit trail: what events did in their order, at one moment before what fell due."""
        return [entry for _, entry in sorted(self._trail, key=lambda pair: pair[0])]

    # ------------------------------------------------------------------ the outcome

    def later(self) -> Oracle:
        """What there would be if nothing happened from now on but time: one that has its own lines."""
        other = copy(self)
        mine = {id(line): copy(line) for line in self.lines}
        other.lines = list(mine.values())
        other.releases = [mine[id(line)] for line in self.releases]
        other._trail = []
        return other

    @property
    def expected(self) -> list[str | None]:
        """What each pending line becomes if nothing else happens, by line; None for those that are not pending."""
        last = self.later()
        last._release(lambda _: True)
        return [
            then.state if now.state == "pending" else None
            for now, then in zip(self.lines, last.lines, strict=True)
        ]

    @property
    def rows(self) -> Rows:
        """Everything decided, in log order, in the form of the export."""
        lines = zip(self.lines, self.expected, strict=True)
        return Rows(
            [a.row() for a in self.attributions.values()],
            [d.row() for d in self.decisions],
            [{**line.row(), "expected": expected} for line, expected in lines],
        )


def _content(event: Mapping[str, Any]) -> tuple[Any, ...]:
    """What is compared of two messages with the same key."""
    time = None if event.get("time_inferred") else event["occurred_at"]  # what nobody stated is no content
    return time, *(event[name] for name in ("type", "subject", *DATA_COLUMNS))

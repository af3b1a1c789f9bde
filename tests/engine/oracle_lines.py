"""Reward lines: what a qualified decision promises, and what reversals, reinstatements and adjustments do to them."""

from __future__ import annotations

from fractions import Fraction

from simulator.program.model import Reward
from tests.engine.oracle_limits import Limits
from tests.engine.oracle_money import worth
from tests.engine.oracle_records import NEVER_PAID, Decided, Event, Line
from tests.engine.oracle_state import Key, key_of


class Lines(Limits):
    """Lines are made once, fall with their conversion, and come back with it."""

    # What is promised.

    def promise(self, decision: Decided, event: Event) -> None:
        """The reward lines of a decision that `event` has just made qualified."""
        qualified_at, conversion = event["received_at"], decision.conversion
        for place, reward in enumerate(decision.program.rewards):
            value = self._promised(decision, reward)
            recipient = None if value is None else self.recipient(decision, reward)
            if value is None or recipient is None:
                continue
            line = Line(
                decision=decision,
                reward=reward,
                place=place,
                recipient=recipient,
                earned_minor=value,
                value_minor=value,
                kind=reward.kind,
                qualified_at=qualified_at,
                due_at=max(qualified_at, conversion["occurred_at"] + reward.hold_ms),
                state_at=qualified_at,
            )
            self.lines.append(line)
            self.note_line("pending", line, event)
            reversal = self.undone.get(key_of(conversion))
            if reversal is not None:
                self._fall(line, "voided", max(qualified_at, reversal["received_at"]), "reversal")
                self.note_line("reversed", line, event, reversal["seq"])

    def _promised(self, decision: Decided, reward: Reward) -> int | None:
        """The worth of a line for this reward; None where the decision gives none."""
        if reward.on != decision.milestone.name or not self._is_offered(decision, reward):
            return None
        return worth(reward, self.amount_minor(decision.conversion, decision.program))

    @staticmethod
    def _is_offered(decision: Decided, reward: Reward) -> bool:
        """Whether the conversion is one that the reward is offered for: by its dates and its condition."""
        attribution = decision.attribution
        assert attribution is not None
        dated = attribution.touch_at if reward.dated_by == "touch" else decision.conversion["occurred_at"]
        if reward.from_ms is not None and dated < reward.from_ms:
            return False
        if reward.until_ms is not None and dated >= reward.until_ms:
            return False
        return reward.when is None or [reward.name, "yes"] in decision.offered

    def recipient(self, decision: Decided, reward: Reward) -> str | None:
        """Who should get it, as the log stands now."""
        attribution = decision.attribution
        assert attribution is not None
        if reward.to == "referrer":
            return self.ref(attribution.referrer)
        if reward.to == "friend":
            return self.ref(attribution.friend)
        if reward.to == "community":
            community: str | None = self.latest(attribution.referrer, "community")
            return community
        above = self.attribution_of(attribution.referrer)
        if above is None:
            return None
        if self.same(above.referrer, attribution.referrer) or self.same(above.referrer, attribution.friend):
            return None
        return self.ref(above.referrer)

    def withheld(self, decision: Decided) -> int:
        """The money of the lines that a decision, if it were stopped now, would have made."""
        friend, milestone = decision.friend, decision.milestone
        if milestone.occurrence == "any" and any(
            one.stopped_by is not None
            for one in self.decisions
            if one.milestone.name == milestone.name
            and self.same(one.friend, friend)
            and one.milestone.occurrence == "any"
            and one is not decision
        ):
            return 0
        money = 0
        for reward in decision.program.rewards:
            value = self._promised(decision, reward)
            recipient = None if value is None else self.recipient(decision, reward)
            if value is None or recipient is None:
                continue
            wanted = (reward.name, reward.to, recipient)
            promised = sum((x.reward.name, x.reward.to, self.ref(x.recipient)) == wanted for x in self.lines)
            first, last = reward.tier or (1, None)
            if first <= promised + 1 and (last is None or promised + 1 <= last):
                money += round(Fraction(value, reward.every or 1))
        return money

    # Reversals.

    def of_conversion(self, key: Key) -> list[Line]:
        return [line for line in self.lines if key_of(line.conversion) == key]

    def reverse(self, event: Event) -> None:
        """A reversal: it takes back, waits for its conversion, or has no effect."""
        key = (event["source"], event["reverses"])
        conversion = self.conversion_named(key)
        if conversion is None:
            self.waiting.setdefault(key, []).append(event)
            self.in_vain[event["seq"]] = why = (
                "other-source" if self._came_elsewhere(event) else "not-received"
            )
            self._note_reversal("reversal-waiting", event, event, why)
            return
        fails = self.reversal_fails(event, conversion)
        if fails is not None:
            self._note_vain(event, event, fails)
            return
        self.undone[key] = event
        lines = self.of_conversion(key)
        why = why_nothing_to_undo(lines, event["received_at"])
        changed = [line for line in lines if self._take_back(line, event)]
        if not changed:
            self._note_vain(event, event, why)

    def _came_elsewhere(self, event: Event) -> bool:
        """Whether another source has sent a conversion with the id that a reversal names."""
        return any(
            other["id"] == event["reverses"]
            and other["source"] != event["source"]
            and self.fits(event, other)
            for other in self.log
            if self.conversion_named(key_of(other)) is not None
        )

    def _take_back(self, line: Line, event: Event) -> bool:
        """Reverse the conversion of a line, and return whether that changes the line."""
        now = event["received_at"]
        if line.state in NEVER_PAID:
            self._fall(line, "voided", max(line.qualified_at, now), "reversal")
        elif line.state == "issued" and line.clawback_until is not None and now <= line.clawback_until:
            self._fall(line, "revoked", now, "reversal")
        else:
            return False
        self.note_line("reversed", line, event)
        return True

    def _fall(self, line: Line, state: str, at: int, by: str) -> None:
        if line.state in ("waiting", "offered", "issued"):
            self.room_grew = True
        line.state, line.state_at, line.fell_by = state, at, by

    def meet(self, conversion: Event) -> list[tuple[Event, str | None]]:
        """Reversals that waited for this conversion, each with why it has no effect, None for the one that has."""
        met: list[tuple[Event, str | None]] = []
        for event in self.waiting.pop(key_of(conversion), ()):
            fails = self.reversal_fails(event, conversion)
            if fails is None:
                self.undone[key_of(conversion)] = event
            met.append((event, fails))
        return met

    def tell_met(self, conversion: Event, met: list[tuple[Event, str | None]]) -> None:
        """Record what happened to the reversals that waited, once the conversion is decided."""
        made = bool(self.of_conversion(key_of(conversion)))
        for event, why in met:
            del self.in_vain[event["seq"]]
            if why is not None or not made:
                self._note_vain(conversion, event, why or "nothing-to-undo")

    def _note_vain(self, at: Event, event: Event, why: str) -> None:
        """Enter a reversal without effect, as `at` is judged: itself, or the conversion that it waited for."""
        self.in_vain[event["seq"]] = why
        self._note_reversal("reversal-without-effect", at, event, why)

    def _note_reversal(self, kind: str, at: Event, event: Event, why: str) -> None:
        self.note("reversed", kind, at, self.subject(event), None, why, trigger=event["seq"])

    # Reinstatements.

    def reinstate(self, event: Event) -> None:
        """A conversion stands again: what its reversal took is released anew."""
        key = (event["source"], event["reinstates"])
        conversion = self.conversion_named(key)
        fails = self.reinstatement_fails(event, conversion)
        if fails is not None:
            self.note("reversed", "reinstatement-without-effect", event, self.subject(event), None, fails)
            return
        assert conversion is not None
        del self.undone[key]
        now = event["received_at"]
        for line in self.of_conversion(key):
            if line.fell_by != "reversal":
                continue
            value = worth(line.reward, self.amount_minor(conversion, line.decision.program))
            if value is None:
                continue
            line.forget_release()
            line.earned_minor = line.value_minor = value
            line.due_at = max(line.due_at, now)
            line.state, line.state_at = "pending", now
            self.room_grew = True
            self.note_line("pending", line, event)

    # Adjustments.

    def adjust(self, event: Event) -> None:
        """Change the amount of a conversion from now on."""
        key = (event["source"], event["adjusts"])
        conversion = self.conversion_named(key)
        fails = self.adjustment_fails(event, conversion)
        if fails is not None:
            self.note("reversed", "adjustment-without-effect", event, self.subject(event), None, fails)
            return
        assert conversion is not None
        self.amounts[key] = event["amount_minor"]
        for line in self.of_conversion(key):
            if line.reward.percent is not None:
                share = worth(line.reward, self.amount_minor(conversion, line.decision.program)) or 0
                self._take_share(line, share, event)

    def _take_share(self, line: Line, share: int, event: Event) -> None:
        now = event["received_at"]
        if line.state == "pending" and share > 0:
            line.earned_minor = line.value_minor = share
        elif line.state == "waiting" and 0 < share < line.earned_minor:
            line.earned_minor = share
            line.value_minor = min(line.value_minor, share)
            self.room_grew = True
        elif line.state in ("pending", "waiting") and share == 0:
            self._fall(line, "voided", now, "adjustment")
            self.note_line("reversed", line, event)
        elif line.state == "issued" and line.clawback_until is not None and now <= line.clawback_until:
            self._reduce(line, share, event)

    def _reduce(self, line: Line, share: int, event: Event) -> None:
        """Take back the difference if an issued line is worth less now."""
        before = line.value_minor
        if share >= before:
            return
        self.room_grew = True
        line.value_minor = share
        if share == 0:
            self._fall(line, "revoked", event["received_at"], "adjustment")
            self.note_line("reversed", line, event, more=f", from {before}")
        else:
            self.note_line("reversed", line, event, kind="reduced", more=f", from {before}")


def why_nothing_to_undo(lines: list[Line], now: int) -> str:
    """Why a reversal changes none of these lines: what its clawback would have reached is out of reach."""
    reached = {x.state for x in lines if x.clawback_until is not None and now <= x.clawback_until}
    for state in ("redeemed", "expired"):
        if state in reached:
            return state
    return "nothing-to-undo"

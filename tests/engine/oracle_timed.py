"""The clock: what falls due, moment by moment, in its order."""

from __future__ import annotations

from collections.abc import Iterable

from tests.engine.oracle_decisions import Decisions
from tests.engine.oracle_expressions import evaluate
from tests.engine.oracle_limits import next_period
from tests.engine.oracle_records import Line


class Timed(Decisions):
    """The steps of one moment, after its events: releases, ends of choice, expiries; then what waits is tried, once."""

    def pass_time(self, last: int) -> None:
        """Take every timed step up to a moment, including it; all events received by then have been judged."""
        while (now := self.next_moment()) is not None and now <= last:
            self.step(now)
        self.clock = last if self.clock is None else max(self.clock, last)

    def next_moment(self) -> int | None:
        """When the next timed step is due: at the newest event's moment where it has made room."""
        moments = [self._period_begins(), *(line.next_step_at for line in self.lines)]
        if self.room_grew:
            moments.append(self.newest)
        return min((m for m in moments if m is not None), default=None)

    def _period_begins(self) -> int | None:
        """When the next period of the budget begins, if something waits for it."""
        if not (self.may_wait() and self._waiting()):
            return None
        assert self.clock is not None
        return next_period(self.program, self.clock)

    def _waiting(self) -> list[Line]:
        return in_order(line for line in self.lines if line.state == "waiting")

    def step(self, now: int) -> None:
        """Take the steps of one moment."""
        if self._period_begins() == now:
            self.room_grew = True
        for line in in_order(x for x in self.lines if x.state == "pending" and x.due_at == now):
            self._release(line, now)
        for line in in_order(x for x in self.lines if x.choice_ends == now):
            self._end_choice(line, now)
        for line in in_order(x for x in self.lines if x.expires_at == now):
            line.state, line.state_at = "expired", now
            self.note_step("expiry", line, now, "")
        if self.room_grew:
            self.room_grew = False
            self._try_waiting(now)
        self.clock = now

    # A release: keep_if, number, caps, budget.

    def _release(self, line: Line, now: int) -> None:
        line.state_at = now
        forfeited = self._not_kept(line)
        if forfeited is not None:
            self._forfeit(line, forfeited, now)
            self.note_step("release", line, now, forfeited)
        else:
            number = self.number(line)
            self._judge_release(line, now)
            self.releases += 1
            line.released = self.releases
            self.note_step("release", line, now, f"release {number}")
        line.became = line.state

    def _judge_release(self, line: Line, now: int) -> None:
        if not self.passes_number(line):
            line.state = "counted"
            return
        value = self.after_caps(line)
        if value is None:
            line.state = "capped"
            return
        funded = None if self.may_wait() and self._waiting() else self.after_budget(value, now)
        if funded is not None:
            self._issue(line, funded, now)
        elif self.may_wait():
            line.state, line.value_minor = "waiting", value
        else:
            line.state = "unfunded"

    def _not_kept(self, line: Line) -> str | None:
        """Why the line is forfeited as it is released; None if it is kept."""
        if line.reward.keep_if is None:
            return None
        facts = self.facts_at_release(line.decision, line.reward.to, line.recipient)
        said = evaluate(line.reward.keep_if, facts)
        if said is True:
            return None
        return "keep_if:missing" if said is None else "keep_if"

    @staticmethod
    def _forfeit(line: Line, reason: str, now: int) -> None:
        line.state, line.reason, line.state_at = "forfeited", reason, now

    @staticmethod
    def _issue(line: Line, value: int, now: int) -> None:
        """Issue it, or offer the choice; from here on it takes room in the budget."""
        line.value_minor = line.granted_minor = value
        line.room_at = line.state_at = now
        if line.reward.choices:
            line.state, line.offered_at = "offered", now
        else:
            line.state, line.issued_at = "issued", now

    # What comes after.

    def _end_choice(self, line: Line, now: int) -> None:
        """End a choice: nothing was chosen in time."""
        if line.reward.otherwise is not None:
            line.state, line.kind = "issued", line.reward.otherwise
            line.state_at = line.issued_at = now
            self.note_step("choice-ends", line, now, line.reward.otherwise)
            return
        self.room_grew = True
        self._forfeit(line, "not-chosen", now)
        self.note_step("choice-ends", line, now, "not-chosen")

    def _try_waiting(self, now: int) -> None:
        """Try what waits, first come first served, until something does not fit."""
        for line in self._waiting():
            forfeited = self._not_kept(line)
            funded = self.after_budget(line.value_minor, now)
            if forfeited is not None:
                self._forfeit(line, forfeited, now)
            elif funded is not None:
                self._issue(line, funded, now)
            elif self.may_wait():
                return
            else:  # by a budget that lets nothing wait any more
                line.state, line.value_minor, line.state_at = "unfunded", line.earned_minor, now
            self.note_step("try", line, now, forfeited or "waited")


def in_order(lines: Iterable[Line]) -> list[Line]:
    """First come, first served."""
    return sorted(lines, key=lambda line: line.order)

"""Find what booked pending lines are expected to become, again only where something about them has changed.

They are judged as of the end of the hour in which it changed, so that a batch of any size judges them equally often.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from simulator.domain.spans import HOUR_MS
from simulator.engine.booked_lines import BookedLine
from simulator.engine.budgeting import Room
from simulator.engine.flow import Flow
from simulator.engine.scopes import Scopes
from simulator.engine.shortage import Shortage
from simulator.program.model import Budget


@dataclass
class ExpectedStates:
    """The pending lines of a flow whose expected state may have changed, and how they are judged again.

    `shift` takes a line that is expected to become another state, that state, and the hour of the change.
    """

    flow: Flow
    scopes: Scopes
    shift: Callable[[BookedLine, int, int], None]
    _changed: set[int] = field(default_factory=set)  # accounts whose lines are to be judged again
    _changed_rewards: set[str] = field(default_factory=set)  # the same for shared rewards
    _hour: int = 0  # in which they changed
    _all_changed: bool = False
    _short: bool = False  # whether the budget may have been short when lines were last judged
    _shortage: Shortage | None = None  # the pending lines as they were judged then
    _unforeseen: set[int] = field(default_factory=set)  # accounts with a line released to an unexpected state
    _choices: bool = False  # whether any line has choices

    @property
    def are_stale(self) -> bool:
        """Return whether any line is to be judged again."""
        return bool(self._changed) or self._all_changed

    def are_due(self, before: int) -> bool:
        """Return whether some are to be judged before anything happens from a time (milliseconds) on."""
        return self.are_stale and before // HOUR_MS > self._hour

    def note_choices(self, line: BookedLine) -> None:
        """Take note of a line that is booked, which may have choices."""
        self._choices |= bool(line.terms.reward.choices)

    def note_scheduled(self, line: BookedLine) -> None:
        """Take up a line that is pending from now on."""
        if self._shortage is not None:
            self._shortage.enter(line)

    def note_unforeseen(self, line: BookedLine) -> None:
        """Take note of a line that was released to another state than the expected one."""
        self._unforeseen.add(line.account)

    def begin_anew(self) -> None:
        """Keep nothing of how lines were judged while the budget was short, as one that was judged is entered."""
        self._shortage = None

    def touch(self, line: BookedLine, at: int) -> None:
        """Note that the expected state of a line, and of the lines that depend on it, may have changed."""
        self.touch_account(line.account, at)
        if self.scopes.is_shared(line.terms.reward.name):
            self._changed_rewards.add(line.terms.reward.name)

    def touch_account(self, account: int, at: int) -> None:
        """Note that what an account's lines are expected to become may have changed at a time (milliseconds)."""
        self._changed.add(account)
        self._hour = at // HOUR_MS

    def touch_all(self, at: int) -> None:
        """Note that what any line is expected to become may have changed at a time (milliseconds)."""
        self._all_changed, self._hour = True, at // HOUR_MS

    def judge(self, room: Room | None, pending: int) -> None:
        """Judge the changed accounts' lines again, or all if the budget may be short, as of the hour's end.

        `room` is that of the budget, None if it is not the book's; `pending` is the money of all pending lines.
        """
        short = room is not None and self._may_be_short(room, pending)
        if short and room is not None and room.total is not None and self._is_plain(room):
            self._judge_shortage(room.total - room.spent)
            return
        if short or self._short or self._all_changed:
            stale = list(self.flow.lines.values())
        else:
            stale = self._pending_of_changed()
        self._short, self._shortage = short, None
        self._forget_changes()
        self.flow.room = room
        lines = sorted(stale, key=lambda line: line.order)
        offered = self.flow.all_offered if short else self.flow.offered_beside(lines)
        waits = room is not None and (bool(self.flow.waiting) or (short and room.lets_wait))
        if waits or _may_lapse(lines, offered, limited=short):
            then = self.flow.forecast(lines, offered, boundless=not short)
            found = [then[line.id] for line in lines]
        else:
            found = self.flow.ahead(lines, boundless=not short)
        self._expect(zip(lines, found, strict=True))

    def _is_plain(self, room: Room) -> bool:
        """Return whether nothing but the budget's one sum connects accounts, and only events give its room back."""
        shared = any(self.scopes.is_shared(reward) for reward in self.scopes.kinds)
        return room.terms == Budget() and not (self.flow.waiting or self._choices or shared)

    def _judge_shortage(self, left: int) -> None:
        """Judge the changed accounts' lines, and those that get what the budget has left in another way than before."""
        accounts = self._changed | self._unforeseen
        if self._shortage is None or self._all_changed:
            self._shortage, accounts = Shortage.begin(self.flow), set(self.flow.of_account)
        self._short = True
        self._forget_changes()
        self._expect(self._shortage.judge(left, accounts))

    def _forget_changes(self) -> None:
        self._all_changed = False
        self._unforeseen.clear()
        self._changed.clear()
        self._changed_rewards.clear()

    def _expect(self, found: Iterable[tuple[BookedLine, int]]) -> None:
        """Book what pending lines are expected to become from now on, where that is another state."""
        for line, after in found:
            if after != line.expected:
                self.shift(line, after, self._hour)

    def _may_be_short(self, room: Room, pending: int) -> bool:
        """Return whether a line waits for the budget, or may have to, in this period or in all later ones together."""
        if self.flow.waiting:
            return True
        now = self.flow.earliest
        if not room.is_short(pending, now):
            return False
        if room.terms.period == "lifetime":
            return True
        then = room.period_end(now)
        soon = sum(line.value for line in self.flow.lines.values() if line.due < then)
        return room.is_short(soon, now) or room.is_short(pending - soon, then)

    def _pending_of_changed(self) -> list[BookedLine]:
        """Return the pending lines of changed accounts, and of the shared rewards that they affect."""
        theirs = [self.flow.of_account.get(account, {}) for account in self._changed]
        found = {line.id: line for lines in theirs for line in lines.values()}
        rewards = {line.terms.reward.name for line in found.values()}
        shared = self._changed_rewards | {reward for reward in rewards if self.scopes.is_shared(reward)}
        if shared:
            found |= {line.id: line for line in self.flow.lines.values() if line.terms.reward.name in shared}
        return list(found.values())


def _may_lapse(lines: list[BookedLine], offered: list[BookedLine], *, limited: bool) -> bool:
    """Return whether the fate of some of these pending lines may depend on the end of a choice.

    `limited`: the budget may be short, so that this holds for all lines, not only for those with numbers or caps.
    """
    if not any(line.may_lapse for group in (offered, lines) for line in group):
        return False
    rewards = [line.terms.reward for line in lines]
    return limited or any(reward.every or reward.tier or reward.caps for reward in rewards)

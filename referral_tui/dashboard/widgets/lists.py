"""The lists of the overview: what just happened, rewards, attributions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from referral_tui import figures
from referral_tui.dashboard.topic import Topic
from referral_tui.dashboard.widgets.inks import REWARD_INKS
from referral_tui.dashboard.widgets.lines import Line
from referral_tui.dashboard.widgets.listing import Listing
from referral_tui.words import (
    CATEGORIES,
    CATEGORY_SYMBOLS,
    CATEGORY_TITLES,
    REWARD_MEANING,
    REWARD_SYMBOLS,
    category,
    channel_words,
    event_sentence,
    recipient,
    who,
)
from simulator.domain.definitions import NOT_ISSUED
from simulator.domain.pending import UNPAID

if TYPE_CHECKING:
    from db.read.overview import Attributed
    from db.read.queries import AuditEntry, EventRow, Program
    from referral_tui.dashboard.step import Step

ROOMY, WIDE = 84, 100  # cells from which a row says more
NAME, ROLE = 19, 9  # cells of a short name, and of "community", the longest role


SIGN_IN = "session.authenticated"


@dataclass(frozen=True, slots=True)
class SignIns:
    """Those who signed in within an hour, shown in one row, so that what matters more stays in view."""

    newest: EventRow
    people: int

    def references(self) -> tuple[str | None, ...]:
        """List everybody who appears in it by name: those who signed in alone."""
        return self.newest.references() if self.people == 1 else ()


def gather(rows: Sequence[EventRow]) -> tuple[EventRow | SignIns, ...]:
    """Put the sign-ins of each hour together, at the place of the newest; everything else stays, newest first."""
    hours: dict[int, set[str | None]] = {}
    for row in rows:
        if row.type == SIGN_IN:
            hours.setdefault(row.received_at // figures.HOUR, set()).add(row.subject)
    gathered: list[EventRow | SignIns] = []
    for row in rows:
        if row.type != SIGN_IN:
            gathered.append(row)
        elif people := hours.pop(row.received_at // figures.HOUR, None):
            gathered.append(SignIns(row, len(people)))
    return tuple(gathered)


class Stream(Listing["EventRow | SignIns"]):
    """The newest events in plain words; those who signed in within an hour are one row."""

    def __init__(self) -> None:
        facts = tuple((CATEGORY_SYMBOLS[name], CATEGORY_TITLES[name]) for name in CATEGORIES)
        super().__init__(
            "Just now",
            Topic(
                "Just now",
                "The newest events of the log, newest first, by the platform's clock. People go by short names "
                "made from their pseudonyms: the platform knows no others. The sign tells the category of data. "
                "Those who signed in within an hour share one row.",
                facts,
            ),
            "Nothing has happened yet. Events appear here as the platform receives them.",
            id="stream",
        )
        self.program: Program | None = None
        self._events: Sequence[EventRow] = ()

    @property
    def rows(self) -> Sequence[EventRow]:
        """The events that are shown, one by one."""
        return self._events

    def show_events(self, events: Sequence[EventRow]) -> None:
        """Take the newest events, newest first; does nothing if they are already shown."""
        if events != self._events:
            self._events = events
            self.show(gather(events))

    def moment(self, row: EventRow | SignIns) -> int:
        """Return when it was received."""
        return _event(row).received_at

    def glosses(self) -> Iterator[str]:
        """Explain steering events if any are shown."""
        if any(category(_event(row).type) == "steering" for row in self.shown):
            yield f"{CATEGORY_SYMBOLS['steering']} {CATEGORY_TITLES['steering']}"

    def marked(self, row: EventRow | SignIns, step: Step) -> bool:
        """Return whether the last step caused an event."""
        return _event(row).seq > step.after

    def draw_row(self, row: EventRow | SignIns, line: Line) -> None:
        """Draw when, which category, and what happened."""
        event = _event(row)
        kind = category(event.type)
        ink = self.ink(kind)
        wide = line.left >= WIDE
        if wide or self.dated:
            line.add(figures.day(event.received_at), self.ink("quiet"), 7)
        if wide:
            line.add(figures.clock_time(event.received_at), self.ink("quiet"), 9)
        else:
            line.add(figures.time_of_day(event.received_at), self.ink("quiet"), 6)
        line.add(CATEGORY_SYMBOLS[kind] + " ", ink)
        if line.left >= ROOMY:
            line.add(kind, ink, 15)
        if isinstance(row, SignIns) and row.people > 1:
            line.add(f"{row.people:,} people signed in", self.ink("quiet"))
            return
        sentence, person = event_sentence(event, self.program, self.names), who(event.subject, self.names)
        head = len(person) if sentence.startswith(person) else 0
        line.add(sentence[:head], self.ink("strong")).add(sentence[head:], self.ink("plain"))


def _event(row: EventRow | SignIns) -> EventRow:
    return row.newest if isinstance(row, SignIns) else row


class Rewards(Listing["AuditEntry"]):
    """The newest changes of rewards."""

    def __init__(self) -> None:
        facts = (
            *((f"{REWARD_SYMBOLS[state]} {state}", REWARD_MEANING[state]) for state in REWARD_SYMBOLS),
            (f"{REWARD_SYMBOLS['pending']} {UNPAID}", "pending, but would pay nothing as things stand"),
        )
        super().__init__(
            "Rewards",
            Topic("Rewards", "The newest changes of rewards: what became of the money, and for whom.", facts),
            "No reward yet. One appears as soon as a friend qualifies.",
            id="rewards",
        )
        self.program: Program | None = None

    def moment(self, row: AuditEntry) -> int:
        """Return when it changed."""
        return row.at

    def glosses(self) -> Iterator[str]:
        """Explain the words that not everybody knows, if they are shown."""
        shown = self.shown
        if any(row.kind == "counted" for row in shown):
            yield "· counted: toward a bonus"
        if any(row.role == "upline" for row in shown):
            yield "upline: who brought the referrer"
        if any(_state(row) == UNPAID for row in shown):
            yield f"{UNPAID}: would pay nothing"

    def marked(self, row: AuditEntry, step: Step) -> bool:
        """Return whether the last step caused a change."""
        return row in step.audit_entries

    def _state_cells(self, room: int) -> int:
        """Return the width of the states, with a blank after the longest that is shown."""
        if room < 40:
            return 8
        return max(9, *(len(_state(row)) + 1 for row in self.shown))

    def draw_row(self, row: AuditEntry, line: Line) -> None:
        """Draw state, money, and for whom."""
        ink = self.ink(REWARD_INKS.get(row.kind, "plain"))
        room = line.left
        if room >= 68 or self.dated:
            line.add(figures.day(row.at), self.ink("quiet"), 7)
        if line.left >= 44:
            line.add(figures.time_of_day(row.at), self.ink("quiet"), 6)
        state = _state(row)
        line.add(REWARD_SYMBOLS.get(row.kind, "·") + " ", ink).add(state, ink, self._state_cells(room))
        amount = figures.NOTHING
        if self.program is not None:
            amount = figures.money(row.value_minor, self.program.currency, self.program.digits, 6)
        line.add(amount, self.ink("quiet" if state == UNPAID else "strong"), 6, right=True).skip()
        roled = line.left >= NAME + ROLE
        line.add(recipient(row, self.names), self.ink("plain"), NAME if roled else None)
        if roled:
            line.add(row.role or "", self.ink("quiet"), 10)
        if room >= 68:
            due = f"due {figures.day(row.due_at)}" if row.kind == "pending" and row.due_at is not None else ""
            line.add(due, self.ink("quiet"))


def _state(row: AuditEntry) -> str:
    """Return the state that a change led to; `unpaid` for a pending reward that `pending` money doesn't include."""
    return UNPAID if row.kind == "pending" and row.expected in NOT_ISSUED else row.kind


class Attributions(Listing["Attributed"]):
    """The newest attributions."""

    def __init__(self) -> None:
        super().__init__(
            "Who brought whom",
            Topic(
                "Who brought whom",
                "The newest attributions: a friend is matched to the referrer, once in a program, by a code that "
                "was typed or by the link that was opened within the window.",
            ),
            "Nobody has been matched to a referrer yet.",
            id="attributions",
        )

    def moment(self, row: Attributed) -> int:
        """Return when they were matched."""
        return row.attributed_at

    def marked(self, row: Attributed, step: Step) -> bool:
        """Return whether the last step caused a match."""
        return row.seq > step.after

    def draw_row(self, row: Attributed, line: Line) -> None:
        """Draw the friend, the referrer, and how they were matched."""
        wide = line.left >= 68
        if wide or self.dated:
            line.add(figures.day(row.attributed_at), self.ink("quiet"), 7)
        if line.left >= 50:
            line.add(figures.time_of_day(row.attributed_at), self.ink("quiet"), 6)
        line.add(self.names(row.referrer), self.ink("strong"), 18 if line.left >= 42 else None)
        line.add(" → ", self.ink("identification")).add(self.names(row.friend), self.ink("plain"), 18)
        how = f" by {row.method}"
        if wide and row.method == "link":
            how += f", {channel_words(row.channel)}"
        if line.left >= 8:
            line.add(how, self.ink("quiet"))

"""The one-line widgets of the frame: the top with the screens' tabs, the clock of the world, the keys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.style import Style
from textual import events
from textual.strip import Strip

from referral_tui import figures
from referral_tui.dashboard.query import Side
from referral_tui.dashboard.snapshot import Snapshot
from referral_tui.dashboard.widgets.lines import LineWidget

ROOMY = 110  # cells from which the clock says more
BRAND = " ◆ referral  "
STATUS = {
    "running": ("▶", "good"),
    "paused": ("‖", "warn"),
    "finished": ("■", "plain"),
    "stopped": ("▲", "bad"),
    "unknown": ("·", "quiet"),
}


@dataclass(frozen=True, slots=True)
class Tab:
    """A screen as the top shows it."""

    key: str
    title: str
    action: str
    here: bool


@dataclass(frozen=True, slots=True)
class KeyHint:
    """A key as the footer shows it: how it is pressed, in a word what it does, and in a sentence.

    `action` is what a click does; empty if it stands for several keys.
    """

    key: str
    label: str
    action: str
    tooltip: str
    pinned: bool = False


class TopBar(LineWidget):
    """The program's name, a tab for each screen, and which side of the wall is shown."""

    def __init__(self, tabs: Sequence[Tab]) -> None:
        """Make the top for these screens."""
        super().__init__(id="top")
        self._tabs = tuple(tabs)
        self._name = ""
        self._side: Side = "platform"

    def show(self, name: str, side: Side) -> None:
        """Take the program's name, and the side of the wall that is shown."""
        if (name, side) != (self._name, self._side):
            self._name, self._side = name, side
            self.redraw()

    def draw(self, width: int, height: int) -> Iterator[Strip]:  # noqa: ARG002 -- one line whatever the height
        """Draw the line; if space is short, leave out our name, then the program's, words, and other titles."""
        line = self.line(width)
        side, short = f"{self._side}'s view ", f"{self._side} "
        wide = [f" {tab.key} {tab.title} " for tab in self._tabs]
        tight = [text if tab.here else text[1:] for text, tab in zip(wide, self._tabs, strict=True)]
        keys = [text if tab.here else f"{tab.key} " for text, tab in zip(wide, self._tabs, strict=True)]
        if cell_len(BRAND) + _cells(wide) + 1 + cell_len(side) <= width:
            room = line.left - _cells(wide) - cell_len(side) - 3 - cell_len(BRAND[:3])
            ours = BRAND[3:] if not self._name or cell_len(BRAND[3:] + self._name) <= room else ""
            line.add(BRAND[:3], self.ink("accent")).add(ours, self.ink("strong"))
            if self._name:
                line.add(
                    self._name, self.ink("quiet" if ours else "strong"), min(len(self._name), room)
                ).skip(2)
        layouts = [(wide, side), (wide, short), (tight, short), (keys, short)]
        fitting = [(tabs, side) for tabs, side in layouts if _cells(tabs) + 1 + cell_len(side) <= line.left]
        tabs, side = fitting[0] if fitting else layouts[-1]
        for text, tab in zip(tabs, self._tabs, strict=True):
            style = self.ink("tab") if tab.here else self.ink("plain")
            line.add(text, style + Style(meta={"@click": tab.action}))
        line.skip(line.left - cell_len(side))
        line.add(side, self.ink("identification" if self._side == "platform" else "conversion"))
        yield line.strip()


class ClockBar(LineWidget):
    """What the writer does, the simulated time, its pace, the rate of events, and how far the run is."""

    def __init__(self) -> None:
        super().__init__(id="clock")
        self._snapshot: Snapshot | None = None

    def show(self, snapshot: Snapshot) -> None:
        """Take a snapshot; does nothing if this line would not change."""
        before, self._snapshot = self._snapshot, snapshot
        if before is None or self._shown(before) != self._shown(snapshot):
            self.redraw()

    def draw(self, width: int, height: int) -> Iterator[Strip]:  # noqa: ARG002 -- one line whatever the height
        """Draw as much of the line as fits."""
        line = self.line(width)
        snapshot = self._snapshot
        if snapshot is None:
            yield line.add(" · nothing read yet", self.ink("quiet")).strip()
            return
        symbol, ink = STATUS.get(snapshot.status, STATUS["unknown"])
        clock = snapshot.database_status.clock
        line.add(f" {symbol} {snapshot.status}", self.ink(ink), 13 if width < ROOMY else 14)
        progress = 0.0
        if clock is not None:
            at = snapshot.request.view.at
            if at is not None:
                line.add("◂ as of ", self.ink("warn"))
            shown = (clock.sim_at or clock.starts_at) if at is None else at
            when = f"{figures.moment(shown)} UTC" if shown else "no event yet"
            line.add(when, self.ink("strong")).skip(2)
            if snapshot.status == "running" and at is None:
                line.add(figures.pace(clock.pace), self.ink("plain")).skip(2)
                line.add(figures.rate(snapshot.rate), self.ink("participation")).skip(2)
            if clock.ends_at > clock.starts_at:
                progress = min(1.0, max(0.0, (shown - clock.starts_at) / (clock.ends_at - clock.starts_at)))
        tail = f"{progress * 100:4.0f} % " if progress else ""
        cells = 0
        if progress:
            cells = 24 if width >= ROOMY else min(10, line.left - len(tail) - 1)
        accepted, refused = snapshot.received
        total = f"{accepted:,} events"
        if refused:
            total += f", {refused:,} refused"
        if line.left >= len(total) + len(tail) + cells + 4:
            line.add(total, self.ink("quiet"))
        if progress and cells >= 4:
            line.skip(line.left - len(tail) - cells)
            full = round(progress * cells)
            line.add("━" * full, self.ink("accent")).add("─" * (cells - full), self.ink("edge"))
            line.add(tail.rjust(7), self.ink("quiet"))
        yield line.strip()

    def _shown(self, snapshot: Snapshot) -> tuple[object, ...]:
        stands = snapshot.database_status
        return (
            snapshot.status,
            stands.clock,
            snapshot.rate,
            snapshot.received,
            snapshot.request.view.at,
        )


class KeyBar(LineWidget):
    """As many keys as fit; each can be clicked."""

    def __init__(self) -> None:
        super().__init__(id="keys")
        self._hints: tuple[KeyHint, ...] = ()
        self._places: list[tuple[int, int, KeyHint]] = []

    def show(self, hints: Sequence[KeyHint]) -> None:
        """Take the keys to show, the most important first."""
        if tuple(hints) != self._hints:
            self._hints = tuple(hints)
            self.redraw()

    def draw(self, width: int, height: int) -> Iterator[Strip]:  # noqa: ARG002 -- one line whatever the height
        """Draw the keys that fit."""
        line = self.line(width).skip()
        self._places = []
        for hint in self._fitting(line.left + 2):
            cells = _hint_cells(hint)
            start = width - line.left
            click = Style(meta={"@click": hint.action}) if hint.action else Style()
            line.add(hint.key, self.ink("key") + click).add(f" {hint.label}", self.ink("quiet") + click).skip(
                2
            )
            self._places.append((start, start + cells, hint))
        yield line.strip()

    def _fitting(self, room: int) -> list[KeyHint]:
        """Find the keys that fit: the pinned ones, and as many of the others as possible, in order."""
        room -= sum(_hint_cells(hint) for hint in self._hints if hint.pinned)
        fitting: list[KeyHint] = []
        full = False
        for hint in self._hints:
            if not hint.pinned:
                full = full or _hint_cells(hint) > room
                room -= _hint_cells(hint)
            if hint.pinned or not full:
                fitting.append(hint)
        return fitting

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Explain the key under the pointer."""
        hint = next((hint for start, end, hint in self._places if start <= event.x < end), None)
        text = hint.tooltip if hint else None
        if self.tooltip != text:
            self.tooltip = text


def _hint_cells(hint: KeyHint) -> int:
    return cell_len(hint.key) + cell_len(hint.label) + 3


def _cells(texts: Sequence[str]) -> int:
    return sum(map(cell_len, texts))

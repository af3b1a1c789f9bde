"""The panels of the load screen: rates, latencies, where the time goes, and queue, disk and memory."""

from __future__ import annotations

from collections.abc import Iterator
from math import log10
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType
from textual.strip import Strip

from referral_tui import figures
from referral_tui.dashboard.pictures import load_pictures
from referral_tui.dashboard.topic import Topic
from referral_tui.dashboard.widgets.chart import CHANGED, draw_runs
from referral_tui.dashboard.widgets.charting import chart
from referral_tui.dashboard.widgets.graph import area, bar
from referral_tui.dashboard.widgets.lines import Line, LineWidget, empty_line

if TYPE_CHECKING:
    from db.read.meter import Load
    from referral_tui.dashboard.pictures import Picture

NAME = 11  # cells of a name
VALUE = 11  # cells of a value
FEW = ("p50", "p99", "max")  # percentiles if there is no room for all and a chart
ALL_FROM = 12  # rows from which all are shown
TITLED = 5  # rows from which a chart has its curves' names above it
STAGES = {
    "generate": "making the traffic",
    "intake": "duplicates, numbering people",
    "attribute": "who brought whom",
    "decide": "rules and what they read",
    "reward": "rewards, caps, budget",
    "audit": "rows, audit trail, sums",
    "receipts": "counting what came in",
    "wait": "for the writer",
    "idle": "until an event is due",
    "write": "a thread beside the others",
}
SAYS = max(map(len, STAGES.values())) + 2
_BESIDE = "write"


class LoadPart(LineWidget, can_focus=True):
    """A panel over the beats of a run."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,up", "beside(-1)", "Part before", show=False, id="load.before", tooltip="Part before"),
        Binding("right,down", "beside(1)", "Next part", show=False, id="load.next", tooltip="Next part"),
    ]

    CHARTED: ClassVar[bool] = False
    """Whether it has a chart over the time of the run."""

    def __init__(self, title: str, name: str) -> None:
        """Make a panel with its title."""
        super().__init__(id=name, classes="panel")
        self.border_title = title
        self._load: Load | None = None

    def show(self, load: Load) -> None:
        """Take what was measured; does nothing if it is already shown."""
        if load != self._load:
            self._load = load
            self.mark(load)
            self.redraw()

    def action_beside(self, step: int) -> None:
        """Move the focus to another panel."""
        if step > 0:
            self.screen.focus_next()
        else:
            self.screen.focus_previous()

    def draw(self, width: int, height: int) -> Iterator[Strip]:
        """Draw the panel, or that nothing is known yet."""
        if self._load is None:
            for y in range(height):
                yield empty_line("Nothing is measured yet.", y, width, height, self.ink)
            return
        yield from self.lines(self._load, width, height)

    def lines(self, load: Load, width: int, height: int) -> Iterator[Strip]:
        """Draw what was measured."""
        raise NotImplementedError

    def named(self, name: str, value: str, rest: str, width: int, ink: str = "strong") -> Strip:
        """Draw a line of a name, a value, and a comment."""
        line = self.line(width).skip().add(name, self.ink("quiet"), NAME)
        line.add(value, self.ink(ink), VALUE, right=True).skip(2)
        return (line.add(rest, self.ink("quiet")) if len(rest) <= line.left else line).strip()

    def bar(
        self, line: Line, part: float, cells: int, ink: str, rows: int, note: str = ""
    ) -> Iterator[Strip]:
        """End a line with a bar over `part` of some cells and a few words, and continue the bar in the rows below."""
        indent, full, style = line.width - line.left, round(part * cells), self.ink(ink)
        if rows > 1:
            line.add("█" * full, style).skip(cells - full)
        else:
            line.add(bar(part, cells), self.ink(ink))
        yield (line.skip(2).add(note, self.ink("quiet")) if note else line).strip()
        for row in range(1, rows):
            thick = full if row < rows - 1 else 0
            yield self.line(line.width).skip(indent).add("█" * thick, style).strip()

    def chart(self, picture: Picture, width: int, height: int) -> Iterator[Strip]:
        """Draw curves over the time since the start; their names stand above if there is room."""
        if len(picture.panels[0].curves[0].points) > 1:
            for runs in chart(picture, width - 1, height, titled=height > TITLED):
                yield draw_runs(self, runs, width)

    def mark(self, load: Load) -> None:
        """Say on the frame what the marks are, and that a long run is shown by a sample of its beats."""
        if not self.CHARTED:
            return
        parts = [CHANGED] if load.changes else []
        if load.every > 1:
            parts.append(f"one of {load.every} beats")
        self.border_subtitle = " · ".join(parts)


class Rates(LoadPart):
    """Offered, achieved and judged events a second."""

    CHARTED = True

    def __init__(self) -> None:
        super().__init__("Events a second", "load-rates")

    def lines(self, load: Load, width: int, height: int) -> Iterator[Strip]:
        """Draw the three rates, and the curve of the achieved one."""
        found = load.figures
        offered = found["offered_per_second"]
        free = "set by the pace" if load.paced else "as fast as it goes"
        asked = free if offered is None else f"{found['offered']:,} in all"
        yield self.named("offered", "—" if offered is None else f"{offered:,.0f}", asked, width)
        done = found["received"] - found["queue"]
        yield self.named(
            "achieved", f"{found['achieved_per_second']:,.0f}", f"{done:,} done", width, "participation"
        )
        yield self.named("judged", f"{found['judged_per_second']:,.0f}", "by the rules alone", width)
        yield from self.chart(load_pictures(load)[0], width, height - 3)

    def topic(self) -> Topic:
        """Say what the rates are."""
        facts: list[tuple[str, str]] = [
            (
                "offered",
                "events that were due ÷ seconds of the schedule; a closed load and a simulation have none",
            ),
            ("achieved", "events done (committed) ÷ seconds of the wall clock until they were"),
            ("judged", "events taken ÷ seconds that judging them took; less in small batches"),
        ]
        if self._load is not None:
            now = self._load.measurements[-1]
            facts.append(("last beat", f"{now.achieved:,.0f} events/s achieved"))
        return Topic(
            "Events a second",
            "How fast events come and are committed, since the run began: a point for each beat (a second); "
            "a run of more than ten minutes has a point for every few beats.",
            tuple(facts),
        )


class Latency(LoadPart):
    """Percentiles of the latency, and time behind schedule."""

    CHARTED = True

    def __init__(self) -> None:
        super().__init__("Latency", "load-latency")

    def lines(self, load: Load, width: int, height: int) -> Iterator[Strip]:
        """Draw the percentiles to one scale, time behind, and the curve of the 99th."""
        latency = load.figures["latency_ms"]
        known = [value for value in latency.values() if value]
        top, low = max(known, default=1.0), min(known, default=1.0) / 2
        shown = [pair for pair in latency.items() if height >= ALL_FROM or pair[0] in FEW]
        rows = _thickness(len(shown), height // 2)
        for name, value in shown:
            line = self.line(width).skip().add(name, self.ink("quiet"), 6)
            line.add(_ms(value), self.ink("strong"), 9, right=True).skip(2)
            part = 0.0
            if value:
                part = log10(value / low) / log10(top / low) if top > low else 1.0
            yield from self.bar(line, part, line.left - 1, _heat(name), rows)
        left = height - rows * len(shown)
        if left > 0:
            behind = load.figures["behind_now_ms"]
            line = self.line(width).skip().add("behind", self.ink("quiet"), 6)
            line.add(_ms(behind), self.ink("warn" if behind > 1000 else "strong"), 9, right=True).skip(2)
            yield line.add(f"at most {_ms(load.figures['behind_ms'])}", self.ink("quiet")).strip()
        yield from self.chart(load_pictures(load)[1], width, left - 1)

    def topic(self) -> Topic:
        """Say which moments latency is measured between."""
        mode = self._load.figures.get("mode") if self._load is not None else None
        since = "the moment it was due" if mode == "open" else "the moment its batch was ready"
        return Topic(
            "Latency",
            f"From {since} until it was committed. That percentage of the events took no longer. Bars "
            "have a logarithmic scale; the curves show each beat.",
            (
                ("error", "at most 0.8 % too high, never too low; the maximum is exact"),
                ("behind", "how late an event's turn comes, now and at most"),
            ),
        )


class WhereTimeGoes(LoadPart):
    """Seconds by stage, and by rule."""

    def __init__(self) -> None:
        super().__init__("Where the time goes", "load-time")

    def lines(self, load: Load, width: int, height: int) -> Iterator[Strip]:
        """Draw the stages in their order, or those that take most if not all fit; then the rules."""
        stages: dict[str, float] = load.figures["stages"]
        whole = sum(seconds for name, seconds in stages.items() if name != _BESIDE) or 1.0
        shown = [name for name in stages if stages[name] > 0]
        if len(shown) > height:
            most = sorted(shown, key=lambda name: -stages[name])[:height]
            shown = [name for name in shown if name in most]
        pieces = list(load.figures.get("pieces", {}).items())
        rows = _thickness(len(shown), height - (len(pieces) + 2 if pieces else 0))
        for name in shown:
            part = stages[name] / whole
            line = self.line(width).skip().add(name, self.ink("quiet"), NAME)
            line.add(f"{stages[name]:,.1f} s", self.ink("strong"), 8, right=True)
            line.add(f"{part * 100:.0f} %", self.ink("quiet"), 6, right=True).skip(2)
            says = SAYS if line.left >= SAYS + 14 else 0
            ink = "steering" if name == _BESIDE else "identification"
            yield from self.bar(
                line, part, line.left - 1 - says, ink, rows, STAGES.get(name, "") if says else ""
            )
        pieces = pieces[: max(0, height - rows * len(shown) - 2)]
        if pieces:
            yield self.line(width).strip()
            yield self.line(width).skip().add("of decide, by rule and fact", self.ink("head")).strip()
        top = max((seconds for _, seconds in pieces), default=0.0) or 1.0
        for name, seconds in pieces:
            line = self.line(width).skip().add(name, self.ink("plain"), min(34, width // 2))
            line.add(f"{seconds:,.2f} s", self.ink("strong"), 9, right=True).skip(2)
            yield line.add(bar(seconds / top, line.left - 1), self.ink("conversion")).strip()

    def topic(self) -> Topic:
        """Say what each stage does."""
        return Topic(
            "Where the time goes",
            "Seconds of the thread that judges, stage by stage; writing has a thread of its own. Rules and "
            "facts appear when a load test has ended.",
            tuple(STAGES.items()),
        )


class Room(LoadPart):
    """Queue, database, memory, and what came."""

    def __init__(self) -> None:
        super().__init__("Queue, disk, memory", "load-room")

    def lines(self, load: Load, width: int, height: int) -> Iterator[Strip]:
        """Draw the newest values with their courses, then what came, and thresholds."""
        found, measurements = load.figures, load.measurements
        rows = (
            ("queue", f"{found['queue']:,}", [float(beat.queue) for beat in measurements], "warn"),
            (
                "database",
                _bytes(found["database_bytes"]),
                [float(beat.database) for beat in measurements],
                "conversion",
            ),
            (
                "memory",
                _bytes(found["memory_bytes"]),
                [float(beat.memory) for beat in measurements],
                "identification",
            ),
        )
        deep = max(1, min(16, (height - 4 - len(found.get("thresholds", ()))) // 3))
        for name, value, curve, ink in rows:
            texts = area(curve, max(4, width - NAME - VALUE - 4), deep)
            for number, text in enumerate(texts):
                line = self.line(width).skip()
                line.add(name if number == 0 else "", self.ink("quiet"), NAME)
                line.add(value if number == 0 else "", self.ink("strong"), VALUE, right=True).skip(2)
                yield line.add(text, self.ink(ink)).strip()
        yield from self._came(found, width, height - 3 * deep)

    def _came(self, found: Any, width: int, height: int) -> Iterator[Strip]:
        refused = found["duplicate"] + found["conflict"]
        lines = [
            self.named("events", f"{found['received']:,}", f"in {found['seconds']:,.1f} s", width),
            self.named("repeated", f"{refused:,}", "duplicates and conflicts", width),
            self.named("late", f"{found['late']:,}", "over an hour after they occurred", width),
        ]
        for one in found.get("thresholds", ()):
            line = (
                self.line(width)
                .skip()
                .add("✓" if one["ok"] else "✕", self.ink("good" if one["ok"] else "bad"))
            )
            lines.append(line.skip().add(one["threshold"], self.ink("plain")).strip())
        yield from lines[: max(0, height)]

    def topic(self) -> Topic:
        """Say what each is."""
        return Topic(
            "Queue, disk, memory",
            "What piles up if the writer can't keep up, and how much of the machine the run uses.",
            (
                (
                    "queue",
                    "events judged and not yet committed; bounded, so the judging waits when it is full",
                ),
                ("database", "the file and its write-ahead log"),
                ("memory", "the most that the writer's process has held"),
                ("late", "events received more than an hour after they occurred"),
            ),
        )


def _thickness(bars: int, height: int) -> int:
    """Share the height: rows of a bar with a gap below it if every bar gets at least two rows, else one."""
    rows = min(4, height // max(1, bars))
    return rows if rows >= 3 else 1


def _ms(value: float | None) -> str:
    if value is None:
        return figures.NOTHING
    if value >= 10_000:
        return f"{value / 1000:,.1f} s"
    return f"{value:,.0f} ms" if value >= 100 else f"{value:.1f} ms"


def _heat(name: str) -> str:
    return {"p50": "good", "p90": "good", "p95": "participation", "p99": "warn"}.get(name, "conversion")


def _bytes(count: float) -> str:
    return f"{count / 1e9:,.2f} GB" if count >= 1e9 else f"{count / 1e6:,.0f} MB"

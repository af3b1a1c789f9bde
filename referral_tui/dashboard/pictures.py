"""Charts before they are drawn: curves over time, in panels that share one axis. Frozen values, no screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from referral_tui import figures
from simulator.domain.spans import DAY_MS, HOUR_MS

if TYPE_CHECKING:
    from db.read.meter import Load, Measurement
    from db.read.overview import Overview, Span
    from db.read.queries import Program
    from db.read.versions import Change
    from referral_tui.dashboard.screens.rewards_query import RewardsLook

Unit = Literal["count", "money", "latency"]
Points = tuple[tuple[float, float | None], ...]
"""Moments, or milliseconds since the start, and the values there; None if nothing is known."""
WEEK_MS = 7 * DAY_MS
FAR = 5  # a budget of more times what is spent would press the curve to the ground: it is given in words
SHORT = 0.5  # of a whole measurement: a last one that is shorter shows no rate of its own
_DAYS_FROM = 4 * DAY_MS  # a run that is shorter is drawn by the hour
_NAMES = {HOUR_MS: "hour", DAY_MS: "day", WEEK_MS: "week"}


@dataclass(frozen=True, slots=True)
class Curve:
    """One line of a chart; `dotted` distinguishes it from another one without colours."""

    name: str
    points: Points
    ink: str
    dotted: bool = False

    @property
    def top(self) -> float:
        """The greatest value."""
        return max((value for _, value in self.points if value is not None), default=0.0)

    @property
    def last(self) -> float | None:
        """The newest value that is known."""
        return next((value for _, value in reversed(self.points) if value is not None), None)


@dataclass(frozen=True, slots=True)
class Band:
    """The area between two curves, filled with a character; a point is a moment, the value below, the value above."""

    points: tuple[tuple[float, float, float], ...]
    ink: str
    sign: str


@dataclass(frozen=True, slots=True)
class Panel:
    """Curves on one scale; money in minor units, latencies in milliseconds. Later `bands` cover earlier ones."""

    title: str
    unit: Unit
    curves: tuple[Curve, ...]
    bands: tuple[Band, ...] = ()

    @property
    def top(self) -> float:
        """The greatest value."""
        tops = [curve.top for curve in self.curves]
        return max([*tops, *(high for band in self.bands for _, _, high in band.points)], default=0.0)


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart from `start` to `end`: of dates (milliseconds UTC), or of the time since a start.

    `marks` are moments at which the program was changed, with the number of the version.
    """

    panels: tuple[Panel, ...]
    start: float
    end: float
    marks: tuple[tuple[float, str], ...] = ()
    dates: bool = True
    currency: str = ""
    digits: int = 0


def overview_picture(overview: Overview, program: Program | None) -> Picture:
    """Make the chart of the first screen: friends who qualified, what one cost, who claimed, and what was issued."""
    span, stages = overview.span, {stage.name: stage.series for stage in overview.stages}
    lines = {headline.key: headline for headline in overview.headlines}
    cost, issued = lines["cost"], lines["issued"]
    each = display_ms(span)
    name = _NAMES[each]

    def panel(title: str, unit: Unit, points: Points, ink: str) -> Panel:
        return Panel(title, unit, (Curve("", points, ink),))

    panels = (
        panel(f"Qualified friends a {name}", "count", flow(stages["qualified"], span), "participation"),
        panel(f"{cost.title}, so far", "money", level(cost.series, span), "conversion"),
        panel(f"Friends who claimed a {name}", "count", flow(stages["claimed"], span), "identification"),
        panel(f"{issued.title} a {name}", "money", flow(issued.series, span), "participation"),
    )
    return over_time(panels, span, overview.changes, program)


def rewards_picture(look: RewardsLook, program: Program | None) -> Picture:
    """Make the chart of rewards: what was issued and what was pending, and what was spent beside the budget."""
    money = look.money
    span, each = money.span, display_ms(money.span)
    spent = level(_sums_up_to(look.budget.ever, money.spent), span)
    curves = [Curve("spent", spent, "good")]
    title, total = "Spent so far", look.budget.total if look.budget.period == "lifetime" else None
    if total is not None and look.budget.spent * FAR >= total:
        curves.insert(0, Curve("budget", tuple((at, float(total)) for at, _ in spent), "bad", dotted=True))
    elif total is not None and program is not None:
        title += f", of {figures.money(total, program.currency, program.digits, 9)}"
    panels = (
        Panel(
            f"Money a {_NAMES[each]}",
            "money",
            (
                Curve("pending, as it stood", level(money.pending, span), "warn", dotted=True),
                Curve("issued", flow(money.issued, span), "participation"),
            ),
        ),
        Panel(title, "money", tuple(curves)),
    )
    return over_time(panels, span, money.changes, program)


def due_picture(look: RewardsLook, program: Program | None) -> Picture | None:
    """Make the chart of what falls due: how it adds up, day by day, if nothing else happens; None if none does."""
    found: dict[int, int] = {}
    today = look.now // DAY_MS * DAY_MS
    for row in look.due or ():
        if row.expected in ("issued", "offered"):
            day = max(today, row.day_ms)
            found[day] = found.get(day, 0) + row.value_minor
    if not found:
        return None
    sums = 0
    points: list[tuple[float, float | None]] = [(float(today), 0.0)]
    for day in range(today, max(found) + DAY_MS, DAY_MS):
        sums += found.get(day, 0)
        points.append((float(day + DAY_MS), float(sums)))
    currency, digits = (program.currency, program.digits) if program else ("", 0)
    panel = Panel("Issued by the end of each day to come", "money", (Curve("", tuple(points), "warn"),))
    return Picture((panel,), points[0][0], points[-1][0], currency=currency, digits=digits)


def load_pictures(load: Load) -> tuple[Picture, Picture]:
    """Make the charts of a load run: events a second, and latencies, over the time since its first beat."""
    measurements = load.measurements
    start = measurements[0].wall_ms
    marks = tuple(
        (
            next(float(beat.wall_ms - start) for beat in measurements if beat.sim_at >= one.at),
            f"v{one.version}",
        )
        for one in load.changes
        if measurements[0].sim_at < one.at <= measurements[-1].sim_at
    )

    def curve(name: str, values: Sequence[float | None], ink: str, *, dotted: bool = False) -> Curve:
        return Curve(
            name,
            tuple(zip((float(beat.wall_ms - start) for beat in measurements), values, strict=True)),
            ink,
            dotted,
        )

    whole = merge_short_last(measurements)
    rates = [curve("achieved", [beat.achieved for beat in whole], "participation")]
    if any(beat.offered is not None for beat in whole):
        rates.insert(0, curve("offered", [beat.offered for beat in whole], "identification", dotted=True))
    latencies = (
        curve("p50", [beat.p50 for beat in measurements], "good", dotted=True),
        curve("p99", [beat.p99 for beat in measurements], "warn"),
    )
    end = max(1.0, float(measurements[-1].wall_ms - start))
    return (
        Picture((Panel("Events a second", "count", tuple(rates)),), 0.0, end, marks, dates=False),
        Picture((Panel("Latency", "latency", latencies),), 0.0, end, marks, dates=False),
    )


def merge_short_last(measurements: Sequence[Measurement]) -> tuple[Measurement, ...]:
    """Merge the last measurement with the one before it if it is much shorter: a run ends within a second.

    The last batch, divided by a fraction of a second, would look like a jump of the rate.
    """
    if len(measurements) < 3:
        return tuple(measurements)
    *rest, before, last = measurements
    whole, short = before.wall_ms - rest[-1].wall_ms, last.wall_ms - before.wall_ms
    if not 0 <= short < SHORT * whole:
        return tuple(measurements)

    def mean(one: float, other: float) -> float:
        return (one * whole + other * short) / (whole + short)

    both = before.offered is not None and last.offered is not None
    offered = mean(before.offered or 0.0, last.offered or 0.0) if both else last.offered
    achieved = mean(before.achieved, last.achieved)
    return (*rest, replace(before, achieved=achieved), replace(last, offered=offered, achieved=achieved))


def over_time(
    panels: tuple[Panel, ...], span: Span, changes: Sequence[Change], program: Program | None
) -> Picture:
    """Put panels on an axis of dates, with a mark for each version of the program."""
    start = max(span.start, span.begun - span.begun % DAY_MS if display_ms(span) > HOUR_MS else span.begun)
    marks = tuple((float(one.at), f"v{one.version}") for one in changes if one.at >= start)
    currency, digits = (program.currency, program.digits) if program else ("", 0)
    return Picture(panels, start, max(span.now, start + 1), marks, currency=currency, digits=digits)


def _sums_up_to(total: float, moves: Sequence[float | None]) -> tuple[float, ...]:
    """Turn what each bucket brought into the total at its end, counted back from the current total."""
    stood: list[float] = []
    for move in reversed(moves):
        stood.append(total)
        total -= move or 0.0
    return tuple(reversed(stood))


def display_ms(span: Span) -> int:
    """Choose the unit of a flow: the hour, the day or the week."""
    if span.hours * HOUR_MS >= WEEK_MS:
        return WEEK_MS
    return DAY_MS if span.hours > 1 or span.now - span.begun >= _DAYS_FROM else HOUR_MS


def flow(values: Sequence[float | None], span: Span) -> Points:
    """Add up what each complete hour, day or week brought, at its middle.

    The unfinished one would look like a fall, and the first of weeks like a rise.
    """
    each = display_ms(span)
    begun = span.begun - span.begun % min(each, DAY_MS)
    points: list[tuple[float, float | None]] = []
    for start, group in _grouped(values, span, each):
        if begun <= start and start + each <= span.now:
            points.append((start + each / 2, sum(value or 0.0 for value in group)))
    return tuple(points)


def level(values: Sequence[float | None], span: Span) -> Points:
    """Return the total at the end of each bucket; for the unfinished one, the current total."""
    size = span.hours * HOUR_MS
    return tuple(
        (float(min(span.start + (place + 1) * size, span.now)), value) for place, value in enumerate(values)
    )


def _grouped(
    values: Sequence[float | None], span: Span, each: int
) -> Iterator[tuple[int, list[float | None]]]:
    """Group buckets into spans of `each` milliseconds, with the moment at which each begins."""
    size = span.hours * HOUR_MS
    group: list[float | None] = []
    begins = 0
    for place, value in enumerate(values):
        start = span.start + place * size
        first = start if each == size else start - start % each
        if group and first != begins:
            yield begins, group
            group = []
        begins = first
        group.append(value)
    if group:
        yield begins, group

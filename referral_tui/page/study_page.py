"""Write the page of a study: the question, the answer, charts with their tables, the designs, and the command."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from referral_tui import figures, scales
from referral_tui.page.charts import Chart, Fan, bars, dots, fans, points, tornado, waterfall
from referral_tui.page.markup import SERIES, document, figure, listed, paragraph, section, table, text
from referral_tui.study_numbers import count, of_100, signed_span
from simulator.domain.definitions import STAGES

if TYPE_CHECKING:
    import polars as pl

    from referral_tui.study_words import Ground
    from simulator.lab.measures import Measure
    from simulator.lab.summary import DesignSummary
    from simulator.lab.vary import Design
    from simulator.world.spec_assumed import Assumption

_LOST: Final = (
    ("counted", "counted toward a bonus"),
    ("capped", "over a cap"),
    ("unfunded", "over the budget"),
    ("waiting", "waiting for the budget"),
    ("forfeited", "forfeited"),
    ("voided", "voided by reversals"),
    ("revoked", "taken back after payout"),
    ("unpaid", "pending, but not to be paid"),
)
_TABLE_STEP: Final = 4  # weeks between the rows of a fan's table


@dataclass(frozen=True)
class TornadoPart:
    """The result of a shake: its subject, the verdict, and for each assumption the answer at both ends and in words."""

    what: str
    verdict: str
    rows: Sequence[tuple[str, float, float, str]]
    base: float


@dataclass(frozen=True)
class StudyPage:
    """Everything that the page shows.

    `designs` are in the order of the tables; the first few of them, `shown`, have charts. `sources` is what the world
    file says about its sources, `command` repeats the page, `data` is embedded as JSON.
    """

    designs: Sequence[Design]
    summaries: Sequence[DesignSummary]
    shown: Sequence[str]
    best: Sequence[bool]
    markets: pl.DataFrame
    weeks: pl.DataFrame
    ground: Ground
    preset: str
    sentences: Sequence[str]
    warnings: Sequence[str]
    grid: bool
    tornado: TornadoPart | None
    assumptions: Sequence[Assumption]
    sources: str
    seed: int
    command: str
    version: str
    data: Mapping[str, Any]

    def summary(self, name: str) -> DesignSummary:
        """Return the summary of a design."""
        return next(one for one in self.summaries if one.name == name)

    def design(self, name: str) -> Design:
        """Return a design by its name."""
        return next(one for one in self.designs if one.name == name)


def study_page(page: StudyPage) -> str:
    """Return the page as HTML."""
    title = _title(page)
    body = "".join(
        (
            f'<main>\n<h1>{text(title)}</h1>\n{paragraph(_question(page))}<div class="answer">',
            *(paragraph(one) for one in page.sentences),
            "</div>",
            *(paragraph(one, "note") for one in page.warnings),
            section("Every design of the grid", *_grid(page)) if page.grid else "",
            section("From a visit to a reward", _funnel(page)),
            section("Over time", _customers(page), _money(page)),
            section("Will the money last?", _markets(page)),
            section("Where the money goes", *_waterfalls(page)),
            section("Differences, and how certain they are", *_differences(page)),
            section("What is assumed", *_assumed(page)),
            section("The designs", *_designs(page)),
            section("Make it again", *_again(page)),
            "</main>\n",
        )
    )
    return document(title, body, page.data)


def _title(page: StudyPage) -> str:
    names = [one.name for one in page.designs]
    if page.grid:
        return f"Which of {len(names)} designs?"
    if len(names) == 1:
        return f"What will {names[0]} bring?"
    return f"Which design: {', '.join(names[:-1])} or {names[-1]}?"


def _question(page: StudyPage) -> str:
    ground = page.ground
    return (
        "Which brings more customers, what does each further one cost, will the money last, and would another year "
        f"have said the same? Simulated: {figures.counted(page.summaries[0].markets, 'market')} of "
        f"{figures.counted(ground.referrers, 'referrer')} and {figures.counted(ground.days, 'day')} each, with the "
        f"people of the preset {page.preset}; every design on the same people with the same luck. {ground.bands_hold}"
    )


def _band(page: StudyPage, name: str, measure: Measure) -> str:
    band = page.summary(name).bands[measure.key]
    if band is None:
        return figures.NOTHING
    median, low, high = (page.ground.value(measure, one) for one in (band.median, band.low, band.high))
    return median if low == high else f"{median} ({low} to {high})"


def _funnel(page: StudyPage) -> str:
    from simulator.lab.measures import MEASURES

    rows = []
    for key in STAGES[1:]:
        bands = [page.summary(name).bands[key] for name in page.shown]
        medians = [0.0 if band is None else band.median for band in bands]
        rows.append((MEASURES[key].title, [(one, page.ground.value(MEASURES[key], one)) for one in medians]))
    says = "; ".join(f"{label}: {' and '.join(value for _, value in cells)}" for label, cells in rows)
    chart = Chart("funnel", "Friends at each stage, median of the markets", f"{says}.")
    below = table(
        "Friends at each stage: median (5 to 95 % of markets)",
        ["", *page.shown],
        [[MEASURES[key].title, *(_band(page, name, MEASURES[key]) for name in page.shown)] for key in STAGES],
    )
    return figure(bars(chart, page.shown, rows), chart.title, below)


def _customers(page: StudyPage) -> str:
    return _fan(
        page, "customers", "New customers so far", ("funnel.qualified", None), scales.count_ticks, "count"
    )


def _money(page: StudyPage) -> str:
    def ticks(top: float, most: int) -> tuple[scales.Tick, ...]:
        return scales.money_ticks(top, most, page.ground.currency, page.ground.digits)

    return _fan(
        page,
        "money",
        "Money issued and pending so far",
        ("numbers.issued", "numbers.pending"),
        ticks,
        "money",
    )


def _fan(
    page: StudyPage,
    name: str,
    title: str,
    columns: tuple[str, str | None],
    ticks: Any,
    unit: str,
) -> str:
    from simulator.lab.measures import MEASURES
    from simulator.lab.summary import course

    if page.weeks.is_empty():
        return ""
    series = [Fan(one, course(page.weeks, one, *columns)) for one in page.shown]  # type: ignore[arg-type]
    top = max(band[4] for one in series for band in one.bands)
    weeks = len(series[0].bands) - 1
    steps = [
        (week, f"week {week:.0f}") for week in scales.round_numbers(weeks, 7, whole=True) if week <= weeks
    ]
    measure = MEASURES["qualified" if unit == "count" else "promised"]

    def label_of(one: Fan, week: int) -> str:
        low, _, median, _, high = (page.ground.value(measure, value) for value in one.bands[week])
        return f"{median} ({low} to {high})"

    ends = "; ".join(f"{one.name}: {label_of(one, -1)}" for one in series)
    chart = Chart(name, title, f"At the end {ends}.")
    shown = [*range(0, weeks, _TABLE_STEP), weeks]
    below = table(
        f"{title}: median (5 to 95 % of markets)",
        ["week", *page.shown],
        [[week, *(label_of(one, week) for one in series)] for week in shown],
    )
    caption = f"{title}: the median, and the bands of the middle 50 and 90 % of markets"
    return figure(fans(chart, series, ticks(top, 6), [(one, label) for one, label in steps]), caption, below)


def _markets(page: StudyPage) -> str:
    from simulator.lab.measures import MEASURES
    from simulator.lab.statistics import upper_chance

    ground = page.ground
    rows = [
        (name, MEASURES["promised"].of(page.markets.filter(design=name)).tolist())
        for name in page.shown[:SERIES]
    ]
    budgets = {page.design(name).program.budget_minor for name in page.shown}
    budget = next(iter(budgets)) if len(budgets) == 1 else None
    most = max(max(values) for _, values in rows)
    near = budget is not None and budget <= 1.5 * most
    ticks = scales.money_ticks(max(most, budget if near and budget else 0), 7, ground.currency, ground.digits)
    line = (budget, f"the budget, {ground.money(budget)}") if near and budget is not None else None
    ended = [page.summary(name) for name in page.shown]
    says = "; ".join(
        f"{one.name}: the budget ends in {one.budget_ended} of {figures.counted(one.markets, 'market')}"
        for one in ended
    )
    chart = Chart("markets", "What each market pays out: a dot for each", f"{says}.")
    below = table(
        "How often the budget ends",
        ["", "markets", "ended in", "earliest on day", "so of 100 years at most (95 % sure)"],
        [
            [
                one.name,
                one.markets,
                one.budget_ended,
                one.earliest_end or figures.NOTHING,
                of_100(upper_chance(one.budget_ended, one.markets)),
            ]
            for one in ended
        ],
    )
    beyond = "" if budget is None or line else f"; the budget, {ground.money(budget)}, is beyond the scale"
    caption = f"{chart.title}{beyond}"
    return figure(dots(chart, rows, ticks, line), caption, below)


def _waterfalls(page: StudyPage) -> Iterator[str]:
    for place, name in enumerate(page.shown):
        yield _waterfall(page, place, name)


def _waterfall(page: StudyPage, place: int, name: str) -> str:
    rows = page.markets.filter(design=name)

    def mean(column: str) -> float:
        return float(rows[column].cast(float).mean() or 0.0) if column in rows.columns else 0.0  # type: ignore[arg-type]

    lost = [(label, mean(f"rewards.{state}.value_minor")) for state, label in _LOST]
    kept = mean("numbers.issued") + mean("numbers.pending")
    left = kept + sum(minor for _, minor in lost)
    steps = [("all reward lines made", 0.0, left, page.ground.money(left))]
    for label, minor in lost:
        if minor:
            steps.append((label, left, left - minor, f"-{page.ground.money(minor)}"))
            left -= minor
    steps.append(("issued and pending", 0.0, kept, page.ground.money(kept)))
    says = ", ".join(f"{label} {value}" for label, _, _, value in steps)
    chart = Chart(f"waterfall{place}", f"Money of {name}, mean of a market", f"{says}.")
    below = table(chart.title, ["", "money"], [[label, value] for label, _, _, value in steps])
    return figure(waterfall(chart, steps), chart.title, below)


def _grid(page: StudyPage) -> Iterator[str]:
    ground = page.ground
    places = [
        (
            one.means["promised"] or 0.0,
            one.means["qualified"] or 0.0,
            _label(page, one.name, unbeaten),
            unbeaten,
        )
        for one, unbeaten in zip(page.summaries, page.best, strict=True)
    ]
    money, customers = max(one[0] for one in places), max(one[1] for one in places)
    least = min(one[1] for one in places)
    up = [
        one
        for one in scales.count_ticks(customers, 9)
        if one[0] >= least - (scales.count_ticks(customers, 9)[1][0])
    ]
    chart = Chart(
        "frontier",
        "Customers and money of every design",
        f"{sum(page.best)} of {len(places)} designs are beaten by no other in both.",
    )
    drawn = points(
        chart,
        places,
        scales.money_ticks(money, 7, ground.currency, ground.digits),
        up,
        ("issued and pending", "new customers"),
    )
    paths = [path for path, _ in next((one.choices for one in page.designs if one.choices), ())]
    below = table(
        "Every design: means over the markets; * is on the frontier",
        [
            "",
            *paths,
            "customers",
            "more than as it is (95 %)",
            "issued and pending",
            "each further",
            "budget ended",
        ],
        [
            [
                f"{place} *" if unbeaten else place,
                *([value for _, value in design.choices] or ["as it is"] * len(paths)),
                count(one.means["qualified"] or 0),
                _more(one),
                ground.money(one.means["promised"]),
                ground.money(one.each_further.value) if one.each_further.bounded else figures.NOTHING,
                f"{one.budget_ended} of {one.markets}",
            ]
            for place, (design, one, unbeaten) in enumerate(
                zip(page.designs, page.summaries, page.best, strict=True), 1
            )
        ],
    )
    yield figure(drawn, f"{chart.title}: filled ones, joined, are the frontier", below)


def _label(page: StudyPage, name: str, unbeaten: bool) -> str:
    values = [value for _, value in page.design(name).choices]
    return (", ".join(values) if values else name) if unbeaten or not values else ""


def _more(one: DesignSummary) -> str:
    more = one.differences.get("qualified")
    if more is None or more.mean.low is None or more.mean.high is None:
        return figures.NOTHING
    return signed_span(more.mean.low, more.mean.high)


def _differences(page: StudyPage) -> Iterator[str]:
    from referral_tui.study_words import apart
    from simulator.lab.measures import MEASURES

    first = page.summaries[0].name if not page.grid else page.shown[0]
    for name in page.shown:
        one = page.summary(name)
        if not one.differences or name == first:
            continue
        rows = [
            [
                measure.title,
                page.ground.change(measure, one.differences[key].mean.value),
                apart(measure, one.differences[key], page.ground),
                figures.NOTHING if above is None else f"{100 * above:.0f} %",
            ]
            for key, measure in MEASURES.items()
            if key != "budget_ended_day"
            for above in [one.differences[key].above]
        ]
        yield table(
            f"{name} less {first}, market by market",
            [
                "",
                "mean",
                "5 to 95 % of markets" if page.ground.drawn else "95 % interval of the mean",
                "markets above nothing",
            ],
            rows,
        )
    if len(page.shown) > 1:
        yield paragraph(
            _OF_BOTH if page.ground.drawn else _OF_LUCK,
            "note",
        )


_CHANCES: Final = "chances are bounded exactly (Clopper and Pearson, 1934)."
_OF_LUCK: Final = (
    "Intervals are Willink's (2005) of the mean of paired differences, those of money for each further customer "
    f"Fieller's (1954), {_CHANCES} They are about luck alone."
)
_OF_BOTH: Final = (
    "Each market draws how its people respond to an offer, within the ranges below, the same for every design. So "
    "differences are given as they vary over single markets, not as their mean, which would look more certain with "
    f"more markets; {_CHANCES}"
)


def _assumed(page: StudyPage) -> Iterator[str]:
    if page.tornado is not None and page.tornado.rows:
        part = page.tornado
        yield paragraph(part.verdict)
        says = "; ".join(f"{label}: {value}" for label, _, _, value in part.rows[:5])
        chart = Chart("tornado", f"{part.what}, if one assumption is another", f"{says}.")
        below = table(
            chart.title,
            ["", "at the ends of its range"],
            [[label, value] for label, _, _, value in part.rows],
        )
        yield figure(tornado(chart, part.rows, part.base), chart.title, below)
    if page.assumptions:
        yield table(
            f"Numbers of the world {page.preset} that have no source, and the ranges in which they probably lie",
            ["", "assumed", "from", "to"],
            [[one.name, f"{one.value:g}", f"{one.low:g}", f"{one.high:g}"] for one in page.assumptions],
        )
    if page.sources:
        yield f"<h3>Sources of the other numbers</h3><pre>{text_lines(page.sources)}</pre>"


def text_lines(value: str) -> str:
    """Return lines of text, each safe to stand in HTML."""
    return "\n".join(text(line) for line in value.splitlines())


def _designs(page: StudyPage) -> Iterator[str]:
    from referral_tui.differing import changes
    from simulator.program.words import describe

    first = page.design(page.shown[0])
    yield f"<h3>{text(first.name)}</h3>{listed(describe(first.program))}"
    for name in page.shown[1:]:
        other = page.design(name)
        signs = {"~": "changed", "+": "added", "-": "left out"}
        differs = [
            f"{signs[sign]}: {change}"
            for sign, change in changes(describe(first.program), describe(other.program))
        ]
        differs += [f"delivery of {kind}: {model}" for kind, model in other.delivery.items()]
        yield f"<h3>How {text(name)} differs</h3>{listed(differs or ['it says the same'])}"


def _again(page: StudyPage) -> Iterator[str]:
    last = page.seed + page.summaries[0].markets - 1
    yield f"<pre>{text(page.command)}</pre>"
    yield paragraph(
        f"With referral-tui {page.version}. The seeds are {page.seed} to {last}: each market is the world of simulate "
        "with that seed, and has the same figures. The figures of this page are embedded in it as JSON, in the element "
        "with the id figures."
    )

"""Charts with axes: a program's course, and a change of the program while the chart is shown."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.read.meter import Measurement
from db.read.overview import History, Span
from db.read.queries import Reader
from referral_tui.dashboard.app import SCREENS
from referral_tui.dashboard.frame import DashboardScreen
from referral_tui.dashboard.pictures import Curve, Panel, Picture, flow, level, merge_short_last
from referral_tui.dashboard.widgets.charting import chart
from referral_tui.dashboard.widgets.plot import Canvas
from tests.dashboard.story import DAY, HOUR, START, Story
from tests.dashboard.watching import Watch

CHARTED = [place for place in SCREENS if place.MODE in ("overview", "rewards", "load")]
each_charted = pytest.mark.parametrize("place", CHARTED, ids=lambda place: place.MODE)


def change_program(story: Story, day: int) -> None:
    """Bring a second version of the program into force on a day of the run."""
    (seq,) = story.db.execute(
        "SELECT min(seq) FROM event WHERE received_at >= ?", (START + day * DAY,)
    ).fetchone()
    story.db.execute(
        "INSERT INTO program_version SELECT 2, ?, name, currency, digits, budget_minor, text FROM program_version",
        (seq,),
    )


# -- what is seen -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(100, 30), (120, 40), (160, 50), (240, 70)], ids="{0[0]}x{0[1]}".format)
@each_charted
async def test_each_chart_has_a_scale_and_an_axis_and_shows_where_the_program_was_changed(
    story: Story, watch: Watch, place: type[DashboardScreen], size: tuple[int, int]
) -> None:
    change_program(story, 5)
    async with watch(story.path, size=size, place=place) as seen:
        text = "\n".join(seen.lines())
        assert "┊v2" in text
        assert "┊ program changed" in text
        assert "└" in text
        assert "┴──" in text
        assert " 0┤" in text or "£0┤" in text
        words: dict[str, tuple[str, ...]] = {"overview": ("Qualified friends a day", " Mar")}
        words |= {"rewards": ("Money a day", "┅ pending", "━ issued", "Spent so far", " Mar")}
        words |= {"load": ("Events a second", "━ achieved", "┅ offered", "━ p99", "20k┤", " s ")}
        for word in words[place.MODE]:
            assert word in text


@pytest.mark.parametrize(("pace", "words"), [(86_400.0, "set by the pace"), (0.0, "as fast as it goes")])
async def test_a_paced_simulation_is_not_called_as_fast_as_it_goes(
    story: Story, watch: Watch, pace: float, words: str
) -> None:
    story.db.execute("UPDATE meter SET figures = json_set(figures, '$.offered_per_second', NULL)")
    story.db.execute("UPDATE clock SET pace = ?", (pace,))
    load = next(place for place in CHARTED if place.MODE == "load")
    async with watch(story.path, size=(120, 40), place=load) as seen:
        offered = next(line for line in seen.lines() if "offered  " in line)
        assert words in offered


async def test_the_chart_of_rewards_gives_way_to_what_waits(story: Story, watch: Watch) -> None:
    rewards = next(place for place in CHARTED if place.MODE == "rewards")
    async with watch(story.path, size=(80, 20), place=rewards) as seen:
        assert "Review queue: 3" in "\n".join(seen.lines())
        assert "Money over time" not in "\n".join(seen.lines())
    story.db.execute("UPDATE decision SET outcome = 'refused' WHERE outcome = 'review'")
    async with watch(story.path, size=(80, 20), place=rewards) as seen:
        assert "Review queue" not in "\n".join(seen.lines())
        assert "Money over time" in "\n".join(seen.lines())


async def test_of_a_past_moment_the_chart_ends_there(story: Story, watch: Watch) -> None:
    change_program(story, 8)
    async with watch(story.path) as seen:
        assert "┊v2" in "\n".join(seen.lines())
        await seen.pilot.press(*["left_curly_bracket"] * 3)
        await seen.until(lambda: seen.app.snapshot.request.view.at == START + 5 * DAY + 23 * HOUR)
        text = "\n".join(seen.lines())
        assert "Qualified friends a day" in text
        assert "6 Mar" in text
        assert "┊" not in text


async def test_a_chart_explains_its_curves_and_says_where_they_ended(story: Story, watch: Watch) -> None:
    async with watch(story.path) as seen:
        seen.app.screen.query_one("#chart").focus()
        await seen.pilot.press("question_mark")
        text = "\n".join(seen.lines())
        assert "Qualified friends a day: " in text
        assert "program was changed here" in text


async def test_up_and_down_lead_from_the_chart_to_tiles_and_rewards(story: Story, watch: Watch) -> None:
    async with watch(story.path) as seen:
        chart_part = seen.app.screen.query_one("#chart")
        chart_part.focus()
        await seen.pilot.press("down")
        assert seen.app.focused.id == "rewards"
        chart_part.focus()
        await seen.pilot.press("up")
        assert seen.app.focused.id == "tile-time"


async def test_a_first_day_says_when_the_chart_begins(empty: Story, watch: Watch) -> None:
    empty.begin()
    empty.event("session.authenticated", empty.person())
    empty.commit()
    async with watch(empty.path) as seen:
        text = " ".join("\n".join(seen.lines()).split())
        assert "The chart begins when two full hours" in text


# -- what is drawn ------------------------------------------------------------------------------------------------


def span(hours: int, begun: int, now: int) -> Span:
    return Span(begun - begun % (hours * HOUR), hours, begun, now)


def test_a_day_that_is_not_over_is_no_fall() -> None:
    course = [3.0] * 4 * 5 + [1.0]  # five days by six hours, and the first quarter of the sixth
    points = flow(course, span(6, START, START + 5 * DAY + 6 * HOUR))
    assert points == tuple((START + day * DAY + DAY / 2, 12.0) for day in range(5))


def test_a_week_that_began_before_the_program_is_no_rise() -> None:
    # a Sunday; weeks begin on Thursdays
    points = flow([1.0, 7.0, 7.0, 2.0], span(168, START, START + 21 * DAY))
    assert [value for _, value in points] == [7.0, 7.0]


def test_a_short_run_is_told_by_the_hour() -> None:
    points = flow([1.0, 2.0, 3.0], span(1, START, START + 2 * HOUR))
    assert points == ((START + HOUR / 2, 1.0), (START + 3 * HOUR / 2, 2.0))


def test_what_stood_is_told_up_to_now() -> None:
    points = level([4.0, 5.0], span(24, START, START + DAY + 6 * HOUR))
    assert points == ((START + DAY, 4.0), (START + DAY + 6 * HOUR, 5.0))


def test_a_long_run_is_told_by_weeks_that_add_up_to_the_same(story: Story) -> None:
    story.begin()
    for day in range(10, 400):
        story.now = START + day * DAY
        story.event("session.authenticated", 1)
        story.count("stage.qualified")
    story.commit()
    reader = Reader(story.path)
    with reader.look() as db:
        history = History()
        kept = history.read(db)
        assert history.hours == 168
        assert history.read(db) == kept
        (total,) = db.execute("SELECT count FROM total WHERE metric = 'stage.qualified'").fetchone()
        assert sum(bucket.get("stage.qualified", (0, 0))[0] for bucket in kept) == total
        then = History().read(db, (START + 300 * DAY) // HOUR)
        assert sum(bucket.get("stage.qualified", (0, 0))[0] for bucket in then) == total - 100
    reader.close()


def test_where_there_is_no_room_for_both_the_curves_are_named_and_not_the_panel() -> None:
    points = ((0.0, 1.0), (1.0, 2.0))
    curves = (Curve("pending, as it stood", points, "warn", dotted=True), Curve("issued", points, "good"))
    picture = Picture((Panel("Money a day", "count", curves),), 0.0, 9.0 * DAY, dates=False)
    wide, narrow = ("".join(text for text, _ in next(chart(picture, width, 9))) for width in (60, 40))
    assert wide.split() == ["Money", "a", "day", "┅", "pending,", "as", "it", "stood", "━", "issued"]
    assert narrow.split() == wide.split()[3:]


def dots(canvas: Canvas) -> list[str]:
    return ["".join(text for text, _ in runs) for runs in canvas.rows()]


def test_a_line_of_nothing_lies_on_the_lowest_round_number() -> None:
    canvas = Canvas(4, 2)
    canvas.line([(0.0, 0.0), (1.0, 0.0)], "good")
    assert dots(canvas) == ["    ", "⠤⠤⠤⠤"]


def test_a_dotted_line_is_another_one_without_any_colour() -> None:
    solid, dotted = Canvas(8, 1), Canvas(8, 1)
    solid.line([(0.0, 0.5), (1.0, 0.5)], "good")
    dotted.line([(0.0, 0.5), (1.0, 0.5)], "good", dotted=True)
    assert dots(dotted) == ["⠤ ⠤ ⠤ ⠤ "]
    assert dots(solid) == ["⠤" * 8]


def test_a_line_is_interrupted_where_nothing_is_known() -> None:
    canvas = Canvas(8, 1)
    canvas.line([(0.0, 0.5), (0.3, 0.5), None, (0.8, 0.5), (1.0, 0.5)], "good")
    assert "  " in dots(canvas)[0].strip()


@settings(deadline=None)
@given(
    st.integers(16, 200),
    st.integers(3, 60),
    st.lists(st.floats(0, 1e9), min_size=2, max_size=9),
    st.booleans(),
)
def test_whatever_its_size_a_chart_fills_it_with_round_numbers_as_far_from_each_other(
    width: int, height: int, values: list[float], dates: bool
) -> None:
    points = tuple((START * dates + place * DAY, value) for place, value in enumerate(values))
    panels = tuple(
        Panel("Title", unit, (Curve("", points, "good"),)) for unit in ("count", "money", "latency")
    )
    picture = Picture(panels, START * dates, START * dates + 9 * DAY, dates=dates, currency="GBP", digits=2)
    rows = ["".join(text for text, _ in runs) for runs in chart(picture, width, height)]
    assert len(rows) == height
    assert all(len(row) <= width for row in rows)
    ticks = [number for number, row in enumerate(rows) if "┤" in row[:12]]
    grounds = [number for number in ticks if rows[number].split("┤")[0].strip() in ("0", "£0")]
    assert len(grounds) == min(3, max(1, (height - 2) // 5))
    first = [number for number in ticks if number <= grounds[0]]
    assert len({after - before for before, after in pairwise(first)}) <= 1


def test_the_end_of_a_run_is_no_leap_of_its_rate() -> None:
    def beat(number: int, wall_ms: int, achieved: float) -> Measurement:
        return Measurement(
            number=number,
            wall_ms=wall_ms,
            sim_at=0,
            offered=None,
            achieved=achieved,
            p50=1.0,
            p99=2.0,
            behind=0.0,
            queue=0,
            database=0,
            memory=0,
        )

    beats = (beat(1, 1_000, 2_000), beat(2, 2_000, 2_000), beat(3, 3_000, 1_000), beat(4, 3_200, 11_000))
    told = merge_short_last(beats)
    assert [one.wall_ms for one in told] == [1_000, 2_000, 3_000, 3_200]
    assert max(one.achieved for one in told) < 2_700
    assert sum(told[place].achieved * part for place, part in ((2, 1.0), (3, 0.2))) == pytest.approx(3_200)
    assert merge_short_last(beats[:3]) == beats[:3]
    assert merge_short_last(beats[2:]) == beats[2:]

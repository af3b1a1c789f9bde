"""The overview screen on a fixed database: messages and figures first, pictures second."""

from __future__ import annotations

import re

import pytest

from db.read.figures import Stage
from db.read.queries import EventRow
from referral_tui.dashboard.screens.referrers import ReferrersScreen
from referral_tui.dashboard.widgets.digits import digits
from referral_tui.dashboard.widgets.funnel import Funnel, Scale
from referral_tui.dashboard.widgets.lines import wrap
from referral_tui.dashboard.widgets.lists import SignIns, Stream, gather
from referral_tui.dashboard.widgets.tile import GLOSSES, ONE_LINE, TITLES
from simulator.domain.definitions import STAGES
from tests.dashboard.story import DAY, START, Story
from tests.dashboard.watching import WALL, Watch, Watched


async def test_nothing_is_cut_or_empty(story: Story, watch: Watch) -> None:
    async with watch(story.path, size=(72, 20)) as seen:
        for size in ((72, 20), (80, 24), (109, 37), (110, 28), (170, 38), (240, 70)):
            await seen.resize(size)
            lines = seen.lines()
            text = "\n".join(lines)
            for stage in ("reached", "visited", "claimed", "eligible", "converted", "qualified", "rewarded"):
                assert stage in text
            for value in ("95.0 %", "1.40", "£27.50", "£760.00", "£780.00", "£30.00", "3.0 days"):
                rows = (digits(value) if size == (240, 70) else None) or [value]
                first = 4 if size[0] >= ONE_LINE else 5  # below the names
                assert all(row.strip() in line for row, line in zip(rows, lines[first:], strict=False))
            assert "Northwind Mobile" in lines[0] or size[0] < 140
            assert "platform" in lines[0]
            assert "Mon 9 Mar 2026 23:00 UTC" in lines[1]
            assert "space pause" in lines[-1]
            seen.uncut()


@pytest.mark.parametrize("size", [(72, 20), (80, 24), (120, 40), (160, 40)])
async def test_the_keys_that_matter_most_are_whole(story: Story, watch: Watch, size: tuple[int, int]) -> None:
    story.clock("paused", 21_600, WALL - 500, START + 60 * DAY)
    async with watch(story.path, size=size) as seen:
        shown = seen.lines()[-1].strip().split("  ")
        most = ["space go on", ". step", "+ faster", "- slower", "? help", "q quit"]
        rest = [
            "p wall",
            "[ back",
            "] on",
            ", change",
            "^p commands",
            "t theme",
            "tab next part",
            "^s picture",
            "^e table",
        ]
        assert shown[: len(most)] == most
        assert shown[len(most) :] == rest[: len(shown) - len(most)]
        assert size[0] < 160 or shown == most + rest


async def test_focus_goes_round_by_keys(story: Story, watch: Watch) -> None:
    async with watch(story.path) as seen:
        press = seen.pilot.press
        assert seen.app.focused.id == "funnel"
        await press("down")
        assert seen.app.focused.stage.name == "visited"
        await press("up", "up")
        assert seen.app.focused.id.startswith("tile-")
        await press("right")
        assert seen.app.focused.key == "k"
        await press("down")
        assert isinstance(seen.app.focused, Funnel)
        await press(*["down"] * 7)
        assert seen.app.focused.id == "stream"
        await press("up")
        assert isinstance(seen.app.focused, Funnel)


async def test_mouse(story: Story, watch: Watch) -> None:
    async with watch(story.path, size=(80, 24)) as seen:
        await seen.pilot.click("#tile-issued")
        assert seen.app.focused.key == "issued"
        await seen.pilot.click("#funnel", offset=(5, 3))
        assert seen.app.focused.stage.name == "claimed"


async def test_help_gives_the_formula_of_what_has_the_focus(story: Story, watch: Watch) -> None:
    async with watch(story.path, size=(80, 24)) as seen:
        seen.app.screen.query_one("#tile-participation").focus()
        await seen.pilot.press("question_mark")
        text = "\n".join(seen.lines())
        assert "referrers who shared ÷ referrers with a link" in text
        assert "38 ÷ 40 = 95.0 %" in text
        await seen.pilot.press("escape")
        assert seen.app.screen is seen.app.place


async def test_a_list_that_is_scrolled_holds_still(story: Story, watch: Watch) -> None:
    async with watch(story.path, size=(80, 24)) as seen:
        stream = seen.app.screen.query_one(Stream)
        stream.focus()
        await seen.pilot.press("down", "down")
        before = seen.lines()[-6]
        story.begin()
        story.event("session.authenticated", 1)
        story.commit()
        await seen.until(lambda: seen.app.snapshot.database_status.newest_seq == story.seq)
        assert seen.lines()[-6] == before
        assert "held still" in stream.border_subtitle
        await seen.pilot.press("home")
        await seen.pilot.pause()
        assert any("signed in" in line for line in seen.lines())


async def test_nothing_is_told_when_nothing_has_changed(story: Story, watch: Watch) -> None:
    async with watch(story.path) as seen:
        for _ in range(5):
            seen.app.feed.poll()
        await seen.pilot.pause()
        assert len(seen.told) == 1
        story.db.execute("UPDATE clock SET heartbeat_at = heartbeat_at + 1")
        seen.app.feed.poll()
        await seen.pilot.pause()
        assert len(seen.told) == 1


async def test_a_picture_is_saved(story: Story, watch: Watch) -> None:
    async with watch(story.path) as seen:
        await seen.pilot.press("ctrl+s", "ctrl+s")
        await seen.pilot.pause()
        saved = sorted(story.path.parent.glob("*.svg"))
        assert [path.name for path in saved] == [
            "referral-overview-20260309T230000Z-2.svg",
            "referral-overview-20260309T230000Z.svg",
        ]
        assert saved[0].read_text().startswith("<svg")
        assert "Picture saved" in seen.status_message()


# -- the funnel ------------------------------------------------------------------------------------------------------


def stages(*counts: int) -> tuple[Stage, ...]:
    before = [0, *counts]
    return tuple(
        Stage(name, count, count / before[place] if before[place] else None)
        for place, (name, count) in enumerate(zip(STAGES, counts, strict=True))
    )


def bars(seen: Watched) -> list[int]:
    """How many cells the bar of each stage has, from the screen."""
    lines = {
        name: line for name in STAGES for line in seen.lines() if f" {name} " in line[:20].replace("▸", " ")
    }
    return [lines[name].count("█") for name in STAGES]


@pytest.mark.parametrize("cells", [11, 28, 40, 120])
def test_more_people_are_never_a_shorter_bar(cells: int) -> None:
    found = stages(122_529, 4_110, 612, 480, 130, 118, 96)
    scale = Scale.of(found, cells)
    drawn = [scale.cells(stage.count) for stage in found]
    assert drawn == sorted(drawn, reverse=True)
    assert drawn[0] == cells > drawn[1] > drawn[2]
    assert drawn[-1] >= 1


def test_bars_are_linear_where_that_can_be_read() -> None:
    scale = Scale.of(stages(100, 80, 60, 50, 40, 30, 20), 50)
    assert not scale.logarithmic
    assert [scale.cells(count) for count in (100, 50, 20)] == [50, 25, 10]


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (120, 40)])
async def test_a_logarithmic_scale_is_said_and_the_worst_step_is_marked(
    story: Story, watch: Watch, size: tuple[int, int]
) -> None:
    async with watch(story.path, size=size) as seen:
        funnel = seen.app.screen.query_one(Funnel)
        funnel.show(stages(122_529, 4_110, 612, 480, 130, 118, 0), ())
        await seen.pilot.pause()
        drawn = bars(seen)
        assert drawn == sorted(drawn, reverse=True)
        assert drawn[0] > 11
        assert drawn[-1] == 0
        text = "\n".join(seen.lines())
        assert "bars: log scale · ! worst · % of previous" in text
        assert "! 3.4 %" in text
        assert text.count("!") == 2  # rewarded only waits: no loss yet
        funnel.show(stages(100, 80, 60, 50, 14, 13, 12), ())
        await seen.pilot.pause()
        text = "\n".join(seen.lines())
        assert "log scale" not in text
        assert "! 28.0 %" in text


async def test_a_thick_bar_has_no_hairlines_in_a_picture(story: Story, watch: Watch) -> None:
    async with watch(story.path, size=(240, 70)) as seen:
        funnel = seen.app.screen.query_one(Funnel)
        blocks = [
            segment
            for y in range(funnel.size.height)
            for segment in funnel.render_line(y)
            if "█" in segment.text
        ]
        assert len(blocks) > 2 * len(STAGES)
        assert all(block.style.color == block.style.bgcolor for block in blocks)


# -- the lists -------------------------------------------------------------------------------------------------------


def event(seq: int, at: int, kind: str, subject: str) -> EventRow:
    return EventRow(seq, at, at, kind, "platform", subject, *(None,) * 12)


def test_those_who_signed_in_within_an_hour_are_one_row() -> None:
    people = [
        event(20 - n, START + 50 * 60_000 - n, "session.authenticated", f"c_{n % 14}") for n in range(18)
    ]
    shared = event(2, START + 60_000, "referral.shared", "c_1")
    before = event(1, START - 60_000, "session.authenticated", "c_2")
    told = gather([*people[:9], shared, *people[9:], before])
    assert told == (SignIns(people[0], 14), shared, SignIns(before, 1))


async def test_people_who_signed_in_do_not_push_out_what_matters(story: Story, watch: Watch) -> None:
    story.begin()
    for _ in range(70):
        story.event("session.authenticated", story.person())
    story.commit()
    async with watch(story.path, size=(80, 24)) as seen:
        text = "\n".join(seen.lines())
        assert "70 people signed in" in text
        assert "shared by" in text
        assert len(seen.app.screen.query_one(Stream).rows) == 180


async def test_days_are_written_where_they_differ(story: Story, watch: Watch) -> None:
    async with watch(story.path, size=(80, 24)) as seen:
        assert any(line.startswith("│ 21:") for line in seen.lines())
        story.begin()
        story.now += DAY
        story.event("session.authenticated", 1)
        story.commit()
        await seen.until(lambda: seen.app.snapshot.database_status.newest_seq == story.seq)
        lines = seen.lines()
        assert any(line.startswith("│ 10 Mar 23:") for line in lines)
        assert any(line.startswith("│ 9 Mar  21:") for line in lines)


# -- words -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "gloss"),
    [
        ((100, 30), "friends each"),
        ((110, 40), "per referrer"),
        ((240, 70), "new customers per referrer"),
    ],
)
async def test_the_k_factor_says_what_it_is(
    story: Story, watch: Watch, size: tuple[int, int], gloss: str
) -> None:
    async with watch(story.path, size=size) as seen:
        assert gloss in "\n".join(seen.lines()[:14])


@pytest.mark.parametrize("width", [110, 120, 140, 169, 170, 240])
def test_no_gloss_of_a_tile_is_cut(width: int) -> None:
    cells = width // 7 - 2
    assert all(
        len(wrap(gloss, cells)) <= 2 and "…" not in "".join(wrap(gloss, cells)) for gloss in GLOSSES.values()
    )


async def test_the_names_of_the_numbers_are_whole(story: Story, watch: Watch) -> None:
    async with watch(story.path, size=(80, 24)) as seen:
        for size in ((80, 24), (100, 30), (103, 30), (110, 40), (120, 40), (160, 50)):
            await seen.resize(size)
            names = "\n".join(seen.lines()[3 : 4 if size[0] >= ONE_LINE else 5])
            assert all(word in names for title in TITLES.values() for word in title.split()), size
            assert "…" not in names, size


async def test_a_role_is_whole_or_not_there(story: Story, watch: Watch) -> None:
    async with watch(story.path, size=(96, 40)) as seen:
        for width in (96, 100, 108, 112, 120, 126):
            await seen.resize((width, 40))
            assert "referr…" not in "\n".join(seen.lines()), width


async def test_a_long_state_and_its_amount_are_two_words(story: Story, watch: Watch) -> None:
    story.begin()
    (line,) = story.db.execute("SELECT max(id) FROM reward WHERE state = 'pending'").fetchone()
    story.move(line, "pending", "forfeited")
    story.commit()
    async with watch(story.path, size=(120, 40)) as seen:
        assert re.search(r"⊗ forfeited +£\d", "\n".join(seen.lines()))


async def test_counted_upline_and_steering_are_explained_beside_them(story: Story, watch: Watch) -> None:
    story.begin()
    (counted,) = story.db.execute("SELECT max(id) FROM reward WHERE state = 'pending'").fetchone()
    story.move(counted, "pending", "counted")
    story.db.execute("UPDATE reward SET role = 'upline' WHERE id = ?", (counted,))
    story.event("review.decided", None)
    story.commit()
    async with watch(story.path, size=(132, 40)) as seen:
        text = "\n".join(seen.lines())
        assert "· counted: toward a bonus" in text
        assert "upline: who brought the referrer" in text
        assert "■ steering: what an operator changed" in text


async def test_a_pending_reward_that_would_pay_nothing_is_not_shown_as_money(
    story: Story, watch: Watch
) -> None:
    story.begin()
    (pending,) = story.db.execute("SELECT max(id) FROM reward WHERE state = 'pending'").fetchone()
    story.db.execute("UPDATE reward SET expected = 'counted' WHERE id = ?", (pending,))
    story.commit()
    async with watch(story.path, size=(132, 40)) as seen:
        text = "\n".join(seen.lines())
        assert "○ unpaid" in text
        assert "unpaid: would pay nothing" in text
    story.db.execute("UPDATE reward SET expected = 'offered' WHERE id = ?", (pending,))
    story.commit()
    async with watch(story.path, size=(132, 40)) as seen:
        assert "○ unpaid" not in "\n".join(seen.lines())


def test_a_large_number_keeps_the_words_around_it() -> None:
    assert digits("SEK 41") == ["    ╻ ╻╺┓ ", "    ┗━┫ ┃ ", "SEK   ╹╺┻╸"]
    assert digits("7.1 days") == ["╺━┓ ╺┓      ", "  ┃  ┃      ", "  ╹.╺┻╸ days"]
    assert (digits("EUR 7") or [""])[-1].startswith("EUR ")
    assert digits("—") is None


async def test_the_lower_edge_of_the_funnel_is_whole(story: Story, watch: Watch) -> None:
    def whole() -> bool:
        (edge,) = [line for line in seen.lines() if "% of previous" in line]
        return "…" not in edge.partition("│")[0][: width // 2]

    async with watch(story.path, size=(100, 43)) as seen:
        for width in (100, 131, 132, 133, 134, 140):
            await seen.resize((width, 43))
            await seen.drawn(whole)  # the first painting may come before the last layout


async def test_full_cells_of_a_bar_have_no_seam_in_a_picture(story: Story, watch: Watch) -> None:
    async with watch(story.path, size=(120, 40), place=ReferrersScreen) as seen:
        await seen.pilot.press("n")
        await seen.until(lambda: seen.app.snapshot.request.screen_query.sight == "channels")
        strips = seen.app.screen._compositor.render_strips()
        runs = [part for strip in strips for part in strip if part.text.startswith("██")]
        assert runs
        assert all(part.style.bgcolor == part.style.color for part in runs)

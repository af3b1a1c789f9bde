"""The rewards screen: its figures from a database, and verdicts given on it."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from db.read import review_queue
from db.read.review_queue import queue
from db.read.rewards import Budget, DueRow
from referral_tui.dashboard.helper import Reply
from referral_tui.dashboard.messages import CommandSent
from referral_tui.dashboard.pictures import due_picture
from referral_tui.dashboard.screens.rewards import RewardsScreen
from referral_tui.dashboard.widgets.budget import BudgetGauge
from referral_tui.dashboard.widgets.calendar import Calendar, Falling, by_days_and_weeks
from referral_tui.dashboard.widgets.review_queue import ReviewQueue
from referral_tui.dashboard.widgets.reward_table import RewardTable
from referral_tui.names import short_name
from tests.dashboard.story import DAY, START, Story
from tests.dashboard.watching import WALL, HeldClock, Watch, Watched


@pytest.fixture
def db(story: Story) -> sqlite3.Connection:
    return story.db


@asynccontextmanager
async def rewards(watch: Watch, path: Path, size: tuple[int, int] = (120, 40)) -> AsyncIterator[Watched]:
    """The screen with the focus in the queue."""
    async with watch(path, size=size, place=RewardsScreen) as seen:
        seen.app.screen.query_one(ReviewQueue).focus()
        await seen.pilot.pause()
        yield seen


async def test_names_of_rewards_are_whole_at_80_columns(story: Story, watch: Watch) -> None:
    story.db.execute("UPDATE breakdown SET part = 'loyal-friend-credit' WHERE part = 'friend-credit'")
    story.commit()
    async with watch(story.path, size=(80, 24), place=RewardsScreen) as seen:
        text = "\n".join(seen.lines())
        assert "loyal-friend-credit " in text
        assert all(
            state in text for state in ("pending", "issued", "counted", "capped", "dropped", "revoked")
        )


async def test_a_reward_in_a_state_without_a_column_is_counted_in_a_sum_at_80_columns(
    story: Story, watch: Watch, steady: HeldClock
) -> None:
    columns = {"waiting": "pending", "offered": "pending", "redeemed": "issued", "expired": "issued"}
    columns |= {"voided": "dropped", "forfeited": "dropped"}
    async with watch(story.path, size=(80, 24), place=RewardsScreen) as seen:
        table = seen.app.screen.query_one(RewardTable)
        for state, column in columns.items():
            before = table.rows[-1].pair(column)
            wanted = (before[0] + 3, before[1] + 4500)
            story.part(f"reward.{state}", "friend-credit", 3, 4500)
            story.commit()
            steady.at += 10_000  # sums that were read are read again after a while
            await seen.until(lambda column=column, wanted=wanted: table.rows[-1].pair(column) == wanted)
            assert column in "\n".join(seen.lines())
            assert state in dict(table.topic().facts)[column]


async def test_a_day_on_which_nothing_would_be_issued_says_unpaid_and_no_amount(
    story: Story, watch: Watch
) -> None:
    story.db.execute("UPDATE due SET expected = 'counted'")
    story.commit()
    async with watch(story.path, size=(80, 24), place=RewardsScreen) as seen:
        due = seen.app.screen.query_one(Calendar)
        assert due.rows
        assert {due._count(row, 6)[0] for row in due.rows} == {"—"}
        assert {due._value(row, 8)[0] for row in due.rows} == {"unpaid"}


async def test_what_is_told_of_the_past_is_whole_at_80_columns(story: Story, watch: Watch) -> None:
    async with rewards(watch, story.path, (80, 24)) as seen:
        await seen.pilot.press("left_curly_bracket")
        await seen.until(lambda: seen.app.snapshot.request.view.at)
        text = " ".join(line[46:79].strip("│ ") for line in seen.lines())
        assert "What was due to be paid then is not kept; } returns to now." in text
        assert "{ } by the day." in seen.lines()[2]


def test_later_days_are_added_up_by_weeks_from_monday() -> None:
    rows = [DueRow(START + day * DAY, "referrer-credit", "issued", 1, 2000) for day in (3, 20, 21, 22)]
    rows += [DueRow(START + day * DAY, "bonus", "counted", 2, 10000) for day in (3, 4)]
    assert by_days_and_weeks(rows, START + 5) == (  # 1 March 2026 is a Sunday
        Falling(START + 3 * DAY, 1, 1, 2000, 2),
        Falling(START + 4 * DAY, 1, 0, 0, 2),
        Falling(START + 15 * DAY, 7, 2, 4000),
        Falling(START + 22 * DAY, 7, 1, 2000),
    )


SLOW = Budget(total=1000, spent=500, pending=0, a_day=1.0, runs_out_at=START + 500 * DAY, now=START)


GAUGED = [
    (
        Budget(total=None, spent=500, pending=0, a_day=500.0, runs_out_at=None),
        "no budget, so it never runs out",
    ),
    (Budget(total=1000, spent=1000, pending=0, a_day=500.0, runs_out_at=START), "It is spent"),
    (Budget(total=1000, spent=10, pending=0, a_day=0.0, runs_out_at=None), "no end is in sight"),
    (Budget(total=1000, spent=0, pending=0, a_day=0.0, runs_out_at=None), "Nothing was spent yet"),
    (replace(SLOW, ends_at=START + 100 * DAY), "Lasts to the end, about £4.00 left."),
    (replace(SLOW, ends_at=START + 600 * DAY), "Runs out 14 Jul 2027"),
    (replace(SLOW, ends_at=START), "The program has ended, with £5.00 left"),
    (replace(SLOW, period="calendar-month", until=START + 31 * DAY), "Lasts to the end of the month"),
    (
        Budget(total=1000, spent=500, pending=0, a_day=500.0, runs_out_at=START + 2 * DAY),
        "Runs out 3 Mar 2026, at £35.00 a week",
    ),
]


async def test_the_gauge_says_when(story: Story, watch: Watch) -> None:
    async with rewards(watch, story.path) as seen:
        gauge = seen.app.screen.query_one(BudgetGauge)
        for one, said in GAUGED:
            gauge.show(one, seen.app.snapshot.database_status.program)
            await seen.pilot.pause()
            assert said in "".join(strip.text for strip in gauge.draw(80, 6))


async def test_a_narrow_gauge_drops_words_before_it_cuts_them(story: Story, watch: Watch) -> None:
    monthly = replace(SLOW, period="calendar-month", until=START + 31 * DAY)
    async with rewards(watch, story.path) as seen:
        gauge = seen.app.screen.query_one(BudgetGauge)
        gauge.show(monthly, seen.app.snapshot.database_status.program)
        await seen.pilot.pause()
        said = [next(iter(gauge.draw(width, 6))).text.strip() for width in (45, 36, 30)]
    assert said == [
        "£5.00 of £10.00 spent this month, 50.0 %",
        "£5.00 of £10.00 spent this month",
        "£5.00 of £10.00 this month",
    ]


def test_the_queue_begins_with_what_waited_longest(db: sqlite3.Connection) -> None:
    found = queue(db, 2)
    assert len(found) == 2
    assert found[0].since < found[1].since
    assert found[0].failed == (("not-too-fast", "fail"),)


def test_the_queue_is_bounded_where_its_index_is_not_made_yet(
    db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    (newest,) = db.execute("SELECT max(id) FROM decision WHERE outcome = 'review'").fetchone()
    (last,) = db.execute("SELECT max(id) FROM decision").fetchone()
    db.execute("DROP INDEX decision_review")
    assert len(queue(db, 9)) == 3
    monkeypatch.setattr(review_queue, "TAIL", last - newest + 1)
    assert [row.number for row in queue(db, 9)] == [newest]


async def test_what_waits_though_its_conversion_was_reversed_is_marked(story: Story, watch: Watch) -> None:
    first = queue(story.db, 1)[0]
    assert first.reversed_at is None
    story.begin()
    story.event("conversion.reversed", None, source=first.source, reverses=first.event_id)
    story.commit()
    (again,) = queue(story.db, 1)
    assert again.reversed_at is not None
    for size in ((80, 24), (120, 40)):
        async with watch(story.path, size=size, place=RewardsScreen) as seen:
            assert sum("reversed; not-" in line for line in seen.lines()) == 1


async def test_an_amount_that_waits_is_written_in_its_own_currency(story: Story, watch: Watch) -> None:
    with story.db:
        story.db.execute("UPDATE event SET currency = 'KWD', amount_minor = 15080")
    async with watch(story.path, size=(120, 40), place=RewardsScreen) as seen:
        waiting = seen.app.screen.query_one(ReviewQueue)
        lines = [waiting.draw_line(y).text for y in range(1, 1 + len(waiting.rows))]
        assert lines
        assert all("15.080" in line for line in lines)


@pytest.mark.parametrize(("key", "verdict"), [("a", "approve"), ("d", "decline")])
async def test_a_verdict_is_an_order_while_a_run_goes_on(
    story: Story, watch: Watch, steady: HeldClock, key: str, verdict: str
) -> None:
    async with rewards(watch, story.path) as seen:
        first = seen.app.screen.query_one(ReviewQueue).row
        await seen.pilot.press(key)
        await seen.until(lambda: any(isinstance(message, CommandSent) for message in seen.told))
        (sent,) = [message.command for message in seen.told if isinstance(message, CommandSent)]
        assert sent.kind == "verdict"
        assert sent.args == {"decision": first.number, "verdict": verdict, "by": "dashboard"}
        assert (
            seen.status_message() == f"Sent: {verdict} decision {first.number}. Waiting for the simulation."
        )
        story.db.execute("UPDATE decision SET outcome = 'qualified' WHERE id = ?", (first.number,))
        steady.at += 1_000
        story.executed("verdict", sent.issued_at, sent.args)
        await seen.until(lambda: "Executed" in seen.status_message())
        assert seen.status_message().startswith(f"Executed: {verdict} decision {first.number}, after event")
        await seen.until(lambda: seen.app.screen.query_one(ReviewQueue).row != first)


async def test_what_was_refused_is_told(story: Story, watch: Watch) -> None:
    async with rewards(watch, story.path) as seen:
        await seen.pilot.press("a")
        await seen.until(lambda: any(isinstance(message, CommandSent) for message in seen.told))
        (sent,) = [message.command for message in seen.told if isinstance(message, CommandSent)]
        story.executed("verdict", sent.issued_at, sent.args, "decision 22 is refused already")
        await seen.until(lambda: "Not done" in seen.status_message())
        assert "decision 22 is refused already" in seen.status_message()


async def test_a_run_that_ends_says_what_it_did_not_obey(story: Story, watch: Watch) -> None:
    async with rewards(watch, story.path) as seen:
        await seen.pilot.press("a")
        await seen.until(lambda: any(isinstance(message, CommandSent) for message in seen.told))
        story.clock("finished", 0, WALL, START + 9 * DAY)
        await seen.until(
            lambda: "The simulation ended before it executed: approve decision" in seen.status_message()
        )


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(0, {"outcome": "qualified"}, ""), "is qualified now."),
        (Reply(2, None, "somebody else writes"), "Not done: somebody else writes"),
    ],
)
async def test_a_finished_run_is_decided_by_a_helper(
    story: Story, watch: Watch, monkeypatch: pytest.MonkeyPatch, reply: Reply, said: str
) -> None:
    asked: list[list[str]] = []

    async def ask(arguments: list[str]) -> Reply:
        asked.append(arguments)
        return reply

    monkeypatch.setattr("referral_tui.dashboard.helper.ask", ask)
    story.clock("finished", 0, WALL - DAY, START + 9 * DAY)
    async with rewards(watch, story.path) as seen:
        row = seen.app.screen.query_one(ReviewQueue).row
        await seen.pilot.press("d")
        await seen.app.workers.wait_for_complete()
        await seen.pilot.pause()
        assert said in seen.status_message()
        (arguments,) = asked
        assert arguments[:5] == ["review", "decline", str(row.number), "--by", "dashboard"]


async def test_the_past_can_not_be_decided(story: Story, watch: Watch) -> None:
    async with rewards(watch, story.path) as seen:
        await seen.pilot.press("left_curly_bracket")
        await seen.until(lambda: seen.app.snapshot.request.view.at)
        assert "is not kept" in "\n".join(seen.lines())
        assert seen.app.screen.query_one("#queue").border_title == "Review queue"
        await seen.pilot.press("a")
        await seen.pilot.pause()
        assert "This is the past, and its queue is not kept" in seen.status_message()
        await seen.pilot.press("enter")
        await seen.pilot.pause()
        assert len(seen.app.screen_stack) == 1
        assert "This is the past" in seen.status_message()


async def test_who_may_only_look_decides_nothing_in_a_finished_run(
    story: Story, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr("referral_tui.dashboard.helper.ask", asked.append)
    story.clock("finished", 0, WALL - DAY, START + 9 * DAY)
    async with watch(story.path, read_only=True, place=RewardsScreen) as seen:
        await seen.pilot.press("a")
        await seen.app.workers.wait_for_complete()
        await seen.pilot.pause()
        assert "opened with --read-only" in seen.status_message()
        assert not asked


async def test_verdicts_are_offered_only_where_something_waits(
    story: Story, watch: Watch, steady: HeldClock
) -> None:
    async with rewards(watch, story.path) as seen:
        assert "a approve" in seen.lines()[-1]
        assert "d decline" in seen.lines()[-1]
        story.db.execute("UPDATE decision SET outcome = 'qualified' WHERE outcome = 'review'")
        steady.at += 1_000
        await seen.until(lambda: not seen.app.snapshot.answer.queue)
        assert "approve" not in seen.lines()[-1]
        assert "decline" not in seen.lines()[-1]
        await seen.pilot.press("a")
        await seen.pilot.pause()
        assert "Nothing waits for a review" in seen.status_message()


async def test_enter_opens_what_would_be_approved(
    story: Story, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []

    async def ask(arguments: list[str]) -> Reply:
        asked.append(list(arguments))
        return Reply(2, None, "nothing is known of them")

    monkeypatch.setattr("referral_tui.dashboard.helper.ask", ask)
    async with rewards(watch, story.path) as seen:
        row = seen.app.screen.query_one(ReviewQueue).row
        await seen.pilot.press("enter")
        await seen.app.workers.wait_for_complete()
        await seen.pilot.pause()
        text = "\n".join(seen.lines())
        assert f"Decision {row.number} waits for a verdict" in text
        assert "nothing is known of them" in text
        assert asked[0][0] == "explain"
        assert row.friend in asked[0]
        await seen.pilot.press("a")
        await seen.until(lambda: any(isinstance(message, CommandSent) for message in seen.told))
        (sent,) = [message.command for message in seen.told if isinstance(message, CommandSent)]
        assert sent.args == {"decision": row.number, "verdict": "approve", "by": "dashboard"}


async def test_counts_in_place_of_money(story: Story, watch: Watch) -> None:
    async with rewards(watch, story.path, (80, 24)) as seen:
        (total,) = (line for line in seen.lines() if "all rewards" in line)
        assert "£760.00" in total
        await seen.pilot.press("m")
        await seen.pilot.pause()
        assert "in counts" in "\n".join(seen.lines())
        (total,) = (line for line in seen.lines() if "all rewards" in line)
        assert "£" not in total.split("││")[0]


async def test_a_reward_of_the_step_is_lit_up(story: Story, watch: Watch) -> None:
    story.clock("paused", 21_600, WALL, START + 60 * DAY)
    async with rewards(watch, story.path) as seen:
        await seen.pilot.press("full_stop")
        await seen.until(lambda: any(isinstance(message, CommandSent) for message in seen.told))
        (sent,) = [message.command for message in seen.told if isinstance(message, CommandSent)]
        (pending,) = story.db.execute("SELECT MAX(id) FROM reward WHERE state = 'pending'").fetchone()
        story.begin()
        story.move(pending, "pending", "issued")
        story.executed("step", sent.issued_at)
        story.commit()
        await seen.until(lambda: any("»friend-credit" in line for line in seen.lines()))


async def test_what_is_opened_from_the_queue_lists_the_rewards_that_an_approval_would_start(
    story: Story, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = {"reward": "referrer-credit", "role": "referrer", "recipient": "c_00000001", "value_minor": 2000}
    bonus = line | {"reward": "third-friend-bonus", "value_minor": 5000}
    promised = [
        line | {"due_at": START + 12 * DAY, "at_once": False, "counts": None},
        bonus | {"due_at": START + 9 * DAY, "at_once": True, "counts": "the recipient's 1st of 3"},
    ]
    waits = {"id": 22, "milestone": "activated", "outcome": "review", "reason": "not-too-fast"} | {
        "source": "client/shop",
        "event_id": "e1",
        "program_version": 1,
        "rules": [],
        "offers": [],
        "variants": [],
        "why_not": [],
        "no_line": [],
    }
    told: dict[str, Any] = {
        "kind": "friend",
        "ref": "c_00000005",
        "timeline": [],
        "attribution": None,
        "touches": [],
    }

    async def ask(_arguments: list[str]) -> Reply:
        decided = {"decisions": [waits | {"if_approved": promised}], "rewards": [], "why_not": []}
        return Reply(0, told | decided, "")

    monkeypatch.setattr("referral_tui.dashboard.helper.ask", ask)
    async with rewards(watch, story.path, (160, 50)) as seen:
        await seen.pilot.press("enter")
        await seen.app.workers.wait_for_complete()
        await seen.pilot.pause()
        text = "\n".join(seen.lines())
        who = short_name("c_00000001")
        assert "If decision 22 is approved" in text
        assert f"due 13 Mar 00:00  ○ referrer-credit: £20.00 for {who} (referrer)" in text
        assert (
            f"due at once       ○ third-friend-bonus: £50.00 for {who} (referrer); it would only be" in text
        )
        await seen.pilot.press("d")
        await seen.until(lambda: any(isinstance(message, CommandSent) for message in seen.told))


async def test_lines_that_the_calendar_does_not_need_show_how_what_falls_due_adds_up(
    story: Story, watch: Watch
) -> None:
    async with rewards(watch, story.path, (160, 50)) as seen:
        rows = seen.app.screen.query_one(Calendar).rows
        assert seen.app.screen.query_one(Calendar).size.height == len(rows) + 1
        text = "\n".join(seen.lines())
        assert "Falls due, added up" in text
        assert "Issued by the end of each day to come" in text
        picture = due_picture(seen.app.snapshot.answer, None)
        assert picture is not None
        ((curve,),) = [panel.curves for panel in picture.panels]
        assert curve.last == sum(row.value_minor for row in rows)
        assert [value for _, value in curve.points] == sorted(value or 0 for _, value in curve.points)
    async with rewards(watch, story.path, (80, 24)) as seen:
        assert "added up" not in "\n".join(seen.lines())


async def test_where_nothing_falls_due_nothing_is_added_up(story: Story, watch: Watch) -> None:
    story.db.execute("UPDATE due SET expected = 'counted'")
    story.commit()
    async with rewards(watch, story.path, (160, 50)) as seen:
        assert "added up" not in "\n".join(seen.lines())

"""Pause, step and speed: commands are sent, and the screen says when they were executed and what they did."""

from __future__ import annotations

import pytest

from db.control import Inbox, WriterCommand
from db.read.queries import ClockRow, DatabaseStatus
from referral_tui.dashboard.messages import CommandSent
from referral_tui.dashboard.screens.journeys import JourneysScreen
from referral_tui.dashboard.snapshot import Snapshot, take
from referral_tui.dashboard.steering import Steering
from tests.dashboard.story import DAY, START, Story
from tests.dashboard.watching import WALL, Watch, Watched


async def command(seen: Watched, key: str, commands: int = 1) -> list[WriterCommand]:
    """Press a key and wait until its commands are sent."""
    before = len([message for message in seen.told if isinstance(message, CommandSent)])
    await seen.pilot.press(key)

    def sent() -> list[WriterCommand]:
        return [message.command for message in seen.told if isinstance(message, CommandSent)][before:]

    await seen.until(lambda: len(sent()) >= commands)
    return sent()


async def test_pause_is_sent_and_obeyed(story: Story, watch: Watch) -> None:
    async with watch(story.path) as seen:
        (sent,) = await command(seen, "space")
        assert sent.kind == "pause"
        assert seen.status_message() == "Sent: pause. Waiting for the simulation."
        inbox = Inbox(story.path)
        assert inbox.take() == [sent]
        inbox.close()
        story.executed("pause", sent.issued_at)
        story.clock("paused", 21_600, WALL, START + 60 * DAY)
        await seen.until(lambda: seen.app.snapshot.status == "paused" and "Executed" in seen.status_message())
        assert seen.status_message() == f"Executed: pause, after event {story.seq}, at Mon 9 Mar 2026 23:00."
        assert "‖ paused" in seen.lines()[1]
        assert "space go on" in seen.lines()[-1]
        (sent,) = await command(seen, "space")
        assert sent.kind == "resume"


async def test_a_step_says_what_it_did_and_marks_it(story: Story, watch: Watch) -> None:
    story.clock("paused", 21_600, WALL, START + 60 * DAY)
    async with watch(story.path, size=(120, 40)) as seen:
        (sent,) = await command(seen, "full_stop")
        assert sent.kind == "step"
        story.begin()
        friend = story.person()
        seq = story.event("friend.claimed", friend, contact_ref="h", code="K001Q")
        story.attribute(seq, friend, 1, "K001Q", "e-mail", "code")
        story.count("stage.visited")
        story.count("stage.claimed")
        story.executed("step", sent.issued_at)
        story.commit()
        await seen.until(lambda: f"Event {seq}" in seen.status_message())
        assert "claimed the offer with code K001Q." in seen.status_message()
        assert "was matched to" in seen.status_message()
        assert seen.app.snapshot.moved == (0, 1, 1, 0, 0, 0, 0)
        text = seen.lines()
        assert any("claimed" in line and "▲1" in line for line in text)
        assert any("│▸" in line and "claimed the offer with code K001Q" in line for line in text)


async def test_a_step_while_running_pauses_first(story: Story, watch: Watch) -> None:
    async with watch(story.path) as seen:
        sent = await command(seen, "full_stop", commands=2)
        assert [one.kind for one in sent] == ["pause", "step"]
        assert sent[0].issued_at < sent[1].issued_at


async def test_a_leap_goes_on_to_the_next_change_and_says_what_it_passed(story: Story, watch: Watch) -> None:
    story.clock("paused", 21_600, WALL, START + 60 * DAY)
    async with watch(story.path, size=(120, 40)) as seen:
        (sent,) = await command(seen, "comma")
        assert (sent.kind, sent.args) == ("step", {"until": "change"})
        assert seen.status_message().startswith("Sent: on to the next change.")
        story.begin()
        friend = story.person()
        for _ in range(80):  # more than the newest events that a look reads
            story.event("session.authenticated", friend)
        seq = story.event("friend.claimed", friend, contact_ref="h", code="K001Q")
        story.attribute(seq, friend, 1, "K001Q", "e-mail", "code")
        story.executed("step", sent.issued_at)
        story.commit()
        await seen.until(lambda: f"Event {seq}" in seen.status_message())
        assert "(And 80 more before it.)" in seen.status_message()
        assert "was matched to" in seen.status_message()


async def test_the_fastest_pace_is_said_without_a_number(story: Story, watch: Watch) -> None:
    story.clock("running", 604_800, WALL, START + 60 * DAY)
    async with watch(story.path) as seen:
        await command(seen, "plus")
        assert seen.status_message() == "Sent: full speed. Waiting for the simulation."


async def test_what_can_not_go_further_on_says_so(story: Story, watch: Watch) -> None:
    async with watch(story.path) as seen:
        await seen.pilot.press("right_square_bracket")
        assert seen.status_message() == "This is now already; [ goes back an hour, { a day."
        await seen.pilot.press("left_square_bracket", "right_square_bracket")
        await seen.until(lambda: seen.app.view.at is None and seen.app.snapshot.request.view.at is None)
        assert "This is now already" not in seen.status_message()


async def test_speed_goes_up_and_down_the_ladder(story: Story, watch: Watch) -> None:
    async with watch(story.path) as seen:
        (sent,) = await command(seen, "plus")
        assert (sent.kind, sent.args) == ("speed", {"pace": 86_400.0})
        assert seen.status_message().startswith("Sent: speed 1 d/s.")
        (sent,) = await command(seen, "minus")
        assert sent.args == {"pace": 21_600.0}


async def test_the_slowest_and_the_fastest_say_so(story: Story, watch: Watch) -> None:
    story.clock("running", 0, WALL, START + 60 * DAY)
    async with watch(story.path) as seen:
        await seen.pilot.press("plus")
        assert seen.status_message() == "It already goes as fast as it can."
        story.clock("running", 1, WALL, START + 60 * DAY)
        await seen.until(lambda: seen.app.snapshot.database_status.clock.pace == 1)
        await seen.pilot.press("minus")
        assert "1 s/s is the slowest" in seen.status_message()


@pytest.mark.parametrize("status", ["running", "finished", "stopped"])
async def test_files_have_nothing_to_steer(story: Story, watch: Watch, status: str) -> None:
    story.db.execute("UPDATE setting SET value = 'ingest' WHERE name = 'kind'")
    story.clock(status, 0, WALL, START + 60 * DAY)
    async with watch(story.path) as seen:
        await seen.pilot.press("space")
        assert seen.status_message() == "There is nothing to steer here: these events are not simulated."


async def test_an_order_that_can_not_be_written_is_said(story: Story, watch: Watch) -> None:
    story.path.with_name("shop.control.db").mkdir()
    async with watch(story.path) as seen:
        await seen.pilot.press("space")
        await seen.until(lambda: seen.status_message().startswith("Not sent:"))


async def test_every_command_is_in_the_palette(story: Story, watch: Watch) -> None:
    async with watch(story.path) as seen:
        titles = [command.title for command in seen.app.get_system_commands(seen.app.screen)]
        assert {"Pause or go on", "One event on", "Light or dark", "Picture", "Quit", "Overview"} <= set(
            titles
        )
        await seen.pilot.press("ctrl+p")
        await seen.pilot.press(*"light")
        await seen.pilot.pause()
        await seen.pilot.press("down", "enter")
        await seen.pilot.pause()
        assert not seen.app.current_theme.dark


async def test_of_the_past_it_says_that_it_is_and_a_step_leads_back_to_now(
    story: Story, watch: Watch
) -> None:
    story.clock("paused", 21_600, WALL, START + 60 * DAY)
    async with watch(story.path) as seen:
        await command(seen, "space")
        assert seen.status_message().startswith("Sent: go on.")
        await seen.pilot.press("left_square_bracket")
        await seen.until(lambda: seen.status_message().startswith("As it was on "))
        await command(seen, "full_stop", commands=2)
        await seen.until(lambda: seen.app.snapshot.request.view.at is None)
        assert seen.status_message().startswith("Sent: one event on.")


async def test_what_a_screen_said_is_not_told_on_the_next_one_but_what_became_of_a_command_is(
    story: Story, watch: Watch
) -> None:
    async with watch(story.path) as seen:
        await seen.pilot.press("ctrl+s")
        await seen.until(lambda: seen.status_message().startswith("Picture saved"))
        await seen.pilot.press("1")
        assert seen.status_message().startswith("Picture saved")
        await seen.open(JourneysScreen)
        assert seen.status_message().startswith("Live.")
        await command(seen, "space")
        said = seen.status_message()
        assert said.startswith("Sent: pause.")
        await seen.pilot.press("1")
        assert seen.status_message() == said


async def test_ctrl_c_says_which_key_leaves(story: Story, watch: Watch) -> None:
    async with watch(story.path) as seen:
        await seen.pilot.press("ctrl+c")
        assert seen.status_message() == "Press q to quit. (Ctrl-C copies the selection.)"


async def test_going_back_has_the_world_made_again_up_to_the_stop_before(story: Story, watch: Watch) -> None:
    asked: list[int] = []
    story.clock("paused", 21_600, WALL, START + 60 * DAY)
    first = story.seq
    async with watch(story.path, rewind=asked.append) as seen:
        await seen.pilot.press("b")
        await seen.until(lambda: "There is no stop before this one" in seen.status_message())
        for _ in range(2):
            story.begin()
            story.event("session.authenticated", 1)
            story.commit()
            last = story.seq
            await seen.until(lambda last=last: seen.app.snapshot.database_status.newest_seq == last)
        await seen.pilot.press("b")
        await seen.pilot.pause()
        box = "\n".join(seen.lines())
        assert "Back to an earlier stop" in box
        assert f"{first + 1:,}" in box
        assert "signed in" in box
        await seen.pilot.press("b")  # the cursor is on the stop before
        await seen.app.workers.wait_for_complete()
        assert asked == [first + 1]
        assert f"Back to event {first + 1:,}: the world is recreated from its seed." in seen.status_message()
        await seen.pilot.press("b")  # it is on its way already
        await seen.app.workers.wait_for_complete()
        assert asked == [first + 1]


async def test_a_world_that_is_not_ours_is_not_made_again(story: Story, watch: Watch) -> None:
    async with watch(story.path) as seen:
        await seen.pilot.press("b")
        await seen.until(lambda: "Only the world of a demo can be recreated" in seen.status_message())


def test_a_hundred_stops_are_remembered_and_later_ones_are_forgotten_once_back() -> None:
    steering = Steering()
    for seq in range(1, 121):
        steering.see(paused_at(seq))
    assert [one.seq for one in steering.stops_before(paused_at(120))] == list(range(119, 20, -1))
    steering.going_back(50)
    steering.see(paused_at(120))  # the old world, not ended yet
    steering.see(paused_at(50))
    steering.see(paused_at(51))
    assert [one.seq for one in steering.stops_before(paused_at(51))] == list(range(50, 20, -1))


def paused_at(seq: int) -> Snapshot:
    """A paused world that has reached an event."""
    clock = ClockRow("paused", START, START, START, START + DAY, 0.0, WALL, 1)
    standing = DatabaseStatus(
        made_by="simulate",
        program=None,
        clock=clock,
        newest_seq=seq,
        accepted=seq,
        refused=0,
        stages=(0,) * 7,
        events=(),
        audit_entries=(),
        executed=(),
    )
    return take(standing, (0,) * 7, 0.0, WALL)

"""The numbers of a program file: found in its text, changed by steps, and the form that changes them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from textual.events import Key

from referral_tui.dashboard.messages import CommandSent
from referral_tui.dashboard.numbers import Number, numbers_of, turned
from referral_tui.dashboard.widgets.editor import Editor
from referral_tui.dashboard.widgets.number_form import NumberForm
from simulator.program.load import load_program
from tests.dashboard.story import DESIGN, Story
from tests.dashboard.watching import Watch
from tests.presets import each_preset

PRESETS = Path(__file__).parents[2] / "simulator/presets"


def number(text: str, part: str, what: str) -> Number:
    """The only number of this kind in a text."""
    (found,) = [one for one in numbers_of(text) if (one.part, one.what) == (part, what)]
    return found


def at(text: str, path: tuple[str | int, ...]) -> Number:
    """The number at a path of the text."""
    return next(one for one in numbers_of(text) if one.path == path)


def around(text: str, one: Number) -> tuple[str, str, str]:
    """The text before, in and after the table of a number: to read it alone takes a tenth of the time."""
    heads = [head.start() for head in re.finditer(r"^\[", text, re.MULTILINE)]
    start = max(head for head in heads if head <= one.start)
    end = min((head for head in heads if head > one.start), default=len(text))
    return text[:start], text[start:end], text[end:]


@each_preset
def test_every_number_of_every_preset_can_be_turned_and_stays_valid(preset: str) -> None:
    text = (PRESETS / preset / "program.toml").read_text(encoding="utf-8")
    digits = load_program(text, "p.toml").digits
    numbers = numbers_of(text)
    assert {"value", "budget", "cooling-off"} <= {one.what for one in numbers}
    for one in numbers:
        before, table, after = around(text, one)
        kind, place, *rest = one.path
        own = (kind, 0, *rest) if isinstance(place, int) else one.path
        for up in (1, -1):
            steps = [table]
            while len(steps) <= 40:  # to its end, or far
                new = turned(steps[-1], at(steps[-1], own), up, digits)
                if new is None:
                    break
                steps.append(new)
            for step in (*steps[1:2], steps[-1]):
                whole = f"{before}{step}{after}"
                assert at(whole, one.path).value == at(step, own).value
            load_program(whole, "p.toml")  # those before are ordered between valid ones


def test_only_the_number_changes_and_comments_and_layout_stay() -> None:
    text = "[budget]  # of the year\ntotal   =  5000.00   # pounds\n"
    found = number(text, "whole program", "budget")
    assert turned(text, found, 1, 2) == "[budget]  # of the year\ntotal   =  6000.00   # pounds\n"
    assert turned(text, found, -1, 2) == "[budget]  # of the year\ntotal   =  4000.00   # pounds\n"


def test_bounds_choices_expiry_uses_and_periods_are_turned_too() -> None:
    text = (
        '[attribution]\nuses = 5\n[[reward]]\nname = "r"\nmax = 40.00\nmin = 2\nchoose_within = "90d"\n'
        'expires = "180d"\n[budget]\nperiod = "calendar-month"\n'
    )
    expected = {
        ("matching", "uses of a code"): "6",
        ("r", "at most"): "45.00",
        ("r", "at least"): "2.5",
        ("r", "time to choose"): "120d",
        ("r", "expires after"): "270d",
        ("whole program", "budget period"): "calendar-year",
    }
    assert {(one.part, one.what) for one in numbers_of(text)} == set(expected)
    for (part, what), value in expected.items():
        new = turned(text, number(text, part, what), 1, 2)
        assert new is not None
        assert number(new, part, what).value == value


def test_what_only_looks_like_a_number_is_left_alone() -> None:
    text = (
        DESIGN + '\n[[rule]]\ncode = "odd"\nbecause = """\n[budget]\ntotal = 3\n"""\nrequire = "amount > 1"\n'
    )
    paths = [one.path for one in numbers_of(text)]
    assert paths == [one.path for one in numbers_of(DESIGN)]
    assert len(set(paths)) == len(paths)
    assert numbers_of("nonsense = [") == ()


@pytest.mark.parametrize(
    ("written", "digits", "steps"),
    [
        ("value = 25.00", 2, ["30.00", "35.00", "40.00"]),
        ("value = 0.05", 2, ["0.10", "0.15"]),
        ("value = 900", 0, ["1000", "1100"]),
        ("value = 4.5", 2, ["5.0", "6.0"]),
        ("percent = 99", 2, ["100", None]),
        ('hold = "14d"', 2, ["21d", "30d"]),
        ("every = 5", 2, ["6"]),
    ],
)
def test_steps_are_those_people_would_take(written: str, digits: int, steps: list[str | None]) -> None:
    text = f'[[reward]]\nname = "r"\n{written}\n'
    for step in steps:
        new = turned(text, numbers_of(text)[0], 1, digits)
        if step is None:
            assert new is None
            break
        assert new is not None
        text = new
        (row,) = tomllib.loads(text)["reward"]
        assert numbers_of(text)[0].value == step
        assert str(step).rstrip("d") in text
        assert row["name"] == "r"


def test_nothing_goes_below_its_least() -> None:
    for written in ("value = 0.01", "percent = 0.5", 'hold = "0d"', "every = 1", 'clawback = "1d"'):
        text = f'[[reward]]\nname = "r"\n{written}\n'
        assert turned(text, numbers_of(text)[0], -1, 2) is None


async def test_a_reward_is_raised_and_applied_with_seven_keys(story: Story, watch: Watch) -> None:
    """As in the product team's tour: the referrer gets 40 instead of 20 (there 25), and the program runs with it."""
    keys = ["5", "f", "right", "right", "right", "right", "ctrl+r"]
    async with watch(story.path) as seen:
        for key in keys:
            await seen.pilot.press(key)
            await seen.until(lambda: seen.app.snapshot.request == seen.app.feed.request)
        assert len(keys) <= 8
        assert seen.app.screen.query_one(Editor).text == DESIGN.replace("value = 20.00", "value = 40.00")
        await seen.app.workers.wait_for_complete()
        await seen.until(lambda: any(isinstance(message, CommandSent) for message in seen.told))
        (sent,) = [message.command for message in seen.told if isinstance(message, CommandSent)]
        assert sent.kind == "program"
        assert tomllib.loads(str(sent.args["text"]))["reward"][0]["value"] == 40.0


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (160, 50)], ids="{0[0]}x{0[1]}".format)
async def test_the_form_shows_what_changes_and_can_be_left(
    story: Story, watch: Watch, size: tuple[int, int]
) -> None:
    async with watch(story.path, size=size) as seen:
        await seen.pilot.press("5")
        await seen.until(lambda: seen.app.snapshot.request.place == "program")
        await seen.pilot.press("f", "down", "right", "left", "left")
        form = seen.app.screen.query_one(NumberForm)
        assert form.row.value == "9.00"
        text = "\n".join(seen.lines())
        assert "◂ 9.00 ▸" in text
        assert "10.00" in text
        seen.uncut()
        await seen.pilot.press("escape", "z")
        await seen.pilot.pause()
        assert seen.app.screen.query_one(Editor).text == DESIGN
        assert not form.display


async def test_turns_in_a_burst_all_count_and_the_end_is_said(story: Story, watch: Watch) -> None:
    async with watch(story.path) as seen:
        await seen.pilot.press("5")
        await seen.until(lambda: seen.app.snapshot.request.place == "program")
        for key in ("f", "right", "right", "right"):
            seen.app.post_message(Key(key, key if len(key) == 1 else None))
        await seen.pilot.pause()
        await seen.pilot.pause()
        form = seen.app.screen.query_one(NumberForm)
        assert form.row.value == "35.00"
        await seen.pilot.press(*["left"] * 80)
        await seen.pilot.pause()
        assert form.row.value == "0.05"
        assert "value of referrer-credit is already at its minimum." in seen.status_message()

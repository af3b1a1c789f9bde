"""The program screen: rules and what they did, and a draft that is checked, applied and saved."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.events import Key

from db.read.rules import RuleRow
from referral_tui.dashboard import checking
from referral_tui.dashboard.checking import Checked, Problem
from referral_tui.dashboard.helper import Reply
from referral_tui.dashboard.messages import CommandSent
from referral_tui.dashboard.screens import program as screen
from referral_tui.dashboard.screens.program import ProgramScreen
from referral_tui.dashboard.screens.program_query import Rule, rule_lines, rules_of
from referral_tui.dashboard.screens.program_words import changed, verdict
from referral_tui.dashboard.widgets.editor import Editor
from tests.dashboard.story import DAY, DESIGN, START, Story
from tests.dashboard.watching import WALL, HeldClock, Watch, Watched

RICHER = DESIGN.replace("value = 20.00", "value = 40.00")
WRONG = DESIGN.replace('eligible"\nbecause', 'eligibel"\nbecause')


@asynccontextmanager
async def program(
    watch: Watch, path: Path, size: tuple[int, int] = (120, 40), draft: str = ""
) -> AsyncIterator[Watched]:
    """The screen, with a draft in the editor if one is given."""
    async with watch(path, size=size, place=ProgramScreen) as seen:
        if draft:
            await seen.pilot.press("e")
            seen.app.screen.query_one(Editor).text = draft
            await settled(seen)
        yield seen


async def settled(seen: Watched) -> None:
    """Wait until the checker's result for the text in the editor is shown."""
    await seen.pilot.pause()
    while seen.app.screen.query_one(Editor).text not in seen.app.place._known:
        await seen.pilot.pause()
    await seen.pilot.pause()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen, "PAUSE_S", 0.001)


# -- pure -------------------------------------------------------------------------------------------------


def test_rules_are_found_with_their_lines() -> None:
    assert rules_of(DESIGN) == (
        Rule("no-self-referral", "refuse", 13),
        Rule("eligible", "refuse", 18),
        Rule("not-too-fast", "review", 23),
    )
    assert rules_of("nonsense") == ()


def test_rules_that_are_gone_come_last() -> None:
    did = [RuleRow(code, 5, 2, 1, (2, 900), (0, 0), (0, 0), (1, 100)) for code in ("gone", "eligible")]
    lines = rule_lines(rules_of(DESIGN), tuple(did))
    assert [line.code for line in lines] == ["no-self-referral", "eligible", "not-too-fast", "gone"]
    assert (lines[1].passed, lines[1].failed, lines[1].missing) == (5, 2, 1)
    assert (lines[1].held, lines[1].held_minor) == (3, 1000)
    assert lines[-1].on_fail == ""
    assert lines[0].passed == 0


def test_a_change_is_told_as_old_and_new() -> None:
    (one,) = changed(
        ["It pays 20.00 GBP to the friend.", "Same."], ["It pays 40.00 GBP to the friend.", "Same."]
    )
    assert one.text == "It pays 20.00 → 40.00 GBP to the friend."
    assert [block.sign for block in changed(["Apples."], ["A wholly different thing."])] == ["+", "-"]


def test_problems_come_with_their_lines() -> None:
    head, first = verdict(Checked((Problem(18, "no fact eligibel"),)), None, same=False)
    assert head.text == "1 thing is wrong"
    assert (first.name, first.text) == ("line 18", "no fact eligibel")


def test_doubts_that_the_running_program_has_too_come_after_what_changes() -> None:
    old, new = Problem(None, "country is not used"), Problem(None, "segment is not used")
    running = Checked(warnings=(old,), words=("It pays 20.00 GBP.",))
    draft = Checked(warnings=(old, new), words=("It pays 40.00 GBP.",))
    told = [block.text for block in verdict(draft, running, same=False)]
    assert told[1:] == [
        new.text,
        "It pays 20.00 → 40.00 GBP.",
        "Also true of the running program",
        old.text,
    ]
    assert [block.text for block in verdict(running, running, same=True)][2:] == [old.text]


async def test_the_checker_is_the_command_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    async def ask(arguments: list[str], stdin: bytes) -> Reply:
        assert arguments == ["program", "check", "-", "--json", "--currency", "GBP"]
        assert stdin == b"text"
        said = {"problems": ["standard input:3: wrong"], "warnings": ["standard input: odd"], "words": []}
        return Reply(2, said, "")

    monkeypatch.undo()
    monkeypatch.setattr(checking, "ask", ask)
    found = await checking.check("text", "GBP")
    assert found == Checked((Problem(3, "wrong"),), (Problem(None, "odd"),))
    assert not found.valid


async def test_the_checker_compares_a_draft_with_what_came(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()  # the command itself, in a process of its own
    found = await checking.check(DESIGN, "GBP", story.path)
    assert found.valid
    assert "nothing in the program uses it: do not send it" in str(found.warnings)


# -- on the screen ----------------------------------------------------------------------------------------


async def test_a_draft_is_checked_as_it_is_typed(story: Story, watch: Watch) -> None:
    async with program(watch, story.path, draft=WRONG) as seen:
        text = "\n".join(seen.lines())
        assert "1 thing is wrong" in text
        assert "eligibel" in text
        assert "space" not in seen.lines()[-1]  # it would be typed
        seen.app.screen.query_one(Editor).text = RICHER
        await settled(seen)
        assert "It can be run" in "\n".join(seen.lines())
        assert "20.00 → 40.00 GBP" in seen.app.screen.query_one("#verdict").rows[-1].text


async def test_what_came_for_nothing_and_what_never_came_is_told_beside_the_draft(
    story: Story, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    unused = Problem(None, "bill.paid had reach 3 times, and nothing in the program uses it: do not send it")
    asked: list[Path | None] = []

    async def check(_text: str, _currency: str | None, database: Path | None = None) -> Checked:
        asked.append(database)
        return Checked(warnings=(unused,) if database else ())

    monkeypatch.setattr(checking, "check", check)
    async with program(watch, story.path, draft=RICHER) as seen:
        await seen.drawn(lambda: "had reach 3 times" in "\n".join(seen.lines()))
        assert "It can be run" in "\n".join(seen.lines())
    assert set(asked) == {None, story.path}


async def test_beside_the_rules_the_file_shows_the_one_under_the_cursor(story: Story, watch: Watch) -> None:
    async with watch(story.path, place=ProgramScreen, size=(120, 40)) as seen:
        board = seen.app.place.board
        for _ in range(2):
            assert board.editor.cursor_location[0] + 1 == board.rule.line
            assert any(board.rule.code in line for line in seen.lines())
            await seen.pilot.press("down")
        story.commit()
        board.editor.go_to(1)  # somebody reads on elsewhere while the rules' counts change
        board.query_one("#rules").show([*board.query_one("#rules").rows])
        await seen.pilot.pause()
        assert board.editor.cursor_location[0] == 0


async def test_it_begins_at_the_rule_under_the_cursor(story: Story, watch: Watch) -> None:
    async with program(watch, story.path) as seen:
        await seen.pilot.press("down", "e")
        assert seen.app.screen.query_one(Editor).cursor_location == (17, 0)
        await seen.pilot.press("ctrl+n")
        assert seen.app.screen.query_one(Editor).cursor_location == (21, 0)  # the next [[rule]]
        await seen.pilot.press("escape", "v", "z")
        await seen.pilot.pause()
        assert "no draft to drop" in seen.status_message()


async def test_a_number_is_turned_by_clicks_on_its_triangles(story: Story, watch: Watch) -> None:
    async with program(watch, story.path) as seen:
        await seen.pilot.press("f")
        await seen.pilot.pause()
        form = seen.app.place.board.form
        first = form.rows[0].value
        for triangle, same in (("▸", False), ("◂", True)):
            row, line = next((row, line) for row, line in enumerate(seen.lines()) if "◂" in line)
            await seen.pilot.click(offset=(line.index(triangle, line.index("◂")), row))
            await seen.pilot.pause()
            assert (form.rows[0].value == first) is same


async def test_the_next_part_is_seen_where_the_words_were(story: Story, watch: Watch) -> None:
    async with program(watch, story.path, (80, 24)) as seen:
        await seen.pilot.press("ctrl+n")
        await seen.pilot.pause()
        editor = seen.app.screen.query_one(Editor)
        assert editor.size.height
        assert editor.get_line(editor.cursor_location[0]).plain in "\n".join(seen.lines())


async def test_a_window_that_was_too_small_for_a_moment_is_typed_into_again(
    story: Story, watch: Watch
) -> None:
    async with program(watch, story.path) as seen:
        await seen.pilot.press("e")
        for size in ((60, 15), (50, 12), (100, 30)):
            await seen.pilot.resize_terminal(*size)
            await seen.pilot.pause()
        await seen.pilot.press("z", "z")
        assert seen.app.screen.query_one(Editor).text.count("zz") == 1
        assert seen.app.focused.id == "toml"


async def test_letters_are_typed_and_not_obeyed(story: Story, watch: Watch) -> None:
    async with program(watch, story.path) as seen:
        await seen.pilot.press("e", "q", "1", "space", "p")
        editor = seen.app.screen.query_one(Editor)
        assert editor.text != DESIGN
        assert "q1 p" in editor.text
        await seen.pilot.press("escape")
        await seen.pilot.pause()
        assert "The draft is kept" in seen.status_message()
        assert "not applied" in "\n".join(seen.lines())
        await seen.pilot.press("z")
        await seen.pilot.pause()
        assert editor.text == DESIGN


async def test_applying_is_an_order_and_ends_the_editing(
    story: Story, watch: Watch, steady: HeldClock
) -> None:
    async with program(watch, story.path, draft=RICHER) as seen:
        await seen.pilot.press("ctrl+r")
        await seen.until(lambda: any(isinstance(message, CommandSent) for message in seen.told))
        (sent,) = [message.command for message in seen.told if isinstance(message, CommandSent)]
        assert (sent.kind, sent.args) == ("program", {"text": RICHER})
        assert seen.status_message().startswith("Sent: apply the edited program.")
        steady.at += 1_000
        story.begin()
        story.db.execute(
            "INSERT INTO program_version VALUES (2, ?, 'Northwind Mobile', 'GBP', 2, 500000, ?)",
            (story.seq, RICHER),
        )
        story.executed("program", sent.issued_at)
        story.commit()
        await seen.until(lambda: not seen.app.place.typing)
        assert "Executed: apply the edited program" in seen.status_message()
        await settled(seen)
        assert "version 2" in "\n".join(seen.lines())


@pytest.mark.parametrize(
    ("draft", "status", "made_by", "said"),
    [
        ("", "running", "simulate", "nothing to apply"),
        (WRONG, "running", "simulate", "Not applied, since it can't be run"),
        (RICHER, "finished", "simulate", "This run is finished, so there is nothing to apply it to"),
        (RICHER, "finished", "ingest", "Nothing runs here"),
    ],
)
async def test_what_can_not_be_applied_says_why(
    story: Story, watch: Watch, draft: str, status: str, made_by: str, said: str
) -> None:
    story.db.execute("UPDATE setting SET value = ? WHERE name = 'kind'", (made_by,))
    story.clock(status, 0, WALL - 500, START + 60 * DAY)
    async with program(watch, story.path, draft=draft) as seen:
        await seen.pilot.press("ctrl+r")
        await seen.pilot.pause()
        assert said in seen.status_message()
        assert not any(isinstance(message, CommandSent) for message in seen.told)


async def test_a_draft_is_saved_to_a_file(story: Story, watch: Watch, tmp_path: Path) -> None:
    async with program(watch, story.path, draft=RICHER) as seen:
        await seen.pilot.press("ctrl+o")
        await seen.pilot.pause()
        (saved,) = tmp_path.glob("referral-program-*.toml")
        assert saved.read_text(encoding="utf-8") == RICHER
        assert seen.status_message() == f"Program saved: {saved}"


async def test_editing_fits_the_narrowest_window(story: Story, watch: Watch) -> None:
    async with program(watch, story.path, (72, 20), RICHER) as seen:
        shown = [part for part in seen.app.screen.query(".panel") if part.display]
        assert {part.id for part in shown} == {"toml", "verdict"}
        assert all(part.region.bottom <= 19 and part.size.height >= 2 for part in shown)


async def burst(seen: Watched, *keys: str) -> None:
    """Press keys faster than they are handled."""
    for key in keys:
        shown = key if len(key) == 1 else None
        seen.app.post_message(Key(key, shown))
    await seen.pilot.pause()
    await seen.pilot.pause()


async def test_keys_in_a_burst_are_typed_in_their_order(story: Story, watch: Watch) -> None:
    async with program(watch, story.path) as seen:
        editor = seen.app.screen.query_one(Editor)
        editor.move_cursor((0, 0))
        await burst(seen, "tab", "e", *"abcdefghi", *["backspace"] * 5, *"12345")
        assert editor.document[0] == "abcd12345[program]"


async def test_what_is_typed_is_never_overwritten_by_a_snapshot(
    story: Story, watch: Watch, steady: HeldClock
) -> None:
    async with program(watch, story.path) as seen:
        await seen.pilot.press("e")
        editor, place = seen.app.screen.query_one(Editor), seen.app.place
        editor.move_cursor((0, 0))
        for number, key in enumerate("12345", 1):
            seen.app.post_message(Key(key, key))
            async with asyncio.timeout(60):
                while not editor.text.startswith("12345"[:number]):  # typed, and its message is on its way
                    await asyncio.sleep(0)
            place.show(seen.app.snapshot, None)
            assert editor.text.startswith("12345"[:number])
        await burst(seen, *["backspace"] * 5, *"54")
        assert editor.document[0] == "54[program]"
        await seen.pilot.press("escape")
        place.show(seen.app.snapshot, None)
        assert editor.document[0] == "54[program]"  # the draft is kept


async def test_of_the_past_the_top_bar_names_the_program_that_was_in_force_then(
    story: Story, watch: Watch
) -> None:
    (newest,) = story.db.execute("SELECT max(seq) FROM event").fetchone()
    row = (2, newest, "Southwind Mobile", "GBP", 2, None, DESIGN)
    story.db.execute("INSERT INTO program_version VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    async with watch(story.path, size=(140, 40)) as seen:
        assert seen.app.snapshot.program.name == "Southwind Mobile"
        assert "Southwind Mobile" in seen.lines()[0]
        await seen.pilot.press("left_curly_bracket")
        await seen.until(lambda: seen.app.snapshot.request.view.at is not None)
        assert "Northwind Mobile" in seen.lines()[0]
        await seen.pilot.press("right_curly_bracket")
        await seen.until(lambda: seen.app.snapshot.request.view.at is None)
        assert "Southwind Mobile" in seen.lines()[0]


async def test_what_is_typed_after_applying_stays(story: Story, watch: Watch, steady: HeldClock) -> None:
    async with program(watch, story.path, draft=RICHER) as seen:
        await seen.pilot.press("ctrl+r")
        steady.at += 1_000
        story.begin()
        story.db.execute(
            "INSERT INTO program_version VALUES (2, ?, 'Northwind Mobile', 'GBP', 2, 500000, ?)",
            (story.seq, RICHER),
        )
        story.commit()
        editor = seen.app.screen.query_one(Editor)
        editor.insert("#", (0, 0))  # before the snapshot that brings the new version
        await seen.until(lambda: seen.app.snapshot.answer.version == 2)
        assert editor.text == f"#{RICHER}"
        assert seen.app.place.typing


def test_the_line_of_a_rule_is_that_of_its_code() -> None:
    codes = ["plain", "with 'quotes'", "twice"]
    text = "".join(f'[[rule]]\ncode = "{code}"\n' for code in [*codes, "twice"])
    assert [(one.code, one.line) for one in rules_of(text)] == [
        *(("plain", 2), ("with 'quotes'", 4), ("twice", 6), ("twice", 6)),
    ]
    assert rules_of("a = " + "9" * 5_000) == rules_of("a = " + "[" * 5_000) == ()

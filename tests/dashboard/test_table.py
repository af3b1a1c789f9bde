"""The table that all screens share: columns that share the width, a cursor that keeps its row, and its messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pytest
from rich.color import ColorSystem
from rich.console import Console
from rich.style import Style
from textual.app import App, ComposeResult
from textual.screen import Screen

from referral_tui.dashboard.themes import NIGHT
from referral_tui.dashboard.topic import Topic
from referral_tui.dashboard.widgets.columns import Column, fit
from referral_tui.dashboard.widgets.inks import COMPONENTS, greyed
from referral_tui.dashboard.widgets.reading import Block, Reading
from referral_tui.dashboard.widgets.table import Sorting, Table


@dataclass(frozen=True)
class Row:
    number: int
    text: str


NUMBER = Column[Row](
    "number", "Number", 8, lambda row, _cells: (str(row.number), "strong"), right=True, sorts=(True, False)
)
TEXT = Column[Row]("text", "Text", 10, lambda row, _cells: (row.text, "plain"), grow=1)
EXTRA = Column[Row]("extra", "Extra", 12, lambda _row, _cells: ("more", "quiet"), weight=1)


class Bench(Screen[None]):
    COMPONENT_CLASSES: ClassVar[set[str]] = COMPONENTS

    def compose(self) -> ComposeResult:
        topic = Topic("Rows", "All the rows that there are.")
        yield Table[Row]("Rows", topic, "No rows.", [NUMBER, TEXT, EXTRA], lambda row: row.number, id="table")
        yield Reading("Text", topic, "Nothing to read.", id="reading")


class BenchApp(App[None]):
    CSS_PATH = "../../referral_tui/dashboard/dashboard.tcss"

    def __init__(self) -> None:
        super().__init__()
        self.told: list[object] = []
        self.register_theme(NIGHT)
        self.theme = NIGHT.name

    def get_default_screen(self) -> Screen[None]:
        return Bench()

    def on_table_opened(self, message: Table.Opened) -> None:
        self.told.append(("opened", message.row.number))

    def on_table_sorted(self, message: Table.Sorted) -> None:
        self.told.append(message.sorting)

    def on_table_near_end(self, message: Table.NearEnd) -> None:
        self.told.append("near end")

    @property
    def table(self) -> Table[Row]:
        return self.screen.query_one(Table)

    def lines(self) -> list[str]:
        return [strip.text for strip in self.screen._compositor.render_strips()]


def rows(numbers: range) -> list[Row]:
    return [Row(number, f"row {number}") for number in numbers]


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (60, [("number", 8), ("text", 38), ("extra", 12)]),
        (25, [("number", 8), ("text", 16)]),
        (19, [("number", 8), ("text", 10)]),
        (9, [("number", 8)]),
        (3, [("number", 8)]),
    ],
)
def test_columns_share_the_width(width: int, shown: list[tuple[str, int]]) -> None:
    assert [(column.key, cells) for column, cells in fit([NUMBER, TEXT, EXTRA], width)] == shown


def test_a_column_grows_up_to_its_most() -> None:
    short = Column[Row]("a", "A", 4, lambda row, _cells: (row.text, "plain"), grow=3, most=6)
    assert [cells for _column, cells in fit([short, TEXT], 40)] == [6, 33]


def the_row(app: BenchApp) -> Row:
    row = app.table.row
    assert row is not None
    return row


async def test_the_cursor_keeps_its_row_while_rows_come_in_above() -> None:
    app = BenchApp()
    async with app.run_test(size=(60, 24)) as pilot:
        app.table.show(rows(range(100, 0, -1)))
        app.table.focus()
        await pilot.press("down", "down")
        assert the_row(app).number == 98
        app.table.show(rows(range(103, 3, -1)))
        assert the_row(app).number == 98
        await pilot.press("home")
        app.table.show(rows(range(110, 10, -1)))
        assert the_row(app).number == 110
        assert app.table.go_to(50)
        await pilot.pause()
        assert any("row 50" in line and "▸" in line for line in app.lines())


async def test_rows_and_lines_that_go_on_above_or_below_are_marked() -> None:
    app = BenchApp()
    async with app.run_test(size=(60, 24)) as pilot:
        app.table.show(rows(range(1, 101)))
        app.screen.query_one(Reading).show([Block(f"line {number}") for number in range(1, 101)])
        app.table.focus()
        await pilot.pause()
        marks = [line[1] for line in app.lines()]
        assert [sum(mark == sign for mark in marks) for sign in "↑↓"] == [0, 2]
        await pilot.press("end", "up")
        app.screen.query_one(Reading).action_row(3)
        await pilot.pause()
        marks = [line[1] for line in app.lines()]
        assert [sum(mark == sign for mark in marks) for sign in "↑↓"] == [2, 1]
        app.table.show(rows(range(1, 4)))
        await pilot.pause()
        assert sum(line[1] in "↑↓" for line in app.lines()) == 2


async def test_what_is_seen_stands_still_while_rows_come_in_above() -> None:
    app = BenchApp()
    async with app.run_test(size=(60, 24)) as pilot:
        app.table.show(rows(range(100, 0, -1)))
        app.table.go_to(50)
        await pilot.pause()
        before = app.lines()[3]
        app.table.show(rows(range(105, 5, -1)))
        await pilot.pause()
        assert app.lines()[3] == before
        assert "row" in before


async def test_rows_are_opened_and_sorted_by_keys_and_by_the_mouse() -> None:
    app = BenchApp()
    async with app.run_test(size=(60, 24)) as pilot:
        app.table.show(rows(range(100)), Sorting("number", True))
        app.table.focus()
        await pilot.press("down", "enter")
        app.table.sort_next()
        await pilot.click("#table", offset=(5, 1))
        await pilot.click("#table", offset=(12, 5))
        assert the_row(app).number == 3
        await pilot.click("#table", offset=(12, 5), times=2)
        await pilot.press("end")
        await pilot.pause()
        wanted = [
            ("opened", 1),
            Sorting("number", False),
            Sorting("number", False),
            ("opened", 3),
            "near end",
        ]
        assert app.told == wanted
        assert the_row(app).number == 99


async def test_rows_are_marked_and_none_says_so() -> None:
    app = BenchApp()
    async with app.run_test(size=(60, 24)) as pilot:
        await pilot.pause()
        assert any("No rows." in line for line in app.lines())
        app.table.show(rows(range(5)))
        app.table.mark({3})
        await pilot.pause()
        assert [line for line in app.lines() if "»" in line] == [
            line for line in app.lines() if "row 3" in line
        ]


async def test_a_text_is_broken_in_its_columns() -> None:
    app = BenchApp()
    async with app.run_test(size=(40, 24)) as pilot:
        reading = app.screen.query_one(Reading)
        reading.show(
            [
                Block("Why", head=True),
                Block("a sentence that is longer than there is room for", name="3 Mar", sign="●"),
                Block(),
                Block("short", name="amount"),
            ]
        )
        await pilot.pause()
        text = [line.strip("│ ").rstrip() for line in app.lines()]
        assert any(line.startswith("Why ───") for line in text)
        assert "3 Mar   ● a sentence that is longer" in text
        assert "than there is room for" in text
        assert "amount  short" in text


def test_among_256_colours_the_row_under_the_cursor_is_grey_and_not_teal() -> None:
    ours = Style.parse("#d6deeb on #2b3a54")
    for style, red_green_blue in ((ours, (0, 95, 95)), (ours + greyed(ours), (48, 48, 48))):
        assert style.bgcolor is not None
        assert tuple(style.bgcolor.downgrade(ColorSystem.EIGHT_BIT).get_truecolor()) == red_green_blue


async def test_a_terminal_of_256_colours_gets_the_grey(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Console, "color_system", "256")
    async with BenchApp().run_test() as pilot:
        ground = pilot.app.screen.query_one(Table).ink("cursor").bgcolor
        assert ground is not None
        assert len(set(ground.get_truecolor())) == 1

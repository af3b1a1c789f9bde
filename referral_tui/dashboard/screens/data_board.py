"""The parts of the data screen: what is passed, quarantine, reconciliation, dials, and the health of the whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.containers import Container

from db.read.deliveries import Dial, Refused
from referral_tui.dashboard.screens.data_types import DataTypeRow
from referral_tui.dashboard.screens.data_words import health, message_topic, turned, type_topic
from referral_tui.dashboard.screens.explain import ExplainScreen
from referral_tui.dashboard.screens.sheet_box import SheetBox
from referral_tui.dashboard.screens.source_arrivals import came
from referral_tui.dashboard.topic import Topic
from referral_tui.dashboard.widgets.data_tables import DialTable, ReconciledTable, RefusedTable, TypeTable
from referral_tui.dashboard.widgets.door_panel import DoorPanel
from referral_tui.dashboard.widgets.reading import Reading
from referral_tui.dashboard.widgets.table import Table
from referral_tui.words import CATEGORY_SYMBOLS, CATEGORY_TITLES, category

if TYPE_CHECKING:
    from pathlib import Path

    from db.read.type_examples import Example
    from referral_tui.dashboard.screens.data_query import DataLook
    from referral_tui.dashboard.snapshot import Snapshot
    from referral_tui.dashboard.step import Step

PANELS = ("quarantine", "dials", "health", "reconciliation")
DOOR = "door"  # one more, while the database is served
DOOR_LINES = 7
GLOSSED = 100  # cells from which the word steering stands in the table, and is explained below it
BELOW = 7  # lines for a row of the panels, at least


class DataBoard(Container):
    """The parts; on a narrow terminal, one panel at a time below the types."""

    def __init__(self) -> None:
        super().__init__(id="board", classes=f"-{PANELS[0]}")
        self._rows = ""

    def compose(self) -> ComposeResult:
        """Make the parts."""
        yield TypeTable()
        yield RefusedTable()
        yield DialTable()
        yield Reading(
            "Receipts, lateness, chain",
            Topic(
                "Receipts, lateness, chain",
                "Each message gets one receipt: accepted, duplicate (the same again), conflict (the same id, other "
                "content) or malformed; they add up to all that was received.",
                (
                    (
                        "late reversals",
                        "rewards issued though their conversion had been reversed by then: the reversal had happened "
                        "before the reward fell due, and arrived after. Clawed back if the program can, "
                        "otherwise lost",
                    ),
                    (
                        "audit chain",
                        "rows in blocks of 1,024; a block's SHA-256 is over its rows and the block before. Keep the "
                        "newest hash elsewhere, and nobody can rewrite the past unseen",
                    ),
                ),
            ),
            "Nothing has been received yet.",
            id="health",
        )
        yield ReconciledTable()
        yield DoorPanel()

    @property
    def dial(self) -> Dial | None:
        """The dial under the cursor."""
        return self.query_one(DialTable).row

    def show(self, snapshot: Snapshot, step: Step | None) -> None:
        """Give each part what it shows; parts that would not change do nothing."""
        look: DataLook = snapshot.answer
        made_by, models = snapshot.database_status.made_by, dict(look.models)
        ways = came(look.senders, look.ways, made_by, served=look.door is not None)
        real = ways if made_by == "ingest" else None
        table = self.query_one(TypeTable)
        table.show(tuple(DataTypeRow.of(row, models, real) for row in look.types))
        newest = next((one.hash for one in look.chains or () if one.chain == "audit"), "")
        parts = [f"audit chain, newest hash {newest[:16]}…"] if newest else []
        if self.app.size.width >= GLOSSED and any(category(row.type) == "steering" for row in look.types):
            parts.insert(0, f"{CATEGORY_SYMBOLS['steering']} {CATEGORY_TITLES['steering']}")
        table.border_subtitle = " · ".join(parts)
        table.mark({event.type for event in step.events} if step else frozenset())
        self.query_one(RefusedTable).show(look.refused)
        self.query_one(ReconciledTable).show(look.reconciled)
        self.query_one(DialTable).show(look.dials or ())
        self.query_one("#health", Reading).show(health(look, snapshot.database_status.program, ways))
        live = snapshot.status in ("running", "paused")
        served = self.query_one(DoorPanel).take(look.door if live else None)
        self.set_class(served, "-served")
        if not served and self.has_class(f"-{DOOR}"):  # it is closed, and was what is shown below the types
            self.set_class(False, f"-{DOOR}")
            self.set_class(True, f"-{PANELS[0]}")
        self._fit()

    def open(self) -> None:
        """Open what is under the cursor: a message in quarantine if the focus is there, else a type."""
        table = self.query_one(RefusedTable)
        (table if table.has_focus else self.query_one(TypeTable)).action_open()

    def open_type(self, event_type: str, examples: Sequence[Example]) -> None:
        """Show an event type in a box, with its latest examples."""
        row = next((row for row in self.query_one(TypeTable).rows if row.type == event_type), None)
        if row is not None:
            self.app.push_screen(ExplainScreen(type_topic(row, examples), ()))

    def on_table_opened(self, message: Table.Opened) -> None:
        """Show a message in quarantine in a box; types are opened by the screen, which reads examples."""
        if isinstance(message.row, Refused):
            self.app.push_screen(ExplainScreen(message_topic(message.row), ()))

    def open_sheet(self, path: Path) -> None:
        """Open the data sheet of the database at `path`."""
        self.app.push_screen(SheetBox(path))

    def turned(self, rate: float, up: int) -> float | None:
        """Find the next rate of a dial above (`up` 1) or below (-1); None if there is none."""
        return turned(rate, up)

    def turn_panel(self) -> None:
        """Show the next panel if one is shown at a time, and go to it."""
        panels = (*PANELS, DOOR) if self.has_class("-served") else PANELS
        here = next((place for place, name in enumerate(panels) if self.has_class(f"-{name}")), -1)
        name = panels[(here + 1) % len(panels)]
        self.remove_class(*(f"-{one}" for one in (*PANELS, DOOR)))
        self.set_class(True, f"-{name}")
        self.query_one(f"#{name}").focus()

    def on_resize(self, _event: events.Resize) -> None:
        """Share the new height."""
        self._fit()

    def _fit(self) -> None:
        """Give the types the lines they need, provided that enough are left for what is below."""
        panels = 2 if self.query_one(TypeTable).region.width >= 100 else 1
        served = DOOR_LINES if panels > 1 and self.has_class("-served") else 0
        most = max(5, self.size.height - served - BELOW * panels)
        types = max(5, min(len(self.query_one(TypeTable).rows) + 3, most))
        rows = f"{types}" + " 1fr" * panels + (f" {served}" if served else "")
        if rows != self._rows:
            self._rows = rows
            self.styles.grid_rows = rows

    def on_table_left(self, message: Table.Left) -> None:
        """Move the focus up when the cursor leaves a table at its first row."""
        message.stop()
        if message.table.id != "types":
            self.query_one(TypeTable).focus()

"""The tables of the data screen: what is passed, what was refused, what was reconciled, and the dials."""

from __future__ import annotations

from typing import TYPE_CHECKING

from db.read.deliveries import Dial, Reconciled, Refused
from referral_tui import figures
from referral_tui.dashboard.screens.data_types import DataTypeRow
from referral_tui.dashboard.screens.data_words import DIAL_SAYS
from referral_tui.dashboard.topic import Topic
from referral_tui.dashboard.widgets.columns import Column
from referral_tui.dashboard.widgets.graph import bar
from referral_tui.dashboard.widgets.table import Table
from referral_tui.words import CATEGORIES, CATEGORY_SYMBOLS, CATEGORY_TITLES, category

if TYPE_CHECKING:
    from collections.abc import Callable


_PAST_DIALS = "How the dials were set in the past is not kept; ] and } return to now."


class TypeTable(Table[DataTypeRow]):
    """What data is passed."""

    def __init__(self) -> None:
        facts = tuple((CATEGORY_SYMBOLS[name], CATEGORY_TITLES[name]) for name in CATEGORIES)
        super().__init__(
            "What data is passed, how, and how late",
            Topic(
                "What data is passed",
                "Each type of event that was accepted. Nothing else crosses from the client to the platform: the "
                "moment is shared, not the database. Late is the time of receipt less the time it happened, "
                "over the whole log (in the past: over the 28 days before).",
                facts,
            ),
            "Nothing has been accepted yet.",
            [
                Column[DataTypeRow]("type", "Type", 23, self._type, weight=9, grow=1, most=32),
                Column[DataTypeRow](
                    "delivery", "Comes", 9, _text("delivery"), weight=8, says="the delivery model"
                ),
                Column[DataTypeRow](
                    "owner",
                    "Owner",
                    11,
                    _text("owner"),
                    weight=7,
                    says="the client's team that usually owns it",
                ),
                Column[DataTypeRow]("count", "Events", 6, _count, right=True, weight=7),
                Column[DataTypeRow](
                    "a_day", "A day", 6, _a_day, right=True, weight=4, says="since the first event"
                ),
                Column[DataTypeRow](
                    "median",
                    "Median",
                    6,
                    _late("median"),
                    right=True,
                    weight=8,
                    says="half came no later than this",
                ),
                Column[DataTypeRow](
                    "p95", "95 %", 6, _late("p95"), right=True, weight=6, says="19 of 20 came by then"
                ),
                Column[DataTypeRow](
                    "worst", "Worst", 6, _late("worst"), right=True, weight=6, says="the latest"
                ),
                Column[DataTypeRow]("category", "Category", 15, _text("category"), weight=3),
                Column[DataTypeRow]("sources", "From", 16, _text("sources"), weight=2, grow=1, most=40),
            ],
            lambda row: row.type,
            id="types",
        )

    def _type(self, row: DataTypeRow, _cells: int) -> tuple[str, str]:
        return f"{CATEGORY_SYMBOLS[category(row.type)]} {row.type}", category(row.type)


class RefusedTable(Table[Refused]):
    """What is in quarantine, the newest first."""

    def __init__(self) -> None:
        super().__init__(
            "Quarantine",
            Topic(
                "Quarantine",
                "Messages that were not accepted, the newest first, with what looks like an e-mail or a phone number "
                "masked. enter opens one: the field, why, and what would be right. Nothing is dropped silently.",
            ),
            "Nothing was refused.",
            [
                Column[Refused](
                    "at", "When", 6, lambda row, _cells: (figures.day(row.received_at), "quiet"), weight=4
                ),
                Column[Refused]("receipt", "Receipt", 9, lambda row, _cells: (row.receipt, "bad"), weight=7),
                Column[Refused](
                    "field",
                    "Field",
                    14,
                    lambda row, _cells: (row.field or "(whole)", "strong"),
                    weight=8,
                    grow=1,
                    most=22,
                ),
                Column[Refused](
                    "reason", "Why", 12, lambda row, _cells: (row.reason, "plain"), weight=9, grow=4
                ),
            ],
            lambda row: row.number,
            id="quarantine",
        )


class ReconciledTable(Table[Reconciled]):
    """The client's lists compared with what was accepted."""

    def __init__(self) -> None:
        def number(name: str, ink: str) -> Callable[[Reconciled, int], tuple[str, str]]:
            def draw(row: Reconciled, cells: int) -> tuple[str, str]:
                found = getattr(row, name)
                return (figures.compact(found, cells), ink) if found else (figures.NOTHING, "quiet")

            return draw

        super().__init__(
            "Reconciliation",
            Topic(
                "Reconciliation",
                "The client's own list of a day or a file, compared with what was accepted. What is missing is asked "
                "for again; what comes back is judged as late.",
            ),
            "Nothing has been compared yet. The client's lists come with batch files, and once a day for the rest.",
            [
                Column[Reconciled](
                    "until", "Until", 6, lambda row, _c: (figures.day(row.until), "quiet"), weight=7
                ),
                Column[Reconciled](
                    "type",
                    "Type",
                    15,
                    lambda row, _c: (row.type, category(row.type)),
                    weight=8,
                    grow=1,
                    most=22,
                ),
                Column[Reconciled]("listed", "Listed", 6, number("listed", "plain"), right=True, weight=6),
                Column[Reconciled](
                    "missing",
                    "Missed",
                    6,
                    number("missing", "bad"),
                    right=True,
                    weight=9,
                    says="listed, not accepted",
                ),
                Column[Reconciled](
                    "returned",
                    "Back",
                    5,
                    number("returned", "good"),
                    right=True,
                    weight=8,
                    says="came after all",
                ),
                Column[Reconciled](
                    "extra",
                    "Extra",
                    5,
                    number("extra", "warn"),
                    right=True,
                    weight=5,
                    says="accepted, in no list",
                ),
                Column[Reconciled](
                    "different",
                    "Differ",
                    6,
                    number("different", "warn"),
                    right=True,
                    weight=4,
                    says="another content",
                ),
            ],
            lambda row: (row.type, row.until),
            id="reconciliation",
        )


class DialTable(Table[Dial]):
    """What goes wrong on the way, and how often it has."""

    def __init__(self) -> None:
        super().__init__(
            "What goes wrong: < > turn a dial",
            Topic(
                "Dials",
                "Each dial is a share of messages, hours or files that go wrong on the way from the client. "
                "> turns the one under the cursor up, < down; it takes effect from the next full hour of "
                "simulated time. The counter says how often something went wrong.",
                tuple(DIAL_SAYS.items()),
            ),
            _PAST_DIALS,
            [
                Column[Dial]("dial", "Dial", 14, lambda row, _c: (row.dial, "strong"), weight=9),
                Column[Dial]("rate", "Rate", 7, self._rate, right=True, weight=8),
                Column[Dial]("bar", "", 5, lambda row, cells: (bar(row.rate**0.4, cells), "warn"), weight=4),
                Column[Dial](
                    "count", "Struck", 6, self._struck, right=True, weight=8, says="how often so far"
                ),
                Column[Dial](
                    "says", "", 30, lambda row, _c: (DIAL_SAYS[row.dial], "quiet"), weight=2, grow=1
                ),
            ],
            lambda row: row.dial,
            id="dials",
        )

    def _rate(self, row: Dial, _cells: int) -> tuple[str, str]:
        return (f"{row.rate * 100:.3g} %", "warn") if row.rate else ("off", "quiet")

    def _struck(self, row: Dial, cells: int) -> tuple[str, str]:
        return (figures.compact(row.count, cells), "plain") if row.count else (figures.NOTHING, "quiet")


def _text(name: str) -> Callable[[DataTypeRow, int], tuple[str, str]]:
    def draw(row: DataTypeRow, _cells: int) -> tuple[str, str]:
        return str(getattr(row, name)), category(row.type) if name == "category" else "plain"

    return draw


def _count(row: DataTypeRow, cells: int) -> tuple[str, str]:
    return figures.compact(row.count, cells), "strong"


def _a_day(row: DataTypeRow, cells: int) -> tuple[str, str]:
    return (figures.compact(row.a_day, cells) if row.a_day >= 1 else "<1"), "plain"


def _late(name: str) -> Callable[[DataTypeRow, int], tuple[str, str]]:
    def draw(row: DataTypeRow, _cells: int) -> tuple[str, str]:
        late = getattr(row, name)
        if late is None:
            return figures.NOTHING, "quiet"
        ink = "good" if late < figures.MINUTE else "plain" if late < figures.DAY else "warn"
        return figures.short_duration(late) if late >= figures.SECOND else "<1 s", ink

    return draw

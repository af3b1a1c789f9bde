"""Define which parts of the sheet, and which columns of its tables, each owner gets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from referral_tui import figures
from referral_tui.sheet.field_words import PSEUDONYMS
from referral_tui.sheet.model import EventSheet, Line, Sheet, Task, TaskState
from simulator.domain.owners import TEAMS, Team
from simulator.domain.personal_data import kept_until
from simulator.domain.vocabulary import ErasureEffect

Cell = Callable[[Line], str]
STATES: Final[dict[TaskState, str]] = {"done": "done", "missing": "not yet right", "open": "to do"}
NOT_NEEDED: Final = "What not to send"
UNUSED_SAYS: Final = (
    "Nothing in this program uses these. Data that is not needed is not to be passed (Art. 5(1)(c))."
)
TITLES: Final[dict[Team | None, str]] = {
    None: "What data do we need to pass, and how often?",
    "engineering": "For engineering: what to send, how and when",
    "marketing": "For marketing: what data the program gets, and why",
    "compliance": "For compliance: the record of what is processed",
}


@dataclass(frozen=True)
class Column:
    """A column of the tables of fields: its heading, and its text for a field."""

    title: str
    cell: Cell


_FIELD = Column("Field", lambda line: line.label)
_MEANING = Column("Meaning", lambda line: line.meaning)
_NEEDED = Column("Needed", lambda line: "required" if line.needed else "optional")
_USE = Column("Used by", lambda line: line.use)
_PURPOSE = Column("Purpose", lambda line: line.purpose)
_EXAMPLE = Column("Example", lambda line: line.example)
_PSEUDONYM = Column("Pseudonym", lambda line: line.pseudonym)
_BASIS = Column("Legal basis", lambda line: "as the event" if line.basis_of_event else line.basis)
_ERASING = Column("Erasing", lambda line: line.erasing)
_CAME = Column("Came", lambda line: figures.NOTHING if line.came is None else f"{line.came:,}")

_ORIGIN = Column("From", lambda line: line.origin or figures.NOTHING)

_COLUMNS: Final[dict[Team | None, tuple[Column, ...]]] = {
    None: (_FIELD, _NEEDED, _MEANING, _USE, _PURPOSE, _EXAMPLE, _PSEUDONYM, _BASIS, _ERASING),
    "engineering": (_FIELD, _NEEDED, _MEANING, _EXAMPLE, _USE, _PSEUDONYM),
    "marketing": (_FIELD, _MEANING, _USE, _PURPOSE),
    "compliance": (_FIELD, _MEANING, _USE, _PURPOSE, _BASIS, _PSEUDONYM, _ERASING),
}


def columns_of(sheet: Sheet, team: Team | None) -> tuple[Column, ...]:
    """Return the columns of the tables of fields.

    With mappings, one says where a field comes from; with a database, the last says how many events had it.
    """
    if team == "marketing":
        return _COLUMNS[team]
    origin = (_ORIGIN,) if sheet.mapped else ()
    return (*_COLUMNS[team], *origin, *((_CAME,) if sheet.database else ()))


def glossary(columns: Sequence[Column]) -> list[str]:
    """Return the meanings of the abbreviations in these columns, if they have any."""
    found: list[str] = []
    if _PSEUDONYM in columns:
        found += [f"Pseudonym, {short}: {full}." for short, full in PSEUDONYMS.values()]
    if _ERASING in columns:
        meanings = {effect: effect.meaning.rstrip(".") for effect in ErasureEffect}
        found += [
            f"Erasing, {effect}: {meaning[0].lower()}{meaning[1:]}; kept {kept_until(effect)}."
            for effect, meaning in meanings.items()
        ]
    return found


def tasks_for(sheet: Sheet, team: Team | None) -> dict[Team, list[Task]]:
    """Return the tasks of one team, or of all: first what is missing, then what is open, then what is done."""
    order = {state: place for place, state in enumerate(("missing", "open", "done"))}
    return {
        one: sorted((task for task in sheet.tasks if task.team == one), key=lambda task: order[task.state])
        for one in TEAMS
        if team in (None, one)
    }


def made_of(sheet: Sheet) -> str:
    """Say what the sheet is based on."""
    words = f"The data sheet of {sheet.file}"
    return (
        f"{words}, with what came into {sheet.database}: {sheet.period}." if sheet.database else f"{words}."
    )


def in_use(sheet: Sheet) -> dict[str, list[EventSheet]]:
    """Return the types in use by category of data."""
    found: dict[str, list[EventSheet]] = {}
    for one in sheet.events:
        if one.used:
            found.setdefault(one.category, []).append(one)
    return found


def of_type(one: EventSheet, team: Team | None) -> list[tuple[str, str]]:
    """Return what all fields of a type have in common, as pairs of a name and words."""
    pairs = [
        ("About", one.about),
        ("Direction", one.direction),
        ("System and team", f"{', '.join(one.systems)}; {one.team}"),
        ("When and how", f"whenever {one.whenever}; sent {one.delivery}"),
        ("In fact", came_words(one)),
        ("Legal basis, to be confirmed", one.basis),
        ("Recipients", one.recipients),
    ]
    left_out = {
        "engineering": {"Legal basis, to be confirmed", "Recipients"},
        "marketing": {"Legal basis, to be confirmed", "Recipients", "Direction"},
    }.get(team or "", set())
    return [(name, words) for name, words in pairs if words and name not in left_out]


def came_words(one: EventSheet) -> str:
    """Say how often and how late a type arrived, and how many were refused; empty without a database."""
    came = one.came
    if came is None:
        return ""
    refused = f"; {came.refused:,} refused" if came.refused else "; none refused"
    if not came.count:
        return f"never{refused if came.refused else ''}"
    a_day = f"{came.a_day:,.0f} a day" if came.a_day >= 1 else "less than one a day"
    late = ""
    if came.median_ms is not None and came.p95_ms is not None and came.worst_ms is not None:
        half, most, worst = (figures.duration(ms) for ms in (came.median_ms, came.p95_ms, came.worst_ms))
        late = f"; late by {half} at the median, {most} at 95 %, {worst} at worst"
        if came.worst_ms < figures.SECOND:
            late = "; all within a second"
    return f"{figures.counted(came.count, 'event')}, {a_day}{late}{refused}"


def unneeded(sheet: Sheet) -> list[tuple[str, str, str]]:
    """Return what nothing uses: the event, its fields together, and with a database how often they arrived."""
    found = []
    for one in sheet.events:
        lines = [line for line in one.lines if not line.uses]
        if not lines:
            continue
        names = "all of it" if not one.used else ", ".join(line.field for line in lines)
        came = [line for line in (lines if one.used else one.lines[:1]) if line.came]
        arrived = ", ".join(f"{line.field or 'the event'} {line.came:,}" for line in came)
        found.append((one.event, names, arrived if sheet.database else ""))
    return found

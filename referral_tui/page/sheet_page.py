"""Write the data sheet as one HTML file: how often, who does what, what is passed, and the record of processing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from referral_tui.page.markup import document, listed, pairs, paragraph, section, table, text
from referral_tui.sheet.flat import as_json
from referral_tui.sheet.views import (
    NOT_NEEDED,
    STATES,
    TITLES,
    UNUSED_SAYS,
    columns_of,
    glossary,
    in_use,
    made_of,
    of_type,
    tasks_for,
    unneeded,
)

if TYPE_CHECKING:
    from referral_tui.sheet.model import Heading, Line, Sheet
    from simulator.domain.owners import Team


def sheet_page(sheet: Sheet, team: Team | None) -> str:
    """Return the complete page, or that of one of its owners; the same sheet gives the same bytes."""
    title, words = f"{sheet.program}: {TITLES[team]}", glossary(columns_of(sheet, team))
    body = "".join(
        (
            f'<main class="wide">\n<h1>{text(title)}</h1>\n{paragraph(made_of(sheet))}',
            section("How often data is passed", *_often(sheet)),
            section("Who does what", *_tasks(sheet, team)),
            section("How to read the tables", listed(words)) if words else "",
            section("What is passed", *_passed(sheet, team)),
            section(NOT_NEEDED, *_unneeded(sheet)),
            *(_compliance(sheet) if team in (None, "compliance") else ()),
            "</main>\n",
        )
    )
    return document(title, body, as_json(sheet, team))


def _often(sheet: Sheet) -> Iterator[str]:
    first, *others = sheet.often
    yield f'<div class="answer">{paragraph(first)}</div>'
    yield from (paragraph(one) for one in others)


def _tasks(sheet: Sheet, team: Team | None) -> Iterator[str]:
    for one, tasks in tasks_for(sheet, team).items():
        rows = [(STATES[task.state], task.text.replace("`", "")) for task in tasks]
        yield table(one.capitalize(), ["State", "Task"], rows, words=True)


def _passed(sheet: Sheet, team: Team | None) -> Iterator[str]:
    yield _fields("Every event", sheet, team, sheet.envelope)
    for title, events in in_use(sheet).items():
        yield f"<h3>{text(title[0].upper() + title[1:])}</h3>"
        for event in events:
            yield f"<h4>{text(event.event)}</h4>{paragraph(event.meaning)}{pairs(of_type(event, team))}"
            yield _fields(f"Fields of {event.event}", sheet, team, event.lines)


def _fields(caption: str, sheet: Sheet, team: Team | None, lines: Sequence[Line]) -> str:
    columns = columns_of(sheet, team)
    rows = [[column.cell(line) for column in columns] for line in lines]
    return table(caption, [column.title for column in columns], rows, words=True)


def _unneeded(sheet: Sheet) -> Iterator[str]:
    yield paragraph(UNUSED_SAYS)
    width = 3 if sheet.database else 2
    rows = [one[:width] for one in unneeded(sheet)]
    yield table("Fields and events that nothing uses", ["Event", "Fields", "Came"][:width], rows, words=True)


def _compliance(sheet: Sheet) -> Iterator[str]:
    yield section("Record of processing activities (GDPR Art. 30)", *map(_heading, sheet.record))
    yield section("Base of an impact assessment (GDPR Art. 35)", *map(_heading, sheet.assessment))


def _heading(heading: Heading) -> str:
    return f"<h3>{text(heading.title)}</h3>{listed(heading.lines)}"

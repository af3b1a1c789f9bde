"""Write the data sheet as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from referral_tui.sheet.model import Heading, Line, Sheet
from referral_tui.sheet.views import (
    NOT_NEEDED,
    TITLES,
    UNUSED_SAYS,
    Column,
    columns_of,
    glossary,
    in_use,
    made_of,
    of_type,
    tasks_for,
    unneeded,
)
from simulator.domain.owners import Team
from simulator.domain.printable import printable

_BOXES: Final = {"done": "- [x] ", "missing": "- [ ] **not yet right:** ", "open": "- [ ] "}
_ESCAPED: Final = str.maketrans({sign: f"\\{sign}" for sign in "\\*[]<>|"})
_EMPHASIS: Final = re.compile(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")


def markdown(sheet: Sheet, team: Team | None) -> str:
    """Return the sheet as Markdown, or the page of one of its owners."""
    return "\n".join(_lines(sheet, team)).rstrip() + "\n"


def _lines(sheet: Sheet, team: Team | None) -> Iterator[str]:
    yield f"# {_text(sheet.program)}: {_text(TITLES[team])}"
    yield ""
    yield _text(made_of(sheet))
    yield from _section("How often data is passed", ("\n\n".join(map(_text, sheet.often)),))
    yield from _section("Who does what", ())
    for one, tasks in tasks_for(sheet, team).items():
        yield from ("", f"### {one.capitalize()}", "")
        yield from (f"{_BOXES[task.state]}{_text(task.text)}" for task in tasks)
    columns = columns_of(sheet, team)
    if words := glossary(columns):
        yield from _section("How to read the tables", ())
        yield ""
        yield from (f"- {_text(line)}" for line in words)
    yield from _section("What is passed", ())
    yield from ("", "### Every event", "")
    yield from _table(columns, sheet.envelope)
    for title, events in in_use(sheet).items():
        yield from ("", f"### {_text(title[0].upper() + title[1:])}")
        for event in events:
            yield from ("", f"#### {_text(event.event)}", "", _text(event.meaning), "")
            yield from (f"- {name}: {_text(words)}" for name, words in of_type(event, team))
            yield ""
            yield from _table(columns, event.lines)
    yield from _unneeded(sheet)
    if team in (None, "compliance"):
        yield from _headings("Record of processing activities (GDPR Art. 30)", sheet.record)
        yield from _headings("Base of an impact assessment (GDPR Art. 35)", sheet.assessment)


def _section(title: str, paragraphs: Iterable[str]) -> Iterator[str]:
    yield from ("", f"## {title}")
    for one in paragraphs:
        yield from ("", one)


def _table(columns: Sequence[Column], lines: Iterable[Line]) -> Iterator[str]:
    yield _row(column.title for column in columns)
    yield _row("---" for _ in columns)
    for line in lines:
        yield _row(_text(column.cell(line)) for column in columns)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _unneeded(sheet: Sheet) -> Iterator[str]:
    yield from _section(NOT_NEEDED, (UNUSED_SAYS,))
    yield ""
    came = ["Came"] if sheet.database else []
    yield _row(["Event", "Fields", *came])
    yield _row(["---"] * (2 + len(came)))
    for event, fields, count in unneeded(sheet):
        yield _row([_text(event), _text(fields), *([_text(count)] if came else [])])


def _headings(title: str, headings: Iterable[Heading]) -> Iterator[str]:
    yield from _section(title, ())
    for heading in headings:
        yield from ("", f"### {_text(heading.title)}", "")
        yield from (f"- {_text(line)}" for line in heading.lines)


def _text(value: str) -> str:
    """Return text that may come from outside, without hidden characters or signs of Markdown."""
    return _EMPHASIS.sub(r"\\_", printable(value).translate(_ESCAPED))

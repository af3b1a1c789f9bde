"""The data sheet in blocks of text, from the output of `sheet --format json`. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, Final

from referral_tui import figures
from referral_tui.dashboard.widgets.reading import Block
from simulator.domain.owners import TEAMS, Team

_SIGNS: Final = {"missing": ("!", "bad"), "open": ("○", "accent"), "done": ("✓", "good")}
_ORDER: Final = tuple(_SIGNS)
Fields = dict[str, Any]


def sheet_words(sheet: Fields, team: Team | None) -> Iterator[Block]:
    """Yield the blocks of the whole sheet, or of a team's page."""
    yield Block("How often data is passed", head=True)
    for place, paragraph in enumerate(sheet["often"]):
        yield from (Block(),) if place else ()
        yield Block(paragraph, wide=True)
    for one in TEAMS:
        if team in (None, one):
            yield from _tasks(one, [task for task in sheet["tasks"] if task["team"] == one])
    yield from _passed(sheet["fields"], team)
    yield from _unneeded(sheet["fields"])
    if team in (None, "compliance"):
        yield from _headings("Record of processing activities (GDPR Art. 30)", sheet["record"])
        yield from _headings("Base of an impact assessment (GDPR Art. 35)", sheet["assessment"])


def _tasks(team: Team, tasks: list[Fields]) -> Iterator[Block]:
    """List what a team has to do: what is not right yet comes first."""
    yield Block(f"What {team} has to do", head=True)
    for task in sorted(tasks, key=lambda task: _ORDER.index(task["state"])):
        sign, ink = _SIGNS[task["state"]]
        plain = {"missing": "strong", "open": "plain", "done": "quiet"}[task["state"]]
        yield Block(task["text"].replace("`", ""), plain, sign=sign, sign_ink=ink, wide=True)


def _passed(rows: list[Fields], team: Team | None) -> Iterator[Block]:
    """List each type in use with its fields."""
    used = [row for row in rows if row["system"]]
    for event, group in groupby(used, key=lambda row: row["event"]):
        fields = list(group)
        if not fields[0]["used"]:
            continue
        yield Block(f"{event}: {fields[0]['meaning'][0].lower()}{fields[0]['meaning'][1:]}", head=True)
        yield Block(f"{fields[0]['frequency']}; sent {fields[0]['delivery']}", "plain", "when and how")
        yield Block(f"{fields[0]['system']}; {fields[0]['team']}", "plain", "system and team")
        yield from _came(fields[0])
        if team in (None, "compliance"):
            yield Block(fields[0]["legal_basis_to_be_confirmed"], "plain", "legal basis")
        yield from (_field(row, team) for row in fields[1:])


def _came(row: Fields) -> Iterator[Block]:
    if not row["came"]:
        yield Block("never", "warn", "in fact")
        return
    late = ""
    if row["late_median_ms"] is not None:
        half, most = (figures.short_duration(row[name]) for name in ("late_median_ms", "late_p95_ms"))
        late = f", half within {half}, 95 % within {most}"
    refused = f"; {row['refused']:,} refused" if row["refused"] else ""
    yield Block(f"{figures.counted(row['came'], 'event')}{late}{refused}", "plain", "in fact")


def _field(row: Fields, team: Team | None) -> Block:
    """Describe a field: who uses it, and what else matters to a team."""
    parts = [row["used_by"]]
    if team == "engineering":
        parts = [row["needed"], f"such as {row['example']}", row["used_by"]]
    elif team == "marketing":
        parts = [row["meaning"], row["used_by"]]
    elif team == "compliance":
        parts = [row["purpose"], row["pseudonymised"].split(":")[0], f"erasing: {row['erasing']}"]
    ink = "plain" if row["used"] else "quiet"
    return Block("; ".join(parts), ink, row["field"])


def _unneeded(rows: Iterable[Fields]) -> Iterator[Block]:
    """List what nothing uses: what came anyway stands out."""
    yield Block("What not to send: nothing in the program uses it", head=True)
    unused = [row for row in rows if not row["used"] and row["used_by"].startswith("nothing: ")]
    for event, group in groupby(unused, key=lambda row: row["event"]):
        fields = list(group)
        whole = not fields[0]["field"]
        came = [row for row in (fields[:1] if whole else fields) if row["came"]]
        names = "all of it" if whole else ", ".join(row["field"] for row in fields)
        sent = ", ".join(f"{row['field'] or 'it'} came {row['came']:,} times" for row in came)
        yield Block(f"{names}{f'; {sent}' if sent else ''}", "warn" if came else "quiet", event)


def _headings(title: str, headings: Iterable[Fields]) -> Iterator[Block]:
    yield Block(title, head=True)
    for heading in headings:
        for place, line in enumerate(heading["lines"]):
            yield Block(line, "plain", "" if place else heading["title"])

"""Report on a class: a row for each person and cause, with what was missed and when it comes back. Pure."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields

from referral_tui.drills.session import Answered, Help, standings


@dataclass(frozen=True)
class Row:
    """A person and a cause.

    `answered` counts cases in which the person answered questions, `right` those with every question right at once;
    `looks` is the average number of look-ups per answered case, None without one. `due_at` is when the cause comes
    back (milliseconds UTC).
    """

    person: str
    cause: str
    seen: int
    answered: int
    right: int
    looks: float | None
    due_at: int


def rows(answers: Iterable[Answered]) -> list[Row]:
    """Return the rows of a report, by person and then by cause."""
    by_person: dict[str, list[Answered]] = defaultdict(list)
    for one in answers:
        by_person[one.person].append(one)
    found = []
    for person, own in sorted(by_person.items()):
        for cause, standing in sorted(standings(own).items()):
            tried = [one for one in own if one.cause == cause and one.helped < Help.WORKED.value]
            right = sum(not one.missed for one in tried)
            looks = round(sum(one.looks for one in tried) / len(tried), 1) if tried else None
            row = Row(person, str(cause), standing.seen, len(tried), right, looks, standing.due_at)
            found.append(row)
    return found


def csv_text(found: Sequence[Row]) -> str:
    """Return the rows as CSV, with a header."""
    out = io.StringIO()
    writer = csv.DictWriter(out, [field.name for field in fields(Row)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(one) for one in found)
    return out.getvalue()

"""`erase`: overwrite what is stored about a person, while everything derived from it can still be verified."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from referral_tui.cli.options import DEFAULT_DATABASE, BatchFiles, Json, SharedDatabase
from referral_tui.cli.output import print_json, say_lines

if TYPE_CHECKING:
    from db.postgres.address import PostgresAddress
    from simulator.platform.erasing.erase import Erasure

Reference = Annotated[
    list[str] | None, typer.Argument(metavar="REF...", help="The references of the people to erase.")
]


def erase(
    references: Reference = None,
    by: Annotated[
        str, typer.Option("--by", metavar="REF", help="Your reference as an operator; never an e-mail.")
    ] = "",
    basis: Annotated[
        str,
        typer.Option(
            "--basis",
            metavar="TEXT",
            help="Why they are erased: the request, or the retention rule. It stays, so name nobody.",
        ),
    ] = "",
    db: SharedDatabase = DEFAULT_DATABASE,
    contact_of: Annotated[
        str | None,
        typer.Option(metavar="REF", help="Erase this person and everybody who shares a contact with them."),
    ] = None,
    older_than: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="DAYS",
            help="Erase everybody about whom nothing was received for this many days; the data sheet recommends 730.",
        ),
    ] = None,
    files: BatchFiles = None,
    as_json: Json = False,
) -> None:
    """Erase people: overwrite what is stored about them, and prove that nothing else has changed.

    References, codes, contacts and devices become pseudonyms that nobody can trace back; segments, countries,
    communities and attributes are removed. Amounts, dates, decisions and sums stay, and `verify` still proves all of
    them. An event in the log records that it was done, by whom and why. If the person comes back, they are a new
    person. No other command may write to the database at the same time.

    Example: referral-tui erase p-1234 --by dpo-1 --basis "request of 3 May" --db shop.db
    """
    from db.client.people import known_as
    from referral_tui.cli.beside import places
    from referral_tui.cli.opening import taken
    from simulator.domain.errors import InputError
    from simulator.platform.erasing.erase import erase as overwrite

    ways = [bool(references), contact_of is not None, older_than is not None]
    if sum(ways) != 1:
        raise InputError(
            "erase: whom? give references, --contact-of REF, or --older-than DAYS; one of the three"
        )
    for option, given, example in (("--by", by, "dpo-1"), ("--basis", basis, '"request of 3 May"')):
        if not given:
            raise InputError(
                f"{option}: who erases somebody, and why, is part of the log; add {option} {example}"
            )
    with taken(db) as (path, upstream):
        beside = places(path, files)
        for place in beside:
            place.check()  # said before: afterwards nobody knows any more what to look for
        erased = overwrite(
            path,
            references or (),
            contact_of=contact_of,
            older_than=older_than,
            by=by,
            reason=basis,
            known_as=lambda references: known_as(path, references),
            upstream=upstream,
        )
        others = {place.path.name: place.erase(erased) for place in beside}
    if as_json:
        print_json(erased.as_json() | {"beside": others})
    else:
        say_lines(_lines(db, erased, others))


def _lines(db: Path | PostgresAddress, erased: Erasure, others: dict[str, int]) -> list[str]:
    """Return the receipt: what was erased where, and what it can't reach."""
    from referral_tui.cli.beside import UNREACHED
    from referral_tui.figures import counted

    people = erased.people
    if not people:
        return [f"{db}: nobody to erase"]
    sums: dict[str, int] = {}
    for one in people:
        for table, count in one.rows.items():
            sums[table] = sums.get(table, 0) + count
    rows = ", ".join(f"{count:,} of {table}" for table, count in sums.items())
    lines = [
        f"{db}: erased {_people(len(people))} ({counted(sum(p.references for p in people), 'reference')})"
    ]
    lines += [f"  {one.pseudonym} stands in the place of one; event {one.seq} says so" for one in people[:20]]
    if len(people) > 20:
        lines.append(f"  … and {len(people) - 20:,} more, by --json")
    lines.append(f"  overwritten rows: {rows}")
    if kept := sum(one.kept for one in people):
        lines.append(
            f"  {counted(kept, 'answer')} of the program's conditions stay, without what they were about"
        )
    lines += [f"  {name}: {f'{count:,}' if count else 'nothing'}" for name, count in others.items()]
    if erased.in_ids:
        lines.append(
            f"  events with a reference, code or contact in their ids, which stay, since an id is what makes a message "
            f"one: {erased.in_ids:,}"
        )
    if not erased.anew:
        lines.append(
            "  the file is large and was not rewritten; free parts of its pages may hold traces until a VACUUM"
        )
    lines.append(f"  not reached: {UNREACHED}")
    if not isinstance(db, Path):
        lines.append(
            "  copies on other machines follow when they are next read; Postgres's own log and backups stay"
        )
    lines.append(f"to prove the rest: referral-tui verify --db {db}")
    return lines


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count:,} people"

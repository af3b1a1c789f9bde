"""`person`: answer people who ask what is stored about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from referral_tui.cli.options import DEFAULT_DATABASE, BatchFiles, Json, SharedDatabase
from referral_tui.cli.output import print_json, say_lines

if TYPE_CHECKING:
    from db.read.person_held import Held
    from referral_tui.cli.beside import Place

app = typer.Typer(
    no_args_is_help=True,
    help="Show what is stored about a person.",
    epilog="Start with: referral-tui person show REFERENCE --db shop.db",
)


@app.callback()
def _group() -> None:
    """Show what is stored about a person."""


@app.command(epilog="Example: referral-tui person show p402a4072d15c1a1779d65bb5 --db shop.db")
def show(
    ref: Annotated[
        str,
        typer.Argument(metavar="REFERENCE", help="A reference to the person: their pseudonym, as in events."),
    ],
    db: SharedDatabase = DEFAULT_DATABASE,
    files: BatchFiles = None,
    as_json: Json = False,
) -> None:
    """Show everything that is stored about a person, table by table, in the database and in the files beside it.

    It answers a request for access (GDPR Art. 15). References that were merged with this one are included. Other people
    in the rows are not named but shown as `another person`. Each table and file says what erasing the person would do
    to it; `erase` covers the same tables and files.

    --json prints the rows by table and column: times in milliseconds UTC, money in minor units.
    """
    from db.client.people import known_as
    from db.read.person_held import person_held
    from db.read.settings import setting
    from db.read.versions import newest_money
    from db.sqlite.readonly import reporting_damage, snapshot
    from referral_tui.cli.beside import UNREACHED, places
    from referral_tui.cli.stored import readable
    from referral_tui.names import short_name
    from referral_tui.person_words import MENTIONS, held_beside_lines, held_lines, kept
    from simulator.domain.errors import InputError

    path, name = readable(db), db.name if isinstance(db, Path) else str(db)
    with snapshot(path) as database, reporting_damage(path):
        if setting(database, "kind") == "shards":
            raise InputError(
                f"{db}: holds the sums of its shards and nobody's rows; name a shard, such as the first"
            )
        held = person_held(database, ref, lambda references: known_as(path, references))
        money = newest_money(database)
    if held is None:
        raise InputError(
            f"{ref}: nobody in {db} has this reference; give a whole one, as `explain` prints it"
        )
    beside = [(place, place.held(held)) for place in places(path, files)]
    if as_json:
        print_json(_fields(held, name, beside))
        return
    say_lines(
        [
            f"{short_name(ref)} ({ref}): what {name} holds on this person",
            f"Known by {', '.join(held.references)}.",
            *held_lines(held.tables, held.numbers, money),
            *(
                line
                for place, rows in beside
                for line in held_beside_lines(place.path.name, place.holds, rows, place.erasing, money)
            ),
            "",
            *(f"{count:,} {MENTIONS[table]}." for table, count in held.mentions.items()),
            kept(),
            f"Not looked at: {UNREACHED}.",
        ]
    )


def _fields(
    held: Held, database: str, beside: Sequence[tuple[Place, Sequence[Mapping[str, Any]]]]
) -> dict[str, Any]:
    """Return what `--json` prints."""
    from referral_tui.cli.beside import UNREACHED
    from referral_tui.person_words import TABLES, kept, shown
    from simulator.domain.personal_data import COLUMN_ERASURE

    return {
        "database": database,
        "references": list(held.references),
        "tables": {
            table: {
                "holds": holds,
                "rows": [shown(table, row, held.numbers) for row in held.tables[table]],
                "erasing": COLUMN_ERASURE[table],
            }
            for table, holds in TABLES.items()
        },
        "beside": {
            place.path.name: {"holds": place.holds, "rows": list(rows), "erasing": place.erasing}
            for place, rows in beside
        },
        "mentions": held.mentions,
        "kept": kept(),
        "not_looked_at": UNREACHED,
    }

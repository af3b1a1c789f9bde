"""`migrate`: upgrade a database to the current schema; commands that write do this first."""

from __future__ import annotations

from pathlib import Path

from referral_tui.cli.options import DEFAULT_DATABASE, Database
from referral_tui.cli.output import say


def migrate(db: Database = DEFAULT_DATABASE) -> None:
    """Upgrade a database to the current schema.

    Works on a copy next to it, verifies the copy, and puts it in place only once everything in it could be derived
    again. If it is killed at any moment, the old file stays as it was. Needs as much disk space as the database takes,
    and twice that while it verifies. Commands that write (ingest, serve, simulate --resume, review, erase) migrate
    automatically.

    Example: referral-tui migrate --db shop.db
    """
    if not _migrate(db):
        say(f"{db}: already has the current schema")


def migrate_first(db: Path) -> None:
    """Migrate the database that a command is about to write if it has an older schema, and say so."""
    from db.sqlite.readonly import OLDEST_SCHEMA, SCHEMA_VERSION, schema_of
    from simulator.domain.errors import DatabaseError

    try:
        found = schema_of(db)
    except DatabaseError:
        return  # whoever opens it says what is wrong
    if found is not None and OLDEST_SCHEMA <= found < SCHEMA_VERSION:
        _migrate(db)


def _migrate(db: Path) -> bool:
    """Migrate a database, and return whether there was anything to do."""
    from db.migrations.migrating import migrate as bring
    from referral_tui.cli.progress import Bar
    from simulator.proof.verify import verify

    def check(copy: Path) -> str | None:
        with Bar("verify the migrated copy", None) as bar:
            return verify(copy, bar.set).difference

    done = bring(db, check)
    if done is not None:
        say(
            f"{db}: migrated from schema {done.from_schema} to {done.to_schema}, and verified; its chains have new "
            "hashes: keep those that `verify` prints",
            err=True,
        )
    return done is not None

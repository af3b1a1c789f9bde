"""Open the platform's database for a command that writes, or create it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from db.postgres.address import PostgresAddress
    from db.postgres.upstream import PostgresUpstream
    from db.write.store import Upstream
    from simulator.platform.platform import Platform
    from simulator.program.model import Program


def opened_database(db: Path | PostgresAddress, program: str | None) -> Platform:
    """Open a platform's database, or create it with a program (a file or a preset's name) if there is none.

    For a database in Postgres, this process becomes the engine.

    Raises:
        InputError: there is none and no program, or the program can't be read.
        DatabaseError: it can't be opened, or somebody else writes it.

    """
    from referral_tui.cli.migrate import migrate_first
    from referral_tui.cli.progress import Bar
    from simulator.platform.session import open_or_create
    from simulator.program.load import load_program
    from simulator.program.presets import find_program

    design = load_program(*find_program(program)) if program is not None else None
    if not isinstance(db, Path):
        return _opened_in_postgres(db, design)
    migrate_first(db)
    with Bar("fold the log again", None) as bar:
        return open_or_create(db, design, bar.set)


def existing_database(db: Path | PostgresAddress) -> Platform:
    """Open an existing platform database, including a simulation's.

    Raises:
        DatabaseError: it can't be opened, or somebody else writes it.

    """
    from simulator.platform.platform import Platform

    if isinstance(db, Path):
        return Platform.open(db)
    return _opened_in_postgres(db, None)


@contextmanager
def taken(db: Path | PostgresAddress) -> Iterator[tuple[Path, Upstream | None]]:
    """Yield the path of an existing database to write to, and where each commit goes first if it is in Postgres.

    This process is the engine of a database in Postgres while the context lasts; a file is migrated first.

    Raises:
        InputError: there is no such log in Postgres.
        DatabaseError: it can't be reached, or somebody else writes it.

    """
    if isinstance(db, Path):
        from referral_tui.cli.migrate import migrate_first

        migrate_first(db)
        yield db, None
        return
    with closing(_engine_of(db, new=False)) as upstream:
        yield upstream.path, upstream


def _engine_of(address: PostgresAddress, *, new: bool) -> PostgresUpstream:
    """Become the engine of a program in Postgres, which may be `new`."""
    from db.postgres.upstream import PostgresUpstream
    from referral_tui.cli.stored import copies
    from simulator.domain.errors import InputError

    upstream = PostgresUpstream.take(address, copies())
    if not new and not upstream.begun:
        upstream.close()
        raise InputError(
            f"{address}: no such log; `ingest` makes one: name a program for a new one with --program FILE or PRESET"
        )
    return upstream


def _opened_in_postgres(address: PostgresAddress, design: Program | None) -> Platform:
    from referral_tui.cli.progress import Bar
    from simulator.platform.session import open_or_create

    upstream = _engine_of(address, new=design is not None)
    try:
        with Bar("fold the log again", None) as bar:
            return open_or_create(upstream.path, design, bar.set, upstream)
    except BaseException:
        upstream.close()
        raise

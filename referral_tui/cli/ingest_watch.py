"""`ingest --watch`: read files as they arrive in a drop folder, and write a file of results for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from referral_tui.cli.opening import opened_database
from referral_tui.cli.output import say
from referral_tui.figures import counted
from simulator.domain.errors import InputError
from simulator.domain.wall_clock import wall_ms
from simulator.files.following import interruptible
from simulator.files.watching import DONE, QUEUED, FileResult, watch
from simulator.platform.session import IntakeSession

if TYPE_CHECKING:
    from db.postgres.address import PostgresAddress
    from simulator.mapping.mapper import Mapper


def watch_folder(
    folder: Path,
    db: Path | PostgresAddress,
    program: str | None,
    mapper: Mapper | None,
    others: Mapping[str, object],
    *,
    infer_time: bool,
) -> None:
    """Watch a folder until Ctrl-C; `others` are options that only go with named files.

    Raises:
        InputError: one of them is given, or the folder can't be used.
        DatabaseError: the database can't be written.

    """
    wrong = [name for name, given in others.items() if given]
    if wrong:
        raise InputError(f"--watch, {wrong[0]}: files are taken as they arrive; leave {wrong[0]} out")
    if not folder.is_dir():
        raise InputError(f"--watch {folder}: no such folder; make it, and let files arrive in it")
    with (
        opened_database(db, program) as platform,
        IntakeSession(platform, clock=wall_ms, batching=QUEUED) as session,
        interruptible() as interrupt,
    ):
        say(f"{folder}: watched; what arrives is moved to {DONE}/, beside its results; ctrl-c ends it")
        watch(
            session, folder, interrupt=interrupt, on_result=_say_result, mapper=mapper, infer_time=infer_time
        )
        session.advance(max(platform.earliest_now, wall_ms()))
    say(f"{db}: ended in order; everything that was taken is stored")


def _say_result(result: FileResult) -> None:
    if result.refused is not None:
        say(f"{result.moved_to}: refused: {result.refused}")
        return
    receipts = ", ".join(f"{count:,} {name}" for name, count in asdict(result.counts).items() if count)
    skipped = f", {counted(result.skipped, 'record')} skipped" if result.skipped else ""
    say(f"{result.moved_to}: {receipts or 'nothing in it'}{skipped}; {result.results}")

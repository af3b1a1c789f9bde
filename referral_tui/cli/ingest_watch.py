"""`ingest --watch`: read files as they arrive in a drop folder, and write a file of results for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    used: Sequence[str | Path | None] = (),
    infer_time: bool,
    guard: bool,
) -> None:
    """Watch a folder until Ctrl-C; `others` are options that only go with named files, `used` files that are read.

    With `guard` no cell of the results is a formula.

    Raises:
        InputError: one of the options is given, or the folder can't be used: it is none, or holds one of our own files.
        DatabaseError: the database can't be written.

    """
    wrong = [name for name, given in others.items() if given]
    if wrong:
        raise InputError(f"--watch, {wrong[0]}: files are taken as they arrive; leave {wrong[0]} out")
    if not folder.is_dir():
        what = "is a file; name the folder" if folder.exists() else "no such folder; make it"
        raise InputError(f"--watch {folder}: {what}, and let files arrive in it")
    _check_ours(folder, db, [program, *used])
    with (
        opened_database(db, program) as platform,
        IntakeSession(platform, clock=wall_ms, batching=QUEUED) as session,
        interruptible() as interrupt,
    ):
        say(f"{folder}: watched; what arrives is moved to {DONE}/, beside its results; Ctrl-C ends it")
        watch(
            session,
            folder,
            interrupt=interrupt,
            on_result=_say_result,
            mapper=mapper,
            infer_time=infer_time,
            guard=guard,
        )
        session.advance(max(platform.earliest_now, wall_ms()))
    say(f"{db}: ended in order; everything that was taken is stored")


def _check_ours(folder: Path, db: Path | PostgresAddress, used: Sequence[str | Path | None]) -> None:
    """Check that no file that this command uses is in the folder: everything in it is moved away."""
    read = [Path(one) for one in used if one is not None and Path(one).is_file()]
    for path in [db, *read] if isinstance(db, Path) else read:
        if path.resolve().parent == folder.resolve():
            raise InputError(
                f"--watch {folder}: {path.name} belongs in another folder, since everything in this one is moved to "
                f"{DONE}/; give the files that arrive a folder of their own"
            )


def _say_result(result: FileResult) -> None:
    if result.refused is not None:
        say(f"{result.moved_to}: refused: {result.refused}")
        return
    receipts = ", ".join(f"{count:,} {name}" for name, count in asdict(result.counts).items() if count)
    skipped = f", {counted(result.skipped, 'record')} skipped" if result.skipped else ""
    say(f"{result.moved_to}: {receipts or 'nothing in it'}{skipped}; {result.results}")

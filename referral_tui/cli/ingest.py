"""`ingest`: receive real events from files, with the same checks as simulated ones."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from referral_tui.cli.options import (
    DEFAULT_DATABASE,
    Database,
    Json,
    preset_completion,
    read_time,
)
from referral_tui.cli.output import print_json, say_lines

if TYPE_CHECKING:
    from simulator.platform.platform import Platform


def ingest(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help=".jsonl or .csv files; - is standard input."),
    ],
    db: Database = DEFAULT_DATABASE,
    program: Annotated[
        str | None,
        typer.Option(
            help="A program file or a preset's name; needed for a new database.",
            metavar="FILE|PRESET",
            autocompletion=preset_completion,
        ),
    ] = None,
    now: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="The final time: rewards due by then are released. Default: now; with --replay, the newest "
            "receivedat.",
        ),
    ] = None,
    replay: Annotated[
        bool,
        typer.Option(
            "--replay", help="Take each message's receivedat as its time of receipt, not the clock."
        ),
    ] = False,
    batch: Annotated[
        int, typer.Option(min=1, help="Events in a batch; any number gives the same outcome.")
    ] = 20_000,
    as_given: Annotated[
        bool,
        typer.Option(
            "--as-given",
            help="Read several files one after the other. Default: merge them by time of occurrence, with --replay by "
            "receivedat. Standard input is always read as it comes.",
        ),
    ] = False,
    received_as_occurred: Annotated[
        bool,
        typer.Option(
            "--received-as-occurred",
            help="For histories: count each event as received when it occurred, so that holds and windows are those "
            "of that time.",
        ),
    ] = False,
    infer_time: Annotated[
        bool,
        typer.Option(
            "--infer-time",
            help="Take an event without a time as having happened when it is received, and mark its time as inferred.",
        ),
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with status 1 if any message was refused.")
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help="Only check events against the contract: list what would be refused, and store nothing.",
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Receive events from files, judge and store them, and report the receipts.

    Refused messages are in quarantine with file, line and reason: `referral-tui export quarantine`. If interrupted, it
    keeps what was read; reading the same file again adds duplicates only. To follow a file that grows:
    tail -n +1 -F events.jsonl | referral-tui ingest --db shop.db -

    Exit status: 2 if every message was refused, 1 if any was, with --strict or --dry-run.

    Example: referral-tui ingest --program telecom --db shop.db events.jsonl
    """
    from simulator.domain.errors import InputError
    from simulator.files.reading import check_files, size_of

    check_files(files, infer_time=infer_time)
    final = read_time(now, "--now")
    if replay and received_as_occurred:
        raise InputError(
            "--replay, --received-as-occurred: each says when events were received; give one of them"
        )
    if infer_time and received_as_occurred:
        raise InputError(
            "--infer-time, --received-as-occurred: each takes one time from the other; give one of them"
        )

    from referral_tui.cli.ingest_report import dry, ended, figures_of, warn, words
    from referral_tui.cli.progress import Bar
    from simulator.domain.wall_clock import wall_ms
    from simulator.files.following import interruptible
    from simulator.files.ingest import Intake, Order, ingest_files

    if dry_run:
        raise typer.Exit(dry(files, program, replay=replay, infer_time=infer_time, as_json=as_json))
    order = Order.GIVEN
    if not as_given and (len(files) > 1 or received_as_occurred):
        order = Order.RECEIVED if replay else Order.OCCURRED
    intake = Intake()
    started = time.perf_counter()
    with _opened(db, program) as platform, _status(platform):
        if final is not None:
            platform.check_now(final)
        floor, before = platform.earliest_receipt_ms, platform.last_seq
        with Bar("ingest", size_of(files)) as bar, interruptible() as interrupt:
            ingest_files(
                platform,
                files,
                batch=batch,
                clock=None if replay else wall_ms,
                intake=intake,
                progress=bar.advance,
                order=order,
                as_occurred=received_as_occurred,
                infer_time=infer_time,
                interrupt=interrupt,
            )
        if final is None and not (
            replay and interrupt.asked
        ):  # a replay may go on from where it was interrupted
            newest = platform.newest if platform.newest > floor else 0  # else moved up, and stated by nobody
            final = max(platform.earliest_now, newest if replay else wall_ms())
        if final:
            platform.advance(final)
        figures = figures_of(platform, intake, before, final, time.perf_counter() - started)
        design = platform.program
    warn(figures, replay=replay, as_occurred=received_as_occurred)
    if as_json:
        print_json(figures)
    else:
        say_lines(words(figures, db, design))
    ended(intake, db, strict=strict, interrupted=interrupt.asked)


@contextmanager
def _opened(db: Path, program: str | None) -> Iterator[Platform]:
    """Open the platform's database, or create it if there is none."""
    from referral_tui.cli.progress import Bar
    from simulator.domain.errors import InputError
    from simulator.platform.platform import Platform
    from simulator.program.load import load_program
    from simulator.program.presets import find_program

    design = load_program(*find_program(program)) if program is not None else None
    begun = db.exists() and (
        db.is_dir() or db.stat().st_size > 0
    )  # an empty file, as mktemp creates, doesn't count
    if begun or (db.exists() and design is None):
        with Bar("fold the log again", None) as bar, Platform.open(db, design, bar.set) as platform:
            bar.close()
            _check_no_run(platform)
            yield platform
    elif design is None:
        raise InputError(
            f"{db}: no such database; name a program for a new one with --program FILE or PRESET"
        )
    else:
        with Platform.create(db, design, {"kind": "ingest"}) as platform:
            yield platform


def _check_no_run(platform: Platform) -> None:
    """Refuse to move the clock of an unfinished simulation, which could then never be resumed."""
    from db.read.resume import ends_at
    from simulator.domain.errors import InputError

    if platform.settings["kind"] == "simulate" and platform.watermark < (ends_at(platform.query) or 1):
        raise InputError(
            f"{platform.path}: a simulation that is not finished; finish it with "
            f"`referral-tui simulate --resume --db {platform.path}`, or name another database"
        )


@contextmanager
def _status(platform: Platform) -> Iterator[None]:
    """Record in the database that it is being written, and how that ended."""
    from simulator.domain.errors import ReferralError

    platform.clock("running")
    try:
        yield
    except BaseException:
        with suppress(ReferralError):
            platform.clock("stopped")
        raise
    platform.clock("finished")

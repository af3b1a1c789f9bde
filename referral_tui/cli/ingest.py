"""`ingest`: real events from files, through the same door as everything else."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from referral_tui.cli.options import (
    DEFAULT_DATABASE,
    Database,
    Json,
    preset_completion,
    read_time,
)
from referral_tui.cli.output import print_json, say, say_lines

if TYPE_CHECKING:
    from simulator.files.ingest import Intake
    from simulator.platform.door import Platform
    from simulator.program.model import Program


def ingest(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help=".jsonl or .csv files, in order; - is standard input."),
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
            help="The final time: what is due by then is released. Default: the clock; with --replay the newest "
            "receivedat.",
        ),
    ] = None,
    replay: Annotated[
        bool,
        typer.Option("--replay", help="Each message's receivedat is its time of receipt, not the clock."),
    ] = False,
    batch: Annotated[
        int, typer.Option(min=1, help="Events to a batch; the outcome is the same for any.")
    ] = 20_000,
    as_json: Json = False,
) -> None:
    """Receive events from files, judge and store them, and report the receipts.

    What was refused is in quarantine with a reason: `referral-tui export quarantine`. Interrupted, it keeps what was
    committed; the same file again adds duplicates only.

    Example: referral-tui ingest --program telecom --db shop.db events.jsonl
    """
    from simulator.files.reading import check_files, size_of  # noqa: PLC0415 - keeps --help quick

    check_files(files)
    final = read_time(now, "--now")

    from referral_tui.cli.progress import Bar  # noqa: PLC0415 - after the quick checks
    from simulator.domain.wall_clock import wall_ms  # noqa: PLC0415 - with the rest
    from simulator.files.ingest import Intake, ingest_files  # noqa: PLC0415 - loads Polars

    intake = Intake()
    started = time.perf_counter()
    with _opened(db, program) as platform, _status(platform):
        if final is not None:
            platform.check_now(final)
        floor = platform.floor_ms
        with Bar("ingest", size_of(files)) as bar:
            clock = None if replay else wall_ms
            ingest_files(platform, files, batch=batch, clock=clock, intake=intake, progress=bar.advance)
        if final is None:
            newest = platform.newest if platform.newest > floor else 0  # else moved up, and stated by nobody
            final = max(platform.earliest_now, newest if replay else wall_ms())
        if final:
            platform.advance(final)
        figures = _figures(platform, intake, final, time.perf_counter() - started)
        design = platform.program
    if intake.clamped:
        _warn(intake.clamped, replay)
    if as_json:
        print_json(figures)
    else:
        say_lines(_words(figures, db, design))


@contextmanager
def _opened(db: Path, program: str | None) -> Iterator[Platform]:
    """The platform's database, made anew where there is none."""
    from referral_tui.cli.progress import Bar  # noqa: PLC0415 - loads Rich on a terminal
    from simulator.domain.errors import InputError  # noqa: PLC0415 - with the rest
    from simulator.platform.door import Platform  # noqa: PLC0415 - loads Polars
    from simulator.program.load import load_program  # noqa: PLC0415 - loads sqlglot
    from simulator.program.presets import find_program  # noqa: PLC0415 - with the rest

    design = load_program(*find_program(program)) if program is not None else None
    begun = db.exists() and (db.is_dir() or db.stat().st_size > 0)  # an empty file, as mktemp makes, is none
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
    """Refuse to move the clock of a simulation that has not come to its end: it could never go on."""
    from db.read.resume import ends_at  # noqa: PLC0415 - with the rest
    from simulator.domain.errors import InputError  # noqa: PLC0415 - with the rest

    if platform.settings["kind"] == "simulate" and platform.told < (ends_at(platform.query) or 1):
        raise InputError(
            f"{platform.path}: a simulation that is not finished; finish it with "
            f"`referral-tui simulate --resume --db {platform.path}`, or name another database"
        )


@contextmanager
def _status(platform: Platform) -> Iterator[None]:
    """Say in the database that somebody is writing, and how it ended."""
    from simulator.domain.errors import ReferralError  # noqa: PLC0415 - with the rest

    platform.clock("running")
    try:
        yield
    except BaseException:
        with suppress(ReferralError):
            platform.clock("stopped")
        raise
    platform.clock("finished")


def _figures(platform: Platform, intake: Intake, final: int, seconds: float) -> dict[str, Any]:
    """What is reported: receipts of this call, and what stands in the database."""
    counts = intake.counts
    return {
        "received": counts.received,
        "accepted": counts.accepted,
        "duplicate": counts.duplicate,
        "conflict": counts.conflict,
        "malformed": counts.malformed,
        "clamped": intake.clamped,
        **platform.summary(),
        "now": final,
        "seconds": round(seconds, 3),
        "events_per_second": round(counts.received / seconds) if seconds else 0,
    }


def _warn(clamped: int, replay: bool) -> None:
    why = (
        "they stated a receivedat before the newest one, or not after the time already told"
        if replay
        else "the clock is behind the newest receipt in the database"
    )
    times = "1 time of receipt was" if clamped == 1 else f"{clamped:,} times of receipt were"
    say(f"warning: {times} moved up: {why}", err=True)


def _words(figures: dict[str, Any], db: Path, program: Program) -> Iterator[str]:
    """The figures as lines for a person."""
    from referral_tui.cli.summary import (  # noqa: PLC0415 - keeps --help quick
        late_lines,
        receipt_lines,
        reversal_lines,
        standing_lines,
    )

    yield (
        f"{db}: received {figures['received']:,} in {figures['seconds']:.1f} s"
        f" ({figures['events_per_second']:,} a second, parsing and storing included)"
    )
    yield from receipt_lines(figures)
    if figures["conflict"] or figures["malformed"]:
        yield f"  what was refused, and why: referral-tui export quarantine --db {db}"
    yield from standing_lines(figures, program)
    yield from reversal_lines(figures)
    yield from late_lines(figures, program)
    for chain, digest in figures["chain"].items():
        yield f"newest hash of the {chain} chain: {digest}"

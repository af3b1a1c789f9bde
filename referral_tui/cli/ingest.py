"""`ingest`: receive real events from files, with the same checks as simulated ones."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from referral_tui.cli.opening import opened_database
from referral_tui.cli.options import (
    DEFAULT_DATABASE,
    Json,
    ProgramForNew,
    Secret,
    SharedDatabase,
    mapping_completion,
    mapping_secrets,
    read_time,
)
from referral_tui.cli.output import print_json, say, say_lines
from referral_tui.cli.writing import opened_out
from referral_tui.figures import counted

if TYPE_CHECKING:
    from db.postgres.address import PostgresAddress
    from simulator.files.ingest import Intake, Order
    from simulator.files.receipt_rows import ReceiptWriter
    from simulator.mapping.mapper import Mapper
    from simulator.platform.platform import Platform


def ingest(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE", help=".jsonl or .csv files; - is standard input."),
    ] = None,
    db: SharedDatabase = DEFAULT_DATABASE,
    program: ProgramForNew = None,
    now: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="The final time: rewards due by then are released. Default: now, or the newest "
            "receivedat with --replay.",
        ),
    ] = None,
    replay: Annotated[
        bool,
        typer.Option(
            "--replay", help="Use each message's receivedat as its time of receipt instead of the clock."
        ),
    ] = False,
    batch: Annotated[
        int, typer.Option(min=1, help="Events per batch; any number gives the same outcome.")
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
            help="For histories: treat each event as received when it occurred, so that holds and windows "
            "apply as of then.",
        ),
    ] = False,
    infer_time: Annotated[
        bool,
        typer.Option(
            "--infer-time",
            help="Assume that an event without a time happened when it was received, and mark its time as inferred.",
        ),
    ] = False,
    mapping: Annotated[
        str | None,
        typer.Option(
            "--map",
            metavar="NAME|FILE",
            help="The mapping that turns another system's records into events; `referral-tui map list` lists "
            "those that are shipped.",
            autocompletion=mapping_completion,
        ),
    ] = None,
    secrets: Secret = None,
    watch: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Read files as they arrive in a folder until Ctrl-C; each is moved to done/, next to a file "
            "with a result for each row.",
        ),
    ] = None,
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
    receipts: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write a receipt for each message, one per row: .csv or .jsonl; - is standard output.",
        ),
    ] = None,
    guard_formulas: Annotated[
        bool,
        typer.Option(
            "--guard-formulas",
            help="In receipts as CSV, and in the results of --watch, put an apostrophe before texts that a spreadsheet "
            "would read as formulas.",
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Receive events from files, judge and store them, and report the receipts.

    Refused messages go to quarantine with file, line and reason: `referral-tui export quarantine`. If interrupted, it
    keeps what was read; reading the same file again only adds duplicates.

    To follow a growing file: tail -n +1 -F events.jsonl | referral-tui ingest --db shop.db -

    A row of --receipts has file, line, receipt (accepted, duplicate, conflict or malformed), seq (of the event in the
    log), field and reason; it is written once its message is stored.

    With --watch a folder is watched: a file that arrives in it is read once it has not changed for two seconds. If the
    command is killed, the next call continues where it left off.

    With --map the files hold another system's records, which a mapping turns into events; contacts in them are hashed
    on the way in, with the key from --secrets.

    Exit status: 2 if every message was refused; with --strict or --dry-run, 1 if any was.

    Example: referral-tui ingest --program telecom --db shop.db events.jsonl
    """
    from simulator.domain.errors import InputError
    from simulator.files.reading import check_files

    mapper = _mapper(mapping, secrets, replay=replay)
    if watch is not None:
        from referral_tui.cli.ingest_watch import watch_folder

        others = {
            "FILE": files, "--now": now, "--replay": replay, "--as-given": as_given,
            "--received-as-occurred": received_as_occurred, "--strict": strict, "--dry-run": dry_run,
            "--receipts": receipts, "--json": as_json,
        }  # fmt: skip
        watch_folder(
            watch,
            db,
            program,
            mapper,
            others,
            used=(mapping, secrets),
            infer_time=infer_time,
            guard=guard_formulas,
        )
        return
    if not files:
        raise InputError("name the files to receive, - for standard input, or a folder with --watch")
    check_files(files, infer_time=infer_time, mapping=None if mapper is None else mapper.mapping)
    infer_time = infer_time or (mapper is not None and mapper.mapping.infers_time())
    final = read_time(now, "--now")
    _check_receipts(receipts, db, files, as_json=as_json, guard=guard_formulas)
    if received_as_occurred:
        _check_times(replay=replay, infer_time=infer_time)

    if dry_run:
        from referral_tui.cli.ingest_report import dry

        with _receipts(receipts, guard=guard_formulas) as writer:
            status = dry(
                files, program, writer, replay=replay, infer_time=infer_time, as_json=as_json, mapper=mapper
            )
        raise typer.Exit(status)

    from referral_tui.cli.ingest_report import ended, figures_of, warn, words
    from simulator.files.ingest import Intake

    order = _order(files, as_given=as_given, replay=replay, as_occurred=received_as_occurred)
    how = _Reading(files, mapper, order, batch, final, replay, received_as_occurred, infer_time)
    intake = Intake()
    started = time.perf_counter()
    with _receipts(receipts, guard=guard_formulas) as writer, opened_database(db, program) as platform:
        before = platform.last_seq
        final, interrupted = _receive(platform, how, intake, writer)
        figures = figures_of(platform, intake, before, final, time.perf_counter() - started)
        design = platform.program
    warn(figures, replay=replay, as_occurred=received_as_occurred)
    if as_json:
        print_json(figures)
    else:
        say_lines(words(figures, db, design), err=receipts == Path("-"))
    ended(intake, db, strict=strict, interrupted=interrupted)


class _Reading(NamedTuple):
    """What is read, and how it is received: the options of `ingest` once they are checked."""

    files: Sequence[Path]
    mapper: Mapper | None
    order: Order
    batch: int
    final: int | None
    replay: bool
    as_occurred: bool
    infer_time: bool


def _receive(
    platform: Platform, how: _Reading, intake: Intake, writer: ReceiptWriter | None
) -> tuple[int | None, bool]:
    """Receive and store the files, then advance to the final time; return that time, and whether Ctrl-C was pressed."""
    from referral_tui.cli.progress import Bar
    from simulator.domain.wall_clock import wall_ms
    from simulator.files.following import interruptible
    from simulator.files.ingest import ingest_files
    from simulator.files.reading import size_of
    from simulator.platform.session import AHEAD, IntakeSession

    final = how.final
    with IntakeSession(platform, clock=None if how.replay else wall_ms, batching=AHEAD) as session:
        _check_final(platform, final, 0 if how.replay or how.as_occurred else wall_ms())
        floor, size = platform.earliest_receipt_ms, size_of(how.files) if how.mapper is None else None
        with Bar("ingest", size) as bar, interruptible() as interrupt:
            ingest_files(
                session,
                how.files,
                batch=how.batch,
                intake=intake,
                progress=bar.advance,
                order=how.order,
                as_occurred=how.as_occurred,
                infer_time=how.infer_time,
                interrupt=interrupt,
                receipts=writer,
                mapper=how.mapper,
            )
        if final is None and not (how.replay and interrupt.asked):  # an interrupted replay may be continued
            final = _end(platform, floor, replay=how.replay)
        if final:
            session.advance(final)
    return final, interrupt.asked


def _order(files: Sequence[Path], *, as_given: bool, replay: bool, as_occurred: bool) -> Order:
    """Return the order in which messages are received: several files are merged by time unless told otherwise."""
    from simulator.files.ingest import Order

    if as_given or (len(files) == 1 and not as_occurred):
        return Order.GIVEN
    return Order.RECEIVED if replay else Order.OCCURRED


def _end(platform: Platform, floor: int, *, replay: bool) -> int:
    """Return the time to advance to after the last message, milliseconds UTC; 0 if nothing states one.

    `floor` is the earliest time at which a message could be received before the files were read.
    """
    from simulator.domain.wall_clock import wall_ms

    # not beyond it: moved up, and stated by nobody
    newest = platform.newest if platform.newest > floor else 0
    return max(platform.earliest_now, newest if replay else wall_ms())


def _check_final(platform: Platform, final_ms: int | None, clock_ms: int) -> None:
    """Check before anything is stored that the final time is not before the time at which events will be received."""
    from simulator.domain.errors import InputError
    from simulator.domain.moments import moment

    if final_ms is None:
        return
    platform.check_now(final_ms)
    if final_ms < clock_ms:
        raise InputError(
            f"--now: {moment(final_ms)} has passed, and events count as received now; give a later time, --replay if "
            "they state when they were received, or --received-as-occurred"
        )


def _check_times(*, replay: bool, infer_time: bool) -> None:
    """Check that no other option sets the times of receipt if events are received as they occurred."""
    from simulator.domain.errors import InputError

    if replay:
        raise InputError(
            "--replay, --received-as-occurred: each says when events were received; give one of them"
        )
    if infer_time:
        raise InputError(
            "--infer-time, --received-as-occurred: each takes one time from the other; give one of them"
        )


def _mapper(mapping: str | None, secrets: Path | None, *, replay: bool) -> Mapper | None:
    """Find the mapping to read records with."""
    from simulator.domain.errors import InputError
    from simulator.mapping.shipped import find_mapping, ready_mapper

    known = mapping_secrets(secrets, mapped=mapping is not None)
    if mapping is None:
        return None
    if replay:
        raise InputError(
            "--replay, --map: another system's records don't say when we received them; leave one out"
        )
    return ready_mapper(find_mapping(mapping), known)


def _check_receipts(
    out: Path | None, db: Path | PostgresAddress, files: Sequence[Path], *, as_json: bool, guard: bool
) -> None:
    """Check that receipts can be written to `out` without damage to what is read or stored.

    With `guard`, no cell of theirs is to be a formula, so they must be CSV.
    """
    from simulator.domain.errors import InputError
    from simulator.domain.writing import check_writable
    from simulator.files.receipt_rows import form_of

    if guard and (out is None or form_of(out) != "csv"):
        wanted = "write --receipts FILE.csv" if out is None else f"{out} is JSON Lines; name a .csv file"
        raise InputError(f"--guard-formulas: is for receipts as CSV; {wanted}, or leave it out")
    if out is None:
        return
    if out == Path("-"):
        if as_json:
            raise InputError("--receipts -, --json: both would go to standard output; name a file for one")
        return
    form_of(out)
    check_writable(out)
    real = out.resolve()
    if isinstance(db, Path) and real == db.resolve():
        raise InputError(f"--receipts {out}: is the database; name another file")
    if out.is_file() and real in [file.resolve() for file in files]:
        raise InputError(f"--receipts {out}: is read, and would be lost; name another file")


@contextmanager
def _receipts(out: Path | None, *, guard: bool) -> Iterator[ReceiptWriter | None]:
    """Open the file for receipts. It is kept if an error ends the command after something was stored."""
    from simulator.files.receipt_rows import ReceiptWriter, form_of

    if out is None:
        yield None
        return
    ended: BaseException | None = None
    with opened_out(out, form_of(out)) as stream:
        writer = ReceiptWriter(stream, out, guard=guard)
        try:
            yield writer
        except BaseException as error:
            if not writer:
                raise
            ended = error
        writer.finish()
    if out != Path("-"):
        say(f"{out}: {counted(writer.rows, 'receipt')}", err=True)
    if ended is not None:
        raise ended

"""Write the closing report of `ingest`: figures, warnings, refused messages, and the exit status."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

import typer

from db.read.summary import conversions_before_visits
from referral_tui.cli.errors import FAILED, FINE, KEPT, WRONG, InterruptedCommand
from referral_tui.cli.output import print_json, say
from referral_tui.cli.summary import late_lines, receipt_lines, standing_lines, without_effect_lines
from referral_tui.figures import counted
from simulator.domain.errors import InputError
from simulator.domain.wall_clock import wall_ms
from simulator.events.decode import Receiver
from simulator.events.values import shorten
from simulator.files.ingest import Intake, Refusal, read_files
from simulator.platform.receipts import Receipts
from simulator.program.load import load_program
from simulator.program.presets import find_program

if TYPE_CHECKING:
    from db.postgres.address import PostgresAddress
    from simulator.files.receipt_rows import ReceiptWriter
    from simulator.mapping.mapper import Mapper
    from simulator.platform.platform import Platform
    from simulator.program.model import Program

_NAMES_SHOWN = 8  # names of attributes that are not stored
_BATCH = 20_000  # lines checked at once in a dry run


def figures_of(
    platform: Platform, intake: Intake, before: int, final: int | None, seconds: float
) -> dict[str, Any]:
    """Return the figures to report: the receipts of this call, and the content of the database.

    `before` is the number of the last event before this call; `seconds` is how long the call took.
    """
    counts = intake.counts
    platform.index()
    return {
        "received": counts.received,
        "accepted": counts.accepted,
        "duplicate": counts.duplicate,
        "conflict": counts.conflict,
        "malformed": counts.malformed,
        "clamped": intake.clamped,
        "time_inferred": intake.inferred,
        "skipped": intake.skipped,
        "passed_over": _sorted(intake.passed_over),
        "conversions_before_visits": platform.read(conversions_before_visits, before),
        **platform.summary(),
        "now": final,
        "seconds": round(seconds, 3),
        "events_per_second": round(counts.received / seconds) if seconds else 0,
    }


def warn(figures: dict[str, Any], *, replay: bool, as_occurred: bool) -> None:
    """Warn on standard error if the outcome differs from what the times in the files would give."""
    clamped, early = figures["clamped"], figures["conversions_before_visits"]
    if clamped:
        why = "the clock is behind the newest receipt in the database"
        if replay:
            why = "they stated a receivedat before the newest one, or not after the time already reached"
        elif as_occurred:
            why = "they occurred before the newest receipt, or the time already reached; a history needs a new database"
        times = "1 time of receipt was" if clamped == 1 else f"{clamped:,} times of receipt were"
        say(f"warning: {times} moved up: {why}", err=True)
    if early:
        say(
            f"warning: {counted(early, 'conversion')} arrived before a visit that had happened earlier, and so found "
            "no referrer; give the files of both in one call to a new database (a history: --received-as-occurred)",
            err=True,
        )


def words(figures: dict[str, Any], db: Path | PostgresAddress, program: Program) -> Iterator[str]:
    """Yield the figures as lines for a person."""
    yield (
        f"{db}: received {figures['received']:,} in {figures['seconds']:.1f} s"
        f" ({figures['events_per_second']:,} a second, parsing and storing included)"
    )
    yield from receipt_lines(figures)
    if figures["conflict"] or figures["malformed"]:
        yield f"  what was refused, and why: referral-tui export quarantine --db {quote(str(db))}"
    yield from _taken(figures["skipped"], figures["time_inferred"], figures["passed_over"])
    yield from standing_lines(figures, program)
    yield from without_effect_lines(figures)
    yield from late_lines(figures, program)
    for chain, digest in figures["chain"].items():
        yield f"newest hash of the {chain} chain: {digest}"


def ended(intake: Intake, db: Path | PostgresAddress, *, strict: bool, interrupted: bool) -> None:
    """End the command according to its receipts and options.

    Raises:
        InputError: every message was refused.
        InterruptedCommand: somebody pressed Ctrl-C.
        typer.Exit: some were refused, and `strict` says that none may be.

    """
    counts = intake.counts
    refused = counts.malformed + counts.conflict
    if interrupted:
        raise InterruptedCommand(KEPT)
    if refused and refused == counts.received:
        first = f"; the first: {refusal_line(intake.first)}" if intake.first else ""
        raise InputError(
            f"{'the message was' if refused == 1 else f'all {refused:,} messages were'} refused{first}; "
            f"referral-tui export quarantine --db {quote(str(db))} has the reasons"
        )
    if refused and strict:
        raise typer.Exit(FAILED)


def refusal_line(one: Refusal) -> str:
    """Describe a refused message in a line: file, line, field, reason."""
    return f"{one.file}:{one.line}: {f'{one.field}: ' if one.field else ''}{one.reason}"


def dry(
    files: Sequence[Path],
    program: str | None,
    receipts: ReceiptWriter | None = None,
    *,
    replay: bool,
    infer_time: bool = False,
    as_json: bool,
    mapper: Mapper | None = None,
) -> int:
    """Check files against the contract alone, report what would be refused, and return the exit status.

    A `program` (file or preset) decides whether references may look like phone numbers, and which programs may follow
    it. Duplicates, and conflicts with stored events, are not looked for: in `receipts` every valid message is accepted.
    `mapper` turns records of another form into events.
    """
    counts = {"received": 0, "malformed": 0, "time_inferred": 0, "skipped": 0}
    intake = Intake()
    rows: list[dict[str, Any]] = []
    design = load_program(*find_program(program)) if program is not None else None
    numeric = design is not None and design.numeric_references
    for block in read_files(files, _BATCH, partial(_check_program, design), mapper=mapper):
        decoded = block.decode(Receiver(0, None if replay else wall_ms(), None, numeric, infer_time))
        counts["received"] += decoded.messages.height + len(decoded.rejected)
        counts["malformed"] += len(decoded.rejected)
        counts["time_inferred"] += int(decoded.messages["time_inferred"].sum())
        counts["skipped"] += len(block.skipped)
        intake.pass_over(decoded.passed_over)
        if receipts is not None:
            receipts.answer(block.where, block.skipped)(Receipts.of_checked(decoded))
            receipts.write_stored()
        for one in block.refusals(decoded):
            if as_json:
                rows.append({"file": one.file, "line": one.line, "field": one.field, "reason": one.reason})
            else:
                say(refusal_line(one))
    if as_json:
        print_json({**counts, "passed_over": _sorted(intake.passed_over), "refused": rows})
    else:
        say(
            f"{counted(counts['received'], 'message')}, {counts['malformed']:,} would be refused; nothing was stored"
        )
        for line in _taken(counts["skipped"], counts["time_inferred"], _sorted(intake.passed_over)):
            say(line)
    if counts["malformed"] and counts["malformed"] == counts["received"]:
        return WRONG
    return FAILED if counts["malformed"] else FINE


def _check_program(running: Program | None, text: str) -> object:
    if running is None:
        return load_program(text, "program")
    return load_program(text, "program", running.currency, numeric=running.numeric_references)


def _sorted(passed_over: Mapping[str, int]) -> dict[str, int]:
    """Sort the attributes that were passed over, the most frequent first."""
    return dict(sorted(passed_over.items(), key=lambda one: (-one[1], one[0])))


def _taken(skipped: int, inferred: int, passed_over: dict[str, int]) -> Iterator[str]:
    """Yield what is done with valid messages besides storing their fields, and with records that give no event."""
    if skipped:
        yield f"  records that no event of the mapping takes: {skipped:,}"
    if inferred:
        yield f"  without a time, taken as of their receipt: {inferred:,}"
    if passed_over:
        yield f"  attributes that are not kept: {_named(passed_over)}"


def _named(passed_over: dict[str, int]) -> str:
    """List the attributes that were passed over, the most frequent first."""
    words = [f"{shorten(name)} ({count:,})" for name, count in list(passed_over.items())[:_NAMES_SHOWN]]
    more = len(passed_over) - len(words)
    return ", ".join([*words, f"and {more:,} more"] if more else words)

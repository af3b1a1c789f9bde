"""`export`: write a database's rows for other programs."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from referral_tui.cli.options import DEFAULT_DATABASE, SharedDatabase, form_completion
from referral_tui.cli.output import say
from referral_tui.cli.writing import naming_errors, opened_out
from referral_tui.figures import counted

if TYPE_CHECKING:
    from simulator.mapping.partner_forms import FormWriter


class ExportedRows(StrEnum):
    """What can be exported."""

    EVENTS = "events"
    QUARANTINE = "quarantine"
    MERGES = "merges"
    ATTRIBUTIONS = "attributions"
    DECISIONS = "decisions"
    REWARDS = "rewards"
    PAYOUTS = "payouts"
    AUDIT = "audit"


class Form(StrEnum):
    """The format of the output."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"


def export(
    what: Annotated[
        ExportedRows, typer.Argument(help="Which rows to write.", metavar="WHAT", show_choices=True)
    ],
    db: SharedDatabase = DEFAULT_DATABASE,
    form: Annotated[
        Form | None,
        typer.Option("--format", help="The format of the output. Default: jsonl; with --map csv."),
    ] = None,
    out: Annotated[
        Path, typer.Option(help="The file to write; - is standard output.", metavar="FILE")
    ] = Path("-"),
    mapping: Annotated[
        str | None,
        typer.Option(
            "--map",
            metavar="NAME|FILE",
            help="Write payouts in a partner's form, as CSV: extole-rewards, or a file of yours.",
            autocompletion=form_completion,
        ),
    ] = None,
    guard_formulas: Annotated[
        bool | None,
        typer.Option(
            "--guard-formulas/--no-guard-formulas",
            help="In CSV, put an apostrophe before texts that a spreadsheet would read as formulas. On by "
            "default for payouts.",
        ),
    ] = None,
) -> None:
    """Write rows as JSON Lines, CSV or Parquet.

    WHAT is events (CloudEvents, which `ingest --replay` can read), quarantine, merges, attributions, decisions,
    rewards, payouts or audit. Times are integer milliseconds UTC, money is in integer minor units; in payouts they are
    RFC 3339 and decimals (in Parquet, values of those types). Payouts have these columns: number, state, expected,
    kind, currency, value, recipient, role, reward, milestone, due_at, issued_at, state_at, referrer, friend, source,
    event_id.

    A regular file is replaced atomically; a FIFO or a device is written to directly.

    Example: referral-tui export rewards --db shop.db --format csv --out rewards.csv
    """
    from db.sqlite.readonly import reading
    from referral_tui.cli.stored import readable
    from simulator.domain.errors import InputError

    form = _form(form, mapping, guard=guard_formulas is True)
    path = readable(db)
    with reading(path):
        pass  # reports what is wrong with it before a file is created
    if form is Form.PARQUET and out == Path("-") and sys.stdout.isatty():
        raise InputError("--format parquet: no text, so nothing for a terminal; name a file with --out")

    from referral_tui.cli.progress import Bar
    from simulator.files.export import export as write
    from simulator.files.export import export_form

    partner = _partner(mapping, what)
    with Bar(f"export {what}", None) as bar, naming_errors(out), opened_out(out, form.value) as stream:
        guard = what is ExportedRows.PAYOUTS if guard_formulas is None else guard_formulas
        if partner is None:
            rows = write(path, what.value, form.value, stream, bar.advance, guard=guard)
        else:
            rows = export_form(path, partner, stream, bar.advance, guard=guard)
    if out != Path("-"):
        say(f"{out}: {counted(rows, 'row')} of {what}", err=True)


def _form(given: Form | None, mapping: str | None, *, guard: bool) -> Form:
    """Return the format of the output; `guard` is whether formulas are to be guarded, which only CSV needs."""
    from simulator.domain.errors import InputError

    if mapping is not None and given not in (None, Form.CSV):
        raise InputError(f"--format {given}, --map: a partner's form is written as CSV; leave --format out")
    form = given or (Form.JSONL if mapping is None else Form.CSV)
    if guard and form is not Form.CSV:
        raise InputError(
            f"--guard-formulas: only in CSV are texts read as formulas, and {form} keeps them as they are; "
            "add --format csv, or leave it out"
        )
    return form


def _partner(mapping: str | None, what: ExportedRows) -> FormWriter | None:
    """Find the partner's form in which payouts are written."""
    from simulator.domain.errors import InputError
    from simulator.files.payouts import COLUMNS
    from simulator.mapping.partner_forms import FormWriter, find_form

    if mapping is None:
        return None
    if what is not ExportedRows.PAYOUTS:
        raise InputError(
            f"--map: a partner's form is of payouts, not of {what}; write `export payouts --map …`"
        )
    return FormWriter(find_form(mapping, COLUMNS))

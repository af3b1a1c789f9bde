"""`map`: list, show and check the mappings that turn other systems' records into events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from referral_tui.cli.errors import FAILED
from referral_tui.cli.options import Json, mapping_completion, read_secrets
from referral_tui.cli.output import print_json, say, say_lines
from referral_tui.figures import counted

if TYPE_CHECKING:
    from simulator.mapping.checking import CheckedRecord
    from simulator.mapping.mapper import Mapper

app = typer.Typer(
    no_args_is_help=True,
    help="List, show and check mappings: how other systems' records become events.\n\n"
    "Example: referral-tui map check stripe events.jsonl",
)
_SHOWN = 12  # paths that are named in a line

Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME|FILE", help="A shipped mapping or a file.", autocompletion=mapping_completion
    ),
]


@app.command("list")
def list_mappings(as_json: Json = False) -> None:
    """List the mappings that are shipped, and the forms in which payouts can be written.

    Example: referral-tui map list
    """
    from simulator.files.payouts import COLUMNS
    from simulator.mapping.partner_forms import find_form, form_names
    from simulator.mapping.shipped import find_mapping, shipped_names

    forms = [find_form(name, COLUMNS) for name in form_names()]
    found = [find_mapping(name) for name in shipped_names()]
    if as_json:
        print_json(
            {
                "mappings": [
                    {
                        "name": one.name,
                        "says": one.says,
                        "format": one.form,
                        "source": one.source,
                        "events": sorted({event.type for event in one.events}),
                        "hashes": one.hashes(),
                        "signed": one.signature is not None,
                    }
                    for one in found
                ],
                "forms": [{"name": one.name, "says": one.says} for one in forms],
            }
        )
        return
    for one in found:
        say(f"{one.name:<16}  {one.form:<4}  {one.says}")
    for form in forms:
        say(f"{form.name:<16}  out   {form.says}, for export payouts --map")


@app.command()
def show(name: Name) -> None:
    """Print a mapping, to begin one of your own with.

    Example: referral-tui map show shopify > our-shop.toml
    """
    from simulator.files.payouts import COLUMNS
    from simulator.mapping.partner_forms import find_form, form_names
    from simulator.mapping.shipped import find_mapping

    found = find_form(name, COLUMNS) if name in form_names() else find_mapping(name)
    say_lines(found.text.rstrip("\n").split("\n"))


@app.command()
def check(
    name: Name,
    sample: Annotated[
        Path | None, typer.Argument(metavar="[SAMPLE]", help="A file of records; - is standard input.")
    ] = None,
    secrets: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="The client's secrets. Without, contacts are hashed with a test key."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Run a mapping's own tests, and show what becomes of each record of a sample; nothing is stored.

    Of each record: the events that come out, or the field and the reason for which it is refused; what of it is not
    used; and what is missing.

    Exit status: 1 if a test fails or a record is refused.

    Example: referral-tui map check stripe events.jsonl
    """
    from simulator.mapping.hashing import Hasher
    from simulator.mapping.mapper import Mapper
    from simulator.mapping.shipped import find_mapping
    from simulator.mapping.testing import TEST_KEY, failures

    mapping = find_mapping(name)
    wrong = failures(mapping)
    mapper = Mapper(mapping, read_secrets(secrets).hasher() or Hasher(TEST_KEY))
    records = list(_checked(mapper, sample)) if sample is not None else []
    refused = sum(bool(one.refusals) for one in records)
    if as_json:
        print_json(
            {
                "mapping": mapping.name,
                "tests": len(mapping.tests),
                "failures": wrong,
                "records": [asdict(one) for one in records],
            }
        )
    else:
        say_lines(
            [
                f"{mapping.name}: {mapping.says or mapping.form}; {counted(len(mapping.tests), 'test')}, "
                f"{len(wrong)} failed",
                *wrong,
            ]
        )
        for one in records:
            say_lines(_told(one))
        if sample is not None:
            say(_total(records, refused))
    if wrong or refused:
        raise typer.Exit(FAILED)


def _total(records: list[CheckedRecord], refused: int) -> str:
    events = sum(len(one.events) for one in records)
    skipped = sum(one.skipped for one in records)
    return (
        f"{counted(len(records), 'record')}: {counted(events, 'event')}, {skipped:,} skipped, {refused:,} refused; "
        "nothing was stored"
    )


def _checked(mapper: Mapper, sample: Path) -> Iterator[CheckedRecord]:
    from simulator.domain.wall_clock import wall_ms
    from simulator.files.messages import messages
    from simulator.files.reading import check_files, opened
    from simulator.mapping.checking import checked_record
    from simulator.mapping.rows import records_of_csv, records_of_lines

    check_files([sample], mapping=mapper.mapping)
    with opened(sample) as stream:
        if mapper.mapping.form == "csv":
            records = records_of_csv(mapper, stream, str(sample))
        else:
            records = records_of_lines(mapper, messages(stream))
        for one in records:
            yield checked_record(mapper, one, wall_ms())


def _told(one: CheckedRecord) -> Iterator[str]:
    what = "skipped: no event of the mapping takes it" if one.skipped else ""
    yield f"record in line {one.number:,}: {what}" if what else f"record in line {one.number:,}:"
    for event in one.events:
        yield from _event(event)
    for field, reason in one.refusals:
        yield f"  refused: {f'{field}: ' if field else ''}{reason}"
    if one.missing:
        yield f"  missing: {_named(one.missing)}"
    if one.unused:
        yield f"  not used: {_named(one.unused)}"


def _event(event: dict[str, Any]) -> Iterator[str]:
    yield f"  {event['type']}  {event['id']}"
    yield f"    time = {event.get('time', 'that of its receipt')}"
    if "subject" in event:
        yield f"    subject = {event['subject']}"
    for name, value in event.get("data", {}).items():
        yield f"    {name} = {value}"


def _named(paths: tuple[str, ...]) -> str:
    more = len(paths) - _SHOWN
    return ", ".join([*paths[:_SHOWN], f"and {more:,} more"] if more > 0 else paths)

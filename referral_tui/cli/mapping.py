"""`map`: list, show and check the mappings of other systems' records to events, and the forms of payouts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from referral_tui.cli.errors import FAILED
from referral_tui.cli.options import Json, mapping_or_form_completion, read_secrets
from referral_tui.cli.output import print_json, say, say_lines
from referral_tui.figures import counted

if TYPE_CHECKING:
    from simulator.mapping.checking import CheckedRecord
    from simulator.mapping.mapper import Mapper

app = typer.Typer(
    no_args_is_help=True,
    help="List, show and check mappings, by which other systems' records become events, and forms of payouts.\n\n"
    "Example: referral-tui map check stripe events.jsonl",
)
_SHOWN = 12  # paths that are named in a line

Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME|FILE",
        help="A shipped mapping or form, or a file.",
        autocompletion=mapping_or_form_completion,
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
    """Print a mapping or a form, to begin one of your own with.

    Example: referral-tui map show shopify > our-shop.toml
    """
    from simulator.files.payouts import COLUMNS
    from simulator.mapping.partner_forms import find_form, is_form
    from simulator.mapping.shipped import find_mapping

    found = find_form(name, COLUMNS) if is_form(name) else find_mapping(name)
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
    """Run the tests of a mapping, or of a form of payouts, and show what becomes of a sample; nothing is stored.

    Of each record: the events that come out, or the field and the reason for which it is refused; what of it is not
    used; and what is missing. A form takes no sample.

    Exit status: 1 if a test fails or a record is refused.

    Example: referral-tui map check stripe events.jsonl
    """
    from simulator.mapping.hashing import Hasher
    from simulator.mapping.mapper import Mapper
    from simulator.mapping.partner_forms import is_form
    from simulator.mapping.shipped import find_mapping
    from simulator.mapping.testing import TEST_KEY, failures

    if is_form(name):
        _check_form(name, sample, secrets, as_json=as_json)
        return
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
        say_lines(_tested(f"{mapping.name}: {mapping.says or mapping.form}", len(mapping.tests), wrong))
        for one in records:
            say_lines(_record_lines(one))
        if sample is not None:
            say(_total(records, refused))
    if wrong or refused:
        raise typer.Exit(FAILED)


def _check_form(name: str, sample: Path | None, secrets: Path | None, *, as_json: bool) -> None:
    from simulator.domain.errors import InputError
    from simulator.files.payouts import COLUMNS
    from simulator.mapping.partner_forms import find_form, form_failures

    form = find_form(name, COLUMNS)
    if sample is not None or secrets is not None:
        given = "a sample" if sample is not None else "--secrets"
        raise InputError(f"{name} is a form of payouts, so {given} is of no use here; leave it out")
    wrong = form_failures(form)
    if as_json:
        print_json({"form": form.name, "tests": len(form.tests), "failures": wrong})
    else:
        say_lines(_tested(f"{form.name}: {form.says or 'a form of payouts'}", len(form.tests), wrong))
    if wrong:
        raise typer.Exit(FAILED)


def _tested(title: str, tests: int, wrong: list[str]) -> list[str]:
    return [f"{title}; {counted(tests, 'test')}, {len(wrong)} failed", *wrong]


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


def _record_lines(one: CheckedRecord) -> Iterator[str]:
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

"""`sheet`: list the data that a program needs: how often, what uses it and who owns it."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from referral_tui.cli.lab_options import Delivery
from referral_tui.cli.options import mapping_completion, preset_completion
from referral_tui.cli.output import print_json, say_lines

if TYPE_CHECKING:
    from db.read.data_sent import DataSent
    from referral_tui.sheet.model import Sheet
    from referral_tui.sheet.passing import Passing
    from simulator.domain.owners import Team


class SheetFormat(StrEnum):
    """The formats that a sheet can be written in."""

    MD = "md"
    HTML = "html"
    CSV = "csv"
    JSON = "json"


class Owner(StrEnum):
    """The teams that a page can be written for."""

    ENGINEERING = "engineering"
    MARKETING = "marketing"
    COMPLIANCE = "compliance"


def sheet(
    program: Annotated[
        str | None,
        typer.Argument(
            metavar="PROGRAM",
            help="A program file or a preset. Default: the program in force in --db.",
            autocompletion=preset_completion,
            show_default=False,
        ),
    ] = None,
    db: Annotated[
        Path | None,
        typer.Option(
            "--db",
            metavar="FILE",
            help="A platform's database: adds what actually arrived, and what is missing.",
        ),
    ] = None,
    delivery: Delivery = None,
    mappings: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="NAME|FILE",
            help="A mapping that turns records into events: adds where each field comes from. May be repeated.",
            autocompletion=mapping_completion,
        ),
    ] = None,
    form: Annotated[SheetFormat, typer.Option("--format", help="The format.")] = SheetFormat.MD,
    team: Annotated[Owner | None, typer.Option("--for", help="Only the page for this team.")] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The file to write. Default: standard output.")
    ] = None,
) -> None:
    """List the data that a program needs to be passed: how often, what uses each field, and who owns it.

    It has a row for each field of each event type, with the rules, rewards, milestones and reports that use it; a field
    that nothing uses need not be sent. Before the rows it says how often data is passed, and who does what. With a
    database the sheet also says how often and how late each type arrived, how many messages were refused, and which
    data the program waits for that never arrived.

    It serves as a record of processing (GDPR Art. 30) and as input to an impact assessment (Art. 35); have a lawyer
    confirm both.

    Examples: referral-tui sheet telecom
              referral-tui sheet shop.toml --map stripe --for engineering
              referral-tui sheet --db shop.db --for compliance --format html --out sheet.html
    """
    from simulator.domain.writing import check_writable, write_text

    if out is not None:
        check_writable(out)
    made = read_sheet(program, db, delivery, mappings)
    owner: Team | None = None if team is None else team.value
    if form is SheetFormat.JSON and out is None:
        from referral_tui.sheet.flat import as_json

        print_json(as_json(made, owner))
        return
    text = _text(made, owner, form)
    if out is None:
        say_lines(text.splitlines())
    else:
        write_text(out, text)


def _text(made: Sheet, team: Team | None, form: SheetFormat) -> str:
    """Return the sheet in a format."""
    import orjson

    from referral_tui.sheet.flat import as_json, csv_text
    from referral_tui.sheet.markdown import markdown

    if form is SheetFormat.MD:
        return markdown(made, team)
    if form is SheetFormat.CSV:
        return csv_text(made)
    if form is SheetFormat.JSON:
        return orjson.dumps(as_json(made, team), option=orjson.OPT_INDENT_2).decode() + "\n"
    from referral_tui.page.sheet_page import sheet_page

    return sheet_page(made, team)


def read_sheet(
    program: str | None, db: Path | None, delivery: list[str] | None, mappings: list[str] | None = None
) -> Sheet:
    """Build the sheet of a program, with what a database received if one is named.

    Raises:
        InputError: a program, a delivery model or a mapping is not right.
        ProgramError: the program is not valid.
        DatabaseError: the database can't be read.

    """
    from db.read.data_sent import data_sent
    from db.read.versions import program_text, version_at
    from db.sqlite.readonly import snapshot
    from referral_tui.sheet.make import make_sheet
    from referral_tui.sheet.mapped import origins_of
    from simulator.delivery.models import parse_override
    from simulator.domain.errors import InputError
    from simulator.mapping.shipped import find_mapping
    from simulator.program.load import load_program
    from simulator.program.presets import find_program

    overrides = dict(parse_override(text) for text in delivery or ())
    origins = origins_of(find_mapping(name) for name in mappings or ())
    if program is not None and db is None:
        text, file = find_program(program)
        return make_sheet(load_program(text, file), file, _of_preset(program, overrides), origins=origins)
    if db is None:
        raise InputError("sheet: which program? Name a program file or a preset, or a database with --db")
    with snapshot(db) as database:
        sent = data_sent(database)
        version = version_at(database)
        stored = None if version is None else program_text(database, version)
    if program is not None:
        text, file = find_program(program)
    elif stored is None:
        raise InputError(f"{db}: has no program yet; name the program file or the preset as well")
    else:
        text, file = stored, f"{db.name}, version {version} of its program"
    passing = _of_database(sent, overrides)
    return make_sheet(load_program(text, file), file, passing, sent, db.name, origins)


def _of_preset(program: str, overrides: dict[str, str]) -> Passing:
    """Return how the events of a preset travel; for any other program only the overrides are known."""
    from referral_tui.sheet.passing import Passing, passing_of_world
    from simulator.run.plan import world_names, world_text
    from simulator.world.spec import load_world

    if program not in world_names():
        return Passing(overrides, known_from="--delivery" if overrides else "")
    spec = load_world(world_text(program), f"{program}/world.toml")
    return passing_of_world(spec, {**spec.delivery, **overrides}, f"the preset {program}")


def _of_database(sent: DataSent, overrides: dict[str, str]) -> Passing:
    """Return how the events of a database travel, from its settings and the sources that it saw or its preset names."""
    from dataclasses import replace

    from referral_tui.sheet.passing import Passing

    base = _of_preset(sent.preset, {}) if sent.preset else Passing()
    models = {**sent.models, **overrides}
    seen = {
        row.type: tuple(source for source, _ in row.sources if source.startswith("client/"))
        for row in sent.types
    }
    systems = {**base.systems, **{kind: sources for kind, sources in seen.items() if sources}}
    return replace(base, models=models, systems=systems, known_from="the database" if models else "")

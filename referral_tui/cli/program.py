"""`program`: create, check and describe program designs."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from referral_tui.cli.lab_options import Days, Preset, Referrers, Seed
from referral_tui.cli.options import Json, preset_completion
from referral_tui.cli.output import print_json, say, say_lines

if TYPE_CHECKING:
    from simulator.program.model import Program

app = typer.Typer(
    no_args_is_help=True,
    help="Create, check and describe program designs.",
    epilog="Start with: referral-tui program show telecom",
    rich_markup_mode="rich",
)

Source = Annotated[
    str,
    typer.Argument(
        metavar="FILE|PRESET",
        help="A program file, a preset's name, or - for standard input.",
        autocompletion=preset_completion,
    ),
]


@app.command(epilog="Example: referral-tui program new shop.toml --preset telecom")
def new(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write.")] = Path("program.toml"),
    preset: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Start from this preset and ask nothing.", autocompletion=preset_completion
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")] = False,
) -> None:
    """Create a program file: a copy of a preset, or from a few questions."""
    from simulator.domain.errors import InputError
    from simulator.domain.writing import check_writable, write_text
    from simulator.program.presets import preset_names, preset_text

    if preset is None and str(file) in preset_names():
        raise InputError(
            f"{file} is a preset; write `program new FILE --preset {file}`, or `./{file}` for a file"
        )
    check_writable(file)
    if file.exists() and not force:
        raise InputError(f"{file}: already there; choose another name, or overwrite it with --force")
    text = preset_text(preset) if preset is not None else _ask()
    try:
        if force:
            write_text(file, text)
        else:
            with file.open("x", encoding="utf-8", newline="\n") as target:
                target.write(text)
    except OSError as error:
        raise InputError(f"{file}: can't be written: {error.strerror}; choose another place") from None
    say(f"{file} written; edit it, then: referral-tui program check {file}", err=True)


@app.command(epilog="Example: referral-tui program check shop.toml --try")
def check(
    source: Source,
    currency: Annotated[
        str | None,
        typer.Option(metavar="CODE", help="The running program's currency, which a new version must keep."),
    ] = None,
    trial: Annotated[
        bool, typer.Option("--try", help="Also simulate some markets, and warn of what they show.")
    ] = False,
    mutate: Annotated[
        bool,
        typer.Option(
            "--mutate",
            help="Change one thing at a time, and list the changes that make no difference in the markets.",
        ),
    ] = False,
    db: Annotated[
        Path | None,
        typer.Option(
            "--db",
            metavar="FILE",
            help="A database: also warn of data that it received but nothing uses, and of data that never arrived.",
        ),
    ] = None,
    preset: Preset = None,
    referrers: Referrers = 1000,
    days: Days = 365,
    markets: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=1000,
            help="How many markets to run. Default: 10 with --try, 1 with --mutate.",
            show_default=False,
        ),
    ] = None,
    seed: Seed = 1,
    as_json: Json = False,
) -> None:
    """List every problem of a program file with its line, and warn of what is probably a mistake.

    Notes say where the file means something different from the first edition of the language.

    --try simulates markets of --referrers people for --days each, and warns, with a figure, of a hold shorter than many
    reversals take, of rules that always or never fail or read data that nobody sends, of rewards that nobody gets or
    that cheats get more often than honest people, of a cap below a tier, of a budget that runs out, and of reviews
    that pile up.

    --mutate changes one thing in a rule or reward at a time (a limit raised or lowered by one, a negation, a hold a day
    longer or shorter, a removal) and lists the changes that alter nobody's result: nobody in the markets tests that
    part.

    --db warns of each field and type that was sent but that nothing in the program uses (don't pass data that isn't
    needed), and of milestones, rules and rewards that wait for data that never arrived.

    Exit status: 0 if it can be used, with or without warnings; 2 if it can't.
    """
    from simulator.domain.errors import ProgramError
    from simulator.program.changed import changed_defaults
    from simulator.program.load import load_program, warnings
    from simulator.program.words import describe

    text, name = _read(source)
    try:
        program = load_program(text, name, currency)
    except ProgramError as error:
        if as_json:
            print_json(_verdict(name, problems=error.problems))
        raise
    lint = warnings(program)
    if db is not None:
        lint += _of_data(program, db)
    for warning in lint:
        say(f"warning: {name}: {warning}", err=True)
    notes = changed_defaults(program)
    for note in notes:
        say(f"note: {name}: {note}", err=True)
    found: dict[str, Any] = {}
    if trial or mutate:
        from referral_tui.cli.program_try import Trial

        run = Trial(program, name, source, preset, referrers, days, markets, seed)
        found |= {"tried": run.try_it()} if trial else {}
        found |= {"mutated": run.mutate()} if mutate else {}
    if as_json:
        print_json(_verdict(name, warnings=lint, notes=notes, words=describe(program)) | found)
    else:
        say(f"{name}: {program.name} is fine: {_counts(program)}")


@app.command(epilog="Example: referral-tui program show telecom")
def show(source: Source, as_json: Json = False) -> None:
    """Describe a program in plain English."""
    from simulator.program.load import load_program
    from simulator.program.words import describe

    text, name = _read(source)
    program = load_program(text, name)
    sentences = describe(program)
    if as_json:
        print_json({"file": name, "program": _structure(program), "words": sentences})
    else:
        say_lines(sentences)


@app.command(epilog="Example: referral-tui program schema > program.schema.json")
def schema() -> None:
    """Print the JSON Schema of program files, for editors that complete and check with it."""
    from simulator.program.schema import json_schema

    print_json(json_schema(), indented=True)


@app.command("list", epilog="Example: referral-tui program list")
def list_presets(as_json: Json = False) -> None:
    """List the presets: name, industry, and content of each."""
    from simulator.program.load import load_program
    from simulator.program.presets import find_program, preset_names

    programs = {name: load_program(*find_program(name)) for name in preset_names()}
    if as_json:
        print_json({"presets": [{"preset": name, **_summary(program)} for name, program in programs.items()]})
        return
    for name, program in programs.items():
        say(f"{name:<14}{program.name}, {program.industry}, {program.currency}: {_counts(program)}")


def _of_data(program: Program, db: Path) -> list[str]:
    """Return warnings of data that nothing uses, and of data that the program waits for but that never arrived."""
    from db.read.data_sent import data_sent
    from db.sqlite.readonly import snapshot
    from simulator.program.data_doubts import never_sent, unused_sent

    with snapshot(db) as database:
        sent = data_sent(database)
    never = [one.words for one in never_sent(program, sent.counts, sent.fields)]
    return never + [one.words for one in unused_sent(program, sent.counts, sent.fields)]


def _read(source: str) -> tuple[str, str]:
    """Read a program; return its text, and its name for messages."""
    from simulator.program.presets import find_program, read_program

    if source == "-":
        return read_program(sys.stdin.buffer, "standard input"), "standard input"
    return find_program(source)


def _ask() -> str:
    """Ask the questions on standard error, repeating one if its answer is invalid."""
    from simulator.domain.errors import InputError
    from simulator.program.draft import QUESTIONS, check_answer, draft_program
    from simulator.program.values import InvalidValueError

    answers: dict[str, str] = {}
    for question in QUESTIONS:
        while question.name not in answers:
            try:
                answer = str(typer.prompt(question.words, default=question.default, err=True))
                check_answer(question.name, answer, answers)
            except InvalidValueError as wrong:
                say(f"  {wrong}", err=True)
            except typer.Abort:
                if sys.stdin.isatty():
                    raise
                raise InputError(
                    f'"{question.words}" was not answered; answer on standard input, or name a --preset'
                ) from None
            else:
                answers[question.name] = answer
    return draft_program(answers)


def _verdict(
    file: str,
    problems: Sequence[str] = (),
    warnings: Sequence[str] = (),
    notes: Sequence[str] = (),
    words: Sequence[str] = (),
) -> dict[str, Any]:
    """Return what `check --json` prints."""
    return {
        "file": file,
        "ok": not problems,
        "problems": list(problems),
        "warnings": list(warnings),
        "notes": list(notes),
        "words": list(words),
    }


def _counts(program: Program) -> str:
    parts = (
        (len(program.milestones), "milestone"),
        (len(program.rules), "rule"),
        (len(program.rewards), "reward"),
    )
    return ", ".join(f"{count} {word}{'' if count == 1 else 's'}" for count, word in parts)


def _summary(program: Program) -> dict[str, Any]:
    return {
        "name": program.name,
        "industry": program.industry,
        "currency": program.currency,
        "milestones": len(program.milestones),
        "rules": len(program.rules),
        "rewards": len(program.rewards),
    }


def _structure(program: Program) -> dict[str, Any]:
    """Return a program as JSON: milliseconds, minor units, percentages and rates as exact decimal text."""
    structure = dataclasses.asdict(program)
    del structure["text"]
    for reward in structure["rewards"]:
        percent = reward["percent"]
        reward["percent"] = None if percent is None else f"{percent:f}"
    for one in structure["rates"]:
        one["rate"] = f"{one['rate']:f}"
    return structure

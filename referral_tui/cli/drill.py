"""`drill`: practise answering customers who ask where their reward is; report on a class; check the cases."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from referral_tui.cli.options import Json
from referral_tui.cli.output import print_json, say, say_lines

if TYPE_CHECKING:
    from referral_tui.dashboard.drilling import DrillSetup
    from referral_tui.drills.report import Row
    from simulator.domain.drills import Cause
    from simulator.drills.check import Checked

app = typer.Typer(
    invoke_without_command=True,
    help="Practise answering customers who ask where their reward is; report on a class.",
)
_MOST_SHOWN = 20  # ambiguous cases
_PERSON = "somebody"  # whose login has no name
Class = Annotated[
    int | None,
    typer.Option("--class", metavar="SEED", help="A class: everybody with this number gets the same cases."),
]


@app.callback()
def drill(
    context: typer.Context,
    seed: Class = None,
    cause: Annotated[
        str | None,
        typer.Option(metavar="CAUSES", help="Only cases with these causes, such as late-event,capped."),
    ] = None,
    cases: Annotated[int, typer.Option(min=1, max=200, help="How many customers to answer.")] = 12,
    name: Annotated[
        str | None, typer.Option(metavar="PERSON", help="Who you are. Default: your login on this machine.")
    ] = None,
) -> int:
    """Practise answering customers who ask where their reward is.

    Each case is a customer's message from a small simulated world. Look things up, then answer four questions: what the
    state is, what decided it, what would have paid, and what you would do. What you get wrong comes back after a few
    cases, and on later days. The answers stay on this machine.

    Example: referral-tui drill --class 7
    """
    if context.invoked_subcommand is not None:
        return 0
    from referral_tui.cli.terminal import need_terminal
    from referral_tui.dashboard.drilling import DrillApp

    setup = _drill_setup(seed, _causes(cause), cases, name)
    need_terminal("drill")
    drill_app = DrillApp(setup)
    drill_app.run()
    return drill_app.return_code or 0


def _drill_setup(seed: int | None, causes: list[Cause], cases: int, name: str | None) -> DrillSetup:
    from functools import partial
    from importlib.metadata import version

    from referral_tui.config import read_config
    from referral_tui.dashboard.drilling import DrillSetup
    from referral_tui.drills.progress import add_answer, check_person, class_folder, data_folder, read_person
    from referral_tui.drills.session import Session, plan
    from referral_tui.drills.supply import EACH, MadeSupply
    from simulator.domain.drills import Cause
    from simulator.domain.wall_clock import wall_ms

    person = check_person(name) if name is not None else _login()
    folder = class_folder(seed)
    answers = read_person(folder, person)
    own = seed if seed is not None else len(answers) + 1
    each = EACH if len(causes) == len(Cause) else max(EACH, -(-cases // len(causes)))
    return DrillSetup(
        supply=MadeSupply(
            own, causes, data_folder(), version("referral-tui"), each, seen=[one.case for one in answers]
        ),
        session=Session(plan(answers, wall_ms(), cases, own, causes), len(answers)),
        person=person,
        keep=partial(add_answer, folder),
        title=f"class {seed}" if seed is not None else "",
        preferences=read_config(),
    )


def _causes(text: str | None) -> list[Cause]:
    """Return the named causes, which are separated by commas; all of them if the text is empty.

    Raises:
        InputError: there is no such cause.

    """
    from simulator.domain.drills import Cause
    from simulator.domain.errors import InputError
    from simulator.program.nearest import advice, shown

    if text is None:
        return list(Cause)
    found = []
    for one in text.split(","):
        if one.strip() not in list(Cause):
            raise InputError(
                f"--cause {shown(one)}: no such cause; {advice(one, [str(cause) for cause in Cause])}"
            )
        found.append(Cause(one.strip()))
    return list(dict.fromkeys(found))


def _login() -> str:
    """Return the login name of the current user, reduced to what is valid in a file name."""
    import getpass

    from referral_tui.drills.progress import check_person
    from simulator.domain.errors import InputError

    try:
        return check_person(getpass.getuser())
    except (InputError, OSError, KeyError):
        return _PERSON


@app.command()
def report(
    seed: Class = None,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="FOLDER",
            help="A folder with answers collected from several people. Default: this machine's.",
        ),
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV; times are milliseconds UTC.")] = False,
    as_json: Json = False,
) -> None:
    """Report on a class by person and cause: cases seen, answered without a mistake, look-ups, when it comes back.

    Without --class it reports on people who practise alone. Answers are kept in one file per person in the user's data
    folder; nothing is sent anywhere.

    Example: referral-tui drill report --class 7 --csv
    """
    from dataclasses import asdict

    from referral_tui.drills.progress import class_folder, read_class
    from referral_tui.drills.report import csv_text, rows
    from simulator.domain.errors import InputError

    if folder is not None and not folder.is_dir():
        raise InputError(f"--from {folder}: no such folder; give the one in which the answers were collected")
    where = folder if folder is not None else class_folder(seed)
    found = rows(read_class(where))
    if as_json:
        print_json({"folder": str(where), "rows": [asdict(one) for one in found]})
    elif as_csv:
        say_lines(csv_text(found).splitlines())
    elif found:
        _say_report(found)
    else:
        say(f"nobody has answered a case yet; answers are kept in {where}")


def _say_report(found: list[Row]) -> None:
    from referral_tui.figures import date

    width = max(len(one.person) for one in found)
    say(f"{'person':<{width}}  {'cause':<16} {'seen':>5} {'right':>8} {'look-ups':>9}  comes back")
    for one in found:
        right = f"{one.right} of {one.answered}" if one.answered else "-"
        looks = "-" if one.looks is None else f"{one.looks:.1f}"
        say(f"{one.person:<{width}}  {one.cause:<16} {one.seen:>5} {right:>8} {looks:>9}  {date(one.due_at)}")


@app.command("check")
def check_cases(
    cases: Annotated[int, typer.Option(min=1, help="How many cases to generate.")] = 300,
    seed: Annotated[
        int, typer.Option(help="The seed of the first world; the next worlds have the next seeds.")
    ] = 1,
    as_json: Json = False,
) -> int:
    """Generate cases and check that each question has exactly one right answer, and that each wrong answer is refuted.

    Exits with status 1 if a case is ambiguous or a cause never occurred. A thousand cases take about a minute.

    Example: referral-tui drill check --cases 1000
    """
    from referral_tui.cli.progress import Bar
    from referral_tui.names import short_name
    from simulator.drills.check import check

    with Bar("cases", cases) as bar:
        found = check(cases, short_name, seed, progress=bar.set)
    passed = not found.ambiguous and not found.missing
    if as_json:
        counts = {str(cause): count for cause, count in sorted(found.cases.items())}
        made = {"cases": found.total, "worlds": found.worlds, "ambiguous": found.ambiguous, "causes": counts}
        print_json(made | {"missing": [str(cause) for cause in found.missing], "passed": passed})
    else:
        _say_checked(found)
    return 0 if passed else 1


def _say_checked(found: Checked) -> None:
    from simulator.domain.drills import CAUSE_WORDS, Cause

    say(f"{found.total:,} cases from {found.worlds:,} worlds, {len(found.ambiguous):,} of them ambiguous")
    say_lines(f"  {cause:<16} {found.cases[cause]:>7,}  {CAUSE_WORDS[cause]}" for cause in Cause)
    say_lines(f"ambiguous: {line}" for line in found.ambiguous[:_MOST_SHOWN])
    if found.missing:
        say(f"no case of: {', '.join(found.missing)}; check more cases")

"""`learn`: lessons inside the dashboard, and the files that they are written in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from referral_tui.cli.options import preset_completion
from referral_tui.cli.output import say

if TYPE_CHECKING:
    from referral_tui.dashboard.course import Course
    from referral_tui.lessons.model import Kind, Lesson
    from referral_tui.lessons.notes import NotesFile
    from referral_tui.lessons.progress import Progress

app = typer.Typer(
    invoke_without_command=True,
    help="Take five-minute lessons inside the dashboard, and write your own.",
    epilog="Start with: referral-tui learn",
    rich_markup_mode="rich",
)

Program = Annotated[
    str | None,
    typer.Option(
        metavar="FILE|PRESET",
        help="Teach with this program: its hold, its caps.",
        autocompletion=preset_completion,
    ),
]
Preset = Annotated[
    str | None,
    typer.Option(
        metavar="NAME", help="The preset that people and program come from.", autocompletion=preset_completion
    ),
]


@app.callback(epilog="Example: referral-tui learn --preset bank")
def learn(
    ctx: typer.Context,
    lesson: Annotated[
        str | None,
        typer.Option(metavar="NAME|FILE", help="Begin with this lesson, without the list."),
    ] = None,
    program: Program = None,
    preset: Preset = None,
) -> int:
    """Take five-minute lessons inside the dashboard, and write your own.

    A panel says what to look at and what to press, waits until you have done it, and sometimes asks a question: space
    goes on, backspace goes back a step, r restarts, q leaves. Each lesson resumes where you left it. The lessons talk
    about the program at hand: with --program, about your own hold and your own caps.
    """
    if ctx.invoked_subcommand is not None:
        return 0
    from referral_tui.cli.terminal import need_terminal
    from referral_tui.config import progress_path, read_config
    from referral_tui.dashboard.launch import run_course
    from referral_tui.lessons.load import find_lesson, shipped
    from referral_tui.lessons.progress import Progress

    names = [lesson] if lesson is not None else list(shipped("lesson"))
    lessons = [of_world(find_lesson(name, "lesson"), program, preset) for name in names]
    begin = 0 if lesson is not None else None
    need_terminal("learn")
    return run_course(
        lessons[0].world.arguments(),
        course_of(lessons, Progress(progress_path()), begin),
        read_config(),
    )


@app.command(epilog="Example: referral-tui learn new two-links.toml")
def new(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write.")],
    talk: Annotated[bool, typer.Option("--talk", help="Write a talk for `present`.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")] = False,
) -> None:
    """Write a first lesson: three steps to change, with a comment on every key."""
    from referral_tui.lessons.load import template
    from simulator.domain.errors import InputError
    from simulator.domain.writing import check_writable, write_text

    check_writable(file)
    if file.exists() and not force:
        raise InputError(f"{file}: already there; choose another name, or overwrite it with --force")
    write_text(file, template("talk" if talk else "lesson"))
    say(f"{file} written; edit it, then: referral-tui learn check {file}", err=True)


@app.command(epilog="Example: referral-tui learn check two-links.toml")
def check(
    file: Annotated[str, typer.Argument(metavar="FILE|NAME", help="A lesson or a talk.")],
    program: Program = None,
    preset: Preset = None,
) -> int:
    """Run a lesson or a talk against its world, and prove that every step can be reached.

    The keys that it names are pressed in a dashboard without a terminal; what each step waits for must be false before
    them and true after them. Then each step is jumped to directly. Exit status: 1 if a step fails.
    """
    from referral_tui.cli.errors import FAILED, FINE
    from referral_tui.dashboard.launch import rehearse
    from referral_tui.lessons.load import find_lesson, shipped

    kind: Kind = "talk" if file in shipped("talk") and file not in shipped("lesson") else "lesson"
    lesson = of_world(find_lesson(file, kind), program, preset)
    shown, problems = rehearse(lesson.world.arguments(), course_of([lesson], None, 0))
    for problem in problems:
        say(f"{file}: {problem}")
    if problems:
        return FAILED
    left_out = len(lesson.steps) - shown
    rest = f"; {left_out} left out, as this program or world has not what they speak of" if left_out else ""
    say(f"{file}: every step can be reached, {shown} of them{rest}")
    return FINE


def of_world(lesson: Lesson, program: str | None, preset: str | None) -> Lesson:
    """Return a lesson with the requested program or preset in place of its own."""
    from simulator.program.presets import find_program, preset_names
    from simulator.run.plan import world_text

    world = lesson.world
    if preset is None and program in preset_names():
        preset = program
    if preset is not None:
        world_text(preset)  # says what is wrong with the name
        world = replace(world, preset=preset, program="")
    if program is not None:
        find_program(program)
        world = replace(world, program="" if program == world.preset else program)
    return replace(lesson, world=world)


def course_of(
    lessons: list[Lesson], progress: Progress | None, begin: int | None, notes: NotesFile | None = None
) -> Course:
    """Return a course of these lessons, in the words of their world's program; `notes` are a talk's."""
    from referral_tui.dashboard.course import Course
    from referral_tui.lessons.facts import program_facts
    from referral_tui.lessons.progress import Progress
    from simulator.program.load import load_program
    from simulator.program.presets import find_program

    world = lessons[0].world
    design = load_program(*find_program(world.program or world.preset))
    return Course(tuple(lessons), program_facts(design), progress or Progress(None), begin, notes)

"""`present`: a talk for the room, and the speaker's notes beside it."""

from __future__ import annotations

from typing import Annotated

import typer

from referral_tui.cli.options import preset_completion


def present(
    talk: Annotated[
        str,
        typer.Argument(
            metavar="TALK", help="A preset's talk, or a file of your own.", autocompletion=preset_completion
        ),
    ] = "telecom",
    notes: Annotated[
        bool,
        typer.Option(
            "--notes", help="Show the notes and the clock of the talk that is open; leave out TALK."
        ),
    ] = False,
) -> int:
    """Give a talk in the dashboard: one point at a time, in large type, with one part highlighted and the rest dimmed.

    Space goes on, backspace goes back, a number jumps to that step, r restarts, q quits. Everything follows from the
    talk's seed, so it is the same each time. --notes, in a second terminal, shows what to say and the clock. There is a
    two-minute talk for each preset; `learn new --talk` starts one of your own, and `learn check` tests it.

    Example: referral-tui present bank
    """
    from referral_tui.cli.learn import course_of, of_world
    from referral_tui.cli.terminal import need_terminal
    from referral_tui.config import notes_path, read_config
    from referral_tui.dashboard.launch import run_course, show_notes
    from referral_tui.lessons.load import find_lesson
    from referral_tui.lessons.notes import NotesFile

    file = NotesFile(notes_path())
    if notes:
        need_terminal("present")
        return show_notes(file, read_config())
    lesson = of_world(find_lesson(talk, "talk"), None, None)
    need_terminal("present")
    return run_course(lesson.world.arguments(), course_of([lesson], None, 0, file), read_config())

"""`whatif`: change a design's numbers and see what each change would bring, without a database."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from referral_tui.cli.lab_options import PRESET
from referral_tui.cli.options import preset_completion


def whatif(
    program: Annotated[
        str | None,
        typer.Argument(
            metavar="PROGRAM",
            help="A program file or a preset. Default: the program of --preset.",
            autocompletion=preset_completion,
            show_default=False,
        ),
    ] = None,
    preset: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help=f"The preset with the people. Default: the program's, if that is one; else {PRESET}.",
            autocompletion=preset_completion,
        ),
    ] = None,
    referrers: Annotated[
        int, typer.Option(min=1, max=10_000_000, help="Customers of the brand who learn of the program.")
    ] = 200,
    days: Annotated[int, typer.Option(min=1, max=3660, help="How many days each market runs.")] = 365,
    answers: Annotated[bool, typer.Option("--answers", hidden=True)] = False,
) -> int:
    """Open the What if screen on a design alone: change a number, and see what the change would bring.

    The design and an edited copy of it are simulated on many small markets, on the same people with the same luck. Up
    and down pick a number, right and left change it; ctrl+o saves the copy as a program file. In a simulation's
    dashboard, key 8 opens the same screen, and enter there applies the copy to the running program.

    Example: referral-tui whatif --preset bank --days 180
    """
    if answers:
        from referral_tui.cli.what_if_answers import answer_lines

        answer_lines(sys.stdin, sys.stdout)
    from referral_tui.cli.terminal import need_terminal
    from referral_tui.config import read_config
    from referral_tui.dashboard.launch import watch_alone
    from referral_tui.dashboard.what_if import StandaloneDesign, World
    from simulator.program.load import load_program
    from simulator.program.presets import find_program, preset_names
    from simulator.run.plan import world_text

    given = program or preset or PRESET
    if preset is None:
        preset = given if given in preset_names() else PRESET
    world_text(preset)  # says what is wrong with the name
    text, file = find_program(given)
    loaded = load_program(text, file)
    need_terminal("whatif")
    alone = StandaloneDesign(
        loaded.name, text, World(preset, referrers, days), loaded.currency, loaded.digits
    )
    return watch_alone(alone, read_config())

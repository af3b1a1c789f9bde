"""`demo`: a simulation at a pace for eyes, and the dashboard on it."""

from __future__ import annotations

from typing import Annotated

import typer

from referral_tui.cli.options import preset_completion

PRESET, SEED, REFERRERS, DAYS, PACE = "telecom", 42, 1_500, 120, "1d/s"


def demo(
    preset: Annotated[
        str, typer.Option(help="The program and the world to show.", autocompletion=preset_completion)
    ] = PRESET,
    seed: Annotated[int, typer.Option(help="Another number, other people and another luck.")] = SEED,
    referrers: Annotated[int, typer.Option(help="How many customers could refer.")] = REFERRERS,
    days: Annotated[int, typer.Option(help="How many days the world runs.")] = DAYS,
    pace: Annotated[str, typer.Option(help="Simulated time a second: 6h/s, 1d/s, max.")] = PACE,
) -> int:
    """Start a simulation at a pace for eyes and watch it; no option needed.

    It runs in a database of its own, in a temporary folder. When you leave with q, the simulation ends and its files
    are gone.

    Example: referral-tui demo
    """
    from referral_tui.cli.terminal import need_terminal  # noqa: PLC0415 -- only when called
    from referral_tui.config import read_config  # noqa: PLC0415 -- loads Textual
    from referral_tui.dashboard.launch import watch_own  # noqa: PLC0415 -- the same

    need_terminal("demo")
    comfort = read_config()
    given = {"--preset": preset, "--seed": seed, "--referrers": referrers, "--days": days, "--pace": pace}
    return watch_own(["simulate", *(str(part) for pair in given.items() for part in pair)], comfort)

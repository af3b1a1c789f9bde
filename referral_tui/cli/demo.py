"""`demo`: run a simulation at a watchable pace, with the dashboard on it."""

from __future__ import annotations

from typing import Annotated

import typer

from referral_tui.cli.options import preset_completion

CLASS_EVENTS = 2_000
"""The event at which a class's world pauses: friends have claimed, and the first contracts are about to arrive."""
PRESET, SEED, REFERRERS, DAYS, PACE = "telecom", 42, 1_500, 120, "1d/s"


def demo(
    preset: Annotated[
        str,
        typer.Option(help="The preset to show: its program and its world.", autocompletion=preset_completion),
    ] = PRESET,
    seed: Annotated[
        int | None,
        typer.Option(help=f"The seed; another number gives other people and other luck.  [default: {SEED}]"),
    ] = None,
    referrers: Annotated[int, typer.Option(help="How many customers could refer.")] = REFERRERS,
    days: Annotated[int, typer.Option(min=1, help="How many days the world runs.")] = DAYS,
    pace: Annotated[
        str | None, typer.Option(help=f"Simulated time per second: 6h/s, 1d/s, max.  [default: {PACE}]")
    ] = None,
    minutes: Annotated[
        int | None,
        typer.Option(min=1, help="How many minutes the demo lasts; the pace follows from this and --days."),
    ] = None,
    door: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=65535,
            metavar="PORT",
            help="Also accept events over HTTP on this port, as `serve` does, so that you can send your own "
            "into the running program.",
        ),
    ] = None,
    serve: Annotated[
        bool,
        typer.Option(
            "--serve", help="Serve it to browsers; everybody who opens the page sees the same world."
        ),
    ] = False,
    host: Annotated[str, typer.Option(help="With --serve: the address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="With --serve: the port.")] = 8000,
    class_seed: Annotated[
        int | None,
        typer.Option(
            "--class",
            metavar="SEED",
            help="For a class: everybody's world is the same, paused at the same moment.",
        ),
    ] = None,
    read_only: Annotated[
        bool,
        typer.Option("--read-only", help="With --serve: pages only watch, and show no customers' names."),
    ] = False,
) -> int:
    """Start a simulation at a watchable pace and open the dashboard; no options needed.

    It runs in a temporary database of its own. When you leave with q (with --serve: Ctrl-C), the simulation ends and
    its files are removed. It lasts two minutes; --days or --minutes make it longer.

    Example: referral-tui demo --days 365 --minutes 20
    """
    from referral_tui.cli.terminal import need_terminal
    from referral_tui.config import read_config
    from referral_tui.dashboard.launch import serve_own, watch_own
    from simulator.domain.errors import InputError

    if pace is not None and minutes is not None:
        raise InputError("--pace and --minutes both say how fast it goes; give one of them")
    if class_seed is not None and seed is not None:
        raise InputError("--class and --seed both say which world it is; give one of them")
    if read_only and not serve:
        raise InputError("--read-only goes with --serve; a demo on this terminal is yours to steer")
    if not serve:
        need_terminal("demo")
    preferences = read_config()
    speed = lasting(days, minutes) if minutes is not None else pace or PACE
    seed = class_seed if class_seed is not None else SEED if seed is None else seed
    given: dict[str, object] = {
        "--preset": preset,
        "--seed": seed,
        "--referrers": referrers,
        "--days": days,
        "--pace": speed,
    }
    if door is not None:
        given["--door"] = door
    arguments = ["simulate", *(str(part) for pair in given.items() for part in pair)]
    if class_seed is not None:
        arguments += ["--hold-after", str(CLASS_EVENTS)]
    if serve:
        serve_own(arguments, host, port, ["--read-only"] if read_only else [])
        return 0
    return watch_own(arguments, preferences)


def lasting(days: int, minutes: int) -> str:
    """Return the pace at which `days` take `minutes`, in whole simulated minutes per second."""
    return f"{max(1, round(days * 24 / minutes))}m/s"

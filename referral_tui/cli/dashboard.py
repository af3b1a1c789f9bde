"""`dashboard`: watch a database, whether or not a run is writing to it."""

from __future__ import annotations

from typing import Annotated

import typer

from referral_tui.cli.options import DEFAULT_DATABASE, SharedDatabase, read_moment
from referral_tui.cli.output import say, say_lines


def dashboard(
    db: SharedDatabase = DEFAULT_DATABASE,
    at: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Show the state at a moment in the past, such as 2026-03-01."),
    ] = None,
    serve: Annotated[
        bool,
        typer.Option("--serve", help="Serve it to browsers; each page gets a dashboard of its own."),
    ] = False,
    host: Annotated[str, typer.Option(help="With --serve: the address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="With --serve: the port.")] = 8000,
    read_only: Annotated[
        bool,
        typer.Option(
            "--read-only", help="Only watch: send no commands to the simulation, show no customers' names."
        ),
    ] = False,
    config: Annotated[
        bool,
        typer.Option("--config", help="Print the location of the config file and the settings it accepts."),
    ] = False,
) -> int:
    """Open the dashboard on a database, running or finished.

    It never writes to the database; pause, step and speed are sent to the simulation as commands. If there is no
    database yet, it waits for one. Press ? for an explanation of anything, q to leave.

    With --serve it is shown in a browser, on this machine only unless --host names another address. The address that is
    printed contains a secret: whoever knows it can watch and steer, or with --read-only watch.

    Example: referral-tui dashboard --db shop.db
    """
    from referral_tui.cli.stored import followed
    from referral_tui.cli.terminal import need_terminal
    from referral_tui.config import config_path, defaults, read_config
    from referral_tui.dashboard.launch import watch

    if config:
        path = config_path()
        there = "is there" if path.exists() else "is not there yet"
        say(f"# {path} {there}; what follows are the defaults.")
        say_lines(defaults().splitlines())
        return 0
    moment = read_moment(at, "--at")
    preferences = read_config()
    if serve:
        from referral_tui.dashboard.serving import serve as serve_pages

        more = [*(["--at", at] if at else []), *(["--read-only"] if read_only else [])]
        with followed(db) as path:
            serve_pages(["dashboard", "--db", str(path.absolute()), *more], host, port)
        return 0
    need_terminal("dashboard")
    with followed(db) as path:
        return watch(path, preferences, moment, read_only=read_only)

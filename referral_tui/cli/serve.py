"""`serve`: receive events over HTTP, and answer each with its receipt."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from referral_tui.cli.opening import opened_database
from referral_tui.cli.options import (
    DEFAULT_DATABASE,
    ProgramForNew,
    Secret,
    SharedDatabase,
    mapping_completion,
    mapping_secrets,
)
from referral_tui.cli.output import say

if TYPE_CHECKING:
    from db.postgres.address import PostgresAddress
    from simulator.door.clocks import DoorClock
    from simulator.door.serving import Door, Settings


def serve(
    db: SharedDatabase = DEFAULT_DATABASE,
    program: ProgramForNew = None,
    host: Annotated[
        str, typer.Option(help="The address to listen on; without --keys it must be a loopback address.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65_535, help="The port to listen on; 0 picks a free one.")
    ] = 8787,
    keys: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The file of keys made by `referral-tui keys`. Without it, everybody on this machine may "
            "call, and nobody else.",
        ),
    ] = None,
    landing: Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="The page that friends who follow a link (/r/CODE) are redirected to."
        ),
    ] = None,
    public_url: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="The address under which others reach the server, as behind a TLS proxy: links begin with it. "
            "Default: the one that a caller uses.",
        ),
    ] = None,
    mapping: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="NAME|FILE",
            help="A mapping: accept another system's records at /v1/in/NAME; may be repeated.",
            autocompletion=mapping_completion,
        ),
    ] = None,
    secrets: Secret = None,
    clock: Annotated[
        str,
        typer.Option(
            metavar="real|frozen|3600x",
            help="The clock by which events are received and rewards fall due: the wall clock, one that "
            "stands still, or one that runs this many times as fast.",
        ),
    ] = "real",
    hooks_anywhere: Annotated[
        bool,
        typer.Option(
            "--hooks-anywhere",
            help="Allow clients with the right to operate to subscribe addresses on other machines.",
        ),
    ] = False,
    veto: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="An address to ask about each pending reward; it may refuse the reward.",
        ),
    ] = None,
    veto_unanswered: Annotated[
        str,
        typer.Option(
            metavar="pay|refuse",
            help="What happens to a reward if --veto has not answered by its due date.",
        ),
    ] = "pay",
    linger: Annotated[
        int,
        typer.Option(
            min=0,
            max=1_000,
            metavar="MS",
            help="How many milliseconds to collect events for before judging them together.",
        ),
    ] = 5,
    pass_on: Annotated[
        bool,
        typer.Option(
            "--pass-on",
            help="Be an additional door: pass events on to another `serve`, the engine of a program in Postgres.",
        ),
    ] = False,
    max_body: Annotated[
        int,
        typer.Option(
            min=1,
            max=256,
            metavar="MIB",
            help="The largest request body that is not streamed, in MiB; a larger one gets a 413.",
        ),
    ] = 16,
    dashboard: Annotated[
        bool,
        typer.Option(
            "--dashboard",
            help="Open the dashboard on it in this terminal; the server ends when you leave it.",
        ),
    ] = False,
) -> int:
    """Serve the platform on this machine over HTTP; one process receives, judges and stores.

    POST /v1/events accepts one or many CloudEvents, and answers with a receipt for each once it is stored. The
    dashboard can be open on the database at the same time. Ctrl-C shuts the server down cleanly.

    Example: referral-tui serve --program telecom --db shop.db
    """
    from simulator.domain.errors import InputError
    from simulator.door.clocks import REAL, DoorClock
    from simulator.door.inlets import find_inlets
    from simulator.door.keys import Keys, load_keys
    from simulator.door.links import check_landing, check_public
    from simulator.door.sending import Sending
    from simulator.door.serving import Settings, check
    from simulator.door.serving import serve as serve_http
    from simulator.door.sockets import check_free
    from simulator.door.subscribing import read_veto

    known = Keys(load_keys(keys)) if keys is not None else None
    page = check_landing(landing) if landing is not None else None
    public = check_public(public_url) if public_url is not None else None
    inlets = find_inlets(mapping or [], mapping_secrets(secrets, mapped=bool(mapping)))
    asked = read_veto(veto, veto_unanswered)
    settings = Settings(
        host=host,
        port=port,
        most_body=max_body * 1024 * 1024,
        linger_s=linger / 1000,
        keys=known,
        landing=page,
        public_url=public,
        inlets=inlets,
        sending=Sending(anywhere=hooks_anywhere),
        veto=asked,
        inbox=None if isinstance(db, Path) else db,
    )
    check(settings)
    DoorClock(clock)  # report a wrong one before a database is created, and a port that is in use
    check_free(host, port)
    if dashboard:
        if pass_on or not isinstance(db, Path):
            raise InputError(
                "--dashboard: needs a file; open `referral-tui dashboard --db URL` in another terminal"
            )
        values = {
            "--program": program, "--host": host, "--port": port, "--keys": keys, "--landing": landing,
            "--public-url": public_url,
            "--secrets": secrets, "--clock": clock, "--veto": veto, "--veto-unanswered": veto_unanswered,
            "--linger": linger, "--max-body": max_body,
        }  # fmt: skip
        given = [str(part) for name, one in values.items() if one is not None for part in (name, one)]
        given += [part for one in mapping or [] for part in ("--map", one)]
        given += ["--hooks-anywhere"] if hooks_anywhere else []
        return _watched(db, given)
    if pass_on:
        others = {
            "--program": program, "--veto": veto, "--hooks-anywhere": hooks_anywhere, "--clock": clock != REAL,
        }  # fmt: skip
        _pass_on(db, settings, [name for name, given in others.items() if given])
        return 0
    with opened_database(db, program) as platform:
        time = DoorClock.going_on(clock, max(platform.sim_at, platform.earliest_now))
        serve_http(
            platform,
            time,
            settings,
            lambda door: _listening(str(db), door, settings, time, open_to_all=known is None),
        )
    say(f"{db}: shut down cleanly; everything that was answered is stored")
    return 0


def _watched(db: Path, options: list[str]) -> int:
    """Serve in the background with these options, and open the dashboard; then repeat what the server said."""
    from referral_tui.cli.output import say_lines
    from referral_tui.cli.terminal import need_terminal
    from referral_tui.config import read_config
    from referral_tui.dashboard.launch import watch_server

    need_terminal("serve --dashboard")
    status, out, err = watch_server(["serve", "--db", str(db), *options], db, read_config())
    say_lines(out.splitlines())
    for line in err.splitlines():
        say(line, err=True)
    return status


def _pass_on(db: Path | PostgresAddress, settings: Settings, others: list[str]) -> None:
    """Run as an additional door; `others` are options that belong to the engine."""
    from referral_tui.cli.stored import copies
    from simulator.domain.errors import InputError
    from simulator.door.passing import pass_on

    if isinstance(db, Path):
        raise InputError(
            f"--pass-on: {db} is a file, which has only one door; give a database in Postgres with --db"
        )
    if others:
        raise InputError(f"--pass-on: {others[0]} belongs to the engine's door; omit it here")
    pass_on(
        db,
        copies(),
        settings,
        lambda address: _say_now(
            f"{db}: passing events on from {address} to its engine; press Ctrl-C to stop"
        ),
    )
    say(f"{db}: shut down cleanly; everything that was answered is stored")


def _say_now(line: str) -> None:
    import sys

    say(line)
    sys.stdout.flush()


def _listening(db: str, door: Door, settings: Settings, clock: DoorClock, *, open_to_all: bool) -> None:
    import sys

    from simulator.events.moment import format_moment

    who = "to this machine only, since no keys are required" if open_to_all else "to clients with a key"
    say(f"{db}: served at {door.address}, {who}; press Ctrl-C to stop")
    if (stands_until := clock.stands_until) is not None:
        say(
            f"{db}: its time, {format_moment(stands_until)}, is ahead of the wall clock: until then it stands still, "
            "and no reward falls due; --clock frozen or 3600x continues from it"
        )
    own = settings.public_url or door.address
    if settings.public_url is not None:
        say(f"links begin with {own}/r/")
    for name, inlet in settings.inlets.items():
        how = "if signed by their sender" if inlet.secret is not None else "without a signature"
        say(f"records of {inlet.mapper.mapping.source} are accepted at {own}/v1/in/{name}, {how}")
    if door.asker is not None and settings.veto is not None:
        say(
            f"{db}: {settings.veto.url} is asked about each reward; questions are signed with {door.asker.secret}"
        )
    sys.stdout.flush()

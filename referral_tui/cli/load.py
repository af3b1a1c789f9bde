"""`load`: put the rules under load, at a rate or as fast as possible, and report the result."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from referral_tui.cli.options import Json, preset_completion
from referral_tui.cli.output import print_json, say_lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.load.session import Hooks, LoadProfile
    from simulator.load.target import Server


def load(
    preset: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="The preset whose people make the traffic and whose program judges it.",
            autocompletion=preset_completion,
        ),
    ] = "telecom",
    program: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|PRESET",
            help="Another program to judge the traffic.",
            autocompletion=preset_completion,
        ),
    ] = None,
    recording: Annotated[
        Path | None,
        typer.Option(
            "--from", metavar="FILE", help="Play a recorded log: .jsonl, .csv, .parquet or a database."
        ),
    ] = None,
    traffic: Annotated[
        Literal["dense", "preset"],
        typer.Option(
            help="dense: the preset's people in a hurry, 50 to 350 decisions per 1,000 events; preset: as "
            "rare as in its world, none at first."
        ),
    ] = "dense",
    seed: Annotated[
        int, typer.Option(min=0, help="The seed; another number gives other people and other luck.")
    ] = 1,
    referrers: Annotated[
        int,
        typer.Option(
            min=1, max=10_000_000, help="Customers in the traffic's market; if dense, some 40 events each."
        ),
    ] = 100_000,
    rate: Annotated[
        str | None,
        typer.Option(metavar="N/s", help="Open load at this many events per second, such as 20k/s."),
    ] = None,
    stages: Annotated[
        str | None, typer.Option(metavar="SPAN:RATE,…", help="Open load in ramps, such as 10s:1k,30s:50k.")
    ] = None,
    events: Annotated[int | None, typer.Option(min=1, help="Stop after this many events.")] = None,
    seconds: Annotated[
        float | None, typer.Option(min=0.1, help="Stop after this many seconds. Default: 10.")
    ] = None,
    batch: Annotated[
        int | None, typer.Option(min=1, help="The most events to judge at once. Default: 100000.")
    ] = None,
    db: Annotated[
        Path | None,
        typer.Option(
            "--db",
            metavar="FILE",
            help="Keep the database in this file. Default: a temporary one in this folder.",
        ),
    ] = None,
    no_store: Annotated[
        bool, typer.Option("--no-store", help="Run the rules alone, without a database.")
    ] = False,
    prepare: Annotated[
        bool,
        typer.Option("--prepare", help="Make the traffic before the clock starts; at most 4 million events."),
    ] = False,
    processes: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=2,
            help="2 makes the traffic in a separate process. Default: 2, or 1 on a single core.",
        ),
    ] = None,
    threshold: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COND", help="A condition, such as 'p99<50ms' or 'achieved>20k/s'. May be repeated."
        ),
    ] = None,
    find_knee: Annotated[
        bool, typer.Option("--find-knee", help="Find the highest rate at which the thresholds hold.")
    ] = False,
    shards: Annotated[
        int | None,
        typer.Option(min=1, max=1000, help="This many independent markets, each with its own database."),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(min=1, max=256, help="Processes that work on shards. Default: one for each core."),
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Work on shards on a Dask cluster, such as tcp://host:8786."),
    ] = None,
    url: Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="Send the events to a server, such as http://127.0.0.1:8787, of `serve`."
        ),
    ] = None,
    connections: Annotated[
        int | None,
        typer.Option(min=1, max=4096, help="With --url: how many connections to keep busy. Default: 8."),
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="With --url: a file that holds the key to show to the server."),
    ] = None,
    as_json: Json = False,
) -> int:
    """Drive the rules with events, as fast as possible or at a rate; report how fast they are and what holds them up.

    Latency counts from the moment an event was due, not from when its turn came. With a rate the load is open: events
    arrive when due, whether or not the rules keep up, and all are processed before the end. Offered is what was asked
    for, over the schedule's time; achieved is what was done, over the time it took; judged is what the rules did, over
    the time they took. The program runs without its start and end dates. Exit status: 1 if a threshold is missed.
    With --url the events go to a server over HTTP, --batch per request (default 500; 1 posts each alone), and latency
    counts until the answer; use another --seed to send events that the server has not had yet.

    Example: referral-tui load --rate 20k/s --seconds 20 --threshold 'p99<50ms'
    """
    from referral_tui.cli.errors import FAILED, FINE, INTERRUPTED
    from referral_tui.cli.load_panel import Panel
    from referral_tui.cli.load_words import load_lines, trial_line
    from simulator.domain.errors import InputError
    from simulator.domain.wall_clock import Stopper, signals
    from simulator.load.session import Hooks, run_load

    profile = _load_profile(
        plan=(preset, seed, referrers),
        program=program,
        recording=recording,
        pace=(rate, stages),
        limits=(events, seconds),
        batch=batch,
        place=(db, no_store),
        traffic=(traffic == "dense", prepare or find_knee, processes),
        thresholds=threshold or [],
        server=_server(url, connections, key),
    )
    if url is not None and (find_knee or shards is not None or db is not None or no_store):
        raise InputError(
            "--url: the server judges and stores; leave out --db, --no-store, --shards and --find-knee"
        )
    if shards is None and (workers or cluster):
        raise InputError("--workers and --cluster: work on shards; say how many with --shards")
    if shards is not None and (find_knee or recording is not None):
        raise InputError("--shards: markets of a preset; leave out --from and --find-knee")
    stopper = Stopper()
    with signals(stopper), Panel(profile) as panel:
        hooks = Hooks(stopper, stopper.asked, panel.making, panel.show)
        if shards is not None:
            figures = _sharded(profile, hooks, shards, workers, cluster)
        elif find_knee:
            figures = _knee(profile, hooks, rate or stages, lambda trial: panel.say(trial_line(trial)))
        else:
            figures = run_load(profile, hooks)
    if as_json:
        print_json(figures)
    else:
        say_lines(load_lines(figures, profile.program))
    if not figures["ended"]:  # a run that was cut short gives no verdict
        return INTERRUPTED
    return FINE if figures["ok"] else FAILED


def _load_profile(
    *,
    plan: tuple[str, int, int],
    program: str | None,
    recording: Path | None,
    pace: tuple[str | None, str | None],
    limits: tuple[int | None, float | None],
    batch: int | None,
    place: tuple[Path | None, bool],
    traffic: tuple[bool, bool, int | None],
    thresholds: list[str],
    server: Server | None,
) -> LoadProfile:
    """Check the options before anything is created, and return the load profile; raises InputError."""
    from simulator.domain.cores import cores
    from simulator.domain.errors import InputError
    from simulator.load.drive import Limits
    from simulator.load.rates import constant, parse_rate, parse_stages
    from simulator.load.session import BATCH, BATCH_OF_REQUEST, LoadProfile
    from simulator.load.thresholds import parse_threshold
    from simulator.program.load import load_program
    from simulator.program.presets import find_program
    from simulator.program.shares import without_dates
    from simulator.run.plan import Plan
    from simulator.world.windows import start_of

    (rate, stages), (events, seconds), (db, no_store) = pace, limits, place
    if rate is not None and stages is not None:
        raise InputError(
            "--rate and --stages: give one of the two; a constant rate is a stage that does not ramp"
        )
    if db is not None and no_store:
        raise InputError("--db and --no-store: give one of the two")
    schedule = (
        constant(parse_rate(rate))
        if rate is not None
        else parse_stages(stages)
        if stages is not None
        else None
    )
    held = tuple(parse_threshold(text) for text in thresholds)
    preset, seed, referrers = plan
    wanted = Plan(preset=preset, seed=seed, referrers=referrers)
    wanted.world()  # reports an unknown preset before its program is looked for
    design = load_program(*find_program(program or preset))
    if events is None and seconds is None and stages is None:
        seconds = 10.0
    return LoadProfile(
        plan=Plan(preset=preset, seed=seed, referrers=referrers, start_ms=start_of(design)),
        program=without_dates(design),
        schedule=schedule,
        limits=Limits(events, seconds),
        batch=batch or (BATCH if server is None else BATCH_OF_REQUEST),
        path=db,
        store=not no_store,
        recording=recording,
        dense=traffic[0],
        prepare=traffic[1],
        processes=traffic[2] or min(2, cores()),
        thresholds=held,
        server=server,
    )


def _server(url: str | None, connections: int | None, key: Path | None) -> Server | None:
    """Return the server that the events are sent to; None if they are judged here."""
    from simulator.domain.errors import InputError
    from simulator.domain.web_addresses import http_parts
    from simulator.load.target import Server

    if url is None:
        if connections is not None or key is not None:
            raise InputError("--connections, --key: are of a server; say which with --url")
        return None
    parts = http_parts(url)
    if parts is None or parts.path.rstrip("/") or parts.query:
        raise InputError(f"--url {url}: not the address of a server; write it as http://127.0.0.1:8787")
    try:
        shown = key.read_text(encoding="utf-8").strip() if key is not None else None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"--key {key}: can't be read") from error
    return Server(url.rstrip("/"), connections or 8, shown)


def _knee(
    profile: LoadProfile, hooks: Hooks, paced: str | None, on_trial: Callable[[dict[str, Any]], None]
) -> dict[str, Any]:
    from referral_tui.cli.errors import InterruptedCommand
    from simulator.domain.errors import InputError
    from simulator.load.knee import find_knee
    from simulator.load.session import traffic_of
    from simulator.load.traffic import Recording

    if paced is not None or profile.path is not None:
        raise InputError(
            "--find-knee: chooses the rates and keeps no database; leave out --rate, --stages and --db"
        )
    if any(one.metric == "memory" for one in profile.thresholds):
        raise InputError(
            "--find-knee: a peak of memory is of all runs so far, whatever their rate; leave that threshold out"
        )
    try:
        traffic = traffic_of(profile, hooks)
    except KeyboardInterrupt:
        raise InterruptedCommand("no rate was tried: its traffic was still being made") from None
    assert isinstance(traffic, Recording)  # noqa: S101 - `prepare` makes one
    return find_knee(profile, hooks, traffic, on_trial)


def _sharded(
    profile: LoadProfile, hooks: Hooks, shards: int, workers: int | None, cluster: str | None
) -> dict[str, Any]:
    from referral_tui.cli.errors import InterruptedCommand
    from simulator.domain.cores import cores
    from simulator.load.shards import Shards, run_shards, shard_path

    try:
        return run_shards(profile, Shards(shards, workers or cores(), cluster), hooks)
    except KeyboardInterrupt:
        if profile.path is None:
            raise
        first, last = shard_path(profile.path, 1), shard_path(profile.path, shards)
        raise InterruptedCommand(
            f"nothing was merged: {first} to {last} are of no use alone, remove what there is of them"
        ) from None

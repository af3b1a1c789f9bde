"""Carry out one load run from its profile: the traffic, the target, the drive, the figures."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from simulator.domain.wall_clock import Clock, wall_ms
from simulator.load.background import BackgroundTraffic
from simulator.load.drive import Drive, Limits
from simulator.load.figures import final
from simulator.load.rates import Schedule
from simulator.load.recorded import read_recording
from simulator.load.target import DatabaseTarget, EngineTarget, Server, Target, without_repeats
from simulator.load.thresholds import Threshold
from simulator.load.traffic import Recording, Traffic, WorldTraffic, prepared
from simulator.measuring.figures import running
from simulator.measuring.heartbeat import Heartbeat
from simulator.measuring.tally import Tally
from simulator.program.model import Program
from simulator.run.plan import Plan

Progress = Callable[[int, int], None]
Show = Callable[[Mapping[str, Any]], None]
SHOWN_S = 0.25  # interval at which figures are shown during a run

BATCH: Final = 100_000
"""Most events judged at once.

A batch costs some 10 ms whatever its size: of 20,000 events that is a third of its time. More than this gains little,
and a batch in the engine and one in the queue take memory (110 MB more than with 20,000).
"""


BATCH_OF_REQUEST: Final = 500
"""Most events in a request to a server: enough that a request's own cost is little."""


@dataclass(frozen=True)
class LoadProfile:
    """The settings of a load run.

    `path` None: a temporary database, or with `store` False none at all. With 2 `processes` a preset's traffic is made
    in a process of its own; `dense` traffic converts often (`load.dense`). With a `server` the traffic is sent there.
    """

    plan: Plan
    program: Program
    schedule: Schedule | None = None
    limits: Limits = field(default_factory=Limits)
    batch: int = BATCH
    path: Path | None = None
    store: bool = True
    recording: Path | None = None
    prepare: bool = False
    dense: bool = True
    processes: int = 1
    thresholds: tuple[Threshold, ...] = ()
    server: Server | None = None


@dataclass(frozen=True)
class Hooks:
    """What a run gets from its caller: the clock, a stop signal, and callbacks for progress and figures."""

    wall: Clock
    stopped: Callable[[], bool] = lambda: False
    making: Progress = lambda _done, _total: None
    show: Show = lambda _figures: None


def run_load(profile: LoadProfile, hooks: Hooks, traffic: Traffic | None = None) -> dict[str, Any]:
    """Drive one load run to its end and return its figures (`simulator.load.figures.final`).

    `traffic` is for runs that share one; otherwise it is made here. `ended` says whether the run reached its end.

    Raises:
        InputError: the traffic can't be made or read.
        DatabaseError: the database can't be created or written.

    """
    with closing(traffic or traffic_of(profile, hooks)) as found:
        return _stored_or_not(profile, hooks, found)


def _stored_or_not(profile: LoadProfile, hooks: Hooks, traffic: Traffic) -> dict[str, Any]:
    if profile.store and profile.path is None and profile.server is None:
        with TemporaryDirectory(prefix=".load-", dir=Path.cwd()) as folder:  # on the disk where --db would be
            return _run(replace(profile, path=Path(folder) / "load.db"), hooks, traffic)
    return _run(profile, hooks, traffic)


def traffic_of(profile: LoadProfile, hooks: Hooks) -> Traffic:
    """Return the recorded log, or the preset's people; prepared before the clock starts where that is asked for.

    Raises:
        InputError: the log can't be read, or holds no events.
        KeyboardInterrupt: it was interrupted.

    """

    def progress(made: int, wanted: int) -> None:
        hooks.making(made, wanted)
        if hooks.stopped():
            raise KeyboardInterrupt

    if profile.recording is not None:
        messages, malformed = read_recording(
            profile.recording, profile.limits.events, profile.program.currency
        )
        repeats = 0
        if not profile.store:
            messages, repeats = without_repeats(messages)
        return Recording(messages, f"--from {profile.recording}", malformed, repeats)
    if profile.processes > 1 and not profile.prepare:
        return BackgroundTraffic(profile.plan, profile.program, hurried=profile.dense)
    traffic = WorldTraffic(profile.plan, profile.program, hurried=profile.dense)
    if profile.prepare:
        return prepared(traffic, profile.limits.events, profile.plan.preset, progress)
    return traffic


def _run(profile: LoadProfile, hooks: Hooks, traffic: Traffic) -> dict[str, Any]:
    paced = profile.schedule is not None
    target: Target
    if profile.server is not None:
        # here: aiohttp takes 0.1 s to import, also in each process of a run that needs none
        from simulator.load.http_target import HttpTarget

        target = HttpTarget(profile.server, traffic.span)
    elif profile.store and profile.path is not None:
        target = DatabaseTarget(profile.path, profile.program, _settings(profile), paced=paced)
    else:
        target = EngineTarget(profile.program)
    shown = hooks.wall.now()
    beats = Heartbeat(shown)

    def heartbeat(now: float, tally: Tally, measured: dict[str, Any]) -> None:
        if isinstance(target, DatabaseTarget):
            target.heartbeat(beats.row(now, wall_ms(), target.platform.newest, measured, tally.latency))

    def tick(tally: Tally) -> None:
        nonlocal shown
        now = hooks.wall.now()
        if now - shown >= SHOWN_S:
            shown = now
            measured = {**_identity(profile), **running(tally, target, paced=paced)}
            hooks.show(measured)
            if beats.due(now):
                heartbeat(now, tally, measured)

    with closing(target):
        drive = Drive(
            traffic,
            target,
            wall=hooks.wall,
            schedule=profile.schedule,
            limits=profile.limits,
            batch=profile.batch,
            stopped=hooks.stopped,
            tick=tick,
        )
        ended = drive.go()
        found = final(drive.tally, target, profile.thresholds, paced=paced)
        found |= {"ended": ended, "loops": traffic.loops, "left_out": traffic.left_out, **_identity(profile)}
        heartbeat(hooks.wall.now(), drive.tally, found)
    return found


def _identity(profile: LoadProfile) -> dict[str, Any]:
    schedule = profile.schedule
    return {
        "traffic": str(profile.recording) if profile.recording is not None else profile.plan.preset,
        "program": profile.program.name,
        "seed": profile.plan.seed,
        "referrers": profile.plan.referrers,
        "dense": profile.dense and profile.recording is None,
        "mode": "closed" if profile.schedule is None else "open",
        "schedule": [(stage.seconds, stage.first, stage.last) for stage in schedule.stages]
        if schedule
        else [],
        "batch": profile.batch,
        "stored": profile.store,
        "url": profile.server.url if profile.server is not None else None,
        "connections": profile.server.connections if profile.server is not None else None,
    }


def _settings(profile: LoadProfile) -> dict[str, str]:
    return {"load": json.dumps(_identity(profile))}

"""`simulate`: run a world of people into a database."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from referral_tui.cli.options import (
    DEFAULT_DATABASE,
    Database,
    Json,
    preset_completion,
    read_time,
)
from referral_tui.cli.output import print_json, say, say_lines
from referral_tui.figures import counted
from simulator.domain.definitions import RECEIPTS

if TYPE_CHECKING:
    from referral_tui.cli.progress import Bar
    from simulator.platform.session import IntakeSession
    from simulator.program.model import Program
    from simulator.run.opening import OpenRun
    from simulator.run.plan import Plan
    from simulator.run.script import ScheduledCommand

_HERE = "127.0.0.1"
Ways = tuple[list[str] | None, list[str] | None]
"""The values of `--delivery` and `--faults`."""


def simulate(
    preset: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="The preset with people and program. Default: telecom.",
            autocompletion=preset_completion,
        ),
    ] = None,
    program: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|PRESET",
            help="A different program design for the same people.",
            autocompletion=preset_completion,
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(min=0, help="The seed; another number gives other people and other luck. Default: 1."),
    ] = None,
    referrers: Annotated[
        int | None,
        typer.Option(
            min=1, max=10_000_000, help="Customers of the brand who learn of the program. Default: 1000."
        ),
    ] = None,
    days: Annotated[
        int | None, typer.Option(min=1, max=3660, help="How many days to simulate. Default: 365.")
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="When it starts. Default: the program's start, or 2026."),
    ] = None,
    pace: Annotated[
        str, typer.Option(help="Simulated time per second, such as 1d/s or 6h/s; max: as fast as possible.")
    ] = "max",
    batch: Annotated[
        int, typer.Option(min=1, help="The most events in a batch; any number gives the same outcome.")
    ] = 20_000,
    processes: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=2,
            help="2 simulates the people in a separate process. Default: whichever is faster; the outcome is the same.",
        ),
    ] = None,
    delivery: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TYPE=MODEL",
            help="How a client event type is delivered: real-time, every:15m, batch@02:00, batch@mon-02:00, "
            "the last two also with /csv. May be repeated.",
        ),
    ] = None,
    faults: Annotated[
        list[str] | None,
        typer.Option(
            metavar="MIX|[TYPE:]DIAL=RATE",
            help="What goes wrong in transit: clean, ordinary, monday, hostile, or a dial and the share it strikes "
            "(lost=0.01, bill.paid:lost=5%). May be repeated; a mix comes first.",
        ),
    ] = None,
    files: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Keep the batch files and their control lists in this folder."),
    ] = None,
    db: Database = DEFAULT_DATABASE,
    resume: Annotated[bool, typer.Option("--resume", help="Continue a run that was stopped.")] = False,
    again: Annotated[
        Path | None,
        typer.Option(
            metavar="DB",
            help="Repeat the run in this database, with the verdicts, programs and fault dials that "
            "were set during it.",
        ),
    ] = None,
    hold_after: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="EVENTS",
            help="Go to this event as fast as possible and pause there; a dashboard can continue from it. "
            "With --again, leave out what was set after that event. If the run ends before, it says so.",
        ),
    ] = None,
    door: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=65_535,
            metavar="PORT",
            help="Also accept events over HTTP on this port, as `serve` does; they are judged along with the "
            "simulated ones.",
        ),
    ] = None,
    as_json: Json = False,
) -> int:
    """Run a simulated world into a database: people share, visit, buy, cancel and cheat, and the program judges.

    The same options give the same events, to the millisecond. If interrupted, it keeps what was committed; --resume
    continues as if it had never been stopped. Names and contacts go into FILE's .crm.db, never into FILE.

    Example: referral-tui simulate --preset telecom --referrers 5000 --days 90 --db shop.db
    """
    given: dict[str, Any] = {"preset": preset, "seed": seed, "referrers": referrers, "days": days}
    start_ms = read_time(start, "--start")

    from referral_tui.cli.errors import FINE, INTERRUPTED
    from referral_tui.cli.progress import Bar
    from simulator.domain.wall_clock import Stopper, signals
    from simulator.run.pace import parse_pace
    from simulator.run.run import Run

    speed = parse_pace(pace)
    if door is not None:
        from simulator.door.sockets import check_free

        check_free(_HERE, door, f"--door {door}")
    stopper = Stopper()
    started = time.perf_counter()
    with signals(stopper), Bar("simulate", None) as bar:
        script = _script(again, [*given.values(), start, program, delivery, faults])
        if hold_after is not None:
            script = [one for one in script if one.after < hold_after]
        opening = (
            _resumed(db, {**given, "start_ms": start_ms}, program, (delivery, faults), bar)
            if resume
            else _begun_again(db, again)
            if again is not None
            else _begun(db, {**given, "start_ms": start_ms}, program, (delivery, faults))
        )
        with opening as opened, _door(opened, door) as visit:
            _check_hold(opened, hold_after)
            before = _receipts(opened)
            run = Run(
                opened,
                stopped=stopper.asked,
                wall=stopper,
                pace=speed,
                batch=batch,
                processes=processes or opened.plan.quickest_processes(speed),
                progress=bar.set,
                script=script,
                hold_after=hold_after or 0,
                files=files,
                visit=visit,
            )
            ended = run.go()
            last = opened.platform.last_seq
            seconds = time.perf_counter() - started
            figures = _figures(opened, ended, before, seconds)
            design = opened.platform.program
    if run.unreached and ended == "finished":
        say(
            f"--hold-after {run.unreached}: never paused, since the run ended with event {last:,}; "
            "name an earlier one",
            err=True,
        )
    if as_json:
        print_json(figures)
    else:
        say_lines(_words(figures, sum(before.values()), db, opened.plan, design))
    return FINE if ended == "finished" else INTERRUPTED


@contextmanager
def _door(opened: OpenRun, port: int | None) -> Iterator[Callable[[IntakeSession], object] | None]:
    """Accept events over HTTP during a run, if a port is given; yields what the run has to call."""
    if port is None:
        yield None
        return
    from simulator.door.guests import GuestDoor
    from simulator.door.serving import Settings

    with GuestDoor(opened.platform, Settings(host=_HERE, port=port), opened.plan.start_ms) as guests:
        say(f"{opened.platform.path}: open at {guests.address}, to this machine alone", err=True)
        yield guests.visit


def _begun(
    db: Path, given: dict[str, Any], program: str | None, ways: Ways
) -> AbstractContextManager[OpenRun]:
    """Start a new run with the given options, and defaults for the rest."""
    from simulator.program.load import load_program
    from simulator.program.presets import find_program
    from simulator.run.opening import begin
    from simulator.run.plan import Plan
    from simulator.world.windows import start_of

    wanted = {name: value for name, value in given.items() if value is not None}
    wanted |= _ways(ways)
    plan = Plan(**wanted)
    plan.world()  # reports an unknown preset before its program is looked for
    design = load_program(*find_program(program or plan.preset))
    if "start_ms" not in wanted:
        plan = Plan(**wanted, start_ms=start_of(design))
    return begin(db, plan, design)


def _script(again: Path | None, others: Sequence[object]) -> list[ScheduledCommand]:
    """Return the commands recorded in another database; raises InputError if options that it decides are given too."""
    from simulator.domain.errors import InputError
    from simulator.run.script import recorded

    if again is None:
        return []
    if any(one is not None for one in others):
        raise InputError(
            f"--again {again}: takes preset, seed, size, time, program and delivery from there; leave these options out"
        )
    return recorded(again)


def _begun_again(db: Path, again: Path) -> AbstractContextManager[OpenRun]:
    """Start a new run with the plan and the program of another."""
    from simulator.run.opening import begin
    from simulator.run.script import earlier

    plan, design = earlier(again)
    return begin(db, plan, design)


def _resumed(
    db: Path, given: dict[str, Any], program: str | None, ways: Ways, bar: Bar
) -> AbstractContextManager[OpenRun]:
    """Resume the run in a database; options that are given must be those that it was started with."""
    from referral_tui.cli.migrate import migrate_first
    from simulator.run.opening import resume

    wanted = {name: value for name, value in given.items() if value is not None}
    wanted |= _ways(ways)
    migrate_first(db)
    return resume(db, wanted, program, bar.set)


def _ways(texts: Ways) -> dict[str, Any]:
    """Return the plan's fields for the delivery and faults that were given."""
    from simulator.delivery.dials import parse_faults
    from simulator.delivery.models import parse_override

    delivery, faults = texts
    found: dict[str, Any] = {}
    if delivery:
        found["delivery"] = dict(parse_override(text) for text in delivery)
    if faults:
        found["faults"] = parse_faults(faults)
    return found


def _receipts(opened: OpenRun) -> dict[str, int]:
    """Return the number of receipts in the database, by kind."""
    from db.read.summary import receipts

    found = opened.platform.read(receipts)
    return {kind: found.get(kind, 0) for kind in RECEIPTS}


def _check_hold(opened: OpenRun, hold_after: int | None) -> None:
    """Check that a resumed run has not gone beyond the event to pause at."""
    from simulator.domain.errors import InputError

    last = opened.platform.last_seq
    if hold_after is not None and hold_after < last:
        raise InputError(
            f"--hold-after {hold_after}: the run is at event {last} already; name a later one, or repeat the run in "
            f"another database: --again {opened.platform.path}"
        )


def _figures(opened: OpenRun, ended: str, before: dict[str, int], seconds: float) -> dict[str, Any]:
    """Return the figures to report: the content of the database, and the speed of this call."""
    from db.read.delivery_report import delivery_report
    from db.sqlite.readonly import reporting_damage

    with reporting_damage(opened.platform.path):  # sums that somebody may have written over
        receipts = _receipts(opened)
        received = sum(receipts.values())
        here = received - sum(before.values())
        travelled = opened.platform.read(delivery_report)
    return {
        "status": ended,
        "preset": opened.plan.preset,
        "seed": opened.plan.seed,
        "referrers": opened.plan.referrers,
        "days": opened.plan.days,
        "received": received,
        **receipts,
        **opened.platform.summary(),
        **travelled,
        "seconds": round(seconds, 3),
        "events_per_second": round(here / seconds) if seconds else 0,
    }


def _words(figures: dict[str, Any], before: int, db: Path, plan: Plan, program: Program) -> Iterator[str]:
    """Yield the figures as lines for a person; `before` events had been received when the command was called."""
    from referral_tui.cli.summary import (
        delivery_lines,
        late_lines,
        receipt_lines,
        standing_lines,
        without_effect_lines,
    )

    yield (
        f"{db}: {figures['status']}; {counted(figures['referrers'], 'referrer')}, {counted(figures['days'], 'day')}, "
        f"preset {figures['preset']}, seed {figures['seed']}"
    )
    here = figures["received"] - before
    if before and not here:
        yield f"received {before:,}, all of them before this call"
    else:
        yield (
            f"received {figures['received']:,}{f', of which {here:,}' if before else ''} in {figures['seconds']:.1f} s "
            f"({figures['events_per_second']:,} a second, world and storing included)"
        )
    yield from _outside(plan, program)
    yield from receipt_lines(figures)
    yield from delivery_lines(figures)
    yield from standing_lines(figures, program)
    yield from without_effect_lines(figures)
    yield from late_lines(figures, program)
    if figures["status"] == "stopped":
        yield f"to go on: referral-tui simulate --resume --db {db}"
    else:
        yield f"to look: referral-tui dashboard --db {db}"


def _outside(plan: Plan, program: Program) -> Iterator[str]:
    """Yield a line if the run reaches beyond the program's dates: conversions are ignored there."""
    from simulator.domain.moments import moment

    starts, ends = program.starts_ms, program.ends_ms
    if starts is not None and plan.start_ms < starts:
        yield f"the program starts on {moment(starts)}: conversions before that are ignored"
    if ends is not None and ends < plan.end_ms:
        yield f"the program ended on {moment(ends)}: conversions after that are ignored"

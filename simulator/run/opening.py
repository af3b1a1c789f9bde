"""Open a run's databases: create them for a new run, or find them and replay the log of a stopped one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from db.client.crm import Crm
from db.client.people import crm_path
from db.control import Inbox, control_path
from db.read.resume import ends_at
from simulator.delivery.accepted import Accepted
from simulator.delivery.dials import mixes
from simulator.domain.errors import DatabaseError, InputError, ReferralError
from simulator.events.check import EARLIEST_RECEIPT_MS, LATEST_RECEIPT_MS
from simulator.events.moment import format_moment
from simulator.platform.platform import Platform
from simulator.program.load import load_program
from simulator.program.model import Program
from simulator.program.presets import find_program
from simulator.run.plan import Plan
from simulator.world.pseudonyms import client_key

Progress = Callable[[int, int], None]
"""Called with the amount done and the total."""


@dataclass(frozen=True)
class OpenRun:
    """The open databases of a run: the platform's, the client's, and the inbox for commands."""

    plan: Plan
    platform: Platform
    crm: Crm
    inbox: Inbox
    accepted: Accepted


@contextmanager
def begin(path: Path, plan: Plan, program: Program) -> Iterator[OpenRun]:
    """Create the databases of a new run. They are removed again if an error occurs before the run has begun (`Run.go`).

    Raises:
        DatabaseError: there is a database already.
        InputError: the plan is not valid, or reaches beyond the years in which events can be received.

    """
    plan.models(plan.world())  # report a bad plan before creating anything
    if not EARLIEST_RECEIPT_MS <= plan.start_ms <= plan.end_ms <= LATEST_RECEIPT_MS:
        raise InputError(
            f"--start {format_moment(plan.start_ms)}, --days {plan.days}: no event can be received before "
            f"{format_moment(EARLIEST_RECEIPT_MS)} or after {format_moment(LATEST_RECEIPT_MS)}; choose others"
        )
    customers = crm_path(path)
    if customers.exists() and not path.exists():
        raise DatabaseError(f"{customers}: belongs to another run; remove it, or use another --db")
    accepted = Accepted()
    ours = [one for one in (path, customers, control_path(path)) if not one.exists()]
    begun = path.exists()  # an existing file is not ours, and `create` refuses it
    try:
        with Platform.create(path, program, plan.settings(), accepted.add) as platform:
            try:
                with _open_client(path, plan, platform, accepted) as opened:
                    opened.inbox.take()  # drop commands meant for an earlier run of this name
                    yield opened
            finally:
                with suppress(ReferralError):  # the first error says more
                    begun = begun or bool(platform.read(ends_at))
    except BaseException:
        if not begun:
            for one in ours:
                one.unlink(missing_ok=True)
        raise


@contextmanager
def resume(
    path: Path,
    given: Mapping[str, object] | None = None,
    program: str | None = None,
    progress: Progress | None = None,
) -> Iterator[OpenRun]:
    """Open the databases of a run that was stopped; `progress` reports the replay of the log.

    `given` are fields of the plan, and `program` a file or preset, that the caller believes the run was begun with.

    Raises:
        DatabaseError: there is no such run.
        InputError: the run was begun with other options.

    """
    design = load_program(*find_program(program)) if program is not None else None
    accepted = Accepted()
    with Platform.open(path, design, progress, accepted.add) as platform:
        plan = Plan.of(platform.settings, str(path))
        for name, value in (given or {}).items():
            if getattr(plan, name) != value:
                raise InputError(
                    f"{path}: this run was started with {name.removesuffix('_ms')} {_shown(getattr(plan, name))}, "
                    f"not {_shown(value)}; "
                    "leave the option out, or start a new run in another --db"
                )
        with _open_client(path, plan, platform, accepted) as opened:
            yield opened


@contextmanager
def _open_client(path: Path, plan: Plan, platform: Platform, accepted: Accepted) -> Iterator[OpenRun]:
    with Crm(path, client_key(plan.seed)) as crm:
        inbox = Inbox(path)
        try:
            yield OpenRun(plan, platform, crm, inbox, accepted)
        finally:
            inbox.close()


def _shown(value: object) -> object:
    """Return a plan field as one would type it; fault rates by the name of their mix, if they have one."""
    if not isinstance(value, Mapping):
        return value
    named = [name for name, rates in mixes().items() if rates == value and rates]
    return named[0] if named else ", ".join(f"{name}={one}" for name, one in value.items()) or "none"

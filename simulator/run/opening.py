"""The databases of a run, opened: made for a new one, or found and its log folded again for one that was stopped."""

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
from simulator.platform.platform import Platform
from simulator.program.load import load_program
from simulator.program.model import Program
from simulator.program.presets import find_program
from simulator.run.plan import Plan
from simulator.world.pseudonyms import client_key

Progress = Callable[[int, int], None]
"""Hears how much of how much is done."""


@dataclass(frozen=True)
class Opened:
    """The databases of a run, open: the platform's, the client's, and the orders'."""

    plan: Plan
    platform: Platform
    crm: Crm
    inbox: Inbox
    accepted: Accepted


@contextmanager
def begin(path: Path, plan: Plan, program: Program) -> Iterator[Opened]:
    """Make the databases of a new run. Raises DatabaseError where one is there already, InputError for a bad plan.

    Where it ends by an error before it has begun (`Run.go`), they are removed again.
    """
    plan.models(plan.world())  # what is wrong with it is said before anything is made
    customers = crm_path(path)
    if customers.exists() and not path.exists():
        raise DatabaseError(f"{customers}: is of another run; remove it first, or name another --db")
    accepted = Accepted()
    ours = [one for one in (path, customers, control_path(path)) if not one.exists()]
    begun = path.exists()  # then it is not ours, and is refused
    try:
        with Platform.create(path, program, plan.settings(), accepted.hear) as platform:
            try:
                with _beside(path, plan, platform, accepted) as opened:
                    opened.inbox.take()  # orders that an earlier run of this name never saw are not for this one
                    yield opened
            finally:
                with suppress(ReferralError):  # what went wrong before says more
                    begun = begun or bool(ends_at(platform.query))
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
) -> Iterator[Opened]:
    """Open the databases of a run that was stopped; `progress` hears of the log being folded again.

    `given` are fields of the plan, and `program` a file or preset, that the caller believes it was begun with.
    Raises DatabaseError where there is none, InputError where it was begun with others.
    """
    design = load_program(*find_program(program)) if program is not None else None
    accepted = Accepted()
    with Platform.open(path, design, progress, accepted.hear) as platform:
        plan = Plan.of(platform.settings, str(path))
        for name, value in (given or {}).items():
            if getattr(plan, name) != value:
                raise InputError(
                    f"{path}: this run was begun with {name.removesuffix('_ms')} {_said(getattr(plan, name))}, "
                    f"not {_said(value)}; "
                    "leave the option out, or begin a new run in another --db"
                )
        with _beside(path, plan, platform, accepted) as opened:
            yield opened


@contextmanager
def _beside(path: Path, plan: Plan, platform: Platform, accepted: Accepted) -> Iterator[Opened]:
    with Crm(path, client_key(plan.seed)) as crm:
        inbox = Inbox(path)
        try:
            yield Opened(plan, platform, crm, inbox, accepted)
        finally:
            inbox.close()


def _said(value: object) -> object:
    """A field of a plan as one would write it; rates of faults by the name of their mix, if they are one."""
    if not isinstance(value, Mapping):
        return value
    named = [name for name, rates in mixes().items() if rates == value and rates]
    return named[0] if named else ", ".join(f"{name}={one}" for name, one in value.items()) or "none"

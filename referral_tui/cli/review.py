"""`review`: work on the queue of decisions in review from the command line."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from referral_tui.cli.options import DEFAULT_DATABASE, Json, SharedDatabase, read_time
from referral_tui.cli.output import print_json, say

if TYPE_CHECKING:
    from db.postgres.address import PostgresAddress
    from db.read.review_queue import Waiting
    from simulator.platform.platform import Platform
    from simulator.platform.review import Verdict

app = typer.Typer(
    no_args_is_help=True,
    help="List, approve or decline decisions in review.\n\nExample: referral-tui review list --db shop.db",
)

What = Annotated[
    str,
    typer.Argument(
        metavar="WHAT", help="A decision's number, from `review list`, or the conversion's SOURCE:ID."
    ),
]
By = Annotated[
    str, typer.Option("--by", metavar="REF", help="Your reference as an operator; never an e-mail.")
]
Now = Annotated[
    str | None,
    typer.Option(
        "--now",
        metavar="TIME",
        help="When the verdict counts as received. Default: now, or a simulation's own time.",
    ),
]


@app.command("list")
def list_waiting(db: SharedDatabase = DEFAULT_DATABASE, as_json: Json = False) -> None:
    """List the decisions in review, the oldest first.

    It says so where the conversion was reversed meanwhile: no verdict on such a one leads to a reward.

    Example: referral-tui review list --db shop.db
    """
    from referral_tui.cli.stored import readable
    from simulator.platform.review import read_queue

    queue = read_queue(readable(db))
    if as_json:
        print_json({"review": [one.as_json() for one in queue]})
        return
    if not queue:
        say(f"{db}: nothing waits for a review")
    for one in queue:
        say(_line(one))


@app.command()
def approve(
    what: What, by: By, db: SharedDatabase = DEFAULT_DATABASE, now: Now = None, as_json: Json = False
) -> None:
    """Approve a decision in review: it qualifies, and its rewards become pending.

    Example: referral-tui review approve 17 --by operator-7 --db shop.db
    """
    _decide("approve", what, by, db, now, as_json)


@app.command()
def decline(
    what: What, by: By, db: SharedDatabase = DEFAULT_DATABASE, now: Now = None, as_json: Json = False
) -> None:
    """Decline a decision in review: it is refused.

    Example: referral-tui review decline client/shop:order-123 --by operator-7 --db shop.db
    """
    _decide("decline", what, by, db, now, as_json)


def _decide(
    verdict: Verdict, what: str, by: str, db: Path | PostgresAddress, now: str | None, as_json: bool
) -> None:
    given = read_time(now, "--now")

    from referral_tui.cli.migrate import migrate_first
    from referral_tui.cli.opening import existing_database
    from referral_tui.cli.stored import readable
    from simulator.platform.review import find_at, settle

    if isinstance(db, Path):
        migrate_first(db)
    one = find_at(readable(db), what)
    with or_at_the_server(db, one.number), existing_database(db) as platform:
        at = given if given is not None else max(platform.earliest_receipt_ms, _now(platform))
        outcome = settle(platform, one, verdict, by, at)
        if not _goes_on(platform):
            platform.advance(max(at, platform.earliest_now))
    if as_json:
        print_json(
            {
                "decision": one.number,
                "verdict": verdict,
                "outcome": outcome,
                "at": at,
                "reversed_at": one.reversed_at,
            }
        )
    else:
        say(f"decision {one.number} ({one.source}:{one.event_id}, {one.milestone}): {outcome}{_gone(one)}")


@contextmanager
def or_at_the_server(db: Path | PostgresAddress, number: int) -> Iterator[None]:
    """Say how a decision is settled at the server, if the database is locked because one is open on it.

    Raises:
        LockedDatabaseError: the body of the context raised it.

    """
    from db.door_status import door_status
    from db.sqlite.readonly import LockedDatabaseError

    try:
        yield
    except LockedDatabaseError as error:
        door = door_status(db, 0) if isinstance(db, Path) else None
        if door is None:
            raise
        raise LockedDatabaseError(
            f"{error}; or settle it at the server: POST {door.address}/v1/reviews/{number}"
        ) from error


def _now(platform: Platform) -> int:
    """Return the platform's time, milliseconds UTC: a simulation's own, else the wall clock."""
    if platform.settings["kind"] == "simulate":
        return platform.sim_at
    return time.time_ns() // 1_000_000


def _goes_on(platform: Platform) -> bool:
    """Return whether this is an unfinished simulation, which will advance the time and release rewards itself."""
    from db.read.resume import clock_status

    return platform.settings["kind"] == "simulate" and platform.read(clock_status) != "finished"


def _gone(one: Waiting) -> str:
    """Say of a decision whose conversion was reversed that nothing is paid for it; nothing of one that stands."""
    from simulator.domain.moments import moment

    if one.reversed_at is None:
        return ""
    return f"; its conversion was reversed on {moment(one.reversed_at)}, so no reward follows"


def _line(one: Waiting) -> str:
    from referral_tui.names import short_name
    from simulator.domain.moments import moment

    referrer = short_name(one.referrer) if one.referrer is not None else "nobody"
    failed = ", ".join(f"{code} ({result})" for code, result in one.failed)
    return (
        f"{one.number:>6}  {moment(one.since)}  {one.milestone}: {short_name(one.friend)}, "
        f"referred by {referrer}; {failed}{_gone(one)}  [{one.source}:{one.event_id}]"
    )

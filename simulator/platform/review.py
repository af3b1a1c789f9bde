"""The review queue: decisions waiting for an operator, and verdicts on them, which are events like any other."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from db.read.review_queue import Waiting, outcome_of, waiting, waiting_one
from db.sqlite.readonly import reading, select_on
from simulator.domain.errors import InputError
from simulator.events.moment import format_moment
from simulator.platform.platform import Platform
from simulator.platform.steering import send_event

Verdict = Literal["approve", "decline"]
_DIGITS = 18  # of a number that SQLite can hold


def read_queue(path: Path) -> list[Waiting]:
    """Return what waits for a review in the database at `path`, oldest first.

    Raises:
        DatabaseError: the database is missing, foreign or damaged.

    """
    with reading(path) as db:
        return waiting(select_on(db))


def find_at(path: Path, what: str) -> Waiting:
    """Return the decision in review that `what` names, as in `find`, in the database at `path`.

    Raises:
        InputError: no decision in review matches, or several do; says if the one of this number is settled already.
        DatabaseError: the database is missing, foreign or damaged.

    """
    with reading(path) as db:
        query = select_on(db)
        queue = waiting(query)
        number = int(what) if what.isascii() and what.isdigit() and len(what) <= _DIGITS else 0
        outcome = outcome_of(query, number)
    if outcome is not None and all(one.number != number for one in queue):
        raise InputError(_settled(number, outcome))
    return find(queue, what)


def find(queue: list[Waiting], what: str) -> Waiting:
    """Return the decision that `what` names: by its number, its conversion's `source:id`, or `source:id:milestone`.

    Raises:
        InputError: no decision matches, or several do.

    """
    found = [
        one
        for one in queue
        if what
        in (str(one.number), f"{one.source}:{one.event_id}", f"{one.source}:{one.event_id}:{one.milestone}")
    ]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(f"{one.source}:{one.event_id}:{one.milestone}" for one in found)
        raise InputError(f"{what}: matches {len(found)} decisions; name one of {names}")
    numbers = ", ".join(str(one.number) for one in queue[:5])
    more = " …" if len(queue) > 5 else ""
    hint = f"these wait: {numbers}{more}; see `review list`" if queue else "nothing waits for a review"
    raise InputError(f"{what}: no decision in review has that number or conversion; {hint}")


def find_waiting(platform: Platform, number: int) -> Waiting:
    """Return the decision with this number, if it waits for a review on an open platform.

    Raises:
        InputError: it does not exist, or does not wait.

    """
    found = platform.read(waiting_one, number)
    if found is not None:
        return found
    outcome = platform.read(outcome_of, number)
    raise InputError(
        _settled(number, outcome)
        if outcome is not None
        else f"decision {number} does not exist; see `review list`"
    )


def _settled(number: int, outcome: str) -> str:
    return f"decision {number} is {outcome} already; the first verdict counts"


def settle(platform: Platform, one: Waiting, verdict: Verdict, by: str, at_ms: int) -> str:
    """Send an operator's verdict, received at `at_ms` (milliseconds UTC), and return the new outcome.

    Raises:
        InputError: `by` is not a reference, or the time is before the newest receipt.
        DatabaseError: the database can't be written.

    """
    if at_ms < platform.earliest_receipt_ms:
        floor = platform.earliest_receipt_ms
        raise InputError(
            f"the time {format_moment(at_ms)} is before the newest receipt, or before a time already reached; "
            f"the earliest allowed value is {format_moment(floor)} ({floor})"
        )
    data = {
        "decision": {"source": one.source, "id": one.event_id, "milestone": one.milestone},
        "verdict": verdict,
        "by": by,
    }
    hint = "; --by must be a reference of letters, digits and _ - . : = / ~ + #, such as operator-7"
    send_event(platform, "review.decided", f"verdict-{one.number}-{at_ms}", data, at_ms, hint)
    return str(platform.read(outcome_of, one.number))

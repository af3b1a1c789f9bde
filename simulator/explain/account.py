"""Say how a person's account stands: merged into another, known by further references, or closed."""

from __future__ import annotations

from db.read.event_fields import events_of
from db.read.people import merge_of, merged_into, person_now, reference
from simulator.explain.source import Fields, Source


def explain_account(source: Source, person: int) -> Fields:
    """Return how the account of a person (a number) stands; fields are None or empty if nothing happened to it.

    `merged_into` is the reference that it was merged into, at `merged_at`; `merged_from` are those merged into it.
    `closed_at` is when it was closed, if it still is, and `closed_reason` the reason given, of the person they are now.
    """
    merge = merge_of(source.db, person)
    closed = _closed(source, person)
    return {
        "merged_into": None if merge is None else reference(source.db, merge.person),
        "merged_at": None if merge is None else merge.at,
        "merged_from": [reference(source.db, one) for one in merged_into(source.db, person)],
        "closed_at": None if closed is None else closed["received_at"],
        "closed_reason": None if closed is None else closed.get("reason"),
    }


def _closed(source: Source, person: int) -> Fields | None:
    """Return the event that closed the account of the person that somebody is by now; None if it is open."""
    now = person_now(source.db, person)
    changes = []
    for one in (now, *merged_into(source.db, now)):
        joined = merge_of(source.db, one)
        # what was said before counts for a reference of its own
        since = None if joined is None else joined.seq
        changes += events_of(source.db, one, types=("customer.closed", "customer.reopened"), after_seq=since)
    last = max(changes, key=lambda event: int(event["seq"]), default=None)
    return last if last is not None and last["type"] == "customer.closed" else None

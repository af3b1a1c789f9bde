"""Define once which data is about a person, where the platform keeps it, and what erasing does to each part.

This is the single source: the data sheet prints it, `person show` answers from it, and erasing a person follows it. A
test compares it with the event contract and the tables, so that a field or column added there and forgotten here is
found. Plain Python: the store, the commands and the dashboard all read it.
"""

from __future__ import annotations

from typing import Final

from simulator.domain.vocabulary import WRITTEN_REASONS, ErasureEffect

KEEP_DAYS: Final = 730
"""How long a person's data is kept after their newest event, in days: two years. The client confirms or changes it."""

_REPLACED, _REMOVED, _KEPT = ErasureEffect.REPLACED, ErasureEffect.REMOVED, ErasureEffect.KEPT

ERASED: Final = "erased-"
"""The prefix of every erasure pseudonym."""

FIELD_ERASURE: Final[dict[str, ErasureEffect]] = {
    # of the envelope
    "specversion": _KEPT,
    "id": _KEPT,
    "source": _KEPT,
    "type": _KEPT,
    "time": _KEPT,
    "subject": _REPLACED,
    # of data
    "contact_ref": _REPLACED,
    "contact_kind": _KEPT,
    "via": _KEPT,
    "referrer_kind": _KEPT,
    "segment": _REMOVED,
    "community": _REMOVED,
    "country": _REMOVED,
    "device_ref": _REPLACED,
    "attributes": _REMOVED,
    "reason": _REPLACED,  # where somebody wrote it (`field_erasure`)
    "into": _REPLACED,
    "code": _REPLACED,
    "channel": _KEPT,
    "reach": _KEPT,
    "eligible": _KEPT,
    "reward": _KEPT,
    "choice": _KEPT,
    "amount_minor": _KEPT,
    "currency": _KEPT,
    "outcome": _KEPT,
    "new_customer": _KEPT,
    "reverses": _KEPT,
    "reinstates": _KEPT,
    "adjusts": _KEPT,
    "decision": _KEPT,
    "verdict": _KEPT,
    "by": _KEPT,  # an operator's reference, not a customer's
    "program": _KEPT,
}
"""What erasing a person does to each field of the events about them: all fields of the envelope and of every type."""

COLUMN_ERASURE: Final[dict[str, dict[str, ErasureEffect]]] = {
    "person": {"id": _KEPT, "ref": _REPLACED},
    "event": {
        "seq": _KEPT,
        "received_at": _KEPT,
        "occurred_at": _KEPT,
        "time_inferred": _KEPT,
        "type": _KEPT,
        "source": _KEPT,
        "id": _KEPT,
        "person": _KEPT,
        "code": _REPLACED,
        "channel": _KEPT,
        "contact_ref": _REPLACED,
        "contact_kind": _KEPT,
        "via": _KEPT,
        "referrer_kind": _KEPT,
        "segment": _REMOVED,
        "community": _REMOVED,
        "country": _REMOVED,
        "device_ref": _REPLACED,
        "reach": _KEPT,
        "eligible": _KEPT,
        "amount_minor": _KEPT,
        "currency": _KEPT,
        "outcome": _KEPT,
        "new_customer": _KEPT,
        "reverses": _KEPT,
        "reason": _KEPT,  # of a closed list; what somebody wrote is in `steering`
        "attributes": _REMOVED,
        "adjusts": _KEPT,
        "reinstates": _KEPT,
        "steering": _REPLACED,  # `into` of a merge, and reasons that somebody wrote; the rest of it stays
    },
    "merge": {
        "seq": _KEPT,
        "subject": _KEPT,
        "target": _KEPT,
        "merged": _KEPT,
        "person": _KEPT,
        "at": _KEPT,
    },
    "attribution": {
        "seq": _KEPT,
        "friend": _KEPT,
        "referrer": _KEPT,
        "code": _REPLACED,
        "channel": _KEPT,
        "method": _KEPT,
        "touch_at": _KEPT,
        "attributed_at": _KEPT,
        "touch_seq": _KEPT,
        "generation": _KEPT,
        "ended_at": _KEPT,
    },
    "decision": {
        "id": _KEPT,
        "seq": _KEPT,
        "milestone": _KEPT,
        "friend": _KEPT,
        "referrer": _KEPT,
        "outcome": _KEPT,
        "reason": _KEPT,
        "decided_at": _KEPT,
        "failed": _KEPT,
        "offered": _KEPT,
        "facts": _REMOVED,  # of them segments, countries, the community and the client's attributes
        "program_version": _KEPT,
        "withheld_minor": _KEPT,
    },
    "reward": {
        "id": _KEPT,
        "decision": _KEPT,
        "seq": _KEPT,
        "reward": _KEPT,
        "role": _KEPT,
        "recipient": _KEPT,
        "community": _KEPT,  # the community's own claim, which is of many people
        "earned_minor": _KEPT,
        "value_minor": _KEPT,
        "kind": _KEPT,
        "state": _KEPT,
        "reason": _KEPT,
        "expected": _KEPT,
        "due_at": _KEPT,
        "state_at": _KEPT,
    },
    "audit": {
        "seq": _KEPT,
        "at": _KEPT,
        "kind": _KEPT,
        "person": _KEPT,
        "ref": _KEPT,
        "detail": _REPLACED,  # codes, references and communities in it
        "trigger": _KEPT,
        "program_version": _KEPT,
    },
    "quarantine": {
        "number": _KEPT,
        "received_at": _KEPT,
        "source": _KEPT,
        "id": _KEPT,
        "receipt": _KEPT,
        "field": _KEPT,
        "reason": _REPLACED,  # may quote the value that was refused
        "message": _REPLACED,
        "sha256": _REPLACED,  # of the message as sent, which somebody could guess
        "file": _KEPT,
        "line": _KEPT,
    },
    "command": {
        "id": _KEPT,
        "kind": _KEPT,
        "args": _REPLACED,  # a reference or a code typed by an operator
        "issued_at": _KEPT,
        "seq": _KEPT,
        "sim_at": _KEPT,
        "refused": _REPLACED,  # may quote the arguments
    },
    "leader": {
        "board": _KEPT,
        "place": _KEPT,
        "person": _KEPT,
        "community": _KEPT,  # a community of many people
        "friends": _KEPT,
        "qualified": _KEPT,
        "issued_minor": _KEPT,
        "generation": _KEPT,
    },
}
"""What erasing a person does to each column, by table, for the tables that can have rows about a person.

The `REPLACED` columns are also the only ones that can contain references, codes and contacts.
"""

ABOUT_NOBODY: Final[dict[str, str]] = {
    "setting": "how the database was made",
    "program_version": "the program, which names nobody",
    "block": "hashes over rows",
    "opened_block": "random numbers",
    "blanked": "commitments to what stands in place of a person's data",
    "kept_answer": "answers of the program's conditions",
    "total": "sums over everybody",
    "hour": "sums over everybody",
    "week": "sums over everybody",
    "breakdown": "sums over everybody",
    "breakdown_hour": "sums over everybody",
    "breakdown_week": "sums over everybody",
    "lateness": "sums over everybody",
    "lateness_day": "sums over everybody",
    "due": "sums over everybody",
    "clock": "where the writer stands",
    "fault": "sums over everybody",
    "reconciliation": "sums over everybody",
    "meter": "measurements of a run",
}
"""The other tables, and why nothing in them is about one person."""


def field_erasure(kind: str, field: str) -> ErasureEffect:
    """Return what erasing a person does to a field of events of one type about them."""
    if field == "reason" and kind not in WRITTEN_REASONS:
        return ErasureEffect.KEPT
    return FIELD_ERASURE[field]


def kept_until(effect: ErasureEffect) -> str:
    """Return, as a phrase, how long data is kept on which erasing its person has this effect."""
    if effect is ErasureEffect.KEPT:
        return "as long as the log is kept, since it proves the totals"
    return f"{KEEP_DAYS:,} days after the person's newest event, or until the person is erased"

"""Define the columns of the ledger: reward lines, the accounts they go to, and conversions."""

from __future__ import annotations

import numpy as np

from simulator.engine.arrays import NONE, Columns
from simulator.engine.terms import ISSUED, PENDING

_ID, _LONG = np.int32, np.int64
NEVER = int(np.iinfo(np.int64).min)


def lines() -> Columns:
    """Create the columns of reward lines."""
    return Columns(
        {
            "decision": (_LONG, 0),
            "seq": (_LONG, 0),  # of the conversion
            "made": (_LONG, 0),  # seq of the event that qualified it
            "due": (_LONG, 0),
            "state_at": (_LONG, 0),
            "value": (_LONG, 0),
            "earned": (_LONG, 0),
            "occurred": (_LONG, 0),  # of the conversion
            "account": (_ID, NONE),
            "terms": (_ID, NONE),
            "friend": (_ID, NONE),
            "sibling": (_ID, NONE),  # the line before of the same conversion
            "pending_before": (_ID, NONE),  # the line before that was pending for the same limited account
            "account_before": (_ID, NONE),  # the line made before for the same account
            "issued_before": (_ID, NONE),  # the line issued before to the same account
            "booked": (np.int8, 0),  # whether it is in the book
            "state": (np.int8, PENDING),
            "reason": (np.int8, NONE),  # why it was forfeited
            "choice": (np.int8, NONE),  # which of its reward's choices it is
            "expected": (np.int8, ISSUED),  # the state that a pending line gets if nothing else happens
        }
    )


def accounts() -> Columns:
    """Create the columns of accounts."""
    return Columns(
        {
            "recipient": (_ID, NONE),  # a person, or for a community its word
            "role": (np.int8, 0),
            "last": (_ID, NONE),  # the newest line
            "made": (_ID, 0),  # lines promised, whatever happened to them
            # released and not voided or revoked since; and those of them that passed their number
            "releases": (_ID, 0),
            "taken": (_ID, 0),
            "booked": (np.int8, 0),  # whether its lines are in the book
            "issued": (_ID, 0),
            "issued_value": (_LONG, 0),
            "last_issued": (_ID, NONE),
            # of limited accounts only: their pending lines, the money of these, the newest of a chain, and the
            # greatest `due` that a line ever had
            "pending": (_ID, 0),
            "pending_value": (_LONG, 0),
            "last_pending": (_ID, NONE),
            "last_due": (_LONG, NEVER),
            # what to add to the id for the account that this one was added to, as its recipient was merged; else 0
            "into": (_ID, 0),
            "market": (_ID, 0),  # among those that are judged together
        }
    )


def conversions() -> Columns:
    """Create the columns of conversions, all in log order.

    `check` is half of the hash by which their (source, id) are told apart, `which` the index in CONVERSION_TYPES,
    `reversed_by` the seq of the reversal for which it stands no more, 0 if it stands, `line` the newest of its
    reward lines, `before` the one before of the same person. Bit n of `qualified` says whether its decision on the
    milestone n qualified.
    """
    return Columns(
        {
            "seq": (np.uint32, 0),
            "person": (_ID, NONE),
            "check": (np.uint32, 0),
            "which": (np.int8, 0),
            "reversed_by": (np.uint32, 0),
            "line": (_ID, NONE),
            "before": (_ID, NONE),
            "qualified": (np.int32, 0),
            "amount": (_LONG, NONE),  # minor units of its own currency, as sent
            "currency": (_ID, NONE),  # a word
        }
    )

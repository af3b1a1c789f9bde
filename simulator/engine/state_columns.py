"""Define the columns of the engine's state: people, their links and touches, attributions, and their counts."""

from __future__ import annotations

import numpy as np

from simulator.domain.vocabulary import CONVERSION_TYPES
from simulator.engine.arrays import NONE, Columns

COUNTS = tuple(f"count:{name}" for name in CONVERSION_TYPES)
"""The columns of people that count their accepted events of each conversion type."""

FIELDS = ("contact", "segment", "country", "community", "kind", "eligible")
"""The columns of people's latest fields; `FIELD_seq` is the event that each comes from."""

_ID, _SEQ, _MS, _COUNT, _FLAG = np.int32, np.uint32, np.int64, np.int32, np.int8
_WORD = np.int16  # there are usually few words; the column is widened if there are more


def people() -> Columns:
    """Create the columns of people."""
    return Columns(
        {
            # fields of a person: ids of contacts and words, latest by log order
            "contact": (_ID, NONE),
            "segment": (_WORD, NONE),
            "country": (_WORD, NONE),
            "community": (_WORD, NONE),
            "kind": (_WORD, NONE),
            "eligible": (_FLAG, NONE),
            # seq of the person's first such event, 0 for none
            "opted_in_seq": (_SEQ, 0),
            "authenticated_seq": (_SEQ, 0),
            "shared_seq": (_SEQ, 0),
            # row of the person's first one, counted from 1; 0 for none
            "claim": (_ID, 0),
            "link": (_ID, 0),
            # heads of lists, newest first
            "touch": (_ID, NONE),
            "device": (_ID, NONE),
            "devices": (_COUNT, 0),
            "attribution": (_ID, NONE),  # as a friend
            "referrer": (_ID, 0),  # the row in `referrers`, counted from 1
            "stage": (_FLAG, 0),
            "closed": (_FLAG, 0),  # by the latest customer.closed or customer.reopened
            # FAR less the earliest `occurred_at` of the person's conversions, 0 for none
            "first_conversion": (_MS, 0),
            "conversion": (_ID, NONE),  # the newest, a row in `Ledger.conversions`
            # what to add to the id for the person whom this one was merged into, else 0
            "into": (_ID, 0),
            **dict.fromkeys((f"{name}_seq" for name in FIELDS), (_SEQ, 0)),
            "fallen": (_ID, 0),  # the row in `fallen`, counted from 1
            **dict.fromkeys(COUNTS, (_COUNT, 0)),
        }
    )


def fallen() -> Columns:
    """Create the columns of people with reversed conversions: how many of each type no longer stand."""
    return Columns(dict.fromkeys(COUNTS, (_COUNT, 0)))


def referrers() -> Columns:
    """Create the columns of referrers: people with attributed friends, in the order of their first."""
    return Columns(
        {
            "person": (_ID, NONE),
            "friends": (_COUNT, 0),
            "friends_qualified": (_COUNT, 0),
            "issued": (_MS, 0),  # minor units issued to this referrer or upline, less what was clawed back
            "first_friend": (_ID, NONE),  # oldest attribution to this referrer that has not ended
            "last_friend": (_ID, NONE),  # newest attribution to this referrer
            "day_start": (_ID, NONE),  # oldest attribution within 24 h of the newest
        }
    )


def links() -> Columns:
    """Create the columns of links."""
    return Columns(
        {
            "owner": (_ID, NONE),
            "seq": (_SEQ, 0),
            "received_at": (_MS, 0),
            "uses": (_COUNT, 0),  # attributions made by it
        }
    )


def claims() -> Columns:
    """Create the columns of people's first friend.claimed, a row for each person who sent one."""
    return Columns({"seq": (_SEQ, 0), "occurred_at": (_MS, 0)})


def touches() -> Columns:
    """Create the columns of touches: visits by which a friend may be attributed."""
    return Columns(
        {
            "occurred_at": (_MS, 0),
            "seq": (_SEQ, 0),
            "link": (_ID, NONE),
            "channel": (_ID, NONE),
            "before": (_ID, NONE),
        }
    )


def attributions() -> Columns:
    """Create the columns of attributions."""
    return Columns(
        {
            "seq": (_SEQ, 0),
            "friend": (_ID, NONE),
            "referrer": (_ID, NONE),
            "touch_at": (_MS, 0),
            "attributed_at": (_MS, 0),
            "by_code": (_FLAG, 0),
            "channel": (_ID, NONE),
            "link": (_ID, NONE),
            "community": (_ID, NONE),  # of the referrer, as known then
            "generation": (_COUNT, 0),
            "rank": (_COUNT, 0),  # of this attribution among its referrer's, from 1
            "rank_day": (_COUNT, 0),  # the same among those of the last 24 h
            "after": (_ID, NONE),  # next attribution of the same referrer
        }
    )


def communities() -> Columns:
    """Create the columns of communities, by word."""
    return Columns({"friends": (_COUNT, 0), "friends_qualified": (_COUNT, 0), "issued": (_MS, 0)})

"""The engine's state: columns by dense id, and the indexes that find them.

Nothing here is ever joined with a batch as a whole: a stage looks up the rows that its events name.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from simulator.domain.vocabulary import CONVERSION_TYPES
from simulator.engine.arrays import NONE, Columns
from simulator.engine.devices import Devices
from simulator.engine.interner import BoundedLabels, Codes, Interner, Words
from simulator.engine.keys import KeyIndex
from simulator.engine.reviews import Reviews

COUNTS = tuple(f"count:{name}" for name in CONVERSION_TYPES)
"""The columns of people that count their accepted events of each conversion type."""

STANDING = ("friends", "friends_qualified", "issued")
"""The columns behind the leaderboards: friends attributed, those that qualified, and money issued less clawbacks."""

CODE_CHANNEL = 0
"""The id of the word `code`, the channel of an attribution by code; it is entered before any other word."""

_ID, _SEQ, _MS, _COUNT, _FLAG = np.int32, np.uint32, np.int64, np.int32, np.int8
_WORD = np.int16  # there are usually few words; the column is widened where there are more


def _people() -> Columns:
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
            **dict.fromkeys(COUNTS, (_COUNT, 0)),
        }
    )


def _referrers() -> Columns:
    """Make the columns of referrers: people with attributed friends, in the order of their first."""
    return Columns(
        {
            "person": (_ID, NONE),
            "friends": (_COUNT, 0),
            "friends_qualified": (_COUNT, 0),
            "issued": (_MS, 0),  # minor units issued to this referrer or upline, less what was clawed back
            "last_friend": (_ID, NONE),  # newest attribution to this referrer
            "day_start": (_ID, NONE),  # oldest attribution within 24 h of the newest
        }
    )


def _links() -> Columns:
    return Columns({"owner": (_ID, NONE), "seq": (_SEQ, 0), "received_at": (_MS, 0)})


def _claims() -> Columns:
    """Make the columns of people's first friend.claimed, a row for each person who sent one."""
    return Columns({"seq": (_SEQ, 0), "occurred_at": (_MS, 0)})


def _touches() -> Columns:
    return Columns(
        {
            "occurred_at": (_MS, 0),
            "seq": (_SEQ, 0),
            "link": (_ID, NONE),
            "channel": (_ID, NONE),
            "before": (_ID, NONE),
        }
    )


def _attributions() -> Columns:
    return Columns(
        {
            "seq": (_SEQ, 0),
            "friend": (_ID, NONE),
            "referrer": (_ID, NONE),
            "touch_at": (_MS, 0),
            "attributed_at": (_MS, 0),
            "by_code": (_FLAG, 0),
            "channel": (_ID, NONE),
            "community": (_ID, NONE),  # of the referrer, as known then
            "generation": (_COUNT, 0),
            "rank": (_COUNT, 0),  # of this attribution among its referrer's, from 1
            "rank_day": (_COUNT, 0),  # the same among those of the last 24 h
            "after": (_ID, NONE),  # next attribution of the same referrer
        }
    )


def _communities() -> Columns:
    return Columns({"friends": (_COUNT, 0), "friends_qualified": (_COUNT, 0), "issued": (_MS, 0)})


@dataclass
class State:
    """Everything the engine remembers of earlier events except rewards (see `ledger.Ledger`)."""

    people: Columns = field(default_factory=_people)
    referrers: Columns = field(default_factory=_referrers)
    links: Columns = field(default_factory=_links)
    claims: Columns = field(default_factory=_claims)
    touches: Columns = field(default_factory=_touches)
    devices: Devices = field(default_factory=Devices)
    attributions: Columns = field(default_factory=_attributions)
    communities: Columns = field(default_factory=_communities)  # by word
    reviews: Reviews = field(default_factory=Reviews)
    channels: BoundedLabels = field(default_factory=BoundedLabels)
    sources: BoundedLabels = field(default_factory=BoundedLabels)
    person_ids: Interner = field(default_factory=Interner)
    codes: Codes = field(default_factory=Codes)
    contact_ids: Interner = field(default_factory=Interner)
    words: Words = field(default_factory=lambda: Words("code"))
    milestone_ids: dict[str, int] = field(default_factory=dict)
    qualified: KeyIndex = field(default_factory=KeyIndex)  # (friend, milestone) that has qualified
    stopped: KeyIndex = field(default_factory=KeyIndex)  # (friend, `any` milestone) that a rule has stopped

    def milestone_id(self, name: str) -> int:
        """Return the dense id of a milestone's name, the same in every version of the program."""
        return self.milestone_ids.setdefault(name, len(self.milestone_ids))

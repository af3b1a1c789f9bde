"""Turn rows of integers into an event frame; the contract's texts are made here.

Whatever may change from day to day is recorded as numbers at the end of the day (`Framer.draft`). Texts are made
for several days at once, since each call to Polars costs as much as hundreds of rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Literal, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.domain.vocabulary import EventType
from simulator.events.columns import MESSAGE_SCHEMA, TYPE
from simulator.events.contract import REFERRER_KINDS, REVERSAL_REASONS
from simulator.world import pseudonyms
from simulator.world.attributes import Attributes
from simulator.world.communities import Communities
from simulator.world.draws import Bools, Ints, Purpose, bits
from simulator.world.event_rows import (
    ABSENT,
    AT,
    CHANNEL,
    CODE,
    DEVICE,
    FLAG,
    IDENT,
    KIND,
    NUMBER,
    OF_CONVERSIONS,
    OF_REWARDS,
    PERSON,
    REVERSED,
    EventKind,
)
from simulator.world.people import Meetings, People
from simulator.world.reward_acts import ACT_COLUMNS, RewardActs
from simulator.world.spec import WorldSpec

WORLD_SCHEMA: dict[str, pl.DataType] = {
    name: kind for name, kind in MESSAGE_SCHEMA.items() if name != "received_at"
}
"""Columns of the world's events: a message that has not arrived yet."""

STACKED_SCHEMA: dict[str, pl.DataType] = {**WORLD_SCHEMA, "market": pl.Int32()}
"""Columns of the events of several markets."""

SSO, INPUT = 0, 1
CRM_SOURCE = "client/crm"
_NUMBERS = ("occurred_at", "reach", "eligible", "amount_minor", "new_customer")
_TRUTHS = ("eligible", "new_customer")
_NAMING = {
    "reverses": EventKind.REVERSED,
    "reinstates": EventKind.REINSTATED,
    "adjusts": EventKind.ADJUSTED,
}
_TEXTS = ("id", "subject", "code", "contact_ref", "device_ref", "into", *_NAMING)


_TYPES: Final[dict[EventKind, EventType]] = {
    EventKind.IDENTIFIED: EventType.CUSTOMER_IDENTIFIED,
    EventKind.LINKED: EventType.LINK_CREATED,
    EventKind.SESSION: EventType.SESSION_AUTHENTICATED,
    EventKind.SHARED: EventType.REFERRAL_SHARED,
    EventKind.VISITED: EventType.FRIEND_VISITED,
    EventKind.CLAIMED: EventType.FRIEND_CLAIMED,
    EventKind.OPTED_IN: EventType.FRIEND_OPTED_IN,
    EventKind.CHECKED: EventType.ELIGIBILITY_CONFIRMED,
    EventKind.REVERSED: EventType.CONVERSION_REVERSED,
    EventKind.REINSTATED: EventType.CONVERSION_REINSTATED,
    EventKind.ADJUSTED: EventType.CONVERSION_ADJUSTED,
    EventKind.MERGED: EventType.CUSTOMER_MERGED,
    EventKind.CLOSED: EventType.CUSTOMER_CLOSED,
    EventKind.REOPENED: EventType.CUSTOMER_REOPENED,
    EventKind.CHOSEN: EventType.REWARD_CHOSEN,
    EventKind.REDEEMED: EventType.REWARD_REDEEMED,
    EventKind.VETOED: EventType.REWARD_VETOED,
}
"""The type of each kind of event, except conversions, whose type the world file names."""


def _texts(*values: str | None) -> pl.Series:
    """Return a look-up table of texts by number; -1, or a number without a text, gives null."""
    return pl.Series([*values, None], dtype=pl.String)


def _sources(spec: WorldSpec) -> list[str]:
    """Return the source of each kind of event, then the client's CRM, then the sources of later milestones."""
    of_kind = {
        **dict.fromkeys((EventKind.CONVERTED, *OF_CONVERSIONS), spec.conversion.source),
        **dict.fromkeys((EventKind.MERGED, EventKind.CLOSED, EventKind.REOPENED), CRM_SOURCE),
        EventKind.REDEEMED: spec.redemption.source if spec.redemption else "platform",
    }
    return [
        *(of_kind.get(kind, "platform") for kind in EventKind),
        CRM_SOURCE,
        *(later.source for later in spec.later),
    ]


class Draft(NamedTuple):
    """A day's events: their rows, the numbers and look-up indices of each, and the contact of whoever is named."""

    rows: Ints
    numbers: Ints
    meeting: Ints


class Framer:
    """Makes event frames from the rows of one world."""

    def __init__(
        self,
        spec: WorldSpec,
        people: People,
        meetings: Meetings,
        communities: Communities,
        acts: RewardActs,
        *,
        stacked: bool = False,
    ) -> None:
        """Take whether events have a column for their market."""
        self._stacked = stacked
        self._acts = acts
        self._people = people
        self._meetings = meetings
        self._customers, self._conversions = _attributes(spec, "customer"), _attributes(spec, "conversion")
        remarks = {
            EventKind.REINSTATED: spec.conversion.reinstated,
            EventKind.ADJUSTED: spec.conversion.adjusted,
            EventKind.CLOSED: spec.closing,
        }
        self._remarks: Ints = np.full(len(EventKind), ABSENT)
        self._remarks[list(remarks)] = np.arange(len(remarks)) + len(REVERSAL_REASONS)
        looks = self._look_ups(spec, communities, [one.reason if one else None for one in remarks.values()])
        self._of_customers = bool(self._customers.texts)
        self._of_conversions = bool(self._conversions.texts)
        self._repeated: Bools = np.array(
            [later.event == spec.conversion.event for later in spec.later] + [False]
        )
        present = {name: pl.when(pl.col(name) >= 0).then(pl.col(name)) for name in _NUMBERS}
        made = {
            **{name: pl.lit(values).gather(pl.col(name)) for name, values in looks.items()},
            **{name: number == 1 if name in _TRUTHS else number for name, number in present.items()},
        }
        self._looked = [
            made.get(name, pl.lit(None, dtype=dtype)).alias(name)
            for name, dtype in WORLD_SCHEMA.items()
            if name not in _TEXTS
        ]
        self._inputs = [*looks, *_NUMBERS]
        self._contact_kind = self._inputs.index("contact_kind")

    def _look_ups(
        self, spec: WorldSpec, communities: Communities, remarks: Sequence[str | None]
    ) -> dict[str, pl.Series]:
        """Return the values of each looked-up column by number; `remarks` are reasons besides those of reversals."""
        types = {**_TYPES, EventKind.CONVERTED: spec.conversion.event}
        return {
            "source": pl.Series(_sources(spec)),
            "type": pl.Series(
                [*(types.get(kind) for kind in EventKind), *(later.event for later in spec.later)], dtype=TYPE
            ),
            "channel": _texts(*(channel.name for channel in spec.channels)),
            "contact_kind": _texts("email", "phone"),
            "via": _texts("sso", "input"),
            "referrer_kind": _texts(*REFERRER_KINDS),
            "segment": _texts(*spec.people.segments),
            "community": _texts(*communities.names),
            "country": _texts(*spec.people.countries),
            "currency": _texts(spec.currency),
            "outcome": _texts(spec.conversion.outcome, *(later.outcome for later in spec.later)),
            "reason": _texts(*REVERSAL_REASONS, *remarks),
            "attributes": _texts(*self._customers.texts, *self._conversions.texts),
        }

    def draft(self, rows: Ints) -> Draft:
        """Return the draft of a day's events, with people as they are now.

        In order of occurrence; equal moments are ordered by id, which is a keyed draw.
        """
        rows = rows[np.lexsort((rows[:, IDENT].view(np.uint64), rows[:, AT]))]
        kind, person = rows[:, KIND], rows[:, PERSON]
        identified = kind == EventKind.IDENTIFIED
        named = identified | (kind == EventKind.CLAIMED)
        meeting = np.where(named, self._people.meeting[person], ABSENT)
        numbers = np.empty((len(rows), len(self._inputs)), dtype=np.int64, order="F")
        for place, values in enumerate(self._values(rows, identified, named)):
            numbers[:, place] = values
        return Draft(rows, numbers, meeting)

    def frame(self, drafts: Sequence[Draft]) -> pl.DataFrame:
        """Return the events of several days in order (`WORLD_SCHEMA`); their people must have been named before."""
        rows, numbers, meeting = (np.concatenate(parts) for parts in zip(*drafts, strict=True))
        kind, person = rows[:, KIND], rows[:, PERSON]
        identified = kind == EventKind.IDENTIFIED
        people, meetings = self._people, self._meetings
        numbers[identified, self._contact_kind] = meetings.by_phone[meeting[identified]]
        looked = pl.from_numpy(numbers, schema=self._inputs, orient="row").select_seq(self._looked)
        made = {
            "id": pseudonyms.ids(rows[:, IDENT].view(np.uint64)),
            "subject": pseudonyms.reference("p", people.reference[person, : pseudonyms.DIGEST]),
            "code": _sparse(
                rows[:, CODE] != ABSENT,
                lambda at: pseudonyms.codes(bits(people.key[rows[at, CODE]], Purpose.CODE)),
            ),
            "contact_ref": _sparse(
                meeting != ABSENT, lambda at: pseudonyms.reference("c", meetings.contact[meeting[at]])
            ),
            "device_ref": _sparse(
                rows[:, DEVICE] != ABSENT,
                lambda at: pseudonyms.reference("d", people.reference[rows[at, DEVICE], pseudonyms.DIGEST :]),
            ),
            **{
                name: _sparse(kind == one, lambda at: pseudonyms.ids(rows[at, REVERSED].view(np.uint64)))
                for name, one in _NAMING.items()
            },
            "into": _sparse(
                kind == EventKind.MERGED,
                lambda at: pseudonyms.reference("p", people.reference[rows[at, NUMBER], : pseudonyms.DIGEST]),
            ),
        }
        framed = pl.DataFrame(
            [made[name].alias(name) if name in made else looked[name] for name in WORLD_SCHEMA]
        )
        if self._stacked:
            framed = framed.with_columns(pl.Series("market", people.market[person], dtype=pl.Int32))
        acted = np.flatnonzero(np.isin(kind, OF_REWARDS))
        return self._with_acts(framed, acted, rows[acted, NUMBER]) if len(acted) else framed

    def _with_acts(self, framed: pl.DataFrame, acted: Ints, places: Ints) -> pl.DataFrame:
        """Fill in the texts of acts on rewards: their rows, and their places in `RewardActs`."""
        texts = self._acts.texts(places)
        return framed.with_columns(framed[name].scatter(acted, texts[name]) for name in ACT_COLUMNS)

    def _values(self, rows: Ints, identified: Bools, named: Bools) -> list[Ints | int]:
        """Return look-up indices and numbers in the order of `self._inputs`."""
        people, kind, person, flag = self._people, rows[:, KIND], rows[:, PERSON], rows[:, FLAG]
        converted, later = kind == EventKind.CONVERTED, kind == EventKind.LATER
        reversal = kind == EventKind.REVERSED
        back = reversal | (kind == EventKind.REINSTATED)
        conversion = converted | later
        amount = (conversion | (kind == EventKind.ADJUSTED)) & (rows[:, NUMBER] != ABSENT)
        # index of the later milestone that was reached or is taken back
        place = np.where(later, flag, np.where(back, rows[:, NUMBER], ABSENT))
        source = np.where(place != ABSENT, len(EventKind) + 1 + place, kind)

        def of(which: Bools, values: NDArray[np.integer] | int) -> Ints:
            return np.where(which, values, ABSENT)

        values: dict[str, Ints | int] = {
            "source": np.where(identified & (flag == SSO), len(EventKind), source),
            "type": np.where(later, len(EventKind) + place, kind),
            "channel": rows[:, CHANNEL],
            "contact_kind": ABSENT,  # not known before the contact is made
            "via": of(identified, flag),
            "referrer_kind": of(identified, people.kind[person]),
            "segment": of(named, people.segment[person]),
            "community": of(identified, people.community[person]),
            "country": of(named, people.country[person]),
            "currency": of(amount, 0),
            "outcome": of(conversion, np.where(later, 1 + place, 0)),
            "reason": np.where(reversal, flag, self._remarks[kind]),
            "attributes": self._attributes(rows, named, converted | (later & self._repeated[place])),
            "occurred_at": rows[:, AT],
            "reach": of(kind == EventKind.SHARED, rows[:, NUMBER]),
            "eligible": of(kind == EventKind.CHECKED, flag),
            "amount_minor": of(amount, rows[:, NUMBER]),
            "new_customer": np.where(converted, flag, of(later & self._repeated[place], 0)),
        }
        return [values[name] for name in self._inputs]

    def _attributes(self, rows: Ints, named: Bools, bought: Bools) -> Ints:
        """Return the number of each event's attributes: of a customer who is named, or of something bought."""
        found = np.full(len(rows), ABSENT)
        if self._of_customers:
            found[named] = self._customers.of(self._people.key[rows[named, PERSON]])
        if self._of_conversions:
            number = self._conversions.of(rows[bought, IDENT].view(np.uint64))
            found[bought] = len(self._customers.texts) + number
        return found


def _attributes(spec: WorldSpec, kind: Literal["customer", "conversion"]) -> Attributes:
    """Return the world's attributes of customers or of conversions."""
    return Attributes({place: one for place, one in enumerate(spec.attributes) if one.of == kind})


def _sparse(which: Bools, texts: Callable[[Ints], pl.Series]) -> pl.Series:
    """Return texts made only for rows where `which` is true; null elsewhere."""
    rows = np.flatnonzero(which)
    if not len(rows):
        return pl.Series(dtype=pl.String).clear(len(which))
    place = np.full(len(which), len(rows))
    place[rows] = np.arange(len(rows))
    return texts(rows).extend(pl.Series([None], dtype=pl.String))[place]

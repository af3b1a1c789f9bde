"""Give people their traits and references, and keep what the client's CRM knows of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.events.contract import REFERRER_KINDS
from simulator.world import pseudonyms
from simulator.world.communities import Communities
from simulator.world.contacts import Contacts
from simulator.world.draws import Bools, Floats, Ints, Keys, Purpose, choose, uniform
from simulator.world.labels import LABELS
from simulator.world.people import Meetings, People
from simulator.world.spec import WorldSpec
from simulator.world.spec_people import Group

CRM_SCHEMA: dict[str, pl.DataType] = {
    "ref": pl.String(),
    "salt": pl.String(),
    "name": pl.String(),
    "email": pl.String(),
    "phone": pl.String(),
    "kind": pl.String(),
    "segment": pl.String(),
    "country": pl.String(),
    "joined": pl.Int64(),
    "label": pl.String(),
}
"""Columns of a person in the client's CRM.

`salt` is what a digest of the contact needs to become the reference (`pseudonyms.salts`); `joined` is when they became
known (milliseconds UTC); `label` names the kind of cheat, null for honest people.
"""
_TRAITS = ("kind", "segment", "country", "label")


class Population:
    """Describes people by keyed draws, and collects those whom the client gets to know."""

    def __init__(
        self, spec: WorldSpec, people: People, communities: Communities, client_keys: Sequence[bytes]
    ) -> None:
        """Take the secrets of the client's, one for each market."""
        self.people = people
        self._communities = communities
        self._client_keys = client_keys
        self._contacts = Contacts(
            spec.people.countries,
            client_keys,
            {
                "kind": (*REFERRER_KINDS, "friend"),
                "segment": tuple(spec.people.segments),
                "country": tuple(spec.people.countries),
                "label": LABELS,
            },
        )
        self._by_phone = spec.people.by_phone
        self.kind_numbers: Ints = np.array([REFERRER_KINDS.index(name) for name in spec.people.kinds])
        self._segment_shares: Floats = np.cumsum([one.share for one in spec.people.segments.values()])
        self._country_shares: Floats = np.cumsum([one.share for one in spec.people.countries.values()])
        self.kind_activity: Floats = np.ones(len(REFERRER_KINDS))
        self.kind_activity[self.kind_numbers] = _activity(spec.people.kinds)
        self.segment_activity: Floats = _activity(spec.people.segments)
        self.meetings = Meetings(1024)
        self._meetings = 0  # includes those whose contact has not been made yet
        self._met: list[tuple[Ints, Ints, Keys]] = []
        self._introduced: list[tuple[NDArray[np.integer], ...]] = []
        self._known: list[pl.DataFrame] = []

    def describe(self, rows: Ints) -> None:
        """Draw the segment, country and community of people."""
        people, keys = self.people, self.people.key[rows]
        people.segment[rows] = choose(keys, Purpose.SEGMENT, self._segment_shares)
        people.country[rows] = choose(keys, Purpose.COUNTRY, self._country_shares)
        people.community[rows] = self._communities.of(keys, people.market[rows])

    def compute_references(self, rows: Ints) -> None:
        """Compute the references of people and of their devices."""
        if len(rows):
            people = self.people
            people.reference[rows] = pseudonyms.person_digests(
                self._client_keys, people.key[rows], people.market[rows]
            )

    def cheat(self, marks: Ints) -> Bools:
        """Return whether the people with these marks (`pseudonyms.marks`) are labelled as cheats."""
        labelled = np.flatnonzero(self.people.label[: self.people.count])
        return np.isin(marks, pseudonyms.marks(self.people.reference[labelled]))

    def meet(self, rows: Ints, at: Ints, contact_keys: Keys | None = None) -> None:
        """Record that people gave the client a contact at `at`; `contact_keys` where it is somebody else's."""
        if len(rows):
            self.people.known[rows] = True
            self._met.append((rows, at, self.people.key[rows] if contact_keys is None else contact_keys))

    def introduce(self) -> None:
        """Record the traits, as they are now, of everyone met since the last call; call it at the end of a day."""
        if not self._met:
            return
        rows, at, keys = (np.concatenate(parts) for parts in zip(*self._met, strict=True))
        self._met = []
        people = self.people
        people.meeting[rows] = np.arange(self._meetings, self._meetings + len(rows))
        self._meetings += len(rows)
        traits = (getattr(people, trait)[rows] for trait in _TRAITS)
        self._introduced.append((rows, at, keys, *traits))

    def name(self) -> None:
        """Make the contacts of everyone introduced since the last call, in one go, and append them to `meetings`."""
        if not self._introduced:
            return
        rows, at, keys, *traits = (np.concatenate(parts) for parts in zip(*self._introduced, strict=True))
        self._introduced = []
        by_phone: Bools = uniform(keys, Purpose.CONTACT_KIND) < self._by_phone
        numbers = dict(zip(_TRAITS, traits, strict=True))
        known = self._contacts.of(keys, numbers["country"].astype(np.int64), by_phone, numbers)
        contacts = self._contacts.digests(known["given"], self.people.market[rows])
        self.meetings.add(contacts, by_phone)
        references = self.people.reference[rows, : pseudonyms.DIGEST]
        made = {
            "ref": pseudonyms.reference("p", references),
            "salt": pseudonyms.salts(references, contacts),
            "joined": pl.Series(at),
        }
        self._known.append(
            pl.DataFrame([made[name].alias(name) if name in made else known[name] for name in CRM_SCHEMA])
        )

    def take_known(self) -> pl.DataFrame:
        """Return the people named since the last call (`CRM_SCHEMA`); someone met again appears again, changed."""
        found, self._known = self._known, []
        if len(found) == 1:
            return found[0]
        return pl.concat(found) if found else pl.DataFrame(schema=CRM_SCHEMA)


def _activity(groups: Mapping[str, Group]) -> Floats:
    """Return how active each group is relative to the average person."""
    shares = np.array([group.share for group in groups.values()])
    each = np.array([group.activity for group in groups.values()])
    return np.asarray(each / (shares * each).sum(), dtype=np.float64)

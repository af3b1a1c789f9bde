"""Look up the engine's state: columns by dense id, and the indexes that find rows.

The state is never joined with a batch as a whole: a stage looks up the rows that its events name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from simulator.engine import state_columns
from simulator.engine.arrays import NONE, Columns, Ints
from simulator.engine.attributes import Attributes
from simulator.engine.codes import FoldedCodes
from simulator.engine.devices import Devices
from simulator.engine.interner import BoundedLabels, Codes, Interner, Texts, Words
from simulator.engine.keeping import Keeping, LinePeople
from simulator.engine.kept import NOTHING_KEPT, KeptAnswers
from simulator.engine.keys import KeyIndex
from simulator.engine.leaders import Leaders
from simulator.engine.ledger import Ledger
from simulator.engine.line_results import (
    Lines,
)
from simulator.engine.reviews import Reviews
from simulator.engine.terms import ROLES
from simulator.program.model import Codes as CodesCompared

Judged = tuple[int, int | str]
"""How a milestone is judged: the event type (an index in CONVERSION_TYPES) and the occurrence."""
_COMMUNITY = ROLES.index("community")


@dataclass
class ReadableState:
    """What `State` remembers, and how it is looked up.

    Looking up a text may give it a number (the interners below): that says nothing but who or what is meant.
    """

    people: Columns = field(default_factory=state_columns.people)
    fallen: Columns = field(default_factory=state_columns.fallen)
    referrers: Columns = field(default_factory=state_columns.referrers)
    links: Columns = field(default_factory=state_columns.links)
    claims: Columns = field(default_factory=state_columns.claims)
    touches: Columns = field(default_factory=state_columns.touches)
    devices: Devices = field(default_factory=Devices)
    attributions: Columns = field(default_factory=state_columns.attributions)
    communities: Columns = field(default_factory=state_columns.communities)  # by word
    ledger: Ledger = field(default_factory=Ledger)
    keeping: Keeping = field(default_factory=Keeping)
    reviews: Reviews = field(default_factory=Reviews)
    channels: BoundedLabels = field(default_factory=BoundedLabels)
    sources: BoundedLabels = field(default_factory=BoundedLabels)
    person_ids: Interner = field(default_factory=Interner)
    codes: Codes = field(default_factory=Codes)
    folded_codes: FoldedCodes | None = None  # once a program folds codes
    owners: Texts = field(default_factory=Texts)  # the references of links' owners, by link
    attributes: Attributes = field(default_factory=Attributes)
    contact_ids: Interner = field(default_factory=Interner)
    words: Words = field(default_factory=lambda: Words("code"))
    milestone_ids: dict[str, int] = field(default_factory=dict)
    milestone_versions: list[tuple[int, Mapping[str, Judged]]] = field(default_factory=list)
    # those that differ or are missing in some version
    mixed_milestones: set[str] = field(default_factory=set)
    taken: dict[int, list[int]] = field(default_factory=dict)  # conversions that took a milestone, by group
    # conversion and milestone without a bit
    qualified_late: set[tuple[int, int]] = field(default_factory=set)
    qualified: KeyIndex = field(default_factory=KeyIndex)  # (friend, milestone) that has qualified
    stopped: KeyIndex = field(default_factory=KeyIndex)  # (friend, `any` milestone) that a rule has stopped
    decisions: int = 0  # the number of decisions
    members: dict[int, list[int]] = field(default_factory=dict)  # by person, those who were merged into them
    merged_refs: dict[int, str] = field(default_factory=dict)  # the texts of references that merges named
    # by person, their attributions that have ended, and since the event with which seq
    former: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    leaders: Leaders = field(init=False)
    kept: KeptAnswers = NOTHING_KEPT  # of people who have been erased

    def __post_init__(self) -> None:
        self.leaders = Leaders(self.referrers, self.communities, self.words.texts)

    def milestone_id(self, name: str) -> int:
        """Return the dense id of a milestone's name, the same in every version of the program."""
        return self.milestone_ids.setdefault(name, len(self.milestone_ids))

    def find_links(self, texts: pl.Series, codes: CodesCompared) -> Ints:
        """Return the links that texts name, as a program compares codes; NONE for null and unknown ones."""
        if codes == "fold" and self.folded_codes is not None:
            return self.folded_codes.find(texts)
        return self.codes.find(texts)

    def enter_codes(self, texts: pl.Series, codes: CodesCompared) -> Ints:
        """Assign the next ids of links to texts that are new codes as a program compares them; return their rows."""
        if self.folded_codes is None:
            return self.codes.enter(texts)
        first = len(self.codes)
        rows = self.folded_codes.new(texts) if codes == "fold" else np.arange(len(texts))
        rows = rows[self.codes.enter(texts[rows])]
        self.folded_codes.add(texts[rows], np.arange(first, first + len(rows)))
        return rows

    def people_of(self, references: Ints) -> Ints:
        """Return the people that these reference ids stand for by now; NONE for NONE."""
        if not self.members:
            return references
        into = self.people["into"][references]
        return np.where(references == NONE, NONE, references + into)

    def attributions_of(self, lines: Lines) -> Ints:
        """Return the attributions by which these lines were promised."""
        found = self.people["attribution"][lines.friend].astype(np.int64)
        if self.former:  # looked up by the lines' friends: there are only as many as merges
            for place, friend in enumerate(lines.friend.tolist()):
                if friend in self.former:
                    of_then = (one for seq, one in self.former[friend] if lines.seq[place] < seq)
                    found[place] = next(of_then, found[place])
        return found

    def channels_of(self, lines: Lines) -> Ints:
        """Return the channels (words) by which the friends of these lines became friends."""
        return self.attributions["channel"][self.attributions_of(lines)]

    def people_of_lines(self, ids: Ints) -> LinePeople:
        """Return whom reward lines (ids) are about."""
        lines, accounts = self.ledger.view(ids), self.ledger.accounts
        attribution, account = self.attributions_of(lines), lines.account
        personal = accounts["role"][account] != _COMMUNITY
        return LinePeople(
            attribution=attribution,
            friend=self.people_of(lines.friend.astype(np.int64)),
            referrer=self.people_of(self.attributions["referrer"][attribution].astype(np.int64)),
            recipient=np.where(personal, accounts["recipient"][account], NONE).astype(np.int64),
        )

    def people_asked_of(self, ids: Ints) -> list[set[int]]:
        """Return the people whose changing facts the conditions of reward lines (ids) read."""
        return self.keeping.people_asked_of(
            self.ledger.lines["terms"][ids].tolist(), self.people_of_lines(ids)
        )

    def _friends_and_links(self, ids: Ints) -> tuple[Ints, Ints]:
        """Return the people that the friends of reward lines (ids) are by now, and the links of their attributions."""
        lines = self.ledger.view(ids)
        links = self.attributions["link"][self.attributions_of(lines)].astype(np.int64)
        return self.people_of(lines.friend.astype(np.int64)), links

"""Keep decisions in review, with what each needs to become a reward once a verdict names it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from simulator.engine.arrays import NONE, Bools, Columns, Ints
from simulator.engine.interner import Hashed, Interner, Words, hash_pairs
from simulator.engine.keys import mix
from simulator.engine.version import CompiledProgram

ReviewKey = tuple[str, str, str]
"""What a verdict names: the conversion's source and id, and the milestone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A decision in review, with what it needs to become a reward later.

    `compiled` is the program version its conversion was judged under; `amount` is in minor units, or NONE;
    `offered` is the answers of the conditions of rewards, as JSON.
    """

    decision: int
    seq: int
    compiled: CompiledProgram
    milestone: int
    friend: int
    referrer: int
    occurred: int
    amount: int
    attribution: int
    offered: str
    source: str
    id: str

    @property
    def milestone_name(self) -> str:
        """The milestone's name."""
        return self.compiled.program.milestones[self.milestone].name


_NUMBERS = ("decision", "seq", "milestone", "friend", "referrer", "occurred", "amount", "attribution")


class Reviews:
    """One row for each decision that was ever in review, in the order of the decisions' ids."""

    def __init__(self) -> None:
        self._ids = Interner()  # of conversion and milestone
        self._versions: dict[int, CompiledProgram] = {}
        self._rules = Words()
        self._offers = Words()
        self._rows = Columns(
            {
                "decision": (np.int64, 0),
                "seq": (np.uint32, 0),
                "version": (np.int32, 0),
                "milestone": (np.int32, 0),
                "friend": (np.int32, NONE),
                "referrer": (np.int32, NONE),
                "occurred": (np.int64, 0),
                "amount": (np.int64, NONE),
                "attribution": (np.int32, NONE),
                "offered": (np.int32, NONE),
                "open": (np.bool_, 0),
                "rule": (np.int32, NONE),  # the rule that put it in review
                "money": (np.int64, 0),  # withheld by that rule, in minor units
            }
        )

    def enter(
        self,
        compiled: CompiledProgram,
        conversions: pl.DataFrame,
        names: Ints,
        offered: Sequence[str],
        **columns: Ints,
    ) -> None:
        """Add decisions in review made under `compiled`; `columns` are the numeric fields of `Case`.

        `conversions` have `source` and `id`; `names` are the ids of the milestones' names, `offered` is that of `Case`.
        """
        self._versions[compiled.number] = compiled
        self._ids.assign(_keys(conversions, names))
        count = len(names)
        self._rows.append(
            version=np.full(count, compiled.number),
            open=np.ones(count, np.bool_),
            offered=self._offers.assign(offered),
            **columns,
        )

    def waiting(self, verdicts: pl.DataFrame, names: Ints) -> dict[ReviewKey, Case]:
        """Return the decisions still in review that these verdicts (columns `source`, `id`, `milestone`) name."""
        rows = self._ids.find(_keys(verdicts, names))
        known = np.flatnonzero((rows != NONE) & self._rows["open"][rows])
        keys = verdicts[known].select("source", "id", "milestone").rows()
        return {key: self._case(row, key) for key, row in zip(keys, rows[known].tolist(), strict=True)}

    def _case(self, row: int, key: ReviewKey) -> Case:
        numbers = {name: int(self._rows[name][row]) for name in _NUMBERS}
        compiled, (source, id_, _) = self._versions[int(self._rows["version"][row])], key
        offered = self._offers.texts[self._rows["offered"][row]]
        return Case(compiled=compiled, source=source, id=id_, offered=offered, **numbers)

    def close(self, decisions: Ints) -> None:
        """Mark these decisions as no longer in review."""
        self._rows["open"][self._places(decisions)] = False

    def hold(self, decisions: Ints, rules: list[str], money: Ints) -> None:
        """Store which rule put each decision in review, and the money (minor units) that it withholds."""
        places = self._places(decisions)
        self._rows["rule"][places], self._rows["money"][places] = self._rules.assign(rules), money

    def held(self, decision: int) -> tuple[str, int]:
        """Return the rule that put a decision in review, and the money (minor units) that it withholds."""
        place = int(self._places(np.array([decision]))[0])
        return self._rules.texts[self._rows["rule"][place]], int(self._rows["money"][place])

    def _places(self, decisions: Ints) -> Ints:
        return np.searchsorted(self._rows["decision"][: len(self._rows)], decisions)


def _keys(conversions: pl.DataFrame, names: Ints) -> Hashed:
    pairs, milestone = hash_pairs(conversions, "source", "id"), mix(names)
    given: Bools = pairs.given
    return Hashed(pairs.keys ^ milestone, pairs.checks ^ milestone, given)

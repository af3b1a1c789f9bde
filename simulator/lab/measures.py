"""Define what a study can be asked for: each figure of a market by its key, its unit, and the columns it is made of.

The columns are those of the frame `markets` of a study, named as the keys of `simulate --json`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import polars as pl

from simulator.domain.definitions import STAGES
from simulator.domain.errors import InputError
from simulator.lab.statistics import Floats
from simulator.program.nearest import advice

Unit = Literal["count", "money", "ratio", "duration", "day", "share"]


@dataclass(frozen=True)
class Measure:
    """A figure of a market; its value is the sum of `columns`, or with `known` whether the column has a value.

    `more` is true where more of it is better.
    """

    key: str
    title: str
    unit: Unit
    columns: tuple[str, ...]
    more: bool = False
    known: bool = False

    def of(self, markets: pl.DataFrame) -> Floats:
        """Return the figure of each market, in the frame's order; NaN if a market has none.

        Money is in minor units, durations in milliseconds.
        """
        parts = [markets[name] for name in self.columns]
        if self.known:
            return parts[0].is_not_null().cast(pl.Float64).to_numpy()
        found = np.zeros(markets.height)
        for part in parts:
            found = found + part.cast(pl.Float64).fill_null(np.nan).to_numpy()
        return found


def _money(key: str, title: str, *columns: str) -> Measure:
    return Measure(key, title, "money", columns)


MEASURES: Final[dict[str, Measure]] = {
    one.key: one
    for one in (
        *(Measure(stage, stage.capitalize(), "count", (f"funnel.{stage}",), more=True) for stage in STAGES),
        Measure("attributions", "Attributions", "count", ("attributions",), more=True),
        _money("issued", "Issued", "numbers.issued"),
        _money("pending", "Pending", "numbers.pending"),
        _money("promised", "Issued and pending", "numbers.issued", "numbers.pending"),
        _money("voided", "Voided", "rewards.voided.value_minor"),
        _money("revoked", "Revoked", "rewards.revoked.value_minor"),
        _money("capped", "Capped", "rewards.capped.value_minor"),
        _money("unfunded", "Unfunded", "rewards.unfunded.value_minor"),
        _money("cost", "Cost per customer", "numbers.cost"),
        Measure("k", "K factor", "ratio", ("numbers.k",), more=True),
        Measure("time", "Time to reward", "duration", ("numbers.time",)),
        Measure("budget_ended", "Budget ended", "share", ("budget_ended_day",), known=True),
        Measure("budget_ended_day", "Budget ended on day", "day", ("budget_ended_day",), more=True),
        _money("paid_to_cheats", "Paid to cheats", "paid_to_cheats_minor"),
        _money("refused_to_honest", "Refused to honest", "refused_to_honest_minor"),
    )
}
"""Every figure that a study tells, in the order of its tables."""


def find_measure(key: str, option: str) -> Measure:
    """Return the measure with this key; `option` names the option that gave it, for messages.

    Raises:
        InputError: there is none; suggests the nearest.

    """
    found = MEASURES.get(key)
    if found is None:
        raise InputError(f"{option}: no figure '{key}'; {advice(key, MEASURES)}")
    return found

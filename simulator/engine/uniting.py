"""Apply a merge to the state's columns: what two people had now belongs to one.

Only `State.apply` calls this.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from simulator.domain.spans import DAY_MS
from simulator.engine.arrays import NONE, Columns, Ints

FIRSTS = ("opted_in_seq", "authenticated_seq", "shared_seq", "claim", "link")
"""Columns of people that hold the first of something, in log order, 0 for none."""
GREATEST = ("stage", "first_conversion")
REFERRED = ("friends_qualified", "issued")


def unite_people(people: Columns, merged: int, into: int, summed: tuple[str, ...]) -> None:
    """Unite firsts, sums and greatest values of two people."""
    for name in FIRSTS:
        held = people[name]
        one, other = int(held[merged]), int(held[into])
        held[into] = min(one, other) if one and other else one or other
    for name in summed:
        people[name][into] += people[name][merged]
    for name in GREATEST:
        people[name][into] = max(people[name][merged], people[name][into])


def take_over(people: Columns, into: int, fields: Mapping[str, tuple[int, int]]) -> None:
    """Set a person's fields to values that come from the events with these seqs."""
    for name, (value, seq) in fields.items():
        people[name][into], people[f"{name}_seq"][into] = value, seq


def move_sums(columns: Columns, names: tuple[str, ...], row: int, to: int) -> None:
    """Add the numbers of one row to those of another, and set them to 0."""
    for name in names:
        columns[name][to] += columns[name][row]
        columns[name][row] = 0


def relist(attributions: Columns, referrers: Columns, row: int, ids: Ints) -> None:
    """List these attributions, in log order, as those of a referrer (row), and rank them again."""
    count, held = len(ids), attributions["attributed_at"]
    referrers["friends"][row] = count
    for name in ("first_friend", "last_friend", "day_start"):
        referrers[name][row] = NONE
    if not count:
        return
    at = held[ids]
    starts = np.searchsorted(at, at - DAY_MS, side="right")
    attributions["rank"][ids] = np.arange(1, count + 1)
    attributions["rank_day"][ids] = np.arange(count) - starts + 1
    attributions["after"][ids] = np.r_[ids[1:], NONE]
    referrers["first_friend"][row], referrers["last_friend"][row] = ids[0], ids[-1]
    referrers["day_start"][row] = ids[starts[-1]]

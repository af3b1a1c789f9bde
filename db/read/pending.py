"""Read what is pending, now or in the past; no other module does. Standard library only.

`simulator.domain.pending` defines the expected states of pending lines.
"""

from __future__ import annotations

from typing import Final

from db.read.sums import Sums
from simulator.domain.pending import UNPAID, Pending, by_pairs, of_totals

PROMISED: Final = "(r.state = 'pending' AND COALESCE(r.expected, 'offered') = 'offered')"
"""SQL: whether a row of `reward r` is pending and will be issued, or offered, if nothing else happens."""
STANDS: Final = f"CASE WHEN r.state = 'pending' AND NOT {PROMISED} THEN '{UNPAID}' ELSE r.state END"
"""SQL: the state of a row of `reward r`, with pending lines that will not be paid as `unpaid`."""


def pending(sums: Sums, reward: str | None = None) -> Pending:
    """Return what is pending, of the reward of that name or of all, from sums as of any moment."""
    if reward is None:
        return of_totals(sums.totals)
    return by_pairs(lambda metric: sums.part(metric, reward))

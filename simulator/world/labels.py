"""Define the kinds of cheat, and the labels that record them: in the client's CRM and nowhere else."""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from simulator.world.draws import Ints


class Cheat(IntEnum):
    """The kind of cheat by which a friend came; `NONE` for an honest one."""

    NONE = 0
    SELF_REFERRAL = 1
    RING = 2
    SHARED_DEVICE = 3
    LEAKED_CODE = 4
    BUY_THEN_CANCEL = 5
    DISPOSABLE = 6


LABELS: tuple[str | None, ...] = (
    None,
    *(
        f"{cheat.name.lower().replace('_', '-')}:{role}"
        for cheat in Cheat
        if cheat is not Cheat.NONE
        for role in ("referrer", "friend")
    ),
)
"""Labels by number: none, then `KIND:referrer` and `KIND:friend` of each kind.

Someone who is both is labelled as a friend.
"""


def referrer_label(cheat: Ints | int) -> Ints:
    """Return the number of a cheating referrer's label, 0 for honest ones."""
    return np.where(np.asarray(cheat) > 0, 2 * np.asarray(cheat) - 1, 0)


def friend_label(cheat: Ints | int) -> Ints:
    """Return the number of a planted friend's label, 0 for honest ones."""
    return 2 * np.asarray(cheat)

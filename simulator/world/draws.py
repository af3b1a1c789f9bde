"""Draw random numbers by key: each is a hash of (seed, person, purpose, index), never of a position in an array.

A person is a 64-bit key: for the first customers derived from the seed, then from the parent's key, the number of
the share and the place in it. The hash is the finaliser of SplitMix64 over the key plus odd multiples of purpose
and index, so a draw costs a few nanoseconds and needs no state.
"""

from __future__ import annotations

from enum import IntEnum, unique

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.uint64]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15
_PURPOSE_STEP = 0xD1342543DE82EF95
_INDEX_STEP = np.uint64(0x2545F4914F6CDD1D)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_S11, _S27, _S30, _S31, _S32 = (np.uint64(n) for n in (11, 27, 30, 31, 32))
_LOW32 = np.uint64(0xFFFFFFFF)


@unique
class Purpose(IntEnum):
    """What a draw decides. The numbers are part of a run's identity: never reuse or renumber one."""

    ROOT = 1
    SHARE_KEY = 2
    FRIEND_KEY = 3
    OTHER_SELF = 4
    EVENT_ID = 5
    CODE = 6
    COMMUNITY_SIZE = 7
    JOIN_WAVE = 10
    JOIN_DELAY = 11
    KIND = 12
    SEGMENT = 13
    COUNTRY = 14
    IN_COMMUNITY = 15
    COMMUNITY = 16
    ACTIVITY = 17
    CHEATER = 18
    VIA = 19
    SESSIONS = 20
    SESSION_TIME = 21
    SHARE = 22
    SHARE_DELAY = 23
    CHANNEL = 24
    REACH = 25
    SELF_REFERRAL = 26
    RESPOND = 30
    VISIT_DELAY = 31
    AGAIN = 32
    AGAIN_DELAY = 33
    OTHER_LINK = 34
    OTHER_LINK_WHO = 35
    OTHER_LINK_DELAY = 36
    CLAIM = 40
    CLAIM_DELAY = 41
    CROSS_DEVICE = 42
    TYPE_CODE = 43
    OPT_IN = 44
    OPT_IN_DELAY = 45
    CHECKED = 46
    CHECK_DELAY = 47
    ELIGIBLE = 48
    SAME_CONTACT = 49
    SAME_DEVICE = 50
    CONVERT = 60
    CONVERT_DELAY = 61
    PLAN = 62
    NEW_CUSTOMER = 63
    REVERSE = 64
    REVERSE_DELAY = 65
    REVERSE_REASON = 66
    CHURN = 67
    LATER_DELAY = 68
    BECOME = 69
    BECOME_DELAY = 70
    LATER = 71
    LATER_AGAIN = 72
    LATER_AMOUNT = 73
    FIRST_NAME = 80
    LAST_NAME = 81
    MAILBOX = 82
    PHONE = 84
    CONTACT_KIND = 85
    RING = 86
    RING_DELAY = 87
    LEAK_DELAY = 88
    LEAK_COUNT = 89
    NETWORK = 90
    VERDICT_DELAY = 91
    VERDICT_ERROR = 92
    STRANGER_KEY = 100
    LEAK_TYPED = 101
    WAIT = 102
    ACCOUNT = 103
    ACCOUNT_KEY = 104
    ACCOUNT_DELAY = 105
    RECOGNISE = 106
    RECOGNISE_DELAY = 107
    ADJUST = 108
    ADJUST_DELAY = 109
    ADJUST_TO = 110
    REINSTATE = 111
    REINSTATE_DELAY = 112
    CLOSE = 113
    CLOSE_DELAY = 114
    REOPEN = 115
    REOPEN_DELAY = 116
    ATTRIBUTE = 117
    FAULT = 120
    FAULT_HOUR = 121
    SENT_AGAIN = 122
    REDEEM = 130
    REDEEM_DELAY = 131
    CHOOSE = 132
    CHOOSE_DELAY = 133
    CHOOSE_WHAT = 134
    VETO = 135
    VETO_DELAY = 136


def mix_one(value: int) -> int:
    """Apply the finaliser of SplitMix64 to one number."""
    value &= _MASK
    value = ((value ^ (value >> 30)) * int(_MIX_1)) & _MASK
    value = ((value ^ (value >> 27)) * int(_MIX_2)) & _MASK
    return value ^ (value >> 31)


def seed_key(seed: int) -> int:
    """Return the 64-bit key of a seed, from which every other key of a run is derived."""
    return mix_one(seed * _GOLDEN + _GOLDEN)


def bits(keys: Keys, purpose: Purpose, index: NDArray[np.integer] | int = 0) -> Keys:
    """Return 64 random bits per key for a purpose.

    `index` tells apart draws for one purpose: one number for all keys, or one for each.
    """
    step = np.uint64((int(purpose) * _PURPOSE_STEP) & _MASK)
    if isinstance(index, int):
        z = keys + np.uint64((int(step) + index * int(_INDEX_STEP)) & _MASK)
    else:
        z = index.astype(np.uint64)
        z *= _INDEX_STEP
        z += step
        z = z + keys
    z ^= z >> _S30
    z *= _MIX_1
    z ^= z >> _S27
    z *= _MIX_2
    z ^= z >> _S31
    return z


def root_keys(seed: int, count: int) -> Keys:
    """Return the keys of the brand's first `count` customers; the first n are the same whatever `count`."""
    base = np.full(count, seed_key(seed), dtype=np.uint64)
    return bits(base, Purpose.ROOT, np.arange(count))


def uniform(keys: Keys, purpose: Purpose, index: NDArray[np.integer] | int = 0) -> Floats:
    """Draw uniform numbers in (0, 1) with 53 bits."""
    return np.asarray((bits(keys, purpose, index) >> _S11) * 2.0**-53 + 2.0**-54, dtype=np.float64)


def normal(keys: Keys, purpose: Purpose, index: NDArray[np.integer] | int = 0) -> Floats:
    """Draw standard normal numbers by Box-Muller from the two halves of one hash (none is beyond 6.7)."""
    raw = bits(keys, purpose, index)
    radius = np.sqrt(-2.0 * np.log(((raw >> _S32) + 0.5) * 2.0**-32))
    return np.asarray(radius * np.cos((raw & _LOW32) * (2.0 * np.pi * 2.0**-32)), dtype=np.float64)


def lognormal(
    keys: Keys, purpose: Purpose, median: float, spread: float, index: NDArray[np.integer] | int = 0
) -> Floats:
    """Draw log-normal numbers with a median and `spread`, the standard deviation of the logarithm."""
    return np.asarray(median * np.exp(spread * normal(keys, purpose, index)), dtype=np.float64)


def exponential(keys: Keys, purpose: Purpose, mean: float) -> Floats:
    """Draw exponential numbers with a mean."""
    return np.asarray(-mean * np.log(uniform(keys, purpose)), dtype=np.float64)


def choose(keys: Keys, purpose: Purpose, cumulative: Floats, index: NDArray[np.integer] | int = 0) -> Ints:
    """Draw a category per key, by cumulative shares that end at 1."""
    return chosen(uniform(keys, purpose, index), cumulative)


def chosen(drawn: Floats, cumulative: Floats) -> Ints:
    """Return the category of each uniform number, by cumulative shares that end at 1."""
    return np.minimum(np.searchsorted(cumulative, drawn, side="right"), len(cumulative) - 1)


def poisson(chance: Floats, mean: Floats, limit: int) -> Ints:
    """Draw Poisson counts by inversion of one uniform number each (`chance`), never above `limit`."""
    count = np.zeros(len(chance), dtype=np.int64)
    term = np.exp(-mean)
    reached = term.copy()
    more = chance > reached
    number = 0
    while number < limit and more.any():
        number += 1
        count += more
        term = term * mean / number
        reached += term
        more = chance > reached
    return count


def expand(counts: Ints) -> tuple[Ints, Ints]:
    """Return, for rows with `counts` items each, every item's row index and its place in its row (from 0)."""
    which = np.repeat(np.arange(len(counts)), counts)
    place = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)
    return which, place

"""Draw faults for messages, hours and files, by dial, and count them.

Every dial has a seed of its own, made from the run's seed and the dial's name; a draw is a hash of that and of what
it is for, never of a position. So a fault strikes the same messages for any batch size, pace, interruption and number
of processes, and turning one dial does not affect what the others strike.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from functools import cache

import numpy as np
import polars as pl

from simulator.delivery.dials import Timeline
from simulator.events.columns import TYPES
from simulator.world.draws import Bools, Floats, Ints, Keys, Purpose, bits, lognormal, seed_key, uniform

_STRIKES = 0  # part 0 of a dial's draws is whether it strikes; the other parts are its own
_PARTS = 16
_LETTERS = np.full(256, 255, dtype=np.uint8)
_LETTERS[np.frombuffer(b"0123456789abcdefghijklmnopqrstuv", dtype=np.uint8)] = np.arange(32)
_WIDTH = 12
_SHIFTS = np.arange(55, -1, -5, dtype=np.uint64)


class Chances:
    """Draws by dial, at the rates of a timeline, with counts of what was struck."""

    def __init__(self, seed: int, timeline: Timeline, end_ms: int) -> None:
        """Start with no counts.

        Faults at or after `end_ms`, the run's end, are not counted, since nobody will see them.
        """
        self.timeline = timeline
        self.end_ms = end_ms
        self.counts: Counter[tuple[str, str]] = Counter()
        self._seed = np.uint64(seed_key(seed))

    def keys(self, ids: pl.Series) -> Keys:
        """Return a key for each message, from the run's seed and the id's own 60 bits or a hash of another id."""
        return bits(_numbers(ids) ^ self._seed, Purpose.FAULT)

    def file_keys(self, files: Ints) -> Keys:
        """Return a key for each file, by its number."""
        return bits(files.astype(np.uint64) ^ self._seed, Purpose.FAULT, 1)

    def hour_keys(self, hours: Ints, kind: int) -> Keys:
        """Return a key for each hour (since 1970) of a channel."""
        return bits(hours.astype(np.uint64) ^ self._seed, Purpose.FAULT_HOUR, kind)

    def strikes(self, dial: str, keys: Keys, kinds: Ints, at: Ints) -> Bools:
        """Return which items a dial strikes, at its rate for each type code (`kinds`) at each moment."""
        rate = self.timeline.rate(dial, kinds, at)
        return np.asarray(uniform(keys, Purpose.FAULT, _index(dial, _STRIKES)) < rate)

    def part(self, dial: str, keys: Keys, part: int = 1) -> Floats:
        """Draw uniform numbers in (0, 1) for a detail of a dial's fault."""
        return uniform(keys, Purpose.FAULT, _index(dial, part))

    def span(
        self, dial: str, keys: Keys, median_ms: float, spread: float, most_ms: float, part: int = 2
    ) -> Ints:
        """Draw spans of time for a dial's fault: log-normal, from 1 ms to `most_ms`."""
        drawn = lognormal(keys, Purpose.FAULT, median_ms, spread, _index(dial, part))
        return np.clip(drawn, 1, most_ms).astype(np.int64)

    def count(self, dial: str, kinds: Ints, at: Ints) -> None:
        """Count a dial's strikes, by type code, if they show before the run's end."""
        for kind, number in zip(*np.unique(kinds[at < self.end_ms], return_counts=True), strict=True):
            self.counts[dial, TYPES[int(kind)]] += int(number)


@cache
def _index(dial: str, part: int) -> int:
    """Return the index of a part of a dial's draws, far from those of all other dials."""
    own = int.from_bytes(hashlib.blake2b(dial.encode(), digest_size=4).digest(), "big")
    return own * _PARTS + part


def _numbers(ids: pl.Series) -> Keys:
    """Return the bits of ids in the world's format (12 characters of base 32); others are hashed one at a time."""
    texts = ids.to_list()
    joined = "".join(texts).encode()
    if len(joined) == _WIDTH * len(texts) and all(len(text) == _WIDTH for text in texts):
        letters = _LETTERS[np.frombuffer(joined, dtype=np.uint8)].reshape(-1, _WIDTH)
        if (letters < 32).all():
            found: Keys = np.bitwise_or.reduce(letters.astype(np.uint64) << _SHIFTS, axis=1)
            return found
    digests = b"".join(hashlib.blake2b(text.encode(), digest_size=8).digest() for text in texts)
    return np.frombuffer(digests, dtype=np.uint64).copy()

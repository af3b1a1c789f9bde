"""Simulate an operator who settles reviews after a while, by a policy that is not always right.

A verdict comes no earlier than three days after the full hour in which the review opened. So a window of up to three
days can be simulated at once, and whoever looks for open reviews at its end misses none. (With one day a whole run
took a third longer: the engine has a cost for each batch.)
"""

from __future__ import annotations

import hashlib
from bisect import insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from simulator.domain.spans import HOUR_MS
from simulator.events.columns import MESSAGE_SCHEMA
from simulator.world import pseudonyms
from simulator.world.draws import Purpose, lognormal, seed_key, uniform
from simulator.world.spec_people import Operator as OperatorSpec

LOOKAHEAD_MS = 72 * HOUR_MS
_NO_VERDICTS = pl.DataFrame(schema=MESSAGE_SCHEMA)


@dataclass(frozen=True, order=True)
class Review:
    """A decision that waits for a verdict; `opened_at` in milliseconds UTC."""

    opened_at: int
    source: str
    event_id: str
    milestone: str
    friend: str


@dataclass(frozen=True, order=True)
class _Verdict:
    at: int
    id: str
    review: Review
    verdict: str


class Operator:
    """Decides reviews as an able investigator would: knows who cheats, but is sometimes wrong."""

    def __init__(self, spec: OperatorSpec, seed: int) -> None:
        self._spec = spec
        self._seed = seed_key(seed).to_bytes(8, "big")
        self._due: list[_Verdict] = []
        self._settled: set[tuple[str, str, str]] = set()

    def look(self, reviews: Sequence[Review], cheats: Mapping[str, str]) -> None:
        """Schedule verdicts on new reviews; `cheats` are the friends among them who really cheat."""
        for review in reviews:  # few, so a loop is fast enough
            if (review.source, review.event_id, review.milestone) in self._settled:
                continue
            name = f"{review.source}\n{review.event_id}\n{review.milestone}".encode()
            key = np.frombuffer(
                hashlib.blake2b(name, digest_size=8, key=self._seed).digest(), dtype=np.uint64
            )
            delay = lognormal(key, Purpose.VERDICT_DELAY, self._spec.delay.median, self._spec.delay.spread)
            opened = -(-review.opened_at // HOUR_MS) * HOUR_MS
            errs = uniform(key, Purpose.VERDICT_ERROR)[0] < self._spec.error
            decline = (review.friend in cheats) != errs
            insort(
                self._due,
                _Verdict(
                    opened + LOOKAHEAD_MS + int(delay[0]),
                    pseudonyms.ids(key)[0],
                    review,
                    "decline" if decline else "approve",
                ),
            )

    def forget(self, source: str, event_id: str, milestone: str) -> None:
        """Drop a review that somebody else settled; the caller must stop a verdict that was already given."""
        self._settled.add((source, event_id, milestone))
        self._due = [
            one
            for one in self._due
            if (one.review.source, one.review.event_id, one.review.milestone) != (source, event_id, milestone)
        ]

    def advance(self, until_ms: int) -> pl.DataFrame:
        """Return the verdicts given before `until_ms` and not returned yet, as messages that arrive at once."""
        count = next((n for n, one in enumerate(self._due) if one.at >= until_ms), len(self._due))
        if not count:
            return _NO_VERDICTS
        given, self._due = self._due[:count], self._due[count:]
        return pl.DataFrame(
            [
                {
                    "received_at": one.at,
                    "source": "platform",
                    "id": f"verdict-{one.id}",
                    "type": "review.decided",
                    "occurred_at": one.at,
                    "subject": one.review.friend,
                    "decision_source": one.review.source,
                    "decision_id": one.review.event_id,
                    "decision_milestone": one.review.milestone,
                    "verdict": one.verdict,
                    "by": self._spec.name,
                }
                for one in given
            ],
            schema=MESSAGE_SCHEMA,
        )

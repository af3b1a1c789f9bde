"""Compute the digest by which two sides recognise the same event: SHA-256 of its line, as a sender writes it."""

from __future__ import annotations

import hashlib

import polars as pl

from simulator.events.encode import encode_events

_LETTERS = 16  # 64 bits: a change goes unseen once in 10^19


def digests(events: pl.DataFrame) -> pl.Series:
    """Return the first 16 hexadecimal digits of the SHA-256 of each event's line, without the platform's additions."""
    sha256 = hashlib.sha256
    lines = encode_events(events, stamps=False)
    return pl.Series("digest", [sha256(line).hexdigest()[:_LETTERS] for line in lines], dtype=pl.String)

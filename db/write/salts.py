"""Make the keys of new blocks: random ones for real events, ones derived from the seed for simulated people.

The same seed gives the same database, to the byte, which requires that everything follows from it. The salts of
simulated people are therefore no secret, and need not be: whoever has the seed can generate the people again.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping

from db.read.salts import KEY_BYTES, BlockSalts, SaltSource, of_key


def new_salts(settings: Mapping[str, str]) -> SaltSource:
    """Return a function that makes the salts of new blocks of a database with these settings."""
    seed = settings.get("seed")
    if seed is None:
        return _random
    return lambda chain, number: of_key(
        hashlib.sha256(f"referral-tui salt\0{seed}\0{chain}\0{number}".encode()).digest()
    )


def _random(_chain: str, _number: int) -> BlockSalts:
    return of_key(os.urandom(KEY_BYTES))

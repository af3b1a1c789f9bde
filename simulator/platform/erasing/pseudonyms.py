"""Draw erasure pseudonyms, which identify nobody, and are valid wherever the replaced text was."""

from __future__ import annotations

import secrets
import string
from collections.abc import Sequence
from typing import Final

from simulator.domain.errors import InputError
from simulator.domain.personal_data import ERASED
from simulator.engine.experiments import variant_of
from simulator.program.model import Experiment

_LETTERS: Final = 24  # of an erasure pseudonym: 113 bits, and no digit that a phone number could be seen in
_MOST_DRAWS: Final = 100_000


def pseudonym() -> str:
    """Draw a pseudonym."""
    return ERASED + "".join(secrets.choice(string.ascii_lowercase) for _ in range(_LETTERS))


def reference_like(ref: str, experiments: Sequence[Experiment]) -> str:
    """Draw a pseudonym that falls into the same experiment variants as a reference."""
    wanted = [variant_of(one, ref) for one in experiments]
    for _ in range(_MOST_DRAWS):
        drawn = pseudonym()
        if [variant_of(one, drawn) for one in experiments] == wanted:
            return drawn
    raise InputError(
        "no pseudonym falls into the same variants of all experiments; there are too many of them"
    )


def spelling(code: str, number: int) -> str:
    """Return another spelling of a code that differs only in case, one for each number."""
    return "".join(
        sign.upper() if number >> place & 1 else sign for place, sign in enumerate(reversed(code))
    )[::-1]

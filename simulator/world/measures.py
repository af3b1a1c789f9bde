"""Types of the numbers in a world file: shares, durations (held in milliseconds) and delays."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from simulator.domain.spans import DAY_MS, HOUR_MS, MINUTE_MS, WEEK_MS

_UNITS = {"ms": 1, "s": 1000, "m": MINUTE_MS, "h": HOUR_MS, "d": DAY_MS, "w": WEEK_MS}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d|w)")
_ONE = 1e-6


def duration_ms(text: object) -> float:
    """Return a duration such as `20s`, `5m`, `12h`, `14d` or `2w` in milliseconds.

    Raises:
        ValueError: `text` is not a duration.

    """
    found = _DURATION.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise ValueError("a duration is a number and a unit, such as 20s, 5m, 12h, 14d or 2w")
    return float(found[1]) * _UNITS[found[2]]


Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
Duration = Annotated[float, BeforeValidator(duration_ms), Field(gt=0)]


class Part(BaseModel):
    """A table of a world file: frozen, and strict about types and unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Delay(Part):
    """A log-normal delay: its median, and the standard deviation of its logarithm (2 is a heavy tail)."""

    median: Duration
    spread: Annotated[float, Field(ge=0, le=4)] = 0.0


def check_whole(what: str, shares: Mapping[str, float]) -> None:
    """Check that shares add up to 1.

    Raises:
        ValueError: they don't; the message begins with `what`.

    """
    total = sum(shares.values())
    if abs(total - 1) > _ONE:
        raise ValueError(f"{what}: the shares add up to {total:g}; they must add up to 1")

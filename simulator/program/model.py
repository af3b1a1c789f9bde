"""A program design as frozen values: the content of a checked file, in milliseconds and minor units."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from simulator.domain.spans import DAY_MS

MAX_LINE_MINOR = 9_000_000_000
"""The most that one reward line is worth, in minor units: of 10^9 lines the sum still fits a signed 64-bit integer."""

Role = Literal["referrer", "friend", "upline", "community"]
Model = Literal["last-touch", "first-touch"]
OnFail = Literal["refuse", "review"]
WindowKind = Literal[
    "lifetime", "calendar-day", "calendar-week", "calendar-month", "calendar-year", "rolling"
]


@dataclass(frozen=True)
class Attribution:
    """How a friend is matched to a referrer; the window in milliseconds."""

    model: Model = "last-touch"
    window_ms: int = 30 * DAY_MS


@dataclass(frozen=True)
class Milestone:
    """A conversion that counts: the event type, which occurrence of it, and how long after the touch."""

    name: str
    event: str
    occurrence: int | Literal["any", "each"] = 1
    within_ms: int | None = None


@dataclass(frozen=True)
class Rule:
    """A condition over facts; `milestones` are the names it applies to (all, if the file names none)."""

    code: str
    require: str
    because: str
    on_fail: OnFail
    milestones: tuple[str, ...]


@dataclass(frozen=True)
class CapWindow:
    """The span of time over which a cap counts; `ms` is set for a rolling one only."""

    kind: WindowKind
    ms: int | None = None


@dataclass(frozen=True)
class Cap:
    """A limit of `count` rewards, `value_minor` of money, or both, in one window."""

    window: CapWindow
    count: int | None = None
    value_minor: int | None = None


@dataclass(frozen=True)
class Reward:
    """One reward line of the design. Exactly one of `value_minor` and `percent` is set."""

    name: str
    to: Role
    on: str
    kind: str
    value_minor: int | None = None
    percent: Decimal | None = None
    hold_ms: int = 0
    every: int | None = None
    tier: tuple[int, int | None] | None = None
    clawback_ms: int | None = None
    caps: tuple[Cap, ...] = ()


@dataclass(frozen=True)
class Program:
    """A whole program design. `text` is the file it came from, kept as the record of this version."""

    name: str
    industry: str
    currency: str
    digits: int
    referrers: tuple[str, ...] | None
    starts_ms: int | None
    ends_ms: int | None
    attribution: Attribution
    milestones: tuple[Milestone, ...]
    rules: tuple[Rule, ...]
    rewards: tuple[Reward, ...]
    budget_minor: int | None
    text: str
    numeric_references: bool = False

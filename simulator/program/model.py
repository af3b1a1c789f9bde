"""A program design as frozen values: the content of a checked file, in milliseconds and minor units."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from simulator.domain.calendars import Period
from simulator.domain.spans import DAY_MS

MAX_LINE_MINOR = 9_000_000_000
"""The most that one reward line is worth, in minor units: of 10^9 lines the sum still fits a signed 64-bit integer."""

Role = Literal["referrer", "friend", "upline", "community"]
Model = Literal["last-touch", "first-touch"]
OnFail = Literal["refuse", "review"]
WindowKind = Literal[Period, "rolling"]
Codes = Literal["exact", "fold"]
DatedBy = Literal["conversion", "touch"]
Per = Literal["recipient", "friend", "code", "program"]
Over = Literal["skip", "trim"]
Short = Literal["skip", "wait"]
By = Literal["referrer", "friend"]
AttributeOf = Literal["conversion", "customer"]
AttributeType = Literal["text", "number", "bool"]


@dataclass(frozen=True)
class Attribution:
    """How a friend is matched to a referrer; the window in milliseconds.

    `codes` says how a code is compared, `uses` for how many attributions a code serves (None: for any number).
    """

    model: Model = "last-touch"
    window_ms: int = 30 * DAY_MS
    codes: Codes = "exact"
    uses: int | None = None


@dataclass(frozen=True)
class Variant:
    """A variant of an experiment, and its whole weight, from 0."""

    name: str
    weight: int


@dataclass(frozen=True)
class Experiment:
    """A split of referrers or friends into variants, in the file's order; its fact is `variant_<name>`."""

    name: str
    by: By
    variants: tuple[Variant, ...]


@dataclass(frozen=True)
class Attribute:
    """An attribute that the program reads from events.

    One of a conversion is a fact by its `name`, one of a customer two facts: `friend_<name>` and `referrer_<name>`.
    """

    name: str
    of: AttributeOf
    type: AttributeType


@dataclass(frozen=True)
class Rate:
    """What one major unit of a foreign `currency` is worth in the program's currency."""

    currency: str
    rate: Decimal


@dataclass(frozen=True)
class Budget:
    """How the budget `Program.budget_minor` is kept.

    What goes over it is skipped or trimmed, in each `period` of the program's calendar; what does not fit is skipped
    or waits (`short`); what was revoked or reduced gives room back (`returns`).
    """

    over: Over = "skip"
    period: Period = "lifetime"
    short: Short = "skip"
    returns: bool = True


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
    """A limit of `count` rewards, `value_minor` of money, or both, in one window.

    `per` says whose rewards it counts; what goes `over` it is skipped or trimmed to the room left; what was revoked or
    reduced gives room back (`returns`).
    """

    window: CapWindow
    count: int | None = None
    value_minor: int | None = None
    per: Per = "recipient"
    over: Over = "skip"
    returns: bool = True


@dataclass(frozen=True)
class Reward:
    """One reward line of the design. Exactly one of `value_minor` and `percent` is set, and of `kind` and `choices`.

    `when` and `keep_if` are expressions: the first is asked at the conversion, the second at the release. `from_ms` and
    `until_ms` bound the moment of the conversion or of the touch (`dated_by`). `max_minor` and `min_minor` bound the
    share of a `percent`. A choice is open for `choose_within_ms`, then `otherwise` is taken; an issued reward expires
    after `expires_ms`. Durations and moments are in milliseconds.
    """

    name: str
    to: Role
    on: str
    kind: str | None
    value_minor: int | None = None
    percent: Decimal | None = None
    hold_ms: int = 0
    every: int | None = None
    tier: tuple[int, int | None] | None = None
    clawback_ms: int | None = None
    caps: tuple[Cap, ...] = ()
    when: str | None = None
    from_ms: int | None = None
    until_ms: int | None = None
    dated_by: DatedBy = "conversion"
    max_minor: int | None = None
    min_minor: int | None = None
    keep_if: str | None = None
    choices: tuple[str, ...] = ()
    choose_within_ms: int | None = None
    otherwise: str | None = None
    expires_ms: int | None = None


@dataclass(frozen=True)
class Program:
    """A whole program design. `text` is the file it came from, kept as the record of this version.

    `referrers_stop` is true if a friend of a referrer who is no longer one of `referrers` is refused. `timezone` is
    that of calendar windows and periods.
    """

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
    timezone: str = "UTC"
    referrers_stop: bool = False
    experiments: tuple[Experiment, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    rates: tuple[Rate, ...] = ()
    budget: Budget = Budget()

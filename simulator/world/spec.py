"""The behaviour file of a preset, `world.toml`, as frozen values: people, habits, rates and delays.

Every number of the simulated world is in that file, each with its source or the word `assumed`; the code knows
none. Durations are read as text (`20s`, `5m`, `12h`, `14d`) and held in milliseconds.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from simulator.errors import WorldError

_UNITS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d|w)")
_ONE = 1e-6


def duration_ms(text: object) -> float:
    """A duration such as `20s`, `5m`, `12h`, `14d` or `2w` in milliseconds; raises ValueError."""
    found = _DURATION.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise ValueError("a duration is a number and a unit, such as 20s, 5m, 12h, 14d or 2w")
    return float(found[1]) * _UNITS[found[2]]


Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
Duration = Annotated[float, BeforeValidator(duration_ms), Field(gt=0)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Delay(_Part):
    """A log-normal delay: its median, and the standard deviation of its logarithm (2 is a heavy tail)."""

    median: Duration
    spread: Annotated[float, Field(ge=0, le=4)] = 0.0


class Rhythm(_Part):
    """How busy people are by hour (UTC), weekday (from Monday) and month; only the proportions count."""

    hours: Annotated[list[float], Field(min_length=24, max_length=24)] = [1.0] * 24
    weekdays: Annotated[list[float], Field(min_length=7, max_length=7)] = [1.0] * 7
    months: Annotated[list[float], Field(min_length=12, max_length=12)] = [1.0] * 12


class Group(_Part):
    """A part of the people: its share of them, and how active it is beside the others."""

    share: Share
    activity: Positive = 1.0


class Country(_Part):
    """A country of residence: its share, and the Faker locale its people's names come from."""

    share: Share
    locale: str


Groups = Annotated[dict[str, Group], Field(min_length=1)]


class People(_Part):
    """Who the people are, and when the first of them meet the program."""

    kinds: Groups
    segments: Groups
    countries: Annotated[dict[str, Country], Field(min_length=1)]
    by_phone: Share
    by_input: Share
    launch_share: Share
    launch_mean: Duration
    later_mean: Duration

    @model_validator(mode="after")
    def _whole(self) -> Self:
        _check_whole("kinds", {name: group.share for name, group in self.kinds.items()})
        _check_whole("segments", {name: group.share for name, group in self.segments.items()})
        _check_whole("countries", {name: one.share for name, one in self.countries.items()})
        unknown = sorted(set(self.kinds) - {"customer", "employee", "partner"})
        if unknown:
            raise ValueError(f"kinds: '{unknown[0]}' is none of customer, employee, partner")
        return self


class Activity(_Part):
    """How often referrers look at the program's page: unequal by a log-normal, and fading."""

    sessions_per_year: Annotated[float, Field(ge=0)]
    inequality: Annotated[float, Field(ge=0, le=3)]
    most_per_day: Positive
    fades: Duration


class Communities(_Part):
    """Clubs, workplaces, neighbourhoods, families: sizes by a Pareto law with exponent `tail`."""

    count: Annotated[int, Field(ge=1)]
    members: Share
    smallest: Annotated[int, Field(ge=2)]
    largest: Annotated[int, Field(ge=2)]
    tail: Positive


class Reach(_Part):
    """How many people see a share by this channel: a log-normal cut at `most`."""

    median: Positive
    spread: Annotated[float, Field(ge=0, le=3)] = 0.0
    most: Annotated[int, Field(ge=1)]


class Channel(_Part):
    """A way to share: how often it is chosen, whom it reaches, and how they answer."""

    name: Annotated[str, Field(min_length=1, max_length=64)]
    share: Share
    reach: Literal["one", "community"] | Reach
    click: Share
    delay: Delay


class Sharing(_Part):
    """How often a look at the page becomes a share, and how long writing it takes."""

    rate: Share
    delay: Delay


class Friend(_Part):
    """What a friend does after a click. Rates are per click (one friend, first visit) unless said."""

    till: Share
    again: Share
    again_delay: Delay
    other_link: Share
    other_link_delay: Delay
    claim: Share
    claim_delay: Delay
    cross_device: Share
    types_code: Share
    opt_in: Share
    opt_in_delay: Delay
    checked: Share
    check_delay: Delay
    eligible: Share


class Conversion(_Part):
    """What those who claimed buy, pay and give up. Rates are per claim, later ones per conversion."""

    event: Literal["service.activated"]
    source: Annotated[str, Field(pattern=r"client/[A-Za-z0-9._-]+")]
    rate: Share
    delay: Delay
    prices: Annotated[list[Positive], Field(min_length=1)]
    new_customer: Share
    reversed: Share
    reversal_delay: Delay
    reasons: dict[Literal["cancelled", "refunded", "fraud", "lapsed"], Share]
    churn_per_year: Annotated[float, Field(ge=0, lt=1)]
    becomes_referrer: Share
    becomes_delay: Delay

    @model_validator(mode="after")
    def _whole(self) -> Self:
        _check_whole("reasons", {str(name): share for name, share in self.reasons.items()})
        return self


class Billing(_Part):
    """Bills of those who converted: one a period, paid some time after."""

    event: Literal["bill.paid"]
    source: Annotated[str, Field(pattern=r"client/[A-Za-z0-9._-]+")]
    every: Duration
    delay: Delay


class Response(_Part):
    """How people answer to the size of a reward, in major units of the world's currency.

    At `reference` the file's rates hold; `elasticity` is the slope there (per cent of behaviour per per cent of
    reward), `without` what is left of the behaviour when nothing is offered. It saturates.
    """

    reference: Positive
    elasticity: Annotated[float, Field(ge=0, lt=1)]
    without: Share

    @model_validator(mode="after")
    def _bends(self) -> Self:
        if self.elasticity > 0 and self.without + self.elasticity >= 1:
            raise ValueError("elasticity + without must stay under 1, or the answer would not saturate")
        return self


class Offer(_Part):
    """The answers to what the referrer and the friend are offered."""

    referrer: Response
    friend: Response


class SelfReferral(_Part):
    """Referrers who now and then invite themselves under a second address."""

    cheaters: Share
    per_share: Share
    same_device: Share
    same_contact: Share
    convert: Share


class Cheats(_Part):
    """Fraud personas; who they are stands in the CRM database only."""

    self_referral: SelfReferral


class Operator(_Part):
    """Who settles reviews: never before a day has gone by, then after a delay, and not always rightly."""

    name: Annotated[str, Field(pattern=r"[A-Za-z0-9_\-.:=]{1,128}")]
    delay: Delay
    error: Share


class WorldSpec(_Part):
    """A whole behaviour file; `currency` is that of the amounts in it."""

    name: str
    currency: Annotated[str, Field(pattern=r"[A-Z]{3}")]
    digits: Annotated[int, Field(ge=0, le=4)] = 2
    rhythm: Rhythm
    people: People
    activity: Activity
    communities: Communities
    channels: Annotated[list[Channel], Field(min_length=1, alias="channel")]
    sharing: Sharing
    friend: Friend
    conversion: Conversion
    billing: Billing | None = None
    offer: Offer
    cheats: Cheats
    operator: Operator
    delivery: dict[str, str]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        _check_whole("channel", {one.name: one.share for one in self.channels})
        if len({one.name for one in self.channels}) < len(self.channels):
            raise ValueError("channel: two channels have the same name")
        if all(one.reach == "community" for one in self.channels):
            raise ValueError("channel: one channel at least must not need a community")
        return self


def _check_whole(what: str, shares: Mapping[str, float]) -> None:
    total = sum(shares.values())
    if abs(total - 1) > _ONE:
        raise ValueError(f"{what}: the shares add up to {total:g}, not to 1")


def load_world(text: str, file: str) -> WorldSpec:
    """The behaviour in a `world.toml`; `file` names it in messages.

    Raises WorldError with one line for each problem: file, key, what is wrong.
    """
    try:
        raw: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise WorldError(f"{file}: not TOML: {error}") from None
    try:
        return WorldSpec.model_validate(raw)
    except ValidationError as error:
        lines = []
        for problem in error.errors(include_url=False, include_context=False):
            where = ".".join(str(part) for part in problem["loc"])
            message = problem["msg"].removeprefix("Value error, ")
            lines.append(": ".join(part for part in (file, where, message) if part))
        raise WorldError("\n".join(lines)) from None

"""The behaviour file: people, rates, delays and responses of one preset's world, as typed and checked values.

Every number stands in `world.toml` beside its source or the word `assumed`; the code knows none.
"""

from __future__ import annotations

import tomllib
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from simulator.errors import WorldError
from simulator.program.currencies import DIGITS
from simulator.world.measures import Delay, Duration, Part, Positive, Share, check_whole
from simulator.world.spec_buying import MOST_LATER, Conversion, Later, Offer
from simulator.world.spec_cheats import Cheats

_ROUNDING = 1e-6  # of a minor unit: what a decimal loses in a float


class Rhythm(Part):
    """How busy people are by hour (UTC), weekday (from Monday) and month; only the proportions count."""

    hours: Annotated[list[float], Field(min_length=24, max_length=24)] = [1.0] * 24
    weekdays: Annotated[list[float], Field(min_length=7, max_length=7)] = [1.0] * 7
    months: Annotated[list[float], Field(min_length=12, max_length=12)] = [1.0] * 12


class Group(Part):
    """A part of the people: its share of them, and how active it is beside the others."""

    share: Share
    activity: Positive = 1.0


class Segment(Group):
    """A segment of customers; its friends convert `converts` times as often as the conversion's rate says."""

    converts: Positive = 1.0


class Country(Part):
    """A country of residence: its share, and the Faker locale its people's names come from."""

    share: Share
    locale: str


class People(Part):
    """Who the people are, and when the first of them meet the program."""

    kinds: Annotated[dict[str, Group], Field(min_length=1)]
    segments: Annotated[dict[str, Segment], Field(min_length=1)]
    countries: Annotated[dict[str, Country], Field(min_length=1)]
    by_phone: Share
    by_input: Share
    launch_share: Share
    launch_mean: Duration
    later_mean: Duration

    @model_validator(mode="after")
    def _whole(self) -> Self:
        check_whole("kinds", {name: group.share for name, group in self.kinds.items()})
        check_whole("segments", {name: group.share for name, group in self.segments.items()})
        check_whole("countries", {name: one.share for name, one in self.countries.items()})
        unknown = sorted(set(self.kinds) - {"customer", "employee", "partner"})
        if unknown:
            raise ValueError(f"kinds: '{unknown[0]}' is none of customer, employee, partner")
        return self


class Activity(Part):
    """How often referrers look at the program's page: unequal by a log-normal, and fading."""

    sessions_per_year: Annotated[float, Field(ge=0)]
    inequality: Annotated[float, Field(ge=0, le=3)]
    most_per_day: Positive
    fades: Duration


class Communities(Part):
    """Clubs, workplaces, neighbourhoods, families: sizes by a Pareto law with exponent `tail`."""

    count: Annotated[int, Field(ge=1)]
    members: Share
    smallest: Annotated[int, Field(ge=2)]
    largest: Annotated[int, Field(ge=2)]
    tail: Positive


class Reach(Part):
    """How many people see a share by this channel: a log-normal cut at `most`."""

    median: Positive
    spread: Annotated[float, Field(ge=0, le=3)] = 0.0
    most: Annotated[int, Field(ge=1)]


class Channel(Part):
    """A way to share: how often it is chosen, whom it reaches, and how they answer.

    `click` is the part of those reached who click, `delay` the time until then; `converts` multiplies the rate by
    which those who came this way convert.
    """

    name: Annotated[str, Field(min_length=1, max_length=64)]
    share: Share
    reach: Literal["one", "community"] | Reach
    click: Share
    delay: Delay
    converts: Positive = 1.0


class Sharing(Part):
    """How often a look at the page becomes a share, and how long writing it takes."""

    rate: Share
    delay: Delay


class Friend(Part):
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


class Operator(Part):
    """Who settles reviews: never before a day has gone by, then after a delay, and not always rightly."""

    name: Annotated[str, Field(pattern=r"[A-Za-z0-9_\-.:=]{1,128}")]
    delay: Delay
    error: Share


class WorldSpec(Part):
    """A whole behaviour file; `currency` is that of the amounts in it, which are in its major units."""

    name: str
    currency: str
    rhythm: Rhythm
    people: People
    activity: Activity
    communities: Communities
    channels: Annotated[list[Channel], Field(min_length=1, alias="channel")]
    sharing: Sharing
    friend: Friend
    conversion: Conversion
    later: Annotated[list[Later], Field(max_length=MOST_LATER, default_factory=list)]
    offer: Offer
    cheats: Cheats
    operator: Operator
    delivery: dict[str, str]

    @property
    def digits(self) -> int:
        """The digits of the currency's minor unit."""
        return DIGITS[self.currency]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.currency not in DIGITS:
            raise ValueError(f"currency: '{self.currency}' is no currency of ISO 4217 such as GBP or JPY")
        for amount in (*self.conversion.prices, *(price for one in self.later for price in one.own_amounts)):
            if abs(amount * 10**self.digits - round(amount * 10**self.digits)) > _ROUNDING:
                raise ValueError(f"an amount of {amount:g} is finer than the minor unit of {self.currency}")
        check_whole("channel", {one.name: one.share for one in self.channels})
        if len({one.name for one in self.channels}) < len(self.channels):
            raise ValueError("channel: two channels have the same name")
        if all(one.reach == "community" for one in self.channels):
            raise ValueError("channel: one channel at least must not need a community")
        return self


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

"""Define a world file's types for people: who they are, when they are active, how they share and respond."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from simulator.domain.errors import WorldError
from simulator.events.contract import REFERRER_KINDS
from simulator.world.locales import names
from simulator.world.measures import Delay, Duration, Part, Positive, Share, check_whole
from simulator.world.spec_rewards import Veto
from simulator.world.spec_standing import Recognition


class Rhythm(Part):
    """How active people are by hour (UTC), weekday (from Monday) and month; only the proportions count."""

    hours: Annotated[list[float], Field(min_length=24, max_length=24)] = [1.0] * 24
    weekdays: Annotated[list[float], Field(min_length=7, max_length=7)] = [1.0] * 7
    months: Annotated[list[float], Field(min_length=12, max_length=12)] = [1.0] * 12


class Group(Part):
    """A group of people: its share of everyone, and how active it is relative to the others."""

    share: Share
    activity: Positive = 1.0


class Segment(Group):
    """A segment of customers; friends in it convert `converts` times as often as the conversion's rate says."""

    converts: Positive = 1.0


class Country(Part):
    """A country of residence: its share, and the Faker locale its people's names come from."""

    share: Share
    locale: str

    @field_validator("locale")
    @classmethod
    def _has_names(cls, locale: str) -> str:
        try:
            names(locale)
        except WorldError as error:
            raise ValueError(str(error)) from None
        return locale


class People(Part):
    """Who the people are, and when the first of them join the program.

    kinds, segments, countries  shares of the people, each adding up to 1; kinds are those of the contract
    by_phone                    share whose contact is a phone number; the others' is an e-mail address
    by_input                    share identified by their own input; the others by single sign-on
    launch_share                share who join with the launch, after `launch_mean` on average (exponential)
    later_mean                  the same mean for the others
    """

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
        unknown = sorted(set(self.kinds).difference(REFERRER_KINDS))
        if unknown:
            raise ValueError(f"kinds: '{unknown[0]}' is not one of {', '.join(REFERRER_KINDS)}")
        return self


class Activity(Part):
    """How often referrers look at the program's page: log-normal across people, and fading with time.

    sessions_per_year  looks per year of the average referrer while interest is fresh
    inequality         standard deviation of the logarithm of that; with 1.68 a fifth of the people make four fifths
    most_per_day       upper limit of anyone's looks per day
    fades              time after which interest has fallen to 37 per cent
    """

    sessions_per_year: Annotated[float, Field(ge=0)]
    inequality: Annotated[float, Field(ge=0, le=3)]
    most_per_day: Positive
    fades: Duration


class Communities(Part):
    """Clubs, workplaces, neighbourhoods, families: `count` of them; `members` is the share of people who are in one.

    Sizes follow a Pareto law with exponent `tail`, between `smallest` and `largest`; people are spread in proportion.
    """

    count: Annotated[int, Field(ge=1)]
    members: Share
    smallest: Annotated[int, Field(ge=2)]
    largest: Annotated[int, Field(ge=2)]
    tail: Positive


class Reach(Part):
    """How many people see a share through this channel: a log-normal cut at `most`."""

    median: Positive
    spread: Annotated[float, Field(ge=0, le=3)] = 0.0
    most: Annotated[int, Field(ge=1)]


class Channel(Part):
    """A way to share: how often it is chosen, whom it reaches, and how they respond.

    `click` is the share of those reached who click, `delay` the time until they do; `converts` multiplies the
    conversion rate of those who came through this channel.
    """

    name: Annotated[str, Field(min_length=1, max_length=64)]
    share: Share
    reach: Literal["one", "community"] | Reach
    click: Share
    delay: Delay
    converts: Positive = 1.0


class Sharing(Part):
    """How often a look at the page becomes a share (`rate`), and how long writing it takes (`delay`)."""

    rate: Share
    delay: Delay


class Friend(Part):
    """What a friend does after a click. Rates are per click (one friend, first visit) unless stated otherwise.

    till          for each click, the number who use the code at the till and never click
    again         share who visit a second time by the same link, after `again_delay`
    other_link    share who also visit by another referrer's link, after `other_link_delay`
    claim         share who leave a contact, `claim_delay` after the last visit
    cross_device  of those who claim, share who do so on another device: another person to the platform
    types_code    of those, share who type the code
    recognised    of those, the ones whom the client recognises later
    opt_in        of those who claim, share who agree to marketing, after `opt_in_delay`
    checked       of those who claim, share whose eligibility check comes back, after `check_delay`
    eligible      of those checked, share who are eligible
    """

    till: Share
    again: Share
    again_delay: Delay
    other_link: Share
    other_link_delay: Delay
    claim: Share
    claim_delay: Delay
    cross_device: Share
    types_code: Share
    recognised: Recognition | None = None
    opt_in: Share
    opt_in_delay: Delay
    checked: Share
    check_delay: Delay
    eligible: Share


class Operator(Part):
    """The simulated operator who settles reviews: three days after they open at the earliest, plus a delay.

    `error` is the share of verdicts that are wrong; `vetoes` are the rewards that the operator stops.
    """

    name: Annotated[str, Field(pattern=r"[A-Za-z0-9_\-.:=]{1,128}")]
    delay: Delay
    error: Share
    vetoes: Veto | None = None


class Feedback(Part):
    """How outcomes change how often a referrer looks at the program's page, and so how often they share.

    rewarded   how much more often for each reward they get
    refused    how much less often for each of their friends who is refused
    community  how much more often for each reward that their community gets
    most       upper limit of the factor, relative to their own nature
    fades      time after which 37 per cent of the effect is left
    """

    rewarded: Annotated[float, Field(ge=0, le=10)]
    refused: Share
    community: Annotated[float, Field(ge=0, le=10)] = 0.0
    most: Annotated[float, Field(ge=1)]
    fades: Duration

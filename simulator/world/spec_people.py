"""The part of a world file about people: who they are, how they live, share, answer and feel."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from simulator.domain.errors import WorldError
from simulator.world.locales import names
from simulator.world.measures import Delay, Duration, Part, Positive, Share, check_whole


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

    @field_validator("locale")
    @classmethod
    def _has_names(cls, locale: str) -> str:
        try:
            names(locale)
        except WorldError as error:
            raise ValueError(str(error)) from None
        return locale


class People(Part):
    """Who the people are, and when the first of them meet the program.

    kinds, segments, countries  shares of the people, each adding up to 1; kinds are those of the contract
    by_phone                    whose contact is a phone number; the others' is an e-mail address
    by_input                    who are identified by their own input; the others by single sign-on
    launch_share                who come with the launch, after `launch_mean` on average (exponential)
    later_mean                  the same for the others
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
        unknown = sorted(set(self.kinds) - {"customer", "employee", "partner"})
        if unknown:
            raise ValueError(f"kinds: '{unknown[0]}' is none of customer, employee, partner")
        return self


class Activity(Part):
    """How often referrers look at the program's page: unequal by a log-normal, and fading.

    sessions_per_year  looks of the average referrer in a year of fresh interest
    inequality         standard deviation of the logarithm of that: 1.68 has a fifth bring four fifths
    most_per_day       nobody looks more often
    fades              after this time interest has fallen to 37 per cent
    """

    sessions_per_year: Annotated[float, Field(ge=0)]
    inequality: Annotated[float, Field(ge=0, le=3)]
    most_per_day: Positive
    fades: Duration


class Communities(Part):
    """Clubs, workplaces, neighbourhoods, families: `count` of them, with `members` of all people in one.

    Sizes are by a Pareto law with exponent `tail`, between `smallest` and `largest`; a big one has more of the people.
    """

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
    """How often a look at the page becomes a share (`rate`), and how long writing it takes (`delay`)."""

    rate: Share
    delay: Delay


class Friend(Part):
    """What a friend does after a click. Rates are per click (one friend, first visit) unless said.

    till          for each click, one who takes the code to the till and never clicks
    again         who visits a second time by the same link, after `again_delay`
    other_link    who visits by another referrer's link, too, after `other_link_delay`
    claim         who leaves a contact, `claim_delay` after the last visit
    cross_device  of those who claim, who do it on another device: another person to the platform
    types_code    of those, who type the code
    opt_in        of those who claim, who agree to marketing, after `opt_in_delay`
    checked       of those who claim, whose check of eligibility comes back, after `check_delay`
    eligible      of those checked, who may take part
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


class Feedback(Part):
    """What the program's outcome does to how often a referrer looks at its page, and so to how often they share.

    rewarded   by how much more often for each reward they get
    refused    by how much less often for each of their friends who is refused
    community  by how much more often for each reward that their community gets
    most       never more often than this many times as by nature
    fades      after this time a third of what was felt is left
    """

    rewarded: Annotated[float, Field(ge=0, le=10)]
    refused: Share
    community: Annotated[float, Field(ge=0, le=10)] = 0.0
    most: Annotated[float, Field(ge=1)]
    fades: Duration

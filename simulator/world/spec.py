"""Load a world file: people, rates, delays and responses of one preset's world, as typed and checked values.

Every number is in `world.toml` beside its source or the word `assumed`; the code contains none.
"""

from __future__ import annotations

import math
import tomllib
from typing import Annotated, Any, Self

from pydantic import Field, ValidationError, model_validator

from simulator.domain.currencies import DIGITS
from simulator.domain.errors import WorldError
from simulator.domain.toml_text import read_toml
from simulator.domain.vocabulary import RewardState
from simulator.world.measures import Part, check_whole
from simulator.world.problems import lines
from simulator.world.spec_assumed import Assumption, find_assumptions
from simulator.world.spec_attributes import MOST_COMBINED, Attribute
from simulator.world.spec_buying import MOST_LATER, Conversion, Later, Offer
from simulator.world.spec_cheats import Cheats
from simulator.world.spec_people import (
    Activity,
    Channel,
    Communities,
    Feedback,
    Friend,
    Operator,
    People,
    Rhythm,
    Sharing,
)
from simulator.world.spec_rewards import Choice, Redemption
from simulator.world.spec_standing import Closing

_ROUNDING = 1e-6  # of a minor unit: the error of a decimal held as a float


class WorldSpec(Part):
    """A whole world file; amounts in it are in major units of `currency`."""

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
    attributes: Annotated[list[Attribute], Field(alias="attribute", default_factory=list)]
    closing: Closing | None = None
    choice: Choice | None = None
    redemption: Redemption | None = None
    feedback: Feedback | None = None
    cheats: Cheats
    operator: Operator
    delivery: dict[str, str]
    assumed: dict[str, Any] = Field(default_factory=dict)

    @property
    def assumptions(self) -> tuple[Assumption, ...]:
        """The numbers without a source for which the file gives a range."""
        return find_assumptions(self.assumed, self)

    @property
    def digits(self) -> int:
        """The number of digits of the currency's minor unit."""
        return DIGITS[self.currency]

    @property
    def reported(self) -> frozenset[RewardState]:
        """The states of rewards that somebody in this world acts on."""
        acts = {
            RewardState.PENDING: self.operator.vetoes,
            RewardState.OFFERED: self.choice,
            RewardState.ISSUED: self.redemption,
        }
        return frozenset(state for state, act in acts.items() if act is not None)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.currency not in DIGITS:
            raise ValueError(
                f"currency: '{self.currency}' is not an ISO 4217 currency code such as GBP or JPY"
            )
        for amount in (*self.conversion.prices, *(price for one in self.later for price in one.own_amounts)):
            if abs(amount * 10**self.digits - round(amount * 10**self.digits)) > _ROUNDING:
                raise ValueError(f"an amount of {amount:g} is finer than the minor unit of {self.currency}")
        check_whole("channel", {one.name: one.share for one in self.channels})
        if len({one.name for one in self.channels}) < len(self.channels):
            raise ValueError("channel: two channels have the same name")
        if all(one.reach == "community" for one in self.channels):
            raise ValueError("channel: at least one channel must work without a community")
        _check_attributes(self.attributes)
        find_assumptions(self.assumed, self)
        return self


def _check_attributes(attributes: list[Attribute]) -> None:
    for kind in ("conversion", "customer"):
        of = [one for one in attributes if one.of == kind]
        if len({one.name for one in of}) < len(of):
            raise ValueError(f"attribute: two attributes of a {kind} have the same name")
        if (count := math.prod(len(one.values) for one in of)) > MOST_COMBINED:
            raise ValueError(
                f"attribute: {count:,} combinations of values of a {kind}; there must be {MOST_COMBINED:,} at most"
            )


def load_world(text: str, file: str) -> WorldSpec:
    """Load the text of a `world.toml`; `file` names it in messages.

    Raises:
        WorldError: the file is wrong; a line for each problem with the file, the key and what is wrong.

    """
    try:
        raw: dict[str, Any] = read_toml(text)
    except tomllib.TOMLDecodeError as error:
        raise WorldError(f"{file}: not TOML: {error}") from None
    try:
        return WorldSpec.model_validate(raw)
    except ValidationError as error:
        raise WorldError(*lines(error, WorldSpec, file)) from None

"""Define a world file's types for buying: conversions, what follows them, and responses to the offer."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticKnownError

from simulator.domain.vocabulary import CONVERSION_TYPES
from simulator.world.measures import Delay, Duration, Part, Positive, Share, check_whole
from simulator.world.spec_standing import Account, Adjustment, Reinstatement


def _conversion(name: str) -> str:
    """Return `name` if it is a conversion type; raise a Pydantic error that lists the types otherwise."""
    if name not in CONVERSION_TYPES:
        raise PydanticKnownError(
            "literal_error", {"expected": " or ".join(map(repr, map(str, CONVERSION_TYPES)))}
        )
    return name


ConversionType = Annotated[str, AfterValidator(_conversion)]
Client = Annotated[str, Field(pattern=r"client/[A-Za-z0-9._-]+")]
Outcome = Annotated[str, Field(min_length=1, max_length=256, pattern="^[^@]*$")]
Amounts = list[Positive]

MOST_LATER = 16
"""The most later milestones a world may have: their index is part of event ids."""


class Conversion(Part):
    """What friends buy, pay and cancel. Rates are per claim, those of later milestones per conversion.

    event             the contract's event type by which the industry reports that a friend converted
    source            the client's system that sends it and its reversals
    rate              share of those who claimed who convert
    direct            share of those who clicked and never claimed who convert anyway (matched by their click)
    delay             from the claim; for `direct` from the last click
    prices            the amounts in major units, all equally likely; if empty, the event carries no amount
    outcome           a business code that the event carries
    new_customer      share who were not customers before
    reversed          share who reverse the conversion, after `reversal_delay`, for `reasons` (shares of them)
    reinstated        reversals that turn out wrong
    adjusted          partial refunds
    account           guests who open an account
    churn_per_year    share who leave in a year: nothing follows any more, but nothing is taken back
    becomes_referrer  share who join the program themselves, after `becomes_delay`
    """

    event: ConversionType
    source: Client
    rate: Share
    direct: Share = 0.0
    delay: Delay
    prices: Amounts
    outcome: Outcome | None = None
    new_customer: Share
    reversed: Share
    reversal_delay: Delay
    reasons: dict[Literal["cancelled", "refunded", "fraud", "lapsed"], Share]
    reinstated: Reinstatement | None = None
    adjusted: Adjustment | None = None
    account: Account | None = None
    churn_per_year: Annotated[float, Field(ge=0, lt=1)]
    becomes_referrer: Share
    becomes_delay: Delay

    @model_validator(mode="after")
    def _whole(self) -> Self:
        check_whole("reasons", {str(name): share for name, share in self.reasons.items()})
        return self


class Later(Part):
    """A later milestone of those who converted: a payment, a bill, a repeat purchase, a qualification.

    It occurs only while the conversion stands: not after a reversal, nor after the customer has left. One of the
    conversion's own type is a repeat purchase, whose buyer is no longer a new customer.

    event, source  the type of event and the client's system that sends it
    rate           share of the conversions that ever reach this milestone
    every          the period with which it repeats, counted from the conversion; left out: it occurs once
    again          the chance of another after each one (with `every`)
    most           the most times it occurs (with `every`)
    delay          from the conversion, or from the end of each period
    amounts        "price": the conversion's amount; or its own amounts, as `prices`; if empty: no amount
    outcome        a business code that the event carries
    taken_back     whether a reversal of the conversion also reverses those that occurred before it
    """

    event: ConversionType
    source: Client
    rate: Share
    every: Duration | None = None
    again: Share = 1.0
    most: Annotated[int, Field(ge=1)] | None = None
    delay: Delay
    amounts: Literal["price"] | Amounts = "price"
    outcome: Outcome | None = None
    taken_back: bool = False

    @property
    def own_amounts(self) -> list[float]:
        """Its own amounts in major units; empty if it uses the conversion's amount or none."""
        return [] if self.amounts == "price" else self.amounts

    @model_validator(mode="after")
    def _repeats(self) -> Self:
        if self.every is None and (self.most is not None or self.again < 1):
            raise ValueError("`most` and `again` need `every`: add it, or leave them out")
        return self


class Response(Part):
    """How people respond to the size of a reward, in major units of the world's currency.

    At `reference` the file's rates hold; `elasticity` is the slope there (per cent of behaviour per per cent of
    reward), `without` the share of the behaviour that remains when nothing is offered. The response saturates.
    """

    reference: Positive
    elasticity: Annotated[float, Field(ge=0, lt=1)]
    without: Share

    @model_validator(mode="after")
    def _bends(self) -> Self:
        if not self.saturates:
            raise ValueError("elasticity + without must be under 1, or the response would not saturate")
        return self

    @property
    def saturates(self) -> bool:
        """Whether the response has an end, however large the reward."""
        return self.elasticity == 0 or self.without + self.elasticity < 1


class Offer(Part):
    """The responses to what the referrer and the friend are offered.

    `community` is the weight of a community's reward in a referrer's response, relative to a reward of their own.
    """

    referrer: Response
    friend: Response
    community: Share = 0.0

"""The part of a world file about buying: what converts, what follows, and the answer to what is offered."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticKnownError

from simulator.domain.vocabulary import CONVERSION_TYPES
from simulator.world.measures import Delay, Duration, Part, Positive, Share, check_whole


def _conversion(name: str) -> str:
    """Check that a word names a type of conversion."""
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
"""How many later milestones a world may have: their places are part of event ids."""


class Conversion(Part):
    """What friends buy, pay and give up. Rates are per claim, later ones per conversion.

    event             the type of event of the contract by which the industry says that a friend converted
    source            the client's system that sends it and its reversals
    rate              of those who claimed, who convert
    direct            of those who clicked and never claimed, who convert all the same (matched by their click)
    delay             from the claim; for `direct` from the last click
    prices            the amounts, each as likely as the others, major units; none: the event carries no amount
    outcome           a business code that the event carries
    new_customer      who were no customer before
    reversed          who take it back, and after what time, by which `reasons` (shares of them)
    churn_per_year    who leave in a year: nothing follows any more, but nothing is taken back
    becomes_referrer  who join the program themselves, and after what time
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
    churn_per_year: Annotated[float, Field(ge=0, lt=1)]
    becomes_referrer: Share
    becomes_delay: Delay

    @model_validator(mode="after")
    def _whole(self) -> Self:
        check_whole("reasons", {str(name): share for name, share in self.reasons.items()})
        return self


class Later(Part):
    """A later milestone of those who converted: a payment, a bill, a further purchase, a qualification.

    It comes only while the conversion stands: not after a reversal, nor after they left. One of the conversion's own
    type is a repeated purchase, of one who is no new customer any more.

    event, source  the type of event and the client's system that sends it
    rate           of the conversions, how many come to this at all
    every          it repeats with this period, counted from the conversion; left out: it comes once
    again          after each one, the chance of another (with `every`)
    most           at most so many (with `every`)
    delay          from the conversion, or from the end of each period
    amounts        "price": as much as the conversion; or amounts of its own, as `prices`; none: no amount
    outcome        a business code that the event carries
    taken_back     whether a reversal of the conversion reverses these too, as far as they had come
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
        """Its own amounts, major units; none where it has the conversion's, or none at all."""
        return [] if self.amounts == "price" else self.amounts

    @model_validator(mode="after")
    def _repeats(self) -> Self:
        if self.every is None and (self.most is not None or self.again < 1):
            raise ValueError("most and again are of what repeats: give `every` too, or leave them out")
        return self


class Response(Part):
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


class Offer(Part):
    """The answers to what the referrer and the friend are offered.

    `community` is how much of what a community is given moves a referrer, as a part of a reward of their own.
    """

    referrer: Response
    friend: Response
    community: Share = 0.0

"""The part of a world file about fraud: how often each kind of cheat cheats; a table left out is never.

`cheaters` are shares of the brand's first customers; one of them cheats in one way only. `convert` is the share of the
planted friends who go through with it.
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from simulator.world.measures import Delay, Part, Positive, Share

Friends = Annotated[int, Field(ge=1, le=100)]


class SelfReferral(Part):
    """Referrers who now and then invite themselves under a second address.

    per_share     of their shares, those which they answer themselves
    same_device   of the second selves, who come from the referrer's own device
    same_contact  who give the referrer's own contact
    """

    cheaters: Share
    per_share: Share
    same_device: Share
    same_contact: Share
    convert: Share


class Ring(Part):
    """Customers who refer each other in a circle of `size`, each the one after, some time (`delay`) after joining."""

    cheaters: Share
    size: Annotated[int, Field(ge=2, le=100)]
    delay: Delay
    convert: Share


class SharedDevice(Part):
    """Referrers who sign up `friends` at once on one device.

    per_share   of their shares, those after which they do
    own_device  of the cheaters, those whose own device it is, and not one kept for it
    delay       from the share to each friend's visit
    """

    cheaters: Share
    per_share: Share
    friends: Friends
    own_device: Share
    delay: Delay
    convert: Share


class LeakedCode(Part):
    """Referrers whose code stands on a voucher site: strangers come by it.

    after             from joining to the leak
    strangers, spread  how many come: a log-normal, its median and the standard deviation of its logarithm
    delay             from the leak to each one's coming
    typed             of them, who type the code at the till; the others visit by the link, and claim
    """

    cheaters: Share
    after: Delay
    strangers: Positive
    spread: Annotated[float, Field(ge=0, le=3)] = 0.0
    delay: Delay
    typed: Share
    convert: Share


class BuyThenCancel(Part):
    """Referrers with friends who buy, wait until the program's hold is over, and cancel some time (`waits`) after."""

    cheaters: Share
    per_share: Share
    waits: Delay
    convert: Share


class Disposable(Part):
    """Referrers who make up `friends` at once, each with an address and a device never seen again.

    per_share  of their shares, those after which they do
    delay      from the share to each one's visit
    """

    cheaters: Share
    per_share: Share
    friends: Friends
    delay: Delay
    convert: Share


class Cheats(Part):
    """Fraud personas; who they are stands in the CRM database only."""

    self_referral: SelfReferral | None = None
    ring: Ring | None = None
    shared_device: SharedDevice | None = None
    leaked_code: LeakedCode | None = None
    buy_then_cancel: BuyThenCancel | None = None
    disposable: Disposable | None = None

    @model_validator(mode="after")
    def _some_are_honest(self) -> Self:
        kinds = (getattr(self, name) for name in type(self).model_fields)
        total = sum(kind.cheaters for kind in kinds if kind is not None)
        if total > 1:
            raise ValueError(f"the shares of cheaters add up to {total:g}, more than everybody")
        return self

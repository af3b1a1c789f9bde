"""Define a world file's types for fraud: how often each kind of cheat occurs; a table left out means never.

`cheaters` is a share of the brand's first customers; each of them cheats in one way only. `convert` is the share of
the planted friends who convert.
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from simulator.world.measures import Delay, Part, Positive, Share

Friends = Annotated[int, Field(ge=1, le=100)]


class SelfReferral(Part):
    """Referrers who now and then invite themselves under a second address.

    per_share     share of their shares that they answer themselves
    same_device   share of the second selves who use the referrer's own device
    same_contact  share who give the referrer's own contact
    """

    cheaters: Share
    per_share: Share
    same_device: Share
    same_contact: Share
    convert: Share


class Ring(Part):
    """Customers who refer each other in a circle of `size`, each the next one, `delay` after joining."""

    cheaters: Share
    size: Annotated[int, Field(ge=2, le=100)]
    delay: Delay
    convert: Share


class SharedDevice(Part):
    """Referrers who sign up `friends` at once on one device.

    per_share   share of their shares after which they do
    own_device  share of these cheaters who use their own device and not one kept for it
    delay       from the share to each friend's visit
    """

    cheaters: Share
    per_share: Share
    friends: Friends
    own_device: Share
    delay: Delay
    convert: Share


class LeakedCode(Part):
    """Referrers whose code is leaked to a voucher site, where strangers find it.

    after             from joining to the leak
    strangers, spread  how many come: a log-normal, its median and the standard deviation of its logarithm
    delay             from the leak to each stranger's arrival
    typed             share who type the code at the till; the others visit by the link, and claim
    """

    cheaters: Share
    after: Delay
    strangers: Positive
    spread: Annotated[float, Field(ge=0, le=3)] = 0.0
    delay: Delay
    typed: Share
    convert: Share


class BuyThenCancel(Part):
    """Referrers whose friends buy, wait until the program's hold is over, and cancel after a further `waits`."""

    cheaters: Share
    per_share: Share
    waits: Delay
    convert: Share


class Disposable(Part):
    """Referrers who make up `friends` at once, each with an address and a device never seen again.

    per_share  share of their shares after which they do
    delay      from the share to each one's visit
    """

    cheaters: Share
    per_share: Share
    friends: Friends
    delay: Delay
    convert: Share


class Cheats(Part):
    """The kinds of fraud in a world; who commits it is stored in the CRM database only."""

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
            raise ValueError(f"the shares of cheaters add up to {total:g}; they must not exceed 1")
        return self

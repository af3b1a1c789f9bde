"""Define a world file's types for later changes to conversions and accounts; all optional."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from simulator.world.measures import Delay, Part, Share

Remark = Annotated[str, Field(min_length=1, max_length=256, pattern="^[^@]*$")]


class Adjustment(Part):
    """Partial refunds of conversions that have an amount, while they stand.

    share   share of them of which a part is refunded, `delay` after the conversion
    keeps   the shares of the amount that remain, all equally likely
    reason  what the event gives as its reason
    """

    share: Share
    delay: Delay
    keeps: Annotated[list[Share], Field(min_length=1)]
    reason: Remark | None = None


class Reinstatement(Part):
    """Reversals that turn out wrong: a dispute is won, a bounced card is paid.

    share   share of the reversed conversions that stand again, `delay` after the reversal; never those of cheats who
            buy to cancel. Later milestones go on from then
    reason  what the event gives as its reason
    """

    share: Share
    delay: Delay
    reason: Remark | None = None


class Account(Part):
    """Friends who converted as guests and open an account, `delay` after it: `share` of all who convert.

    From then on they go by the account's reference, and the client says that both are one person.
    """

    share: Share
    delay: Delay


class Recognition(Part):
    """Friends who claimed on another device, and are recognised: `share` of them, `delay` after the claim."""

    share: Share
    delay: Delay


class Closing(Part):
    """Accounts that are closed. People who have closed theirs neither pay, nor buy, nor share.

    friends    share of those who convert who close their account, `delay` after it
    referrers  share of the first customers who close theirs, `delay` after joining the program
    reopened   share of those who come back, `reopened_delay` after closing
    reason     what the event gives as its reason
    """

    friends: Share
    referrers: Share
    delay: Delay
    reopened: Share
    reopened_delay: Delay
    reason: Remark | None = None

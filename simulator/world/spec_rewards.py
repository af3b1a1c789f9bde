"""Define a world file's types for what people do with rewards; all optional: without a table, nothing happens.

People learn of a reward as of any other outcome: three to six days after it.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from simulator.world.measures import Delay, Part, Share


class Redemption(Part):
    """Rewards that are used, unless they expire before.

    referrer  share of the issued rewards of referrers, and of their referrers, that are redeemed, `delay` after issue
    friend    the same of friends' rewards
    source    who reports it: the platform, or a system of the client's
    """

    referrer: Share
    friend: Share
    delay: Delay
    source: Annotated[str, Field(pattern=r"platform|client/[A-Za-z0-9._-]+")] = "platform"


class Choice(Part):
    """Offered rewards of which the recipient chooses a kind, all equally likely, `delay` after the offer."""

    share: Share
    delay: Delay


class Veto(Part):
    """Pending rewards that the operator stops, `delay` after they were promised, if they are not released before.

    `share` of those for friends who cheat; as often as verdicts are wrong, it is an honest friend's instead.
    """

    share: Share
    delay: Delay
    reason: Annotated[str, Field(min_length=1, max_length=256, pattern="^[^@]*$")]

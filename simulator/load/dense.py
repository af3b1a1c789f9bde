"""Make traffic dense: a preset's people, with the same cheats, channels and prices, do more and wait less.

A preset's own people refer as rarely as published rates say: the first 100,000 events hold no conversion at all, so a
short load test would ask no rule anything. Here nearly every share is answered, nearly every friend converts, what
takes days takes hours, and customers join the program evenly over the year. `DECISIONS` bounds the result.
"""

from __future__ import annotations

from typing import Final

from simulator.domain.spans import DAY_MS
from simulator.world.measures import Delay
from simulator.world.spec import WorldSpec
from simulator.world.spec_people import Channel

DECISIONS: Final = (50, 350)
"""Least and most decisions in 1,000 events of dense traffic, for every preset; a test checks it."""

_SOONER: Final = 48.0  # factor: a delay of a day takes half an hour
_OFTEN: Final = 0.9  # share of those who could who share, click, claim and convert
_FRIENDS: Final = 1.0  # factor on the clicks of a channel that many see
_SESSIONS_PER_YEAR: Final = 400.0
_FADES_MS: Final = 4.0 * DAY_MS  # about four looks at the page by each customer


def dense(spec: WorldSpec) -> WorldSpec:
    """Return the same people in a hurry; everything is sent as it happens, without batch files."""
    friend, conversion = spec.friend, spec.conversion
    return spec.model_copy(
        update={
            "people": spec.people.model_copy(update={"launch_share": 0.0, "later_mean": 365.0 * DAY_MS}),
            "activity": spec.activity.model_copy(
                update={
                    "sessions_per_year": _SESSIONS_PER_YEAR,
                    "fades": _FADES_MS,
                    "most_per_day": 4.0,
                    "inequality": 0.5,
                }
            ),
            "channels": [_answered(channel) for channel in spec.channels],
            "sharing": spec.sharing.model_copy(update={"rate": _OFTEN}),
            "friend": friend.model_copy(
                update={
                    "claim": _OFTEN,
                    "claim_delay": _sooner(friend.claim_delay),
                    "check_delay": _sooner(friend.check_delay),
                    "again_delay": _sooner(friend.again_delay),
                    "other_link_delay": _sooner(friend.other_link_delay),
                }
            ),
            "conversion": conversion.model_copy(
                update={
                    "rate": _OFTEN,
                    "delay": _sooner(conversion.delay),
                    "reversal_delay": _sooner(conversion.reversal_delay),
                }
            ),
            "later": [one.model_copy(update={"delay": _sooner(one.delay)}) for one in spec.later],
            "delivery": {},
        }
    )


def _answered(channel: Channel) -> Channel:
    click = _OFTEN if channel.reach == "one" else min(_OFTEN, channel.click * _FRIENDS)
    return channel.model_copy(update={"click": click, "delay": _sooner(channel.delay)})


def _sooner(delay: Delay) -> Delay:
    return delay.model_copy(update={"median": delay.median / _SOONER, "spread": min(delay.spread, 1.0)})

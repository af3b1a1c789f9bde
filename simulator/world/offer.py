"""Value what a program offers, and compute how people respond: a saturating curve with a stated elasticity."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.program.model import Program, Reward
from simulator.world.spec import WorldSpec
from simulator.world.spec_buying import Offer, Response

Floats = NDArray[np.float64]

_VARIANT = re.compile(r"\s*variant_([a-z][a-z0-9_]*)\s*=\s*'([a-z][a-z0-9_]*)'\s*")


@dataclass(frozen=True)
class Answers:
    """The factors by which the offer multiplies the rates of sharing and converting; 1 at the reference.

    There is one of each for all people, or for those of each market. `hold_ms` is the longest hold of the rewards for a
    conversion, milliseconds.
    """

    sharing: Floats
    converting: Floats
    hold_ms: int


def in_markets(factors: Floats, markets: NDArray[np.int32]) -> Floats:
    """Return the factor of each person, by their markets; of one for all a single value, to be broadcast."""
    return factors if len(factors) == 1 else factors[markets]


def answers(
    spec: WorldSpec, program: Program, at_ms: int | None = None, offers: Sequence[Offer] = ()
) -> Answers:
    """Return how the world's people respond to a program at a moment (milliseconds UTC).

    Without a moment they respond to what it always offers. `offers` say how the people of each market respond; without
    them, everybody responds as the world file says.
    """
    typical = typical_amounts(spec)
    milestones = {one.name for one in program.milestones if one.event == spec.conversion.event}
    mine = offered(program, "referrer", typical, at_ms)
    ours = offered(program, "community", typical, at_ms)
    theirs = offered(program, "friend", typical, at_ms)
    responding = offers or (spec.offer,)
    return Answers(
        sharing=np.array([response(one.referrer, mine + one.community * ours) for one in responding]),
        converting=np.array([response(one.friend, theirs) for one in responding]),
        hold_ms=max((one.hold_ms for one in program.rewards if one.on in milestones), default=0),
    )


def typical_amounts(spec: WorldSpec) -> dict[str, float]:
    """Return the average amount of each conversion type that carries one, in major units."""
    prices = spec.conversion.prices
    found: dict[str, float] = {}
    for event, amounts in (
        (spec.conversion.event, prices),
        *((one.event, prices if one.amounts == "price" else one.own_amounts) for one in spec.later),
    ):
        if amounts and event not in found:
            found[event] = sum(amounts) / len(amounts)
    return found


def offered(program: Program, role: str, typical: Mapping[str, float], at_ms: int | None = None) -> float:
    """Return what a role is promised for one friend, in major units.

    That is the rewards for the first friend; of a reward for every k-th friend, one k-th; of one for a variant of an
    experiment, that variant's part. Another condition is taken to be met. A reward with dates counts while it is on at
    `at_ms` (milliseconds UTC). `typical` are amounts by event type, in major units, to which percentages are applied.
    """
    events = {milestone.name: milestone.event for milestone in program.milestones}
    return sum(
        (
            _value(reward, program, typical.get(events[reward.on], 0.0))
            / (reward.every or 1)
            * _part(reward, program)
            for reward in program.rewards
            if _promised(reward, role) and _is_on(reward, at_ms)
        ),
        0.0,
    )


def response(spec: Response, value: float) -> float:
    """Return the multiplier of a behaviour where `value` is offered: `without` at nothing, 1 at the reference.

    A Michaelis-Menten curve above that floor; its half-way point follows from the elasticity at the reference.
    """
    if spec.elasticity == 0:
        return 1.0
    half = spec.reference * spec.elasticity / (1 - spec.without - spec.elasticity)
    full = (spec.reference + half) / spec.reference
    return spec.without + (1 - spec.without) * full * value / (value + half)


def _promised(reward: Reward, role: str) -> bool:
    return reward.to == role and (reward.tier is None or reward.tier[0] <= 1)


def is_dated(program: Program) -> bool:
    """Return whether what a program offers depends on the date."""
    return any(reward.from_ms is not None or reward.until_ms is not None for reward in program.rewards)


def _is_on(reward: Reward, at_ms: int | None) -> bool:
    if at_ms is None:
        return reward.from_ms is None and reward.until_ms is None
    begun = reward.from_ms is None or reward.from_ms <= at_ms
    return begun and (reward.until_ms is None or at_ms < reward.until_ms)


def _part(reward: Reward, program: Program) -> float:
    """Return the share of people to whom a reward is offered: a variant's weight if only that variant offers it."""
    found = _VARIANT.fullmatch(reward.when or "")
    weights = next(
        (
            {one.name: one.weight for one in experiment.variants}
            for experiment in program.experiments
            if found is not None and experiment.name == found[1]
        ),
        {},
    )
    return weights.get(found[2], 0) / sum(weights.values()) if found is not None and weights else 1.0


def _value(reward: Reward, program: Program, amount: float) -> float:
    major = 10**program.digits
    if reward.value_minor is not None:
        return float(reward.value_minor / major)
    share = float(reward.percent or 0) / 100 * amount
    if reward.max_minor is not None:
        share = min(share, reward.max_minor / major)
    return share if reward.min_minor is None else max(share, reward.min_minor / major)

"""Value what a program offers, and compute how people respond: a saturating curve with a stated elasticity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from simulator.program.model import Program, Reward
from simulator.world.spec import WorldSpec
from simulator.world.spec_buying import Response


@dataclass(frozen=True)
class Answers:
    """The factors by which the offer multiplies the rates of sharing and converting; 1 at the reference.

    `hold_ms` is the longest hold of the rewards for a conversion, milliseconds.
    """

    sharing: float
    converting: float
    hold_ms: int


def answers(spec: WorldSpec, program: Program) -> Answers:
    """Return how the world's people respond to a program."""
    typical = typical_amounts(spec)
    milestones = {one.name for one in program.milestones if one.event == spec.conversion.event}
    mine = offered(program, "referrer", typical)
    ours = offered(program, "community", typical)
    return Answers(
        sharing=response(spec.offer.referrer, mine + spec.offer.community * ours),
        converting=response(spec.offer.friend, offered(program, "friend", typical)),
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


def offered(program: Program, role: str, typical: Mapping[str, float]) -> float:
    """Return what a role is promised for one friend, in major units.

    That is the rewards for the first friend; of a reward for every k-th friend, one k-th. `typical` are amounts by
    event type, in major units, to which percentages are applied.
    """
    events = {milestone.name: milestone.event for milestone in program.milestones}
    return sum(
        (
            _value(reward, program, typical.get(events[reward.on], 0.0)) / (reward.every or 1)
            for reward in program.rewards
            if _promised(reward, role)
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


def _value(reward: Reward, program: Program, amount: float) -> float:
    if reward.value_minor is not None:
        return float(reward.value_minor / 10**program.digits)
    return float(reward.percent or 0) / 100 * amount

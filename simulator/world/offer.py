"""What a program offers, and how people answer to its size: a saturating response with a stated elasticity."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.program.model import Program, Reward
from simulator.world.spec import Response, WorldSpec


@dataclass(frozen=True)
class Answers:
    """By how much the offer multiplies the rates of sharing and converting; 1 at the reference."""

    sharing: float
    converting: float


def answers(spec: WorldSpec, program: Program) -> Answers:
    """How the world's people answer to a program."""
    bill = sum(spec.conversion.prices) / len(spec.conversion.prices)
    return Answers(
        sharing=response(spec.offer.referrer, offered(program, "referrer", bill)),
        converting=response(spec.offer.friend, offered(program, "friend", bill)),
    )


def offered(program: Program, role: str, bill: float) -> float:
    """What a role is promised for one friend, in major units: the first friend's rewards, of every k-th one k-th.

    `bill` stands in for the amount of a percentage, in major units.
    """
    return sum(
        (
            _value(reward, program, bill) / (reward.every or 1)
            for reward in program.rewards
            if _promised(reward, role)
        ),
        0.0,
    )


def response(spec: Response, value: float) -> float:
    """The multiplier of a behaviour where `value` is offered: `without` at nothing, 1 at the reference.

    A Michaelis-Menten curve above its floor; its half-way point follows from the elasticity at the reference.
    """
    if spec.elasticity == 0:
        return 1.0
    half = spec.reference * spec.elasticity / (1 - spec.without - spec.elasticity)
    full = (spec.reference + half) / spec.reference
    return spec.without + (1 - spec.without) * full * value / (value + half)


def _promised(reward: Reward, role: str) -> bool:
    return reward.to == role and (reward.tier is None or reward.tier[0] <= 1)


def _value(reward: Reward, program: Program, bill: float) -> float:
    if reward.value_minor is not None:
        return float(reward.value_minor / 10**program.digits)
    return float(reward.percent or 0) / 100 * bill

"""Draw how people respond to an offer, if that is assumed: afresh for each market, within the world file's ranges."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import Final

from simulator.world.spec import WorldSpec
from simulator.world.spec_assumed import Assumption
from simulator.world.spec_buying import Offer, Response

_OFFER: Final = "offer"


def response_assumptions(spec: WorldSpec) -> tuple[Assumption, ...]:
    """Return the assumptions of a world file that are about how people respond to the size of a reward."""
    return tuple(one for one in spec.assumptions if one.path[0] == _OFFER and len(one.path) == 3)


def drawn_offers(spec: WorldSpec, seeds: Sequence[int]) -> list[Offer]:
    """Return how people respond in the markets with these seeds; a seed gives the same response in any study.

    A number is below the file's own as often as above, uniformly on either side. Combinations for which the response
    would not saturate are drawn again.
    """
    return [_drawn(spec, seed) for seed in seeds]


def _drawn(spec: WorldSpec, seed: int) -> Offer:
    chance = Random(f"response {seed}")  # noqa: S311 - a simulation
    found: dict[str, Response] = {}
    for role, assumed in _by_role(response_assumptions(spec)):
        filed: Response = getattr(spec.offer, role)
        while True:
            numbers = {one.path[2]: _between(one, chance.random()) for one in assumed}
            drawn = filed.model_copy(update=numbers)
            if drawn.saturates:
                break
        found[role] = drawn
    return spec.offer.model_copy(update=found)


def _by_role(assumed: Sequence[Assumption]) -> Iterator[tuple[str, list[Assumption]]]:
    for role in dict.fromkeys(one.path[1] for one in assumed):
        yield role, [one for one in assumed if one.path[1] == role]


def _between(one: Assumption, share: float) -> float:
    """Return a number of an assumption's range: the file's own in the middle of all shares from 0 to 1."""
    if share < 0.5:
        return one.low + (one.value - one.low) * 2 * share
    return one.value + (one.high - one.value) * (2 * share - 1)

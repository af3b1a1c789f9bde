"""Make short readable names for pseudonyms: `amber-otter-42`, always the same for the same reference.

The platform knows people by keyed hashes only, and nobody can talk about `c_9f86d081884c7d65`. A name is made from the
reference alone, says nothing about the person, and is not unique: there are 1.6 million names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from typing import Final

Namer = Callable[[str], str]
"""A function from a pseudonymous reference to a person's name."""

_FIRST: Final = (
    "able agile airy alert amber ample apt arctic azure balmy bold brave breezy bright brisk bronze "
    "calm candid cheery chief civic clear clever coral cosmic cosy crisp curly dapper daring dawn deep "
    "deft eager early easy elder ember epic even fabled fair fancy fast fern fine firm fleet fond frank "
    "free fresh gentle gifted glad golden grand green happy hardy hazel high honest humble indigo ivory "
    "jade jolly keen kind lively lofty loyal lucky lunar magic maple mellow merry mighty mild misty "
    "modest mossy neat nimble noble north olive opal open patient pearl plucky polite proud quick quiet "
    "rapid ready rosy royal ruby rustic sandy serene sharp silent silver sleek smart snowy solar spry "
    "steady stellar sturdy sunny swift tidy true velvet vivid warm wise witty young zesty"
)
_SECOND: Final = (
    "adder alpaca ant antler auk badger bat bear beaver bee beetle bison boar bobcat bream buck bull "
    "camel caribou carp cat chamois cheetah cicada civet clam cobra cod colt condor coot corgi crab "
    "crane cricket crow cub curlew deer dingo dog dove drake duck eagle eel egret eland elk emu ermine "
    "falcon fawn ferret finch fox frog gannet gecko gibbon gnu goat goose grebe grouse gull hare hawk "
    "hen heron hippo horse hound ibex ibis impala jackal jaguar jay kestrel kite kiwi koala lark lemur "
    "leopard linnet lion lizard llama lynx macaw magpie marten mole moose moth mouse newt ocelot okapi "
    "orca oryx osprey otter owl ox panda parrot pelican perch pigeon pike pony puffin puma quail rabbit "
    "raven robin salmon seal shark sparrow stoat swan tapir toad"
)
_FIRSTS: Final = tuple(_FIRST.split())
_SECONDS: Final = tuple(_SECOND.split())


@lru_cache(maxsize=8192)
def short_name(reference: str) -> str:
    """Return a name for a pseudonymous reference: an adjective, an animal and a number below 100."""
    number = int.from_bytes(blake2b(reference.encode(), digest_size=8).digest(), "big")
    number, first = divmod(number, len(_FIRSTS))
    number, second = divmod(number, len(_SECONDS))
    return f"{_FIRSTS[first]}-{_SECONDS[second]}-{number % 100}"


@dataclass(frozen=True, slots=True)
class Names:
    """A namer that uses the client's names for people, if it knows them, else short names.

    `missing` says why the client's names are not available, if they were wanted.
    """

    found: Mapping[str, str] = field(default_factory=dict)
    missing: str = ""

    def __call__(self, reference: str) -> str:
        """Return a person's name."""
        return self.found.get(reference) or short_name(reference)


PSEUDONYMS: Final = Names()
"""The platform's view: short names only."""

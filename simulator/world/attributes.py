"""Give customers and conversions attributes: one number per event stands for a combination, which has a text."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import numpy as np

from simulator.events.attributes import as_text
from simulator.world.draws import Floats, Ints, Keys, Purpose, choose
from simulator.world.spec_attributes import Attribute


class Attributes:
    """The attributes of one kind of thing: all combinations of their values, and who has which."""

    def __init__(self, attributes: Mapping[int, Attribute]) -> None:
        """Take attributes by their place in the world file, on which their draws depend."""
        self._shares: dict[int, Floats] = {
            place: np.cumsum(list(one.values.values())) for place, one in attributes.items()
        }
        names = [one.name for one in attributes.values()]
        combined = product(*(one.values for one in attributes.values()))
        texts = tuple(as_text(dict(zip(names, values, strict=True))) for values in combined)
        self.texts = texts if attributes else ()
        """Each combination as canonical JSON text; empty if there is no attribute."""

    def of(self, keys: Keys) -> Ints:
        """Return the number of each key's combination; only call it if there are attributes."""
        number = np.zeros(len(keys), dtype=np.int64)
        for place, shares in self._shares.items():
            number = number * len(shares) + choose(keys, Purpose.ATTRIBUTE, shares, place)
        return number

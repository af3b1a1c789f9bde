"""Define a world file's types for attributes: a customer's plan, a conversion's product, in the client's words."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from simulator.events.contract import ATTRIBUTE_PATTERN
from simulator.world.measures import Part, Share, check_whole

MOST_COMBINED = 4096
"""The most combinations of the values of all attributes of one kind: each is made as a text beforehand."""

Text = Annotated[str, Field(min_length=1, max_length=256, pattern="^[^@]*$")]


class Attribute(Part):
    """An attribute: `values` are its texts with their shares, which add up to 1.

    One of a `conversion` is drawn for each event of the conversion's type, first or repeated; one of a `customer` once
    for each person, and given with their identification and their claim.
    """

    name: Annotated[str, Field(pattern=f"^{ATTRIBUTE_PATTERN}$")]
    of: Literal["conversion", "customer"]
    values: Annotated[dict[Text, Share], Field(min_length=1)]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        check_whole(f"values of {self.name}", {str(name): share for name, share in self.values.items()})
        return self

"""What a study's markets have in common: the world, its size and length, and how the client's events are delivered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from simulator.delivery.dials import Rates, check_unspoiled
from simulator.delivery.models import Model, parse_models
from simulator.program.model import Program
from simulator.world.drawn_offer import drawn_offers
from simulator.world.spec import WorldSpec
from simulator.world.windows import WorldSetup, start_of


@dataclass(frozen=True)
class Setting:
    """The world and delivery of every market of a study; only the seed differs.

    `referrers` and `days` are as for `simulate`. `start_ms` (milliseconds UTC) is the start, None for that of each
    design, which `simulate` uses without `--start`. `delivery` are models by event type that override the world file's,
    `faults` rates of fault dials. If responses are `drawn`, people respond to an offer differently in each market,
    within the world file's ranges (`drawn_offer`); otherwise as it says.
    """

    spec: WorldSpec
    referrers: int
    days: int
    start_ms: int | None = None
    delivery: Mapping[str, str] = field(default_factory=dict)
    faults: Rates = field(default_factory=dict)
    drawn: bool = False

    def __post_init__(self) -> None:
        """Check delivery and faults.

        Raises:
            InputError: there is no such model, or a fault spoils what messages say.

        """
        self.models()
        check_unspoiled(self.faults)

    def models(self) -> dict[str, Model]:
        """Return the delivery models by event type."""
        return parse_models({**self.spec.delivery, **self.delivery})

    def world(self, program: Program, seeds: Sequence[int]) -> WorldSetup:
        """Return the setup of the markets with these seeds under a design, some of whose events are only counted."""
        seed = seeds[0] if len(seeds) == 1 else seeds
        start = start_of(program) if self.start_ms is None else self.start_ms
        offers = drawn_offers(self.spec, seeds) if self.drawn else ()
        return WorldSetup(self.spec, program, seed, self.referrers, start, self.days, offers, counting=True)

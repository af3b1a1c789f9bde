"""Read what two databases are compared by: how each was made, its program, the funnel and the numbers.

Like the screens, it reads only rollups, except for where the money went. Standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from db.read.figures import Headline, Stage, figure, funnel
from db.read.queries import Program, Reader, database_status
from db.read.rewards import Budget, budget
from db.read.settings import all_settings
from db.read.sums import PastSums, now
from db.read.waterfall import Waterfall, waterfall
from db.sqlite.readonly import reporting_damage
from simulator.domain.errors import InputError

NUMBERS: Final = (
    "participation",
    "k",
    "friends",
    "approval",
    "cost",
    "issued",
    "pending",
    "clawed",
    "time",
)
"""The numbers compared besides the funnel, in this order; keys of `simulator.domain.definitions`."""
_ALIKE: Final = ("preset", "seed", "referrers", "days", "start", "models", "faults")


@dataclass(frozen=True, slots=True)
class ComparedDatabase:
    """One of the two databases: `made` is how the run was started, by setting; `status` is the writer's, or empty.

    `waterfall` is None for a database merged from shards.
    """

    path: Path
    program: Program
    design: str
    made: Mapping[str, str]
    status: str
    stages: tuple[Stage, ...]
    numbers: tuple[Headline, ...]
    budget: Budget
    waterfall: Waterfall | None

    def number(self, key: str) -> Headline:
        """Return the number with that key."""
        return next(one for one in self.numbers if one.key == key)

    @property
    def qualified(self) -> int:
        """The number of friends who qualified."""
        return next(one.count for one in self.stages if one.name == "qualified")

    @property
    def promised(self) -> int:
        """What is issued and not taken back, plus what is pending, in minor units."""
        return self.number("issued").numerator + self.number("pending").numerator


def read_compared(path: Path) -> ComparedDatabase:
    """Read one database; raises DatabaseError if it is not one of ours or can't be read."""
    with reporting_damage(path):
        return _read_compared(path)


def _read_compared(path: Path) -> ComparedDatabase:
    reader = Reader(path)
    try:
        with reader.look() as db:
            found, stands = now(db), database_status(db, 1)
            sums = found.totals
            lasts = budget(db, PastSums(), found, stands.clock.sim_at if stands.clock else 0)
            made = all_settings(db)
            went = waterfall(db)
            (design,) = db.execute(
                "SELECT text FROM program_version ORDER BY version DESC LIMIT 1"
            ).fetchone() or ("",)
    finally:
        reader.close()
    return ComparedDatabase(
        path=path,
        program=stands.program or Program(0, "", "", 2),
        design=design,
        made=made,
        status=stands.clock.status if stands.clock else "",
        stages=funnel(sums),
        numbers=tuple(figure(key, sums) for key in NUMBERS),
        budget=lasts,
        waterfall=went,
    )


def check_currencies(sides: Sequence[ComparedDatabase]) -> None:
    """Check that all databases pay in one currency.

    Raises:
        InputError: they don't.

    """
    for other in sides[1:]:
        one = sides[0]
        if one.program.currency != other.program.currency:
            raise InputError(
                f"{one.path} and {other.path}: can't be compared, one pays in {one.program.currency}, the other in "
                f"{other.program.currency}; compare programs of one currency"
            )


def other_differences(one: ComparedDatabase, other: ComparedDatabase) -> list[str]:
    """List what differs besides the design, a phrase each; then the people or their luck differ too."""
    found = [
        f"{side.path.name} was not made by simulate"
        for side in (one, other)
        if side.made.get("kind") != "simulate"
    ]
    if not found:
        found += [
            f"{name} {a} and {b}"
            for name in _ALIKE
            if (a := one.made.get(name, "")) != (b := other.made.get(name, ""))
        ]
    found += [
        f"{side.path.name} is not finished"
        for side in (one, other)
        if side.made.get("kind") == "simulate" and side.status != "finished"
    ]
    return found

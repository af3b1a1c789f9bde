"""Load the designs that drills use: programs with low limits, and small worlds that reach them often."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

from simulator.program.load import load_program
from simulator.program.model import Program, Reward
from simulator.run.plan import world_text
from simulator.world.spec import WorldSpec

NAMES: Final = ("mobile", "shop", "box")
"""The designs, in the order in which their worlds are made."""


@dataclass(frozen=True)
class Design:
    """A program with one milestone, a world of `referrers` customers over `days`, and how its events are delivered."""

    name: str
    program: Program
    spec: WorldSpec
    referrers: int
    days: int

    @property
    def event(self) -> str:
        """The type of the conversion that the milestone counts."""
        return self.program.milestones[0].event

    def reward_for(self, role: str) -> Reward:
        """Return the reward that each conversion pays to a role, apart from a bonus for every n-th."""
        return next(one for one in self.program.rewards if one.to == role and one.every is None)

    @property
    def bonus(self) -> Reward | None:
        """The reward that only every n-th friend pays, if there is one."""
        return next((one for one in self.program.rewards if one.every is not None), None)


def load_design(name: str) -> Design:
    """Load one of the designs `NAMES`."""
    folder = files("simulator") / "drills" / "designs"
    program = load_program(
        (folder / f"{name}.program.toml").read_text(encoding="utf-8"), f"{name}.program.toml"
    )
    own = tomllib.loads((folder / f"{name}.world.toml").read_text(encoding="utf-8"))
    raw = tomllib.loads(world_text(own["preset"]))
    raw["delivery"] = {**raw["delivery"], **own["delivery"]}
    raw.pop("assumed", None)  # ranges around the numbers that are changed
    spec = WorldSpec.model_validate(_changed(raw, own["changes"]))
    return Design(name, program, spec, own["referrers"], own["days"])


def _changed(raw: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return a world file's tables with the values from `changes` merged in; a value may be a table."""
    for table, values in changes.items():
        raw[table] = {**raw[table], **values}
    return raw

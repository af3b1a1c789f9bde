"""The plan of a run: preset, program, seed, size, time and delivery, as stored in its database for a restart."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Final

from simulator.delivery.models import Model, parse_models
from simulator.domain.cores import cores
from simulator.domain.errors import DatabaseError, WorldError
from simulator.domain.spans import DAY_MS
from simulator.program.nearest import advice
from simulator.run.pace import MAX
from simulator.world.spec import WorldSpec, load_world
from simulator.world.windows import START_MS

PRESET: Final = "telecom"
SEED: Final = 1
REFERRERS: Final = 1000
DAYS: Final = 365
_WORTH_A_PROCESS: Final = 5_000_000  # referrer-days; measured on two cores


@dataclass(frozen=True)
class Plan:
    """Everything that determines a run's events, except the program and the commands given during the run.

    `delivery` overrides the world file's models; `faults` are rates as returned by `dials.parse_faults`.
    """

    preset: str = PRESET
    seed: int = SEED
    referrers: int = REFERRERS
    days: int = DAYS
    start_ms: int = START_MS
    delivery: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, float] = field(default_factory=dict)

    @property
    def end_ms(self) -> int:
        """The end of the run, milliseconds UTC."""
        return self.start_ms + self.days * DAY_MS

    def settings(self) -> dict[str, str]:
        """Return the plan as settings to store in the database."""
        return {
            "kind": "simulate",
            "preset": self.preset,
            "seed": str(self.seed),
            "referrers": str(self.referrers),
            "days": str(self.days),
            "start": str(self.start_ms),
            "delivery": json.dumps(dict(self.delivery), sort_keys=True),
            "models": json.dumps({**self.world().delivery, **self.delivery}, sort_keys=True),
            "faults": json.dumps(dict(self.faults), sort_keys=True),
            "world_sha256": world_digest(self.preset),
        }

    @classmethod
    def of(cls, settings: Mapping[str, str], name: str) -> Plan:
        """Return the plan stored in the settings of the database called `name`.

        Raises:
            DatabaseError: the database was not made by `simulate`, or the preset's world file has changed since.

        """
        if settings.get("kind") != "simulate":
            raise DatabaseError(
                f"{name}: was not made by simulate, so there is no run to resume; use another --db"
            )
        plan = cls(
            preset=settings["preset"],
            seed=int(settings["seed"]),
            referrers=int(settings["referrers"]),
            days=int(settings["days"]),
            start_ms=int(settings["start"]),
            delivery=json.loads(settings["delivery"]),
            faults=json.loads(settings["faults"]),
        )
        if settings["world_sha256"] != world_digest(plan.preset):
            raise DatabaseError(
                f"{name}: the world file of preset '{plan.preset}' has changed since this run was started, "
                "so it can't be resumed; start a new run in another --db"
            )
        return plan

    def quickest_processes(self, pace: float) -> int:
        """Return how many processes are fastest on this machine: two if there is a core for each and enough to do.

        Starting a process takes about a second, as long as simulating 1,000 referrers for a year.
        """
        return 2 if pace == MAX and cores() > 1 and self.referrers * self.days >= _WORTH_A_PROCESS else 1

    def world(self) -> WorldSpec:
        """Load the preset's world.

        Raises:
            WorldError: there is no such preset, or its world file is not valid.

        """
        return load_world(world_text(self.preset), f"{self.preset}/world.toml")

    def models(self, spec: WorldSpec) -> dict[str, Model]:
        """Return the delivery models by event type: the world file's, overridden by the plan's.

        Raises:
            InputError: a model is not valid.

        """
        return parse_models({**spec.delivery, **self.delivery})


def world_names() -> tuple[str, ...]:
    """Return the sorted names of the presets that have a world."""
    folder = files("simulator") / "presets"
    return tuple(sorted(entry.name for entry in folder.iterdir() if (entry / "world.toml").is_file()))


def world_text(preset: str) -> str:
    """Return the text of a preset's world file.

    Raises:
        WorldError: there is no such preset; the message suggests the nearest name.

    """
    names = world_names()
    if preset not in names:
        raise WorldError(
            f"--preset {preset}: no such preset, or one without a world; {advice(preset, names)}"
        )
    return (files("simulator") / "presets" / preset / "world.toml").read_text(encoding="utf-8")


def world_digest(preset: str) -> str:
    """Return the SHA-256 of a preset's world file, in hexadecimal."""
    return hashlib.sha256(world_text(preset).encode()).hexdigest()

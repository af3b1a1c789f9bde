"""Options that the commands of the lab share: the people, how many markets of them, and how their events travel."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from referral_tui.cli.options import preset_completion, read_time

if TYPE_CHECKING:
    from simulator.lab.setting import Setting
    from simulator.lab.vary import Design

Preset = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="The preset that the people come from. Default: the first program, if that is a preset; else telecom.",
        autocompletion=preset_completion,
    ),
]
Referrers = Annotated[
    int,
    typer.Option(
        min=1, max=10_000_000, help="Customers of the brand who learn of the program, in each market."
    ),
]
Days = Annotated[int, typer.Option(min=1, max=3660, help="How many days each market runs.")]
Seed = Annotated[int, typer.Option(min=0, help="The seed of the first market; the next ones follow.")]
Start = Annotated[
    str | None, typer.Option(metavar="TIME", help="When it starts. Default: the program's start, or 2026.")
]
Delivery = Annotated[
    list[str] | None,
    typer.Option(
        metavar="TYPE=MODEL", help="How a client event type is delivered, as in simulate. May be repeated."
    ),
]
Faults = Annotated[
    list[str] | None,
    typer.Option(
        metavar="MIX|[TYPE:]DIAL=RATE",
        help="What goes wrong in transit, as in simulate, except faults that corrupt a message's content.",
    ),
]
Vary = Annotated[
    list[str] | None,
    typer.Option(
        metavar="PATH=VALUES",
        help="Vary a value of the program: 'reward\\[NAME].value=10..50', 'reward\\[*].hold=7d,14d', "
        "'rule\\[CODE].FACT=3..8', 'budget.total=…', 'attribution.window=…', 'delivery\\[TYPE]=MODEL,…'. "
        "May be repeated: every combination is a design.",
    ),
]
Workers = Annotated[
    int | None,
    typer.Option(
        min=1,
        max=256,
        help="Processes that share the work; figures don't depend on it. Default: one per core, if worthwhile.",
    ),
]

Cluster = Annotated[
    str | None,
    typer.Option(metavar="ADDRESS", help="Share the work on a Dask cluster, such as tcp://host:8786."),
]
Assumed = Annotated[
    bool,
    typer.Option(
        "--assumed",
        help="Draw how people respond to an offer afresh in each market, within the world file's ranges, so that bands "
        "and chances reflect what is assumed as well as luck.",
    ),
]

PRESET = "telecom"


def read_setting(
    preset: str | None,
    programs: Sequence[str],
    referrers: int,
    days: int,
    start: str | None,
    delivery: list[str] | None,
    faults: list[str] | None,
    *,
    assumed: bool = False,
) -> tuple[str, Setting]:
    """Return the name of the preset, and the setting that the options describe.

    Raises:
        InputError: an option is wrong, or the world file gives no ranges of what is `assumed`.
        WorldError: there is no such preset.

    """
    from simulator.delivery.dials import parse_faults
    from simulator.delivery.models import parse_override
    from simulator.domain.errors import InputError
    from simulator.lab.setting import Setting
    from simulator.program.presets import preset_names
    from simulator.run.plan import world_text
    from simulator.world.drawn_offer import response_assumptions
    from simulator.world.spec import load_world

    if preset is None:
        preset = programs[0] if programs[0] in preset_names() else PRESET
    spec = load_world(world_text(preset), f"{preset}/world.toml")
    if assumed and not response_assumptions(spec):
        raise InputError(
            f"--assumed: the world of {preset} gives no ranges of how people respond (its table assumed)"
        )
    return preset, Setting(
        spec,
        referrers,
        days,
        start_ms=read_time(start, "--start"),
        delivery=dict(parse_override(text) for text in delivery or ()),
        faults=parse_faults(faults) if faults else {},
        drawn=assumed,
    )


def read_designs(programs: Sequence[str], vary: list[str] | None) -> list[Design]:
    """Return the designs to run, each with a short unique name: the given programs, or the grid made from one.

    Raises:
        InputError: a program can't be found, they pay in different currencies, or a variation doesn't fit.
        ProgramError: a program is not valid.

    """
    from simulator.domain.errors import InputError
    from simulator.lab.vary import Design, grid, parse_variation
    from simulator.program.load import load_program
    from simulator.program.presets import find_program

    if vary:
        if len(programs) > 1:
            raise InputError("--vary: makes its designs from one program; give one, or leave --vary out")
        return grid(*find_program(programs[0]), [parse_variation(text) for text in vary])
    found = [
        Design(name, load_program(*find_program(given)))
        for name, given in zip(short_names(programs), programs, strict=True)
    ]
    for one in found[1:]:
        if one.program.currency != found[0].program.currency:
            raise InputError(
                f"{found[0].name} and {one.name}: can't be compared, one pays in {found[0].program.currency}, the "
                f"other in {one.program.currency}; compare programs of one currency"
            )
    return found


def short_names(programs: Sequence[str]) -> list[str]:
    """Return a name for each program: the file's without folder and ending, where that tells them apart."""
    from simulator.domain.errors import InputError

    if len(set(programs)) < len(programs):
        twice = next(one for place, one in enumerate(programs) if one in programs[:place])
        raise InputError(f"{twice}: is given twice; give each program once")
    stems = [Path(one).stem for one in programs]
    return stems if len(set(stems)) == len(stems) else list(programs)


def ground_fields(preset: str, setting: Setting, seed: int, markets: int, design: Design) -> dict[str, Any]:
    """Return what all markets have in common, for `--json`."""
    return {
        "preset": preset,
        "referrers": setting.referrers,
        "days": setting.days,
        "seed": seed,
        "markets": markets,
        "currency": design.program.currency,
        "digits": design.program.digits,
        "bands": "luck and response" if setting.drawn else "luck",
    }

"""`program check --try`: run some markets under a program, and warn of what they show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from referral_tui.cli.lab_options import read_setting
from referral_tui.cli.output import say

if TYPE_CHECKING:
    from simulator.program.model import Program


def try_program(
    program: Program,
    name: str,
    source: str,
    preset: str | None,
    referrers: int,
    days: int,
    markets: int,
    seed: int,
) -> dict[str, Any]:
    """Run markets and print the warnings; return them with what was run, for `--json`.

    Raises:
        InputError: an option is wrong.

    """
    from simulator.lab.doubts import find_doubts
    from simulator.lab.evidence import gather

    world, setting = read_setting(preset, [source], referrers, days, None, None, None)
    doubts = find_doubts(program, gather(setting, program, range(seed, seed + markets)), setting)
    for one in doubts:
        place = name if one.line is None else f"{name}:{one.line}"
        say(f"warning: {place}: {one.subject}: {one.says}", err=True)
    many = "market" if markets == 1 else "markets"
    say(
        f"{name}: tried in {markets:,} {many} of {referrers:,} people of {world} for {days:,} days: "
        f"{len(doubts) or 'no'} warning{'' if len(doubts) == 1 else 's'}",
        err=True,
    )
    return {
        "preset": world,
        "referrers": referrers,
        "days": days,
        "markets": markets,
        "seed": seed,
        "warnings": [
            {"kind": one.kind, "line": one.line, "subject": one.subject, "says": one.says} for one in doubts
        ],
    }

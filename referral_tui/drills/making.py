"""Generate cases in a separate process: `python -m referral_tui.drills.making SEED EACH CAUSES DESIGN …`.

Each line of its output is a case as JSON, with the number of its world; a line without a case ends a world. The screen
that reads them loads neither the simulator nor Polars.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence

from referral_tui.names import short_name
from simulator.domain.drills import Cause
from simulator.drills.cases import make_cases
from simulator.drills.practice import practice


def lines(seed: int, each: int, causes: Sequence[Cause], designs: Sequence[str]) -> Iterator[str]:
    """Yield the lines for the worlds of these designs, one world after the other."""
    for number, design in enumerate(designs):
        with practice(design, seed) as world:
            for case in make_cases(world, short_name, causes, each):
                yield json.dumps({"world": number, "case": case.to_json()})
        yield json.dumps({"world": number})


def main(arguments: Sequence[str]) -> None:
    """Write the lines to standard output as they are made."""
    seed, each, causes, *designs = arguments
    for line in lines(int(seed), int(each), [Cause(one) for one in causes.split(",")], designs):
        print(line, flush=True)  # noqa: T201 -- this is its answer to the process that started it


if __name__ == "__main__":
    main(sys.argv[1:])

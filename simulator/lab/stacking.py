"""Decide which markets of a study are simulated together: as many as memory allows, if nothing ties them."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from simulator.lab.setting import Setting
from simulator.program.model import Program

MOST_REFERRERS: Final = 200_000
"""First customers simulated together. A year of each takes about 4 kB; with 100,000 it takes a fifth more time."""
_AT_ONCE: Final = 400_000
"""First customers that all processes may simulate at once: some 2 GB for a year."""
_COMMUNITY: Final = re.compile(r"\bcommunity\b")


def groups(
    setting: Setting, program: Program, seeds: Sequence[int], designs: int = 1, workers: int = 1
) -> list[list[int]]:
    """Split the seeds of markets under a design into groups of about the same size, to be simulated together.

    `designs` is how many designs these markets are run under, and `workers` how many processes share all of them. The
    groups are as few as memory and an even share for each process allow: whatever is simulated together has a cost of
    its own, some three seconds a year.
    """
    least = 1 if designs >= 4 * workers else workers // math.gcd(designs, workers)
    allowed = min(MOST_REFERRERS, _AT_ONCE // workers)
    most = max(1, allowed // setting.referrers) if can_stack(setting, program) else 1
    count = max(1, min(len(seeds), max(least, -(-len(seeds) // most))))
    ends = [len(seeds) * place // count for place in range(count + 1)]
    return [list(seeds[first:last]) for first, last in pairwise(ends)]


def can_stack(setting: Setting, program: Program) -> bool:
    """Return whether markets can be simulated together.

    They can't with faults, which strike by market, nor if an expression reads a community's name, which would then be
    prefixed with the seed.
    """
    asked = [rule.require for rule in program.rules]
    asked += [text for one in program.rewards for text in (one.when, one.keep_if) if text is not None]
    return not any(setting.faults.values()) and not any(_COMMUNITY.search(text) for text in asked)

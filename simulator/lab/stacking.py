"""Decide which markets of a study are simulated together: as many as memory allows, where nothing is of all of them."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Final

from simulator.lab.setting import Setting
from simulator.program.model import Program

MOST_REFERRERS: Final = 40_000
"""First customers simulated together: more gain nothing, and a year of each takes about 20 kB."""
_COMMUNITY: Final = re.compile(r"\bcommunity\b")


def pieces(designs: int, workers: int) -> int:
    """Return into how many pieces to split the markets of each design, so that all workers have as much to do.

    As few as possible: whatever is simulated together has a cost of its own, some three seconds a year.
    """
    return 1 if designs >= 4 * workers else workers // math.gcd(designs, workers)


def groups(setting: Setting, program: Program, seeds: Sequence[int], least: int = 1) -> list[list[int]]:
    """Split the seeds of markets under a design into groups to be simulated together, `least` or more of them."""
    most = max(1, MOST_REFERRERS // setting.referrers) if can_stack(setting, program) else 1
    size = min(most, -(-len(seeds) // least))
    return [list(seeds[first : first + size]) for first in range(0, len(seeds), size)]


def can_stack(setting: Setting, program: Program) -> bool:
    """Whether markets can be simulated together.

    Not with faults, which strike by market, and not if an expression reads a community's name, which then has the seed
    before it.
    """
    asked = [rule.require for rule in program.rules]
    asked += [text for one in program.rewards for text in (one.when, one.keep_if) if text is not None]
    return not any(setting.faults.values()) and not any(_COMMUNITY.search(text) for text in asked)

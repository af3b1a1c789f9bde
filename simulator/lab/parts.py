"""Run a part of a study: a group of markets under one design."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from simulator.lab.figures import channel_rows, market_rows, week_rows
from simulator.lab.market import Markets
from simulator.lab.setting import Setting
from simulator.program.model import Program

_WEEK_DAYS = 7
Row = dict[str, Any]
Rows = list[Row]


@dataclass
class PartRows:
    """Rows of markets in their order: one each, then one each and week; and lists of those by channel, one each."""

    markets: Rows
    weeks: Rows
    channels: list[Rows]


@dataclass(frozen=True)
class Part:
    """Markets, by their seeds, that are simulated together under one design."""

    setting: Setting
    design: str
    program: Program
    seeds: Sequence[int]


def run_part(part: Part, pulse: Callable[[], None] | None = None) -> PartRows:
    """Return the rows of a part's markets.

    `pulse` is called often meanwhile, and may raise to give the part up.
    """
    tally = Markets(part.setting, part.program, part.seeds).run(pulse)
    weeks = -(-part.setting.days // _WEEK_DAYS)
    return PartRows(
        market_rows(part.design, part.seeds, tally),
        week_rows(part.design, part.seeds, tally, weeks),
        channel_rows(part.design, part.seeds, tally),
    )

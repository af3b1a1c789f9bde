"""Run designs over many markets and return their figures: those of a market are what `simulate` reports for its seed.

A market is a world with one seed. All designs of a study are judged on the same people with the same luck, so figures
of one seed under two designs may be subtracted (paired).

**The frame `markets`** (`figures.MARKET_SCHEMA`) has one row for each design and market, designs in the order given and
seeds in the order given within each. Columns are named as `simulate --json` and `fraud --json` name their keys, nested
keys joined by dots; money is in minor units, times are milliseconds UTC:

- `design` (the name given) and `seed`;
- `received`, `accepted`, `duplicate`, `conflict`, `malformed`: messages by receipt (the last two are 0 in a study);
- `funnel.STAGE` for each stage (`reached`, `visited`, `claimed`, `eligible`, `converted`, `qualified`, `rewarded`), as
  the Overview shows them: how many friends got so far. `funnel.qualified` are the new customers;
- `attributions`;
- `decisions.OUTCOME` (`ignored`, `qualified`, `refused`, `review`): as they stand at the end;
- `rewards.STATE.count` and `rewards.STATE.value_minor` for each state of a reward (`pending`, `waiting`, `offered`,
  `issued`, `redeemed`, `expired`, `counted`, `capped`, `unfunded`, `forfeited`, `voided`, `revoked`) and `unpaid`:
  the pending lines that would be counted, capped, unfunded or forfeited (`pending` are those that would be issued);
- `numbers.issued`, `numbers.pending`, `numbers.clawed`, `numbers.spent`; `numbers.cost` (a new customer's, Float64,
  null if nothing was issued or nobody qualified), `numbers.k` (Float64, null without links) and `numbers.time`
  (from conversion to issue, milliseconds on average, Float64, null if nothing was issued);
- `late_reversals.issued`, `.clawed_back` and `.lost`, each with `.count` and `.value_minor`;
- `reversals_without_effect.REASON` for each reason;
- `budget_ended_at` and `budget_ended_day`: when the budget first had no room for a reward, and on which day of the
  market, from 1; null if it always had;
- `paid_to_cheats_minor` and `refused_to_honest_minor`: as `fraud` defines them.

**The frame `weeks`** (`figures.WEEK_SCHEMA`) has one row for each design, market and week (`week` 0, 1 … from the
market's start; the last week may be short, and also has what is released at the end). `funnel.STAGE`, `attributions`,
`numbers.issued`, `numbers.clawed`, `numbers.spent` and `rewards.STATE.value_minor` (`capped`, `unfunded`, `voided`) are
what came in that week; issued money less what was taken back may be below 0. `numbers.pending` is the level at the
week's end. The weeks add up to the figures at the end, except for `funnel.reached`, which is a maximum.

**The frame `channels`** (`figures.CHANNEL_SCHEMA`) has one row for each design, market and `channel` that brought a
friend: `attributions`; `qualified`, the friends among them who qualified; and `issued_minor`, what was issued for their
conversions and not taken back. They add up to the market's, except for attributions that ended in a merge.

Markets don't depend on each other: the figures are the same in any order and grouping of seeds and designs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields

import polars as pl

from simulator.domain.errors import InputError
from simulator.lab.figures import CHANNEL_SCHEMA, MARKET_SCHEMA, WEEK_SCHEMA
from simulator.lab.parts import Part, PartRows, Row, run_part
from simulator.lab.pool import WorkerPool
from simulator.lab.setting import Setting
from simulator.lab.stacking import groups
from simulator.program.model import Program


@dataclass(frozen=True)
class Study:
    """The figures of a study: a row for each design and market, and for each week and channel of those."""

    markets: pl.DataFrame
    weeks: pl.DataFrame
    channels: pl.DataFrame

    @classmethod
    def of(cls, markets: Sequence[Row], weeks: Sequence[Row], channels: Sequence[Row] = ()) -> Study:
        """Return the study with these rows."""
        return cls(
            pl.DataFrame(markets, schema=MARKET_SCHEMA),
            pl.DataFrame(weeks, schema=WEEK_SCHEMA),
            pl.DataFrame(channels, schema=CHANNEL_SCHEMA),
        )

    @classmethod
    def joined(cls, parts: Sequence[Study]) -> Study:
        """Return several studies as one, in their order."""
        names = [one.name for one in fields(cls)]
        return cls(*(pl.concat([getattr(part, name) for part in parts]) for name in names))

    def in_order(self, designs: Sequence[str]) -> Study:
        """Return the study with its designs in this order."""
        order = pl.col("design").cast(pl.Enum(designs))
        frames = (getattr(self, one.name) for one in fields(self))
        return Study(*(frame.sort(order, maintain_order=True) for frame in frames))


def run_study(
    designs: Mapping[str, Program],
    seeds: Sequence[int],
    setting: Setting,
    progress: Callable[[int, int], None] | None = None,
    pool: WorkerPool | None = None,
) -> Study:
    """Run each design, by its name, over the markets with these seeds.

    `progress` is called with the number of markets done, of all designs, and the total. The processes of a `pool` share
    the work; without one, this process does it, with the same figures.

    Raises:
        InputError: there is no design or no market, or a seed is given twice.
        ReferralError: a process that shared the work ended.

    """
    if not designs or not seeds:
        raise InputError("a study needs at least one design and one market")
    if len(set(seeds)) < len(seeds):
        raise InputError(
            "a study takes each seed once: a market that counts twice makes the answer look more certain than it is"
        )
    pool = WorkerPool(1) if pool is None else pool
    workers = pool.size(setting, len(designs) * len(seeds))
    parts = [
        Part(setting, name, program, some)
        for name, program in designs.items()
        for some in groups(setting, program, seeds, len(designs), workers)
    ]
    total, done = len(designs) * len(seeds), 0
    found = PartRows([], [], [])
    for part, rows in zip(parts, pool.map(run_part, parts, workers), strict=True):
        found.markets += rows.markets
        found.weeks += rows.weeks
        found.channels += rows.channels
        done += len(part.seeds)
        if progress is not None:
            progress(done, total)
    return Study.of(found.markets, found.weeks, [row for rows in found.channels for row in rows])

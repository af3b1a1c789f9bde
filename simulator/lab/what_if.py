"""Answer a what-if while somebody waits: first for a few weeks, then for the whole span, then with more markets.

The runs of a design are kept, so that comparing it with another copy costs only the copy's markets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from simulator.lab.parts import Part, Rows, run_part
from simulator.lab.setting import Setting
from simulator.lab.stacking import groups
from simulator.lab.study import Study
from simulator.program.model import Program

FIRST_DAYS: Final = 56
"""The span of the first answer: it takes half a second to a second of CPU, a year two."""
FIRST_MARKETS: Final = 5
"""The fewest markets that an interval is given for (`statistics.FEWEST`)."""
FIRST_PEOPLE: Final = 1_000
"""First customers of the first answer: a market has at least one, and there are FIRST_MARKETS at most."""
MOST_MARKETS: Final = 60
"""If the budget ends in none of 59 markets, it ends in fewer than 5 of 100."""
MOST_PEOPLE: Final = 40_000
"""First customers of all markets: a year of these takes some 40 seconds of CPU."""
KEPT_DESIGNS: Final = 12


@dataclass(frozen=True)
class SampleSize:
    """One answer: how many days of how many markets it is based on."""

    days: int
    markets: int


def sample_sizes(referrers: int, days: int) -> list[SampleSize]:
    """Return the answers to give in turn, for markets of so many first customers and days."""
    first = max(1, min(FIRST_MARKETS, FIRST_PEOPLE // referrers))
    most = max(first, min(MOST_MARKETS, MOST_PEOPLE // referrers))
    found = [SampleSize(FIRST_DAYS, first)] if days > FIRST_DAYS else []
    count = first
    while count < most:
        found.append(SampleSize(days, count))
        count *= 2
    return [*found, SampleSize(days, most)]


@dataclass
class _Ran:
    """What was run of a design: the rows of its markets 1, 2 … and of their weeks."""

    markets: int = 0
    rows: Rows = field(default_factory=list)
    weeks: Rows = field(default_factory=list)


class WhatIf:
    """Runs designs side by side over the same markets, seeds 1, 2 …, and keeps what it ran of each."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._kept: dict[Program, dict[int, _Ran]] = {}

    def studies(
        self, designs: Mapping[str, Program], pulse: Callable[[], None] | None = None
    ) -> Iterator[tuple[SampleSize, Study]]:
        """Yield, for each sample in turn, the study of the designs, by their names.

        `pulse` is called often; what it raises ends this, and only the markets that were under way are lost.
        """
        for sample in sample_sizes(self._setting.referrers, self._setting.days):
            rows: Rows = []
            weeks: Rows = []
            for name, program in designs.items():
                ran = self._run(program, sample, pulse)
                rows += [{**row, "design": name} for row in ran.rows if row["seed"] <= sample.markets]
                weeks += [{**row, "design": name} for row in ran.weeks if row["seed"] <= sample.markets]
            yield (
                sample,
                Study.of(rows, weeks),
            )

    def _run(self, program: Program, sample: SampleSize, pulse: Callable[[], None] | None) -> _Ran:
        """Return the runs of a design, after running those of a sample that are missing."""
        by_days = self._kept.pop(program, {})
        self._kept[program] = by_days  # the newest last
        while len(self._kept) > KEPT_DESIGNS:
            del self._kept[next(iter(self._kept))]
        ran = by_days.setdefault(sample.days, _Ran())
        setting = replace(self._setting, days=sample.days)
        missing = range(ran.markets + 1, sample.markets + 1)
        for seeds in groups(setting, program, missing) if missing else ():
            found = run_part(Part(setting, "", program, seeds), pulse)
            ran.rows += found.markets
            ran.weeks += found.weeks
            ran.markets = seeds[-1]
        return ran

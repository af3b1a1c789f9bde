"""Gather what markets show about the parts of a design: its rules, its rewards, its reviews and its budget."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import orjson
import polars as pl

from simulator.domain.spans import DAY_MS, HOUR_MS
from simulator.domain.write_set import WriteSet
from simulator.lab.market import Markets
from simulator.lab.setting import Setting
from simulator.lab.stacking import groups
from simulator.lab.tally import Tally
from simulator.program.model import Program

_KEPT: Final = ("issued", "redeemed", "expired")
_LINE: Final = ("id", "seq", "decision", "reward", "role", "value_minor", "state", "expected", "due_at")
_MOVED: Final = ("id", "value_minor", "state", "expected", "due_at")
_DECIDED: Final = ("id", "friend", "milestone", "outcome", "facts")
QUARTERS: Final = 4
"""The number of moments at which the open reviews are counted: the end of each quarter of a market's time."""


@dataclass
class Evidence:
    """What markets showed, added up over all of them; money in minor units.

    `rules` counts results by code and `pass`, `fail` or `missing`. `asked` counts the decisions by milestone on which
    rules were evaluated, and `known` has each milestone and fact that had a value in one of them. `rewards` counts by
    name and one of: `lines`, `paid` (lines issued and kept, or to be), `capped`, `counted`; `early` and `late`, the
    lines whose conversion was reversed before and after they were due, and `late_minor`, the money of the late ones;
    `cheats_minor` and `honest_minor`, the money of the lines paid. `open_reviews` is how many were open at the end of
    each quarter, `reviews` how many there were. `ended` is in how many markets the budget ended.
    """

    markets: int = 0
    rules: Counter[tuple[str, str]] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    known: set[tuple[str, str]] = field(default_factory=set)
    rewards: Counter[tuple[str, str]] = field(default_factory=Counter)
    open_reviews: list[int] = field(default_factory=lambda: [0] * QUARTERS)
    reviews: int = 0
    ended: int = 0

    def add(self, tally: DetailedTally, days: int) -> None:
        """Add what some markets showed in so many days."""
        self.markets += tally.markets
        self.ended += sum(at is not None for at in tally.budget_ended_at)
        self.rules.update(tally.rules())
        self._add_facts(tally.decided())
        self._add_rewards(tally.lines_paid())
        levels, entered = tally.reviews(days)
        self.open_reviews = [one + more for one, more in zip(self.open_reviews, levels, strict=True)]
        self.reviews += entered

    def _add_facts(self, decided: pl.DataFrame) -> None:
        asked = decided.filter(pl.col("outcome") != "ignored")
        for milestone, facts in asked.select("milestone", "facts").iter_rows():
            self.asked[milestone] += 1
            values = orjson.loads(facts or "{}")
            self.known.update((milestone, name) for name, value in values.items() if value is not None)

    def _add_rewards(self, lines: pl.DataFrame) -> None:
        kept = pl.col("state").is_in(_KEPT)
        promised = (pl.col("state") == "offered") | (
            (pl.col("state") == "pending")
            & pl.col("expected").fill_null("offered").is_in(["offered", "issued"])
        )
        paid, value = kept | promised, pl.col("value_minor")
        after = pl.col("reversed_at") > pl.col("due_at")
        late = after & (kept | (pl.col("state") == "revoked"))
        found = lines.group_by("reward").agg(
            lines=pl.len(),
            paid=paid.sum(),
            capped=(pl.col("state") == "capped").sum(),
            counted=(pl.col("state") == "counted").sum(),
            early=((pl.col("state") == "voided") & ~after).sum(),
            late=late.sum(),
            late_minor=value.filter(late).sum(),
            cheats_minor=value.filter(paid & pl.col("cheat")).sum(),
            honest_minor=value.filter(paid & ~pl.col("cheat")).sum(),
        )
        for row in found.iter_rows(named=True):
            name = row.pop("reward")
            self.rewards.update({(name, key): int(count or 0) for key, count in row.items()})


class DetailedTally(Tally):
    """The sums of markets, and the rows behind them that show how rules and rewards did."""

    def __init__(self, *arguments: Any) -> None:
        """Start empty, as `Tally` does."""
        super().__init__(*arguments)
        self._decided: list[pl.DataFrame] = []
        self._lines: list[pl.DataFrame] = []
        self._moved: list[pl.DataFrame] = []
        self._parts: list[pl.DataFrame] = []
        self._events: list[pl.DataFrame] = []

    def add_events(self, events: pl.DataFrame) -> None:
        """Keep the conversions and what takes them back."""
        if events.height:
            columns = ["seq", "received_at", "source", "id", "reverses", "reinstates"]
            self._events.append(events.select(columns))

    def add(self, written: WriteSet) -> None:
        """Add what one call of the engine changed."""
        super().add(written)
        for held, frame, names in (
            (self._decided, written.decisions, _DECIDED),
            (self._lines, written.rewards, _LINE),
            (self._moved, written.changes, _MOVED),
            (self._parts, written.breakdown, ("metric", "part", "count")),
        ):
            if frame.height:
                held.append(frame.select(names))

    def rules(self) -> Counter[tuple[str, str]]:
        """Return how often each rule had each result."""
        found: Counter[tuple[str, str]] = Counter()
        for parts in self._parts:
            ruled = parts.filter(pl.col("metric").is_in(["rule.pass", "rule.fail", "rule.missing"]))
            for metric, code, count in ruled.iter_rows():
                found[code, metric.removeprefix("rule.")] += count
        return found

    def decided(self) -> pl.DataFrame:
        """Return all decisions as first made."""
        if not self._decided:
            return pl.DataFrame(schema=dict.fromkeys(_DECIDED, pl.String()))
        return pl.concat(self._decided)

    def settled(self) -> pl.DataFrame:
        """Return all decisions as they stand at the end: id, friend, milestone, outcome and reason."""
        now = self._kept.decisions().select("id", "friend", "outcome", "reason")
        milestones = self.decided().select(pl.col("id").cast(pl.Int64), "milestone")
        return now.join(milestones, on="id")

    def references(self) -> list[str]:
        """Return the references of people, by their numbers."""
        return pl.concat(self._refs).to_list() if self._refs else []

    def lines_paid(self) -> pl.DataFrame:
        """Return all reward lines as they stand at the end, with `cheat` and `reversed_at` of their conversion."""
        if not self._lines:
            texts = dict.fromkeys(("reward", "role", "state", "expected"), pl.String())
            numbers = dict.fromkeys(("decision", "value_minor", "due_at", "reversed_at"), pl.Int64())
            return pl.DataFrame(schema={**texts, **numbers, "cheat": pl.Boolean()})
        lines = pl.concat(self._lines)
        if self._moved:
            moved = pl.concat(self._moved).unique("id", keep="last", maintain_order=True)
            lines = lines.update(moved, on="id", how="left", include_nulls=False)
        decided = self.decided()
        cheats = decided.select("id", cheat=pl.Series(self._cheating(decided), dtype=pl.Boolean))
        return lines.join(cheats, left_on="decision", right_on="id").join(
            self._reversed(), on="seq", how="left"
        )

    def _reversed(self) -> pl.DataFrame:
        """Return the conversions (seq) that were reversed for good, and when that was received."""
        events = pl.concat(self._events)
        again = events.filter(pl.col("reinstates").is_not_null()).select("source", id="reinstates")
        back = (
            events.filter(pl.col("reverses").is_not_null())
            .group_by("source", id="reverses")
            .agg(reversed_at=pl.col("received_at").min())
            .join(again, on=["source", "id"], how="anti")
        )
        return (
            events.select("seq", "source", "id").join(back, on=["source", "id"]).select("seq", "reversed_at")
        )

    def reviews(self, days: int) -> tuple[list[int], int]:
        """Return how many reviews were open at the end of each quarter of so many days, and how many there were."""
        moves = self._kept.rollup().filter(pl.col("metric") == "decision.review")
        ends = [self.start_ms + days * DAY_MS * quarter // QUARTERS for quarter in range(1, QUARTERS + 1)]
        hour, count = moves["hour"].to_numpy(), moves["count"].to_numpy()
        return [int(count[hour * HOUR_MS < end].sum()) for end in ends], int(np.sum(count[count > 0]))


def gather(setting: Setting, program: Program, seeds: Sequence[int]) -> Evidence:
    """Run a design over the markets with these seeds, and return what they show."""
    found = Evidence()
    for tally in run_tallies(setting, program, seeds):
        found.add(tally, setting.days)
    return found


def run_tallies(setting: Setting, program: Program, seeds: Sequence[int]) -> Iterator[DetailedTally]:
    """Run a design over the markets with these seeds, and yield their sums, group by group."""
    for some in groups(setting, program, seeds):
        tally = Markets(setting, program, some, DetailedTally).run()
        assert isinstance(tally, DetailedTally)  # noqa: S101 - it is what was asked for
        yield tally

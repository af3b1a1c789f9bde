"""Keep of one market what a study needs: sums by metric and week, and who was paid, instead of rows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import polars as pl

from simulator.domain.definitions import WITHOUT_EFFECT
from simulator.domain.spans import HOUR_MS
from simulator.domain.vocabulary import Reason, RewardState
from simulator.domain.write_set import WriteSet
from simulator.program.model import Program

WEEK_HOURS: Final = 7 * 24
Sums = dict[str, tuple[int, int]]
"""By metric: a count, and a value in minor units or milliseconds."""
_FRIEND: Final = ":friend"  # a label is KIND:ROLE
_MISSING: Final = ":missing"
_SHORT: Final = (str(RewardState.UNFUNDED), str(RewardState.WAITING))


@dataclass
class Tally:
    """One market's sums; weeks are counted from its start (milliseconds UTC), beginning with 0."""

    program: Program
    start_ms: int
    received: int = 0
    duplicates: int = 0
    budget_ended_at: int | None = None
    """When the budget first had no room for a reward, milliseconds UTC."""
    _rollups: list[pl.DataFrame] = field(default_factory=list)
    _vain: list[pl.DataFrame] = field(default_factory=list)
    _refs: list[pl.Series] = field(default_factory=list)
    _decisions: list[pl.DataFrame] = field(default_factory=list)
    _settled: list[pl.DataFrame] = field(default_factory=list)
    _rewards: list[pl.DataFrame] = field(default_factory=list)
    _changes: list[pl.DataFrame] = field(default_factory=list)
    _cheats: set[str] = field(default_factory=set)

    def receive(self, messages: int, duplicates: int) -> None:
        """Count messages received, and the duplicates among them."""
        self.received += messages
        self.duplicates += duplicates

    def add(self, written: WriteSet) -> None:
        """Add what one call of the engine changed."""
        for held, frame in (
            (self._rollups, written.rollup),
            (self._decisions, written.decisions),
            (self._settled, written.settled),
            (self._rewards, written.rewards),
            (self._changes, written.changes),
        ):
            if frame.height:
                held.append(frame)
        if written.persons.height:
            self._refs.append(written.persons["ref"])
        if written.breakdown.height:
            self._vain.append(written.breakdown.filter(pl.col("metric") == WITHOUT_EFFECT))
        if self.budget_ended_at is None and self.program.budget_minor is not None and written.audit.height:
            short = written.audit.filter(pl.col("kind").is_in(_SHORT))["at"]
            self.budget_ended_at = short.min()  # type: ignore[assignment]

    def label(self, labels: Mapping[str, str]) -> None:
        """Take how people cheat, by reference."""
        self._cheats = {ref for ref, label in labels.items() if label.endswith(_FRIEND)}

    def totals(self) -> Sums:
        """Return the sums at the market's end."""
        return _sums(self._joined().group_by("metric").agg(pl.col("count", "value").sum()).rows())

    def weeks(self, count: int) -> list[Sums]:
        """Return the increments of each of the first `count` weeks; the last also has what came later."""
        first = self.start_ms // HOUR_MS
        week = ((pl.col("hour") - first) // WEEK_HOURS).clip(0, count - 1)
        found: list[Sums] = [{} for _ in range(count)]
        summed = self._joined().group_by("metric", week=week).agg(pl.col("count", "value").sum())
        for number, *row in summed.select("week", "metric", "count", "value").rows():
            found[number] |= _sums([row])
        return found

    def without_effect(self) -> dict[str, int]:
        """Return the number of reversals without effect by reason."""
        if not self._vain:
            return {}
        summed = pl.concat(self._vain).group_by("part").agg(pl.col("count").sum())
        return {part: count for part, count in summed.rows() if count}

    def paid_to_cheats(self) -> int:
        """Return what was issued on conversions of cheats and not taken back (minor units)."""
        if not self._rewards or not self._cheats:
            return 0
        decisions, lines = self._judged(), self._lines()
        cheats = decisions.filter(pl.Series(self._cheating(decisions)))
        issued = lines.filter(pl.col("state") == str(RewardState.ISSUED))
        return int(issued.join(cheats, left_on="decision", right_on="id", how="semi")["value_minor"].sum())

    def refused_to_honest(self) -> int:
        """Return what refused decisions of honest friends would have paid (minor units), by rules alone."""
        decisions = self._judged()
        refused = decisions.filter(pl.col("outcome") == "refused")
        codes = {rule.code for rule in self.program.rules}
        by_rule = [
            _decided_by(reason, failed) in codes
            for reason, failed in refused.select("reason", "failed").rows()
        ]
        honest = ~self._cheating(refused)
        money = refused["withheld_minor"].fill_null(0).to_numpy()
        return int(money[np.array(by_rule, dtype=bool) & honest].sum())

    def _judged(self) -> pl.DataFrame:
        """Return the decisions on which rules were evaluated, as they stand at the end."""
        if not self._decisions:
            return pl.DataFrame(
                schema={
                    "id": pl.Int64,
                    "friend": pl.Int64,
                    "outcome": pl.String,
                    "reason": pl.String,
                    "failed": pl.String,
                    "withheld_minor": pl.Int64,
                }
            )
        names = ("id", "friend", "outcome", "reason", "failed", "withheld_minor")
        decisions = pl.concat([one.select(names) for one in self._decisions])
        if self._settled:
            settled = pl.concat(self._settled).select("id", "outcome", "reason").unique("id", keep="last")
            decisions = decisions.update(settled, on="id", how="left", include_nulls=True)
        return decisions.filter(pl.col("outcome") != "ignored")

    def _lines(self) -> pl.DataFrame:
        """Return all reward lines as they stand at the end."""
        lines = pl.concat([one.select("id", "decision", "value_minor", "state") for one in self._rewards])
        if self._changes:
            changes = pl.concat([one.select("id", "value_minor", "state") for one in self._changes])
            lines = lines.update(changes.unique("id", keep="last", maintain_order=True), on="id", how="left")
        return lines

    def _cheating(self, decisions: pl.DataFrame) -> np.ndarray:
        refs = pl.concat(self._refs) if self._refs else pl.Series(dtype=pl.String)
        return refs[decisions["friend"].to_numpy()].is_in(list(self._cheats)).to_numpy()

    def _joined(self) -> pl.DataFrame:
        return pl.concat(self._rollups)


def _decided_by(reason: str | None, failed: str) -> str | None:
    """Return the rule that refused a decision, or asked for the review that was declined."""
    if reason == str(Reason.DECLINED):
        codes = [code for code, _ in json.loads(failed)]
        return codes[0] if codes else reason
    return (reason or "").removesuffix(_MISSING)


def _sums(rows: Iterable[Iterable[object]]) -> Sums:
    return {str(metric): (int(count), int(value)) for metric, count, value in rows}  # type: ignore[call-overload]

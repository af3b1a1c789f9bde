"""Keep what a study needs of its markets: sums by metric and week, and who was paid, instead of rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import polars as pl

from simulator.domain.definitions import PAID, WITHOUT_EFFECT
from simulator.domain.spans import HOUR_MS
from simulator.domain.vocabulary import Outcome, Reason, RewardState
from simulator.domain.write_set import WriteSet
from simulator.engine.arrays import Bools, Ints
from simulator.engine.frames import EMPTY
from simulator.program.model import Program
from simulator.world.counting import Counted

WEEK_HOURS: Final = 7 * 24
Sums = dict[str, tuple[int, int]]
"""By metric: a count, and a value in minor units or milliseconds."""
_FRIEND: Final = ":friend"  # a label is KIND:ROLE
_MISSING: Final = ":missing"
_SHORT: Final = (str(RewardState.UNFUNDED), str(RewardState.WAITING))
_KEPT: Final = tuple(state for state in PAID if state != RewardState.REVOKED)
"""The states of rewards that were issued and not taken back."""
_ATTRIBUTION = {"seq": pl.Int64(), "friend": pl.Int64(), "channel": pl.String(), "ended_at": pl.Int64()}
_DECISION = {
    "id": pl.Int64(),
    "friend": pl.Int64(),
    "outcome": pl.String(),
    "reason": pl.String(),
    "failed": pl.String(),
    "withheld_minor": pl.Int64(),
}


class Tally:
    """The sums of markets under one design; weeks are counted from their start (milliseconds UTC), beginning with 0.

    `markets` is how many there are.
    """

    def __init__(
        self, program: Program, start_ms: int, markets: int, markets_of: Callable[[Ints], Ints]
    ) -> None:
        """Start empty; `markets_of` returns the markets of people, by id."""
        self.program = program
        self.start_ms = start_ms
        self.markets = markets
        self._markets_of = markets_of
        self.received = np.zeros(self.markets, np.int64)
        self.duplicates = np.zeros(self.markets, np.int64)
        self.budget_ended_at: list[int | None] = [None] * self.markets
        """When the budget of each market first had no room for a reward, milliseconds UTC."""
        self._kept = _Kept()
        self._refs: list[pl.Series] = []
        self._cheats: set[str] = set()

    def receive(self, market: Ints, duplicates: Iterable[int]) -> None:
        """Count received messages by market; `duplicates` are the rows of the duplicates among them."""
        self.received += np.bincount(market, minlength=self.markets)
        self.duplicates += np.bincount(market[list(duplicates)], minlength=self.markets)

    def count(self, counted: Counted) -> None:
        """Count what was not made into events, as the engine would have counted those, but by week."""
        if counted.events:
            self.received += np.bincount(counted.market, minlength=self.markets)
        self._kept.count(counted, self.start_ms // HOUR_MS, self.markets)

    def add_events(self, events: pl.DataFrame) -> None:
        """Take accepted events before they are judged; the figures need none of them."""

    def add(self, written: WriteSet) -> None:
        """Add what one call of the engine changed."""
        self._kept.add(written)
        if written.persons.height:
            self._refs.append(written.persons["ref"])
        if self.program.budget_minor is not None and None in self.budget_ended_at:
            self._end_budgets(written.audit)

    def _end_budgets(self, audit: pl.DataFrame) -> None:
        """Note when budgets first had no room."""
        if not audit.height:
            return
        kinds = audit["kind"]
        places = np.flatnonzero(((kinds == _SHORT[0]) | (kinds == _SHORT[1])).to_numpy())
        if not len(places):
            return
        short = audit[["person", "at"]][places].sort("at")
        markets = self._markets_of(short["person"].to_numpy()).tolist()
        for market, at in zip(markets, short["at"].to_list(), strict=True):
            if self.budget_ended_at[market] is None:
                self.budget_ended_at[market] = at

    def label(self, labels: Mapping[str, str]) -> None:
        """Take how people cheat, by reference."""
        self._cheats = {ref for ref, label in labels.items() if label.endswith(_FRIEND)}

    def totals(self) -> list[Sums]:
        """Return each market's sums at its end."""
        found: list[Sums] = [{} for _ in range(self.markets)]
        summed = self._kept.rollup().group_by("market", "metric").agg(pl.col("count", "value").sum())
        for market, metric, count, value in summed.rows():
            found[market][metric] = (count, value)
        return found

    def weeks(self, count: int) -> list[list[Sums]]:
        """Return each market's increments of the first `count` weeks; the last also has what came later."""
        first = self.start_ms // HOUR_MS
        week = ((pl.col("hour") - first) // WEEK_HOURS).clip(0, count - 1)
        found: list[list[Sums]] = [[{} for _ in range(count)] for _ in range(self.markets)]
        summed = (
            self._kept.rollup().group_by("market", "metric", week=week).agg(pl.col("count", "value").sum())
        )
        for market, number, metric, events, value in summed.select(
            "market", "week", "metric", "count", "value"
        ).rows():
            found[market][number][metric] = (events, value)
        return found

    def without_effect(self) -> list[dict[str, int]]:
        """Return each market's number of reversals without effect by reason."""
        found: list[dict[str, int]] = [{} for _ in range(self.markets)]
        for part, count in self._kept.without_effect().rows():
            market, _, reason = part.rpartition(":")
            if count:
                found[int(market or 0)][reason] = count
        return found

    def paid_to_cheats(self) -> Ints:
        """Return what was issued in each market on conversions of cheats and not taken back (minor units)."""
        decisions, lines = self._judged(), self._kept.lines()
        cheats = decisions.filter(pl.Series(self._cheating(decisions), dtype=pl.Boolean))
        issued = lines.filter(pl.col("state").is_in(_KEPT))
        paid = issued.join(cheats.select("id", "friend"), left_on="decision", right_on="id")
        return self._by_market(paid["friend"], paid["value_minor"])

    def refused_to_honest(self) -> Ints:
        """Return what refused decisions of honest friends would have paid in each market (minor units)."""
        decisions = self._judged()
        refused = decisions.filter(pl.col("outcome") == "refused", pl.col("withheld_minor") > 0)
        codes = {rule.code for rule in self.program.rules}
        by_rule = [
            _decided_by(reason, failed) in codes
            for reason, failed in refused.select("reason", "failed").rows()
        ]
        honest = refused.filter(pl.Series(np.array(by_rule, dtype=bool) & ~self._cheating(refused)))
        return self._by_market(honest["friend"], honest["withheld_minor"])

    def channels(self) -> list[dict[str, list[int]]]:
        """Return what each channel brought in each market: friends, those of them who qualified, and issued money.

        The money (minor units) is what was issued for conversions of those friends and not taken back.
        """
        kept, found = self._kept, [dict[str, list[int]]() for _ in range(self.markets)]
        made = kept.attributions()
        if not made.height:
            return found
        decisions = kept.decisions().filter(pl.col("outcome") == str(Outcome.QUALIFIED))
        decisions = _with_channels(decisions, made, kept.merges())
        issued = kept.lines().filter(pl.col("state").is_in(_KEPT))
        paid = decisions.join(issued, left_on="id", right_on="decision")
        qualified = decisions.unique("person")
        for place, (frame, who, money) in enumerate(
            ((made, "friend", None), (qualified, "person", None), (paid, "friend", "value_minor"))
        ):
            markets = self._markets_of(frame[who].to_numpy()).tolist()
            values = [1] * frame.height if money is None else frame[money].to_list()
            for market, channel, value in zip(markets, frame["channel"], values, strict=True):
                found[market].setdefault(channel, [0, 0, 0])[place] += value
        return found

    def _by_market(self, friends: pl.Series, money: pl.Series) -> Ints:
        found = np.zeros(self.markets, np.int64)
        np.add.at(found, self._markets_of(friends.to_numpy()), money.to_numpy())
        return found

    def _judged(self) -> pl.DataFrame:
        """Return the decisions on which rules were evaluated, as they stand at the end."""
        return self._kept.decisions().filter(pl.col("outcome") != "ignored")

    def _cheating(self, decisions: pl.DataFrame) -> Bools:
        refs = pl.concat(self._refs) if self._refs else pl.Series(dtype=pl.String)
        return refs[decisions["friend"].to_numpy()].is_in(list(self._cheats)).to_numpy()


@dataclass
class _Kept:
    """The frames of one design's calls of the engine, as far as a study needs them."""

    _rollups: list[pl.DataFrame] = field(default_factory=list)
    _counted: dict[str, _Weeks] = field(default_factory=dict)
    _without_effect: list[pl.DataFrame] = field(default_factory=list)
    _decisions: list[pl.DataFrame] = field(default_factory=list)
    _settled: list[pl.DataFrame] = field(default_factory=list)
    _rewards: list[pl.DataFrame] = field(default_factory=list)
    _changes: list[pl.DataFrame] = field(default_factory=list)
    _attributions: list[pl.DataFrame] = field(default_factory=list)
    _ended: list[pl.DataFrame] = field(default_factory=list)
    _merges: list[pl.DataFrame] = field(default_factory=list)

    def add(self, written: WriteSet) -> None:
        """Add what one call changed."""
        for held, frame, names in (
            (self._decisions, written.decisions, [*_DECISION]),
            (self._attributions, written.attributions, [*_ATTRIBUTION]),
            (self._ended, written.ended, ["seq", "ended_at"]),
            (self._merges, written.merges, ["merged", "person"]),
            (self._settled, written.settled, ["id", "outcome", "reason"]),
            (self._rewards, written.rewards, ["id", "decision", "value_minor", "state"]),
            (self._changes, written.changes, ["id", "value_minor", "state"]),
        ):
            if frame.height:
                held.append(frame[names])
        if written.rollup.height:
            alone = "market" not in written.rollup.columns
            one = written.rollup.with_columns(market=pl.lit(0, pl.Int64)) if alone else written.rollup
            self._rollups.append(one)
        if (
            written.breakdown.height
            and (without_effect := written.breakdown["metric"] == WITHOUT_EFFECT).any()
        ):
            self._without_effect.append(written.breakdown.filter(without_effect))

    def count(self, counted: Counted, first_hour: int, markets: int) -> None:
        """Add what was counted, in weeks from `first_hour` (since 1970) on, of so many markets."""
        places = (counted.at // HOUR_MS - first_hour) // WEEK_HOURS * markets + counted.market
        known = self._counted.get(counted.metric)
        found = _Weeks(first_hour, markets) if known is None else known
        self._counted[counted.metric] = found.plus(places, counted.value)

    def rollup(self) -> pl.DataFrame:
        """Return the increments by hour, metric and market."""
        counted = [weeks.frame(metric) for metric, weeks in self._counted.items()]
        if not self._rollups and not counted:
            return EMPTY["rollup"].with_columns(market=pl.lit(0, pl.Int64))
        return pl.concat([*self._rollups, *counted])

    def without_effect(self) -> pl.DataFrame:
        """Return the number of reversals without effect by part."""
        if not self._without_effect:
            return pl.DataFrame(schema={"part": pl.String, "count": pl.Int64})
        return pl.concat(self._without_effect).group_by("part").agg(pl.col("count").sum())

    def decisions(self) -> pl.DataFrame:
        """Return all decisions as they stand at the end (columns of `_DECISION`)."""
        if not self._decisions:
            return pl.DataFrame(schema=_DECISION)
        decisions = pl.concat(self._decisions)
        if not self._settled:
            return decisions
        settled = pl.concat(self._settled).unique("id", keep="last", maintain_order=True)
        return decisions.update(settled, on="id", how="left", include_nulls=True)

    def attributions(self) -> pl.DataFrame:
        """Return all attributions as they stand at the end (columns of `_ATTRIBUTION`)."""
        if not self._attributions:
            return pl.DataFrame(schema=_ATTRIBUTION)
        made = pl.concat(self._attributions)
        return made.update(pl.concat(self._ended), on="seq", how="left") if self._ended else made

    def merges(self) -> list[tuple[int, int]]:
        """Return who was merged into whom, by id, in order."""
        return pl.concat(self._merges).rows() if self._merges else []

    def lines(self) -> pl.DataFrame:
        """Return all reward lines as they stand at the end: decision, value (minor units) and state."""
        if not self._rewards:
            return pl.DataFrame(
                schema={"id": pl.Int64, "decision": pl.Int64, "value_minor": pl.Int64, "state": pl.String}
            )
        lines = pl.concat(self._rewards)
        if not self._changes:
            return lines
        changes = pl.concat(self._changes).unique("id", keep="last", maintain_order=True)
        return lines.update(changes, on="id", how="left")


@dataclass(frozen=True)
class _Weeks:
    """Sums of a metric, week by week from an hour (since 1970) on, and within each week market by market."""

    first_hour: int
    markets: int
    counts: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    values: Ints = field(default_factory=lambda: np.zeros(0, np.int64))

    def plus(self, places: Ints, values: Ints) -> _Weeks:
        """Return the sums with one more for each row, and its value."""
        size = max(len(self.counts), int(places.max()) + 1)
        counts = np.bincount(places, minlength=size)
        counts[: len(self.counts)] += self.counts
        summed = np.bincount(places, values, size).astype(np.int64)
        summed[: len(self.values)] += self.values
        return _Weeks(self.first_hour, self.markets, counts, summed)

    def frame(self, metric: str) -> pl.DataFrame:
        """Return a row for each week and market with an increment, with the week's first hour."""
        places = np.flatnonzero(self.counts)
        return pl.DataFrame(
            {
                "hour": places // self.markets * WEEK_HOURS + self.first_hour,
                "metric": pl.repeat(metric, len(places), eager=True),
                "count": self.counts[places],
                "value": self.values[places],
                "market": places % self.markets,
            }
        )


def _with_channels(
    decisions: pl.DataFrame, made: pl.DataFrame, merges: Sequence[tuple[int, int]]
) -> pl.DataFrame:
    """Return decisions with the `person` that each friend is by now, and the `channel` that brought them.

    It is that of the friend's own attribution, or of the person's that stands.
    """
    into: dict[int, int] = {}
    for merged, person in reversed(merges):  # whoever somebody is merged into may be merged later
        into[merged] = into.get(person, person)
    own = dict(made.select("friend", "channel").rows())
    standing = {
        into.get(friend, friend): channel
        for friend, channel, ended in made.select("friend", "channel", "ended_at").rows()
        if ended is None
    }
    friends = decisions["friend"].to_list()
    people = [into.get(friend, friend) for friend in friends]
    channels = [
        own.get(friend) or standing.get(person) for friend, person in zip(friends, people, strict=True)
    ]
    return decisions.with_columns(
        person=pl.Series(people, dtype=pl.Int64), channel=pl.Series(channels, dtype=pl.String)
    )


def _decided_by(reason: str | None, failed: str) -> str | None:
    """Return the rule that refused a decision, or asked for the review that was declined."""
    if reason == str(Reason.DECLINED):
        codes = [code for code, _ in json.loads(failed)]
        return codes[0] if codes else reason
    return (reason or "").removesuffix(_MISSING)

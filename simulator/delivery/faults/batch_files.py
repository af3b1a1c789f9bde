"""Apply the faults of batch files: late, missing, empty, sent twice, overlapping, cut short, corrected."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from simulator.delivery.chances import Chances
from simulator.delivery.faults.repeats import with_other_content
from simulator.delivery.flaws import CUT
from simulator.delivery.wire import due_of, file_numbers, type_codes_of
from simulator.domain.spans import DAY_MS, HOUR_MS
from simulator.world.draws import Bools, Ints, Keys

AGAIN, CORRECTED = 1, 2  # copy numbers of files
_OVERLAP = 6  # added to the copy number of a message repeated in the next file: greater than any other
_OVERLAP_PART = 0.3  # at most this part of a file's lines, the last ones, is repeated in the next file
_WRONG_PART = 0.1  # of the lines of a file that will be corrected
_WRONG = 3  # the parts of a draw for which lines are wrong, and for where a file is cut
_CUT = 4


@dataclass(frozen=True)
class Sent:
    """What happens to the files of a window: lines that are sent, and lines carried over to later files."""

    rows: pl.DataFrame
    carried: pl.DataFrame
    empty: list[tuple[int, int]]
    """Files that arrive without a line: number, and when (milliseconds UTC)."""


@dataclass(frozen=True)
class _Files:
    """The files of a window, one row each."""

    number: Ints
    kinds: Ints
    due: Ints
    keys: Keys
    chances: Chances

    @classmethod
    def of(cls, rows: pl.DataFrame, chances: Chances) -> _Files:
        number = rows["file"].unique().sort().to_numpy()
        return cls(number, type_codes_of(number), due_of(number), chances.file_keys(number), chances)

    def candidates(self, dial: str) -> Bools:
        """Return which files a dial would strike if no other did."""
        return self.chances.strikes(dial, self.keys, self.kinds, self.due)

    def struck(self, dial: str, among: Bools) -> Bools:
        """Return which of the files `among` a dial strikes, and count them."""
        hit = among & self.candidates(dial)
        self.chances.count(dial, self.kinds[hit], self.due[hit])
        return hit


def sent(rows: pl.DataFrame, period_ms: Ints, until_ms: int, chances: Chances) -> Sent:
    """Send the files due before a moment, with their lines in order (`file`, `occurred_at`, `id`, `line`).

    `period_ms` is the time between two files of a type, by type code. A file that is missing or empty has no other
    fault; what it should have held comes through the reconciliation.
    """
    again = _overlapping(rows, period_ms, chances)
    now = due_of(again["file"].to_numpy()) < until_ms
    carried = again[np.flatnonzero(~now)]
    rows = pl.concat([rows, again[np.flatnonzero(now)]]).sort("file", "occurred_at", "id", "line")
    files = _Files.of(rows, chances)
    number = files.number
    there = ~files.struck("file-missing", np.ones(len(number), dtype=bool))
    late = files.struck("file-late", there)
    span = chances.span("file-late", files.keys, 4 * HOUR_MS, 0.9, 2 * DAY_MS)
    arrival = files.due + np.where(late, span, 0)
    gone = files.struck("file-empty", there)
    full = there & ~gone
    of = np.searchsorted(number, rows["file"].to_numpy())  # which file each line is in
    rows = rows.with_columns(received_at=pl.Series(arrival[of]))
    kept = rows.filter(pl.Series(full[of]))
    parts = [kept]
    for dial, copy in (("file-twice", AGAIN), ("file-corrected", CORRECTED)):
        hit = files.struck(dial, full)
        if hit.any():
            later = arrival + chances.span(dial, files.keys, 3 * HOUR_MS, 0.8, DAY_MS)
            some = pl.Series(hit[of])
            parts.append(
                rows.filter(some).with_columns(
                    file=pl.Series(number[of][hit[of]] + copy), received_at=pl.Series(later[of][hit[of]])
                )
            )
            if copy == CORRECTED:
                parts[0] = _made_wrong(parts[0], number[hit], chances)
    parts[0] = _cut(parts[0], files, full)
    empty = [(int(one), int(at)) for one, at in zip(number[gone], arrival[gone], strict=True)]
    return Sent(pl.concat(parts), carried, empty)


def _made_wrong(rows: pl.DataFrame, files: Ints, chances: Chances) -> pl.DataFrame:
    """Falsify some lines of files to be corrected, at least one per file: always the one with the smallest draw."""
    drawn = chances.part("file-corrected", chances.keys(rows["id"]), _WRONG)
    rows = rows.with_columns(drawn=pl.Series(drawn), at=pl.int_range(pl.len()))
    ours = pl.col("file").is_in(files.tolist()) & (pl.col("flaw") == 0)
    least = pl.col("drawn").rank("ordinal").over("file") == 1
    wrong = rows.filter(ours & (least | (pl.col("drawn") < _WRONG_PART)))
    right = rows.join(wrong.select("at"), on="at", how="anti")
    return pl.concat([right, with_other_content(wrong)]).sort("at").drop("drawn", "at")


def _cut(rows: pl.DataFrame, files: _Files, full: Bools) -> pl.DataFrame:
    """Cut files short in the middle of a line."""
    hit = files.struck("file-short", full)
    if not hit.any():
        return rows
    part = 0.4 + 0.6 * files.chances.part("file-short", files.keys[hit], _CUT)
    cuts = pl.DataFrame({"file": files.number[hit], "part": part})
    nth = pl.int_range(pl.len()).over("file")
    last = (pl.col("part") * pl.len().over("file")).cast(pl.Int64).clip(0, pl.len().over("file") - 1)
    return (
        rows.join(cuts, on="file", how="left", maintain_order="left")
        .with_columns(nth=nth, last=last)
        .filter(pl.col("last").is_null() | (pl.col("nth") <= pl.col("last")))
        .with_columns(
            flaw=pl.when(pl.col("nth") == pl.col("last")).then(pl.lit(CUT, pl.Int8)).otherwise("flaw")
        )
        .drop("part", "nth", "last")
    )


def _overlapping(rows: pl.DataFrame, period_ms: Ints, chances: Chances) -> pl.DataFrame:
    """Repeat the last lines of some files in the next file of their type; repeated lines are not repeated again."""
    own = rows.filter(pl.col("line") < _OVERLAP)
    files = _Files.of(own, chances)
    whole = ~files.candidates("file-missing") & ~files.candidates("file-empty")
    hit = files.number[files.struck("file-overlap", whole)]
    own = own[np.flatnonzero(np.isin(own["file"].to_numpy(), hit))]
    back = pl.int_range(pl.len(), 0, -1).over("file")
    tail = own.filter(back <= (pl.len().over("file") * _OVERLAP_PART).ceil(), pl.col("flaw") == 0)
    file = tail["file"].to_numpy()
    kinds = type_codes_of(file)
    due = due_of(file) + period_ms[kinds]
    return tail.with_columns(
        received_at=pl.Series(due, dtype=pl.Int64),
        file=pl.Series(file_numbers(due, kinds), dtype=pl.Int64),
        line=pl.col("line") + pl.lit(_OVERLAP, pl.Int32),  # a message and its copy keep their order
    )

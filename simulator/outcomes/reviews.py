"""Find the decisions that a batch put in review."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from simulator.domain.write_set import WriteSet
from simulator.engine.arrays import Ints

_SCHEMA = {
    "decided_at": pl.Int64(),
    "source": pl.String(),
    "event_id": pl.String(),
    "milestone": pl.String(),
    "ref": pl.String(),
    "friend": pl.Int64(),
}


def put_in_review(written: WriteSet) -> list[tuple[int, str, str, str, str]]:
    """Return what a batch put in review, in the columns of `db.read.resume.open_reviews`."""
    found = _reviews(written)
    return found.drop("friend").rows() if found.height else []


def put_in_review_by_market(
    written: WriteSet, markets_of: Callable[[Ints], Ints]
) -> list[tuple[int, tuple[int, str, str, str, str]]]:
    """Return the market of each review, and the review as `put_in_review` does.

    `markets_of` returns the markets of people, by id.
    """
    found = _reviews(written)
    if not found.height:
        return []
    markets = markets_of(found["friend"].to_numpy()).tolist()
    return list(zip(markets, found.drop("friend").rows(), strict=True))


def _reviews(written: WriteSet) -> pl.DataFrame:
    if not written.decisions.height:
        return pl.DataFrame(schema=_SCHEMA)
    asked = written.decisions["outcome"] == "review"
    if not asked.any():
        return pl.DataFrame(schema=_SCHEMA)
    decisions = written.decisions.filter(asked)
    rows = decisions.join(
        written.events.select("seq", "source", event_id="id", ref="subject"), on="seq"
    ).sort("id")
    return rows.select(list(_SCHEMA))

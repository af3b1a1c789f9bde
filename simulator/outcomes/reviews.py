"""Tell which decisions a batch put in review."""

from __future__ import annotations

import polars as pl

from simulator.domain.write_set import WriteSet


def put_in_review(written: WriteSet) -> list[tuple[int, str, str, str, str]]:
    """Return what a batch put in review, in the columns of `db.read.resume.open_reviews`."""
    if not written.decisions.height:
        return []
    decisions = written.decisions.filter(pl.col("outcome") == "review")
    if not decisions.height:
        return []
    rows = decisions.join(
        written.events.select("seq", "source", event_id="id", ref="subject"), on="seq"
    ).sort("id")
    return rows.select("decided_at", "source", "event_id", "milestone", "ref").rows()

"""Extract what people did from a run's log: one row per referrer and one per friend, ready for the measures.

Only friends and shares before `until_ms` are counted, so that later steps have had time to happen: those count until
the end of the log.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from db.read.steps import USES_SCHEMA
from simulator.domain.spans import WEEK_MS

_MOST_PEOPLE = 1 << 40  # more than any run has
LOOK, SHARE, VISIT, CLAIM, LINK = (
    "session.authenticated",
    "referral.shared",
    "friend.visited",
    "friend.claimed",
    "link.created",
)
QUALIFICATION = "milestone.reached"


def types(conversion: str) -> tuple[str, ...]:
    """Return the event types to read if friends convert by the type `conversion`."""
    return tuple(dict.fromkeys((LOOK, SHARE, VISIT, CLAIM, LINK, QUALIFICATION, conversion)))


@dataclass(frozen=True)
class Observed:
    """A run, by referrer and by friend.

    referrers  referrer, looks, shares, weeks (in which they shared); one row for each person with a link
    friends    friend, referrer (owner of the first code they came by; null: unknown), clicked, claimed, converted,
               qualified, coded (matched by a code they typed), wait_ms (from the first click to the conversion)
    rewards    referrer, issued, redeemed; one row for each referrer with a reward (`db.read.steps.USES_SCHEMA`)
    """

    referrers: pl.DataFrame
    friends: pl.DataFrame
    rewards: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=USES_SCHEMA))


def united(log: pl.DataFrame, merges: pl.DataFrame) -> pl.DataFrame:
    """Return the log with everybody under one number: that of the reference that the others were merged into."""
    known = dict(merges.rows())
    last = {person: _last(known, person) for person in known}
    return log.with_columns(pl.col("person").replace(last)) if last else log


def _last(known: Mapping[int, int], person: int) -> int:
    seen = {person}
    while known.get(person, person) not in seen:
        person = known[person]
        seen.add(person)
    return person


def observe(
    log: pl.DataFrame, conversion: str, start_ms: int, until_ms: int, rewards: pl.DataFrame | None = None
) -> Observed:
    """Observe a log in which friends convert by the type `conversion`; `rewards` are as `Observed` has them."""
    owners = (
        log.filter(pl.col("type") == LINK)
        .sort("occurred_at")
        .unique("code", keep="first")
        .select("code", referrer="person")
    )
    early = log.filter(pl.col("occurred_at") < until_ms)
    return Observed(
        referrers=_referrers(owners, early, start_ms),
        friends=_friends(log, owners, conversion, until_ms),
        rewards=pl.DataFrame(schema=USES_SCHEMA) if rewards is None else rewards,
    )


def _referrers(owners: pl.DataFrame, early: pl.DataFrame, start_ms: int) -> pl.DataFrame:
    week = (pl.col("occurred_at") - start_ms) // WEEK_MS
    acts = (
        early.filter(pl.col("type").is_in([LOOK, SHARE]))
        .group_by(referrer="person")
        .agg(
            looks=(pl.col("type") == LOOK).sum().cast(pl.Int64),
            shares=(pl.col("type") == SHARE).sum().cast(pl.Int64),
            weeks=week.filter(pl.col("type") == SHARE).n_unique().cast(pl.Int64),
        )
    )
    return owners.select(pl.col("referrer").unique()).join(acts, on="referrer", how="left").fill_null(0)


def _friends(log: pl.DataFrame, owners: pl.DataFrame, conversion: str, until_ms: int) -> pl.DataFrame:
    kind, at = pl.col("type"), pl.col("occurred_at")
    bought = kind == conversion
    steps = (
        log.filter(kind.is_in([VISIT, CLAIM, conversion, QUALIFICATION]))
        .join(owners, on="code", how="left")
        .sort("person", "occurred_at", maintain_order=True)
    )
    matching = kind.is_in([CLAIM, conversion])
    friends = steps.group_by(friend="person").agg(
        first_at=at.min(),
        referrer=pl.col("referrer").drop_nulls().first(),
        clicked=(kind == VISIT).any(),
        claimed=(kind == CLAIM).any(),
        converted=bought.any(),
        qualified=(kind == QUALIFICATION).any(),
        coded=pl.col("referrer").filter(matching).first().is_not_null(),
        wait_ms=at.filter(bought).min() - at.filter(kind == VISIT).min(),
    )
    return friends.filter(pl.col("first_at") < until_ms).drop("first_at")


def combine(runs: Sequence[Observed]) -> Observed:
    """Combine several runs into one, keeping their people apart."""
    return Observed(
        referrers=pl.concat(
            [_offset_ids(run.referrers, "referrer", place) for place, run in enumerate(runs)]
        ),
        friends=pl.concat(
            [
                _offset_ids(_offset_ids(run.friends, "referrer", place), "friend", place)
                for place, run in enumerate(runs)
            ]
        ),
        rewards=pl.concat([_offset_ids(run.rewards, "referrer", place) for place, run in enumerate(runs)]),
    )


def _offset_ids(frame: pl.DataFrame, who: str, place: int) -> pl.DataFrame:
    return frame.with_columns(pl.col(who) + place * _MOST_PEOPLE)

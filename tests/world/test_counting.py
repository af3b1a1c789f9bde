"""Events that change nothing but sums may be counted: the others are the same, and nothing is lost."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import polars as pl
from polars.testing import assert_frame_equal

from simulator.domain.spans import DAY_MS
from simulator.program.load import load_program
from simulator.program.presets import find_program
from simulator.run.plan import Plan
from simulator.world.counting import Counted
from simulator.world.feedback import OutcomeFeedback
from simulator.world.windows import START_MS, InProcessWorld, WorldSetup

DAYS = 60
COUNTED = ("session.authenticated", "referral.shared", "friend.visited")


@cache
def lived(*, counting: bool) -> tuple[pl.DataFrame, Sequence[Counted]]:
    """The events of two markets, and what was counted instead."""
    program = load_program(*find_program("telecom"))
    setup = WorldSetup(Plan("telecom").world(), program, (3, 8), 400, START_MS, DAYS, counting=counting)
    world, until = InProcessWorld(setup), START_MS
    events: list[pl.DataFrame] = []
    counted: list[Counted] = []
    while until < START_MS + DAYS * DAY_MS:
        window = world.next(OutcomeFeedback())
        until = window.until_ms
        events.append(window.events)
        counted.extend(window.counted)
    return pl.concat(events), counted


def rows(counted: Sequence[Counted]) -> list[tuple[str, int, int, int]]:
    """Metric, market, time and value of each increment, in order."""
    return sorted(
        (one.metric, *row)
        for one in counted
        for row in zip(one.market.tolist(), one.at.tolist(), one.value.tolist(), strict=True)
    )


def left_out() -> pl.DataFrame:
    """The events that were not made."""
    (every, nothing), (made, _) = lived(counting=False), lived(counting=True)
    assert not nothing
    kept = pl.col("id").is_in(made["id"].to_list())
    assert_frame_equal(made, every.filter(kept))
    return every.filter(~kept)


def test_what_is_left_out_of_the_events_is_counted() -> None:
    out = left_out()
    assert set(out["type"].unique()) == set(COUNTED)
    events = out.select("type", "market", "occurred_at", pl.col("reach").fill_null(0))
    of_events = [one for one in lived(counting=True)[1] if one.events]
    assert rows(of_events) == sorted((f"event.{kind}", *row) for kind, *row in events.rows())
    firsts = out.filter(type="friend.visited").unique("subject", keep="first", maintain_order=True)
    others = [one for one in lived(counting=True)[1] if not one.events]
    assert rows(others) == sorted(
        ("stage.visited", *row, 0) for row in firsts.select("market", "occurred_at").rows()
    )


def test_whoever_is_left_out_altogether_only_visits() -> None:
    out, made = left_out(), lived(counting=True)[0]
    named = set(made["subject"]) | set(made["into"].drop_nulls())
    gone = out.filter(~pl.col("subject").is_in(list(named)))
    assert set(gone["type"].unique()) == {"friend.visited"}
    assert not set(out.filter(type="friend.visited")["subject"]) & named


def test_the_first_sign_in_of_a_friend_is_kept() -> None:
    every, made = lived(counting=False)[0], lived(counting=True)[0]
    friends = every.filter(pl.col("type").is_in(["friend.visited", "friend.claimed"]))["subject"].unique()
    signed_in = every.filter(pl.col("subject").is_in(friends.to_list()), type="session.authenticated")
    firsts = signed_in.unique("subject", keep="first", maintain_order=True)
    assert firsts.height
    assert set(firsts["id"]) <= set(made["id"])

"""What people do again and again may be counted instead: the other events are the same, and nothing is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache

import polars as pl
from polars.testing import assert_frame_equal

from simulator.domain.spans import DAY_MS
from simulator.domain.vocabulary import EventType
from simulator.program.load import load_program
from simulator.program.presets import find_program
from simulator.run.plan import Plan
from simulator.world.feedback import OutcomeFeedback
from simulator.world.repeats import Repeats
from simulator.world.windows import START_MS, InProcessWorld, WorldSetup

DAYS = 30
COUNTED = (EventType.SESSION_AUTHENTICATED, EventType.REFERRAL_SHARED)


@cache
def lived(*, counting: bool) -> tuple[pl.DataFrame, Sequence[Repeats]]:
    """The events and repeats of two markets."""
    program = load_program(*find_program("telecom"))
    setup = WorldSetup(Plan("telecom").world(), program, (3, 8), 100, START_MS, DAYS, counting=counting)
    world, until = InProcessWorld(setup), START_MS
    events: list[pl.DataFrame] = []
    repeats: list[Repeats] = []
    while until < START_MS + DAYS * DAY_MS:
        window = world.next(OutcomeFeedback())
        until = window.until_ms
        events.append(window.events)
        repeats.extend(window.repeats)
    return pl.concat(events), repeats


def test_what_is_counted_are_later_events_of_the_same_people() -> None:
    every, nothing = lived(counting=False)
    assert not nothing
    made, repeats = lived(counting=True)
    is_counted = pl.col("type").is_in(COUNTED)
    assert_frame_equal(made.filter(~is_counted), every.filter(~is_counted))
    left_out = every.join(made, on="id", how="anti").sort("type", "market", "occurred_at")
    assert set(left_out["type"].unique()) == set(COUNTED)
    counted = pl.concat(
        pl.DataFrame(
            {"type": [one.type] * len(one.at), "market": one.market, "at": one.at, "reach": one.reach}
        )
        for one in repeats
    ).sort("type", "market", "at")
    for name, mine in (("at", "occurred_at"), ("market", "market")):
        assert counted[name].to_list() == left_out[mine].to_list()
    assert counted["reach"].sum() == left_out["reach"].sum() > 0


def test_the_first_day_on_which_somebody_signs_in_or_shares_is_kept() -> None:
    (every, _), (made, _) = lived(counting=False), lived(counting=True)
    kept = set(made["id"])
    seen: Counter[tuple[str, str]] = Counter()
    for kind, who, ident in (
        every.filter(pl.col("type").is_in(COUNTED)).select("type", "subject", "id").rows()
    ):
        seen[kind, who] += 1
        assert seen[kind, who] > 1 or ident in kept
    assert len(seen) > 100

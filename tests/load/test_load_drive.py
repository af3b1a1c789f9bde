"""The driver under a test clock: latency from the intended time, time behind schedule, ends, and repeats."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from simulator.domain.stopwatch import Stopwatch
from simulator.events.columns import MESSAGE_SCHEMA
from simulator.load.drive import Drive, Limits
from simulator.load.rates import Schedule, constant, parse_stages
from simulator.load.target import without_repeats
from simulator.load.traffic import Recording
from simulator.measuring.figures import running
from simulator.measuring.tally import LATE_MS, Tally
from simulator.platform.receipts import Counts

START = 1_767_225_600_000


class FakeWall:
    """Time passes only when somebody waits or works."""

    def __init__(self) -> None:
        self.time = 100.0

    def now(self) -> float:
        return self.time

    def wait(self, seconds: float) -> None:
        self.time += seconds


class Slow:
    """A target that takes a fixed time for a batch, and sometimes stalls."""

    def __init__(self, wall: FakeWall, batch_s: float, stalls: dict[int, float] | None = None) -> None:
        self.judging, self.writing = Stopwatch(), Stopwatch()
        self._wall, self._batch_s, self._stalls = wall, batch_s, stalls or {}
        self.sizes: list[int] = []

    def take(self, messages: pl.DataFrame, done: Callable[[Counts], None]) -> None:
        self._wall.time += self._batch_s + self._stalls.get(len(self.sizes), 0.0)
        self.sizes.append(messages.height)
        done(Counts(messages.height))

    def flush(self) -> None:
        pass

    def settle(self) -> None:
        pass

    def bytes(self) -> int:
        return 0

    def results(self) -> dict[str, Any]:
        return {}


def recording(count: int = 10, late: int = 0) -> Recording:
    rows = [
        {
            "received_at": START + place * 1000,
            "occurred_at": START + place * 1000 - (LATE_MS + 1 if place < late else 5),
            "source": "platform",
            "id": f"e{place}",
            "type": "friend.visited",
            "subject": "ben",
            "code": "ANNA1",
            "channel": "email",
        }
        for place in range(count)
    ]
    return Recording(pl.DataFrame(rows, schema=MESSAGE_SCHEMA), "test")


def drive(
    target: Slow, wall: FakeWall, schedule: Schedule | None, limits: Limits, batch: int = 1000, **more: Any
) -> Tally:
    run = Drive(
        more.pop("traffic", recording()),
        target,
        wall=wall,
        schedule=schedule,
        limits=limits,
        batch=batch,
        **more,
    )
    run.go()
    return run.tally


def test_a_stall_is_felt_by_every_event_that_fell_due_in_it() -> None:
    wall = FakeWall()
    target = Slow(wall, 0.001, stalls={0: 0.999})
    tally = drive(target, wall, constant(1000.0), Limits(events=2000), traffic=recording(1000))
    assert tally.sent == tally.done == 2000
    assert tally.latency.max == pytest.approx(1.0, abs=0.01)
    # 1,000 events fell due evenly over the second of the stall: half of all waited, half of those half of it
    median, quarter = tally.latency.percentile(50), tally.latency.percentile(75)
    assert median is not None
    assert quarter is not None
    assert median < 0.01
    assert quarter == pytest.approx(0.5, abs=0.02)
    assert tally.most_behind == pytest.approx(1.0, abs=0.01)
    assert tally.behind < 0.01


def test_an_open_load_that_the_target_can_t_keep_up_with_falls_behind() -> None:
    wall = FakeWall()
    tally = drive(Slow(wall, 0.1), wall, constant(1000.0), Limits(seconds=10), batch=50)
    assert tally.offered == 10_000
    assert tally.backlog == pytest.approx(5000, abs=120)
    assert tally.most_behind == pytest.approx(10.0, abs=0.15)


def test_what_was_due_by_the_end_is_done_before_it_ends() -> None:
    """It took twice the time that was asked for: half as much was achieved as was offered."""
    wall = FakeWall()
    target = Slow(wall, 0.1)
    tally = drive(target, wall, constant(1000.0), Limits(seconds=10), batch=50)
    assert tally.sent == tally.done == tally.offered == 10_000
    assert tally.latency.max == pytest.approx(10.0, abs=0.2)
    figures = running(tally, target, paced=True)
    assert figures["offered_per_second"] == 1000.0
    assert figures["achieved_per_second"] == pytest.approx(500.0, rel=0.02)


def test_offered_is_what_was_asked_for_to_the_digit() -> None:
    """Not a little less because of the time that the last batch and the commit took."""
    for limits in (Limits(seconds=10), Limits(events=1234)):
        wall = FakeWall()
        target = Slow(wall, 0.16)
        tally = drive(target, wall, constant(500.0), limits)
        assert running(tally, target, paced=True)["offered_per_second"] == 500.0
        assert tally.sent == tally.offered == (limits.events or 5000)
        assert tally.backlog == 0


def test_small_batches_are_said_beside_what_the_rules_judge_a_second() -> None:
    wall = FakeWall()
    target = Slow(wall, 0.002)
    tally = drive(target, wall, constant(500.0), Limits(seconds=1))
    assert running(tally, target, paced=True)["batch_mean"] == pytest.approx(1.0, abs=0.05)


def test_what_drains_is_bounded() -> None:
    wall = FakeWall()
    tally = drive(Slow(wall, 0.1), wall, constant(1000.0), Limits(seconds=10, drain=2), batch=50)
    assert tally.elapsed == pytest.approx(12.0, abs=0.2)
    assert tally.sent == pytest.approx(6000, abs=60)
    assert tally.offered == 10_000


def test_what_never_had_its_turn_is_behind_too() -> None:
    """The last batch stalls beyond the end and the time to drain: events due since then have no latency."""
    wall = FakeWall()
    target = Slow(wall, 0.1, stalls={9: 5.0})
    tally = drive(target, wall, constant(1000.0), Limits(seconds=1, drain=1), traffic=recording(1000))
    assert tally.offered > tally.sent
    assert tally.most_behind == pytest.approx(5.0, abs=0.3)


def test_a_closed_load_sends_full_batches_and_is_never_behind() -> None:
    wall = FakeWall()
    target = Slow(wall, 0.02)
    tally = drive(target, wall, None, Limits(events=950), batch=100, traffic=recording(1000))
    assert target.sizes == [100] * 9 + [50]
    assert tally.offered == tally.sent == 950
    assert tally.most_behind == 0
    assert tally.latency.max == pytest.approx(0.02)


def test_ramps_end_by_themselves() -> None:
    wall = FakeWall()
    tally = drive(Slow(wall, 0.0001), wall, parse_stages("1s:100,1s:100"), Limits())
    assert tally.sent == 150
    assert tally.elapsed == pytest.approx(2.0, abs=0.01)


def test_it_ends_when_somebody_wants_it_to() -> None:
    wall = FakeWall()
    tally = drive(Slow(wall, 0.01), wall, constant(100.0), Limits(), stopped=lambda: wall.time > 103)
    assert 290 <= tally.sent <= 310


def test_late_arrivals_are_counted() -> None:
    wall = FakeWall()
    assert drive(Slow(wall, 0.01), wall, None, Limits(events=10), traffic=recording(10, late=3)).late == 3


def test_a_repeat_is_load_and_not_duplicates() -> None:
    traffic = recording(10)
    played = pl.concat([traffic.take(7) for _ in range(6)])
    assert traffic.loops == 3
    assert played.height == 7 + 3 + 7 + 3 + 7 + 3
    assert without_repeats(played)[1] == 0
    assert (played["received_at"].diff().drop_nulls() > 0).all()
    first, second = played[:10], played[10:20]
    assert set(first["subject"]).isdisjoint(second["subject"])
    assert set(first["code"]).isdisjoint(second["code"])
    assert (second["received_at"] - first["received_at"]).n_unique() == 1
    assert (second["occurred_at"] - first["occurred_at"]).to_list() == (
        second["received_at"] - first["received_at"]
    ).to_list()

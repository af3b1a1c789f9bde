"""The writer of a door: what waits is bounded, one client leaves room for others, nobody waits for ever."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.domain.errors import InputError
from simulator.door.clocks import FROZEN, DoorClock
from simulator.door.writer import Answered, Ended, Full, Parcel, Writer
from simulator.platform.session import open_or_create
from simulator.program.load import load_program
from tests.cli.nasty import PROGRAM
from tests.door.calling import NOW, STORY

LINE = json.dumps(STORY[0]).encode()


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    """A writer that has not started."""
    with open_or_create(tmp_path / "a.db", load_program(PROGRAM, "program")) as platform:
        yield Writer(platform, DoorClock(FROZEN, NOW), linger_s=0.0, on_end=lambda: None, most_waiting=10)


def parcel(size: int, client: str, told: list[Answered | BaseException]) -> Parcel:
    return Parcel([LINE] * size, client, told.append)


def test_one_client_that_fills_the_queue_is_told_so_and_others_that_it_is_full(writer: Writer) -> None:
    told: list[Answered | BaseException] = []
    writer.submit(parcel(8, "greedy", told))
    writer.submit(parcel(1, "modest", told))
    with pytest.raises(Full) as greedy:
        writer.submit(parcel(2, "greedy", told))
    with pytest.raises(Full) as modest:
        writer.submit(parcel(2, "modest", told))
    assert (greedy.value.by_one, modest.value.by_one) == (True, False)
    assert writer.waiting == 9
    writer.start()
    writer.close()
    assert [one.receipts.counts.received for one in told if isinstance(one, Answered)] == [8, 1]


def test_a_request_larger_than_the_queue_is_taken_when_nothing_waits(writer: Writer) -> None:
    told: list[Answered | BaseException] = []
    writer.submit(parcel(30, "one", told))
    writer.start()
    writer.close()
    (answered,) = told
    assert isinstance(answered, Answered)
    assert answered.receipts.positions.tolist() == list(range(30))


def test_what_comes_together_is_one_group_and_each_has_its_own_receipts(writer: Writer) -> None:
    told: list[list[Answered | BaseException]] = [[], []]
    writer.submit(Parcel([LINE, b"\n", b"{}"], "one", told[0].append))
    writer.submit(Parcel([LINE], "two", told[1].append))
    writer.start()
    writer.close()
    rows = [list(one.receipts.rows()) for (one,) in told if isinstance(one, Answered)]
    assert [[(place, str(receipt)) for place, receipt, *_ in some] for some in rows] == [
        [(0, "accepted"), (2, "malformed")],
        [(0, "duplicate")],
    ]


def test_after_its_end_nothing_is_taken(writer: Writer) -> None:
    writer.start()
    writer.close()
    with pytest.raises(Ended):
        writer.submit(parcel(1, "late", []))


def test_a_clock_stands_runs_faster_or_is_the_walls() -> None:
    seconds = [0.0]
    fast = DoorClock("3600x", NOW, lambda: seconds[0])
    seconds[0] = 1.5
    assert fast.now_ms() == NOW + 5_400_000
    assert fast.pace == 3600.0
    frozen = DoorClock(FROZEN, NOW, lambda: seconds[0])
    assert frozen.now_ms() == NOW
    assert DoorClock("real").now_ms() > NOW
    assert (
        DoorClock.going_on(
            "2x",
            NOW,
        ).now_ms()
        >= NOW
    )
    assert DoorClock.going_on(FROZEN, NOW).now_ms() == NOW
    assert DoorClock.going_on(FROZEN, 0).now_ms() > NOW
    for wrong in ("fast", "0x", "-3x", "1e3x", "9999999x"):
        with pytest.raises(InputError, match="real, frozen"):
            DoorClock(wrong)

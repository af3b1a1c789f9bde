"""The writer of a door: what waits is bounded, one client leaves room for others, nobody waits for ever."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import cast
from unittest.mock import Mock

import pytest
from aiohttp import StreamReader, web

from simulator.domain.errors import InputError
from simulator.door.bodies import Bodies
from simulator.door.clocks import FROZEN, DoorClock
from simulator.door.events import receipt_lines, rows
from simulator.door.writer import Answered, Ended, Full, Parcel, Writer
from simulator.events.contract import MAX_LINE_BYTES
from simulator.events.lines import LongLine
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


def test_a_client_that_fills_the_queue_gets_another_problem_than_the_others(writer: Writer) -> None:
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


def test_nothing_is_accepted_after_the_end(writer: Writer) -> None:
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


def test_a_real_clock_stands_while_the_wall_clock_is_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    wall = [NOW]
    monkeypatch.setattr("simulator.door.clocks.wall_ms", lambda: wall[0])
    clock = DoorClock.going_on("real", NOW + 100)
    assert (clock.now_ms(), clock.stands_until) == (NOW + 100, NOW + 100)
    told = []
    for wall[0] in (NOW + 300, NOW + 200, NOW + 400):  # it is set back once
        told.append((clock.now_ms(), clock.stands_until))
    assert told == [(NOW + 300, None), (NOW + 300, NOW + 300), (NOW + 400, None)]


def test_receipts_that_refuse_nothing_are_the_same_lines_as_all_others(writer: Writer) -> None:
    told: list[Answered | BaseException] = []
    writer.submit(parcel(3, "one", told))
    writer.start()
    writer.close()
    (answered,) = told
    assert isinstance(answered, Answered)
    lines = receipt_lines(answered.receipts, 7).splitlines()
    assert [json.loads(line) for line in lines] == list(rows(answered.receipts, 7))
    assert lines[0] == b'{"position":8,"receipt":"accepted","seq":1}'


async def pieces_of(body: bytes, size: int) -> list[bytes]:
    """The lines of a body that comes in pieces of this size."""
    stream = StreamReader(Mock(_reading_paused=False), limit=2**16, loop=asyncio.get_running_loop())
    for start in range(0, len(body), size):
        stream.feed_data(body[start : start + size])
    stream.feed_eof()
    bodies = Bodies(1, 1.0)
    request = cast("web.Request", Mock(headers={}, content=Mock(read=lambda _most: stream.read(size))))
    found = [line async for lines in bodies.lines(request) for line in lines]
    assert bodies.held == 0
    return found


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
async def test_lines_are_the_same_however_the_body_is_cut(size: int) -> None:
    body = b"\xef\xbb\xbfone\n\ntwo\r\n" + b"x" * 50 + b"\nlast"
    if size >= 3:  # the mark is looked for in the first piece
        assert await pieces_of(body, size) == [b"one", b"", b"two\r", b"x" * 50, b"last"]
    assert await pieces_of(b"a\nb\n", size) == [b"a", b"b"]
    assert await pieces_of(b"", size) == []


async def test_of_a_line_that_is_too_long_only_its_beginning_is_held() -> None:
    long, short = await pieces_of(b"y" * (MAX_LINE_BYTES * 2) + b"\nshort", 2**17)
    assert isinstance(long, LongLine)
    assert (len(long), long.length, short) == (1000, MAX_LINE_BYTES * 2, b"short")

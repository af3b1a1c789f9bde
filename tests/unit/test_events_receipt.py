"""The time of receipt: the clock's for a batch, or each message's own in a replay; it never decreases."""

from __future__ import annotations

import json
from typing import Any

import pytest

from simulator.events.check import EARLIEST_RECEIPT_MS, LATEST_RECEIPT_MS
from simulator.events.decode import FAR_MS, Decoded, Receiver, decode_lines

T0 = 1_772_323_200_000  # 2026-03-01


def line(number: int, **more: Any) -> bytes:
    event = {
        "specversion": "1.0",
        "id": f"ev-{number}",
        "source": "client/crm",
        "type": "bill.paid",
        "time": "2026-02-01T00:00:00Z",
        "subject": "f-1",
        **more,
    }
    return json.dumps(event).encode()


def replay(*lines: bytes, floor: int = 0) -> Decoded:
    return decode_lines(lines, Receiver(earliest_receipt_ms=floor, clock_ms=None), str)


@pytest.mark.parametrize(("clock", "floor", "expected"), [(T0, 0, T0), (T0, T0 + 5, T0 + 5), (T0, T0, T0)])
def test_a_batch_has_the_clocks_time_and_never_less_than_the_floor(
    clock: int, floor: int, expected: int
) -> None:
    decoded = decode_lines([line(1), b"x", line(2)], Receiver(floor, clock), str)
    assert decoded.messages["received_at"].to_list() == [expected, expected]
    assert [r.received_at for r in decoded.rejected] == [expected]
    assert decoded.clamped == 0


def test_a_replay_takes_each_messages_own_time_and_moves_up_what_is_out_of_order() -> None:
    stated = [T0, T0 + 10, T0 + 5, T0 + 10, T0 + 20, T0 + 1]
    decoded = replay(*(line(i, receivedat=at) for i, at in enumerate(stated)), floor=T0 + 2)
    assert [at - T0 for at in decoded.messages["received_at"]] == [2, 10, 10, 10, 20, 20]
    assert decoded.clamped == 3


def test_in_a_replay_a_malformed_line_has_its_own_time_or_that_of_the_line_before() -> None:
    lines = [
        b"x",
        line(1, receivedat=T0 + 10),
        b"x",
        b"",
        line(2, receivedat=T0 + 30, subject=None),
        line(3),
        line(4, receivedat=T0 + 20),
    ]
    decoded = replay(*lines, floor=T0)
    assert [(r.position, r.received_at - T0, r.field) for r in decoded.rejected] == [
        (0, 0, None),
        (2, 10, None),
        (4, 30, "subject"),
        (5, 30, "receivedat"),
    ]
    assert decoded.messages.select("position", "received_at").rows() == [(1, T0 + 10), (6, T0 + 30)]
    assert decoded.clamped == 1


@pytest.mark.parametrize("stated", [None, "1772323200000", 1772323200000.0, True, -1, 2**53, 10**30, "", [1]])
def test_a_replay_needs_an_integer_time_of_receipt(stated: Any) -> None:
    decoded = replay(line(1, receivedat=stated))
    assert [r.field for r in decoded.rejected] == ["receivedat"]
    elsewhere = decode_lines([line(1, receivedat=stated)], Receiver(0, T0), str).rejected
    assert [r.field for r in elsewhere] == (["receivedat"] if isinstance(stated, (float, list)) else [])


@pytest.mark.parametrize("stated", [T0, LATEST_RECEIPT_MS])
def test_a_time_of_receipt_may_be_any_integer_of_ours(stated: int) -> None:
    decoded = replay(line(1, receivedat=stated))
    assert decoded.messages["received_at"].to_list() == [stated]


def test_how_far_ahead_a_moment_lies_is_counted_from_its_own_receipt() -> None:
    late = line(1, receivedat=T0, time="2026-03-02T00:00:00.001Z")
    assert [r.field for r in replay(late).rejected] == ["time"]
    assert replay(late, floor=T0 + 1).rejected == []
    assert [r.field for r in replay(line(1, receivedat=EARLIEST_RECEIPT_MS)).rejected] == ["time"]


@pytest.mark.parametrize("kind", ["bill.paid", "unknown"])
def test_one_time_of_receipt_far_ahead_does_not_spoil_those_of_all_later_messages(kind: str) -> None:
    far = T0 + FAR_MS + 2
    decoded = replay(line(1, receivedat=T0), line(2, receivedat=far, type=kind), line(3, receivedat=T0 + 1))
    assert decoded.messages.select("id", "received_at").rows() == [("ev-1", T0), ("ev-3", T0 + 1)]
    (rejected,) = decoded.rejected
    assert rejected.received_at == T0
    assert kind == "unknown" or (rejected.field == "receivedat" and "20 years" in rejected.reason)
    assert [r.field for r in replay(line(1, receivedat=2**53 - 1)).rejected] == ["receivedat"]

"""Receipts: each message of a call gets one, in order, with its place in the log or what is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.domain.vocabulary import Receipt
from simulator.events.decode import decode_lines
from simulator.platform.platform import Platform
from simulator.platform.receipts import Counts, Receipts
from simulator.program.load import load_program
from tests.cli.nasty import PROGRAM, START, message


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Platform]:
    with Platform.create(tmp_path / "a.db", load_program(PROGRAM, "program")) as one:
        yield one


def line(name: str, **data: object) -> bytes:
    """A visit as a line."""
    return json.dumps(message(name, "friend.visited", "ben", START, channel="email", **data)).encode()


def send(platform: Platform, *lines: bytes) -> Receipts:
    """Send lines in one call."""
    return platform.receive(decode_lines(lines, platform.receiver(None), platform.check_program), list(lines))


def test_each_message_is_answered_in_order_with_its_seq_or_what_is_wrong(platform: Platform) -> None:
    first, other = line("a", code="ANN"), line("b", code="ANN")
    changed = line("a", code="BOB")
    receipts = send(platform, first, b"nonsense", b"", first, changed, other)
    found = [(position, receipt, seq, field) for position, receipt, seq, field, _ in receipts.rows()]
    assert found == [
        (0, Receipt.ACCEPTED, 1, None),
        (1, Receipt.MALFORMED, None, None),
        (3, Receipt.DUPLICATE, 1, None),
        (4, Receipt.CONFLICT, 1, "data.code"),
        (5, Receipt.ACCEPTED, 2, None),
    ]
    assert [reason is None for reason in receipts.reasons] == [True, False, True, False, True]
    assert "send it under a new id" in str(receipts.reasons[3])
    assert (len(receipts), receipts.counts) == (5, Counts(2, 1, 1, 1))


def test_a_message_of_an_earlier_call_is_answered_with_the_seq_it_has(platform: Platform) -> None:
    send(platform, line("a", code="ANN"), line("b", code="ANN"))
    again = send(platform, line("b", code="BOB"), line("c", code="ANN"), line("a", code="ANN"))
    assert [(receipt, seq) for _, receipt, seq, *_ in again.rows()] == [
        (Receipt.CONFLICT, 2),
        (Receipt.ACCEPTED, 3),
        (Receipt.DUPLICATE, 1),
    ]


def test_receipts_of_columns_are_those_of_lines(platform: Platform, tmp_path: Path) -> None:
    lines = [line("a", code="ANN"), line("b", code="ANN"), line("a", code="ANN"), line("b", code="BOB")]
    with Platform.create(tmp_path / "columns.db", load_program(PROGRAM, "program")) as other:
        decoded = decode_lines(lines, other.receiver(None), other.check_program)
        columns = other.receive_columns(decoded.messages.drop("position"))
    assert list(columns.rows()) == list(send(platform, *lines).rows())


def test_receipts_are_handed_over_once_the_batch_is_committed(platform: Platform) -> None:
    answered: list[Receipts] = []
    platform.hold(2)
    given = []
    for name in "abc":
        lines = [line(name, code="ANN")]
        decoded = decode_lines(lines, platform.receiver(None), platform.check_program)
        given.append(platform.receive(decoded, lines, done=answered.append))
        if name == "a":
            assert answered == []
    platform.flush()
    assert answered == given

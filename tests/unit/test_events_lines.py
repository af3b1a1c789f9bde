"""Decoding lines: what is no message at all, many lines together, and the reasons of what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from simulator.events.decode import DECODED_SCHEMA
from tests.unit.messages import MISSING, VALID_DATA, decode, event, line, refused_field


@pytest.mark.parametrize(
    "raw",
    [
        b"not json",
        line(event())[:-1],
        line(event())[:50],
        line(event()) + b"}",
        line(event()) + line(event()),
        b"[" + line(event()) + b"]",
        b"null",
        b"5",
        b'"text"',
        b"{'id': 1}",
        b'{"id": NaN}',
        line(event()).replace(b'"f-1"', b"Infinity"),
        line(event(x=1)).replace(b'"x": 1', b'"x": NaN'),
        line(event()).replace(b"{", b"{,", 1),
        line(event()).replace(b'"f-1"', b'"f\t1"'),
        line(event(x="?")).replace(b"?", b"\\q"),
        b"\xef\xbb\xbf" + line(event()),
        json.dumps(event()).encode("utf-16"),
        b'{"a":' * 100_000,
        line(event(x=1)).replace(b'"x": 1', b'"x": ' + b"[" * 100_000 + b"]" * 100_000),
        line(event(x=1)).replace(b'"x": 1', b'"x": ' + b"[" * 400 + b"]" * 400),  # some Pythons could read it
        b"[" * 5_000_000,
    ],
)
def test_what_is_no_json_object_is_refused_as_a_whole(raw: bytes) -> None:
    assert refused_field(raw) is None


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (line(event(id="?")).replace(b"?", b"\xff"), "id"),
        (line(event(subject="?")).replace(b"?", b"\xc3"), "subject"),
        (line(event(id="?")).replace(b"?", b"\xed\xa0\x80"), "id"),
        (line(event(id="?")).replace(b"?", b"\\ud800"), "id"),
        (line(event(data={"code": "?"})).replace(b"?", b"x\\udc00y"), "data.code"),
        (line(event(data={"code": "?"})).replace(b"?", b"\\ud800\\u0041"), "data.code"),
        (line(event(extension={"a": ["?"]})).replace(b"?", b"\xff"), "extension.a"),
        (line(event(extension="?")).replace(b"?", b"\\ud83d "), "extension"),
        (line(event(extension="[{" * 400, id="?")).replace(b"?", b"\xff"), "id"),
    ],
)
def test_what_no_database_can_store_is_refused_with_its_field(raw: bytes, field: str) -> None:
    assert refused_field(raw) == field


def test_a_pair_of_surrogates_is_one_character() -> None:
    raw = line(event(data={"code": "?"})).replace(b"?", b"\\ud83d\\ude00")
    assert decode(raw).messages["code"].to_list() == ["\U0001f600"]


def test_the_last_of_two_members_counts() -> None:
    raw = line(event())[:-1] + b', "id": "ev-2", "type": "bill.paid", "data": {"code": "a", "code": "b"}}'
    decoded = decode(raw)
    assert decoded.messages.select("id", "type", "code").rows() == [("ev-2", "bill.paid", "b")]


def test_blank_lines_are_skipped_and_positions_are_those_of_the_lines() -> None:
    lines = [b"", line(event(id="a")), b"  \r\n", b"x", line(event("link.created", id="b")), b"\n", b"{}"]
    decoded = decode(*lines)
    assert decoded.messages.select("position", "id").rows() == [(1, "a"), (4, "b")]
    assert [(r.position, r.field) for r in decoded.rejected] == [(3, None), (6, "specversion")]


def test_no_lines_give_no_messages() -> None:
    decoded = decode()
    assert (decoded.messages.height, decoded.rejected, decoded.clamped) == (0, [], 0)
    assert dict(decoded.messages.schema) == DECODED_SCHEMA


def test_reasons_name_the_nearest_and_what_would_be_right() -> None:
    reasons = {
        "purchase.paid": decode(line(event(type="purchase.payed"))).rejected[0].reason,
        "contact_ref": decode(line(event("friend.claimed", {"contact": "x"}))).rejected[0].reason,
        "customer": decode(
            line(
                event("customer.identified", VALID_DATA["customer.identified"] | {"referrer_kind": "customr"})
            )
        )
        .rejected[0]
        .reason,
        "client/<system>": decode(line(event(source="platform"))).rejected[0].reason,
        '"Id"': decode(line(event(id=MISSING, Id="x"))).rejected[0].reason,
    }
    for word, reason in reasons.items():
        assert word in reason
    for number in ("+44 7946 123456", "07946123456"):
        assert "phone" in decode(line(event("friend.claimed", {"contact_ref": number}))).rejected[0].reason
    assert "a space" in decode(line(event(time="2026-02-28 12:00:00Z"))).rejected[0].reason
    assert "offset" in decode(line(event(time="2026-02-28T12:00:00"))).rejected[0].reason
    assert "leap second" in decode(line(event(time="2016-12-31T23:59:60Z"))).rejected[0].reason
    assert "without point" in decode(line(event(data={"amount_minor": 1.0}))).rejected[0].reason
    assert "1234567.0" in decode(line(event(data={"amount_minor": 1234567.0}))).rejected[0].reason


def test_what_a_refused_message_says_of_itself_is_kept_masked() -> None:
    (rejected,) = decode(line(event(id="jane@example.com", source="client/crm"))).rejected
    assert (rejected.source, rejected.id, rejected.field) == ("client/crm", "[e-mail]", "id")
    for name, masked in (("jane@example.com", "data.[e-mail]"), ("447946123456", "data.[phone]")):
        (rejected,) = decode(line(event(data={name: "x"}))).rejected
        assert rejected.field == masked
        assert name not in rejected.reason
    (rejected,) = decode(line(event(type="tel 07946 123456"))).rejected
    assert "123456" not in rejected.reason
    (rejected,) = decode(line(event(id=5, source=None))).rejected
    assert (rejected.source, rejected.id) == (None, None)


def test_one_bad_line_costs_only_itself() -> None:
    good = [line(event(id=f"ev-{i}")) for i in range(50)]
    bad = [
        line(event(data={"code": "jane@example.com"})),
        line(event(extension="?")).replace(b"?", b"\xff"),
        line(event("friend.visited", {"code": "c", "channel": "e", "device_ref": "1234567"})),
        line(event("friend.visited", {"code": "c", "channel": "e", "device_ref": "123"}, id="odd")),
    ]
    decoded = decode(*good[:25], *bad, *good[25:])
    assert decoded.messages["id"].to_list() == [
        *(f"ev-{i}" for i in range(25)),
        "odd",
        *(f"ev-{i}" for i in range(25, 50)),
    ]
    assert [r.position for r in decoded.rejected] == [25, 26, 27]


def test_a_long_batch_keeps_positions_and_order() -> None:
    kinds = ("bill.paid", "link.created", "friend.opted_in")
    lines = [line(event(kinds[i % 3], id=f"ev-{i}")) if i % 7 else b"x" for i in range(20_000)]
    decoded = decode(*lines)
    good = [i for i in range(20_000) if i % 7]
    assert decoded.messages["position"].to_list() == good
    assert decoded.messages["id"].to_list() == [f"ev-{i}" for i in good]
    assert [r.position for r in decoded.rejected] == list(range(0, 20_000, 7))


LONG_LINES: dict[str, Callable[[], bytes]] = {
    "id": lambda: line(event(id="a" * 10_000_000)),
    "ats": lambda: line(event(id="a@" * 5_000_000)),
    "time": lambda: line(event(time="2" * 10_000_000)),
    "digits": lambda: line(event(subject="1 " * 5_000_000)),
    "name": lambda: line(event(data={"x" * 10_000_000: 1})),
    "number": lambda: line(event(data={"amount_minor": int("9" * 4000)})).replace(b"9", b"9" * 2500),
    "members": lambda: line({f"k{i}": i for i in range(500_000)}),
    "braces": lambda: b"{" * 10_000_000,
    "surrogates": lambda: b'{"id": "' + b"\\ud800" * 1_500_000 + b'"}',
}
"""Lines of ten megabytes, made where they are used: as parameters each worker would make and keep all of them."""


@pytest.mark.parametrize("name", LONG_LINES)
def test_ten_megabytes_in_one_line_are_refused_in_linear_time(name: str) -> None:
    # what is quadratic takes hours here and does not come back
    decoded = decode(LONG_LINES[name]())
    assert len(decoded.rejected) == 1
    assert len(decoded.rejected[0].reason) < 400


def test_a_reason_is_one_line_whatever_the_value_holds() -> None:
    event = {
        "specversion": "1.0",
        "id": "ev-1",
        "source": "client/shop",
        "type": "purchase.paid",
        "time": "2026-02-01T00:00:00Z",
        "subject": "f-1",
        "data": {"currency": "G\n\u2028"},
    }
    (rejected,) = decode(json.dumps(event).encode()).rejected
    assert rejected.reason.startswith('"G\\n\\u2028"; it must be three')


def test_a_time_as_a_number_is_said_to_be_one() -> None:
    line = b'{"specversion":"1.0","id":"1","source":"platform","type":"link.created","time":1767225600000}'
    (rejected,) = decode(line).rejected
    assert rejected.field == "time"
    assert rejected.reason.startswith("a number; it must be an RFC 3339 text")

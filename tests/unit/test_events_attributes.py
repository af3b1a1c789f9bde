"""Attributes on intake: what a client adds is kept with its meaning, or refused by name."""

from __future__ import annotations

import io
import re
from typing import Any

import msgspec
import pytest

from simulator.events.attributes import Value, as_text, as_values
from simulator.events.contract import MAX_INTEGER
from simulator.events.csvfile import decode_rows, read_csv
from simulator.events.decode import Receiver, decode_lines
from simulator.events.encode import encode_events
from simulator.events.masking import quarantine_text
from tests.unit.messages import NOW, VALID_DATA, decode, event, line, no_check

KINDS = ("purchase.paid", "customer.identified", "friend.claimed")


def given(attributes: Any, kind: str = "purchase.paid") -> bytes:
    return line(event(kind, VALID_DATA[kind] | {"attributes": attributes}))


def kept(raw: bytes) -> str | None:
    decoded = decode(raw)
    assert decoded.rejected == []
    text: str | None = decoded.messages["attributes"][0]
    return text


@pytest.mark.parametrize("kind", KINDS)
def test_texts_numbers_and_booleans_are_kept(kind: str) -> None:
    attributes = {"product": "gold", "seats": 4, "share": -0.25, "vip": False, "note": 'für @ zwei "Gäste"'}
    assert as_values(kept(given(attributes, kind))) == attributes


def test_the_order_of_names_and_the_writing_of_numbers_are_no_content() -> None:
    texts = {kept(given(one)) for one in ({"b": 1, "a": 2}, {"a": 2.0, "b": 1}, {"a": 2, "b": 1.0})}
    assert texts == {'{"a":2,"b":1}'}
    raw = given({"a": 7}).replace(b"7", b"70e-1")
    assert b"70e-1" in raw
    assert kept(raw) == '{"a":7}'
    assert kept(given({"a": -0.0})) == '{"a":0}'


def test_numbers_go_to_where_a_float_is_exact() -> None:
    assert kept(given({"a": MAX_INTEGER, "b": -MAX_INTEGER})) == f'{{"a":{MAX_INTEGER},"b":-{MAX_INTEGER}}}'


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("attributes", "field", "reason"),
    [
        ({}, "data.attributes", "empty"),
        ([1], "data.attributes", "JSON object"),
        ("gold", "data.attributes", "JSON object"),
        ({f"a{number}": number for number in range(33)}, "data.attributes", "33 attributes; at most 32"),
        ({"Product": "x"}, "data.attributes.Product", "small letter"),
        ({"1a": "x"}, "data.attributes.1a", "small letter"),
        ({"a\n": "x"}, "data.attributes.a\n", "small letter"),
        ({"a" * 41: "x"}, f"data.attributes.{'a' * 41}", "at most 40"),
        ({"a": None}, "data.attributes.a", "null"),
        ({"a": {"b": 1}}, "data.attributes.a", "an object"),
        ({"a": ["b"]}, "data.attributes.a", "a list"),
        ({"a": ""}, "data.attributes.a", "empty"),
        ({"a": "x" * 257}, "data.attributes.a", "at most 256"),
        ({"a": "b\u202ec"}, "data.attributes.a", "can't be seen"),
        ({"a": MAX_INTEGER + 1}, "data.attributes.a", "out of range"),
        ({"a": 2**70}, "data.attributes.a", "out of range"),
        ({"a": 1e300}, "data.attributes.a", "out of range"),
        ({"b": 1, "a": "jane@example.com"}, "data.attributes.a", "an e-mail"),
        ({"a": "+44 20 7946 0958"}, "data.attributes.a", "a phone number"),
        ({"a": 447911123456}, "data.attributes.a", "a phone number"),
        ({"by": "7946 0958"}, "data.attributes.by", "a phone number"),
    ],
)  # fmt: skip
def test_what_may_not_be_kept_is_refused_by_name(kind: str, attributes: Any, field: str, reason: str) -> None:
    (rejected,) = decode(given(attributes, kind)).rejected
    assert (rejected.field, reason in rejected.reason) == (field, True), rejected.reason
    assert "jane" not in rejected.reason


def test_forty_characters_of_a_name_and_32_attributes_are_allowed() -> None:
    attributes = {"a" * 40: "x" * 256} | {f"a{number}": True for number in range(31)}
    assert as_values(kept(given(attributes))) == attributes


def test_a_number_without_an_end_is_out_of_range() -> None:
    (rejected,) = decode(given({"a": 7}).replace(b'"a": 7', b'"a": 1e999')).rejected
    assert rejected.field == "data.attributes.a"


def test_what_was_written_is_read_back() -> None:
    attributes: dict[str, Value] = {"plan": 'family "plus"', "seats": 4.5, "vip": True}
    messages = decode(given(attributes)).messages
    (written,) = encode_events(messages.drop("received_at"))
    assert msgspec.json.decode(written)["data"]["attributes"] == attributes
    again = decode_lines([written], Receiver(earliest_receipt_ms=0, clock_ms=NOW), no_check)
    assert again.messages["attributes"].to_list() == [as_text(attributes)]


def test_a_cell_of_csv_holds_them_as_json() -> None:
    head = "specversion,id,source,type,time,subject,data.attributes\n"
    row = "1.0,{},client/crm,purchase.paid,2026-02-28T12:00:00Z,f-1,{}\n"
    cells = ['"{""plan"": ""solo"", ""seats"": 2}"', "solo", '"[1]"', ""]
    file = head + "".join(row.format(number, cell) for number, cell in enumerate(cells))
    decoded = decode_rows(
        list(read_csv(io.BytesIO(file.encode()), "x.csv")),
        Receiver(earliest_receipt_ms=0, clock_ms=NOW),
        no_check,
    )
    assert decoded.messages["attributes"].to_list() == ['{"plan":"solo","seats":2}', None]
    assert [(one.position, one.field) for one in decoded.rejected] == [
        (1, "data.attributes"),
        (2, "data.attributes"),
    ]


@pytest.mark.parametrize(
    "attributes", [{"id": "447911123456"}, {"seq": 447911123456}, {"into": "7946 0958 11"}]
)
def test_a_phone_number_in_an_attribute_is_masked_in_quarantine_whatever_its_name(attributes: Any) -> None:
    raw = given(attributes)
    (rejected,) = decode(raw).rejected
    assert rejected.reason == "holds a phone number; no raw contact may cross"
    text, _ = quarantine_text(raw, rejected.contacts)
    assert "[phone]" in text
    assert not re.search("4479|7946", text)


def test_an_id_that_another_event_names_is_no_phone_number() -> None:
    for name in ("adjusts", "reinstates"):
        text, _ = quarantine_text(f'{{"{name}":"447911123456"}}'.encode())
        assert "447911123456" in text
    text, _ = quarantine_text(b'{"into":"12345678"}')
    assert text == '{"into":"[phone]"}'

"""Decoding, rule by rule: what the contract calls valid becomes columns, and the rest is refused by field."""

from __future__ import annotations

import json
from typing import Any

import pytest

from simulator.domain.errors import ProgramError
from simulator.events.columns import MESSAGE_SCHEMA
from simulator.events.contract import EVENT_TYPES, FUTURE_LIMIT_MS
from simulator.events.decode import DECODED_SCHEMA, Receiver, decode_lines
from simulator.events.moment import format_moment, parse_moment
from tests.unit.messages import MISSING, NOW, VALID_DATA, decode, event, line, no_check, refused_field


def refuse_program(text: str) -> None:
    raise ProgramError([f"[reward] value: {text} is not money; ask jane@example.com", "another"])


@pytest.mark.parametrize("kind", EVENT_TYPES)
def test_every_type_becomes_columns(kind: str) -> None:
    decoded = decode(line(event(kind)))
    assert decoded.rejected == []
    assert dict(decoded.messages.schema) == DECODED_SCHEMA
    (row,) = decoded.messages.iter_rows(named=True)
    expected = dict.fromkeys(MESSAGE_SCHEMA) | VALID_DATA[kind]
    for name in ("decision", "reward"):
        for part, value in (expected.pop(name, None) or {}).items():
            expected[f"{name}_{part}"] = value
    if expected["attributes"] is not None:
        expected["attributes"] = json.dumps(expected["attributes"], separators=(",", ":"), sort_keys=True)
    expected |= {
        "received_at": NOW,
        "source": event(kind)["source"],
        "id": "ev-1",
        "type": kind,
        "occurred_at": parse_moment("2026-02-28T12:00:00.123Z"),
        "subject": "f-1",
        "position": 0,
    }
    assert row == expected


@pytest.mark.parametrize("kind", EVENT_TYPES)
def test_optional_fields_may_be_absent_and_required_ones_may_not(kind: str) -> None:
    required = {f.name: VALID_DATA[kind][f.name] for f in EVENT_TYPES[kind].fields if f.required}
    assert decode(line(event(kind, required))).rejected == []
    for name in required:
        rest = {other: value for other, value in required.items() if other != name}
        assert refused_field(line(event(kind, rest))) == f"data.{name}"


@pytest.mark.parametrize("kind", EVENT_TYPES)
def test_fields_are_refused_when_null_or_not_declared(kind: str) -> None:
    for name in VALID_DATA[kind]:
        assert refused_field(line(event(kind, VALID_DATA[kind] | {name: None}))) == f"data.{name}"
    assert refused_field(line(event(kind, VALID_DATA[kind] | {"Code": "x"}))) == "data.Code"


@pytest.mark.parametrize("kind", EVENT_TYPES)
@pytest.mark.parametrize("source", ["platform", "client/crm"])
def test_a_type_comes_from_its_senders_only(kind: str, source: str) -> None:
    raw = line(event(kind, source=source))
    if source.partition("/")[0] in EVENT_TYPES[kind].senders:
        assert decode(raw).rejected == []
    else:
        assert refused_field(raw) == "source"


@pytest.mark.parametrize("data", [MISSING, None, {}], ids=["absent", "null", "empty"])
def test_no_data_null_and_empty_data_are_the_same(data: Any) -> None:
    for kind in ("session.authenticated", "purchase.paid", "eligibility.confirmed"):
        made = {k: v for k, v in event(kind, {}).items() if k != "data"}
        decoded = decode(line(made if data is MISSING else made | {"data": data}))
        assert decoded.rejected == []
        assert decoded.messages.select("amount_minor", "eligible").row(0) == (None, None)
    made = {k: v for k, v in event("link.created").items() if k != "data"}
    assert refused_field(line(made if data is MISSING else made | {"data": data})) == "data.code"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("specversion", value) for value in (MISSING, None, "", "1", "0.3", 1.0, 1)),
        *(
            ("id", value)
            for value in (
                MISSING,
                None,
                "",
                7,
                True,
                "x" * 1025,
                "jane@example.com",
                "a\u202eb",
                "\x1b[2J",
                ["a"],
                {},
            )
        ),
        *(
            ("source", v)
            for v in (MISSING, None, "", "crm", "client", "client/", "client/a b", "client/a/b", 5)
        ),
        *(("source", v) for v in ("Platform", "platform ", "platform\n", "client/ü", "client/a\n", "x/crm")),
        *(("source", value) for value in ("client/" + "x" * 250, "client/a@b", ["platform"])),
        *(("type", value) for value in (MISSING, None, "", "purchase.payd", "Purchase.paid", 3, {"a": 1})),
        *(("time", value) for value in (MISSING, None, "", 1767225600000, True, ["2026-01-01T00:00:00Z"])),
        *(("time", f"2026-02-28{rest}") for rest in ("", " 12:00:00Z", "T12:00:00", "T12:00Z", "T12:00:60Z")),
        *(
            ("time", f"2026-02-28T12:00:00{rest}")
            for rest in (".Z", " Z", "+01", "+0100", "+24:00", "+01:60")
        ),
        *(("time", f"{date}T00:00:00Z") for date in ("2026-02-29", "2026-13-01", "2026-00-10", "0000-01-01")),
        *(
            ("time", f"{day}T{hour}Z")
            for day in ("2026-02-01",)
            for hour in ("24:00:00", "12:60:00", "1:00:00")
        ),
        *(
            ("time", value)
            for value in ("0001-01-01T00:00:00+00:01", "2026-02-28T12:00:00z ", "\uff12026-02-28T12:00:00Z")
        ),
        *(
            ("subject", value)
            for value in (MISSING, None, "", 5, "jane@example.com", "a b", "ü", "x" * 129, "a\n")
        ),
        *(("data", value) for value in ([], [1], "", "x", 0, False, True)),
        ("data_base64", "e30="),
    ],
)
def test_the_envelope_is_strict(name: str, value: Any) -> None:
    assert refused_field(line(event(**{name: value}))) == name


def many(*values: Any) -> tuple[Any, ...]:
    """Values of several types."""
    return values


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        *(
            ("purchase.paid", "amount_minor", value)
            for value in many(1.0, 1.5, True, -1, 9_000_000_001, "5", "", [], 10**30)
        ),
        *(
            ("purchase.paid", "currency", value)
            for value in many("gbp", "GB", "GBPX", "", "£££", "GB\n", 826, "ÄÖÜ")
        ),
        *(("purchase.paid", "code", value) for value in many("", "x" * 257, "a@b", 5, True, ["x"], {})),
        *(
            ("purchase.paid", "outcome", value)
            for value in many("", "é" * 257, "a@b", "+44 7700 900123", "john%40x.com", "447700900123")
        ),
        *(("purchase.paid", "new_customer", value) for value in many(0, 1, "true", "", [])),
        *(("referral.shared", "reach", value) for value in many(0, -5, 1.0, False, 9_000_000_001, "1")),
        *(("customer.identified", "contact_kind", value) for value in many("Email", "", "fax", 1, ["email"])),
        *(("customer.identified", "via", value) for value in many("web", True)),
        *(("customer.identified", "referrer_kind", value) for value in many("customers", {})),
        *(
            ("customer.identified", "contact_ref", value)
            for value in many("jane@example.com", "", "a b", "x" * 129)
        ),
        *(
            ("customer.identified", "contact_ref", v)
            for v in many("07946123456", "44-7946-123", "1234567", "1.2:3=4_5-67")
        ),
        *(("friend.visited", "device_ref", value) for value in many("447946123456", 447946123456, "1" * 15)),
        *(("conversion.reversed", "reverses", value) for value in many("", "a@b", 7)),
        ("conversion.reversed", "reason", "mistake"),
        *(("review.decided", "verdict", value) for value in many("approved", "", None)),
        *(("review.decided", "by", value) for value in many("jane doe", "jane@example.com", "", 5)),
        *(("review.decided", "decision", value) for value in many("ev-1", [], None, True)),
        *(("program.changed", "program", value) for value in many("", 5, {}, "# jane@example.com")),
    ],
)
def test_the_fields_are_strict(kind: str, name: str, value: Any) -> None:
    assert refused_field(line(event(kind, VALID_DATA[kind] | {name: value}))) == f"data.{name}"


@pytest.mark.parametrize(
    ("decision", "field"),
    [
        ({"source": "s", "id": "i"}, "milestone"),
        ({"source": "s", "id": "i", "milestone": None}, "milestone"),
        ({"source": "s", "id": "a@b", "milestone": "m"}, "id"),
        ({"source": "", "id": "i", "milestone": "m"}, "source"),
        ({"source": "s", "id": "i", "milestone": "m", "why": "x"}, "why"),
    ],
)
def test_a_decision_is_named_whole(decision: dict[str, Any], field: str) -> None:
    data = VALID_DATA["review.decided"] | {"decision": decision}
    assert refused_field(line(event("review.decided", data))) == f"data.decision.{field}"


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        ("purchase.paid", "amount_minor", 9_000_000_000),
        ("purchase.paid", "amount_minor", 0),
        ("purchase.paid", "code", "é" * 256),
        ("purchase.paid", "code", "\U0001f600" * 256),
        ("purchase.paid", "code", "@home"),
        ("referral.shared", "reach", 1),
        ("friend.visited", "device_ref", "123456"),
        ("friend.visited", "device_ref", "1" * 16),
        ("friend.visited", "device_ref", "a1234567"),
        ("friend.visited", "device_ref", "_-.:="),
        ("friend.visited", "device_ref", "x" * 128),
    ],
)
def test_values_at_the_edge_are_taken(kind: str, name: str, value: Any) -> None:
    decoded = decode(line(event(kind, VALID_DATA[kind] | {name: value})))
    assert decoded.rejected == []
    assert decoded.messages[name].to_list() == [value]


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("2026-02-28t12:00:00z", "2026-02-28T12:00:00Z"),
        ("2026-02-28T12:00:00.9999999Z", "2026-02-28T12:00:00.999Z"),
        ("2026-02-28T12:00:00.1Z", "2026-02-28T12:00:00.100Z"),
        ("2026-02-28T12:00:00-00:00", "2026-02-28T12:00:00Z"),
        ("2026-03-01T10:30:00.5+23:59", "2026-02-28T10:31:00.500Z"),
        ("2024-02-29T00:00:00-05:30", "2024-02-29T05:30:00Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("1969-12-31T23:59:59.0019Z", "1969-12-31T23:59:59.001Z"),
        ("2026-02-28T12:00:00." + "1" * 200 + "Z", "2026-02-28T12:00:00.111Z"),
    ],
)
def test_times_are_cut_to_milliseconds_utc(text: str, same: str) -> None:
    decoded = decode(line(event(time=text)))
    assert decoded.rejected == []
    assert format_moment(decoded.messages["occurred_at"].item()) == format_moment(parse_moment(same))


def test_a_moment_may_lie_a_day_ahead_and_no_more() -> None:
    at_limit = event(time=format_moment(NOW + FUTURE_LIMIT_MS))
    beyond = event(time=format_moment(NOW + FUTURE_LIMIT_MS + 1))
    assert decode(line(at_limit)).rejected == []
    (rejected,) = decode(line(beyond)).rejected
    assert (rejected.field, rejected.source, rejected.id) == ("time", "client/crm", "ev-1")
    assert "24 hours" in rejected.reason


@pytest.mark.parametrize("value", ["changed mind", "refund", 7])
def test_a_value_that_is_none_of_a_list_is_refused_with_the_list_once(value: Any) -> None:
    (rejected,) = decode(line(event("conversion.reversed", {"reverses": "o1", "reason": value}))).rejected
    assert rejected.reason.count("refunded, fraud, lapsed") <= 1
    assert "refunded" in rejected.reason


def test_steering_needs_no_subject_but_a_good_one_if_any() -> None:
    for kind in ("review.decided", "program.changed"):
        for subject in (MISSING, None, "op-1"):
            decoded = decode(line(event(kind, subject=subject)))
            assert decoded.rejected == []
            assert decoded.messages["subject"].item() == ("op-1" if subject == "op-1" else None)
        assert refused_field(line(event(kind, subject="jane@example.com"))) == "subject"


def test_other_attributes_are_allowed_and_not_kept() -> None:
    more = {
        "datacontenttype": "application/json",
        "traceparent": "00-ab",
        "seq": 5,
        "receivedat": 7,
        "amountminor": 5,
        "sampled": True,
        "absent": None,
        "data_base64": None,
    }
    decoded = decode(line(event() | more))
    assert decoded.rejected == []
    assert decoded.messages.equals(decode(line(event())).messages)
    assert decoded.passed_over == {"traceparent": 1, "amountminor": 1, "sampled": 1}


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("Data", {"amount_minor": 1500}, "is data meant?"),
        ("amount_minor", 1500, "data.amount_minor"),
        ("Amount", None, "small letters and digits"),
        ("ext@", None, "small letters and digits"),
        ("payload", {"amount_minor": 1500}, "stand in data"),
        ("more", [1], "a list"),
        ("ratio", 1.5, "32 bits"),
        ("big", 2**31, "32 bits"),
        ("huge", 10**400, "32 bits"),
        ("note", "\x1b[2J", "U+001B"),
        ("note", "call +44 7700 900123", "a phone number"),
        ("datacontenttype", "text/xml", "application/json"),
    ],
)
def test_a_misplaced_field_is_refused_by_name_and_never_lost(name: str, value: Any, said: str) -> None:
    (rejected,) = decode(line(event(**{name: value}))).rejected
    assert rejected.field == name
    assert said in rejected.reason


@pytest.mark.parametrize(
    "subject",
    [
        "447700900123",
        "+44 7700 900123",
        "1234567",
        "tel:+447700900123",
        "x:447700900123",
        "jane%40x.com",
        "j\uff20x.com",
    ],
)
def test_a_raw_phone_number_is_no_subject(subject: str) -> None:
    (rejected,) = decode(line(event(subject=subject))).rejected
    assert rejected.field == "subject"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("subject", "partnerid/5:clientid/100"),
        ("subject", "urn:uuid:550e8400-e29b-41d4-a716-446655440000"),
        ("subject", "a/b~c+d#e="),
        ("id", "1234567890"),
        ("id", "447700900123"),
        ("id", "order@2026-03"),
        ("id", "x" * 1024),
        ("datacontenttype", "application/cloudevents+json; charset=utf-8"),
    ],
)
def test_what_a_cloudevents_client_sends_is_taken(name: str, value: str) -> None:
    assert decode(line(event(**{name: value}))).rejected == []


def test_numbers_are_references_where_the_program_says_so() -> None:
    raw = line(event(subject="447700900123"))
    decoded = decode_lines(
        [raw], Receiver(earliest_receipt_ms=0, clock_ms=NOW, numeric_references=True), no_check
    )
    assert decoded.messages["subject"].to_list() == ["447700900123"]
    plus = line(event(subject="+447700900123"))
    assert decode_lines([plus], Receiver(0, NOW, numeric_references=True), no_check).rejected


def test_a_program_is_checked_and_its_first_problem_is_the_reason() -> None:
    raw = line(event("program.changed", {"program": "12,50"}))
    (rejected,) = decode(raw, check=refuse_program).rejected
    assert rejected.field == "data.program"
    assert rejected.reason == "[reward] value: 12,50 is not money; ask [e-mail] (and 1 more)"
    assert decode(line(event()), check=refuse_program).rejected == []

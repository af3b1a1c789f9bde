"""Decoding, rule by rule: what the contract calls valid becomes columns, and the rest is refused by field."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from simulator.domain.errors import ProgramError
from simulator.events.columns import MESSAGE_SCHEMA
from simulator.events.contract import EVENT_TYPES, FUTURE_LIMIT_MS
from simulator.events.decode import DECODED_SCHEMA, Receiver, decode_lines
from simulator.events.moment import format_moment, parse_moment
from tests.unit.messages import MISSING, NOW, VALID_DATA, decode, event, line, no_check


def refuse_program(text: str) -> None:
    raise ProgramError([f"[reward] value: {text} is not money; ask jane@example.com", "another"])


def refused_field(raw: bytes, **options: Any) -> str | None:
    decoded = decode(raw, **options)
    assert decoded.messages.is_empty()
    (rejected,) = decoded.rejected
    assert rejected.reason
    return rejected.field


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

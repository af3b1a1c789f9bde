"""Canonical JSON: equal events have the same bytes, and decode to the columns they came from."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.domain.errors import InputError
from simulator.events.attributes import as_text, may_be_kept
from simulator.events.columns import EVENT_SCHEMA, MESSAGE_SCHEMA
from simulator.events.contract import EVENT_TYPES, MAX_INTEGER, PARTS, Field
from simulator.events.decode import Receiver, decode_lines
from simulator.events.encode import encode_events
from simulator.events.values import unfit

T0 = 1_772_323_200_000  # 2026-03-01


def frame(*rows: dict[str, Any]) -> pl.DataFrame:
    base = {"received_at": T0, "source": "platform", "id": "ev-1", "occurred_at": T0 - 1, "subject": "f-1"}
    return pl.DataFrame([{"seq": seq, **base, **row} for seq, row in enumerate(rows, 1)], schema=EVENT_SCHEMA)


def test_a_line_is_the_event_in_canonical_order() -> None:
    (line,) = encode_events(frame({"type": "referral.shared", "channel": "email", "code": "Ü", "reach": 3}))
    assert (
        line
        == (
            '{"specversion":"1.0","id":"ev-1","source":"platform","type":"referral.shared",'
            '"time":"2026-02-28T23:59:59.999Z","subject":"f-1","data":{"code":"Ü","channel":"email","reach":3},'
            '"receivedat":1772323200000,"seq":1}'
        ).encode()
    )


def test_what_is_absent_is_left_out_of_data_and_subject_is_null() -> None:
    decision = {"decision_source": "client/crm", "decision_id": "e", "decision_milestone": "paid"}
    lines = encode_events(
        frame(
            {"type": "session.authenticated"},
            {"type": "eligibility.confirmed"},
            {"type": "review.decided", "subject": None, "verdict": "decline", "by": "op", **decision},
            {"type": "eligibility.confirmed", "eligible": False},
        )
    )
    events = [json.loads(line) for line in lines]
    assert [event["data"] for event in events] == [
        {},
        {},
        {
            "decision": {"source": "client/crm", "id": "e", "milestone": "paid"},
            "verdict": "decline",
            "by": "op",
        },
        {"eligible": False},
    ]
    assert [event["subject"] for event in events] == ["f-1", "f-1", None, "f-1"]
    assert [event["seq"] for event in events] == [1, 2, 3, 4]


def test_a_sender_writes_no_stamps_and_a_message_has_no_seq() -> None:
    made = frame({"type": "friend.opted_in"})
    (sent,) = encode_events(made, stamps=False)
    (message,) = encode_events(made.select(*MESSAGE_SCHEMA))
    assert list(json.loads(sent)) == ["specversion", "id", "source", "type", "time", "subject", "data"]
    assert list(json.loads(message))[-1] == "receivedat"
    assert encode_events(made.clear()) == []


def test_a_moment_that_can_not_be_written_is_an_error() -> None:
    with pytest.raises(InputError):
        encode_events(frame({"type": "friend.opted_in", "occurred_at": 2**53}))


texts = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Cs", "Cn", "Zl", "Zp"]),
    min_size=1,
    max_size=12,
).filter(lambda text: unfit(text) is None)
references = st.from_regex(r"[A-Za-z][A-Za-z0-9_\-.:=]{0,20}", fullmatch=True)


names = st.from_regex(r"[a-z][a-z0-9_]{0,39}", fullmatch=True)
numbers = st.integers(-MAX_INTEGER, MAX_INTEGER) | st.floats(-MAX_INTEGER, MAX_INTEGER)
attributes = (
    st.dictionaries(names, texts | numbers | st.booleans(), min_size=1, max_size=4)
    .map(as_text)
    .filter(may_be_kept)
)


def value(field: Field) -> st.SearchStrategy[Any]:
    match field.kind:
        case "choice":
            return st.sampled_from(field.choices)
        case "integer":
            return st.integers(field.minimum, field.maximum)
        case "boolean":
            return st.booleans()
        case "currency":
            return st.just("GBP")
        case "reference":
            return references
        case "attributes":
            return attributes
        case _:
            return texts


@st.composite
def rows(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a valid event as a row."""
    kind = EVENT_TYPES[draw(st.sampled_from(sorted(EVENT_TYPES)))]
    row: dict[str, Any] = {
        "type": kind.name,
        "id": draw(texts),
        "source": "platform" if draw(st.sampled_from(kind.senders)) == "platform" else "client/crm",
        "subject": draw(references) if kind.subject_required else draw(st.none() | references),
        "occurred_at": draw(st.integers(-62_135_596_800_000, T0)),
    }
    for field in kind.fields:
        if field.kind in PARTS:
            row |= {f"{field.name}_{part}": draw(texts) for part in PARTS[field.kind]}
        elif field.required or draw(st.booleans()):
            row[field.name] = draw(value(field))
    return row


@settings(max_examples=80, deadline=None)
@given(st.lists(rows(), max_size=8))
def test_what_is_written_is_read_back_as_the_same_columns(made: list[dict[str, Any]]) -> None:
    events = frame(*made)
    lines = encode_events(events)
    decoded = decode_lines(lines, Receiver(earliest_receipt_ms=0, clock_ms=None), str)
    assert decoded.rejected == []
    assert decoded.messages.drop("position").equals(events.drop("seq"))
    assert encode_events(events, stamps=True) == lines
    assert [json.loads(line)["seq"] for line in lines] == events["seq"].to_list()

"""The shipped mappings: what each makes of records as the senders document them, and whether it is valid."""

from __future__ import annotations

import pytest

from simulator.events.csvfile import decode_rows
from simulator.events.decode import Receiver
from simulator.mapping.hashing import Hasher
from simulator.mapping.mapper import Mapper
from simulator.mapping.shipped import find_mapping, shipped_names
from simulator.mapping.testing import TEST_KEY, failures, rows_of_text

NOW = 1_800_000_000_000  # 2027-01-15, after all that the samples tell
SHIPPED = {
    *("cello", "dub", "extole", "friendbuy", "mention-me", "rewardful", "segment", "shopify", "stripe"),
    *("stripe-invoices", "talkable", "voucherify"),
}


def test_what_is_promised_is_shipped() -> None:
    assert set(shipped_names()) >= SHIPPED


@pytest.mark.parametrize("name", shipped_names())
def test_a_shipped_mapping_does_what_its_own_tests_say(name: str) -> None:
    mapping = find_mapping(name)
    assert mapping.name == name
    assert mapping.says
    assert mapping.tests
    assert failures(mapping) == []


@pytest.mark.parametrize("name", shipped_names())
def test_every_event_of_a_shipped_mapping_is_tested_and_keeps_the_contract(name: str) -> None:
    mapping = find_mapping(name)
    mapper = Mapper(mapping, Hasher(TEST_KEY))
    made: set[str] = set()
    for test in mapping.tests:
        if test.refused is not None or test.skipped:
            continue
        rows = rows_of_text(mapper, test.record)
        decoded = decode_rows(rows, Receiver(0, NOW, infer_time=mapping.infers_time()), lambda _text: None)
        assert [(one.field, one.reason) for one in decoded.rejected] == [], test.name
        assert decoded.messages.height == len(rows)
        made |= set(decoded.messages["type"].to_list())
    assert made == {event.type for event in mapping.events}


@pytest.mark.parametrize("name", shipped_names())
def test_no_raw_contact_of_a_sample_is_in_what_comes_out(name: str) -> None:
    mapping = find_mapping(name)
    mapper = Mapper(mapping, Hasher(TEST_KEY))
    for test in mapping.tests:
        for row in rows_of_text(mapper, test.record):
            for contact in (b"@", b"Jane", b"Smith", b"203.0.113.7"):
                assert contact not in row.line, test.name
                assert contact not in row.text, test.name


def test_a_refund_finds_its_order() -> None:
    for name in (*SHIPPED - {"mention-me"},):
        mapping = find_mapping(name)
        mapper = Mapper(mapping, Hasher(TEST_KEY))
        rows = [
            row for test in mapping.tests for row in rows_of_text(mapper, test.record) if row.problem is None
        ]
        decoded = decode_rows(rows, Receiver(0, NOW, infer_time=True), lambda _text: None)
        named = decoded.messages["reverses"].drop_nulls().to_list()
        assert set(named) <= set(decoded.messages["id"].to_list()), name
        assert named or name in ("dub", "friendbuy", "talkable"), name

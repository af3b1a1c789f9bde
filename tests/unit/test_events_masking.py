"""Masking: no e-mail address or phone number remains, but everything that a person needs to correct a message does."""

from __future__ import annotations

import hashlib
import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.events.contract import MAX_ATTRIBUTES
from simulator.events.masking import mask, quarantine_text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("jane@example.com", "[e-mail]"),
        ('{"subject":"jane.doe+x@mail.example.co.uk","x":1}', '{"subject":"[e-mail]","x":1}'),
        (r'"jane\u0040example.com"', '"[e-mail]"'),
        (r'"jane\\u0040example.com"', '"[e-mail]"'),
        (r'"\u006aane\u0040example\u002ecom"', '"[e-mail]"'),
        ("?to=jane%40example.com&x=1", "[e-mail]"),
        ("jürgen@bücher.example", "[e-mail]"),
        (r"j\u00fcrgen@b\u00fccher.example", "[e-mail]"),
        ("a@b@c", "[e-mail]"),
        ("jane\uff20example.com", "[e-mail]"),
        ('{"subject":"jane@exam', '{"subject":"[e-mail]'),
        ("<jane@localhost>, bob@x.y", "<[e-mail]>, [e-mail]"),
        ("@example.com", "[e-mail]"),
        ("447946123456", "[phone]"),
        ("+44 (0)20 7946 0958 now", "[phone] now"),
        ("tel:+44.7946.123456", "tel:[phone]"),
        ("(020) 7946-0958", "[phone]"),
        ("+49\u201330\u20131234567", "[phone]"),
        ("020 7946 0958 020 7946 0959", "[phone] [phone]"),
        ('{"contact_ref":447946123456}', '{"contact_ref":[phone]}'),
        ('{"contact_ref": -447946123456 }', '{"contact_ref": [phone] }'),
        (r'"\u002b447946123456"', '"[phone]"'),
        (r'"020\u00207946\u00200958"', '"[phone]"'),
        (r'"\n447946123456"', r'"\n[phone]"'),
        ("%2B447946123456", "[phone]"),
        ('{"amount_minor":"+447946123456"}', '{"amount_minor":"[phone]"}'),
        ("client/crm,447946123456,GBP", "client/crm,[phone],GBP"),
    ],
)
def test_contacts_are_taken_out(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-01T00:00:00Z",
        "2026-01-01T00:00:00.123456+01:00",
        "2026-01-01 00:00:00",
        "2026-02-30",
        "ev-00000012",
        "order_12345678",
        "deadbeef12345678",
        "550e8400-e29b-41d4-a716-446655440000",
        "1" * 16,
        "123456",
        "an @ alone",
        '"@"',
        '{"amount_minor":1234567890,"reach": 12345678,"receivedat":1767225600000,"seq":1234567}',
        '{"amount_minor":1234567.5, "x":1}',
        '{"amount_minor": -1234567}',
        "order 1234567, 12345678 and 123456789012345",
        "026-1234567-1234567",
        "01.02.2026 10:00",
        "04/03/2026",
        "20260304123456",
        '{"id":"447700900123"}',
        "order@2026-03",
        "0.123456789",
        r"C:\users \ud800 \u0022",
    ],
)
def test_what_is_no_contact_stays(text: str) -> None:
    assert mask(text) == text


def test_a_message_is_kept_masked_with_the_hash_of_what_was_sent() -> None:
    raw = b'{"id":"\xff jane@example.com"}'
    assert quarantine_text(raw + b"\r\n") == (r'{"id":"\xff [e-mail]"}', hashlib.sha256(raw).hexdigest())


local_parts = st.from_regex(r"[a-z][a-z0-9._+'-]{0,20}", fullmatch=True)
domains = st.from_regex(r"[a-z0-9-]{1,10}(\.[a-z]{2,5}){1,2}", fullmatch=True)
around = st.text(st.characters(codec="utf-8", exclude_characters="@"), max_size=10)


@settings(deadline=None)
@given(local_parts, domains, around, around)
def test_an_e_mail_is_found_wherever_it_stands(local: str, domain: str, before: str, after: str) -> None:
    for text in (
        f"{before} {local}@{domain} {after}",
        json.dumps({"x": [before, f"{local}@{domain}", after]}),
    ):
        masked = mask(text)
        assert f"{local}@" not in masked
        assert "[e-mail]" in masked


@settings(deadline=None)
@given(
    st.sampled_from(
        ["+44{j}7700{j}900123", "+1{j}555{j}0100", "020{j}7946{j}0958", "0044{j}20{j}7946{j}0958"]
    ),
    st.sampled_from([" ", "-", ".", "/", " - ", ") "]),
    st.sampled_from(["{}", '"{}"', "call {}, please", '{{"a":"{}"}}', "x={}"]),
)
def test_a_phone_number_is_found_however_it_is_grouped(number: str, joint: str, frame: str) -> None:
    assert re.sub(r"\D", "", mask(frame.format(number.format(j=joint)))) == ""


@settings(deadline=None)
@given(st.text())
def test_masking_twice_changes_nothing_more(text: str) -> None:
    assert mask(mask(text)) == mask(text)


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "1",
        "@",
        "a@",
        "1 ",
        "-",
        "(",
        r"\u0040",
        "\\",
        "1-",
        '"reach"',
        " ",
        "2026-01-01T",
        "1a",
        "%",
        "é1",
        "(1",
    ],
)
def test_masking_takes_linear_time(text: str) -> None:
    # what is quadratic takes hours here and does not come back
    long = text * (300_000 // len(text))
    assert isinstance(mask(long + "@"), str)


def test_a_message_with_more_phone_numbers_than_a_valid_one_can_have_is_masked_in_one_pass() -> None:
    # to look for each number in the whole text takes hours here, and does not come back
    numbers = tuple(f"{1_000_000 + number}" for number in range(60_000))
    text, _ = quarantine_text(json.dumps({"data": {"attributes": numbers}}).encode(), numbers)
    assert re.search(r"\d", text) is None
    assert text.startswith('{"data": {"attributes": ["#######", ')


def test_as_many_phone_numbers_as_a_valid_message_can_have_are_masked_each() -> None:
    numbers = tuple(f"{1_000_000 + number}" for number in range(MAX_ATTRIBUTES))
    text, _ = quarantine_text(f"{' '.join(numbers)} on 2026-01-01".encode(), numbers)
    assert text == f"{' '.join(['[phone]'] * MAX_ATTRIBUTES)} on 2026-01-01"

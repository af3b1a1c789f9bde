"""The quick reader and the exact check agree: they accept the same events, with the same values."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from simulator.events import few, typed
from simulator.events.check import EARLIEST_RECEIPT_MS, LATEST_RECEIPT_MS, Problem, check_line
from simulator.events.contacts import contact_in
from simulator.events.contract import EVENT_TYPES, PARTS, Field
from simulator.events.decode import Receiver, decode_lines
from simulator.events.typed import READ_SCHEMA, fit_texts, read_lines
from simulator.events.values import FieldError, check_id, check_reference, check_text, unfit


@pytest.fixture(params=[few.FEW, 0], ids=["few", "many"], autouse=True, scope="module")
def read_as(request: pytest.FixtureRequest) -> Iterator[None]:
    """Read lines one by one, as for a few, and in columns, as for many."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(typed, "FEW", request.param)
        yield


junk: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from(
        [
            None,
            True,
            False,
            0,
            -1,
            1,
            1.0,
            1e300,
            2**53 - 1,
            2**53,
            2**70,
            "",
            "x",
            "@",
            "a@b",
            "platform",
            [],
            {},
        ]
    ),
    st.sampled_from(
        [
            "client/crm",
            "1.0",
            "GBP",
            "1234567",
            "1" * 128,
            "1" * 129,
            "a" * 256,
            "a" * 257,
            "é",
            "\x00",
            "\u202e",
            "447700900123",
            "+44 7700 900123",
            "a%40b",
            "j\uff20x.com",
            "_1234567",
            "x:1234567",
        ]
    ),
    st.text(max_size=5),
    st.dictionaries(
        st.sampled_from(["source", "id", "milestone", "x"]), st.text(min_size=1, max_size=3), max_size=4
    ),
)
texts = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Cs", "Cn", "Zl", "Zp"]),
    min_size=1,
    max_size=8,
).filter(lambda text: unfit(text) is None)
references = st.from_regex(r"[A-Za-z0-9_\-.:=]{1,20}", fullmatch=True)
times = st.sampled_from(
    [
        "2026-01-01T00:00:00Z",
        "2026-01-01t00:00:00.1239z",
        "2024-02-29T23:59:59.999-23:59",
        "2023-02-29T00:00:00Z",
        "2026-01-01T00:00:60Z",
        "2026-01-01T00:00:00",
        "9999-12-31T23:59:59Z",
    ]
)
# pieces of raw JSON that no Python value writes; each stands where a value may stand
raw_values = st.sampled_from(
    [
        b"1e2",
        b"-0",
        b"01",
        b"1.",
        b"NaN",
        b"1" * 400,
        b"1e999",
        b'"\\ud800"',
        b'"\\ud83d\\ude00"',
        b'"\\u0040"',
        b'"a\\/b"',
        b'"\xff"',
        b'"\xc3\xa9"',
        b"[1,]",
        b'{"a":{"b":[]}}',
        b'"\t"',
        b'"\\u0000"',
        b"tru",
        b" 5 ",
        b"",
    ]
)


def good_value(field: Field) -> st.SearchStrategy[Any]:
    match field.kind:
        case "choice":
            return st.sampled_from(field.choices)
        case "integer":
            return st.integers(field.minimum, field.maximum)
        case "boolean":
            return st.booleans()
        case "currency":
            return st.sampled_from(["GBP", "JPY"])
        case "decision" | "reward":
            return st.fixed_dictionaries(dict.fromkeys(PARTS[field.kind], texts))
        case "attributes":
            return st.dictionaries(
                st.sampled_from(["product", "plan", "by", "a_1", "a" * 40, "A", "", "a\n"]),
                texts | references | st.booleans() | st.integers() | st.floats() | junk,
                max_size=4,
            )
        case "reference":
            return references
        case _:
            return texts


@st.composite
def events(draw: st.DrawFn) -> dict[str, Any]:
    """Draw an event that is valid except perhaps in one or two places."""
    kind = EVENT_TYPES[draw(st.sampled_from(sorted(EVENT_TYPES)))]
    sender = draw(st.sampled_from(kind.senders))
    data = {
        field.name: draw(good_value(field)) for field in kind.fields if field.required or draw(st.booleans())
    }
    event: dict[str, Any] = {
        "specversion": "1.0",
        "id": draw(texts),
        "source": "platform"
        if sender == "platform"
        else draw(st.sampled_from(["client/crm", "client/a.b_c-1"])),
        "type": kind.name,
        "time": draw(times),
        "subject": draw(references),
        "data": data,
        "receivedat": draw(st.integers(EARLIEST_RECEIPT_MS, LATEST_RECEIPT_MS)),
    }
    for _ in range(draw(st.sampled_from([0, 0, 1, 1, 2]))):
        part = draw(st.sampled_from([event, event, data]))
        name = draw(
            st.sampled_from(
                [*event, *data, "data_base64", "extension", "payload", "seq", "Data", "datacontenttype"]
            )
        )
        if draw(st.booleans()):
            part.pop(name, None)
        else:
            part[name] = draw(junk)
    names = draw(st.permutations(sorted(event)))
    return {name: event[name] for name in names}


@st.composite
def lines(draw: st.DrawFn) -> bytes:
    """Draw a line: an event as JSON, perhaps with raw damage."""
    event = draw(events())
    damage = draw(st.integers(0, 5))
    if damage == 0:
        part = draw(st.sampled_from([event, event["data"] if isinstance(event.get("data"), dict) else event]))
        name = draw(st.sampled_from([*part, "extension"]))
        part[name] = "?raw?"
    raw = json.dumps(event, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")
    raw = raw.replace(b'"?raw?"', draw(raw_values)) if damage == 0 else raw
    if damage == 1:
        raw = raw[: draw(st.integers(0, len(raw)))]
    elif damage == 2:
        twice = json.dumps({draw(st.sampled_from([*event, "x"])): draw(junk)}).encode()
        raw = raw[:-1] + b"," + twice[1:]
    return raw


@settings(max_examples=50, deadline=None)
@given(st.lists(lines(), max_size=8), st.booleans())
def test_the_quick_reader_takes_only_what_the_exact_check_takes_with_the_same_values(
    batch: list[bytes], replay: bool
) -> None:
    frame, left, passed_over = read_lines(batch, replay)
    assert sorted([*left, *frame["position"].to_list()]) == list(range(len(batch)))
    for row in frame.iter_rows(named=True):
        exact = check_line(batch[row["position"]], replay)
        assert not isinstance(exact, Problem), exact
        assert passed_over.get(row["position"], ()) == exact.passed_over
        assert row == {**dict.fromkeys(READ_SCHEMA), **exact.row, "position": row["position"]}


@settings(max_examples=50, deadline=None)
@given(events())
def test_the_quick_reader_leaves_hardly_anything_that_is_valid(event: dict[str, Any]) -> None:
    raw = json.dumps(event).encode()
    assume(not isinstance(check_line(raw, replay=False), Problem))
    assume(
        all(
            isinstance(event.get(name, 0), int) and event.get(name) is not True
            for name in ("seq", "receivedat")
        )
    )
    assume(abs(event.get("seq", 0)) < 2**63)
    data = event.get("data") or {}
    contacts = [data[name] for name in ("contact_ref", "device_ref") if name in data]
    assume(all(any("a" <= letter.lower() <= "z" for letter in contact) for contact in contacts))
    frame, left, _ = read_lines([raw], replay=False)
    assert (frame.height, left) == (1, [])


@settings(max_examples=25, deadline=None)
@given(st.lists(lines(), max_size=8), st.integers(0, 8), st.booleans())
def test_batches_do_not_matter(batch: list[bytes], cut: int, replay: bool) -> None:
    clock = None if replay else 1_800_000_000_000
    whole = decode_lines(batch, Receiver(0, clock), str)
    first = decode_lines(batch[:cut], Receiver(0, clock), str)
    stamps = [*first.messages["received_at"], *(r.received_at for r in first.rejected)]
    second = decode_lines(batch[cut:], Receiver(max(stamps, default=0), clock), str)
    assert whole.messages.drop("position").rows() == [
        *first.messages.drop("position").rows(),
        *second.messages.drop("position").rows(),
    ]
    reasons = [(r.received_at, r.source, r.id, r.field, r.reason) for r in whole.rejected]
    parts = [*first.rejected, *second.rejected]
    assert reasons == [(r.received_at, r.source, r.id, r.field, r.reason) for r in parts]
    blank = sum(not line.strip() for line in batch)
    assert whole.messages.height + len(whole.rejected) + blank == len(batch)


PIECES = [*"0123456789", *" .-()/[]+%@:\"'a_Z\\=~#,;\t\n"]
PIECES += [
    "\xa0",
    "é",
    "\u200b",
    "\uff11",
    "%2B",
    "%40",
    "44",
    "020",
    "00",
    "(0)",
    "447700",
    "555-123-4567",
    "4bf92f",
]
values = st.lists(st.sampled_from(PIECES), min_size=1, max_size=20).map("".join)


@settings(max_examples=50, deadline=None)
@given(st.lists(values, min_size=1, max_size=20), st.booleans())
def test_values_are_judged_together_as_they_are_one_by_one(some: list[str], numeric: bool) -> None:
    checks: dict[str, Callable[[str], object]] = {
        "id": partial(check_id, "id"),
        "code": partial(check_text, "code"),
        "subject": partial(check_reference, "subject", numeric=numeric),
    }
    for name, check in checks.items():
        together = fit_texts(pl.DataFrame({name: some}), numeric).tolist()
        assert together == [is_fit(check, value) for value in some]


def is_fit(check: Callable[[str], object], value: str) -> bool:
    try:
        check(value)
    except FieldError:
        return False
    return True


@pytest.mark.parametrize("before", ["", " ", "call ", "(", "x/", "tel:", '"', "é ", "%20", "=", "#"])
@pytest.mark.parametrize(
    "number",
    [
        *("+44 7700 900123", "+447700900123", "\uff0b447700900123", "%2B447700900123", "447700900123"),
        *("020 7946 0958", "(0) 30 1234567", "0044 20 7946 0958", "44 20 7946 0958", "1 - ((555) 123-4567"),
        *("(555) 123-4567", "555-123-4567", "07700 900123"),
    ],
)
def test_a_phone_number_is_found_wherever_it_begins(before: str, number: str) -> None:
    assert contact_in(before + number) == "a phone number"


def test_a_phone_number_is_found_right_after_an_escape_of_json() -> None:
    assert contact_in(r"call\n+447700900123") == "a phone number"

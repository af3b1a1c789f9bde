"""CSV passes the same checks: a header, typed cells, absent if empty; bad headers stop, bad rows are refused."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.domain.errors import InputError
from simulator.events.csvfile import CsvRow, decode_rows, read_csv
from simulator.events.decode import Decoded, Receiver, decode_lines
from simulator.events.values import unfit

T0 = 1_772_323_200_000  # 2026-03-01
HEADER = "specversion,id,source,type,time,subject,data.amount_minor,data.currency,data.new_customer,data.code"
ROW = "1.0,ev-1,client/shop,purchase.paid,2026-02-01T00:00:00Z,f-1,1250,GBP,true,NW"


def rows(*lines: str | bytes) -> list[CsvRow]:
    raw = b"\n".join(each if isinstance(each, bytes) else each.encode() for each in lines)
    return list(read_csv(io.BytesIO(raw), "day.csv"))


def decode(*lines: str | bytes) -> Decoded:
    return decode_rows(rows(*lines), Receiver(0, T0), str)


def test_a_row_is_the_event_that_its_json_would_be() -> None:
    event = {
        "specversion": "1.0",
        "id": "ev-1",
        "source": "client/shop",
        "type": "purchase.paid",
        "time": "2026-02-01T00:00:00Z",
        "subject": "f-1",
        "data": {"amount_minor": 1250, "currency": "GBP", "new_customer": True, "code": "NW"},
    }
    from_json = decode_lines([json.dumps(event).encode()], Receiver(0, T0), str)
    assert decode(HEADER, ROW).messages.equals(from_json.messages)


def test_empty_cells_are_absent_and_blank_lines_are_skipped() -> None:
    decoded = decode(
        "\ufeff" + HEADER, "", "1.0,ev-1,client/shop,purchase.paid,2026-02-01T00:00:00Z,f-1,,,,", ""
    )
    assert decoded.rejected == []
    assert decoded.messages.select("amount_minor", "currency", "new_customer", "code").row(0) == (None,) * 4


def test_a_decision_is_spread_over_three_columns() -> None:
    header = "specversion,id,source,type,time,data.decision.source,data.decision.id,data.decision.milestone"
    decoded = decode(
        header + ",data.verdict,data.by",
        "1.0,r-1,platform,review.decided,2026-02-01T00:00:00Z,client/shop,ev-1,paid,approve,op-1",
        "1.0,r-1,platform,review.decided,2026-02-01T00:00:00Z,client/shop,,paid,approve,op-1",
    )
    assert decoded.messages.select("decision_source", "decision_id", "decision_milestone").rows() == [
        ("client/shop", "ev-1", "paid")
    ]
    assert [r.field for r in decoded.rejected] == ["data.decision.id"]


def test_quoted_cells_hold_commas_quotes_and_line_ends() -> None:
    text = '[program]\nname = ""a, b""\n'
    row = f'1.0,p-1,platform,program.changed,2026-02-01T00:00:00Z,"{text}"'
    (only,) = rows("specversion,id,source,type,time,data.program", row)
    assert only.text == row.encode()
    decoded = decode_rows([only], Receiver(0, T0), str)
    assert decoded.messages["program"].to_list() == [text.replace('""', '"')]


@pytest.mark.parametrize(
    ("cell", "field"),
    [
        ("1250.0", "data.amount_minor"),
        ("12,50", None),
        ('"1,250"', "data.amount_minor"),
        ("-1", "data.amount_minor"),
        ("007", "data.amount_minor"),
        ("9" * 400, "data.amount_minor"),
        (" 5", "data.amount_minor"),
        ("1e3", "data.amount_minor"),
        ("five", "data.amount_minor"),
    ],
)
def test_integers_are_as_strict_as_in_json(cell: str, field: str | None) -> None:
    (rejected,) = decode(HEADER, ROW.replace("1250", cell)).rejected
    assert (rejected.field, rejected.source, rejected.id) == (field, "client/shop", "ev-1")


@pytest.mark.parametrize(
    ("cell", "value"), [("true", True), ("FALSE", False), ("false", False), ("yes", None), ("1", None)]
)
def test_booleans_are_true_and_false(cell: str, value: bool | None) -> None:
    decoded = decode(HEADER, ROW.replace("true", cell))
    if value is None:
        assert [r.field for r in decoded.rejected] == ["data.new_customer"]
    else:
        assert decoded.messages["new_customer"].to_list() == [value]


@pytest.mark.parametrize(
    ("row", "word"),
    [
        (ROW + ",more", "11 cells"),
        (ROW.rpartition(",")[0], "cut short"),
        (ROW.replace("NW", '"N"W'), "not CSV"),
        (ROW.replace("NW", '"NW'), "never closed"),
        (ROW.replace("NW", "N\rW"), "carriage return"),
        (ROW.encode().replace(b"NW", b"\xff"), "not UTF-8"),
        (ROW.replace("NW", "x" * 200_000), "200,000 characters long"),
    ],
)
def test_a_broken_row_is_refused_and_the_rest_goes_on(row: str | bytes, word: str) -> None:
    decoded = decode(HEADER, ROW, row)
    assert decoded.messages.height == 1
    (rejected,) = decoded.rejected
    assert rejected.position == 1
    assert word in rejected.reason


def test_a_program_of_any_length_fits_a_cell_and_the_limit_of_others_stays() -> None:
    header = "specversion,id,source,type,time,data.program"
    usual = csv.field_size_limit()
    text = "# " + "x" * 300_000
    decoded = decode(header, f"1.0,p-1,platform,program.changed,2026-02-01T00:00:00Z,{text}")
    assert decoded.messages["program"].to_list() == [text]
    assert csv.field_size_limit() == usual


def test_a_field_of_another_type_is_undeclared_only_where_it_has_a_value() -> None:
    header = HEADER + ",data.channel"
    decoded = decode(header, ROW + ",", ROW + ",email")
    assert decoded.messages.height == 1
    assert [r.field for r in decoded.rejected] == ["data.channel"]


def test_a_replay_reads_receivedat_as_an_integer() -> None:
    made = rows(HEADER + ",receivedat", ROW + f",{T0}", ROW + ",soon", ROW + f",{T0 + 5},x")
    decoded = decode_rows(made, Receiver(0, None), str)
    assert decoded.messages["received_at"].to_list() == [T0]
    assert [(r.field, r.received_at) for r in decoded.rejected] == [("receivedat", T0), (None, T0 + 5)]


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("", "empty"),
        (ROW, "no header row"),
        (HEADER.replace(",", ";"), "commas"),
        (HEADER + ",id", '"id" is there twice'),
        (HEADER + ",data.chanel", "data.channel"),
        (HEADER + ",channel", "data.channel"),
        (HEADER + ",", "unknown"),
        (HEADER.replace("time,", ""), "no column time"),
        ('"unclosed', "can't be read"),
    ],
)
def test_a_bad_header_stops_the_file(header: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        rows(header, ROW) if header else rows()
    assert str(caught.value).startswith("day.csv: ")
    assert "\n" not in str(caught.value)


cells = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Cs", "Cn", "Zl", "Zp"]),
    min_size=1,
    max_size=8,
).filter(lambda text: unfit(text) is None)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(cells, cells), max_size=5))
def test_any_text_comes_through_as_it_was_written(made: list[tuple[str, str]]) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(["specversion", "id", "source", "type", "time", "subject", "data.code"])
    for own_id, code in made:
        row = ["1.0", own_id, "client/shop", "bill.paid", "2026-02-01T00:00:00Z", "f-1", code]
        writer.writerow(row)
    decoded = decode(out.getvalue().encode())
    assert decoded.rejected == []
    assert decoded.messages.select("id", "code").rows() == made


@pytest.mark.parametrize("after", [3, 40_000])
def test_an_unclosed_quote_is_named_with_its_line_and_the_rest_is_taken(after: int) -> None:
    others = [ROW.replace("ev-1", f"ev-{place}") for place in range(3, 3 + after)]
    raw = "\n".join([HEADER, ROW, ROW.replace("NW", '"NW'), *others])
    decoded = decode(raw)
    assert decoded.messages["id"].to_list() == ["ev-1", *(f"ev-{place}" for place in range(3, 3 + after))]
    (rejected,) = decoded.rejected
    assert "in line 3 is never closed" in rejected.reason


def test_a_row_in_one_endless_line_is_refused_and_the_rest_is_taken() -> None:
    decoded = decode(HEADER, ROW.replace("NW", "x" * 3_000_000), ROW)
    assert decoded.messages.height == 1
    assert "bytes long" in decoded.rejected[0].reason

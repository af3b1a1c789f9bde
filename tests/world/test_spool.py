"""Files and lists in transit: what is written is read back unchanged, and a change is noticed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from simulator.delivery.gateway import Gateway
from simulator.delivery.lists import exchange_lists, listed
from simulator.delivery.models import Channels, Form, parse_models
from simulator.delivery.reconciliation import Reconciliation
from simulator.delivery.spool import Spool, files_path
from simulator.delivery.wire import on_wire
from simulator.domain.errors import DatabaseError
from simulator.domain.spans import DAY_MS
from simulator.events.columns import MESSAGE_SCHEMA

START = 1_767_225_600_000
TYPES = ("customer.identified", "service.activated", "bill.paid", "conversion.reversed")


@pytest.fixture(scope="module")
def events(make_world: Any) -> pl.DataFrame:
    """What the client sends in two months."""
    frame: pl.DataFrame = make_world(referrers=2000, days=60).advance(START + 60 * DAY_MS)
    return frame.filter(pl.col("source") != "platform")


def _channels(form: Form = "jsonl") -> Channels:
    return Channels(parse_models(dict.fromkeys(TYPES, f"batch@02:00/{form}")), 1)


def _in_files(events: pl.DataFrame, channels: Channels) -> pl.DataFrame:
    arrival, file, _ = channels.of(events)
    rows = on_wire(events, arrival, file).sort("received_at", "file", maintain_order=True)
    return rows.with_columns(line=pl.int_range(pl.len(), dtype=pl.Int32).over("file"))


@pytest.mark.parametrize("form", ["jsonl", "csv"])
@pytest.mark.parametrize("limit", [7, 100_000])
def test_what_is_written_is_read_back_through_the_door(
    form: Form, limit: int, tmp_path: Path, events: pl.DataFrame
) -> None:
    channels = _channels(form)
    rows = _in_files(events if limit > 7 else events[:300], channels)
    spool = Spool(tmp_path / "files", channels.form, keep=False)
    door = Gateway(spool, lambda _text: None)
    door.expect(rows)
    parts = []
    for first in range(0, rows.height, limit):
        parcel = door.open(rows[first : first + limit])
        assert not parcel.decoded.rejected
        assert parcel.own == parcel.count == parcel.decoded.messages.height
        parts.append(parcel.decoded.messages.drop("position"))
    assert_frame_equal(pl.concat(parts), rows.select(list(MESSAGE_SCHEMA)))
    assert list((tmp_path / "files").iterdir()) == []  # each was done with after its last line
    spool.close()
    assert not (tmp_path / "files").exists()


def test_kept_files_stay_and_a_changed_one_is_noticed(tmp_path: Path, events: pl.DataFrame) -> None:
    channels = _channels()
    rows = _in_files(events[:50], channels)
    spool = Spool(tmp_path / "kept", channels.form, keep=True)
    door = Gateway(spool, lambda _text: None)
    door.expect(rows)
    door.open(rows)
    spool.close()
    names = sorted(file.name for file in (tmp_path / "kept").iterdir())
    assert names[0] == "customer.identified-2026-01-01T0200.jsonl"
    file = int(rows["file"][0])
    (tmp_path / "kept" / names[0]).write_bytes(b"{}\n")
    with pytest.raises(DatabaseError, match=r"customer.identified-2026-01-01T0200.jsonl: has 1 lines"):
        spool.read(file, rows.filter(pl.col("file") == file).height)


def test_the_folder_lies_beside_the_database() -> None:
    assert files_path(Path("runs/shop.db")) == Path("runs/shop.files")


@pytest.mark.parametrize("change", [lambda text: text[:-20], lambda text: b"x" + text, lambda _text: b""])
def test_a_list_that_is_none_is_noticed(change: Any, events: pl.DataFrame) -> None:
    channels = _channels()
    arrival, file, _ = channels.of(events)
    rows = listed(events, file, arrival, channels)
    assert exchange_lists(rows, lambda _name, content: content).height == events.height
    with pytest.raises(DatabaseError, match="list "):
        exchange_lists(rows, lambda _name, content: change(content))


def _accepted(lists: pl.DataFrame) -> pl.DataFrame:
    """All events of some lists accepted, an hour before they are compared."""
    at = pl.col("compare_at") - 3_600_000
    moments = lists.select(
        "type", "source", "id", occurred_at=pl.col("until") - DAY_MS // 2, received_at=at, digest="digest"
    )
    return moments.sort("received_at")


def test_missing_extra_and_different_are_found_and_what_returns_is_told(events: pl.DataFrame) -> None:
    channels = _channels()
    arrival, file, _ = channels.of(events)
    lists = exchange_lists(listed(events, file, arrival, channels), lambda _name, content: content)
    first = lists.filter(
        (pl.col("type") == "customer.identified") & (pl.col("until") == lists["until"].min())
    )
    assert first.height > 5
    accepted = _accepted(first)
    came = accepted[2:].with_columns(
        digest=pl.when(pl.int_range(pl.len()) == 0).then(pl.lit("0" * 16)).otherwise("digest")
    )
    odd = accepted[:1].with_columns(id=pl.lit("odd"), occurred_at=pl.col("occurred_at") - 2 * DAY_MS)
    two = Reconciliation()
    (found,), missing = two.compare(first, pl.concat([came, odd]))
    assert (found.listed, found.found, found.missing) == (first.height, first.height - 2, 2)
    assert (found.extra, found.different, found.returned) == (1, 1, 0)
    assert missing["id"].to_list() == accepted["id"][:2].to_list()
    late = accepted[:1].with_columns(received_at=pl.col("received_at") + DAY_MS)
    (again,), none = two.compare(None, late)
    assert (again.missing, again.returned, none.height) == (2, 1, 0)
    assert two.compare(None, late.clear())[0] == []

"""Each fault does what its dial says, to the messages it concerns, and to nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from db.read.deliveries import DIALS
from simulator.delivery.chances import Chances
from simulator.delivery.delivery import Delivery
from simulator.delivery.dials import Timeline, mixes, parse_faults
from simulator.delivery.flaws import FLAWS, corrupt_line
from simulator.delivery.models import Channels, parse_models
from simulator.delivery.wire import name_of
from simulator.domain.errors import InputError
from simulator.domain.spans import DAY_MS
from simulator.events.decode import Receiver, decode_lines
from simulator.events.encode import encode_events

START = 1_767_225_600_000
DAYS = 60
END = START + DAYS * DAY_MS
HOUR_MS = 3_600_000
MODELS = {"customer.identified": "real-time", "service.activated": "batch@02:00", "bill.paid": "every:6h"}
Sent = Callable[..., tuple[pl.DataFrame, Chances]]


@pytest.fixture(scope="module")
def events(make_world: Any) -> pl.DataFrame:
    frame: pl.DataFrame = make_world(referrers=2500, days=DAYS).advance(END)
    return frame


def _delivery(rates: Mapping[str, float], seed: int = 1) -> tuple[Delivery, Chances]:
    chances = Chances(seed, Timeline(rates), END)
    return Delivery(Channels(parse_models(MODELS), seed), chances), chances


def _send(events: pl.DataFrame, delivery: Delivery, cuts: tuple[int, ...] = ()) -> pl.DataFrame:
    """All messages that leave, in order of arrival, sent in windows that end at `cuts`."""
    parts, before = [], START
    for until in (*cuts, END):
        some = events.filter(pl.col("occurred_at").is_between(before, until, closed="left"))
        parts.append(delivery.send(some, before, until).rows)
        assert (parts[-1]["received_at"] >= before).all()  # nothing arrives in what is over
        before = until
    return pl.concat(parts).sort("received_at", "file", "line", "occurred_at", "id")


@pytest.fixture(scope="module")
def calm(events: pl.DataFrame) -> pl.DataFrame:
    return _send(events, _delivery({})[0])


@pytest.fixture(scope="module")
def sent(events: pl.DataFrame) -> Callable[..., tuple[pl.DataFrame, Chances]]:
    def send(**rates: float) -> tuple[pl.DataFrame, Chances]:
        delivery, chances = _delivery({name.replace("_", "-"): rate for name, rate in rates.items()})
        return _send(events, delivery), chances

    return send


def _count(chances: Chances, dial: str) -> int:
    return sum(count for (name, _), count in chances.counts.items() if name == dial)


def _joined(sent: pl.DataFrame, calm: pl.DataFrame) -> pl.DataFrame:
    return sent.join(calm, on="id", suffix="_calm")


def test_without_a_dial_nothing_happens(calm: pl.DataFrame, events: pl.DataFrame) -> None:
    assert (calm["flaw"] == 0).all()
    assert calm["id"].n_unique() == calm.height
    due = events.filter(pl.col("type") != "service.activated").height
    assert calm.filter(pl.col("type") != "service.activated").height == due


def test_lost_messages_do_not_leave(sent: Sent, calm: pl.DataFrame) -> None:
    found, chances = sent(lost=0.2)
    client = calm.filter(pl.col("source") != "platform").height
    gone = calm.height - found.height
    assert gone == _count(chances, "lost")
    assert abs(gone - 0.2 * client) < 4 * (0.16 * client) ** 0.5


@pytest.mark.parametrize("dial", ["duplicate", "lost-ack", "conflict", "rebooked"])
def test_repeats_come_after_the_first(dial: str, sent: Sent, calm: pl.DataFrame) -> None:
    found, chances = sent(**{dial.replace("-", "_"): 0.3})
    other_id = pl.col("id").str.starts_with("again-")
    more = found.filter(other_id if dial == "rebooked" else pl.int_range(pl.len()).over("id") > 0)
    in_time = more.filter(pl.col("received_at") < END)
    assert in_time.height == _count(chances, dial) > 0
    first = calm.select(id="id", first="received_at", what="amount_minor", said="occurred_at")
    pairs = in_time.with_columns(pl.col("id").str.strip_prefix("again-")).join(first, on="id")
    assert pairs.height == in_time.height
    assert (pairs["received_at"] >= pairs["first"]).all()
    same = pairs["amount_minor"].eq_missing(pairs["what"]) & (pairs["occurred_at"] == pairs["said"])
    assert same.all() if dial != "conflict" else not same.any()
    if dial == "lost-ack":
        assert "service.activated" not in set(in_time["type"])  # it travels in files
        assert np.median(pairs["received_at"] - pairs["first"]) < 2 * 60_000


def test_skewed_clocks_state_another_moment(sent: Sent, calm: pl.DataFrame) -> None:
    found, chances = sent(skew=0.5)
    both = _joined(found, calm)
    off = both.filter(pl.col("occurred_at") != pl.col("occurred_at_calm"))
    assert off.filter(pl.col("received_at") < END).height == _count(chances, "skew") > 20
    assert (off["received_at"] == off["received_at_calm"]).all()
    by = off["occurred_at"] - off["occurred_at_calm"]
    assert by.min() < 0 < by.max()  # type: ignore[operator]
    assert by.abs().max() <= 20 * HOUR_MS  # type: ignore[operator]


def test_delayed_messages_wait_hours_or_for_the_next_file(sent: Sent, calm: pl.DataFrame) -> None:
    found, chances = sent(delay=0.4)
    both = _joined(found, calm).filter(pl.col("received_at") != pl.col("received_at_calm"))
    assert both.filter(pl.col("received_at") < END).height == _count(chances, "delay") > 20
    late = both["received_at"] - both["received_at_calm"]
    assert late.min() > 0  # type: ignore[operator]
    filed = both.filter(pl.col("file") > 0)
    assert (filed["received_at"] - filed["received_at_calm"] == DAY_MS).all()


def test_a_swapped_message_arrives_just_after_the_next(sent: Sent, calm: pl.DataFrame) -> None:
    found, chances = sent(swap=0.5)
    late = _joined(found, calm).filter(pl.col("received_at") != pl.col("received_at_calm"))
    assert late.height == _count(chances, "swap") > 20
    ahead = set(calm.select("type", "received_at").rows())
    assert all((kind, at - 1) in ahead for kind, at in late.select("type", "received_at").rows())
    assert (late["received_at"] - late["received_at_calm"]).max() <= 6 * HOUR_MS + 1  # type: ignore[operator]


def test_a_paused_channel_bursts_in_order(sent: Sent, calm: pl.DataFrame) -> None:
    found, chances = sent(outage=0.05)
    held = _joined(found, calm).filter(pl.col("received_at") != pl.col("received_at_calm"))
    assert held.filter(pl.col("received_at") < END).height == _count(chances, "outage") > 20
    assert (held["received_at"] > held["received_at_calm"]).all()
    crm = held.filter(pl.col("type") == "customer.identified").sort("occurred_at")
    bursts = crm.group_by(pl.col("received_at") // 90_000).len()
    assert bursts["len"].max() >= 3  # type: ignore[operator]


def test_malformed_messages_are_corrected(sent: Sent, calm: pl.DataFrame) -> None:
    found, chances = sent(malformed=0.5)
    bad = found.filter(pl.col("flaw") > 0)
    assert bad.filter(pl.col("received_at") < END).height == _count(chances, "malformed")
    assert bad["flaw"].n_unique() == len(FLAWS)
    right = found.filter(pl.col("flaw") == 0)
    assert set(right["id"]) == set(calm["id"])
    pairs = bad.join(right, on="id", suffix="_right")
    assert (pairs["received_at_right"] > pairs["received_at"]).all()
    assert (pairs["file_right"] == 0).all()


@pytest.mark.parametrize("flaw", range(1, len(FLAWS) + 1))
def test_every_flaw_is_refused_at_the_door(flaw: int, events: pl.DataFrame) -> None:
    for kind in ("customer.identified", "service.activated", "bill.paid", "conversion.reversed"):
        one = events.filter((pl.col("type") == kind) & (pl.col("source") != "platform"))[:1]
        assert one.height
        (line,) = encode_events(one, stamps=False)
        receiver = Receiver(earliest_receipt_ms=0, clock_ms=END)
        assert decode_lines([line], receiver, lambda _text: None).rejected == []
        decoded = decode_lines([corrupt_line(line, flaw)], receiver, lambda _text: None)
        assert decoded.messages.height == 0
        assert len(decoded.rejected) == 1


def _files(rows: pl.DataFrame) -> dict[tuple[int, int], list[str]]:
    """Ids by file: when the file was due, and which copy it is."""
    found = {}
    for (file,), some in rows.filter(pl.col("file") > 0).group_by("file", maintain_order=True):
        name = name_of(int(str(file)))
        found[name.due_ms, name.copy] = some.sort("line")["id"].to_list()
    return found


def test_files_late_missing_empty_twice(sent: Sent, calm: pl.DataFrame, events: pl.DataFrame) -> None:
    whole = _files(calm)
    late, chances = sent(file_late=0.5)
    assert _files(late) == whole
    moved = _joined(late, calm).filter(pl.col("received_at") != pl.col("received_at_calm"))
    assert moved["file"].n_unique() == _count(chances, "file-late") > 3
    missing, chances = sent(file_missing=0.5)
    assert len(whole) - len(_files(missing)) == _count(chances, "file-missing") > 3
    twice, chances = sent(file_twice=0.5)
    again = {due: ids for (due, copy), ids in _files(twice).items() if copy}
    assert len(again) == _count(chances, "file-twice") > 3
    assert all(whole[due, 0] == ids for due, ids in again.items())
    delivery, chances = _delivery({"file-empty": 0.5})
    empty = delivery.send(events, START, END)
    assert len(empty.empty) == _count(chances, "file-empty") > 3
    assert len(_files(empty.rows)) + len(empty.empty) == len(whole)


def test_files_short_overlapping_corrected(sent: Sent, calm: pl.DataFrame, events: pl.DataFrame) -> None:
    whole = _files(calm)
    short, chances = sent(file_short=0.5)
    cut = short.filter(pl.col("flaw") > 0)
    assert cut.height == _count(chances, "file-short") > 3
    for key, ids in _files(short).items():
        assert whole[key][: len(ids)] == ids
    delivery, chances = _delivery({"file-overlap": 1.0})
    over = _files(_send(events, delivery, tuple(START + day * DAY_MS for day in range(3, DAYS, 3))))
    repeats = sum(len(ids) for ids in over.values()) - sum(len(ids) for ids in whole.values())
    assert repeats > 5
    assert set().union(*over.values()) == set().union(*whole.values())
    corrected, chances = sent(file_corrected=1.0)
    copies = corrected.filter(pl.col("file") > 0)
    right = copies.filter(pl.col("file") % 16 == 2)
    wrong = copies.filter(pl.col("file") % 16 == 0).join(right, on="id", suffix="_right")
    differ = wrong.filter(pl.col("amount_minor") != pl.col("amount_minor_right"))
    assert differ.height >= _count(chances, "file-corrected") == len(whole)
    assert differ.height < 0.8 * wrong.height


def test_windows_do_not_matter_to_who_is_struck(events: pl.DataFrame) -> None:
    rates = {name: rate for name, rate in mixes()["hostile"].items() if name != "swap"}
    (one, first), (other, second) = _delivery(rates), _delivery(rates)
    whole = _send(events, one)
    parts = _send(events, other, tuple(START + day * DAY_MS for day in range(3, DAYS, 3)))
    assert_frame_equal(whole, parts)
    assert first.counts == second.counts


def test_turning_one_dial_leaves_the_others_as_they_were(sent: Sent) -> None:
    _, alone = sent(duplicate=0.1)
    _, beside = sent(duplicate=0.1, skew=0.3, outage=0.1)
    assert _count(alone, "duplicate") == _count(beside, "duplicate")


def test_another_seed_strikes_others(events: pl.DataFrame) -> None:
    lost = [set(_send(events, _delivery({"lost": 0.3}, seed)[0])["id"]) for seed in (1, 2)]
    assert lost[0] != lost[1]


def test_rates_are_read_in_order_and_the_channels_own_go_first() -> None:
    assert parse_faults(["lost=0.1", "clean"]) == {}
    rates = parse_faults(["hostile", "lost=0", "bill.paid:lost=5%"])
    timeline = Timeline(rates)
    kinds = np.array([events_code("bill.paid"), events_code("customer.identified")])
    assert timeline.rate("lost", kinds, np.array([START, START])).tolist() == [0.05, 0.0]
    with pytest.raises(InputError, match="use a mix"):
        timeline.turn(START, 7)
    timeline.turn(START, {"lost": 1})
    timeline.turn(START + HOUR_MS, "clean")
    at = np.array([START - 1, START, START + HOUR_MS])
    assert timeline.rate("lost", np.full(3, kinds[1]), at).tolist() == [0.0, 1.0, 0.0]
    assert timeline.rate("lost", np.full(3, kinds[0]), at).tolist() == [0.05, 0.05, 0.0]


def events_code(kind: str) -> int:
    from simulator.events.columns import TYPES

    return TYPES.index(kind)


def test_the_mixes_get_worse_and_the_last_has_every_dial() -> None:
    named = mixes()
    assert list(named) == ["clean", "ordinary", "monday", "hostile"]
    assert set(named["hostile"]) == set(DIALS)
    for milder, worse in zip(list(named.values()), list(named.values())[1:], strict=False):
        assert all(rate <= worse[dial] for dial, rate in milder.items())
    assert json.dumps(named["clean"]) == "{}"


def test_the_page_of_faults_tells_every_dial_once() -> None:
    page = (Path(__file__).parents[2] / "docs" / "faults.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `([a-z-]+)` \|", page, re.MULTILINE) == list(DIALS)
    for flaw in FLAWS:
        assert all(word in page for word in flaw.split() if word not in ("field", "another"))

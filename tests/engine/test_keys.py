"""The index from keys to rows: whatever the keys, each is found under its value, also after the table has grown."""

from __future__ import annotations

import numpy as np
import pytest

from simulator.engine import keys as indexing
from simulator.engine import pages
from simulator.engine.arrays import NONE, Columns
from simulator.engine.keys import KeyIndex

SHAPES = {
    "anywhere": lambda keys: keys,
    "near one another": lambda keys: (keys >> np.uint64(20)) << np.uint64(8),
    "at the table's end": lambda keys: keys | np.uint64(0xFFF0_0000_0000_0000),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    ("piece", "own_pages", "growth"),
    [(1, 1, 1.1), (3, 1 << 20, 1.1), (3, 1, 2.0), (1 << 12, 1 << 20, 2.0), (1 << 12, 1, 1.1)],
)
def test_each_key_is_found_however_often_the_table_grew(
    shape: str, piece: int, own_pages: int, growth: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "PIECE", piece)
    monkeypatch.setattr(indexing, "_DIGITS", piece)  # so that pieces are sorted in both ways
    monkeypatch.setattr(pages, "OWN_PAGES", own_pages)
    monkeypatch.setattr(pages, "HUGE", own_pages)
    monkeypatch.setattr(indexing, "LEAST", 1)
    monkeypatch.setattr(indexing, "SLACK", 2)
    monkeypatch.setattr(indexing, "GROWTH", growth)
    random, index = np.random.default_rng(3), KeyIndex()
    known: dict[int, int] = {}
    for _ in range(12):
        drawn = SHAPES[shape](random.integers(1, 2**64, int(random.integers(1, 120)), dtype=np.uint64))
        new = [key for key in dict.fromkeys(drawn.tolist()) if key and key not in known]
        values = np.arange(len(known), len(known) + len(new))
        index.add(np.array(new, np.uint64), values)
        known.update(zip(new, values.tolist(), strict=True))
        assert index.find(np.array(list(known), np.uint64)).tolist() == list(known.values())
    assert len(index) == len(known)
    assert index.find(np.array([12345], np.uint64)).tolist() == [-1]


@pytest.mark.parametrize("shape", SHAPES)
def test_keys_that_come_by_ones_and_eights_are_found_as_those_that_come_together(
    shape: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "LEAST", 1)
    monkeypatch.setattr(indexing, "SLACK", 2)
    random, few, many = np.random.default_rng(5), KeyIndex(), KeyIndex()
    known = 0
    for size in (40, 9, 1, 8, 3, 1, 5, 8, 8, 2, 8, 8, 7, 8, 8, 30, 8, 8, 8, 8, 8) * 3:
        drawn = SHAPES[shape](random.integers(0, 40, size, dtype=np.uint64) << np.uint64(53))
        if size % 2:
            drawn = SHAPES[shape](random.integers(0, 2**64, size, dtype=np.uint64))
        drawn[size // 2 :] = drawn[: size - size // 2]  # some of them twice
        monkeypatch.setattr(indexing, "FEW", 8)
        one = few.get_or_insert(drawn)
        found = few.find(drawn)
        monkeypatch.setattr(indexing, "FEW", 0)
        other = many.get_or_insert(drawn)
        assert one.entered.tolist() == other.entered.tolist()
        assert one.first.tolist() == other.first.tolist()
        assert found.tolist() == few.get(one.slots).tolist() == many.get(other.slots).tolist()
        for index, insertion in ((few, one), (many, other)):
            new = insertion.slots[insertion.first]
            index.put(new, np.arange(known, known + len(new)))
        known += int(one.first.sum())
        assert len(few) == len(many) == known


@pytest.mark.parametrize("own_pages", [1, 1 << 20])
def test_columns_hold_their_fill_wherever_they_grow(own_pages: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "OWN_PAGES", own_pages)
    monkeypatch.setattr(pages, "HUGE", own_pages)
    columns = Columns({"one": (np.int32, NONE), "two": (np.int64, 0)}, capacity=4)
    for size in (1, 3, 4, 5, 40, 41):
        columns.grow(size)
        assert columns["one"][:size].tolist() == [NONE] * size
        assert columns["two"][:size].tolist() == [0] * size
        assert columns["one"][NONE] == NONE
    places = columns.append(two=np.array([7, 8]))
    assert places.tolist() == [41, 42]
    assert columns["one"][places].tolist() == [NONE, NONE]


def test_a_column_grows_wider_where_its_numbers_do() -> None:
    columns = Columns({"word": (np.int16, NONE)}, capacity=2)
    columns.append(word=np.array([3, 32_767]))
    columns.fit("word", 32_767)
    assert columns["word"].dtype == np.int16
    columns.fit("word", 32_768)
    columns.append(word=np.array([32_768]))
    columns.grow(5)
    assert columns["word"][:5].tolist() == [3, 32_767, 32_768, NONE, NONE]

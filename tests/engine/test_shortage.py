"""Pending lines while a budget may be short: judged by what changed, they become what releasing all of them says."""

from __future__ import annotations

import random
from collections import Counter

import numpy as np
import pytest

from simulator.engine.booked_expected import ExpectedStates
from simulator.engine.budgeting import Room
from simulator.engine.shortage import rooms
from tests.engine.agreeing import run
from tests.engine.test_pending import busy_case


def one_by_one(asks: list[int], left: int) -> list[int]:
    """Return what each amount finds left when those that fit are taken in turn."""
    found = []
    for ask in asks:
        found.append(left)
        if ask <= left:
            left -= ask
    return found


def test_each_line_finds_what_those_before_it_leave() -> None:
    for seed in range(200):
        luck = random.Random(seed)
        amounts = luck.choice(((0, 5), (0, 1, 2, 3, 50), range(100), (7,)))
        asks = [luck.choice(amounts) for _ in range(luck.randrange(40))]
        left = luck.choice((-5, 0, 1, 6, 30, 500, 10_000))
        assert rooms(np.array(asks, dtype=np.int64), left).tolist() == one_by_one(asks, left), seed


def test_judging_what_changed_says_what_judging_all_lines_says(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: Counter[str] = Counter()
    judge = ExpectedStates.judge

    def judge_both(expected: ExpectedStates, room: Room | None, pending: int) -> None:
        kept = expected._shortage is not None and not expected._all_changed
        judge(expected, room, pending)
        if expected._shortage is None:
            return
        seen["kept"] += kept
        expected.flow.room = room
        lines = sorted(expected.flow.lines.values(), key=lambda line: line.order)
        seen["lines"] += len(lines)
        assert [line.expected for line in lines] == expected.flow.ahead(lines, boundless=False)

    monkeypatch.setattr(ExpectedStates, "judge", judge_both)
    for seed in range(7900, 7916):
        run(busy_case(seed), (None, 7)[seed % 2])
    assert seen["kept"] > 50
    assert seen["lines"] > 5 * seen["kept"]

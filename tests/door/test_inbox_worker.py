"""The engine's inbox worker judges a letter once, however long its answer takes to be stored."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Event
from typing import Any

import numpy as np
import pytest

from db.postgres.address import PostgresAddress
from db.postgres.inbox import Letter
from simulator.door import inbox
from simulator.door.writer import Answered, Parcel
from simulator.platform.receipts import Receipts

LETTER = Letter("shop", [b"{}"], [])
ADDRESS = PostgresAddress.parse("postgresql://app@db.example/shop")


class Box:
    """An inbox with one letter, whose answer is stored only after the worker has looked for letters again."""

    def __init__(self) -> None:
        self.answered: list[int] = []
        self.looked_again, self.stored = Event(), Event()
        self.taken = False

    def read(self, known: Sequence[int]) -> list[tuple[int, Letter]]:
        if self.answered:
            return []
        found = [(1, LETTER)] if 1 not in known else []
        if self.taken:
            self.looked_again.set()
        self.taken = True
        return found

    def answer(self, answers: Sequence[tuple[int, Any]]) -> None:
        assert self.looked_again.wait(10)
        self.answered += [number for number, _ in answers]
        self.stored.set()

    def wait(self, _seconds: float) -> None:
        self.looked_again.wait(0.01)

    def remove_unclaimed(self) -> None:
        """Nothing is left behind."""

    def close(self) -> None:
        """Nothing is open."""


class Judge:
    """A writer that commits at once."""

    def __init__(self) -> None:
        self.parcels: list[Parcel] = []

    def submit(self, parcel: Parcel, *, patient: bool) -> None:
        assert patient
        self.parcels.append(parcel)
        one = np.ones(1, np.int64)
        parcel.answer(Answered(Receipts(one, np.zeros(1, np.uint8), one, [None], [None]), 0, 0))


def test_a_letter_is_not_read_again_while_its_answer_is_being_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    box, judge = Box(), Judge()
    monkeypatch.setattr(inbox, "Reader", lambda _address: box)
    monkeypatch.setattr(inbox, "Answerer", lambda _address: box)
    worker = inbox.InboxWorker(ADDRESS, judge, lambda *_said: None)  # type: ignore[arg-type]
    worker.start()
    assert box.stored.wait(10)
    worker.close()
    worker.end()
    assert (len(judge.parcels), box.answered) == (1, [1])

"""Judge what other doors put into the inbox in Postgres, together with what this door receives."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Mapping
from threading import Condition, Thread
from time import monotonic
from typing import Any, Final

import numpy as np

from db.postgres.address import PostgresAddress
from db.postgres.inbox import Answerer, Letter, Reader
from simulator.domain.errors import DatabaseError
from simulator.door.writer import Answered, Ended, Parcel, Writer
from simulator.events.check import Problem as Refusal
from simulator.platform.receipts import Counts, Receipts

Received = Callable[[str, Counts, Mapping[str, int]], object]
"""Called with a client, the receipts of its letter, and the number of accepted events by source."""

_LOG: Final = logging.getLogger(__name__)
_WAIT_S: Final = 0.25  # for news; a notification that arrives while a statement runs is noticed after this
_AWAY_S: Final = 1.0
_TIDY_S: Final = 3600.0
_MOST_FLYING: Final = 20_000  # messages that were read but not answered yet


class InboxWorker:
    """Read letters from a program's inbox into a writer, and answer them once they are committed."""

    def __init__(self, address: PostgresAddress, writer: Writer, received: Received) -> None:
        """Prepare to process a program's inbox; `received` is called on one of the worker's threads."""
        self._reader, self._answerer = Reader(address), Answerer(address)
        self._writer, self._received = writer, received
        self._flying: dict[int, int] = {}  # letters without an answer yet, and how many messages each has
        self._answers: deque[tuple[int, str, Answered]] = deque()
        self._wake = Condition()
        self._closing = False
        self._threads = [Thread(target=self._read, name="inbox"), Thread(target=self._answer, name="answers")]

    def start(self) -> None:
        """Start the threads."""
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Read no more letters; those already read are answered once committed. Call this before the writer ends."""
        with self._wake:
            self._closing = True
            self._wake.notify_all()
        self._threads[0].join()

    def end(self) -> None:
        """Wait until everything is answered; call this after the writer has ended."""
        with self._wake:
            self._flying.clear()
            self._wake.notify_all()
        self._threads[1].join()

    def _read(self) -> None:
        while not self._closing:
            try:
                with self._wake:
                    while sum(self._flying.values()) > _MOST_FLYING and not self._closing:
                        self._wake.wait()
                    known = list(self._flying)
                if not (letters := self._reader.read(known)):
                    self._reader.wait(_WAIT_S)
                for number, letter in letters:
                    self._submit(number, letter)
            except Ended:
                break
            except DatabaseError as error:
                _LOG.warning("inbox: %s", error)
                self._pause()
        self._reader.close()

    def _submit(self, number: int, letter: Letter) -> None:
        def answer(found: Answered | BaseException) -> None:
            with self._wake:
                # it stays in flight until the answer is stored, or it would be read again
                if isinstance(found, Answered):
                    self._answers.append((number, letter.client, found))
                else:  # the next engine judges it
                    self._flying.pop(number, None)
                self._wake.notify_all()

        refused = {position: refusal_of(values) for position, values in letter.refused}
        with self._wake:
            self._flying[number] = len(letter.lines)
        self._writer.submit(Parcel(letter.lines, letter.client, answer, refused), patient=True)

    def _answer(self) -> None:
        tidied = -_TIDY_S
        while True:
            with self._wake:
                while not self._answers and (self._flying or not self._closing):
                    self._wake.wait()
                if not self._answers:
                    break
                some = [self._answers.popleft() for _ in range(len(self._answers))]
            try:
                self._answerer.answer([(number, answer_fields(found)) for number, _, found in some])
                if monotonic() - tidied > _TIDY_S:
                    self._answerer.remove_unclaimed()
                    tidied = monotonic()
            except DatabaseError as error:  # the letters are judged again, as duplicates
                _LOG.warning("inbox: %s", error)
                self._pause()
            with self._wake:
                for number, _, _ in some:
                    self._flying.pop(number, None)
                self._wake.notify_all()
            for _, client, found in some:
                self._received(client, found.receipts.counts, found.sources)
        self._answerer.close()

    def _pause(self) -> None:
        with self._wake:
            if not self._closing:
                self._wake.wait(_AWAY_S)


def refusal_of(values: Mapping[str, Any]) -> Refusal:
    """Return a refusal from its JSON form."""
    return Refusal(**{**values, "contacts": tuple(values["contacts"])})


def answer_fields(answered: Answered) -> dict[str, Any]:
    """Return the JSON form of a parcel's result."""
    receipts = answered.receipts
    return {
        "positions": receipts.positions.tolist(),
        "codes": receipts.codes.tolist(),
        "seqs": receipts.seqs.tolist(),
        "fields": receipts.fields,
        "reasons": receipts.reasons,
        "after": answered.after,
        "until": answered.until,
        "sources": dict(answered.sources),
    }


def answered_of(values: Mapping[str, Any]) -> Answered:
    """Return a parcel's result from its JSON form."""
    receipts = Receipts(
        np.array(values["positions"], np.int64),
        np.array(values["codes"], np.uint8),
        np.array(values["seqs"], np.int64),
        values["fields"],
        values["reasons"],
    )
    return Answered(receipts, values["after"], values["until"], values["sources"])

"""Write receipts as rows of a file: one for each message, in the order in which the messages were taken."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterable, Sequence
from operator import itemgetter
from pathlib import Path
from typing import IO, Any, Final, Literal

import orjson

from simulator.domain.errors import InputError
from simulator.domain.formulas import guarded
from simulator.domain.vocabulary import Receipt
from simulator.events.csvwrite import csv_lines
from simulator.files.reading import JSON_LINES, STANDARD_INPUT, is_csv, name_of
from simulator.platform.platform import Answer
from simulator.platform.quarantine import Where
from simulator.platform.receipts import Receipts

SKIPPED: Final = "skipped"
WHY_SKIPPED: Final = "no event of the mapping takes it"
COLUMNS: Final = ("file", "line", "receipt", "seq", "field", "reason")
Form = Literal["csv", "jsonl"]


def form_of(path: Path) -> Form:
    """Return the format of receipts for a path: by its ending, or JSON Lines for a device or a FIFO.

    Raises:
        InputError: its ending is neither that of CSV nor of JSON Lines.

    """
    special = path == STANDARD_INPUT or (path.exists() and not path.is_file())
    if is_csv(path):
        return "csv"
    if not special and path.suffix.lower() not in JSON_LINES:
        raise InputError(f"{path}: unknown kind of file; receipts are written as .jsonl (JSON Lines) or .csv")
    return "jsonl"


class ReceiptWriter:
    """Writes the receipts of stored messages, and only those; `rows` counts them."""

    def __init__(self, out: IO[bytes], path: Path, *, guard: bool = False, continued: bool = False) -> None:
        """Write to `out`, in the format given by the ending of `path`; with `guard` no CSV cell is a formula.

        A `continued` file has its header already.
        """
        self.rows = 0
        self._out = out
        self._name = "standard output" if path == STANDARD_INPUT else name_of(path)
        self._csv = form_of(path) == "csv"
        self._guard = guard
        self._stored: deque[tuple[Where, Receipts, Sequence[int]]] = deque()  # the writer's thread appends
        self._begun, self._failed = continued, False

    def __bool__(self) -> bool:
        """Return whether there is any stored message whose row is written or can be."""
        return not self._failed and bool(self.rows or self._stored)

    def answer(self, where: Where, skipped: Sequence[int] = ()) -> Answer:
        """Return a function that accepts a call's receipts once they are stored, on any thread; `where` locates them.

        `skipped` are the records, in order, that the mapping turns into no event: they get a row, but no receipt.
        """
        return lambda receipts: self._stored.append((where, receipts, skipped))

    def write_stored(self) -> None:
        """Write the rows of everything stored so far; the reader of a FIFO or a device gets them at once.

        Raises:
            InputError: they can't be written.

        """
        while self._stored and not self._failed:
            where, receipts, skipped = self._stored.popleft()
            stored = ((at, str(receipt), *rest) for at, receipt, *rest in receipts.rows())
            passed = ((at, SKIPPED, None, None, WHY_SKIPPED) for at in skipped)
            rows: Iterable[tuple[Any, ...]] = (
                heapq.merge(stored, passed, key=itemgetter(0)) if skipped else stored
            )
            self._put([(*where(at), *rest) for at, *rest in rows])
            self.rows += len(receipts) + len(skipped)

    def refuse(self, file: str, reason: str) -> None:
        """Write the row of a file that is refused as a whole.

        Raises:
            InputError: it can't be written.

        """
        self._put([(file, None, str(Receipt.MALFORMED), None, None, reason)])

    def finish(self) -> None:
        """Write what is left, and the CSV header if nothing came.

        Raises:
            InputError: it can't be written.

        """
        self.write_stored()
        self._put([])

    def _put(self, rows: Sequence[tuple[Any, ...]]) -> None:
        if self._failed:
            return
        try:
            if not self._begun and self._csv:
                self._out.write("".join(csv_lines([COLUMNS])).encode())
            self._begun = True
            self._out.write(self._text(rows))
            self._out.flush()
        except OSError as error:
            self._failed = True
            message = error.strerror or error
            raise InputError(
                f"{self._name}: receipts can't be written ({message}); what was stored is kept"
            ) from error

    def _text(self, rows: Sequence[tuple[Any, ...]]) -> bytes:
        if self._csv:
            return "".join(csv_lines(guarded(rows) if self._guard else rows)).encode()
        option = orjson.OPT_APPEND_NEWLINE
        return b"".join(orjson.dumps(dict(zip(COLUMNS, row, strict=True)), option=option) for row in rows)

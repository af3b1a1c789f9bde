"""Answer the open screen's query: again only if something has changed, with the names of those who appear."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from db.client.people import NameBook
from db.read.moment import seq_at
from db.read.queries import Database, DatabaseError, DatabaseStatus, Program, program_then, translated
from db.read.sums import received_upto
from referral_tui.dashboard.declared_types import check_types
from referral_tui.dashboard.query import MentionsPeople, PartialAnswer, QueryContext, Request
from referral_tui.dashboard.snapshot import FAILED, Trouble, trouble_of
from referral_tui.names import PSEUDONYMS, Names

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What was read for a question: the answer, or why there is none, and the names."""

    request: Request
    value: Any = None
    trouble: Trouble | None = None
    names: Names = PSEUDONYMS
    received: tuple[int, int] | None = None
    """Of the past: how many messages had been accepted by then, and how many refused."""
    program: Program | None = None
    """Of the past: the program in force then."""


class QueryRunner:
    """Keeps the last answer of one database, and what it was made from."""

    def __init__(self, path: Path, steady_ms: Callable[[], float], *, names: bool = True) -> None:
        """Prepare to answer queries; `names` says whether the client's names may be looked up at all."""
        self._may_name = names
        self._path, self._steady_ms = path, steady_ms
        self._last: Answer | None = None
        self._version = -1
        self._read_at = 0.0
        self._kept: dict[str, dict[str, Any]] = {}  # by screen: somebody who comes back is answered at once
        self._book: NameBook | None = None

    def due(self, request: Request, version: int, now_ms: float) -> bool:
        """Return whether a question has to be read (again), at a moment of a steady clock."""
        last = self._last
        if last is None or last.request != request or last.trouble is not None:
            return True
        if self.unfinished:
            return True
        if request.screen_query is None or request.view.at is not None or version == self._version:
            return False  # the past does not change
        return now_ms - self._read_at >= request.screen_query.EVERY_MS

    def answer(
        self,
        db: Database,
        database_status: DatabaseStatus,
        request: Request,
        version: int,
        now_ms: float,
    ) -> Answer:
        """Read the answer to a question, in the caller's read transaction; a failure is part of the answer."""
        value, trouble, received, program = None, None, None, None
        at = request.view.at
        if request.screen_query is not None:
            try:
                with translated(self._path):
                    context = self._context(db, database_status, request)
                    if at is not None and context.seq is not None:
                        received = received_upto(db, at)
                        program = program_then(db, context.seq)
                    read = request.screen_query.read(context)
                value, program = check_types(read, self._path), check_types(program, self._path)
            except DatabaseError as error:
                trouble = trouble_of(error)
            except Exception:  # a screen that fails must not take the others with it
                LOG.exception("the screen %s could not be read", request.place)
                trouble = FAILED
        names = self._names(request, database_status, value)
        self._last = Answer(request, value, trouble, names, received, program)
        self._version, self._read_at = version, now_ms
        return self._last

    @property
    def unfinished(self) -> bool:
        """Whether the last answer is incomplete."""
        value = self._last.value if self._last is not None else None
        return isinstance(value, PartialAnswer) and value.unfinished

    @property
    def last(self) -> Answer | None:
        """The last answer."""
        return self._last

    def close(self) -> None:
        """Drop everything: the file is closed, or another one is at its path."""
        self._last, self._kept = None, {}
        if self._book is not None:
            self._book.close()
            self._book = None

    def _context(self, db: Database, database_status: DatabaseStatus, request: Request) -> QueryContext:
        at = request.view.at
        kept = self._kept.setdefault(request.place, {})
        return QueryContext(
            db,
            self._path,
            database_status,
            self._steady_ms,
            self._open_book,
            at,
            None if at is None else seq_at(db, at),
            kept,
        )

    def _open_book(self) -> NameBook:
        """Open the client's names, if they are not open yet; raises DatabaseError."""
        if self._book is None:
            self._book = NameBook(self._path)
        return self._book

    def _names(self, request: Request, database_status: DatabaseStatus, value: object) -> Names:
        """Look up who appears, on the client's side of the wall only."""
        if request.view.side == "platform" or not self._may_name:
            return PSEUDONYMS
        wanted: set[str | None] = set(database_status.references())
        if isinstance(value, MentionsPeople):
            wanted |= set(value.references())
        try:
            return Names(self._open_book().names(_known(wanted)))
        except DatabaseError as error:
            if self._book is not None:
                self._book.close()
                self._book = None
            return Names(missing=str(error))


def _known(references: Iterable[str | None]) -> set[str]:
    return {reference for reference in references if reference is not None}

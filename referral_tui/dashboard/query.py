"""Queries: what a screen needs from the database, and what the reader thread answers it from.

A query is a frozen value: equal ones ask for the same, so the thread knows whether it has to read
again. Its answer is a frozen value too: it is posted only when it differs from the one before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol, runtime_checkable

if TYPE_CHECKING:
    from db.client.people import NameBook
    from db.read.queries import Database, DatabaseStatus

Side = Literal["platform", "client"]


@dataclass(frozen=True, slots=True)
class View:
    """Which side of the wall is shown, and as of which moment (milliseconds UTC; None: now, live)."""

    side: Side = "platform"
    at: int | None = None


LIVE = View()


@dataclass(frozen=True, slots=True)
class QueryContext:
    """What a query is answered from, within one read transaction.

    `at` is the moment of the past that is shown and `seq` the last event received by then (both None: now). `kept` is
    what the answers of this screen keep from one look to the next, such as buckets that can't change any more; it is
    empty again when another file is looked at. `steady_ms` is a clock for queries that must not take long. `book` opens
    the client's names, once for all looks; it raises DatabaseError.
    """

    db: Database
    path: Path
    database_status: DatabaseStatus
    steady_ms: Callable[[], float]
    book: Callable[[], NameBook]
    at: int | None = None
    seq: int | None = None
    kept: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ScreenQuery:
    """What an open screen needs to read; a subclass has fields, also frozen, for the settings of the screen.

    `EVERY_MS` is how often it is worth reading again while a writer writes; another query is answered at once.
    """

    EVERY_MS: ClassVar[int] = 0

    def read(self, context: QueryContext) -> object:
        """Read the answer, frozen and comparable, by bounded queries of `db`; runs in the reader thread."""
        raise NotImplementedError


@runtime_checkable
class MentionsPeople(Protocol):
    """An answer, or a row of one, in which people appear."""

    def references(self) -> Iterable[str | None]:
        """List everybody who appears, by pseudonymous reference; None is nobody."""


@runtime_checkable
class PartialAnswer(Protocol):
    """An answer that may be incomplete: the same query is read again at the next look, and continues from `kept`."""

    @property
    def unfinished(self) -> bool:
        """Whether there is more to come."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request to the reader thread: which screen asks, what, and the view."""

    place: str = ""
    screen_query: ScreenQuery | None = None
    view: View = LIVE


NOTHING = Request()

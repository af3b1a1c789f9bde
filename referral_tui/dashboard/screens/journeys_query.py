"""What the journeys screen has read: the newest journeys, or those that match, and the one that is open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from db.read.journey_search import Search, SearchRequest, SearchResult, SortOrder
from db.read.journey_walks import Namer
from db.read.journeys import Journey, journeys
from db.read.queries import DatabaseError
from referral_tui.dashboard.query import QueryContext, ScreenQuery, Side
from referral_tui.names import Names, short_name

PAGE = 200  # rows a page; more are asked for near the end
MOST = 2_000  # rows in all: anybody who looks for more should filter


@dataclass(frozen=True, slots=True)
class JourneysAnswer:
    """What was found, the open journey's row as it is now, and who else is named on the screen."""

    found: SearchResult
    opened: Journey | None = None
    also: tuple[str, ...] = ()

    @property
    def unfinished(self) -> bool:
        """Whether the search goes on."""
        return self.found.unfinished

    def references(self) -> set[str | None]:
        """List everybody who appears in it."""
        rest = set(self.opened.references()) if self.opened is not None else set()
        return self.found.references() | rest | set(self.also)


@dataclass(frozen=True, slots=True)
class JourneysQuery(ScreenQuery):
    """Journeys that match `text`, named as on one side of the wall; `opened` is the person whose journey is open."""

    EVERY_MS: ClassVar[int] = 500  # a page is looked up in 5 ms and painted in 10, and no faster read

    text: str = ""
    order: SortOrder = "newest"
    page: int = PAGE
    side: Side = "platform"
    opened: int | None = None
    also: tuple[str, ...] = ()

    @property
    def next_page(self) -> int:
        """How many rows to read when more are wanted: as many as now if that is the maximum."""
        return min(self.page + PAGE, MOST)

    def read(self, context: QueryContext) -> JourneysAnswer:
        """Continue the search, which is kept."""
        wanted = SearchRequest(self.text, self.order, self.page, context.seq, context.at)
        side, search = context.kept.get("search", ("", None))
        if search is None or (side, search.wanted) != (self.side, wanted):
            search = Search(wanted, self._namer(context))
            context.kept["search"] = self.side, search
        found = search.look(context.db, context.steady_ms)
        rows = [] if self.opened is None else journeys(context.db, [self.opened], context.seq, context.at)
        return JourneysAnswer(found, rows[0] if rows else None, self.also)

    def _namer(self, context: QueryContext) -> Namer:
        """Name people as the screen does.

        On the client's side also by their short names, so that what is found stays found as the wall is crossed.
        """
        if self.side == "platform" or not self.text:
            return short_name
        try:
            context.book()
        except DatabaseError:
            return short_name  # the frame says that there are no names
        return lambda reference: (
            f"{Names(context.book().names([reference]))(reference)} {short_name(reference)}"
        )

"""Stop rewards about which nobody answered by their due date: before time passes it, on the writer's thread."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import Final

from db.read.open_rewards import pending_since
from simulator.door.vetoes import stop
from simulator.platform.session import IntakeSession

UNANSWERED: Final = "unanswered"
"""The reason of a veto by silence."""


class Deadline:
    """The gate of a writer: it knows when pending rewards fall due, and `let_be`, the entries that were let be."""

    def __init__(self, let_be: set[int]) -> None:
        self._let_be = let_be
        self._looked = 0  # entries
        self._due: list[tuple[int, int, int]] = []  # a heap of due time, reward and entry
        self._newest: dict[int, int] = {}  # the entry since which a reward is pending

    def __call__(self, session: IntakeSession, now_ms: int) -> None:
        """Stop what falls due by `now_ms` (milliseconds UTC) and has no answer, each at its due date."""
        self._look(session)
        while self._due and self._due[0][0] <= now_ms:
            due, reward, entry = heappop(self._due)
            if self._newest.get(reward) != entry:
                continue  # it was pending twice, and this is of the first time
            del self._newest[reward]
            if entry not in self._let_be:
                stop(session, reward, entry, UNANSWERED, due)

    def _look(self, session: IntakeSession) -> None:
        last = session.platform.last_entry
        if last == self._looked:
            return
        for due, reward, entry in session.platform.read(pending_since, self._looked):
            heappush(self._due, (due, reward, entry))
            self._newest[reward] = entry
        self._looked = last

"""Veto rewards whose question is unanswered on their due date, on the writer's thread, before time passes it."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import Final

from db.read.open_rewards import pending_since
from simulator.door.vetoes import stop
from simulator.platform.session import IntakeSession

UNANSWERED: Final = "unanswered"
"""The reason of a veto because of silence."""


class Deadline:
    """A writer's gate, which knows when pending rewards fall due; `not_vetoed` are the entries that were let pass."""

    def __init__(self, not_vetoed: set[int]) -> None:
        self._not_vetoed = not_vetoed
        self._looked = 0  # entries
        self._due: list[tuple[int, int, int]] = []  # a heap of due time, reward and entry
        self._newest: dict[int, int] = {}  # the entry since which each reward is pending

    def __call__(self, session: IntakeSession, now_ms: int) -> None:
        """Veto what falls due by `now_ms` (milliseconds UTC) without an answer, each on its due date."""
        self._look(session)
        while self._due and self._due[0][0] <= now_ms:
            due, reward, entry = heappop(self._due)
            if self._newest.get(reward) != entry:
                continue  # it was pending twice, and this is the first time
            del self._newest[reward]
            if entry not in self._not_vetoed:
                stop(session, reward, entry, UNANSWERED, due)

    def _look(self, session: IntakeSession) -> None:
        last = session.platform.last_entry
        if last == self._looked:
            return
        for due, reward, entry in session.platform.read(pending_since, self._looked):
            heappush(self._due, (due, reward, entry))
            self._newest[reward] = entry
        self._looked = last

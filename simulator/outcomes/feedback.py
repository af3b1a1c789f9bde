"""Collect outcome feedback for the simulated world: rewards issued and friends refused, until the world takes it.

Everything is keyed by the moment at which it happened, so it doesn't depend on the batches, or on restarts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import polars as pl

from simulator.domain.write_set import WriteSet
from simulator.engine.arrays import NONE, Columns, Ints
from simulator.engine.interner import Words
from simulator.program.load import load_program
from simulator.program.model import Program
from simulator.world.feedback import OutcomeFeedback
from simulator.world.pseudonyms import text_marks

_REWARDED, _REFUSED, _DONATED = range(3)
_NOWHERE: Ints = np.zeros(0, np.int64)


class RecipientLookup(Protocol):
    """The part of the engine that knows whom an outcome concerns."""

    def recipients(self, rewards: Ints) -> Ints:
        """Return the ids of the people who get these rewards; NONE for a community."""

    def communities(self, rewards: Ints) -> list[str | None]:
        """Return the communities that get these rewards; None for a person's."""

    def referrers_of(self, friends: Ints) -> Ints:
        """Return the referrers of these friends, by ids of people; NONE if there is none."""


class FeedbackCollector:
    """Outcome feedback by person mark or community, with its time, until it is taken."""

    def __init__(self) -> None:
        self._people = Columns({"mark": (np.int64, 0)})  # by id of a person
        self._waiting: list[Ints] = []  # rows of (at, mark or community id, kind)
        self._communities = Words()
        self.listening = False
        """Whether feedback is being collected; set once somebody listens."""
        self._programs: list[tuple[int, Program]] = []

    def add_people(self, refs: pl.Series) -> None:
        """Register the next people of the log by their references."""
        self._people.append(mark=text_marks(refs))

    def collect(self, written: WriteSet, lookup: RecipientLookup) -> None:
        """Collect the feedback from one call of the engine."""
        if not self.listening:
            return
        if written.persons.height:
            self.add_people(written.persons["ref"])
        self._collect_rewarded(written.audit, lookup)
        self._collect_refused(written, lookup)
        if written.versions:
            moments = written.audit.filter(pl.col("kind") == "program-changed")["at"].to_list()
            for at, version in zip(moments, written.versions, strict=True):
                self.add_program(at, load_program(version[-1], "program.changed"))

    def _collect_rewarded(self, audit: pl.DataFrame, lookup: RecipientLookup) -> None:
        issued = _equal(audit, "kind", "issued")
        if len(issued):
            at, rewards = (audit[name][issued].to_numpy() for name in ("at", "ref"))
            self.add_rewarded(at, lookup.recipients(rewards), lookup.communities(rewards))

    def _collect_refused(self, written: WriteSet, lookup: RecipientLookup) -> None:
        refused = _equal(written.decisions, "outcome", "refused")
        if len(refused):
            of = written.decisions[refused]
            self.add_refused(of["decided_at"].to_numpy(), of["referrer"].fill_null(NONE).to_numpy())
        declined = _equal(written.settled, "outcome", "refused")
        if len(declined):
            of = written.settled[declined].join(
                written.audit.filter(pl.col("kind") == "settled").select(id="ref", friend="person"), on="id"
            )
            self.add_refused(of["decided_at"].to_numpy(), lookup.referrers_of(of["friend"].to_numpy()))

    def add_rewarded(self, at: Ints, people: Ints, communities: Sequence[str | None]) -> None:
        """Add rewards issued at these times (milliseconds UTC), to people by id or, where NONE, to communities."""
        self._add(at, people, _REWARDED)
        names = self._communities.assign(communities)
        self._append(at[names != NONE], names[names != NONE], _DONATED)

    def add_refused(self, at: Ints, people: Ints) -> None:
        """Add refusals, at these times (milliseconds UTC), of friends of these referrers."""
        self._add(at, people, _REFUSED)

    def add_program(self, at: int, program: Program) -> None:
        """Add a program that came into force at `at` (milliseconds UTC)."""
        self._programs.append((at, program))

    def take(self, before_ms: int) -> OutcomeFeedback:
        """Return the feedback from before a moment (milliseconds UTC) that has not been taken yet."""
        rows = np.concatenate(self._waiting) if self._waiting else np.empty((0, 3), dtype=np.int64)
        past = rows[:, 0] < before_ms
        self._waiting = [rows[~past]] if not past.all() else []
        rows = rows[past]
        changed = [program for at, program in self._programs if at < before_ms]
        self._programs = self._programs[len(changed) :]
        return OutcomeFeedback(
            rewarded=rows[rows[:, 2] == _REWARDED, 1],
            refused=rows[rows[:, 2] == _REFUSED, 1],
            communities=tuple(
                self._communities.texts[name] for name in rows[rows[:, 2] == _DONATED, 1].tolist()
            ),
            program=changed[-1] if changed else None,
        )

    def _add(self, at: Ints, people: Ints, kind: int) -> None:
        known = people != NONE
        if known.any():
            self._append(at[known], self._people["mark"][people[known]], kind)

    def _append(self, at: Ints, target: Ints, kind: int) -> None:
        if len(at):
            self._waiting.append(np.column_stack((at, target, np.full(len(at), kind))))


def _equal(frame: pl.DataFrame, column: str, text: str) -> Ints:
    """Return the rows whose column equals a text; a frame without rows is skipped, since each query has a cost."""
    if not frame.height:
        return _NOWHERE
    return np.flatnonzero((frame[column] == text).to_numpy())  # arg_true would start a query

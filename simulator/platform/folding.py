"""Replay a database's log on a restart, to bring the engine back to where it stood."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl

from db.read import resume
from db.write.store import Store
from simulator.domain.errors import DatabaseError
from simulator.engine import Engine
from simulator.engine.arrays import NONE
from simulator.engine.kept import KeptAnswers
from simulator.outcomes.feedback import FeedbackCollector
from simulator.platform.records import parse_program, same_design, typed
from simulator.program.load import load_program
from simulator.program.model import Program

BATCH = 100_000  # events replayed at once


def replay_log(
    store: Store,
    program: Program | None,
    progress: Callable[[int, int], None] | None,
    on_events: Callable[[pl.DataFrame], None] | None = None,
    kept: KeptAnswers | None = None,
) -> Engine:
    """Return an engine with the store's whole log replayed and its clock restored.

    `program` is what the caller believes is running: it must be the first or the current version. `progress` is
    called with the number of events done and the total, `on_events` with all events. `kept` are the answers about
    people who were erased, read from the store if left out.

    Raises:
        DatabaseError: the database was made with another program, or is damaged.

    """
    versions = [load_program(row[-1], f"{store.path}, program version {row[0]}") for row in store.versions()]
    if program is not None and not any(same_design(program, one) for one in (versions[0], versions[-1])):
        raise DatabaseError(
            f"{store.path}: was made with another program ({versions[-1].name}); name that one with --program, "
            "leave the option out, or use another database"
        )
    answers = KeptAnswers.of(store.read(resume.kept_answers)) if kept is None else kept
    engine = Engine(versions[0], parse_program, kept=answers)
    total = store.read(resume.events_stored)
    done = 0
    for events in store.events(rows=BATCH):
        known = typed(events)
        engine.restore(known)
        if on_events is not None:
            on_events(known)
        done += events.height
        if progress is not None:
            progress(done, total)
    engine.resume(store.clock()["watermark"], store.read(resume.last_entry))
    return engine


def restore_feedback(feedback: FeedbackCollector, store: Store) -> None:
    """Collect again, from a database, all outcome feedback since its beginning."""
    for page in store.read(resume.persons):
        feedback.add_people(pl.Series([ref for _, ref in page], dtype=pl.String))
    for rows in store.read(resume.issued_rewards):
        feedback.add_rewarded(
            np.array([at for at, _, _ in rows], dtype=np.int64),
            np.array([NONE if person is None else person for _, person, _ in rows], dtype=np.int64),
            [community for _, _, community in rows],
        )
    for refused in store.read(resume.refused_decisions):
        feedback.add_refused(*np.array(refused, dtype=np.int64).reshape(-1, 2).T)
    for at, text in store.read(resume.program_changes):
        feedback.add_program(at, parse_program(text))

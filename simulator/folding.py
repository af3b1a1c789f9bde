"""Folding a database's log again, on a restart: the engine comes back to where it stood."""

from __future__ import annotations

from collections.abc import Callable

from db.store import Store
from simulator.engine import Engine
from simulator.errors import DatabaseError
from simulator.program.load import load_program
from simulator.program.model import Program
from simulator.records import parse_program, same_design, typed

BATCH = 100_000  # events of the log folded at once


def folded(store: Store, program: Program | None, progress: Callable[[int, int], None] | None) -> Engine:
    """An engine with the store's whole log folded and its time told; `progress` hears how many events of how many.

    `program` is what the caller believes is running: it must be the first or the current version.

    Raises:
        DatabaseError: of another program, or damaged.

    """
    versions = [load_program(row[-1], f"{store.path}, program version {row[0]}") for row in store.versions()]
    if program is not None and not any(same_design(program, one) for one in (versions[0], versions[-1])):
        raise DatabaseError(
            f"{store.path}: was made with another program ({versions[-1].name}); give that one with --program, "
            "or none, or name another database"
        )
    engine = Engine(versions[0], parse_program)
    ((total,),) = store.query("SELECT COUNT(*) FROM event")
    done = 0
    for events in store.events(rows=BATCH):
        engine.replay(typed(events))
        done += events.height
        if progress is not None:
            progress(done, total)
    told = store.clock()["told_at"]
    if told and told >= engine.newest:  # else later events have said more
        engine.advance(told)
    return engine

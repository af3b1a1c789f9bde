"""Write the event that records an erasure: by whom, why, and a digest of everything it overwrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import polars as pl

from db.read import erasures
from db.write.erasing import Overwriting
from db.write.store import Store
from simulator.domain.errors import InputError
from simulator.domain.vocabulary import EventType
from simulator.domain.write_set import WriteSet
from simulator.engine import Engine
from simulator.engine.frames import EMPTY
from simulator.engine.interner import OTHER, PARTS
from simulator.events.columns import EVENT_SCHEMA
from simulator.events.contract import EVENT_TYPES
from simulator.events.values import FieldError, check_field
from simulator.platform.erasing.people import Person
from simulator.platform.receipt_sums import receipt_rollup
from simulator.platform.receipts import IntakeCounters
from simulator.platform.records import parse_program
from simulator.program.model import Program

_TYPE_NAME: Final = str(EventType.PERSON_ERASED)


def check_by_and_reason(by: str, reason: str) -> None:
    """Check who erases somebody and why against the event contract; raises InputError."""
    for contract, option, value in zip(
        EVENT_TYPES[_TYPE_NAME].fields, ("--by", "--basis"), (by, reason), strict=True
    ):
        try:
            check_field(contract.name, contract, value)
        except FieldError as bad:
            raise InputError(f"{option}: {bad.reason}") from None


def write(
    store: Store, programs: Mapping[int, Program], person: Person, what: Overwriting, *, by: str, reason: str
) -> int:
    """Overwrite, and write the event about it; return its seq."""
    main = person.new_refs[person.main]
    number = next(number for number, ref in person.refs.items() if ref == person.main)
    settings = store.settings()
    counters = IntakeCounters.of(settings)
    last, newest = store.read(erasures.newest_event)
    watermark = int(store.clock()["watermark"])
    at = max(newest, watermark + 1 if watermark else 0)  # nothing falls due by then that is not released
    seq = last + 1
    program = programs[max(programs)]
    parts = store.read(erasures.sources_counted)
    source = "platform" if "platform" in parts or len(parts - {OTHER}) < PARTS else OTHER

    def event(digest: str) -> WriteSet:
        row = {
            "seq": seq,
            "received_at": at,
            "occurred_at": at,
            "source": "platform",
            "id": f"erasure-{digest}",
            "type": _TYPE_NAME,
            "subject": main,
            "by": by,
            "reason": reason,
        }
        events = pl.DataFrame([row], schema=EVENT_SCHEMA)
        written = Engine(program, parse_program).replay(events)
        sums = receipt_rollup(events, events, (), pl.DataFrame())
        return replace(
            written.with_sums(sums, EMPTY["breakdown"]),
            persons=EMPTY["persons"],
            events=events.with_columns(person=pl.lit(number, pl.Int64), type=pl.col("type").cast(pl.String)),
            breakdown=written.breakdown.with_columns(part=pl.lit(source)),
            clock={"sim_at": max(at, int(store.clock()["sim_at"]))},
            settings=replace(
                counters, receipts=counters.receipts + 1, newest=max(counters.newest, at)
            ).settings(),
        )

    store.erase(seq, what, event)
    return seq

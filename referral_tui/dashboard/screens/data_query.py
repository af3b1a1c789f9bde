"""What the data screen has read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from db.door_status import DoorStatus, WayRow, door_status, ways
from db.read import sums
from db.read.deliveries import Dial, Reconciled, Refused, dials, models, reconciled, refused
from db.read.served import newest_entry
from db.read.traffic import (
    ChainRow,
    Cost,
    SenderRow,
    TypeRow,
    chains,
    cost_of_lateness,
    lateness,
    lateness_upto,
    receipts,
    senders,
    types,
)
from db.read.type_examples import Example, examples
from referral_tui.dashboard.query import QueryContext, ScreenQuery

MOST = 100  # rows of quarantine and of reconciliation


@dataclass(frozen=True, slots=True)
class DataLook:
    """What is passed, how it arrives, and what became of it.

    `dials`, `chains` and `door` are None for the past, and `ways` (how each source's events came) is empty.
    """

    types: tuple[TypeRow, ...]
    models: tuple[tuple[str, str], ...]
    receipts: tuple[tuple[str, int], ...]
    senders: tuple[SenderRow, ...]
    cost: Cost
    refused: tuple[Refused, ...]
    reconciled: tuple[Reconciled, ...]
    dials: tuple[Dial, ...] | None
    chains: tuple[ChainRow, ...] | None
    door: DoorStatus | None
    ways: tuple[WayRow, ...] = ()
    opened: str = ""
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True)
class DataQuery(ScreenQuery):
    """The query of the whole screen; `opened` is the event type whose latest examples are wanted, or empty."""

    EVERY_MS: ClassVar[int] = 500

    opened: str = ""

    def read(self, context: QueryContext) -> DataLook:
        """Read it; of the past, what can no longer change is kept."""
        at, db = context.at, context.db
        clock = context.database_status.clock
        past: sums.PastSums = context.kept.setdefault("past", sums.PastSums())
        found = sums.now(db) if at is None else past.at(db, at)
        late = lateness(db) if at is None else lateness_upto(db, at)
        now = at if at is not None else clock.sim_at if clock else 0
        return DataLook(
            types(db, found, now, late),
            tuple(models(db).items()),
            tuple(receipts(found).items()),
            senders(found),
            cost_of_lateness(found.totals),
            refused(db, MOST, at),
            reconciled(db, MOST, at),
            dials(db) if at is None else None,
            chains(db) if at is None else None,
            door_status(context.path, newest_entry(db)) if at is None else None,
            ways(context.path) if at is None else (),
            self.opened,
            examples(db, self.opened, context.seq) if self.opened else (),
        )

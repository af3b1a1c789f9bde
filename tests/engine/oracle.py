"""The oracle: a second implementation of the engine's semantics, one event at a time, with nothing clever in it.

It shares no code with the engine: no columns, no state by id, no compiled rules. Facts are found by reading
what the log said of a person; releases by sorting what is pending. Slow, and meant to be read beside the
specification, one file a section: who somebody is (`oracle_people`), what stands (`oracle_standing`), attribution,
facts, money, limits, lines, choices, decisions, and the clock (`oracle_timed`). Each adds to the one before.
Times are milliseconds UTC, money is minor units.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import Any, Literal

from simulator.domain.vocabulary import CONVERSION_TYPES
from simulator.events.contract import DATA_COLUMNS
from tests.engine.oracle_records import Attributed, Decided, Entry, Event, Line, Row, Rows
from tests.engine.oracle_timed import Timed

__all__ = ["Attributed", "Decided", "Entry", "Event", "Line", "Oracle", "Receipt", "Row", "Rows"]

Receipt = Literal["accepted", "duplicate", "conflict"]


class Oracle(Timed):
    """Fold accepted events, one at a time."""

    # ------------------------------------------------------------------ the door

    def receive(self, message: Event) -> Receipt:
        """Give one valid message its receipt; an accepted one gets the next `seq` and is judged."""
        first = self.accepted.get((message["source"], message["id"]))
        if first is not None:
            return "duplicate" if _content(first) == _content(message) else "conflict"
        self.feed({**message, "seq": len(self.log) + 1})
        return "accepted"

    # ------------------------------------------------------------------ the order

    def feed(self, event: Event) -> None:
        """Judge the next event of the log."""
        now = event["received_at"]
        assert self.newest is None or now >= self.newest, "received_at never decreases along the log"
        assert self.watermark is None or now > self.watermark, (
            "any later event is received after the time told"
        )
        assert not self.log or event["seq"] > self.log[-1]["seq"]
        self.pass_time(now - 1)  # what is due at T comes before every event received after T
        self.newest = now
        self.log.append(event)
        self.accepted[event["source"], event["id"]] = event
        if event["subject"] is not None:
            self.heard.setdefault(event["subject"], []).append(event)
        self.judge(event)

    def advance(self, now: int) -> None:
        """Set the time: everything due at or before it is released."""
        assert self.newest is None or now >= self.newest, "the time told is never before the newest event"
        self.pass_time(now)
        self.watermark = now if self.watermark is None else max(self.watermark, now)

    def judge(self, event: Event) -> None:
        """Do what an event causes, by its type."""
        kind = event["type"]
        if kind in CONVERSION_TYPES:
            self._convert(event)
            return
        judges = {
            "program.changed": self._change,
            "customer.closed": self.close,
            "customer.reopened": self.close,
            "customer.merged": self.merge,
            "link.created": self.create_link,
            "friend.visited": self.visit,
            "friend.claimed": self.attribute,
            "conversion.reversed": self.reverse,
            "conversion.reinstated": self.reinstate,
            "conversion.adjusted": self.adjust,
            "review.decided": self.settle,
            "reward.chosen": self.choose,
            "reward.redeemed": self.redeem,
            "reward.vetoed": self.veto,
        }
        if kind in judges:
            judges[kind](event)

    def _change(self, event: Event) -> None:
        assert self.load is not None, "a program.changed needs a way to read its text"
        self.program = self.load(event["program"])
        self.version += 1
        self.room_grew = True
        words = f"version {self.version}: {self.program.name}"
        self.note("program-changed", "program-changed", event, None, self.version, words)

    def _convert(self, event: Event) -> None:
        met = self.meet(event)
        self.attribute(event)
        for milestone in self.program.milestones:
            if milestone.event == event["type"]:
                self.decide(event, milestone)
        self.tell_met(event, met)

    # ------------------------------------------------------------------ the outcome

    def later(self) -> Oracle:
        """What would happen if nothing but time went on: a copy that has its own lines."""
        other = copy(self)
        other.lines = [copy(line) for line in self.lines]
        other._trail = []
        return other

    @property
    def expected(self) -> list[str | None]:
        """What the release would make of each pending line if nothing else happened; None for those not pending."""
        last = self.later()
        while any(line.state == "pending" for line in last.lines):
            now = last.next_moment()
            assert now is not None
            last.step(now)
        return [
            then.became if now.state == "pending" else None
            for now, then in zip(self.lines, last.lines, strict=True)
        ]

    @property
    def rows(self) -> Rows:
        """Everything decided, in log order, in the form of the export."""
        lines = zip(self.lines, self.expected, strict=True)
        return Rows(
            [a.row() for a in self.attributed],
            [d.row() for d in self.decisions],
            [{**line.row(), "expected": expected} for line, expected in lines],
            [{"subject": e["subject"], "into": e["into"], "at": e["received_at"]} for e in self.merges],
        )


def _content(event: Mapping[str, Any]) -> tuple[Any, ...]:
    """What is compared between two messages with the same key."""
    time = None if event.get("time_inferred") else event["occurred_at"]  # what nobody stated is no content
    return time, *(event[name] for name in ("type", "subject", *DATA_COLUMNS))

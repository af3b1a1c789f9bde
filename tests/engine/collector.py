"""Drive the engine step by step, and put its outcomes together into export rows.

The engine gives frames of what each batch added or changed, with people as ids; the collector keeps the
tables as a database would: new rows appended, settled decisions and changed rewards updated by id.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl

from simulator.engine import Engine
from simulator.events.columns import EVENT_SCHEMA, MESSAGE_SCHEMA
from simulator.program.load import load_program
from simulator.program.model import Program
from tests.engine.oracle import Entry, Event, Row, Rows

Step = Event | int

ATTRIBUTION = ("friend", "referrer", "code", "channel", "method", "touch_at", "attributed_at", "ended_at")
DECISION = (
    "source",
    "event_id",
    "milestone",
    "friend",
    "referrer",
    "outcome",
    "reason",
    "decided_at",
    "failed",
    "offered",
)
NO_EVENTS = pl.DataFrame(schema=EVENT_SCHEMA)
REWARD = (
    "source",
    "event_id",
    "milestone",
    "reward",
    "role",
    "recipient",
    "earned_minor",
    "value_minor",
    "kind",
    "state",
    "reason",
    "due_at",
    "state_at",
    "expected",
)


def load(text: str) -> Program:
    """Load the program of a text that was accepted."""
    return load_program(text, "changed.toml")


class Collector:
    """An engine and everything it returned, kept as the tables would be."""

    def __init__(self, program: Program) -> None:
        self.engine = Engine(program, load)
        self._log = [NO_EVENTS]
        self.events: dict[int, Row] = {}
        self.keys: dict[tuple[str, str], int] = {}  # the seq of each (source, id) of the log
        self.persons: dict[int, str] = {}
        self.attributions: list[Row] = []
        self.merges: list[Row] = []
        self.decisions: dict[int, Row] = {}
        self.rewards: dict[int, Row] = {}
        self.audit: list[tuple[Any, ...]] = []
        self.rollup: Counter[tuple[int, str, str]] = Counter()
        self.breakdown: Counter[tuple[int, str, str, str]] = Counter()
        self.due: Counter[tuple[int, str, str, str]] = Counter()
        self.late: Counter[tuple[int, str, int]] = Counter()
        self.worst: Counter[tuple[int, str, int]] = Counter()
        self.leaders: dict[tuple[str, int], Row] = {}
        self.versions: list[Any] = []
        self.receipts: list[str] = []
        self.fields: list[str] = []  # of the conflicts

    @property
    def log(self) -> pl.DataFrame:
        """All events that were accepted."""
        return pl.concat(self._log)

    # ------------------------------------------------------------------ in

    def send(self, messages: Sequence[Event]) -> None:
        """Pass one batch of messages through the identity check of intake and the engine."""
        frame = pl.DataFrame(list(messages), schema=MESSAGE_SCHEMA, orient="row")
        lookup = self.engine.look_up(frame)
        got = self.engine.receive(frame, lookup, self._stored(lookup.repeated.tolist()))
        receipts = ["accepted"] * len(messages)
        for position in got.duplicates:
            receipts[position] = "duplicate"
        for position, name in got.conflicts:
            receipts[position] = "conflict"
            self.fields.append(name)
        self.receipts += receipts
        assert got.events.height == receipts.count("accepted")
        self._keep(got.events)
        assert got.seqs.tolist() == [self.keys[one["source"], one["id"]] for one in frame.to_dicts()]
        self.take(self.engine.judge(got.events))

    def advance(self, now: int) -> None:
        self.take(self.engine.advance(now))

    def run(self, steps: Iterable[Step], batch: int | None = None) -> Collector:
        """Take all steps, in batches of at most `batch` messages; a step in time ends a batch."""
        waiting: list[Event] = []
        for step in steps:
            if isinstance(step, int):
                if waiting:
                    self.send(waiting)
                waiting = []
                self.advance(step)
                continue
            waiting.append(step)
            if len(waiting) == batch:
                self.send(waiting)
                waiting = []
        if waiting:
            self.send(waiting)
        return self

    def replay(self, events: pl.DataFrame) -> None:
        """Restart: replay the log."""
        self._keep(events)
        self.take(self.engine.replay(events))

    def _stored(self, seqs: list[int]) -> pl.DataFrame:
        rows = [self.events[seq] for seq in seqs]
        return pl.DataFrame(rows, schema=EVENT_SCHEMA, orient="row") if rows else NO_EVENTS

    def _keep(self, events: pl.DataFrame) -> None:
        events = events.select(NO_EVENTS.columns)
        self._log.append(events)
        for row in events.to_dicts():
            assert row["seq"] == len(self.events) + 1
            self.events[row["seq"]] = row
            self.keys[row["source"], row["id"]] = row["seq"]

    # ------------------------------------------------------------------ out

    def take(self, outcome: Any) -> None:
        """Add one outcome to the tables; rows must be new, and changes must concern existing rows."""
        for person in outcome.persons.to_dicts():
            assert person["id"] not in self.persons
            self.persons[person["id"]] = person["ref"]
        earlier = {row["seq"]: row for row in self.attributions}
        for row in outcome.ended.to_dicts():
            assert earlier[row["seq"]]["ended_at"] is None
            earlier[row["seq"]].update(row)
        self.attributions += outcome.attributions.to_dicts()
        self.merges += outcome.merges.to_dicts()
        _add(self.decisions, outcome.decisions)
        _change(self.decisions, outcome.settled, new=outcome.decisions)
        _add(self.rewards, outcome.rewards)
        _change(self.rewards, outcome.changes, new=outcome.rewards)
        for row in outcome.audit.to_dicts():
            assert row["seq"] == len(self.audit) + 1
            self.audit.append(tuple(row.values()))
        for row in outcome.rollup.to_dicts():
            self.rollup[row["hour"], row["metric"], "count"] += row["count"]
            self.rollup[row["hour"], row["metric"], "value"] += row["value"]
        for row in outcome.breakdown.to_dicts():
            self.breakdown[row["hour"], row["metric"], row["part"], "count"] += row["count"]
            self.breakdown[row["hour"], row["metric"], row["part"], "value"] += row["value"]
        for row in outcome.due.to_dicts():
            key = row["day"], row["reward"], row["expected"]
            self.due[*key, "count"] += row["count"]
            self.due[*key, "value"] += row["value"]
        for row in outcome.lateness.to_dicts():
            bucket = row["day"], row["type"], row["bucket"]
            self.late[bucket] += row["count"]
            self.worst[bucket] = max(self.worst[bucket], row["worst"])
        for row in outcome.leaders.to_dicts():
            self.leaders[row["board"], row["place"]] = row
            if row["person"] is None and row["community"] is None:
                del self.leaders[row["board"], row["place"]]
        self.versions += outcome.versions
        settled = outcome.rewards.filter(outcome.rewards["state"] != "pending")
        assert settled["expected"].is_null().all()

    @property
    def rows(self) -> Rows:
        """The three tables in the form of the export, in the order of their ids."""
        assert list(self.decisions) == list(range(1, len(self.decisions) + 1))
        assert list(self.rewards) == list(range(1, len(self.rewards) + 1))
        return Rows(
            [self._attribution(row) for row in self.attributions],
            [self._decision(row) for row in self.decisions.values()],
            [self._reward(row) for row in self.rewards.values()],
            [self._merge(row) for row in self.merges],
        )

    def _person(self, number: int | None) -> str | None:
        return None if number is None else self.persons[number]

    def _attribution(self, row: Row) -> Row:
        named = {**row, "friend": self._person(row["friend"]), "referrer": self._person(row["referrer"])}
        return {name: named[name] for name in ATTRIBUTION}

    def _merge(self, row: Row) -> Row:
        return {
            "subject": self.persons[row["subject"]],
            "into": self.persons[row["target"]],
            "at": row["at"],
        }

    def _decision(self, row: Row) -> Row:
        event = self.events[row["seq"]]
        named = {
            **row,
            "source": event["source"],
            "event_id": event["id"],
            "friend": self._person(row["friend"]),
            "referrer": self._person(row["referrer"]),
            "failed": json.loads(row["failed"]),
            "offered": json.loads(row["offered"]),
        }
        return {name: named[name] for name in DECISION}

    def _reward(self, row: Row) -> Row:
        decision = self.decisions[row["decision"]]
        event = self.events[decision["seq"]]
        person = row["community"] if row["role"] == "community" else self._person(row["recipient"])
        named = {
            **row,
            "source": event["source"],
            "event_id": event["id"],
            "milestone": decision["milestone"],
            "recipient": person,
            "expected": (row["expected"] or "issued") if row["state"] == "pending" else None,
        }
        return {name: named[name] for name in REWARD}

    @property
    def trail(self) -> list[Entry]:
        """The audit trail with people by their references."""
        return [
            Entry(at, kind, self._person(person), trigger, version, ref, detail)
            for _, at, kind, person, ref, detail, trigger, version in self.audit
        ]

    def totals(self) -> dict[str, tuple[int, int]]:
        """The rollup over all hours: metric -> (count, value), those that are nothing left out."""
        found: dict[str, tuple[int, int]] = {}
        for (_, metric, what), number in self.rollup.items():
            count, value = found.get(metric, (0, 0))
            found[metric] = (count + number, value) if what == "count" else (count, value + number)
        return {metric: pair for metric, pair in sorted(found.items()) if pair != (0, 0)}

    def sums(self) -> dict[str, dict[Any, Any]]:
        """All tables of sums, those that are nothing left out."""
        counters = ("rollup", "breakdown", "due", "late", "worst")
        return {
            **{name: {k: n for k, n in getattr(self, name).items() if n} for name in counters},
            "leaders": dict(self.leaders),
        }

    def parts(self, *metrics: str) -> dict[tuple[str, str], tuple[int, int]]:
        """The breakdown of some metrics over all hours: (metric, part) -> (count, value), but for (0, 0)."""
        found: Counter[tuple[str, str, str]] = Counter()
        for (_, metric, part, what), number in self.breakdown.items():
            found[metric, part, what] += number
        pairs = {
            key[:2]: (found[*key[:2], "count"], found[*key[:2], "value"])
            for key in found
            if key[0].startswith(metrics)
        }
        return {key: pair for key, pair in sorted(pairs.items()) if pair != (0, 0)}


def _add(table: dict[int, Row], rows: pl.DataFrame) -> None:
    for row in rows.to_dicts():
        assert row["id"] not in table, f"{row['id']} given twice"
        table[row["id"]] = row


def _change(table: dict[int, Row], changes: pl.DataFrame, new: pl.DataFrame) -> None:
    fresh = set(new["id"].to_list())
    for change in changes.to_dicts():
        assert change["id"] in table, f"a change of {change['id']}, which isn't there"
        assert change["id"] not in fresh, f"{change['id']} is new in this batch: it must stand as it ends"
        table[change["id"]].update(change)

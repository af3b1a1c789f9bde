"""A small made-up run of a program, written by plain SQL, for the dashboard's tests."""

from __future__ import annotations

import copy
import json
import random
import shutil
import sqlite3
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from db.sqlite.readonly import APPLICATION_ID, SCHEMA_VERSION
from simulator.domain.lateness import EDGES

HOUR = 3_600_000
DAY = 24 * HOUR
START = 1_772_323_200_000  # Sun 1 Mar 2026 00:00 UTC
DESIGN = Path(__file__).with_name("design.toml").read_text(encoding="utf-8")
CHANNELS = ("e-mail", "messaging", "social", "qr", "community-post")
EVENT_COLUMNS = (
    *("seq", "received_at", "occurred_at", "type", "source", "id", "person", "code", "channel"),
    *("contact_ref", "contact_kind", "via", "referrer_kind", "segment", "community", "country", "device_ref"),
    *(
        "reach",
        "eligible",
        "amount_minor",
        "currency",
        "outcome",
        "new_customer",
        "reverses",
        "reason",
        "steering",
    ),
)


class Story:
    """Writes a database as the platform would: rows, audit entries and rollups, deterministic by its seed."""

    def __init__(self, path: Path, ddl: Iterable[str], seed: int = 1) -> None:
        self.path = path
        self.random = random.Random(seed)
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("BEGIN")
        for statement in ddl:
            self.db.execute(statement)
        self.db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        self.db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        settings = {"schema": str(SCHEMA_VERSION), "kind": "simulate", "preset": "telecom", "seed": "1"}
        settings |= {"referrers": "500", "days": "70", "start": str(START), "delivery": "{}"}
        settings["models"] = json.dumps({"service.activated": "batch@02:00", "bill.paid": "every:15m"})
        self.db.executemany("INSERT INTO setting VALUES (?, ?)", settings.items())
        self.db.execute(
            "INSERT INTO program_version VALUES (1, 1, 'Northwind Mobile', 'GBP', 2, 500000, ?)", (DESIGN,)
        )
        self.db.execute("COMMIT")
        self.seq = self.audits = self.decisions = self.rewards = self.people = self.commands = 0
        self.sums: Counter[tuple[int, str, int]] = Counter()
        self.parts: Counter[tuple[int, str, str, int]] = Counter()
        self.refused = 0
        self.now = START

    def copied(self, path: Path) -> Story:
        """Continue in a database of its own; this one must be closed. It takes a tenth of writing the story again."""
        twin = copy.copy(self)
        twin.path, twin.random = path, copy.copy(self.random)
        twin.sums, twin.parts = self.sums.copy(), self.parts.copy()
        shutil.copyfile(self.path, path)
        twin.db = sqlite3.connect(path, isolation_level=None)
        return twin

    # -- rows -------------------------------------------------------------------------------------------

    def person(self) -> int:
        self.people += 1
        self.db.execute("INSERT INTO person VALUES (?, ?)", (self.people, f"c_{self.people:08x}"))
        return self.people

    def count(self, metric: str, count: int = 1, value: int = 0) -> None:
        self.sums[self.now // HOUR, metric, 0] += count
        self.sums[self.now // HOUR, metric, 1] += value

    def part(self, metric: str, part: str, count: int = 1, value: int = 0) -> None:
        self.parts[self.now // HOUR, metric, part, 0] += count
        self.parts[self.now // HOUR, metric, part, 1] += value

    def event(self, kind: str, person: int | None, **fields: object) -> int:
        self.seq += 1
        row = dict.fromkeys(EVENT_COLUMNS)
        source = "client/billing" if kind.startswith(("service", "bill", "conversion")) else "platform"
        row |= {
            "seq": self.seq,
            "received_at": self.now,
            "occurred_at": self.now,
            "type": kind,
            "source": source,
        }
        row |= {"id": f"e{self.seq}", "person": person} | fields
        marks = ", ".join("?" * len(row))
        self.db.execute(f"INSERT INTO event ({', '.join(row)}) VALUES ({marks})", tuple(row.values()))
        self.count(f"event.{kind}", 1, int(str(fields.get("reach", 1))) if kind == "referral.shared" else 0)
        self.count("receipt.accepted")
        self.part(f"event.{kind}", source)
        self.late(kind, self.seq % 40 * 20 * 60_000 if source.startswith("client") else self.seq % 4 * 300)
        return self.seq

    def late(self, kind: str, late_ms: int) -> None:
        """Record an event that arrived late."""
        for table, keys in (("lateness", (kind,)), ("lateness_day", (self.now // DAY, kind))):
            marks = ", ".join("?" * (len(keys) + 3))
            self.db.execute(
                f"INSERT INTO {table} VALUES ({marks}) ON CONFLICT DO UPDATE "
                "SET count = count + 1, worst = max(worst, excluded.worst)",
                (*keys, bisect_right(EDGES, late_ms), 1, late_ms),
            )

    def refuse(self, receipt: str, field: str | None, reason: str, message: str) -> None:
        """Record a message that was not accepted."""
        self.refused += 1
        row = (
            self.refused,
            self.now,
            "client/billing",
            f"bad-{self.refused}",
            receipt,
            field,
            reason,
            message,
        )
        self.db.execute(
            "INSERT INTO quarantine VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL)", (*row, "5e" * 32)
        )
        self.count(f"receipt.{receipt}")
        self.part(f"receipt.{receipt}", "client/billing")
        self.part(f"quarantine.{receipt}", field or "(not said)")

    def audit(self, kind: str, person: int | None, ref: int | None, trigger: int) -> None:
        self.audits += 1
        row = (self.audits, self.now, kind, person, ref, "", trigger, 1)
        self.db.execute("INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)

    def attribute(self, seq: int, friend: int, referrer: int, code: str, channel: str, method: str) -> None:
        row = (seq, friend, referrer, code, channel, method, self.now - HOUR, self.now, seq, 1, None)
        self.db.execute("INSERT INTO attribution VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        self.count(f"attribution.{method}")
        self.part("channel.attributed", channel)
        self.part("generation", "1")
        self.audit("attributed", friend, seq, seq)

    def decide(self, seq: int, friend: int, referrer: int, outcome: str, reason: str | None) -> int:
        self.decisions += 1
        failed = json.dumps([[reason, "fail"]] if reason else [])
        row = (
            self.decisions,
            seq,
            "activated",
            friend,
            referrer,
            outcome,
            reason,
            self.now,
            failed,
            "[]",
            None,
            1,
            3000 if reason else None,
        )
        for rule in ("no-self-referral", "eligible", "not-too-fast"):
            self.part("rule.fail" if rule == reason else "rule.pass", rule)
        if reason:
            self.part(f"rule.{outcome}", reason, 1, 3000)
        self.db.execute("INSERT INTO decision VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        self.count(f"decision.{outcome}")
        self.audit("decided", friend, self.decisions, seq)
        return self.decisions

    def promise(self, decision: int, seq: int, role: str, person: int, friend: int, minor: int) -> int:
        self.rewards += 1
        row: tuple[object, ...] = (self.rewards, decision, seq, f"{role}-credit", role, person, None)
        row += (minor, minor, "credit", "pending", None, None)
        row += (self.now + 3 * DAY, self.now)
        self.db.execute("INSERT INTO reward VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        self.count("reward.pending", 1, minor)
        self.part("reward.pending", f"{role}-credit", 1, minor)
        self.falls_due(self.now + 3 * DAY, f"{role}-credit", 1, minor)
        self.audit("pending", friend, self.rewards, seq)
        return self.rewards

    def falls_due(self, due_at: int, reward: str, count: int, minor: int) -> None:
        self.db.execute(
            "INSERT INTO due VALUES (?, ?, 'issued', ?, ?) ON CONFLICT DO UPDATE "
            "SET count = count + excluded.count, value = value + excluded.value",
            (due_at // DAY, reward, count, minor),
        )
        self.db.execute("DELETE FROM due WHERE count = 0")

    def move(self, reward: int, before: str, state: str) -> None:
        minor, role, seq, friend, due_at = self.db.execute(
            "SELECT w.value_minor, w.role, w.seq, d.friend, w.due_at "
            "FROM reward w JOIN decision d ON d.id = w.decision WHERE w.id = ?",
            (reward,),
        ).fetchone()
        self.db.execute("UPDATE reward SET state = ?, state_at = ? WHERE id = ?", (state, self.now, reward))
        self.count(f"reward.{before}", -1, -minor)
        self.count(f"reward.{state}", 1, minor)
        self.part(f"reward.{before}", f"{role}-credit", -1, -minor)
        self.part(f"reward.{state}", f"{role}-credit", 1, minor)
        if before == "pending":
            self.falls_due(due_at, f"{role}-credit", -1, -minor)
        if "issued" in (before, state):
            sign = 1 if state == "issued" else -1
            self.part("channel.issued", self.channel_of(friend), sign, sign * minor)
        if state == "issued":
            if role == "friend":
                self.count("stage.rewarded")
            self.count("time_to_reward", 1, 3 * DAY)
        self.audit(state, friend, reward, seq)

    def channel_of(self, friend: int) -> str:
        sql = "SELECT channel FROM attribution WHERE friend = ?"
        return str(self.db.execute(sql, (friend,)).fetchone()[0])

    def clock(self, status: str, pace: float, heartbeat_at: int, ends_at: int) -> None:
        row = (1, status, self.now, self.now, START, ends_at, pace, heartbeat_at, 4242)
        # one statement: the dashboard may look between two
        self.db.execute("INSERT OR REPLACE INTO clock VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)

    def executed(self, kind: str, issued_at: int, args: object = None, refused: str | None = None) -> None:
        self.commands += 1
        row = (self.commands, kind, json.dumps(args or {}), issued_at, self.seq, self.now, refused)
        self.db.execute("INSERT INTO command VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def commit(self) -> None:
        self.db.execute("DELETE FROM due WHERE count = 0")
        for (hour, metric, is_value), amount in self.sums.items():
            column = "value" if is_value else "count"
            row: tuple[object, ...] = (amount if not is_value else 0, amount if is_value else 0, amount)
            self.db.execute(
                f"INSERT INTO hour VALUES ({hour}, '{metric}', ?, ?) ON CONFLICT DO UPDATE SET {column} = {column} + ?",
                row,
            )
            self.db.execute(
                f"INSERT INTO total VALUES ('{metric}', ?, ?) ON CONFLICT DO UPDATE SET {column} = {column} + ?",
                row,
            )
            self.db.execute(
                f"INSERT INTO week VALUES ({hour // 168}, '{metric}', ?, ?) "
                f"ON CONFLICT DO UPDATE SET {column} = {column} + ?",
                row,
            )
        for (hour, metric, part, is_value), amount in self.parts.items():
            column = "value" if is_value else "count"
            row = (part, amount if not is_value else 0, amount if is_value else 0, amount)
            for table, span in (
                ("breakdown_hour", f"{hour}, "),
                ("breakdown_week", f"{hour // 168}, "),
                ("breakdown", ""),
            ):
                self.db.execute(
                    f"INSERT INTO {table} VALUES ({span}'{metric}', ?, ?, ?) "
                    f"ON CONFLICT DO UPDATE SET {column} = {column} + ?",
                    row,
                )
        self.sums.clear()
        self.parts.clear()
        if self.db.in_transaction:
            self.db.execute("COMMIT")

    def boards(self) -> None:
        """Make the leaderboards from the rows; communities are numbered like referrers."""
        self.db.execute("DELETE FROM leader")
        sums = (
            "SELECT {who}, count(DISTINCT a.friend) AS friends, "
            "count(DISTINCT CASE WHEN d.outcome = 'qualified' THEN a.friend END) AS qualified, "
            "coalesce(sum(CASE WHEN w.state = 'issued' AND w.role = 'referrer' THEN w.value_minor END), 0) AS issued "
            "FROM attribution a LEFT JOIN decision d ON d.friend = a.friend LEFT JOIN reward w ON w.decision = d.id "
            "GROUP BY 1 ORDER BY {order}, 1 LIMIT 200"
        )
        communities = (
            "CASE a.referrer % 4 WHEN 0 THEN 'club-0007' WHEN 1 THEN 'workplace-0392' ELSE 'family-0114' END"
        )
        for board, who, order in (
            ("qualified", "a.referrer", "qualified DESC, issued DESC, friends DESC"),
            ("issued", "a.referrer", "issued DESC, qualified DESC, friends DESC"),
            ("community", communities, "qualified DESC, issued DESC, friends DESC"),
        ):
            rows = self.db.execute(sums.format(who=who, order=order)).fetchall()
            for place, (one, *numbers) in enumerate(rows, 1):
                named = (None, one) if board == "community" else (one, None)
                self.db.execute(
                    "INSERT INTO leader VALUES (?, ?, ?, ?, ?, ?, ?, NULL)", (board, place, *named, *numbers)
                )

    def begin(self) -> None:
        self.db.execute("BEGIN")

    def close(self) -> None:
        self.db.close()

    # -- a run ------------------------------------------------------------------------------------------

    def run(self, days: int = 9, referrers: int = 40, friends_an_hour: float = 1.2) -> None:
        """Write the whole story: referrers on the first day, friends through the days, rewards three days later."""
        self.begin()
        owners = []
        for number in range(referrers):
            self.now = START + number * DAY // referrers
            owner = self.person()
            owners.append(owner)
            self.event(
                "customer.identified", owner, via="sso" if number % 3 else "input", referrer_kind="customer"
            )
            self.event("link.created", owner, code=f"K{number:03X}Q")
            self.count("referrer.linked")
        sharing: set[int] = set()
        waiting: list[tuple[int, int]] = []
        hours = days * 24
        for hour in range(24, hours):
            self.now = START + hour * HOUR
            for due, reward in [pair for pair in waiting if pair[0] <= self.now]:
                waiting.remove((due, reward))
                fate = self.random.random()
                self.move(
                    reward, "pending", "issued" if fate < 0.86 else ("capped" if fate < 0.93 else "counted")
                )
                if fate < 0.06:
                    self.move(reward, "issued", "revoked")
            busy = 1.6 if 8 <= hour % 24 <= 21 else 0.3
            for _ in range(self._poisson(friends_an_hour * busy)):
                self.now += 61_000
                self._friend(owners, sharing, waiting)
        self.refuse(
            "malformed", "data.amount_minor", '"24.00" is not an integer', '{"amount_minor": "24.00"}'
        )
        self.refuse("malformed", "data.contact_ref", "looks like an e-mail", '{"contact_ref": "•••@•••"}')
        self.refuse("conflict", None, "the same id as event 7, with other content", '{"id": "e7"}')
        self.measure()
        self.part("late_reversal.clawed", "referrer-credit", 1, 2000)
        self.count("late_reversal.clawed", 1, 2000)
        self.count("late_reversal.lost", 1, 1000)
        faults = [("lost", "service.activated", 0.01, 2, 1), ("duplicate", "service.activated", 0.03, 4, 1)]
        self.db.executemany("INSERT INTO fault VALUES (?, ?, ?, ?, ?)", faults)
        for day in range(1, days):
            row = (
                START + day * DAY + 7_200_000,
                START + day * DAY + 50_000_000,
                9,
                9 - day % 2,
                day % 2,
                0,
                0,
                day % 2,
            )
            self.db.execute(
                "INSERT INTO reconciliation VALUES ('service.activated', ?, ?, ?, ?, ?, ?, ?, ?)", row
            )
        for chain in ("person", "event", "quarantine", "audit"):
            self.db.execute(
                "INSERT INTO block VALUES (?, 1, 700, ?, NULL)", (chain, f"{len(chain) % 10}a" * 32)
            )
        self.boards()
        self.commit()

    def measure(self, measurements: int = 60) -> None:
        """Write the beats of a load run over the same days, with a stall in the middle."""
        for number in range(1, measurements + 1):
            stall = 0.2 if 30 <= number < 34 else 1.0
            seconds, rate = float(number), (18_000 + 40 * number) * stall
            done = 19_000 * number
            latency = {"p50": 31.2, "p90": 64.5, "p95": 121.0, "p99": 482.0, "p99.9": 1904.0, "max": 2410.7}
            stages = {"generate": 0.11, "intake": 0.16, "attribute": 0.05, "decide": 0.12, "reward": 0.06}
            stages |= {"audit": 0.11, "receipts": 0.07, "wait": 0.13, "idle": 0.19, "write": 0.71}
            figures = {
                "mode": "open",
                "seconds": seconds,
                "offered": 20_000 * number,
                "received": done + 800,
                "duplicate": 3 * number,
                "conflict": 0,
                "late": 40 * number,
                "queue": 800,
                "offered_per_second": 20_000.0,
                "achieved_per_second": 19_000.0,
                "judged_per_second": 187_400.0,
                "latency_ms": latency,
                "behind_ms": 2410.7,
                "behind_now_ms": 48.2,
                "database_bytes": 3_300_000 * number,
                "memory_bytes": 240_000_000 + 400_000 * number,
                "stages": {name: round(part * seconds, 2) for name, part in stages.items()},
            }
            if number == measurements:
                pieces = (
                    "rule no-self-referral",
                    "fact same_device",
                    "rule settled-referrer",
                    "fact eligible",
                )
                figures["pieces"] = {name: 1.9 / place for place, name in enumerate(pieces, 1)}
                figures["thresholds"] = [{"threshold": "p99<500ms", "ok": True}]
            row: tuple[object, ...] = (
                number,
                self.now + 1000 * number,
                START + number * 9 * DAY // measurements,
                20_000.0,
                rate,
                30.0 / stall,
                440.0 / stall,
            )
            row += (
                48.2 / stall,
                800,
                figures["database_bytes"],
                figures["memory_bytes"],
                json.dumps(figures),
            )
            self.db.execute("INSERT INTO meter VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)

    def _poisson(self, mean: float) -> int:
        count, left = 0, self.random.expovariate(1)
        while left < mean:
            count, left = count + 1, left + self.random.expovariate(1)
        return count

    def _friend(self, owners: list[int], sharing: set[int], waiting: list[tuple[int, int]]) -> None:
        luck = self.random.random
        number = min(int(len(owners) * luck() ** 2.2), len(owners) - 1)
        referrer, code, channel = owners[number], f"K{number:03X}Q", self.random.choice(CHANNELS)
        reach = self.random.randint(20, 240) if channel == "community-post" else self.random.randint(1, 9)
        self.event("referral.shared", referrer, code=code, channel=channel, reach=reach)
        if referrer not in sharing:
            sharing.add(referrer)
            self.count("referrer.sharing")
        if luck() > 0.8:
            return
        friend = self.person()
        self.event("friend.visited", friend, code=code, channel=channel)
        self.count("stage.visited")
        if luck() > 0.62:
            return
        seq = self.event(
            "friend.claimed", friend, contact_ref=f"h{friend}", code=code if luck() < 0.3 else None
        )
        self.count("stage.claimed")
        self.attribute(seq, friend, referrer, code, channel, "link" if luck() < 0.7 else "code")
        if luck() > 0.85:
            return
        self.event("eligibility.confirmed", friend, eligible=True)
        self.count("stage.eligible")
        if luck() > 0.7:
            return
        seq = self.event("service.activated", friend, amount_minor=2400 + friend % 9 * 100, currency="GBP")
        self.count("stage.converted")
        if luck() > 0.88:
            if self.decisions % 3 == 0:
                self.decide(seq, friend, referrer, "review", "not-too-fast")
            else:
                self.decide(seq, friend, referrer, "refused", "no-self-referral")
            return
        decision = self.decide(seq, friend, referrer, "qualified", None)
        self.count("stage.qualified")
        self.part("channel.qualified", channel)
        due = self.now + 3 * DAY
        waiting.append((due, self.promise(decision, seq, "referrer", referrer, friend, 2000)))
        waiting.append((due, self.promise(decision, seq, "friend", friend, friend, 1000)))

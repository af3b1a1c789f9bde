"""The sums that screens read equal what counting rows gives, now and at any hour of the past."""

from __future__ import annotations

import json
import random
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from db.read import sums, traffic
from db.read.pending import pending
from db.read.referrers import channels, communities, generations, leaders
from db.read.rewards import STATES, budget, by_reward, falling_due
from db.read.rules import RuleRow, by_rule
from db.read.summary import summary
from db.read.sums import PastSums, Sums
from db.sqlite.readonly import select_on
from referral_tui.cli.app import run
from referral_tui.cli.summary import late_lines
from simulator.domain.definitions import RECEIPTS
from simulator.domain.spans import DAY_MS, HOUR_MS
from simulator.program.load import load_program
from simulator.proof.verify import verify
from tests.cli.nasty import PROGRAM, START, nasty_lines

CLUBS, CHANNELS = 6, ("email", "social", "qr")
LATER = 4 * DAY_MS
REWARDS = ("credit", "share", "thanks")


def log_lines() -> list[bytes]:
    """The nasty log with clubs and channels, in which cancellations arrive four days after they happen."""
    found: list[tuple[int, bytes]] = []
    at = START
    for number, line in enumerate(nasty_lines(3, 250)):
        later = 0
        try:
            message = json.loads(line)
            if message["type"] == "customer.identified":
                message["data"]["community"] = f"club-{number % CLUBS}"
            elif message["type"] == "friend.visited":
                message["data"]["channel"] = CHANNELS[number % len(CHANNELS)]
            elif message["type"] == "conversion.reversed":
                later = LATER
            at = message["receivedat"]
            found.append((at + later, json.dumps(message | {"receivedat": at + later}).encode() + b"\n"))
        except (ValueError, TypeError, KeyError):
            found.append((at, line))
    return [line for _, line in sorted(found, key=lambda pair: pair[0])]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of that log, made with seven batches and more a day."""
    folder = tmp_path_factory.mktemp("sums")
    hold, longer = 'hold = "1d"', 'hold = "30d"'  # so that something is pending at the end
    (folder / "p.toml").write_text(PROGRAM.replace(hold, longer).replace("400.00", "9000.00"))
    lines = b"".join(log_lines()).replace(json.dumps(hold)[1:-1].encode(), json.dumps(longer)[1:-1].encode())
    (folder / "a.jsonl").write_bytes(lines.replace(b"400.00", b"4000.00"))
    options = ["--program", folder / "p.toml", "--replay", "--batch", 50, folder / "a.jsonl"]
    assert run([*map(str, ["ingest", "--db", folder / "a.db", *options])]) == 0
    return folder / "a.db"


@pytest.fixture
def db(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path)) as connection:
        yield connection


def counted(db: sqlite3.Connection, sql: str) -> dict[str, tuple[int, int]]:
    return {name: (count, value) for name, count, value in db.execute(sql)}


def test_it_is_what_the_log_gives(path: Path) -> None:
    assert verify(path).difference is None


def test_rewards_are_those_of_the_table(db: sqlite3.Connection) -> None:
    rows = by_reward(sums.now(db))
    assert {row.name for row in rows} == set(REWARDS)
    for row in rows:
        of = f"WHERE reward = '{row.name}' GROUP BY state"
        states = counted(db, f"SELECT state, COUNT(*), SUM(value_minor) FROM reward {of}")
        assert {state: row.state(state) for state in STATES if row.state(state) != (0, 0)} == states


def test_the_calendar_is_what_is_pending(db: sqlite3.Connection) -> None:
    lines = db.execute(
        "SELECT due_at, reward, coalesce(expected, 'issued'), value_minor FROM reward WHERE state = 'pending'"
    ).fetchall()
    assert lines
    due = Counter((at // DAY_MS * DAY_MS, reward, expected) for at, reward, expected, _ in lines)
    rows = falling_due(db)
    assert {(row.day_ms, row.reward, row.expected): row.count for row in rows} == due
    money = sum(minor for _, _, expected, minor in lines if expected == "issued")
    assert sum(row.value_minor for row in rows if row.expected == "issued") == money
    found = pending(sums.now(db))
    assert (found.minor, found.lines) == (money, len(lines))
    assert budget(db, PastSums(), sums.now(db), lines[0][0]).pending == money
    assert len({row.day_ms for row in falling_due(db, days=1)}) == 1


def test_the_budget_lasts_as_long_as_the_rate_since_the_start_says(db: sqlite3.Connection) -> None:
    (start, end) = db.execute("SELECT MIN(received_at), MAX(received_at) FROM event").fetchone()
    found = budget(db, PastSums(), sums.now(db), end)
    ((used,),) = db.execute("SELECT SUM(value_minor) FROM reward WHERE state = 'issued'")
    assert (found.total, found.spent, found.left) == (400_000, used, 400_000 - used)  # the changed program's
    assert found.a_day == pytest.approx(used / ((end - start // HOUR_MS * HOUR_MS) / DAY_MS))
    assert found.runs_out_at == pytest.approx(end + (400_000 - used) / found.a_day * DAY_MS, abs=1)
    ((changed,),) = db.execute("SELECT received_at FROM event WHERE type = 'program.changed'")
    assert budget(db, PastSums(), sums.now(db), changed - 1).total == 900_000


def test_rules_are_those_of_the_decisions(db: sqlite3.Connection) -> None:
    rows = {row.code: row for row in by_rule(sums.now(db))}
    asked = dict(
        db.execute("SELECT milestone, COUNT(*) FROM decision WHERE facts IS NOT NULL GROUP BY milestone")
    )
    assert {code: row.passed + row.failed + row.missing for code, row in rows.items()} == {
        "no-self-referral": sum(asked.values()),
        "not-too-fast": asked["activated"],
        "worth-it": asked["bill"],
    }
    failed = Counter(
        (code, how) for (text,) in db.execute("SELECT failed FROM decision") for code, how in json.loads(text)
    )
    assert {(code, how): count for code, row in rows.items() for how, count in named(row) if count} == failed
    outcomes = dict(
        db.execute("SELECT reason, COUNT(*) FROM decision WHERE outcome IN ('refused', 'review') GROUP BY 1")
    )
    assert rows["no-self-referral"].refused[0] == outcomes["no-self-referral"]
    assert rows["worth-it"].refused == (outcomes["worth-it"], rows["worth-it"].held_back[1])
    waiting = rows["not-too-fast"]
    assert (waiting.refused, waiting.review[0]) == ((0, 0), outcomes["not-too-fast"])
    assert waiting.declined[0] == outcomes["declined"]
    assert waiting.approved[0] > 0
    held = [pair[1] for pair in (waiting.review, waiting.approved, waiting.declined)]
    assert all(money % 500 == 0 and money for money in held)  # credits of 20 or 25 pounds


def named(row: RuleRow) -> tuple[tuple[str, int], ...]:
    return ("fail", row.failed), ("missing", row.missing)


def test_the_first_referrers_and_communities_are_those_of_the_rows(db: sqlite3.Connection) -> None:
    qualified = "(SELECT DISTINCT friend FROM decision WHERE outcome = 'qualified')"
    issued = "COALESCE((SELECT SUM(value_minor) FROM reward WHERE recipient = referrer AND role <> 'friend' "
    everyone = db.execute(
        f"SELECT referrer, COUNT(*) AS friends, SUM(friend IN {qualified}) AS qualified, "
        f"{issued} AND state = 'issued'), 0) AS issued FROM attribution GROUP BY referrer "
        "ORDER BY qualified DESC, issued DESC, friends DESC, referrer LIMIT 200"
    ).fetchall()
    assert [(row.person, row.friends, row.qualified, row.issued_minor) for row in leaders(db)] == everyone
    by_money = leaders(db, "issued", 5)
    assert [row.issued_minor for row in by_money] == sorted((row[3] for row in everyone), reverse=True)[:5]
    assert {row.generation for row in leaders(db)} > {0, 1, 2}
    rows = communities(db)
    assert len(rows) == CLUBS
    assert [row.qualified for row in rows] == sorted((row.qualified for row in rows), reverse=True)


def test_channels_and_generations_are_those_of_the_attributions(db: sqlite3.Connection) -> None:
    found = channels(sums.now(db))
    friends = dict(db.execute("SELECT channel, COUNT(*) FROM attribution GROUP BY channel"))
    assert {row.name: row.friends for row in found} == friends
    ((issued,),) = db.execute("SELECT SUM(value_minor) FROM reward WHERE state = 'issued'")
    assert sum(row.issued_minor for row in found) == issued
    by_generation = db.execute("SELECT COUNT(*) FROM attribution GROUP BY generation ORDER BY generation")
    assert generations(sums.now(db)) == tuple(count for (count,) in by_generation)


def test_late_cancellations_cost_what_was_issued_before_they_came(db: sqlite3.Connection) -> None:
    late = traffic.lateness(db)
    assert late["friend.visited"].worst == 0
    assert late["conversion.reversed"].median == pytest.approx(LATER, rel=0.09)
    assert late["conversion.reversed"].worst == LATER
    cost = traffic.cost_of_lateness(sums.now(db).totals)
    assert cost.issued == (cost.clawed[0] + cost.lost[0], cost.clawed[1] + cost.lost[1])
    assert cost.clawed[0] > 0
    joined = (
        "SELECT r.state, COUNT(*), SUM(r.value_minor) FROM reward r JOIN event c ON c.seq = r.seq "
        "JOIN event x ON x.type = 'conversion.reversed' AND x.source = c.source AND x.reverses = c.id "
        "WHERE r.state IN ('issued', 'revoked') AND x.occurred_at <= r.due_at AND r.due_at < x.received_at "
        "GROUP BY r.state"
    )
    found = counted(db, joined)
    assert found.get("issued", (0, 0)) == cost.lost
    assert found["revoked"] == cost.clawed


def test_figures_and_words_tell_of_it(db: sqlite3.Connection) -> None:
    figures = summary(select_on(db))
    late, cost = figures["lateness"]["conversion.reversed"], figures["late_reversals"]
    assert late["worst_ms"] == LATER >= late["p95_ms"] >= late["median_ms"]
    assert (
        cost["issued"]["value_minor"] == cost["clawed_back"]["value_minor"] + cost["lost"]["value_minor"] > 0
    )
    told = list(late_lines(figures, load_program(PROGRAM, "p.toml")))
    assert told[1].split(maxsplit=1) == ["conversion.reversed", "3.9 days, 3.9 days, 4.0 days"]
    issued = f"£{cost['issued']['value_minor'] / 100:,.2f}"
    assert told[-1].startswith(
        f"{cost['issued']['count']} rewards, {issued}, issued before the reversal arrived"
    )
    assert not any("friend.visited" in line for line in told)


def test_types_senders_and_receipts_are_those_of_the_log(db: sqlite3.Connection) -> None:
    (end,) = db.execute("SELECT MAX(received_at) FROM event").fetchone()
    found = traffic.types(db, sums.now(db), end, traffic.lateness(db))
    log = Counter(db.execute("SELECT type, source FROM event").fetchall())
    assert {(row.type, source): count for row in found for source, count in row.sources} == log
    assert all(row.count == sum(count for _, count in row.sources) and row.late for row in found)
    ((events,),) = db.execute("SELECT COUNT(*) FROM event")
    assert sum(row.receipts[0] for row in traffic.senders(sums.now(db))) == events
    assert traffic.receipts(sums.now(db))["accepted"] == events
    assert {row.chain: row.rows for row in traffic.chains(db)}["event"] == events


def test_what_was_refused_is_that_of_the_quarantine(db: sqlite3.Connection) -> None:
    now = sums.now(db)
    rows = Counter(db.execute("SELECT receipt, COALESCE(field, '(not said)') FROM quarantine").fetchall())
    assert {(row.receipt, row.field): row.count for row in traffic.quarantine(now)} == rows
    for place, kind in enumerate(RECEIPTS):
        assert sum(row.receipts[place] for row in traffic.senders(now)) == traffic.receipts(now)[kind] > 0
    sql = "SELECT COALESCE(source, '(not said)'), COUNT(*) FROM quarantine WHERE receipt = 'malformed' GROUP BY 1"
    assert {row.source: row.receipts[3] for row in traffic.senders(now) if row.receipts[3]} == dict(
        db.execute(sql)
    )


def test_the_past_is_the_sum_of_its_hours_whatever_was_asked_before(db: sqlite3.Connection) -> None:
    first, last = db.execute("SELECT MIN(hour), MAX(hour) FROM hour").fetchone()
    luck, past = random.Random(1), PastSums()
    for hour in [*luck.sample(range(first, last + 2), 25), last + 1, first, last + 500]:
        at = hour * HOUR_MS + luck.randrange(HOUR_MS)
        found = past.at(db, at)
        where = f"WHERE hour < {hour} GROUP BY 1"
        wanted = counted(db, f"SELECT metric, SUM(count), SUM(value) FROM hour {where}")
        assert found.totals == {metric: pair for metric, pair in wanted.items() if pair != (0, 0)}
        parts = counted(
            db, f"SELECT metric || '|' || part, SUM(count), SUM(value) FROM breakdown_hour {where}"
        )
        held = {
            f"{metric}|{part}": pair for metric, all_ in found.parts.items() for part, pair in all_.items()
        }
        assert held == {key: pair for key, pair in parts.items() if pair != (0, 0)}
        received = db.execute(f"SELECT COUNT(*) FROM event WHERE received_at < {hour * HOUR_MS}").fetchone()
        assert found.count("receipt.accepted") == received[0]
    assert past.at(db, (last + 500) * HOUR_MS) == sums.now(db)


def test_the_past_of_a_run_that_goes_on_is_not_kept_from_before_it_went_on() -> None:
    with closing(sqlite3.connect(":memory:")) as db:
        for table in ("hour", "week"):
            db.execute(f"CREATE TABLE {table} ({table}, metric, count, value)")
            db.execute(f"CREATE TABLE breakdown_{table} ({table}, metric, part, count, value)")

        def book(hour: int) -> None:
            db.execute("INSERT INTO hour VALUES (?, 'a', 1, 2)", (hour,))
            db.execute("INSERT INTO week VALUES (?, 'a', 1, 2)", (hour // 168,))

        past = PastSums()
        book(5)
        assert past.at(db, 1000 * HOUR_MS) == Sums({"a": (1, 2)}, {})
        book(6)
        book(900)
        assert past.at(db, 1000 * HOUR_MS) == Sums({"a": (3, 6)}, {})
        assert past.at(db, 168 * HOUR_MS) == Sums({"a": (2, 4)}, {})


def test_lateness_up_to_a_moment_is_of_the_days_before(db: sqlite3.Connection) -> None:
    end = START + 9 * DAY_MS + 5 * HOUR_MS
    found = traffic.lateness_upto(db, end, days=7)
    day = end // DAY_MS
    counts = db.execute(
        "SELECT type, COUNT(*), MAX(received_at - occurred_at) FROM event "
        f"WHERE received_at / {DAY_MS} BETWEEN {day - 7} AND {day - 1} GROUP BY type"
    )
    assert {name: (late.count, late.worst) for name, late in found.items()} == {
        name: (count, worst) for name, count, worst in counts
    }

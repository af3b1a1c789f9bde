"""The sums that screens read, counted once more from the rows and the log."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import numpy as np
import pytest

from simulator.domain.definitions import LAST_GENERATION
from simulator.domain.vocabulary import CONVERSION_TYPES
from simulator.engine import leaders
from simulator.engine.arrays import Columns
from simulator.engine.interner import OTHER, PARTS, BoundedLabels
from simulator.engine.leaders import STANDING
from tests.engine import oracle_sums
from tests.engine.agreeing import folded, run
from tests.engine.collector import Collector
from tests.engine.designs import DAY, HOUR, design, reward
from tests.engine.logbook import Logbook
from tests.engine.oracle import Oracle
from tests.engine.strategies import case_of
from tests.engine.term_strategies import TRIED, case_with_terms


def recount(collector: Collector) -> dict[str, tuple[int, int]]:
    """The rollup's totals, counted once more from rows and log."""
    counts: Counter[str] = Counter()
    values: Counter[str] = Counter()

    def add(metric: str, value: int = 0) -> None:
        counts[metric] += 1
        values[metric] += value

    events, rows = collector.events.values(), collector.rows
    for event in events:
        shared = event["type"] == "referral.shared"
        add(f"event.{event['type']}", (event["reach"] or 1) if shared else 0)
    for row in rows.attributions:
        add(f"attribution.{row['method']}")
    for row in rows.decisions:
        add(f"decision.{row['outcome']}")
    conversions = {(event["source"], event["id"]): event for event in events}
    reversals: dict[tuple[str, str], Any] = {}
    for event in events:
        if event["type"] == "conversion.reversed":
            key = event["source"], event["reverses"]
            if key in conversions and conversions[key]["subject"] == event["subject"]:
                reversals.setdefault(key, event)
    for row in rows.rewards:
        add(f"reward.{row['state']}", row["value_minor"])
        if row["expected"] not in (None, "issued"):
            add(f"pending.{row['expected']}", row["value_minor"])
        if row["state"] in ("issued", "revoked"):
            late = reversals.get((row["source"], row["event_id"]))
            if late and late["occurred_at"] <= row["due_at"] < late["received_at"]:
                fate = "clawed" if row["state"] == "revoked" else "lost"
                add(f"late_reversal.{fate}", row["value_minor"])
            occurred = conversions[row["source"], row["event_id"]]["occurred_at"]
            add("time_to_reward", row["due_at"] - occurred)
    links: dict[str, str] = {}
    for event in events:
        if event["type"] == "link.created":
            links.setdefault(event["code"], event["subject"])
    counts["referrer.linked"] = len(set(links.values()))
    counts["referrer.sharing"] = len({e["subject"] for e in events if e["type"] == "referral.shared"})
    for stage, friends in _stages(collector).items():
        counts[f"stage.{stage}"] = len(friends)
    names = sorted(counts.keys() | values.keys())
    return {name: (counts[name], values[name]) for name in names if (counts[name], values[name]) != (0, 0)}


def _stages(collector: Collector) -> dict[str, set[str]]:
    """Friends who reached each stage; a later one implies the earlier."""
    events, rows = collector.events.values(), collector.rows
    friend_of = {(row["source"], row["event_id"]): row["friend"] for row in rows.decisions}
    attributed_by = {collector.persons[row["friend"]]: row["seq"] for row in collector.attributions}
    reached: list[tuple[str, set[Any]]] = [
        ("visited", {e["subject"] for e in events if e["type"] == "friend.visited"}),
        ("claimed", {e["subject"] for e in events if e["type"] == "friend.claimed"}),
        (
            "eligible",
            {
                e["subject"]
                for e in events
                if e["type"] == "eligibility.confirmed" and e["eligible"] is not False
            },
        ),
        (
            "converted",  # of those attributed: other customers' purchases are no friend's
            {
                e["subject"]
                for e in events
                if e["type"] in CONVERSION_TYPES and attributed_by.get(e["subject"], e["seq"] + 1) <= e["seq"]
            },
        ),
        ("qualified", {row["friend"] for row in rows.decisions if row["outcome"] == "qualified"}),
        (
            "rewarded",
            {
                friend_of[row["source"], row["event_id"]]
                for row in rows.rewards
                if row["state"] in ("issued", "revoked")
            },
        ),
    ]
    stages: dict[str, set[str]] = {}
    later: set[Any] = set()
    for name, friends in reversed(reached):
        later = later | friends
        stages[name] = later
    return stages


@pytest.mark.parametrize("block", range(5))
def test_rollups_are_what_a_recount_gives(block: int) -> None:
    for seed in range(6000 + block * 8, 6002 + block * 8):
        collector = run(case_of(seed), batch=(None, 3, 11)[seed % 3])
        assert collector.totals() == recount(collector)


METRICS = ("event.", "channel.", "generation", "reward.", "pending.", "late_reversal.", "reversal.", "rule.")


def check_sums(collector: Collector, oracle: Oracle) -> None:
    """Hold every table of sums against the oracle's."""
    found = collector.parts(*METRICS)
    assert found == {key: pair for key, pair in oracle_sums.parts(oracle).items() if pair != (0, 0)}
    pending = {
        key: (collector.due[*key, "count"], collector.due[*key, "value"]) for key in oracle_sums.due(oracle)
    }
    assert pending == oracle_sums.due(oracle)
    assert sum(collector.due[key] for key in collector.due if key[3] == "count") == sum(
        count for count, _ in pending.values()
    )
    late = {key: (count, collector.worst[key]) for key, count in collector.late.items()}
    assert late == oracle_sums.lateness(oracle)
    check_boards(collector, oracle)


def check_boards(collector: Collector, oracle: Oracle, size: int = leaders.SIZE) -> None:
    """Hold every board's first `size` places against the oracle's."""
    people, communities = oracle_sums.standing(oracle)
    for board, standing, order in (
        ("qualified", people, (1, 2, 0)),
        ("issued", people, (2, 1, 0)),
        ("community", communities, (1, 2, 0)),
    ):
        numbers = {ref: number for number, ref in collector.persons.items()}
        ties = {ref: ref if board == "community" else numbers[ref] for ref in standing}
        ranked = sorted(standing, key=lambda ref: (*(-standing[ref][key] for key in order), ties[ref]))
        rows = [row for (name, _), row in sorted(collector.leaders.items()) if name == board]
        assert [
            (
                row["community"] or collector.persons[row["person"]],
                [row["friends"], row["qualified"], row["issued_minor"]],
            )
            for row in rows
        ] == [(ref, standing[ref]) for ref in ranked[:size]]


@pytest.mark.parametrize("block", range(5))
def test_sums_are_the_oracles(block: int) -> None:
    for seed in range(6300 + block * 8, 6303 + block * 8):
        case = case_of(seed)
        collector, oracle = run(case, (None, 3, 11)[seed % 3], told=False), folded(case, told=False)
        check_sums(collector, oracle)
        collector.advance(case.final)
        oracle.advance(case.final)
        check_sums(collector, oracle)


def test_sums_count_people_who_were_merged_as_one() -> None:
    ended = 0
    for seed in range(6400, 6406):
        case = case_with_terms(seed, TRIED["people and codes"])
        collector, oracle = run(case, None if seed % 3 else 1), folded(case)
        check_sums(collector, oracle)
        ended += sum(row["ended_at"] is not None for row in collector.attributions)
    assert ended


def test_sums_count_what_was_chosen_redeemed_and_expired() -> None:
    seen: set[str] = set()
    for seed in range(6500, 6512):
        case = case_with_terms(seed, TRIED["choice"])
        collector, oracle = run(case, None if seed % 4 else 1, told=False), folded(case, told=False)
        check_sums(collector, oracle)
        seen |= {metric for metric, _ in oracle_sums.parts(oracle)}
        collector.advance(case.final)
        oracle.advance(case.final)
        check_sums(collector, oracle)
        seen |= {metric for metric, _ in oracle_sums.parts(oracle)}
    assert seen >= {
        "reward.offered",
        "reward.redeemed",
        "reward.expired",
        "pending.offered",
        "channel.issued",
    }


def test_the_cases_hold_every_metric() -> None:
    seen: set[str] = set()
    for seed in range(6300, 6340):
        seen |= {metric for metric, _ in oracle_sums.parts(folded(case_of(seed)))}
    rules = {
        f"rule.{how}" for how in ("pass", "fail", "missing", "refused", "review", "approved", "declined")
    }
    states = ("pending", "issued", "counted", "capped", "unfunded", "voided", "revoked")
    rewards = {f"reward.{state}" for state in states} - {"reward.pending"}  # at the end nothing may be
    assert seen >= rules | rewards | {"generation", "channel.qualified"}


@pytest.mark.parametrize("batch", [None, 1])
@pytest.mark.parametrize(
    ("occurred", "received", "clawback", "fate"),
    [
        (2 * HOUR, 23 * HOUR, None, None),  # in time: voided
        (DAY, 2 * DAY, None, "lost"),
        (2 * HOUR, 2 * DAY, 2 * DAY, "clawed"),
        (2 * HOUR, 4 * DAY, 2 * DAY, "lost"),
        (DAY + 1, 2 * DAY, 2 * DAY, None),  # it occurred after the reward: nobody could have known
    ],
)
def test_a_reversal_that_arrives_after_the_reward_which_it_would_have_voided(
    log: Logbook, batch: int | None, occurred: int, received: int, clawback: int | None, fate: str | None
) -> None:
    program = design(rewards=[reward("credit", value=2000, hold=DAY, clawback=clawback)])
    log.link("ann", "A", at=0)
    log.claim("fred", code="A", at=0)
    order = log.buy("fred", at=0, received=0)
    log.reverse(order, at=occurred, received=received)
    log.reverse(order, at=occurred, received=received + 1)  # a second changes nothing
    collector = Collector(program).run(log.steps, batch)
    found = {metric: pair for metric, pair in collector.totals().items() if metric.startswith("late_")}
    assert found == ({f"late_reversal.{fate}": (1, 2000)} if fate else {})
    assert collector.parts("late_") == {(metric, "credit"): pair for metric, pair in found.items()}


@pytest.mark.parametrize("batch", [None, 1])
def test_a_reversal_that_comes_too_late_counts_what_an_adjustment_left_of_the_reward(
    log: Logbook, batch: int | None
) -> None:
    program = design(rewards=[reward("share", percent="10", hold=DAY, clawback=2 * DAY)])
    log.link("ann", "A", at=0)
    log.claim("fred", code="A", at=0)
    order = log.buy("fred", at=0, received=0, amount=20_000)
    log.adjust(order, 5_000, received=2 * DAY)
    log.reverse(order, at=2 * HOUR, received=2 * DAY)
    totals = Collector(program).run(log.steps, batch).totals()
    assert totals["late_reversal.clawed"] == (1, 500)


@pytest.mark.parametrize(("batch", "pool"), [(None, 1), (1, 1), (1, 2), (7, 3)])
def test_a_full_board_holds_the_first_whatever_the_batches(
    batch: int | None, pool: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leaders, "SIZE", 2)
    monkeypatch.setattr(leaders, "POOL", pool)
    lost = False
    for seed in range(6404, 6406):
        case = case_of(seed, 30, 60)
        collector, oracle = run(case, batch), folded(case)
        lost |= any(line.state == "revoked" for line in oracle.lines)
        check_boards(collector, oracle, size=2)
    assert lost  # somebody may have left a board by it


@pytest.mark.parametrize("seed", range(4))
def test_a_board_is_the_first_of_everyone_after_any_gains_and_losses(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leaders, "SIZE", 4)
    monkeypatch.setattr(leaders, "POOL", 2)
    luck = random.Random(seed)
    held = Columns(dict.fromkeys(STANDING, (np.int64, 0)))
    held.grow(60)
    board = leaders.Board(held, ("issued", "friends"), lambda ids: ids.tolist())
    shown: dict[int, tuple[int, ...]] = {}
    for _ in range(200):
        touched = luck.sample(range(60), luck.randint(1, 4))
        for one in touched:
            held["friends"][one] += luck.random() < 0.5 or not held["friends"][one]
            held["issued"][one] += luck.choice((-3, -1, 0, 1, 2))
        ranked = board.rank(np.array(sorted(touched)))
        board.apply(ranked)
        shown |= dict(ranked.changed)
        numbers = {one: tuple(int(held[name][one]) for name in STANDING) for one in range(60)}
        there = [one for one in numbers if held["friends"][one]]
        first = sorted(there, key=lambda one: (-numbers[one][2], -numbers[one][0], one))[:4]
        assert [shown[place] for place in range(1, len(first) + 1)] == [(one, *numbers[one]) for one in first]


@pytest.mark.parametrize("batch", [None, 1])
def test_who_loses_money_makes_room_on_a_full_board_for_who_did_nothing(
    log: Logbook, batch: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leaders, "SIZE", 1)
    monkeypatch.setattr(leaders, "POOL", 1)
    for referrer, code in (("ann", "A"), ("bob", "B")):
        log.link(referrer, code, at=0)
    orders = []
    for friend, code in (("fay", "A"), ("gus", "A"), ("hal", "B")):
        log.claim(friend, code=code, at=0)
        orders.append(log.buy(friend, at=HOUR))
    log.tell(DAY)
    for order in orders[:2]:
        log.reverse(order, at=DAY + HOUR)
    program = design(rewards=[reward("credit", value=2000, clawback=2 * DAY)])
    collector = Collector(program).run(log.steps, batch)
    first = collector.leaders["issued", 1]
    assert (collector.persons[first["person"]], first["issued_minor"]) == ("bob", 2000)


def test_a_texts_part_is_its_own_for_the_first_few_only() -> None:
    few = BoundedLabels()
    names = [str(number) for number in range(PARTS)]
    assert [few.part(name) for name in names] == names
    assert few.part("one more") == OTHER
    assert few.part("0") == "0"


def test_generations_beyond_the_last_are_counted_with_it(log: Logbook) -> None:
    for number in range(LAST_GENERATION + 2):
        log.link(f"p{number}", f"C{number}")
        log.claim(f"p{number + 1}", code=f"C{number}")
    collector = Collector(design()).run(log.steps)
    counts = {part: count for (_, part), (count, _) in collector.parts("generation").items()}
    assert counts == {str(number): 1 for number in range(1, LAST_GENERATION)} | {str(LAST_GENERATION): 3}
    assert [row["generation"] for row in collector.attributions] == list(range(1, LAST_GENERATION + 3))

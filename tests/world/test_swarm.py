"""Many short runs with random dials, seeds, batches and delivery models, in the spirit of FoundationDB.

Each is verified, its messages are all accounted for, and over all of them every dial has struck.
"""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from db.read.deliveries import DIALS, FILE_DIALS
from simulator.delivery.dials import mixes
from simulator.domain.spans import DAY_MS
from simulator.program.load import load_program
from simulator.program.model import Program
from simulator.program.presets import find_program
from simulator.proof.verify import verify
from simulator.run.plan import Plan, world_names
from tests.world.running import REVIEWING, exports_of, run_into, stop_after

TYPES = ("customer.identified", "service.activated", "bill.paid", "conversion.reversed")
MODELS = (
    *("real-time", "every:15m", "every:6h", "every:1d", "batch@02:00", "batch@02:00/csv"),
    *("batch@mon-02:00", "batch@thu-23:59/csv"),
)
RUNS = (1, 4, 12, 14, 18, 22)  # which together meet every dial; the long profile has three hundred others
LONG_RUNS, LONG_SWARMS = 150, 2


def a_plan(chance: random.Random, presets: Sequence[str] = ("telecom",)) -> Plan:
    """Any dials at any rate, many of them at 0; any delivery."""
    rates = {dial: chance.choice((0.05, 0.3, 0.5, 1.0)) for dial in DIALS if chance.random() < 0.5}
    for _ in range(chance.randrange(3)):
        rates[f"{chance.choice(TYPES)}:{chance.choice(DIALS)}"] = chance.random()
    if chance.random() < 0.2:
        rates = dict(mixes()[chance.choice(tuple(mixes()))])
    return Plan(
        preset=chance.choice(presets),
        seed=chance.randrange(10**6),
        referrers=chance.choice((60, 300, 600)),
        days=chance.choice((5, 15, 25)),
        start_ms=1_767_225_600_000 + chance.randrange(10**9),
        delivery={kind: chance.choice(MODELS) for kind in TYPES if chance.random() < 0.6},
        faults=rates,
    )


def fly(
    number: int, path: Path, program: Program | None = None, presets: Sequence[str] = ("telecom",)
) -> Counter[str]:
    """Make one run, stopped at times; return how often each dial took effect. Everything is asserted here.

    Without a program it is the preset's own.
    """
    chance = random.Random(number)
    plan = a_plan(chance, presets)
    program = program or load_program(*find_program(plan.preset))
    stop = stop_after(chance.randrange(1, 30)) if chance.random() < 0.5 else stop_after(10**9)
    ended = run_into(path, program, plan=plan, batch=chance.choice((11, 97, 500, 20_000)), stopped=stop)
    while ended == "stopped":
        ended = run_into(
            path, None, batch=chance.choice((29, 500)), stopped=stop_after(chance.randrange(2, 40))
        )
    assert verify(path).difference is None, (number, plan)
    assert not path.with_name(f"{number}.files").exists(), (number, plan)
    with closing(sqlite3.connect(path)) as db:
        receipts = dict(db.execute("SELECT metric, count FROM total WHERE metric LIKE 'receipt.%'"))
        ((received,),) = db.execute("SELECT value FROM setting WHERE name = 'receipts'")
        ((logged, refused),) = db.execute(
            "SELECT (SELECT COUNT(*) FROM event), (SELECT COUNT(*) FROM quarantine)"
        )
        ((odd,),) = db.execute(
            "SELECT COUNT(*) FROM reconciliation "
            "WHERE listed <> found + missing OR returned > missing OR different > found"
        )
        ((gone,),) = db.execute(
            "SELECT COUNT(*) FROM reconciliation WHERE returned < missing AND at < ?",
            (plan.end_ms - 6 * DAY_MS,),
        )
        struck = Counter(dict(db.execute("SELECT dial, SUM(count) FROM fault GROUP BY dial")))
    assert sum(receipts.values()) == int(received), (number, plan)
    assert logged == receipts.get("receipt.accepted", 0), (number, plan)
    conflict, malformed = (receipts.get(f"receipt.{kind}", 0) for kind in ("conflict", "malformed"))
    assert refused == conflict + malformed, (number, plan)
    assert odd == 0, (number, plan)
    assert gone == 0, (number, plan)  # what a fault took away is brought back
    if not any(plan.faults.values()):
        assert logged == int(received), (number, plan)
    on = {dial.rpartition(":")[2] for dial, rate in plan.faults.items() if rate}
    if not on & set(FILE_DIALS):  # else a malformed line may be in a file that never arrives
        assert malformed == struck["malformed"], (number, plan)
    assert {dial for dial, count in struck.items() if count} <= on, (number, plan)
    return struck


@pytest.fixture(scope="module")
def reviewing() -> Program:
    return load_program(REVIEWING, "reviewing.toml")


def test_every_run_of_a_swarm_is_whole(tmp_path: Path, reviewing: Program) -> None:
    struck: Counter[str] = Counter()
    for number in RUNS:
        struck += fly(number, tmp_path / f"{number}.db", reviewing)
    assert {dial for dial in DIALS if not struck[dial]} == set()


@pytest.mark.long
@pytest.mark.parametrize("swarm", range(LONG_SWARMS))
def test_a_large_swarm_of_all_presets_meets_every_dial(swarm: int, tmp_path: Path) -> None:
    struck: Counter[str] = Counter()
    for number in range(1000 + swarm * LONG_RUNS, 1000 + (swarm + 1) * LONG_RUNS):
        path = tmp_path / f"{number}.db"
        struck += fly(number, path, presets=world_names())
        for file in tmp_path.glob(f"{number}.*"):
            file.unlink()
    assert {dial for dial in DIALS if not struck[dial]} == set()


def test_the_same_swarm_run_flies_the_same_again(tmp_path: Path, reviewing: Program) -> None:
    outcomes = []
    for name, batch in (("one.db", 7), ("other.db", 20_000)):
        path = tmp_path / name
        assert run_into(path, reviewing, plan=a_plan(random.Random(3)), batch=batch) == "finished"
        outcomes.append(exports_of(path, tmp_path))
    assert outcomes[0] == outcomes[1]

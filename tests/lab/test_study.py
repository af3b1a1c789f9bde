"""A study's figures: those of `simulate` with the same seed, to the penny, whatever else is in the study."""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from simulator.delivery.dials import parse_faults
from simulator.domain.errors import InputError
from simulator.domain.spans import DAY_MS
from simulator.lab import parts
from simulator.lab.figures import WEEK_SCHEMA
from simulator.lab.market import Markets
from simulator.lab.pool import WorkerPool
from simulator.lab.setting import Setting
from simulator.lab.stacking import MOST_REFERRERS, groups
from simulator.lab.study import Study, run_study
from simulator.program.load import load_program
from simulator.program.model import Program
from simulator.program.presets import preset_names
from simulator.run.plan import Plan
from tests.cluster import DaskClient
from tests.lab.agreeing import by_channel, differing, preset, setting, simulated
from tests.presets import each_preset
from tests.world.running import QUICK, REVIEWING

MODELS = ("real-time", "every:15m", "every:6h", "batch@02:00", "batch@mon-02:00/csv")
FAULTS: tuple[list[str], ...] = (
    [],
    ["lost=0.05", "duplicate=0.1", "delay=0.1"],
    ["swap=0.1", "outage=0.01", "lost-ack=0.05", "rebooked=0.02"],
    ["file-late=0.2", "file-missing=0.1", "file-empty=0.1", "file-twice=0.2", "file-overlap=0.2"],
)


def check_agrees(folder: Path, plan: Plan, text: str | None = None) -> Study:
    program = preset(plan.preset) if text is None else load_program(text, "design.toml")
    run = simulated(folder / "run.db", plan, program)
    seeds = (
        [plan.seed] if plan.faults else [plan.seed + 1, plan.seed]
    )  # those with faults are simulated alone
    study = run_study({"design": program}, seeds, setting(plan))
    assert differing(study.markets.row(-1, named=True), run) == {}
    channels = study.channels.filter(seed=plan.seed).drop("design", "seed").rows_by_key("channel", named=True)
    assert {channel: rows[0] for channel, rows in channels.items()} == by_channel(folder / "run.db")
    return study


def drawn(name: str, seed: int, referrers: int, days: int) -> Plan:
    """A plan with a random delivery and random faults."""
    chance = random.Random(f"{name}-{seed}")
    spec = Plan(name).world()
    delivery = {kind: chance.choice(MODELS) for kind in spec.delivery if chance.random() < 0.7}
    faults = parse_faults(chance.choice(FAULTS))
    return Plan(name, seed, referrers, days, delivery=delivery, faults=faults)


@each_preset
def test_a_market_of_a_study_says_what_simulate_says(preset: str, tmp_path: Path) -> None:
    check_agrees(tmp_path, drawn(preset, 7, 120, 28))


@pytest.mark.parametrize("text", [REVIEWING, QUICK])
def test_a_market_under_another_design_says_what_simulate_says(text: str, tmp_path: Path) -> None:
    check_agrees(tmp_path, Plan("telecom", 5, 250, 30), text)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("name", preset_names())
def test_many_random_markets_say_what_simulate_says(name: str, seed: int, tmp_path: Path) -> None:
    size = random.Random(seed).choice([50, 200, 600, 1500])
    check_agrees(tmp_path, drawn(name, seed, size, 240_000 // (size + 600)))


def test_a_budget_that_ends_does_so_on_the_day_of_the_first_reward_without_room(tmp_path: Path) -> None:
    text = REVIEWING + "\n[budget]\ntotal = 300.00\n"
    study = check_agrees(tmp_path, Plan("telecom", 5, 400, 60), text)
    row = study.markets.row(by_predicate=pl.col("seed") == 5, named=True)
    assert row["rewards.unfunded.count"] > 0
    unfunded = (pl.col("seed") == 5) & (pl.col("rewards.unfunded.value_minor") > 0)
    before = study.weeks.filter(unfunded)["week"].min()
    assert (row["budget_ended_day"] - 1) // 7 == before
    start = row["budget_ended_at"] - (row["budget_ended_day"] - 1) * DAY_MS
    assert 0 <= start - 1_767_225_600_000 < DAY_MS


def test_a_market_says_the_same_alone_and_among_others_in_any_order() -> None:
    designs = {"a": preset("telecom"), "b": load_program(QUICK, "quick.toml")}
    way = setting(Plan("telecom", 0, 60, 24))
    together = run_study(designs, [3, 1, 2], way)
    order = [(design, seed) for design in "ab" for seed in (3, 1, 2)]
    assert together.markets.select("design", "seed").rows() == order
    alone = [run_study({design: designs[design]}, [seed], way) for design, seed in order]
    assert_frame_equal(together.markets, pl.concat([one.markets for one in alone]))
    assert_frame_equal(together.weeks, pl.concat([one.weeks for one in alone]))
    backwards = run_study(dict(reversed(designs.items())), [2, 1, 3], way)
    keys = ["design", "seed"]
    assert_frame_equal(backwards.markets.sort(keys), together.markets.sort(keys))


SHARED_CAP = 'clawback = "30d"\ncaps = [{ count = 3, window = "lifetime", per = "program" }]'


@pytest.mark.parametrize(
    "text",
    [
        REVIEWING + "\n[budget]\ntotal = 100.00\n",
        REVIEWING.replace('clawback = "30d"', SHARED_CAP)
        + '\n[budget]\ntotal = 85.00\nperiod = "calendar-month"\nshort = "wait"\n',
    ],
)
def test_markets_whose_budget_is_short_are_simulated_with_others_and_say_the_same_alone(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[list[int]] = []

    class Noted(Markets):
        def __init__(self, setting: Setting, program: Program, seeds: Sequence[int]) -> None:
            ran.append(list(seeds))
            super().__init__(setting, program, seeds)

    monkeypatch.setattr(parts, "Markets", Noted)
    program = load_program(text, "design.toml")
    way = setting(Plan("telecom", 0, 250, 45))
    seeds = [1, 4, 5]
    together = run_study({"a": program}, seeds, way)
    assert ran == [seeds]
    alone = [run_study({"a": program}, [seed], way) for seed in seeds]
    assert_frame_equal(together.markets, pl.concat([one.markets for one in alone]))
    assert_frame_equal(together.weeks, pl.concat([one.weeks for one in alone]))
    ended = together.markets["budget_ended_day"].is_not_null()
    assert ended.any()
    assert not ended.all()


def test_who_is_merged_into_somebody_without_rewards_stays_in_their_market() -> None:
    way, program = setting(Plan("travel", 0, 100, 200)), preset("travel")
    together = run_study({"a": program}, [1, 59], way)
    assert_frame_equal(together.markets[1:], run_study({"a": program}, [59], way).markets)


def test_a_rule_that_reads_a_community_keeps_markets_apart() -> None:
    way = setting(Plan("telecom", 0, 300, 30))
    text = REVIEWING.replace("method = 'link'", "method = 'link' AND community <> 'club-0001'")
    assert groups(way, load_program(REVIEWING, "design.toml"), [1, 2]) == [[1, 2]]
    assert groups(way, load_program(text, "design.toml"), [1, 2]) == [[1], [2]]


def test_faults_and_size_keep_markets_apart() -> None:
    program = preset("telecom")
    assert groups(setting(Plan("telecom", 0, 300, 30, faults={"lost": 0.1})), program, [1, 2]) == [[1], [2]]
    half = MOST_REFERRERS // 2
    assert groups(setting(Plan("telecom", 0, half, 30)), program, [1, 2, 3, 4, 5]) == [[1], [2, 3], [4, 5]]


def test_a_market_in_which_nothing_happens_has_figures() -> None:
    study = run_study({"a": preset("travel")}, [1, 2], setting(Plan("travel", 0, 1, 1)))
    assert study.markets["numbers.issued"].to_list() == [0, 0]
    assert study.markets["numbers.cost"].to_list() == [None, None]
    assert study.weeks["week"].to_list() == [0, 0]


def test_several_processes_have_the_same_figures() -> None:
    designs = {"a": preset("telecom"), "b": load_program(QUICK, "quick.toml")}
    way = setting(Plan("telecom", 0, 60, 20))
    one = run_study(designs, [1, 2, 3], way)
    with WorkerPool(2) as pool:
        two = run_study(designs, [1, 2, 3], way, pool=pool)
    assert_frame_equal(one.markets, two.markets)
    assert_frame_equal(one.weeks, two.weeks)


def test_a_cluster_has_the_same_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    module = ModuleType("distributed")
    monkeypatch.setattr(module, "Client", lambda at, timeout: DaskClient(at, told), raising=False)
    monkeypatch.setitem(sys.modules, "distributed", module)
    way = setting(Plan("telecom", 0, 60, 20))
    designs = {"a": preset("telecom")}
    with WorkerPool(cluster="tcp://there:8786") as pool:
        there = run_study(designs, [1, 2, 3], way, pool=pool)
    assert_frame_equal(there.markets, run_study(designs, [1, 2, 3], way).markets)
    assert told == ["tcp://there:8786", "closed"]


def test_each_worker_has_as_much_to_simulate() -> None:
    way, program = setting(Plan("telecom", 0, 60, 20)), preset("telecom")

    def sizes(markets: int, designs: int, workers: int) -> list[int]:
        return [len(some) for some in groups(way, program, range(markets), designs, workers)]

    assert sizes(3, 1, 2) == [1, 2]
    assert [len(sizes(16, designs, 2)) for designs in (1, 2, 3, 4, 8, 9)] == [2, 1, 2, 1, 1, 1]
    assert [len(sizes(16, designs, 8)) for designs in (1, 6, 8, 31, 33)] == [8, 4, 1, 8, 1]
    assert sizes(2, 1, 8) == [1, 1]


def test_many_processes_simulate_no_more_people_at_once_than_memory_holds() -> None:
    way, program = setting(Plan("telecom", 0, 5000, 20)), preset("telecom")
    for workers in (1, 2, 4, 16, 100):
        some = groups(way, program, range(100), 2, workers)
        assert [seed for group in some for seed in group] == list(range(100))
        largest = max(map(len, some))
        assert largest == 1 or largest * 5000 * min(workers, 2 * len(some)) <= 400_000


def test_the_weeks_add_up_to_the_end() -> None:
    study = run_study({"a": preset("retail")}, [1, 2], setting(Plan("retail", 0, 300, 31)))
    assert study.weeks.height == 2 * 5
    flows = [
        name
        for name in WEEK_SCHEMA
        if name not in ("design", "seed", "week", "funnel.reached", "numbers.pending")
    ]
    summed = study.weeks.group_by("seed", maintain_order=True).agg(pl.col(flows).sum())
    assert_frame_equal(summed, study.markets.select("seed", *flows))
    last = study.weeks.filter(pl.col("week") == 4)["numbers.pending"]
    assert last.to_list() == study.markets["numbers.pending"].to_list()
    assert study.markets["numbers.issued"].sum() > 0


def test_progress_counts_markets_of_all_designs() -> None:
    seen: list[tuple[int, int]] = []
    designs = {"a": preset("telecom"), "b": preset("telecom")}
    run_study(designs, [1, 2], setting(Plan("telecom", 0, 20, 5)), lambda *done: seen.append(done))
    assert seen == [(2, 4), (4, 4)]


@pytest.mark.parametrize("dial", ["conflict", "bill.paid:malformed", "skew", "file-short", "file-corrected"])
def test_a_fault_that_spoils_content_is_refused_in_one_line(dial: str) -> None:
    plan = Plan("telecom", 0, 20, 5)
    with pytest.raises(InputError, match=rf"^fault {dial}: changes what a message says, .* use duplicate, "):
        Setting(plan.world(), 20, 5, faults={dial: 0.1})
    assert setting(replace(plan, faults={dial: 0.0})).faults == {dial: 0.0}


@pytest.mark.parametrize(
    ("designs", "seeds", "said"),
    [({}, [1], "at least one"), ({"a": preset("telecom")}, [1, 1], "each seed once")],
)
def test_a_study_without_markets_or_with_one_twice_is_refused(designs, seeds, said: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InputError, match=said):
        run_study(designs, seeds, setting(Plan("telecom", 0, 20, 5)))

"""How often the intervals of real studies hold the true difference: sub-studies drawn from one of many markets."""

from __future__ import annotations

import numpy as np
import pytest

from simulator.lab.setting import Setting
from simulator.lab.statistics import mean_interval
from simulator.lab.study import run_study
from simulator.lab.summary import figures_of
from simulator.program.load import load_program
from simulator.program.presets import preset_text
from simulator.run.plan import world_text
from simulator.world.spec import load_world

MARKETS = 2_000
STUDIES = 4_000


@pytest.mark.long
def test_intervals_of_studies_hold_the_true_difference_in_93_to_97_of_100() -> None:
    """The truth is the mean of all markets; a study has some of them, drawn with replacement."""
    text = preset_text("telecom")
    designs = {"a": load_program(text, "a"), "b": load_program(text.replace("= 25.00 ", "= 40.00 "), "b")}
    setting = Setting(load_world(world_text("telecom"), "telecom"), referrers=300, days=180)
    markets = run_study(designs, range(1, MARKETS + 1), setting).markets
    plain, generous = figures_of(markets, "a"), figures_of(markets, "b")
    luck = np.random.default_rng(1)
    for key in ("qualified", "promised", "visited"):
        apart = generous[key] - plain[key]
        truth = float(apart.mean())
        for size in (12, 20, 50, 100):
            found = [mean_interval(apart[luck.integers(0, MARKETS, size)]) for _ in range(STUDIES)]
            held = [
                one.low <= truth <= one.high for one in found if one.low is not None and one.high is not None
            ]
            assert len(held) > 0.9 * STUDIES
            assert 0.93 <= np.mean(held) <= 0.97, (key, size)

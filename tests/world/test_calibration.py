"""How near a world comes to published figures: the measures by hand, their bounds, the file of figures, the command."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from referral_tui.cli.app import run
from simulator.calibration.bounds import CONFIDENCE, Estimate, ratio
from simulator.calibration.measures import MEASURES
from simulator.calibration.observed import Observed, combine, observe, united
from simulator.calibration.published import published, read_published
from simulator.domain.errors import WorldError
from simulator.run.plan import world_names

ROOT = Path(__file__).parents[2]
DAY = 86_400_000
HOUR = DAY // 24

# Two referrers: 1 looks four times, shares in two weeks, and brings 11 (by the link, buys after six hours), 12 (by the
# link, claims only), 13 (types the code at the till). 2 looks twice, shares once, and brings nobody. 14 clicks, claims
# elsewhere as 15 without a code, and buys as 15. 16 comes too late to be counted.
LOG = [
    ("link.created", 0, 1, "A"),
    ("link.created", 0, 2, "B"),
    *(("session.authenticated", day * DAY, 1, None) for day in (0, 1, 2, 9)),
    *(("session.authenticated", day * DAY, 2, None) for day in (0, 3)),
    ("referral.shared", 1 * DAY, 1, "A"),
    ("referral.shared", 2 * DAY, 1, "A"),
    ("referral.shared", 9 * DAY, 1, "A"),
    ("referral.shared", 3 * DAY, 2, "B"),
    ("friend.visited", 2 * DAY, 11, "A"),
    ("friend.visited", 2 * DAY + HOUR, 11, "B"),
    ("friend.claimed", 2 * DAY + 2 * HOUR, 11, None),
    ("policy.started", 2 * DAY + 6 * HOUR, 11, None),
    ("milestone.reached", 40 * DAY, 11, None),
    ("friend.visited", 3 * DAY, 12, "A"),
    ("friend.claimed", 3 * DAY, 12, None),
    ("policy.started", 4 * DAY, 13, "A"),
    ("friend.visited", 5 * DAY, 14, "A"),
    ("friend.claimed", 8 * DAY, 15, None),
    ("policy.started", 9 * DAY, 15, None),
    ("friend.visited", 31 * DAY, 16, "A"),
    ("policy.started", 32 * DAY, 16, None),
]


@pytest.fixture(scope="module")
def small() -> Observed:
    log = pl.DataFrame(LOG, schema=["type", "occurred_at", "person", "code"], orient="row")
    return observe(log, "policy.started", 0, 30 * DAY)


def test_who_turned_out_to_be_one_person_is_counted_once() -> None:
    log = pl.DataFrame(LOG, schema=["type", "occurred_at", "person", "code"], orient="row")
    merges = pl.DataFrame([(14, 15), (15, 17)], schema=["person", "into"], orient="row")
    run = observe(united(log, merges), "policy.started", 0, 30 * DAY)
    assert run.friends["clicked"].sum() == run.friends["converted"].sum() == 3
    assert run.friends.filter(pl.col("friend") == 17)["clicked"].to_list() == [True]
    assert not {14, 15} & set(run.friends["friend"])
    again = united(log, pl.DataFrame([(14, 15), (15, 14)], schema=["person", "into"], orient="row"))
    assert again.height == log.height


def test_rewards_used_are_of_those_issued(small: Observed) -> None:
    assert MEASURES["redeemed"].of(small) is None
    rewards = pl.DataFrame({"referrer": [1, 2], "issued": [3, 1], "redeemed": [1, 0]})
    found = MEASURES["redeemed"].of(replace(small, rewards=rewards))
    assert found is not None
    assert (found.numerator, found.denominator) == (1, 4)


@pytest.mark.parametrize(
    ("measure", "numerator", "denominator"),
    [
        ("share-rate", 4, 6),
        ("signup-rate", 3, 3),  # 11, 12 and 15 claimed; 11, 12 and 14 clicked
        ("conversion-rate", 3, 3),
        ("acquisition-rate", 3, 3),  # 1 shared in two weeks, 2 in one
        ("clicks-per-share", 3, 4),
        ("by-code", 1, 2),  # 15 came by no known way
        ("opened-of-signups", 2, 3),
        ("qualified-of-opened", 1, 3),
        ("within-a-day", 1, 1),
        ("days-2-to-7", 0, 1),
    ],
)
def test_measures_by_hand(small: Observed, measure: str, numerator: int, denominator: int) -> None:
    found = MEASURES[measure].of(small)
    assert found is not None
    assert (found.numerator, found.denominator) == (numerator, denominator)


def test_the_top_fifth_has_what_its_people_share() -> None:
    referrers = pl.DataFrame({"referrer": range(10), "shares": [10, 8, 2, 1, 1, 1, 1, 0, 0, 0]})
    found = MEASURES["top-fifth"].of(Observed(referrers, pl.DataFrame()))
    assert found is not None
    assert found.value == pytest.approx(18 / 24)


def test_bounds_are_those_of_a_ratio_of_sums() -> None:
    """R = 3/6; the remaining parts are 1-1, 0-1, 2-1: the sum of their squares is 2."""
    found = ratio(np.array([1.0, 0.0, 2.0]), np.array([2.0, 2.0, 2.0]))
    assert found is not None
    assert found.value == 0.5
    error = math.sqrt(3 / 2 * 2) / 6
    assert found.high - found.value == pytest.approx(3.2905 * error, rel=1e-4)
    assert found.low == 0


def test_a_published_figure_or_a_part_of_a_range_within_the_bounds_agrees() -> None:
    found = Estimate(value=0.2, low=0.18, high=0.22, numerator=20, denominator=100)
    assert found.meets(0.21, 0.21)
    assert found.meets(0.22, 0.4)
    assert not found.meets(0.23, 0.4)
    assert not found.meets(0.1, 0.17)


def test_bounds_hold_about_as_often_as_they_say_where_friends_come_in_clusters() -> None:
    """1,000 runs of 400 referrers, each with a crowd that moves as one: binomial bounds would fail in most."""
    rng = np.random.default_rng(7)
    missed = 0
    for _ in range(1000):
        crowd = rng.integers(1, 40, 400).astype(float)
        buys = crowd * (rng.random(400) < 0.3)
        found = ratio(buys, crowd)
        assert found is not None
        missed += not found.meets(0.3, 0.3)
    assert missed <= 1000 * (1 - CONFIDENCE) + 4 * math.sqrt(1000 * (1 - CONFIDENCE))


def test_nothing_to_divide_by_is_no_rate() -> None:
    assert ratio(np.array([1.0, 2.0]), np.array([0.0, 0.0])) is None
    assert ratio(np.array([1.0]), np.array([2.0])) is None


def test_runs_are_taken_together_with_their_people_told_apart(small: Observed) -> None:
    both = combine([small, small])
    assert both.referrers["referrer"].n_unique() == 4
    assert both.friends["friend"].n_unique() == 2 * small.friends.height
    for measure in MEASURES.values():
        one, two = measure.of(small), measure.of(both)
        if one is not None:
            assert two is not None
            assert two.value == pytest.approx(one.value)


def test_every_preset_cites_published_figures_of_known_measures() -> None:
    assert set(published()) == set(world_names())
    for figures in published().values():
        assert {"share-rate", "signup-rate", "conversion-rate", "acquisition-rate"} <= {
            one.measure for one in figures
        }
        assert all(0 < one.low <= one.high for one in figures)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[preset", "p.toml: not TOML"),
        (
            '[source.a]\nname = "A"\npage = "b"\n[preset.x]\nrow = "r"\nfigures = []',
            "p.toml: preset.x.figures",
        ),
        (
            '[source.a]\nname = "A"\npage = "b"\n[preset.x]\nrow = "r"\n'
            'figures = [{ measure = "share-rat", percent = 5.0, source = "a" }]',
            'no measure "share-rat"; did you mean "share-rate"?',
        ),
        (
            '[source.a]\nname = "A"\npage = "b"\n[preset.x]\nrow = "r"\n'
            'figures = [{ measure = "share-rate", number = 5.0, source = "a" }]',
            "share-rate must be given as percent",
        ),
        (
            '[source.abc]\nname = "A"\npage = "b"\n[preset.x]\nrow = "r"\n'
            'figures = [{ measure = "share-rate", percent = 5.0, source = "abd" }]',
            'preset.x: no source "abd"; did you mean "abc"?',
        ),
    ],
)
def test_what_is_wrong_with_the_file_is_one_line(text: str, said: str) -> None:
    with pytest.raises(WorldError) as told:
        read_published(text, "p.toml")
    assert said in str(told.value)
    assert "\n" not in str(told.value)


def table(page: str, heading: str) -> list[list[str]]:
    """The cells of the first table after a heading or mark, without its header."""
    text = (ROOT / page).read_text(encoding="utf-8").partition(heading)[2]
    rows = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)[0].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows]


def shown(low: float, high: float, scale: int) -> str:
    """A published figure as the pages show it."""
    return " to ".join(dict.fromkeys(f"{end * scale:.3g}" for end in (low, high)))


def test_the_readmes_table_tells_the_published_figures_of_every_preset() -> None:
    rows = table("README.md", "<!-- presets check -->")
    assert [cells[0] for cells in rows] == [f"`{name}`" for name in published()]
    order = ("share-rate", "signup-rate", "conversion-rate", "acquisition-rate", "by-code", "top-fifth")
    for cells, figures in zip(rows, published().values(), strict=True):
        first = {one.measure: one for one in reversed(figures)}
        assert cells[1] == figures[0].row
        told = [cell.partition(" → ")[0] for cell in cells[2:]]
        assert told == [shown(first[name].low, first[name].high, 100) for name in order]
        assert all(re.fullmatch(r"[\d.]+", cell.partition(" → ")[2]) for cell in cells[2:])


def test_the_page_of_the_world_tells_every_published_figure_and_formula() -> None:
    rows = table("docs/world.md", "<!-- presets check -->")
    told = [(cells[1], cells[2], cells[5]) for cells in rows]
    wanted = []
    for figures in published().values():
        for one in figures:
            measure = MEASURES[one.measure]
            unit = " %" if measure.percent else ""
            wanted.append(
                (measure.title, shown(one.low, one.high, 100 if measure.percent else 1) + unit, one.source)
            )
    assert told == wanted
    formulas = table("docs/world.md", "<!-- end -->")
    assert formulas == [[measure.title, measure.formula] for measure in MEASURES.values()]


def test_check_reports_and_ends_by_what_it_found(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.calibration.trial.DAYS", 90)
    telecom = published()["telecom"][:1]
    right = {"energy": published()["energy"][:4]}  # the others are of a whole year
    monkeypatch.setattr("simulator.calibration.published.published", lambda: right)
    arguments = ["presets", "check", "energy", "--referrers", "800", "--json"]
    assert run(arguments) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["ok"]
    assert {one["preset"] for one in told["figures"]} == {"energy"}
    share = told["figures"][0]
    assert share["measure"] == "share-rate"
    assert share["simulated"] == pytest.approx(share["numerator"] / share["denominator"])
    assert share["bounds"][0] < share["simulated"] < share["bounds"][1]
    assert share["published"] == [pytest.approx(0.098)] * 2

    wrong = {"energy": telecom}  # another industry's share rate lies far outside
    monkeypatch.setattr("simulator.calibration.published.published", lambda: wrong)
    assert run(["presets", "check", "--referrers", "300"]) == 1
    said = capsys.readouterr().out
    assert "OUT  share rate" in said
    assert "15.9 %" in said
    assert "share rate = shares ÷ looks" in said
    assert said.splitlines()[-1] == "0 of 1 published figures lie within the bounds"


def test_list_tells_each_preset(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["presets", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(world_names())
    assert run(["presets", "list", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["presets"]
    assert {"preset": "travel", "currency": "ISK", "nearest": False}.items() <= rows[-1].items()


def test_an_unknown_preset_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["presets", "check", "retial"]) == 2
    assert capsys.readouterr().err == 'referral-tui: no preset "retial"; did you mean "retail"?\n'

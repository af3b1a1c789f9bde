"""At constant rates and without caps the world is a branching process, and each stage is binomial in the one before.

Bounds are in standard errors of the theory: 4 for one figure over all seeds, 4.5 for the worst of the seeds, so that a
right world fails once in thousands of changes.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import polars as pl
import pytest

from simulator.domain.spans import DAY_MS
from simulator.world.spec import WorldSpec

START = 1_767_225_600_000
SEEDS = 40
ROOTS = 250
DAYS = 9
"""All is over by then: a generation takes some four hours, and hardly any family has more than 30."""
REACH, CLICK = 3, 0.2
K = REACH * CLICK
SPREAD = REACH * CLICK * (1 - CLICK)  # variance of the friends of one


def _of(events: pl.DataFrame, kind: str) -> pl.DataFrame:
    return events.filter(pl.col("type") == kind)


def inviters(events: pl.DataFrame) -> dict[str, str]:
    """Who brought whom: friend -> referrer, by the link of the first visit."""
    owners = _of(events, "link.created").select("code", owner="subject")
    first = _of(events, "friend.visited").unique("subject", keep="first", maintain_order=True)
    return dict(first.join(owners, on="code").select("subject", "owner").iter_rows())


def generations(events: pl.DataFrame) -> Counter[int]:
    """How many link owners belong to each generation; the brand's first customers are 0."""
    inviter = inviters(events)
    depth: dict[str, int] = {}
    for who in _of(events, "link.created")["subject"]:  # in order of joining: the inviter is there already
        depth[who] = depth[inviter[who]] + 1 if who in inviter else 0
    return Counter(depth.values())


@pytest.fixture(scope="module")
def families(constant: WorldSpec, make_world: Any) -> list[Counter[int]]:
    """The sizes of the generations, over many seeds."""
    return [
        generations(
            make_world(constant, seed=seed, referrers=ROOTS, days=DAYS).advance(START + DAYS * DAY_MS)
        )
        for seed in range(100, 100 + SEEDS)
    ]


def test_k_is_friends_per_referrer_in_each_generation(families: list[Counter[int]]) -> None:
    for number in range(4):
        parents = sum(family[number] for family in families)
        children = sum(family[number + 1] for family in families)
        assert parents > 1000
        assert abs(children / parents - K) < 4 * np.sqrt(SPREAD / parents)


def test_the_total_over_all_generations_is_seeds_over_one_less_k(families: list[Counter[int]]) -> None:
    totals = np.array([sum(family.values()) for family in families])
    sigma = np.sqrt(ROOTS * SPREAD / (1 - K) ** 3)
    z = (totals - ROOTS / (1 - K)) / sigma
    assert abs(z.mean()) < 4 / np.sqrt(SEEDS)
    assert np.abs(z).max() < 4.5
    # and they differ as much as the theory says: chi-square, 4 sigma
    assert abs(z.var() - 1) < 4 * np.sqrt(2 / SEEDS)


def test_each_generation_is_so_big_as_k_to_its_power(families: list[Counter[int]]) -> None:
    for number in range(1, 5):
        sizes = np.array([family[number] for family in families])
        variance = ROOTS * SPREAD * K ** (number - 1) * (1 - K**number) / (1 - K)
        assert abs(sizes.mean() - ROOTS * K**number) < 4 * np.sqrt(variance / SEEDS)
        assert abs(sizes.var() / variance - 1) < 4 * np.sqrt(2 / SEEDS)


def test_stages_are_binomial(constant: WorldSpec, make_world: Any, change: Any) -> None:
    rates = {"claim": 0.5, "opt_in": 0.3, "checked": 0.8, "eligible": 0.9, "convert": 0.4, "reversed": 0.25}
    soon = {"median": "1h", "spread": 0.3}
    raw = constant.model_copy(
        update={
            "friend": constant.friend.model_copy(
                update={name: rates[name] for name in ("claim", "opt_in", "checked", "eligible")}
            ),
            "conversion": constant.conversion.model_copy(
                update={
                    "rate": rates["convert"],
                    "reversed": rates["reversed"],
                    "reversal_delay": change(conversion={"reversal_delay": soon}).conversion.reversal_delay,
                    "becomes_referrer": 0.0,
                }
            ),
        }
    )
    z: dict[str, list[float]] = {}
    for seed in range(30):
        events = make_world(raw, seed=seed, referrers=600, days=DAYS).advance(START + DAYS * DAY_MS)
        count = {name: _of(events, name).height for name in events["type"].unique().cast(pl.String)}
        eligible = int(_of(events, "eligibility.confirmed")["eligible"].sum())
        for what, hits, tries, rate in (
            ("click", count["friend.visited"], REACH * count["referral.shared"], CLICK),
            ("claim", count["friend.claimed"], count["friend.visited"], rates["claim"]),
            ("opt in", count["friend.opted_in"], count["friend.claimed"], rates["opt_in"]),
            ("check", count["eligibility.confirmed"], count["friend.claimed"], rates["checked"]),
            ("eligible", eligible, count["eligibility.confirmed"], rates["eligible"]),
            ("convert", count["service.activated"], count["friend.claimed"], rates["convert"]),
            ("reverse", count["conversion.reversed"], count["service.activated"], rates["reversed"]),
        ):
            z.setdefault(what, []).append((hits - tries * rate) / np.sqrt(tries * rate * (1 - rate)))
    for what, found in z.items():
        assert abs(np.mean(found)) < 4 / np.sqrt(len(found)), what
        assert np.abs(found).max() < 4.5, what
        assert abs(np.var(found) - 1) < 4 * np.sqrt(2 / len(found)), what


def test_who_came_of_a_group_belongs_to_it_and_the_tree_grows_deep(change: Any, make_world: Any) -> None:
    spec = change(
        people={"launch_share": 1.0, "launch_mean": "2d"},
        communities={"members": 1.0, "count": 40, "smallest": 8, "largest": 60},
        channel=[
            {
                "name": "community",
                "share": 0.9,
                "reach": "community",
                "click": 0.2,
                "delay": {"median": "4h", "spread": 1.0},
            },
            {
                "name": "qr",
                "share": 0.1,
                "reach": "one",
                "click": 0.5,
                "delay": {"median": "1m", "spread": 0.5},
            },
        ],
        activity={"sessions_per_year": 60.0},
        friend={"claim": 0.6, "other_link": 0.0},
        conversion={"rate": 0.7, "delay": {"median": "1d", "spread": 0.5}, "becomes_referrer": 0.8},
    )
    events = make_world(spec, referrers=60, days=120).advance(START + 120 * DAY_MS)
    assert max(generations(events)) >= 4
    posts = _of(events, "referral.shared").filter(pl.col("channel") == "community")
    assert posts["reach"].to_numpy().min() >= 7
    one_post = _of(events, "friend.visited").group_by("code", pl.col("occurred_at") // DAY_MS).len()
    assert one_post["len"].to_numpy().max() >= 5  # one share brought many
    group = dict(_of(events, "customer.identified").select("subject", "community").iter_rows())
    by_post = set(_of(events, "friend.visited").filter(pl.col("channel") == "community")["subject"])
    brought = [
        (friend, owner) for friend, owner in inviters(events).items() if friend in group and friend in by_post
    ]
    assert len(brought) > 50
    assert all(group[friend] == group[owner] for friend, owner in brought)


def test_first_and_last_touch_differ_for_some(year: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    events, _ = year
    owners = _of(events, "link.created").select("code", owner="subject")
    claims = (
        _of(events, "friend.claimed")
        .filter(pl.col("code").is_null())
        .select("subject", claimed="occurred_at")
    )
    touches = (
        _of(events, "friend.visited")
        .join(owners, on="code")
        .join(claims, on="subject")
        .filter(pl.col("occurred_at") <= pl.col("claimed"))
        .group_by("subject", maintain_order=True)
        .agg(first=pl.col("owner").first(), last=pl.col("owner").last(), visits=pl.len())
    )
    differ = (touches["first"] != touches["last"]).to_numpy().mean()
    assert 0.01 < differ < 0.1
    assert (touches["visits"] > 1).to_numpy().mean() > 0.1

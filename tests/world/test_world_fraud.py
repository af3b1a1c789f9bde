"""Fraud: each kind of cheat does what its name says, at its rate, and only the customer system knows who cheats."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from simulator.domain.spans import DAY_MS
from simulator.world.labels import LABELS, Cheat
from simulator.world.spec_cheats import Cheats

START = 1_767_225_600_000
DAYS = 120
NO_CHEATS = dict.fromkeys(Cheats.model_fields)
QUICK = {"median": "20m", "spread": 0.5}
KINDS: dict[str, dict[str, Any]] = {
    "self_referral": {
        "cheaters": 0.1,
        "per_share": 0.3,
        "same_device": 1.0,
        "same_contact": 0.5,
        "convert": 0.9,
    },
    "ring": {"cheaters": 0.1, "size": 4, "delay": {"median": "2d", "spread": 0.5}, "convert": 0.9},
    "shared_device": {
        "cheaters": 0.1,
        "per_share": 0.2,
        "friends": 5,
        "own_device": 0.5,
        "delay": QUICK,
        "convert": 0.8,
    },
    "leaked_code": {
        "cheaters": 0.02,
        "after": {"median": "10d", "spread": 0.3},
        "strangers": 12.0,
        "delay": {"median": "4d", "spread": 0.8},
        "typed": 0.5,
        "convert": 0.4,
    },
    "buy_then_cancel": {
        "cheaters": 0.1,
        "per_share": 0.3,
        "waits": {"median": "2d", "spread": 0.3},
        "convert": 0.9,
    },
    "disposable": {"cheaters": 0.1, "per_share": 0.2, "friends": 6, "delay": QUICK, "convert": 0.7},
}
Seen = tuple[pl.DataFrame, pl.DataFrame]


def _of(events: pl.DataFrame, kind: str) -> pl.DataFrame:
    return events.filter(pl.col("type") == kind)


@pytest.fixture(scope="module")
def cheated(change: Any, make_world: Any, make_program: Any) -> Any:
    """The events, and the people of the CRM, in a world with one kind of cheat, by its name."""
    made: dict[str | None, Seen] = {}

    def seen(kind: str | None) -> Seen:
        if kind not in made:
            tables = {**NO_CHEATS, **({kind: KINDS[kind]} if kind else {})}
            world = make_world(change(cheats=tables), make_program(hold_days=14), referrers=1500, days=DAYS)
            events = world.advance(START + DAYS * DAY_MS)
            made[kind] = events, world.take_people().unique("ref", keep="last", maintain_order=True)
        return made[kind]

    return seen


def _friends(people: pl.DataFrame, kind: str) -> pl.Series:
    return people.filter(pl.col("label") == f"{kind}:friend")["ref"]


def _inviters(events: pl.DataFrame, friends: pl.Series) -> pl.DataFrame:
    """Visits of these friends, with the owner of the code as `owner`."""
    owners = _of(events, "link.created").select("code", owner="subject")
    return (
        _of(events, "friend.visited")
        .filter(pl.col("subject").is_in(friends.implode()))
        .join(owners, on="code")
    )


@pytest.mark.parametrize("kind", KINDS)
def test_the_truth_is_told_to_the_customer_system_only(kind: str, cheated: Any) -> None:
    events, people = cheated(kind)
    name = kind.replace("_", "-")
    found = set(people["label"].drop_nulls())
    assert found <= {f"{name}:referrer", f"{name}:friend"} <= set(LABELS)
    assert f"{name}:friend" in found
    texts = events.select(pl.col(pl.String)).unpivot()["value"].drop_nulls().unique()
    assert not texts.str.contains(f"{name}:").any()


def test_without_a_rate_there_is_none(cheated: Any, change: Any, make_world: Any, make_program: Any) -> None:
    zero = {kind: {**values, "cheaters": 0.0} for kind, values in KINDS.items()}
    world = make_world(change(cheats=zero), make_program(hold_days=14), referrers=1500, days=DAYS)
    events, people = cheated(None)
    assert people["label"].null_count() == people.height
    assert world.advance(START + DAYS * DAY_MS).equals(events)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "ring"])
def test_honest_people_have_the_same_luck_beside_cheats(kind: str, cheated: Any) -> None:
    honest = set(cheated(None)[0].filter(pl.col("type") != "friend.visited")["id"])
    assert honest <= set(cheated(kind)[0]["id"])


@pytest.mark.parametrize(
    ("kind", "rate"), [("self_referral", 0.1), ("shared_device", 0.1), ("leaked_code", 0.02)]
)
def test_so_many_cheat_as_the_rate_says(kind: str, rate: float, cheated: Any) -> None:
    _, people = cheated(kind)
    cheats = people.filter(pl.col("label") == f"{kind.replace('_', '-')}:referrer").height
    first = people.filter(pl.col("kind") != "friend").height  # a few of them joined by an invitation
    assert abs(cheats - first * rate) < 4 * np.sqrt(first * rate) + 0.1 * first * rate


def test_a_ring_is_a_circle_of_customers(cheated: Any) -> None:
    events, people = cheated("ring")
    members = _friends(people, "ring")
    brought = dict(_inviters(events, members).select("subject", "owner").iter_rows())
    assert len(brought) > 40
    for member in brought:
        circle = [member]
        while (before := brought.get(circle[-1])) is not None and before != member:
            circle.append(before)
        assert before is None or len(circle) == 4  # one whose turn comes after the end leaves it open
    converts = _of(events, "service.activated").filter(pl.col("subject").is_in(members.implode())).height
    claims = _of(events, "friend.claimed").filter(pl.col("subject").is_in(members.implode())).height
    assert abs(converts - 0.9 * claims) < 4 * np.sqrt(0.09 * claims) + 0.03 * claims


def test_one_device_stands_behind_many_friends(cheated: Any) -> None:
    events, people = cheated("shared_device")
    visits = _inviters(events, _friends(people, "shared-device"))
    behind = visits.group_by("owner").agg(pl.col("device_ref").n_unique(), pl.col("subject").n_unique())
    assert set(behind["device_ref"]) == {1}
    assert behind["subject"].to_numpy().min() >= 4  # five, but for the last hours
    own = dict(_of(events, "customer.identified").select("subject", "device_ref").iter_rows())
    same = visits.unique("owner").select(
        pl.struct("owner", "device_ref").map_elements(
            lambda row: own[row["owner"]] == row["device_ref"], return_dtype=pl.Boolean
        )
    )
    assert 0.2 < same.to_series().to_numpy().mean() < 0.8


def test_strangers_come_by_a_leaked_code_by_click_and_by_typing(cheated: Any) -> None:
    events, people = cheated("leaked_code")
    strangers = _friends(people, "leaked-code")
    typed = _of(events, "service.activated").filter(
        pl.col("code").is_not_null() & pl.col("subject").is_in(strangers.implode())
    )
    visits = _inviters(events, strangers)
    owners = people.filter(pl.col("label") == "leaked-code:referrer")["ref"]
    assert set(visits["owner"]) <= set(owners)
    assert visits["owner"].n_unique() > 5
    clicked = visits["subject"].n_unique()
    assert abs(typed.height / (typed.height + clicked) - 0.5) < 4 * 0.5 / np.sqrt(typed.height + clicked)
    joined = dict(_of(events, "link.created").select("subject", "occurred_at").iter_rows())
    first = visits.group_by("owner").agg(pl.col("occurred_at").min())
    assert all(at > joined[owner] + 3 * DAY_MS for owner, at in first.iter_rows())


def test_who_buys_to_cancel_waits_until_the_hold_is_over(cheated: Any) -> None:
    events, people = cheated("buy_then_cancel")
    friends = _friends(people, "buy-then-cancel")
    bought = _of(events, "service.activated").filter(pl.col("subject").is_in(friends.implode()))
    back = _of(events, "conversion.reversed").join(
        bought, left_on="reverses", right_on="id", suffix="_bought"
    )
    waited = back["occurred_at"] - back["occurred_at_bought"]
    assert back.height > 10
    assert waited.to_numpy().min() > 14 * DAY_MS
    early = bought.filter(pl.col("occurred_at") < START + (DAYS - 40) * DAY_MS)
    assert set(early["id"]) <= set(back["reverses"])


def test_disposable_identities_come_in_bursts_and_share_nothing(cheated: Any) -> None:
    events, people = cheated("disposable")
    visits = _inviters(events, _friends(people, "disposable")).unique(
        "subject", keep="first", maintain_order=True
    )
    assert visits["device_ref"].n_unique() == visits.height > 50
    claims = _of(events, "friend.claimed").filter(pl.col("subject").is_in(visits["subject"].implode()))
    assert claims["contact_ref"].n_unique() == claims.height
    gaps = visits.group_by("owner").agg(pl.col("occurred_at").sort().diff().median().alias("gap"))
    assert np.median(gaps["gap"]) < 3_600_000


def test_second_selves_come_from_the_device_of_the_first(cheated: Any) -> None:
    events, people = cheated("self_referral")
    visits = _inviters(events, _friends(people, "self-referral"))
    own = dict(_of(events, "customer.identified").select("subject", "device_ref").iter_rows())
    assert visits.height > 20
    assert all(own[owner] == device for owner, device in visits.select("owner", "device_ref").iter_rows())
    contact = dict(_of(events, "customer.identified").select("subject", "contact_ref").iter_rows())
    claims = _of(events, "friend.claimed").join(visits.select("subject", "owner").unique(), on="subject")
    same = sum(contact[owner] == ref for owner, ref in claims.select("owner", "contact_ref").iter_rows())
    assert abs(same / claims.height - 0.5) < 4 * 0.5 / np.sqrt(claims.height)


def test_labels_name_each_kind_and_role() -> None:
    assert len(LABELS) == 2 * len(Cheat) - 1
    assert LABELS[:3] == (None, "self-referral:referrer", "self-referral:friend")


def test_more_cheats_than_people_are_refused(change: Any) -> None:
    with pytest.raises(ValueError, match="must not exceed 1"):
        change(cheats={kind: {**values, "cheaters": 0.4} for kind, values in KINDS.items()})

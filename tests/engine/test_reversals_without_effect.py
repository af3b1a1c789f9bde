"""A reversal that changes no reward: why not, as the trail tells it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.collector import Collector
from tests.engine.designs import DAY, HOUR, WEEK, design, milestone, reward, rule
from tests.engine.logbook import Logbook

REASONS = ("reversal-without-effect", "reversal-waiting")


def reasons(log: Logbook, batch: int | None, **parts: Any) -> list[str]:
    collector = Collector(design(**parts)).run(log.steps, batch)
    return [entry[5] for entry in collector.audit if entry[2] in REASONS]


@pytest.fixture
def referred(log: Logbook) -> Logbook:
    log.identified("rita", received=0)
    log.link("rita", "RITA1", received=0)
    log.visit("fred", "RITA1", received=0)
    return log


@pytest.mark.parametrize("batch", [None, 1])
@pytest.mark.parametrize(
    ("wanted", "received", "parts"),
    [
        ([], HOUR, {"rewards": [reward(hold=DAY)]}),
        ([], DAY + HOUR, {"rewards": [reward(hold=DAY, clawback=WEEK)]}),
        (["nothing-to-undo"], DAY + WEEK + 1, {"rewards": [reward(hold=DAY, clawback=WEEK)]}),
        (["nothing-to-undo"], DAY + HOUR, {"rewards": [reward(hold=DAY)]}),
        (["nothing-to-undo"], 2 * WEEK, {"rewards": [reward(), reward("other", clawback=DAY)]}),
        ([], DAY, {"rewards": [reward(every=2, clawback=WEEK)]}),
        (["nothing-to-undo"], DAY, {"rules": [rule("never", "amount > 1000000")]}),
    ],
)
def test_of_a_conversion_that_came(
    referred: Logbook, batch: int | None, wanted: list[str], received: int, parts: dict[str, Any]
) -> None:
    referred.reverse(referred.buy("fred", received=1, at=0, amount=500), received=received)
    assert reasons(referred, batch, **parts) == wanted


@pytest.mark.parametrize("batch", [None, 1])
def test_of_one_that_did_not_come_yet_or_was_reversed_before(referred: Logbook, batch: int | None) -> None:
    referred.reverse(("client/shop", "order-1"), received=1)
    bought = referred.buy("fred", received=2, at=0, key="order-1")
    referred.reverse(bought, received=3)
    assert reasons(referred, batch, rewards=[reward(hold=DAY)]) == ["not-received", "already-reversed"]


@pytest.mark.parametrize("batch", [None, 1])
def test_of_what_is_no_conversion_or_of_another_source(referred: Logbook, batch: int | None) -> None:
    bought = referred.buy("fred", received=2, at=0)
    referred.reverse(("client/crm", bought["id"]), received=3)
    link = referred.add("link.created", "carl", 4, 4, source="client/shop", code="CARL1")
    referred.reverse(link, received=5)
    assert reasons(referred, batch, rewards=[reward(hold=DAY)]) == ["other-source", "not-received"]


@pytest.mark.parametrize("batch", [None, 1, 2])
def test_a_reversal_in_another_persons_name_takes_nothing_back_and_the_right_one_still_does(
    referred: Logbook, batch: int | None
) -> None:
    bought = referred.buy("fred", received=1, at=0)
    referred.reverse(bought, received=2, subject="mallory")
    last = referred.reverse(bought, received=3)
    collector = Collector(design(rewards=[reward(hold=DAY)])).run(referred.steps, batch)
    assert [entry[5] for entry in collector.audit if entry[2] in REASONS] == ["other-subject"]
    assert [(row["state"], row["state_at"]) for row in collector.rows.rewards] == [
        ("voided", last["received_at"])
    ]


@pytest.mark.parametrize("batch", [None, 1, 2])
def test_one_in_another_persons_name_that_came_first_waits_and_is_judged_as_the_conversion_comes(
    referred: Logbook, batch: int | None
) -> None:
    referred.reverse(("client/shop", "order-1"), received=1, subject="mallory")
    referred.reverse(("client/shop", "order-2"), received=1, subject="mallory")
    referred.reverse(("client/shop", "order-2"), received=2)
    referred.reverse(("client/shop", "order-2"), received=2)
    referred.buy("fred", received=3, at=0, key="order-1")
    referred.buy("fred", received=4, at=0, key="order-2")
    collector = Collector(design(milestones=[milestone(occurrence="each")], rewards=[reward(hold=DAY)])).run(
        referred.steps, batch
    )
    told = [entry[5] for entry in collector.audit if entry[2] in REASONS]
    assert told == ["not-received"] * 4 + ["other-subject", "other-subject", "already-reversed"]
    assert [row["state"] for row in collector.rows.rewards] == ["pending", "voided"]
    counted = {part: pair[0] for (_, part), pair in collector.parts("reversal.").items()}
    assert counted == {"other-subject": 2, "already-reversed": 1}


@pytest.mark.parametrize("batch", [None, 1])
def test_one_that_waited_for_a_conversion_without_reward_is_told_so(
    referred: Logbook, batch: int | None
) -> None:
    referred.reverse(("client/shop", "order-1"), received=1)
    referred.buy("fred", received=2, at=0, key="order-1", amount=500)
    parts = {"rules": [rule("never", "amount > 1000000")], "rewards": [reward()]}
    assert reasons(referred, batch, **parts) == ["not-received", "nothing-to-undo"]

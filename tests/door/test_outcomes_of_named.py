"""`?wait=outcome` of an event that names a conversion returns the current decisions and rewards of that conversion."""

from __future__ import annotations

import json
from typing import Any

from tests.cli.nasty import message
from tests.door.calling import NDJSON, NOW, STORY, Caller, Reply, lines


def sent(
    own_id: str, kind: str, subject: str | None = None, *, by: str = "client/shop", **data: Any
) -> dict[str, Any]:
    """Return an event of the client, or of another sender."""
    event = {**message(own_id, kind, subject, NOW, **data), "source": by}
    return {name: value for name, value in event.items() if value is not None}


BILL = sent("p1", "bill.paid", "ben", amount_minor=5000, currency="GBP")
ADJUSTED = sent("p2", "conversion.adjusted", "ben", adjusts="p1", amount_minor=3000)


async def outcome(door: Caller, event: dict[str, object]) -> Reply:
    return await door.post(json.dumps(event).encode(), query="?wait=outcome")


async def test_an_adjusted_share_that_is_pending_is_told_with_its_new_value(door: Caller) -> None:
    await door.post(lines(STORY), NDJSON)
    (paid,) = (await outcome(door, BILL)).said["outcome"]["rewards"]
    assert (paid["reward"], paid["state"], paid["earned_minor"]) == ("share", "pending", 500)
    adjusted = (await outcome(door, ADJUSTED)).said["outcome"]
    assert [one["event_id"] for one in adjusted["decisions"]] == ["p1"]
    assert adjusted["rewards"] == [{**paid, "earned_minor": 300, "value_minor": 300}]
    assert (await outcome(door, ADJUSTED)).said["outcome"]["rewards"] == adjusted["rewards"]  # a duplicate's


async def test_a_reversal_and_a_reinstatement_tell_what_the_conversions_rewards_are_now(door: Caller) -> None:
    await door.post(lines([*STORY, BILL]), NDJSON)
    undone = sent("p3", "conversion.reversed", reverses="p1")
    again = sent("p4", "conversion.reinstated", reinstates="p1")
    for event, state in ((undone, "voided"), (again, "pending")):
        told = (await outcome(door, event)).said["outcome"]
        assert [(one["event_id"], one["state"]) for one in told["rewards"]][-1:] == [("p1", state)]


async def test_a_veto_tells_what_the_named_reward_is_now(door: Caller) -> None:
    await door.post(lines([*STORY, BILL]), NDJSON)
    reward = {"source": BILL["source"], "id": "p1", "milestone": "bill", "reward": "share"}
    veto = sent("p5", "reward.vetoed", reward=reward, by="platform", reason="fraud")
    told = (await outcome(door, veto)).said["outcome"]
    assert [(one["reward"], one["state"]) for one in told["rewards"]] == [("share", "forfeited")]


async def test_an_event_that_names_nothing_that_has_come_tells_that_it_led_to_nothing(door: Caller) -> None:
    told = (await outcome(door, ADJUSTED)).said["outcome"]
    assert (told["attribution"], told["decisions"], told["rewards"]) == (None, [], [])
    assert [one["kind"] for one in told["changes"]] == ["adjustment-without-effect"]


async def test_lines_that_name_conversions_are_told_together_with_others(door: Caller) -> None:
    reply = await door.post(lines([*STORY, BILL, ADJUSTED]), NDJSON, "?wait=outcome")
    told = [one["outcome"]["rewards"] for one in reply.said]
    assert [[one["earned_minor"] for one in rewards] for rewards in told] == [
        [],
        [],
        [],
        [2000],
        [300],
        [300],
    ]

"""Queries to the door: people, rewards, conversions, reviews, the clock, and the server itself."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from db.sqlite.connection import Connection
from simulator.door.app import ROUTES
from simulator.door.openapi import description
from simulator.door.problems import Problem
from simulator.events.moment import format_moment
from simulator.files.tables import DECISIONS, REWARDS
from tests.cli.nasty import DAY, HOUR, START, message
from tests.door.calling import NDJSON, NOW, STORY, Caller, lines, stored

REVIEWED = [
    *STORY,
    message("v2", "friend.visited", "cy", START + HOUR, code="ANN", channel="email"),
    message("b2", "service.activated", "cy", START + 2 * HOUR),
    message("v3", "friend.visited", "di", START + HOUR, code="ANN", channel="email"),
    message("b3", "service.activated", "di", START + 2 * HOUR),
]
"""A referrer brings three friends within a day, of whom one passes the rules."""


async def get(door: Caller, address: str, status: int = 200) -> Any:
    reply = await door.ask("GET", address)
    assert reply.status == status, reply.said
    return reply.said


async def test_a_friend_and_a_referrer_are_shown_with_stages_and_rewards(door: Caller) -> None:
    await door.post(lines(STORY), NDJSON)
    ben = await get(door, "/v1/friends/ben")
    assert ben["stage"] == "qualified"
    assert ben["attribution"]["referrer"] == "ann"
    assert [one["outcome"] for one in ben["decisions"]] == ["qualified"]
    assert [one["reward"] for one in ben["rewards"]] == ["credit"]
    ann = await get(door, "/v1/referrers/ann")
    assert [one["code"] for one in ann["links"]] == ["ANN"]
    assert [(one["friend"], one["stage"]) for one in ann["friends"]] == [("ben", "qualified")]
    assert ann["friends_count"] == 1
    assert ann["rewards"] == ben["rewards"]
    alone = await get(door, "/v1/friends/ann")
    assert (alone["attribution"], alone["decisions"]) == (None, [])
    for kind in ("friends", "referrers"):
        assert "zoe" in (await get(door, f"/v1/{kind}/zoe", 404))["detail"]


async def test_the_names_are_those_of_the_export(door: Caller) -> None:
    await door.post(lines(STORY), NDJSON)
    ben = await get(door, "/v1/friends/ben")
    assert set(ben["rewards"][0]) - {"number"} == set(REWARDS.columns)
    assert set(ben["decisions"][0]) - {"number"} == set(DECISIONS.columns) - set(DECISIONS.nested)


async def test_rewards_come_in_pages_and_by_state(door: Caller) -> None:
    await door.post(lines(STORY), NDJSON)
    await door.post(
        lines(
            [
                message(f"i{n}", "bill.paid", "ben", NOW - HOUR, amount_minor=900 + n, currency="GBP")
                for n in range(4)
            ]
        ),
        NDJSON,
    )
    first = await get(door, "/v1/rewards?limit=3")
    rest = await get(door, f"/v1/rewards?after={first['next']}")
    assert [one["number"] for one in (*first["rewards"], *rest["rewards"])] == [1, 2, 3, 4, 5]
    assert (first["next"], rest["next"]) == (3, None)
    assert (await get(door, "/v1/rewards?state=issued"))["rewards"] == []
    assert len((await get(door, "/v1/rewards?state=pending"))["rewards"]) == 5
    for wrong in ("state=paid", "after=-1", "after=x", "limit=0", "limit=201", "size=3", "after=1&after=2"):
        assert (await get(door, f"/v1/rewards?{wrong}", 422))["field"] == wrong.partition("=")[0]


async def test_a_conversion_tells_its_rules_and_what_would_have_paid(door: Caller) -> None:
    poor = message("o/1 ü", "bill.paid", "ben", NOW - HOUR, amount_minor=100, currency="GBP")
    await door.post(lines([*STORY, poor]), NDJSON)
    for source in ("client/shop", "client%2Fshop"):
        told = await get(door, f"/v1/conversions/{source}/o%2F1%20%C3%BC")
        assert (told["kind"], told["id"]) == ("conversion", "o/1 ü")
        (decision,) = told["decisions"]
        assert (decision["outcome"], decision["reason"]) == ("refused", "worth-it")
        assert any("amount" in change for change in decision["why_not"])
    for unknown in ("client/shop/none", "client/other/b1", "client/shop/v1", "platform/v1"):
        await get(door, f"/v1/conversions/{unknown}", 404)


async def test_a_conversion_is_found_without_a_search_through_the_log(
    door: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    await door.post(lines(STORY), NDJSON)
    asked: list[tuple[str, Any]] = []
    execute = Connection.execute

    def traced(connection: Connection, sql: str, values: Any = ()) -> Any:
        asked.append((f"EXPLAIN QUERY PLAN {sql}", values))
        return execute(connection, sql, values)

    with monkeypatch.context() as patched:
        patched.setattr(Connection, "execute", traced)
        assert (await get(door, "/v1/conversions/client/shop/b1"))["id"] == "b1"
    selects = [one for one in asked if re.match(r"EXPLAIN QUERY PLAN\s+(SELECT|WITH)", one[0])]
    plans = stored(door.path, lambda db: [row[-1] for one in selects for row in db.execute(*one)])
    assert len(plans) > 5
    assert "SCAN event" not in plans


async def test_the_funnel_counts_friends_by_stage(door: Caller) -> None:
    await door.post(lines(STORY), NDJSON)
    stages = {one["name"]: one["count"] for one in (await get(door, "/v1/funnel"))["stages"]}
    assert (stages["visited"], stages["qualified"], stages["rewarded"]) == (1, 1, 0)


async def test_a_review_is_settled_once(door: Caller) -> None:
    await door.post(lines(REVIEWED), NDJSON)
    reviews = (await get(door, "/v1/reviews"))["reviews"]
    assert reviews
    number = reviews[0]["number"]
    settled = await door.ask("POST", f"/v1/reviews/{number}", json={"verdict": "approve", "by": "op-1"})
    assert (settled.status, settled.said["outcome"]) == (200, "qualified")
    again = await door.ask("POST", f"/v1/reviews/{number}", json={"verdict": "decline", "by": "op-1"})
    assert (again.status, again.said["type"]) == (409, Problem.SETTLED.type)
    assert "first verdict counts" in again.said["detail"]
    assert number not in [one["number"] for one in (await get(door, "/v1/reviews"))["reviews"]]
    missing = await door.ask("POST", "/v1/reviews/999", json={"verdict": "approve", "by": "op-1"})
    assert missing.status == 404


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        (b"", 400, None),
        (b"[]", 400, None),
        (b"{", 400, None),
        (b'{"verdict":"approve"}', 422, "by"),
        (b'{"verdict":"maybe","by":"op-1"}', 422, "verdict"),
        (b'{"verdict":"approve","by":7}', 422, "by"),
        (b'{"verdict":"approve","by":"a@example.com"}', 422, "by"),
        (b'{"verdict":"approve","by":"op-1","why":"x"}', 422, "why"),
        (b'{"verdict":[],"by":"op-1"}', 422, "verdict"),
    ],
)
async def test_an_invalid_verdict_is_refused_with_what_would_be_right(
    door: Caller, body: bytes, status: int, field: str | None
) -> None:
    reply = await door.ask("POST", "/v1/reviews/1", data=body)
    assert (reply.status, reply.said.get("field")) == (status, field)


# --- the clock --------------------------------------------------------------------------------------------------


async def test_a_frozen_clock_is_turned_and_what_is_due_is_issued(door: Caller) -> None:
    await door.post(lines(STORY), NDJSON)
    assert await get(door, "/v1/clock") == {"clock": "frozen", "now": NOW}
    later = NOW + 5 * DAY
    turned = await door.ask("POST", "/v1/clock", json={"to": format_moment(later)})
    assert turned.said == {"clock": "frozen", "now": later, "entries": 1}
    assert [one["state"] for one in (await get(door, "/v1/rewards"))["rewards"]] == ["issued"]
    (reply,) = await door.send(message("late", "friend.opted_in", "ben", NOW))
    assert reply.status == 201
    back = await door.ask("POST", "/v1/clock", json={"to": NOW})
    assert (back.status, back.said["field"]) == (422, "to")
    assert "earliest allowed value" in back.said["detail"]
    wrongs: list[object] = ["soon", "2026-01-01T00:00:00", -1, True, 1e40, 10**18, {}]
    for wrong in wrongs:
        reply = await door.ask("POST", "/v1/clock", data=json.dumps({"to": wrong}))
        assert (reply.status, reply.said["field"]) == (422, "to"), wrong


async def test_who_is_ahead_of_a_clock_that_can_be_set_is_told_how(door: Caller) -> None:
    (told,) = await door.send(message("w2", "session.authenticated", "ann", NOW + 2 * DAY))
    assert told.said["reason"].endswith("check the sender's clock, or set this server's with POST /v1/clock")


async def test_holds_of_months_are_over_in_a_request_and_a_reversal_claws_back(door: Caller) -> None:
    await door.post(lines(STORY), NDJSON)
    await door.ask("POST", "/v1/clock", json={"to": NOW + 4 * DAY})
    undone = message("r1", "conversion.reversed", "ben", NOW + 4 * DAY, reverses="b1")
    reply = await door.post(json.dumps(undone).encode(), query="?wait=outcome")
    assert "revoked" in [one["kind"] for one in reply.said["outcome"]["changes"]]


# --- the server itself ------------------------------------------------------------------------------------------


async def test_health_and_metrics_say_how_far_the_log_is(door: Caller) -> None:
    await door.post(lines([*STORY, STORY[0]]), NDJSON)
    assert await get(door, "/healthz") == {"status": "ok", "seq": 4, "entry": 3, "waiting": 0}
    text = await get(door, "/metrics")
    assert 'referral_messages_total{receipt="accepted"} 4' in text
    assert 'referral_messages_total{receipt="duplicate"} 1' in text
    assert 'referral_requests_total{route="/v1/events",status="200"} 1' in text
    assert "referral_log_events 4" in text
    assert text.endswith("# EOF\n")


async def test_the_description_names_every_address_and_no_other(door: Caller) -> None:
    told = await get(door, "/openapi.json")
    described = {(method.upper(), path) for path, some in told["paths"].items() for method in some}
    assert described == {
        (method, re.sub(r":[^{}]*(\{[^{}]*\}[^{}]*)*\}", "}", path)) for method, path, *_ in ROUTES
    }
    assert told["openapi"] == "3.1.0"
    page = await get(door, "/")
    assert "/openapi.json" in page
    assert "NONCE" not in page


def test_every_kind_of_problem_may_be_answered_somewhere() -> None:
    described = description("0")
    statuses = {
        status for some in described["paths"].values() for one in some.values() for status in one["responses"]
    }
    elsewhere = {Problem.WRONG_METHOD, Problem.ELSEWHERE}  # to what stands in no description of that server
    assert {str(one.value.status) for one in set(Problem) - elsewhere} <= statuses


async def test_unknown_parameters_are_refused(door: Caller) -> None:
    for address in ("/healthz", "/metrics", "/v1/funnel", "/v1/reviews", "/v1/clock", "/v1/friends/ben", "/"):
        assert (await get(door, f"{address}?x=1", 422))["field"] == "x"

"""Links: a referrer gets one, a friend follows it, and a whole journey is walked over HTTP."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from simulator.domain.errors import InputError
from simulator.door.keys import Key, Keys, new_key
from simulator.door.links import CHANNEL, check_landing, check_public
from simulator.door.serving import Settings
from simulator.events.moment import format_moment
from simulator.platform.session import open_or_create
from simulator.program.load import load_program
from tests.cli.nasty import DAY, PROGRAM
from tests.door.calling import NOW, STORY, Caller, Reply, at_the_door, event_keys, stored


async def link(door: Caller, **given: object) -> Reply:
    return await door.ask("POST", "/v1/links", json=given)


async def follow(door: Caller, code: str, query: str = "", **headers: str) -> Reply:
    return await door.ask("GET", f"/r/{code}{query}", allow_redirects=False, headers=headers)


async def test_a_referrer_gets_one_link_and_the_same_again(door: Caller) -> None:
    first, again = await link(door, referrer="ann"), await link(door, referrer="ann")
    assert (first.status, again.status) == (201, 200)
    assert first.said["code"] == again.said["code"]
    assert first.said["url"] == f"{door.door.address}/r/{first.said['code']}"
    other = await link(door, referrer="ann", code="ANN-2")
    assert (other.status, other.said["code"]) == (201, "ANN-2")
    assert (await link(door, referrer="ann", code="ANN-2")).status == 200
    taken = await link(door, referrer="ben", code="ANN-2")
    assert (taken.status, taken.said["field"]) == (409, "code")
    assert len(stored(door.path, event_keys)) == 2


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "referrer"),
        ({"referrer": "ann@example.com"}, "referrer"),
        ({"referrer": 7}, "referrer"),
        ({"referrer": "ann", "code": "a b"}, "code"),
        ({"referrer": "ann", "code": ""}, "code"),
        ({"referrer": "ann", "kode": "x"}, "kode"),
    ],
)
async def test_an_invalid_link_is_refused_with_the_field(
    door: Caller, given: Mapping[str, Any], field: str
) -> None:
    reply = await link(door, **given)
    assert (reply.status, reply.said["field"]) == (422, field)
    assert stored(door.path, event_keys) == []


async def test_a_friend_who_follows_a_link_is_remembered(door: Caller) -> None:
    await link(door, referrer="ann", code="ANN")
    first = await follow(door, "ANN")
    assert first.status == 200
    assert first.said["friend"].startswith("friend-")
    assert "HttpOnly" in first.headers["Set-Cookie"]
    cookie = first.headers["Set-Cookie"].partition(";")[0]
    again = await follow(door, "ANN", Cookie=cookie)
    assert again.said["friend"] == first.said["friend"]
    named = await follow(door, "ANN", "?friend=ben&channel=email", Origin="http://mail.example")
    assert named.said["friend"] == "ben"
    told = await door.ask("GET", "/v1/friends/ben")
    assert told.said["stage"] == "visited"
    assert (await follow(door, "BEN")).status == 404
    raw = await follow(door, "ANN", "?friend=ben@example.com")
    assert (raw.status, raw.said["field"]) == (422, "friend")
    assert (await follow(door, "ANN", "?channel=")).said["field"] == "channel"
    assert (
        await follow(door, "ANN", "?friend=ben&fbclid=x&fbclid=y")
    ).status == 200  # as a social network adds
    assert CHANNEL == "link"


async def test_a_friend_is_redirected_with_their_reference_and_the_code(tmp_path: Path) -> None:
    settings = Settings(port=0, linger_s=0.0, landing="https://shop.example/hello?lang=en&code=x#top")
    with open_or_create(tmp_path / "a.db", load_program(PROGRAM, "program")) as platform:
        async with at_the_door(platform, settings) as door:
            await link(door, referrer="ann", code="ANN")
            sent = await follow(door, "ANN", "?friend=a%2Fb")
    assert sent.status == 302
    assert sent.headers["Location"] == "https://shop.example/hello?lang=en&friend=a%2Fb&code=ANN#top"


async def test_links_are_made_with_a_key_and_followed_without(tmp_path: Path) -> None:
    keys: list[Key] = []
    key, secret = new_key(keys, "shop", ["send"], ["client/shop"])
    settings = Settings(port=0, linger_s=0.0, keys=Keys([key]))
    with open_or_create(tmp_path / "a.db", load_program(PROGRAM, "program")) as platform:
        async with at_the_door(platform, settings) as door:
            assert (await link(door, referrer="ann")).status == 401
            shown = {"Authorization": f"Bearer {secret}"}
            made = await door.ask("POST", "/v1/links", json={"referrer": "ann"}, headers=shown)
            assert made.status == 201
            assert (await follow(door, made.said["code"])).status == 200


async def test_a_journey_is_walked_from_the_link_to_the_reward(door: Caller) -> None:
    await door.send(STORY[0])
    code = (await link(door, referrer="ann")).said["code"]
    friend = (await follow(door, code)).said["friend"]
    bought = {**STORY[3], "subject": friend, "time": format_moment(NOW)}
    reply = await door.post(json.dumps(bought).encode(), query="?wait=outcome")
    assert reply.said["outcome"]["attribution"]["referrer"] == "ann"
    turned = await door.ask("POST", "/v1/clock", json={"to": NOW + 4 * DAY})
    assert turned.said["entries"] == 1
    issued = await door.ask("GET", "/v1/rewards?state=issued")
    assert [(one["recipient"], one["reward"]) for one in issued.said["rewards"]] == [("ann", "credit")]


@pytest.mark.parametrize(
    "url", ["shop.example", "javascript:alert(1)", "/welcome", "http://", "http://[x", "http://a:b"]
)
def test_a_landing_page_must_be_an_http_url(url: str) -> None:
    with pytest.raises(InputError, match="--landing"):
        check_landing(url)


async def test_behind_a_tls_proxy_links_begin_with_the_public_address(tmp_path: Path) -> None:
    keys: list[Key] = []
    key, secret = new_key(keys, "shop", ["send", "read"], ["client/shop"])
    settings = Settings(port=0, linger_s=0.0, keys=Keys([key]), public_url="https://refer.example/a")
    with open_or_create(tmp_path / "a.db", load_program(PROGRAM, "program")) as platform:
        async with at_the_door(platform, settings) as door:
            shown = {"Authorization": f"Bearer {secret}", "Host": "refer.example"}
            given = {"referrer": "ann", "code": "ANN"}
            made = await door.ask("POST", "/v1/links", json=given, headers=shown)
            cookie = (await follow(door, "ANN")).headers["Set-Cookie"]
            described = await door.ask("GET", "/openapi.json")
            own_page = await door.ask(
                "GET", "/v1/funnel", headers=shown | {"Origin": "https://refer.example"}
            )
            others = await door.ask(
                "GET", "/v1/funnel", headers=shown | {"Origin": "http://refer.example:81"}
            )
    assert (made.status, made.said["url"]) == (201, "https://refer.example/a/r/ANN")
    assert "Secure" in cookie
    assert "Path=/a/r/" in cookie
    assert described.said["servers"] == [{"url": "https://refer.example/a"}]
    assert (own_page.status, others.status) == (200, 403)


async def test_without_keys_only_links_are_answered_under_the_public_name(tmp_path: Path) -> None:
    settings = Settings(port=0, linger_s=0.0, public_url="https://refer.example")
    with open_or_create(tmp_path / "a.db", load_program(PROGRAM, "program")) as platform:
        async with at_the_door(platform, settings) as door:
            await link(door, referrer="ann", code="ANN")
            assert (await follow(door, "ANN", Host="refer.example")).status == 200
            assert (await door.ask("GET", "/v1/funnel", headers={"Host": "refer.example"})).status == 403


@pytest.mark.parametrize(
    "url",
    [
        "refer.example",
        "ftp://refer.example",
        "https://",
        "https://[x",
        "https://a:b",
        "https://a/?b",
        "https://u@a",
    ],
)
def test_a_public_address_must_be_that_of_a_server(url: str) -> None:
    with pytest.raises(InputError, match="--public-url"):
        check_public(url)
    assert check_public("https://refer.example/a/") == "https://refer.example/a"

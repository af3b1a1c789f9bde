"""The cases of CloudEvents' conformance suite for HTTP, features/http-protocol-binding.feature and yaml/v1.yaml.

Each is sent as it stands there, but for what our contract names: the type, the data, and a time of this year. What the
suite's own type comes to is tested, too: it is read, and refused for the type alone.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from db.read.exporting import quarantine
from simulator.door.keys import Keys, new_key
from simulator.door.serving import Settings
from simulator.platform.session import open_or_create
from simulator.program.load import load_program
from tests.cli.nasty import PROGRAM
from tests.door.calling import BATCHED, STRUCTURED, Caller, Reply, at_the_door, event_keys, stored

ATTRIBUTES = {
    "specversion": "1.0",
    "type": "com.example.someevent",
    "time": "2018-04-05T03:56:24Z",
    "id": "1234-1234-1234",
    "source": "/mycontext/subcontext",
}
OURS = {"type": "service.activated", "time": "2026-01-02T03:56:24Z", "subject": "ben"}
MESSAGE = b'{\n    "message": "Hello World!"\n}'
DATA = b'{\n    "amount_minor": 1500\n}'
JSON = ("application/json", "application/json; charset=utf-8", "application/JSON;charset=UTF-8")


@pytest.fixture
async def conforming(tmp_path: Path) -> AsyncIterator[tuple[Caller, dict[str, str]]]:
    """A door with a client whose source is a URI, as CloudEvents has it, and the header with its key."""
    key, shown = new_key([], "suite", ["send"], ["/mycontext/subcontext=client/suite"])
    settings = Settings(port=0, linger_s=0.0, keys=Keys([key]))
    with open_or_create(tmp_path / "a.db", load_program(PROGRAM, "program")) as platform:
        async with at_the_door(platform, settings) as caller:
            yield caller, {"Authorization": f"Bearer {shown}"}


async def binary(
    to: tuple[Caller, dict[str, str]], media: str, attributes: dict[str, str], data: bytes
) -> Reply:
    caller, key = to
    headers = {**key, "Content-Type": media, **{f"ce-{name}": value for name, value in attributes.items()}}
    return await caller.ask("POST", "/v1/events", data=data, headers=headers)


async def structured(
    to: tuple[Caller, dict[str, str]], media: str, attributes: dict[str, Any], data: bytes
) -> Reply:
    caller, key = to
    event = {**attributes, "datacontenttype": "application/json", "data": json.loads(data)}
    body = json.dumps([event] if "batch" in media else event, indent=4).encode()
    return await caller.ask("POST", "/v1/events", data=body, headers={**key, "Content-Type": media})


@pytest.mark.parametrize("media", JSON)
async def test_binary_content_mode(conforming: tuple[Caller, dict[str, str]], media: str) -> None:
    reply = await binary(conforming, media, {**ATTRIBUTES, **OURS}, DATA)
    assert (reply.status, reply.said["receipt"]) == (201, "accepted")
    assert stored(conforming[0].path, event_keys) == [(1, ATTRIBUTES["id"])]


@pytest.mark.parametrize(
    "media", [STRUCTURED, f"{STRUCTURED}; charset=utf-8", "Application/CloudEvents+JSON"]
)
async def test_structured_content_mode(conforming: tuple[Caller, dict[str, str]], media: str) -> None:
    reply = await structured(conforming, media, {**ATTRIBUTES, **OURS}, DATA)
    assert (reply.status, reply.said["receipt"]) == (201, "accepted")
    assert stored(conforming[0].path, event_keys) == [(1, ATTRIBUTES["id"])]


@pytest.mark.parametrize("media", [BATCHED, f"{BATCHED}; charset=utf-8"])
async def test_batched_content_mode(conforming: tuple[Caller, dict[str, str]], media: str) -> None:
    reply = await structured(conforming, media, {**ATTRIBUTES, **OURS}, DATA)
    assert [one["receipt"] for one in reply.said["receipts"]] == ["accepted"]


async def test_all_modes_are_one_event(conforming: tuple[Caller, dict[str, str]]) -> None:
    first = await binary(conforming, JSON[1], {**ATTRIBUTES, **OURS}, DATA)
    again = await structured(conforming, STRUCTURED, {**ATTRIBUTES, **OURS}, DATA)
    assert [(one.status, one.said["seq"]) for one in (first, again)] == [(201, 1), (200, 1)]


@pytest.mark.parametrize("send", [binary, structured])
async def test_the_suites_own_event_is_read_and_refused_for_its_type(
    conforming: tuple[Caller, dict[str, str]], send: Any
) -> None:
    media = JSON[0] if send is binary else STRUCTURED
    reply = await send(conforming, media, ATTRIBUTES, MESSAGE)
    assert (reply.status, reply.said["field"]) == (422, "type")
    ((_, source, own_id, *_),) = stored(conforming[0].path, quarantine)
    assert (source, own_id) == ("client/suite", ATTRIBUTES["id"])


async def test_extensions_are_ignored_in_both_modes(conforming: tuple[Caller, dict[str, str]]) -> None:
    more = {"comexampleextension1": "value", "comexampleextension2": '{"othervalue": 5}'}
    in_headers = await binary(conforming, JSON[0], {**ATTRIBUTES, **OURS, **more}, DATA)
    in_body = await structured(conforming, STRUCTURED, {**ATTRIBUTES, **OURS, **more, "seqno": 7}, DATA)
    assert [one.status for one in (in_headers, in_body)] == [201, 200]


@pytest.mark.parametrize(
    ("media", "data"),
    [
        ("text/plain; charset=us-ascii", b"Hello, World!"),
        ("text/plain; charset=utf-8", "Hello, \N{EARTH GLOBE AMERICAS}!".encode()),
        ("application/xml; charset=utf-8", b"<msg>Hello</msg>"),
        ("application/json; charset=utf-8", b'"Hello"'),
        ("application/json; charset=utf-8", b'["Hello", "world"]'),
    ],
)
async def test_data_that_is_not_a_json_object_is_refused_for_that_reason(
    conforming: tuple[Caller, dict[str, str]], media: str, data: bytes
) -> None:
    reply = await binary(conforming, media, {**ATTRIBUTES, **OURS}, data)
    assert reply.status == 422
    assert reply.said["field"] == ("data" if "json" in media else "datacontenttype")


async def test_another_event_format_is_not_read(conforming: tuple[Caller, dict[str, str]]) -> None:
    caller, key = conforming
    for media in (
        "application/cloudevents+avro",
        "application/cloudevents+protobuf",
        "application/cloudevents",
    ):
        reply = await caller.ask("POST", "/v1/events", data=b"x", headers={**key, "Content-Type": media})
        assert (reply.status, STRUCTURED in reply.said["detail"]) == (415, True)

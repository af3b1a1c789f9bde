"""What a client gets for the events it posts, in each mode of CloudEvents over HTTP."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from db.read.exporting import quarantine
from simulator.domain.errors import DatabaseError
from simulator.door.bodies import PIECE_BYTES, PIECE_LINES
from simulator.door.serving import MOST_STREAMS, Settings
from simulator.door.writer import MOST_WAITING, MOST_WAITING_BYTES
from simulator.events.decode import decode_lines
from simulator.files.export import export
from simulator.platform.session import WATCHED, IntakeSession, open_or_create
from simulator.program.load import load_program
from tests.cli.nasty import DAY, PROGRAM, WHATS, message
from tests.door.calling import (
    BATCHED,
    NDJSON,
    NOW,
    STORY,
    STRUCTURED,
    Caller,
    Reply,
    at_the_door,
    event_keys,
    lines,
    stored,
)

Post = Callable[[Caller, list[dict[str, Any]]], Any]
CONTRACT_BROKEN = message("x1", "service.activated", "ann@example.com", NOW)


def exported(path: Path) -> dict[str, bytes]:
    found = {}
    for what in WHATS:
        out = io.BytesIO()
        export(path, what, "jsonl", out)
        found[what] = out.getvalue()
    return found


async def structured(caller: Caller, events: list[dict[str, Any]]) -> None:
    await caller.send(*events)


async def batched(caller: Caller, events: list[dict[str, Any]]) -> None:
    await caller.post(json.dumps(events, indent=2).encode(), BATCHED)


async def streamed(caller: Caller, events: list[dict[str, Any]]) -> None:
    await caller.post(lines(events), NDJSON)


async def binary(caller: Caller, events: list[dict[str, Any]]) -> None:
    for event in events:
        await caller.post(json.dumps(event["data"]).encode(), "application/json", **headers_of(event))


def headers_of(event: dict[str, Any]) -> dict[str, str]:
    """The attributes of an event as headers, percent-encoded."""
    return {f"ce_{name}": quote(str(value)) for name, value in event.items() if name != "data"}


@pytest.mark.parametrize("post", [structured, batched, streamed, binary])
async def test_events_in_every_mode_lead_to_the_rows_of_a_file(tmp_path: Path, post: Post) -> None:
    events = [*STORY, STORY[-1], {**STORY[-1], "subject": "eve"}]
    program = load_program(PROGRAM, "program")
    with (
        open_or_create(tmp_path / "file.db", program) as platform,
        IntakeSession(platform, clock=lambda: NOW, batching=WATCHED) as session,
    ):
        given = lines(events).splitlines()
        session.receive(decode_lines(given, session.receiver(), platform.check_program), given)
        session.advance(NOW)
    with open_or_create(tmp_path / "http.db", program) as platform:
        async with at_the_door(platform) as caller:
            await post(caller, events)
    file, http = (exported(tmp_path / name) for name in ("file.db", "http.db"))
    refused = file.pop("quarantine"), http.pop("quarantine")
    assert file == http
    one, other = (json.loads(text) for text in refused)
    for name in ("source", "id", "receipt", "field", "reason"):
        assert one[name] == other[name]


async def test_one_event_is_created_then_a_duplicate_then_a_conflict(door: Caller) -> None:
    first, again, other = await door.send(STORY[0], STORY[0], {**STORY[0], "subject": "eve"})
    assert (first.status, first.said) == (201, {"receipt": "accepted", "seq": 1})
    assert (again.status, again.said) == (200, {"receipt": "duplicate", "seq": 1})
    assert other.status == 409
    assert other.said["type"] == "urn:referral-tui:problem:conflict"
    assert (other.said["receipt"], other.said["field"], other.said["seq"]) == ("conflict", "subject", 1)
    assert "new id" in other.said["detail"]
    assert other.headers["Content-Type"] == "application/problem+json"


async def test_a_message_that_breaks_the_contract_says_field_and_reason_and_is_in_quarantine(
    door: Caller,
) -> None:
    (reply,) = await door.send(CONTRACT_BROKEN)
    assert reply.status == 422
    assert reply.said["type"] == "urn:referral-tui:problem:malformed"
    assert reply.said["field"] == "subject"
    assert "pseudonymous" in reply.said["detail"]
    ((*_, message_kept, _sha256, _file, _line),) = stored(door.path, quarantine)
    assert "[e-mail]" in message_kept


async def test_each_of_several_events_has_a_receipt_in_order(door: Caller) -> None:
    events = [STORY[0], CONTRACT_BROKEN, STORY[0], {**STORY[0], "subject": "eve"}]
    reply = await door.post(json.dumps(events).encode(), BATCHED)
    assert reply.status == 200
    assert [(one["position"], one["receipt"]) for one in reply.said["receipts"]] == [
        (1, "accepted"),
        (2, "malformed"),
        (3, "duplicate"),
        (4, "conflict"),
    ]
    assert (await door.post(b"[]", BATCHED)).said == {"receipts": []}


def test_streams_leave_room_for_single_events() -> None:
    assert MOST_STREAMS * PIECE_LINES < MOST_WAITING
    assert MOST_STREAMS * PIECE_BYTES < MOST_WAITING_BYTES


async def test_lines_are_counted_as_in_the_file_across_pieces(door: Caller) -> None:
    """Blank lines have no receipt; the last line needs no line feed; there are more than fit in one group."""
    many = [message(f"v{n}", "friend.opted_in", f"f{n}", NOW - DAY) for n in range(PIECE_LINES + 5)]
    reply = await door.post(b"\xef\xbb\xbf\n" + lines(many).rstrip(), NDJSON)
    assert reply.status == 200
    assert [one["position"] for one in reply.said] == list(range(2, len(many) + 2))
    assert {one["receipt"] for one in reply.said} == {"accepted"}


async def test_a_client_may_wait_for_what_its_event_led_to(door: Caller) -> None:
    await door.send(*STORY[:-1])
    reply = await door.post(json.dumps(STORY[-1]).encode(), query="?wait=outcome")
    led_to = reply.said["outcome"]
    assert led_to["attribution"]["referrer"] == "ann"
    assert [one["outcome"] for one in led_to["decisions"]] == ["qualified"]
    assert [(one["reward"], one["recipient"], one["state"]) for one in led_to["rewards"]] == [
        ("credit", "ann", "pending")
    ]
    assert [one["kind"] for one in led_to["changes"]] == ["attributed", "decided", "pending"]
    again = await door.post(json.dumps(STORY[-1]).encode(), query="?wait=outcome")
    assert again.said["outcome"]["rewards"] == led_to["rewards"]
    assert (await door.post(b"{}", query="?wait=long")).said["field"] == "wait"


async def test_what_is_answered_is_stored(door: Caller) -> None:
    """Other readers see it as soon as the response arrives, although many requests share a transaction."""

    async def one(number: int) -> None:
        event = message(f"v{number}", "friend.opted_in", f"f{number}", NOW - DAY)
        (reply,) = await door.send(event)
        assert (reply.said["seq"], event["id"]) in stored(door.path, event_keys)

    await asyncio.gather(*(one(number) for number in range(40)))
    assert len(stored(door.path, event_keys)) == 40


# --- binary mode ------------------------------------------------------------------------------------------------


async def test_binary_headers_are_percent_decoded_and_extensions_ignored(door: Caller) -> None:
    event = {**STORY[0], "id": "ü 1", "traceparent": "00-ab"}
    headers = headers_of(event)
    reply = await door.post(json.dumps(event["data"]).encode(), "application/json; charset=utf-8", **headers)
    assert reply.status == 201
    assert stored(door.path, event_keys) == [(1, "ü 1")]


@pytest.mark.parametrize(
    ("body", "media", "field"),
    [
        (b"not json", "application/json", "data"),
        (b'{}, "id": "other"', "application/json", "data"),
        (b"<a/>", "text/xml", "datacontenttype"),
    ],
)
async def test_binary_data_that_is_not_a_json_object_is_refused_by_the_contract(
    door: Caller, body: bytes, media: str, field: str
) -> None:
    reply = await door.post(body, media, **headers_of(STORY[3]))
    assert (reply.status, reply.said["field"]) == (422, field)


async def test_a_header_given_twice_or_not_utf8_is_refused(door: Caller) -> None:
    headers = [*((name.replace("_", "-"), value) for name, value in headers_of(STORY[0]).items())]
    for more in (("ce-id", "2"), ("ce-other", "%ff")):
        sent = [*headers, more, ("Content-Type", "application/json")]
        reply = await door.ask("POST", "/v1/events", data=b"{}", headers=sent)
        assert (reply.status, reply.said["type"]) == (400, "urn:referral-tui:problem:unreadable")
        assert more[0] in reply.said["detail"]


# --- what is no message -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "media", "status", "says"),
    [
        (b"", STRUCTURED, 400, "empty"),
        (b"a=1", "application/x-www-form-urlencoded", 415, "application/cloudevents-batch+json"),
        (b'{"id":"1"}', "application/json", 415, "ce- headers"),
        (b'{"id":"1"}', BATCHED, 400, "not a JSON array"),
        (b'[{"id":"1"}, {', BATCHED, 400, "no part of it was accepted"),
        (b"[" * 100_000, BATCHED, 400, "not a JSON array"),
    ],
)
async def test_a_request_without_a_message_is_refused_as_a_whole(
    door: Caller, body: bytes, media: str, status: int, says: str
) -> None:
    reply = await door.post(body, media)
    assert reply.status == reply.said["status"] == status
    assert says in reply.said["detail"]
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert stored(door.path, event_keys) == stored(door.path, quarantine) == []


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [("GET", "/v1/events", 405), ("POST", "/v1/event", 404)],
)
async def test_a_wrong_address_or_method_is_a_problem_too(
    door: Caller, method: str, address: str, status: int
) -> None:
    reply = await door.ask(method, address)
    assert reply.status == reply.said["status"] == status
    assert reply.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://other.example"},
        {"Origin": "null"},
        {"Origin": "http://[x"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Host": "rebound.example"},
        {"Host": "rebound.example", "Origin": "http://rebound.example"},
    ],
)
async def test_a_page_of_another_site_is_refused(door: Caller, headers: dict[str, str]) -> None:
    sent = {"Content-Type": STRUCTURED, **headers}
    reply = await door.ask("POST", "/v1/events", data=json.dumps(STORY[0]), headers=sent)
    assert (reply.status, reply.said["type"]) == (403, "urn:referral-tui:problem:cross-origin")
    assert stored(door.path, event_keys) == []


async def test_a_body_that_is_too_large_is_refused_but_not_a_stream(tmp_path: Path) -> None:
    with open_or_create(tmp_path / "a.db", load_program(PROGRAM, "program")) as platform:
        async with at_the_door(platform, Settings(port=0, linger_s=0.0, most_body=500)) as door:
            assert (await door.post(json.dumps(STORY).encode(), BATCHED)).status == 413

            async def pieces() -> Any:
                for event in STORY:
                    yield json.dumps(event).encode()

            unsized = await door.ask("POST", "/v1/events", data=pieces(), headers={"Content-Type": BATCHED})
            assert unsized.said["type"] == "urn:referral-tui:problem:too-large"
            assert stored(door.path, event_keys) == []
            assert (await door.post(lines(STORY), NDJSON)).status == 200


@pytest.mark.parametrize(("media", "stored"), [(BATCHED, 0), (NDJSON, 0)])
async def test_nothing_incomplete_of_a_truncated_body_is_accepted(
    door: Caller, media: str, stored: int
) -> None:
    body = json.dumps(STORY).encode() if media == BATCHED else lines(STORY)[:100]
    host, port = door.door.address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(
        f"POST /v1/events HTTP/1.1\r\nHost: {host}\r\nContent-Type: {media}\r\n"
        f"Content-Length: {len(body) + 1}\r\n\r\n".encode()
        + body
    )
    await writer.drain()
    writer.close()
    assert await reader.read() == b""
    assert (await door.send(STORY[0]))[0].said["seq"] == stored + 1


# --- the writer ends --------------------------------------------------------------------------------------------


async def test_when_the_disk_is_full_nothing_is_reported_as_stored_and_the_server_exits(
    door: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_given: object) -> None:
        raise DatabaseError("a.db: the disk failed or is full")

    await door.send(STORY[0])
    monkeypatch.setattr("db.write.store.Store.write", full)
    replies: list[Reply] = await asyncio.gather(*(door.post(json.dumps(one).encode()) for one in STORY))
    assert {(one.status, one.said["type"]) for one in replies} <= {
        (503, "urn:referral-tui:problem:not-stored"),
        (503, "urn:referral-tui:problem:ending"),
    }
    assert all("Retry-After" in one.headers for one in replies)
    await door.door.stop.wait()
    assert isinstance(door.door.writer.error, DatabaseError)

"""Requests that violate or stretch HTTP: each gets a problem document, and the server's log stays empty."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
import zlib
from typing import Any

import pytest

from simulator.door.bodies import PIECE_LINES
from simulator.door.openapi import description
from simulator.door.problems import CONTENT_TYPE
from tests.door.calling import BATCHED, NDJSON, SETTINGS, STORY, STRUCTURED, Caller, event_keys, lines, stored

PATIENCE_S = 30.0
EVENTS = b"POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n"
CHUNKED = EVENTS + b"Transfer-Encoding: chunked\r\n\r\n"
LONG = b"a" * 9_000


def get(address: bytes, *headers: bytes) -> bytes:
    """A request without a body, with these headers besides Host."""
    host = () if any(one.lower().startswith(b"host") for one in headers) else (b"Host: localhost",)
    return (
        b"GET " + address + b" HTTP/1.1\r\n" + b"".join(one + b"\r\n" for one in (*host, *headers)) + b"\r\n"
    )


def post(*headers: bytes, body: bytes = b"{}") -> bytes:
    """A request with a body to /v1/events."""
    length = b"Content-Length: %d" % len(body)
    sent = b"".join(one + b"\r\n" for one in (b"Host: localhost", length, *headers))
    return b"POST /v1/events HTTP/1.1\r\n" + sent + b"\r\n" + body


BROKEN = {
    "a chunk's size that is no number": (CHUNKED + b"ZZ\r\nabc\r\n0\r\n\r\n", 400, "chunk size"),
    "a chunk's size below zero": (CHUNKED + b"-5\r\nabc\r\n0\r\n\r\n", 400, "chunk size"),
    "a length and chunks": (
        EVENTS + b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        400,
        "Transfer-Encoding",
    ),
    "two lengths": (EVENTS + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", 400, "Content-Length"),
    "a length below zero": (EVENTS + b"Content-Length: -3\r\n\r\nabcd", 400, "Content-Length"),
    "no host": (b"GET /healthz HTTP/1.1\r\n\r\n", 400, "Host"),
    "another HTTP": (b"GET /healthz HTTP/9.9\r\nHost: localhost\r\n\r\n", 400, "HTTP version"),
    "no HTTP at all": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, "HTTPS"),
    "a header that is none": (get(b"/healthz", b"X : a"), 400, "header"),
    "a folded header": (get(b"/healthz", b"X: a\r\n b"), 400, "header"),
    "a header that is too long": (get(b"/healthz", b"X: " + LONG), 400, "8,190 bytes"),
    "an address that is too long": (get(b"/v1/friends/" + LONG), 400, "8,190 bytes"),
    "an address that is no ASCII": (get(b"/v1/friends/\xff\xfe"), 400, "url path"),
    "a method that is none": (b"P\xffST /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, "method"),
    "a packing that is not known": (post(b"Content-Encoding: foo"), 415, "gzip or deflate"),
    "a packing whose library is not there": (post(b"Content-Encoding: compress"), 415, "gzip or deflate"),
    "a packing that it is not": (
        post(b"Content-Encoding: gzip", b"Content-Type: application/cloudevents+json"),
        400,
        "gzip",
    ),
    "a host that is no UTF-8": (
        get(b"/v1/funnel", b"Host: \xff\xfe"),
        403,
        "does not answer to the host name ??",
    ),
    "an origin that is no UTF-8": (get(b"/v1/funnel", b"Origin: http://\xff"), 403, "http://?"),
    "an attribute that is no UTF-8": (
        post(b"ce-id: \xff\xfe", b"Content-Type: application/json"),
        400,
        "ce-id",
    ),
    "an attribute twice": (post(b"ce-id: 1", b"ce-id: 2", b"Content-Type: application/json"), 400, "twice"),
    "a content type that is no UTF-8": (post(b"Content-Type: \xff/\xfe"), 415, "not a CloudEvent"),
    "an expectation that is not known": (
        post(b"Expect: \xff", b"Content-Type: text/plain"),
        415,
        "text/plain",
    ),
}


async def answer_to(door: Caller, sent: bytes, *, close: bool = False) -> tuple[int, dict[str, str], bytes]:
    """Send bytes, and return the status, headers and body of the first answer; status 0 for none."""
    host, port = door.door.address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        async with asyncio.timeout(PATIENCE_S):
            writer.write(sent)
            if close:
                writer.write_eof()
            head = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
            headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in head[1:-1])}
            return int(head[0].split()[1]), headers, await reader.readexactly(int(headers["content-length"]))
    except asyncio.IncompleteReadError:
        return 0, {}, b""
    finally:
        writer.close()


@pytest.mark.parametrize("case", BROKEN)
async def test_a_broken_request_is_told_what_is_wrong_and_the_log_stays_empty(
    door: Caller, caplog: pytest.LogCaptureFixture, case: str
) -> None:
    sent, status, said = BROKEN[case]
    with caplog.at_level(logging.WARNING):
        got, headers, body = await answer_to(door, sent)
        health = await door.ask("GET", "/healthz")
    told: dict[str, Any] = json.loads(body)
    assert (got, told["status"], headers["content-type"]) == (status, status, CONTENT_TYPE), told
    assert said in told["detail"]
    assert "\n" not in told["detail"]
    assert headers["server"] == "referral-tui"
    assert (health.status, caplog.records) == (200, [])


@pytest.mark.parametrize(
    "sent", [CHUNKED + b"10\r\nabc", EVENTS + b"Content-Length: 300\r\n\r\nabcd"], ids=["chunk", "length"]
)
async def test_a_body_that_its_sender_cuts_is_not_taken_and_the_log_stays_empty(
    door: Caller, caplog: pytest.LogCaptureFixture, sent: bytes
) -> None:
    with caplog.at_level(logging.WARNING):
        status, _, _ = await answer_to(door, sent, close=True)
        assert (await door.ask("GET", "/healthz")).said["seq"] == 0
    assert (status, caplog.records) == (0, [])  # who is gone gets no answer


async def test_a_packed_body_is_unpacked_and_a_client_that_asks_first_is_told_to_send_it(
    door: Caller,
) -> None:
    packed = await door.post(gzip.compress(lines(STORY)), NDJSON, Content_Encoding="gzip")
    assert [one["receipt"] for one in packed.said] == ["accepted"] * len(STORY)
    one = json.dumps(STORY[0]).encode()
    asked = await door.ask(
        "POST", "/v1/events", data=one, headers={"Content-Type": STRUCTURED}, expect100=True
    )
    assert asked.said["receipt"] == "duplicate"
    assert len(stored(door.path, event_keys)) == len(STORY)


WHOLE = gzip.compress(lines(STORY))
CUT = {
    "gzip, in the middle": ("gzip", WHOLE[: len(WHOLE) // 2]),
    "gzip, in its checksum": ("gzip", WHOLE[:-4]),
    "gzip, in its second member": ("gzip", WHOLE + WHOLE[:20]),
    "gzip, with another checksum": ("gzip", WHOLE[:-8] + bytes(8)),
    "gzip, with something after it": ("gzip", WHOLE + b"more"),
    "deflate": ("deflate", zlib.compress(lines(STORY))[:-6]),
    "deflate, with something after it": ("deflate", zlib.compress(lines(STORY)) + b"more"),
}


@pytest.mark.parametrize("case", CUT)
async def test_a_packed_body_that_is_cut_is_refused_and_nothing_of_it_is_stored(
    door: Caller, case: str
) -> None:
    encoding, sent = CUT[case]
    for media in (NDJSON, STRUCTURED):
        told = await door.post(sent, media, Content_Encoding=encoding)
        kind = told.said["type"].rpartition(":")[2]
        assert (told.status, kind, told.said.get("stored_lines", 0)) == (400, "unreadable", 0)
        assert "truncated" in told.said["detail"]
    assert stored(door.path, event_keys) == []


async def test_a_long_packed_body_that_is_cut_says_how_many_lines_are_stored(door: Caller) -> None:
    count = 2 * PIECE_LINES
    packed = gzip.compress(lines([STORY[0]] * count))
    told = await door.post(packed[:-1], NDJSON, Content_Encoding="gzip")
    assert told.status == 400
    assert PIECE_LINES <= told.said["stored_lines"] < count
    again = await door.post(packed, NDJSON, Content_Encoding="gzip")
    assert [one["receipt"] for one in again.said] == ["duplicate"] * count


async def test_a_packed_body_may_have_several_members_and_deflate_no_header(door: Caller) -> None:
    members = b"".join(gzip.compress(lines([one])) for one in STORY) + bytes(16)
    told = await door.post(members, NDJSON, Content_Encoding="x-gzip")
    assert [one["receipt"] for one in told.said] == ["accepted"] * len(STORY)
    bare = zlib.compressobj(wbits=-15)
    for sent in (zlib.compress(lines(STORY)), bare.compress(lines(STORY)) + bare.flush()):
        told = await door.post(sent, NDJSON, Content_Encoding="deflate")
        assert [one["receipt"] for one in told.said] == ["duplicate"] * len(STORY)


async def test_a_small_packed_body_that_becomes_a_large_one_is_too_large(door: Caller) -> None:
    told = await door.post(gzip.compress(b" " * (SETTINGS.most_body + 1)), Content_Encoding="gzip")
    assert told.status == 413


@pytest.mark.parametrize("media", [STRUCTURED, BATCHED, NDJSON])
async def test_a_byte_order_mark_before_a_body_is_passed_over(door: Caller, media: str) -> None:
    body = json.dumps([STORY[0]] if media == BATCHED else STORY[0])
    told = await door.post(body.encode("utf-8-sig"), media)
    assert told.status == (201 if media == STRUCTURED else 200)
    assert [key[1] for key in stored(door.path, event_keys)] == ["w1"]


def test_every_address_that_takes_a_body_may_answer_that_it_is_packed_strangely() -> None:
    operations = [one for path in description("0")["paths"].values() for one in path.values()]
    assert all("415" in one["responses"] for one in operations if "requestBody" in one)
